"""
Idempotency: the same command with the same key gives the same answer, however often it comes.

The key is claimed first, in the transaction that moves the money: both are kept or neither is. A refusal is an answer
too: what is refused is undone up to the claim, and the refusal kept under the key. What is refused only for now, or for
a file that somebody has to mend, and anything else that is raised, gives the key back with the rest, and the command
may be tried again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.errors import DomainError
from ledger.errors import PASSING, InProgress, KeyRequired, KeyReused, RefusedBefore

Answer = Mapping[str, Any]
T = TypeVar("T")

# Where keys of commands stand that belong to no book, such as those about the network.
NO_BOOK = 0

_LOCK_NOT_AVAILABLE = "55P03"

# Says too whether the transaction had written nothing before.
_CLAIM = (
    "with before as materialized (select pg_current_xact_id_if_assigned() is null as nothing)"
    " insert into idempotency_key (book_id, actor, operation, key, request_hash) select %s, %s, %s, %s, %s from before"
    " on conflict do nothing returning (select nothing from before) as alone"
)
_READ = (
    "select request_hash, answer from idempotency_key where book_id = %s and actor = %s and operation = %s and key = %s"
)
_STORE = (
    "update idempotency_key set answer = %s::json"
    " where book_id = %s and actor = %s and operation = %s and key = %s and answer is null"
)
_GIVE_BACK = (
    "delete from idempotency_key where book_id = %s and actor = %s and operation = %s and key = %s and answer is null"
)
_PURGE = "delete from idempotency_key where created_at < ledger_now() - make_interval(days => %s)"


def once(
    session: Session,
    book_id: int,
    actor: str,
    operation: str,
    key: str | None,
    request: Mapping[str, Any],
    *,
    work: Callable[[], T],
    answer: Callable[[T], Answer],
    replay: Callable[[Answer], T],
) -> T:
    """
    Do a piece of work once under a key, and give its answer again to whoever repeats the request.

    `answer` says what to keep of the work's result, `replay` makes a result of what was kept. Without a key the work
    is just done. A refusal is kept and raised; `config.database.transact` then keeps it in the database, unless
    something was written before the key was claimed: half of a larger piece of work is not kept for the sake of an
    answer. One that may be another answer later (`retryable`, `ledger.errors.PASSING`), or that comes from a file which
    will be mended (`of_a_file`), is raised and not kept.

    Errors: KeyReused, InProgress; whatever `work` refuses; RefusedBefore with the first refusal's code and words.
    """
    if key is None:
        return work()
    kept, alone = _claim(session, book_id, actor, operation, key, request)
    if kept is not None:
        if "refusal" in kept:
            raise RefusedBefore(kept["refusal"], it=kept["it"], en=kept["en"])
        return replay(kept)
    try:
        with session.begin_nested():
            result = work()
    except DomainError as refusal:
        if refusal.retryable or refusal.of_a_file or isinstance(refusal, PASSING):
            # Also where the caller goes on in the same transaction: nobody is at work under the key any more.
            session.connection().exec_driver_sql(_GIVE_BACK, (book_id, actor, operation, key))
        else:
            words = {"refusal": refusal.code, "it": refusal.text("it"), "en": refusal.text("en")}
            store(session, book_id, actor, operation, key, words)
            refusal.recorded = alone
        raise
    store(session, book_id, actor, operation, key, answer(result))
    return result


def claim(
    session: Session, book_id: int, actor: str, operation: str, key: str | None, request: Mapping[str, Any]
) -> Answer | None:
    """
    Claim a key before anything else is written: None means go on, an answer means that it was done before.

    While another session works under the same key this one waits for it, as long as for any lock.
    `request` is whatever the command was asked, ready for JSON; the order of its names does not matter.

    Errors: KeyRequired, KeyReused, InProgress; the first that applies.
    """
    return _claim(session, book_id, actor, operation, key, request)[0]


def _claim(
    session: Session, book_id: int, actor: str, operation: str, key: str | None, request: Mapping[str, Any]
) -> tuple[Answer | None, bool]:
    """Do that, and say whether the claim is the first thing that its transaction writes."""
    if key is None or not key.strip():
        raise KeyRequired()
    connection = session.connection()
    asked = request_hash(request)
    # Again when the other's key is gone by the time it is read: rolled back or purged.
    for _ in range(3):
        try:
            claimed = connection.exec_driver_sql(_CLAIM, (book_id, actor, operation, key, asked)).first()
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise InProgress(key=key) from error
            raise
        if claimed is not None:
            return None, claimed.alone
        row = connection.exec_driver_sql(_READ, (book_id, actor, operation, key)).first()
        if row is None:
            continue
        if bytes(row.request_hash) != asked:
            raise KeyReused(key=key)
        if row.answer is None:
            raise InProgress(key=key)
        answer: Answer = row.answer
        return answer, False
    raise InProgress(key=key)


def answered(session: Session, book_id: int, actor: str, operation: str, key: str) -> Answer | None:
    """Return what was done under a key; None where nothing was, or it was refused. Nothing is claimed."""
    row = session.connection().exec_driver_sql(_READ, (book_id, actor, operation, key)).first()
    return None if row is None or row.answer is None or "refusal" in row.answer else row.answer


def store(session: Session, book_id: int, actor: str, operation: str, key: str, answer: Mapping[str, Any]) -> None:
    """
    Keep the answer to a claimed key.

    Errors: LookupError when the key was not claimed, or has its answer: a mistake of the caller's.
    """
    text = json.dumps(answer, allow_nan=False)
    stored = session.connection().exec_driver_sql(_STORE, (text, book_id, actor, operation, key))
    if stored.rowcount != 1:
        raise LookupError(f"no claim waits for an answer under key {key!r}")


def purge(session: Session, older_than_days: int = 30) -> int:
    """Forget the keys of every book that are older than this, and return how many."""
    return session.connection().exec_driver_sql(_PURGE, (older_than_days,)).rowcount


def request_hash(request: Mapping[str, Any]) -> bytes:
    """Return the hash of a request, the same for the same content whatever its order."""
    text = json.dumps(request, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(text.encode()).digest()
