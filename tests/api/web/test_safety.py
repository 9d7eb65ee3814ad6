"""What every page keeps to, whatever it is about: its address, its headers, its cookies and its forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from api.running import headers
from config import clock
from tests.api.counter import Counter
from tests.api.v1.conftest import NOON
from tests.api.web.browser import browser_of, every_form
from tests.pages.walking import PEOPLE, walk

_HOLE = re.compile(r"<(?:any\('(?P<first>[^']+)'[^>]*\):|(?P<kind>[^>]*):)?[^>]+>")
# Written into a page, where the policy would not let it run and no page of ours has it.
_INSIDE = re.compile(r"<script(?! src=\"/static/)[^>]*>|<style|\s(?:style|on[a-z]+)=[\"']|javascript:", re.IGNORECASE)
TILL = "/fornitore/riscatta"


class Walked:
    """What somebody was answered at every page that they may open, and at some that they may not."""

    def __init__(self, counter: Counter, who: str | None) -> None:
        self.browser = browser_of(counter, who)
        self.answers: dict[str, TestResponse] = {}
        self.pages = list(walk(counter.app.url_map, self._get))

    def _get(self, path: str) -> TestResponse:
        self.answers[path] = self.browser.get(path)
        return self.answers[path]


@pytest.fixture(scope="module", params=PEOPLE)
def walked(furnished: Counter, request: pytest.FixtureRequest) -> Walked:
    with clock.at(NOON):
        found = Walked(furnished, request.param)
        for path in ("/nowhere", "/servizi/NOPE", "/t/%00", "/fornitore", "/rete"):
            found.answers.setdefault(path, found.browser.get(path))
    assert len(found.pages) > 5
    return found


def rules(counter: Counter, method: str) -> Iterator[Rule]:
    """The rules of the pages that answer to a method."""
    for rule in counter.app.url_map.iter_rules():
        if rule.endpoint.startswith("web_") and method in (rule.methods or ()):
            yield rule


def address(rule: Rule, hole: str = "x") -> str:
    """An address of a rule, with something in its holes."""
    return _HOLE.sub(lambda found: found["first"] or ("1" if found["kind"] == "int" else hole), rule.rule)


@pytest.mark.parametrize("who", [None, "giulia"])
def test_no_address_that_is_no_text_leads_anywhere(counter: Counter, who: str | None) -> None:
    browser = browser_of(counter, who)
    for rule in rules(counter, "GET"):
        assert browser.get(f"{address(rule)}?x=%00").status_code == 404, rule
        if "%00" in address(rule, "%00"):
            assert browser.get(address(rule, "%00")).status_code == 404, rule
    for rule in rules(counter, "POST"):
        if "%00" in address(rule, "%00"):
            assert browser.post(address(rule, "%00"), {}).status_code == 404, rule


def test_every_answer_tells_browsers_and_caches_how_little_they_may(walked: Walked) -> None:
    for path, answer in walked.answers.items():
        told = headers.HEADERS | {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
        if path.startswith(TILL):
            # The one room that looks through a camera.
            told["Permissions-Policy"] = told["Permissions-Policy"].replace("camera=()", "camera=(self)")
        if answer.mimetype != "text/html":
            told = {"X-Content-Type-Options": "nosniff"}
        assert {name: answer.headers.get(name) for name in told} == told, path
        assert "public" not in answer.headers["Cache-Control"], path
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert "HttpOnly" in cookie, path
            assert "SameSite=Lax" in cookie, path


def test_no_page_has_a_script_or_a_style_written_into_it(walked: Walked) -> None:
    for path, answer in walked.answers.items():
        if answer.mimetype == "text/html":
            assert _INSIDE.findall(answer.text) == [], path


def test_every_form_of_every_page_bears_a_token_and_is_refused_without_it(counter: Counter, walked: Walked) -> None:
    seen = set()
    for path in walked.pages:
        for form in every_form(walked.answers[path]):
            there = form.action or path
            assert urlsplit(there).netloc == "", (path, there)
            if form.method == "get":
                # What stands in an address is sent on, and kept by whoever keeps addresses.
                assert "csrf_token" not in form.fields, (path, there)
                continue
            bare = {name: value for name, value in form.fields.items() if not name.endswith("csrf_token")}
            assert len(bare) < len(form.fields), (path, there)
            if there not in seen:
                seen.add(there)
                assert walked.browser.post(there, bare).status_code == 400, (path, there)
    assert seen


@pytest.mark.parametrize("who", [None, "hr"])
def test_no_rule_takes_what_bears_no_good_token(counter: Counter, who: str | None) -> None:
    browser = browser_of(counter, who)
    for rule in rules(counter, "POST"):
        answer = browser.post(address(rule), {"csrf_token": "stale"})
        to_the_door = who is None and answer.status_code == 302 and (answer.location or "").startswith("/entra")
        assert to_the_door or answer.status_code == 400, rule


def test_nobody_is_led_to_the_host_that_a_request_names(counter: Counter) -> None:
    for who in (None, "giulia"):
        browser = browser_of(counter, who)
        for path in ("/", "/io", "/entra", "/servizi", "/nowhere", "/lingua/en?to=/servizi", "/notifications"):
            answer = browser.get(path, base_url="http://evil.example")
            assert "evil.example" not in answer.text, path
            assert "evil.example" not in answer.headers.get("Location", ""), path


def test_no_rule_of_the_pages_changes_anything_but_by_a_form(counter: Counter) -> None:
    found = [rule.methods or () for rule in counter.app.url_map.iter_rules() if rule.endpoint.startswith("web_")]

    assert {method for methods in found for method in methods} == {"GET", "HEAD", "OPTIONS", "POST"}
