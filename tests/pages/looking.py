"""What can be wrong with a page that is open: barriers that axe knows, what is cut off, and its headings."""

from __future__ import annotations

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_AXE = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}


def complaints_of(page: Page, *, axe: bool) -> Iterator[str]:
    """Tell what is wrong with a page; `axe` needs scripts."""
    if page.locator("h1").count() != 1:
        yield f"{page.locator('h1').count()} headings of the first level"
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        yield "wider than the window"
    if axe:
        for violation in Axe().run(page, options=_AXE).response["violations"]:
            yield f"{violation['id']}: {[node['html'][:200] for node in violation['nodes'][:3]]}"
