"""The family: who is in it, what is declared of each, what that opens, and mending what is written of somebody."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from api.access import audit
from api.access.identity import needs, transact, transact_in
from api.web import forms, me, municipalities, navigation, words
from api.web.fields import DayField
from api.web.forms import Form
from api.web.me import declaring
from config import clock
from config.errors import DomainError
from plans import openings, people_file, taxcodes
from plans.people import RelativeCard
from plans.rulebook.words import Category, Kinship
from wallet import registry

blueprint = flask.Blueprint("web_family", __name__, url_prefix="/io/familiari")

_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
# Blanks alone say nothing.
_SAID = DataRequired(_l("Manca: scrivilo qui."))
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


# In years: nobody known has been older, and nobody who works has a younger parent.
_OLDEST, _YOUNGEST_PARENT = 125, 25


class RelativeForm(Form):
    """Who a relative is."""

    kinship = SelectField(_l("Chi è per te"), [_NEEDED])
    first_name = StringField(_l("Nome"), [_SAID, Length(max=100)])
    last_name = StringField(_l("Cognome"), [_SAID, Length(max=100)])
    birth_date = DayField(_l("Data di nascita"), [Optional()])
    tax_code = StringField(_l("Codice fiscale (se lo sai)"), [Length(max=40)])
    comune = StringField(_l("Dove vive (se vuoi)"), [Length(max=200)])
    send = SubmitField(_l("Aggiungi alla famiglia"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinship.choices = [
            SelectChoice("", _("Scegli")),
            *(SelectChoice(str(kin), name) for kin, name in _KINSHIPS.items()),
        ]

    def validate_birth_date(self, field: DayField) -> None:
        """Refuse a day to come, and one that is not the tax code's."""
        if field.data is not None and field.data > clock.today():
            raise ValidationError(_("È un giorno che deve ancora venire."))
        if field.data is not None and field.data.year < clock.today().year - _OLDEST:
            raise ValidationError(_("È troppo tempo fa: ricontrolla l'anno."))
        young = field.data is not None and field.data.year > clock.today().year - _YOUNGEST_PARENT
        if young and self.kinship.data == str(Kinship.PARENT):
            raise ValidationError(_("Un genitore non può essere nato così di recente: ricontrolla l'anno."))
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

    def validate_comune(self, field: StringField) -> None:
        """Keep a municipality of Italy as the register writes it; a place that is none is somewhere else."""
        written = (field.data or "").strip()
        if not written or written == field.object_data:
            return
        none = _l("Nessun Comune italiano si chiama così: ricontrolla il nome, o lascia vuoto se vive all'estero.")
        _found, field.data = municipalities.meant(written, none)

    def told(self) -> dict[str, Any]:
        """Return what was said, as the wallet's registry takes it."""
        said = {
            name: (self[name].data or "").strip() or None for name in ("first_name", "last_name", "tax_code", "comune")
        }
        return said | {"kinship": Kinship(self.kinship.data), "birth_date": self.birth_date.data}


class AmendForm(RelativeForm):
    """What is written of a relative, mended; `seen` says what the page was drawn with."""

    seen = HiddenField()
    send = SubmitField(_l("Salva le correzioni"))


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
        "me/family.html",
        family=family,
        declarations=declaring.OF_RELATIVES,
        endable=declaring.ENDABLE,
        categories=CATEGORIES,
        undo=declaring.way_back(),
    )


@blueprint.route("/nuovo", methods=("GET", "POST"))
@needs("people:declare")
def add() -> Response | tuple[str, int]:
    """Add a relative; whoever was ordering something, told in `ordina`, goes on for whom they added."""
    mine, form = me.owner("people:declare"), RelativeForm()

    def work(session: Session) -> RelativeCard:
        return registry.add_relative(session, mine.book_id, mine.employee_id, form.told())

    made = forms.attempt(form, lambda: transact_in(mine.book_id, work))
    service = flask.request.args.get("ordina")
    on = None if service is None else flask.url_for("web_order.begin", service=service)
    if made is None:
        return forms.show("me/relative.html", form, on=on)
    flask.flash(_("%(name)s ora è nella tua famiglia.", name=made.first_name))
    if service is not None:
        return flask.redirect(flask.url_for("web_order.begin", service=service, per=made.relative_id))
    return flask.redirect(flask.url_for("web_family.every", _anchor=made.relative_id))


@blueprint.route("/<relative_id>/correggi", methods=("GET", "POST"))
@needs("people:declare")
def amend(relative_id: str) -> Response | tuple[str, int]:
    """Mend what is written of a relative, unless somebody else changed it meanwhile; what was decided before stays."""
    mine = me.owner("people:declare")
    kin = transact(lambda session: me.relative(session, mine, relative_id))
    form = AmendForm(obj=kin, data={"seen": _mark(kin)})
    on = navigation.own(flask.request.args.get("poi"))
    if form.is_submitted() and form.seen.data != _mark(kin):
        form.refusals.append(_("Intanto questi dati sono cambiati: ricontrolla e salva di nuovo."))
        form.seen.data, form.status = _mark(kin), 409
        return forms.show("me/relative.html", form, kin=kin, on=on)
    audit.about(employee_id=mine.employee_id, target=relative_id)

    def work(session: Session) -> RelativeCard:
        return registry.amend_relative(session, mine.book_id, relative_id, form.told())

    made = forms.attempt(form, lambda: transact_in(mine.book_id, work))
    if made is None:
        return forms.show("me/relative.html", form, kin=kin, on=on)
    flask.flash(_("Corretto. Quello che è già stato deciso resta com'era."))
    return flask.redirect(on or flask.url_for("web_family.every", _anchor=relative_id))


def _mark(kin: RelativeCard) -> str:
    """Return what tells a relative from the same one changed by somebody meanwhile."""
    return hashlib.sha256(repr(kin).encode()).hexdigest()
