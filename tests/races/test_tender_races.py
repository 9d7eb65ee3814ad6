"""Own money wanted twice at one moment: it goes back once, is spent once, and to the citizen whose it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import count
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from config import clock, database
from config.errors import DomainError
from ledger import books
from network import loading
from plans import funders
from plans.rulebook.words import Channel, Entitlement, PlanSource
from plans.words import FunderKind
from tests import factories
from tests.factories import euro
from tests.wallet.scene import Scene
from tests.wallet.social_office import open_office
from wallet import authorizations, captures, expiry, residual_payments, tenders, verification
from wallet.purchases import Purchase
from wallet.residual_payments import Payee
from wallet.tenders import Paid, Receipt, TenderKind

TODAY, AFTER = date(2026, 3, 10), date(2026, 12, 2)
ROUNDS = 5
IBAN = "IT60X0542811101000000123456"
Work = Callable[[Session], str]
_numbers = count(1)


@pytest.fixture
def sessions(own_sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    with own_sessions.begin() as session:
        loading.load(session, recorded_at=datetime(2024, 1, 1, tzinfo=UTC))
    return own_sessions


def citizens(session: Session) -> Scene:
    code = f"PRV{next(_numbers)}"
    book_id = books.open_book(session, code, "Cittadini")
    funders.record(session, book_id, code=code, name=code, kind=FunderKind.PRIVATE, home_territory="cremona")
    plan = factories.plan(
        session, book_id, "PRV", source=PlanSource.PRIVATE, act=None, entitlement=Entitlement.AD_PERSONAM
    )
    someone = factories.employee(session, book_id, hired_on=None, cluster=None)
    return Scene(session, book_id, someone, {"PRV": plan})


def pay(town: Scene, who: str | None = None) -> Paid:
    receipt = Receipt(TenderKind.CARD, f"POS-{next(_numbers)}")
    return tenders.record(
        town.session, town.book_id, who or town.worker, "PRV", receipt, euro(5_500), on=clock.today(), actor="test"
    )


def give_back(book_id: int, paid: Paid) -> Work:
    def work(session: Session) -> str:
        returned = tenders.give_back(session, book_id, paid.tender_id, on=clock.today(), actor="racer")
        return f"back {returned.amount_minor}"

    return work


def give_back_all(book_id: int) -> Work:
    return lambda session: f"{len(tenders.give_back_all(session, book_id, actor='racer'))} back"


def expire(book_id: int) -> Work:
    return lambda session: f"ended {expiry.expire(session, book_id, on=clock.today(), actor='racer').lots}"


def buy(book_id: int, who: str) -> Work:
    def work(session: Session) -> str:
        purchase = Purchase(who, "PSI-CR", quantity=1, channel=Channel.DIRECT)
        found = authorizations.authorize(session, book_id, purchase, actor="racer")
        return found.decline_code or found.status

    return work


def pay_out(book_id: int, who: str) -> Work:
    def work(session: Session) -> str:
        paid = residual_payments.pay(
            session, book_id, who, "PRV", Payee.CITIZEN, account=IBAN, reference="SEPA 1", amount=euro(5_500),
            on=clock.today(), actor="racer",
        )  # fmt: skip
        return f"paid {paid.amount_minor}"

    return work


def at_once(sessions: sessionmaker[Session], *works: Work) -> list[str]:
    barrier = Barrier(len(works))

    def run(work: Work) -> str:
        barrier.wait()
        try:
            return database.transact(work, lambda: sessions)
        except DomainError as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def until_somebody_waits(sessions: sessionmaker[Session]) -> None:
    waiting = sa.text(
        "select count(*) from pg_locks l join pg_stat_activity a using (pid)"
        " where not l.granted and a.datname = current_database()"
    )
    for _ in range(6_000):
        with sessions() as session:
            if session.scalar(waiting):
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def sound(sessions: sessionmaker[Session], book_id: int, balances: dict[str, int]) -> None:
    with sessions() as session:
        seen = Scene(session, book_id, "")
        assert {code: seen.posted(code) for code in balances} == balances
        assert verification.verify(session, book_id) == []


@pytest.mark.parametrize("day", [TODAY, AFTER], ids=["free", "ended"])
def test_the_same_payment_goes_back_once(sessions: sessionmaker[Session], day: date) -> None:
    for _ in range(ROUNDS):
        with clock.at(TODAY), sessions.begin() as session:
            town = citizens(session)
            book_id, paid, other = town.book_id, pay(town), pay(town, town.person(first_name="Bruno"))
        with clock.at(day):
            with sessions.begin() as session:
                expiry.expire(session, book_id, on=day, actor="test")
            answers = at_once(sessions, *[give_back(book_id, paid)] * 3, give_back(book_id, other))

            assert sorted(answers) == ["back 5500", "back 5500", "tender_spent", "tender_spent"]
            sound(sessions, book_id, {"tender:card": 0, "plan:PRV:returned": 0})


def test_what_goes_back_is_not_spent_and_what_is_spent_does_not_go_back(sessions: sessionmaker[Session]) -> None:
    for _ in range(ROUNDS):
        with clock.at(TODAY):
            with sessions.begin() as session:
                town = citizens(session)
                book_id, who, paid = town.book_id, town.worker, pay(town)
                pay(town, town.person(first_name="Bruno"))
            answers = at_once(sessions, give_back(book_id, paid), buy(book_id, who))

            assert answers in (["back 5500", "insufficient_funds"], ["tender_spent", "authorized"])
            sound(sessions, book_id, {"tender:card": 5_500 if answers[0] == "back 5500" else 11_000})


def test_what_the_clock_ends_meanwhile_goes_back_all_the_same(sessions: sessionmaker[Session]) -> None:
    for _ in range(ROUNDS):
        with clock.at(TODAY), sessions.begin() as session:
            town = citizens(session)
            book_id, paid = town.book_id, pay(town)
        with clock.at(AFTER):
            answers = at_once(sessions, give_back(book_id, paid), expire(book_id))

            assert answers[0] == "back 5500"
            assert answers[1] in ("ended 0", "ended 1")
            sound(sessions, book_id, {"tender:card": 0, "plan:PRV:returned": 0})


@pytest.mark.parametrize("verb", ["give_back", "pay_out"])
def test_what_the_clock_is_ending_is_waited_for(sessions: sessionmaker[Session], verb: str) -> None:
    with clock.at(TODAY), sessions.begin() as session:
        town = citizens(session)
        book_id, who, paid = town.book_id, town.worker, pay(town)
        pay(town, town.person(first_name="Bruno"))
        tenders.record_transfer(session, book_id, TenderKind.CARD, euro(5_500), reference="EC", on=TODAY, actor="test")
    works = {"give_back": (give_back(book_id, paid), "back 5500"), "pay_out": (pay_out(book_id, who), "paid 5500")}
    work, answer = works[verb]

    with clock.at(AFTER), ThreadPoolExecutor(1) as pool, sessions() as clockwork:
        expiry.expire(clockwork, book_id, on=AFTER, actor="test")
        asked = pool.submit(at_once, sessions, work)
        until_somebody_waits(sessions)
        clockwork.commit()

        assert asked.result(60) == [answer]
        sound(sessions, book_id, {"plan:PRV:returned": 5_500})


def test_it_goes_back_the_way_it_came_or_from_the_bank_and_never_both(sessions: sessionmaker[Session]) -> None:
    for _ in range(ROUNDS):
        with clock.at(TODAY), sessions.begin() as session:
            town = citizens(session)
            book_id, who, paid = town.book_id, town.worker, pay(town)
            pay(town, town.person(first_name="Bruno"))
            tenders.record_transfer(
                session, book_id, TenderKind.CARD, euro(5_500), reference="EC", on=TODAY, actor="test"
            )
        with clock.at(AFTER):
            answers = at_once(sessions, give_back(book_id, paid), pay_out(book_id, who), expire(book_id))

            assert answers[:2] in (["back 5500", "residual_exceeds_left"], ["tender_spent", "paid 5500"])
            with sessions.begin() as session:
                expiry.expire(session, book_id, on=AFTER, actor="test")
            way, other = ("tender:card", "bank") if answers[0] == "back 5500" else ("bank", "tender:card")
            sound(sessions, book_id, {way: 0, other: 5_500, "plan:PRV:returned": 5_500})


def test_giving_all_back_twice_at_once_gives_each_share_once(sessions: sessionmaker[Session]) -> None:
    for _ in range(ROUNDS):
        with clock.at(TODAY):
            with sessions.begin() as session:
                office = open_office(session)
                asked = office.active()
                for _ in range(2):
                    given = office.buy(asked).authorization.authorization_id
                    captures.void(session, office.book_id, given, actor="test")
            answers = at_once(sessions, give_back_all(office.book_id), give_back_all(office.book_id))

            assert sum(int(answer.split()[0]) for answer in answers) == 2
            sound(sessions, office.book_id, {"tender:card": 0, "plan:PUB-QUOTA:returned": 0})
