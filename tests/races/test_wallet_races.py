"""
Two people at the same moment: real processes that meet on one wallet, and exactly one outcome that makes sense.

A gate in the database holds both processes back until both are there. Each race is run several times, because who
comes first is left to chance; the book verifies after each.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine
from sqlalchemy.orm import Session, sessionmaker

from config import clock, database
from config.errors import DomainError
from network import loading, qualification
from plans import people, plans
from plans.rulebook import loading as rulebook_loading
from plans.rulebook.words import Channel
from tests.conftest import make_database
from tests.factories import euro
from tests.wallet.scene import CONSENT, NOON, Scene, csv_file, open_scene
from wallet import authorizations, budgets, captures, chart, expiry, grants
from wallet.authorizations import Authorization
from wallet.purchases import Purchase

ROUNDS = 5
GATE = 4_711


# -- what runs in the other processes --------------------------------------------------------------------------------


def authorize(session: Session, book_id: int, worker: str, service: str, **wanted: Any) -> str:
    key = wanted.pop("key", None)
    purchase = Purchase(worker, service, **({"quantity": 1} | wanted))
    found = authorizations.authorize(session, book_id, purchase, actor="racer", key=key)
    return "replayed" if found.replayed else found.decline_code or found.status


def capture(session: Session, book_id: int, authorization_id: str, amount: int | None = None) -> str:
    money = None if amount is None else euro(amount)
    captures.capture(session, book_id, authorization_id, money, actor="racer")
    return "done"


def void(session: Session, book_id: int, authorization_id: str) -> str:
    captures.void(session, book_id, authorization_id, actor="racer")
    return "done"


def refund(session: Session, book_id: int, authorization_id: str, amount: int) -> str:
    captures.refund(session, book_id, authorization_id, euro(amount), actor="racer")
    return "done"


def load(session: Session, book_id: int, path: str) -> str:
    return budgets.load(session, book_id, "A", Path(path), reference="r", on=clock.today(), actor="racer").outcome.value


def expire(session: Session, book_id: int) -> str:
    result = expiry.expire(session, book_id, on=clock.today(), actor="racer")
    return f"{result.holds} holds, {result.lots} lots, {result.returned_minor}"


def suspend(session: Session, book_id: int, provider: str) -> str:
    qualification.suspend(session, provider, clock.today(), "DURC")
    return str(len(captures.void_of_provider(session, provider, actor="racer")))


def correct(session: Session, book_id: int, lot_id: str, amount: int) -> str:
    grants.correct(session, book_id, lot_id, euro(amount), reason="twice", on=clock.today(), actor="racer")
    return "done"


def race(
    url: str, moment: datetime, verb: Callable[..., str], arguments: tuple[Any, ...], named: dict[str, Any]
) -> str:
    """Wait at the gate, then do one thing in a transaction; a refusal is answered by its code."""
    clock.fix(moment)
    engine = database.make_engine(sa.engine.make_url(url))
    factory = sessionmaker(engine, expire_on_commit=False)
    try:
        with engine.connect() as gate:
            gate.exec_driver_sql("set lock_timeout = 0")
            gate.exec_driver_sql(f"select pg_advisory_lock_shared({GATE})")
            return database.transact(lambda session: verb(session, *arguments, **named), lambda: factory)
    except DomainError as refusal:
        return refusal.code
    finally:
        engine.dispose()


# -- the track -------------------------------------------------------------------------------------------------------


@dataclass
class Track:
    """A committed book for each round, and processes to meet on it."""

    engine: Engine
    url: str
    pool: ProcessPoolExecutor

    def scene(self, session: Session, **plan: Any) -> Scene:
        scene = open_scene(session)
        scene.plan(**plan)
        return scene

    def committed(self) -> sessionmaker[Session]:
        return sessionmaker(self.engine, expire_on_commit=False)

    def run(self, *runners: tuple[Any, ...], moments: tuple[datetime, ...] = ()) -> list[str]:
        """Let (verb, arguments..., {named}) meet, and return what each answered in the order given."""
        with self.engine.connect() as gate:
            gate.exec_driver_sql(f"select pg_advisory_lock({GATE})")
            answers = []
            for index, (verb, *arguments) in enumerate(runners):
                named = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
                moment = moments[index] if moments else NOON
                answers.append(self.pool.submit(race, self.url, moment, verb, tuple(arguments), named))
            self._until_all_wait(gate, len(runners))
            gate.exec_driver_sql(f"select pg_advisory_unlock({GATE})")
            gate.rollback()
            return [answer.result(60) for answer in answers]

    def _until_all_wait(self, gate: sa.Connection, runners: int) -> None:
        waiting = (
            "select count(*) from pg_locks where locktype = 'advisory' and not granted"
            f" and objid = {GATE} and database = (select oid from pg_database where datname = current_database())"
        )
        for _ in range(6_000):
            if gate.exec_driver_sql(waiting).scalar_one() == runners:
                return
            time.sleep(0.01)
        raise AssertionError("somebody never came to the gate")


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(3, get_context("spawn")) as pool:
        yield pool


@pytest.fixture(scope="module")
def stadium(server: URL, template: URL, worker_id: str) -> URL:
    """A database with the demonstration's network, to be copied."""
    address = make_database(server, f"stadium_{worker_id}", copy_of=template.database)
    engine = database.make_engine(address)
    with Session(engine) as session, session.begin():
        loading.load(session, recorded_at=datetime(2024, 1, 1, tzinfo=UTC))
    engine.dispose()
    return address


