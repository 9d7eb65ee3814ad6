"""What may be deducted, as data: read strictly, with one row for each act, clause and category."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Final

from plans.rulebook.errors import RulebookInvalid
from plans.rulebook.reader import Row
from plans.rulebook.words import Category, Confidence
from plans.words import SourceType

_FILE: Final = "deductibility.toml"
_REVOCABLE: Final = frozenset({SourceType.REGULATION_REVOCABLE, SourceType.UNILATERAL})


class Treatment(StrEnum):
    """Deducted in full, or within so many per mille of labour cost."""

    FULL = "FULL"
    LIMITED = "LIMITED"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many thousandths of the costs for employees."""

    per_mille: int
    from_year: int
    legal_ref: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Rule:
    """How a plan's cost is treated; `doubt_*` is empty where nothing speaks against it."""

    id: str
    acts: frozenset[SourceType]
    unilateral_change: bool | None
    voluntary: bool | None
    categories: frozenset[Category]
    treatment: Treatment
    sentence_it: str
    sentence_en: str
    legal_ref: str
    source: str
    confidence: Confidence
    checked_on: date
    doubt_it: str
    doubt_en: str

    def sentence(self, language: str) -> str:
        """Return what the rule says."""
        return self.sentence_it if language == "it" else self.sentence_en

    def doubt(self, language: str) -> str:
        """Return what speaks against it."""
        return self.doubt_it if language == "it" else self.doubt_en

    def holds(self, act: SourceType, category: Category, *, unilateral_change: bool) -> bool:
        """Return whether it speaks of a plan's category."""
        return (
            act in self.acts
            and category in self.categories
            and self.unilateral_change in (None, unilateral_change)
            and self.voluntary in (None, voluntary(act, unilateral_change=unilateral_change))
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """Every rule and the limits by year."""

    rules: tuple[Rule, ...]
    limits: tuple[Limit, ...]

    def of(self, act: SourceType, category: Category, *, unilateral_change: bool) -> Rule:
        """Return the rule for a plan's category; loading has made sure that there is one."""
        return next(r for r in self.rules if r.holds(act, category, unilateral_change=unilateral_change))

    def limit(self, year: int) -> Limit:
        """Return the limit of a year."""
        return max((one for one in self.limits if one.from_year <= year), key=lambda one: one.from_year)


def voluntary(act: SourceType, *, unilateral_change: bool) -> bool:
    """Return whether an act binds the employer to nothing: it can be revoked, or changed by the employer alone."""
    return act in _REVOCABLE or unilateral_change


@cache
def load() -> Rules:
    """
    Read the rules that come with this package.

    Errors: RulebookInvalid.
    """
    return build((files("reports.deductibility") / _FILE).read_text("utf-8"))


def build(text: str) -> Rules:
    """
    Build the rules from a text.

    Errors: RulebookInvalid for text that is no TOML, a wrong key or word, and a combination of act, clause and
            category that no rule or more than one speaks of.
    """
    try:
        data = tomllib.loads(text)
    except ValueError as error:
        raise RulebookInvalid(file=_FILE, row="-", problem=f"is no TOML: {error}") from error
    if unknown := data.keys() - {"rule", "limit"}:
        raise RulebookInvalid(file=_FILE, row="-", problem=f"unknown table {', '.join(sorted(unknown))}")
    rules = tuple(_rule(Row(_FILE, "rule", n, values)) for n, values in enumerate(data.get("rule", ()), 1))
    limits = tuple(_limit(Row(_FILE, "limit", n, values)) for n, values in enumerate(data.get("limit", ()), 1))
    if not limits:
        raise RulebookInvalid(file=_FILE, row="-", problem="has no limit")
    _refuse_unclear(rules)
    return Rules(rules, limits)


def _refuse_unclear(rules: Iterable[Rule]) -> None:
    for act, clause, category in product(SourceType, (False, True), Category):
        found = [rule.id for rule in rules if rule.holds(act, category, unilateral_change=clause)]
        if len(found) != 1:
            problem = f"{act}, clause {clause}, {category}: {'no rule' if not found else 'more than one rule'}"
            raise RulebookInvalid(file=_FILE, row=" ".join(found) or "-", problem=problem)


def _rule(row: Row) -> Rule:
    rule = Rule(
        id=row.text("id"),
        acts=frozenset(row.words("acts", SourceType)),
        unilateral_change=row.flag("unilateral_change") if row.has("unilateral_change") else None,
        voluntary=row.flag("voluntary") if row.has("voluntary") else None,
        categories=frozenset(row.words("categories", Category)),
        treatment=row.word("treatment", Treatment),
        sentence_it=row.text("sentence_it"),
        sentence_en=row.text("sentence_en"),
        legal_ref=row.text("legal_ref"),
        source=row.text("source"),
        confidence=row.word("confidence", Confidence),
        checked_on=row.day("checked_on"),
        doubt_it=row.text("doubt_it") if row.has("doubt_it") else "",
        doubt_en=row.text("doubt_en") if row.has("doubt_en") else "",
    )
    row.finish()
    return rule


def _limit(row: Row) -> Limit:
    row.text("id")
    limit = Limit(
        per_mille=row.whole("per_mille"),
        from_year=row.whole("from_year"),
        legal_ref=row.text("legal_ref"),
        confidence=row.word("confidence", Confidence),
    )
    row.text("source")
    row.day("checked_on")
    row.finish()
    return limit
