"""The figures of clusters and categories: over the period, or up to what the personnel office may be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from plans.plans import PlanTerms
from plans.rulebook.words import Category
from reports.plan_statement import uptake
from reports.plan_statement.journal import Journal, first_days, last_day
from reports.plan_statement.model import CategoryLine, ClusterLine, EmployeeLine, Groups, Reading, Withheld
from reports.plan_statement.suppression import Group, Published, Uses, hidden


def uses(journal: Journal, starts_on: date, through: date) -> Iterator[tuple[date, Uses]]:
    """Yield what each person used of each category month by month, fringe benefits apart."""
    for month in first_days(starts_on, through):
        # What was used in fringe benefits is told of each person: it neither hides nor reveals.
        uses = journal.uses.get(month, {})
        yield month, {category: amounts for category, amounts in uses.items() if category != Category.FRINGE}


def cluster_sums(journal: Journal, last: Published | None) -> dict[str, tuple[int, int, int]]:
    """Return what each cluster was granted, used and has left: over the period, or up to what could be told."""
    sums: dict[str, tuple[int, int, int]] = {}
    for person in journal.people:
        moved = person.movement
        figures = (moved.granted_net_minor, moved.used_minor, moved.residual_minor)
        sums[person.cluster] = _plus(
            sums.get(person.cluster, (0, 0, 0)), figures if last is None else (0, 0, moved.opening_minor)
        )
    for month, cluster, (granted, used, change) in journal.clusters:
        if last is not None and month <= last.month:
            sums[cluster] = _plus(sums[cluster], (granted, used, change))
    return sums


def cluster_users(journal: Journal, last: Published | None) -> dict[str, int]:
    """Return how many people of each cluster used something: over the period, or up to what could be told."""
    if last is None:
        return Counter(person.cluster for person in journal.people if person.movement.used_minor > 0)
    used: Counter[int] = Counter()
    for month, uses in journal.uses.items():
        if month <= last.month:
            for amounts in uses.values():
                used.update(amounts)
    return Counter(journal.places[place] for place, amount in used.items() if amount > 0)


def _plus(one: tuple[int, int, int], other: tuple[int, int, int]) -> tuple[int, int, int]:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def totals(
    sums: Mapping[str, tuple[int, int, int]],
    ends_on: date,
    last: Published | None,
    withheld: Withheld | None,
    users: int | None,
) -> Groups:
    """Return what the clusters come to together, up to which day, or why their figures are withheld."""
    total = (0, 0, 0)
    for figures in sums.values():
        total = _plus(total, figures)
    if withheld is not None:
        return Groups(None, withheld, *total, users=users)
    return Groups(ends_on if last is None else last_day(last.month), None, *total, users=users)


def clusters(
    people: Iterable[EmployeeLine],
    sums: Mapping[str, tuple[int, int, int]],
    users: Mapping[str, int],
    reading: Reading,
    groups: Groups,
) -> tuple[ClusterLine, ...]:
    """Return the line of each cluster, with what has to stay hidden left out."""
    counts = Counter(person.cluster for person in people)
    secret = frozenset(sums) if groups.withheld is not None else frozenset()
    if reading is Reading.HR and groups.withheld is None:
        # Whoever knows what was granted reads what was used out of what is left: both are hidden.
        secret = hidden({cluster: Group(counts[cluster], used) for cluster, (_, used, _) in sums.items()})
    shown = uptake.by_cluster(users, counts, reading, secret)
    return tuple(
        ClusterLine(cluster, counts[cluster], granted, None, None)
        if cluster in secret
        else ClusterLine(cluster, counts[cluster], granted, used, residual, shown[cluster])
        for cluster, (granted, used, residual) in sorted(sums.items())
    )


def categories(
    terms: PlanTerms, journal: Journal, last: Published | None, withheld: Withheld | None
) -> tuple[CategoryLine, ...]:
    """Return the line of each category of the plan, withheld where it may not be told."""
    nobody = Group(people=0, amount_minor=0)
    lines: dict[str, Group | None] = {str(category): nobody for category in Category if category in terms.categories}
    if withheld is not None:
        # A category the plan has no more is not even named: that it stands there would tell that somebody used it.
        lines = dict.fromkeys(lines)
        fringe = journal.categories.get(Category.FRINGE)
        if fringe is not None or Category.FRINGE in lines:
            lines[str(Category.FRINGE)] = fringe or nobody
    elif last is not None:
        lines |= last.groups
        if (fringe := _fringe(journal, last)) is not None:
            lines[str(Category.FRINGE)] = fringe
    else:
        lines |= journal.categories
    return tuple(
        CategoryLine(category, None, None)
        if group is None
        else CategoryLine(category, group.people, group.amount_minor)
        for category, group in lines.items()
    )


def _fringe(journal: Journal, last: Published) -> Group | None:
    """Return what was used in fringe benefits up to what could be told; each person's is told anyway."""
    used: Counter[int] = Counter()
    for month, uses in journal.uses.items():
        if month <= last.month:
            used.update(uses.get(Category.FRINGE, {}))
    return Group(sum(amount != 0 for amount in used.values()), used.total()) if used else None
