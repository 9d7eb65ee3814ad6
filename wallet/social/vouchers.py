"""Vouchers: what was assigned to an application, as a lot of the citizen's wallet in the municipality's book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import ids
from config.money import from_minor
from ledger import accounts
from ledger.errors import AmountNotPositive
from plans import plans
from plans.rows import table
from plans.social import applications, offer, states
from plans.social.applications import Application
from plans.social.errors import InstrumentPaysNoPrice
from plans.social.words import Instrument, State, Why
from wallet import amounts, authorizations, expiry, grants, lots, wallets
from wallet.grants import Grant
from wallet.social.errors import VoucherMissing, VoucherOverlaps, VoucherPeriodInvalid, VoucherStillUsed
from wallet.social.tables import SocialVoucher
from wallet.tables import Lot

_VOUCHER, _LOT = table(SocialVoucher), table(Lot)


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher as it was assigned; `amount_minor` is the most that the municipality pays with it."""

    voucher_id: str
    application_id: str
    lot_id: str
    plan_id: str
    amount_minor: int
    starts_on: date
    ends_on: date
    assigned_on: date


def assign(
    session: Session,
    book_id: int,
    application_id: str,
    amount: Money | None,
    starts_on: date,
    ends_on: date,
    *,
    why: Why = Why.ORDINARY,
    on: date,
    actor: str,
    on_behalf_of: str | None = None,
    act_ref: str | None = None,
) -> tuple[Application, Voucher | None]:
    """
    Assign an admitted application: by accreditation its voucher becomes a lot that ends with the period.

    By co-design and tender no credit goes to the citizen: the application is assigned, its partner reports or invoices.
    The credit is closed to purchases that do not know the citizen's share: it is spent with `purchases.buy`.

    Units:  `amount` in euro, the municipality's part for the whole period; None where there is no voucher.
    Errors: ApplicationNotFound, StepInFuture, TransitionNotAllowed, SelectionMismatch, ReasonNotAllowed, IseeMissing,
            IseeExpired, ThresholdExceeded, InstrumentPaysNoPrice, AmountNotPositive and those of `amounts.minor`,
            VoucherPeriodInvalid, VoucherOverlaps, BudgetNotFunded, PeriodClosed, LedgerCorrupt.
    """
    found = applications.lock(session, book_id, application_id)
    applications.check_step(session, book_id, found, State.ASSIGNED, why, on)
    service = offer.entrusted(session, book_id, found.entrusted_code)
    pays_price = service.instrument is Instrument.ACCREDITAMENTO_VOUCHER
    if pays_price != (amount is not None):
        raise InstrumentPaysNoPrice(service=service.code, instrument=service.instrument)
    voucher = None
    if amount is not None and service.plan_id is not None:
        amount_minor = amounts.minor(amount)
        if amount_minor <= 0:
            raise AmountNotPositive(amount=amount)
        terms = plans.terms(session, book_id, [service.plan_id])[service.plan_id]
        first = max(terms.starts_on, service.starts_on)
        last = min(terms.spend_by, offer.last_day(session, book_id, service))
        if not first <= starts_on <= ends_on <= last:
            raise VoucherPeriodInvalid(
                starts_on=starts_on, ends_on=ends_on, plan=terms.code, service=service.code, first=first, last=last
            )
        if _lot(session, book_id, found.employee_id, terms.plan_id, ends_on) is not None:
            raise VoucherOverlaps(plan=terms.code, ends_on=ends_on)
        wallets.lock(session, book_id, found.employee_id)
        voucher_id = ids.new("vch")
        grant = Grant(found.employee_id, amount_minor, ends_on, voucher_id)
        grants.put(session, terms, [grant], on=on, actor=actor, memo=found.application_id)
        lot_id = _lot(session, book_id, found.employee_id, terms.plan_id, ends_on)
        assert lot_id is not None  # noqa: S101
        voucher = Voucher(voucher_id, found.application_id, lot_id, terms.plan_id, amount_minor, starts_on, ends_on, on)
        values = {name: getattr(voucher, name) for name in Voucher.__dataclass_fields__}
        session.execute(sa.insert(_VOUCHER).values(book_id=book_id, actor=actor, **values))
    moved = applications.move(
        session, book_id, found, State.ASSIGNED, why=why, on=on, actor=actor, on_behalf_of=on_behalf_of, act_ref=act_ref
    )
    return moved, voucher


def end(
    session: Session,
    book_id: int,
    application_id: str,
    to: State,
    *,
    why: Why,
    on: date,
    actor: str,
    on_behalf_of: str | None = None,
    act_ref: str | None = None,
) -> tuple[Application, int]:
    """
    End an assigned application (revoked, renounced, expired, used up) and give its free credit back.

    Before the voucher's last day is over it goes back to the plan, to be assigned again; after it, to the municipality.
    What is held was promised: it can still be captured, and `end_rest` takes what comes free afterwards. Returns the
    cents that went back.
    Errors: ApplicationNotFound, StepInFuture, TransitionNotAllowed, ReasonNotAllowed, VoucherStillUsed (only of a
            voucher said to be used up, or to be over before its last day), PeriodClosed, LedgerCorrupt.
    """
    found = applications.lock(session, book_id, application_id)
    applications.check_step(session, book_id, found, to, why, on)
    voucher = of_application(session, book_id, found.application_id)
    given_back = 0
    if voucher is not None:
        wallets.lock(session, book_id, found.employee_id)
        authorizations.settle(session, book_id, found.employee_id)
        _check_over(session, book_id, found, voucher, to, on)
        given_back = _give_back(session, book_id, found.employee_id, voucher, f"{to}: {why}", on, actor)
    moved = applications.move(
        session, book_id, found, to, why=why, on=on, actor=actor, on_behalf_of=on_behalf_of, act_ref=act_ref
    )
    return moved, given_back


