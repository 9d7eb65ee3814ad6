"""
Expired credit that a plan sends to pension funds: moved, and used for the tax, in one step.

What the employer pays into a worker's fund in place of welfare is a contribution: it counts in the yearly ceiling of
pensions, but for what was a bonus, which stays outside of it. So each worker's part has a decision of the rulebook, an
authorization and a fiscal event, as everything that is used has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from config import clock, database, ids
from ledger import holds
from plans import people
from plans.plans import PlanTerms
from plans.rulebook import loading
from plans.rulebook.decision import decide
from plans.rulebook.facts import Facts
from plans.rulebook.words import Category, Channel, Outcome, PlanSource
from plans.words import Residual
from wallet import deciding, fiscal
from wallet.reasons import EventReason

# What stands where a purchase has its service.
SERVICE: Final = "PENSION_FUND"
NAME: Final = ("Versamento al fondo pensione", "Payment into the pension fund")
# Of these nobody is an employee: what is left of them is no contribution of an employer.
_EMPLOYERS: Final = frozenset({PlanSource.ON_TOP, PlanSource.CCNL, PlanSource.PDR})

_INSERT = """
insert into "authorization" (book_id, authorization_id, status, employee_id, service_code, channel, category, outcome,
    quantity, unit_price_minor, amount_minor, net_minor, vat_minor, exempt_minor, taxable_minor, captured_minor,
    in_limit, consent, hold_id, service_on, tax_on, decided_at, expires_at, reasons, warnings, rule_ids,
    rulebook_version, facts, actor)
values (%(book)s, %(id)s, 'captured', %(employee)s, %(service)s, %(channel)s, %(category)s, %(outcome)s,
    1, %(amount)s, %(amount)s, %(amount)s, 0, %(exempt)s, %(taxable)s, %(amount)s,
    %(in_limit)s, false, %(hold)s, %(on)s, %(on)s, %(decided_at)s, %(expires_at)s, %(reasons)s::text[],
    %(warnings)s::text[], %(rules)s::text[], %(version)s, %(facts)s, %(actor)s)
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """What is left in one worker's lot past its last day; minor units."""

    employee_id: str
    lot_id: str
    account_id: int
    amount_minor: int


def concerns(terms: PlanTerms) -> bool:
    """Say whether what a plan has left is a contribution to pension funds."""
    return terms.residual_destination is Residual.PENSION_FUND and terms.source in _EMPLOYERS


def pay_in(
    session: Session, terms: PlanTerms, account_id: int, ended: Sequence[Ended], *, on: date, actor: str
) -> None:
    """
    Move what ended to the account of pension funds and write its use down, in the year of that day.

    The workers' wallets are locked by the caller. No source says when a contribution counts that the plan makes and
    the worker did not choose: we read the day on which the credit ends.

    Errors: those of `ledger.holds.capture`.
    Source: AdE answer 212/2019 (accepted facts); L. 208/2015 art. 1 c. 184-bis; docs/wallet.md.
    """
    for each in ended:
        _pay_in(session, terms, account_id, each, on, actor)


def _pay_in(session: Session, terms: PlanTerms, account_id: int, ended: Ended, on: date, actor: str) -> None:
    book_id, amount = terms.book_id, ended.amount_minor
    person = people.for_authorization(session, book_id, ended.employee_id, None, on)
    used = fiscal.year_use(session, book_id, ended.employee_id, on.year).of(Category.PENSION)
    facts = Facts(
        category=Category.PENSION,
        channel=Channel.DIRECT,
        source=terms.source,
        entitlement=terms.entitlement,
        amount_minor=amount,
        full_price_minor=amount,
        year_used_minor=used.used_minor,
        year_taxed_minor=used.taxed_minor,
        external_cap_minor=person.external_cap_minor(Category.PENSION),
        first_job_pension_plus=person.first_job_pension,
    )
    rulebook = loading.load()
    decision = decide(facts, rulebook, on, clock.today())
    # It is owed to the fund whatever the rulebook says: what cannot be decided is taxable.
    taxable = amount if decision.outcome is Outcome.BLOCKED else decision.taxable_minor
    in_limit = deciding.counts_in_limit(decision)
    authorization_id = ids.new("aut")
    expires_at = clock.now() + timedelta(days=1)
    hold_id = holds.reserve(
        session, book_id, [(ended.account_id, amount)], expires_at=expires_at, reference=authorization_id
    )
    entry_id = holds.capture(
        session,
        book_id,
        hold_id,
        amount,
        credit_account_id=account_id,
        final=True,
        kind="expiry",
        occurred_on=on,
        actor=actor,
        memo=ended.lot_id,
    )
    values = {
        "book": book_id,
        "id": authorization_id,
        "employee": ended.employee_id,
        "service": SERVICE,
        "channel": str(Channel.DIRECT),
        "category": str(Category.PENSION),
        "outcome": str(decision.outcome),
        "amount": amount,
        "exempt": amount - taxable,
        "taxable": taxable,
        "in_limit": in_limit,
        "hold": hold_id,
        "on": on,
        # The choice of a bonus decides its year; here nobody chose, and the day it ends stands for it.
        "decided_at": datetime.combine(on, time(12), clock.ROME),
        "expires_at": expires_at,
        "reasons": [str(reason) for reason in decision.reasons],
        "warnings": [str(warning) for warning in decision.warnings],
        "rules": list(decision.rule_ids),
        "version": rulebook.version,
        "facts": Jsonb({"lots": [[ended.lot_id, amount]], "unit": ""} | deciding.keep(facts)),
        "actor": actor,
    }
    database.run(session, _INSERT, values)
    fiscal.append_delivery(
        session,
        book_id,
        ended.employee_id,
        authorization_id,
        entry_id,
        taxable_minor=taxable,
        category=Category.PENSION,
        channel=str(Channel.DIRECT),
        in_limit=in_limit,
        on=on,
        reason=str(EventReason.PENSION_FUND),
        rule_ids=decision.rule_ids,
    )
