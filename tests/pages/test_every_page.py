"""Every page of every role: no barrier that axe knows, nothing from elsewhere, nothing cut off, light and silent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request

from api.access import cookies
from api.web import words
from tests.api.web.browser import session_of
from tests.pages.conftest import Place
from tests.pages.site import PATIENCE_MS
from tests.pages.walking import PEOPLE, own_pages

MOST_BYTES = 400_000
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_AXE = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}
# What is known and waits to be mended: the rules of axe, by page. It only gets shorter.
KNOWN: Mapping[str, frozenset[str]] = {}


@dataclass(frozen=True, slots=True)
class Way:
    """A way to look at a page; the four hold every pair of their choices."""

    width: int
    language: str
    scripts: bool


# A page is looked at in two of them, with and without scripts, narrow and wide; the next page in the other two.
WAYS = (
    (Way(1200, "it", True), Way(360, "it", False)),
    (Way(360, "en", True), Way(1200, "en", False)),
)


@contextmanager
def looked_at(place: Place, secret: str | None, way: Way) -> Iterator[Page]:
    """A page of a browser that has seen nothing yet."""
    context = place.browser.new_context(
        viewport={"width": way.width, "height": 800}, java_script_enabled=way.scripts, base_url=place.address
    )
    context.set_default_timeout(PATIENCE_MS)
    given = {words.COOKIE: way.language} | ({} if secret is None else {cookies.SESSION: secret})
    context.add_cookies([{"name": name, "value": value, "url": place.address} for name, value in given.items()])
    try:
        yield context.new_page()
    finally:
        context.close()


def barriers(page: Page, path: str) -> Iterator[str]:
    """What axe has against a page, but for what is known."""
    for violation in Axe().run(page, options=_AXE).response["violations"]:
        if violation["id"] not in KNOWN.get(path, ()):
            yield f"{violation['id']}: {[node['html'][:200] for node in violation['nodes'][:3]]}"


def complaints(place: Place, page: Page, path: str, *, scripts: bool) -> Iterator[str]:
    """Open a page, and tell what is wrong with it."""
    said: list[str] = []
    asked: list[Request] = []
    # What begins with [DOM] is Chromium's advice on what its password manager would like to find.
    page.on("console", lambda message: None if message.text.startswith("[DOM]") else said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request))
    page.goto(path, wait_until="load")
    yield from said
    yield from (each.url for each in asked if not each.url.startswith((place.address, "data:", "blob:")))
    weight = sum(each.sizes()["responseBodySize"] for each in asked if each.response())
    if weight > MOST_BYTES:
        yield f"{weight} bytes"
    if page.locator("h1").count() != 1:
        yield f"{page.locator('h1').count()} headings of the first level"
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        yield "wider than the window"
    if scripts:
        yield from barriers(page, path)


@pytest.mark.slow
@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_can_be_used_by_everybody(place: Place, who: str | None) -> None:
    secret = None if who is None else session_of(who)
    found = []
    for number, path in enumerate(own_pages(place.counter, who)):
        for way in WAYS[number % len(WAYS)]:
            with looked_at(place, secret, way) as page:
                found += [f"{way} {path}: {each}" for each in complaints(place, page, path, scripts=way.scripts)]
    assert found == []
