"""What a capture is for the tax: when it counts as received, and what of it is taxable."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy.orm import Session

from config import clock
from plans.rulebook import loading
from plans.rulebook.decision import Decision
from plans.rulebook.facts import Facts
from plans.rulebook.words import Category, Channel, Moment, Outcome, PlanSource
from wallet import deciding, fiscal, recheck
from wallet.authorizations import Authorization
from wallet.errors import CaptureBeforeService

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


def check_early(session: Session, book_id: int, found: Authorization, amount_minor: int, on: date) -> None:
    """Refuse what is given before the day it was decided for, where that would be decided otherwise."""
    facts = recheck.facts_of(found.facts)
    if on.year == found.tax_on.year:
        # The year's room was reserved when it was decided: nothing but the day is another.
        decision = deciding.decide_for_day(session, book_id, found.employee_id, found.relative_id, facts, on)
        as_decided = (decision.taxable_minor, deciding.counts_in_limit(decision)) == (
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
    return deciding.decide_again(
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


def write_use(session: Session, book_id: int, found: Authorization, amount_minor: int, on: date, entry_id: int) -> None:
    """Write the fiscal events of a capture: what of it counts in which year, and what is taxable."""
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
        in_limit, rule_ids = deciding.counts_in_limit(decision), decision.rule_ids
        given = {
            "on": str(received_on),
            "outcome": str(decision.outcome),
            "taxable_minor": taxable,
            "rule_ids": list(rule_ids),
            "rulebook_version": loading.load().version,
            "facts": deciding.keep(asked),
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
