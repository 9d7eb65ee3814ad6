"""
What was settled, as lists: runs, payments with their lines, the bank's lines that wait, and clearings.

A fence decides whose rows are in them: a provider sees its own payments, and of their lines no more than it delivered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from network.models import ServiceRow
from plans import funders
from plans.rows import Funder
from wallet.settlement import clearing, payouts
from wallet.settlement.errors import BankLineNotFound, ConfirmationNotFound, PaymentNotFound, PayoutNotFound
from wallet.settlement.tables import (
    BankConfirmation,
    BankLine,
    ClearingPosition,
    ClearingRun,
    PayoutEvent,
    PayoutLine,
    PayoutPayment,
    PayoutRun,
)
from wallet.tables import AuthorizationRow

_EVENT = aliased(PayoutEvent)


def runs() -> sa.Select[Any]:
    """Return the query of payout runs; amounts in minor units."""
    of_run = PayoutPayment.run_id == PayoutRun.run_id
    return sa.select(
        PayoutRun.run_id,
        PayoutRun.reference,
        PayoutRun.due_by,
        PayoutRun.execute_on,
        PayoutRun.prepared_at,
        PayoutRun.actor,
        sa.select(sa.func.count()).where(of_run).scalar_subquery().label("payments"),
        sa.select(sa.func.coalesce(sa.func.sum(PayoutPayment.amount_minor), 0).cast(sa.BigInteger))
        .where(of_run)
        .scalar_subquery()
        .label("total_minor"),
    )


RUN_ID = PayoutRun.__table__.c.run_id


def run(session: Session, run_id: str) -> payouts.Run:
    """
    Return a run by its id.

    Errors: PayoutNotFound.
    """
    reference = session.scalar(sa.select(PayoutRun.reference).where(PayoutRun.run_id == run_id))
    if reference is None:
        raise PayoutNotFound(reference=run_id)
    return payouts.get(session, reference)


def left_lines(session: Session, run_id: str) -> list[dict[str, Any]]:
    """
    Return what a run left out for want of money, line by line, the oldest due first.

    Errors: PayoutNotFound.
    """
    known = codes(session)
    return [
        asdict(line) | {"line_id": f"{line.authorization_id}.{line.entry_id}", "funder": known[line.book_id]}
        for line in payouts.left_lines(session, run(session, run_id))
    ]


def transfers(
    *,
    state: str | None = None,
    run_id: str | None = None,
    provider: str | None = None,
    execute_before: date | None = None,
) -> sa.Select[Any]:
    """Return the query of payments to providers; `ended_on` is when the bank paid it, or it failed."""
    ended = (
        sa.select(_EVENT.occurred_on)
        .where(_EVENT.run_id == PayoutPayment.run_id, _EVENT.provider_code == PayoutPayment.provider_code)
        .where(_EVENT.kind == PayoutPayment.state, _EVENT.kind != "prepared")
        .order_by(_EVENT.seq.desc())
        .limit(1)
    )
    query: Any = sa.select(
        PayoutPayment.end_to_end_id,
        PayoutPayment.run_id,
        PayoutRun.reference,
        PayoutRun.execute_on,
        PayoutPayment.provider_code,
        PayoutPayment.holder,
        PayoutPayment.iban,
        PayoutPayment.amount_minor,
        PayoutPayment.fee_minor,
        PayoutPayment.state,
        ended.scalar_subquery().label("ended_on"),
        sa.func.nullif(ended.with_only_columns(_EVENT.reason).scalar_subquery(), "").label("reason"),
    ).join(PayoutRun, PayoutRun.run_id == PayoutPayment.run_id)
    asked = ((PayoutPayment.state, state), (PayoutPayment.run_id, run_id), (PayoutPayment.provider_code, provider))
    found: sa.Select[Any] = query.where(*(column == value for column, value in asked if value is not None))
    return found if execute_before is None else found.where(PayoutRun.execute_on < execute_before)


# The latest run first, its payments in their order.
TRANSFERS_ORDER: tuple[Any, ...] = (PayoutPayment.run_id.desc(), PayoutPayment.end_to_end_id)


def transfer(session: Session, end_to_end_id: str) -> sa.Row[Any]:
    """
    Return one payment, as `transfers` has it.

    Errors: PaymentNotFound.
    """
    row = session.execute(transfers().where(PayoutPayment.end_to_end_id == end_to_end_id)).one_or_none()
    if row is None:
        raise PaymentNotFound(payment=end_to_end_id)
    return row


def lines(paid: sa.Row[Any]) -> sa.Select[Any]:
    """Return the query of what a payment settles: captures and, below zero, refunds; no person in it."""
    query: Any = (
        sa.select(
            sa.func.concat(PayoutLine.authorization_id, ".", PayoutLine.entry_id).label("line_id"),
            PayoutLine.authorization_id,
            AuthorizationRow.service_code,
            ServiceRow.name.label("service_name"),
            # Only the network's people are shown whose book it is.
            Funder.code.label("funder"),
            PayoutLine.amount_minor,
            PayoutLine.fee_basis_points,
            PayoutLine.fee_minor,
            PayoutLine.due_on,
            PayoutLine.returned,
        )
        .join(
            AuthorizationRow,
            (AuthorizationRow.book_id == PayoutLine.book_id)
            & (AuthorizationRow.authorization_id == PayoutLine.authorization_id),
        )
        .outerjoin(ServiceRow, ServiceRow.code == AuthorizationRow.service_code)
        .outerjoin(Funder, Funder.book_id == PayoutLine.book_id)
        .where(PayoutLine.run_id == paid.run_id, PayoutLine.provider_code == paid.provider_code)
    )
    found: sa.Select[Any] = query
    return found


LINES_ORDER: tuple[Any, ...] = (PayoutLine.due_on, PayoutLine.authorization_id, PayoutLine.entry_id)


def bank_lines(*, state: str | None = None, confirmation_id: str | None = None) -> sa.Select[Any]:
    """Return the query of the bank's lines; `payout_id` is the payment that one was found to be."""
    columns = BankLine.__table__.columns
    names = ("line_id", "booked_on", "outgoing", "amount_minor", "currency", "end_to_end_id", "iban", "name",
             "remittance", "return_reason", "why", "state", "resolved_reason")  # fmt: skip
    query: Any = sa.select(
        *(columns[name] for name in names), PayoutPayment.end_to_end_id.label("payout_id")
    ).outerjoin(
        PayoutPayment,
        (PayoutPayment.run_id == BankLine.run_id) & (PayoutPayment.provider_code == BankLine.provider_code),
    )
    asked = ((BankLine.state, state), (BankLine.confirmation_id, confirmation_id))
    found: sa.Select[Any] = query.where(*(column == value for column, value in asked if value is not None))
    return found


