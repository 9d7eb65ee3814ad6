"""The identities that somebody signs in with: one's own are listed, and let go of as long as another way in is left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from api.access import audit, cookies
from tests.api.access.door import PASSWORD, Browser, Door
from tests.api.access.test_oidc import Issuer, issuer, running, sign_in

__all__ = ["issuer", "running"]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
PATH = "/v1/me/identities"


@pytest.fixture(autouse=True)
def nobody_is_linked(door: Door) -> None:
    door.run("delete from linked_identity")


def through(door: Door, issuer: Issuer, name: str) -> Browser:
    """The browser of somebody who came in with an identity, and has no password."""
    issuer.knows(f"of {name}", email=f"{name}@example.it", email_verified=True)
    browser = door.browser()
    assert sign_in(browser, issuer, f"of {name}").status_code == 302
    return browser


def link(door: Door, name: str, address: str, identity_id: str) -> str:
    """An identity of somebody at a provider."""
    door.run(
        "insert into linked_identity (issuer, subject, identity_id, member_id, linked_at)"
        " values (:issuer, 'TINIT-RSSMRA80A01H501U', :id, :member, ledger_now())",
        issuer=address,
        id=identity_id,
        member=door.member_id(name),
    )
    return identity_id


def listed(browser: Browser) -> list[str]:
    return [one["id"] for one in browser.ask("GET", PATH).get_json()["data"]]


def test_one_reads_ones_own_and_nothing_of_what_the_provider_calls_one(door: Door) -> None:
    old, new = (link(door, "giulia", f"https://{name}.example.it", f"idn_{name}") for name in ("a", "b"))
    link(door, "mario", "https://c.example.it", "idn_c")
    browser = door.signed_in("giulia")

    page = browser.ask("GET", PATH).get_json()["data"]
    first = browser.ask("GET", f"{PATH}?limit=1").get_json()

    assert [one["id"] for one in page] == [new, old]
    assert page[0].keys() == {"id", "issuer", "linked_at", "usable"}
    assert (page[0]["issuer"], page[0]["usable"]) == ("https://b.example.it", False)
    assert (len(first["data"]), first["has_more"]) == (1, True)
    # Who sees every member at the door sees their own here too.
    assert listed(door.signed_in("operator")) == []


def test_who_has_a_password_lets_go_of_an_identity_and_comes_back_with_it(door: Door, issuer: Issuer) -> None:
    browser = through(door, issuer, "giulia")
    door.with_password("giulia")
    (identity_id,) = listed(browser)

    answer = browser.ask("DELETE", f"{PATH}/{identity_id}")
    again = browser.ask("DELETE", f"{PATH}/{identity_id}")

    assert answer.status_code == 204
    assert (again.status_code, again.get_json()["code"]) == (404, "identity_not_found")
    assert listed(browser) == []
    (row,) = door.trail(action="identities:unlink", target=identity_id)
    assert (row.member_id, row.outcome) == (door.member_id("giulia"), "done")
    (anew,) = listed(through(door, issuer, "giulia"))
    assert anew != identity_id
    assert door.trail(action="identities:link", target=anew)


def test_the_last_way_in_is_kept_until_there_is_a_password(door: Door, issuer: Issuer) -> None:
    browser = through(door, issuer, "giulia")
    (identity_id,) = listed(browser)
    # At a provider that nobody is sent to any more it is no way in.
    other = link(door, "giulia", "https://yesterday.example.it", "idn_other")

    refused = browser.ask("DELETE", f"{PATH}/{identity_id}")
    old = browser.ask("DELETE", f"{PATH}/{other}")
    email = "giulia@example.it"
    browser.post("/v1/passwords/reset", {"email": email})
    secret = door.secret_of(door.letter(email, "password_reset")["link"])
    assert browser.post("/v1/passwords/new", {"token": secret, "password": PASSWORD}).status_code == 204
    browser = through(door, issuer, "giulia")
    taken = browser.ask("DELETE", f"{PATH}/{identity_id}")

    assert (refused.status_code, refused.get_json()["code"]) == (409, "last_way_in")
    assert [old.status_code, taken.status_code] == [204, 204]


def test_what_is_anothers_is_not_found(door: Door) -> None:
    theirs = link(door, "mario", "https://a.example.it", "idn_mario")

    for who in ("giulia", "operator"):
        answer = door.signed_in(who).ask("DELETE", f"{PATH}/{theirs}")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "identity_not_found")
    assert door.rows("select 1 from linked_identity where identity_id = :id", id=theirs)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_programs_token_is_not_enough(door: Door, method: str) -> None:
    path = PATH if method == "GET" else f"{PATH}/{link(door, 'giulia', 'https://a.example.it', 'idn_own')}"

    answer = door.counter.ask("giulia", method, path)

    assert (answer.status_code, answer.get_json()["code"]) == (403, "session_needed")


def test_of_two_that_go_at_once_one_stays(door: Door, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would leave the other as the way in."""
    browser = through(door, issuer, "giulia")
    link(door, "giulia", issuer.address + "/", "idn_second")
    secret = browser.client.get_cookie(cookies.name(cookies.SESSION))
    both, write = Barrier(2, timeout=1), audit.write
    assert secret is not None

    def meeting(*args: Any, **kwargs: Any) -> None:
        # Who waits for the other one's lock does not come here: then the first goes on alone.
        with suppress(BrokenBarrierError):
            both.wait()
        write(*args, **kwargs)

    def ask(identity_id: str) -> int:
        other = Browser(door.counter.app.test_client(), "198.51.100.200")
        other.client.set_cookie(secret.key, secret.value)
        return other.ask("DELETE", f"{PATH}/{identity_id}").status_code

    every = listed(browser)
    monkeypatch.setattr(audit, "write", meeting)
    with ThreadPoolExecutor(2) as threads:
        done = [threads.submit(copy_context().run, ask, one) for one in every]
        answers = sorted(one.result() for one in done)

    assert answers == [204, 409]
    assert len(listed(browser)) == 1
