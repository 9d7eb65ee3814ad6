"""One decision on its way: the question, the rules used so far, and what they found."""

from datetime import date

from plans.rulebook.facts import Facts
from plans.rulebook.model import Rulebook
from plans.rulebook.rows import CategoryRule, Rule
from plans.rulebook.words import Outcome, Reason, Warn


class Inquiry:
    """
    What the steps of a decision share and fill in.

    Units: euro cents. `taxable_minor` and `year_taxable_minor` None let the outcome say it: all or nothing.
    """

    __slots__ = (
        "category",
        "declared",
        "facts",
        "figures",
        "known_at",
        "limit_minor",
        "on",
        "reasons",
        "recomputed_minor",
        "rulebook",
        "rules",
        "taxable_minor",
        "warnings",
        "year_taxable_minor",
    )

    def __init__(self, facts: Facts, rulebook: Rulebook, on: date, known_at: date, category: CategoryRule) -> None:
        self.facts = facts
        self.rulebook = rulebook
        self.on = on
        self.known_at = known_at
        self.category = category
        self.declared = False
        self.rules: list[Rule] = [category]
        self.reasons: list[Reason] = []
        self.warnings: list[Warn] = []
        self.figures: dict[str, int] = {"amount_minor": facts.amount_minor}
        self.limit_minor: int | None = None
        self.taxable_minor: int | None = None
        self.year_taxable_minor: int | None = None
        self.recomputed_minor = 0

    def use(self, rule: Rule) -> None:
        """Remember a rule that the answer rests on."""
        self.rules.append(rule)

    def warn(self, warning: Warn) -> None:
        """Add something a person must be told, once."""
        if warning not in self.warnings:
            self.warnings.append(warning)

    def refuse(self, outcome: Outcome, reason: Reason) -> Outcome:
        """Settle on an outcome whose one reason replaces what had spoken for the purchase so far."""
        self.reasons = [reason]
        return outcome

    def exempt(self) -> Outcome:
        """Settle on exempt, by the worker's word if something rested on it."""
        return Outcome.EXEMPT_ON_DECLARATION if self.declared else Outcome.EXEMPT
