"""
Buying with a municipal voucher: the municipality's part out of the voucher, the citizen's out of their own money.

One authorization and one hold reserve both parts, so that they are captured, voided, expired and refunded together. A
municipal voucher is no voucher of TUIR art. 51 c. 3-bis: the citizen may add to it.
Source: docs/social-vouchers.md; product choice "Who pays besides".
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from config.money import from_minor
from ledger import idempotency
from plans import plans
from plans.rows import table
from plans.rulebook.words import Channel
from plans.social import applications, assessments, offer, own_share
from plans.social.applications import Application
from plans.social.errors import (
    AboveThreshold,
    InstrumentPaysNoPrice,
    IseeExpired,
    QuotaNotInForce,
    ServiceNotEntrusted,
)
from plans.social.isee import Assessment
from plans.social.tariffs import Quota
from plans.social.words import Instrument, Standing, State
from wallet import authorizations, captures, previews, purchases, tenders
from wallet.authorizations import Authorization
from wallet.captures import Change
from wallet.choosing import Share
from wallet.declines import Decline
from wallet.errors import DecisionChanged
from wallet.purchases import Considered, Purchase
from wallet.reasons import Voiding
from wallet.social import vouchers
from wallet.social.errors import (
    NothingFromMunicipality,
    ShareMissing,
    ShareNotNeeded,
    SocialVoucherNotActive,
    TenderHandedOver,
    VoucherOutsidePeriod,
)
from wallet.social.tables import SocialUse
from wallet.social.vouchers import Voucher
from wallet.tenders import Paid, Receipt, Returned

_USE = table(SocialUse)


@dataclass(frozen=True, slots=True)
class Bought:
    """
    What became of a purchase with a voucher; minor units.

    `municipal_minor` and `citizen_minor` add up to the price. A decline has no `paid`: nothing was taken.
    """

    authorization: Authorization
    municipal_minor: int
    citizen_minor: int
    paid: Paid | None


@dataclass(frozen=True, slots=True)
class Told:
    """
    What a purchase with a voucher would be; minor units. `left_minor` would be left in the voucher.

    `decision` is what would be written, without id, hold or code.
    """

    decision: Authorization
    municipal_minor: int
    citizen_minor: int
    left_minor: int
    ends_on: date

    @property
    def possible(self) -> bool:
        """Whether it can be bought."""
        return self.decision.status != "declined"

    @property
    def told(self) -> str:
        """What whoever confirms it was told, in short: another decision, or another share, has another."""
        return _told(self.decision, self.municipal_minor, self.citizen_minor)


@dataclass(frozen=True, slots=True)
class Undone:
    """A purchase that was voided or refunded, and the citizen's part that went back with it."""

    change: Change
    returned: Returned | None


def buy(
    session: Session,
    book_id: int,
    application_id: str,
    service_code: str,
    quantity: int,
    receipt: Receipt | None,
    *,
    service_on: date | None = None,
    actor: str,
    key: str | None = None,
) -> Bought:
    """
    Buy with a voucher: the municipality's part and the citizen's are reserved together, or neither.

    The citizen's share follows the attestation in force on the day. A decline is recorded, as any purchase's; then
    nothing was taken of the citizen's money. With a `key` the same request again gives the first answer.

    Units:  minor units in the result.
    Errors: KeyReused, InProgress; ApplicationNotFound, SocialVoucherNotActive, InstrumentPaysNoPrice,
            ServiceNotEntrusted, VoucherMissing, VoucherOutsidePeriod, QuotaNotInForce, IseeExpired, AboveThreshold,
            those of `purchases.consider`, NothingFromMunicipality, ShareMissing, ShareNotNeeded, ReceiptInvalid,
            ReceiptTaken, PeriodClosed, LedgerCorrupt.
    """

    def work() -> Bought:
        return _buy(session, book_id, application_id, service_code, quantity, receipt, service_on, actor)

    request = {
        "application": application_id,
        "service": service_code,
        "quantity": quantity,
        "receipt": None if receipt is None else [str(receipt.kind), receipt.reference],
        "service_on": None if service_on is None else str(service_on),
    }
    return idempotency.once(
        session, book_id, actor, "social_buy", key, request, work=work,
        answer=lambda bought: {
            "authorization_id": bought.authorization.authorization_id,
            "status": bought.authorization.status,
            "municipal_minor": bought.municipal_minor,
            "citizen_minor": bought.citizen_minor,
        },
        replay=lambda kept: Bought(
            replace(
                authorizations.get(session, book_id, kept["authorization_id"]),
                replayed=True, status=kept["status"], captured_minor=0, refunded_minor=0,
            ),
            kept["municipal_minor"],
            kept["citizen_minor"],
            tenders.of_authorization(session, book_id, kept["authorization_id"]),
        ),
    )  # fmt: skip


