"""The family: who is in it, what is declared of each, what that opens, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import DateField, Field, IntegerField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from api.access.identity import needs, transact, transact_in
from api.web import forms, me, words
from api.web.forms import Form
from api.web.me import Owner
from config import clock
from config.errors import DomainError
from plans import directory, facts, openings, people_file, taxcodes
from plans.errors import FactNotFound, RelativeNotFound
from plans.facts import FIRST_YEAR, Declaration
from plans.people import RelativeCard
from plans.rulebook.words import Category, Kinship
from plans.words import Fact
from wallet import declarations, registry

blueprint = flask.Blueprint("web_family", __name__, url_prefix="/io/familiari")

_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
# Blanks alone say nothing.
_SAID = DataRequired(_l("Manca: scrivilo qui."))
_DAY = _l("Scrivi un giorno come 31/03/2026.")
# What people call each declaration, what it says, and what it is good for.
DECLARATIONS: Mapping[Fact, tuple[Any, Any]] = {
    Fact.COHABITATION: (_l("Vive con me"), _l("Abita alla tua stessa residenza.")),
    Fact.MAINTENANCE: (_l("Lo o la mantengo"), _l("Non vivete insieme, ma paghi tu per il suo mantenimento.")),
    Fact.DEPENDENCY: (_l("È a mio carico per il fisco"), _l("Ha un reddito sotto il limite dei familiari a carico.")),
    Fact.NOT_SELF_SUFFICIENT: (
        _l("Non è autosufficiente"),
        _l("Lo dice un certificato medico. Noi chiediamo solo quando scade, mai il motivo."),
    ),
    Fact.PARENTS_MISSING: (_l("I suoi figli non ci sono più"), _l("Vale per i nonni: il genitore di mezzo manca.")),
}
CATEGORIES: Mapping[Category, Any] = {
    Category.EDUCATION: _l("scuola e istruzione"),
    Category.SOCIAL_UTILITY: _l("sport, cultura, salute e benessere"),
    Category.CARE: _l("assistenza"),
    Category.PUBLIC_TRANSPORT: _l("abbonamenti ai mezzi pubblici"),
    Category.FRINGE: _l("buoni acquisto"),
}
_KINSHIPS: Mapping[Kinship, Any] = {
    Kinship.SPOUSE: _l("Marito o moglie"),
    Kinship.CHILD: _l("Figlio o figlia"),
    Kinship.PARENT: _l("Padre o madre"),
    Kinship.PARENT_IN_LAW: _l("Suocero o suocera"),
    Kinship.GRANDPARENT: _l("Nonno o nonna"),
    Kinship.SIBLING: _l("Fratello o sorella"),
    Kinship.CIVIL_PARTNER: _l("Unito o unita civilmente"),
    Kinship.SEPARATED_SPOUSE: _l("Coniuge separato o separata"),
    Kinship.DE_FACTO_PARTNER: _l("Convivente di fatto"),
    Kinship.CHILD_OF_DECEASED_SPOUSE: _l("Figlio o figlia del coniuge che non c'è più"),
    Kinship.CHILD_IN_LAW: _l("Genero o nuora"),
    Kinship.OTHER: _l("Un altro legame"),
}


class RelativeForm(Form):
    """Who a relative is."""

    kinship = SelectField(_l("Chi è per te"), [_NEEDED])
    first_name = StringField(_l("Nome"), [_SAID, Length(max=100)])
    last_name = StringField(_l("Cognome"), [_SAID, Length(max=100)])
    birth_date = DateField(_l("Data di nascita"), [Optional()])
    tax_code = StringField(_l("Codice fiscale (se lo sai)"), [Length(max=40)])
    comune = StringField(_l("Dove vive (se vuoi)"), [Length(max=200)])
    send = SubmitField(_l("Aggiungi alla famiglia"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinship.choices = [
            SelectChoice("", _("Scegli")),
            *(SelectChoice(str(kin), name) for kin, name in _KINSHIPS.items()),
        ]

    def validate_birth_date(self, field: DateField) -> None:
        """Refuse a day to come, and one that is not the tax code's."""
        if field.data is not None and field.data > clock.today():
            raise ValidationError(_("È un giorno che deve ancora venire."))
        try:
            code = taxcodes.check(self.tax_code.data or "")
        except DomainError:
            return
        if field.data is not None and people_file.born_otherwise(code, field.data):
            raise ValidationError(_("Non è quella che dice il codice fiscale."))

    def validate_tax_code(self, field: StringField) -> None:
        """Refuse what is no codice fiscale."""
        try:
            field.data = taxcodes.check(field.data.strip()) if (field.data or "").strip() else ""
        except DomainError as refusal:
            raise ValidationError(words.refusal(refusal)) from refusal

    def told(self) -> dict[str, Any]:
        """Return what was said, as the wallet's registry takes it."""
        said = {
            name: (self[name].data or "").strip() or None for name in ("first_name", "last_name", "tax_code", "comune")
        }
        return said | {"kinship": Kinship(self.kinship.data), "birth_date": self.birth_date.data}


