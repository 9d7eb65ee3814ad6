"""
What the municipality's statement tells of vouchers, where few people stand behind a figure.

A figure is about the people for whom it moved in the period, net of what was undone; a person with two vouchers is one.

* A figure about one to four people is withheld, and in its column what would give it by subtraction from the total
  (`plan_statement.suppression.hidden`, the rule of every table with its total); the total itself where it is about one
  to four people.
* What is left is told where all that makes it is told: it never adds to them. Where what is left belongs to one to four
  people the whole line is withheld, for they would make it.
* The citizens' share is withheld with the use it belongs to: a tariff turns the one into the other.

Amounts of agreements are public.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from reports.plan_statement.suppression import Group, hidden, small
from reports.social_statement.model import FIGURES, Movement, Told

# By service, then by citizen.
Moved = Mapping[str, Mapping[int, Movement]]
_USED: Final = "used_minor"
_CITIZEN: Final = "citizen_minor"
_RESIDUAL: Final = "residual_minor"


def services(moved: Moved) -> dict[str, Told]:
    """Return what is told of each service beside the sum of all."""
    whole = {code for code, people in moved.items() if small(len(_about({code: people}, _RESIDUAL)))}
    withheld: dict[str, frozenset[str]] = {}
    for figure in FIGURES:
        secret = whole | withheld[_USED] if figure == _CITIZEN else whole
        withheld[figure] = _column(moved, figure, secret)
    return {
        code: Told.of(total({code: people}), [figure for figure in FIGURES if code in withheld[figure]])
        for code, people in moved.items()
    }


def everything(moved: Moved) -> Told:
    """Return what is told of the sum of all services."""
    few = {figure for figure in (*FIGURES, _RESIDUAL) if small(len(_about(moved, figure)))}
    if _RESIDUAL in few:
        few.update(FIGURES)
    if _USED in few:
        few.add(_CITIZEN)
    return Told.of(total(moved), few)


def users(moved: Moved) -> int:
    """Return how many people used any of the services."""
    return len(_about(moved, _USED))


def total(moved: Moved) -> Movement:
    """Return the sum over services and citizens."""
    found = Movement()
    for people in moved.values():
        for movement in people.values():
            found = found.plus(movement)
    return found


def _column(moved: Moved, figure: str, secret: Collection[str]) -> frozenset[str]:
    def together(codes: Collection[str]) -> int:
        return len(_about({code: moved[code] for code in codes}, figure))

    groups = {
        code: Group(together([code]), sum(getattr(movement, figure) for movement in people.values()))
        for code, people in moved.items()
    }
    return hidden(groups, secret=secret, together=together)


def _about(moved: Moved, figure: str) -> set[int]:
    """Return whom a figure is about."""
    return {person for people in moved.values() for person, movement in people.items() if getattr(movement, figure)}
