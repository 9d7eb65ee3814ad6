"""Requests: a person asks, a welfare manager answers, either closes; the words are theirs and go when they say so."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from config import clock
from network.errors import ServiceNotFound, TerritoryNotFound
from tests.wallet.scene import Scene
from wallet.requests import handling, records
from wallet.requests.errors import RequestClosed, RequestNotFound, RequestTextMissing
from wallet.requests.records import By, Request
from wallet.requests.words import Outcome, Role, State
from wallet.retention import erasure
from wallet.retention.law import Kind

WORDS = "Mia madre Zelinda non può restare sola"
PERSON, MANAGER = By("mem_person", Role.EMPLOYEE), By("mem_manager", Role.WELFARE_MANAGER)


def ask(scene: Scene, text: str = WORDS, **told: str) -> Request:
    return handling.ask(scene.session, scene.book_id, scene.worker, text=text, by=PERSON, **told)


def answer(scene: Scene, request: Request, *services: str) -> Request:
    return handling.answer(
        scene.session, scene.book_id, request.request_id, text="Per Zelinda c'è", named=services, by=MANAGER
    )


def close(scene: Scene, request: Request, outcome: Outcome = Outcome.ORIENTED) -> Request:
    return handling.close(scene.session, scene.book_id, request.request_id, outcome, by=MANAGER)


def kept(scene: Scene) -> int:
    """How often the words of the request and its answers stand anywhere in the tables of requests and events."""
    return int(
        scene.session.scalar(
            sa.text(
                "select (select count(*) from request_event t where t::text ilike '%Zelinda%')"
                " + (select count(*) from event t where t::text ilike '%Zelinda%')"
            )
        )
        or 0
    )


def test_a_request_is_answered_as_often_as_it_takes_and_closed_once(scene: Scene) -> None:
    asked = ask(scene)
    assert (asked.state, asked.territory_code, asked.service_code, asked.outcome) == (
        State.OPEN,
        "cremona",
        None,
        None,
    )

    answer(scene, asked, "PSI-CR", "SAN-CR", "PSI-CR")
    answered = answer(scene, asked)
    closed = close(scene, asked)

    assert answered.state is State.ANSWERED
    assert [event.services for event in answered.events] == [(), ("PSI-CR", "SAN-CR"), ()]
    assert (closed.state, closed.outcome) == (State.CLOSED, Outcome.ORIENTED)
    assert [str(event.kind) for event in closed.events] == ["asked", "answered", "answered", "closed"]
    assert [event.by.actor for event in closed.events][:2] == ["mem_person", "mem_manager"]
    for again in (lambda: answer(scene, asked), lambda: close(scene, asked)):
        with pytest.raises(RequestClosed):
            again()


def test_it_concerns_the_territory_that_is_named_or_that_of_the_service(scene: Scene) -> None:
    assert ask(scene, service="FIS-NA").territory_code == "napoli"
    assert ask(scene, service="FIS-NA", territory="sondrio").territory_code == "sondrio"


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"text": "  "}, RequestTextMissing),
        ({"service": "NOBODY"}, ServiceNotFound),
        ({"territory": "atlantide"}, TerritoryNotFound),
    ],
)
def test_what_cannot_be_asked_leaves_nothing(scene: Scene, told: dict[str, str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        ask(scene, **told)

    assert scene.session.scalar(sa.text("select count(*) from request")) == 0


def test_an_answer_points_to_services_that_there_are(scene: Scene) -> None:
    asked = ask(scene)

    with pytest.raises(ServiceNotFound):
        answer(scene, asked, "NOBODY")
    with pytest.raises(RequestNotFound):
        handling.answer(scene.session, scene.book_id, "rqs_x", text="?", by=MANAGER)

    assert records.get(scene.session, scene.book_id, asked.request_id).state is State.OPEN


def test_what_is_told_outside_has_no_word_of_theirs_and_no_funder_hears_of_it(scene: Scene) -> None:
    close(scene, answer(scene, ask(scene)))

    events = scene.session.execute(
        sa.text("select type, personal, facts::text from event where type like 'request.%' order by seq")
    ).all()
    assert [row[0] for row in events] == ["request.created", "request.answered", "request.closed"]
    assert all(personal and "Zelinda" not in facts for _, personal, facts in events)


def test_a_person_has_their_words_erased_at_once_also_of_what_is_open(scene: Scene) -> None:
    closed, waiting = close(scene, answer(scene, ask(scene))), ask(scene)
    assert kept(scene) > 0

    done = erasure.erase(
        scene.session, scene.book_id, scene.worker, on=clock.today(), actor="office", reason="richiesta"
    )

    assert done is not None
    assert done.took(Kind.REQUESTS)
    assert kept(scene) == 0
    again = records.get(scene.session, scene.book_id, waiting.request_id)
    assert (again.state, again.outcome) == (State.CLOSED, Outcome.WITHDRAWN)
    assert records.get(scene.session, scene.book_id, closed.request_id).outcome is Outcome.ORIENTED
    items = erasure.report(scene.session, scene.book_id, scene.worker, on=clock.today())
    assert Kind.REQUESTS not in {item.kind for item in items}


def test_time_takes_the_words_of_what_was_closed_and_leaves_what_is_open(scene: Scene) -> None:
    closed = close(scene, ask(scene))
    waiting = ask(scene)

    def past(on: date) -> None:
        erasure.erase_past(scene.session, scene.book_id, on=on, actor="job", reason="termine")

    past(date(2028, 12, 31))
    assert kept(scene) == 2
    past(date(2029, 1, 1))

    assert records.get(scene.session, scene.book_id, closed.request_id).events[0].note == "cancellato"
    assert records.get(scene.session, scene.book_id, waiting.request_id).events[0].note == WORDS
