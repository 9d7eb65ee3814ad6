"""What is in a wallet: its lots, what of them can be spent today, and what of that ends next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from config import clock, database
from plans.errors import EmployeeNotFound
from plans.rulebook.words import PlanSource

# All of it in one statement, at one moment. What can be spent is reckoned as `wallet.lots` reckons it for a purchase: a
# hold whose time is over reserves nothing, swept or not, and a leaver's days end a lot sooner.
_CONTENTS = """
select coalesce(w.status, 'open') as status, l.lot_id, l.plan_id, p.code as plan_code, p.name as plan_name, l.source,
       l.expires_on, p.starts_on, l.carried_from is not null as carried,
       greatest(least(greatest(l.expires_on, l.grace_until), e.left_on + p.leaver_grace_days), l.grace_until)
           as spend_by,
       b.side * (b.debit_posted - b.credit_posted) as balance,
       b.held_minor - case when b.held_minor = 0 then 0 else coalesce(
           (select sum(h.amount_minor - h.captured_minor - h.released_minor)
              from hold_line h join hold o using (book_id, hold_id)
             where h.book_id = l.book_id and h.account_id = l.account_id and o.state = 'open'
               and h.captured_minor + h.released_minor < h.amount_minor and o.expires_at <= ledger_now()), 0) end
           as held,
       l.source in ('MUNICIPAL', 'PRIVATE') and (
           exists (select from social_voucher v where v.book_id = l.book_id and v.lot_id = l.lot_id)
           or exists (select from tender t where t.book_id = l.book_id and t.lot_id = l.lot_id
                         and t.authorization_id is not null)) as apart
  from employee e
  left join wallet w on w.book_id = e.book_id and w.employee_id = e.employee_id
  left join (lot l join balance b on b.book_id = l.book_id and b.account_id = l.account_id
                   join plan p on p.book_id = l.book_id and p.plan_id = l.plan_id)
         on l.book_id = e.book_id and l.employee_id = e.employee_id
 where e.book_id = %s and e.employee_id = %s
 order by spend_by, plan_code, l.lot_id
"""


@dataclass(frozen=True, slots=True)
class LotContent:
    """
    One lot; minor units. `balance_minor` is what its account holds, of which `held_minor` is reserved.

    `apart` is credit of a municipality that pays only beside the citizen's own share; `spendable` says that its days
    include today.
    """

    lot_id: str
    plan_id: str
    plan_code: str
    plan_name: str
    source: PlanSource
    spend_from: date
    spend_by: date
    carried: bool
    apart: bool
    spendable: bool
    balance_minor: int
    held_minor: int

    @property
    def available_minor(self) -> int:
        """What is neither spent nor reserved."""
        return self.balance_minor - self.held_minor

    @property
    def counts(self) -> bool:
        """Whether something of it is what its person can spend today."""
        return self.spendable and not self.apart and self.available_minor > 0


@dataclass(frozen=True, slots=True)
class Ending:
    """How much ends on a day; minor units."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What one person has today, in minor units; `status` frozen says that every further purchase is declined."""

    employee_id: str
    status: str
    lots: tuple[LotContent, ...]

    @property
    def balance_minor(self) -> int:
        """What the accounts of all lots hold."""
        return sum(lot.balance_minor for lot in self.lots)

    @property
    def held_minor(self) -> int:
        """What open authorizations reserve of it."""
        return sum(lot.held_minor for lot in self.lots)

    @property
    def available_minor(self) -> int:
        """What can be spent today."""
        return sum(lot.available_minor for lot in self._open())

    @property
    def apart_minor(self) -> int:
        """What a municipality adds today beside the citizen's own share."""
        return sum(lot.available_minor for lot in self.lots if lot.apart and lot.spendable)

    @property
    def next_expiry(self) -> Ending | None:
        """What ends next of what is available."""
        left = [lot for lot in self.lots if lot.counts]
        if not left:
            return None
        day = min(lot.spend_by for lot in left)
        return Ending(day, sum(lot.available_minor for lot in left if lot.spend_by == day))

    def _open(self) -> list[LotContent]:
        return [lot for lot in self.lots if lot.spendable and not lot.apart]


def of(session: Session, book_id: int, employee_id: str, *, ended: bool = True) -> Contents:
    """
    Return what is in a person's wallet, in one statement; lots in the order in which they end, spent ones included.

    `ended` False leaves out those whose time is over and that hold nothing any more.
    Errors: EmployeeNotFound.
    """
    rows = database.rows(session, _CONTENTS, (book_id, employee_id))
    if not rows:
        raise EmployeeNotFound(employee=employee_id)
    today = clock.today()
    lots = tuple(
        LotContent(
            lot_id=row.lot_id,
            plan_id=row.plan_id,
            plan_code=row.plan_code,
            plan_name=row.plan_name,
            source=PlanSource(row.source),
            spend_from=row.starts_on,
            spend_by=row.spend_by,
            carried=row.carried,
            apart=row.apart,
            spendable=row.starts_on <= today <= row.spend_by,
            balance_minor=row.balance,
            held_minor=int(row.held),
        )
        for row in rows
        if row.lot_id is not None and (ended or row.balance != 0 or row.spend_by >= today)
    )
    return Contents(employee_id, rows[0].status, lots)
