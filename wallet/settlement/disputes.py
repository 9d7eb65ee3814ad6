"""Disputes: a capture that the employee or a welfare manager contests before it is paid, and how that ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import database, ids
from config.database import plain_array
from config.labelled import Labelled
from config.money import from_minor
from plans.rulebook.words import Channel
from wallet import amounts, authorizations, captures
from wallet.errors import ReasonRequired
from wallet.settlement import payouts
from wallet.settlement.errors import (
    CapturePaid,
    DisputeAmount,
    DisputeChanged,
    DisputeNotFound,
    DisputeSettled,
    DisputeWhichCapture,
    NothingToDispute,
)
from wallet.settlement.tables import DisputeEvent, DisputeRow


class Reason(Labelled):
    """Why a capture is disputed."""

    NOT_DELIVERED = "NOT_DELIVERED", "servizio non reso"
    PARTLY_DELIVERED = "PARTLY_DELIVERED", "servizio reso in parte"
    WRONG_AMOUNT = "WRONG_AMOUNT", "importo sbagliato"
    CHARGED_TWICE = "CHARGED_TWICE", "addebitato due volte"
    POOR_QUALITY = "POOR_QUALITY", "servizio scadente"


class Role(Labelled):
    """Who disputes, answers or settles."""

    EMPLOYEE = "EMPLOYEE", "lavoratore"
    WELFARE_MANAGER = "WELFARE_MANAGER", "welfare manager"
    OPERATOR = "OPERATOR", "operatore"
    PROVIDER = "PROVIDER", "fornitore"


class State(Labelled):
    """Where a dispute stands."""

    OPEN = "open", "aperta"
    UPHELD = "upheld", "accolta"
    DISMISSED = "dismissed", "respinta"


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: the person at work, in which role, and for whom when on behalf of somebody; both names are kept."""

    actor: str
    role: Role
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a dispute."""

    kind: str
    by: By
    note: str
    refunded_minor: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """A disputed capture with its history; `left_minor` is what of the capture was not given back, in minor units."""

    dispute_id: str
    authorization_id: str
    entry_id: int
    reason: Reason
    state: State
    left_minor: int
    events: tuple[Event, ...]


# The captures of a hold, what of each is left, and the run that pays it.
_CAPTURES = (
    "select h.entry_id, h.amount_minor - coalesce(c.refunded_minor, 0) as left_minor, r.reference, d.dispute_id"
    "  from hold_event h"
    "  left join refund_counter c on c.book_id = h.book_id and c.entry_id = h.entry_id"
    "  left join payout_line l on l.book_id = h.book_id and l.entry_id = h.entry_id and not l.returned"
    "  left join payout_run r on r.run_id = l.run_id"
    "  left join dispute d on d.book_id = h.book_id and d.entry_id = h.entry_id and d.state = 'open'"
    " where h.book_id = %s and h.hold_id = %s and h.kind = 'capture' order by h.seq"
)
# What is left of the captures that disputes name; a hold's events are found by the hold.
_LEFT = (
    "select e.book_id, e.entry_id, h.amount_minor - coalesce(c.refunded_minor, 0) as left_minor"
    "  from unnest(%s::integer[], %s::bigint[]) x(book_id, entry_id)"
    "  join entry e on e.book_id = x.book_id and e.entry_id = x.entry_id"
    "  join hold_event h on h.book_id = e.book_id and h.hold_id = e.hold_id and h.entry_id = e.entry_id"
    "   and h.kind = 'capture'"
    "  left join refund_counter c on c.book_id = e.book_id and c.entry_id = e.entry_id"
)


def open_dispute(
    session: Session,
    book_id: int,
    authorization_id: str,
    reason: Reason,
    *,
    by: By,
    entry_id: int | None = None,
    note: str = "",
) -> Dispute:
    """
    Dispute a capture that is not in a payment yet: no run pays it until the dispute is settled.

    `entry_id` says which capture where there are several.

    Errors: AuthorizationNotFound, CapturePaid, NothingToDispute, DisputeWhichCapture.
    """
    found = authorizations.lock(session, book_id, authorization_id)
    if found.channel == Channel.REIMBURSEMENT:
        # Nobody is paid but the employee, through payroll; its review is where it is doubted.
        raise NothingToDispute(authorization=authorization_id)
    payouts.lock(session)
    all_of_it = database.rows(session, _CAPTURES, (book_id, found.hold_id))
    asked = [row for row in all_of_it if entry_id in (None, row.entry_id)]
    unpaid = [row for row in asked if row.reference is None]
    if asked and not unpaid:
        raise CapturePaid(capture=asked[0].entry_id, reference=asked[0].reference)
    open_to_it = [row for row in unpaid if row.left_minor > 0 and row.dispute_id is None]
    if not open_to_it:
        raise NothingToDispute(authorization=authorization_id)
    if len(open_to_it) > 1:
        raise DisputeWhichCapture(authorization=authorization_id, captures=[row.entry_id for row in open_to_it])

    dispute_id = ids.new("dis")
    key = {"book_id": book_id, "dispute_id": dispute_id}
    values = {"authorization_id": authorization_id, "entry_id": open_to_it[0].entry_id, "reason": str(reason)}
    session.execute(sa.insert(DisputeRow).values(**key, **values))
    _append(session, book_id, dispute_id, 1, "opened", by, note)
    return get(session, book_id, dispute_id)


def answer(session: Session, book_id: int, dispute_id: str, *, by: By, note: str) -> Dispute:
    """
    Write down what the provider says to a dispute that is not settled; nothing else changes.

    Errors: DisputeNotFound, DisputeSettled, ReasonRequired.
    """
    found = _lock_open(session, book_id, dispute_id, note)
    _append(session, book_id, dispute_id, len(found.events) + 1, "answered", by, note)
    return get(session, book_id, dispute_id)


def uphold(
    session: Session,
    book_id: int,
    dispute_id: str,
    *,
    by: By,
    amount: Money | None = None,
    note: str,
    seen: int | None = None,
) -> Dispute:
    """
    Settle a dispute for the employee: what is left of the capture, or `amount`, goes back to the lots.

    It is an ordinary refund of the disputed capture: to the lots that paid it, out of the tax year in which it was
    given. What is not given back is payable again. `seen` is how many things said were read, where that is to be all
    of them.

    Units:  `amount` in euro, at most what is left of the capture.
    Errors: those of `amounts.minor`; DisputeNotFound, DisputeSettled, DisputeChanged, ReasonRequired, DisputeAmount;
            those of `captures.refund`.
    """
    found = _lock_open(session, book_id, dispute_id, note, seen)
    asked = found.left_minor if amount is None else amounts.minor(amount)
    if asked > found.left_minor or (amount is not None and asked <= 0):
        raise DisputeAmount(left=from_minor(found.left_minor), asked=from_minor(asked))
    if asked:
        captures.refund(
            session,
            book_id,
            found.authorization_id,
            from_minor(asked),
            capture_id=found.entry_id,
            actor=by.actor,
            reason=dispute_id,
        )
    return _settle(session, book_id, found, State.UPHELD, by, note, asked)


def dismiss(session: Session, book_id: int, dispute_id: str, *, by: By, note: str, seen: int | None = None) -> Dispute:
    """
    Settle a dispute for the provider: the capture is payable again. `seen` is that of `uphold`.

    Errors: DisputeNotFound, DisputeSettled, DisputeChanged, ReasonRequired.
    """
    found = _lock_open(session, book_id, dispute_id, note, seen)
    return _settle(session, book_id, found, State.DISMISSED, by, note, 0)


def get(session: Session, book_id: int, dispute_id: str) -> Dispute:
    """
    Return a dispute with its history.

    Errors: DisputeNotFound.
    """
    found = _listed(session, DisputeRow.book_id == book_id, DisputeRow.dispute_id == dispute_id)
    if not found:
        raise DisputeNotFound(dispute=dispute_id)
    return found[0]


def listed(session: Session, book_id: int, *, state: State | None = None) -> list[Dispute]:
    """Return a book's disputes, the oldest first."""
    narrowed = [] if state is None else [DisputeRow.state == str(state)]
    return _listed(session, DisputeRow.book_id == book_id, *narrowed)


