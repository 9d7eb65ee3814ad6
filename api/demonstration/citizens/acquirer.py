"""
The bank that takes citizens' cards: on the 4th it hands over what was paid by the end of the month before.

By then what was bought that month is delivered or voided, and voided shares went back the way they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from sqlalchemy.orm import Session

from api.demonstration.citizens.people import BODIES
from api.demonstration.credits import TODAY
from api.demonstration.scene import ACTOR, Answers, Scene, Step
from config import clock
from wallet import tenders
from wallet.tenders import TenderKind

_OFFICE, _DAY = 0, 4
_FIRST = date(2026, 3, _DAY)


def steps() -> Iterator[Step]:
    """Return the transfers of every month to the books of those who pay by card."""
    on = _FIRST
    while on <= TODAY:
        for body in BODIES:
            yield Step(on, _OFFICE, body.code, f"incassi con carta {on}", _hand_over(body.code))
        on = (on + timedelta(days=31)).replace(day=_DAY)


def _hand_over(code: str) -> Callable[[Session, Scene], Answers]:
    def work(session: Session, scene: Scene) -> Answers:
        book_id, today = scene.books[code], clock.today()
        month_end = today.replace(day=1) - timedelta(days=1)
        amount = tenders.to_hand_over(session, book_id, TenderKind.CARD, month_end)
        if amount.amount > 0:
            reference = f"POS {code} {month_end:%Y-%m}"
            tenders.record_transfer(
                session, book_id, TenderKind.CARD, amount, reference=reference, on=today, actor=ACTOR
            )
        return {}

    return work
