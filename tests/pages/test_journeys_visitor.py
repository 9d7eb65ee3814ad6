"""Somebody nobody knows yet looks for help, asks for orientation, and loses no word on the way through the door."""

from __future__ import annotations

from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.travelling import travelling, with_password
from tests.pages.ways import Way, journey


@journey("visitor asks for orientation")
def test_a_visitor_finds_a_service_and_asks_and_a_late_form_keeps_its_text(place: Place, way: Way) -> None:
    rita = people.worker(place.counter, "Rita")
    with_password(rita)
    asked = f"Chi può stare con mia madre il mattino? È {rita}: «sempre» & <mai>"
    with travelling(place, way) as traveller:
        hand = traveller.hand
        traveller.goes("/")
        traveller.headed("Chi ha bisogno? Di cosa? Dove?")
        hand.type("dove", "Atlantide")
        hand.press("Cerca")
        traveller.must_mend()
        hand.type("dove", "Cremona")
        hand.press("Cerca")
        traveller.look()
        hand.push(traveller.main.locator('.find-list a[href="/servizi/PSI-CR"]').first)
        traveller.reads("Quanto costa, secondo chi paga")
        hand.follow("Chiedi orientamento")
        traveller.headed("Entra")
        traveller.enters(rita)
        traveller.headed("Chiedi orientamento")
        traveller.look()

        # The session ends while the words are being found.
        traveller.is_(None)
        hand.type("testo", asked)
        hand.press("Chiedi")
        traveller.headed("Entra di nuovo, non hai perso niente")
        traveller.look()
        hand.press("Entra e riprendi")
        traveller.enters(rita)
        traveller.headed("Il tuo modulo ti aspetta")
        traveller.look()
        hand.press("Torna al modulo")
        assert hand.field("testo").input_value() == asked
        traveller.reads("Non hai ancora chiesto niente.")
        hand.press("Chiedi")
        traveller.reads("In attesa di risposta")
        traveller.sees(asked)
        traveller.look()
        # Where a person is somebody else's to see, nobody is shown it who goes back.
        hand.press("Esci")
        traveller.page.go_back()
        traveller.headed("Entra")
        assert rita not in traveller.page.content()
