"""A furnished counter for each module, and its door, at which people open browsers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config import settings
from tests.api.access.conftest import cheap_passwords, door
from tests.api.alone import furnished_alone
from tests.api.v1.conftest import counter

__all__ = ["cheap_passwords", "counter", "door", "furnished_alone"]


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of a test's own: what its tasks and uploads write goes nowhere else."""
    monkeypatch.setenv("BORSELLINO_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    yield tmp_path
    settings.load.cache_clear()