def query(*, state: State | None = None, authorization_id: str | None = None) -> sa.Select[Any]:
    """Return the query of the disputes that the session sees, by id and book, for a list that is read by pages."""
    columns = [DisputeRow.__table__.c[name] for name in ("dispute_id", "book_id")]
    statement = sa.select(*columns)
    if state is not None:
        statement = statement.where(DisputeRow.state == str(state))
    if authorization_id is not None:
        statement = statement.where(DisputeRow.authorization_id == authorization_id)
    return statement


def book_of(session: Session, dispute_id: str) -> int:
    """
    Return the book of a dispute, as far as the session sees.

    Errors: DisputeNotFound.
    """
    book_id = session.scalar(sa.select(DisputeRow.book_id).where(DisputeRow.dispute_id == dispute_id))
    if book_id is None:
        raise DisputeNotFound(dispute=dispute_id)
    return book_id


def of_ids(session: Session, book_id: int, dispute_ids: Sequence[str]) -> dict[str, Dispute]:
    """Return some of a book's disputes by their ids."""
    found = _listed(session, DisputeRow.book_id == book_id, DisputeRow.dispute_id.in_(dispute_ids))
    return {one.dispute_id: one for one in found}


def of_page(session: Session, keys: Sequence[tuple[int, str]]) -> dict[str, Dispute]:
    """Return disputes of several books by their ids, each named by its book and its id."""
    found = _listed(session, sa.tuple_(DisputeRow.book_id, DisputeRow.dispute_id).in_(keys))
    return {one.dispute_id: one for one in found}


