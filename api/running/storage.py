"""
Where rate limits are counted: a table of PostgreSQL that every process shares, asked once for several requests.

A process takes a slice of a client's window, a fiftieth of the limit, and serves it without asking again: never more
than the limit is let through, and a client that reaches two processes by turns may be stopped that much early. Limits
below fifty are counted one by one.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from limits.storage import Storage
from sqlalchemy.exc import SQLAlchemyError

from config import database

SCHEME = "borsellino"
_SLICES = 50
_MOST_KEYS = 20_000
_COUNT = "select taken, ends_in from rate_count(%s)"
_TAKE = "select taken, ends_in from rate_take(%s, %s, %s)"


@dataclass(slots=True)
class _Slice:
    """What this process may still serve of a client's window; times are of `time.time`."""

    taken: int
    left: int
    ends_at: float


class PostgresStorage(Storage):
    """Counts of fixed windows in PostgreSQL, for flask-limiter."""

    STORAGE_SCHEME: Any = [SCHEME]  # noqa: RUF012 - as the base declares it

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions)
        self._slices: dict[str, _Slice] = {}
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """Return what this raises when it cannot count."""
        return (SQLAlchemyError,)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count requests and return how many the window has; its end is `expiry` seconds after its first one."""
        with self._lock:
            held = self._slices.get(key)
            if held is not None and held.left >= amount and held.ends_at > time.time():
                held.left -= amount
                return held.taken - held.left
        size = max(amount, _limit_of(key) // _SLICES)
        taken, ends_in = self._take(key, size, expiry)
        with self._lock:
            if len(self._slices) > _MOST_KEYS:
                now = time.time()
                self._slices = {name: one for name, one in self._slices.items() if one.ends_at > now}
            held = self._slices.get(key)
            # Another thread may have taken one meanwhile.
            more = held.left if held is not None and held.ends_at > time.time() else 0
            self._slices[key] = _Slice(taken, more + size - amount, time.time() + ends_in)
        return taken - size + amount

    def get(self, key: str) -> int:
        """Return how many requests the window has; of a large one, as far as this process knows."""
        if _limit_of(key) < 2 * _SLICES:
            return self._count(key)
        held = self._slices.get(key)
        return held.taken - held.left if held is not None and held.ends_at > time.time() else 0

    def _count(self, key: str) -> int:
        found = database.ask(_COUNT, (key,))
        if not found:
            return 0
        self._slices[key] = _Slice(found[0].taken, 0, time.time() + float(found[0].ends_in))
        return int(found[0].taken)

    def get_expiry(self, key: str) -> float:
        """Return when the window ends."""
        held = self._slices.get(key)
        return held.ends_at if held is not None else time.time()

    def check(self) -> bool:
        """Say whether counting works again."""
        try:
            self._take("check", 1, 1)
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int | None:
        """Forget what this process holds; what others counted ends with its window."""
        with self._lock:
            forgotten = len(self._slices)
            self._slices.clear()
        return forgotten

    def clear(self, key: str) -> None:
        """Forget what this process holds of one client's window."""
        with self._lock:
            self._slices.pop(key, None)

    def _take(self, key: str, size: int, expiry: int) -> tuple[int, float]:
        [found] = database.ask(_TAKE, (key, size, expiry))
        return int(found.taken), float(found.ends_in)


def _limit_of(key: str) -> int:
    # As `limits` writes a key: what for, whose, and at last the limit, the multiple and the length of the window.
    try:
        return int(key.split("/")[-3])
    except (IndexError, ValueError):
        return 0