def waiting() -> sa.Select[Any]:
    """Return the query of the bank's lines that fit no payment and wait for a person."""
    return bank_lines(state="unmatched")


def bank_line(session: Session, line_id: str) -> sa.Row[Any]:
    """
    Return one line of the bank's, as `bank_lines` has it.

    Errors: BankLineNotFound.
    """
    row = session.execute(bank_lines().where(BankLine.line_id == line_id)).one_or_none()
    if row is None:
        raise BankLineNotFound(line=line_id)
    return row


def fitting(line: sa.Row[Any]) -> sa.Select[Any]:
    """
    Return the query of the payments that a line of the bank's may be: of its amount, and not ended.

    What comes in is of a payment that was made, unless the bank says that it comes back.
    """
    back = ("prepared", "paid") if line.return_reason else ("paid",)
    states = ("prepared",) if line.outgoing else back
    return transfers().where(PayoutPayment.amount_minor == line.amount_minor, PayoutPayment.state.in_(states))


def confirmations() -> sa.Select[Any]:
    """Return the query of the bank's files that were read, with how many lines each brought and how many wait."""
    counts = sa.select(sa.func.count()).where(BankLine.confirmation_id == BankConfirmation.confirmation_id)
    return sa.select(
        BankConfirmation.confirmation_id,
        BankConfirmation.file_name,
        BankConfirmation.read_at,
        counts.scalar_subquery().label("lines"),
        counts.where(BankLine.state == "unmatched").scalar_subquery().label("waiting"),
    )


CONFIRMATION_ID = BankConfirmation.__table__.c.confirmation_id


def confirmation(session: Session, confirmation_id: str) -> sa.Row[Any]:
    """
    Return one file of the bank's, as `confirmations` has it.

    Errors: ConfirmationNotFound.
    """
    row = session.execute(confirmations().where(BankConfirmation.confirmation_id == confirmation_id)).one_or_none()
    if row is None:
        raise ConfirmationNotFound(confirmation=confirmation_id)
    return row


WAITING_ORDER: tuple[Any, ...] = (BankLine.booked_on, BankLine.line_id)


def clearings() -> sa.Select[Any]:
    """Return the query of clearings, reopened ones included; `moved_minor` is what has to be transferred."""
    return sa.select(
        ClearingRun.__table__,
        sa.select(sa.func.coalesce(sa.func.sum(ClearingPosition.position_minor), 0).cast(sa.BigInteger))
        .where(ClearingPosition.run_id == ClearingRun.run_id, ClearingPosition.position_minor > 0)
        .scalar_subquery()
        .label("moved_minor"),
    )


def last_cleared(session: Session) -> date | None:
    """Return the first day of the last month that is closed; None where none is."""
    return session.scalar(sa.select(sa.func.max(ClearingRun.starts_on)).where(ClearingRun.state == "closed"))


CLEARING_ID = ClearingRun.__table__.c.run_id


def cleared(session: Session, run: clearing.Run) -> Mapping[str, Any]:
    """Return a clearing with the codes of the books that its flows are of."""
    known = codes(session)
    flows = [asdict(flow) | {"funder": known[flow.book_id]} for flow in run.flows]
    return {name: getattr(run, name) for name in clearing.Run.__slots__} | {"flows": flows}


def codes(session: Session) -> Mapping[int, str]:
    """Return the code of each book's funder."""
    return {funder.book_id: funder.code for funder in funders.every(session)}
