"""How an employer's welfare stands: four numbers, what it is used for, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import flask
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.tasks import State
from api.web import charts, guards, words
from api.web.charts import Bar
from api.web.company import desk, invitees
from config import clock
from plans import directory, listing, plans
from plans.bonus import offers, proof
from plans.bonus.proof import State as Proof
from plans.listing import PlanCard
from plans.rulebook.words import Category, PlanSource
from reports import plan_statement
from reports.plan_statement import PlanStatement, Reading
from reports.plan_statement.model import CategoryLine, ExpiringLine

blueprint = flask.Blueprint("web_company", __name__, url_prefix="/azienda")
blueprint.before_request(guards.only(Role.EMPLOYER))

_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits for the personnel office, and where it is done."""

    sentence: str
    place: str
    does: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    """How much of each kind waits, in the book as a whole."""

    failed: tuple[str, ...]
    without_email: int
    uninvited: int
    drafts: tuple[PlanCard, ...]
    unproven: tuple[PlanCard, ...]
    choosing: tuple[Choosing, ...]


@dataclass(frozen=True, slots=True)
class Choosing:
    """A bonus that workers choose about until a day, and how many of them have no wallet to choose from."""

    plan_id: str
    premium: str
    choose_by: date
    without_wallet: int


@blueprint.get("")
@needs("funding:read")
def home() -> str:
    """Tell how a plan stands, and what is to be done."""
    cards = transact(desk.plans)
    card = _chosen(cards)
    started = desk.granted()
    figures = None if card is None else transact_in(card.book_id, lambda session: _gather(session, card))
    line = None if figures is None else _next_expiring(figures)
    carried = None if card is None or line is None else transact(lambda session: _carried_until(session, card, line))
    return flask.render_template(
        "company/home.html",
        cards=cards,
        card=card,
        figures=figures,
        granted_minor=0 if figures is None else _granted(figures),
        expiring=line,
        carried_until=carried,
        todo=_todo(transact(lambda session: _waiting(session, cards, started)), None if carried else line),
        category=_category,
        picture=None if figures is None else _picture(figures.categories),
    )


def _chosen(cards: tuple[PlanCard, ...]) -> PlanCard | None:
    """Return the plan that the page is asked for, else the one whose credit people have been spending the longest."""
    asked, today = flask.request.args.get("piano"), clock.today()
    if asked:
        return next((card for card in cards if card.plan_id == asked), None) or _refuse(asked)
    open_now = [card for card in cards if card.starts_on <= today <= card.spend_by]
    return min(open_now, key=lambda card: (card.starts_on, card.code), default=cards[0] if cards else None)


def _refuse(plan_id: str) -> PlanCard:
    # Of another book, or none: told as every plan that is not there.
    return transact(lambda session: listing.place(session, plan_id))


def _gather(session: Session, card: PlanCard) -> PlanStatement:
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    # Up to midnight: whoever could ask every minute would see each purchase by itself.
    through = max(clock.today(), card.starts_on)
    known = clock.midnight()
    return plan_statement.gather(
        session, card.book_id, card.code, card.starts_on, through, reading=Reading.HR, known_before=known
    )


def _granted(figures: PlanStatement) -> int:
    return figures.total.opening_minor + figures.total.granted_net_minor + figures.total.brought_minor


def _next_expiring(figures: PlanStatement) -> ExpiringLine | None:
    return next((line for line in figures.expiring if line.amount_minor > 0), None)


def _carried_until(session: Session, card: PlanCard, line: ExpiringLine) -> date | None:
    """Return until when credit can be spent whose last day is near, where its plan carries it over."""
    terms = plans.by_code(session, card.book_id, card.code)
    until = terms.carried_until()
    # Carried over once: what has its later day already ends there.
    return until if line.through <= terms.spend_by < until else None


def _picture(lines: tuple[CategoryLine, ...]) -> str | None:
    """Return where the uses are drawn that may be told, the largest on top; None where there are none."""
    told = sorted((line for line in lines if line.used_minor), key=lambda line: -(line.used_minor or 0))
    return charts.address([Bar(_category(line.category), line.used_minor or 0) for line in told]) if told else None


