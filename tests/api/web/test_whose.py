"""A form is good for whom it was drawn for: not for another person, another role, or another one acted for."""

from __future__ import annotations

from html import unescape

import pytest

from api.access import cookies, members
from api.web import forms
from config import database
from tests.api.counter import Counter
from tests.api.web.browser import Browser, browser_of, forms_of, session_of, text_of

CONFIRM = "/io/ordina/PSI-CR/conferma"
ASKED = f"{CONFIRM}?per=me&quante=1"


def become(browser: Browser, who: str | None) -> None:
    """Let somebody else sign in, or nobody be signed in, in the same browser."""
    if who is None:
        browser.client.delete_cookie(cookies.SESSION)
    else:
        browser.client.set_cookie(cookies.SESSION, session_of(who))


def member(who: str) -> str:
    """The id of somebody of the counter."""
    found = database.transact(lambda session: members.by_email(session, f"{who}@example.it"))
    assert found is not None
    return found.member_id


def available(counter: Counter, who: str) -> int:
    """What somebody may spend."""
    return int(counter.ask(who, "GET", "/v1/wallets/mine").get_json()["available_minor"])


def test_an_order_that_one_person_looked_at_is_not_paid_by_the_next_in_the_same_browser(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    drawn = forms_of(giulia.get(ASKED))[CONFIRM]
    before = available(counter, "giulia"), available(counter, "mario")

    become(giulia, "mario")
    answer = giulia.post(CONFIRM, drawn)

    assert answer.status_code == 400
    assert "di un'altra persona" in unescape(text_of(answer))
    assert (available(counter, "giulia"), available(counter, "mario")) == before


def test_whoever_comes_back_sends_what_stands_in_another_tab(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    ask = "/orientamento"
    drawn = forms_of(giulia.get(ask))[ask] | {"testo": "Chi aiuta mio padre a fare la spesa?"}

    become(giulia, "mario")
    giulia.get(ask)
    become(giulia, "giulia")

    assert giulia.post(ask, drawn).status_code == 302


def test_an_order_looked_at_for_one_person_is_not_made_for_another(counter: Counter) -> None:
    marta = browser_of(counter, "marta")
    page = "/wm/persona/ordina/PSI-CR"

    def act(who: str) -> None:
        begin = f"/wm/persone/{counter.people[who]}/agisci"
        assert marta.post(begin, {"csrf_token": token()}).status_code == 302

    def token() -> str:
        return next(iter(forms_of(marta.get("/wm/persone")).values()))["csrf_token"]

    act("giulia")
    looked = forms_of(marta.send(page, page, quantity="1", relative=""))[page]
    before = available(counter, "giulia"), available(counter, "mario")
    act("mario")

    answer = marta.post(page, looked)

    assert answer.status_code == 400
    assert (available(counter, "giulia"), available(counter, "mario")) == before


def test_what_one_person_wrote_is_not_shown_to_the_next(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    ask = "/orientamento"
    drawn = forms_of(giulia.get(ask))[ask] | {"testo": "Il nome di mia madre"}
    become(giulia, None)
    late = giulia.post(ask, drawn)

    assert late.status_code == 401
    kept = forms_of(late)["/entra/riprendi"]["kept"]
    with counter.app.test_request_context():
        assert forms.carried(kept, member("mario")) is None
        assert forms.carried(kept, member("giulia")) is not None


@pytest.mark.parametrize(
    "path", ["/servizi?chi=%20", "/servizi?come=%20", "/servizi?dove=Cremona&entro=%20", "/servizi?territorio=%20"]
)
def test_a_choice_of_blanks_is_none(counter: Counter, path: str) -> None:
    assert browser_of(counter, None).get(path).status_code == 200


@pytest.mark.parametrize("to", ["/a%0D%0Ab", "//example.org", "https://example.org", "//[", "/%5Cexample.org"])
def test_nobody_is_sent_elsewhere(counter: Counter, to: str) -> None:
    answer = browser_of(counter, None).get(f"/lingua/en?to={to}")

    assert (answer.status_code, answer.location) == (302, "/")


def test_an_address_that_is_too_long_is_told_in_words(counter: Counter) -> None:
    answer = browser_of(counter, None).get("/servizi?dove=" + "x" * 5_000)

    assert answer.status_code == 414
    assert "troppo lungo" in text_of(answer)
