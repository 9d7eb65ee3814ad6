"""Captures, voids and refunds: what happens to an authorization after it was given."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from moneyed import Money
from sqlalchemy.orm import Session

from config import clock
from config.money import from_minor
from ledger import holds, idempotency
from ledger.errors import AmountNotPositive, CaptureExceedsHold, HoldExpired, LedgerCorrupt
from ledger.posting import Pair
from plans.rulebook import loading
from plans.rulebook.decision import Decision
from plans.rulebook.facts import Facts
from plans.rulebook.words import Category, Channel, Moment, Outcome, PlanSource
from wallet import amounts, authorizations, chart, expiry, fiscal, purchases, recheck
from wallet.authorizations import Authorization
from wallet.errors import (
    AuthorizationNotOpen,
    CaptureBeforeAuthorization,
    CaptureBeforeService,
    CaptureExceedsAuthorization,
    PartialCaptureNotAllowed,
    PartialRefundNotAllowed,
    RefundBeforeCapture,
    RefundExceedsCaptures,
)
from wallet.reimbursements.errors import ReimbursementHasItsOwnVerbs

# What a key's answer keeps of the authorization: as it was then, not as it is when asked again.
_KEPT = ("status", "captured_minor", "refunded_minor")
# What a refund gave back to each plan's lots.
_GIVEN_BACK = (
    "select l.plan_id, sum(p.amount_minor)::bigint from posting p"
    " join lot l on l.book_id = p.book_id and l.account_id = p.credit_account_id"
    " where p.book_id = %s and p.entry_id = %s group by l.plan_id"
)
_REFUNDABLE = (
    "select e.entry_id, e.amount_minor - coalesce(c.refunded_minor, 0), n.occurred_on from hold_event e"
    "  join entry n on n.book_id = e.book_id and n.entry_id = e.entry_id"
    "  left join refund_counter c on c.book_id = e.book_id and c.entry_id = e.entry_id"
    " where e.book_id = %s and e.hold_id = %s and e.kind = 'capture'"
    "   and e.amount_minor > coalesce(c.refunded_minor, 0)"
    " order by e.seq desc"
)
# What was given in another year than it was decided for stands on facts of its own, beside those of the decision.
_KEEP_GIVEN = (
    'update "authorization"'
    " set facts = facts || jsonb_build_object('given', coalesce(facts -> 'given', '[]') || %s::jsonb)"
    " where book_id = %s and authorization_id = %s"
)
# What the lots of each source paid of a capture.
_PAID_BY = (
    "select l.source, sum(p.amount_minor)::bigint from posting p"
    " join lot l on l.book_id = p.book_id and l.account_id = p.debit_account_id"
    " where p.book_id = %s and p.entry_id = %s group by l.source order by l.source"
)
_OPEN_OF_PROVIDER = (
    'select book_id, authorization_id from "authorization" where provider_code = %s'
    " and status in ('authorized', 'partially_captured') and expires_at > ledger_now()"
    " order by book_id, employee_id, authorization_id"
)
# A refund may come after the lot's last day: what was bought by then can be spent again for so many days. What was
# bought within those days and is given back has no more of them, or they could be had without end.
GRACE_DAYS = 30
_GRACE = (
    "update lot l set grace_until = greatest(l.grace_until, %(until)s::date)"
    "  from employee e, plan n"
    " where l.book_id = %(book)s and l.account_id = any(%(accounts)s::bigint[])"
    "   and e.book_id = l.book_id and e.employee_id = l.employee_id"
    "   and n.book_id = l.book_id and n.plan_id = l.plan_id"
    "   and least(l.expires_on, e.left_on + n.leaver_grace_days) < %(today)s::date"
    "   and least(l.expires_on, e.left_on + n.leaver_grace_days) >= %(bought)s::date"
)
_CREDITED = (
    "select p.credit_account_id, sum(p.amount_minor)::bigint from posting p"
    " join lot l on l.book_id = p.book_id and l.account_id = p.credit_account_id"
    " where p.book_id = %s and p.entry_id = any(%s::bigint[]) group by p.credit_account_id"
)


@dataclass(frozen=True, slots=True)
class Change:
    """An authorization after a capture, void or refund, with the entries that were written; minor units."""

    authorization: Authorization
    amount_minor: int
    entry_ids: tuple[int, ...]


def capture(
    session: Session,
    book_id: int,
    authorization_id: str,
    amount: Money | None = None,
    *,
    final: bool | None = None,
    on: date | None = None,
    actor: str,
    key: str | None = None,
) -> Change:
    """
    Turn what an authorization reserves, or a part of it, into a debt to the provider.

    Without an amount everything that is still reserved. `final` (by default when nothing would be left) releases the
    rest. In another territory than the funder's, the entry passes through both clearing accounts, whose sum stays
    zero. In channel DIRECT the fiscal event is written now; what is given before the day it was decided for has to be
    taxed as it was decided.

    Units:  `amount` in euro.
    Errors: those of `amounts.minor`; KeyReused, InProgress; AuthorizationNotFound, ReimbursementHasItsOwnVerbs,
            AuthorizationNotOpen, CaptureBeforeAuthorization, PartialCaptureNotAllowed, CaptureBeforeService,
            AmountNotPositive, HoldExpired, CaptureExceedsAuthorization, PeriodClosed, OccurredInFuture, LedgerCorrupt.
    Source: glossary, "capture"; DM 25/3/2016 art. 6 for vouchers.
    """
    request = _request(authorization_id, amount, on, final=final)

    def work() -> Change:
        return _capture(session, book_id, authorization_id, amount, final, on or clock.today(), actor, key)

    return _once(session, book_id, actor, "capture", key, request, work)


def _capture(
    session: Session,
    book_id: int,
    authorization_id: str,
    amount: Money | None,
    final: bool | None,
    on: date,
    actor: str,
    key: str | None,
) -> Change:
    found = _lock(session, book_id, authorization_id)
    if not found.open:
        raise AuthorizationNotOpen(authorization=authorization_id, status=found.status)
    decided_on = found.decided_at.astimezone(clock.ROME).date()
    if on < decided_on:
        raise CaptureBeforeAuthorization(on=on, decided_on=decided_on)
    reserved = found.amount_minor - found.captured_minor
    amount_minor = reserved if amount is None else amounts.minor(amount)
    if found.channel == Channel.VOUCHER and amount_minor != found.amount_minor:
        raise PartialCaptureNotAllowed(amount=from_minor(found.amount_minor), asked=from_minor(amount_minor))
    # An amount that is none, or more than there is, the ledger refuses.
    if on < found.tax_on and 0 < amount_minor <= reserved:
        _check_early(session, book_id, found, amount_minor, on)
    final = amount_minor == reserved if final is None else final

    entry_id = _post(session, book_id, found, amount_minor, final, on, actor, key)
    captured = found.captured_minor + amount_minor
    ended = "captured" if final else None
    changed = authorizations.update(session, book_id, found, captured, found.refunded_minor, ended=ended)
    if found.channel != Channel.VOUCHER:
        _write_use(session, book_id, found, amount_minor, on, entry_id)
    return Change(changed, amount_minor, (entry_id,))


def void(
    session: Session, book_id: int, authorization_id: str, *, actor: str, reason: str = "voided", key: str | None = None
) -> Change:
    """
    End an authorization without spending what is left of it; the money is free again, and the voucher's tax undone.

    Errors: KeyReused, InProgress; AuthorizationNotFound, ReimbursementHasItsOwnVerbs, AuthorizationNotOpen,
            HoldExpired, LedgerCorrupt.
    """

    def work() -> Change:
        found = _lock(session, book_id, authorization_id)
        if not found.open or found.hold_id is None:
            raise AuthorizationNotOpen(authorization=authorization_id, status=found.status)
        released = holds.void(session, book_id, found.hold_id)
        return Change(authorizations.finish(session, book_id, found, "voided", reason), released, ())

    request = {"authorization": authorization_id, "reason": reason}
    return _once(session, book_id, actor, "void", key, request, work)


def refund(
    session: Session,
    book_id: int,
    authorization_id: str,
    amount: Money | None = None,
    *,
    on: date | None = None,
    actor: str,
    reason: str = "",
    key: str | None = None,
) -> Change:
    """
    Undo captures, whole or in part, back to the lots they came from, the last charged first.

    A lot whose last day is past opens again for thirty days if the purchase was made by then; what else is in it ends,
    as the clock would have ended it. The fiscal events are reversed in proportion.

    Units:  `amount` in euro; without it everything captured and not yet refunded.
    Errors: those of `amounts.minor`; KeyReused, InProgress; AuthorizationNotFound,
            ReimbursementHasItsOwnVerbs, AmountNotPositive, RefundExceedsCaptures, PartialRefundNotAllowed,
            RefundBeforeCapture, PeriodClosed, OccurredInFuture, LedgerCorrupt.
    """
    request = _request(authorization_id, amount, on, reason=reason)

    def work() -> Change:
        return _refund(session, book_id, authorization_id, amount, on or clock.today(), actor, reason, key)

    return _once(session, book_id, actor, "refund", key, request, work)


def _refund(
    session: Session,
    book_id: int,
    authorization_id: str,
    amount: Money | None,
    on: date,
    actor: str,
    reason: str,
    key: str | None,
) -> Change:
    found = _lock(session, book_id, authorization_id)
    refundable = found.captured_minor - found.refunded_minor
    total = refundable if amount is None else amounts.minor(amount)
    if amount is not None and total <= 0:
        raise AmountNotPositive(amount=amount)
    if total > refundable or refundable == 0:
        raise RefundExceedsCaptures(refundable=from_minor(refundable), needed=from_minor(total))
    if found.channel == Channel.VOUCHER and total != found.captured_minor:
        raise PartialRefundNotAllowed(amount=from_minor(found.captured_minor), asked=from_minor(total))
    parts = _parts(session, book_id, found, total, on)

    # What is due is free, and over with the rest of a lot that has ended.
    if authorizations.settle(session, book_id, found.employee_id):
        found = authorizations.get(session, book_id, authorization_id)
    entries = [
        holds.refund(
            session,
            book_id,
            captured_entry_id,
            part,
            kind="refund",
            occurred_on=on,
            actor=actor,
            reference=None if key is None else f"{authorization_id}:refund:{actor}:{key}:{captured_entry_id}",
            memo=reason,
        )
        for captured_entry_id, part in parts
    ]
    _open_again(session, book_id, found, entries, actor)
    refunded = found.refunded_minor + total
    changed = authorizations.update(session, book_id, found, found.captured_minor, refunded)
    for entry_id, (captured_entry_id, _) in zip(entries, parts, strict=True):
        shares: dict[str, int] = dict(session.connection().exec_driver_sql(_GIVEN_BACK, (book_id, entry_id)).all())
        fiscal.reverse(
            session,
            book_id,
            found.employee_id,
            authorization_id,
            shares,
            on=on,
            reason="refund",
            entry_id=entry_id,
            # A voucher was taxed at issue: its capture wrote no event.
            delivered_entry_id=None if found.channel == Channel.VOUCHER else captured_entry_id,
        )
    return Change(changed, total, tuple(entries))


def _lock(session: Session, book_id: int, authorization_id: str) -> Authorization:
    found = authorizations.lock(session, book_id, authorization_id)
    if found.channel == Channel.REIMBURSEMENT:
        raise ReimbursementHasItsOwnVerbs(authorization=authorization_id)
    return found


def _parts(session: Session, book_id: int, found: Authorization, total: int, on: date) -> list[tuple[int, int]]:
    """Say how much of which captures an amount takes back: (entry, minor units), the last charged first."""
    parts: list[tuple[int, int]] = []
    left = total
    for entry_id, room, captured_on in session.connection().exec_driver_sql(_REFUNDABLE, (book_id, found.hold_id)):
        if left == 0:
            break
        if on < captured_on:
            raise RefundBeforeCapture(on=on, captured_on=captured_on)
        part = min(int(room), left)
        parts.append((entry_id, part))
        left -= part
    return parts


def void_of_provider(session: Session, provider_code: str, *, actor: str, reason: str) -> list[Change]:
    """
    Void every open authorization of a provider in every book: it was suspended, and can serve nobody.

    Called in the transaction that suspends it: a purchase that is under way is waited for, a later one is declined.
    A book that is stopped does not hold the suspension up. What it has open stays so, and nobody can capture it there
    until the book is resumed: then the suspension is repeated.
    """
    authorizations.lock_provider(session, provider_code)
    rows = session.connection().exec_driver_sql(_OPEN_OF_PROVIDER, (provider_code,)).all()
    changes = []
    for book_id, authorization_id in rows:
        # Captured, voided or due by the time it was waited for: there is nothing left to void.
        with suppress(AuthorizationNotOpen, HoldExpired, LedgerCorrupt):
            changes.append(void(session, book_id, authorization_id, actor=actor, reason=reason))
    return changes


def _post(
    session: Session,
    book_id: int,
    found: Authorization,
    amount_minor: int,
    final: bool,
    on: date,
    actor: str,
    key: str | None,
) -> int:
    assert found.hold_id is not None  # noqa: S101
    assert found.provider_code is not None  # noqa: S101
    assert found.home_territory is not None  # noqa: S101
    assert found.delivery_territory is not None  # noqa: S101
    home, delivery = found.home_territory, found.delivery_territory
    ids = chart.open_counterparts(session, book_id, found.provider_code, home, delivery)
    provider = ids[chart.provider(found.provider_code)]
    if home == delivery:
        credit = provider
        through: tuple[Pair, ...] = ()
    else:
        credit = ids[chart.clearing(home)]
        through = (Pair(ids[chart.clearing(delivery)], provider, amount_minor),)
    try:
        return holds.capture(
            session,
            book_id,
            found.hold_id,
            amount_minor,
            credit_account_id=credit,
            through=through,
            final=final,
            kind="capture",
            occurred_on=on,
            actor=actor,
            reference=None if key is None else f"{found.authorization_id}:capture:{actor}:{key}",
            memo=found.authorization_id,
        )
    except CaptureExceedsHold as refusal:
        raise CaptureExceedsAuthorization(
            authorization=found.authorization_id,
            reserved=refusal.details["reserved"],
            needed=refusal.details["needed"],
        ) from refusal


def _check_early(session: Session, book_id: int, found: Authorization, amount_minor: int, on: date) -> None:
    """Refuse what is given before the day it was decided for, where that would be decided otherwise."""
    facts = recheck.facts_of(found.facts)
    if on.year == found.tax_on.year:
        # The year's room was reserved when it was decided: nothing but the day is another.
        decision = purchases.decide_for_day(session, book_id, found.employee_id, found.relative_id, facts, on)
        as_decided = (decision.taxable_minor, purchases.counts_in_limit(decision)) == (
            found.taxable_minor,
            found.in_limit,
        )
    else:
        _, decision = _decide_again(session, book_id, found, amount_minor, on)
        as_decided = decision.taxable_minor <= _taxable_as_decided(found, amount_minor)
    if decision.outcome is Outcome.BLOCKED or not as_decided:
        raise CaptureBeforeService(service_on=found.service_on, on=on)


def _decide_again(
    session: Session, book_id: int, found: Authorization, amount_minor: int, on: date
) -> tuple[Facts, Decision]:
    facts = recheck.facts_of(found.facts)
    return purchases.decide_again(
        session,
        book_id,
        found.employee_id,
        found.relative_id,
        facts,
        amount_minor,
        on,
        authorization_id=found.authorization_id,
    )


def _taxable_as_decided(found: Authorization, amount_minor: int) -> int:
    # What the limit leaves exempt is used first: what comes last is the excess.
    before = max(0, found.captured_minor - found.exempt_minor)
    return max(0, found.captured_minor + amount_minor - found.exempt_minor) - before


def _write_use(
    session: Session, book_id: int, found: Authorization, amount_minor: int, on: date, entry_id: int
) -> None:
    for received_on, part_minor, sources in _received(session, book_id, found, amount_minor, on, entry_id):
        _write_part(session, book_id, found, part_minor, on, entry_id, received_on, sources)


def _received(
    session: Session, book_id: int, found: Authorization, amount_minor: int, on: date, entry_id: int
) -> list[tuple[date, int, list[str] | None]]:
    """
    Say on which day what a capture took counts as received, with its amount and, where they differ, the sources.

    What takes the place of a bonus is received when it is chosen (data/moments.toml): that matters in another year.
    """
    chosen_on = found.decided_at.astimezone(clock.ROME).date()
    if chosen_on.year == on.year:
        return [(on, amount_minor, None)]
    rulebook, channel = loading.load(), Channel(str(found.channel))
    days: dict[date, tuple[int, list[str]]] = {}
    for source, part_minor in session.connection().exec_driver_sql(_PAID_BY, (book_id, entry_id)):
        rule = rulebook.moments.at((PlanSource(source), channel), chosen_on, clock.today())
        day = chosen_on if rule is not None and rule.moment is Moment.CHOICE else on
        total, sources = days.get(day, (0, []))
        days[day] = total + part_minor, [*sources, source]
    return [(day, total, sources) for day, (total, sources) in sorted(days.items())]


def _write_part(
    session: Session,
    book_id: int,
    found: Authorization,
    amount_minor: int,
    on: date,
    entry_id: int,
    received_on: date,
    sources: list[str] | None,
) -> None:
    assert found.category is not None  # noqa: S101
    in_limit, rule_ids = found.in_limit, found.rule_ids
    if received_on.year == found.tax_on.year:
        taxable = _taxable_as_decided(found, amount_minor)
    else:
        asked, decision = _decide_again(session, book_id, found, amount_minor, received_on)
        # The service was given and is owed; what can no longer be exempt, or be decided at all, is taxable.
        taxable = amount_minor if decision.outcome is Outcome.BLOCKED else decision.taxable_minor
        in_limit, rule_ids = purchases.counts_in_limit(decision), decision.rule_ids
        given = {
            "on": str(received_on),
            "outcome": str(decision.outcome),
            "taxable_minor": taxable,
            "rule_ids": list(rule_ids),
            "rulebook_version": loading.load().version,
            "facts": purchases.keep(asked),
        }
        kept = (json.dumps(given), book_id, found.authorization_id)
        session.connection().exec_driver_sql(_KEEP_GIVEN, kept)
    fiscal.append_delivery(
        session,
        book_id,
        found.employee_id,
        found.authorization_id,
        entry_id,
        taxable_minor=taxable,
        category=Category(found.category),
        channel=str(found.channel),
        in_limit=in_limit,
        on=on,
        year=received_on.year,
        rule_ids=rule_ids,
        sources=sources,
    )


def _open_again(session: Session, book_id: int, found: Authorization, entries: list[int], actor: str) -> None:
    connection, today = session.connection(), clock.today()
    given: dict[int, int] = dict(connection.exec_driver_sql(_CREDITED, (book_id, entries)).all())
    # What was left in a lot past its last day is over, swept or not: only what is given back is spent again.
    expiry.expire_rest(session, book_id, given, on=today, actor=actor)
    # From today on, whatever day the refund bears: before it nobody could spend it.
    until = today + timedelta(days=GRACE_DAYS)
    bought = found.decided_at.astimezone(clock.ROME).date()
    asked = {"book": book_id, "accounts": list(given), "today": today, "until": until, "bought": bought}
    connection.exec_driver_sql(_GRACE, asked)


def _request(authorization_id: str, amount: Money | None, on: date | None, **rest: object) -> dict[str, object]:
    amount_minor = None if amount is None else amounts.minor(amount)
    return {"authorization": authorization_id, "amount": amount_minor, "on": None if on is None else str(on), **rest}


def _once(
    session: Session,
    book_id: int,
    actor: str,
    operation: str,
    key: str | None,
    request: Mapping[str, object],
    work: Callable[[], Change],
) -> Change:
    def replay(kept: Mapping[str, Any]) -> Change:
        found = authorizations.get(session, book_id, kept["authorization_id"])
        then = {name: kept[name] for name in _KEPT}
        return Change(replace(found, replayed=True, **then), kept["amount_minor"], tuple(kept["entry_ids"]))

    return idempotency.once(session, book_id, actor, operation, key, request, work=work, answer=_answer, replay=replay)


def _answer(change: Change) -> dict[str, object]:
    found = change.authorization
    return {
        "authorization_id": found.authorization_id,
        "amount_minor": change.amount_minor,
        "entry_ids": list(change.entry_ids),
        **{name: getattr(found, name) for name in _KEPT},
    }
