"""Small groups: nothing about fewer than five people can be read, or computed, from a table with its total."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reports.plan_statement.suppression import SMALLEST_GROUP, Group, hidden

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


def test_a_figure_known_from_elsewhere_covers_nothing() -> None:
    found = hidden({"EDUCATION": Group(2, 100), "FRINGE": Group(9, 50), "CARE": Group(9, 900)}, known="FRINGE")

    assert found == {"EDUCATION", "CARE"}


def test_a_small_figure_known_from_elsewhere_is_hidden_with_another() -> None:
    found = hidden({"FRINGE": Group(2, 50), "CARE": Group(9, 900)}, known="FRINGE")

    assert found == {"FRINGE", "CARE"}


@given(table=st.dictionaries(names, groups, min_size=1), known=st.sampled_from([None, "FRINGE"]))
def test_no_small_group_is_shown_nor_stands_alone(table: dict[str, Group], known: str | None) -> None:
    """Law: what is hidden and unknown is nothing, or at least two figures of five people, or all there are."""
    found = hidden(table, known)

    small = {name for name, group in table.items() if 0 < group.people < SMALLEST_GROUP}
    assert small <= found
    unknown = found - {known}
    if small - {known}:
        everything = unknown == set(table) - {known}
        assert everything or (len(unknown) >= 2 and sum(table[name].people for name in unknown) >= SMALLEST_GROUP)
    if not small:
        assert not found
