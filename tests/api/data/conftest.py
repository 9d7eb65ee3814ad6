"""The furnished counter of the HTTP API's tests."""

from tests.api.v1.conftest import counter, furnished

__all__ = ["counter", "furnished"]
