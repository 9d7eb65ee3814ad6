"""
Seals: one hash chain per book over its committed entries, and signed checkpoints of it kept elsewhere.

An entry waits in `seal_queue`, written in its own transaction, until the sealer gives it the next place in the chain.
The order is the sealer's: ids and times of entries are not the order in which they were committed. See docs/adr/0003.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any, Self

import psycopg
import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.orm import Session

from config import clock
from ledger.differences import Difference
from ledger.tables import Seal

Progress = Callable[[int], None]

# The first byte of what is hashed. A change of the encoding takes another, so that old seals stay verifiable.
ENCODING = b"\x01"
GENESIS = bytes(32)
CHUNK = 10_000

ENTRY_FIELDS = (
    "book_id",
    "entry_id",
    "kind",
    "occurred_on",
    "recorded_at",
    "reference",
    "reverses",
    "refunds",
    "hold_id",
    "actor",
    "memo",
)
POSTING_FIELDS = (
    "book_id",
    "entry_id",
    "line",
    "debit_account_id",
    "credit_account_id",
    "amount_minor",
    "debit_version",
    "debit_after",
    "credit_version",
    "credit_after",
)

_LOCK = "select pg_advisory_xact_lock(20612, %s)"
_TAKE = (
    "select q.entry_id from seal_queue q join entry e on e.book_id = q.book_id and e.entry_id = q.entry_id"
    " where q.book_id = %s order by q.entry_id limit %s"
)
_ENTRIES = f"select {', '.join(ENTRY_FIELDS)} from entry where book_id = %s and entry_id = any(%s) order by entry_id"
_POSTINGS = (
    f"select {', '.join(POSTING_FIELDS)} from posting where book_id = %s and entry_id = any(%s) order by entry_id, line"
)
_INSERT = "copy seal (book_id, seq, entry_id, content_hash, prev_hash, link_hash, sealed_at) from stdin"
_DELETE = "delete from seal_queue where book_id = %s and entry_id = any(%s)"
_SEALS = (
    "select seq, entry_id, content_hash, prev_hash, link_hash from seal"
    " where book_id = %s and seq > %s order by seq limit %s"
)
_LOOSE = (
    "select e.entry_id from entry e where e.book_id = %(book)s"
    " and not exists (select from seal s where s.book_id = e.book_id and s.entry_id = e.entry_id)"
    " and not exists (select from seal_queue q where q.book_id = e.book_id and q.entry_id = e.entry_id)"
    " order by e.entry_id limit %(limit)s"
)
_QUEUED_WITHOUT_ENTRY = (
    "select q.entry_id from seal_queue q where q.book_id = %(book)s"
    " and not exists (select from entry e where e.book_id = q.book_id and e.entry_id = q.entry_id)"
    " order by q.entry_id limit %(limit)s"
)


@dataclass(frozen=True, slots=True)
class SealHead:
    """The last link of a book's chain: what a statement prints as the seal it stands on."""

    seq: int
    link_hash: bytes
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """
    A signed statement of where a book's chain stood on a day, kept outside the database.

    Every field is text or a number, so that `as_dict` is ready for JSON.
    """

    book_id: int
    seq: int
    link_hash: str
    day: str
    signature: str

    def as_dict(self) -> dict[str, int | str]:
        """Return the fields as a mapping for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """Return the checkpoint that `as_dict` wrote."""
        return cls(**fields)

    def signed_bytes(self) -> bytes:
        """Return what the signature is over: everything but itself."""
        fields = {name: value for name, value in asdict(self).items() if name != "signature"}
        return b"borsellino checkpoint 1\n" + json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def seal(session: Session, book_id: int, *, limit: int | None = None, on_progress: Progress | None = None) -> int:
    """
    Give every waiting entry of a book its place in the chain, and return how many were sealed.

    One sealer at a time works on a book; posters never wait for it. `on_progress` hears the count so far.
    """
    cursor = _cursor(session)
    cursor.execute(_LOCK, (book_id,))
    last = head(session, book_id)
    seq, link = (last.seq, last.link_hash) if last else (0, GENESIS)
    sealed_at = session.scalar(sa.select(sa.func.ledger_now(type_=sa.DateTime(timezone=True))))
    done = 0
    while limit is None or done < limit:
        size = CHUNK if limit is None else min(CHUNK, limit - done)
        ids = [entry_id for (entry_id,) in cursor.execute(_TAKE, (book_id, size)).fetchall()]
        if not ids:
            break
        rows = []
        for entry_id, content in _content_hashes(cursor, book_id, ids):
            seq += 1
            prev, link = link, link_hash(link, seq, book_id, content)
            rows.append((book_id, seq, entry_id, content, prev, link, sealed_at))
        with cursor.copy(_INSERT) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_DELETE, (book_id, ids))
        done += len(ids)
        if on_progress is not None:
            on_progress(done)
    return done


def head(session: Session, book_id: int) -> SealHead | None:
    """Return the last link of a book's chain, or None before the first seal."""
    query = sa.select(Seal.seq, Seal.link_hash, Seal.sealed_at).where(Seal.book_id == book_id)
    row = session.execute(query.order_by(Seal.seq.desc()).limit(1)).first()
    return SealHead(row.seq, bytes(row.link_hash), row.sealed_at) if row else None


