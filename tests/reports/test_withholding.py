"""What a municipality's statement tells of few people: nothing, however its figures are added and subtracted."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from reports.plan_statement.suppression import SMALLEST_GROUP
from reports.social_statement import withholding
from reports.social_statement.model import FIGURES, Movement, Told

MEALS, CARE, RIDES = "PASTI", "SAD", "TRASP"
amounts = st.sampled_from([0, 0, 1, 10])
# The citizen's share belongs to a use: nobody pays without one.
movements = st.builds(
    lambda opening, granted, used, ended, share: Movement(
        opening + used + ended, granted, used, ended, share if used else 0
    ),
    amounts,
    amounts,
    amounts,
    amounts,
    amounts,
)
tables = st.dictionaries(
    st.sampled_from([MEALS, CARE, RIDES]),
    st.dictionaries(st.integers(0, 11), movements, max_size=12),
    min_size=1,
)


def many(people: range, **figures: int) -> dict[int, Movement]:
    """The same movement for each of these people."""
    return dict.fromkeys(people, Movement(**{f"{name}_minor": amount for name, amount in figures.items()}))


def test_five_people_are_told() -> None:
    moved = {MEALS: many(range(5), granted=100, used=10)}

    assert withholding.services(moved) == {MEALS: Told(0, 500, 50, 0, 0)}
    assert withholding.everything(moved) == Told(0, 500, 50, 0, 0)


def test_what_is_left_to_few_withholds_the_line_that_makes_it() -> None:
    # Eight used all they had, and two have 40 left.
    moved = {MEALS: many(range(8), opening=100, used=100) | many(range(8, 10), opening=100, used=80)}

    assert withholding.services(moved) == {MEALS: Told(None, None, None, None, None)}
    assert withholding.everything(moved) == Told(None, None, None, None, None)


def test_the_smallest_other_figure_covers_for_the_one_that_is_withheld() -> None:
    moved = {
        MEALS: many(range(20), opening=100, used=10),
        CARE: many(range(20, 30), opening=100, used=5),
        RIDES: many(range(30, 40), opening=100) | many(range(40, 43), opening=100, used=7),
    }

    told = withholding.services(moved)

    assert [told[code].used_minor for code in (MEALS, CARE, RIDES)] == [200, None, None]
    assert [told[code].opening_minor for code in (MEALS, CARE, RIDES)] == [2_000, 1_000, 1_300]
    assert withholding.everything(moved) == Told(4_300, 0, 271, 0, 0)


def test_the_share_is_withheld_with_the_use_that_a_tariff_makes_of_it() -> None:
    moved = {
        MEALS: many(range(20), opening=100, used=40, citizen=10),
        CARE: many(range(20, 23), opening=100, used=5) | many(range(23, 30), opening=100),
    }

    assert withholding.services(moved)[MEALS] == Told(2_000, 0, None, 0, None)
    assert withholding.everything(moved) == Told(3_000, 0, 815, 0, 200)

    few = {MEALS: many(range(3), opening=100, used=40, citizen=10) | many(range(3, 9), opening=100, citizen=50)}
    assert withholding.everything(few) == Told(900, 0, None, 0, None)


@example(moved={MEALS: many(range(3), opening=100, used=10), CARE: many(range(3), opening=100)})
@given(moved=tables)
def test_no_figure_of_few_people_can_be_computed(moved: dict[str, dict[int, Movement]]) -> None:
    """Law: neither a cell, nor a residual, nor a total about one to four people is fixed by all that is told."""
    lines, total = withholding.services(moved), withholding.everything(moved)
    known = [
        {(code, figure): 1} for code, line in lines.items() for figure in FIGURES if getattr(line, figure) is not None
    ]
    known += [{(code, figure): 1 for code in moved} for figure in FIGURES if getattr(total, figure) is not None]

    for codes in ([code] for code in moved), [list(moved)]:
        for few in codes:
            for figure in (*FIGURES, "residual_minor"):
                who = {p for code in few for p, one in moved[code].items() if getattr(one, figure)}
                if 0 < len(who) < SMALLEST_GROUP:
                    assert not follows(known, asked(few, figure)), (few, figure)
    for figure in FIGURES:
        rest = [code for code, line in lines.items() if getattr(line, figure) is None]
        who = {p for code in rest for p, one in moved[code].items() if getattr(one, figure)}
        assert getattr(total, figure) is None or not 0 < len(who) < SMALLEST_GROUP


def asked(codes: list[str], figure: str) -> dict[tuple[str, str], int]:
    """A figure of some services, in the cells of the table."""
    if figure != "residual_minor":
        return {(code, figure): 1 for code in codes}
    signs = {"opening_minor": 1, "granted_minor": 1, "used_minor": -1, "ended_minor": -1}
    return {(code, part): sign for code in codes for part, sign in signs.items()}


def follows(known: list[dict[tuple[str, str], int]], wanted: dict[tuple[str, str], int]) -> bool:
    """Say whether a sum of cells is fixed by sums that are known."""
    return rank([*known, wanted]) == rank(known)


def rank(sums: list[dict[tuple[str, str], int]]) -> int:
    """The rank of sums of cells, by elimination."""
    cells = sorted({cell for one in sums for cell in one})
    rows = [[Fraction(one.get(cell, 0)) for cell in cells] for one in sums]
    found = 0
    for column in range(len(cells)):
        pivot = next((row for row in range(found, len(rows)) if rows[row][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for row in range(found + 1, len(rows)):
            factor = rows[row][column] / rows[found][column]
            rows[row] = [one - factor * two for one, two in zip(rows[row], rows[found], strict=True)]
        found += 1
    return found


def test_a_figure_is_told_from_five_people_on() -> None:
    told = [withholding.everything({MEALS: many(range(people), granted=10)}) for people in range(7)]

    assert [one.granted_minor for one in told] == [0, None, None, None, None, 50, 60]
