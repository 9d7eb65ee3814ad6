"""How many people used the plan, and when what is left expires: told of people in groups only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from reports.plan_statement.model import ExpiringLine, Reading
from reports.plan_statement.suppression import SMALLEST_GROUP, Group, hidden


def total(users: Mapping[str, int], people: int, reading: Reading) -> int | None:
    """Return how many people used the plan; for the personnel office rounded down, or None where few did or did not."""
    count = sum(users.values())
    if reading is Reading.PAYROLL:
        return count
    return None if _small(count, people) else _rounded(count)


def by_cluster(
    users: Mapping[str, int], people: Mapping[str, int], reading: Reading, secret: Collection[str]
) -> dict[str, int | None]:
    """
    Return how many people of each cluster used the plan; None where it stays hidden.

    For the personnel office a figure stays hidden where one to four people used the plan or one to four did not, or the
    cluster's use is a secret; and others with it, so that none is the total less the rest.
    """
    if reading is Reading.PAYROLL:
        return {cluster: users.get(cluster, 0) for cluster in people}
    groups = {}
    for cluster, count in people.items():
        used = users.get(cluster, 0)
        # As small as the smaller side of it; a secret cluster is small whatever it holds.
        side = 1 if cluster in secret or _small(used, count) else count
        groups[cluster] = Group(side, used)
    hide = hidden(groups)
    return {cluster: None if cluster in hide else _rounded(users.get(cluster, 0)) for cluster in people}


def expiring(left: Mapping[date, Mapping[int, int]], reading: Reading) -> tuple[ExpiringLine, ...]:
    """
    Return what is left by the month of its last day, from each person's credit in each month.

    For the personnel office months are put together until a line is of five people at least.
    """
    lines: list[tuple[date, date, set[int], int]] = []
    smallest = SMALLEST_GROUP if reading is Reading.HR else 1
    for month in sorted(left):
        people, amount = set(left[month]), sum(left[month].values())
        if lines and len(lines[-1][2]) < smallest:
            first, _, before, so_far = lines.pop()
            lines.append((first, month, before | people, so_far + amount))
        else:
            lines.append((month, month, people, amount))
    if len(lines) > 1 and len(lines[-1][2]) < smallest:
        _, through, people, amount = lines.pop()
        first, _, before, so_far = lines.pop()
        lines.append((first, through, before | people, so_far + amount))
    return tuple(
        ExpiringLine(first, through, len(people) if len(people) >= smallest else None, amount)
        for first, through, people, amount in lines
    )


def _small(used: int, people: int) -> bool:
    return 0 < used < SMALLEST_GROUP or 0 < people - used < SMALLEST_GROUP


def _rounded(count: int) -> int:
    return count - count % SMALLEST_GROUP