def verify_chain(
    session: Session, book_id: int, *, on_progress: Progress | None = None, at_most: int = 1_000
) -> list[Difference]:
    """
    Recompute a book's chain from its entries and name what does not fit, the first `at_most` of each search.

    `tampered`: an entry's content is not what was sealed; `deleted`: a seal or the queue names an entry that is gone;
    `seal_missing`: a number is missing; `inserted`: an entry neither sealed nor queued; `reordered`: a link does not
    follow from the one before. A chain rewritten as a whole, or cut at its end with its entries, is consistent in
    itself: only a checkpoint kept elsewhere tells.
    """
    cursor = _cursor(session)
    differences: list[Difference] = []
    seq, link = 0, GENESIS
    while len(differences) < at_most:
        rows = cursor.execute(_SEALS, (book_id, seq, CHUNK)).fetchall()
        if not rows:
            break
        contents = dict(_content_hashes(cursor, book_id, sorted(row[1] for row in rows)))
        for number, entry_id, content, prev, stored in rows:
            if number != seq + 1:
                missing = str(seq + 1) if number == seq + 2 else f"{seq + 1}-{number - 1}"
                differences.append(Difference("seal_missing", f"seal {missing}"))
                link = prev  # what stood before is unknown: take this seal's word for it
            found = contents.get(entry_id)
            if found is None:
                differences.append(Difference("deleted", f"entry {entry_id}", f"seal {number}", None))
            elif found != content:
                differences.append(Difference("tampered", f"entry {entry_id}", content.hex(), found.hex()))
            if prev != link or stored != link_hash(prev, number, book_id, content):
                expected = link_hash(link, number, book_id, content)
                differences.append(Difference("reordered", f"seal {number}", expected.hex(), stored.hex()))
            seq, link = number, stored
        if on_progress is not None:
            on_progress(seq)
    parameters = {"book": book_id, "limit": at_most}
    for kind, query in (("inserted", _LOOSE), ("deleted", _QUEUED_WITHOUT_ENTRY)):
        differences += [Difference(kind, f"entry {row[0]}") for row in cursor.execute(query, parameters)]
    return differences


def checkpoint(session: Session, book_id: int, key: Ed25519PrivateKey) -> Checkpoint:
    """Return a signed statement of where the chain stands today; an empty chain stands at 0."""
    last = head(session, book_id)
    seq, link = (last.seq, last.link_hash) if last else (0, GENESIS)
    unsigned = Checkpoint(book_id, seq, link.hex(), clock.today().isoformat(), "")
    signature = base64.b64encode(key.sign(unsigned.signed_bytes())).decode()
    return Checkpoint(book_id, seq, link.hex(), unsigned.day, signature)


def verify_checkpoint(session: Session, checkpoint: Checkpoint, public_key: Ed25519PublicKey) -> list[Difference]:
    """
    Say whether the chain still passes through a checkpoint: neither rewritten before it nor cut behind it.

    Together with a clean `verify_chain` this proves that every entry sealed by then is as it was.
    """
    subject = f"checkpoint {checkpoint.day}"
    try:
        public_key.verify(base64.b64decode(checkpoint.signature, validate=True), checkpoint.signed_bytes())
    except (InvalidSignature, ValueError):
        return [Difference("checkpoint_signature", subject)]
    if checkpoint.seq == 0:
        return []
    query = sa.select(Seal.link_hash).where(Seal.book_id == checkpoint.book_id, Seal.seq == checkpoint.seq)
    stored = session.scalar(query)
    if stored is None:
        last = head(session, checkpoint.book_id)
        return [Difference("truncated", subject, str(checkpoint.seq), str(last.seq if last else 0))]
    if bytes(stored).hex() != checkpoint.link_hash:
        return [Difference("rewritten", subject, checkpoint.link_hash, bytes(stored).hex())]
    return []


def content_hash(entry: Sequence[object], postings: Sequence[Sequence[object]]) -> bytes:
    """
    Return the hash of an entry and its postings, given as the values of ENTRY_FIELDS and POSTING_FIELDS.

    Every value is its length in four bytes and its text, so that no two entries have one encoding; nothing at all
    (None) has a mark that no length begins with.
    """
    parts = [ENCODING, len(postings).to_bytes(4)]
    for row in (entry, *postings):
        for value in row:
            if value is None:
                parts.append(b"\xff")
                continue
            text = _text(value).encode()
            parts.append(len(text).to_bytes(4))
            parts.append(text)
    return sha256(b"".join(parts)).digest()


def link_hash(prev: bytes, seq: int, book_id: int, content: bytes) -> bytes:
    """Return the hash that chains a seal to the one before it."""
    return sha256(prev + seq.to_bytes(8) + book_id.to_bytes(8) + content).digest()


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _content_hashes(cursor: psycopg.Cursor[Any], book_id: int, ids: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    entries = cursor.execute(_ENTRIES, (book_id, ids)).fetchall()
    rows = cursor.execute(_POSTINGS, (book_id, ids)).fetchall()
    postings = {entry_id: list(group) for entry_id, group in groupby(rows, key=itemgetter(1))}
    for entry in entries:
        yield entry[1], content_hash(entry, postings.get(entry[1], ()))


def _cursor(session: Session) -> psycopg.Cursor[Any]:
    # COPY and plain tuples: the driver's own cursor, inside the session's transaction.
    driver: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    return driver.cursor()
