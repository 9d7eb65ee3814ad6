"""The family's pages: who is in it, what each declaration opens, and taking it back."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy.orm import Session

from config import clock, database
from plans import people
from plans.rulebook.words import Kinship
from plans.words import Fact
from tests import factories
from tests.api.counter import Counter
from tests.api.web.browser import Browser, browser_of, forms_of, text_of

NEW = {"kinship": "PARENT", "first_name": "Ada", "last_name": "Neri", "birth_date": "", "tax_code": "", "comune": ""}


def kin(counter: Counter, kinship: Kinship, name: str, *, who: str = "mario", born: date | None = None) -> str:
    book_id, employee_id = counter.books["E1"], counter.people[who]

    def work(session: object) -> str:
        code = people.employee(session, book_id, employee_id).tax_code  # type: ignore[arg-type]
        return factories.relative(session, book_id, code, kinship, first_name=name, birth_date=born)  # type: ignore[arg-type]

    return database.transact(work)


def card(browser: Browser, relative_id: str) -> str:
    """What the family's page says of one relative."""
    page = browser.get("/io/familiari").text
    return page[page.index(f'id="{relative_id}"') :].partition("</section>")[0]


def declare(browser: Browser, relative_id: str, fact: str, **told: str) -> str:
    """Declare something, and return where that is undone."""
    answer = browser.send(f"/io/familiari/{relative_id}/dichiara/{fact}", **told)
    assert answer.status_code == 302, text_of(answer)
    return undo_of(browser, answer.location)


def undo_of(browser: Browser, place: str) -> str:
    found = re.search(r'action="([^"]+)" class="undo"', browser.get(place).text)
    assert found is not None
    return found[1]


def press(browser: Browser, action: str) -> str:
    """Press a button of the family's page, and return where that leads."""
    token = forms_of(browser.get("/io/familiari"))["/esci"]["csrf_token"]
    answer = browser.post(action, {"csrf_token": token})
    assert answer.status_code == 302, text_of(answer)
    return answer.location


def test_somebody_is_added_and_what_is_open_for_them_is_said(counter: Counter) -> None:
    browser = browser_of(counter, "mario")
    answer = browser.send("/io/familiari/nuovo", **NEW | {"kinship": "CHILD", "first_name": "Nina"})

    assert answer.status_code == 302
    page = text_of(browser.get("/io/familiari"))
    assert "Nina ora è nella tua famiglia." in page
    assert "Nina Neri" in page
    assert "Già possibile senza tasse" in page
    assert "scuola e istruzione" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kinship": ""}, "Manca"),
        ({"kinship": "FRIEND"}, "kinship"),
        ({"first_name": " "}, "Manca"),
        ({"birth_date": "2199-01-01"}, "deve ancora venire"),
        ({"birth_date": "0001-01-01"}, "fra il 1900 e il 2199"),
        ({"birth_date": "1900-01-01"}, "troppo tempo fa"),
        ({"birth_date": "2026-01-01"}, "così di recente"),
        ({"kinship": "ZIO"}, "Scegli una delle voci"),
        ({"birth_date": "ieri"}, "birth_date"),
        ({"tax_code": "ABC"}, "tax_code"),
        ({"tax_code": "RSSMRA80A01H501U", "birth_date": "1981-01-01"}, "codice fiscale"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    counter: Counter, wrong: dict[str, str], said: str
) -> None:
    page = browser_of(counter, "mario").send("/io/familiari/nuovo", **NEW | {"last_name": "Verdebosco"} | wrong)

    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert said in page.text
    assert 'value="Verdebosco"' in page.text


def test_somebody_who_is_there_already_is_refused_in_words(counter: Counter) -> None:
    browser = browser_of(counter, "mario")
    twice = NEW | {"first_name": "Rita", "birth_date": "1950-01-01"}

    assert browser.send("/io/familiari/nuovo", **twice).status_code == 302
    again = browser.send("/io/familiari/nuovo", **twice)
    assert again.status_code == 409
    assert 'role="alert"' in again.text


def test_a_name_with_a_script_in_it_is_text(counter: Counter) -> None:
    browser = browser_of(counter, "mario")
    browser.send("/io/familiari/nuovo", **NEW | {"first_name": "<script>alert(1)</script>"})
    page = browser.get("/io/familiari")

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


