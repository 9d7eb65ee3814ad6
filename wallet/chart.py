"""
The chart of accounts of one funder's book.

| account | kind | what it holds |
|---|---|---|
| bank | A | money received from the funder |
| plan:P:receivable | A, floor 0 | committed by the funder and not yet transferred |
| plan:P:committed | L, floor 0 | committed, and not yet funded (prefunded plans) or not yet granted (on account) |
| plan:P:funded | L, floor 0 | transferred and not yet granted (prefunded plans) |
| plan:P:returned | L | expired credit that goes back to the funder |
| lot:L | L, floor 0 | one lot of one wallet |
| provider:V | L | captured and owed to a provider |
| clearing:T | A | what the network owes a territory; over all territories the sum is zero |
| recharge:receivable | A | VAT that the mandatary's recharges add, owed by the employer |
| recharge:vat | L | the same, to be invoiced by the mandatary |
| community:T | L | expired credit given to a territory's community fund |
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from ledger import accounts
from ledger.accounts import Opening
from plans.plans import PlanTerms
from plans.words import FundingPolicy

BANK = "bank"
RECHARGE_RECEIVABLE = "recharge:receivable"
RECHARGE_VAT = "recharge:vat"


def receivable(plan_code: str) -> str:
    """Name the account of what a funder still has to transfer for a plan."""
    return f"plan:{plan_code}:receivable"


def committed(plan_code: str) -> str:
    """Name the account of what a funder committed to a plan."""
    return f"plan:{plan_code}:committed"


def funded(plan_code: str) -> str:
    """Name the account of what was transferred for a plan and not yet granted."""
    return f"plan:{plan_code}:funded"


def returned(plan_code: str) -> str:
    """Name the account of expired credit that goes back to the funder."""
    return f"plan:{plan_code}:returned"


def lot(lot_id: str) -> str:
    """Name the account of one lot."""
    return f"lot:{lot_id}"


def provider(provider_code: str) -> str:
    """Name the account of what is owed to a provider."""
    return f"provider:{provider_code}"


def clearing(territory: str) -> str:
    """Name the account of a territory's position towards the others."""
    return f"clearing:{territory}"


def community(territory: str) -> str:
    """Name the account of a territory's community fund."""
    return f"community:{territory}"


def granting(terms: PlanTerms) -> str:
    """Name the account that grants of this plan draw from: what was transferred, or what was committed."""
    return funded(terms.code) if terms.funding_policy is FundingPolicy.PREFUNDED else committed(terms.code)


def lock_plan(session: Session, book_id: int, plan_id: str, *, exclusive: bool = False) -> None:
    """
    Keep a plan's terms as they are until the transaction ends; `exclusive` to change them.

    Whoever grants or commits under a plan shares it, so that a revision either sees what they wrote or waits.
    """
    verb = "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared"
    session.connection().exec_driver_sql(
        f"select {verb}(hashtextextended('plan:' || %s || ':' || %s, 0))", (str(book_id), plan_id)
    )


def open_plan(session: Session, terms: PlanTerms) -> dict[str, int]:
    """Open the accounts of a plan where they do not exist, and return their ids by name."""
    openings = [
        Opening(BANK, "A", "Banca"),
        Opening(receivable(terms.code), "A", f"Crediti verso il finanziatore, piano {terms.code}", 0),
        Opening(committed(terms.code), "L", f"Impegnato, piano {terms.code}", 0),
        Opening(funded(terms.code), "L", f"Finanziato da accreditare, piano {terms.code}", 0),
        Opening(returned(terms.code), "L", f"Credito scaduto da restituire, piano {terms.code}"),
    ]
    return accounts.ensure(session, terms.book_id, openings)


def open_counterparts(session: Session, book_id: int, provider_code: str, home: str, delivery: str) -> dict[str, int]:
    """Open the provider's account and, for a purchase in another territory, both clearing accounts."""
    openings = [Opening(provider(provider_code), "L", f"Debiti verso il fornitore {provider_code}")]
    if home != delivery:
        openings += [Opening(clearing(place), "A", f"Compensazione {place}") for place in (home, delivery)]
    return accounts.ensure(session, book_id, openings)


def open_community(session: Session, book_id: int, territory: str) -> int:
    """Open the account of a territory's community fund and return its id."""
    opening = Opening(community(territory), "L", f"Fondo di comunità {territory}")
    return accounts.ensure(session, book_id, [opening])[opening.code]
