"""Story 12 over HTTP: a double click on "Conferma" is one purchase, and the first answer given again."""

from __future__ import annotations

from tests.api.counter import Counter

TALK = {"service": "PSI-CR", "quantity": 1}


def test_the_second_click_is_answered_with_the_first_ones_bytes(counter: Counter) -> None:
    giulia = counter.people["giulia"]
    before = counter.ask("giulia", "GET", f"/v1/wallets/{giulia}").get_json()["available_minor"]

    first = counter.ask("giulia", "POST", "/v1/authorizations", TALK, key="conferma-12")
    second = counter.ask("giulia", "POST", "/v1/authorizations", TALK, key='"conferma-12"')

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.headers["Location"] == second.headers["Location"]
    after = counter.ask("giulia", "GET", f"/v1/wallets/{giulia}").get_json()["available_minor"]
    assert before - after == first.get_json()["amount_minor"] == 5_500


def test_the_same_key_with_something_else_is_refused_and_nothing_bought(counter: Counter) -> None:
    counter.ask("giulia", "POST", "/v1/authorizations", TALK, key="conferma-13")

    other = counter.ask("giulia", "POST", "/v1/authorizations", TALK | {"quantity": 2}, key="conferma-13")
    colleague = counter.ask("mario", "POST", "/v1/authorizations", TALK, key="conferma-13")

    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    # A key is whoever's it is: a colleague's same one is another.
    assert (colleague.status_code, "Idempotency-Replayed" in colleague.headers) == (201, False)
