"""The municipality's statement as a document: the figures that matter, then each instrument with its services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from reports import blocks, foundation, look, pages
from reports.blocks import HEAD, HEADING, ROW, WIDTH, Column, Heading, Row
from reports.front import Card, Cards, Head, Masthead, ProofBox
from reports.plan_statement.suppression import SMALLEST_GROUP
from reports.social_statement import lines
from reports.social_statement.model import InstrumentPart, SocialStatement, Told
from reports.words import Words

GAP: Final = 6 * mm


def write(statement: SocialStatement, path: Path, language: str = "it") -> None:
    """Write the statement as a PDF; the same statement gives the same bytes."""
    text = lines.of(language)
    period = text.period(statement.starts_on, statement.ends_on)
    pages.write(
        path,
        _flow(statement, text),
        text,
        title=text("title"),
        author=statement.funder_name,
        subject=period,
        created=statement.prepared_at,
        running=f"{statement.funder_name} · {period}",
        footer=foundation.footer(statement.foundation, text),
    )


def _flow(statement: SocialStatement, text: Words) -> Iterator[Flowable]:
    look.register()
    yield Masthead(
        Head(
            kind=text("title"),
            title=statement.funder_name,
            facts=(
                (text("period"), text.period(statement.starts_on, statement.ends_on)),
                (text("instruments"), str(len(statement.parts))),
                (text("prepared_at"), text.moment(statement.prepared_at)),
            ),
            chip=text("chip"),
            provisional=foundation.provisional(statement.foundation.standing, text),
        )
    )
    yield Spacer(0, 4 * mm)
    yield Cards(_cards(statement, text))
    yield Spacer(0, GAP)
    if not statement.parts:
        yield from blocks.notes(text("no_services"))
        yield Spacer(0, GAP)
    for part in statement.parts:
        yield from _part(part, text)
    yield from blocks.notes(text("citizen_note"))
    yield from blocks.notes(text("people_note"))
    if statement.hides:
        yield from blocks.notes(text("hidden_note", people=SMALLEST_GROUP))
    yield Spacer(0, GAP)
    yield CondPageBreak(45 * mm)
    yield ProofBox(lines.verdict(statement, text), lines.proof(statement, text), holds=statement.proof.holds)


def _cards(statement: SocialStatement, text: Words) -> list[Card]:
    total = statement.total
    colors = {"granted": look.PINE, "used": look.CLAY, "residual": look.OCHRE, "citizen": look.PLUM}
    return [
        Card(
            color,
            text(f"card.{name}"),
            text("hidden") if (amount := getattr(total, f"{name}_minor")) is None else text.euro(amount),
            text(f"card.{name}_note"),
        )
        for name, color in colors.items()
    ]


def _part(part: InstrumentPart, text: Words) -> Iterator[Flowable]:
    columns = [
        Column(text("column.service"), WIDTH * 0.29),
        Column(text("column.people"), WIDTH * 0.08, figures=True),
        *(Column(text(f"column.{name}"), WIDTH * 0.105, figures=True) for name in lines.FIGURES),
    ]
    rows: list[Row] = [
        (lines.name(line, text), _people(line.people, text), *_figures(line.movement, text)) for line in part.services
    ]
    people = _people(part.people, text) if lines.counts(part) else ""
    rows.append((text("total"), people, *_figures(part.total, text)))
    yield CondPageBreak(HEADING + HEAD + 3 * ROW + 8 * mm)
    yield Heading(text(f"instrument.{part.instrument}"))
    yield blocks.paragraph(text(f"about.{part.instrument}"), 8.5, look.REGULAR, look.MUTED)
    yield Spacer(0, 1.5 * mm)
    yield blocks.flowing(columns, rows, total=True)
    yield Spacer(0, GAP)


def _people(people: int | None, text: Words) -> str:
    return text("hidden") if people is None else str(people)


def _figures(told: Told, text: Words) -> tuple[str, ...]:
    return tuple(text("hidden") if amount is None else text.amount(amount) for amount in lines.figures(told))
