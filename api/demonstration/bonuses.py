"""A bonus that the workmen of the first employer have still to choose about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from api.demonstration import offices
from api.demonstration.people import Employer
from api.demonstration.scene import ACTOR, Answers, Scene, Step
from config import clock
from config.money import from_minor
from plans.bonus import offers_file
from plans.bonus.offers import Days
from wallet import funding

_OFFICE = 0
PLAN, OFFERED_ON, CLUSTER, AMOUNT_MINOR = "E1-2026-B", date(2026, 11, 13), "operai", 30_000
DAYS = Days("Premio d'autunno 2026", date(2026, 11, 16), date(2026, 11, 27))


def steps(employers: Sequence[Employer], received: Path) -> Iterator[Step]:
    """Return the money that lets everybody take all of it as welfare, and the offer; nobody has chosen yet."""
    employer = employers[0]
    staff = [worker for worker in employer.on_payroll(OFFERED_ON) if worker.cluster == CLUSTER]
    total = from_minor(AMOUNT_MINOR * len(staff))

    def pay(session: Session, scene: Scene) -> Answers:
        book_id = scene.books[employer.code]
        funding.commit(session, book_id, PLAN, total, on=OFFERED_ON, actor=ACTOR, reference=f"impegno {DAYS.premium}")
        funding.record_transfer(
            session, book_id, PLAN, total, on=OFFERED_ON, actor=ACTOR, reference=f"bonifico {DAYS.premium}"
        )
        return {}

    def offer(session: Session, scene: Scene) -> Answers:
        path = received / f"{PLAN.lower()}-premi-da-scegliere.csv"
        offices.write_offers(path, employer, [(worker, AMOUNT_MINOR) for worker in staff])
        book_id, today, now = scene.books[employer.code], clock.today(), clock.now()
        offers_file.load(session, book_id, PLAN, DAYS, path, actor=ACTOR, today=today, recorded_at=now)
        return {}

    yield Step(OFFERED_ON, _OFFICE, employer.code, f"1 denaro {DAYS.premium}", pay)
    yield Step(OFFERED_ON, _OFFICE, employer.code, f"2 offerta {DAYS.premium}", offer)
