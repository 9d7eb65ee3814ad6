"""What a report over several books stands on: the version of the rulebook, and the seal of each book."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from ledger import seals
from plans.rulebook import loading, signing
from reports.words import Words

SHORT = 16


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
    were read, in the order of their numbers.

    `digest` is the SHA-256 of one line `book:seq:hash` for each book: it is the same as long as no chain went on.
    """

    rulebook: str
    signed: int
    rules: int
    seals: tuple[BookSeal, ...]

    @property
    def digest(self) -> str:
        """Return one hash for all the seals."""
        lines = (f"{seal.book_id}:{seal.seq or 0}:{seal.link_hash or ''}\n" for seal in self.seals)
        return sha256("".join(lines).encode()).hexdigest()

    @property
    def unsealed(self) -> int:
        """Return how many books have no seal."""
        return sum(seal.seq is None for seal in self.seals)


def of_books(session: Session, book_ids: Iterable[int]) -> Foundation:
    """Return what a report over these books stands on now."""
    rulebook = loading.load()
    standing = signing.standing(session, rulebook)
    heads = [(book_id, seals.head(session, book_id)) for book_id in sorted(set(book_ids))]
    return Foundation(
        rulebook.version,
        standing.signed,
        standing.total,
        tuple(
            BookSeal(book_id, head.seq, head.link_hash.hex(), head.sealed_at)
            if head is not None
            else BookSeal(book_id, None, None, None)
            for book_id, head in heads
        ),
    )


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
