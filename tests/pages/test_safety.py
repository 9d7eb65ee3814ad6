"""In a real browser: a name that would be code runs nowhere, and who is out is out, whatever the browser remembers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Dialog
from sqlalchemy.engine import URL

from api.access import cookies
from tests.api.v1.offices import NOW
from tests.api.web.browser import session_of
from tests.api.web.hostile import Scene, lived, named_badly
from tests.pages.conftest import Place
from tests.pages.site import PATIENCE_MS, serving
from tests.pages.walking import walk


@pytest.fixture(scope="module")
def scene(
    place: Place, server: URL, template: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Scene, str]]:
    folder = tmp_path_factory.mktemp("bad")
    with (
        named_badly(server, template, f"run_{worker_id}", folder) as offices,
        serving(offices.counter.app, NOW) as address,
    ):
        yield lived(offices), address


@pytest.mark.slow
def test_no_name_runs_in_a_browser(place: Place, scene: tuple[Scene, str]) -> None:
    (found, address), said = scene, []
    adapter = found.offices.counter.app.url_map.bind("")
    seen: set[str] = set()

    def opened(dialog: Dialog) -> None:
        said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def told(message: ConsoleMessage) -> None:
        if not message.text.startswith("[DOM]"):
            said.append(message.text)

    for who, browser in found.browsers.items():
        context = place.browser.new_context(base_url=address)
        context.set_default_timeout(PATIENCE_MS)
        kept = browser.client.get_cookie(cookies.SESSION)
        if kept is not None:
            context.add_cookies([{"name": cookies.SESSION, "value": kept.value, "url": address}])
        page = context.new_page()
        page.on("dialog", opened)
        page.on("console", told)
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in [*walk(found.offices.counter.app.url_map, browser.get), *found.pages.get(who, ())]:
            # A page is looked at once, as the first who may open it.
            endpoint = str(adapter.match(path.partition("?")[0], "GET")[0])
            if endpoint not in seen:
                seen.add(endpoint)
                page.goto(path, wait_until="load")
        context.close()

    assert len(seen) > 30
    assert said == []


@pytest.mark.slow
def test_whoever_signed_out_finds_nothing_by_going_back(place: Place) -> None:
    context = place.browser.new_context(base_url=place.address, locale="it-IT")
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": cookies.SESSION, "value": session_of("giulia"), "url": place.address}])
    page = context.new_page()
    page.goto("/io")
    page.goto("/io/movimenti")
    page.get_by_role("button", name="Esci").click()
    page.wait_for_url("**/")

    page.go_back(wait_until="load")

    assert "/entra" in page.url
    assert "Giulia" not in page.content()
    context.close()
