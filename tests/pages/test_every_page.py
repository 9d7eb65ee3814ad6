"""Every page of every role: no barrier that axe knows, nothing from elsewhere, nothing cut off, light and silent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Request

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

    def note(request: Request) -> None:
        asked.append(request)

    traveller.page.on("request", note)
    traveller.goes(path)
    traveller.page.remove_listener("request", note)
    yield from (each.url for each in asked if not each.url.startswith((traveller.place.address, "data:", "blob:")))
    weight = sum(each.sizes()["responseBodySize"] for each in asked if each.response())
    if weight > MOST_BYTES:
        yield f"{weight} bytes"
    yield from complaints_of(traveller.page, axe=traveller.way.scripts)
    yield from traveller.said
    traveller.said.clear()


@contextmanager
def forgetful(place: Place, way: Way, who: str | None) -> Iterator[Traveller]:
    """A traveller whose browser keeps no file of ours: each page is weighed as if it were the first."""
    with travelling(place, way) as traveller:
        traveller.is_(who)
        line = traveller.context.new_cdp_session(traveller.page)
        line.send("Network.enable")
        line.send("Network.setCacheDisabled", {"cacheDisabled": True})
        yield traveller


@pytest.mark.slow
@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_can_be_used_by_everybody(place: Place, who: str | None) -> None:
    found = []
    with ExitStack() as leaving:
        travellers = [[leaving.enter_context(forgetful(place, way, who)) for way in ways] for ways in WAYS]
        for number, path in enumerate(own_pages(place.counter, who)):
            for traveller in travellers[number % len(WAYS)]:
                found += [f"{traveller.way} {path}: {each}" for each in complaints(traveller, path)]
    assert found == []
