"""Every page of every role: no barrier that axe knows, nothing from elsewhere, nothing cut off, light and silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

import pytest
from playwright.sync_api import Request

from tests.pages.conftest import Place
from tests.pages.looking import complaints_of
from tests.pages.travelling import Traveller, travelling
from tests.pages.walking import PEOPLE, endpoints, own_pages, pages
from tests.pages.ways import NARROW, WIDE, Way

Found = Callable[[str | None], tuple[str, ...]]
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


# What the journeys look at, as it takes somebody or something of its own.
ELSEWHERE = frozenset(
    {
        "web_aided.begin",
        "web_network_bank.line",
        "web_network_bank.statement",
        "web_network_clearing.follow",
        "web_network_clearing.show",
        "web_network_payments.show",
        "web_network_payouts.follow",
        "web_network_payouts.left",
        "web_network_payouts.show",
        "web_provider_money.payment",
        "web_wm_acting.add_relative",
        "web_wm_acting.order",
        "web_wm_acting.person",
        "web_wm_acting.place",
    }
)
# What only leads to another page.
_LEADS_ON = frozenset({"web_door.notifications", "web_office.exports"})


@contextmanager
def forgetful(place: Place, way: Way, who: str | None) -> Iterator[Traveller]:
    """A traveller whose browser keeps no file of ours: each page is weighed as if it were the first."""
    with travelling(place, way) as traveller:
        traveller.is_(who)
        line = traveller.context.new_cdp_session(traveller.page)
        line.send("Network.enable")
        line.send("Network.setCacheDisabled", {"cacheDisabled": True})
        yield traveller


@pytest.fixture(scope="module")
def walked(place: Place) -> Found:
    """What each may open, found once."""
    return cache(lambda who: (*pages(place.counter, who), *place.more.get(who, ())))


@pytest.mark.slow
@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_can_be_used_by_everybody(place: Place, walked: Found, who: str | None) -> None:
    found = []
    with ExitStack() as leaving:
        travellers = [[leaving.enter_context(forgetful(place, way, who)) for way in ways] for ways in WAYS]
        for number, path in enumerate(own_pages(walked, who)):
            for traveller in travellers[number % len(WAYS)]:
                found += [f"{traveller.way} {path}: {each}" for each in complaints(traveller, path)]
    assert found == []


@pytest.mark.slow
def test_there_is_no_page_that_nobody_looks_at(place: Place, walked: Found) -> None:
    addresses = place.counter.app.url_map
    adapter, unseen = addresses.bind("127.0.0.1"), endpoints(addresses)
    for who in PEOPLE:
        for path in walked(who):
            unseen.discard(adapter.match(path.partition("?")[0], "GET")[0])

    assert unseen - ELSEWHERE - _LEADS_ON == set()
