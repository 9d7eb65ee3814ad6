"""What people say when they order: for whom, when, how much, and that they accept what is taxed."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from api.web import words
from api.web.forms import Form, MoneyForm
from config.labelled import Labelled
from wallet import reasons
from wallet.orders import Captured
from wallet.purchases import Purchase
from wallet.reasons import Voiding
from wallet.settlement.disputes import Reason

# Whoever orders for themselves chooses this instead of a relative.
MYSELF = "me"
MOST = 10_000
_WHOLE = _l("Scrivi un numero intero, da 1 a 10.000.")


class Asking(Form):
    """Something that is asked with GET, so that going back loses nothing: it changes nothing, and needs no token."""

    class Meta:
        """No token in an address."""

        csrf = False

    def is_submitted(self) -> bool:
        """Whoever comes here asks."""
        return True


class _Count(IntegerField):
    """A whole number, refused in words of ours."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(_WHOLE)) from error


class WhomForm(Asking):
    """For whom."""

    per = RadioField(_l("Per chi è?"), validate_choice=False)


class WhenForm(Asking):
    """When, and how much of it."""

    per = HiddenField()
    giorno = DateField(
        _l("Quando? (facoltativo)"),
        [Optional()],
    )
    quante = _Count(
        _l("Quanti te ne servono?"),
        [
            InputRequired(_l("Scrivi quanti te ne servono.")),
            NumberRange(1, MOST, _WHOLE),
        ],
    )

    def purchase(self, employee_id: str, service_code: str, *, consent: bool = False) -> Purchase:
        """Return what is asked for."""
        return Purchase(
            employee_id=employee_id,
            service_code=service_code,
            relative_id=None if self.per.data == MYSELF else self.per.data,
            quantity=self.quante.data,
            service_on=self.giorno.data,
            consent=consent,
        )

    def address(self) -> dict[str, Any]:
        """Return what was said, for the address of another step."""
        told = {"per": self.per.data, "giorno": self.giorno.data, "quante": self.quante.data}
        return {name: value for name, value in told.items() if value is not None}


class ConfirmForm(MoneyForm):
    """The order itself; `taxed` says that it was drawn with the tax that it costs."""

    per = HiddenField()
    giorno = HiddenField()
    quante = HiddenField()
    taxed = HiddenField()
    consent = BooleanField(_l("Ho capito quanto viene tassato in busta paga, e voglio andare avanti"))
    send = SubmitField(_l("Conferma l'ordine"))

    def validate_consent(self, field: BooleanField) -> None:
        """Ask for the consent where the page told that it takes one."""
        if self.taxed.data and not field.data:
            raise ValidationError(
                str(_l("Metti la spunta se accetti la tassa; se no, torna indietro e cambia l'ordine."))
            )


class RequestForm(MoneyForm):
    """What somebody would like, in their own words."""

    text = TextAreaField(
        _l("Che cosa ti serve?"),
        [InputRequired(_l("Scrivi che cosa ti serve, bastano due parole.")), Length(max=2_000)],
    )
    send = SubmitField(_l("Manda la richiesta"))


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
