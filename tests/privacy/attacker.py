"""
Whoever collects every statement of a plan, and adds up and subtracts what they say.

`bounds` are sharp: of a table of which the sums of rows and columns are known, no more can be said of one cell than
that it lies between these two amounts, as long as nothing in it is below zero (Fréchet, 1951).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from plans.rulebook.words import Category
from reports.plan_statement import PlanStatement


@dataclass(frozen=True, slots=True)
class Table:
    """The categories that were told up to a day, and the welfare that each person had used by then."""

    categories: Mapping[str, int]
    people: Mapping[str, int]


def table(statement: PlanStatement) -> Table | None:
    """Return what a statement tells beside its names, or None where it withholds it."""
    if statement.groups.through is None:
        return None
    categories = {
        line.category: line.used_minor
        for line in statement.categories
        if line.used_minor is not None and line.category != Category.FRINGE
    }
    return Table(categories, {line.tax_code: line.movement.welfare_minor for line in statement.employees})


def difference(later: Table, earlier: Table) -> Table:
    """Return what one table adds to another."""
    return Table(
        {name: amount - earlier.categories.get(name, 0) for name, amount in later.categories.items()},
        {person: amount - earlier.people.get(person, 0) for person, amount in later.people.items()},
    )


def bounds(found: Table) -> dict[tuple[str, str], tuple[int, int]]:
    """Return between which amounts each person's use of each category must lie, where somebody used it."""
    total = sum(found.people.values())
    return {
        (person, category): (max(0, used + amount - total), min(used, amount))
        for person, used in found.people.items()
        for category, amount in found.categories.items()
        if used > 0 and amount > 0
    }


def known(found: Table) -> list[tuple[str, str, int]]:
    """Return whose use of a category is certain to the cent."""
    return [(*cell, low) for cell, (low, high) in bounds(found).items() if low == high]


def solved(equations: Sequence[tuple[Mapping[str, int], int]]) -> dict[str, Fraction]:
    """Return every unknown that linear equations determine: Gauss and Jordan, in exact fractions."""
    names = sorted({name for terms, _ in equations for name in terms})
    rows = [[Fraction(terms.get(name, 0)) for name in names] + [Fraction(value)] for terms, value in equations]
    pivots: list[int] = []
    for column in range(len(names)):
        place = next((row for row in range(len(pivots), len(rows)) if rows[row][column]), None)
        if place is None:
            continue
        top = len(pivots)
        rows[top], rows[place] = rows[place], rows[top]
        rows[top] = [cell / rows[top][column] for cell in rows[top]]
        for other in range(len(rows)):
            if other != top and rows[other][column]:
                factor = rows[other][column]
                rows[other] = [cell - factor * mine for cell, mine in zip(rows[other], rows[top], strict=True)]
        pivots.append(column)
    return {
        names[column]: rows[row][-1]
        for row, column in enumerate(pivots)
        if not any(rows[row][other] for other in range(len(names)) if other != column)
    }


def cluster_equations(statements: Sequence[PlanStatement]) -> list[tuple[Mapping[str, int], int]]:
    """
    Return what the tables of clusters say of their cells, one unknown for each cluster, figure and day they go up to.

    Use and residual of one cluster and day are tied by what was granted and by what others know of expiry; that is left
    out here, as it ties each hidden cell only to another hidden one.
    """
    equations: list[tuple[Mapping[str, int], int]] = []
    for statement in statements:
        groups = statement.groups
        if groups.through is None:
            continue
        for figure in ("used", "residual"):
            cells = {line.cluster: f"{figure} {line.cluster} {groups.through}" for line in statement.clusters}
            equations.append((dict.fromkeys(cells.values(), 1), getattr(groups, f"{figure}_minor")))
            for line in statement.clusters:
                shown = getattr(line, f"{figure}_minor")
                if shown is not None:
                    equations.append(({cells[line.cluster]: 1}, shown))
    return equations


def small_clusters_solved(statements: Sequence[PlanStatement]) -> list[str]:
    """Return the cells of clusters of fewer than five people that the equations determine."""
    small = {
        f"{figure} {line.cluster} {statement.groups.through}"
        for statement in statements
        for line in statement.clusters
        for figure in ("used", "residual")
        if line.people < 5
    }
    return sorted(small & solved(cluster_equations(statements)).keys())
