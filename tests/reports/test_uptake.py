"""How many used the plan and what expires when: by hand over the story, and nobody to be found out by subtraction."""

from __future__ import annotations

import csv as reader
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from reports.errors import ClusterTooSmall, ClusterWithoutCredit
from reports.plan_statement import PlanStatement, Reading, csv, gather, pdf, uptake, xlsx
from reports.plan_statement.model import ClusterLine, ExpiringLine, Withheld
from tests import factories
from tests.reports.story import PLAN, Story, on
from tests.reports.test_formats import text_of, written

JANUARY, JUNE = date(2026, 1, 1), date(2026, 6, 30)


def made(session: Session, story: Story, reading: Reading, cluster: str | None = None) -> PlanStatement:
    """The first half of the story."""
    with on(session, JUNE):
        return gather(session, story.book_id, PLAN, JANUARY, JUNE, reading=reading, cluster=cluster)


def test_payroll_reads_who_used_what_share_of_the_entitled(session: Session, half_told: Story) -> None:
    found = made(session, half_told, Reading.PAYROLL)

    # Five of five to physiotherapy, four of four and one of one for cleaning: all ten used something.
    assert found.clusters == (
        ClusterLine("dirigenti", 1, 60_000, 19_000, 41_000, 1),
        ClusterLine("impiegati", 4, 240_000, 76_000, 164_000, 4),
        ClusterLine("operai", 5, 290_000, 72_500, 217_500, 5),
    )
    assert found.groups.users == 10


def test_what_is_left_stands_under_its_month_and_sums_to_the_residual(session: Session, half_told: Story) -> None:
    with on(session, date(2026, 6, 1)):
        for last in ("Galli", "Longo"):
            person = half_told.people[last]
            factories.grant(session, half_told.book_id, PLAN, person, 1_000, expires_on=date(2026, 6, 15))

    payroll, hr = (made(session, half_told, reading) for reading in (Reading.PAYROLL, Reading.HR))

    june = date(2026, 6, 1)
    # 6,000.00 granted, 100.00 corrected, 1,675.00 used net, and 20.00 more: all of it ends in June.
    assert payroll.expiring == hr.expiring == (ExpiringLine(june, june, 10, 424_500),)
    assert payroll.total.residual_minor == 424_500


def test_the_personnel_office_reads_months_of_five_people_at_least() -> None:
    months = [date(2026, number, 1) for number in range(1, 7)]
    left = {
        months[0]: {1: 10},
        months[1]: {1: 20, 2: 30},
        months[2]: dict.fromkeys(range(10, 16), 100),
        months[4]: dict.fromkeys(range(20, 25), 7),
        months[5]: {1: 5},
    }

    assert uptake.expiring(left, Reading.HR) == (
        ExpiringLine(months[0], months[2], 8, 660),
        ExpiringLine(months[4], months[5], 6, 40),
    )
    assert [line.people for line in uptake.expiring(left, Reading.PAYROLL)] == [1, 2, 6, 5, 1]
    assert uptake.expiring({months[0]: {1: 10, 2: 5}}, Reading.HR) == (ExpiringLine(months[0], months[0], None, 15),)
    assert uptake.expiring({}, Reading.HR) == ()


lefts = st.dictionaries(
    st.integers(min_value=1, max_value=12).map(lambda month: date(2026, month, 1)),
    st.dictionaries(st.integers(min_value=1, max_value=20), st.integers(min_value=1, max_value=500), min_size=1),
    max_size=12,
)


@given(left=lefts)
def test_no_line_is_of_fewer_than_five_unless_there_are_fewer_in_all(left: dict[date, dict[int, int]]) -> None:
    """Law: the lines cover every month once, sum to what is left, and none is of one to four people beside another."""
    lines = uptake.expiring(left, Reading.HR)

    assert sum(line.amount_minor for line in lines) == sum(sum(people.values()) for people in left.values())
    covered = [month for month in sorted(left) for line in lines if line.month <= month <= line.through]
    assert covered == sorted(left)
    if len(lines) > 1:
        assert all(line.people is not None and line.people >= 5 for line in lines)


