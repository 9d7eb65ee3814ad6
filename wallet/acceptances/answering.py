"""What a provider answers: it accepts, and the purchase gets its code; or it does not, and the money is free again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from ledger import holds, idempotency
from network import qualification
from plans.rulebook.words import Channel
from wallet import authorizations, captures, codes, outbox, records, telling
from wallet.acceptances import awaited
from wallet.acceptances.awaited import Acceptance
from wallet.acceptances.errors import AcceptanceAnswered, ProviderNotQualifiedNow
from wallet.acceptances.tables import AcceptanceRow
from wallet.acceptances.words import Reason, State
from wallet.authorizations import Authorization
from wallet.outbox import Event
from wallet.reasons import Voiding
from wallet.tables import AuthorizationRow, Lot


def accept(session: Session, book_id: int, authorization_id: str, *, actor: str, key: str | None = None) -> Acceptance:
    """
    Let a purchase have its code: the provider will serve. In channel VOUCHER this is the moment of issue.

    Errors: KeyReused, InProgress; AuthorizationNotFound, AcceptanceNotFound, AcceptanceAnswered,
            ProviderNotQualifiedNow.
    Source: docs/adr/0007-acceptance.md.
    """

    def work() -> Acceptance:
        found, asked = _lock(session, book_id, authorization_id)
        today = clock.today()
        assert found.hold_id is not None  # noqa: S101
        if not qualification.state_on(session, asked.provider_code, today).may_serve:
            raise ProviderNotQualifiedNow(provider=asked.provider_code)
        holds.extend(session, book_id, found.hold_id, asked.expires_at)
        voucher = found.channel == Channel.VOUCHER
        given = replace(found, code=codes.new(), expires_at=asked.expires_at, tax_on=today if voucher else found.tax_on)
        session.execute(
            sa.update(AuthorizationRow)
            .where(AuthorizationRow.book_id == book_id, AuthorizationRow.authorization_id == authorization_id)
            .values(code=given.code, expires_at=given.expires_at, tax_on=given.tax_on)
        )
        if voucher:
            records.write_issue(session, book_id, given, _shares(session, book_id, given), on=today)
        told = telling.purchase(Event.AUTHORIZATION_ACCEPTED, given, {})
        outbox.tell(
            session,
            book_id,
            told.type,
            told.aggregate,
            told.facts,
            employee_id=told.employee_id,
            provider_code=told.provider_code,
        )
        return _answer(session, book_id, authorization_id, actor, State.ACCEPTED, None)

    return _once(session, book_id, "acceptance_accept", authorization_id, actor, key, {}, work)


def refuse(
    session: Session, book_id: int, authorization_id: str, reason: Reason, *, actor: str, key: str | None = None
) -> Acceptance:
    """
    Void a purchase that the provider will not serve: its money is free again, and nothing was taxed.

    Errors: KeyReused, InProgress; AuthorizationNotFound, AcceptanceNotFound, AcceptanceAnswered.
    """

    def work() -> Acceptance:
        _lock(session, book_id, authorization_id)
        captures.void(session, book_id, authorization_id, actor=actor, reason=Voiding.PROVIDER_REFUSED)
        return _answer(session, book_id, authorization_id, actor, State.REFUSED, reason)

    return _once(session, book_id, "acceptance_refuse", authorization_id, actor, key, {"reason": str(reason)}, work)


def _lock(session: Session, book_id: int, authorization_id: str) -> tuple[Authorization, Acceptance]:
    found = authorizations.lock(session, book_id, authorization_id)
    asked = awaited.get(session, authorization_id)
    if asked.state is not State.PENDING or not found.open:
        raise AcceptanceAnswered(authorization=authorization_id)
    return found, asked


def _shares(session: Session, book_id: int, found: Authorization) -> list[tuple[str, str, int]]:
    """Return which plans and sources pay a voucher, in the order in which its lots were chosen."""
    chosen: list[list[Any]] = found.facts["lots"]
    rows = session.execute(
        sa.select(Lot.lot_id, Lot.plan_id, Lot.source).where(
            Lot.book_id == book_id, Lot.lot_id.in_([lot_id for lot_id, _ in chosen])
        )
    )
    lots = {row.lot_id: (row.plan_id, row.source) for row in rows}
    return [(*lots[lot_id], amount_minor) for lot_id, amount_minor in chosen]


def _answer(
    session: Session, book_id: int, authorization_id: str, actor: str, state: State, reason: Reason | None
) -> Acceptance:
    session.execute(
        sa.update(AcceptanceRow)
        .where(AcceptanceRow.book_id == book_id, AcceptanceRow.authorization_id == authorization_id)
        .values(state=str(state), reason=None if reason is None else str(reason), answered_at=clock.now(), actor=actor)
    )
    return awaited.get(session, authorization_id)


def _once(
    session: Session,
    book_id: int,
    operation: str,
    authorization_id: str,
    actor: str,
    key: str | None,
    more: Mapping[str, Any],
    work: Callable[[], Acceptance],
) -> Acceptance:
    return idempotency.once(
        session,
        book_id,
        actor,
        operation,
        key,
        {"authorization": authorization_id, **more},
        work=work,
        answer=lambda _done: {"authorization_id": authorization_id},
        replay=lambda kept: replace(awaited.get(session, kept["authorization_id"]), replayed=True),
    )
