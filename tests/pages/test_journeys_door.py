"""Through the door and out again: past the navigation, a wrong password, the code, and nothing left behind."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.travelling import travelling, with_password
from tests.pages.ways import NARROW, Way, journey


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
        # On a narrow page the places are behind one word.
        menu = page.locator("summary").filter(has_text="Menu")
        if way.width == NARROW:
            hand.push(menu)
            traveller.look()
        else:
            expect(menu).to_be_hidden()
        hand.follow("Piani")
        traveller.headed("Piani")
        expect(page.locator(".places [aria-current]")).to_have_text(hand.say("Piani"))
        hand.press("Esci")
        traveller.headed("Chi ha bisogno? Di cosa? Dove?")
        page.go_back()
        traveller.headed("Entra")
        expect(page.get_by_role("button", name=hand.say("Esci"))).to_have_count(0)
        traveller.goes("/azienda")
        traveller.headed("Entra")