@pytest.fixture
def track(server: URL, stadium: URL, worker_id: str, pool: ProcessPoolExecutor) -> Iterator[Track]:
    address = make_database(server, f"track_{worker_id}", copy_of=stadium.database)
    engine = database.make_engine(address)
    with clock.at(NOON):
        yield Track(engine, address.render_as_string(hide_password=False), pool)
    engine.dispose()


def clean(scene: Scene, session: Session) -> Scene:
    """The same scene seen after the race, in which everything verifies."""
    scene.session = session
    assert scene.differences() == []
    return scene


# -- the races -------------------------------------------------------------------------------------------------------


def test_the_last_credit_is_authorized_once(track: Track) -> None:
    for _ in range(ROUNDS):
        with track.committed().begin() as session:
            scene = track.scene(session)
            scene.grant(5_500)
        racer = (authorize, scene.book_id, scene.worker, "PSI-CR")

        assert sorted(track.run(racer, racer, racer)) == ["authorized", "insufficient_funds", "insufficient_funds"]
        with track.committed()() as session:
            assert clean(scene, session).lots()[0].available_minor == 0


def test_the_same_key_twice_at_once_is_one_authorization(track: Track) -> None:
    for _ in range(ROUNDS):
        with track.committed().begin() as session:
            scene = track.scene(session)
            scene.grant(50_000)
        racer = (authorize, scene.book_id, scene.worker, "PSI-CR", {"key": "double click"})

        assert sorted(track.run(racer, racer)) == ["authorized", "replayed"]
        with track.committed()() as session:
            scene = clean(scene, session)
            assert len(authorizations.of_employee(session, scene.book_id, scene.worker)) == 1


def test_an_authorization_is_captured_once(track: Track) -> None:
    for _ in range(ROUNDS):
        with track.committed().begin() as session:
            scene = track.scene(session)
            scene.grant(50_000)
            found = scene.buy("FIS-NA")
        racer = (capture, scene.book_id, found.authorization_id)

        assert sorted(track.run(racer, racer)) == ["authorization_not_open", "done"]
        with track.committed()() as session:
            assert clean(scene, session).posted("provider:P12") == 35_000


def test_parts_captured_at_once_never_exceed_the_whole(track: Track) -> None:
    for _ in range(ROUNDS):
        with track.committed().begin() as session:
            scene = track.scene(session)
            scene.grant(50_000)
            found = scene.buy("FIS-NA")
        racer = (capture, scene.book_id, found.authorization_id, 20_000)

        assert sorted(track.run(racer, racer)) == ["capture_exceeds_authorization", "done"]
        with track.committed()() as session:
            assert clean(scene, session).get(found).captured_minor == 20_000


def test_a_capture_and_a_void_do_not_both_happen(track: Track) -> None:
    for _ in range(ROUNDS):
        with track.committed().begin() as session:
            scene = track.scene(session)
            scene.grant(5_500)
            found = scene.buy("PSI-CR")

        captured, voided = track.run(
            (capture, scene.book_id, found.authorization_id), (void, scene.book_id, found.authorization_id)
        )

        assert sorted([captured, voided]) == ["authorization_not_open", "done"]
        with track.committed()() as session:
            scene = clean(scene, session)
            assert scene.get(found).status == ("captured" if captured == "done" else "voided")
            assert scene.taxed(found) == ((5_500, 0) if captured == "done" else (0, 0))


