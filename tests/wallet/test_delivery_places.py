"""Where services at home are to come: told while an order is open, offered for the next one, and forgotten after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from network import acceptance
from network.acceptance import Terms
from network.errors import ComuneNotFound
from tests.wallet.scene import DIRECT, Scene
from wallet import delivery_places
from wallet.authorizations import Authorization
from wallet.delivery_places import Place, Told
from wallet.errors import (
    AuthorizationNotFound,
    AuthorizationNotOpen,
    ComuneOutOfTerritory,
    DeliveryPlaceUnclear,
    ServiceNotAtHome,
)
from wallet.retention import holds

# Crema is in the province of Cremona, Milano is not.
CREMA, MILANO = "019035", "015146"
HOME = Place(CREMA, "via Mazzini 12", "Ada Neri", "0373 256 781", "secondo piano")


def tell(scene: Scene, made: Authorization, place: Place = HOME) -> Told:
    return delivery_places.tell(scene.session, scene.book_id, made.authorization_id, place, actor="test")


def of(scene: Scene, made: Authorization) -> Told | None:
    return delivery_places.of(scene.session, scene.book_id, made.authorization_id)


@pytest.fixture
def credited(scene: Scene) -> Scene:
    scene.grant(60_000)
    return scene


def test_where_to_come_is_told_and_changed_while_the_order_is_open(credited: Scene) -> None:
    made = credited.buy("INF-CR")
    assert of(credited, made) is None

    told = tell(credited, made, replace(HOME, street="  via   Mazzini 12 ", note=" "))
    changed = tell(credited, made, replace(HOME, phone="+39 333 1234567"))

    assert (told.place, told.comune_name) == (replace(HOME, note=""), "Crema")
    assert changed.place.phone == "+39 333 1234567"
    assert of(credited, made) == changed


def test_it_is_told_also_before_the_provider_accepts(credited: Scene) -> None:
    acceptance.change(credited.session, Terms("P01", 24))
    made = credited.buy("INF-CR")
    assert made.code is None

    assert tell(credited, made).place == HOME


def test_of_an_order_that_is_over_nothing_is_told(credited: Scene) -> None:
    used, voided, late = (credited.buy("INF-CR", channel=DIRECT) for _ in range(3))
    credited.capture(used)
    credited.void(voided)

    for made in (used, voided):
        with pytest.raises(AuthorizationNotOpen):
            tell(credited, made)
    credited.go_to(date(2026, 4, 10))
    with pytest.raises(AuthorizationNotOpen, match="expired"):
        tell(credited, late)
    with pytest.raises(AuthorizationNotFound):
        tell(credited, replace(late, authorization_id="aut_nobody"))


def test_what_was_declined_is_nowhere_to_come_to(scene: Scene) -> None:
    with pytest.raises(AuthorizationNotOpen):
        tell(scene, scene.ask("INF-CR"))


def test_only_what_comes_home_within_its_territory_has_a_place(credited: Scene) -> None:
    centre, home = credited.buy("DOP-CR", relative_id=credited.relative()), credited.buy("INF-CR")

    with pytest.raises(ServiceNotAtHome):
        tell(credited, centre)
    with pytest.raises(ComuneOutOfTerritory, match="Milano"):
        tell(credited, home, replace(HOME, comune=MILANO))
    with pytest.raises(ComuneNotFound):
        tell(credited, home, replace(HOME, comune="000000"))
    assert of(credited, home) is None


@pytest.mark.parametrize(
    ("part", "written"),
    [
        ("street", " "),
        ("street", "x" * 121),
        ("ask_for", ""),
        ("ask_for", "x" * 81),
        ("phone", ""),
        ("phone", "12345"),
        ("phone", "12 34 5 + +"),
        ("phone", "0373 256781, 333 1"),
        ("phone", "٠٣٧٣٢٥٦"),
        ("phone", "1" * 21),
        ("note", "x" * 201),
    ],
)
def test_what_nobody_could_find_is_refused_with_its_part(credited: Scene, part: str, written: str) -> None:
    made = credited.buy("INF-CR")

    with pytest.raises(DeliveryPlaceUnclear):
        tell(credited, made, replace(HOME, **{part: written}))  # type: ignore[arg-type]


def test_the_next_order_for_the_same_person_is_offered_where_the_last_one_came(credited: Scene) -> None:
    child = credited.relative()
    asked = (credited.session, credited.book_id, credited.worker)
    hers, own = credited.buy("INF-CR", relative_id=child), credited.buy("INF-CR")
    assert delivery_places.last_told(*asked, child) is None

    tell(credited, hers)
    tell(credited, own, replace(HOME, street="piazza Stradivari 1"))
    credited.go_to(date(2026, 3, 11))
    tell(credited, credited.buy("INF-CR", relative_id=child), replace(HOME, ask_for="la badante"))

    found = delivery_places.last_told(*asked, child)
    assert found is not None
    assert found.ask_for == "la badante"
    mine = delivery_places.last_told(*asked, None)
    assert mine is not None
    assert mine.street == "piazza Stradivari 1"
    assert delivery_places.last_told(credited.session, credited.book_id, credited.person(), None) is None


def test_places_go_a_month_after_the_end_of_their_orders(credited: Scene) -> None:
    used, voided, lapsed, later = (credited.buy("INF-CR", channel=DIRECT) for _ in range(4))
    for made in (used, voided, lapsed, later):
        tell(credited, made)
    credited.capture(used)
    credited.void(voided)
    credited.go_to(date(2026, 3, 16))
    credited.capture(later)

    def left(on: date) -> list[bool]:
        credited.go_to(on)
        delivery_places.forget(credited.session, on)
        return [of(credited, made) is not None for made in (used, voided, lapsed, later)]

    assert left(date(2026, 4, 9)) == [True] * 4
    # The third lapsed on 17 March; nobody swept it yet.
    assert left(date(2026, 4, 11)) == [False, False, True, True]
    assert left(date(2026, 4, 16)) == [False, False, True, False]
    assert left(date(2026, 4, 17)) == [False, False, False, False]
    assert delivery_places.forget(credited.session, date(2027, 1, 1)) == 0


def test_an_order_that_is_open_keeps_its_place_however_old_it_is(credited: Scene) -> None:
    made = credited.buy("INF-CR", service_on=date(2026, 6, 1))
    tell(credited, made)
    credited.go_to(date(2026, 5, 31))

    assert delivery_places.forget(credited.session, date(2026, 5, 31)) == 0
    assert of(credited, made) is not None


def test_a_legal_hold_keeps_the_places_that_it_names(credited: Scene) -> None:
    made = credited.buy("INF-CR", channel=DIRECT)
    tell(credited, made)
    credited.capture(made)
    credited.go_to(date(2026, 9, 1))
    stop = holds.place(credited.session, credited.book_id, reason="causa", actor="test", tax_year=2026)

    assert delivery_places.forget(credited.session, date(2026, 9, 1)) == 0
    holds.lift(credited.session, credited.book_id, stop.hold_id, actor="test")
    assert delivery_places.forget(credited.session, date(2026, 9, 1)) == 1


@pytest.mark.parametrize("column", ["street = ''", "ask_for = ''", "phone = '12345'", "phone = 'abcdefg'"])
def test_the_database_refuses_what_says_nothing(credited: Scene, column: str) -> None:
    tell(credited, credited.buy("INF-CR"))

    with pytest.raises(sa.exc.IntegrityError), credited.session.begin_nested():
        credited.session.execute(sa.text(f"update delivery_place set {column}"))
