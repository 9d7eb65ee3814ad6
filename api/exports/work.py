"""What making a statement takes, and what comes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.access.roles import Role


@dataclass(frozen=True, slots=True)
class Job:
    """A statement to be made for somebody of a role, as a file in `folder`; `book_id` and the like are its reach."""

    role: Role
    book_id: int | None
    employee_id: str | None
    provider_code: str | None
    parameters: Mapping[str, Any]
    form: str
    language: str
    folder: Path

    @property
    def book(self) -> int:
        """Return the book of a statement that is about one."""
        assert self.book_id is not None  # noqa: S101
        return self.book_id

    @property
    def detail(self) -> bool:
        """Return whether each lot and provider is asked for; only some roles have a parameter for it."""
        return bool(self.parameters.get("detail", False))


@dataclass(frozen=True, slots=True)
class Made:
    """
    A file that was made. `reconciles` says whether its figures agree with the ledger, None where they are not held
    against it; `remarks` are sentences about what to look at, in the language of the job.
    """

    path: Path
    reconciles: bool | None = None
    remarks: tuple[str, ...] = ()


def file_name(text: str) -> str:
    """Return a text as a part of a file's name: plain letters, digits, dashes and dots."""
    return re.sub("[^A-Za-z0-9._-]", "-", text)