def _lock_open(session: Session, book_id: int, dispute_id: str, note: str, seen: int | None = None) -> Dispute:
    authorizations.lock(session, book_id, get(session, book_id, dispute_id).authorization_id)
    payouts.lock(session)
    found = get(session, book_id, dispute_id)
    if found.state is not State.OPEN:
        raise DisputeSettled(dispute=dispute_id)
    if seen is not None and len(found.events) != seen:
        raise DisputeChanged(dispute=dispute_id)
    if not note.strip():
        raise ReasonRequired()
    return found


def _settle(
    session: Session, book_id: int, found: Dispute, state: State, by: By, note: str, refunded_minor: int
) -> Dispute:
    session.execute(
        sa.update(DisputeRow)
        .where(DisputeRow.book_id == book_id, DisputeRow.dispute_id == found.dispute_id)
        .values(state=str(state))
    )
    _append(session, book_id, found.dispute_id, len(found.events) + 1, str(state), by, note, refunded_minor)
    return get(session, book_id, found.dispute_id)


def _append(
    session: Session,
    book_id: int,
    dispute_id: str,
    seq: int,
    kind: str,
    by: By,
    note: str,
    refunded_minor: int = 0,
) -> None:
    key = {"book_id": book_id, "dispute_id": dispute_id, "seq": seq}
    who = {"role": str(by.role), "actor": by.actor, "on_behalf_of": by.on_behalf_of}
    session.execute(
        sa.insert(DisputeEvent).values(**key, **who, kind=kind, note=note.strip(), refunded_minor=refunded_minor)
    )


def _listed(session: Session, *conditions: sa.ColumnElement[bool]) -> list[Dispute]:
    found = session.execute(sa.select(DisputeRow.__table__).where(*conditions).order_by(DisputeRow.dispute_id)).all()
    told: dict[tuple[int, str], list[Event]] = {(row.book_id, row.dispute_id): [] for row in found}
    events = session.execute(
        sa.select(DisputeEvent.__table__)
        .join(
            DisputeRow,
            sa.and_(DisputeRow.book_id == DisputeEvent.book_id, DisputeRow.dispute_id == DisputeEvent.dispute_id),
        )
        .where(*conditions)
        .order_by(DisputeEvent.dispute_id, DisputeEvent.seq)
    )
    for event in events:
        by = By(event.actor, Role(event.role), event.on_behalf_of)
        told[event.book_id, event.dispute_id].append(
            Event(event.kind, by, event.note, event.refunded_minor, event.recorded_at)
        )
    keys = plain_array([row.book_id for row in found]), plain_array([row.entry_id for row in found])
    left = {(row.book_id, row.entry_id): row.left_minor for row in database.rows(session, _LEFT, keys)}
    return [
        Dispute(
            row.dispute_id,
            row.authorization_id,
            row.entry_id,
            Reason(row.reason),
            State(row.state),
            left[row.book_id, row.entry_id],
            tuple(told[row.book_id, row.dispute_id]),
        )
        for row in found
    ]
