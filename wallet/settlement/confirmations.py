"""The bank's answer: each movement held against the payments, and what fits none kept for a person, never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, database, ids
from config.labelled import Labelled
from config.money import from_minor
from wallet.errors import ReasonRequired
from wallet.settlement import camt, payments
from wallet.settlement.camt import StatementLine
from wallet.settlement.errors import (
    BankLineClosed,
    BankLineDiffers,
    BankLineNotFound,
    ConfirmationOfOtherAccount,
)
from wallet.settlement.payouts import Payment
from wallet.settlement.tables import BankConfirmation, BankLine, PayoutRun

_LOCK = "select pg_advisory_xact_lock(hashtextextended('borsellino:confirmations', 0))"
_CANDIDATES = (
    "select p.end_to_end_id, p.amount_minor, p.iban, p.state,"
    " (r.prepared_at at time zone 'Europe/Rome')::date as prepared_on"
    " from payout_payment p join payout_run r using (run_id)"
    " where r.payer ->> 'iban' = %s and (p.end_to_end_id = any(%s) or (p.iban = %s and p.amount_minor = %s))"
)
# What a bank writes where the payer gave no id.
_NO_ID = ("", "NOTPROVIDED")
_WORDS = re.compile(r"[A-Za-z0-9-]+")


class Why(Labelled):
    """How a line was matched, or why it was not."""

    END_TO_END_ID = "end_to_end_id", "identificativo del pagamento"
    AMOUNT_AND_IBAN = "amount_and_iban", "importo e IBAN"
    REMITTANCE = "remittance", "causale"
    NO_PAYMENT = "no_payment", "nessun pagamento corrisponde"
    SEVERAL_PAYMENTS = "several_payments", "corrispondono più pagamenti"
    AMOUNT_DIFFERS = "amount_differs", "l'importo è diverso"
    IBAN_DIFFERS = "iban_differs", "l'IBAN è diverso"
    NOT_EXPECTED = "not_expected", "il pagamento è già concluso"
    BOOKED_BEFORE = "booked_before", "la banca dice un giorno prima che il pagamento fosse preparato"


@dataclass(frozen=True, slots=True)
class Match:
    """What a line was found to be: a payment, or none and why; minor units."""

    line_id: str
    line: StatementLine
    why: Why
    end_to_end_id: str | None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What reading a bank's file did; `known` lines had been read before and changed nothing."""

    confirmation_id: str | None
    paid: tuple[Match, ...]
    failed: tuple[Match, ...]
    unmatched: tuple[Match, ...]
    known: int


@dataclass(frozen=True, slots=True)
class QueuedLine:
    """A line that waits for a person; minor units."""

    line_id: str
    booked_on: date
    outgoing: bool
    amount_minor: int
    end_to_end_id: str
    iban: str
    name: str
    remittance: str
    return_reason: str
    why: Why


def read(session: Session, path: Path, *, actor: str, on: date | None = None) -> Confirmation:
    """
    Read a camt.053: payments that left are paid, those that came back have failed, the rest waits for a person.

    A payment is found by its end-to-end id; where the bank tells none, by amount and IBAN, else by its id in the
    remittance text. It counts only if amount, currency, and IBAN where the bank tells it, agree, and if it is booked
    no day before the payment was prepared. A movement that was read before changes nothing. The business date of an
    entry is the day of booking, or `on` where that is later (for a booking in a closed period).

    Errors: those of `camt.read`; ConfirmationOfOtherAccount; those of `posting.post`.
    """
    content_hash, found = camt.read(path)
    session.connection().exec_driver_sql(_LOCK)
    for iban in dict.fromkeys(line.account_iban for line in found):
        if not database.rows(session, "select from payout_run where payer ->> 'iban' = %s limit 1", (iban,)):
            raise ConfirmationOfOtherAccount(file=path.name, iban=iban)
    known = set(
        session.scalars(sa.select(BankLine.line_key).where(BankLine.line_key.in_([line.key for line in found])))
    )
    fresh = [line for line in found if line.key not in known]
    if not fresh:
        return Confirmation(None, (), (), (), len(found))
    confirmation_id = ids.new("cnf")
    session.execute(
        sa.insert(BankConfirmation).values(
            confirmation_id=confirmation_id, content_hash=content_hash, file_name=path.name, actor=actor
        )
    )
    matches = [_take(session, confirmation_id, line, actor, on) for line in fresh]
    matched = [match for match in matches if match.end_to_end_id is not None]
    return Confirmation(
        confirmation_id,
        tuple(match for match in matched if match.line.outgoing),
        tuple(match for match in matched if not match.line.outgoing),
        tuple(match for match in matches if match.end_to_end_id is None),
        len(found) - len(fresh),
    )


def unmatched(session: Session) -> list[QueuedLine]:
    """Return the lines that wait for a person, the oldest first."""
    columns = BankLine.__table__.columns
    rows = session.execute(
        sa.select(*(columns[name] for name in QueuedLine.__slots__))
        .where(BankLine.state == "unmatched")
        .order_by(BankLine.booked_on, BankLine.line_id)
    )
    return [QueuedLine(**{**row._mapping, "why": Why(row.why)}) for row in rows]


