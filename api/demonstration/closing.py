"""
The employer's monthly round: recharges recorded and paid, the month closed, payroll's table of items, signed rules.

On the 10th the VAT that recharges add is written, on the 12th the month before is closed for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from api.demonstration.credits import TODAY
from api.demonstration.people import FIRST_YEAR, Employer
from api.demonstration.scene import ACTOR, Answers, Scene, Step
from config import clock
from config.money import from_minor
from ledger import books
from plans.payroll_codes import presets, reading, tables
from plans.payroll_codes.presets import Preset
from plans.rulebook import loading, signing
from plans.rulebook.words import Confidence
from wallet import recharges

_CLOCK = 1
# Payroll's codes: E1 has HuNext's items, E2 another program's widths; E3 is given the neutral table.
_TABLES = {"E1": (Preset.HUNEXT, "145"), "E2": (Preset.ZUCCHETTI_LIKE, "212")}
_TABLES_FROM = date(2026, 1, 1)
_SIGNED_ON = date(2026, 11, 20)
CONSULTANT, REGISTER = "Rita Verdi (persona inventata)", "Provincia Demo 0000"

_Work = Callable[[Session, Scene], Answers]


def steps(employers: Sequence[Employer]) -> Iterator[Step]:
    """Return the round of every month and employer, and what happens once."""
    for employer in employers:
        month = date(FIRST_YEAR, 1, 1)
        while (following := _following(month)) <= TODAY:
            yield _step(following.replace(day=10), employer.code, f"riaddebiti {month:%Y-%m}", _recharge(month))
            yield _step(following.replace(day=12), employer.code, f"chiusura {month:%Y-%m}", _close(month))
            yield _step(following.replace(day=25), employer.code, f"IVA riaddebiti {month:%Y-%m}", _pay(month))
            month = following
        if employer.code in _TABLES:
            yield _step(_TABLES_FROM, employer.code, "voci paghe", _map(*_TABLES[employer.code]))
    yield _step(_SIGNED_ON, employers[0].code, "firma delle regole", _sign)


def _step(on: date, book: str, key: str, work: Callable[[Session, int], None]) -> Step:
    def done(session: Session, scene: Scene) -> Answers:
        work(session, scene.books[book])
        return {}

    return Step(on, _CLOCK, book, key, done)


def _following(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _recharge(month: date) -> Callable[[Session, int], None]:
    return lambda session, book_id: _ignore(recharges.record(session, book_id, month, actor=ACTOR))


def _close(month: date) -> Callable[[Session, int], None]:
    return lambda session, book_id: books.close_period(session, book_id, month, _following(month) - timedelta(days=1))


def _pay(month: date) -> Callable[[Session, int], None]:
    """The employer pays all the added VAT that it owes by then; what the last month adds is still due."""

    def work(session: Session, book_id: int) -> None:
        owed = recharges.due(session, book_id)
        if owed > 0:
            reference = f"bonifico IVA {month:%Y-%m}"
            amount, on = from_minor(owed), clock.today()
            recharges.record_payment(session, book_id, amount, on=on, actor=ACTOR, reference=reference)

    return work


def _map(preset: Preset, company_code: str) -> Callable[[Session, int], None]:
    def work(session: Session, book_id: int) -> None:
        table = reading.laid_out(presets.table(preset), company_code=company_code)
        tables.load(session, book_id, table, _TABLES_FROM, last_closed=None, actor=ACTOR)

    return work


def _sign(session: Session, _book_id: int) -> None:
    """A made-up consultant signs what rests on the text of the law, and leaves the rest open."""
    rulebook = loading.load()
    certain = [rule for rule in rulebook.rows if rule.confidence is Confidence.LAW]
    signing.sign(
        session,
        rulebook,
        certain,
        signed_by=CONSULTANT,
        register_number=REGISTER,
        signed_on=_SIGNED_ON,
        actor=ACTOR,
    )


def _ignore(_answer: object) -> None:
    return None
