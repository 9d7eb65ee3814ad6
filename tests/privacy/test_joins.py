"""Two files of the whole demonstration side by side tell no more of a person than docs/privacy.md says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from api.demonstration.credits import TODAY
from config import clock, database
from plans import plans
from reports import deductibility
from reports.payroll_export import months
from reports.plan_statement import Reading
from tests.privacy import joins
from tests.privacy.joins import Tally
from tests.stories.test_demonstration import _finish, _start

YEAR = TODAY.year


# The demonstration and some thousand statements: minutes, where the machine has others to serve.
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_join_of_two_files_tells_what_a_person_bought(own_database: URL, tmp_path: Path) -> None:
    _finish(_start(own_database, tmp_path))
    engine = database.make_engine(own_database)
    with clock.at(TODAY), Session(engine) as session:
        recharges_and_statements_by_month(session)
        statements_of_parts_of_months(session)
        deductibility_before_and_after(session)
        journal_and_payroll_month(session, tmp_path)
    engine.dispose()


def recharges_and_statements_by_month(session: Session) -> None:
    """The figures of docs/privacy.md, and that the attacker finds nearly everybody in the mandatary's own list."""
    employers, mandatary = Tally(), Tally()
    for book_id in joins.employers(session):
        closed = months.closed_months(session, book_id)
        for first, last in joins.month_ends(YEAR, TODAY):
            if first in closed:
                joins.vat_beside_names(session, book_id, first, last, employers)
                joins.vat_beside_names(session, book_id, first, last, mandatary, detail=True)

    assert employers.asked > 500
    assert (employers.certain, employers.by_amount) == (0, 0)
    assert employers.fitting / employers.asked < 0.02
    assert mandatary.by_amount / mandatary.asked > 0.5


def statements_of_parts_of_months(session: Session) -> None:
    """A day, a half month or the running one tells nothing beside a name; payroll, which has it, is found to."""
    payroll = 0
    for book_id in joins.employers(session):
        for terms in plans.of_book(session, book_id):
            if terms.starts_on.year == YEAR:
                assert joins.read_of_parts_of_months(session, terms, TODAY) == [], terms.code
                payroll += len(joins.read_of_parts_of_months(session, terms, TODAY, Reading.PAYROLL))
    assert payroll > 1_000


def deductibility_before_and_after(session: Session) -> None:
    """On no day is more told than the categories of the plans' own statements, nor anything new within a month."""
    # No plan of the demonstration may be deducted in two ways: with a clause that lets the employer change it all may.
    session.execute(sa.text("set local session_replication_role = replica"))
    session.execute(sa.text("update plan set unilateral_change = true where source_type is not null"))
    untold = live = 0
    days = [date(YEAR, month, day) for month in range(2, TODAY.month + 1) for day in (1, 21)]
    for book_id in joins.employers(session):
        live += len(joins.treatments_that_categories_do_not_tell(session, book_id, TODAY, detail=True))
        untold += deductibility.gather(session, book_id, YEAR).untold_minor
        for day in days:
            assert joins.treatments_that_categories_do_not_tell(session, book_id, day) == []
        for first, later in zip(days[::2], days[1::2], strict=True):
            assert joins.deducted(session, book_id, first) == joins.deducted(session, book_id, later)
    assert live >= 3
    assert untold > 0
    session.rollback()


def journal_and_payroll_month(session: Session, folder: Path) -> None:
    """Day and amount find the postings of nearly every line, and with them no lot, provider, place or person."""
    found = places = detailed = 0
    for book_id in joins.employers(session):
        for first, last in joins.month_ends(YEAR, TODAY):
            lines, named = joins.places_beside_people(session, book_id, first, last, folder)
            found, places = found + lines, places + named
            detailed += joins.places_beside_people(session, book_id, first, last, folder, detail=True)[1]

    assert found > 500
    assert places == 0
    assert detailed / found > 0.9
