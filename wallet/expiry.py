"""
Expiry: what time ends. Holds free their money, lots give their unspent credit back or carry it over.

Whether something is over is decided by time wherever it is touched; these verbs write it down. Safe to run twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from config import database
from ledger import posting
from ledger.posting import Draft, Pair
from plans import funders, plans
from plans.words import Residual
from wallet import authorizations, chart, lots, pension, telling, wallets
from wallet.pension import Ended
from wallet.reimbursements import deadlines

# The balances are locked in the order in which every posting locks them, each with its lot, and read as they are then:
# what a run that was waited for has ended is not ended again, and what a refund opened again is left alone.
_EXPIRED_LOTS = (
    "select l.plan_id, l.employee_id, l.lot_id, l.account_id, l.carried_from is not null as carried, e.left_on,"
    "       b.side * (b.debit_posted - b.credit_posted) - b.held_minor - coalesce(k.kept_minor, 0) as free_minor"
    "  from lot l join balance b on b.book_id = l.book_id and b.account_id = l.account_id"
    "  join plan p on p.book_id = l.book_id and p.plan_id = l.plan_id"
    "  join employee e on e.book_id = l.book_id and e.employee_id = l.employee_id"
    "  left join unnest(%(accounts)s::bigint[], %(kept)s::bigint[]) k(account_id, kept_minor)"
    "    on k.account_id = l.account_id"
    " where l.book_id = %(book)s and (%(accounts)s::bigint[] is null or k.account_id is not null)"
    "   and case when e.left_on is null then greatest(l.expires_on, l.grace_until)"
    "            else greatest(least(l.expires_on, e.left_on + p.leaver_grace_days), l.grace_until) end < %(day)s"
    "   and b.side * (b.debit_posted - b.credit_posted) - b.held_minor - coalesce(k.kept_minor, 0) > 0"
    " order by b.account_id for update of b, l"
)
# Whose credit may end in a pension fund: that is used for the tax, under the lock of their wallets.
_INTO_PENSIONS = (
    "select distinct l.employee_id from lot l"
    "  join balance b on b.book_id = l.book_id and b.account_id = l.account_id"
    "  join plan p on p.book_id = l.book_id and p.plan_id = l.plan_id"
    "  join employee e on e.book_id = l.book_id and e.employee_id = l.employee_id"
    " where l.book_id = %(book)s and p.residual_destination = 'PENSION_FUND'"
    "   and (l.expires_on < %(day)s or e.left_on < %(day)s)"
    "   and b.side * (b.debit_posted - b.credit_posted) - b.held_minor > 0"
    " order by 1"
)
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Expired:
    """What one run ended; minor units."""

    holds: int = 0
    lots: int = 0
    returned_minor: int = 0
    carried_minor: int = 0
    community_minor: int = 0
    pension_minor: int = 0
    reimbursements: int = 0


def expire(
    session: Session, book_id: int, *, on: date, actor: str, on_progress: Callable[[int, int], None] | None = None
) -> Expired:
    """
    End what is over on a business date: due holds, reimbursements nobody mended in time, then the unspent credit of
    lots past their last day.

    What is held in an expired lot stays until its hold ends, and is ended by a later run. Credit goes where the plan
    says: carried over to a later expiry once, back to the funder, to the community fund of the home territory, or to
    the workers' pension funds, which payroll pays (`wallet.residual` lists what). Never to anybody as cash.

    Errors: PeriodClosed, OccurredInFuture.
    """
    result = Expired(
        holds=authorizations.settle(session, book_id, None), reimbursements=deadlines.settle(session, book_id, None)
    )
    for row in database.rows(session, _INTO_PENSIONS, {"book": book_id, "day": on}):
        wallets.lock(session, book_id, row.employee_id)
    return _end(session, book_id, None, on, actor, result, on_progress)


def expire_rest(session: Session, book_id: int, kept: Mapping[int, int], *, on: date, actor: str) -> Expired:
    """
    End what is over in a few lots of one person, whose wallet is locked, but for an amount in each that stays.

    Units:  `kept` in minor units, by the lot's account.
    Errors: those of `expire`.
    """
    return _end(session, book_id, kept, on, actor, Expired())


def _end(
    session: Session,
    book_id: int,
    kept: Mapping[int, int] | None,
    on: date,
    actor: str,
    result: Expired,
    on_progress: Callable[[int, int], None] | None = None,
) -> Expired:
    asked = {
        "book": book_id,
        "day": on,
        "accounts": None if kept is None else list(kept),
        "kept": None if kept is None else list(kept.values()),
    }
    rows = database.rows(session, _EXPIRED_LOTS, asked)
    if not rows:
        return result
    terms_of = plans.terms(session, book_id, sorted({row.plan_id for row in rows}))
    home = funders.of_book(session, book_id).home_territory
    done = 0
    for plan_id, terms in terms_of.items():
        mine = [row for row in rows if row.plan_id == plan_id]
        until = terms.carried_until()
        # What somebody who left could not spend any more is not carried over for them.
        carried = [
            row
            for row in mine
            if not row.carried and until > terms.spend_by and terms.last_day(until, row.left_on) >= on
        ]
        targets = lots.carry(session, terms, [(row.employee_id, row.lot_id) for row in carried], until)
        residual = _residual_account(session, terms, home)
        # Each of these is used for the tax: it goes one by one, and not with the batch.
        contributions = [row for row in mine if row.lot_id not in targets] if pension.concerns(terms) else []
        drafts = []
        for row in mine if not contributions else carried:
            target, kind = (targets[row.lot_id], "carry_over") if row.lot_id in targets else (residual, "expiry")
            drafts.append(Draft(kind, on, (Pair(row.account_id, target, int(row.free_minor)),), memo=row.lot_id))
        for start in range(0, len(drafts), CHUNK):
            for outcome in posting.post_entries(session, book_id, drafts[start : start + CHUNK], actor=actor):
                if outcome.refusal is not None:
                    raise outcome.refusal
            done += len(drafts[start : start + CHUNK])
            if on_progress is not None:
                on_progress(done, len(rows))
        ended = [Ended(row.employee_id, row.lot_id, row.account_id, int(row.free_minor)) for row in contributions]
        pension.pay_in(session, terms, residual, ended, on=on, actor=actor)
        lost = [row for row in mine if row.lot_id not in targets]
        telling.lots_expired(session, terms, [(row.employee_id, row.lot_id, int(row.free_minor)) for row in lost], on)
        carried_minor = sum(int(row.free_minor) for row in carried)
        ended_minor = sum(int(row.free_minor) for row in mine) - carried_minor
        goes = terms.residual_destination
        result = replace(
            result,
            lots=result.lots + len(mine),
            carried_minor=result.carried_minor + carried_minor,
            community_minor=result.community_minor + (ended_minor if goes is Residual.COMMUNITY_FUND else 0),
            pension_minor=result.pension_minor + (ended_minor if goes is Residual.PENSION_FUND else 0),
            returned_minor=result.returned_minor + (ended_minor if goes is Residual.EMPLOYER else 0),
        )
    return result


def _residual_account(session: Session, terms: plans.PlanTerms, home: str) -> int:
    if terms.residual_destination is Residual.COMMUNITY_FUND:
        return chart.open_community(session, terms.book_id, home)
    if terms.residual_destination is Residual.PENSION_FUND:
        return chart.open_pension(session, terms)
    return chart.open_plan(session, terms)[chart.returned(terms.code)]
