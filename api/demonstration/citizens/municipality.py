"""
A municipality's year: services entrusted by three instruments, applications with their ISEE, vouchers, claims.

The citizen pays a fifth up to an ISEE of 12,000, half up to 20,000, and is not admitted above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from api.demonstration.citizens.people import MUNICIPALITY, Citizen, citizens
from api.demonstration.citizens.private import enrol
from api.demonstration.credits import TODAY
from api.demonstration.scene import ACTOR, Answers, Scene, Step
from config import clock
from config.money import from_minor
from plans import plan_file, plans
from plans.rulebook import loading as rulebook_loading
from plans.social import applications, offer
from plans.social.isee import Attestation
from plans.social.words import IseeType, State, Why
from wallet import captures, funding
from wallet.reasons import Voiding
from wallet.social import claims, purchases, vouchers
from wallet.tenders import Receipt, TenderKind

PLAN, BUDGET_MINOR = "PUB-2026", 3_000_000
_FOLDER = Path(__file__).parent
_OFFICE, _PEOPLE, _PROVIDERS = 0, 2, 3
_OPENED_ON, _FIRST_DAY, _LAST_DAY = date(2026, 1, 8), date(2026, 3, 2), date(2026, 12, 31)
_THRESHOLD_MINOR = 2_000_000
# By entrusted service: the service of the catalogue, a voucher's amount for the year, days between two purchases.
_VOUCHERS = {"PASTI": ("PAS-CR", 120_000, 14), "SOSTEGNO": ("PSI-CR", 40_000, 28)}
# What partners report or invoice for each quarter: costs in co-design, a price by tender; minor units.
_CLAIMS = (
    ("ADI-COP", "P01", (dict(zip((1, 4, 7), (520_000, 612_050, 587_325), strict=True)))),
    ("TRASP", "P03", (dict(zip((1, 4, 7), (240_000, 240_000, 240_000), strict=True)))),
)
_AGREED = {"ADI-COP": 2_600_000, "TRASP": 960_000}
# Who gives up the voucher, and when.
_RENOUNCING, _RENOUNCED_ON = "Tobia", date(2026, 9, 15)

_Work = Callable[[Session, Scene], Answers]


def steps() -> Iterator[Step]:
    """Return the municipality's acts, and what its citizens ask for and buy."""
    people = citizens()[MUNICIPALITY.code]
    yield _step(_OPENED_ON, _OFFICE, "affidamenti", _open(people))
    for place, citizen in enumerate(people, 1):
        yield _step(_FIRST_DAY, _OFFICE, f"domanda {place:02d}", _application(citizen, place))
        if citizen.wants in _VOUCHERS and (citizen.isee_minor or 0) <= _THRESHOLD_MINOR:
            yield from _purchases(citizen, place)
    for code, partner, quarters in _CLAIMS:
        for month, amount_minor in quarters.items():
            on = date(2026, month + 3, 20)
            yield _step(on, _OFFICE, f"rendiconto {code} {month:02d}", _claim(code, partner, month, amount_minor))


def _step(on: date, rank: int, key: str, work: _Work) -> Step:
    return Step(on, rank, MUNICIPALITY.code, key, work)


def _label(citizen: Citizen) -> str:
    return f"domanda {citizen.tax_code}"


# -- the office ------------------------------------------------------------------------------------------------------


def _open(people: tuple[Citizen, ...]) -> _Work:
    def work(session: Session, scene: Scene) -> Answers:
        book_id = scene.books[MUNICIPALITY.code]
        draft = plan_file.read(_FOLDER / f"{PLAN.lower()}.toml")
        plans.load(session, book_id, draft, rulebook=rulebook_loading.load(), created_at=clock.now())
        offer.load(session, book_id, _FOLDER / "offer.toml", actor=ACTOR)
        enrol(session, book_id, people)
        scene.meet(session, MUNICIPALITY.code)
        budget, act = from_minor(BUDGET_MINOR), "DD-45/2026"
        funding.commit(session, book_id, PLAN, budget, on=_OPENED_ON, actor=ACTOR, reference=act)
        funding.record_transfer(session, book_id, PLAN, budget, on=_OPENED_ON, actor=ACTOR, reference=f"{act} mandato")
        for code, amount_minor in _AGREED.items():
            claims.fund(
                session, book_id, code, from_minor(amount_minor), on=_OPENED_ON, actor=ACTOR, reference=f"{act} {code}"
            )
        return {}

    return work


