"""
The chart of accounts of one funder's book.

| account | kind | what it holds |
|---|---|---|
| bank | A | money received from the funder |
| plan:P:receivable | A, floor 0 | committed by the funder and not yet transferred |
| plan:P:committed | L, floor 0 | committed, and not yet funded (prefunded plans) or not yet granted (on account) |
| plan:P:funded | L, floor 0 | transferred and not yet granted (prefunded plans) |
| plan:P:returned | L | expired credit that goes back to the funder |
| plan:P:pension | L | expired credit that payroll has to pay to the workers' pension funds |
| plan:P:opening | A, floor 0 | credit brought from another platform, whose money is not here yet |
| lot:L | L, floor 0 | one lot of one wallet |
| provider:V | L | captured and owed to a provider |
| clearing:T | A | what the network owes a territory; over all territories the sum is zero |
| payroll:E | L, floor 0 | approved reimbursements that payroll owes to employee E |
| payroll:paid | L | reimbursements that the funder paid through payroll, not yet set off with it or given back |
| recharge:receivable | A | VAT that the mandatary's recharges add, owed by the employer |
| recharge:vat | L | the same, to be invoiced by the mandatary |
| community:T | L | expired credit given to a territory's community fund |
| tender:K | A, floor 0 | people's own money, received by card or otherwise (K) and still with whoever took it |
| entrusted:C:receivable | A | what a municipality committed to a co-design agreement or a tender |
| entrusted:C:budget | L, floor 0 | of that, what no partner has claimed yet |
| entrusted:C:claims:V | L | claimed by a partner: costs reported, or the price of a tender |
| payout | L | in payment runs, and not yet confirmed by the bank |
| fees | I | withheld from providers, until a clearing run shares it out |
| fees:T | I | the share of a territory, or of the network (`fees:network`), in what was withheld |
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
PAYOUT = "payout"
FEES = "fees"
NETWORK = "network"
PAYROLL_PAID = "payroll:paid"
PAYROLL_PAID_NAME = "Rimborsi pagati dal finanziatore in busta paga"


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


def pension(plan_code: str) -> str:
    """Name the account of expired credit that goes to the workers' pension funds; a plan has one source."""
    return f"plan:{plan_code}:pension"


def opening(plan_code: str) -> str:
    """Name the account of what a platform that was left, or the funder, still owes for credit brought from there."""
    return f"plan:{plan_code}:opening"


def lot(lot_id: str) -> str:
    """Name the account of one lot."""
    return f"lot:{lot_id}"


def provider(provider_code: str) -> str:
    """Name the account of what is owed to a provider."""
    return f"provider:{provider_code}"


def clearing(territory: str) -> str:
    """Name the account of a territory's position towards the others."""
    return f"clearing:{territory}"


def payroll(employee_id: str) -> str:
    """Name the account of what payroll owes to an employee."""
    return f"payroll:{employee_id}"


def community(territory: str) -> str:
    """Name the account of a territory's community fund."""
    return f"community:{territory}"


def fees(party: str) -> str:
    """Name the account of a territory's, or the network's, share in what was withheld from providers."""
    return f"{FEES}:{party}"


def tender(kind: str) -> str:
    """Name the account of own money that people paid in one way."""
    return f"tender:{kind.lower()}"


def entrusted(code: str, what: str) -> str:
    """Name an account of an entrusted service: `receivable`, `budget`, or `claims:V` of one partner."""
    return f"entrusted:{code}:{what}"


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


def open_payouts(session: Session, book_id: int) -> dict[str, int]:
    """Open the accounts that pay providers, and return their ids by name."""
    openings = [
        Opening(BANK, "A", "Banca"),
        Opening(PAYOUT, "L", "Pagamenti ai fornitori in corso"),
        Opening(FEES, "I", "Commissioni trattenute ai fornitori"),
    ]
    return accounts.ensure(session, book_id, openings)


def open_pension(session: Session, terms: PlanTerms) -> int:
    """Open the account of a plan's expired credit that goes to pension funds and return its id."""
    account = Opening(pension(terms.code), "L", f"Credito scaduto da versare a previdenza, piano {terms.code}")
    return accounts.ensure(session, terms.book_id, [account])[account.code]


def open_opening(session: Session, terms: PlanTerms) -> int:
    """Open the account that credit brought from another platform is drawn from and return its id."""
    account = Opening(opening(terms.code), "A", f"Saldi portati da altra piattaforma, piano {terms.code}", 0)
    return accounts.ensure(session, terms.book_id, [account])[account.code]


def open_community(session: Session, book_id: int, territory: str) -> int:
    """Open the account of a territory's community fund and return its id."""
    opening = Opening(community(territory), "L", f"Fondo di comunità {territory}")
    return accounts.ensure(session, book_id, [opening])[opening.code]


def open_payroll(session: Session, book_id: int, employee_id: str) -> dict[str, int]:
    """Open the accounts of what payroll owes to an employee and of what it paid, and return their ids by name."""
    openings = [
        Opening(payroll(employee_id), "L", "Rimborsi da pagare in busta paga", 0),
        Opening(PAYROLL_PAID, "L", PAYROLL_PAID_NAME),
    ]
    return accounts.ensure(session, book_id, openings)
