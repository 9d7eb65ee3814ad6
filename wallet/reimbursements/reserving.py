"""The authorization that stands behind a reimbursement: its decision written down and its money held."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from config import clock, database, ids
from ledger import holds
from ledger.errors import InsufficientFunds
from plans import funders
from plans.rulebook import loading
from plans.rulebook.words import Channel
from wallet import deciding
from wallet.declines import Decline
from wallet.reimbursements import paying
from wallet.reimbursements.submission import Looked

# For how long the money may be held in all.
DAYS_HELD = 365

_INSERT_AUTHORIZATION = """
insert into "authorization" (book_id, authorization_id, status, employee_id, relative_id, service_code, channel,
    category, outcome, quantity, unit_price_minor, amount_minor, net_minor, vat_minor, exempt_minor, taxable_minor,
    in_limit, consent, hold_id, service_on, tax_on, decided_at, expires_at, reasons, warnings, rule_ids,
    rulebook_version, facts, actor, home_territory)
values (%(book)s, %(id)s, 'authorized', %(employee)s, %(relative)s, %(expense)s, %(channel)s,
    %(category)s, %(outcome)s, 1, %(amount)s, %(amount)s, %(amount)s, 0, %(exempt)s, %(taxable)s,
    %(in_limit)s, %(consent)s, %(hold)s, %(expense_on)s, %(tax_on)s, %(decided_at)s, %(expires_at)s,
    %(reasons)s::text[], %(warnings)s::text[], %(rules)s::text[], %(version)s, %(facts)s, %(actor)s, %(home)s)
"""


def authorize(session: Session, book_id: int, looked: Looked, actor: str) -> str:
    """Write the decision down and reserve the money; the kind of expense stands where a service would."""
    asked, choice, decision = looked.submission, looked.choice, looked.choice.decision
    authorization_id = ids.new("aut")
    expires_at = datetime.combine(looked.chosen_on + timedelta(days=DAYS_HELD + 1), time.min, clock.ROME).astimezone(
        UTC
    )
    try:
        hold_id = holds.reserve(
            session,
            book_id,
            [(share.lot.account_id, share.amount_minor) for share in choice.shares],
            expires_at=expires_at,
            reference=authorization_id,
        )
    except InsufficientFunds as refusal:
        # The sweep takes what ended at midnight without the wallet's lock: an answer, not an error.
        raise paying.declined(choice, Decline.INSUFFICIENT_FUNDS, looked.amount_minor) from refusal
    facts = {
        "lots": [[share.lot.lot_id, share.amount_minor] for share in choice.shares],
        "unit": "",
        "available_minor": choice.available_minor,
        "taxable_admitted": choice.taxable_admitted,
        "figures": dict(decision.figures),
    }
    database.run(
        session,
        _INSERT_AUTHORIZATION,
        {
            "book": book_id,
            "id": authorization_id,
            "employee": asked.employee_id,
            "relative": asked.relative_id,
            "expense": looked.expense.code,
            "channel": str(Channel.REIMBURSEMENT),
            "category": str(decision.category),
            "outcome": str(decision.outcome),
            "amount": looked.amount_minor,
            "exempt": decision.exempt_minor,
            "taxable": decision.taxable_minor,
            "in_limit": deciding.counts_in_limit(decision),
            "consent": asked.consent,
            "hold": hold_id,
            "expense_on": asked.expense_on,
            "tax_on": looked.chosen_on,
            "decided_at": clock.now(),
            "expires_at": expires_at,
            "reasons": [str(reason) for reason in decision.reasons],
            "warnings": [str(warning) for warning in decision.warnings],
            "rules": list(decision.rule_ids),
            "version": loading.load().version,
            "facts": Jsonb(facts | deciding.keep(choice.facts)),
            "actor": actor,
            "home": funders.of_book(session, book_id).home_territory,
        },
    )
    return authorization_id