def advance(
    session: Session,
    book_id: int,
    application_id: str,
    to: State,
    *,
    why: Why,
    on: date,
    actor: str,
    on_behalf_of: str | None = None,
    act_ref: str | None = None,
    service_code: str | None = None,
) -> tuple[Application, int]:
    """
    Move an application one step; what ends one that was assigned gives a voucher's free credit back. Returns the cents.

    Errors: those of `plans.social.applications.advance`, or of `end`.
    """
    # Of one that is being assigned right now, the step is another.
    found = applications.lock(session, book_id, application_id)
    if states.terminal(to) and any(step.to is to and step.money for step in states.steps()[found.state]):
        return end(
            session, book_id, found.application_id, to, why=why, on=on, actor=actor, on_behalf_of=on_behalf_of,
            act_ref=act_ref,
        )  # fmt: skip
    moved = applications.advance(
        session, book_id, found.application_id, to, why=why, on=on, actor=actor, on_behalf_of=on_behalf_of,
        act_ref=act_ref, service_code=service_code,
    )  # fmt: skip
    return moved, 0


def end_rest(session: Session, book_id: int, *, on: date, actor: str) -> int:
    """Give back what has come free in vouchers whose application is over; safe to run twice. Returns the cents."""
    total = 0
    for found, _ in applications.listed(session, book_id):
        voucher = of_application(session, book_id, found.application_id)
        if voucher is not None and states.terminal(found.state):
            wallets.lock(session, book_id, found.employee_id)
            authorizations.settle(session, book_id, found.employee_id)
            total += _give_back(session, book_id, found.employee_id, voucher, str(found.state), on, actor)
    return total


def of_application(session: Session, book_id: int, application_id: str) -> Voucher | None:
    """Return the voucher that was assigned to an application, if any."""
    columns = [_VOUCHER.c[name] for name in Voucher.__dataclass_fields__]
    row = session.execute(
        sa.select(*columns).where(_VOUCHER.c.book_id == book_id, _VOUCHER.c.application_id == application_id)
    ).one_or_none()
    return None if row is None else Voucher(*row)


def require(session: Session, book_id: int, application_id: str) -> Voucher:
    """
    Return the voucher of an application.

    Errors: VoucherMissing.
    """
    found = of_application(session, book_id, application_id)
    if found is None:
        raise VoucherMissing(application=application_id)
    return found


def _lot(session: Session, book_id: int, employee_id: str, plan_id: str, ends_on: date) -> str | None:
    here: Any = (
        _LOT.c.book_id == book_id,
        _LOT.c.employee_id == employee_id,
        _LOT.c.plan_id == plan_id,
        _LOT.c.expires_on == ends_on,
        _LOT.c.carried_from.is_(None),
    )
    lot_id: str | None = session.scalar(sa.select(_LOT.c.lot_id).where(*here))
    return lot_id


def _check_over(session: Session, book_id: int, found: Application, voucher: Voucher, to: State, on: date) -> None:
    lot = spendable(session, book_id, found.employee_id, voucher)
    held = accounts.states(session, book_id, [lot.account_id])[lot.account_id].held_minor
    details = {
        "application": found.application_id,
        "available": from_minor(lot.available_minor),
        "held": from_minor(held),
    }
    if to is State.EXHAUSTED and lot.available_minor + held > 0:
        raise VoucherStillUsed(**details, advice_it="non è esaurito", advice_en="it is not used up")
    if to is State.EXPIRED and on <= voucher.ends_on:
        raise VoucherStillUsed(**details, advice_it="il suo periodo non è finito", advice_en="its period is not over")


def _give_back(
    session: Session, book_id: int, employee_id: str, voucher: Voucher, reason: str, on: date, actor: str
) -> int:
    # What time has ended goes where the clock sends it, whoever of the two comes first: to the municipality.
    lot = spendable(session, book_id, employee_id, voucher)
    ended = expiry.expire_rest(session, book_id, {lot.account_id: 0}, on=on, actor=actor).returned_minor
    free = spendable(session, book_id, employee_id, voucher).available_minor
    if free > 0:
        grants.take_back(session, book_id, voucher.lot_id, from_minor(free), reason=reason, on=on, actor=actor)
    return ended + max(free, 0)


def spendable(session: Session, book_id: int, employee_id: str, voucher: Voucher) -> lots.SpendableLot:
    """Return the lot of a voucher, with what is free in it."""
    return next(lot for lot in lots.of_wallet(session, book_id, employee_id) if lot.lot_id == voucher.lot_id)
