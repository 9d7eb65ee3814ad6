"""
Recharges: what a mandatary asks of the employer for a month's purchases, and the VAT it adds, the employer's own debt.

The lots pay what the provider was owed. A regime that belongs to the provider does not pass on: the recharge bears
ordinary VAT, and the difference is a receivable from the employer, never taken from a lot.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Final

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import clock, ids, money
from ledger import accounts, posting
from ledger.accounts import Opening
from ledger.posting import Draft, Pair
from network import vat
from plans import funders
from plans.words import FunderKind
from wallet import chart
from wallet.errors import RechargeNotForFunder, RechargePaymentExceedsDue

KIND: Final = "recharge"
PAID: Final = "recharge_payment"

_DELIVERED: Final = sa.text((files("wallet") / "recharges.sql").read_text("utf-8"))
_RECORDED: Final = sa.text(
    "select e.memo, sum(case when p.debit_account_id = a.account_id then p.amount_minor"
    "                        else -p.amount_minor end)::bigint"
    "  from entry e join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id"
    "  join account a on a.book_id = e.book_id and a.code = :receivable"
    "   and a.account_id in (p.debit_account_id, p.credit_account_id)"
    " where e.book_id = :book and e.kind = :kind and e.occurred_on between :starts and :ends"
    " group by e.memo"
)
_LOCK: Final = sa.text("select pg_advisory_xact_lock(hashtextextended('borsellino:recharge:' || :book, 0))")


@dataclass(frozen=True, slots=True)
class Line:
    """
    What is recharged for one purchase of a month; minor units, negative where more was refunded than captured.

    `provider_regime` is the VAT regime the provider is under, `regime` the one of the recharge; `paid_minor` is what
    the plan's lots paid, `added_minor` the VAT that the recharge adds to it.
    """

    authorization_id: str
    channel: str
    provider_regime: str
    regime: str
    net_minor: int
    vat_minor: int
    gross_minor: int
    paid_minor: int
    added_minor: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a month wrote: the receivable's change, and the entries."""

    added_minor: int
    entry_ids: tuple[int, ...]


def month_of(day: date) -> tuple[date, date]:
    """Return the first and last day of a day's month."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def reference(authorization_id: str) -> str:
    """
    Return the part of a purchase's id that is chance, which an employer may read: the rest is the moment it was made.

    The provider's invoice bears it too, as the end of its reference.
    """
    return authorization_id[-ids.CHANCE :]


def lines(session: Session, book_id: int, month: date) -> tuple[Line, ...]:
    """
    Return what is recharged for a month, purchase by purchase; all captures of one are split together.

    Units:  minor units.
    Errors: FunderNotFound, RechargeNotForFunder.
    Source: glossary, "capture"; network.vat.recharge.
    """
    _employer(session, book_id)
    starts, ends = month_of(month)
    found = session.execute(_DELIVERED, {"book": book_id, "starts": starts, "ends": ends})
    return tuple(_line(*row) for row in found)


def _line(authorization_id: str, channel: str, regime: str, before_minor: int, amount_minor: int) -> Line:
    before = vat.recharge(before_minor, regime)
    after = vat.recharge(before_minor + amount_minor, regime)
    return Line(
        authorization_id,
        channel,
        regime,
        after.regime,
        after.net_minor - before.net_minor,
        after.vat_minor - before.vat_minor,
        after.gross_minor - before.gross_minor,
        amount_minor,
        after.added_minor - before.added_minor,
    )


def recorded(session: Session, book_id: int, month: date) -> dict[str, int]:
    """Return what is recorded of the added VAT of a month, by authorization; minor units."""
    starts, ends = month_of(month)
    asked = {"book": book_id, "kind": KIND, "receivable": chart.RECHARGE_RECEIVABLE, "starts": starts, "ends": ends}
    return dict(session.execute(_RECORDED, asked).all())


def record(session: Session, book_id: int, month: date, *, actor: str) -> Recorded:
    """
    Write the VAT that a month's recharges add as the employer's debt; again, it writes only what changed since.

    Errors: FunderNotFound, RechargeNotForFunder, PeriodClosed, LedgerCorrupt.
    """
    _employer(session, book_id)
    session.execute(_LOCK, {"book": str(book_id)})
    known = recorded(session, book_id, month)
    added = {line.authorization_id: line.added_minor for line in lines(session, book_id, month)}
    missing = {name: added.get(name, 0) - known.get(name, 0) for name in sorted(added.keys() | known.keys())}
    ids = _open(session, book_id)
    receivable, owed = ids[chart.RECHARGE_RECEIVABLE], ids[chart.RECHARGE_VAT]
    on = min(month_of(month)[1], clock.today())
    drafts = [
        Draft(KIND, on, (Pair(*_sides(receivable, owed, difference), abs(difference)),), memo=name)
        for name, difference in missing.items()
        if difference
    ]
    return Recorded(sum(missing.values()), _post(session, book_id, drafts, actor))


def record_payment(
    session: Session, book_id: int, amount: Money, *, on: date, actor: str, reference: str | None = None
) -> int:
    """
    Record the employer's bank transfer for what recharges added, and return the entry's id.

    Units:  `amount` in euro, at most what is owed.
    Errors: FunderNotFound, RechargeNotForFunder, RechargePaymentExceedsDue, AmountNotPositive, CurrencyMismatch,
            DuplicateReference, PeriodClosed, OccurredInFuture, LedgerCorrupt.
    """
    _employer(session, book_id)
    session.execute(_LOCK, {"book": str(book_id)})
    ids = _open(session, book_id)
    owed = due(session, book_id)
    amount_minor = money.minor(amount)
    if amount_minor > owed:
        raise RechargePaymentExceedsDue(amount=amount, due=money.from_minor(owed))
    pair = Pair(ids[chart.BANK], ids[chart.RECHARGE_RECEIVABLE], amount_minor)
    draft = Draft(PAID, on, (pair,), reference)
    return posting.post(session, book_id, draft, actor=actor, currency=str(amount.currency))


def due(session: Session, book_id: int) -> int:
    """Return what the employer owes of the VAT that recharges added; minor units."""
    account_id = _open(session, book_id)[chart.RECHARGE_RECEIVABLE]
    return accounts.states(session, book_id, [account_id])[account_id].posted_minor


def _employer(session: Session, book_id: int) -> None:
    funder = funders.of_book(session, book_id)
    if funder.kind is not FunderKind.EMPLOYER:
        raise RechargeNotForFunder(funder=funder.name)


def _open(session: Session, book_id: int) -> dict[str, int]:
    openings = [
        Opening(chart.BANK, "A", "Banca"),
        Opening(chart.RECHARGE_RECEIVABLE, "A", "Crediti verso l'azienda per l'IVA aggiunta dai riaddebiti"),
        Opening(chart.RECHARGE_VAT, "L", "IVA aggiunta dai riaddebiti"),
    ]
    return accounts.ensure(session, book_id, openings)


def _sides(receivable: int, owed: int, difference: int) -> tuple[int, int]:
    return (receivable, owed) if difference > 0 else (owed, receivable)


def _post(session: Session, book_id: int, drafts: Sequence[Draft], actor: str) -> tuple[int, ...]:
    written: list[int] = []
    for start in range(0, len(drafts), posting.BATCH_LIMIT):
        batch = drafts[start : start + posting.BATCH_LIMIT]
        for outcome in posting.post_entries(session, book_id, batch, actor=actor):
            if outcome.refusal is not None:
                raise outcome.refusal
            assert outcome.entry_id is not None  # noqa: S101
            written.append(outcome.entry_id)
    return tuple(written)
