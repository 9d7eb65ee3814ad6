"""What employees live through when they buy: for whom, when, what it costs them in tax, and the voucher."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from config import clock, database
from plans.rulebook.words import Kinship
from plans.words import Fact
from tests import factories
from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.travelling import Traveller, travelling
from tests.pages.ways import Way, journey

# By its ISTAT code.
MATERA = "077014"


def asks(traveller: Traveller, service: str, *, per: str = "me", quantity: str = "1", day: str = "") -> None:
    """Go from a service's page through the first two steps, to the decision."""
    hand = traveller.hand
    traveller.goes(f"/servizi/{service}")
    hand.follow("Ordina")
    traveller.look()
    hand.pick("per", per)
    hand.press("Avanti")
    traveller.look()
    hand.type("quante", quantity)
    if day:
        hand.type("giorno", day)
    hand.press("Vedi come va")


@journey("giulia orders in three steps")
def test_story_1_giulia_orders_for_her_daughter_and_shows_the_code(place: Place, way: Way) -> None:
    giulia = people.worker(place.counter, "Giulia")
    daughter = people.relative(place.counter, giulia, Kinship.CHILD, first_name="Nina", birth_date=date(2018, 2, 3))
    with travelling(place, way) as traveller:
        traveller.is_(giulia)
        traveller.goes("/io")
        asks(traveller, "DOP-CR", per=daughter, quantity="0", day="2026-03-10")
        traveller.must_mend()
        traveller.hand.type("quante", "1")
        traveller.hand.press("Vedi come va")

        traveller.reads("Esente da tasse")
        traveller.sees("Nina")
        traveller.look()
        assert people.available(place.counter, giulia) == 60_000
        traveller.hand.press("Conferma l'ordine")

        traveller.reads("Pronto da usare")
        code = traveller.main.locator(".code").inner_text()
        expect(traveller.main.locator(".qr img")).to_be_visible()
        traveller.look()
        traveller.page.emulate_media(media="print")
        for hidden in (".places", "footer", "details"):
            expect(traveller.page.locator(hidden).first).to_be_hidden()
        expect(traveller.main.locator(".code")).to_be_visible()
        traveller.page.emulate_media(media="screen")
        spent = 60_000 - people.available(place.counter, giulia)
        assert spent > 0

        # What is not needed any more is undone, and the money is back.
        traveller.hand.unfold("Non ti serve più?")
        traveller.hand.press("Annulla l'ordine")
        traveller.reads("Ordine annullato")
        traveller.look()
        assert code not in traveller.main.inner_text()
        assert people.available(place.counter, giulia) == 60_000


@journey("marco declares that he maintains his mother")
def test_story_2_what_marco_declares_makes_his_mothers_care_exempt(place: Place, way: Way) -> None:
    marco = people.worker(place.counter, "Marco", credit_minor=1_000_000)
    mother = people.relative(place.counter, marco, Kinship.PARENT, first_name="Ada", birth_date=date(1947, 1, 1))
    with travelling(place, way) as traveller:
        traveller.is_(marco)
        asks(traveller, "ADI-MT", per=mother, quantity="2")
        traveller.reads("Si può, ma viene tassato")
        traveller.hand.press("Conferma l'ordine")
        traveller.must_mend()
        assert people.available(place.counter, marco) == 1_000_000

        traveller.goes("/io/familiari")
        traveller.hand.push(traveller.main.locator(f'a[href$="/{mother}/dichiara/MAINTENANCE"]'))
        traveller.page.wait_for_url("**/MAINTENANCE*")
        traveller.look()
        traveller.hand.press("Lo dichiaro")
        traveller.reads("Annulla, era uno sbaglio")
        traveller.look()

        asks(traveller, "ADI-MT", per=mother, quantity="2")
        traveller.reads("Esente da tasse, grazie a quello che hai dichiarato")
        traveller.look()
        traveller.hand.type("street", "via Lucana 3")
        traveller.hand.press("Conferma l'ordine")
        traveller.must_mend()
        traveller.hand.pick("comune", MATERA)
        traveller.hand.type("ask_for", "Ada")
        traveller.hand.type("phone", "0835 123456")
        traveller.hand.press("Conferma l'ordine")
        traveller.reads("Pronto da usare")
        traveller.sees("via Lucana 3, Matera")
        assert people.available(place.counter, marco) < 1_000_000
        traveller.hand.unfold("Cambia dove devono venire")
        traveller.look()
        traveller.hand.type("street", "via Lucana 5")
        traveller.hand.press("Salva dove devono venire")
        traveller.sees("via Lucana 5, Matera")


@journey("luca goes past the cliff with consent")
def test_story_4_luca_sees_the_cliff_and_passes_it_only_with_his_consent(place: Place, way: Way) -> None:
    luca = people.worker(place.counter, "Luca")
    counter = place.counter
    database.transact(
        lambda session: factories.declare(
            session,
            counter.books[people.employer_of(luca)],
            counter.people[luca],
            Fact.EXTERNAL_FRINGE,
            year=clock.today().year,
            amount=factories.euro(48_000),
        )
    )
    counter.buy(luca, service="BUO-RH", quantity=20)
    with travelling(place, way) as traveller:
        traveller.is_(luca)
        traveller.goes("/io")
        expect(traveller.main.locator("meter").first).to_be_visible()
        traveller.look()
        asks(traveller, "BUO-RH")
        traveller.reads("Oltre il limite: viene tassato tutto l'anno, non solo la parte in più.")
        traveller.look()
        traveller.hand.press("Conferma l'ordine")
        traveller.must_mend()
        left = people.available(counter, luca)

        traveller.hand.tick("consent")
        traveller.hand.press("Conferma l'ordine")
        traveller.reads("Pronto da usare")
        traveller.reads("Tassati in busta paga")
        assert people.available(counter, luca) == left - 2_500
        traveller.goes("/io/limiti")
        traveller.look()


@journey("mario clicks twice on a slow line")
def test_story_12_a_double_click_on_a_slow_line_is_one_order(place: Place, way: Way) -> None:
    mario = people.worker(place.counter, "Mario")
    sent: list[str] = []
    with travelling(place, way) as traveller:
        traveller.is_(mario)
        asks(traveller, "PSI-CR")
        line = traveller.context.new_cdp_session(traveller.page)
        slow = {"offline": False, "latency": 600, "downloadThroughput": -1, "uploadThroughput": -1}
        line.send("Network.emulateNetworkConditions", slow)
        traveller.page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
        traveller.hand.twice("Conferma l'ordine")
        traveller.page.wait_for_url("**/io/voucher/**")
        traveller.reads("Pronto da usare")

    # A script lets one through; without it both are sent, and counted once.
    assert len(sent) == (1 if way.scripts else 2)
    assert people.available(place.counter, mario) == 60_000 - 5_500


@journey("mario goes back and confirms again")
def test_whoever_goes_back_orders_another_only_on_purpose(place: Place, way: Way) -> None:
    mario = people.worker(place.counter, "Mario")
    with travelling(place, way) as traveller:
        traveller.is_(mario)
        asks(traveller, "PSI-CR")
        traveller.hand.press("Conferma l'ordine")
        traveller.reads("Pronto da usare")
        traveller.page.go_back()
        traveller.reads("L'hai già ordinato")
        traveller.look()
        assert people.available(place.counter, mario) == 60_000 - 5_500
        traveller.hand.follow("Ordinane un altro")
        traveller.hand.press("Conferma l'ordine")
        traveller.reads("Pronto da usare")

    assert people.available(place.counter, mario) == 60_000 - 11_000
