"""What an ISEE attestation says on a form: read, turned into a share, and kept nowhere."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from api.web import words
from api.web.fields import DayField
from api.web.forms import MoneyForm
from config.errors import DomainError
from plans import payroll_file
from plans.social import isee
from plans.social.isee import Attestation
from plans.social.words import IseeType


class IndicatorField(StringField):
    """An indicator in euro, zero included; `minor` is None where the field was left empty."""

    minor: int | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        super().process_formdata(valuelist)
        if self.data is None or not self.data.strip():
            return
        try:
            self.minor = payroll_file.amount_or_zero(self.data)
        except DomainError as refusal:
            raise ValueError(words.refusal(refusal)) from refusal


class AttestationForm(MoneyForm):
    """An attestation as a citizen shows it; all of it left empty says that there is none."""

    # Its name is among those that no sign-in carries along.
    isee_amount = IndicatorField(_l("ISEE, in euro"))
    isee_type = SelectField(_l("Tipo di ISEE"))
    dsu_protocol = StringField(_l("Protocollo della DSU"), [Optional(), Length(max=40)])
    presented_on = DayField(_l("Presentata il"), [Optional()])
    valid_until = DayField(_l("Vale fino al"), [Optional()])
    defects = BooleanField(_l("L'attestazione riporta omissioni o difformità"))
    shift = IntegerField(_l("Fasce in meno (solo dove la tariffa lo prevede)"), [Optional(), NumberRange(0, 5)])

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.isee_type.choices = [SelectChoice(str(each), each.label(words.asked())) for each in IseeType]

    def attestation(self) -> Attestation | None:
        """
        Return what was shown, or None where nothing was.

        Errors: DsuMissing where only a part was told.
        """
        told = (self.isee_amount.minor, self.dsu_protocol.data or None, self.presented_on.data, self.valid_until.data)
        kind = IseeType(self.isee_type.data) if any(each is not None for each in told) else None
        amount, protocol, presented, until = told
        return isee.complete(amount, kind, protocol, presented, until, defects=self.defects.data)
