"""Payout runs: what is due to providers in every book, one credit transfer for each provider, once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, database, ids
from config.database import plain_array, text_array
from config.money import from_minor
from ledger import accounts, books, posting
from ledger.posting import Draft, Pair
from wallet import bank, chart, telling
from wallet.errors import ReasonRequired
from wallet.outbox import Event
from wallet.settlement import candidates, coverage, target_days
from wallet.settlement.candidates import LeftOut as LeftOut
from wallet.settlement.coverage import LeftLine
from wallet.settlement.errors import (
    ExecutionDateClosed,
    ExecutionDateFar,
    ExecutionDatePast,
    PayoutEmpty,
    PayoutNotFound,
    PayoutReferenceChanged,
    PayoutReferenceInvalid,
    PayoutTotalDiffers,
)
from wallet.settlement.tables import PayoutPayment, PayoutRun
from wallet.settlement.terms import Payer, Terms

# The reference leads the id of each payment, for which banks take 35 plain characters.
_REFERENCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,14}[A-Za-z0-9])?")
# A run keeps its lines from every other: for longer than a quarter it would be a mistyped year.
_DAYS_AHEAD = 90
_LOCK = "select pg_advisory_xact_lock{shared}(hashtextextended('borsellino:payout', 0))"
_PAYMENTS = (
    "insert into payout_payment (run_id, provider_code, end_to_end_id, iban, holder, amount_minor, fee_minor)"
    " select %s, * from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])"
)
_LINES = (
    "insert into payout_line (book_id, entry_id, run_id, capture_id, authorization_id, provider_code, home_territory,"
    " delivery_territory, amount_minor, fee_minor, fee_basis_points, due_on)"
    " select c.book_id, c.entry_id, %(run)s, c.capture_id, c.authorization_id, c.provider_code, c.home_territory,"
    "        c.delivery_territory, c.amount_minor, c.fee_minor, c.fee_basis_points, c.due_on"
    "   from payout_candidate c where c.provider_code = any(%(paid)s)"
)
_PARTS = (
    "insert into payout_part (book_id, run_id, provider_code, amount_minor, fee_minor)"
    " select book_id, %(run)s, provider_code, sum(amount_minor - fee_minor), sum(fee_minor) from payout_candidate"
    "  where provider_code = any(%(paid)s) group by book_id, provider_code"
    " returning book_id, provider_code, amount_minor, fee_minor"
)
_POSTED = (
    "update payout_part t set entry_id = p.entry_id from unnest(%s::text[], %s::bigint[]) p(provider_code, entry_id)"
    " where t.book_id = %s and t.run_id = %s and t.provider_code = p.provider_code"
)
_LEFT_LINES = (
    "insert into payout_left_line (run_id, reason, book_id, entry_id, authorization_id, provider_code, amount_minor,"
    " fee_minor, due_on) select %s, %s, * from unnest(%s::integer[], %s::bigint[], %s::text[], %s::text[],"
    " %s::bigint[], %s::bigint[], %s::date[])"
)
_LEFT_OF_RUN = (
    "select book_id, entry_id, authorization_id, provider_code, amount_minor, fee_minor, due_on from payout_left_line"
    " where run_id = %s order by due_on, book_id, entry_id"
)
_PREPARED = (
    "insert into payout_event (run_id, provider_code, seq, kind, occurred_on, reason, actor)"
    " select run_id, provider_code, 1, 'prepared', %s, '', %s from payout_payment where run_id = %s"
)


@dataclass(frozen=True, slots=True)
class Advance:
    """A book that a run pays for beyond its bank account, why, and how far; minor units."""

    book: str
    reason: str
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class Payment:
    """What one provider is paid; minor units. `state` is prepared, paid or failed."""

    run_id: str
    provider_code: str
    end_to_end_id: str
    iban: str
    holder: str
    amount_minor: int
    fee_minor: int
    state: str


@dataclass(frozen=True, slots=True)
class Run:
    """A payout run with its payments and the fees it withheld by; `replayed` when it had been prepared before."""

    run_id: str
    reference: str
    due_by: date
    execute_on: date
    payer: Payer
    fees: tuple[dict[str, Any], ...] | None
    prepared_at: datetime
    payments: tuple[Payment, ...]
    left_out: tuple[LeftOut, ...]
    advances: tuple[Advance, ...] = ()
    replayed: bool = False

    @property
    def total_minor(self) -> int:
        """All that is paid, in minor units."""
        return sum(payment.amount_minor for payment in self.payments)


@dataclass(frozen=True, slots=True)
class Line:
    """A capture or, below zero, a refund that a payment settles; minor units, `fee_minor` is taken off it."""

    book_id: int
    entry_id: int
    authorization_id: str
    amount_minor: int
    fee_minor: int
    fee_basis_points: int
    due_on: date


def prepare(
    session: Session,
    reference: str,
    *,
    due_by: date,
    execute_on: date,
    terms: Terms,
    actor: str,
    advances: Sequence[Advance] = (),
    expect_total_minor: int | None = None,
) -> Run:
    """
    Pay what is captured, undisputed and due in all books: one payment a provider, refunds and fees taken off.

    In each book the provider's account is debited and `payout` credited, until the bank confirms. A provider that
    would be paid nothing or less waits for the next run with all its lines; one without a valid IBAN is left out and
    named, as is a stopped book. What the bank account of a book does not cover is left out line by line, the youngest
    due first, unless `advances` names the book with a reason. The same reference again returns the run as it is.

    Units:  `expect_total_minor` is what somebody was shown that all payments come to, in minor units.
    Errors: PayoutReferenceInvalid, PayoutReferenceChanged, ExecutionDatePast, ExecutionDateClosed, ExecutionDateFar,
            ReasonRequired, BookNotFound, PayoutEmpty, PayoutTotalDiffers; those of `posting.post`.
    """
    if not _REFERENCE.fullmatch(reference):
        raise PayoutReferenceInvalid(reference=reference)
    lock(session, exclusive=True)
    found = _find(session, reference)
    if found is not None:
        _refuse_other(found, due_by, execute_on, terms, advances)
        return replace(found, replayed=True)
    today = clock.today()
    if execute_on < today:
        raise ExecutionDatePast(on=execute_on, today=today)
    if not target_days.is_open(execute_on):
        raise ExecutionDateClosed(on=execute_on, next_on=target_days.on_or_after(execute_on))
    limit = today + timedelta(days=_DAYS_AHEAD)
    if execute_on > limit:
        raise ExecutionDateFar(on=execute_on, limit=limit)

    if any(not advance.reason.strip() for advance in advances):
        raise ReasonRequired()
    advanced = {books.require(session, advance.book): advance for advance in advances}

    payable, left_out, left_lines = candidates.choose(session, due_by, terms, advanced)
    if not payable:
        named = [f"{out.subject} ({out.reason})" for out in left_out]
        raise PayoutEmpty(due_by=due_by, left_out=named or ["-"])
    total_minor = sum(one.amount_minor for one in payable)
    if expect_total_minor not in (None, total_minor):
        raise PayoutTotalDiffers(total=from_minor(total_minor), expected=from_minor(expect_total_minor))
    run_id = ids.new("pay")
    paid = [
        Payment(run_id, one.provider_code, f"{reference}-{number:05d}", one.iban, one.holder, one.amount_minor,
                one.fee_minor, "prepared")
        for number, one in enumerate(payable, start=1)
    ]  # fmt: skip
    told = _beyond(session, advanced, [payment.provider_code for payment in paid])
    _record(session, run_id, reference, due_by, execute_on, terms, paid, left_out, told, actor)
    _record_left(session, run_id, left_lines)
    _post(session, run_id, [payment.provider_code for payment in paid], today, actor)
    session.connection().exec_driver_sql(_PREPARED, (today, actor, run_id))
    telling.payouts(session, Event.PAYOUT_SCHEDULED, paid, execute_on=execute_on.isoformat())
    return get(session, reference)


def get(session: Session, reference: str) -> Run:
    """
    Return a run by its reference.

    Errors: PayoutNotFound.
    """
    found = _find(session, reference)
    if found is None:
        raise PayoutNotFound(reference=reference)
    return found


def references(session: Session) -> list[str]:
    """Return the references of all runs, the latest first."""
    return list(session.scalars(sa.select(PayoutRun.reference).order_by(PayoutRun.run_id.desc())))


def lines(session: Session, payment: Payment) -> list[Line]:
    """Return what a payment settles, book by book."""
    rows = database.rows(
        session,
        "select book_id, entry_id, authorization_id, amount_minor, fee_minor, fee_basis_points, due_on"
        "  from payout_line where run_id = %s and provider_code = %s order by book_id, entry_id",
        (payment.run_id, payment.provider_code),
    )
    return [Line(*row) for row in rows]


def left_lines(session: Session, run: Run) -> list[LeftLine]:
    """Return what was due to providers and was left out of a run for want of money, the oldest due first."""
    return [LeftLine(*row) for row in database.rows(session, _LEFT_OF_RUN, (run.run_id,))]


def lock(session: Session, *, exclusive: bool = False) -> None:
    """Keep what is payable as it is until the transaction ends: a run has it alone, disputes share it."""
    session.connection().exec_driver_sql(_LOCK.format(shared="" if exclusive else "_shared"))


def _beyond(session: Session, advanced: Mapping[int, Advance], paid: Sequence[str]) -> list[Advance]:
    """Say how far each book that was named is paid for beyond its bank account."""
    wanted = coverage.needed(session, paid)
    free = bank.free(session, list(advanced))
    return [
        replace(advance, reason=advance.reason.strip(), amount_minor=max(wanted.get(book, 0) - max(free[book], 0), 0))
        for book, advance in advanced.items()
    ]


def _record(
    session: Session,
    run_id: str,
    reference: str,
    due_by: date,
    execute_on: date,
    terms: Terms,
    paid: Sequence[Payment],
    left_out: Sequence[LeftOut],
    advances: Sequence[Advance],
    actor: str,
) -> None:
    values = {
        "due_by": due_by,
        "execute_on": execute_on,
        "payer": asdict(terms.payer),
        "fees": list(_told(terms)),
        "left_out": [asdict(out) for out in left_out],
        "advances": [asdict(advance) for advance in advances],
        "actor": actor,
    }
    session.execute(sa.insert(PayoutRun).values(run_id=run_id, reference=reference, **values))
    columns = (
        text_array([payment.provider_code for payment in paid]),
        text_array([payment.end_to_end_id for payment in paid]),
        text_array([payment.iban for payment in paid]),
        text_array([payment.holder for payment in paid]),
        plain_array([payment.amount_minor for payment in paid]),
        plain_array([payment.fee_minor for payment in paid]),
    )
    database.run(session, _PAYMENTS, (run_id, *columns))
    database.run(session, _LINES, {"run": run_id, "paid": [payment.provider_code for payment in paid]})


def _record_left(session: Session, run_id: str, lines: Sequence[LeftLine]) -> None:
    if not lines:
        return
    columns = (
        plain_array([line.book_id for line in lines]),
        plain_array([line.entry_id for line in lines]),
        text_array([line.authorization_id for line in lines]),
        text_array([line.provider_code for line in lines]),
        plain_array([line.amount_minor for line in lines]),
        plain_array([line.fee_minor for line in lines]),
        plain_array([line.due_on for line in lines]),
    )
    database.run(session, _LEFT_LINES, (run_id, coverage.NOT_COVERED, *columns))


def _post(session: Session, run_id: str, paid: list[str], today: date, actor: str) -> None:
    parts: dict[int, list[Any]] = defaultdict(list)
    for part in database.rows(session, _PARTS, {"run": run_id, "paid": paid}):
        parts[part.book_id].append(part)
    for book_id in sorted(parts):
        known = chart.open_payouts(session, book_id)
        codes = [chart.provider(part.provider_code) for part in parts[book_id]]
        owed = accounts.ensure(session, book_id, [accounts.Opening(code, "L") for code in codes])
        drafts: dict[str, Draft] = {}
        for part in parts[book_id]:
            provider = owed[chart.provider(part.provider_code)]
            pairs = moved(provider, known[chart.PAYOUT], part.amount_minor)
            pairs += moved(provider, known[chart.FEES], part.fee_minor)
            if pairs:
                name = f"{run_id}:{part.provider_code}"
                drafts[part.provider_code] = Draft("payout", today, pairs, name, memo=name)
        entries = write(session, book_id, list(drafts.values()), actor)
        database.run(session, _POSTED, (text_array(list(drafts)), plain_array(entries), book_id, run_id))


def moved(debit: int, credit: int, amount_minor: int) -> tuple[Pair, ...]:
    """Return the posting of a signed amount: the other way round below zero, none for zero."""
    if amount_minor == 0:
        return ()
    return (Pair(debit, credit, amount_minor) if amount_minor > 0 else Pair(credit, debit, -amount_minor),)


def write(session: Session, book_id: int, drafts: Sequence[Draft], actor: str) -> list[int]:
    """
    Write entries that stand or fall together, and return their ids.

    Errors: those of `posting.post`, of the first that is refused.
    """
    written: list[int] = []
    for outcome in posting.post_entries(session, book_id, drafts, actor=actor):
        if outcome.refusal is not None:
            raise outcome.refusal
        if outcome.entry_id is not None:
            written.append(outcome.entry_id)
    return written


def _find(session: Session, reference: str) -> Run | None:
    row = session.execute(sa.select(PayoutRun.__table__).where(PayoutRun.reference == reference)).one_or_none()
    if row is None:
        return None
    columns = PayoutPayment.__table__.columns
    payments = session.execute(
        sa.select(*(columns[name] for name in Payment.__slots__))
        .where(PayoutPayment.run_id == row.run_id)
        .order_by(PayoutPayment.end_to_end_id)
    )
    return Run(
        row.run_id,
        row.reference,
        row.due_by,
        row.execute_on,
        Payer(**row.payer),
        None if row.fees is None else tuple(row.fees),
        row.prepared_at,
        tuple(Payment(*payment) for payment in payments),
        tuple(LeftOut(**out) for out in row.left_out),
        tuple(Advance(**told) for told in row.advances),
    )


def _told(terms: Terms) -> tuple[dict[str, Any], ...]:
    """Return the fees of a file of terms as a run keeps them."""
    return tuple(
        {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(fee).items()}
        for fee in terms.fees
    )


def _refuse_other(found: Run, due_by: date, execute_on: date, terms: Terms, advances: Sequence[Advance]) -> None:
    asked = {"due_by": due_by, "execute_on": execute_on, "payer": terms.payer}
    if found.fees is not None:
        asked["fees"] = _told(terms)
    differs = [name for name, value in asked.items() if getattr(found, name) != value]
    if {advance.book for advance in found.advances} != {advance.book for advance in advances}:
        differs.append("advances")
    if differs:
        raise PayoutReferenceChanged(reference=found.reference, differs=differs)