def resolve(
    session: Session,
    line_id: str,
    *,
    end_to_end_id: str | None,
    reason: str,
    actor: str,
    on: date | None = None,
) -> str | None:
    """
    Close a line of the queue by a person's decision: it is this payment, or (None) none of ours; return its new state.

    Money that left makes the payment paid, money that came back makes it failed: where the bank does not say that it
    comes back, only of a payment that was made. Amounts have to agree; `on` is that of `read`, and no day before the
    payment was prepared counts.

    Errors: ReasonRequired, BankLineNotFound, BankLineClosed, PaymentNotFound, BankLineDiffers, PaymentStateWrong;
            those of `posting.post`.
    """
    if not reason.strip():
        raise ReasonRequired()
    row = session.execute(sa.select(BankLine).where(BankLine.line_id == line_id).with_for_update()).scalar_one_or_none()
    if row is None:
        raise BankLineNotFound(line=line_id)
    if row.state != "unmatched":
        raise BankLineClosed(line=line_id)
    state = None
    if end_to_end_id is not None:
        payment = payments.by_end_to_end_id(session, end_to_end_id)
        if (payment.amount_minor, "EUR") != (row.amount_minor, row.currency):
            told = {"amount": from_minor(row.amount_minor), "expected": from_minor(payment.amount_minor)}
            raise BankLineDiffers(line=line_id, payment=end_to_end_id, **told)
        if not row.outgoing and not row.return_reason:
            payments.require(payment, "failed", ("paid",))
        act = payments.confirm if row.outgoing else payments.fail
        day = max(_not_before(row.booked_on, on), _prepared_on(session, payment))
        ended = act(session, end_to_end_id, on=day, actor=actor, line_id=line_id, reason=reason)
        row.run_id, row.provider_code, state = ended.run_id, ended.provider_code, ended.state
    row.state, row.resolved_by, row.resolved_reason = "resolved", actor, reason.strip()
    row.resolved_at = clock.now()
    session.flush()
    return state


def _take(session: Session, confirmation_id: str, line: StatementLine, actor: str, on: date | None) -> Match:
    names = [line.end_to_end_id, *_WORDS.findall(line.remittance)]
    candidates = database.rows(session, _CANDIDATES, (line.account_iban, names, line.iban, line.amount_minor))
    why, end_to_end_id = _match(line, candidates)
    line_id = ids.new("bkl")
    told = {name: getattr(line, name) for name in StatementLine.__slots__ if name != "key"}
    values = {"line_id": line_id, "confirmation_id": confirmation_id, "line_key": line.key, "why": str(why), **told}
    if end_to_end_id is None:
        session.execute(sa.insert(BankLine).values(**values, state="unmatched"))
        return Match(line_id, line, why, None)
    act = payments.confirm if line.outgoing else payments.fail
    day = _not_before(line.booked_on, on)
    ended = act(session, end_to_end_id, on=day, actor=actor, line_id=line_id, reason=line.return_reason)
    named = {"run_id": ended.run_id, "provider_code": ended.provider_code}
    session.execute(sa.insert(BankLine).values(**values, **named, state="matched"))
    return Match(line_id, line, why, end_to_end_id)


def _prepared_on(session: Session, payment: Payment) -> date:
    moment = session.scalars(sa.select(PayoutRun.prepared_at).where(PayoutRun.run_id == payment.run_id)).one()
    return moment.astimezone(clock.ROME).date()


def _not_before(booked_on: date, on: date | None) -> date:
    return booked_on if on is None else max(booked_on, on)


def _match(line: StatementLine, candidates: Sequence[Any]) -> tuple[Why, str | None]:
    # The first way that finds a payment decides: if that one does not agree, no other is looked for.
    named = [payment for payment in candidates if payment.end_to_end_id == line.end_to_end_id]
    if named:
        return _agrees(line, named[0], Why.END_TO_END_ID)
    # Every transfer of ours bears its id: one that bears another is another, whatever its amount.
    if line.end_to_end_id.upper() not in _NO_ID:
        return Why.NO_PAYMENT, None
    expected = [payment for payment in candidates if _expected(line, payment)]
    same = [p for p in expected if line.iban and (p.iban, p.amount_minor) == (line.iban, line.amount_minor)]
    if len(same) > 1:
        return Why.SEVERAL_PAYMENTS, None
    if same:
        return _agrees(line, same[0], Why.AMOUNT_AND_IBAN)
    words = set(_WORDS.findall(line.remittance))
    told = [payment for payment in candidates if payment.end_to_end_id in words]
    if len(told) > 1:
        return Why.SEVERAL_PAYMENTS, None
    return _agrees(line, told[0], Why.REMITTANCE) if told else (Why.NO_PAYMENT, None)


def _agrees(line: StatementLine, payment: Any, how: Why) -> tuple[Why, str | None]:
    if (line.amount_minor, line.currency) != (payment.amount_minor, "EUR"):
        return Why.AMOUNT_DIFFERS, None
    if line.iban and line.iban != payment.iban:
        return Why.IBAN_DIFFERS, None
    if not _expected(line, payment):
        return Why.NOT_EXPECTED, None
    if line.booked_on < payment.prepared_on:
        return Why.BOOKED_BEFORE, None
    return how, payment.end_to_end_id


def _expected(line: StatementLine, payment: Any) -> bool:
    # Money that comes in gives a payment back only if the bank says that it does.
    if line.outgoing:
        # What leaves as the reversal of a receipt pays nobody.
        return not line.return_reason and payment.state == "prepared"
    return bool(line.return_reason) and payment.state in ("prepared", "paid")
