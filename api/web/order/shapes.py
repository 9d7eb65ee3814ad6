"""What people say when they order: for whom, when, how much, and that they accept what is taxed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from api.conventions import problems
from api.web import words
from api.web.fields import MOST, WHOLE, AmountField, CountField, DayField
from api.web.forms import Form, MoneyForm
from api.web.order.places import PlaceFields
from api.web.public.looking import MYSELF
from api.web.public.names import CHANNELS
from config import clock
from config.errors import DomainError
from config.labelled import Labelled
from plans.rulebook.words import Channel
from plans.social.words import Standing
from wallet import reasons
from wallet.orders import Captured
from wallet.previews import Choosing
from wallet.purchases import Purchase
from wallet.reasons import Voiding
from wallet.settlement.disputes import Reason
from wallet.social.aids import Aid

T = TypeVar("T")
# Whoever does not mind how it comes lets the wallet choose.
ANY_WAY = "any"


class Asking(Form):
    """Something that is asked with GET, so that going back loses nothing: it changes nothing, and needs no token."""

    class Meta:
        """No token in an address."""

        csrf = False

    def is_submitted(self) -> bool:
        """Whoever comes here asks."""
        return True

    def look(self, work: Callable[[], T]) -> T | None:
        """Look at what is asked for, also in a form that came back late; None where something has to be mended."""
        if not self.validate():
            self.status = 422
            return None
        try:
            return work()
        except DomainError as refusal:
            self.refusals.append(words.refusal(refusal))
            self.status = int(problems.status_of(refusal))
            return None


class WhomForm(Asking):
    """For whom."""

    per = RadioField(_l("Per chi è?"), validate_choice=False)


class WhenForm(Asking):
    """When, how much of it, and how it comes; `come` is asked only where there is more than one way."""

    per = HiddenField()
    quante = CountField(_l("Quanti te ne servono?"), [Optional(), NumberRange(1, MOST, WHOLE)])
    importo = AmountField(_l("Oppure: quanto vuoi spendere in tutto, in euro?"), [Optional()])
    giorno = DayField(_l("Quando? (facoltativo)"), [Optional()])
    come = RadioField(_l("Come vuoi riceverlo?"), [Optional()])

    def __init__(self, found: Choosing, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(found.ways) < 2:
            del self.come
        else:
            self.come.choices = [
                (ANY_WAY, str(_l("Come è meglio per questo ordine"))),
                *((str(channel), str(CHANNELS[channel])) for channel in found.ways),
            ]
            self.come.data = self.come.data or ANY_WAY

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask for a quantity or an amount, and not for both."""
        sound = bool(super().validate(*args, **kwargs))
        if sound and self.quante.data is None and self.importo.money is None:
            self.quante.errors = [str(_l("Scrivi quanti te ne servono."))]
            return False
        return sound

    def purchase(self, employee_id: str, service_code: str, *, consent: bool = False) -> Purchase:
        """Return what is asked for; an amount that is told says more than how many."""
        way = self.come.data if "come" in self else ANY_WAY
        return Purchase(
            employee_id=employee_id,
            service_code=service_code,
            relative_id=None if self.per.data == MYSELF else self.per.data,
            quantity=self.quante.data if self.importo.money is None else None,
            amount=self.importo.money,
            service_on=self.giorno.data,
            channel=None if way == ANY_WAY else Channel(way),
            consent=consent,
        )

    def address(self) -> dict[str, Any]:
        """Return what was said, for the address of another step."""
        told = {name: self[name].data for name in ("per", "quante", "importo", "giorno", "come") if name in self}
        return {name: value for name, value in told.items() if value not in (None, "", ANY_WAY)}


class ConfirmForm(PlaceFields, MoneyForm):
    """
    The order itself, with where it is to come; `told` is in short what was told of it, `taxed` that the tax it costs
    was part of that.
    """

    per = HiddenField()
    quante = HiddenField()
    importo = HiddenField()
    giorno = HiddenField()
    come = HiddenField()
    taxed = HiddenField()
    told = HiddenField()
    consent = BooleanField(_l("Ho capito quanto viene tassato in busta paga, e voglio andare avanti"))
    send = SubmitField(_l("Conferma l'ordine"))

    def validate_consent(self, field: BooleanField) -> None:
        """Ask for the consent where the page told that it takes one."""
        if self.taxed.data and not field.data:
            raise ValidationError(
                str(_l("Metti la spunta se accetti la tassa; se no, torna indietro e cambia l'ordine."))
            )


class ShareForm(Asking):
    """How much of it, and when, where a municipality's voucher pays a part."""

    quante = CountField(
        _l("Quanti te ne servono?"),
        [InputRequired(_l("Scrivi quanti te ne servono.")), NumberRange(1, MOST, WHOLE)],
    )
    giorno = DayField(_l("Quando? (facoltativo)"), [Optional()])

    def __init__(self, aid: Aid, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._aid = aid

    def validate_giorno(self, field: DayField) -> None:
        """Refuse a day on which the voucher pays nothing."""
        aid, day = self._aid, field.data
        if day is None:
            return
        if not max(aid.starts_on, clock.today()) <= day <= aid.ends_on:
            first, last = words.day(max(aid.starts_on, clock.today())), words.day(aid.ends_on)
            raise ValidationError(
                _("Il tuo buono vale dal %(first)s al %(last)s: scegli un giorno fra questi.", first=first, last=last)
            )
        if aid.standing is not Standing.NOT_PRESENTED and aid.isee_until is not None and day > aid.isee_until:
            raise ValidationError(
                _(
                    "Il tuo ISEE vale fino al %(last)s: scegli un giorno prima, o porta quello nuovo ai servizi"
                    " sociali.",
                    last=words.day(aid.isee_until),
                )
            )


class BuyForm(PlaceFields, MoneyForm):
    """The order itself, with a municipality's voucher; `told` is in short what was told of it."""

    quante = HiddenField()
    giorno = HiddenField()
    told = HiddenField()
    send = SubmitField(_l("Conferma l'ordine"))


class VoidForm(MoneyForm):
    """Why an order ends unused."""

    reason = SelectField(_l("Perché lo annulli?"))
    send = SubmitField(_l("Annulla l'ordine"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = _choices(one for one in reasons.OF_BUYERS if one is not Voiding.VOIDED)


class DisputeForm(MoneyForm):
    """Which charge is disputed, and why."""

    capture = SelectField(_l("Quale addebito?"), coerce=int)
    why = SelectField(_l("Che cosa non va?"))
    note = StringField(_l("Vuoi aggiungere qualcosa? (facoltativo)"), [Length(max=500)])
    send = SubmitField(_l("Apri la contestazione"))

    def __init__(self, captures: tuple[Captured, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.capture.choices = [
            (one.entry_id, f"{words.day(one.on)}, {words.amount(one.amount_minor)}") for one in captures
        ]
        self.why.choices = _choices(Reason)


def _choices(some: Any) -> list[tuple[str, str]]:
    return [(str(one), _capital(one)) for one in some]


def _capital(one: Labelled) -> str:
    label = one.label(words.asked())
    return label[:1].upper() + label[1:]
