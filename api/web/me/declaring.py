"""Declaring: what somebody says of a relative or of themselves, until when, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import Field, SubmitField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from api.access.identity import current, needs, transact, transact_in
from api.web import forms, me, navigation
from api.web.fields import AmountField, CountField, DayField
from api.web.forms import Form
from api.web.me import Owner
from config import clock
from plans import directory, facts, people
from plans.errors import FactNotFound
from plans.facts import EARTH_KM, FIRST_YEAR, Declaration
from plans.people import RelativeCard
from plans.words import Fact
from wallet import declarations

blueprint = flask.Blueprint("web_declarations", __name__, url_prefix="/io")

_DAY = _l("Scrivi un giorno come 31/03/2026.")
# What people call each declaration, and what it says.
OF_RELATIVES: Mapping[Fact, tuple[Any, Any]] = {
    Fact.COHABITATION: (_l("Vive con me"), _l("Abita alla tua stessa residenza.")),
    Fact.MAINTENANCE: (_l("Lo o la mantengo"), _l("Non vivete insieme, ma paghi tu per il suo mantenimento.")),
    Fact.DEPENDENCY: (_l("È a mio carico per il fisco"), _l("Ha un reddito sotto il limite dei familiari a carico.")),
    Fact.NOT_SELF_SUFFICIENT: (
        _l("Non è autosufficiente"),
        _l("Lo dice un certificato medico. Noi chiediamo solo quando scade, mai il motivo."),
    ),
    Fact.PARENTS_MISSING: (_l("I suoi figli non ci sono più"), _l("Vale per i nonni: il genitore di mezzo manca.")),
}
OF_ONESELF: Mapping[Fact, tuple[Any, Any]] = {
    Fact.FIRST_JOB_PENSION: (
        _l("Ho cominciato a lavorare dopo il 2006"),
        _l("E nei primi cinque anni ho versato al fondo pensione meno del massimo: ora il limite esente è più alto."),
    ),
    Fact.NEW_HIRE: (
        _l("Mi sono trasferito o trasferita per questo lavoro"),
        _l("Con un contratto a tempo indeterminato: l'affitto di casa può essere esente nei primi due anni."),
    ),
}
# What may come to an end by itself, on a day that one tells.
ENDABLE = frozenset({Fact.COHABITATION, Fact.NOT_SELF_SUFFICIENT})
_OWN = OF_ONESELF.keys() | {Fact.DEPENDENT_CHILD}
# For how long the way that undoes what was just done is offered.
_UNDONE_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Said:
    """A declaration about oneself that stands; `child` is who it speaks of, by name where the family has them."""

    told: Declaration
    child: str | None


class DeclarationForm(Form):
    """What each declaration is asked; those that it does not take are left out."""

    year = CountField(_l("Per quale anno"), [InputRequired(_l("Scrivi l'anno con quattro cifre."))])
    since = DayField(_l("Da quando"), [InputRequired(_DAY)])
    until = DayField(_l("Fino a quando"), [Optional()])
    amount = AmountField(
        _l("Quanto hai guadagnato da dipendente l'anno prima, in euro"),
        [InputRequired(_l("Scrivi l'importo: se non avevi un lavoro scrivi 0."))],
    )
    distance_km = CountField(
        _l("Di quanti chilometri hai spostato la residenza"),
        [
            InputRequired(_l("Scrivi i chilometri, senza decimali.")),
            NumberRange(0, EARTH_KM, _l("Scrivi i chilometri, senza decimali.")),
        ],
    )
    send = SubmitField(_l("Lo dichiaro"))

    def __init__(self, fact: Fact, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        needed, besides = facts.form(fact)
        for name in ("year", "since", "until", "amount", "distance_km"):
            if name not in needed | besides:
                del self[name]
            elif name not in needed:
                _let_be(self[name])
        if "until" in needed:
            self.until.label.text, self.until.validators = _("Quando scade il certificato"), [InputRequired(_DAY)]
        if fact is Fact.NEW_HIRE:
            self.year.label.text = _("In quale anno ti hanno assunto")
        if "year" in self:
            self.year.validators = [*self.year.validators, NumberRange(FIRST_YEAR, clock.today().year + 1)]

    def validate_until(self, field: DayField) -> None:
        """Refuse an end before the beginning."""
        first = self.since.data if "since" in self else None
        if field.data is not None and first is not None and field.data < first:
            raise ValidationError(_("Viene prima del giorno in cui comincia."))

    def told(self) -> dict[str, Any]:
        """Return what was said, as a declaration takes it."""
        said = {name: self[name].data for name in ("year", "since", "until") if name in self and self[name].data}
        if "amount" in self:
            said |= {"amount": self.amount.money, "distance_km": self.distance_km.data}
        return said


class EndForm(Form):
    """The last day on which something that was declared is so."""

    on = DayField(_l("Qual è l'ultimo giorno?"), [InputRequired(_DAY)])
    send = SubmitField(_l("Salva l'ultimo giorno"))


def _let_be(field: Field) -> None:
    field.validators = [Optional()]


@blueprint.route("/familiari/<relative_id>/dichiara/<fact>", methods=("GET", "POST"))
@needs("people:declare")
def declare(relative_id: str, fact: str) -> Response | tuple[str, int]:
    """Declare something of a relative; whoever came from an order, told in `poi`, goes on with it."""
    mine = me.owner("people:declare")
    said = _one_of(OF_RELATIVES, fact)
    kin = transact(lambda session: me.relative(session, mine, relative_id))
    form = DeclarationForm(said, data={"year": clock.today().year})
    done = forms.attempt(form, lambda: _declared(mine, relative_id, said, form.told()))
    on = navigation.own(flask.request.args.get("poi"))
    if done is None:
        return forms.show("me/declaration.html", form, kin=kin, name=OF_RELATIVES[said], on=on)
    if on is not None:
        flask.flash(_("Dichiarazione scritta: ecco di nuovo il tuo ordine."))
        return flask.redirect(on)
    return _told(_("Dichiarazione scritta."), said, relative_id, undo=done, how="withdraw")


@blueprint.post("/familiari/<relative_id>/figlio-a-carico")
@needs("people:declare")
def claim(relative_id: str) -> Response:
    """Declare a child dependent for this year: that raises the limit of fringe benefits, and opens season tickets."""
    mine, year = me.owner("people:declare"), clock.today().year
    kin = transact(lambda session: me.relative(session, mine, relative_id))

    def work(session: Session) -> str:
        return _claim(session, mine, kin, year)

    done = transact_in(mine.book_id, work)
    return _told(_("Dichiarazione scritta."), Fact.DEPENDENT_CHILD, relative_id, undo=done, how="withdraw")


@blueprint.get("/dichiarazioni")
@needs("people:declare")
def every() -> str:
    """Show what somebody declared of themselves, and what they may declare."""
    mine = me.owner("people:declare")
    found = transact(lambda session: _own(session, mine))
    return flask.render_template("me/declarations.html", found=found, names=OF_ONESELF, undo=way_back())


@blueprint.route("/dichiarazioni/<fact>", methods=("GET", "POST"))
@needs("people:declare")
def declare_own(fact: str) -> Response | tuple[str, int]:
    """Declare something of oneself."""
    mine = me.owner("people:declare")
    said = _one_of(OF_ONESELF, fact)
    form = DeclarationForm(said, data={"year": clock.today().year})
    done = forms.attempt(form, lambda: _declared(mine, mine.employee_id, said, form.told()))
    if done is None:
        return forms.show("me/declaration.html", form, kin=None, name=OF_ONESELF[said])
    return _told(_("Dichiarazione scritta."), said, None, undo=done, how="withdraw")


@blueprint.post("/dichiarazioni/<fact_id>/ritira")
@needs("people:declare")
def withdraw(fact_id: str) -> Response:
    """Take a declaration back; what was decided before stays."""
    mine, found = _found(fact_id)

    def work(session: Session) -> None:
        declarations.withdraw(session, mine.book_id, fact_id, recorded_at=clock.now())
        child = _child(session, mine, found)
        if child is not None:
            for told in facts.of_relative(session, mine.book_id, child.relative_id):
                same = told.fact is Fact.DEPENDENCY and told.valid_from == found.valid_from and told.holds
                # Undoing leaves what was declared before by itself; who says that it is no more so takes all back.
                at_once = told.recorded_at == found.recorded_at
                if same and told.revoked_at is None and (at_once or "tutto" in flask.request.form):
                    declarations.withdraw(session, mine.book_id, told.fact_id, recorded_at=clock.now())

    transact_in(mine.book_id, work)
    return _told(_("Dichiarazione tolta."), found.fact, found.relative_id, undo=fact_id, how="again")


@blueprint.post("/dichiarazioni/<fact_id>/ripeti")
@needs("people:declare")
def again(fact_id: str) -> Response:
    """Declare again what was just taken back."""
    mine, found = _found(fact_id)

    def work(session: Session) -> str:
        child = _child(session, mine, found)
        if child is not None:
            return _claim(session, mine, child, found.valid_from.year)
        return _write(session, mine, found.relative_id or mine.employee_id, found.fact, _same(found))

    done = transact_in(mine.book_id, work)
    return _told(_("Dichiarazione scritta di nuovo."), found.fact, found.relative_id, undo=done, how="withdraw")


@blueprint.route("/dichiarazioni/<fact_id>/termina", methods=("GET", "POST"))
@needs("people:declare")
def end(fact_id: str) -> Response | tuple[str, int]:
    """Say on which day something stopped, or will stop, to be so."""
    mine, found = _found(fact_id)
    if found.fact not in ENDABLE or found.relative_id is None:
        flask.abort(404)
    relative_id = found.relative_id
    kin = transact(lambda session: me.relative(session, mine, relative_id))
    form = EndForm(data={"on": clock.today()})

    def work(session: Session) -> str:
        done = declarations.end(
            session,
            mine.book_id,
            relative_id,
            fact_id,
            on=form.on.data,
            declared_on=clock.today(),
            recorded_at=clock.now(),
        )
        return done.fact_id

    done = forms.attempt(form, lambda: transact_in(mine.book_id, work))
    if done is None:
        return forms.show("me/end.html", form, kin=kin, name=OF_RELATIVES[found.fact], found=found)
    return _told(_("Ultimo giorno scritto."), found.fact, relative_id, undo=fact_id, how="reopen")


@blueprint.post("/dichiarazioni/<fact_id>/riapri")
@needs("people:declare")
def reopen(fact_id: str) -> Response:
    """Let go on what was given a last day by mistake, as it was declared before."""
    mine, found = _found(fact_id)
    relative_id = found.relative_id
    if relative_id is None:
        flask.abort(404)

    def work(session: Session) -> str:
        for told in facts.of_relative(session, mine.book_id, relative_id):
            ended = told.fact is found.fact and told.valid_from == found.valid_from and told.revoked_at is None
            if ended and told.valid_to != found.valid_to:
                declarations.withdraw(session, mine.book_id, told.fact_id, recorded_at=clock.now())
        return _write(session, mine, relative_id, found.fact, _same(found))

    done = transact_in(mine.book_id, work)
    return _told(_("Dichiarazione scritta di nuovo."), found.fact, relative_id, undo=done, how="withdraw")


def way_back() -> str | None:
    """Return where what was just done is undone; an address that somebody else made up offers nothing."""
    try:
        how, fact_id = _seal().loads(flask.request.args.get("undo", ""), max_age=_UNDONE_SECONDS)
    except BadSignature:
        return None
    return flask.url_for(f"web_declarations.{how}", fact_id=fact_id)


def _seal() -> URLSafeTimedSerializer:
    # Of one person: what undoes somebody's declaration is offered to nobody else.
    return URLSafeTimedSerializer(str(flask.current_app.secret_key), salt=f"undo-{current().member_id}")


def _one_of(known: Mapping[Fact, Any], asked: str) -> Fact:
    said = next((each for each in known if each == asked), None)
    if said is None:
        flask.abort(404)
    return said


def _own(session: Session, mine: Owner) -> Sequence[Said]:
    kin = {one.tax_code: one.first_name for one in people.relatives(session, mine.book_id, mine.employee_id)}
    return tuple(
        Said(told, kin.get(told.child_tax_code, told.child_tax_code) if told.child_tax_code else None)
        for told in facts.of_employee(session, mine.book_id, mine.employee_id)
        if told.fact in _OWN and told.revoked_at is None
    )


def _declared(mine: Owner, person_id: str, fact: Fact, told: Mapping[str, Any]) -> str:
    return transact_in(mine.book_id, lambda session: _write(session, mine, person_id, fact, told))


def _write(
    session: Session, mine: Owner, person_id: str, fact: Fact, told: Mapping[str, Any], *, at: datetime | None = None
) -> str:
    done, _corrections = declarations.declare(
        session, mine.book_id, person_id, fact, declared_on=clock.today(), recorded_at=at or clock.now(), **told
    )
    return done.fact_id


def _claim(session: Session, mine: Owner, child: RelativeCard, year: int) -> str:
    """Declare a child dependent twice over, as the law asks: for the year's limit, and for what is paid for them."""
    told, now = {"year": year, "child": child.tax_code or ""}, clock.now()
    done = _write(session, mine, mine.employee_id, Fact.DEPENDENT_CHILD, told, at=now)
    said = [one for one in facts.of_relative(session, mine.book_id, child.relative_id) if one.revoked_at is None]
    if not any(one.fact is Fact.DEPENDENCY and one.holds and one.valid_from.year == year for one in said):
        # What one press of a button declares is known from one moment: so undoing it finds both.
        _write(session, mine, child.relative_id, Fact.DEPENDENCY, {"year": year}, at=now)
    return done


