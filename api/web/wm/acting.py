"""
Acting for somebody, such as whoever orders by phone: a banner says so on every page, and the trail keeps both names.

Whom one acts for stands in the page's session, as an id alone; it ends with the sign-out, or when one says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import flask
import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.access import audit
from api.access.identity import book_of, current, needs, transact, transact_in
from api.access.roles import Role
from api.running import metrics
from api.web import forms, guards, words
from api.web.me import declaring
from api.web.me.family import CATEGORIES
from api.web.order import places
from api.web.order.places import Around, PlaceForm
from api.web.public import names as catalogue_names
from api.web.wm import nearby
from api.web.wm.acting_shapes import ActForm, KinForm, OrderForm, PersonForm, ServiceForm
from api.web.wm.nearby import Nearby
from config import clock
from config.errors import DomainError
from network import services
from network.services import Delivery
from plans import directory, funders, names, openings, people, plans
from plans.openings import Kin
from plans.people import EmployeeCard, RelativeCard
from wallet import contents, delivery_places, orders, previews, registry
from wallet.authorizations import Authorization
from wallet.contents import Contents, LotContent
from wallet.delivery_places import Told
from wallet.orders import Order
from wallet.previews import Choosing, Preview
from wallet.redemptions import vouchers
from wallet.redemptions.vouchers import Voucher
from wallet.requests import records
from wallet.requests.records import Request
from wallet.requests.words import State

blueprint = flask.Blueprint("web_wm_acting", __name__, url_prefix="/wm")
blueprint.before_request(guards.only(Role.WELFARE_MANAGER))

_SHOWN = 25


@dataclass(frozen=True, slots=True)
class Acting:
    """Whom a welfare manager acts for."""

    card: EmployeeCard
    book_id: int

    @property
    def name(self) -> str:
        """Return what they are called."""
        return f"{self.card.first_name} {self.card.last_name}"


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody who was found by name, and who pays for them."""

    card: EmployeeCard
    funder: str


@dataclass(frozen=True, slots=True)
class Credit:
    """Credit that can be spent, and until when; `carried_until` where what is left of it goes on after that."""

    plan_name: str
    left_minor: int
    spend_by: date
    carried_until: date | None


@dataclass(frozen=True, slots=True)
class Sight:
    """
    What a welfare manager sees of whom they act for: what they have, whom, what they asked and what they bought.

    `at_home` are those of the services bought that come home.
    """

    funder: str
    contents: Contents
    credits: tuple[Credit, ...]
    family: tuple[Kin, ...]
    asked: tuple[Request, ...]
    bought: tuple[Voucher, ...]
    at_home: frozenset[str]


@blueprint.app_context_processor
def _banner() -> dict[str, Any]:
    """Tell every page for whom somebody acts."""
    identity = flask.g.get("identity")
    if identity is None or identity.role is not Role.WELFARE_MANAGER:
        return {"acting": None}
    try:
        return {"acting": _whom()}
    except (DomainError, sa.exc.SQLAlchemyError):
        # Whoever is gone is nobody to act for, and a page that says what broke must not break.
        return {"acting": None}


def _found(employee_id: str) -> Acting | None:
    if "acting" not in flask.g:

        def work(session: Session) -> Acting | None:
            book_id = people.book_of(session, employee_id)
            return Acting(people.employee(session, book_id, employee_id), book_id)

        flask.g.acting = transact(work)
    found: Acting | None = flask.g.acting
    return found


@blueprint.route("/persone", methods=("GET", "POST"))
@needs("people:read")
def search() -> tuple[str, int]:
    """Look for the person who called."""
    form = PersonForm()
    form.employer.choices = [
        ("", _("Tutte le aziende e gli enti")),
        *((one.code, one.name) for one in transact(funders.every)),
    ]
    form.employer.data = form.employer.data or ""

    def work(session: Session) -> tuple[Called, ...]:
        book_id = funders.by_code(session, form.employer.data).book_id if form.employer.data else None
        statement, order = directory.matches(book_id, text=form.text.data)
        cards = list(map(directory.card, session.execute(statement.order_by(*order).limit(_SHOWN))))
        paying = names.of_funders(session, [one.employee_id for one in cards])
        return tuple(Called(one, paying.get(one.employee_id, "—")) for one in cards)

    found = forms.attempt(form, lambda: transact(work))
    return forms.show("wm/persons.html", form, found=found, act=ActForm(formdata=None))


@blueprint.post("/persone/<string:employee_id>/agisci")
@needs("authorizations:create")
def begin(employee_id: str) -> Response:
    """Begin to act for somebody."""
    book_of(employee_id)
    flask.session[forms.ACTING_FOR] = [current().token_id, employee_id]
    return flask.redirect(flask.url_for("web_wm_acting.person"))


