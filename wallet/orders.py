"""Orders: a purchase as its person follows it, from the decision to what was delivered, disputed and given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from config import clock, database
from network import services
from network.services import Service
from plans import directory
from plans.people import RelativeCard
from plans.rulebook.words import Channel
from wallet import authorizations
from wallet.authorizations import Authorization
from wallet.purchases import DAYS_WITHOUT_DATE
from wallet.settlement.disputes import Reason, State

# What was captured under a hold, what of it was given back, and the last dispute about it.
_CAPTURES = """
select h.entry_id, e.occurred_on, h.amount_minor, coalesce(c.refunded_minor, 0) as refunded_minor,
       exists (select from payout_line l where l.book_id = h.book_id and l.entry_id = h.entry_id and not l.returned)
           as paid,
       d.dispute_id, d.state, d.reason
  from hold_event h
  join entry e on e.book_id = h.book_id and e.entry_id = h.entry_id
  left join refund_counter c on c.book_id = h.book_id and c.entry_id = h.entry_id
  left join lateral (select * from dispute t where t.book_id = h.book_id and t.entry_id = h.entry_id
                      order by t.dispute_id desc limit 1) d on true
 where h.book_id = %s and h.hold_id = %s and h.kind = 'capture' order by h.seq
"""


# Who pays what of a purchase with a municipality's voucher.
_SHARES = "select municipal_minor, citizen_minor from social_use where book_id = %s and authorization_id = %s"


@dataclass(frozen=True, slots=True)
class Shares:
    """What a municipality pays of a purchase, and what its citizen; minor units."""

    municipal_minor: int
    citizen_minor: int


@dataclass(frozen=True, slots=True)
class Captured:
    """One delivery that was charged; minor units. `dispute` is where the last dispute about it stands."""

    entry_id: int
    on: date
    amount_minor: int
    refunded_minor: int
    paid: bool
    dispute_id: str | None
    dispute: State | None
    reason: Reason | None

    @property
    def disputable(self) -> bool:
        """Whether its person may dispute it: nobody was paid for it yet."""
        return not self.paid and self.dispute is not State.OPEN and self.refunded_minor < self.amount_minor


@dataclass(frozen=True, slots=True)
class Order:
    """
    A purchase with its service, whom it is for, and what was charged; minor units.

    `shares` says who pays what where a municipality pays a part; None otherwise.
    """

    authorization: Authorization
    service: Service
    relative: RelativeCard | None
    captures: tuple[Captured, ...]
    shares: Shares | None

    @property
    def state(self) -> str:
        """
        Where it stands for its person: an authorization's status, `awaited`, or `ended_in_part` where some of it was
        used and the rest is free again; past its time it is expired.
        """
        found = self.authorization
        if found.status == "captured" and self.back_minor:
            return "ended_in_part"
        if not found.open:
            return found.status
        if found.expires_at is not None and found.expires_at <= clock.now():
            return "expired"
        return "awaited" if found.answer_by is not None else found.status

    @property
    def usable(self) -> bool:
        """Whether its code redeems something now."""
        return self.state in ("authorized", "partially_captured")

    @property
    def voidable(self) -> bool:
        """Whether its person may still end it."""
        return self.usable or self.state == "awaited"

    @property
    def left_minor(self) -> int:
        """What is still reserved for it."""
        return self.authorization.amount_minor - self.authorization.captured_minor if self.voidable else 0

    @property
    def back_minor(self) -> int:
        """What of an order that was used in part is free again, because the rest of it ended."""
        found = self.authorization
        return 0 if found.open or not found.captured_minor else found.amount_minor - found.captured_minor

    @property
    def whole(self) -> bool:
        """Whether it is a documento di legittimazione: one service, whole, in one go."""
        return self.authorization.channel == Channel.VOUCHER

    @property
    def undated(self) -> bool:
        """Whether nobody has said on which day it will be: until it is used it is for any day of its time."""
        found = self.authorization
        return found.expires_at == found.decided_at + timedelta(days=DAYS_WITHOUT_DATE)

    @property
    def last_day(self) -> datetime | None:
        """Until when it can be used."""
        return self.authorization.expires_at

    @property
    def disputable(self) -> tuple[Captured, ...]:
        """What was charged and may still be disputed."""
        return tuple(one for one in self.captures if one.disputable)


def get(session: Session, book_id: int, authorization_id: str) -> Order:
    """
    Return a purchase as its person follows it.

    Errors: AuthorizationNotFound (also for another book's).
    """
    found = authorizations.get(session, book_id, authorization_id)
    shared = database.rows(session, _SHARES, (book_id, authorization_id))
    rows = [] if found.hold_id is None else database.rows(session, _CAPTURES, (book_id, found.hold_id))
    return Order(
        found,
        services.get(session, found.service_code),
        None if found.relative_id is None else directory.relative(session, book_id, found.relative_id),
        tuple(
            Captured(
                row.entry_id,
                row.occurred_on,
                row.amount_minor,
                row.refunded_minor,
                row.paid,
                row.dispute_id,
                None if row.state is None else State(row.state),
                None if row.reason is None else Reason(row.reason),
            )
            for row in rows
        ),
        Shares(shared[0].municipal_minor, shared[0].citizen_minor) if shared else None,
    )
