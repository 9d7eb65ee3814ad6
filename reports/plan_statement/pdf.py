"""The statement as a document: one page that says it all, then the tables, on A4 in Titillium Web."""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, PageBreak, Paragraph, Spacer

from config import clock
from reports import blocks, look, pages, signatures
from reports.blocks import (
    CELL,
    HEAD,
    HEADING,
    PADDING,
    ROW,
    WIDTH,
    Bar,
    Column,
    Grid,
    Heading,
    Row,
    Sides,
)
from reports.plan_statement import chart, first_page, lines, words
from reports.plan_statement.model import PlanStatement, Reading
from reports.plan_statement.suppression import SMALLEST_GROUP
from reports.plan_statement.words import Words

GAP: Final = 5 * mm
CODE: Final = 7
# No tax code is wider: the widest letter in each place, where letters may stand for digits (omocodia).
WIDEST_CODE: Final = "WWWWWWMMMMMMMMMW"
NOTHING: Final = "–"


def write(statement: PlanStatement, path: Path, language: str = "it") -> None:
    """
    Write the statement as a PDF; the same statement gives the same bytes.

    Text of people (names, plans) is cut to its place; amounts and tax codes are set smaller where they are too wide,
    never cut.
    """
    text = words.of(language)
    plan = statement.plan
    seal = statement.proof.seal
    rules = statement.rules
    version = text("rules_signed", version=rules.version, signed=rules.signed, total=rules.total)
    footer = (
        text("footer_unsealed", version=version)
        if seal is None
        else text("footer", seal=lines.seal(statement, text), version=version)
    )
    period = text.period(statement.starts_on, statement.ends_on)
    pages.write(
        path,
        _flow(statement, text),
        text,
        title=f"{text('title')} {plan.code}",
        author=plan.funder_name,
        subject=period,
        created=statement.prepared_at,
        running=f"{plan.funder_name} · {plan.code} · {period}",
        footer=footer,
    )


def _flow(statement: PlanStatement, text: Words) -> Iterator[Flowable]:
    yield first_page.Masthead(statement, text)
    yield Spacer(0, 5 * mm)
    yield first_page.Cards(statement, text)
    yield Spacer(0, 9 * mm)
    yield Heading(text("heading.chart"))
    yield chart.draw(statement.months, text, WIDTH, 58 * mm, statement.prepared_at.astimezone(clock.ROME).date())
    yield Spacer(0, 9 * mm)
    yield Sides(first_page.Movements(statement, text), first_page.ProofBox(statement, text))
    yield PageBreak()
    yield from _categories(statement, text)
    yield from _clusters(statement, text)
    yield from _expiring(statement, text)
    yield from _rules(statement, text)
    yield Spacer(0, 6 * mm)
    yield from _employees(statement, text)
    if statement.reading is Reading.PAYROLL:
        yield from _payroll(statement, text)


def _categories(statement: PlanStatement, text: Words) -> Iterator[Flowable]:
    columns = [
        Column(text("column.category"), WIDTH * 0.38),
        Column("", WIDTH * 0.24),
        Column(text("column.share"), WIDTH * 0.1, figures=True),
        Column(text(f"column.{lines.people(statement)}"), WIDTH * 0.11, figures=True),
        Column(text("column.used"), WIDTH * 0.17, figures=True),
    ]
    total = statement.groups.used_minor
    most = max((line.used_minor or 0 for line in statement.categories), default=0)
    rows: list[Row] = []
    for line in statement.categories:
        name = text.named("category", line.category)
        if line.used_minor is None or line.people is None:
            rows.append((name, "", "", text("hidden"), text("hidden")))
        else:
            share = text.share(line.used_minor, total) if total > 0 and line.used_minor else ""
            bar = Bar(columns[1].width - 12, max(line.used_minor, 0) / most if most > 0 else 0)
            rows.append((name, bar, share, str(line.people), text.amount(line.used_minor)))
    rows.append((text("total"), "", "", "", text.amount(total)))
    yield Heading(_up_to(text("heading.categories"), statement, text))
    yield Grid(columns, rows, total=True)
    if note := lines.groups(statement, text):
        yield from blocks.notes(note)
    yield from blocks.notes(text("uses_note"))
    if not statement.payroll:
        yield from _sources({statement.plan.source}, text)
    yield Spacer(0, GAP)