def simulate(
    session: Session,
    book_id: int,
    application_id: str,
    service_code: str,
    quantity: int,
    *,
    service_on: date | None = None,
) -> Told:
    """
    Say what `buy` would do now, and what the citizen would pay; nothing is written, locked or asked of the citizen.

    Errors: those of `buy`, without the key's and the receipt's.
    """
    found = applications.get(session, book_id, application_id)
    parts = _consider(session, book_id, found, service_code, quantity, service_on)
    considered = _declined(parts.considered)
    if parts.shares is not None:
        considered = purchases.paid_by(parts.considered, parts.shares)
    left = vouchers.spendable(session, book_id, found.employee_id, parts.voucher).available_minor
    return Told(
        authorizations.foreseen(session, book_id, considered),
        parts.municipal_minor,
        parts.citizen_minor,
        left - (0 if parts.shares is None else parts.municipal_minor),
        parts.voucher.ends_on,
    )


def order(
    session: Session,
    book_id: int,
    application_id: str,
    service_code: str,
    quantity: int,
    as_told: str,
    *,
    service_on: date | None = None,
    actor: str,
    key: str | None = None,
) -> Bought:
    """
    Buy what a municipality pays whole, as somebody was told and agreed to; what is told otherwise now is not done.

    Errors: those of `buy`, without the receipt's; DecisionChanged.
    """
    made = buy(
        session, book_id, application_id, service_code, quantity, None, service_on=service_on, actor=actor, key=key
    )
    possible = made.authorization.status != "declined"
    seen = _told(made.authorization, made.municipal_minor, made.citizen_minor)
    if not made.authorization.replayed and (not possible or seen != as_told):
        raise DecisionChanged()
    return made


def _told(decided: Authorization, municipal_minor: int, citizen_minor: int) -> str:
    return sha256(f"{previews.told(decided)} {municipal_minor} {citizen_minor}".encode()).hexdigest()


def void(
    session: Session, book_id: int, authorization_id: str, *, actor: str, reason: Voiding = Voiding.VOIDED
) -> Undone:
    """
    End a purchase without spending it: both parts are free again, and the citizen's goes back to them.

    Errors: those of `captures.void`; PeriodClosed.
    """
    change = captures.void(session, book_id, authorization_id, actor=actor, reason=reason)
    return Undone(change, _return(session, book_id, authorization_id, actor))


def refund(session: Session, book_id: int, authorization_id: str, *, actor: str, reason: str = "") -> Undone:
    """
    Undo a purchase that was captured, whole: both parts go back to where they came from.

    Errors: those of `captures.refund`.
    """
    change = captures.refund(session, book_id, authorization_id, actor=actor, reason=reason)
    return Undone(change, _return(session, book_id, authorization_id, actor))


def _return(session: Session, book_id: int, authorization_id: str, actor: str) -> Returned | None:
    paid = tenders.of_authorization(session, book_id, authorization_id)
    if paid is None:
        return None
    # What was handed over to the bank is the citizen's all the same: it waits until it is paid back from there.
    with suppress(TenderHandedOver), session.begin_nested():
        return tenders.give_back(session, book_id, paid.tender_id, on=clock.today(), actor=actor)
    return None


