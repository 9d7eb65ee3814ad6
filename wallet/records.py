"""What is kept of a purchase that was considered: the row of its authorization, and a voucher's fiscal event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from network.services import Offer
from plans.rulebook import loading
from plans.rulebook.words import Category
from wallet import fiscal, hints
from wallet.fiscal import Line
from wallet.purchases import Considered

if TYPE_CHECKING:
    from wallet.authorizations import Authorization


def values(considered: Considered, authorization_id: str, home_territory: str, actor: str) -> dict[str, Any]:
    """Return the columns of an authorization, those that are there only once it is followed empty."""
    offer, decision = considered.offer, considered.decision
    declined = considered.decline is not None
    return {
        "status": "declined" if declined else "authorized",
        "authorization_id": authorization_id,
        "employee_id": considered.purchase.employee_id,
        "relative_id": considered.purchase.relative_id,
        "service_code": offer.service_code,
        "provider_code": offer.provider_code,
        "home_territory": home_territory,
        "delivery_territory": offer.territory_code,
        "channel": str(considered.channel),
        "category": None if decision is None else str(decision.category),
        "outcome": None if decision is None else str(decision.outcome),
        "quantity": considered.quantity,
        "unit_price_minor": offer.price_minor,
        "amount_minor": considered.amount_minor,
        "vat_regime": considered.vat_regime,
        "net_minor": considered.net_minor,
        "vat_minor": considered.vat_minor,
        "exempt_minor": 0 if decision is None else decision.exempt_minor,
        "taxable_minor": 0 if decision is None else decision.taxable_minor,
        "captured_minor": 0,
        "refunded_minor": 0,
        "in_limit": considered.in_limit,
        "consent": considered.purchase.consent,
        "hold_id": None,
        "code": None,
        "service_on": considered.service_on,
        "tax_on": considered.tax_on,
        "decided_at": considered.decided_at,
        # Until the provider accepts, the money waits for that and no longer.
        "expires_at": None if declined else considered.answer_by or considered.expires_at,
        "decline_code": None if considered.decline is None else str(considered.decline),
        "reasons": [] if decision is None else [str(reason) for reason in decision.reasons],
        "warnings": _warnings(considered, offer),
        "rule_ids": [] if decision is None else list(decision.rule_ids),
        "rulebook_version": loading.load().version,
        "facts": considered.snapshot(),
        "actor": actor,
    }


def write_issue(
    session: Session,
    book_id: int,
    found: Authorization,
    shares: Iterable[tuple[str, str, int]],
    *,
    on: date,
) -> None:
    """
    Write what a voucher is for the tax: it counts when it is issued, lot by lot.

    Units: `shares` are plan, source and minor units, in the order in which the lots pay.
    """
    lines: list[Line] = []
    taxable_left = found.taxable_minor
    for plan_id, source, amount_minor in shares:
        taxable = min(amount_minor, taxable_left)
        taxable_left -= taxable
        lines.append(
            Line("use", found.authorization_id, plan_id, source, str(found.channel), amount_minor - taxable, taxable)
        )
    fiscal.append(
        session,
        book_id,
        found.employee_id,
        lines,
        category=Category(str(found.category)),
        in_limit=found.in_limit,
        on=on,
        reason="voucher_issued",
        entry_id=None,
        rule_ids=found.rule_ids,
    )


def _warnings(considered: Considered, offer: Offer) -> list[str]:
    warnings = [] if considered.decision is None else [str(warning) for warning in considered.decision.warnings]
    if offer.category_doubtful:
        warnings.append(hints.DOUBTFUL)
    if considered.lapses:
        warnings.append(hints.LAPSES)
    return warnings