def test_a_declaration_opens_what_the_page_said_and_is_undone_and_done_again(counter: Counter) -> None:
    relative_id = kin(counter, Kinship.PARENT, "Carla", born=date(1970, 1, 1))
    browser = browser_of(counter, "mario")
    before = card(browser, relative_id)
    assert "Per ora niente senza tasse" in before
    assert f"/io/familiari/{relative_id}/dichiara/COHABITATION" in before
    assert "insieme a «Vive con me»" in before

    undo = declare(browser, relative_id, "COHABITATION", since="2026-01-01")
    declared = card(browser, relative_id)
    assert "Già possibile senza tasse" in declared
    assert "vale dal 1 gennaio 2026, senza scadenza" in declared

    again = undo_of(browser, press(browser, undo))
    assert "Per ora niente senza tasse" in card(browser, relative_id)

    press(browser, again)
    assert "vale dal 1 gennaio 2026, senza scadenza" in card(browser, relative_id)


def test_an_address_that_somebody_made_up_offers_to_undo_nothing(counter: Counter) -> None:
    relative_id = kin(counter, Kinship.PARENT, "Zita")
    browser = browser_of(counter, "mario")
    undo = declare(browser, relative_id, "MAINTENANCE", year="2026")
    fact_id = undo.split("/")[-2]

    for forged in (f"undo={fact_id}&how=withdraw", "undo=", "undo=x.y.z"):
        assert 'class="undo"' not in browser.get(f"/io/familiari?{forged}").text


def test_a_certificate_opens_care_until_it_expires(counter: Counter) -> None:
    relative_id = kin(counter, Kinship.SPOUSE, "Pia", born=date(1980, 1, 1))
    browser = browser_of(counter, "mario")
    assert "assistenza" not in card(browser, relative_id).partition("Puoi dichiarare")[0]

    declare(browser, relative_id, "NOT_SELF_SUFFICIENT", until="2027-05-31", since="2026-01-01")

    declared = card(browser, relative_id)
    assert "vale fino al 31 maggio 2027" in declared
    assert "assistenza" in declared.partition("Hai dichiarato")[0]


def test_nothing_is_offered_for_a_tie_that_the_law_does_not_know(counter: Counter) -> None:
    told = card(browser_of(counter, "mario"), kin(counter, Kinship.OTHER, "Zoe"))

    assert "Per questo legame la legge non lo prevede." in told
    assert "/dichiara/" not in told


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        ("MAINTENANCE", {"year": ""}),
        ("MAINTENANCE", {"year": "1999"}),
        ("COHABITATION", {"since": ""}),
        ("COHABITATION", {"since": "2026-02-01", "until": "2026-01-01"}),
        ("NOT_SELF_SUFFICIENT", {"until": ""}),
    ],
)
def test_a_declaration_that_says_too_little_or_too_much_is_sent_back(
    counter: Counter, fact: str, told: dict[str, str]
) -> None:
    relative_id = kin(counter, Kinship.PARENT, "Ugo")
    page = browser_of(counter, "mario").send(f"/io/familiari/{relative_id}/dichiara/{fact}", **told)

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text


def test_what_payroll_declares_has_no_page_here(counter: Counter) -> None:
    relative_id = kin(counter, Kinship.PARENT, "Ivo")

    assert browser_of(counter, "mario").get(f"/io/familiari/{relative_id}/dichiara/EXTERNAL_FRINGE").status_code == 404


def test_anothers_relatives_and_declarations_are_not_found(counter: Counter) -> None:
    relative_id = kin(counter, Kinship.PARENT, "Lea")
    undo = declare(browser_of(counter, "mario"), relative_id, "COHABITATION", since="2026-01-01")
    anna = browser_of(counter, "anna")

    assert anna.get(f"/io/familiari/{relative_id}/dichiara/MAINTENANCE").status_code == 404
    token = forms_of(anna.get("/io/familiari"))["/esci"]["csrf_token"]
    assert anna.post(undo, {"csrf_token": token}).status_code == 404
    assert "Lea" not in anna.get("/io/familiari").text


def test_no_declaration_is_taken_back_without_the_pages_token(counter: Counter) -> None:
    relative_id = kin(counter, Kinship.PARENT, "Eva")
    browser = browser_of(counter, "mario")
    undo = declare(browser, relative_id, "COHABITATION", since="2026-01-01")

    assert browser.post(undo, {}).status_code == 400
    assert "vale dal 1 gennaio 2026" in card(browser, relative_id)