def _buy(
    session: Session,
    book_id: int,
    application_id: str,
    service_code: str,
    quantity: int,
    receipt: Receipt | None,
    service_on: date | None,
    actor: str,
) -> Bought:
    today = clock.today()
    found = applications.lock(session, book_id, application_id)
    frozen, home = authorizations.begin(session, book_id, _purchase(found, service_code, quantity, service_on))
    parts = _consider(session, book_id, found, service_code, quantity, service_on, frozen=frozen)
    considered, voucher, quota = parts.considered, parts.voucher, parts.quota
    municipal, citizen, shares = parts.municipal_minor, parts.citizen_minor, parts.shares
    if shares is None:
        # What speaks against it is recorded, as of any purchase; of the citizen's money nothing was taken.
        given = authorizations.record(session, book_id, _declined(considered), home, actor)
        return Bought(given, municipal, citizen, None)
    if citizen and receipt is None:
        raise ShareMissing(share=from_minor(citizen))
    if not citizen and receipt is not None:
        raise ShareNotNeeded()
    if receipt is not None:
        tenders.check(session, book_id, receipt)

    terms = plans.terms(session, book_id, [voucher.plan_id])[voucher.plan_id]
    own = None
    if receipt is not None:
        own = own_share.beside(session, terms)
        lot = tenders.credit(session, own, found.employee_id, receipt, citizen, voucher.ends_on, on=today, actor=actor)
        shares = (*shares, Share(lot, citizen))
    given = authorizations.record(session, book_id, purchases.paid_by(considered, shares), home, actor)
    paid = None
    if own is not None and receipt is not None:
        paid = tenders.keep(
            session, own, found.employee_id, receipt, citizen, shares[-1].lot.lot_id, on=today, actor=actor,
            authorization_id=given.authorization_id,
        )  # fmt: skip
    session.execute(
        sa.insert(_USE).values(
            book_id=book_id,
            authorization_id=given.authorization_id,
            voucher_id=voucher.voucher_id,
            municipal_minor=municipal,
            citizen_minor=citizen,
            quota_kind=str(quota.kind),
            quota_value=quota.value,
        )
    )
    return Bought(given, municipal, citizen, paid)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A purchase with a voucher as it was considered, and who pays what; `shares` None where it is declined."""

    considered: Considered
    voucher: Voucher
    quota: Quota
    municipal_minor: int
    citizen_minor: int
    shares: tuple[Share, ...] | None


def _purchase(found: Application, service_code: str, quantity: int, service_on: date | None) -> Purchase:
    # A voucher is captured whole, once: the two parts never drift apart.
    return Purchase(found.employee_id, service_code, quantity=quantity, service_on=service_on, channel=Channel.VOUCHER)


def _consider(
    session: Session,
    book_id: int,
    found: Application,
    service_code: str,
    quantity: int,
    service_on: date | None,
    *,
    frozen: bool = False,
) -> _Parts:
    today = clock.today()
    voucher, quota = _entitled(session, book_id, found, service_code, today, service_on or today)
    purchase = _purchase(found, service_code, quantity, service_on)
    considered = purchases.consider(session, book_id, purchase, apart=True)
    if frozen:
        considered = purchases.declined(considered, Decline.WALLET_FROZEN)
    citizen = quota.of(considered.offer.price_minor, considered.quantity)
    municipal = considered.amount_minor - citizen
    shares = _municipal_share(session, book_id, found, considered, voucher, municipal)
    if shares is not None and municipal == 0:
        raise NothingFromMunicipality(price=from_minor(citizen))
    return _Parts(considered, voucher, quota, municipal, citizen, shares)


def _entitled(
    session: Session, book_id: int, found: Application, service_code: str, today: date, service_on: date
) -> tuple[Voucher, Quota]:
    """Return the voucher and what the citizen pays, of an application that may be used today."""
    if found.state is not State.ACTIVE:
        raise SocialVoucherNotActive(application=found.application_id, state=found.state)
    service = offer.entrusted(session, book_id, found.entrusted_code)
    if service.instrument is not Instrument.ACCREDITAMENTO_VOUCHER:
        raise InstrumentPaysNoPrice(service=service.code, instrument=service.instrument)
    chosen = service.services if found.service_code is None else (found.service_code,)
    if service_code not in chosen:
        raise ServiceNotEntrusted(asked=service_code, service=service.code, entrusted=chosen)
    voucher = vouchers.require(session, book_id, found.application_id)
    for day in (today, service_on):
        if not voucher.starts_on <= day <= voucher.ends_on:
            raise VoucherOutsidePeriod(
                application=found.application_id, starts_on=voucher.starts_on, ends_on=voucher.ends_on, on=day
            )
    return voucher, _in_force(session, book_id, found, today, service_on).quota


def _in_force(session: Session, book_id: int, found: Application, today: date, service_on: date) -> Assessment:
    assessment = assessments.in_force(session, book_id, found.application_id, today)
    if assessment is None:
        latest = assessments.latest(session, book_id, found.application_id)
        raise QuotaNotInForce(application=found.application_id, since=latest.effective_from)
    if assessment.standing is not Standing.NOT_PRESENTED:
        assert assessment.valid_until is not None  # noqa: S101
        if assessment.valid_until < max(today, service_on):
            raise IseeExpired(application=found.application_id, valid_until=assessment.valid_until)
    if assessment.standing is Standing.ABOVE and assessment.threshold_minor is not None:
        raise AboveThreshold(application=found.application_id, threshold=from_minor(assessment.threshold_minor))
    return assessment


def _municipal_share(
    session: Session, book_id: int, found: Application, considered: Considered, voucher: Voucher, municipal: int
) -> tuple[Share, ...] | None:
    """
    Return what the voucher pays, or None where the purchase is declined.

    What was considered counts on all of the wallet's credit; this purchase may only use its voucher and its own share.
    """
    if considered.decision is None or considered.decline not in (None, Decline.INSUFFICIENT_FUNDS):
        return None
    lot = vouchers.spendable(session, book_id, found.employee_id, voucher)
    if lot.available_minor < municipal:
        return None
    return (Share(lot, municipal),) if municipal else ()


def _declined(considered: Considered) -> Considered:
    return purchases.declined(considered, considered.decline or Decline.INSUFFICIENT_FUNDS)
