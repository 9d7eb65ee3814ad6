"""
How the demonstration pays its providers and nets its territories, month by month, over all books.

On the 5th a payout run takes what is due, two days later the bank confirms it, on the 8th the month before is cleared.
A last run waits for the bank's answer as the demonstration ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from api.demonstration import bank
from api.demonstration.bank import Movement
from api.demonstration.credits import TODAY
from api.demonstration.purchases import Fate, Order
from api.demonstration.scene import ACTOR, Answers, Scene, Step
from wallet.settlement import clearing, confirmations, disputes, payouts, target_days, terms
from wallet.settlement.disputes import By, Reason, Role
from wallet.settlement.errors import NothingToDispute, PayoutEmpty
from wallet.settlement.payouts import Run
from wallet.settlement.terms import Terms

# A step needs a book that remembers it; what it does goes over all of them.
BOOK = "E1"
TERMS_FILE = Path(__file__).with_name("settlement.toml")
_RANK = 5
_FIRST_MONTH = date(2024, 2, 1)
LAST, LAST_ON = "PAG-2026-11-20", date(2026, 11, 20)
# The payment that comes back, with the bank's reason: the account is closed.
_RETURNED_IN, _RETURNED_OF, _CLOSED_ACCOUNT = date(2026, 10, 1), "P10", "AC04"
_CHARGES = Movement(1_250, remittance="Commissioni e spese tenuta conto")


@cache
def agreed() -> Terms:
    """Return the terms of the demonstration."""
    return terms.load(TERMS_FILE)


def reference(month: date) -> str:
    """Return the name of the payout run of a month."""
    return f"PAG-{month:%Y-%m}"


def months() -> tuple[date, ...]:
    """Return the first day of every month with a payout run."""
    found, month = [], _FIRST_MONTH
    while month.replace(day=8) <= TODAY:
        found.append(month)
        month = _following(month)
    return tuple(found)


def steps(orders: Sequence[Order], received: Path) -> Iterator[Step]:
    """Return payouts, the bank's answers, clearings and disputes; the bank's files are written to `received`."""
    for month in months():
        yield _step(month.replace(day=5), "pagamenti", _prepare(month))
        yield _step(month.replace(day=7), "banca", _confirm(month, received))
        yield _step(month.replace(day=8), "compensazione", _clear(month))
    yield _step(LAST_ON, "pagamenti", _last)
    yield _step(_RETURNED_IN.replace(day=9), "pagamento tornato", _return(received))
    yield _step(_RETURNED_IN.replace(day=12), "riga della banca", _resolve)
    yield from _disputes(orders)


# -- paying ----------------------------------------------------------------------------------------------------------

_Work = Callable[[Session, Scene], Answers]


def _step(on: date, name: str, work: _Work, book: str = BOOK) -> Step:
    return Step(on, _RANK, book, f"{name} {on}", work)


def _prepare(month: date) -> _Work:
    def work(session: Session, _scene: Scene) -> Answers:
        on = month.replace(day=5)
        # In the first months nobody is owed anything.
        with suppress(PayoutEmpty):
            then = target_days.on_or_after(on)
            payouts.prepare(session, reference(month), due_by=on, execute_on=then, terms=agreed(), actor=ACTOR)
        return {}

    return work


def _last(session: Session, _scene: Scene) -> Answers:
    """Prepare a run that the bank has not answered when the demonstration ends."""
    payouts.prepare(session, LAST, due_by=LAST_ON, execute_on=LAST_ON + timedelta(days=4), terms=agreed(), actor=ACTOR)
    return {}


def _confirm(month: date, received: Path) -> _Work:
    def work(session: Session, _scene: Scene) -> Answers:
        run = _run(session, month)
        if run is not None:
            paid = [
                Movement(payment.amount_minor, payment.end_to_end_id, payment.iban, f"Regolamento {run.reference}")
                for payment in run.payments
            ]
            _read(session, run, month.replace(day=7), paid, received)
        return {}

    return work


def _return(received: Path) -> _Work:
    """Let one payment come back, and the bank charge its fees: a line that fits no payment, and waits."""

    def work(session: Session, _scene: Scene) -> Answers:
        run = _run(session, _RETURNED_IN)
        if run is not None:
            back = [
                Movement(payment.amount_minor, payment.end_to_end_id, payment.iban, returned=_CLOSED_ACCOUNT)
                for payment in run.payments
                if payment.provider_code == _RETURNED_OF
            ]
            _read(session, run, _RETURNED_IN.replace(day=9), [*back, _CHARGES], received)
        return {}

    return work


def _resolve(session: Session, _scene: Scene) -> Answers:
    for line in confirmations.unmatched(session):
        confirmations.resolve(session, line.line_id, end_to_end_id=None, reason="spese della banca", actor=ACTOR)
    return {}


def _read(session: Session, run: Run, on: date, movements: Sequence[Movement], received: Path) -> None:
    path = received / "banca" / f"camt053-{on}.xml"
    confirmations.read(session, bank.write(path, run.payer.iban, on, movements), actor=ACTOR)


def _run(session: Session, month: date) -> Run | None:
    known = payouts.references(session)
    return payouts.get(session, reference(month)) if reference(month) in known else None


# -- clearing --------------------------------------------------------------------------------------------------------


def _clear(month: date) -> _Work:
    def work(session: Session, _scene: Scene) -> Answers:
        clearing.run(session, _before(month), terms=agreed(), actor=ACTOR)
        return {}

    return work


def _following(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


# -- disputes --------------------------------------------------------------------------------------------------------


def _disputes(orders: Sequence[Order]) -> Iterator[Step]:
    """One dispute upheld, one dismissed, and one still open on the last day."""
    for book, on, settled_on, upheld in (
        ("E1", date(2026, 9, 21), date(2026, 9, 25), True),
        ("E2", date(2026, 10, 20), date(2026, 10, 23), False),
        ("E3", date(2026, 11, 20), None, False),
    ):
        name = f"contestazione {book}"
        yield _step(on, name, _open(name, book, _delivered(orders, book, on)), book)
        if settled_on is not None:
            yield _step(settled_on, f"{name} chiusa", _settle(name, book, upheld=upheld), book)


def _delivered(orders: Sequence[Order], book: str, on: date) -> tuple[Order, ...]:
    """Return what was delivered in one piece in the days before, the latest first: no run has taken it yet."""
    found = [
        order
        for order in orders
        if order.employer_code == book and order.fate is Fate.DELIVERED and len(order.parts) == 1
        if 0 < (on - order.parts[0][0]).days <= 14
    ]
    return tuple(reversed(found))


def _open(name: str, book: str, candidates: Sequence[Order]) -> _Work:
    def work(session: Session, scene: Scene) -> Answers:
        by = By("ufficio welfare", Role.WELFARE_MANAGER, on_behalf_of=None)
        for order in candidates:
            authorization = scene.authorizations.get(str(order.number))
            if authorization is None:
                continue
            # What was declined or voided has nothing to dispute: the next one.
            with suppress(NothingToDispute):
                made = disputes.open_dispute(
                    session, scene.books[book], authorization, Reason.NOT_DELIVERED, by=by, note="servizio non reso"
                )
                return {name: made.dispute_id}
        return {}

    return work


def _settle(name: str, book: str, *, upheld: bool) -> _Work:
    def work(session: Session, scene: Scene) -> Answers:
        dispute = scene.authorizations.get(name)
        if dispute is None:
            return {}
        by = By("ufficio welfare", Role.WELFARE_MANAGER, on_behalf_of=None)
        book_id = scene.books[book]
        if upheld:
            disputes.uphold(session, book_id, dispute, by=by, note="il fornitore non si è presentato")
        else:
            disputes.dismiss(session, book_id, dispute, by=by, note="foglio presenze firmato")
        return {}

    return work