def _category(code: str) -> str:
    return Category(code).label(words.asked()) if code in set(Category) else code


def _waiting(session: Session, cards: tuple[PlanCard, ...], started: frozenset[str]) -> _Waiting:
    book_id, today = guards.own_book(), clock.today()
    failed = [task for task in desk.unfinished(session) if task.state is State.FAILED]
    # Offices see no offer by itself: of these how many they are is told.
    running = transact_in(book_id, lambda session: offers.running(session, book_id, today))
    reachable = directory.with_email(session, book_id, employed_on=today)
    owners = invitees.owners(current())
    return _Waiting(
        failed=tuple(task.task_id for task in failed),
        without_email=directory.without_email(session, book_id, employed_on=today, but=owners),
        uninvited=len(reachable - invitees.known(current())),
        drafts=tuple(card for card in cards if card.plan_id not in started and card.ends_on >= today),
        unproven=tuple(card for card in cards if card.spend_by >= today and _unproven(session, card)),
        choosing=tuple(Choosing(*which, len(people - owners)) for which, people in running.items()),
    )


def _unproven(session: Session, card: PlanCard) -> bool:
    """Say whether something is missing that the law asks to keep: the agreement, a choice, what somebody declares."""
    if card.source is not PlanSource.PDR:
        return False
    held = proof.of_plan(session, card.book_id, card.code)
    # While nobody has chosen yet there is nobody whose consent could be missing.
    return any(item.state is Proof.MISSING and (item.of or not item.requirement.of_worker) for item in held)


def _todo(waiting: _Waiting, line: ExpiringLine | None) -> list[Todo]:
    without = flask.url_for("web_company_people.every", email="no")
    found = [
        Todo(
            _("Un file di budget non è stato caricato: c'è qualcosa da correggere."),
            flask.url_for("web_company_budgets.follow", task_id=task_id),
            _("Guarda che cosa"),
        )
        for task_id in waiting.failed
    ]
    if line is not None and line.month <= clock.today() + _SOON:
        found.append(
            Todo(
                _(
                    "%(amount)s di credito scadono presto. Chi ha il suo borsellino lo legge lì;"
                    " gli altri avvisali tu.",
                    amount=words.amount(line.amount_minor),
                ),
                flask.url_for("web_company_people.every", borsellino="no"),
                _("Chi è senza borsellino"),
            )
        )
    for one in waiting.choosing:
        told = {"premium": one.premium, "day": words.day(one.choose_by)}
        sentence = _("«%(premium)s»: i lavoratori scelgono fino al %(day)s.", **told)
        if one.without_wallet:
            sentence += " " + ngettext(
                "%(num)s non ha ancora un borsellino da cui scegliere: va invitato, o sceglie su carta.",
                "%(num)s non hanno ancora un borsellino da cui scegliere: vanno invitati, o scelgono su carta.",
                one.without_wallet,
            )
        found.append(
            Todo(sentence, flask.url_for("web_company_bonus.show", plan_id=one.plan_id), _("Guarda il premio"))
        )
    if waiting.without_email:
        sentence = _(
            "Persone senza borsellino e senza e-mail: %(num)s. Aggiungila per invitarle.", num=waiting.without_email
        )
        found.append(Todo(sentence, without, _("Aggiungi le e-mail")))
    if waiting.uninvited:
        sentence = _("Persone non ancora invitate al loro borsellino: %(num)s.", num=waiting.uninvited)
        found.append(Todo(sentence, flask.url_for("web_company_people.every"), _("Invita le persone")))
    found += [
        Todo(
            _("Al piano «%(name)s» mancano documenti, scelte o dichiarazioni che la legge chiede.", name=card.name),
            flask.url_for("web_company_plans.show", plan_id=card.plan_id),
            _("Guarda che cosa manca"),
        )
        for card in waiting.unproven
    ]
    found += [
        Todo(
            _("Il piano «%(name)s» (%(code)s) non ha ancora accrediti.", name=card.name, code=card.code),
            flask.url_for("web_company_budgets.every", piano=card.plan_id),
            _("Carica il budget"),
        )
        for card in waiting.drafts
    ]
    return found
