"""What is paid when: the terms a provider is paid on, and what became of each line in payouts and disputes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import provider_accounts
from reports.provider_settlement.model import Transfer
from wallet.settlement import terms as settlement

_ANY: Final = settlement.ANY
# A line is in one run at most unless the bank returned it: the run that holds it now comes last.
_PAID: Final = sa.text(
    "select l.book_id, l.entry_id, l.fee_minor, l.due_on, l.returned, p.state, p.end_to_end_id, r.execute_on,"
    "       v.prepared_on, v.failed_on, v.paid_on"
    "  from payout_line l join payout_payment p on p.run_id = l.run_id and p.provider_code = l.provider_code"
    "  join payout_run r on r.run_id = l.run_id"
    "  join lateral (select max(e.occurred_on) filter (where e.kind = 'prepared') as prepared_on,"
    "                       max(e.occurred_on) filter (where e.kind = 'failed') as failed_on,"
    "                       max(e.occurred_on) filter (where e.kind = 'paid') as paid_on"
    "                  from payout_event e where e.run_id = l.run_id and e.provider_code = l.provider_code) v on true"
    " where l.provider_code = :provider and (l.returned or not :returned_alone)"
    " order by l.book_id, l.entry_id, l.run_id"
)
_TRANSFERS: Final = sa.text(
    "select p.end_to_end_id, r.execute_on,"
    "       (select max(e.occurred_on) from payout_event e where e.run_id = p.run_id"
    "           and e.provider_code = p.provider_code and e.kind = 'paid' and p.state = 'paid') as paid_on,"
    "       p.state, p.iban, p.amount_minor, p.fee_minor"
    "  from payout_payment p join payout_run r on r.run_id = p.run_id"
    " where p.provider_code = :provider order by r.execute_on, p.end_to_end_id"
)
# The entries by which payments left the provider's account, and came back to it.
_ENTRIES: Final = sa.text(
    "select t.book_id, w.entry_id, p.end_to_end_id"
    "  from payout_part t join payout_payment p on p.run_id = t.run_id and p.provider_code = t.provider_code"
    " cross join lateral (values (t.entry_id), (t.returned_entry_id)) w(entry_id)"
    " where t.provider_code = :provider and w.entry_id is not null"
)
_DISPUTED: Final = sa.text(
    'select d.book_id, d.entry_id from dispute d join "authorization" a'
    "   on a.book_id = d.book_id and a.authorization_id = d.authorization_id"
    " where a.provider_code = :provider and d.state = 'open'"
)
_STATES: Final = {"prepared": "proposed", "paid": "paid", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Terms:
    """How many days after a capture a provider is paid, and the fees agreed with it, the narrowest first."""

    days: int
    fees: tuple[settlement.Fee, ...]

    def due_on(self, captured_on: date, occurred_on: date) -> date:
        """Return when a line is due: a refund lowers what its capture was to bring, or the next payment."""
        return max(captured_on + timedelta(days=self.days), occurred_on)

    def fee_minor(self, before_minor: int, after_minor: int, captured_on: date) -> int:
        """Return what a line changes of the fee on its capture, of which `before` was left and `after` is."""
        return self._fee(after_minor, captured_on) - self._fee(before_minor, captured_on)

    def _fee(self, amount_minor: int, on: date) -> int:
        points = next((fee.basis_points for fee in self.fees if fee.valid_from <= on <= fee.valid_to), 0)
        return settlement.portion(amount_minor, points)


@dataclass(frozen=True, slots=True)
class Payment:
    """
    What became of one line; the fee and the due date are those of the run it is in, None outside one.

    `away` are the days between which it was off the provider's account, from one until before the other.
    """

    state: str = "due"
    fee_minor: int | None = None
    due_on: date | None = None
    reference: str = ""
    execute_on: date | None = None
    paid_on: date | None = None
    away: tuple[tuple[date, date], ...] = ()

    def owed(self, on: date) -> bool:
        """Say whether it was owed at the end of a day."""
        return not any(left <= on < back for left, back in self.away)


Paid = Mapping[tuple[int, int], Payment]


def terms_of(session: Session, provider_code: str, agreed: settlement.Terms) -> Terms:
    """Return the terms of a provider: its own days and fee, or those of everybody."""
    account = provider_accounts.every(session, [provider_code]).get(provider_code)
    days = account.payment_days if account else provider_accounts.PAYMENT_DAYS
    fees = [fee for fee in agreed.fees if fee.provider in (provider_code, _ANY)]
    return Terms(days, tuple(sorted(fees, key=lambda fee: fee.provider == _ANY)))


def of_provider(session: Session, provider_code: str, *, returned_alone: bool = False) -> Paid:
    """Return what became of the lines of a provider that were in a payout or are disputed, by book and entry."""
    asked = {"provider": provider_code}
    found: dict[tuple[int, int], Payment] = {}
    for row in session.execute(_PAID, asked | {"returned_alone": returned_alone}):
        key = (row.book_id, row.entry_id)
        away = (*found.get(key, Payment()).away, (row.prepared_on, row.failed_on or date.max))
        if row.returned:
            found[key] = Payment("failed", away=away)
        else:
            paid_on = row.paid_on if row.state == "paid" else None
            facts = (row.fee_minor, row.due_on, row.end_to_end_id, row.execute_on, paid_on)
            found[key] = Payment(_STATES[row.state], *facts, away)
    for book_id, entry_id in session.execute(_DISPUTED, asked):
        key = (book_id, entry_id)
        found[key] = replace(found.get(key, Payment()), state="disputed")
    return found


def transfers(session: Session, provider_code: str) -> tuple[Transfer, ...]:
    """Return every credit transfer to a provider, by the day it is asked for."""
    rows = session.execute(_TRANSFERS, {"provider": provider_code})
    return tuple(
        Transfer(
            row.end_to_end_id,
            row.execute_on,
            row.paid_on,
            _STATES[row.state],
            row.iban,
            row.amount_minor,
            row.fee_minor,
        )
        for row in rows
    )


def entries(session: Session, provider_code: str) -> Mapping[tuple[int, int], str]:
    """Return the reference of the payment that an entry took off the provider's account or gave back to it."""
    rows = session.execute(_ENTRIES, {"provider": provider_code})
    return {(book_id, entry_id): reference for book_id, entry_id, reference in rows}
