"""Statements and exports, for whoever has a role: asked for, followed while they are made, and downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import flask
import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, Field, IntegerField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from api.access.identity import current, needs, transact
from api.access.roles import Role
from api.conventions.fields import Day
from api.exports import kinds, parameters, statements
from api.exports.kinds import KINDS, Kind
from api.exports.statements import Statement, Wanted
from api.tasks import State
from api.web import forms, guards, words
from api.web.fields import AmountField, DayField
from api.web.forms import MoneyForm
from config import clock, money
from config.errors import LANGUAGES
from plans import plans
from plans.social import benefits

blueprint = flask.Blueprint("web_statements", __name__, url_prefix="/documenti")

_SHOWN = 25
_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
_LABELS: Mapping[str, Any] = {
    "plan": _l("Piano"),
    "cluster": _l("Gruppo (vuoto: tutti)"),
    "starts_on": _l("Dal giorno"),
    "ends_on": _l("Al giorno"),
    "month": _l("Mese"),
    "year": _l("Anno fiscale"),
    "draft": _l("Bozza di un mese ancora aperto"),
    "labour_cost_minor": _l("Costo del lavoro dell'anno, in euro (se c'è)"),
    "detail": _l("Con ogni dettaglio: non va consegnato ad altri"),
    "funder": _l("Codice dell'azienda"),
    "issued_on": _l("Data delle fatture (vuota: oggi)"),
    "benefit": _l("Prestazione sociale"),
    "operator_code": _l("Codice fiscale di chi invia"),
    "number": _l("Numero dell'invio nella giornata"),
    "territory": _l("Codice del territorio (vuoto: tutti)"),
}
# What each is for, in a sentence.
_PURPOSES: Mapping[str, Any] = {
    "plan_statement": _l("Dove sta il denaro di un piano, in un periodo."),
    "deductibility": _l("Quanto del welfare l'azienda deduce nell'anno, e perché."),
    "recharge_list": _l("Quello che il mandatario fattura per un mese."),
    "payroll_month": _l("Le voci per il cedolino di un mese, con i totali di controllo."),
    "cu_year": _l("Quello che la Certificazione Unica di ciascuno prende dal borsellino."),
    "journal": _l("Tutte le scritture, anche per un altro programma di partita doppia."),
    "trial_balance": _l("Ogni conto con il suo saldo, e la prova che tutto quadra."),
    "recheck": _l("Le decisioni passate che oggi la legge giudica diversamente."),
    "personal_statement": _l("Il tuo anno: che cosa hai avuto, usato e ti resta."),
    "provider_settlement": _l("Quanto ti è dovuto, pagato e trattenuto in un periodo."),
    "invoices": _l("Le fatture da emettere, come proforma o come file XML."),
    "social_statement": _l(
        "I fondi sociali per strumento e servizio, su mesi interi. Chi lo pubblica usi periodi sempre della stessa"
        " durata: dalla differenza fra due si ricava quello che uno tace."
    ),
    "siuss_flow": _l("Il file delle prestazioni sociali di un mese, per INPS."),
    "clearing_statement": _l("Chi deve quanto a chi, fra i territori, in un mese."),
    "rulebook": _l("Tutte le regole fiscali, con la legge da cui vengono."),
}
_FORMATS: Mapping[str, Any] = {
    "pdf": _l("PDF, da leggere"),
    "xlsx": _l("XLSX, foglio di calcolo"),
    "csv": _l("CSV, per un programma"),
    "beancount": "Beancount",
    "hledger": "hledger",
    "xml": "XML",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """A kind of statement that somebody may ask for."""

    name: str
    title: str
    purpose: object


@dataclass(frozen=True, slots=True)
class Row:
    """A statement that was asked for, as its list tells it; `state` names the word, the icon and the colour."""

    statement_id: str
    title: str
    about: str
    form: str
    asked_at: datetime
    state: str
    done: int
    total: int | None
    differs: bool
    remarks: tuple[str, ...]
    problem: str | None


@blueprint.get("")
@needs("statements:read")
def index() -> Response | str:
    """Show what can be asked for, and what was; whoever has a wallet has a page of their own for it."""
    asking = current()
    if asking.role is Role.EMPLOYEE:
        return flask.redirect(flask.url_for("web_statement.every"))
    page = transact(lambda session: statements.page(session, asking, {"limit": _SHOWN}))
    rows = tuple(_row(found) for found in page.data)
    waits = any(row.state == "waiting" for row in rows)
    return flask.render_template("statements/index.html", offered=offered(), rows=rows, waits=waits)


@blueprint.route("/<string:name>", methods=("GET", "POST"))
@forms.addressed
@needs("statements:create")
def ask(name: str) -> Response | tuple[str, int]:
    """Ask for a statement."""
    kind = KINDS.get(name)
    if current().role is Role.EMPLOYEE:
        return flask.redirect(flask.url_for("web_statement.every"))
    if kind is None or current().role not in kind.roles:
        flask.abort(404)
    form = _form(kind)
    made = forms.attempt(form, lambda: _ask(kind, form))
    if made is None:
        return forms.show("statements/ask.html", form, one=_offer(kind), fields=_named(kind))
    flask.flash(_("Richiesta presa: il documento è in preparazione. Puoi anche andare altrove e tornare qui."))
    return flask.redirect(flask.url_for("web_statements.index"))


@blueprint.get("/file/<string:statement_id>")
@needs("statements:read")
def download(statement_id: str) -> Response:
    """Hand over the file of a statement."""
    found = transact(lambda session: statements.find(session, current(), statement_id))
    path = statements.path_of(found)
    assert found.file is not None  # noqa: S101
    answer = flask.send_file(path, as_attachment=True, download_name=found.file.name, etag=found.file.sha256)
    # With its charset, which would be added a second time.
    answer.content_type = found.file.media_type
    return answer


def offered() -> tuple[Offered, ...]:
    """Return the kinds of statements that whoever asks may have made."""
    return tuple(_offer(kind) for kind in kinds.open_to(current().role))


def _offer(kind: Kind) -> Offered:
    return Offered(kind.name, kind.title(words.asked()), _PURPOSES[kind.name])


def _schema(kind: Kind) -> ma.Schema:
    return kind.roles[current().role]()


def _named(kind: Kind) -> tuple[str, ...]:
    return tuple(_schema(kind).fields)


def _form(kind: Kind) -> MoneyForm:
    """Return the form that a kind's parameters make, with what is asked for most often."""
    made = {name: _field(name, asked) for name, asked in _schema(kind).fields.items()}
    spoken = [SelectChoice("it", _l("Italiano")), SelectChoice("en", _l("Inglese"))]
    made |= {
        "form": SelectField(_l("Formato"), choices=[SelectChoice(form, _FORMATS[form]) for form in kind.formats]),
        "spoken": SelectField(_l("Lingua del documento"), choices=spoken, default=words.asked()),
        "send": SubmitField(_l("Prepara il documento")),
    }
    form: MoneyForm = type("StatementForm", (MoneyForm,), made)()
    return form


