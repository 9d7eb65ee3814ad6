"""
Ended credit that somebody is to be paid: workers' pension funds, and private citizens whose own money it is.

Read from the journal, net of reversals, so that it always adds up to the accounts that hold it. What was paid is
recorded by `residual_payments`.
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


# What ended of one person's lots of each plan and where it went, less what went back to a citizen the way it came, and
# what was paid out since; accounts of plans are named by the last word of their code.
_LEFT = (
    "select n.code as plan_code, n.source, e.employee_id, e.tax_code, e.last_name, e.first_name,"
    "       w.ended_minor::bigint as ended_minor, coalesce(b.back_minor, 0)::bigint as back_minor,"
    "       coalesce(q.paid_minor, 0)::bigint as paid_minor"
    "  from (select l.plan_id, l.employee_id, sum(m.signed) as ended_minor"
    "          from lot l"
    "          join plan n on n.book_id = l.book_id and n.plan_id = l.plan_id"
    "          join account a on a.book_id = l.book_id and a.code = 'plan:' || n.code || ':' || %(account)s"
    "         cross join lateral ("
    "               select p.amount_minor as signed from posting p where p.book_id = l.book_id"
    "                  and p.debit_account_id = l.account_id and p.credit_account_id = a.account_id"
    "                union all"
    "               select -p.amount_minor from posting p where p.book_id = l.book_id"
    "                  and p.credit_account_id = l.account_id and p.debit_account_id = a.account_id) m"
    "         where l.book_id = %(book)s and (%(plan)s::text is null or n.code = %(plan)s)"
    "           and (%(employee)s::text is null or l.employee_id = %(employee)s)"
    "         group by l.plan_id, l.employee_id) w"
    "  join plan n on n.book_id = %(book)s and n.plan_id = w.plan_id"
    "  join employee e on e.book_id = %(book)s and e.employee_id = w.employee_id"
    "  left join (select t.plan_id, t.employee_id, sum(r.amount_minor) as back_minor"
    "               from tender t join tender_return r on r.book_id = t.book_id and r.tender_id = t.tender_id"
    "              where t.book_id = %(book)s and %(account)s = 'returned' group by t.plan_id, t.employee_id) b"
    "    on b.plan_id = w.plan_id and b.employee_id = w.employee_id"
    "  left join (select p.plan_id, p.employee_id, sum(p.amount_minor) as paid_minor from residual_payment p"
    "              where p.book_id = %(book)s"
    "                and p.payee = case %(account)s when 'returned' then 'CITIZEN' else 'PENSION_FUND' end"
    "                and not exists (select from residual_reversal v"
    "                                 where v.book_id = p.book_id and v.payment_id = p.payment_id)"
    "              group by p.plan_id, p.employee_id) q"
    "    on q.plan_id = w.plan_id and q.employee_id = w.employee_id"
    " where %(account)s = 'pension' or n.source = 'PRIVATE'"
    " order by n.code, e.last_name, e.first_name, e.tax_code"
)


@dataclass(frozen=True, slots=True)
class Left:
    """What ended of one person's credit under one plan, and what of it was paid or given back; minor units."""

    plan_code: str
    source: str
    employee_id: str
    tax_code: str
    last_name: str
    first_name: str
    ended_minor: int
    back_minor: int
    paid_minor: int

    @property
    def left_minor(self) -> int:
        """What is still to be paid."""
        return self.ended_minor - self.back_minor - self.paid_minor


def own_money(
    session: Session, book_id: int, *, plan_code: str | None = None, employee_id: str | None = None
) -> list[Left]:
    """Return what waits for private citizens of their own money that time has ended, by plan and name."""
    return _left(session, book_id, "returned", plan_code, employee_id)


def pension(
    session: Session, book_id: int, *, plan_code: str | None = None, employee_id: str | None = None
) -> list[Left]:
    """Return what plans sent to each worker's pension fund and what of it was paid, by plan and name."""
    return _left(session, book_id, "pension", plan_code, employee_id)


def waiting(session: Session, book_id: int, employee_id: str, plan_code: str) -> int:
    """Return what waits for one private citizen of the money that one plan ended; minor units."""
    found = own_money(session, book_id, plan_code=plan_code, employee_id=employee_id)
    return sum(each.left_minor for each in found)


def _left(session: Session, book_id: int, account: str, plan_code: str | None, employee_id: str | None) -> list[Left]:
    asked = {"book": book_id, "account": account, "plan": plan_code, "employee": employee_id}
    return [Left(*row) for row in database.rows(session, _LEFT, asked)]


@dataclass(frozen=True, slots=True)
class PensionDue:
    """
    What payroll has to pay into one worker's pension fund from one plan; minor units.

    `paid_minor` is all that was paid for this person and plan, whenever it ended. `outside_ceiling` says that the
    yearly ceiling of pension contributions does not count it, by the rule named.
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
    paid_minor: int
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
    paid = {
        (each.plan_code, each.employee_id): each.paid_minor for each in pension(session, book_id, plan_code=plan_code)
    }
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
                paid_minor=paid.get((row.plan_code, row.employee_id), 0),
                outside_ceiling=spared is not None,
                rule_id=None if spared is None else spared.id,
            )
        )
    return tuple(due)


def pension_balance(session: Session, book_id: int, plan_code: str | None = None) -> int:
    """Return what the ledger holds for pension funds, of one plan or of all: the whole list less what was paid."""
    wanted = None if plan_code is None else chart.pension(plan_code)
    return sum(
        line.credit_minor - line.debit_minor
        for line in accounts.trial_balance(session, book_id)
        if line.code == wanted or (wanted is None and line.code.startswith("plan:") and line.code.endswith(":pension"))
    )
