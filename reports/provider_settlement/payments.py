"""What is paid when: the terms a provider is paid on, and what became of each line in payouts and disputes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import provider_accounts
from wallet.settlement import terms as settlement

_ANY: Final = settlement.ANY
# A line is in one run at most unless the bank returned it: the run that holds it now comes first.
_PAID: Final = sa.text(
    "select distinct on (l.book_id, l.entry_id) l.book_id, l.entry_id, l.fee_minor, l.due_on, l.returned, p.state,"
    "       (select max(e.occurred_on) from payout_event e"
    "         where e.run_id = l.run_id and e.provider_code = l.provider_code and e.kind = 'paid') as paid_on"
    "  from payout_line l join payout_payment p on p.run_id = l.run_id and p.provider_code = l.provider_code"
    " where l.provider_code = :provider order by l.book_id, l.entry_id, l.returned, l.run_id desc"
)
_DISPUTED: Final = sa.text(
    'select d.book_id, d.entry_id from dispute d join "authorization" a'
    "   on a.book_id = d.book_id and a.authorization_id = d.authorization_id"
    " where a.provider_code = :provider and d.state = 'open'"
)
_STATES: Final = {"prepared": "proposed", "paid": "paid"}


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
    """What became of one line; the fee and the due date are those of the run it is in, None outside one."""

    state: str
    fee_minor: int | None = None
    due_on: date | None = None
    paid_on: date | None = None


Paid = Mapping[tuple[int, int], Payment]


def terms_of(session: Session, provider_code: str, agreed: settlement.Terms) -> Terms:
    """Return the terms of a provider: its own days and fee, or those of everybody."""
    account = provider_accounts.every(session, [provider_code]).get(provider_code)
    days = account.payment_days if account else provider_accounts.PAYMENT_DAYS
    fees = [fee for fee in agreed.fees if fee.provider in (provider_code, _ANY)]
    return Terms(days, tuple(sorted(fees, key=lambda fee: fee.provider == _ANY)))


def of_provider(session: Session, provider_code: str) -> Paid:
    """Return what became of the lines of a provider that were in a payout or are disputed, by book and entry."""
    asked = {"provider": provider_code}
    found = {(book_id, entry_id): Payment("disputed") for book_id, entry_id in session.execute(_DISPUTED, asked)}
    for row in session.execute(_PAID, asked):
        if row.returned:
            found.setdefault((row.book_id, row.entry_id), Payment("failed"))
        else:
            paid_on = row.paid_on if row.state == "paid" else None
            found[row.book_id, row.entry_id] = Payment(_STATES[row.state], row.fee_minor, row.due_on, paid_on)
    return found
