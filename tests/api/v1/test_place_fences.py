"""The database shows where a service at home is to come to whom it concerns, for as long as it does."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, database, fences
from config.fences import Fence, Sight
from network import acceptance
from network.acceptance import Terms
from tests import factories
from tests.api.counter import Counter
from wallet import captures, delivery_places
from wallet.delivery_places import Place

HOME = Place("019036", "via Mazzini 12", "Ada Neri", "0373 256781")
P03 = Fence(Sight.PROVIDER, provider_code="P03")


def seen(fence: Fence) -> set[str]:
    """The orders of the places that a fence shows."""
    with fences.inside(fence):
        return set(
            database.transact(
                lambda session: session.scalars(sa.text("select authorization_id from delivery_place")).all()
            )
        )


def told(counter: Counter, who: str = "giulia", book: str = "E1") -> str:
    """An order of cleaning at home by P03, with its place."""
    made = str(counter.buy(who, service="PUL-CR")["id"])
    database.transact(lambda session: delivery_places.tell(session, counter.books[book], made, HOME, actor="test"))
    return made


@pytest.fixture
def places(counter: Counter) -> dict[str, str]:
    """Of Giulia and of Anna, who are of two books."""

    def credit(session: Session) -> None:
        for who, book in (("giulia", "E1"), ("anna", "E2")):
            factories.grant(session, counter.books[book], "A", counter.people[who], 30_000)

    database.transact(credit)
    return {"giulia": told(counter), "anna": told(counter, "anna", "E2")}


def test_a_person_sees_their_own_and_the_network_every_one(counter: Counter, places: dict[str, str]) -> None:
    giulia = seen(Fence(Sight.EMPLOYEE, counter.books["E1"], counter.people["giulia"]))

    assert places["giulia"] in giulia
    assert places["anna"] not in giulia
    assert seen(Fence(Sight.EMPLOYEE, counter.books["E1"], counter.people["mario"])) == set()
    assert set(places.values()) <= seen(Fence(Sight.NETWORK))


@pytest.mark.parametrize("sight", [Sight.FUNDER, Sight.NOBODY, Sight.DOOR])
def test_an_employers_offices_and_nobody_see_none(counter: Counter, places: dict[str, str], sight: Sight) -> None:
    assert seen(Fence(sight, counter.books["E1"])) == set()


def test_the_provider_sees_its_own_in_every_book_and_another_none(counter: Counter, places: dict[str, str]) -> None:
    assert set(places.values()) <= seen(P03)
    assert seen(Fence(Sight.PROVIDER, provider_code="P04")) == set()


@pytest.mark.parametrize("fence", [P03, Fence(Sight.PROVIDER, provider_code="P04"), Fence(Sight.FUNDER, 1)])
@pytest.mark.parametrize("verb", ["update delivery_place set street = 'altrove'", "delete from delivery_place"])
def test_whoever_only_reads_it_writes_nothing(places: dict[str, str], fence: Fence, verb: str) -> None:
    with fences.inside(fence):
        touched = database.transact(lambda session: session.execute(sa.text(verb)).rowcount)  # type: ignore[attr-defined]

    assert touched == 0


def test_the_provider_sees_it_no_more_once_the_order_is_over(counter: Counter, places: dict[str, str]) -> None:
    book_id, used, voided = counter.books["E1"], places["giulia"], told(counter)
    lapsed = told(counter)
    database.transact(lambda session: captures.capture(session, book_id, used, actor="p", key=f"c-{used}"))
    database.transact(lambda session: captures.void(session, book_id, voided, actor="p", key=f"v-{voided}"))
    assert seen(P03) & {used, voided, lapsed} == {lapsed}

    with clock.at(clock.now().replace(month=12)):
        assert lapsed not in seen(P03)
    assert {used, voided, lapsed} <= seen(Fence(Sight.EMPLOYEE, book_id, counter.people["giulia"]))


def test_the_provider_sees_it_only_once_it_has_accepted(counter: Counter, places: dict[str, str]) -> None:
    database.transact(lambda session: acceptance.change(session, Terms("P03", 24)))
    try:
        waiting = told(counter)
    finally:
        database.transact(lambda session: acceptance.change(session, Terms("P03")))

    assert waiting not in seen(P03)
    assert counter.ask("p03", "POST", f"/v1/acceptances/{waiting}/acceptances", {}).status_code == 201
    assert waiting in seen(P03)