@given(
    people=st.dictionaries(st.sampled_from("abcdef"), st.integers(min_value=1, max_value=30), min_size=1),
    data=st.data(),
)
def test_no_cluster_in_which_few_used_or_few_did_not_can_be_computed(
    people: dict[str, int], data: st.DataObject
) -> None:
    """Law: whoever adds up and subtracts what is shown never has the number of one cluster that is hidden."""
    used = {name: data.draw(st.integers(min_value=0, max_value=count)) for name, count in people.items()}
    shown = uptake.by_cluster(used, people, Reading.HR, frozenset())
    total = uptake.total(used, sum(people.values()), Reading.HR)

    hidden = {name for name, users in shown.items() if users is None}
    for name, count in people.items():
        if 0 < used[name] < 5 or 0 < count - used[name] < 5:
            assert name in hidden
    assert len(hidden) != 1 or len(people) == 1
    assert all(users is None or users % 5 == 0 for users in (*shown.values(), total))


def test_one_cluster_alone_reconciles_and_tells_no_group(session: Session, half_told: Story) -> None:
    whole, part = (made(session, half_told, Reading.PAYROLL, cluster) for cluster in (None, "impiegati"))

    assert part.proof.holds
    assert (part.people, part.total.used_minor, part.total.residual_minor) == (4, 76_000, 164_000)
    assert sum(month.used_minor for month in part.months) == 76_000
    assert {line.name for line in part.payroll} < {line.name for line in whole.payroll}
    assert part.budget == whole.budget


def test_the_personnel_office_reads_one_cluster_where_none_is_small(session: Session, half_told: Story) -> None:
    with pytest.raises(ClusterTooSmall):
        made(session, half_told, Reading.HR, "operai")
    with on(session, date(2026, 6, 1)):
        # Four become nine and one becomes five.
        for cluster, more in (("impiegati", 5), ("dirigenti", 4)):
            for _ in range(more):
                person = factories.employee(session, half_told.book_id, cluster=cluster)
                factories.grant(session, half_told.book_id, PLAN, person, 1_000)

    told = made(session, half_told, Reading.HR, "impiegati")

    assert (told.people, told.total.used_minor) == (9, 76_000)
    assert told.groups.withheld is Withheld.ONE_CLUSTER
    assert [(line.used_minor, line.users) for line in told.clusters] == [(None, None)]
    assert all(line.used_minor is None for line in told.categories if line.category != "FRINGE")


def test_people_who_came_later_make_no_cluster_of_the_period_larger(session: Session, half_told: Story) -> None:
    with on(session, date(2026, 7, 10)):
        for cluster, more in (("impiegati", 5), ("dirigenti", 4)):
            for _ in range(more):
                person = factories.employee(session, half_told.book_id, cluster=cluster)
                factories.grant(session, half_told.book_id, PLAN, person, 1_000)

    with pytest.raises(ClusterTooSmall):
        made(session, half_told, Reading.HR, "operai")


def test_a_cluster_that_is_none_is_refused(session: Session, half_told: Story) -> None:
    with pytest.raises(ClusterWithoutCredit):
        made(session, half_told, Reading.HR, "Impiegati")


def test_every_format_tells_uptake_and_expiry(session: Session, half_told: Story, tmp_path: Path) -> None:
    found = made(session, half_told, Reading.PAYROLL)
    with written(found, csv, tmp_path).open(encoding="utf-8-sig", newline="") as file:
        rows = [row[1:] for row in reader.reader(file, delimiter=";") if row[0] in ("Categorie omogenee", "Scadenze")]

    assert rows[0][-2:] == ["Hanno usato", "Quota"]
    assert rows[3] == ["operai", "5", "2900,00", "725,00", "2175,00", "5", "100,0 %"]
    assert rows[-3:] == [
        ["Scade in", "Persone", "Residuo"],
        ["giugno 2026", "10", "4225,00"],
        ["Totale", "", "4225,00"],
    ]
    for layout in (pdf, xlsx):
        said = text_of(written(found, layout, tmp_path))
        assert "giugno 2026" in said
        assert "Hanno usato" in said
    # A period that ends later does not make past what is still to come on the day it is read.
    ahead = replace(found, ends_on=date(2026, 7, 31))
    assert "scaduto, da chiudere" not in text_of(written(ahead, pdf, tmp_path))
    late = replace(ahead, prepared_at=datetime(2026, 8, 1, tzinfo=UTC))
    assert "giugno 2026 (scaduto, da chiudere)" in text_of(written(late, pdf, tmp_path))
    one = replace(found, cluster="operai")
    assert "Solo la categoria omogenea «operai»" in text_of(written(one, pdf, tmp_path))
