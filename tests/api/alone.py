"""A counter of each module's own: what one module's tests buy, write and admit, no other finds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import URL

from tests.api.counter import Counter
from tests.api.v1.conftest import opened


# In a folder's conftest.py it takes the place of the counter that the folder would share.
@pytest.fixture(scope="module", name="furnished")
def furnished_alone(server: URL, template: URL, worker_id: str) -> Iterator[Counter]:
    """The module's counter, on a database of its own."""
    with opened(server, template, f"alone_{worker_id}") as counter:
        yield counter
