"""Gathers the municipality's statement: one statement over the journal, one over the balances, and the offer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from plans import funders
from plans.social import offer
from plans.social.words import Instrument
from plans.words import FunderKind
from reports import foundation
from reports.errors import PeriodEndsBeforeStart
from reports.plan_statement.suppression import small
from reports.social_statement import withholding
from reports.social_statement.errors import NotTheMunicipality, PeriodNotMonths
from reports.social_statement.model import (
    FIGURES,
    InstrumentPart,
    Movement,
    Proof,
    ServiceLine,
    SocialStatement,
    Told,
)

_MOVEMENTS = sa.text((files("reports.social_statement") / "movements.sql").read_text("utf-8"))
# Another derivation of the same residual: the balances as the ledger keeps them, less what occurred after the period.
_LEDGER = sa.text(
    "with mine as (select account_id from lot where book_id = :book and source = 'MUNICIPAL'"
    "   union all select a.account_id from account a join entrusted_service s on s.book_id = a.book_id"
    r"    and a.code = 'entrusted:' || s.code || '\:budget' where a.book_id = :book)"
    " select (select coalesce(sum(b.credit_posted - b.debit_posted), 0) from balance b join mine m using (account_id)"
    "          where b.book_id = :book)"
    "      - (select coalesce(sum(case when m.account_id = p.credit_account_id then p.amount_minor"
    "                                  else -p.amount_minor end), 0)"
    "           from posting p join entry e on e.book_id = p.book_id and e.entry_id = p.entry_id"
    "           join mine m on m.account_id in (p.credit_account_id, p.debit_account_id)"
    "          where p.book_id = :book and (e.occurred_on > :ends or e.recorded_at >= cast(:known as timestamptz)))"
)
# A purchase out of a voucher's lot that went round the co-payment.
_WITHOUT_USE = sa.text(
    'select count(*) from "authorization" a join hold_line h on h.book_id = a.book_id and h.hold_id = a.hold_id'
    "  join lot l on l.book_id = h.book_id and l.account_id = h.account_id"
    "  join social_voucher v on v.book_id = l.book_id and v.lot_id = l.lot_id"
    " where a.book_id = :book and not exists (select from social_use u"
    "   where u.book_id = a.book_id and u.authorization_id = a.authorization_id)"
)
# Credit granted from a file, without an application.
OTHER = ""


def gather(
    session: Session, book_id: int, starts_on: date, ends_on: date, *, known_before: datetime | None = None
) -> SocialStatement:
    """
    Return a municipality's statement over whole months, both days included, and prove it against the balances.

    Figures about fewer than five people are withheld, with those that would reveal them (`withholding`). With
    `known_before`, what was recorded from that moment on is left out, whatever day it bears.
    Units:  minor units.
    Errors: PeriodEndsBeforeStart, PeriodNotMonths, FunderNotFound, NotTheMunicipality.
    Source: docs/social-vouchers.md.
    """
    if ends_on < starts_on:
        raise PeriodEndsBeforeStart(starts_on=starts_on, ends_on=ends_on)
    if starts_on.day != 1 or (ends_on + timedelta(days=1)).day != 1:
        raise PeriodNotMonths(starts_on=starts_on, ends_on=ends_on)
    funder = funders.of_book(session, book_id)
    if funder.kind is not FunderKind.MUNICIPALITY:
        raise NotTheMunicipality(funder=funder.name)
    known = "infinity" if known_before is None else known_before.isoformat()
    asked = {"book": book_id, "starts": starts_on, "ends": ends_on, "known": known}
    vouchers: dict[str, dict[int, Movement]] = {}
    agreements: dict[str, tuple[int, Movement]] = {}
    for row in session.execute(_MOVEMENTS, asked):
        if row.person is None:
            agreements[row.code] = int(row.assigned), _movement(row)
        else:
            vouchers.setdefault(row.code, {})[row.person] = _movement(row)
    parts = tuple(_parts(session, book_id, vouchers, agreements))
    total = withholding.total(vouchers)
    for _, movement in agreements.values():
        total = total.plus(movement)
    proof = Proof(
        total.residual_minor,
        int(session.scalar(_LEDGER, asked) or 0),
        int(session.scalar(_WITHOUT_USE, asked) or 0),
    )
    return SocialStatement(
        funder_name=funder.name,
        starts_on=starts_on,
        ends_on=ends_on,
        prepared_at=clock.now(),
        parts=parts,
        # The sum of everything, less the agreements, would tell what the vouchers' part withholds.
        total=Told.of(total, [name for name in FIGURES if any(getattr(part.total, name) is None for part in parts)]),
        proof=proof,
        foundation=foundation.of_books(session, [book_id], (starts_on, ends_on)),
    )


def _parts(
    session: Session,
    book_id: int,
    vouchers: dict[str, dict[int, Movement]],
    agreements: dict[str, tuple[int, Movement]],
) -> Iterator[InstrumentPart]:
    services = offer.every(session, book_id)
    for instrument in Instrument:
        mine = [service for service in services if service.instrument is instrument]
        names = {service.code: (service.name, service.act_ref) for service in mine}
        if instrument is Instrument.ACCREDITAMENTO_VOUCHER:
            if OTHER in vouchers:
                names[OTHER] = ("", "")
            if names:
                yield _of_vouchers(instrument, names, {code: vouchers.get(code, {}) for code in sorted(names)})
        elif names:
            yield _of_agreements(instrument, names, {code: agreements.get(code, (0, Movement())) for code in names})


def _of_vouchers(
    instrument: Instrument, names: dict[str, tuple[str, str]], moved: dict[str, dict[int, Movement]]
) -> InstrumentPart:
    lines = tuple(
        ServiceLine(code, *names[code], _users({code: moved[code]}, told), told)
        for code, told in withholding.services(moved).items()
    )
    total = withholding.everything(moved)
    return InstrumentPart(instrument, lines, _users(moved, total), total)


def _users(moved: dict[str, dict[int, Movement]], told: Told) -> int | None:
    return None if told.used_minor is None else withholding.users(moved)


def _of_agreements(
    instrument: Instrument, names: dict[str, tuple[str, str]], moved: dict[str, tuple[int, Movement]]
) -> InstrumentPart:
    """What a partner is paid is public; how many people it served is told when they are enough."""
    total = Movement()
    for _, movement in moved.values():
        total = total.plus(movement)
    lines = tuple(
        ServiceLine(code, *names[code], None if small(people) else people, Told.of(movement))
        for code, (people, movement) in sorted(moved.items())
    )
    return InstrumentPart(instrument, lines, None, Told.of(total))


def _movement(row: Any) -> Movement:
    return Movement(*(int(value) for value in (row.opening, row.granted, row.used, row.ended, row.citizen)))
