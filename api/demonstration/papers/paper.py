"""A statement that the demonstration writes: for whom, what it is, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Made:
    """The files that were written; `holds` says whether they agree with the ledger, None where nothing is to prove."""

    files: Sequence[Path]
    holds: bool | None


Work = Callable[[Session, Path, str], Made]


@dataclass(frozen=True, slots=True)
class Paper:
    """One statement in all its formats; `name` is that of its files, `it` and `en` say in a line what it is."""

    folder: str
    name: str
    it: str
    en: str
    work: Work


def statement(
    folder: str,
    name: str,
    sentences: tuple[str, str],
    gather: Callable[[Session], T],
    formats: Mapping[str, Callable[[T, Path, str], None]],
    holds: Callable[[T], bool] | None = None,
) -> Paper:
    """Return a statement that is gathered once and laid out in each of its formats."""

    def work(session: Session, into: Path, language: str) -> Made:
        gathered = gather(session)
        files = []
        for ending, write in formats.items():
            path = into / f"{name}.{ending}"
            write(gathered, path, language)
            files.append(path)
        return Made(files, None if holds is None else holds(gathered))

    return Paper(folder, name, *sentences, work)
