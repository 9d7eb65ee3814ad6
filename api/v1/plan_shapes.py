"""How plans are written: what is sent, and what is told."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate
from moneyed import Money

from api.conventions.fields import Amount, Day, File, Schema, Text, Whole
from api.v1.reach import InBook
from config import money
from plans import wording
from plans.listing import FoundPlan
from plans.plan_file import Act, ClusterDraft, PlanDraft
from plans.rulebook.words import Category, Channel, Entitlement, PlanSource
from plans.words import FundingPolicy, Residual, SourceType, TaxablePolicy

_ID = {"examples": ["pln_01K0Z7V3J8Q2X4N6B8C0D2F4H6"]}


def word(vocabulary: type[StrEnum], **kwargs: Any) -> fields.Enum[Any]:
    return fields.Enum(vocabulary, by_value=True, **kwargs)


def words(vocabulary: type[StrEnum], **kwargs: Any) -> fields.List[Any]:
    once = validate.Length(min=1, max=len(vocabulary))
    return fields.List(word(vocabulary), validate=[once, _without_repetitions], **kwargs)


def _without_repetitions(words: list[Any]) -> None:
    if len(set(words)) != len(words):
        raise ma.ValidationError("Given twice.")


# -- what is sent ----------------------------------------------------------------------------------------------------


class PlanActBody(Schema):
    """The act an employer's plan rests on."""

    source_type = word(SourceType, required=True)
    document_ref = Text()
    signed_on = Day()
    deposit_code = Text()
    unilateral_change = fields.Boolean(truthy={True}, falsy={False})


class PlanClusterBody(Schema):
    """An objective group and what each of its members is granted."""

    cluster = Text(required=True, metadata={"examples": ["operai"]})
    description = Text(required=True, longest=500)
    amount = fields.Nested(Amount)


class PlanTermsBody(Schema):
    """The rules of a plan; what may be left out has the plan file's default."""

    name = Text(required=True)
    source = word(PlanSource, required=True)
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    spend_by = Day(required=True)
    entitlement = word(Entitlement, required=True)
    funding_policy = word(FundingPolicy, required=True)
    taxable_policy = word(TaxablePolicy, required=True)
    categories = words(Category, required=True)
    channels = words(Channel, required=True)
    carry_over_months = Whole(most=60)
    residual_destination = word(Residual)
    leaver_grace_days = Whole(most=730)
    amount = fields.Nested(Amount)
    priority = Whole(most=32_767)
    act = fields.Nested(PlanActBody)
    clusters = fields.List(fields.Nested(PlanClusterBody), validate=validate.Length(max=200))


class PlanBody(PlanTermsBody, InBook):
    """A plan to load: whose, under which code, and its rules."""

    code = Text(required=True, longest=60, metadata={"examples": ["A-2026"]})


class PlanFileBody(InBook):
    """A plan file to load."""

    file = File(required=True, metadata={"description": "TOML, as docs/plans.md describes it"})


class _Optional(Schema):
    """Fields of which any may be left out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Not `partial`, which would take the defaults away from what is nested, too.
        for field in self.fields.values():
            field.required = False


class PlanActChangesBody(_Optional, PlanActBody):
    """What shall be otherwise in the act."""


class PlanClusterChangesBody(Schema):
    """A group that shall be otherwise in the next period, or be no more."""

    cluster = Text(required=True, metadata={"examples": ["operai"]})
    description = Text(longest=500)
    amount = fields.Nested(Amount)
    remove = fields.Boolean(truthy={True}, falsy={False})


class PlanChangesBody(_Optional, PlanTermsBody):
    """What shall be otherwise in the next period; only what is given changes."""

    act = fields.Nested(PlanActChangesBody)
    clusters = fields.List(fields.Nested(PlanClusterChangesBody), validate=validate.Length(max=200))
    code = Text(longest=60)


class PlanRenewalBody(Schema):
    """How the next period differs: it follows at once, or lies so many months later."""

    code = Text(longest=60, metadata={"description": "Its year plus one unless given", "examples": ["A-2027"]})
    months = Whole(least=1, most=120)
    changes = fields.Nested(PlanChangesBody)


def draft(code: str, said: Mapping[str, Any]) -> PlanDraft:
    """Return the rules of a body as a plan."""
    values = dict(said) | {name: frozenset(said[name]) for name in ("categories", "channels")}
    if "act" in values:
        values["act"] = Act(**values["act"])
    values["clusters"] = tuple(ClusterDraft(**each) for each in values.get("clusters", ()))
    return PlanDraft(code=code, **values)


def file_words(value: Any) -> Any:
    """Return what a body says in the words of a plan file."""
    if isinstance(value, Mapping):
        return {name: file_words(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [file_words(inner) for inner in value]
    if isinstance(value, Money):
        return f"{value.amount:.2f}"
    return str(value) if isinstance(value, StrEnum) else value


# -- what is told ----------------------------------------------------------------------------------------------------


class PlanAmountOut(Schema):
    """An amount of money."""

    minor = fields.Function(money.minor, required=True, metadata={"type": "integer", "examples": [60_000]})
    currency = fields.Constant("EUR", required=True)


class PlanActOut(Schema):
    """The act an employer's plan rests on."""

    source_type = fields.String(required=True)
    document_ref = fields.String(required=True, allow_none=True)
    signed_on = fields.Date(required=True, allow_none=True)
    deposit_code = fields.String(required=True, allow_none=True)
    unilateral_change = fields.Boolean(required=True)


