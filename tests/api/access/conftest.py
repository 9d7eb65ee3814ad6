"""The furnished counter of the HTTP API's tests, and its door: people who sign in by what they know and get by mail."""

from __future__ import annotations

from collections.abc import Iterator

import argon2
import pytest

from api.access import passwords
from tests.api.access.door import Door
from tests.api.counter import Counter
from tests.api.v1.conftest import counter, furnished

__all__ = ["counter", "furnished"]


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is slow on purpose is fast here."""
    monkeypatch.setattr(passwords, "hasher", argon2.PasswordHasher.from_parameters(argon2.profiles.CHEAPEST))


@pytest.fixture
def door(counter: Counter) -> Iterator[Door]:
    door = Door(counter)
    door.forget_failures()
    yield door
    door.sign_everybody_out()
