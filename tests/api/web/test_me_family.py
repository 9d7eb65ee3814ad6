"""The family's pages: who is in it, what each declaration opens, and taking it back."""

from __future__ import annotations

import re
from datetime import date

import pytest

from config import database
from plans import people
from plans.rulebook.words import Kinship
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
    assert "A carico nel 2026" in card(browser, relative_id)
    assert 'max="200000"' in browser.get("/io").text

    again = undo_of(browser, press(browser, undo))
    assert 'max="100000"' in browser.get("/io").text
    press(browser, again)
    assert "A carico nel 2026" in card(browser, relative_id)
    anna = browser_of(counter, "anna")
    token = forms_of(anna.get("/io/familiari"))["/esci"]["csrf_token"]
    assert anna.post(undo, {"csrf_token": token}).status_code == 404
    # The counter is every test's: it is left as it was.
    press(browser, f"/io/familiari/dichiarazioni/{_claim(browser, relative_id)}/ritira")


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
