"""
Small groups: which figures of a table stay hidden so that nobody's purchases can be read out of it.

A figure of fewer than five people is hidden. One hidden figure is the total less the others, so others are hidden with
it until at least two are, of at least five people together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SMALLEST_GROUP: Final = 5


@dataclass(frozen=True, slots=True)
class Group:
    """A figure of a table and how many people it is about; minor units."""

    people: int
    amount_minor: int


def hidden(groups: Mapping[str, Group], known: str | None = None) -> frozenset[str]:
    """
    Return the names of the figures to hide, given that the total of all is shown.

    `known` names a figure that the reader has from elsewhere in the same statement: hiding it protects no other.
    """
    others = {name: group for name, group in groups.items() if name != known}
    found = _covered({name for name, group in others.items() if _is_small(group)}, others)
    if known is not None and known in groups and _is_small(groups[known]):
        found = _covered(found | {known}, groups)
    return frozenset(found)


def _is_small(group: Group) -> bool:
    return 0 < group.people < SMALLEST_GROUP


def _covered(small: set[str], groups: Mapping[str, Group]) -> set[str]:
    if not small:
        return small
    covered = set(small)
    # The smallest first, so that as little as possible is lost; a figure of nobody covers only when nothing else does.
    rest = sorted(
        (name for name in groups if name not in covered),
        key=lambda name: (groups[name].people == 0, groups[name].amount_minor, name),
    )
    for name in rest:
        if len(covered) >= 2 and sum(groups[chosen].people for chosen in covered) >= SMALLEST_GROUP:
            break
        covered.add(name)
    return covered
