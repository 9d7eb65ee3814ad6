"""What is asked of a welfare manager who acts for somebody: whom, which service, what to order, and a relative."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from api.web.fields import MOST, WHOLE, CountField, DayField
from api.web.forms import Form, MoneyForm
from api.web.me.family import RelativeForm
from api.web.order.places import Around, PlaceFields
from plans.rulebook.words import Channel
from wallet.previews import Preview
from wallet.purchases import Purchase

_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
# Whoever does not mind how it comes lets the wallet choose.
_ANY_WAY = "any"
_WAYS = {
    Channel.DIRECT: _l("La rete paga il fornitore"),
    Channel.VOUCHER: _l("Con un buono a suo nome, da mostrare al fornitore"),
}


class PersonForm(Form):
    """Whom one looks for; in a body, so that no name is in an address."""

    employer = SelectField(_l("Azienda o ente"))
    text = StringField(_l("Nome, cognome o matricola"), [_NEEDED, Length(max=100)])
    send = SubmitField(_l("Cerca"))


class ActForm(Form):
    """The word to begin, or to end."""

    send = SubmitField(_l("Agisci per questa persona"))


class ServiceForm(Form):
    """What is looked for, and for whom of the family."""

    text = StringField(_l("Che servizio cerca?"), [_NEEDED, Length(max=100)])
    relative = SelectField(_l("Per chi è?"))
    send = SubmitField(_l("Cerca il servizio"))


class KinForm(RelativeForm):
    """A relative, as whoever calls says who they are."""

    send = SubmitField(_l("Aggiungi alla sua famiglia"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinship.label.text = _("Chi è per la persona che chiama")


class OrderForm(PlaceFields, MoneyForm):
    """
    What somebody orders by phone; looked at first, then confirmed as `looked` says that it was told.

    `come` is asked only where there is more than one way; `placed` says for whom where to come was filled in.
    """

    relative = SelectField(_l("Per chi è?"))
    quantity = CountField(_l("Quante volte?"), [_NEEDED, NumberRange(1, MOST, WHOLE)])
    service_on = DayField(_l("Quando? (facoltativo)"), [Optional()])
    come = SelectField(_l("Come lo riceve?"))
    consent = BooleanField(_l("Ha sentito quanto viene tassato in busta paga, e accetta"))
    looked = HiddenField()
    placed = HiddenField()
    send = SubmitField(_l("Conferma l'ordine"))

    def offer(self, ways: tuple[Channel, ...]) -> None:
        """Offer the ways in which a service can come, where there is more than one."""
        if len(ways) < 2:
            del self.come
            return
        self.come.choices = [
            (_ANY_WAY, _("Come è meglio per questo ordine")),
            *((str(way), str(_WAYS[way])) for way in ways),
        ]
        self.come.data = self.come.data or _ANY_WAY

    def begin(self, now: Around | None, before: Around | None) -> None:
        """Fill in where to come for whom it is now, unless something else was typed than was known `before`."""
        if self.placed.data is None or (self.placed.data != self.relative.data and self.holds(before)):
            self.fill(now)
        self.placed.data = self.relative.data or ""

    def agreed(self, told: Preview) -> bool:
        """Say whether what is told was accepted where it costs tax; where it was not, ask for it."""
        if told.consented is None or self.consent.data or self.looked.data != told.told:
            return True
        self.consent.errors = [_("Metti la spunta se ha sentito quanto viene tassato, e accetta.")]
        self.status = 422
        return False

    def tell(self, told: Preview | None) -> None:
        """Keep what is told now; whoever agreed to something else is asked anew."""
        now = told.told if told is not None and told.possible else ""
        if self.looked.data != now:
            self.looked.data, self.consent.data = now, False

    def purchase(self, employee_id: str, service_code: str) -> Purchase:
        """Return what is asked for, by somebody else in the person's place."""
        way = self.come.data if "come" in self else _ANY_WAY
        return Purchase(
            employee_id=employee_id,
            service_code=service_code,
            relative_id=self.relative.data or None,
            quantity=self.quantity.data,
            service_on=self.service_on.data,
            channel=None if way == _ANY_WAY else Channel(way),
            consent=bool(self.consent.data),
            on_behalf=True,
        )
