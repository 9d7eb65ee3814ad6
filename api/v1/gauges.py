"""How a gauge of a yearly limit is written, wherever one is told."""

from __future__ import annotations

from marshmallow import fields

from api.conventions import language
from api.conventions.fields import Schema
from plans.rulebook.words import Category, OverCap
from wallet.position import Zone, words


class OneMoreOut(Schema):
    """What one euro more, used today, would do."""

    crosses = fields.Boolean(required=True, metadata={"description": "Whether it would go past the limit"})
    newly_taxable_minor = fields.Integer(required=True)


class GaugeOut(Schema):
    """
    One category's year beside its limit. Amounts in whole cents.

    `external_minor` is null while nobody declared what came from elsewhere: unknown, and never zero. What is left
    beside an unknown is at most `left_minor`.
    """

    category = fields.Enum(Category, by_value=True, required=True)
    zone = fields.Enum(Zone, by_value=True, required=True)
    over_cap = fields.Enum(OverCap, by_value=True, required=True)
    limit_minor = fields.Integer(required=True)
    used_minor = fields.Integer(required=True)
    reserved_minor = fields.Integer(required=True)
    external_minor = fields.Integer(required=True, allow_none=True)
    external_known = fields.Boolean(required=True)
    left_minor = fields.Integer(required=True)
    other_limit_minor = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The limit with, or without, a declaration"}
    )
    higher_declared = fields.Boolean(required=True)
    recorded_taxable_minor = fields.Integer(required=True)
    due_taxable_minor = fields.Integer(required=True)
    settled = fields.Boolean(required=True)
    rule_ids = fields.List(fields.String(), required=True)
    confidence = fields.String(required=True)
    one_more = fields.Nested(OneMoreOut, required=True)
    one_more_sentence = fields.Function(
        lambda gauge: words.one_more(gauge, language.asked()), required=True, metadata={"type": "string"}
    )
    sentences = fields.Function(
        lambda gauge: list(words.sentences(gauge, language.asked())),
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )
