"""What each kind of statement is asked with; one schema for each set of parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.conventions.fields import Day, Schema, Text, Whole
from config.money import MAX_MINOR

_LAST_YEAR = 2100
MONTH = re.compile(r"(20[0-9]{2}|2100)-(0[1-9]|1[0-2])")


class Month(fields.String):
    """A month, as 2026-03; its first day in our hands."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {}).update({"pattern": f"^({MONTH.pattern})$", "examples": ["2026-03"]})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not MONTH.fullmatch(text):
            raise ma.ValidationError("Not a month: write it as 2026-03.")
        return date.fromisoformat(f"{text}-01")

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return None if value is None else f"{value:%Y-%m}"


class Nothing(Schema):
    """Nothing has to be said."""


class OfMonth(Schema):
    """A month."""

    month = Month(required=True)


class OfYear(Schema):
    """A tax year."""

    year = Whole(least=2016, most=_LAST_YEAR, required=True, metadata={"examples": [2026]})


class Period(Schema):
    """Two days, both of them in the period."""

    starts_on = Day(required=True)
    ends_on = Day(required=True)

    @ma.validates_schema
    def _in_order(self, data: Mapping[str, Any], **_: Any) -> None:
        if data.get("ends_on") and data.get("starts_on") and data["ends_on"] < data["starts_on"]:
            raise ma.ValidationError("The period ends before it starts.", "ends_on")


class OpenPeriod(Period):
    """A period, of which either day may be left out."""

    starts_on = Day(metadata={"description": "First day; the first there is unless given"})
    ends_on = Day(metadata={"description": "Last day; the last there is unless given"})


class OfPlan(OpenPeriod):
    """A plan, over a period of it."""

    plan = Text(required=True, metadata={"description": "The plan's code"})
    cluster = Text(metadata={"description": "Only the people of this cluster, and their credit"})


class OfPayroll(OfMonth):
    """A month of payroll."""

    draft = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "A month that is still open, marked as a draft"},
    )


class OfDeductibility(OfYear):
    """A year, and what the limit of art. 100 is reckoned on."""

    labour_cost_minor = Whole(
        most=MAX_MINOR, metadata={"description": "Costs for employees of the year's tax return, in whole cents"}
    )


class OfDeductibilityWhole(OfDeductibility):
    """The same for the accountant."""

    detail = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "All of the year as known today, for the tax return: not to be handed on"},
    )


class _Auditing(Schema):
    """Whose book somebody of the network looks into, and how closely."""

    funder = Text(required=True, metadata={"description": "The funder's code"})
    detail = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "Each lot and provider: for who runs or audits the book"},
    )


class OfBook(_Auditing, OpenPeriod):
    """A funder's book, over a period."""


class OfBookMonth(_Auditing, OfMonth):
    """A month of a funder's book."""


class OfInvoices(Period):
    """A period to invoice."""

    issued_on = Day(metadata={"description": "The date of the invoices; today unless given"})


class OfBenefit(OfMonth):
    """A month of a social benefit."""

    benefit = Text(required=True, metadata={"description": "The benefit's code", "examples": ["A2.07"]})
    operator_code = Text(
        required=True, shortest=16, longest=16, metadata={"description": "Codice fiscale of who sends the flow"}
    )
    number = Whole(least=1, most=9_999_999, load_default=1, metadata={"description": "Of the day's flows"})


class OfClearing(OfMonth):
    """A month of clearing."""

    territory = Text(metadata={"description": "What one territory reads: its own flows, position and transfer"})