@blueprint.post("/persona/basta")
@needs("authorizations:create")
def end() -> Response:
    """Act for oneself again."""
    flask.session.pop(forms.ACTING_FOR, None)
    return flask.redirect(flask.url_for("web_wm_acting.search"))


@blueprint.route("/persona", methods=("GET", "POST"))
@needs("authorizations:create")
def person() -> Response | tuple[str, int]:
    """Show whom one acts for: what they ordered, and where an order begins."""
    whom = _whom()
    if whom is None:
        return flask.redirect(flask.url_for("web_wm_acting.search"))
    sight = transact(lambda session: _sight(session, whom))
    form = ServiceForm() if flask.request.method == "POST" else ServiceForm(formdata=None, relative=_asked_for())
    form.relative.choices = _whoever(whom, [one.card for one in sight.family])
    found = forms.attempt(form, lambda: transact(lambda session: _services(session, whom, form)))
    return forms.show(
        "wm/person.html",
        form,
        whom=whom,
        sight=sight,
        found=found,
        categories=CATEGORIES,
        declarations=declaring.OF_RELATIVES,
    )


@blueprint.route("/persona/familiari/nuovo", methods=("GET", "POST"))
@needs("people:declare")
def add_relative() -> Response | tuple[str, int]:
    """Add a relative of whom one acts for; whoever was ordering something, told in `ordina`, goes on with it."""
    whom = _whom()
    if whom is None:
        return flask.redirect(flask.url_for("web_wm_acting.search"))
    form, employee_id = KinForm(), whom.card.employee_id
    audit.about(employee_id=employee_id)

    def work(session: Session) -> RelativeCard:
        return registry.add_relative(session, whom.book_id, employee_id, form.told())

    made = forms.attempt(form, lambda: transact_in(whom.book_id, work))
    if made is None:
        return forms.show("wm/kin.html", form, whom=whom)
    flask.flash(_("%(name)s ora è nella famiglia di %(whom)s.", name=made.first_name, whom=whom.name))
    service = flask.request.args.get("ordina")
    if service is not None:
        return flask.redirect(flask.url_for("web_wm_acting.order", service=service, per=made.relative_id))
    return flask.redirect(flask.url_for("web_wm_acting.person", per=made.relative_id))


@blueprint.route("/persona/ordina/<string:service>", methods=("GET", "POST"))
@forms.addressed
@needs("authorizations:create")
def order(service: str) -> Response | tuple[str, int]:
    """Tell what would be decided, then order it in the person's place."""
    whom = _whom()
    if whom is None:
        return flask.redirect(flask.url_for("web_wm_acting.search"))
    employee_id, book_id = whom.card.employee_id, whom.book_id
    choosing = transact(lambda session: previews.choosing(session, book_id, employee_id, service))
    form = (
        OrderForm() if flask.request.method == "POST" else OrderForm(formdata=None, quantity=1, relative=_asked_for())
    )
    form.relative.choices = _whoever(whom, [one.card for one in choosing.relatives])
    form.offer(choosing.ways)
    now, before = transact(lambda session: _places(session, whom, choosing, form))
    form.reach(now)
    form.begin(now, before)
    told = forms.attempt(form, lambda: _told(form, whom, service))
    made = None
    if told is not None and "send" in flask.request.form and form.agreed(told):
        # What was told stands in the form: whether it holds is looked at where the money is reserved.
        made = forms.attempt(form, lambda: _ordered(form, whom, service))
        told = told if made is not None else forms.attempt(form, lambda: _told(form, whom, service))
    if made is None:
        form.tell(told)
        return forms.show(
            "wm/order.html",
            form,
            whom=whom,
            choosing=choosing,
            told=told,
            names=catalogue_names,
            declarations=declaring.OF_RELATIVES,
        )
    if made.replayed:
        flask.flash(_("L'avevi già ordinato: non ne abbiamo fatto un altro. Il codice è qui sotto."))
        return flask.redirect(flask.url_for("web_wm_acting.person"))
    flask.flash(_("Ordinato per %(name)s. Il codice è qui sotto: puoi leggerlo al telefono.", name=whom.name))
    return flask.redirect(flask.url_for("web_wm_acting.person"))


