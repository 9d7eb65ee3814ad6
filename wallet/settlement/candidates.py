"""Candidates: what is due, undisputed and in no run, and whom of it a run pays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from config import database
from config.database import plain_array, text_array
from config.labelled import Labelled
from network import provider_accounts
from wallet.settlement import coverage
from wallet.settlement.coverage import LeftLine
from wallet.settlement.terms import Terms

_CANDIDATES = Path(__file__).with_name("candidates.sql").read_text(encoding="utf-8")
_TABLE = (
    "create temporary table if not exists payout_candidate (book_id integer, entry_id bigint, capture_id bigint,"
    " authorization_id text, provider_code text, home_territory text, delivery_territory text, amount_minor bigint,"
    " fee_minor bigint, fee_basis_points integer, due_on date) on commit drop"
)
_TOTALS = (
    "select provider_code, sum(amount_minor - fee_minor)::bigint as amount_minor, sum(fee_minor)::bigint as fee_minor"
    '  from payout_candidate group by provider_code order by provider_code collate "C"'
)


class Why(Labelled):
    """Why somebody who was due is not paid, or a book is left out."""

    NOTHING_TO_PAY = (
        "nothing_to_pay",
        "gli storni superano gli addebiti: al prossimo pagamento",
        "refunds exceed captures: in the next run",
    )
    NO_ACCOUNT = "no_account", "manca l'IBAN", "no IBAN"
    IBAN_INVALID = "iban_invalid", "l'IBAN non è valido", "invalid IBAN"
    HOLDER_UNWRITABLE = (
        "holder_unwritable",
        "le banche non possono scrivere il nome dell'intestatario",
        "banks cannot write the holder's name",
    )
    BOOK_STOPPED = "book_stopped", "il libro è fermo", "the book is stopped"
    NOT_COVERED = (
        coverage.NOT_COVERED,
        "in banca non c'è il denaro del finanziatore: al prossimo pagamento",
        "the funder's money is not in the bank: in the next run",
    )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Who was due and is not paid in a run, or a book that was not looked at, and why (`Why`); minor units."""

    subject: str
    reason: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Payable:
    """A provider that a run pays, and where; minor units."""

    provider_code: str
    iban: str
    holder: str
    amount_minor: int
    fee_minor: int


def choose(
    session: Session, due_by: date, terms: Terms, advanced: Collection[int]
) -> tuple[list[Payable], list[LeftOut], list[LeftLine]]:
    """
    Gather what a run may settle in a table of this transaction, `payout_candidate`, and say whom it pays.

    Returns the providers by code, who and what is left out, and the lines that a bank account did not cover, which are
    no longer in the table. The books of `advanced` pay whatever their bank account holds.
    """
    fees = terms.fees
    asked = {
        "due_by": due_by,
        "payment_days": provider_accounts.PAYMENT_DAYS,
        "fee_providers": text_array([fee.provider for fee in fees]),
        "fee_from": plain_array([fee.valid_from for fee in fees]),
        "fee_to": plain_array([fee.valid_to for fee in fees]),
        "fee_points": plain_array([fee.basis_points for fee in fees]),
    }
    connection = session.connection()
    connection.exec_driver_sql(_TABLE)
    connection.exec_driver_sql("truncate payout_candidate")
    connection.exec_driver_sql(_CANDIDATES, asked)
    connection.exec_driver_sql("analyze payout_candidate")
    stopped = connection.exec_driver_sql("select code from book where status <> 'open' order by code").scalars()
    left_out = [LeftOut(code, Why.BOOK_STOPPED, 0) for code in stopped]
    known = provider_accounts.every(session)
    nets: dict[str, int] = {}
    for provider, amount_minor, _ in connection.exec_driver_sql(_TOTALS).all():
        account = known.get(provider)
        if amount_minor <= 0:
            left_out.append(LeftOut(provider, Why.NOTHING_TO_PAY, amount_minor))
        elif account is None:
            left_out.append(LeftOut(provider, Why.NO_ACCOUNT, amount_minor))
        elif not provider_accounts.is_iban(account.iban):
            left_out.append(LeftOut(provider, Why.IBAN_INVALID, amount_minor))
        elif not provider_accounts.is_holder(account.holder):
            left_out.append(LeftOut(provider, Why.HOLDER_UNWRITABLE, amount_minor))
        else:
            nets[provider] = amount_minor
    lines = coverage.take_out(session, nets, advanced)
    left_out += _not_covered(session, lines)
    paid: list[Payable] = []
    for provider, amount_minor, fee_minor in connection.exec_driver_sql(_TOTALS).all():
        if provider not in nets:
            continue
        if amount_minor <= 0:
            left_out.append(LeftOut(provider, Why.NOTHING_TO_PAY, amount_minor))
            continue
        account = known[provider]
        paid.append(Payable(provider, account.iban, account.holder, amount_minor, fee_minor))
    return paid, left_out, lines


def _not_covered(session: Session, lines: Sequence[LeftLine]) -> list[LeftOut]:
    """Sum what was not covered by book."""
    sums: dict[int, int] = defaultdict(int)
    for line in lines:
        sums[line.book_id] += line.amount_minor - line.fee_minor
    rows = database.rows(
        session, "select code, book_id from book where book_id = any(%s::integer[]) order by code", (list(sums),)
    )
    return [LeftOut(row.code, Why.NOT_COVERED, sums[row.book_id]) for row in rows]
