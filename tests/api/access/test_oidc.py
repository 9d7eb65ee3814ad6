"""Signing in with an identity provider: a real one on loopback, asked over real HTTP."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from werkzeug.test import TestResponse

from api.access import oidc
from api.access.roles import Role
from config import database, settings
from tests import factories
from tests.api.access.door import Browser, Door
from tests.api.counter import appoint

with warnings.catch_warnings():
    # The provider stands on parts of its library that will go; it is not ours to mend.
    warnings.simplefilter("ignore")
    from oidc_provider_mock import run_server_in_thread

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Issuer:
    """The provider: people sign in there, and come back with a code."""

    def __init__(self, address: str) -> None:
        self.address = address

    def knows(self, subject: str, **claims: object) -> None:
        answer = requests.put(f"{self.address}/users/{subject}", json=claims, timeout=5)
        assert answer.ok, answer.text

    def vouches(self, where: str, subject: str) -> str:
        """Sign in at the provider, and return where it sends the browser."""
        answer = requests.post(where, data={"sub": subject}, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


@pytest.fixture(scope="module")
def running() -> Iterator[Issuer]:
    with run_server_in_thread(require_nonce=True) as server:
        yield Issuer(f"http://localhost:{server.server_port}")


@pytest.fixture
def issuer(running: Issuer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    monkeypatch.setenv("BORSELLINO_OIDC_ISSUER", running.address)
    monkeypatch.setenv("BORSELLINO_OIDC_CLIENT_ID", "borsellino")
    monkeypatch.setenv("BORSELLINO_OIDC_CLIENT_SECRET", "a secret of ours")
    monkeypatch.setenv("BORSELLINO_OIDC_TAX_CODE_CLAIM", "fiscal_number")
    settings.load.cache_clear()
    yield running
    monkeypatch.undo()
    settings.load.cache_clear()
    oidc._made.cache_clear()


def leave(browser: Browser) -> str:
    answer = browser.ask("GET", "/v1/sessions/oidc")
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(browser: Browser, address: str) -> TestResponse:
    found = urlsplit(address)
    return browser.ask("GET", f"{found.path}?{found.query}", Sec_Fetch_Site="cross-site")


def sign_in(browser: Browser, issuer: Issuer, subject: str) -> TestResponse:
    return come_back(browser, issuer.vouches(leave(browser), subject))


def test_who_has_a_vouched_address_is_let_in_and_known_from_then_on(door: Door, issuer: Issuer) -> None:
    issuer.knows("s-giulia", email="giulia@example.it", email_verified=True)
    browser = door.browser()

    answer = sign_in(browser, issuer, "s-giulia")
    issuer.knows("s-giulia", email="another@example.it", email_verified=True)
    again = sign_in(door.browser(), issuer, "s-giulia")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/v1/me")
    assert browser.ask("GET", "/v1/me").get_json()["name"] == "Giulia"
    assert again.status_code == 302
    assert [row.action for row in door.trail(member_id=door.member_id("giulia"))][-3:] == [
        "identities:link",
        "sessions:create",
        "sessions:create",
    ]


def test_what_is_asked_has_proof_of_the_code_a_nonce_and_a_state(door: Door, issuer: Issuer) -> None:
    where = urlsplit(leave(door.browser()))
    asked = parse_qs(where.query)

    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/v1/sessions/oidc/callback"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "mario@example.it"},
        {"email": "mario@example.it", "email_verified": False},
        {"email": "mario@example.it", "email_verified": "true"},
        {"email": "nobody@example.it", "email_verified": True},
        {},
    ],
)
def test_an_address_that_is_not_vouched_for_or_unknown_lets_nobody_in(
    door: Door, issuer: Issuer, claims: dict[str, object]
) -> None:
    issuer.knows(f"s-{len(claims)}-{claims.get('email_verified')}", **claims)
    browser = door.browser()

    answer = sign_in(browser, issuer, f"s-{len(claims)}-{claims.get('email_verified')}")

    assert (answer.status_code, answer.get_json()["code"]) == (403, "identity_unknown")
    assert browser.ask("GET", "/v1/me").status_code == 401


def test_an_answer_is_good_in_the_browser_that_asked_and_once(door: Door, issuer: Issuer) -> None:
    issuer.knows("s-anna", email="anna@example.it", email_verified=True)
    browser, victim = door.browser(), door.browser()
    answer_for_browser = issuer.vouches(leave(browser), "s-anna")
    leave(victim)

    planted = come_back(victim, answer_for_browser)
    unasked = come_back(door.browser(), answer_for_browser)
    right = come_back(browser, answer_for_browser)
    again = come_back(browser, answer_for_browser)

    assert [one.status_code for one in (planted, unasked, right, again)] == [401, 401, 302, 401]
    assert victim.ask("GET", "/v1/me").status_code == 401


def test_another_state_or_code_lets_nobody_in(door: Door, issuer: Issuer) -> None:
    issuer.knows("s-anna", email="anna@example.it", email_verified=True)
    for name in ("state", "code"):
        browser = door.browser()
        back = urlsplit(issuer.vouches(leave(browser), "s-anna"))
        said = {key: values[0] for key, values in parse_qs(back.query).items()} | {name: "x" * 20}

        answer = browser.client.get(back.path, query_string=said)

        assert (answer.status_code, answer.get_json()["code"]) == (401, "sign_in_refused")


def test_the_provider_says_no(door: Door, issuer: Issuer) -> None:
    browser = door.browser()
    leave(browser)

    answer = browser.ask("GET", "/v1/sessions/oidc/callback?error=access_denied&state=x")

    assert (answer.status_code, answer.get_json()["code"]) == (401, "sign_in_refused")


def test_nothing_of_the_request_says_where_the_browser_goes(door: Door, issuer: Issuer) -> None:
    issuer.knows("s-anna", email="anna@example.it", email_verified=True)
    browser = door.browser()
    back = issuer.vouches(leave(browser), "s-anna")

    answer = come_back(browser, f"{back}&next=https://evil.example&redirect_uri=https://evil.example")

    assert answer.headers["Location"] == "/v1/me"


def test_signing_in_gives_another_secret_than_the_browser_came_with(door: Door, issuer: Issuer) -> None:
    issuer.knows("s-anna", email="anna@example.it", email_verified=True)
    browser = door.browser()
    browser.client.set_cookie("borsellino", "planted")

    sign_in(browser, issuer, "s-anna")

    cookie = browser.client.get_cookie("borsellino")
    assert cookie is not None
    assert cookie.value.startswith("brsl_")
    assert browser.client.get_cookie("borsellino_oidc") is None


@pytest.fixture
def rosa(door: Door) -> str:
    """A worker who is a member with another address than the provider's; returns their codice fiscale."""
    counter, code = door.counter, factories.tax_code()
    book_id = counter.books["E2"]
    employee_id = database.transact(lambda s: factories.employee(s, book_id, tax_code=code))
    database.transact(
        lambda s: appoint(s, counter, f"rosa{code}", Role.EMPLOYEE, book_id=book_id, employee_id=employee_id)
    )
    return code


