"""Aids: a citizen's vouchers as they can be used today, told before anything is bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from config import clock, database
from plans.social.tariffs import Quota
from plans.social.words import Instrument, QuotaKind, Standing, State
from wallet import lots

# The attestation that counts is the latest that has taken effect, as in plans/social/assessments.py.
_AIDS = """
select a.application_id, a.state, s.name, v.lot_id,
       case when a.service_code is null then s.services else array[a.service_code] end as services,
       v.starts_on, v.ends_on, i.quota_kind, i.quota_value, i.standing, i.valid_until
  from social_application a
  join social_voucher v on v.book_id = a.book_id and v.application_id = a.application_id
  join entrusted_service s on s.book_id = a.book_id and s.code = a.entrusted_code
  left join lateral (select * from social_isee t where t.book_id = a.book_id and t.application_id = a.application_id
                       and t.effective_from <= %(today)s order by t.seq desc limit 1) i on true
 where a.book_id = %(book)s and a.employee_id = %(employee)s and s.instrument = %(instrument)s
   and a.state in (%(active)s, %(suspended)s) and v.ends_on >= %(today)s
 order by v.ends_on, a.application_id
"""


@dataclass(frozen=True, slots=True)
class Aid:
    """
    A voucher that is not over; minor units. `services` are those of the catalogue that it pays a part of.

    `quota` is the citizen's share, None while no attestation counts.
    """

    application_id: str
    state: State
    name: str
    services: tuple[str, ...]
    starts_on: date
    ends_on: date
    quota: Quota | None
    standing: Standing | None
    isee_until: date | None
    left_minor: int

    @property
    def suspended(self) -> bool:
        """Whether the office has suspended it."""
        return self.state is State.SUSPENDED

    @property
    def isee_over(self) -> bool:
        """Whether it waits for a new attestation."""
        if self.standing is Standing.NOT_PRESENTED:
            return False
        return self.isee_until is None or self.isee_until < clock.today()

    @property
    def above(self) -> bool:
        """Whether the attestation exceeds the service's threshold, or leaves the whole price to the citizen."""
        return self.standing is Standing.ABOVE or (self.quota is not None and self.quota.kind is QuotaKind.FULL)

    @property
    def usable(self) -> bool:
        """Whether something can be bought with it today, as far as its days, its state and its citizen's share say."""
        begun = self.starts_on <= clock.today()
        known = self.quota is not None and not self.isee_over and not self.above
        return begun and known and not self.suspended and self.left_minor > 0

    def pays(self, unit_price_minor: int) -> bool:
        """Say whether something of that price is left to the municipality."""
        share = self.share(unit_price_minor)
        return share is not None and share < unit_price_minor

    def share(self, unit_price_minor: int, quantity: int = 1) -> int | None:
        """Return what the citizen pays of so many units, in minor units; None while that is not known."""
        return None if self.quota is None else self.quota.of(unit_price_minor, quantity)


def of_person(session: Session, book_id: int, employee_id: str) -> tuple[Aid, ...]:
    """Return the vouchers of a person that are not over, the first to end first; in two statements at most."""
    asked = {
        "book": book_id,
        "employee": employee_id,
        "today": clock.today(),
        "instrument": str(Instrument.ACCREDITAMENTO_VOUCHER),
        "active": str(State.ACTIVE),
        "suspended": str(State.SUSPENDED),
    }
    rows = database.rows(session, _AIDS, asked)
    if not rows:
        return ()
    free = {lot.lot_id: lot.available_minor for lot in lots.of_wallet(session, book_id, employee_id)}
    return tuple(
        Aid(
            application_id=row.application_id,
            state=State(row.state),
            name=row.name,
            services=tuple(row.services),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            quota=None if row.quota_kind is None else Quota(QuotaKind(row.quota_kind), row.quota_value),
            standing=None if row.standing is None else Standing(row.standing),
            isee_until=row.valid_until,
            left_minor=free[row.lot_id],
        )
        for row in rows
    )


def for_service(session: Session, book_id: int, employee_id: str, service_code: str) -> Aid | None:
    """Return the voucher that a person can use for a service today, the first to end; None without one."""
    found = of_person(session, book_id, employee_id)
    return next((aid for aid in found if aid.usable and service_code in aid.services), None)
