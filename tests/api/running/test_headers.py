"""What every answer tells browsers and caches."""

from __future__ import annotations

import re

from api.running import page
from tests.api.counter import Counter

EXPECTED = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def test_every_answer_has_its_headers(counter: Counter) -> None:
    for path in ("/v1/authorizations/aut_x", "/nowhere", "/docs/", "/docs/openapi.json", "/healthz"):
        answer = counter.client.get(path)

        assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED, path
        assert "Accept-Language" in answer.headers["Vary"]
        assert answer.headers["Request-Id"].startswith("req_")


def test_nothing_of_anybody_is_kept_by_caches(counter: Counter) -> None:
    made = counter.buy()

    answer = counter.ask("giulia", "GET", f"/v1/authorizations/{made['id']}")

    assert answer.headers["Cache-Control"] in ("no-store", "private, no-cache")
    assert ("ETag" in answer.headers) == (answer.headers["Cache-Control"] == "private, no-cache")


def test_the_page_has_nothing_written_into_it_and_nothing_from_elsewhere(counter: Counter) -> None:
    text = counter.client.get("/docs/").text

    assert not re.search(r"<style|style=|\son\w+=|<script>|//", text.replace("<!doctype", ""))
    for name in re.findall(r'(?:src|href)="([^"]+)"', text):
        with counter.client.get(f"/docs/{name}") as answer:
            assert answer.status_code == 200, name


def test_the_page_shows_the_document_and_asks_nobody_else(counter: Counter) -> None:
    beginning = counter.client.get("/docs/init.js")

    assert beginning.mimetype == "text/javascript"
    assert "validatorUrl: null" in beginning.text
    assert "http" not in beginning.text
    assert counter.client.get("/docs/swagger-ui.js").status_code == 404
    assert (page._ASSETS / "swagger-ui-bundle.js").exists()


def test_what_has_a_version_is_asked_about_and_edited_by_it(counter: Counter) -> None:
    path = "/v1/acceptances/terms/P04"
    first = counter.ask("p04", "GET", path)
    tag = first.headers["ETag"]

    same = counter.ask("p04", "GET", path, If_None_Match=tag)
    other = counter.ask("p04", "GET", path, If_None_Match='"another"')
    blind = counter.ask("marta", "PUT", path, {"hours": 24})
    stale = counter.ask("marta", "PUT", path, {"hours": 24}, If_Match='"another"')

    assert first.headers["Cache-Control"] == "private, no-cache"
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", tag)
    assert other.status_code == 200
    assert [(answer.status_code, answer.get_json()["code"]) for answer in (blind, stale)] == [
        (428, "precondition_required"),
        (412, "precondition_failed"),
    ]
