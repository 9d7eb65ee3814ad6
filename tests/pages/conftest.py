"""One server and one browser for the tests that look at pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser
from sqlalchemy.engine import URL

from tests.api.access.conftest import cheap_passwords
from tests.api.counter import Counter
from tests.api.v1.conftest import opened
from tests.pages.site import chromium, serving

__all__ = ["cheap_passwords"]


@dataclass(frozen=True, slots=True)
class Place:
    """A counter, its pages' address, and a browser."""

    counter: Counter
    address: str
    browser: Browser


@pytest.fixture(scope="package")
def place(server: URL, template: URL, worker_id: str) -> Iterator[Place]:
    """A furnished counter on a port, with a purchase to look at."""
    with (
        chromium() as browser,
        opened(server, template, f"pages_{worker_id}") as counter,
        serving(counter.app) as address,
    ):
        counter.buy("giulia")
        yield Place(counter, address, browser)