def test_a_child_who_is_declared_dependent_raises_the_limit_until_that_is_taken_back(counter: Counter) -> None:
    code = factories.tax_code(born=date(2015, 3, 3))
    browser = browser_of(counter, "mario")
    answer = browser.send("/io/familiari/nuovo", **NEW | {"kinship": "CHILD", "first_name": "Leo", "tax_code": code})
    relative_id = answer.location.partition("#")[2]
    assert 'max="100000"' in browser.get("/io").text

    undo = undo_of(browser, press(browser, f"/io/familiari/{relative_id}/figlio-a-carico"))
    assert "A tuo carico per il fisco nel 2026" in card(browser, relative_id)
    assert 'max="200000"' in browser.get("/io").text
    claimed = card(browser, relative_id)
    assert "abbonamenti ai mezzi pubblici" in claimed.partition("</p>")[2].partition("Puoi dichiarare")[0]
    assert "dichiara/DEPENDENCY" not in claimed
    assert claimed.count("per il fisco") == 2

    again = undo_of(browser, press(browser, undo))
    assert 'max="100000"' in browser.get("/io").text
    assert "abbonamenti ai mezzi pubblici" not in card(browser, relative_id)
    press(browser, again)
    assert "A tuo carico per il fisco nel 2026" in card(browser, relative_id)
    anna = browser_of(counter, "anna")
    token = forms_of(anna.get("/io/familiari"))["/esci"]["csrf_token"]
    assert anna.post(undo, {"csrf_token": token}).status_code == 404
    # The counter is every test's: it is left as it was.
    press(browser, f"/io/dichiarazioni/{_claim(browser, relative_id)}/ritira")


def test_a_child_declared_for_the_limit_alone_is_told_as_that_and_offered_the_rest(counter: Counter) -> None:
    born = date(2014, 3, 3)
    code, mario = factories.tax_code(born=born), counter.people["mario"]
    browser = browser_of(counter, "mario")
    answer = browser.send("/io/familiari/nuovo", **NEW | {"kinship": "CHILD", "first_name": "Mia", "tax_code": code})
    relative_id = answer.location.partition("#")[2]
    assert "Non hai dichiarato niente" in browser.get("/io/ordina/PSI-CR").text

    def work(session: Session) -> None:
        factories.declare(session, counter.books["E1"], mario, Fact.DEPENDENT_CHILD, year=2026, child=code)

    database.transact(work)

    told = card(browser, relative_id)
    assert "A tuo carico per il fisco nel 2026" in told
    assert "È a tuo carico: dillo anche per le sue spese" in told
    assert "È a mio carico per il fisco<" not in told
    whom = browser.get("/io/ordina/PSI-CR").text
    mia = whom[whom.index("<strong>Mia") :]
    assert "a tuo carico per il fisco" in mia[: mia.index("</small>")]
    press(browser, f"/io/dichiarazioni/{_claim(browser, relative_id)}/ritira")


def test_what_was_declared_before_by_itself_stays_when_a_claim_is_taken_back(counter: Counter) -> None:
    code = factories.tax_code(born=date(2013, 3, 3))
    browser = browser_of(counter, "mario")
    answer = browser.send("/io/familiari/nuovo", **NEW | {"kinship": "CHILD", "first_name": "Eva", "tax_code": code})
    relative_id = answer.location.partition("#")[2]
    declare(browser, relative_id, "DEPENDENCY", year="2026")
    with clock.at(clock.now() + timedelta(minutes=5)):
        undo = undo_of(browser, press(browser, f"/io/familiari/{relative_id}/figlio-a-carico"))
        press(browser, undo)

    told = card(browser, relative_id)
    assert "A tuo carico per il fisco nel 2026" not in told
    assert "È a mio carico per il fisco ·" in told
    press(browser, f"/io/familiari/{relative_id}/figlio-a-carico")
    ending = next(
        (action, fields) for action, fields in forms_of(browser.get("/io/familiari")).items() if "tutto" in fields
    )
    assert browser.post(*ending).status_code == 302
    assert "per il fisco ·" not in card(browser, relative_id)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("cremona", "Cremona"), ("SAMONE (tn)", "Samone (TN)"), ("agliè", "Agliè"), (" Cremona (CR) ", "Cremona")],
)
def test_a_municipality_is_kept_as_the_register_writes_it(counter: Counter, written: str, kept: str) -> None:
    browser = browser_of(counter, "mario")
    answer = browser.send("/io/familiari/nuovo", **NEW | {"first_name": f"Ida {written}", "comune": written})
    relative_id = answer.location.partition("#")[2]

    assert forms_of(browser.get(f"/io/familiari/{relative_id}/correggi"))[""]["comune"] == kept


