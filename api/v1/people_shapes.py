"""How people are written in requests and answers; what is wrong with a code is said beside its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from api.conventions import language
from api.conventions.fields import Day, Schema, Text
from config import clock
from config.errors import DomainError
from plans import people_file, taxcodes
from plans.rulebook.words import Kinship


class TaxCode(Text):
    """A codice fiscale, of a person or provisional; kept in capitals."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {}).setdefault("examples", ["RSSMRA80A01H501U"])
        super().__init__(longest=40, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return taxcodes.check(text)
        except DomainError as refusal:
            raise ma.ValidationError(refusal.text(language.asked())) from refusal


class VatNumber(Text):
    """A partita IVA; `IT` before it is dropped."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {}).setdefault("examples", ["12345670017"])
        super().__init__(longest=40, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return taxcodes.check_vat(text)
        except DomainError as refusal:
            raise ma.ValidationError(refusal.text(language.asked())) from refusal


class Named(Schema):
    """What is said of anybody."""

    first_name = Text(required=True, longest=100, metadata={"examples": ["Giulia"]})
    last_name = Text(required=True, longest=100, metadata={"examples": ["Niccolò"]})
    birth_date = Day(allow_none=True, load_default=None, metadata={"examples": ["1985-05-05"]})

    @ma.validates_schema
    def _born(self, data: Mapping[str, Any], **_: Any) -> None:
        born: date | None = data.get("birth_date")
        if born is None:
            return
        if born > clock.today():
            raise ma.ValidationError("In the future.", "birth_date")
        code = data.get("tax_code")
        if code is not None and people_file.born_otherwise(code, born):
            raise ma.ValidationError("Not the one in the tax code.", "birth_date")


class EmployeeBody(Named):
    """An employee, or a citizen where the funder is no employer."""

    tax_code = TaxCode(required=True)
    hired_on = Day(allow_none=True, load_default=None, metadata={"examples": ["2015-01-01"]})
    cluster = Text(allow_none=True, load_default=None, longest=100, metadata={"examples": ["operai"]})
    work_place = Text(allow_none=True, load_default=None)
    home_territory = Text(
        allow_none=True, load_default=None, longest=60, metadata={"description": "Null is the employer's"}
    )
    email = fields.Email(
        allow_none=True,
        load_default=None,
        validate=validate.Length(max=254),
        metadata={"examples": ["giulia@example.it"]},
    )
    employee_no = Text(allow_none=True, load_default=None, longest=60)


class EmployeeOut(Schema):
    """An employee as their employer knows them."""

    id = fields.String(
        attribute="employee_id", required=True, metadata={"examples": ["emp_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]}
    )
    tax_code = fields.String(required=True)
    first_name = fields.String(required=True)
    last_name = fields.String(required=True)
    birth_date = fields.Date(required=True, allow_none=True)
    hired_on = fields.Date(required=True, allow_none=True)
    left_on = fields.Date(required=True, allow_none=True, metadata={"description": "Last day of the employment"})
    cluster = fields.String(required=True, allow_none=True)
    work_place = fields.String(required=True, allow_none=True)
    home_territory = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    employee_no = fields.String(required=True, allow_none=True)


class RelativeBody(Named):
    """A relative of an employee; what makes them qualify is declared."""

    kinship = fields.Enum(Kinship, by_value=True, required=True)
    tax_code = TaxCode(allow_none=True, load_default=None)
    comune = Text(allow_none=True, load_default=None, metadata={"description": "Where they live"})


class RelativeOut(Schema):
    """A relative, as the employee knows them."""

    id = fields.String(
        attribute="relative_id", required=True, metadata={"examples": ["rel_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]}
    )
    employee_id = fields.String(required=True)
    kinship = fields.Enum(Kinship, by_value=True, required=True)
    first_name = fields.String(required=True)
    last_name = fields.String(required=True)
    tax_code = fields.String(required=True, allow_none=True)
    birth_date = fields.Date(required=True, allow_none=True)
    comune = fields.String(required=True, allow_none=True)
