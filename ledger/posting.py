"""Posting: writing entries into the journal, one or a hundred thousand, in one call of the server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from config.database import call, plain_array, text_array
from config.money import MAX_MINOR, from_minor
from ledger import refusals
from ledger.errors import AmountNotPositive, AmountTooLarge, BatchTooLarge, EntryNotFound, LedgerError, SameAccount

BATCH_LIMIT = 100_000

_ARRAYS = (
    "%s::text[], %s::date[], %s::text[], %s::bigint[], null, null, %s::text[],"
    " %s::integer[], %s::integer[], %s::bigint[], %s::bigint[], %s::bigint[]"
)
_POST = f"select entry_id, code, detail from ledger_post(%s, %s, %s, %s, {_ARRAYS}) order by ordinal"
_POST_SET = f"select ids, code from ledger_post_set(%s, %s, %s, {_ARRAYS})"
_WRITE_PAIR = "select ledger_write_pair(%s, %s, %s, %s, %s, %s, null, null, null, %s, %s, %s, %s)"
_REVERSED = (
    "select credit_account_id, debit_account_id, amount_minor from posting"
    " where book_id = %s and entry_id = %s order by line"
)


class Pair(NamedTuple):
    """One posting to be: a debit and its credit."""

    debit_account_id: int
    credit_account_id: int
    amount_minor: int


class Draft(NamedTuple):
    """An entry to be. A `reference` makes it unique in its book for ever."""

    kind: str
    occurred_on: date
    pairs: tuple[Pair, ...]
    reference: str | None = None
    memo: str = ""
    reverses: int | None = None


class Outcome(NamedTuple):
    """What became of one draft: the entry written, or why it was not. Neither when another of its batch refused."""

    entry_id: int | None
    refusal: LedgerError | None


def post(session: Session, book_id: int, draft: Draft, *, actor: str, currency: str = "EUR") -> int:
    """
    Write one entry and return its id.

    Errors: AmountNotPositive, AmountTooLarge, SameAccount, CurrencyMismatch, DuplicateReference, BookNotFound,
            AccountNotFound, AccountFrozen, AccountClosed, InsufficientFunds, AlreadyReversed, RefundExceedsCapture,
            PeriodClosed, OccurredInFuture, LedgerCorrupt; the first that applies, in this order.
    """
    if len(draft.pairs) == 1 and draft.reverses is None and _invalid(draft, currency) is None:
        # The short way, which writes nothing when something speaks against the entry; the long way says what.
        (pair,) = draft.pairs
        parameters = (
            book_id,
            currency,
            actor,
            draft.kind,
            draft.occurred_on,
            draft.reference,
            draft.memo,
            pair.debit_account_id,
            pair.credit_account_id,
            pair.amount_minor,
        )
        entry_id: int | None
        (entry_id,) = call(session, _WRITE_PAIR, parameters)
        if entry_id is not None:
            return entry_id
    (outcome,) = post_entries(session, book_id, [draft], actor=actor, currency=currency)
    if outcome.refusal is not None:
        raise outcome.refusal
    assert outcome.entry_id is not None  # noqa: S101
    return outcome.entry_id


def post_entries(
    session: Session,
    book_id: int,
    drafts: Sequence[Draft],
    *,
    actor: str,
    atomic: bool = True,
    currency: str = "EUR",
) -> list[Outcome]:
    """
    Write many entries in order and return one outcome each, in the same order.

    With `atomic`, one refusal means that nothing is written: every draft that is wrong has its refusal, the others
    have neither id nor refusal. Without, each stands on its own. Each draft may count on those before it.

    Errors: BatchTooLarge; those of `post` are in the outcomes.
    """
    if len(drafts) > BATCH_LIMIT:
        raise BatchTooLarge(entries=len(drafts), limit=BATCH_LIMIT)
    if not drafts:
        return []
    invalid = {index: error for index, draft in enumerate(drafts) if (error := _invalid(draft, currency)) is not None}
    valid = [draft for index, draft in enumerate(drafts) if index not in invalid] if invalid else drafts
    arrays = _arrays(valid)
    if not invalid:
        # All or nothing, in the fewest statements; which went wrong, and why, is only asked when something did.
        ids, code = call(session, _POST_SET, (book_id, currency, actor, *arrays))
        if code is None:
            return [Outcome(entry_id, None) for entry_id in ids]
    parameters = (book_id, currency, atomic, actor, *arrays)
    answers = iter(_ask(session, parameters, undo=bool(invalid and atomic)) if valid else ())
    return [
        Outcome(None, invalid[index]) if index in invalid else _outcome(next(answers), draft, book_id, currency)
        for index, draft in enumerate(drafts)
    ]


def reverse(
    session: Session,
    book_id: int,
    entry_id: int,
    *,
    occurred_on: date,
    actor: str,
    reason: str,
    currency: str = "EUR",
) -> int:
    """
    Correct a mistake of ours with the opposite entry, and return its id.

    A capture of which something was refunded is not reversed: its money would be given back twice.

    Errors: EntryNotFound; those of `post`, AlreadyReversed and RefundExceedsCapture among them.
    """
    rows = session.connection().exec_driver_sql(_REVERSED, (book_id, entry_id)).all()
    if not rows:
        raise EntryNotFound(entry_id=entry_id)
    pairs = tuple(Pair(*row) for row in rows)
    draft = Draft("reversal", occurred_on, pairs, memo=reason, reverses=entry_id)
    return post(session, book_id, draft, actor=actor, currency=currency)


def _invalid(draft: Draft, currency: str) -> LedgerError | None:
    for pair in draft.pairs:
        if not 0 < pair.amount_minor <= MAX_MINOR or pair.debit_account_id == pair.credit_account_id:
            break
    else:
        if draft.pairs:
            return None
    smallest = min((pair.amount_minor for pair in draft.pairs), default=0)
    if smallest <= 0:
        return AmountNotPositive(amount=from_minor(smallest, currency))
    largest = max(pair.amount_minor for pair in draft.pairs)
    if largest > MAX_MINOR:
        return AmountTooLarge(amount=from_minor(largest, currency))
    return SameAccount(
        account_id=next(p.debit_account_id for p in draft.pairs if p.debit_account_id == p.credit_account_id)
    )


def _arrays(drafts: Sequence[Draft]) -> tuple[str | None, ...]:
    pairs = [
        (ordinal, line, pair) for ordinal, draft in enumerate(drafts, 1) for line, pair in enumerate(draft.pairs, 1)
    ]
    return (
        text_array([draft.kind for draft in drafts]),
        plain_array([draft.occurred_on for draft in drafts]),
        text_array([draft.reference for draft in drafts]),
        plain_array([draft.reverses for draft in drafts]),
        text_array([draft.memo for draft in drafts]),
        plain_array([ordinal for ordinal, _, _ in pairs]),
        plain_array([line for _, line, _ in pairs]),
        plain_array([pair.debit_account_id for _, _, pair in pairs]),
        plain_array([pair.credit_account_id for _, _, pair in pairs]),
        plain_array([pair.amount_minor for _, _, pair in pairs]),
    )


def _ask(session: Session, parameters: tuple[Any, ...], *, undo: bool) -> Sequence[Any]:
    if not undo:
        return session.connection().exec_driver_sql(_POST, parameters).all()
    # The batch is refused already: what would become of the others is found out and taken back.
    with session.begin_nested() as attempt:
        answers = session.connection().exec_driver_sql(_POST, parameters).all()
        attempt.rollback()
    return [(None, code, detail) for _, code, detail in answers]


def _outcome(answer: Any, draft: Draft, book_id: int, currency: str) -> Outcome:
    entry_id, code, detail = answer
    if code is None:
        return Outcome(entry_id, None)
    context = {"book_id": book_id, "occurred_on": draft.occurred_on, "currency": currency}
    return Outcome(None, refusals.make(code, detail, **context))
