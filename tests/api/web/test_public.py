"""The pages for anyone, read and searched by people who signed in and who did not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access.roles import Role
from api.web.public import looking
from config import clock, database, settings
from network import services
from network.models import ServicePriceRow, ServiceRow, TerritoryRow
from plans.rows import Relative
from plans.rulebook.words import Kinship
from tests import factories
from tests.api.counter import Counter, appoint
from tests.api.v1.families import kin
from tests.api.web.browser import Browser, browser_of
from tests.statements import statements

PAGES = (
    "/",
    "/servizi",
    "/servizi?dove=Cremona&cosa=anziani&chi=anziano",
    "/servizi/ADI-CR",
    "/servizi/PSI-CR",
    "/t/cremona",
    "/agevolazioni",
    "/accessibilita",
    "/privacy",
)


@pytest.fixture
def anyone(counter: Counter) -> Browser:
    """A browser in which nobody signed in."""
    return browser_of(counter)


def names(text: str) -> list[str]:
    """The services that a page lists, in its order."""
    return re.findall(r'href="/servizi/([A-Z0-9-]+)"', text)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_for_anyone_has_one_heading_and_says_nothing_of_its_program(anyone: Browser, path: str) -> None:
    answer = anyone.get(path)

    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert "style=" not in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_for_anyone_is_read_in_english(counter: Counter, path: str) -> None:
    answer = browser_of(counter, language="en").get(path)

    assert '<html lang="en">' in answer.text
    assert "Vai al contenuto" not in answer.text


def test_the_beginning_leads_to_every_territory(anyone: Browser) -> None:
    text = anyone.get("/").text

    assert len(set(re.findall(r'href="(/t/[a-z]+)"', text))) == 14
    assert 'action="/servizi"' in text


def test_who_what_and_where_find_what_reaches_that_place(anyone: Browser) -> None:
    text = anyone.get("/servizi?chi=anziano&cosa=anziani&dove=matera").text

    assert "ADI-MT" in names(text)
    assert "ADI-CR" not in names(text)


def test_further_away_is_asked_for_and_told_in_kilometres(anyone: Browser) -> None:
    text = anyone.get("/servizi?cosa=anziani&dove=Cremona&entro=ovunque&come=home").text

    assert "730 km" in text
    assert names(text).index("ADI-CR") < names(text).index("ADI-MT")
    assert "730 km" not in anyone.get("/servizi?cosa=anziani&dove=Cremona&entro=300&come=home").text


def test_a_name_of_several_municipalities_is_asked_back(anyone: Browser) -> None:
    text = anyone.get("/servizi?dove=samone&cosa=salute").text

    assert "Quale Comune?" in text
    assert "Samone (TN)" in text
    assert "cosa=salute" in text


def test_a_municipality_that_nobody_knows_is_said_beside_its_field(anyone: Browser) -> None:
    answer = anyone.get("/servizi?dove=Atlantide")

    assert answer.status_code == 422
    assert 'id="dove-error"' in answer.text
    assert 'value="Atlantide"' in answer.text


def test_a_municipality_without_a_territory_is_offered_what_comes_remotely(anyone: Browser) -> None:
    text = anyone.get("/servizi?dove=Roma").text

    assert "Nessun territorio della rete copre ancora Roma (RM)" in text
    assert "PSI-MI" in names(text)
    assert "ADI-MI" not in names(text)


def test_prices_are_asked_for_as_people_write_them(anyone: Browser) -> None:
    text = unescape(anyone.get("/servizi?da=5,00&a=8,50").text)
    prices = re.findall(r'class="amount">([0-9,]+)', text)

    assert prices == ["6,00", "7,80", "7,80", "8,50"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("a=dieci", "a"), ("da=20&a=10", "a"), ("come=piccione", "come"), ("chi=rel_1", "chi"), ("paga=credito", "paga")],
)
def test_what_cannot_be_looked_for_is_said_beside_its_field(anyone: Browser, query: str, field: str) -> None:
    answer = anyone.get(f"/servizi?{query}")

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "to-mend" in answer.text


def test_nothing_found_says_what_to_take_away(anyone: Browser) -> None:
    text = anyone.get("/servizi?cosa=anziani&parole=trapezista").text

    assert "Non c'è niente" in unescape(text)
    assert 'href="/servizi?cosa=anziani"' in text


def test_the_catalogue_is_read_by_pages_that_lead_on_and_back(anyone: Browser) -> None:
    seen: list[str] = []
    path = "/servizi?come=home"
    for _ in range(9):
        text = anyone.get(path).text
        seen += names(text)
        onward = re.search(r'rel="next" href="([^"]+)"', text)
        if onward is None:
            break
        path = unescape(onward[1])
    back = re.search(r'rel="prev" href="([^"]+)"', text)

    assert len(seen) == len(set(seen)) > 24
    assert back is not None
    assert names(anyone.get(unescape(back[1])).text) == seen[: len(names(anyone.get("/servizi?come=home").text))]


def test_a_page_that_began_at_a_service_of_the_past_begins_anew(anyone: Browser) -> None:
    answer = anyone.get("/servizi?cosa=anziani&dopo=GONE-XX")

    assert (answer.status_code, answer.location) == (302, "/servizi?cosa=anziani")


def test_a_service_tells_its_provider_its_badge_and_where_it_reaches(anyone: Browser) -> None:
    text = unescape(anyone.get("/servizi/ADI-CR").text)

    assert "Coop. sociale Il Ponte Azzurro" in text
    assert "Qualificato" in text
    assert "fino al 1 giugno 2027" in text
    assert "Casalmaggiore" in text
    assert "I 113 Comuni" in text
    assert "23,00\xa0€" in text
    assert "1,10\xa0€ sono IVA" in text
    assert "Il regime IVA" in text


def test_the_vat_that_an_employer_adds_is_said_not_to_leave_the_wallet(anyone: Browser, counter: Counter) -> None:
    wanted = sa.select(ServicePriceRow.service_code).where(ServicePriceRow.vat_regime == "FORF").limit(1)
    code = database.transact(lambda session: session.scalar(wanted))

    assert "dal borsellino non esce altro" in unescape(anyone.get(f"/servizi/{code}").text)


def test_a_remote_service_reaches_every_territory(anyone: Browser) -> None:
    text = anyone.get("/servizi/PSI-MI").text

    assert "A distanza, in tutta Italia" in text
    assert 'href="/t/trapani"' in text


def test_whoever_is_not_known_is_led_through_the_door_and_back(anyone: Browser) -> None:
    text = anyone.get("/servizi/ADI-CR").text

    assert 'href="/entra?to=/servizi/ADI-CR"' in text
    led = str(anyone.get("/orientamento?servizio=ADI-CR").location)
    assert led.startswith("/entra?to=/orientamento?servizio%3DADI-CR")


def test_an_employee_sees_which_plans_may_pay_and_orders(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")

    assert "Anche con il tuo credito welfare" in giulia.get("/servizi?parole=assistenza+domiciliare").text
    text = giulia.get("/servizi/ADI-CR").text
    assert "Hai credito che lo comprende: Piano welfare." in text
    assert 'href="/io/ordina/ADI-CR"' in text


def test_for_whom_it_is_and_where_they_live_are_not_lost_on_the_way(counter: Counter) -> None:
    giulia, mother = browser_of(counter, "giulia"), kin(counter, "giulia", Kinship.PARENT, age=79)
    assert f'href="/servizi?chi={mother}&amp;vicino=1"' in giulia.get("/io").text

    near = giulia.get(f"/servizi?chi={mother}&vicino=1&cosa=anziani")
    assert unescape(unquote(near.location)) == f"/servizi?chi={mother}&cosa=anziani&dove=Cremona+(CR)"
    found = giulia.get(near.location).text
    assert f'href="/servizi/ADI-CR?per={mother}"' in found
    assert "Con il tuo credito, ma per ora non senza tasse" in found
    told = giulia.get(f"/servizi/ADI-CR?per={mother}").text
    assert "per ora non è senza tasse" in told
    assert f'href="/io/ordina/ADI-CR?per={mother}"' in told
    assert f'value="{mother}" checked' in giulia.get(f"/io/ordina/ADI-CR?per={mother}").text


def test_whoever_looks_for_somebody_unnamed_is_not_supposed_to_order_for_themselves(
    counter: Counter, anyone: Browser
) -> None:
    giulia, path = browser_of(counter, "giulia"), "/servizi?chi=anziano&cosa=anziani&dove=cremona"

    assert 'href="/servizi/ADI-CR?per=scegli"' in giulia.get(path).text
    assert 'href="/servizi/ADI-CR"' in anyone.get(path).text
    assert 'href="/io/ordina/ADI-CR?per=scegli"' in giulia.get("/servizi/ADI-CR?per=scegli").text
    chosen = giulia.get("/io/ordina/ADI-CR?per=scegli")
    assert (chosen.status_code, " checked" in chosen.text) == (200, False)
    assert 'value="me" required checked' in giulia.get("/io/ordina/ADI-CR").text


def test_where_a_relative_lives_comes_before_where_whoever_looks_does(counter: Counter) -> None:
    giulia, mother = browser_of(counter, "giulia"), kin(counter, "giulia", Kinship.PARENT, age=80)
    for lives, found in (("matera", "Matera (MT)"), ("Atlantide", "Cremona (CR)"), ("019035", "Crema (CR)")):
        page = f"/io/familiari/{mother}/correggi"
        database.transact(
            lambda session, lives=lives: session.execute(
                sa.update(Relative).where(Relative.relative_id == mother).values(comune=lives)
            )
        )
        assert giulia.get(page).status_code == 200
        assert unquote(giulia.get(f"/servizi?chi={mother}&vicino=1").location).endswith(
            f"dove={found.replace(' ', '+')}"
        )


def test_nobody_elses_relative_is_named_on_a_service(counter: Counter, anyone: Browser) -> None:
    stranger = kin(counter, "anna", Kinship.PARENT, age=70, book="E2")
    giulia = browser_of(counter, "giulia")

    for browser in (anyone, giulia):
        told = browser.get(f"/servizi/ADI-CR?per={stranger}")
        assert (told.status_code, f"ordina/ADI-CR?per={stranger}" in told.text) == (200, False)
    assert 'value="me" required checked' in giulia.get(f"/io/ordina/ADI-CR?per={stranger}").text


def test_credit_that_is_spent_pays_nothing(counter: Counter) -> None:
    def work(session: Session) -> None:
        employee_id = factories.employee(session, counter.books["E1"], first_name="Zero")
        appoint(session, counter, "zero", Role.EMPLOYEE, book_id=counter.books["E1"], employee_id=employee_id)

    database.transact(work)
    zero = browser_of(counter, "zero")

    assert "Oggi non hai credito che lo comprenda." in zero.get("/servizi/ADI-CR").text
    assert names(zero.get("/servizi?paga=credito&cosa=anziani").text) == []


def test_whoever_pays_with_their_own_money_is_told_how(anyone: Browser) -> None:
    told = anyone.get("/servizi/ADI-CR").text

    assert 'id="soldi-tuoi"' in told
    assert "prenota e paga da Coop. sociale Il Ponte Azzurro" in told


def test_how_many_there_are_is_told_and_not_how_many_are_on_a_page(anyone: Browser) -> None:
    first = anyone.get("/servizi?come=home").text
    after = re.search(r'rel="next" href="([^"]+)"', first)
    assert after is not None
    on = database.transact(
        lambda session: len(services.find(session, on=clock.today(), delivery=services.Delivery.HOME))
    )

    assert on > 24
    assert f"{on} servizi trovati" in first
    assert f"{on} servizi trovati" in anyone.get(unescape(after[1])).text
    assert "1 servizio trovato" in anyone.get("/servizi?come=home&parole=assistenza+domiciliare+cremona").text


def test_more_than_people_care_to_count_are_told_as_many(anyone: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST_COUNTED", 30)

    assert "Più di 30 servizi trovati: aggiungi un filtro." in anyone.get("/servizi").text


def test_near_is_nowhere_for_whoever_is_not_known(anyone: Browser) -> None:
    answer = anyone.get("/servizi?chi=anziano&vicino=1")

    assert (answer.status_code, answer.location) == (302, "/servizi?chi=anziano")


def test_what_credit_pays_is_what_an_employees_plans_pay(counter: Counter) -> None:
    assert names(browser_of(counter, "giulia").get("/servizi?paga=credito&cosa=anziani").text)
    assert names(browser_of(counter, "giulia").get("/servizi?paga=credito&cosa=previdenza").text) == []


def test_somebody_of_a_company_is_not_asked_to_order(counter: Counter) -> None:
    text = browser_of(counter, "hr").get("/servizi/ADI-CR").text

    assert "Ordina" not in text
    assert "/orientamento" not in text


def test_a_service_that_is_none_is_a_page_that_leads_on(anyone: Browser) -> None:
    answer = anyone.get("/servizi/NOPE")

    assert answer.status_code == 404
    assert "Torna all'inizio" in unescape(answer.text)


@pytest.mark.parametrize(
    "path", ["/servizi/%00", "/t/%00", "/servizi?dove=%00", "/servizi?dopo=%00", "/agevolazioni?parole=%00"]
)
def test_what_is_no_text_is_nowhere(anyone: Browser, path: str) -> None:
    assert anyone.get(path).status_code == 404


def test_a_territory_tells_its_services_providers_and_cards(anyone: Browser) -> None:
    text = unescape(anyone.get("/t/cremona").text)

    assert len(set(names(text))) == 6
    assert 'href="/servizi?territorio=cremona"' in text
    assert "Coop. sociale Il Ponte Azzurro" in text
    assert "Buono sociale caregiver" in text
    assert "Letta sulla pagina dell'ente il 12 novembre 2026" in text


def test_an_unknown_territory_is_a_page_that_leads_on(anyone: Browser) -> None:
    answer = anyone.get("/t/atlantide")

    assert answer.status_code == 404
    assert "atlantide" in answer.text


@pytest.fixture
def lodi() -> Iterator[None]:
    """A territory in which nobody works yet."""
    database.transact(lambda session: session.add(_lodi()))
    yield
    database.transact(lambda session: session.execute(sa.delete(TerritoryRow).where(TerritoryRow.code == "lodi")))


def _lodi() -> TerritoryRow:
    return TerritoryRow(
        code="lodi",
        name="Lodi",
        istat_code="098031",
        cadastral_code="E648",
        province="LO",
        region="Lombardia",
        nuts3_2021="ITC49",
        latitude=45.31,
        longitude=9.5,
    )


@pytest.mark.usefixtures("lodi")
def test_a_territory_without_services_leads_to_what_is_near(anyone: Browser) -> None:
    text = unescape(anyone.get("/t/lodi").text)

    assert "Qui la rete non ha ancora servizi" in text
    assert re.findall(r'href="/t/([a-z]+)">guardare', text)[0] == "milano"
    assert "come=remote" in text
    assert "ancora nessun servizio" in anyone.get("/").text


def test_allowances_are_looked_for_by_territory_words_and_day(anyone: Browser) -> None:
    every = anyone.get("/agevolazioni").text
    found = anyone.get("/agevolazioni?territorio=matera&parole=inps&aperte=y").text

    assert "Voucher conciliazione" in every
    assert "Voucher conciliazione" not in found
    assert "Home Care Premium" in found
    assert 'href="https://www.inps.it/"' in found
    assert anyone.get("/agevolazioni?territorio=atlantide").status_code == 422
    assert "Nessuna scheda" in anyone.get("/agevolazioni?parole=trapezista").text


def test_privacy_tells_every_kind_that_is_kept(anyone: Browser, counter: Counter) -> None:
    text = unescape(anyone.get("/privacy").text)

    assert "richieste di orientamento e risposte" in text
    assert "10 anni dalla fine del periodo" in text
    assert "requests for orientation and their answers" in browser_of(counter, language="en").get("/privacy").text


@pytest.fixture
def run_by_somebody(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A network whose people have said who they are."""
    monkeypatch.setenv("BORSELLINO_CONTROLLER", "Consorzio <Prova>, via della Prova 1, Cremona")
    monkeypatch.setenv("BORSELLINO_CONTACT", "aiuto@example.it")
    monkeypatch.setenv("BORSELLINO_DPO", "dpo@example.it")
    settings.load.cache_clear()
    yield
    monkeypatch.undo()
    settings.load.cache_clear()