@pytest.mark.parametrize(
    ("written", "said"), [("Cremna", "Nessun Comune"), ("Samone", "Samone (TN)"), ("Cremon", "Cremona (CR)")]
)
def test_a_municipality_that_may_be_none_or_several_is_asked_back(counter: Counter, written: str, said: str) -> None:
    page = browser_of(counter, "mario").send("/io/familiari/nuovo", **NEW | {"first_name": "Isa", "comune": written})

    assert (page.status_code, 'id="comune-error"' in page.text) == (422, True)
    assert said in page.text


def test_whoever_adds_somebody_on_the_way_to_an_order_goes_on_for_them(counter: Counter) -> None:
    browser = browser_of(counter, "mario")
    way = re.search(r'href="(/io/familiari/nuovo[^"]+)"', browser.get("/io/ordina/PSI-CR").text)
    assert way is not None

    answer = browser.send(unescape(way[1]), "", **NEW | {"first_name": "Ada", "tax_code": ""})

    assert (answer.status_code, "/io/ordina/PSI-CR?per=" in answer.location) == (302, True)
    assert "checked" in browser.get(answer.location).text.partition("<strong>Ada")[0].rpartition("<input")[2]


def _claim(browser: Browser, relative_id: str) -> str:
    found = re.search(r"/dichiarazioni/(\w+)/ritira", card(browser, relative_id))
    assert found is not None
    return found[1]


def test_a_child_who_cannot_be_one_is_refused_in_words(counter: Counter) -> None:
    browser = browser_of(counter, "mario")
    grown = NEW | {"kinship": "CHILD", "first_name": "Gino", "tax_code": factories.tax_code(born=date(1985, 3, 3))}
    relative_id = browser.send("/io/familiari/nuovo", **grown).location.partition("#")[2]
    token = forms_of(browser.get("/io/familiari"))["/esci"]["csrf_token"]

    refused = browser.post(f"/io/familiari/{relative_id}/figlio-a-carico", {"csrf_token": token})
    assert refused.status_code == 409
    assert "dice una nascita il" in refused.text


def test_what_the_core_says_of_a_field_is_a_sentence_of_its_own(counter: Counter) -> None:
    page = browser_of(counter, "mario").send("/io/familiari/nuovo", **NEW | {"tax_code": "RSSMRA80A01H501"})

    assert "Il codice fiscale ha 15 caratteri" in page.text


def test_what_was_typed_wrong_is_corrected_and_a_stale_page_is_told(counter: Counter) -> None:
    relative_id = kin(counter, Kinship.PARENT, "Fulvoi", born=date(1950, 1, 1))
    browser, path = browser_of(counter, "mario"), f"/io/familiari/{relative_id}/correggi"
    stale = browser.get(path)
    assert forms_of(stale)[""]["first_name"] == "Fulvoi"
    assert forms_of(stale)[""]["kinship"] == "PARENT"

    assert browser.send_on(stale, path, first_name="Fulvio", birth_date="1949-05-01").status_code == 302
    assert "Fulvio" in card(browser, relative_id)
    assert "1 maggio 1949" in card(browser, relative_id)

    late = browser.send_on(stale, path, last_name="Altrove")
    assert late.status_code == 409
    assert "Intanto questi dati sono cambiati" in late.text
    assert forms_of(late)[""]["last_name"] == "Altrove"
    assert browser.send_on(late, path, first_name="Fulvio").status_code == 302
    assert "Altrove" in card(browser, relative_id)
    assert browser_of(counter, "anna").get(path).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"first_name": ""}, {"kinship": ""}, {"birth_date": "2199-01-01"}, {"tax_code": "X"}]
)
def test_a_correction_that_says_too_little_or_wrong_is_sent_back(counter: Counter, wrong: dict[str, str]) -> None:
    relative_id = kin(counter, Kinship.PARENT, "Nilde")
    page = browser_of(counter, "mario").send(f"/io/familiari/{relative_id}/correggi", **wrong)

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text


