"""The year's deductibility as a document: what may be deducted, against which limit, by which plan, and its doubts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from reports import blocks, foundation, look, pages, words
from reports.blocks import WIDTH, Block, Column, Heading
from reports.deductibility import lines
from reports.deductibility.model import Deductibility
from reports.front import Card, Cards, Head, Masthead, ProofBox
from reports.words import Words

GAP: Final = 6 * mm


def write(found: Deductibility, path: Path, language: str = "it") -> None:
    """Write the document; the same year gives the same bytes."""
    text = words.read("reports.deductibility", language)
    pages.write(
        path,
        _flow(found, text),
        text,
        title=f"{text('title')} {found.year}",
        author=found.funder_name,
        subject=f"{found.funder_name} {found.year}",
        created=found.prepared_at,
        running=f"{found.funder_name} · {text('title')} {found.year}",
        footer=foundation.footer(found.foundation, text),
    )


def _flow(found: Deductibility, text: Words) -> Iterator[Flowable]:
    look.register()
    yield Masthead(
        Head(
            kind=text("title"),
            title=found.funder_name,
            facts=(
                (text("fact.vat_number"), found.vat_number),
                (text("fact.year"), str(found.year)),
                (text("fact.labour_cost"), lines.amount(found.labour_cost_minor, text)),
                (text("prepared_at"), text.moment(found.prepared_at)),
            ),
            chip=text("chip_detail" if found.detail else "chip"),
            provisional=foundation.provisional(found.foundation.standing, text),
        )
    )
    yield Spacer(0, 4 * mm)
    yield Cards(_cards(found, text))
    for note in lines.notes(found, text):
        yield from blocks.notes(note)
    yield Spacer(0, GAP)
    yield Heading(text("heading.limit", per_mille=found.limit.per_mille))
    if found.limit_minor is None:
        yield blocks.paragraph(text("limit.unknown", per_mille=found.limit.per_mille), 9, look.SEMIBOLD, look.RED)
    elif found.untold_minor:
        yield blocks.paragraph(text("limit.untold", limit=text.euro(found.limit_minor)), 9, look.SEMIBOLD, look.INK)
    else:
        yield LimitBar(found, text)
        yield from blocks.notes(_limit_note(found, text))
    yield Spacer(0, GAP)
    yield Heading(text("heading.plans"))
    yield _plans(found, text)
    yield Spacer(0, GAP)
    yield CondPageBreak(60 * mm)
    yield ProofBox(lines.verdict(found, text), lines.proof(found, text), holds=found.proof.holds)
    yield Spacer(0, GAP)
    yield CondPageBreak(40 * mm)
    yield Heading(text("heading.rules"))
    yield _rules(found, text)
    yield Spacer(0, GAP)
    yield CondPageBreak(40 * mm)
    yield Heading(text("heading.doubts"))
    for doubt, confidence in lines.doubts(found, text):
        yield blocks.paragraph(f"{doubt} ({confidence})", 8.5, look.REGULAR, look.INK)
        yield Spacer(0, 1.5 * mm)


def _cards(found: Deductibility, text: Words) -> list[Card]:
    return [
        Card(look.PLUM, text("card.total"), text.euro(found.total_minor), text("card.total_note")),
        Card(look.PINE, text("card.full"), text.euro(found.full_minor), text("card.full_note")),
        Card(look.OCHRE, text("card.limited"), text.euro(found.limited_minor), text("card.limited_note")),
        Card(look.CLAY, text("card.excess"), lines.excess(found, text), text("card.excess_note")),
    ]


def _limit_note(found: Deductibility, text: Words) -> str:
    assert found.limit_minor is not None  # noqa: S101
    left = found.limit_minor - found.limited_minor
    key = "limit.within" if left >= 0 else "limit.past"
    return text(key, limit=text.euro(found.limit_minor), amount=text.euro(abs(left)))


class LimitBar(Block):
    """What counts within the limit, beside the limit."""

    def __init__(self, found: Deductibility, text: Words) -> None:
        super().__init__(WIDTH, 13 * mm)
        assert found.limit_minor is not None  # noqa: S101
        self.used, self.limit, self.text = max(found.limited_minor, 0), found.limit_minor, text

    def draw(self) -> None:
        """Draw it."""
        canvas, text = self.canv, self.text
        most = max(self.used, self.limit, 1)
        within, past = min(self.used, self.limit), max(self.used - self.limit, 0)
        y, tall = 6 * mm, 5 * mm
        canvas.setFillColor(look.SAND)
        canvas.rect(0, y, WIDTH, tall, stroke=0, fill=1)
        canvas.setFillColor(look.OCHRE)
        canvas.rect(0, y, WIDTH * within / most, tall, stroke=0, fill=1)
        if past:
            canvas.setFillColor(look.RED)
            canvas.rect(WIDTH * within / most, y, WIDTH * past / most, tall, stroke=0, fill=1)
        at = WIDTH * self.limit / most
        canvas.setStrokeColor(look.INK)
        canvas.setLineWidth(1.2)
        canvas.line(at, y - 1 * mm, at, y + tall + 1 * mm)
        label = text("limit.mark", amount=text.euro(self.limit))
        wide = look.width(label, look.SEMIBOLD, 8)
        blocks.line(canvas, min(max(at - wide, 0), WIDTH - wide), 1 * mm, label, look.INK, 8, wide + 1, look.SEMIBOLD)


def _plans(found: Deductibility, text: Words) -> Flowable:
    columns = [
        Column(text("column.plan"), WIDTH * 0.2),
        Column(text("column.act"), WIDTH * 0.31),
        Column(text("column.clause"), WIDTH * 0.11),
        Column(text("column.treatment"), WIDTH * 0.22),
        Column(text("column.amount"), WIDTH * 0.16, figures=True),
    ]
    rows = [
        (
            f"{cost.plan_code} · {cost.plan_name}",
            lines.act(cost, text),
            text("yes" if cost.unilateral_change else "no"),
            f"{lines.treatment(cost, text)} ({lines.weakest(cost, text)})",
            text.amount(cost.amount_minor),
        )
        for cost in found.costs
    ]
    rows.append((text("total"), "", "", "", text.amount(found.total_minor)))
    return blocks.folding_table(columns, rows, total=True)


def _rules(found: Deductibility, text: Words) -> Flowable:
    columns = [
        Column(text("column.rule"), WIDTH * 0.5),
        Column(text("column.legal_ref"), WIDTH * 0.16),
        Column(text("column.evidence"), WIDTH * 0.34),
    ]
    rows = [
        (
            rule.sentence(text.language),
            rule.legal_ref,
            f"{rule.source} ({text(f'confidence.{rule.confidence}')})",
        )
        for rule in found.rules
    ]
    return blocks.folding_table(columns, rows)