def _application(citizen: Citizen, place: int) -> _Work:
    """Take an application to an active voucher or agreement, or say that the ISEE is above the threshold."""

    def work(session: Session, scene: Scene) -> Answers:
        book_id, today = scene.books[MUNICIPALITY.code], clock.today()
        draft = applications.Draft(
            employee_id=scene.people[citizen.tax_code],
            entrusted_code=citizen.wants,
            protocol=f"2026/{416 + place:06d}",
            submitted_on=today,
            case_ref=f"PAI-2026-{41 + place:04d}",
            citizenship="380",
            residence_istat="019036",
        )
        isee, shown = citizen.isee_minor, None
        if isee is not None:
            dsu = f"INPS-ISEE-2026-{1_234_566 + place:08d}A-00"
            shown = Attestation(isee, IseeType.ORDINARIO, dsu, today, _LAST_DAY)
        asked = applications.apply(session, book_id, draft, shown, actor="ufficio").application_id

        def step(to: State, why: Why = Why.ORDINARY) -> None:
            applications.advance(session, book_id, asked, to, why=why, on=today, actor="assistente sociale")

        step(State.UNDER_REVIEW)
        if isee is not None and isee > _THRESHOLD_MINOR:
            step(State.NOT_ADMITTED, Why.THRESHOLD_EXCEEDED)
            return {}
        step(State.ADMITTED)
        # By co-design and tender nothing is granted to the citizen: the partner reports or invoices.
        amount = from_minor(_VOUCHERS[citizen.wants][1]) if citizen.wants in _VOUCHERS else None
        vouchers.assign(
            session, book_id, asked, amount, today, _LAST_DAY, on=today, actor="dirigente", act_ref="DD-46/2026"
        )
        for state in (State.PAI_AGREED, State.PROVIDER_CHOSEN, State.ACTIVE):
            step(state)
        return {_label(citizen): asked}

    return work


def _claim(code: str, partner: str, month: int, amount_minor: int) -> _Work:
    def work(session: Session, scene: Scene) -> Answers:
        first = date(2026, month, 1)
        last = date(2026, month + 3, 1) - timedelta(days=1)
        claims.claim(
            session,
            scene.books[MUNICIPALITY.code],
            code,
            partner,
            from_minor(amount_minor),
            reference=f"REND-2026-{month:02d}",
            period_from=first,
            period_to=last,
            on=clock.today(),
            actor=ACTOR,
        )
        return {}

    return work


# -- the citizens ----------------------------------------------------------------------------------------------------


def _purchases(citizen: Citizen, place: int) -> Iterator[Step]:
    service, _, every = _VOUCHERS[citizen.wants]
    on, number = _FIRST_DAY + timedelta(days=7 + place % 7), 1
    renounced_on = _RENOUNCED_ON if citizen.first_name == _RENOUNCING else None
    while on <= TODAY and (renounced_on is None or on < renounced_on):
        yield _step(on, _PEOPLE, f"buono {place:02d} {number}", _buy(citizen, service, place, number))
        delivered = on + timedelta(days=3)
        # Now and then somebody is not at home: the purchase is voided, and both parts go back.
        missed = (place + number) % 17 == 0
        yield _step(delivered, _PROVIDERS, f"consegna {place:02d} {number}", _deliver(citizen, number, missed=missed))
        on, number = on + timedelta(days=every), number + 1
    if renounced_on is not None:
        yield _step(renounced_on, _OFFICE, f"rinuncia {place:02d}", _renounce(citizen))


def _buy(citizen: Citizen, service: str, place: int, number: int) -> _Work:
    def work(session: Session, scene: Scene) -> Answers:
        receipt = Receipt(TenderKind.CARD, f"POS-{place:02d}{number:04d}")
        book_id, application = scene.books[MUNICIPALITY.code], scene.authorizations[_label(citizen)]
        bought = purchases.buy(session, book_id, application, service, citizen.quantity, receipt, actor="sportello")
        if bought.authorization.decline_code is not None:
            return {}
        return {f"{_label(citizen)} {number}": bought.authorization.authorization_id}

    return work


def _deliver(citizen: Citizen, number: int, *, missed: bool) -> _Work:
    def work(session: Session, scene: Scene) -> Answers:
        authorization = scene.authorizations.get(f"{_label(citizen)} {number}")
        book_id = scene.books[MUNICIPALITY.code]
        if authorization is None:
            return {}
        if missed:
            purchases.void(session, book_id, authorization, actor="sportello", reason=Voiding.NOT_SERVED)
        else:
            captures.capture(session, book_id, authorization, actor=ACTOR)
        return {}

    return work


def _renounce(citizen: Citizen) -> _Work:
    def work(session: Session, scene: Scene) -> Answers:
        book_id, application = scene.books[MUNICIPALITY.code], scene.authorizations[_label(citizen)]
        today = clock.today()
        vouchers.end(session, book_id, application, State.RENOUNCED, why=Why.AT_REQUEST, on=today, actor="ufficio")
        return {}

    return work
