"""Worked cases: a table of purchases and answers that a fiscal expert reads, extends and runs without Python."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from importlib.resources import files
from typing import TypeVar

from plans.rulebook import decision
from plans.rulebook.errors import CaseInvalid, FactsInvalid
from plans.rulebook.facts import Facts, NewHire, Relative
from plans.rulebook.model import Rulebook
from plans.rulebook.reader import CENTS_PER_EURO
from plans.rulebook.words import (
    Basis,
    Category,
    Channel,
    Confidence,
    Entitlement,
    ExpenseKind,
    Kinship,
    MealKind,
    Outcome,
    PlanSource,
    Reason,
    Warn,
)

E = TypeVar("E", bound=StrEnum)

# Every column a case file may have; a file writes only those it needs, an empty cell means what is said here.
COLUMNS: Mapping[str, str] = {
    "case": "a name, unique in its file",
    "category": "a fiscal category",
    "channel": "empty: DIRECT",
    "source": "empty: ON_TOP",
    "entitlement": "empty: ALL",
    "on": "the tax day of the purchase",
    "known_at": "the day whose knowledge of the law counts; empty: the same day",
    "amount": "euro",
    "full_price": "euro; empty: not known",
    "voucher_items": "how many services one voucher stands for; empty: 1",
    "who": "empty: the employee; else a kinship",
    "born": "birth date of the relative",
    "cohabitation": "RECORDED or DECLARED; empty: neither",
    "maintenance": "yes or no; empty: no",
    "dependent": "yes or no; empty: not known",
    "certificate": "not self-sufficient, certified: yes or no; empty: no",
    "parents_missing": "yes or no; empty: not known",
    "used": "euro already used this year against the limit; empty: 0",
    "taxed": "euro of it already recorded as taxable; empty: not known",
    "external_fringe": "euro of fringe benefits from elsewhere; empty: not known",
    "external_cap": "euro from elsewhere against the same cap; empty: not known",
    "child_declared": "yes or no; empty: no",
    "days": "days of meal vouchers; empty: 0",
    "meal_kind": "kind of meal voucher",
    "expense_kind": "kind of expense",
    "first_job": "extra pension room: yes or no; empty: no",
    "hired_on": "day of hiring; the next three belong to it",
    "permanent": "yes or no",
    "prior_income": "euro",
    "moved_km": "kilometres",
    "outcome": "expected",
    "exempt": "expected euro",
    "taxable": "expected euro",
    "year_taxable": "expected euro; empty: not checked",
    "recomputed": "expected euro; empty: 0",
    "reasons": "expected codes, in order, separated by spaces",
    "warnings": "expected codes separated by spaces; empty: none",
    "rules": "rule ids that must be among those used, separated by spaces",
    "confidence": "expected; empty: not checked",
    "note": "where the expected answer comes from",
}

_REQUIRED = ("case", "category", "on", "amount", "outcome", "exempt", "taxable", "reasons", "note")
_HIRE = ("hired_on", "permanent", "prior_income", "moved_km")


@dataclass(frozen=True, slots=True)
class Case:
    """A purchase and the answer an expert expects. Amounts in euro cents."""

    file: str
    name: str
    facts: Facts
    on: date
    known_at: date
    outcome: Outcome
    exempt_minor: int
    taxable_minor: int
    year_taxable_minor: int | None
    recomputed_minor: int
    reasons: tuple[Reason, ...]
    warnings: tuple[Warn, ...]
    rules: tuple[str, ...]
    confidence: Confidence | None
    note: str


def load() -> tuple[Case, ...]:
    """
    Read the cases shipped beside the rules, in file and line order.

    Errors: CaseInvalid, naming the file and the case.
    """
    folder = files("plans.rulebook") / "data" / "cases"
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".csv")), key=lambda entry: entry.name)
    return tuple(case for entry in entries for case in read(entry.name, entry.read_text("utf-8")))


def read(name: str, text: str) -> Iterator[Case]:
    """
    Read one case file: comma-separated, one header line, lines that begin with # are remarks.

    Errors: CaseInvalid for an unknown, repeated or missing column, a repeated name, a line of the wrong length, a cell
            that cannot be read, facts that contradict themselves.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    rows = list(csv.reader(io.StringIO("\n".join(lines))))
    header = rows[0] if rows else []
    problems = sorted(set(header) - set(COLUMNS)) or sorted(c for c in set(header) if header.count(c) > 1)
    if problems:
        raise CaseInvalid(file=name, case="", problem=f"unknown or repeated column {', '.join(problems)}")
    missing = [column for column in _REQUIRED if column not in header]
    if missing:
        raise CaseInvalid(file=name, case="", problem=f"missing column {', '.join(missing)}")
    seen: set[str] = set()
    for row in rows[1:]:
        cells = _Cells(name, dict(zip(header, row, strict=False)))
        if len(row) != len(header):
            raise cells.refuse(f"has {len(row)} cells, the header {len(header)}")
        case = _read_case(cells)
        if case.name in seen:
            raise cells.refuse("is the name of two cases")
        seen.add(case.name)
        yield case


