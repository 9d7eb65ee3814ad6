"""Every page of every role: no barrier that axe knows, nothing from elsewhere, nothing cut off, light and silent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Request

from api.access import cookies
from tests.api.web.browser import session_of
from tests.pages.conftest import Place
from tests.pages.looking import complaints_of
from tests.pages.travelling import Traveller, travelling
from tests.pages.walking import PEOPLE, own_pages
from tests.pages.ways import NARROW, WIDE, Way

MOST_BYTES = 400_000
# A page is looked at in two ways, with and without scripts, narrow and wide; the next page in the other two.
WAYS = (
    (Way(WIDE, "it", scripts=True), Way(NARROW, "it", scripts=False)),
    (Way(NARROW, "en", scripts=True), Way(WIDE, "en", scripts=False)),
)


def complaints(traveller: Traveller, path: str) -> Iterator[str]:
    """Open a page, and tell what is wrong with it."""
    asked: list[Request] = []
    traveller.page.on("request", lambda request: asked.append(request))
    traveller.goes(path)
    yield from (each.url for each in asked if not each.url.startswith((traveller.place.address, "data:", "blob:")))
    weight = sum(each.sizes()["responseBodySize"] for each in asked if each.response())
    if weight > MOST_BYTES:
        yield f"{weight} bytes"
    yield from complaints_of(traveller.page, axe=traveller.way.scripts)
    yield from traveller.said
    traveller.said.clear()


@pytest.mark.slow
@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_can_be_used_by_everybody(place: Place, who: str | None) -> None:
    secret = None if who is None else session_of(who)
    found = []
    for number, path in enumerate(own_pages(place.counter, who)):
        for way in WAYS[number % len(WAYS)]:
            # A browser of its own, that has nothing yet.
            with travelling(place, way) as traveller:
                if secret is not None:
                    traveller.put(cookies.SESSION, secret)
                found += [f"{way} {path}: {each}" for each in complaints(traveller, path)]
    assert found == []
