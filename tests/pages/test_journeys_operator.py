"""The operator: what runs, what is run by hand, who did what, and who comes in."""

from __future__ import annotations

from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.travelling import travelling
from tests.pages.ways import Way, journey


@journey("the operator looks after the network")
def test_a_job_is_run_by_hand_and_the_trail_tells_who_did_what(place: Place, way: Way) -> None:
    olga = people.worker(place.counter, "Olga")
    place.counter.buy(olga)
    with travelling(place, way) as traveller:
        hand = traveller.hand
        traveller.is_("operator")
        traveller.goes("/rete")
        traveller.look()
        traveller.goes("/rete/lavori/verify")
        hand.press("Avvia ora")
        traveller.reads("Messo in coda: parte appena possibile.")
        traveller.look()

        traveller.goes("/rete/registro")
        hand.pick("action", "authorizations:create")
        hand.press("Filtra")
        traveller.sees(olga.title())
        traveller.look()
        hand.type("al", "2020-01-01")
        hand.press("Filtra")
        traveller.reads("Niente di questo tipo, finora.")
        traveller.look()

        traveller.goes("/rete/persone")
        hand.type("text", olga)
        hand.press("Cerca")
        traveller.sees(f"{olga}@example.it")
        traveller.look()