def test_a_capture_and_the_end_of_its_time_do_not_both_happen(track: Track) -> None:
    for _ in range(ROUNDS):
        with track.committed().begin() as session:
            scene = track.scene(session)
            scene.grant(5_500)
            found = scene.buy("PSI-CR")
        assert found.expires_at is not None

        captured, ended = track.run(
            (capture, scene.book_id, found.authorization_id),
            (expire, scene.book_id),
            moments=(found.expires_at - timedelta(seconds=1), found.expires_at),
        )

        assert (captured, ended) in [
            ("done", "0 holds, 0 lots, 0"),
            ("authorization_not_open", "1 holds, 0 lots, 0"),
        ]
        with track.committed()() as session:
            scene = clean(scene, session)
            assert scene.get(found).status == ("captured" if captured == "done" else "expired")


def test_two_refunds_never_exceed_the_capture(track: Track) -> None:
    for _ in range(ROUNDS):
        with track.committed().begin() as session:
            scene = track.scene(session)
            scene.grant(5_500)
            found = scene.buy("PSI-CR", channel=Channel.DIRECT)
            scene.capture(found)
        racer = (refund, scene.book_id, found.authorization_id, 3_000)

        assert sorted(track.run(racer, racer)) == ["done", "refund_exceeds_captures"]
        with track.committed()() as session:
            assert clean(scene, session).lots()[0].available_minor == 3_000


def test_one_budget_file_loaded_twice_at_once_is_granted_once(track: Track, tmp_path: Path) -> None:
    for number in range(ROUNDS):
        with track.committed().begin() as session:
            scene = track.scene(session)
            code = people.employee(session, scene.book_id, scene.worker).tax_code
        path = csv_file(tmp_path, [(code, "600,00")], f"budget-{number}.csv")
        racer = (load, scene.book_id, str(path))

        assert sorted(track.run(racer, racer)) == ["LOADED", "UNCHANGED"]
        with track.committed()() as session:
            assert [lot.available_minor for lot in clean(scene, session).lots()] == [60_000]


def test_a_budget_file_is_checked_against_the_terms_it_is_granted_under(track: Track, tmp_path: Path) -> None:
    with track.committed().begin() as session:
        scene = track.scene(session)
        code = people.employee(session, scene.book_id, scene.worker).tax_code
    path = csv_file(tmp_path, [(code, "600,00")])
    answers: list[str] = []

    def grant() -> None:
        with track.committed().begin() as loading_session:
            answers.append(load(loading_session, scene.book_id, str(path)))

    # The plan is revised, and not yet committed, when the file arrives.
    with track.committed().begin() as session:
        chart.lock_plan(session, scene.book_id, scene.plan_ids["A"], exclusive=True)
        draft = replace(plans.describe(session, scene.book_id, "A"), spend_by=date(2026, 6, 30))
        plans.load(session, scene.book_id, draft, rulebook=rulebook_loading.load(), created_at=clock.now(), revise=True)
        thread = threading.Thread(target=grant)
        thread.start()
        thread.join(0.5)
        assert answers == []
    thread.join()

    assert answers == ["LOADED"]
    with track.committed()() as session:
        assert [lot.expires_on for lot in clean(scene, session).lots()] == [date(2026, 6, 30)]


def test_the_clock_leaves_alone_what_a_refund_gives_back_meanwhile(track: Track) -> None:
    later = datetime(2026, 12, 1, 12, tzinfo=clock.ROME)
    for _ in range(2 * ROUNDS):
        with track.committed().begin() as session:
            scene = track.scene(session)
            scene.grant(6_000)
            found = scene.buy("PSI-CR", channel=Channel.DIRECT)
            scene.capture(found)

        refunded, _ = track.run(
            (refund, scene.book_id, found.authorization_id, 5_500), (expire, scene.book_id), moments=(later, later)
        )

        assert refunded == "done"
        with track.committed()() as session:
            # Whoever comes first ends the 5,00 that were left; what was given back stays.
            assert clean(scene, session).lots()[0].available_minor == 5_500


