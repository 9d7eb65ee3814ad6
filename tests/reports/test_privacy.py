"""What the personnel office could work out of statements, each attack on a book in which it worked."""

from __future__ import annotations

import csv as reader
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans.rulebook.words import Kinship
from reports.plan_statement import PlanStatement, Reading, csv, gather, pdf, words, xlsx
from reports.plan_statement.model import ClusterLine, Withheld
from tests import factories
from tests.reports.story import PEOPLE, PLAN, Story, on, open_story, spend
from tests.reports.test_formats import FORMATS, text_of, written

START = date(2026, 1, 1)
FIRST, SECOND = PEOPLE[:5], PEOPLE[5:]


@pytest.fixture
def funded(session: Session) -> Story:
    """Ten people with 600 euro each, each with a child, who used nothing yet."""
    story = open_story(session)
    with on(session, date(2026, 1, 10)):
        factories.funded(session, story.book_id, PLAN)
        for employee_id in story.people.values():
            factories.grant(session, story.book_id, PLAN, employee_id, 60_000)
        for last, _, _ in PEOPLE:
            tax_code = session.execute(
                sa.text("select tax_code from employee where employee_id = :person"), {"person": story.people[last]}
            ).scalar_one()
            values = {"first_name": f"Figlia{last}", "last_name": last, "birth_date": date(2015, 3, 3)}
            factories.relative(session, story.book_id, tax_code, Kinship.CHILD, **values)
    return story


def treat(session: Session, story: Story, day: date, *people: str) -> None:
    """Physiotherapy (SOCIAL_UTILITY), one session at 45.00 each."""
    with on(session, day):
        for last in people:
            spend(session, story.book_id, story.people[last], "FIS-MT", 1)


def teach(session: Session, story: Story, day: date, *people: str) -> None:
    """After-school (EDUCATION), one month at 130.00 each."""
    with on(session, day):
        for last in people:
            child = session.execute(
                sa.text("select relative_id from relative where book_id = :book and first_name = :name"),
                {"book": story.book_id, "name": f"Figlia{last}"},
            ).scalar_one()
            spend(session, story.book_id, story.people[last], "DOP-CR", 1, relative_id=child)


def both(session: Session, story: Story, day: date) -> None:
    """Five to physiotherapy, the other five to after-school."""
    treat(session, story, day, *(last for last, _, _ in FIRST))
    teach(session, story, day, *(last for last, _, _ in SECOND))


def state(
    session: Session,
    story: Story,
    ends_on: date,
    *,
    starts_on: date = START,
    today: date = date(2026, 12, 1),
    reading: Reading = Reading.HR,
) -> PlanStatement:
    """The statement of the plan from its start, as made on a day."""
    with on(session, today):
        return gather(session, story.book_id, PLAN, starts_on, ends_on, reading=reading)


def categories(statement: PlanStatement) -> dict[str, tuple[int | None, int | None]]:
    """People and use by category."""
    return {line.category: (line.people, line.used_minor) for line in statement.categories}


HIDDEN = dict.fromkeys(("CARE", "EDUCATION", "SOCIAL_UTILITY", "PUBLIC_TRANSPORT"), (None, None))


def grouped(statement: PlanStatement) -> tuple[object, ...]:
    """All that a statement tells of groups."""
    return statement.groups, statement.categories, statement.clusters


def test_five_people_all_in_one_category_are_withheld_with_the_zeros_of_the_others(
    session: Session, funded: Story, tmp_path: Path
) -> None:
    treat(session, funded, date(2026, 2, 10), *(last for last, _, _ in FIRST))

    found = state(session, funded, date(2026, 3, 31))

    assert categories(found) == HIDDEN | {"FRINGE": (0, 0)}
    assert (found.groups.through, found.groups.withheld) == (None, Withheld.TOO_FEW)
    # The total stays, and the names with their totals.
    assert found.groups.used_minor == found.total.used_minor == 22_500
    assert sum(line.movement.welfare_minor == 4_500 for line in found.employees) == 5
    path = written(found, csv, tmp_path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row[2:] for row in reader.reader(file, delimiter=";") if row[0] == "Categorie"]
    assert rows == [["Persone", "Usato"], *[["riservato", "riservato"]] * 4, ["0", "0,00"]]


