"""Vouchers: purchases by the code that redeems them, shown to their person and checked by the provider."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api.access.identity import current, needs, transact
from api.conventions import language, paging
from api.conventions.fields import Schema, Text
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from wallet.redemptions import entering, vouchers
from wallet.redemptions.entering import Found
from wallet.redemptions.vouchers import Voucher
from wallet.redemptions.words import Refusal

blueprint = Blueprint("vouchers", __name__, url_prefix="/v1/vouchers", description=__doc__)

CODE = {
    "description": "Whatever the case, hyphens and spaces; I and L read as 1, O as 0",
    "examples": ["7K3F-9QWD-2M5X"],
}


class VoucherOut(Schema):
    """A purchase with the code that redeems it. Amounts in whole cents."""

    id = fields.String(attribute="authorization_id", required=True)
    code = fields.String(required=True, metadata=CODE)
    status = fields.String(required=True)
    employee_id = fields.String(required=True)
    service = fields.String(attribute="service_code", required=True)
    service_name = fields.String(required=True)
    provider = fields.String(attribute="provider_code", required=True)
    channel = fields.String(required=True)
    document = fields.Boolean(
        required=True,
        metadata={"description": "Whether it is a documento di legittimazione: one service, whole, never another's"},
    )
    amount_minor = fields.Integer(required=True)
    left_minor = fields.Integer(required=True, metadata={"description": "What can still be redeemed"})
    currency = fields.Constant("EUR", required=True, metadata={"type": "string", "const": "EUR"})
    service_on = fields.Date(required=True)
    expires_at = fields.AwareDateTime(required=True)


class VoucherQuery(PageQuery):
    """Which vouchers."""

    employee_id = Text(metadata={"description": "Of one person"})
    open = fields.Boolean(load_default=False, metadata={"description": "Only those that can be redeemed now"})


@blueprint.get("")
@needs("vouchers:present")
@blueprint.arguments(VoucherQuery, location="query")
@blueprint.response(200, listed(VoucherOut))
def index(asked: dict[str, Any]) -> Page[Voucher]:
    """List vouchers

    The purchases that have a code, the newest first: one's own, or those of the people whom one acts for.
    """
    query = vouchers.query(employee_id=asked.get("employee_id"), open_only=asked["open"])
    return transact(lambda session: paging.cut(session, query, vouchers.ID, asked)).each(vouchers.value)


@blueprint.get("/<string:voucher_id>")
@needs("vouchers:present")
@blueprint.response(200, VoucherOut)
def show(voucher_id: str) -> Voucher:
    """Show a voucher

    Its id is the authorization's.
    """
    return transact(lambda session: vouchers.get(session, voucher_id))


class CheckBody(Schema):
    """A code as it was shown or read aloud."""

    code = Text(required=True, longest=40, metadata=CODE)


class CodeRefusalOut(Schema):
    """Why a code cannot be redeemed, as a code and in words."""

    code = fields.Function(str, required=True, metadata={"type": "string", "enum": [str(why) for why in Refusal]})
    hint = fields.Function(lambda why: why.label(language.asked()), required=True, metadata={"type": "string"})


class CheckOut(Schema):
    """What a code stands for: no name, and nothing of who pays. Amounts in whole cents."""

    authorization_id = fields.String(required=True)
    service = fields.String(attribute="service_code", required=True)
    service_name = fields.String(required=True)
    unit = fields.String(required=True)
    quantity = fields.Integer(required=True)
    amount_minor = fields.Integer(required=True)
    left_minor = fields.Integer(required=True)
    currency = fields.Constant("EUR", required=True, metadata={"type": "string", "const": "EUR"})
    whole = fields.Boolean(required=True, metadata={"description": "Redeemed whole, in one go, or not at all"})
    service_on = fields.Date(required=True)
    expires_at = fields.AwareDateTime(required=True)
    redeemable = fields.Boolean(required=True, metadata={"description": "Whether it can be redeemed now"})
    refusal = fields.Nested(CodeRefusalOut, required=True, allow_none=True, metadata={"description": "Why not"})


@blueprint.post("/check")
@needs("vouchers:redeem")
@blueprint.arguments(CheckBody)
@blueprint.response(200, CheckOut)
@blueprint.alt_response(404, "NOT_FOUND")
def check(asked: dict[str, Any]) -> Found:
    """Check a code without consuming it

    The code stands in the body, so that it is in no address and no log. A code that nobody has and one of another
    provider's get the same answer (404), and each is written down.
    """
    asking = current()
    assert asking.provider_code is not None  # noqa: S101 - only providers have the scope
    provider = asking.provider_code
    return transact(lambda session: entering.check(session, provider, asked["code"], actor=asking.actor))