class DeclarationForm(Form):
    """What each declaration is asked; those that it does not take are left out."""

    year = IntegerField(_l("Per quale anno"), [InputRequired(_l("Scrivi l'anno con quattro cifre."))])
    since = DateField(_l("Da quando"), [InputRequired(_DAY)])
    until = DateField(_l("Fino a quando"), [Optional()])
    send = SubmitField(_l("Lo dichiaro"))

    def __init__(self, fact: Fact, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        needed, besides = facts.form(fact)
        for name in ("year", "since", "until"):
            if name not in needed | besides:
                del self[name]
            elif name not in needed:
                _let_be(self[name])
        if "until" in needed:
            self.until.label.text, self.until.validators = _("Quando scade il certificato"), [InputRequired(_DAY)]
        if "year" in self:
            self.year.validators = [*self.year.validators, NumberRange(FIRST_YEAR, clock.today().year + 1)]

    def validate_until(self, field: DateField) -> None:
        """Refuse an end before the beginning."""
        first = self.since.data if "since" in self else None
        if field.data is not None and first is not None and field.data < first:
            raise ValidationError(_("Viene prima del giorno in cui comincia."))

    def told(self) -> dict[str, Any]:
        """Return what was said, as a declaration takes it."""
        return {name: self[name].data for name in ("year", "since", "until") if name in self and self[name].data}


def _let_be(field: Field) -> None:
    field.validators = [Optional()]


@blueprint.app_template_filter("kinship")
def kinship(kin: Kinship) -> Any:
    """Return what people call a tie."""
    return _KINSHIPS[kin]


@blueprint.get("")
@needs("people:declare")
def every() -> str:
    """Show the family, what is open for each, and what a declaration more would open."""
    mine = me.owner("people:declare")
    family = transact(lambda session: openings.family(session, mine.book_id, mine.employee_id, on=clock.today()))
    return flask.render_template(
        "me/family.html", family=family, declarations=DECLARATIONS, categories=CATEGORIES, undo=_undo()
    )


@blueprint.route("/nuovo", methods=("GET", "POST"))
@needs("people:declare")
def add() -> Response | tuple[str, int]:
    """Add a relative."""
    mine, form = me.owner("people:declare"), RelativeForm()

    def work(session: Session) -> RelativeCard:
        return registry.add_relative(session, mine.book_id, mine.employee_id, form.told())

    made = forms.attempt(form, lambda: transact_in(mine.book_id, work))
    if made is None:
        return forms.show("me/relative.html", form)
    flask.flash(_("%(name)s ora è nella tua famiglia.", name=made.first_name))
    return flask.redirect(flask.url_for("web_family.every", _anchor=made.relative_id))


@blueprint.route("/<relative_id>/dichiara/<fact>", methods=("GET", "POST"))
@needs("people:declare")
def declare(relative_id: str, fact: str) -> Response | tuple[str, int]:
    """Declare something of a relative."""
    mine = me.owner("people:declare")
    said = next((each for each in DECLARATIONS if each == fact), None)
    if said is None:
        flask.abort(404)
    kin = transact(lambda session: _own(session, mine, relative_id))
    form = DeclarationForm(said, data={"year": clock.today().year})
    done = forms.attempt(form, lambda: _declared(mine, relative_id, said, form.told()))
    if done is None:
        return forms.show("me/declaration.html", form, kin=kin, name=DECLARATIONS[said])
    return _told(_("Dichiarazione scritta."), relative_id, undo=done, how="withdraw")


@blueprint.post("/<relative_id>/figlio-a-carico")
@needs("people:declare")
def claim(relative_id: str) -> Response:
    """Declare a child dependent for this year, which raises the limit of vouchers and fringe benefits."""
    mine = me.owner("people:declare")
    kin = transact(lambda session: _own(session, mine, relative_id))
    told = {"year": clock.today().year, "child": kin.tax_code or ""}
    done = _declared(mine, mine.employee_id, Fact.DEPENDENT_CHILD, told)
    return _told(_("Dichiarazione scritta."), relative_id, undo=done, how="withdraw")


@blueprint.post("/dichiarazioni/<fact_id>/ritira")
@needs("people:declare")
def withdraw(fact_id: str) -> Response:
    """Take a declaration back; what was decided before stays."""
    mine, found = _found(fact_id)
    transact_in(
        mine.book_id,
        lambda session: declarations.withdraw(session, mine.book_id, fact_id, recorded_at=clock.now()),
    )
    return _told(_("Dichiarazione tolta."), found.relative_id, undo=fact_id, how="again")


@blueprint.post("/dichiarazioni/<fact_id>/ripeti")
@needs("people:declare")
def again(fact_id: str) -> Response:
    """Declare again what was just taken back."""
    mine, found = _found(fact_id)
    done = _declared(mine, found.relative_id or mine.employee_id, found.fact, _same(found))
    return _told(_("Dichiarazione scritta di nuovo."), found.relative_id, undo=done, how="withdraw")


def _declared(mine: Owner, person_id: str, fact: Fact, told: Mapping[str, Any]) -> str:
    def work(session: Session) -> str:
        today = clock.today()
        done, _corrections = declarations.declare(
            session, mine.book_id, person_id, fact, declared_on=today, recorded_at=clock.now(), **told
        )
        return done.fact_id

    return transact_in(mine.book_id, work)


def _same(found: Declaration) -> dict[str, Any]:
    """Return what has to be told so that the same is declared again."""
    needed, besides = facts.form(found.fact)
    told: dict[str, Any] = {"year": found.valid_from.year, "child": found.child_tax_code}
    told |= {"since": found.valid_from, "until": found.valid_to, "holds": found.holds}
    return {name: value for name, value in told.items() if name in needed | besides and value is not None}


def _own(session: Session, mine: Owner, relative_id: str) -> RelativeCard:
    kin = directory.relative(session, mine.book_id, relative_id)
    if kin.employee_id != mine.employee_id:
        raise RelativeNotFound(relative=relative_id)
    return kin


def _found(fact_id: str) -> tuple[Owner, Declaration]:
    """Return what whoever looks declared of their family; what payroll declared is nobody's here."""
    mine = me.owner("people:declare")

    def work(session: Session) -> Declaration:
        _book, found = directory.declaration(session, fact_id)
        if found.relative_id is not None:
            _own(session, mine, found.relative_id)
        elif found.fact is not Fact.DEPENDENT_CHILD or found.employee_id != mine.employee_id:
            raise FactNotFound(fact_id=fact_id)
        return found

    return mine, transact(work)


def _told(sentence: str, relative_id: str | None, *, undo: str, how: str) -> Response:
    flask.flash(sentence)
    return flask.redirect(flask.url_for("web_family.every", undo=undo, how=how, _anchor=relative_id))


def _undo() -> str | None:
    """Return where what was just done is undone."""
    fact_id, how = flask.request.args.get("undo"), flask.request.args.get("how")
    if not fact_id or how not in ("withdraw", "again"):
        return None
    return flask.url_for(f"web_family.{how}", fact_id=fact_id)
