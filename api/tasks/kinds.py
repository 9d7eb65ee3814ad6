"""The kinds of work there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from api.tasks.queue import Task

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how much is done and how much there is."""
Work: TypeAlias = Callable[[Task, Progress], Mapping[str, Any]]

KINDS: dict[str, Work] = {}


def kind(name: str) -> Callable[[Work], Work]:
    """Register a function as the work of a kind; what it returns, ready for JSON, is the task's result."""

    def register(work: Work) -> Work:
        if name in KINDS:
            raise ValueError(f"two kinds of task named {name!r}")
        KINDS[name] = work
        return work

    return register
