"""
What expired credit became that a plan sends to pension funds: what payroll has to pay, for whom, from which source.

Read from the journal, net of reversals, so that it always adds up to the accounts that hold it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from config import clock, database
from ledger import accounts
from plans import plans
from plans.rulebook import loading
from plans.rulebook.words import Category, PlanSource
from wallet import chart

_DUE = (
    "select n.code as plan_code, l.source, e.employee_id, e.tax_code, e.last_name, e.first_name, e.employee_no,"
    "       e.left_on, min(t.occurred_on) as first_on, max(t.occurred_on) as last_on,"
    "       sum(case p.credit_account_id when a.account_id then p.amount_minor else -p.amount_minor end)::bigint as due"
    "  from plan n"
    "  join account a on a.book_id = n.book_id and a.code = 'plan:' || n.code || ':pension'"
    "  join posting p on p.book_id = a.book_id and a.account_id in (p.credit_account_id, p.debit_account_id)"
    "  join entry t on t.book_id = p.book_id and t.entry_id = p.entry_id"
    "  join lot l on l.book_id = p.book_id"
    "            and l.account_id = case when p.credit_account_id = a.account_id then p.debit_account_id"
    "                                    else p.credit_account_id end"
    "  join employee e on e.book_id = l.book_id and e.employee_id = l.employee_id"
    " where n.book_id = %(book)s and (%(plan)s::text is null or n.code = %(plan)s)"
    "   and t.occurred_on between %(since)s and %(until)s"
    " group by n.code, l.source, e.employee_id, e.tax_code, e.last_name, e.first_name, e.employee_no, e.left_on"
    " having sum(case p.credit_account_id when a.account_id then p.amount_minor else -p.amount_minor end) <> 0"
    " order by n.code, e.last_name, e.first_name, e.tax_code"
)


@dataclass(frozen=True, slots=True)
class PensionDue:
    """
    What payroll has to pay into one worker's pension fund from one plan; minor units.

    `outside_ceiling` says that the yearly ceiling of pension contributions does not count it, by the rule named.
    """

    plan_code: str
    source: PlanSource
    employee_id: str
    tax_code: str
    last_name: str
    first_name: str
    employee_no: str | None
    left_on: date | None
    first_on: date
    last_on: date
    amount_minor: int
    outside_ceiling: bool
    rule_id: str | None


def pension_due(
    session: Session,
    book_id: int,
    *,
    plan_code: str | None = None,
    since: date = date(1970, 1, 1),
    until: date = date.max,
) -> tuple[PensionDue, ...]:
    """
    Return what plans sent to pension funds, by plan and name; a plan has one source, so PDR and on top stand apart.

    Errors: PlanNotFound, for a plan that is asked for and is not there.
    Source: AdE answer 212/2019 (accepted facts); L. 208/2015 art. 1 c. 184-bis for what was a bonus.
    """
    if plan_code is not None:
        plans.by_code(session, book_id, plan_code)
    rulebook = loading.load()
    found = database.rows(session, _DUE, {"book": book_id, "plan": plan_code, "since": since, "until": until})
    due = []
    for row in found:
        spared = rulebook.limit_exceptions.at((Category.PENSION, PlanSource(row.source)), row.last_on, clock.today())
        due.append(
            PensionDue(
                plan_code=row.plan_code,
                source=PlanSource(row.source),
                employee_id=row.employee_id,
                tax_code=row.tax_code,
                last_name=row.last_name,
                first_name=row.first_name,
                employee_no=row.employee_no,
                left_on=row.left_on,
                first_on=row.first_on,
                last_on=row.last_on,
                amount_minor=row.due,
                outside_ceiling=spared is not None,
                rule_id=None if spared is None else spared.id,
            )
        )
    return tuple(due)


def pension_balance(session: Session, book_id: int, plan_code: str | None = None) -> int:
    """Return what the ledger holds for pension funds, of one plan or of all: what the whole list adds up to."""
    wanted = None if plan_code is None else chart.pension(plan_code)
    return sum(
        line.credit_minor - line.debit_minor
        for line in accounts.trial_balance(session, book_id)
        if line.code == wanted or (wanted is None and line.code.startswith("plan:") and line.code.endswith(":pension"))
    )
