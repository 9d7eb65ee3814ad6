"""The tables that both formats write: their columns, and each row's cells as what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from reports import foundation, year_limits
from reports.cu_lines.model import CuYear, Person, ReimbursedLine, Value
from reports.sheet import Amount, Numeral
from reports.words import Words

_WHO: Final = ("employee_no", "last_name", "first_name", "tax_code")
REIMBURSED: Final = (
    *_WHO, "b701", "b702", "b703", "b705", "b706", "detracted", "confidence", "note", "b704",
)  # fmt: skip
VALUES: Final = (
    *_WHO, "child", "box", "label", "category", "source", "confidence", "evidence", "exempt", "taxable", "amount",
)  # fmt: skip
LIMITS: Final = (*_WHO, "category", "note", "limit", "used", "taxable", "elsewhere", "year_total")
PEOPLE: Final = (*_WHO, "child", "exempt", "taxable", "fringe", "reimbursed", "amount")


def reimbursed(year: CuYear, text: Words) -> Iterator[Sequence[Any]]:
    """Yield the lines of boxes 701-706."""
    for line in year.reimbursed:
        own = not line.relative_tax_code and not line.relative_unnamed
        yield (
            *_who(line.person),
            Numeral(line.expense_year),
            line.code if line.code_box == "702" else "",
            line.code if line.code_box == "703" else "",
            line.relative_tax_code,
            text("tick") if own else "",
            _answer(line.already_detracted, text),
            text(f"confidence.{line.confidence}"),
            "; ".join(_warnings(line, year, text)),
            Amount(line.amount_minor),
        )


def values(year: CuYear, text: Words) -> Iterator[Sequence[Any]]:
    """Yield what belongs in the other boxes."""
    for value in year.values:
        yield (*_who(value.person), _answer(value.person.dependent_child, text), *_place(value, text))


def limits(year: CuYear, text: Words) -> Iterator[Sequence[Any]]:
    """Yield each employee's year under the limits of the year."""
    for limited in year.limits:
        limit = limited.limit
        elsewhere, total = limit.elsewhere_minor, limit.total_minor
        yield (
            *_who(limited.person),
            text.named("category", limit.category),
            year_limits.crossing(limit, text) if limit.crossed else "",
            Amount(limit.limit_minor),
            Amount(limit.used_minor),
            Amount(limit.taxable_minor),
            text("unknown") if elsewhere is None else Amount(elsewhere),
            "" if total is None else Amount(total),
        )


def people(year: CuYear, text: Words) -> Iterator[Sequence[Any]]:
    """Yield each employee's year."""
    for total in year.totals:
        figures = (
            total.exempt_minor,
            total.taxable_minor,
            total.fringe_minor,
            total.reimbursed_minor,
            total.amount_minor,
        )
        yield (*_who(total.person), _answer(total.person.dependent_child, text), *map(Amount, figures))


def proof(year: CuYear, text: Words) -> Iterator[tuple[str, Any]]:
    """Yield what the year stands on."""
    yield text("fact.funder"), f"{year.funder_name} ({year.funder_code})"
    yield text("fact.vat_number"), year.vat_number
    yield text("fact.year"), Numeral(year.year)
    yield from foundation.facts(year.foundation.standing, text)
    yield text("fact.amount"), Amount(year.amount_minor)
    yield text("fact.other_years"), Amount(year.proof.other_years_minor)
    yield text("fact.ledger"), Amount(year.proof.ledger_minor)
    yield text("fact.difference"), Amount(year.proof.difference_minor)
    yield text("fact.verdict"), text("proof.holds" if year.proof.holds else "proof.fails")
    yield text("fact.seal"), foundation.told(year.foundation, text, whole=True)
    yield text("fact.rules"), ", ".join(year.rulebooks)
    yield text("fact.rulebook"), foundation.rules(year.foundation, text)


def _who(person: Person) -> tuple[str, str, str, str]:
    return person.employee_no, person.last_name, person.first_name, person.tax_code


def _place(value: Value, text: Words) -> tuple[Any, ...]:
    category, source = text.named("category", value.category), text.named("source_name", value.source)
    amounts = (Amount(value.exempt_minor), Amount(value.taxable_minor), Amount(value.amount_minor))
    box = value.box
    if box is None:
        return text("no_box"), text("unplaced"), category, source, text("confidence.UNC"), "", *amounts
    evidence = f"{box.source}. {box.note}" if box.note else box.source
    return (
        box.number or text("no_box"),
        box.label(text.language),
        category,
        source,
        text(f"confidence.{box.confidence}"),
        evidence,
        *amounts,
    )


def _answer(known: bool | None, text: Words) -> str:
    if known is None:
        return text("unknown")
    return text("yes" if known else "no")


def _warnings(line: ReimbursedLine, year: CuYear, text: Words) -> Iterator[str]:
    if not line.code:
        yield text("warn.no_code")
    if line.relative_unnamed:
        yield text("warn.no_relative")
    if line.expense_year < year.year and line.already_detracted:
        yield text("warn.detracted")
    if line.expense_year < year.year and line.already_detracted is None:
        yield text("warn.detracted_unknown")
    if line.section.note:
        yield line.section.note
