"""The furnished counter of the HTTP API's tests and its door, at which people open browsers."""

from __future__ import annotations

from tests.api.access.conftest import cheap_passwords, door
from tests.api.v1.conftest import counter, furnished

__all__ = ["cheap_passwords", "counter", "door", "furnished"]
