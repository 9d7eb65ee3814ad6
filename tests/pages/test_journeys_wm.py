"""Story 15 on pages: Elio orders by phone, Marta acts for him, and both names stay."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.travelling import travelling
from tests.pages.ways import Way, journey


@journey("marta acts for elio")
def test_story_15_marta_orders_for_elio_by_phone_under_a_banner(place: Place, way: Way) -> None:
    counter = place.counter
    elio = people.worker(counter, "Elio")
    asked = counter.ask(elio, "POST", "/v1/requests", {"text": f"Mi serve un aiuto ({elio})", "territory": "cremona"})
    request = asked.get_json()["id"]
    with travelling(place, way) as traveller:
        hand, banner = traveller.hand, traveller.page.locator(".acting")
        traveller.is_("marta")
        traveller.goes("/wm")
        traveller.look()
        traveller.goes(f"/wm/richieste/{request}")
        hand.type("find", "integrata")
        hand.type("text", "Ti chiamo <domani>.")
        hand.press("Manda la risposta")
        traveller.must_mend()
        hand.press("Cerca fra i servizi")
        traveller.look()
        hand.tick("services", "ADI-CR")
        hand.press("Manda la risposta")
        traveller.sees("Ti chiamo <domani>.")
        traveller.look()

        traveller.goes("/wm/persone")
        hand.pick("employer", people.employer_of(elio))
        hand.type("text", "elio")
        hand.press("Cerca")
        traveller.look()
        hand.press("Agisci per questa persona")
        assert hand.say("Stai agendo per") in banner.inner_text()
        traveller.goes("/wm/persona/familiari/nuovo")
        traveller.look()
        traveller.goes("/wm/persona")
        hand.type("text", "domiciliare")
        hand.press("Cerca il servizio")
        traveller.look()
        hand.push(traveller.main.locator('a[href$="/ADI-CR"]'))
        traveller.page.wait_for_url("**/ordina/ADI-CR*")
        traveller.look()
        hand.type("quantity", "1")
        hand.press("Guarda che cosa ne viene")
        traveller.look()
        if hand.field("consent").count():
            hand.tick("consent")
        assert people.available(counter, elio) == 60_000
        hand.press("Conferma l'ordine")
        made = counter.ask(elio, "GET", "/v1/authorizations").get_json()["data"][0]
        traveller.sees(made["code"])
        traveller.look()
        hand.push(traveller.main.locator(f'a[href$="/{made["id"]}/luogo"]'))
        traveller.page.wait_for_url("**/luogo")
        hand.type("street", "via Verdi 15")
        hand.press("Salva dove devono venire")
        traveller.must_mend()
        hand.pick("comune", "019036")
        hand.type("ask_for", "Elio")
        hand.type("phone", "0372 123456")
        traveller.look()
        hand.press("Salva dove devono venire")
        traveller.reads("Salvato: il fornitore sa dove venire.")
        hand.press("Smetti di agire per lei o lui")
        traveller.page.wait_for_url("**/wm**")
        assert banner.count() == 0

        assert made["on_behalf"]
        traveller.is_("operator")
        traveller.goes("/rete/registro")
        hand.pick("action", "authorizations:create")
        hand.press("Filtra")
        row = traveller.main.locator("tr").filter(has_text=hand.say("per conto di %(name)s", name="Elio Prova")).first
        expect(row).to_contain_text("Marta")
        traveller.look()
        traveller.is_(elio)
        traveller.goes(f"/io/voucher/{made['id']}")
        traveller.reads("Pronto da usare")
        traveller.sees("via Verdi 15, Cremona")
