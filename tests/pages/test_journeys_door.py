"""Through the door and out again: past the navigation, a wrong password, the code, and nothing left behind."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.travelling import travelling, with_password
from tests.pages.ways import Way, journey


@journey("the office signs in and out")
def test_somebody_signs_in_and_out_and_going_back_shows_nothing(place: Place, way: Way) -> None:
    hr = people.office(place.counter)
    with_password(hr)
    with travelling(place, way) as traveller:
        hand, page = traveller.hand, traveller.page
        traveller.goes("/accessibilita")
        if way.keyboard:
            page.keyboard.press("Tab")
            skip = page.get_by_role("link", name=hand.say("Vai al contenuto"))
            expect(skip).to_be_focused()
            expect(skip).to_be_in_viewport()
            page.keyboard.press("Enter")
            expect(traveller.main).to_be_focused()
            traveller.goes("/accessibilita")
        hand.follow("Entra")
        traveller.headed("Entra")
        hand.type("email", f"{hr}@example.it")
        hand.type("password", "non questa")
        hand.press("Continua")
        traveller.must_mend()
        expect(hand.field("email")).to_have_value(f"{hr}@example.it")
        expect(hand.field("password")).to_have_value("")
        traveller.enters(hr)
        traveller.headed("Il welfare della tua azienda")
        traveller.look()
        hand.press("Esci")
        traveller.headed("Chi ha bisogno? Di cosa? Dove?")
        page.go_back()
        traveller.headed("Entra")
        expect(page.get_by_role("button", name=hand.say("Esci"))).to_have_count(0)
        traveller.goes("/azienda")
        traveller.headed("Entra")
