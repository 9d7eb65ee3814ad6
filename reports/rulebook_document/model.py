"""What the rulebook document says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from plans.bonus.worked import BonusCase
from plans.rulebook.cases import Case
from plans.rulebook.decision import Decision
from plans.rulebook.rows import Rule
from plans.rulebook.signing import Difference, Signature
from plans.rulebook.words import Confidence


@dataclass(frozen=True, slots=True)
class RuleSheet:
    """One rule with all that whoever signs it needs: `cases` are the numbers of the worked cases that it decides."""

    rule: Rule
    superseded_by: tuple[str, ...]
    doubt: Mapping[str, str]
    cases: tuple[int, ...]
    signature: Signature | None
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class RulebookDocument:
    """
    Every rule, in the order of their files; every worked case; and what differs from what was last signed.

    A worked case is numbered by its place, from one; those of bonuses go on where those of purchases end. `decisions`
    are what the program answers to `cases`, and `bonus_rules` the rules that `bonus_cases` are about, in their order.
    """

    version: str
    prepared_at: datetime
    rules: tuple[RuleSheet, ...]
    cases: tuple[Case, ...]
    decisions: tuple[Decision, ...]
    bonus_cases: tuple[BonusCase, ...]
    bonus_rules: tuple[tuple[str, ...], ...]
    differences: tuple[Difference, ...]
    last_signed_on: date | None

    @property
    def signed(self) -> int:
        """How many rules are signed as they stand."""
        return sum(sheet.signature is not None for sheet in self.rules)

    def case(self, number: int) -> Case | BonusCase:
        """Return the worked case of this number."""
        place = number - 1 - len(self.cases)
        return self.cases[number - 1] if place < 0 else self.bonus_cases[place]

    @property
    def uncertain(self) -> int:
        """How many rules are interpretations, or come from memory."""
        return sum(sheet.rule.confidence in (Confidence.UNCERTAIN, Confidence.MEMORY) for sheet in self.rules)

    @property
    def groups(self) -> tuple[tuple[str, tuple[RuleSheet, ...]], ...]:
        """The rules by the file that holds them, without its ending."""
        found: dict[str, list[RuleSheet]] = {}
        for sheet in self.rules:
            found.setdefault(sheet.rule.file.removesuffix(".toml"), []).append(sheet)
        return tuple((name, tuple(sheets)) for name, sheets in found.items())