def _child(session: Session, mine: Owner, found: Declaration) -> RelativeCard | None:
    """Return the child of the family whom a declaration says to be dependent, if it is one of that."""
    if found.fact is not Fact.DEPENDENT_CHILD:
        return None
    kin = people.relatives(session, mine.book_id, mine.employee_id)
    return next((one for one in kin if one.tax_code == found.child_tax_code), None)


def _same(found: Declaration) -> dict[str, Any]:
    """Return what has to be told so that the same is declared again."""
    needed, besides = facts.form(found.fact)
    told: dict[str, Any] = {"year": found.valid_from.year, "child": found.child_tax_code}
    told |= {"since": found.valid_from, "until": found.valid_to, "holds": found.holds}
    told |= {"amount": found.amount, "distance_km": found.distance_km}
    return {name: value for name, value in told.items() if name in needed | besides and value is not None}


def _found(fact_id: str) -> tuple[Owner, Declaration]:
    """Return what whoever looks declared of their family or of themselves; what payroll declared is nobody's here."""
    mine = me.owner("people:declare")

    def work(session: Session) -> Declaration:
        _book, found = directory.declaration(session, fact_id)
        if found.relative_id is not None:
            me.relative(session, mine, found.relative_id)
        elif found.fact not in _OWN or found.employee_id != mine.employee_id:
            raise FactNotFound(fact_id=fact_id)
        return found

    return mine, transact(work)


def _told(sentence: str, fact: Fact, relative_id: str | None, *, undo: str, how: str) -> Response:
    flask.flash(sentence)
    way = _seal().dumps([how, undo])
    if fact in OF_ONESELF:
        return flask.redirect(flask.url_for("web_declarations.every", undo=way))
    return flask.redirect(flask.url_for("web_family.every", undo=way, _anchor=relative_id))