def test_living_together_ends_on_a_day_and_goes_on_when_that_was_a_slip(counter: Counter) -> None:
    relative_id = kin(counter, Kinship.PARENT, "Olga", born=date(1970, 1, 1))
    browser = browser_of(counter, "mario")
    declare(browser, relative_id, "COHABITATION", since="2026-01-01")
    found = re.search(r'href="(/io/dichiarazioni/[^"]+/termina)"', card(browser, relative_id))
    assert found is not None

    early = browser.send(found[1], on="2025-12-01")
    assert early.status_code in (409, 422)
    assert 'role="alert"' in early.text
    answer = browser.send(found[1], on="2026-02-28")
    assert "28 febbraio 2026" not in card(browser, relative_id)
    assert "Per ora niente senza tasse" in card(browser, relative_id)

    press(browser, undo_of(browser, answer.location))
    told = card(browser, relative_id)
    assert told.count("vale dal 1 gennaio 2026, senza scadenza") == 1
    assert "Già possibile senza tasse" in told


def test_a_day_to_come_ends_it_then(counter: Counter) -> None:
    relative_id = kin(counter, Kinship.PARENT, "Irma", born=date(1970, 1, 1))
    browser = browser_of(counter, "mario")
    declare(browser, relative_id, "COHABITATION", since="2026-01-01")
    found = re.search(r'href="(/io/dichiarazioni/[^"]+/termina)"', card(browser, relative_id))
    assert found is not None

    browser.send(found[1], on="2026-06-30")

    assert "vale fino al 30 giugno 2026" in card(browser, relative_id)
    assert "Già possibile senza tasse" in card(browser, relative_id)


def test_what_has_no_end_of_its_own_is_not_given_one(counter: Counter) -> None:
    relative_id = kin(counter, Kinship.PARENT, "Elda")
    browser = browser_of(counter, "mario")
    undo = declare(browser, relative_id, "MAINTENANCE", year="2026")

    assert "/termina" not in card(browser, relative_id)
    assert browser.get(undo.replace("/ritira", "/termina")).status_code == 404


def test_what_one_declares_of_oneself_is_written_and_taken_back(counter: Counter) -> None:
    browser = browser_of(counter, "anna")
    assert browser.send("/io/dichiarazioni/NEW_HIRE", year="2025", amount="", distance_km="x").status_code == 422

    answer = browser.send("/io/dichiarazioni/NEW_HIRE", year="2025", amount="12.000,50", distance_km="140")
    assert answer.status_code == 302, text_of(answer)
    page = text_of(browser.get("/io/dichiarazioni"))
    assert "anno 2025" in page
    assert "140 km" in page
    assert "12.000,50" not in page
    undo = undo_of(browser, answer.location)
    other = browser_of(counter, "mario")
    theirs = forms_of(other.get("/io/dichiarazioni"))["/esci"]["csrf_token"]
    assert other.post(undo, {"csrf_token": theirs}).status_code == 404
    token = forms_of(browser.get("/io/dichiarazioni"))["/esci"]["csrf_token"]
    gone = browser.post(undo, {"csrf_token": token})
    assert "140 km" not in text_of(browser.get("/io/dichiarazioni"))
    again = undo_of(browser, gone.location)
    assert browser.post(again, {"csrf_token": token}).status_code == 302
    assert "140 km" in text_of(browser.get("/io/dichiarazioni"))


@pytest.mark.parametrize("fact", ["EXTERNAL_FRINGE", "DEPENDENT_CHILD", "COHABITATION", "x"])
def test_only_what_is_ones_own_to_say_is_declared_of_oneself(counter: Counter, fact: str) -> None:
    assert browser_of(counter, "anna").get(f"/io/dichiarazioni/{fact}").status_code == 404


def test_a_first_job_raises_what_may_go_to_a_pension_fund(counter: Counter) -> None:
    browser = browser_of(counter, "anna")

    assert browser.send("/io/dichiarazioni/FIRST_JOB_PENSION", year="2026").status_code == 302

    assert "Ho cominciato a lavorare dopo il 2006" in text_of(browser.get("/io/dichiarazioni")).partition("Puoi")[0]