@pytest.mark.usefixtures("run_by_somebody")
def test_who_runs_the_network_is_said_with_where_to_write(anyone: Browser) -> None:
    text = anyone.get("/privacy").text

    assert "Consorzio &lt;Prova&gt;, via della Prova 1, Cremona" in text
    assert 'href="mailto:dpo@example.it"' in text
    for path in ("/", "/privacy", "/accessibilita", "/entra", "/nowhere"):
        assert 'href="mailto:aiuto@example.it"' in anyone.get(path).text, path


def test_whoever_has_not_said_who_runs_the_network_is_told_so(anyone: Browser) -> None:
    text = unescape(anyone.get("/privacy").text)

    assert "non ha ancora scritto qui il suo nome" in text
    assert "garanteprivacy.it" in text
    assert "mailto:" not in text


@pytest.fixture
def crowded() -> Iterator[None]:
    """Two hundred services more, of Cremona's first provider."""
    codes = [f"MANY-{number}" for number in range(200)]

    def add(session: Session) -> None:
        for code in codes:
            session.add(
                ServiceRow(
                    code=code,
                    name=f"<script>alert({code})</script> Compagnia",
                    kind="authorization",
                    provider_code="P01",
                    territory_code="cremona",
                    unit="ora",
                    area="FAM",
                    need="anziani",
                    categories=["CARE"],
                    category_doubtful=False,
                    made_for="ANY",
                    delivery="home",
                    channels=["DIRECT"],
                )
            )
        session.flush()
        for code in codes:
            session.add(
                ServicePriceRow(
                    service_code=code,
                    valid_from=date(2026, 1, 1),
                    price_minor=1_000,
                    net_minor=1_000,
                    vat_minor=0,
                    vat_regime="E18",
                    recorded_at=clock.now(),
                )
            )

    database.transact(add)
    yield

    def remove(session: Session) -> None:
        session.execute(sa.delete(ServicePriceRow).where(ServicePriceRow.service_code.in_(codes)))
        session.execute(sa.delete(ServiceRow).where(ServiceRow.code.in_(codes)))

    database.transact(remove)


def counts(browser: Browser) -> list[int]:
    """How many statements each page that lists services takes."""
    told = []
    for path in ("/", "/servizi", "/servizi?dove=Cremona&chi=anziano", "/t/cremona", "/servizi/ADI-CR"):
        with statements() as noted:
            assert browser.get(path).status_code == 200
        told.append(len(noted))
    return told


@pytest.mark.parametrize("who", [None, "giulia"])
def test_more_services_take_no_more_statements(
    counter: Counter, who: str | None, request: pytest.FixtureRequest
) -> None:
    browser = browser_of(counter, who)
    counts(browser)
    before = counts(browser)
    request.getfixturevalue("crowded")

    # Fewer, where what is nearest fills a page by itself.
    assert all(after <= few for after, few in zip(counts(browser), before, strict=True))
    assert max(before) < 25


@pytest.mark.usefixtures("crowded")
def test_what_a_provider_calls_a_service_is_shown_as_text(anyone: Browser) -> None:
    for path in ("/servizi?parole=compagnia", "/servizi/MANY-1"):
        text = anyone.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text
