"""A provider at the counter: a code that is none, one of another network, one that was revoked, and the right one."""

from __future__ import annotations

from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.travelling import travelling
from tests.pages.ways import Way, journey

ANOTHER_NETWORKS = "https://buoni.example/qr/9283?x=<b>1"


@journey("the provider redeems by code")
def test_what_is_no_code_is_told_and_the_right_one_is_redeemed_in_part(place: Place, way: Way) -> None:
    counter = place.counter
    nora = people.worker(counter, "Nora")
    good, revoked = (counter.buy(nora, channel="DIRECT") for _ in range(2))
    assert counter.ask(nora, "POST", f"/v1/authorizations/{revoked['id']}/voids", {}).status_code == 201
    with travelling(place, way) as traveller:
        hand = traveller.hand
        traveller.is_("p04")
        traveller.goes("/fornitore")
        traveller.look()
        hand.follow("Riscatta un codice")
        for wrong in ("7K3F", ANOTHER_NETWORKS):
            hand.type("code", wrong)
            hand.press("Controlla il codice")
            traveller.must_mend()
        traveller.reads("Un QR di un altro circuito (buoni pasto, tessere sconto) qui non vale.")
        hand.type("code", revoked["code"])
        hand.press("Controlla il codice")
        traveller.reads("Non si può riscattare.")
        traveller.look()
        hand.follow("Un altro codice")

        hand.type("code", good["code"].lower().replace("-", " "))
        hand.press("Controlla il codice")
        hand.type("amount", "molto")
        hand.press("Riscatta")
        traveller.must_mend()
        hand.type("amount", "15,50")
        hand.press("Riscatta")
        traveller.headed("Riscattato: %(amount)s", amount="15,50\xa0€" if way.language == "it" else "€15.50")
        traveller.look()
        traveller.goes("/fornitore/pagamenti")
        traveller.look()
    done = counter.ask(nora, "GET", f"/v1/authorizations/{good['id']}").get_json()
    assert done["captured_minor"] == 1_550
