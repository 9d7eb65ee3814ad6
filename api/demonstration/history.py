"""The history of the demonstration: every step from the first day to the last, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from api.demonstration import (
    bonuses,
    closing,
    offices,
    places,
    reimbursements,
    requests,
    settlement,
    sources,
    stories,
    surveys,
)
from api.demonstration.citizens import acquirer, municipality, private
from api.demonstration.citizens.people import BODIES
from api.demonstration.credits import TODAY, Budget, Funding
from api.demonstration.people import FIRST_YEAR, LAST_YEAR, Employer, Worker
from api.demonstration.purchases import Fate, Order
from api.demonstration.scene import ACTOR, Answers, Scene, Step
from config import clock
from config.money import from_minor
from ledger import seals
from plans import enrolment, facts, people, plan_file, plans
from plans.rulebook import loading as rulebook_loading
from plans.words import Fact
from wallet import authorizations, budgets, captures, elsewhere, expiry, funding
from wallet.errors import AuthorizationNotOpen, CaptureBeforeService
from wallet.purchases import Purchase
from wallet.reasons import Voiding

PLAN_FILES = Path(__file__).parent / "plans"
_OFFICE, _CLOCK, _PEOPLE = 0, 1, 2
# Providers say what they delivered in the evening, after that day's orders.
_PROVIDERS = 3
_END = 9


def steps(
    employers: Sequence[Employer],
    schedule: tuple[Sequence[Budget], Sequence[Funding]],
    orders: Sequence[Order],
    received: Path,
) -> list[Step]:
    """Return all steps in the order of history; the files of the offices are written to `received` as they come."""
    found = [
        *_registers(employers, received),
        *_plans(schedule[1]),
        *_fundings(schedule[1]),
        *_budgets(schedule[0], received),
        *sources.opening(employers, received),
        *bonuses.steps(employers, received),
        *_departures(employers),
        *_nights([*(employer.code for employer in employers), *(body.code for body in BODIES)]),
        *closing.steps(employers),
        *_orders(orders),
        *stories.steps(employers),
        *reimbursements.steps(employers),
        *requests.steps(employers),
        *surveys.steps(employers),
        *places.steps(employers),
        *municipality.steps(),
        *private.steps(),
        *acquirer.steps(),
        *settlement.steps(orders, received),
    ]
    return sorted((step for step in found if step.on <= TODAY), key=lambda step: step.order)


# -- the offices -----------------------------------------------------------------------------------------------------


def _registers(employers: Sequence[Employer], received: Path) -> Iterator[Step]:
    """A list of the personnel every January, and whenever somebody is hired."""
    for employer in employers:
        days = {date(year, 1, 2) for year in range(FIRST_YEAR, LAST_YEAR + 1)}
        days |= {worker.hired_on for worker in employer.workers if worker.hired_on.year >= FIRST_YEAR}
        for on in sorted(days):
            yield _register(employer, on, received)


def _register(employer: Employer, on: date, received: Path) -> Step:
    staff = employer.on_payroll(on)
    january = on.month == 1
    newcomers = staff if january else tuple(worker for worker in staff if worker.hired_on == on)

    def work(session: Session, scene: Scene) -> Answers:
        book_id = scene.books[employer.code]
        stem = f"{employer.code.lower()}-{on:%Y-%m}"
        workers, relatives = received / f"{stem}-personale.csv", received / f"{stem}-familiari.csv"
        offices.write_people(workers, employer, staff)
        offices.write_relatives(relatives, employer, staff)
        enrolment.load(session, book_id, workers, check_only=True)
        enrolment.load(session, book_id, workers)
        enrolment.load_relatives(session, book_id, relatives)
        scene.meet(session, employer.code)
        told = received / f"{stem}-altre-fonti.csv"
        if newcomers and offices.write_elsewhere(told, employer, newcomers, on.year):
            elsewhere.load(session, book_id, told, year=None, declared_on=on, actor=ACTOR)
        for worker in newcomers:
            _declare(session, scene, book_id, worker, on, everything=not january or on.year == FIRST_YEAR)
        return {}

    return Step(on, _OFFICE, employer.code, f"personale {on}", work)


def _declare(session: Session, scene: Scene, book_id: int, worker: Worker, on: date, *, everything: bool) -> None:
    employee, now = scene.people[worker.tax_code], clock.now()
    for child in worker.children_under(18, on)[:1]:
        fact, year, code = Fact.DEPENDENT_CHILD, on.year, child.tax_code
        facts.declare(session, book_id, employee, fact, year=year, child=code, declared_on=on, recorded_at=now)
    for relative in worker.relatives:
        for said in relative.facts:
            if said.year == on.year or (said.since is not None and everything and said.year < on.year):
                facts.declare(
                    session,
                    book_id,
                    scene.people[relative.tax_code],
                    said.fact,
                    year=said.year if said.since is None else None,
                    since=said.since,
                    until=said.until,
                    holds=said.holds,
                    declared_on=on,
                    recorded_at=now,
                )


def _plans(fundings: Sequence[Funding]) -> Iterator[Step]:
    """Each plan is written down the day before its money is committed."""
    for one in fundings:
        yield _plan(one)


def _plan(one: Funding) -> Step:
    def work(session: Session, scene: Scene) -> Answers:
        draft = plan_file.read(PLAN_FILES / f"{one.plan_code.lower()}.toml")
        book_id = scene.books[one.employer.code]
        plans.load(session, book_id, draft, rulebook=rulebook_loading.load(), created_at=clock.now())
        return {}

    return Step(one.on - timedelta(days=1), _OFFICE, one.employer.code, f"piano {one.plan_code}", work)


def _fundings(fundings: Sequence[Funding]) -> Iterator[Step]:
    for one in fundings:
        yield _commitment(one)
        for number, (on, amount_minor) in enumerate(one.transfers, 1):
            yield _transfer(one, number, on, amount_minor)


def _commitment(one: Funding) -> Step:
    reference = f"impegno {one.plan_code}"

    def work(session: Session, scene: Scene) -> Answers:
        amount = from_minor(one.committed_minor)
        book_id = scene.books[one.employer.code]
        funding.commit(session, book_id, one.plan_code, amount, on=one.on, actor=ACTOR, reference=reference)
        return {}

    return Step(one.on, _OFFICE, one.employer.code, f"1 {reference}", work)


def _transfer(one: Funding, number: int, on: date, amount_minor: int) -> Step:
    reference = f"bonifico {one.plan_code} {number}"

    def work(session: Session, scene: Scene) -> Answers:
        amount = from_minor(amount_minor)
        book_id = scene.books[one.employer.code]
        funding.record_transfer(session, book_id, one.plan_code, amount, on=on, actor=ACTOR, reference=reference)
        return {}

    return Step(on, _OFFICE, one.employer.code, f"2 {reference}", work)


def _budgets(budgets_of: Sequence[Budget], received: Path) -> Iterator[Step]:
    for budget in budgets_of:
        if budget.premiums:
            yield from sources.bonuses(budget, received, PLAN_FILES)
        else:
            yield _budget(budget, received)


def _budget(budget: Budget, received: Path) -> Step:
    def work(session: Session, scene: Scene) -> Answers:
        book_id = scene.books[budget.employer.code]
        path = received / f"{budget.reference.lower()}-budget.csv"
        offices.write_budget(path, budget.employer, budget.credits)
        budgets.load(
            session,
            book_id,
            budget.plan_code,
            path,
            reference=budget.reference,
            on=budget.on,
            actor=ACTOR,
            repeat=budget.repeat,
            expect_total_minor=budget.total_minor,
        )
        return {}

    return Step(budget.on, _OFFICE, budget.employer.code, f"budget {budget.reference}", work)


def _departures(employers: Sequence[Employer]) -> Iterator[Step]:
    for employer in employers:
        for worker in employer.workers:
            if worker.left_on is not None:
                yield _departure(employer, worker, worker.left_on)


def _departure(employer: Employer, worker: Worker, left_on: date) -> Step:
    def work(session: Session, scene: Scene) -> Answers:
        people.leave(session, scene.books[employer.code], scene.people[worker.tax_code], on=left_on)
        return {}

    return Step(left_on - timedelta(days=14), _OFFICE, employer.code, f"cessazione {worker.tax_code}", work)


# -- the clock -------------------------------------------------------------------------------------------------------


def _nights(codes: Sequence[str]) -> Iterator[Step]:
    """The first of every month ends what is over; the month is sealed. Expired credit goes on its very day."""
    for code in codes:
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            for month in range(1, 13):
                if (year, month) > (FIRST_YEAR, 1):
                    yield Step(date(year, month, 1), _CLOCK, code, f"scadenze {year}-{month:02d}", _night(code))
        # After everything else of the last day: its seal says that the demonstration is complete.
        yield Step(TODAY, _END, code, "fine", _night(code))


def _night(code: str) -> Callable[[Session, Scene], Answers]:
    def work(session: Session, scene: Scene) -> Answers:
        expiry.expire(session, scene.books[code], on=clock.today(), actor=ACTOR)
        seals.seal(session, scene.books[code])
        return {}

    return work


# -- people and providers --------------------------------------------------------------------------------------------

_Act = Callable[[Session, Scene], Mapping[str, str]]


def _orders(orders: Sequence[Order]) -> Iterator[Step]:
    """One step for all that people do in a book on a day, one for all that providers do."""
    days: dict[tuple[date, int, str], list[_Act]] = defaultdict(list)
    for order in orders:
        days[order.on, _PEOPLE, order.employer_code].append(_authorization(order))
        for on, amount_minor in order.parts:
            final = order.fate is Fate.CUT_SHORT and on == order.parts[-1][0]
            days[on, _PROVIDERS, order.employer_code].append(_capture(order, amount_minor, final))
        if order.undone_on is not None:
            days[order.undone_on, _PROVIDERS, order.employer_code].append(_undoing(order))
    for (on, rank, book), acts in days.items():
        key = f"{'ordini' if rank == _PEOPLE else 'fornitori'} {on}"
        yield Step(on, rank, book, key, _all_of(acts))


def _all_of(acts: Sequence[_Act]) -> _Act:
    def work(session: Session, scene: Scene) -> Mapping[str, str]:
        made: dict[str, str] = {}
        for act in acts:
            made |= act(session, scene)
        return made

    return work


def _authorization(order: Order) -> _Act:
    def act(session: Session, scene: Scene) -> Mapping[str, str]:
        purchase = Purchase(
            employee_id=scene.people[order.worker.tax_code],
            service_code=order.service,
            relative_id=None if order.relative is None else scene.people[order.relative.tax_code],
            quantity=order.quantity,
            service_on=order.service_on,
            consent=order.consent,
        )
        made = authorizations.authorize(session, scene.books[order.employer_code], purchase, actor=ACTOR)
        return {} if made.decline_code else {str(order.number): made.authorization_id}

    return act


def _capture(order: Order, amount_minor: int, final: bool) -> _Act:
    def act(session: Session, scene: Scene) -> Mapping[str, str]:
        authorization = scene.authorizations.get(str(order.number))
        if authorization is None:
            return {}
        book_id, amount = scene.books[order.employer_code], from_minor(amount_minor)
        # A provider that was suspended meanwhile has nothing left to capture, and a service that comes days too early
        # where that would be taxed otherwise is not taken.
        with suppress(AuthorizationNotOpen, CaptureBeforeService):
            captures.capture(session, book_id, authorization, amount, final=final or None, actor=ACTOR)
        return {}

    return act


def _undoing(order: Order) -> _Act:
    def act(session: Session, scene: Scene) -> Mapping[str, str]:
        authorization = scene.authorizations.get(str(order.number))
        if authorization is None:
            return {}
        book_id = scene.books[order.employer_code]
        if order.fate is Fate.VOIDED:
            captures.void(session, book_id, authorization, actor=ACTOR, reason=Voiding.CHANGED_MIND)
        else:
            amount = from_minor(order.undone_minor)
            captures.refund(session, book_id, authorization, amount, actor=ACTOR, reason="servizio non riuscito")
        return {}

    return act
