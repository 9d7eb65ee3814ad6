"""Gathers the municipality's statement: one statement over the journal, one over the balances, and the offer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
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
from reports.plan_statement.suppression import SMALLEST_GROUP, Group, hidden
from reports.social_statement.errors import NotTheMunicipality, PeriodNotMonths
from reports.social_statement.model import InstrumentPart, Movement, Proof, ServiceLine, SocialStatement

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
    "          where p.book_id = :book and e.occurred_on > :ends)"
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


def gather(session: Session, book_id: int, starts_on: date, ends_on: date) -> SocialStatement:
    """
    Return a municipality's statement over whole months, both days included, and prove it against the balances.

    Figures of fewer than five people are withheld, with the one other figure that would reveal them.
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
    asked = {"book": book_id, "starts": starts_on, "ends": ends_on}
    found = {row.code: row for row in session.execute(_MOVEMENTS, asked)}
    movements = {code: _movement(row) for code, row in found.items()}
    parts = tuple(_parts(session, book_id, found, movements))
    total = Movement()
    for movement in movements.values():
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
        # The sum of everything, beside the agreements, would tell what the vouchers' part withholds.
        total=None if any(part.total is None for part in parts) else total,
        proof=proof,
        foundation=foundation.of_books(session, [book_id]),
    )


def _parts(
    session: Session, book_id: int, found: dict[str, Any], movements: dict[str, Movement]
) -> Iterator[InstrumentPart]:
    services = offer.every(session, book_id)
    for instrument in Instrument:
        mine = [service for service in services if service.instrument is instrument]
        names = {service.code: (service.name, service.act_ref) for service in mine}
        if instrument is Instrument.ACCREDITAMENTO_VOUCHER and OTHER in movements:
            names[OTHER] = ("", "")
        if not names:
            continue
        moved = {code: movements.get(code, Movement()) for code in names}
        people = {code: int(found[code].people) if code in found else 0 for code in names}
        total = Movement()
        for movement in moved.values():
            total = total.plus(movement)
        if instrument is Instrument.ACCREDITAMENTO_VOUCHER:
            yield _of_vouchers(instrument, names, moved, people, total)
        else:
            # What a partner is paid is public; how many people it served is told when they are enough.
            lines = tuple(ServiceLine(code, *names[code], _told(people[code]), moved[code]) for code in sorted(names))
            yield InstrumentPart(instrument, lines, None, total)


def _of_vouchers(
    instrument: Instrument,
    names: dict[str, tuple[str, str]],
    moved: dict[str, Movement],
    people: dict[str, int],
    total: Movement,
) -> InstrumentPart:
    everybody = sum(people.values())
    few = 0 < everybody < SMALLEST_GROUP
    groups = {code: Group(people[code], moved[code].used_minor) for code in names}
    covered = frozenset(names) if few else hidden(groups)
    lines = tuple(
        ServiceLine(
            code,
            *names[code],
            None if code in covered else people[code],
            None if code in covered else moved[code],
        )
        for code in sorted(names)
    )
    return InstrumentPart(instrument, lines, None if few else everybody, None if few else total)


def _told(people: int) -> int | None:
    return None if 0 < people < SMALLEST_GROUP else people


def _movement(row: Any) -> Movement:
    return Movement(*(int(value) for value in (row.opening, row.granted, row.used, row.ended, row.citizen)))
