"""What becomes of a payment: the bank paid it, or it failed and its lines are payable again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import database
from ledger import accounts
from ledger.posting import Draft, Pair
from wallet import chart, telling
from wallet.errors import ReasonRequired
from wallet.outbox import Event
from wallet.settlement.errors import PaymentNotFound, PaymentStateWrong, PayoutAnswered
from wallet.settlement.payouts import Payment, Run, moved, write
from wallet.settlement.tables import PayoutPayment

# Italian first; the codes are the English words.
STATES_IT = {"prepared": "preparato", "paid": "pagato", "failed": "respinto"}
_PARTS = (
    "select book_id, amount_minor, fee_minor, entry_id, paid_entry_id from payout_part"
    " where run_id = %s and provider_code = %s order by book_id"
)
_NOTE = "update payout_part set {column} = %s where book_id = %s and run_id = %s and provider_code = %s"
_STATE = "update payout_payment set state = %s where run_id = %s and provider_code = %s"
_EVENT = (
    "insert into payout_event (run_id, provider_code, seq, kind, occurred_on, reason, line_id, actor)"
    " select %(run)s, %(provider)s, max(seq) + 1, %(kind)s, %(on)s, %(reason)s, %(line)s, %(actor)s"
    "   from payout_event where run_id = %(run)s and provider_code = %(provider)s"
)


def by_end_to_end_id(session: Session, end_to_end_id: str, *, lock: bool = False) -> Payment:
    """
    Return a payment by the id it carries through the banks; `lock` keeps others from changing it meanwhile.

    Errors: PaymentNotFound.
    """
    columns = PayoutPayment.__table__.columns
    asked = sa.select(*(columns[name] for name in Payment.__slots__)).where(
        PayoutPayment.end_to_end_id == end_to_end_id
    )
    row = session.execute(asked.with_for_update() if lock else asked).one_or_none()
    if row is None:
        raise PaymentNotFound(payment=end_to_end_id)
    return Payment(*row)


def confirm(
    session: Session, end_to_end_id: str, *, on: date, actor: str, line_id: str | None = None, reason: str = ""
) -> Payment:
    """
    Record that the bank paid: in each book what was in payment leaves the bank account.

    Errors: PaymentNotFound, PaymentStateWrong; those of `posting.post`.
    """
    payment = by_end_to_end_id(session, end_to_end_id, lock=True)
    require(payment, "paid", ("prepared",))
    for part in database.rows(session, _PARTS, (payment.run_id, payment.provider_code)):
        known = chart.open_payouts(session, part.book_id)
        pairs = moved(known[chart.PAYOUT], known[chart.BANK], part.amount_minor)
        _write(session, payment, part.book_id, "payout_confirmation", "paid", pairs, on, actor)
    telling.payouts(session, Event.PAYOUT_PAID, [payment], paid_on=on.isoformat())
    return _end(session, payment, "paid", on, actor, line_id, reason)


def fail(
    session: Session, end_to_end_id: str, *, on: date, actor: str, line_id: str | None = None, reason: str = ""
) -> Payment:
    """
    Record that a payment did not reach the provider: what it settled is owed, and payable, again; its fee too.

    A payment that the bank had confirmed and then gave back returns to the bank account first.

    Errors: PaymentNotFound, PaymentStateWrong; those of `posting.post`.
    """
    payment = by_end_to_end_id(session, end_to_end_id, lock=True)
    require(payment, "failed", ("prepared", "paid"))
    code = chart.provider(payment.provider_code)
    for part in database.rows(session, _PARTS, (payment.run_id, payment.provider_code)):
        known = chart.open_payouts(session, part.book_id)
        provider = accounts.find(session, part.book_id, code)
        pairs: tuple[Pair, ...] = ()
        if part.paid_entry_id is not None:
            pairs += moved(known[chart.BANK], known[chart.PAYOUT], part.amount_minor)
        pairs += moved(known[chart.PAYOUT], provider, part.amount_minor)
        pairs += moved(known[chart.FEES], provider, part.fee_minor)
        _write(session, payment, part.book_id, "payout_return", "returned", pairs, on, actor)
    database.run(
        session,
        "update payout_line set returned = true where run_id = %s and provider_code = %s",
        (payment.run_id, payment.provider_code),
    )
    return _end(session, payment, "failed", on, actor, line_id, reason)


def withdraw(session: Session, end_to_end_id: str, *, on: date, actor: str, reason: str) -> Payment:
    """
    Record that a payment never left, as a person knows: its file was lost, or the bank refused it; then as `fail`.

    Errors: ReasonRequired, PaymentNotFound, PaymentStateWrong; those of `posting.post`.
    """
    if not reason.strip():
        raise ReasonRequired()
    # What the bank has confirmed comes back by a line of the bank's alone.
    require(by_end_to_end_id(session, end_to_end_id, lock=True), "failed", ("prepared",))
    return fail(session, end_to_end_id, on=on, actor=actor, reason=reason.strip())


def withdraw_run(session: Session, run: Run, *, on: date, actor: str, reason: str) -> list[Payment]:
    """
    Withdraw what of a run waits for the bank: its file never left, as a person knows; return those payments.

    Errors: ReasonRequired, PayoutAnswered; those of `posting.post`.
    """
    if not reason.strip():
        raise ReasonRequired()
    waiting = [payment for payment in run.payments if payment.state == "prepared"]
    if not waiting:
        raise PayoutAnswered(reference=run.reference)
    return [withdraw(session, each.end_to_end_id, on=on, actor=actor, reason=reason) for each in waiting]


def require(payment: Payment, wanted: str, allowed: tuple[str, ...]) -> None:
    """Refuse with PaymentStateWrong a payment that is in none of some states."""
    if payment.state not in allowed:
        raise PaymentStateWrong(
            payment=payment.end_to_end_id,
            state_it=STATES_IT[payment.state],
            state_en=payment.state,
            wanted_it=STATES_IT[wanted],
            wanted_en=wanted,
        )


def _write(
    session: Session,
    payment: Payment,
    book_id: int,
    kind: str,
    what: str,
    pairs: tuple[Pair, ...],
    on: date,
    actor: str,
) -> None:
    if not pairs:
        return
    name = f"{payment.run_id}:{payment.provider_code}"
    draft = Draft(kind, on, pairs, f"{name}:{what}", memo=name)
    (entry_id,) = write(session, book_id, [draft], actor)
    note = _NOTE.format(column=f"{what}_entry_id")
    database.run(session, note, (entry_id, book_id, payment.run_id, payment.provider_code))


def _end(
    session: Session, payment: Payment, state: str, on: date, actor: str, line_id: str | None, reason: str
) -> Payment:
    database.run(session, _STATE, (state, payment.run_id, payment.provider_code))
    told = {"run": payment.run_id, "provider": payment.provider_code, "kind": state, "on": on, "reason": reason}
    database.run(session, _EVENT, told | {"line": line_id, "actor": actor})
    return replace(payment, state=state)
