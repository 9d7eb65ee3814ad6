"""
What a past decision stands on: the relative and the hiring as they were kept with it, and as they are known today.

A declaration may be withdrawn, a certificate found wrong, or something declared after the purchase. Whether that
matters is for the rulebook to say: a mother who lives with the worker and is maintained as well needs one of the two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from config import clock
from plans import people
from plans.people import PersonFacts
from plans.rulebook import loading
from plans.rulebook.decision import Decision, decide
from plans.rulebook.facts import Facts
from plans.rulebook.words import Outcome
from wallet import deciding


@dataclass(frozen=True, slots=True)
class Change:
    """
    One decision under the law of today, on the facts that were kept and on those of today, where they differ.

    Units: minor units, of the amount that was decided.
    """

    then: Decision
    now: Decision
    taxable_then_minor: int
    taxable_now_minor: int

    @property
    def lost(self) -> bool:
        """Whether something that was exempt on the facts that were kept is not on those of today."""
        return self.taxable_now_minor > self.taxable_then_minor


class Standing:
    """Asks past decisions of a book again; whoever was asked about for a day is read once."""

    def __init__(self, session: Session, book_id: int) -> None:
        self._session, self._book_id = session, book_id
        self._known: dict[tuple[str, str | None, date], PersonFacts] = {}

    def change(self, employee_id: str, relative_id: str | None, kept: Facts, on: date) -> Change | None:
        """Return how the facts of today change a decision on the day it was decided for; None where they do not."""
        if relative_id is None and kept.new_hire is None:
            return None
        key = (employee_id, relative_id, on)
        if key not in self._known:
            self._known[key] = people.for_authorization(self._session, self._book_id, *key)
        person = self._known[key]
        today = replace(kept, relative=person.relative, new_hire=person.new_hire)
        if today == kept:
            return None
        then, now = (decide(facts, loading.load(), on, clock.today()) for facts in (kept, today))
        owed = [_taxable(decision, kept.amount_minor) for decision in (then, now)]
        if owed[0] == owed[1] and deciding.counts_in_limit(then) is deciding.counts_in_limit(now):
            return None
        return Change(then, now, *owed)


def _taxable(decision: Decision, amount_minor: int) -> int:
    # What was given is owed; what nothing decides cannot be exempt.
    return amount_minor if decision.outcome is Outcome.BLOCKED else decision.taxable_minor
