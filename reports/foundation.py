"""What a report over several books stands on: the version of the rulebook, and the seal of each book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from ledger import seals
from plans.rulebook import loading, signing
from reports.words import Words

SHORT = 16
_OPEN: Final = sa.text(
    "select count(*) from unnest(cast(:books as bigint[])) b(book_id) where not coalesce("
    "  daterange(:starts, :ends, '[]') <@ (select range_agg(daterange(p.starts_on, p.ends_on, '[]')) from period p"
    "                                      where p.book_id = b.book_id and p.state = 'closed'), false)"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Whether what is said of a period can still change.

    `through` is the last day there are data of where the period goes on, None where it is over; `open_books` is how
    many of the books have a day in it that is not closed.
    """

    through: date | None = None
    open_books: int = 0


@dataclass(frozen=True, slots=True)
class Provisional:
    """What a report says of a period that can still change: a word, and a sentence."""

    mark: str
    sentence: str


@dataclass(frozen=True, slots=True)
class BookSeal:
    """The head of one book's chain; None where nothing was sealed yet."""

    book_id: int
    seq: int | None
    link_hash: str | None
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Foundation:
    """
    The rulebook's version, of which `signed` rules of `rules` are signed as they stand, and the seals of the books that
    were read, in the order of their numbers. `standing` is that of the report's period, where it is about one.

    `digest` is the SHA-256 of one line `book:seq:hash` for each book: it is the same as long as no chain went on.
    """

    rulebook: str
    signed: int
    rules: int
    seals: tuple[BookSeal, ...]
    standing: Standing = Standing()

    @property
    def digest(self) -> str:
        """Return one hash for all the seals."""
        lines = (f"{seal.book_id}:{seal.seq or 0}:{seal.link_hash or ''}\n" for seal in self.seals)
        return sha256("".join(lines).encode()).hexdigest()

    @property
    def unsealed(self) -> int:
        """Return how many books have no seal."""
        return sum(seal.seq is None for seal in self.seals)


def standing(
    session: Session, book_ids: Iterable[int], starts_on: date, ends_on: date, *, seen: date | None = None
) -> Standing:
    """Return how final a period is in these books; `seen` is the last day of the data, today unless told."""
    books = sorted(set(book_ids))
    today = clock.today()
    through = min(seen or today, today) if ends_on >= today else None
    asked = {"books": books, "starts": starts_on, "ends": ends_on}
    return Standing(through, session.scalar(_OPEN, asked) or 0)


def of_books(
    session: Session, book_ids: Iterable[int], period: tuple[date, date] | None = None, *, seen: date | None = None
) -> Foundation:
    """Return what a report over these books, and over a period of theirs, stands on now."""
    rulebook = loading.load()
    signed = signing.standing(session, rulebook)
    books = sorted(set(book_ids))
    heads = [(book_id, seals.head(session, book_id)) for book_id in books]
    return Foundation(
        rulebook.version,
        signed.signed,
        signed.total,
        tuple(
            BookSeal(book_id, head.seq, head.link_hash.hex(), head.sealed_at)
            if head is not None
            else BookSeal(book_id, None, None, None)
            for book_id, head in heads
        ),
        standing(session, books, *period, seen=seen) if period is not None else Standing(),
    )


def provisional(found: Standing, text: Words) -> Provisional | None:
    """Say that a period goes on, and up to which day there are data, or that it is not closed; else nothing."""
    if found.through is not None:
        return Provisional(text("standing.mark"), text("standing.goes_on", day=text.day(found.through)))
    return Provisional(text("standing.mark"), text("standing.open")) if found.open_books else None


def facts(found: Standing, text: Words) -> Iterator[tuple[str, str]]:
    """Yield the line of a summary that says the same; none where the period is closed."""
    if (notice := provisional(found, text)) is not None:
        yield notice.mark, notice.sentence


def told(foundation: Foundation, text: Words, *, whole: bool = False) -> str:
    """Return the seal, or the digest of several, in words."""
    if len(foundation.seals) == 1 and not foundation.unsealed:
        seal = foundation.seals[0]
        assert seal.link_hash is not None  # noqa: S101
        return text("proof.seal_text", seq=seal.seq, hash=seal.link_hash if whole else seal.link_hash[:SHORT])
    if foundation.unsealed == len(foundation.seals):
        return text("proof.seal_none")
    shown = foundation.digest if whole else foundation.digest[:SHORT]
    return text("proof.seal_many", books=len(foundation.seals), unsealed=foundation.unsealed, hash=shown)


def rules(foundation: Foundation, text: Words) -> str:
    """Return the rulebook's version and how many of its rules are signed as they stand."""
    return text("rules_signed", version=foundation.rulebook, signed=foundation.signed, total=foundation.rules)


def footer(foundation: Foundation, text: Words) -> str:
    """Return the foot of a document: what it stands on."""
    if foundation.unsealed == len(foundation.seals):
        return text("footer_unsealed", version=rules(foundation, text))
    return text("footer", seal=told(foundation, text), version=rules(foundation, text))