def _clusters(statement: PlanStatement, text: Words) -> Iterator[Flowable]:
    columns = [
        Column(text("column.cluster"), WIDTH * 0.28),
        Column(text("column.people"), WIDTH * 0.1, figures=True),
        Column(text("column.granted"), WIDTH * 0.15, figures=True),
        Column(text("column.used"), WIDTH * 0.15, figures=True),
        Column(text("column.residual"), WIDTH * 0.15, figures=True),
        Column(text(f"column.{lines.users_column(statement)}"), WIDTH * 0.17, figures=True),
    ]
    hidden = text("hidden")
    rows: list[Row] = [
        (
            line.cluster or text("none"),
            str(line.people),
            text.amount(line.granted_minor),
            hidden if line.used_minor is None else text.amount(line.used_minor),
            hidden if line.residual_minor is None else text.amount(line.residual_minor),
            lines.users(line.users, line.people, text),
        )
        for line in statement.clusters
    ]
    yield Heading(_up_to(text("heading.clusters"), statement, text))
    if not rows:
        yield from blocks.notes(text("no_clusters"))
    else:
        total = statement.groups
        figures = (total.granted_minor, total.used_minor, total.residual_minor)
        users = lines.users(total.users, statement.people, text)
        rows.append((text("total"), str(statement.people), *map(text.amount, figures), users))
        yield blocks.flowing(columns, rows, total=True)
    if statement.hides_clusters:
        yield from blocks.notes(text("hidden_note", people=SMALLEST_GROUP))
    told = (text("uptake_note"), *([text("uptake_groups", people=SMALLEST_GROUP)] if _for_hr(statement) else []))
    yield from blocks.notes(" ".join(told))
    yield Spacer(0, GAP)


def _expiring(statement: PlanStatement, text: Words) -> Iterator[Flowable]:
    columns = [
        Column(text("column.expires"), WIDTH * 0.4),
        Column("", WIDTH * 0.3),
        Column(text("column.people"), WIDTH * 0.12, figures=True),
        Column(text("column.left"), WIDTH * 0.18, figures=True),
    ]
    yield CondPageBreak(HEADING + HEAD + 4 * ROW)
    yield Heading(text("heading.expiring"))
    if not statement.expiring:
        yield from blocks.notes(text("nothing_left"))
        yield Spacer(0, GAP)
        return
    most = max(line.amount_minor for line in statement.expiring)
    rows: list[Row] = [
        (
            lines.expiring(line, statement, text),
            Bar(columns[1].width - 12, max(line.amount_minor, 0) / most if most > 0 else 0),
            text("hidden") if line.people is None else str(line.people),
            text.amount(line.amount_minor),
        )
        for line in statement.expiring
    ]
    rows.append((text("total"), "", "", text.amount(statement.total.residual_minor)))
    yield blocks.flowing(columns, rows, total=True)
    told = (text("expiring_note"), *([text("expiring_groups", people=SMALLEST_GROUP)] if _for_hr(statement) else []))
    yield from blocks.notes(" ".join(told))
    yield Spacer(0, GAP)


def _for_hr(statement: PlanStatement) -> bool:
    return statement.reading is Reading.HR


def _up_to(heading: str, statement: PlanStatement, text: Words) -> str:
    """Return the heading of a table of groups, with the last day it speaks of where that may not be the period's."""
    if statement.reading is Reading.PAYROLL or statement.groups.through is None:
        return heading
    return text("heading.through", heading=heading, day=text.day(statement.groups.through))


def _rules(statement: PlanStatement, text: Words) -> Iterator[Flowable]:
    rules = statement.rules
    if not rules.interpretations:
        return
    yield CondPageBreak(40 * mm)
    yield Heading(text("heading.rules"))
    yield from blocks.notes(text("rules_note"))
    yield Spacer(0, 2 * mm)
    for index, rule in enumerate(rules.interpretations):
        sentence = escape(lines.sentence(statement, text, index))
        marks = [text(f"confidence.{rule.confidence}"), rule.id]
        if rule.signature is not None:
            marks.append(signatures.of_rule(rule.signature, text))
        mark = escape(look.printable(" · ".join(marks)))
        yield Paragraph(
            f'{sentence} <font size="7.5" color="{look.MUTED.hexval().replace("0x", "#")}">{mark}</font>',
            look.style(8.4),
        )
        yield Spacer(0, 1.2 * mm)


