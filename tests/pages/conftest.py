"""One server and one browser for the tests that look at pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser
from sqlalchemy.engine import URL

from config import settings
from tests.api.access.conftest import cheap_passwords
from tests.api.counter import Counter
from tests.api.v1.conftest import opened
from tests.pages.living import live
from tests.pages.site import chromium, serving

__all__ = ["cheap_passwords"]


@dataclass(frozen=True, slots=True)
class Place:
    """A counter, its pages' address, and a browser; `more` is what people may open to which no link leads at once."""

    counter: Counter
    address: str
    browser: Browser
    more: Mapping[str | None, tuple[str, ...]] = field(default_factory=dict)


@pytest.fixture(scope="package")
def place(server: URL, template: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A counter on a port, in which people have lived; its files are kept in a folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORSELLINO_DATA_DIR", str(tmp_path_factory.mktemp("pages")))
        settings.load.cache_clear()
        with (
            chromium() as browser,
            opened(server, template, f"pages_{worker_id}") as counter,
            serving(counter.app) as address,
        ):
            yield Place(counter, address, browser, live(counter))
    settings.load.cache_clear()
