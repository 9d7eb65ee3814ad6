"""Wallets: what a person has, until when, and what moved it; for the person and the network's own people."""

from __future__ import annotations

from typing import Any

from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import book_of, current, needs, transact_in
from api.conventions import language, paging
from api.conventions.fields import Schema
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from plans.errors import EmployeeNotFound
from wallet import contents, labels, movements
from wallet.contents import Contents
from wallet.movements import Movement

blueprint = Blueprint("wallets", __name__, url_prefix="/v1/wallets", description=__doc__)

_MINE = "mine"


class LotOut(Schema):
    """Credit of one plan that ends on one day. Amounts in whole cents; `balance` is `available` and `held` together."""

    id = fields.String(attribute="lot_id", required=True, metadata={"examples": ["lot_01K0Z7V3J8Q2X4N6B8C0D2F4H6"]})
    plan_id = fields.String(required=True)
    plan = fields.String(attribute="plan_code", required=True, metadata={"examples": ["A"]})
    plan_name = fields.String(required=True)
    source = fields.String(required=True, metadata={"examples": ["ON_TOP"]})
    balance_minor = fields.Integer(required=True)
    held_minor = fields.Integer(required=True, metadata={"description": "Reserved by authorizations that are open"})
    available_minor = fields.Integer(required=True)
    spend_from = fields.Date(required=True)
    spend_by = fields.Date(required=True, metadata={"description": "The last day, itself included"})
    carried = fields.Boolean(required=True, metadata={"description": "Carried over from a period before"})
    apart = fields.Boolean(
        required=True, metadata={"description": "Of a municipality: pays only beside the citizen's own share"}
    )
    spendable = fields.Boolean(required=True, metadata={"description": "Whether it can be spent today"})


class EndingOut(Schema):
    """What of the available credit ends next, and on which day, itself included."""

    on = fields.Date(required=True)
    amount_minor = fields.Integer(required=True)


class WalletOut(Schema):
    """
    What a person has. Amounts in whole cents.

    `available_minor` is what can be spent today; `balance_minor` what the ledger holds in all lots, those whose time
    has not come or is over included.
    """

    employee_id = fields.String(required=True)
    status = fields.String(required=True, metadata={"enum": ["open", "frozen"]})
    currency = fields.Constant("EUR", required=True)
    available_minor = fields.Integer(required=True)
    next_expiry = fields.Nested(EndingOut, required=True, allow_none=True)
    held_minor = fields.Integer(required=True)
    balance_minor = fields.Integer(required=True)
    apart_minor = fields.Integer(required=True)
    lots = fields.List(fields.Nested(LotOut), required=True)


class MovedOut(Schema):
    """What a movement added to one lot; below zero for what it took."""

    lot_id = fields.String(required=True)
    amount_minor = fields.Integer(required=True)


class MovementOut(Schema):
    """One entry of the ledger that moved a person's credit, with what was bought where something was."""

    id = fields.String(attribute="entry_id", required=True, metadata={"examples": ["1042"]})
    kind = fields.String(required=True, metadata={"examples": ["capture"]})
    undoes = fields.String(required=True, allow_none=True)
    what = fields.Function(
        lambda found: labels.entry(found.kind, language.asked()),
        required=True,
        metadata={"type": "string", "description": "The kind in the language asked for", "examples": ["addebito"]},
    )
    occurred_on = fields.Date(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    amount_minor = fields.Integer(required=True, metadata={"examples": [-5500]})
    currency = fields.Constant("EUR", required=True)
    lots = fields.List(fields.Nested(MovedOut), required=True)
    authorization_id = fields.String(required=True, allow_none=True)
    service = fields.String(attribute="service_code", required=True, allow_none=True)
    service_name = fields.String(attribute="service", required=True, allow_none=True)
    provider_name = fields.String(attribute="provider", required=True, allow_none=True)
    relative_id = fields.String(required=True, allow_none=True)


def whose(employee_id: str) -> str:
    """Return whose wallet is asked for; `mine` is that of the person who asks."""
    found = current().employee_id if employee_id == _MINE else employee_id
    if found is None:
        raise EmployeeNotFound(employee=employee_id)
    return found


class WalletQuery(Schema):
    """Which lots."""

    ended = fields.Boolean(
        load_default=False,
        truthy={"true"},
        falsy={"false"},
        metadata={"description": "Also those whose time is over and that hold nothing any more"},
    )


@blueprint.get("/<string:employee_id>")
@needs("wallets:read")
@blueprint.etag
@blueprint.arguments(WalletQuery, location="query")
@blueprint.response(200, WalletOut)
def show(asked: dict[str, Any], employee_id: str) -> Contents:
    """Show a wallet

    What is available and what of it ends next, then lot by lot. `mine` stands for the wallet of whoever asks.
    """
    person = whose(employee_id)
    book_id = book_of(person)
    return transact_in(book_id, lambda session: contents.of(session, book_id, person, ended=asked["ended"]))


@blueprint.get("/<string:employee_id>/movements")
@needs("wallets:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(MovementOut))
def list_movements(asked: dict[str, Any], employee_id: str) -> Page[Movement]:
    """List what moved a wallet

    The newest first. It tells what was bought, and so is for the person and the network's own people.
    """
    person = whose(employee_id)
    book_id = book_of(person)

    def work(session: Session) -> Page[Movement]:
        found = paging.cut(session, movements.of(book_id, person), movements.KEY, asked)
        return found.each(movements.movement)

    return transact_in(book_id, work)