@pytest.mark.parametrize("held", [0, 1])
def test_two_runs_of_the_clock_end_everything_once(track: Track, held: int) -> None:
    later = datetime(2026, 12, 1, 12, tzinfo=clock.ROME)
    for _ in range(ROUNDS):
        with track.committed().begin() as session:
            scene = track.scene(session)
            for _ in range(5):
                scene.grant(10_000, worker=scene.person())
            scene.grant(10_000)
            for _ in range(held):
                scene.buy("PSI-CR")
        racer = (expire, scene.book_id)

        assert sorted(track.run(racer, racer, moments=(later, later))) == [
            "0 holds, 0 lots, 0",
            f"{held} holds, 6 lots, 60000",
        ]
        with track.committed()() as session:
            clean(scene, session)


def test_of_two_purchases_that_together_pass_the_fringe_limit_the_second_is_told(track: Track) -> None:
    for _ in range(ROUNDS):
        with track.committed().begin() as session:
            scene = track.scene(session)
            scene.grant(200_000)
        racer = (authorize, scene.book_id, scene.worker, "FAC-CR", {"quantity": 12, "channel": Channel.DIRECT})

        assert sorted(track.run(racer, racer)) == ["authorized", "fringe_limit_exceeded"]
        with track.committed()() as session:
            clean(scene, session)


def test_two_captures_that_together_pass_the_fringe_limit_are_both_taxed(track: Track) -> None:
    for _ in range(ROUNDS):
        with track.committed().begin() as session:
            # Two lots and two providers: nothing but the wallet makes one wait for the other.
            scene = track.scene(session, **CONSENT)
            scene.plan("B", **CONSENT)
            scene.grant(54_000)
            scene.grant(54_000, "B")
            bought: list[Authorization] = [
                scene.buy(service, quantity=quantity, consent=True)
                for service, quantity in (("FAC-CR", 12), ("PET-MI", 45))
            ]

        assert track.run(*[(capture, scene.book_id, found.authorization_id) for found in bought]) == ["done", "done"]
        with track.committed()() as session:
            assert clean(scene, session).taxed() == (0, 108_000)


def test_no_purchase_slips_through_while_its_provider_is_suspended(track: Track) -> None:
    # Each round needs a provider of its own: a suspension is for all books.
    for service, provider in [("PSI-CR", "P04"), ("FIS-NA", "P12"), ("PSI-MI", "P18"), ("LIN-MI", "P19")]:
        with track.committed().begin() as session:
            scene = track.scene(session)
            scene.grant(100_000)

        bought, voided = track.run(
            (authorize, scene.book_id, scene.worker, service), (suspend, scene.book_id, provider)
        )

        assert (bought, voided) in [("authorized", "1"), ("provider_not_qualified", "0")]
        with track.committed()() as session:
            scene = clean(scene, session)
            (found,) = authorizations.of_employee(session, scene.book_id, scene.worker)
            assert found.status == ("voided" if voided == "1" else "declined")
            assert scene.lots()[0].available_minor == 100_000


def test_a_capture_while_the_provider_is_suspended_leaves_the_suspension_alone(track: Track) -> None:
    for service, provider in [("PSI-CR", "P04"), ("FIS-NA", "P12"), ("PSI-MI", "P18"), ("LIN-MI", "P19")]:
        with track.committed().begin() as session:
            scene = track.scene(session)
            scene.grant(100_000)
            found = scene.buy(service)

        answers = track.run((capture, scene.book_id, found.authorization_id), (suspend, scene.book_id, provider))

        assert answers in [["done", "0"], ["authorization_not_open", "1"]]
        with track.committed()() as session:
            clean(scene, session)


def test_credit_is_either_spent_or_taken_back(track: Track) -> None:
    for _ in range(ROUNDS):
        with track.committed().begin() as session:
            scene = track.scene(session)
            lot = scene.grant(6_000)

        answers = track.run((authorize, scene.book_id, scene.worker, "PSI-CR"), (correct, scene.book_id, lot, 6_000))

        assert answers in [["authorized", "grant_already_spent"], ["insufficient_funds", "done"]]
        with track.committed()() as session:
            clean(scene, session)


def test_two_people_of_one_book_do_not_wait_for_each_other(track: Track) -> None:
    with track.committed().begin() as session:
        scene = track.scene(session)
        other = scene.person()
        scene.grant(5_500)
        scene.grant(5_500, worker=other)

    with track.committed().begin() as session:
        scene.session = session
        scene.buy("PSI-CR")
        # The first one's transaction is still open.
        assert track.run((authorize, scene.book_id, other, "PSI-CR")) == ["authorized"]
    with track.committed()() as session:
        clean(scene, session)
    assert date(2026, 3, 10) == clock.today()