class PlanClusterOut(Schema):
    """An objective group and what each of its members is granted."""

    cluster = fields.String(required=True)
    description = fields.String(required=True)
    amount = fields.Nested(PlanAmountOut, required=True, allow_none=True)


class PlanInWordsOut(Schema):
    """The plan in plain sentences."""

    it = fields.List(fields.String(), required=True)
    en = fields.List(fields.String(), required=True)


class PlanOut(Schema):
    """A plan whole, as data and in words."""

    id = fields.String(attribute="plan_id", required=True, metadata=_ID)
    employer = fields.String(required=True, metadata={"examples": ["E1"]})
    code = fields.String(attribute="draft.code", required=True)
    name = fields.String(attribute="draft.name", required=True)
    source = fields.String(attribute="draft.source", required=True)
    starts_on = fields.Date(attribute="draft.starts_on", required=True)
    ends_on = fields.Date(attribute="draft.ends_on", required=True)
    spend_by = fields.Date(attribute="draft.spend_by", required=True)
    entitlement = fields.String(attribute="draft.entitlement", required=True)
    funding_policy = fields.String(attribute="draft.funding_policy", required=True)
    taxable_policy = fields.String(attribute="draft.taxable_policy", required=True)
    categories = fields.List(fields.String(), required=True)
    channels = fields.List(fields.String(), required=True)
    carry_over_months = fields.Integer(attribute="draft.carry_over_months", required=True)
    residual_destination = fields.String(attribute="draft.residual_destination", required=True)
    leaver_grace_days = fields.Integer(attribute="draft.leaver_grace_days", required=True)
    amount = fields.Nested(PlanAmountOut, attribute="draft.amount", required=True, allow_none=True)
    priority = fields.Integer(attribute="draft.priority", required=True)
    act = fields.Nested(PlanActOut, attribute="draft.act", required=True, allow_none=True)
    clusters = fields.List(fields.Nested(PlanClusterOut), attribute="draft.clusters", required=True)
    in_words = fields.Nested(PlanInWordsOut, required=True)

    def get_attribute(self, obj: FoundPlan, attr: str, default: Any) -> Any:
        """Return what is written under a name; sets in the order of their words, and the plan in words."""
        if attr in ("categories", "channels"):
            return sorted(map(str, getattr(obj.draft, attr)))
        if attr == "in_words":
            return {language: list(wording.sentences(obj.draft, language)) for language in ("it", "en")}
        return super().get_attribute(obj, attr, default)


class PlanCardOut(Schema):
    """A plan in a list."""

    id = fields.String(attribute="plan_id", required=True, metadata=_ID)
    employer = fields.String(required=True, metadata={"examples": ["E1"]})
    code = fields.String(required=True)
    name = fields.String(required=True)
    source = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    spend_by = fields.Date(required=True)


class PlanDifferenceOut(Schema):
    """What one key says in the last period and in the next, as a plan file writes it."""

    key = fields.String(required=True, metadata={"examples": ["spend_by"]})
    before = fields.Function(lambda each: _said(each.before), required=True, metadata={"type": ["string", "null"]})
    after = fields.Function(lambda each: _said(each.after), required=True, metadata={"type": ["string", "null"]})


class PlanRenewalOut(Schema):
    """The plan of the next period and how it differs; `act_kept` that it still rests on the last period's act."""

    plan = fields.Nested(PlanOut, required=True)
    differences = fields.List(fields.Nested(PlanDifferenceOut), required=True)
    act_kept = fields.Boolean(required=True)


def _said(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(str, value)))
    return f"{value.amount:.2f}" if isinstance(value, Money) else str(value)