def _field(name: str, asked: ma.fields.Field[Any]) -> Field:
    label, today = _LABELS[name], clock.today()
    asks = [_NEEDED] if asked.required else [Optional()]
    if name == "plan":
        return SelectField(label, asks, choices=_plans())
    if name == "benefit":
        return SelectField(label, asks, choices=_benefits())
    if name == "labour_cost_minor":
        return AmountField(label, [Optional()])
    if isinstance(asked, ma.fields.Boolean):
        return BooleanField(label)
    if isinstance(asked, parameters.Month):
        before = today.replace(day=1).toordinal() - 1
        return StringField(label, asks, default=f"{date.fromordinal(before):%Y-%m}")
    if isinstance(asked, Day):
        return DayField(label, asks)
    if isinstance(asked, ma.fields.Integer):
        return IntegerField(label, asks, default=today.year if name == "year" else asked.load_default or None)
    return StringField(label, asks)


def _plans() -> list[SelectChoice]:
    book_id = guards.own_book()
    return [SelectChoice(found.code, found.name) for found in transact(lambda session: plans.of_book(session, book_id))]


def _benefits() -> list[SelectChoice]:
    italian = words.asked() == "it"
    return [
        SelectChoice(code, f"{code} · {found.name_it if italian else found.name_en}")
        for code, found in benefits.names().items()
    ]


def _ask(kind: Kind, form: MoneyForm) -> Statement | None:
    """Queue a statement; None where its parameters do not hold, which the fields then say."""
    told = {name: _plain(form[name]) for name in _named(kind)}
    try:
        read = _schema(kind).load({name: value for name, value in told.items() if value not in (None, "")})
    except ma.ValidationError as error:
        for name in error.messages_dict:
            form[name if name in form else "form"].errors = [_wrong(name)]
        form.status = 422
        return None
    spoken = form["spoken"].data if form["spoken"].data in LANGUAGES else words.asked()
    wanted = Wanted(kind, read, form["form"].data, spoken)
    return transact(lambda session: statements.ask(session, current(), wanted, key=form.key.data))


def _plain(field: Field) -> Any:
    """Return what was typed as the schema of the parameters reads it."""
    if isinstance(field, AmountField):
        return None if field.money is None else money.minor(field.money)
    return field.data.isoformat() if isinstance(field.data, date) else field.data


def _wrong(name: str) -> object:
    match name:
        case "month":
            return _("Scrivi il mese così: 2026-03.")
        case "year":
            return _("Scrivi un anno dal 2016 al 2100.")
        case "ends_on":
            return _("Il periodo finisce prima di cominciare, o il giorno non esiste.")
        case "operator_code":
            return _("Un codice fiscale ha sedici caratteri.")
        case _:
            return _("Così non si può leggere: ricontrolla.")


def _row(found: Statement) -> Row:
    waiting = found.status in (State.QUEUED, State.RUNNING)
    problem = None if found.problem is None else str(found.problem[words.asked()])
    state = (
        "waiting"
        if waiting
        else "done"
        if found.file
        else "expired"
        if found.status == statements.EXPIRED
        else "failed"
    )
    return Row(
        statement_id=found.statement_id,
        title=KINDS[found.kind].title(words.asked()),
        about=_about(found.parameters),
        form=found.form.upper(),
        asked_at=found.asked_at,
        state=state,
        done=found.done,
        total=found.total,
        differs=found.reconciles is False,
        remarks=found.remarks,
        problem=problem,
    )


def _about(told: Mapping[str, Any]) -> str:
    """Return in a few words what a statement was asked about."""
    # As the form asks for them: the database keeps them in an order of its own.
    given = ((name, told.get(name)) for name in _LABELS)
    return ", ".join(_said(name, value) for name, value in given if value not in (None, "", False))


def _said(name: str, value: Any) -> str:
    if name in ("starts_on", "ends_on", "issued_on"):
        return words.day(date.fromisoformat(value))
    if name == "labour_cost_minor":
        return words.amount(value)
    return str(_LABELS[name]) if value is True else str(value)
