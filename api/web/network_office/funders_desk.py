"""Funders: whose books there are, what is written of each, and the money that they promise and transfer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp

from api.access.identity import current, needs, transact, transact_in
from api.conventions import paging
from api.conventions.paging import Page
from api.web import forms, network_office, reading, words
from api.web.fields import AmountField, DayField
from api.web.forms import Form, MoneyForm
from config import clock, money
from ledger import idempotency
from network import territories
from network.territories import Territory
from plans import funders, listing
from plans.funders import FunderCard
from plans.listing import PlanCard
from plans.words import FunderKind
from wallet import funding, funding_entries, registry
from wallet.funding_entries import FundingEntry

blueprint = network_office.room("funders", __name__, "/rete/finanziatori")

_SHOWN = 50
_CODE = Regexp(
    re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z"), message=_l("Al massimo 40 lettere senza accenti, cifre, . _ o -.")
)


class FunderForm(MoneyForm):
    """What is written of a funder; `seen` is the mark of what was written when the form was drawn."""

    seen = HiddenField()
    name = StringField(_l("Denominazione"), [network_office.NEEDED, Length(max=200)])
    vat_number = StringField(_l("Partita IVA"), [Length(max=40)])
    home_territory = SelectField(_l("Territorio"), validate_choice=False)
    send = SubmitField(_l("Salva"))

    def told(self) -> dict[str, str | None]:
        """Return what was typed, as the registry takes it."""
        vat_number = (self.vat_number.data or "").strip() or None
        return {"name": self.name.data.strip(), "vat_number": vat_number, "home_territory": self.home_territory.data}


class OpenForm(FunderForm):
    """A funder whose book is to be opened."""

    code = StringField(_l("Codice"), [network_office.NEEDED, _CODE])
    kind = SelectField(_l("Che cos'è"))
    send = SubmitField(_l("Apri il libro"))


class TransferForm(MoneyForm):
    """Money that a funder promises to a plan, or has transferred for it."""

    plan = SelectField(_l("Piano"), validate_choice=False)
    what = RadioField(_l("Che cosa"), [InputRequired(_l("Scegli una risposta."))])
    amount = AmountField(_l("Importo"), [network_office.NEEDED])
    on = DayField(_l("Giorno"), [network_office.NEEDED])
    reference = StringField(_l("Riferimento"), [Length(max=200)])
    send = SubmitField(_l("Registra"))


@dataclass(frozen=True, slots=True)
class Desk:
    """A funder with its plans, the latest to begin first, and where the network is."""

    funder: FunderCard
    plans: tuple[PlanCard, ...]
    territories: tuple[Territory, ...]


@blueprint.get("")
@needs("people:read")
def every() -> tuple[str, int]:
    """List the funders, by code."""
    return _list(OpenForm(formdata=None))


@blueprint.post("")
@needs("employers:write")
def open_book() -> Response | tuple[str, int]:
    """Open the book of a funder."""
    form = OpenForm()
    form.kind.choices = _kinds()

    def work(session: Session) -> str:
        made = registry.open_book(session, code=form.code.data, kind=FunderKind(form.kind.data), **form.told())  # type: ignore[arg-type]
        return made.code

    said = {**form.told(), "code": form.code.data, "kind": form.kind.data} if form.name.data else {}
    made = forms.attempt(form, lambda: network_office.once("", "employer_open", form, said, work))
    if made is None:
        return _list(form)
    forms.tell(_("Libro aperto: ora invita il suo ufficio."))
    return flask.redirect(flask.url_for(".show", code=made))


@blueprint.get("/<string:code>")
@forms.addressed
@needs("people:read")
def show(code: str) -> tuple[str, int]:
    """Show a funder, its plans, and the money that was recorded."""
    desk = _desk(code)
    return _page(desk, _written(desk.funder), _asked())


@blueprint.post("/<string:code>")
@needs("employers:write")
def amend(code: str) -> Response | tuple[str, int]:
    """Mend what is written of a funder, unless somebody else changed it meanwhile."""
    desk, form = _desk(code), FunderForm()

    def work(session: Session) -> FunderCard | None:
        book_id = desk.funder.book_id
        if form.seen.data != _mark(funders.of_book(session, book_id, lock=True)):
            form.refusals.append(_("Intanto questi dati sono cambiati: ricontrolla e salva di nuovo."))
            form.seen.data, form.status = _mark(desk.funder), 409
            return None
        return registry.amend_funder(session, book_id, form.told())

    if forms.attempt(form, lambda: transact(work)) is None:
        return _page(desk, form, _asked())
    flask.flash(_("Salvato."))
    return flask.redirect(flask.url_for(".show", code=code))


@blueprint.post("/<string:code>/denaro")
@needs("funding:record")
def record(code: str) -> Response | tuple[str, int]:
    """Record a commitment or a transfer of a funder."""
    desk, form = _desk(code), TransferForm()
    form.what.choices = _whats()
    plan = next((each for each in desk.plans if each.plan_id == form.plan.data), None)

    def take() -> int | None:
        if plan is None or form.amount.money is None:
            field = form.plan if plan is None else form.amount
            field.errors, form.status = [_("Scegli un piano.") if plan is None else _("Manca: scrivilo qui.")], 422
            return None
        amount, actor, on = form.amount.money, current().actor, form.on.data
        reference = (form.reference.data or "").strip() or None
        verb = funding.commit if form.what.data == "commitment" else funding.record_transfer
        said = {"plan": plan.plan_id, "what": form.what.data, "amount_minor": money.minor(amount),
                "on": on.isoformat(), "reference": reference}  # fmt: skip

        def work(session: Session) -> int:
            return idempotency.once(
                session,
                plan.book_id,
                actor,
                "page_funding",
                form.key.data,
                said,
                work=lambda: verb(session, plan.book_id, plan.code, amount, on=on, actor=actor, reference=reference),
                answer=lambda entry_id: {"id": entry_id},
                replay=lambda kept: forms.again(int(kept["id"])),
            )

        return transact_in(plan.book_id, work)

    if forms.attempt(form, take) is None:
        return _page(desk, _written(desk.funder), form)
    forms.tell(_("Registrato: %(amount)s.", amount=words.amount(money.minor(form.amount.money))))  # type: ignore[arg-type]
    return flask.redirect(flask.url_for(".show", code=code))


def _mark(found: FunderCard) -> str:
    told = "\x1f".join((found.name, found.vat_number or "", found.home_territory))
    return sha256(told.encode()).hexdigest()


def _desk(code: str) -> Desk:
    def work(session: Session) -> Desk:
        found = funders.by_code(session, code)
        rows = session.execute(listing.query(book_id=found.book_id))
        cards = sorted(map(listing.card, rows), key=lambda card: (-card.starts_on.toordinal(), card.code))
        return Desk(found, tuple(cards), territories.every(session))

    return transact(work)


def _written(found: FunderCard) -> FunderForm:
    told = {"name": found.name, "vat_number": found.vat_number, "home_territory": found.home_territory}
    return FunderForm(formdata=None, **told, seen=_mark(found))


def _asked() -> TransferForm:
    form = TransferForm(formdata=None, on=clock.today(), what="funding")
    form.what.choices = _whats()
    return form


def _kinds() -> list[SelectChoice]:
    return [SelectChoice(str(kind), kind.label(words.asked())) for kind in FunderKind]


def _whats() -> list[SelectChoice]:
    return [SelectChoice("funding", _("Bonifico arrivato")), SelectChoice("commitment", _("Impegno"))]


def _places(form: FunderForm, found: tuple[Territory, ...]) -> None:
    form.home_territory.choices = [SelectChoice(each.code, each.name) for each in found]


def _list(form: OpenForm) -> tuple[str, int]:
    form.kind.choices = _kinds()
    part = reading.part(_SHOWN)

    def work(session: Session) -> tuple[Page[FunderCard], tuple[Territory, ...]]:
        return paging.of(funders.every(session), lambda each: each.code, part), territories.every(session)

    page, places = transact(work)
    _places(form, places)
    names = {each.code: each.name for each in places}
    return forms.show("network_office/funders.html", form, page=page, names=names)


def _page(desk: Desk, form: FunderForm, paying: TransferForm) -> tuple[str, int]:
    book_id, part = desk.funder.book_id, reading.part(network_office.SHOWN)
    statement = funding_entries.query(book_id)

    def work(session: Session) -> Page[FundingEntry]:
        return paging.cut(session, statement, funding_entries.KEY, part).each(funding_entries.entry)

    _places(form, desk.territories)
    paying.plan.choices = [SelectChoice(each.plan_id, f"{each.name} ({each.code})") for each in desk.plans]
    refused: Form = paying if paying.status != 200 else form
    entries = transact_in(book_id, work)
    page = flask.render_template("network_office/funder.html", desk=desk, form=form, paying=paying, entries=entries)
    return page, refused.status
