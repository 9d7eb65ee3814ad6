"""What a person's position rests on where bonuses were converted: the year's cap, here and elsewhere together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from plans.bonus import choices, years
from plans.rulebook.words import Category, PlanSource
from wallet.position.model import BonusPosition, Line


@dataclass(frozen=True, slots=True)
class Bonuses:
    """A year's conversions, the plans whose credit may be over for all that is known, and what is over by category."""

    position: BonusPosition | None
    unknown_plans: frozenset[str]
    over_minor: Mapping[Category, int]

    def unknown(self, line: Line) -> bool:
        """Whether a line was paid by a bonus of which nobody said what was converted elsewhere."""
        return line.source is PlanSource.PDR and line.plan_code in self.unknown_plans


def of(session: Session, book_id: int, employee_id: str, year: int, lines: Sequence[Line], today: date) -> Bonuses:
    """
    Return what is to know of a person's bonuses for a year.

    What is over the cap belongs to the year of the choice; of what was used there, the last is over.
    """
    made = choices.of_person(session, book_id, employee_id)
    by_year = years.of_person(session, book_id, made, today=today)
    unknown = frozenset(choice.plan_code for choice in made if by_year[choice.year].elsewhere_minor is None)
    found = by_year.get(year)
    if found is None:
        return Bonuses(None, unknown, {})
    position = BonusPosition(
        converted_minor=found.converted_minor,
        elsewhere_minor=found.elsewhere_minor,
        cap_minor=found.cap_minor,
        over_minor=found.over_minor,
        cap_rule_id=found.cap_rule_id,
        doubts=found.doubts,
    )
    used: dict[Category, int] = {}
    for line in lines:
        if line.source is PlanSource.PDR and not line.withdrawn:
            # Of a category, what was used last says when.
            used[line.category] = used.pop(line.category, 0) + line.net_exempt_minor
    left, over = found.over_minor, {}
    for category, exempt_minor in reversed(used.items()):
        over[category] = min(left, max(exempt_minor, 0))
        left -= over[category]
    return Bonuses(position, unknown, over)