@blueprint.route("/persona/acquisti/<string:authorization_id>/luogo", methods=("GET", "POST"))
@needs("authorizations:create")
def place(authorization_id: str) -> Response | tuple[str, int]:
    """Tell where an order is to come, as whoever calls says it, or change it."""
    whom = _whom()
    if whom is None:
        return flask.redirect(flask.url_for("web_wm_acting.search"))

    def look(session: Session) -> tuple[Order, Told | None, Around | None]:
        found = orders.get(session, whom.book_id, authorization_id)
        told = delivery_places.of(session, whom.book_id, authorization_id)
        employee_id = found.authorization.employee_id
        return found, told, places.around(session, found.service, whom.book_id, employee_id, found.relative)

    found, told, reached = transact(look)
    if reached is None or found.authorization.employee_id != whom.card.employee_id:
        flask.abort(404)
    form = PlaceForm() if flask.request.method == "POST" else PlaceForm(formdata=None)
    form.reach(reached)
    if flask.request.method != "POST":
        form.fill(reached if told is None else replace(reached, known=told.place))
    audit.about(employee_id=whom.card.employee_id, target=authorization_id)

    def work(session: Session) -> Told:
        said = form.place
        assert said is not None  # noqa: S101 - the form asks for it
        return delivery_places.tell(session, whom.book_id, authorization_id, said, actor=current().actor)

    if forms.attempt(form, lambda: transact_in(whom.book_id, work)) is None:
        return forms.show("wm/place.html", form, whom=whom, found=found)
    if found.usable:
        flask.flash(_("Salvato: il fornitore sa dove venire."))
    else:
        flask.flash(_("Salvato: il fornitore lo legge appena accetta l'ordine."))
    return flask.redirect(flask.url_for("web_wm_acting.person"))


def _told(form: OrderForm, whom: Acting, service: str) -> Preview:
    return transact_in(
        whom.book_id,
        lambda session: previews.preview(session, whom.book_id, form.purchase(whom.card.employee_id, service)),
    )


def _ordered(form: OrderForm, whom: Acting, service: str) -> Authorization:
    actor, purchase = current().actor, form.purchase(whom.card.employee_id, service)
    audit.about(employee_id=whom.card.employee_id)
    as_told = form.looked.data or ""

    def work(session: Session) -> Authorization:
        done = previews.order(session, whom.book_id, purchase, as_told, actor=actor, key=form.key.data)
        form.tell_place(session, whom.book_id, done, actor=actor)
        return done

    made = transact_in(whom.book_id, work)
    if not made.replayed:
        metrics.decided(made.status, made.decline_code)
    return made


def _places(session: Session, whom: Acting, choosing: Choosing, form: OrderForm) -> tuple[Around | None, Around | None]:
    """Return what is known of where whom it is for lives, and of whom it was for when that was filled in."""
    family = {one.card.relative_id: one.card for one in choosing.relatives}

    def of(relative_id: str | None) -> Around | None:
        kin = family.get(relative_id or "")
        return places.around(session, choosing.service, whom.book_id, whom.card.employee_id, kin)

    now = of(form.relative.data)
    return now, now if form.placed.data in (None, form.relative.data) else of(form.placed.data)


def _whoever(whom: Acting, family: Sequence[RelativeCard]) -> list[tuple[str, str]]:
    kin = [
        (one.relative_id, f"{one.first_name} {one.last_name} ({one.kinship.label(words.asked())})") for one in family
    ]
    return [("", whom.name), *kin]


def _asked_for() -> str:
    """Return for whom of the family the address says that something is looked for."""
    return flask.request.args.get("per", "")


def _services(session: Session, whom: Acting, form: ServiceForm) -> Nearby:
    place = nearby.of_person(session, whom.book_id, whom.card.employee_id, form.relative.data or None)
    return nearby.find(session, form.text.data or "", place)


def _sight(session: Session, whom: Acting) -> Sight:
    book_id, employee_id = whom.book_id, whom.card.employee_id
    wanted = vouchers.query(employee_id=employee_id, open_only=True).order_by(vouchers.ID.desc()).limit(_SHOWN)
    asked = records.query(book_id=book_id, employee_id=employee_id).order_by(records.ID.desc()).limit(_SHOWN)
    requests = records.values(session, session.execute(asked).all())
    has = contents.of(session, book_id, employee_id, ended=False)
    bought = tuple(vouchers.value(row) for row in session.execute(wanted))
    offered = services.listed(session, {each.service_code for each in bought})
    return Sight(
        funder=funders.of_book(session, book_id).name,
        contents=has,
        credits=_credits(session, book_id, has),
        family=openings.family(session, book_id, employee_id, on=clock.today()),
        asked=tuple(each for each in requests if each.state is not State.CLOSED),
        bought=bought,
        at_home=frozenset(each.code for each in offered if each.delivery is Delivery.HOME),
    )


def _credits(session: Session, book_id: int, has: Contents) -> tuple[Credit, ...]:
    lots = [lot for lot in has.lots if lot.counts]
    terms = plans.terms(session, book_id, {lot.plan_id for lot in lots})

    def carried_until(lot: LotContent) -> date | None:
        until = terms[lot.plan_id].carried_until()
        return until if until > lot.spend_by and not lot.carried else None

    return tuple(Credit(lot.plan_name, lot.available_minor, lot.spend_by, carried_until(lot)) for lot in lots)


def _whom() -> Acting | None:
    # Whoever signs in after another in the same browser acts for nobody yet.
    token_id, employee_id = flask.session.get(forms.ACTING_FOR, (None, ""))
    return _found(employee_id) if token_id == current().token_id else None