def differences(case: Case, rulebook: Rulebook) -> tuple[str, ...]:
    """Decide a case and name what differs from what the expert expects; empty when nothing does."""
    found = decision.decide(case.facts, rulebook, case.on, case.known_at)
    pairs: list[tuple[str, object, object]] = [
        ("outcome", case.outcome, found.outcome),
        ("exempt", case.exempt_minor, found.exempt_minor),
        ("taxable", case.taxable_minor, found.taxable_minor),
        ("recomputed", case.recomputed_minor, found.recomputed_minor),
        ("reasons", " ".join(case.reasons), " ".join(found.reasons)),
        ("warnings", " ".join(sorted(case.warnings)), " ".join(sorted(found.warnings))),
        ("rules", " ".join(sorted(set(case.rules) - set(found.rule_ids))), ""),
    ]
    if case.year_taxable_minor is not None:
        pairs.append(("year_taxable", case.year_taxable_minor, found.year_taxable_minor))
    if case.confidence is not None:
        pairs.append(("confidence", case.confidence, found.confidence))
    return tuple(f"{what}: expected {expected}, found {got}" for what, expected, got in pairs if expected != got)


def check(cases: Iterable[Case], rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    """Run the cases; give what differs, by "file: case", for those where something does."""
    found = {f"{case.file}: {case.name}": differences(case, rulebook) for case in cases}
    return {name: problems for name, problems in found.items() if problems}


class _Cells:
    """One line of a case file, read cell by cell."""

    def __init__(self, file: str, values: Mapping[str, str]) -> None:
        self._file = file
        self._values = values

    def refuse(self, problem: str) -> CaseInvalid:
        return CaseInvalid(file=self._file, case=self._values.get("case", ""), problem=problem)

    @property
    def file(self) -> str:
        return self._file

    def text(self, column: str) -> str:
        return self._values.get(column, "").strip()

    def required(self, column: str) -> str:
        text = self.text(column)
        if not text:
            raise self.refuse(f"{column} is empty")
        return text

    def day(self, column: str) -> date:
        try:
            return date.fromisoformat(self.required(column))
        except ValueError:
            raise self.refuse(f"{column} is not a date like 2026-01-31") from None

    def euro(self, column: str) -> int:
        try:
            cents = Decimal(self.required(column)) * CENTS_PER_EURO
        except InvalidOperation:
            raise self.refuse(f"{column} is not an amount like 1234.56") from None
        if not cents.is_finite() or cents != cents.to_integral_value():
            raise self.refuse(f"{column} has more than two decimals")
        return int(cents)

    def euro_or_none(self, column: str) -> int | None:
        return self.euro(column) if self.text(column) else None

    def whole(self, column: str, empty: int) -> int:
        text = self.text(column)
        if text and not text.isdecimal():
            raise self.refuse(f"{column} is not a whole number")
        return int(text) if text else empty

    def yes_or_none(self, column: str) -> bool | None:
        text = self.text(column)
        if text not in ("", "yes", "no"):
            raise self.refuse(f"{column} is yes, no or empty")
        return text == "yes" if text else None

    def word(self, column: str, vocabulary: type[E]) -> E:
        return self._spell(column, self.required(column), vocabulary)

    def word_or_none(self, column: str, vocabulary: type[E]) -> E | None:
        return self.word(column, vocabulary) if self.text(column) else None

    def words(self, column: str, vocabulary: type[E]) -> tuple[E, ...]:
        return tuple(self._spell(column, word, vocabulary) for word in self.text(column).split())

    def _spell(self, column: str, word: str, vocabulary: type[E]) -> E:
        try:
            return vocabulary(word)
        except ValueError:
            raise self.refuse(f"{column} is {word!r}, which is not one of {', '.join(vocabulary)}") from None


def _read_case(cells: _Cells) -> Case:
    on = cells.day("on")
    try:
        facts = _read_facts(cells)
    except FactsInvalid as problem:
        raise cells.refuse(problem.text("en")) from None
    return Case(
        file=cells.file,
        name=cells.required("case"),
        facts=facts,
        on=on,
        known_at=cells.day("known_at") if cells.text("known_at") else on,
        outcome=cells.word("outcome", Outcome),
        exempt_minor=cells.euro("exempt"),
        taxable_minor=cells.euro("taxable"),
        year_taxable_minor=cells.euro_or_none("year_taxable"),
        recomputed_minor=cells.euro_or_none("recomputed") or 0,
        reasons=cells.words("reasons", Reason),
        warnings=cells.words("warnings", Warn),
        rules=tuple(cells.text("rules").split()),
        confidence=cells.word_or_none("confidence", Confidence),
        note=cells.required("note"),
    )


def _read_facts(cells: _Cells) -> Facts:
    return Facts(
        category=cells.word("category", Category),
        channel=cells.word_or_none("channel", Channel) or Channel.DIRECT,
        source=cells.word_or_none("source", PlanSource) or PlanSource.ON_TOP,
        entitlement=cells.word_or_none("entitlement", Entitlement) or Entitlement.ALL,
        amount_minor=cells.euro("amount"),
        full_price_minor=cells.euro_or_none("full_price"),
        relative=_read_relative(cells),
        year_used_minor=cells.euro_or_none("used") or 0,
        year_taxed_minor=cells.euro_or_none("taxed"),
        external_fringe_minor=cells.euro_or_none("external_fringe"),
        external_cap_minor=cells.euro_or_none("external_cap"),
        dependent_child_declared=cells.yes_or_none("child_declared") or False,
        days=cells.whole("days", 0),
        meal_kind=cells.word_or_none("meal_kind", MealKind),
        expense_kind=cells.word_or_none("expense_kind", ExpenseKind),
        first_job_pension_plus=cells.yes_or_none("first_job") or False,
        voucher_items=cells.whole("voucher_items", 1),
        new_hire=_read_new_hire(cells),
    )


def _read_relative(cells: _Cells) -> Relative | None:
    kinship = cells.word_or_none("who", Kinship)
    if kinship is None:
        return None
    return Relative(
        kinship=kinship,
        birth_date=cells.day("born") if cells.text("born") else None,
        cohabitation=cells.word_or_none("cohabitation", Basis),
        maintenance_declared=cells.yes_or_none("maintenance") or False,
        dependent=cells.yes_or_none("dependent"),
        not_self_sufficient=cells.yes_or_none("certificate") or False,
        parents_missing=cells.yes_or_none("parents_missing"),
    )


def _read_new_hire(cells: _Cells) -> NewHire | None:
    if not any(cells.text(column) for column in _HIRE):
        return None
    return NewHire(
        hired_on=cells.day("hired_on"),
        permanent=cells.yes_or_none("permanent") or False,
        prior_income_minor=cells.euro("prior_income"),
        residence_moved_km=cells.whole("moved_km", 0),
    )