def test_a_codice_fiscale_finds_its_person_exactly(door: Door, issuer: Issuer, rosa: str) -> None:
    issuer.knows(f"spid-{rosa}", fiscal_number=f"TINIT-{rosa}")
    issuer.knows(f"other-{rosa}", fiscal_number=f"TINIT-{rosa[:-1]}")
    browser = door.browser()

    found = sign_in(browser, issuer, f"spid-{rosa}")
    other = sign_in(door.browser(), issuer, f"other-{rosa}")

    assert (found.status_code, other.status_code) == (302, 403)
    assert browser.ask("GET", "/v1/me").get_json()["email"] == f"rosa{rosa}@example.it"


def test_without_the_setting_a_codice_fiscale_finds_nobody(
    door: Door, issuer: Issuer, rosa: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BORSELLINO_OIDC_TAX_CODE_CLAIM")
    settings.load.cache_clear()
    issuer.knows(f"spid-{rosa}", fiscal_number=f"TINIT-{rosa}")

    assert sign_in(door.browser(), issuer, f"spid-{rosa}").status_code == 403


def test_a_couples_mailbox_does_not_open_the_others_wallet(door: Door, issuer: Issuer, rosa: str) -> None:
    spouse = factories.tax_code()
    issuer.knows(f"spouse-{rosa}", fiscal_number=spouse, email=f"rosa{rosa}@example.it", email_verified=True)

    assert sign_in(door.browser(), issuer, f"spouse-{rosa}").status_code == 403


def test_a_member_is_one_person_at_a_provider(door: Door, issuer: Issuer) -> None:
    for subject in ("first-hr", "second-hr"):
        issuer.knows(subject, email="hr@example.it", email_verified=True)

    answers = [sign_in(door.browser(), issuer, subject).status_code for subject in ("first-hr", "second-hr")]

    assert answers == [302, 403]


def test_without_a_provider_there_is_nothing_to_find(door: Door) -> None:
    for path in ("/v1/sessions/oidc", "/v1/sessions/oidc/callback?state=x&code=y"):
        answer = door.browser().ask("GET", path)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "identity_provider_not_found")


def test_a_provider_that_does_not_answer_is_said_so(
    door: Door, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BORSELLINO_OIDC_ISSUER", "http://127.0.0.1:9")
    settings.load.cache_clear()

    answer = door.browser().ask("GET", "/v1/sessions/oidc")

    assert (answer.status_code, answer.get_json()["code"]) == (503, "identity_provider_unavailable")


def test_who_answers_for_another_issuer_is_not_believed(
    door: Door, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same server by another name: what it publishes names itself otherwise.
    other = f"{issuer.address}/oidc/.."
    assert requests.get(f"{other}/.well-known/openid-configuration", timeout=5).ok
    monkeypatch.setenv("BORSELLINO_OIDC_ISSUER", other)
    settings.load.cache_clear()

    assert door.browser().ask("GET", "/v1/sessions/oidc").status_code == 503
