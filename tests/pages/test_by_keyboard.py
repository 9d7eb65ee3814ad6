"""Signing in with the keyboard alone: what has the focus can be seen, and leads where one expects."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from api.access import passwords
from config import database
from tests.api.access.door import PASSWORD
from tests.pages.conftest import Place
from tests.pages.site import PATIENCE_MS


def _told(statement: str, **values: Any) -> list[Any]:
    return database.transact(lambda session: list(session.execute(sa.text(statement), values)))


def _tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus is called so, and see that the focus is shown."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        named = focused.evaluate("e => (e.labels?.[0] ?? e).textContent.trim() || e.value || ''")
        if re.search(words, named):
            shown = focused.evaluate("e => getComputedStyle(e).outlineStyle")
            assert shown != "none", f"the focus on {named!r} is not seen"
            return
    raise AssertionError(f"no {words!r} within forty steps")


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_somebody_signs_in_and_out_without_a_mouse(place: Place, scripts: bool) -> None:
    kept = passwords.kept(PASSWORD)
    database.transact(
        lambda session: session.execute(
            sa.text("update member set password_hash = :kept where email = 'hr@example.it'"), {"kept": kept}
        )
    )
    context = place.browser.new_context(base_url=place.address, java_script_enabled=scripts, locale="it-IT")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    try:
        page.goto("/accessibilita")
        _tab_to(page, "Vai al contenuto")
        _tab_to(page, "^Entra$")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Entra")
        _tab_to(page, "Indirizzo e-mail")
        page.keyboard.type("hr@example.it")
        _tab_to(page, "^Password")
        page.keyboard.type("non questa")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("non corretti")
        expect(page.get_by_label("Indirizzo e-mail")).to_have_value("hr@example.it")
        _tab_to(page, "^Password")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Il codice")
        letter = _told(
            "select facts from mail where address = 'hr@example.it' and template = 'one_time_code'"
            " order by mail_id desc limit 1"
        )
        _tab_to(page, "Codice di sei cifre")
        page.keyboard.type(str(letter[0].facts["code"]))
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Esci")).to_be_visible()
        _tab_to(page, "^Esci$")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Entra", exact=True)).to_be_visible()
    finally:
        context.close()