def test_a_category_of_all_but_four_is_withheld(session: Session, funded: Story) -> None:
    treat(session, funded, date(2026, 2, 10), *(last for last, _, _ in PEOPLE[:6]))
    teach(session, funded, date(2026, 2, 11), *(last for last, _, _ in PEOPLE[6:]))

    assert state(session, funded, date(2026, 3, 31)).groups.withheld is Withheld.TOO_FEW


def test_categories_that_five_use_and_five_do_not_are_told(session: Session, funded: Story) -> None:
    both(session, funded, date(2026, 2, 10))

    found = state(session, funded, date(2026, 3, 15))

    assert found.groups.through == date(2026, 2, 28)
    assert categories(found) == {
        "CARE": (0, 0),
        "EDUCATION": (5, 65_000),
        "SOCIAL_UTILITY": (5, 22_500),
        "PUBLIC_TRANSPORT": (0, 0),
        "FRINGE": (0, 0),
    }
    # One and four: hidden, with the third that they would be subtracted from.
    assert found.clusters == (
        ClusterLine("dirigenti", 1, 60_000, None, None),
        ClusterLine("impiegati", 4, 240_000, None, None),
        ClusterLine("operai", 5, 300_000, 22_500, 277_500),
    )
    assert found.groups.residual_minor == found.total.residual_minor


def test_fringe_benefits_are_told_up_to_the_same_day_and_exactly(session: Session, funded: Story) -> None:
    both(session, funded, date(2026, 2, 10))
    for day in (date(2026, 2, 20), date(2026, 3, 20)):
        with on(session, day):
            spend(session, funded.book_id, funded.people["Longo"], "PUL-CR", 1)

    assert categories(state(session, funded, date(2026, 3, 20)))["FRINGE"] == (1, 1_900)
    assert categories(state(session, funded, date(2026, 3, 31)))["FRINGE"] == (1, 3_800)


def test_two_statements_a_day_apart_differ_in_no_figure_of_groups(session: Session, funded: Story) -> None:
    both(session, funded, date(2026, 2, 10))
    teach(session, funded, date(2026, 3, 10), "Alberti")

    before, after = (state(session, funded, date(2026, 3, day)) for day in (9, 10))

    assert after.total.used_minor - before.total.used_minor == 13_000
    assert grouped(before) == grouped(after)


def test_two_statements_a_month_apart_differ_by_no_small_segment(session: Session, funded: Story) -> None:
    both(session, funded, date(2026, 2, 10))
    treat(session, funded, date(2026, 3, 10), "Alberti")
    treat(session, funded, date(2026, 4, 10), *(last for last, _, _ in FIRST[1:]))

    days = (date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30))
    february, march, april = (state(session, funded, day) for day in days)
    assert grouped(february) == grouped(march) == grouped(april)

    teach(session, funded, date(2026, 5, 5), *(last for last, _, _ in SECOND))
    may = state(session, funded, date(2026, 5, 31))
    assert may.groups.through == date(2026, 5, 31)
    # March to May in one: Alberti's session is one of five.
    assert categories(may)["SOCIAL_UTILITY"] == (5, 22_500 + 22_500)
    assert categories(may)["EDUCATION"] == (5, 65_000 + 65_000)


def test_a_month_is_told_when_it_is_over(session: Session, funded: Story) -> None:
    both(session, funded, date(2026, 2, 10))
    last = date(2026, 2, 28)

    assert state(session, funded, last, today=last).groups.withheld is Withheld.TOO_FEW
    assert state(session, funded, last, today=date(2026, 3, 1)).groups.through == last
    assert state(session, funded, date(2026, 2, 27)).groups.withheld is Withheld.TOO_FEW


