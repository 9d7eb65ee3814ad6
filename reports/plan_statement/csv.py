"""The statement as CSV: one file, each row led by its section, ready for a spreadsheet of the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from reports import foundation, signatures, table
from reports.plan_statement import lines, words
from reports.plan_statement.model import PlanStatement, Reading
from reports.plan_statement.words import Words
from reports.sheet import Amount
from reports.table import Cell


def write(statement: PlanStatement, path: Path, language: str = "it") -> None:
    """Write the statement as CSV; the same statement gives the same bytes."""
    text = words.of(language)
    table.write(path, text, _sections(statement, text))


def _sections(statement: PlanStatement, text: Words) -> Iterator[tuple[str, Sequence[Sequence[Cell]]]]:
    yield "summary", _summary(statement, text)
    yield "categories", _categories(statement, text)
    yield "clusters", _clusters(statement, text)
    yield "months", _months(statement, text)
    yield "expiring", _expiring(statement, text)
    yield "employees", _employees(statement, text)
    if statement.reading is Reading.PAYROLL:
        yield "payroll", _payroll(statement, text)
    yield "rules", _rules(statement, text)
    yield "proof", _proof(statement, text)


def _head(text: Words, *names: str) -> tuple[str, ...]:
    return tuple(text(f"column.{name}") for name in names)


def _summary(statement: PlanStatement, text: Words) -> list[Sequence[Cell]]:
    plan = statement.plan
    return [
        _head(text, "item", "value"),
        (text("title"), text(f"reading.{statement.reading}")),
        (text("funder"), plan.funder_name),
        (text("vat_number"), plan.vat_number),
        (text("plan"), f"{plan.code} · {plan.name}"),
        (text("period"), text.period(statement.starts_on, statement.ends_on)),
        *([(text("column.cluster"), statement.cluster or text("none"))] if statement.cluster is not None else []),
        (text("prepared_at"), statement.prepared_at),
        *foundation.facts(statement.standing, text),
        *((line.label, Amount(line.amount_minor)) for line in lines.summary(statement, text)),
        *(((text("groups"), note),) if (note := lines.groups(statement, text)) else ()),
        *(((text("section.employees"), note),) if (note := lines.persons(statement, text)) else ()),
    ]


def _categories(statement: PlanStatement, text: Words) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [_head(text, "category", lines.people(statement), "used")]
    for line in statement.categories:
        hidden = text("hidden")
        used = hidden if line.used_minor is None else Amount(line.used_minor)
        people = hidden if line.people is None else line.people
        rows.append((text.named("category", line.category), people, used))
    return rows


def _clusters(statement: PlanStatement, text: Words) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [
        _head(text, "cluster", "people", "granted", "used", "residual", lines.users_column(statement), "users_share")
    ]
    hidden = text("hidden")
    for line in statement.clusters:
        used, residual = (
            text("hidden") if amount is None else Amount(amount) for amount in (line.used_minor, line.residual_minor)
        )
        users = (hidden, hidden) if line.users is None else (line.users, text.share(line.users, line.people))
        rows.append((line.cluster or text("none"), line.people, Amount(line.granted_minor), used, residual, *users))
    return rows


def _expiring(statement: PlanStatement, text: Words) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [_head(text, "expires", "people", "left")]
    for line in statement.expiring:
        people = text("hidden") if line.people is None else line.people
        rows.append((lines.expiring(line, statement, text), people, Amount(line.amount_minor)))
    rows.append((text("total"), "", Amount(statement.total.residual_minor)))
    return rows


def _months(statement: PlanStatement, text: Words) -> list[Sequence[Cell]]:
    return [
        _head(text, "month", "granted", "used"),
        *(
            (text.month_figures(line.month), Amount(line.granted_minor), Amount(line.used_minor))
            for line in statement.months
        ),
    ]


def _employees(statement: PlanStatement, text: Words) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [
        _head(text, "employee_no", "last_name", "first_name", "tax_code", "cluster", *lines.figures(statement))
    ]
    for line in statement.employees:
        who = (line.employee_no, line.last_name, line.first_name, line.tax_code, line.cluster)
        told = (text("hidden") if a is None else Amount(a) for a in lines.person(line.movement, statement))
        rows.append((*who, *told))
    return rows


def _payroll(statement: PlanStatement, text: Words) -> list[Sequence[Cell]]:
    columns = ("category", "source", "channel", "exempt", "taxable")
    rows: list[Sequence[Cell]] = [
        _head(text, "employee_no", "last_name", "first_name", "tax_code", "fiscal_year", *columns)
    ]
    for line in statement.payroll:
        who = (line.employee_no, line.last_name, line.first_name, line.tax_code, line.fiscal_year)
        category = text.named("category", line.category)
        source, channel = text.named("source_name", line.source), text.named("channel", line.channel)
        rows.append((*who, category, source, channel, Amount(line.exempt_minor), Amount(line.taxable_minor)))
    return rows


def _rules(statement: PlanStatement, text: Words) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [_head(text, "rule", "confidence", "sentence", "signature")]
    for index, rule in enumerate(statement.rules.interpretations):
        signed = signatures.of_rule(rule.signature, text)
        rows.append((rule.id, text(f"confidence.{rule.confidence}"), lines.sentence(statement, text, index), signed))
    return rows


def _proof(statement: PlanStatement, text: Words) -> list[Sequence[Cell]]:
    return [
        _head(text, "item", "value"),
        *(
            (fact.label, fact.value if fact.amount_minor is None else Amount(fact.amount_minor))
            for fact in lines.proof(statement, text)
        ),
        (lines.verdict(statement, text), lines.equation(statement, text)),
    ]
