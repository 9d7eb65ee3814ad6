"""The law of retention, read from `data/law.toml`: what is kept of people, until when, and who says so."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from plans.rulebook.reader import Row
from plans.rulebook.words import Confidence

FILE = "law.toml"


class Kind(StrEnum):
    """Sorts of what is kept of a person."""

    IDENTITY = "identity"
    CONTACT = "contact"
    RELATIVES_UNUSED = "relatives_unused"
    RELATIVES = "relatives"
    DECLARATIONS = "declarations"
    DOCUMENTS = "documents"
    EXPENSES = "expenses"
    PAYMENTS = "payments"
    CARE = "care"
    REQUESTS = "requests"
    SURVEYS = "surveys"
    PLACES = "places"
    ANSWERS = "answers"
    SEARCHES = "searches"
    JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Term:
    """One reason to keep something: for so many years after the tax period, or for as long as it lasts."""

    term_id: str
    years: int | None
    it: str
    en: str
    source: str
    checked_on: date
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Rule:
    """
    What keeps one kind; no term means that nothing does.

    What goes `at_request` is kept by its terms only as long as its person does not ask otherwise.
    """

    kind: Kind
    terms: tuple[Term, ...]
    it: str
    en: str
    at_request: bool = False

    def until(self, year: int) -> tuple[date, Term] | None:
        """Return the last day on which what belongs to a tax year is kept, and the term that lasts longest."""
        counted = [(term.years, term) for term in self.terms if term.years is not None]
        if not counted:
            return None
        years, term = max(counted, key=lambda found: found[0])
        return date(year + years, 12, 31), term

    def lasting(self) -> Term | None:
        """Return the term that has no years, if any."""
        return next((term for term in self.terms if term.years is None), None)


@cache
def load() -> Mapping[Kind, Rule]:
    """
    Return the rule of each kind.

    Errors: RulebookInvalid for a file that does not read as it should.
    """
    told = tomllib.loads(files("wallet.retention").joinpath("data", FILE).read_text(encoding="utf-8"))
    terms = {}
    for position, values in enumerate(told["term"], 1):
        row = Row(FILE, "term", position, values)
        term = Term(
            row.text("id"),
            row.whole("years") if row.has("years") else None,
            row.text("it"),
            row.text("en"),
            row.text("source"),
            row.day("checked_on"),
            row.word("confidence", Confidence),
        )
        row.finish()
        terms[term.term_id] = term
    rules = {}
    for position, values in enumerate(told["kind"], 1):
        row = Row(FILE, "kind", position, values)
        kind, names = row.word("id", Kind), row.names("terms")
        if unknown := set(names) - set(terms):
            raise row.refuse(f"unknown term {', '.join(sorted(unknown))}")
        rules[kind] = Rule(
            kind, tuple(terms[name] for name in names), row.text("it"), row.text("en"), row.flag("at_request", False)
        )
        row.finish()
    if missing := set(Kind) - set(rules):
        raise Row(FILE, "kind", 0, {}).refuse(f"missing {', '.join(sorted(missing))}")
    return rules
