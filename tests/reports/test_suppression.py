"""Small groups: nothing about fewer than five people can be read, or computed, from a table with its total."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.plan_statement.suppression import SMALLEST_GROUP, Group, Published, Table, Uses, hidden, published

names = st.sampled_from(["CARE", "EDUCATION", "SOCIAL_UTILITY", "FRINGE", "PENSION", "MEAL_VOUCHER"])
groups = st.builds(
    Group, people=st.integers(min_value=0, max_value=9), amount_minor=st.integers(min_value=0, max_value=99_999)
)


def test_nothing_is_hidden_when_every_group_is_large_or_empty() -> None:
    assert hidden({"a": Group(5, 100), "b": Group(900, 5), "c": Group(0, 0)}) == frozenset()


def test_a_group_of_four_is_hidden_with_the_smallest_other_figure() -> None:
    found = hidden({"a": Group(4, 100), "b": Group(50, 9_000), "c": Group(20, 3_000)})

    assert found == {"a", "c"}


def test_a_group_of_five_is_shown() -> None:
    assert hidden({"a": Group(5, 100), "b": Group(50, 9_000)}) == frozenset()


def test_two_small_groups_of_three_people_together_take_a_third_figure_with_them() -> None:
    found = hidden({"a": Group(1, 100), "b": Group(2, 200), "c": Group(20, 3_000), "d": Group(30, 4_000)})

    assert found == {"a", "b", "c"}


def test_two_small_groups_of_five_people_together_cover_each_other() -> None:
    assert hidden({"a": Group(2, 100), "b": Group(3, 200), "c": Group(20, 3_000)}) == {"a", "b"}


def test_a_figure_of_nobody_covers_when_there_is_no_other() -> None:
    assert hidden({"a": Group(3, 100), "b": Group(0, 0)}) == {"a", "b"}


@given(table=st.dictionaries(names, groups, min_size=1))
def test_no_small_group_is_shown_nor_stands_alone(table: dict[str, Group]) -> None:
    """Law: what is hidden is nothing, or at least two figures of five people, or all there are."""
    found = hidden(table)

    small = {name for name, group in table.items() if 0 < group.people < SMALLEST_GROUP}
    assert small <= found
    if small:
        enough = len(found) >= 2 and sum(table[name].people for name in found) >= SMALLEST_GROUP
        assert enough or found == set(table)
    else:
        assert not found


# -- categories beside names -----------------------------------------------------------------------------------------


def tellable(uses: Uses) -> bool:
    """Whether these months could be told by themselves."""
    table = Table()
    table.add(uses)
    return table.tellable


def using(*people: int, amount: int = 100) -> dict[int, int]:
    """What these people used, each the same."""
    return dict.fromkeys(people, amount)


def month(number: int, **uses: dict[int, int]) -> tuple[date, Uses]:
    """What was used in a month of 2026."""
    return date(2026, number, 1), uses


FIVE, OTHERS = using(*range(1, 6)), using(*range(6, 11))


@pytest.mark.parametrize(
    ("uses", "told"),
    [
        ({}, True),
        ({"EDUCATION": FIVE, "CARE": OTHERS}, True),
        # All of those with welfare: five names, and one answer for each.
        ({"EDUCATION": FIVE}, False),
        ({"EDUCATION": FIVE | OTHERS, "CARE": OTHERS}, False),
        # All but four.
        ({"EDUCATION": FIVE | OTHERS, "CARE": using(11, 12, 13, 14) | FIVE}, False),
        ({"EDUCATION": FIVE, "CARE": using(6, 7, 8, 9)}, False),
        # Netted to nothing: the reader sees nine names.
        ({"EDUCATION": FIVE | using(6), "CARE": OTHERS | using(6, amount=-100)}, False),
        # Given back more than used: a figure like any other.
        ({"EDUCATION": FIVE, "CARE": using(*range(6, 11), amount=-100)}, True),
    ],
)
def test_a_category_is_told_when_five_use_it_and_five_do_not(uses: Uses, told: bool) -> None:
    assert tellable(uses) is told


def test_a_small_month_waits_for_the_next() -> None:
    months = [
        month(1, EDUCATION=FIVE, CARE=OTHERS),
        month(2, EDUCATION=using(1)),
        month(3, EDUCATION=FIVE, CARE=OTHERS),
    ]

    assert published(months[:2]) == published(months[:1])
    found = published(months)
    assert found is not None
    assert found.month == date(2026, 3, 1)
    assert found.groups["EDUCATION"] == Group(5, 1_100)


def test_a_segment_in_which_all_are_alike_waits_though_the_sum_could_be_told() -> None:
    months = [month(1, EDUCATION=FIVE, CARE=OTHERS), month(2, CARE=using(*range(11, 16)))]

    assert tellable({"EDUCATION": FIVE, "CARE": OTHERS | using(*range(11, 16))})
    assert published(months) == published(months[:1])


def test_segments_that_could_be_told_wait_when_together_all_use_all() -> None:
    months = [month(1, EDUCATION=FIVE, CARE=OTHERS), month(2, EDUCATION=OTHERS, CARE=FIVE)]

    assert published(months) == published(months[:1])


def test_the_count_of_people_does_not_tell_of_the_one_who_is_new() -> None:
    # Eleven is new in the second month, and EDUCATION has no one new: an exact count would name their category.
    months = [
        month(1, EDUCATION=FIVE, CARE=OTHERS),
        month(2, EDUCATION=FIVE, CARE=OTHERS | using(11)),
    ]

    first, second = published(months[:1]), published(months)

    assert first is not None
    assert second is not None
    assert second.month == date(2026, 2, 1)
    assert [group.people for group in first.groups.values()] == [group.people for group in second.groups.values()]


def test_months_without_use_are_told() -> None:
    assert published([]) is None
    assert published([month(1), month(2)]) == Published(date(2026, 2, 1), {})


histories = st.lists(
    st.dictionaries(
        st.sampled_from(["CARE", "EDUCATION", "SOCIAL_UTILITY"]),
        st.dictionaries(st.integers(min_value=1, max_value=25), st.integers(min_value=-3, max_value=9), max_size=25),
    ),
    max_size=8,
)


@given(history=histories)
def test_the_difference_of_any_two_publications_can_be_told(history: list[dict[str, dict[int, int]]]) -> None:
    """Law: a month more publishes the same, or adds a segment that could be told by itself."""
    months = [(date(2026, number, 1), uses) for number, uses in enumerate(history, 1)]
    before: date | None = None
    for count in range(1, len(months) + 1):
        found = published(months[:count])
        if found is None or found.month == before:
            continue
        segment = Table()
        for day, uses in months:
            if (before is None or before < day) and day <= found.month:
                segment.add(uses)
        assert segment.tellable
        before = found.month