def _employees(statement: PlanStatement, text: Words) -> Iterator[Flowable]:
    names = ("opening", "granted", "welfare", "fringe", "expired", "residual")
    columns = _beside_name(
        text,
        _tax_code(text),
        Column(text("column.cluster_short"), WIDTH * 0.11),
        *(Column(text(f"column.{name}"), WIDTH * 0.085, figures=True) for name in names),
    )
    people = statement.employees
    yield blocks.begins(len(people), 12 * mm)
    yield Heading(text("heading.employees"))
    if note := lines.persons(statement, text):
        yield from blocks.notes(note)
    if not people:
        yield from blocks.notes(text("no_people"))
        return

    def row(place: int) -> Row:
        line = people[place]
        # What is held is part of the residual, and stands in payroll's other formats.
        told = lines.person(line.movement, statement)[: len(names)]
        figures = (text("hidden") if amount is None else _or_nothing(amount, text) for amount in told)
        return (line.name, line.tax_code, line.cluster, *figures)

    total = (text("total"), "", "", *map(text.amount, lines.people_total(statement)[: len(names)]))
    yield blocks.Flowing(columns, row, range(len(people)), total)


def _payroll(statement: PlanStatement, text: Words) -> Iterator[Flowable]:
    columns = _beside_name(
        text,
        _tax_code(text),
        Column(text("column.year"), WIDTH * 0.05),
        _named(text, "category"),
        _named(text, "source", "source_short"),
        _named(text, "channel"),
        Column(text("column.exempt"), WIDTH * 0.09, figures=True),
        Column(text("column.taxable"), WIDTH * 0.09, figures=True),
    )
    found = statement.payroll
    yield Spacer(0, 6 * mm)
    yield blocks.begins(len(found))
    yield Heading(text("heading.payroll"))
    if not found:
        yield from blocks.notes(text("no_payroll"))
        return

    def row(place: int) -> Row:
        line = found[place]
        return (
            line.name,
            line.tax_code,
            str(line.fiscal_year),
            text.named("category", line.category),
            text.named("source_short", line.source),
            text.named("channel", line.channel),
            _or_nothing(line.exempt_minor, text),
            _or_nothing(line.taxable_minor, text),
        )

    exempt = sum(line.exempt_minor for line in found)
    taxable = sum(line.taxable_minor for line in found)
    total = (text("total"), "", "", "", "", "", text.amount(exempt), text.amount(taxable))
    yield blocks.Flowing(columns, row, range(len(found)), total)
    yield from blocks.notes(text("payroll_note"))
    yield from _sources({line.source for line in found}, text)


def _beside_name(text: Words, *others: Column) -> list[Column]:
    """Return the columns of a table of people: the name has the room that the others leave, for it may be cut."""
    return [Column(text("column.name"), WIDTH - sum(column.width for column in others)), *others]


def _tax_code(text: Words) -> Column:
    room = look.width(WIDEST_CODE, look.REGULAR, CODE) + 2 * PADDING + 0.1
    return Column(text("column.tax_code"), room, whole=True, size=CODE)


def _named(text: Words, what: str, words_of: str = "") -> Column:
    """Return a column as wide as the longest of the names that may stand in it."""
    heading = text(f"column.{what}")
    widest = max(look.width(name, look.REGULAR, CELL) for name in text.names(words_of or what))
    return Column(heading, max(widest, look.width(heading, look.SEMIBOLD, 7.5)) + 2 * PADDING + 0.1)


def _or_nothing(amount_minor: int, text: Words) -> str:
    return text.amount(amount_minor) if amount_minor else NOTHING


def _sources(sources: Set[str], text: Words) -> Iterator[Flowable]:
    """Yield what the short names of sources stand for."""
    told = (f"{text.named('source_short', code)} = {text.named('source_long', code)}" for code in sorted(sources))
    yield from blocks.notes(text("source_note", sources="; ".join(told)))
