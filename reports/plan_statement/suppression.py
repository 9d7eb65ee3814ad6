"""
Small groups: which figures stay hidden so that nobody's purchases can be read out of them.

**A table with its total** (use per cluster, each column of a municipality's statement). A figure of fewer than five
people is hidden. One hidden figure is the total less the others, so others are hidden with it until at least two are,
of at least five people together; whoever stands in several of them is one person.

**Categories beside names** (`published`). The reader also knows how much welfare each person used, on any day. A
category is then told only if at least five of the people with welfare use it and at least five do not:

* fewer than five who use it are a small group, as in any table;
* fewer than five who do not leave everybody else's category known, or all but known: were all five of five in
  EDUCATION, the five names beside it would be answered for. "Does not use" is an answer as "uses" is, and where there
  are two categories the people who do not use one are those who use only the other: the bound is the same.

One category that fails takes all with it, those of nobody too: the others, shown, would tell it by elimination. So
wherever something is told, at least two categories have movement.

Two statements can be subtracted. Categories are therefore told in whole segments of months: a segment ends at the first
month by whose end both the segment and everything up to it can be told. The difference of two statements is a sum of
such segments. How many people there are is rounded down to fives, or the count, as it grows from one segment to the
next, would tell of the one person who is new.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from wallet import telling

SMALLEST_GROUP: Final = telling.SMALLEST_GROUP

# What each person used in each category, net: by category, then by person.
Uses = Mapping[str, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Group:
    """A figure of a table and how many people it is about; minor units."""

    people: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Published:
    """The last month whose end closed a segment (its first day), and what each category came to by then."""

    month: date
    groups: Mapping[str, Group]


def small(people: int) -> bool:
    """Say whether a figure about so many people tells of somebody: it is about one to four."""
    return 0 < people < SMALLEST_GROUP


def hidden(
    groups: Mapping[str, Group],
    *,
    secret: Collection[str] = (),
    together: Callable[[Collection[str]], int] | None = None,
) -> frozenset[str]:
    """
    Return the names of the figures to hide, given that the total of all is shown.

    `secret` are hidden whatever they hold. `together` counts the people of several figures, each once; without it
    nobody stands in two.
    """
    count = together or (lambda names: sum(groups[name].people for name in names))
    covered = {name for name, group in groups.items() if name in secret or small(group.people)}
    # What is about nobody has nothing to cover.
    if not count(covered):
        return frozenset(covered)
    # The smallest first, so that as little as possible is lost; a figure of nobody covers only when nothing else does.
    rest = sorted(
        (name for name in groups if name not in covered),
        key=lambda name: (groups[name].people == 0, groups[name].amount_minor, name),
    )
    for name in rest:
        if len(covered) >= 2 and count(covered) >= SMALLEST_GROUP:
            break
        covered.add(name)
    return frozenset(covered)


class Table:
    """What each person used in each category over some months, summed as months are added."""

    def __init__(self) -> None:
        self.uses: dict[str, dict[int, int]] = {}
        self._totals: dict[int, int] = {}

    def add(self, uses: Uses) -> None:
        """Add what was used in a month."""
        for category, amounts in uses.items():
            for sums in (self.uses.setdefault(category, {}), self._totals):
                for person, amount in amounts.items():
                    sums[person] = sums.get(person, 0) + amount

    @property
    def tellable(self) -> bool:
        """Whether categories may stand beside the names of those who used some: five use each, and five do not."""
        # Whoever's categories cancel each other is nobody that the reader sees, and hides nobody.
        unseen = [person for person, total in self._totals.items() if not total]
        seen = len(self._totals) - len(unseen)
        for amounts in self.uses.values():
            users = _people(amounts)
            visible = users - sum(amounts.get(person, 0) != 0 for person in unseen)
            if users and not SMALLEST_GROUP <= visible <= seen - SMALLEST_GROUP:
                return False
        return True


def published(months: Iterable[tuple[date, Uses]]) -> Published | None:
    """
    Return what may be told of the categories, from what was used month after month; None if nothing yet.

    What a month adds never changes what earlier months allowed to tell.
    """
    segment, so_far = Table(), Table()
    last: Published | None = None
    for month, uses in months:
        segment.add(uses)
        so_far.add(uses)
        if segment.tellable and so_far.tellable:
            last = Published(month, {category: _group(amounts) for category, amounts in so_far.uses.items()})
            segment = Table()
    return last


def _people(amounts: Mapping[int, int]) -> int:
    return sum(map(bool, amounts.values()))


def _group(amounts: Mapping[int, int]) -> Group:
    people = _people(amounts)
    return Group(people - people % SMALLEST_GROUP, sum(amounts.values()))