def test_what_is_entered_late_changes_no_segment_that_was_told(session: Session, funded: Story) -> None:
    both(session, funded, date(2026, 2, 10))
    before = state(session, funded, date(2026, 2, 28), today=date(2026, 3, 10))
    teach(session, funded, date(2026, 3, 12), "Alberti")
    session.execute(sa.text("set local session_replication_role = replica"))
    session.execute(
        sa.text("update entry set occurred_on = :day where book_id = :book and occurred_on = '2026-03-12'"),
        {"book": funded.book_id, "day": date(2026, 2, 20)},
    )

    after = state(session, funded, date(2026, 2, 28), today=date(2026, 4, 10))

    assert after.total.used_minor - before.total.used_minor == 13_000
    assert grouped(after) == grouped(before)


def test_a_period_that_begins_later_tells_of_no_group(session: Session, funded: Story) -> None:
    both(session, funded, date(2026, 2, 10))

    found = state(session, funded, date(2026, 3, 31), starts_on=date(2026, 1, 2))

    assert found.groups.withheld is Withheld.LATE_START
    assert categories(found) == HIDDEN | {"FRINGE": (0, 0)}
    assert all(line.used_minor is line.residual_minor is None for line in found.clusters)
    assert sum(line.granted_minor for line in found.clusters) == 600_000


def test_the_number_of_rules_met_does_not_tell_the_category_of_the_only_purchase(
    session: Session, funded: Story
) -> None:
    teach(session, funded, date(2026, 2, 10), "Alberti")

    day = date(2026, 2, 10)
    rules = state(session, funded, day, starts_on=day).rules

    assert rules.applied is rules.applied_unsigned is rules.applied_uncertain is None
    assert state(session, funded, day, starts_on=day, reading=Reading.PAYROLL).rules.applied


def test_payroll_reads_the_period_as_before(session: Session, funded: Story) -> None:
    treat(session, funded, date(2026, 2, 10), "Alberti")

    found = state(session, funded, date(2026, 2, 10), starts_on=date(2026, 2, 1), reading=Reading.PAYROLL)

    assert categories(found)["SOCIAL_UTILITY"] == (1, 4_500)
    assert (found.groups.through, found.groups.withheld) == (date(2026, 2, 10), None)


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_format_says_up_to_which_day_or_why_not(
    session: Session, funded: Story, tmp_path: Path, language: str
) -> None:
    text = words.of(language)
    withheld = state(session, funded, date(2026, 2, 28), starts_on=date(2026, 2, 1))
    both(session, funded, date(2026, 2, 10))
    told = state(session, funded, date(2026, 3, 15))
    too_few = state(session, funded, date(2026, 2, 27))

    for layout in FORMATS:
        for statement, sentence in (
            (told, text("groups_through", starts_on=text.day(START), through=text.day(date(2026, 2, 28)), people=5)),
            (withheld, text("groups_late_start", starts_on=text.day(START))),
            (too_few, text("groups_too_few", people=5)),
        ):
            assert sentence in " ".join(text_of(written(statement, layout, tmp_path, language)).split())
    assert text("column.people_at_least") in text_of(written(told, xlsx, tmp_path, language))
    payroll = state(session, funded, date(2026, 3, 15), reading=Reading.PAYROLL)
    assert text("column.people_at_least") not in text_of(written(payroll, pdf, tmp_path, language))


def test_zeros_are_told_while_nobody_used_anything_and_not_once_somebody_did(session: Session, funded: Story) -> None:
    day = date(2026, 2, 15)
    assert state(session, funded, day).groups.through == date(2026, 1, 31)

    treat(session, funded, date(2026, 2, 10), "Alberti")

    assert categories(state(session, funded, day))["CARE"] == (None, None)
