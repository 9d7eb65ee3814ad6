"""How applications for entrusted services are written in requests and answers. An indicator is read and never told."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.conventions import language
from api.conventions.fields import Amount, Day, Schema, Text, Whole
from plans.social.isee import Attestation
from plans.social.words import IseeType, State, Why

AN_ID = "apl_01K0Z7V3J8Q2X4N6B8C0D2F4H6"


class SocialWordOut(Schema):
    """A word of a closed list, as a code and as people read it."""

    code = fields.Function(str, required=True, metadata={"type": "string"})
    label = fields.Function(lambda word: word.label(language.asked()), required=True, metadata={"type": "string"})


def word(attribute: str | None = None, **told: Any) -> fields.Nested:
    """Return the field of a word of a closed list."""
    return fields.Nested(SocialWordOut, required=True, attribute=attribute, **told)


class EntrustedServiceOut(Schema):
    """A service that a municipality has entrusted, and by which instrument."""

    id = fields.String(attribute="code", required=True, metadata={"examples": ["PASTI"]})
    name = fields.String(required=True)
    instrument = word()
    selection = word()
    services = fields.List(
        fields.String(), required=True, metadata={"description": "Of the catalogue, what a voucher pays"}
    )
    partners = fields.List(
        fields.String(), required=True, metadata={"description": "Whom an agreement or a tender names"}
    )
    plan_id = fields.String(required=True, allow_none=True)
    tariff = fields.String(attribute="tariff_id", required=True, allow_none=True)
    threshold_minor = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The ISEE above which nobody is admitted, in cents"}
    )
    currency = fields.Constant("EUR", required=True, metadata={"type": "string", "const": "EUR"})
    act = fields.String(attribute="act_ref", required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)


class SocialApplicationOut(Schema):
    """An application as a list shows it."""

    id = fields.String(attribute="application_id", required=True, metadata={"examples": [AN_ID]})
    employee_id = fields.String(required=True, metadata={"description": "The citizen"})
    service = fields.String(attribute="entrusted_code", required=True, metadata={"examples": ["PASTI"]})
    state = word()
    protocol = fields.String(required=True)
    case = fields.String(attribute="case_ref", required=True, allow_none=True)
    submitted_on = fields.Date(required=True)
    citizenship = fields.String(required=True, allow_none=True)
    residence = fields.String(attribute="residence_istat", required=True, allow_none=True)
    chosen_service = fields.String(attribute="service_code", required=True, allow_none=True)


class SocialStepOut(Schema):
    """A step of an application."""

    from_state = word(allow_none=True)
    to_state = word()
    why = word()
    act = fields.String(attribute="act_ref", required=True, allow_none=True)
    on = fields.Date(attribute="occurred_on", required=True)


class SocialAssessmentOut(Schema):
    """What an attestation came to: what the citizen pays, and never the indicator itself."""

    standing = word()
    isee_type = word(allow_none=True)
    valid_until = fields.Date(required=True, allow_none=True)
    quota_kind = word("quota.kind")
    quota_value = fields.Integer(
        attribute="quota.value",
        required=True,
        metadata={"description": "Cents per unit of AMOUNT; hundredths of a per cent of PERCENT; 0 of FULL"},
    )
    effective_from = fields.Date(required=True)


class SocialVoucherOut(Schema):
    """What was assigned: the most that the municipality pays."""

    id = fields.String(attribute="voucher_id", required=True)
    lot_id = fields.String(required=True)
    plan_id = fields.String(required=True)
    amount_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True, metadata={"type": "string", "const": "EUR"})
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    assigned_on = fields.Date(required=True)


class SocialCardOut(SocialApplicationOut):
    """An application with its steps, what its last attestation came to, and its voucher."""

    assessment = fields.Nested(SocialAssessmentOut, required=True)
    steps = fields.List(fields.Nested(SocialStepOut), required=True)
    voucher = fields.Nested(SocialVoucherOut, required=True, allow_none=True)
    given_back_minor = fields.Integer(required=True, metadata={"description": "By the step that answers; else 0"})

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """Look for what a card does not have in its application."""
        found = super().get_attribute(obj, attr, ma.missing)
        return super().get_attribute(obj.application, attr, default) if found is ma.missing else found


class IseeBody(Schema):
    """An attestation as a citizen shows it. The indicator is used and forgotten."""

    amount_minor = Whole(required=True, metadata={"description": "The indicator, in cents; kept nowhere"})
    type = fields.Enum(IseeType, by_value=True, load_default=IseeType.ORDINARIO)
    dsu_protocol = Text(required=True, longest=40, metadata={"examples": ["INPS-ISEE-2026-01234567A-00"]})
    presented_on = Day(required=True)
    valid_until = Day(required=True)
    defects = fields.Boolean(load_default=False, truthy={True}, falsy={False})

    @ma.post_load
    def _shown(self, data: dict[str, Any], **_: Any) -> Attestation:
        kind, dsu = data.pop("type"), data.pop("dsu_protocol").upper()
        return Attestation(isee_type=kind, dsu_protocol=dsu, **data)


class Shown(Schema):
    """What is shown of a citizen's means: null, or nothing, where there is no attestation."""

    isee = fields.Nested(IseeBody, allow_none=True, load_default=None)
    shift = Whole(most=5, load_default=0, metadata={"description": "Bands down, where the tariff has it"})


class SocialApplicationBody(Shown):
    """What is presented: for whom, for which service, under which protocol."""

    employee_id = Text(required=True, metadata={"description": "The citizen"})
    service = Text(required=True, longest=40, metadata={"examples": ["PASTI"]})
    protocol = Text(required=True, longest=40, metadata={"examples": ["2026/000417"]})
    submitted_on = Day(metadata={"description": "Today unless given"})
    case = Text(longest=40, load_default=None, allow_none=True, metadata={"examples": ["PAI-2026-0042"]})
    citizenship = Text(longest=3, load_default=None, allow_none=True, metadata={"examples": ["380"]})
    residence = Text(longest=6, load_default=None, allow_none=True, metadata={"examples": ["019036"]})


class SocialRegistryBody(Schema):
    """What the national register asks for."""

    citizenship = Text(longest=3, metadata={"examples": ["380"]})
    residence = Text(longest=6, metadata={"examples": ["019036"]})


class AttestationBody(Shown):
    """A new attestation, or that there is none."""

    on = Day(metadata={"description": "Day on which it was shown; today unless given"})


class Acted(Schema):
    """What every step says."""

    why = fields.Enum(Why, by_value=True, load_default=Why.ORDINARY)
    on = Day(metadata={"description": "Day of the step; today unless given"})
    act = Text(longest=40, load_default=None, allow_none=True, metadata={"description": "Number of the act behind it"})


class SocialStepBody(Acted):
    """Where an application moves to."""

    state = fields.Enum(State, by_value=True, required=True)
    service = Text(
        longest=40, load_default=None, allow_none=True, metadata={"description": "What the citizen chose, by its code"}
    )


class AssignmentBody(Acted):
    """What is assigned: without an amount where the instrument gives no voucher."""

    amount = fields.Nested(Amount, load_default=None, allow_none=True)
    starts_on = Day(required=True)
    ends_on = Day(required=True)
