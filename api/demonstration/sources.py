"""Where credit comes from besides budget files: bonuses that workers convert, and balances of another platform."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from api.demonstration import offices
from api.demonstration.credits import Budget
from api.demonstration.people import Employer
from api.demonstration.scene import ACTOR, Answers, Scene, Step
from config import clock
from config.money import from_minor
from plans import plan_file
from plans.bonus import agreements, choices_file
from wallet import conversions, openings

_OFFICE = 0
# The shares that the company's agreement lets workers choose.
SHARES = (0, 50, 100)
_OPENING_PLAN, _OPENING_ON, _OPENING_PEOPLE = "E1-2024-A", date(2024, 1, 11), 8
PLATFORM, PROOF = "Vecchia piattaforma (demo)", "Estratto saldi 31/12/2023"


def bonuses(budget: Budget, received: Path, plan_files: Path) -> Iterator[Step]:
    """Return the deposit of the agreement, and the file of the workers' choices a few days later."""
    year, book, plan_code = budget.on.year, budget.employer.code, budget.plan_code

    def deposit(session: Session, scene: Scene) -> Answers:
        act = plan_file.read(plan_files / f"{plan_code.lower()}.toml").act
        assert act is not None  # noqa: S101 - a plan of bonuses rests on an agreement
        agreements.record(
            session,
            scene.books[book],
            plan_code,
            deposit_code=act.deposit_code or "",
            deposited_on=date(year, 4, 2),
            conformity_declared=True,
            increment_attested=True,
            shares=SHARES,
            actor=ACTOR,
            recorded_at=clock.now(),
        )
        return {}

    def choose(session: Session, scene: Scene) -> Answers:
        path = received / f"{plan_code.lower()}-scelte.csv"
        offices.write_choices(path, budget.employer, budget.premiums, date(year, 6, 30))
        read = choices_file.read(path, f"Premio di risultato {year - 1}")
        conversions.choose_many(session, scene.books[book], plan_code, read.drafts, actor=ACTOR)
        return {}

    yield Step(budget.on, _OFFICE, book, f"a deposito {plan_code}", deposit)
    yield Step(budget.on, _OFFICE, book, f"budget {budget.reference}", choose)


def opening(employers: Sequence[Employer], received: Path) -> Iterator[Step]:
    """Return what a few people bring from the platform that the first employer left, and the money that follows."""
    employer = employers[0]
    staff = [worker for worker in employer.on_payroll(_OPENING_ON) if not worker.story][:_OPENING_PEOPLE]
    balances = [(worker, 4_550 + 1_337 * place) for place, worker in enumerate(staff)]
    total = from_minor(sum(amount_minor for _, amount_minor in balances))

    def bring(session: Session, scene: Scene) -> Answers:
        path = received / "e1-saldi-altra-piattaforma.csv"
        offices.write_opening(path, employer, balances)
        openings.load(
            session,
            scene.books[employer.code],
            _OPENING_PLAN,
            path,
            document_ref=PROOF,
            platform=PLATFORM,
            total=total,
            on=_OPENING_ON,
            actor=ACTOR,
        )
        return {}

    def follow(session: Session, scene: Scene) -> Answers:
        book_id = scene.books[employer.code]
        on, reference = date(2024, 1, 31), "bonifico saldi"
        openings.record_transfer(session, book_id, _OPENING_PLAN, total, on=on, actor=ACTOR, reference=reference)
        return {}

    yield Step(_OPENING_ON, _OFFICE, employer.code, "saldi di un'altra piattaforma", bring)
    yield Step(date(2024, 1, 31), _OFFICE, employer.code, "bonifico dei saldi", follow)
