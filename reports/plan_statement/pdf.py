"""The statement as a document: one page that says it all, then the tables, on A4 in Titillium Web."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from reports import look
from reports.plan_statement import chart, lines, words
from reports.plan_statement.model import PlanStatement, Reading
from reports.plan_statement.suppression import SMALLEST_GROUP
from reports.plan_statement.words import Words

MARGIN: Final = 17 * mm
WIDTH: Final = A4[0] - 2 * MARGIN
TOP: Final = 20 * mm
BOTTOM: Final = 18 * mm
HEIGHT: Final = A4[1] - TOP - BOTTOM
ROW: Final = 5.4 * mm
HEAD: Final = 7 * mm
HEADING: Final = 9 * mm
GAP: Final = 6 * mm
CELL: Final = 8
PADDING: Final = 3
CODE: Final = 7
# No tax code is wider: the widest letter in each place, where letters may stand for digits (omocodia).
WIDEST_CODE: Final = "WWWWWWMMMMMMMMMW"
NOTHING: Final = "–"

Cell = str | Flowable
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column of a table: its heading, its width in points, whether it holds figures, and the size of its text.

    What is in a column that is `whole` is never cut: it is set smaller where it is too wide.
    """

    heading: str
    width: float
    figures: bool = False
    whole: bool = False
    size: float = CELL


def write(statement: PlanStatement, path: Path, language: str = "it") -> None:
    """
    Write the statement as a PDF; the same statement gives the same bytes.

    Text of people (names, plans) is cut to its place; amounts and tax codes are set smaller where they are too wide,
    never cut.
    """
    look.register()
    text = words.of(language)
    plan = statement.plan
    document = BaseDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=TOP,
        bottomMargin=BOTTOM,
        title=f"{text('title')} {plan.code}",
        author=plan.funder_name,
        subject=text.period(statement.starts_on, statement.ends_on),
        creator="borsellino",
        lang="it-IT" if language == "it" else "en-IE",
        displayDocTitle=True,
        invariant=1,
        pageTemplates=[PageTemplate("page", [Frame(MARGIN, BOTTOM, WIDTH, HEIGHT, 0, 0, 0, 0)], onPage=_ignore)],
    )
    document.build(list(_flow(statement, text)), canvasmaker=_canvas_of(statement, text))


def _ignore(_canvas: Canvas, _document: BaseDocTemplate) -> None:
    """Nothing is drawn before a page's own content."""


def _canvas_of(statement: PlanStatement, text: Words) -> type[look.PagedCanvas]:
    plan = statement.plan
    seal = statement.proof.seal
    footer = (
        text("footer_unsealed", version=statement.rules.version)
        if seal is None
        else text("footer", seal=lines.seal(statement, text), version=statement.rules.version)
    )
    running = f"{plan.funder_name} · {plan.code} · {text.period(statement.starts_on, statement.ends_on)}"

    class StatementCanvas(look.PagedCanvas):
        def finish(self, page: int, pages: int) -> None:
            """Draw the running head from the second page on, and the foot of every page."""
            if page > 1:
                self.setFont(look.REGULAR, 8)
                self.setFillColor(look.MUTED)
                self.drawString(MARGIN, A4[1] - 13 * mm, look.cut(look.printable(running), look.REGULAR, 8, WIDTH))
            self.setStrokeColor(look.LINE)
            self.setLineWidth(0.5)
            self.line(MARGIN, 13.5 * mm, A4[0] - MARGIN, 13.5 * mm)
            self.setFont(look.REGULAR, 7.5)
            self.setFillColor(look.MUTED)
            self.drawString(MARGIN, 9.5 * mm, footer)
            self.drawRightString(A4[0] - MARGIN, 9.5 * mm, text("page", page=page, pages=pages))

    return StatementCanvas


def _flow(statement: PlanStatement, text: Words) -> Iterator[Flowable]:
    yield Masthead(statement, text)
    yield Spacer(0, 5 * mm)
    yield Cards(statement, text)
    yield Spacer(0, 9 * mm)
    yield Heading(text("heading.chart"))
    yield chart.draw(statement.months, text, WIDTH, 62 * mm)
    yield Spacer(0, 9 * mm)
    yield Sides(Movements(statement, text), ProofBox(statement, text))
    yield PageBreak()
    yield from _categories(statement, text)
    yield from _clusters(statement, text)
    yield from _rules(statement, text)
    yield PageBreak()
    yield from _employees(statement, text)
    if statement.reading is Reading.PAYROLL:
        yield PageBreak()
        yield from _payroll(statement, text)


# -- the first page --------------------------------------------------------------------------------------------------


class Block(Flowable):
    """Something of a fixed size that draws itself."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the size, whatever there is room for."""
        return self.width, self.height


class Masthead(Block):
    """The title, the plan, who pays, for which days and for whom."""

    def __init__(self, statement: PlanStatement, text: Words) -> None:
        super().__init__(WIDTH, 41 * mm)
        self.statement, self.text = statement, text

    def draw(self) -> None:
        """Draw it."""
        statement, text, plan = self.statement, self.text, self.statement.plan
        canvas = self.canv
        canvas.setFillColor(look.CLAY)
        canvas.roundRect(0, self.height - 1.6 * mm, 22 * mm, 1.6 * mm, 0.8 * mm, stroke=0, fill=1)
        _chip(canvas, WIDTH, self.height - 3 * mm, text(f"reading.{statement.reading}"))
        _line(canvas, 0, self.height - 11 * mm, text("title"), look.MUTED, 11, WIDTH * 0.6, look.REGULAR)
        title = look.printable(plan.name)
        _line(canvas, 0, self.height - 20 * mm, title, look.INK, 22, WIDTH, look.SEMIBOLD)
        facts = [
            (text("funder"), plan.funder_name, 0.34),
            (text("period"), text.period(statement.starts_on, statement.ends_on), 0.27),
            (text("plan"), f"{plan.code} · {text.named('source_short', plan.source)}", 0.22),
            (text("prepared_at"), text.moment(statement.prepared_at), 0.17),
        ]
        x = 0.0
        for label, value, share in facts:
            room = share * WIDTH - 4 * mm
            _line(canvas, x, self.height - 29.5 * mm, label, look.MUTED, 7.5, room, look.REGULAR)
            _line(canvas, x, self.height - 34 * mm, look.printable(value), look.INK, 9, room, look.SEMIBOLD)
            x += share * WIDTH
        if detail := _act(statement, text):
            _line(canvas, 0, self.height - 39.5 * mm, look.printable(detail), look.MUTED, 8, WIDTH, look.REGULAR)


def _act(statement: PlanStatement, text: Words) -> str:
    plan = statement.plan
    parts = [f"{text('spend_by')} {text.day(plan.spend_by)}"]
    if plan.document_ref and plan.signed_on:
        act = text("act_text", document=plan.document_ref, signed_on=text.day(plan.signed_on))
        parts.append(f"{text('act')}: {act}")
    if plan.deposit_code:
        parts.append(text("act_deposit", code=plan.deposit_code))
    if plan.vat_number:
        parts.append(f"{text('vat_number')} {plan.vat_number}")
    return " · ".join(parts)


class Cards(Block):
    """The four figures that matter most."""

    def __init__(self, statement: PlanStatement, text: Words) -> None:
        super().__init__(WIDTH, 25 * mm)
        self.cards = _cards(statement, text)

    def draw(self) -> None:
        """Draw it."""
        canvas, between = self.canv, 4 * mm
        wide = (WIDTH - 3 * between) / 4
        for place, (color, label, amount, note) in enumerate(self.cards):
            x = place * (wide + between)
            canvas.setFillColor(look.SAND)
            canvas.roundRect(x, 0, wide, self.height, 2 * mm, stroke=0, fill=1)
            canvas.setFillColor(color)
            canvas.roundRect(x + 4 * mm, self.height - 5.2 * mm, 2.4 * mm, 2.4 * mm, 1.2 * mm, stroke=0, fill=1)
            room = wide - 8 * mm
            _line(canvas, x + 8 * mm, self.height - 5.2 * mm, label, look.MUTED, 8.5, room - 4 * mm, look.REGULAR)
            size = look.fitting(amount, look.SEMIBOLD, 17, room)
            canvas.setFont(look.SEMIBOLD, size)
            canvas.setFillColor(look.INK)
            canvas.drawString(x + 4 * mm, 9.8 * mm, amount)
            size = look.fitting(note, look.REGULAR, 7.5, room)
            canvas.setFont(look.REGULAR, size)
            canvas.setFillColor(look.MUTED)
            canvas.drawString(x + 4 * mm, 4.6 * mm, note)


def _cards(statement: PlanStatement, text: Words) -> list[tuple[Any, str, str, str]]:
    total, budget = statement.total, statement.budget
    granted = text("card.granted_note", people=statement.people)
    if statement.people < 2:
        granted = text("card.granted_note_one" if statement.people else "card.granted_note_none")
    available = total.opening_minor + total.granted_net_minor
    used = text("card.used_note_none")
    if available > 0:
        used = text("card.used_note", share=_share(total.used_minor, available, text))
    funded = text("card.funded", amount=text.amount(budget.funded_to_date_minor))
    held = text("card.residual_note", amount=text.amount(total.held_minor))
    return [
        (look.PLUM, text("card.committed"), _euro(budget.committed_to_date_minor, text), funded),
        (look.PINE, text("card.granted"), _euro(total.granted_net_minor, text), granted),
        (look.CLAY, text("card.used"), _euro(total.used_minor, text), used),
        (look.OCHRE, text("card.residual"), _euro(total.residual_minor, text), held),
    ]


class Heading(Block):
    """The heading of a part."""

    def __init__(self, title: str) -> None:
        super().__init__(WIDTH, HEADING)
        self.title = title

    def draw(self) -> None:
        """Draw it."""
        _line(self.canv, 0, 4 * mm, self.title, look.INK, 12, WIDTH, look.SEMIBOLD)


class Movements(Block):
    """The sum from the opening residual to the closing one."""

    def __init__(self, statement: PlanStatement, text: Words) -> None:
        self.lines = lines.movements(statement, text)
        super().__init__(WIDTH * 0.47, HEADING + len(self.lines) * 6 * mm)
        self.text = text

    def draw(self) -> None:
        """Draw it."""
        canvas = self.canv
        _line(
            canvas,
            0,
            self.height - HEADING + 4 * mm,
            self.text("heading.summary"),
            look.INK,
            12,
            self.width,
            look.SEMIBOLD,
        )
        y = self.height - HEADING
        for place, line in enumerate(self.lines):
            last = place == len(self.lines) - 1
            font = look.SEMIBOLD if last or place == 0 else look.REGULAR
            canvas.setStrokeColor(look.INK if last else look.LINE)
            canvas.setLineWidth(0.8 if last else 0.4)
            if place:
                canvas.line(0, y, self.width, y)
            amount = self.text.amount(line.amount_minor)
            size = look.fitting(amount, font, 9, self.width * 0.42)
            color = look.INK if line.amount_minor or last or place == 0 else look.MUTED
            _line(canvas, 4.5 * mm, y - 4.1 * mm, line.label, color, 8.5, self.width * 0.56, font)
            _line(canvas, 0, y - 4.1 * mm, line.sign, look.MUTED, 9, 5 * mm, look.REGULAR)
            canvas.setFont(font, size)
            canvas.setFillColor(color)
            canvas.drawRightString(self.width, y - 4.1 * mm, amount)
            y -= 6 * mm


class ProofBox(Block):
    """Whether the statement reconciles, with what it stands on."""

    def __init__(self, statement: PlanStatement, text: Words) -> None:
        self.holds = statement.proof.holds
        self.color = look.GREEN if self.holds else look.RED
        wide = WIDTH * 0.47
        self.inner = wide - 10 * mm
        self.verdict = _paragraph(lines.verdict(statement, text), 10, look.SEMIBOLD, self.color)
        small = [_paragraph(part, 7.8, look.REGULAR, look.INK) for part in _proof_texts(statement, text)]
        self.parts = [(part, part.wrap(self.inner, HEIGHT)[1]) for part in small]
        self.verdict_height = self.verdict.wrap(self.inner - 9 * mm, HEIGHT)[1]
        tall = 10 * mm + self.verdict_height + sum(height + 1.6 * mm for _, height in self.parts)
        super().__init__(wide, tall)

    def draw(self) -> None:
        """Draw it."""
        canvas = self.canv
        canvas.setFillColor(look.SAND)
        canvas.roundRect(0, 0, self.width, self.height, 2 * mm, stroke=0, fill=1)
        top = self.height - 5 * mm
        _mark(canvas, 8 * mm, top - 3 * mm, self.color, holds=self.holds)
        self.verdict.drawOn(canvas, 14 * mm, top - self.verdict_height)
        y = top - max(self.verdict_height, 7 * mm) - 1.5 * mm
        for part, height in self.parts:
            part.drawOn(canvas, 5 * mm, y - height)
            y -= height + 1.6 * mm


def _proof_texts(statement: PlanStatement, text: Words) -> Iterator[str]:
    proof, rules = statement.proof, statement.rules
    yield lines.equation(statement, text)
    yield f"({text('proof.equation_words')})"
    yield text(
        "proof.sentence",
        journal=_euro(proof.residual_minor, text),
        ledger=_euro(proof.ledger_minor, text),
        difference=_euro(proof.difference_minor, text),
    )
    if proof.last_entry_id is None or proof.last_recorded_at is None:
        yield text("proof.entries_none")
    else:
        moment = text.moment(proof.last_recorded_at)
        counted = text("proof.entries_text", entries=proof.entries, last=proof.last_entry_id, recorded_at=moment)
        yield counted + (f" {text('proof.waiting_text', waiting=proof.waiting)}" if proof.waiting else "")
    yield f"{text('proof.seal')}: {lines.seal(statement, text)}"
    if rules.applied is not None:
        counts = {"unsigned": rules.applied_unsigned, "uncertain": rules.applied_uncertain}
        yield text("proof.rules_text", applied=rules.applied, **counts)


class Bar(Block):
    """A bar as long as its share of the longest."""

    def __init__(self, width: float, share: float) -> None:
        super().__init__(width, 2.4 * mm)
        self.share = share

    def draw(self) -> None:
        """Draw it."""
        if self.share > 0:
            self.canv.setFillColor(look.CLAY)
            self.canv.rect(0, 0.2 * mm, max(self.width * self.share, 1), self.height, stroke=0, fill=1)


class Sides(Flowable):
    """Two blocks side by side, their tops aligned."""

    def __init__(self, left: Block, right: Block) -> None:
        super().__init__()
        self.left, self.right = left, right

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the size of both together."""
        return WIDTH, max(self.left.height, self.right.height)

    def draw(self) -> None:
        """Draw both."""
        top = max(self.left.height, self.right.height)
        self.left.drawOn(self.canv, 0, top - self.left.height)
        self.right.drawOn(self.canv, WIDTH - self.right.width, top - self.right.height)


# -- the tables ------------------------------------------------------------------------------------------------------


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
            share = _share(line.used_minor, total, text) if total > 0 and line.used_minor else ""
            bar = Bar(columns[1].width - 12, max(line.used_minor, 0) / most if most > 0 else 0)
            rows.append((name, bar, share, str(line.people), text.amount(line.used_minor)))
    rows.append((text("total"), "", "", "", text.amount(total)))
    yield Heading(_up_to(text("heading.categories"), statement, text))
    yield Grid(columns, rows, total=True)
    if note := lines.groups(statement, text):
        yield from _notes(note)
    yield from _notes(text("uses_note"))
    if not statement.payroll:
        yield from _sources({statement.plan.source}, text)
    yield Spacer(0, GAP)


def _clusters(statement: PlanStatement, text: Words) -> Iterator[Flowable]:
    columns = [
        Column(text("column.cluster"), WIDTH * 0.36),
        Column(text("column.people"), WIDTH * 0.1, figures=True),
        Column(text("column.granted"), WIDTH * 0.18, figures=True),
        Column(text("column.used"), WIDTH * 0.18, figures=True),
        Column(text("column.residual"), WIDTH * 0.18, figures=True),
    ]
    hidden = text("hidden")
    rows: list[Row] = [
        (
            line.cluster or text("none"),
            str(line.people),
            text.amount(line.granted_minor),
            hidden if line.used_minor is None else text.amount(line.used_minor),
            hidden if line.residual_minor is None else text.amount(line.residual_minor),
        )
        for line in statement.clusters
    ]
    yield Heading(_up_to(text("heading.clusters"), statement, text))
    if not rows:
        yield from _notes(text("no_clusters"))
    else:
        total = statement.groups
        figures = (total.granted_minor, total.used_minor, total.residual_minor)
        rows.append((text("total"), str(statement.people), *map(text.amount, figures)))
        yield from _pages(columns, rows, HEIGHT / 2, total=True)
    if statement.hides_clusters:
        yield from _notes(text("hidden_note", people=SMALLEST_GROUP))
    yield Spacer(0, GAP)


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
    yield from _notes(text("rules_note"))
    yield Spacer(0, 2 * mm)
    for index, rule in enumerate(rules.interpretations):
        sentence = escape(lines.sentence(statement, text, index))
        mark = escape(f"{text(f'confidence.{rule.confidence}')} · {rule.id}")
        yield Paragraph(
            f'{sentence} <font size="7.5" color="{look.MUTED.hexval().replace("0x", "#")}">{mark}</font>',
            look.style(8.8),
        )
        yield Spacer(0, 1.8 * mm)


def _employees(statement: PlanStatement, text: Words) -> Iterator[Flowable]:
    names = ("opening", "granted", "welfare", "fringe", "expired", "residual")
    columns = _beside_name(
        text,
        _tax_code(text),
        Column(text("column.cluster_short"), WIDTH * 0.11),
        *(Column(text(f"column.{name}"), WIDTH * 0.085, figures=True) for name in names),
    )
    people = statement.employees
    yield Heading(text("heading.employees"))
    if not people:
        yield from _notes(text("no_people"))
        return

    def row(place: int) -> Row:
        line = people[place]
        # What is held is part of the residual, and stands in the other formats.
        figures = (_or_nothing(amount, text) for amount in lines.person(line.movement)[:-1])
        return (line.name, line.tax_code, line.cluster, *figures)

    total = (text("total"), "", "", *map(text.amount, lines.person(statement.total)[:-1]))
    yield from _long(columns, row, len(people), total)


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
    yield Heading(text("heading.payroll"))
    if not found:
        yield from _notes(text("no_payroll"))
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
    yield from _long(columns, row, len(found), total)
    yield from _notes(text("payroll_note"))
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
    yield from _notes(text("source_note", sources="; ".join(told)))


def _long(columns: Sequence[Column], row: Callable[[int], Row], count: int, total: Row) -> Iterator[Flowable]:
    """Yield a table of many rows page by page, then its total; a page's rows are written only when it is drawn."""
    start, room = 0, HEIGHT - HEADING
    while start < count:
        rows = int((room - HEAD - 1) // ROW)
        chosen = range(start, min(start + rows, count))
        # The total never stands on a page of its own: the last rows keep it company.
        if chosen.stop == count and len(chosen) == rows and rows > 1:
            chosen = range(start, count - 1)
        last = chosen.stop == count
        yield LazyGrid(columns, row, chosen, total if last else None)
        start, room = chosen.stop, HEIGHT
        if not last:
            yield PageBreak()


def _pages(columns: Sequence[Column], rows: Sequence[Row], room: float, *, total: bool) -> Iterator[Flowable]:
    size = int((room - HEAD) // ROW)
    for start in range(0, len(rows), size):
        stop = min(start + size, len(rows))
        yield Grid(columns, rows[start:stop], total=total and stop == len(rows))


class Grid(Block):
    """A table of one page at most: a heading row and rows of one line each, of fixed height."""

    def __init__(self, columns: Sequence[Column], rows: Sequence[Row], *, total: bool = False) -> None:
        super().__init__(WIDTH, HEAD + len(rows) * ROW)
        self.columns, self.rows, self.total = columns, rows, total

    def draw(self) -> None:
        """Draw it."""
        table = _table(self.columns, self.rows, total=self.total)
        table.wrapOn(self.canv, self.width, self.height)
        table.drawOn(self.canv, 0, 0)


class LazyGrid(Block):
    """A table of one page whose rows are made when it is drawn, so that a long one never stands in memory whole."""

    def __init__(
        self, columns: Sequence[Column], row: Callable[[int], Row], chosen: range, total: Row | None = None
    ) -> None:
        super().__init__(WIDTH, HEAD + (len(chosen) + (total is not None)) * ROW)
        self.columns, self.row, self.chosen, self.total = columns, row, chosen, total

    def draw(self) -> None:
        """Draw it."""
        rows = [self.row(place) for place in self.chosen]
        if self.total is not None:
            rows.append(self.total)
        grid = Grid(self.columns, rows, total=self.total is not None)
        grid.canv = self.canv
        grid.draw()


def _table(columns: Sequence[Column], rows: Sequence[Row], *, total: bool) -> Table:
    last = len(rows)
    commands: list[Any] = [
        ("FONT", (0, 0), (-1, -1), look.REGULAR, CELL),
        ("FONT", (0, 0), (-1, 0), look.SEMIBOLD, 7.5),
        ("TEXTCOLOR", (0, 0), (-1, 0), look.MUTED),
        ("TEXTCOLOR", (0, 1), (-1, -1), look.INK),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, look.MUTED),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, look.LINE),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), [look.WHITE, look.STRIPE]),
    ]
    written: list[list[Cell]] = [[column.heading for column in columns]]
    for number, row in enumerate(rows, 1):
        bold = total and number == last
        font = look.SEMIBOLD if bold else look.REGULAR
        cells: list[Cell] = []
        for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
            room = column.width - 2 * PADDING
            if isinstance(cell, Flowable):
                cells.append(cell)
            elif column.figures or column.whole:
                shown = cell if column.figures else look.printable(cell)
                size = look.fitting(shown, font, column.size, room)
                if size < CELL:
                    commands.append(("FONT", (place, number), (place, number), font, size))
                cells.append(shown)
            else:
                cells.append(look.cut(look.printable(cell), font, CELL, room))
        written.append(cells)
    for place, column in enumerate(columns):
        if column.figures:
            commands.append(("ALIGN", (place, 0), (place, -1), "RIGHT"))
    if total:
        commands += [
            ("FONT", (0, last), (-1, last), look.SEMIBOLD, CELL),
            ("LINEABOVE", (0, last), (-1, last), 0.8, look.INK),
            ("BACKGROUND", (0, last), (-1, last), look.WHITE),
        ]
    heights = [HEAD, *([ROW] * len(rows))]
    return Table(
        written, colWidths=[column.width for column in columns], rowHeights=heights, style=TableStyle(commands)
    )


# -- small things ----------------------------------------------------------------------------------------------------


def _notes(note: str) -> Iterator[Flowable]:
    yield Spacer(0, 1.5 * mm)
    yield _paragraph(note, 8, look.REGULAR, look.MUTED)


def _paragraph(text: str, size: float, font: str, color: Any) -> Paragraph:
    return Paragraph(escape(text), look.style(size, font=font, color=color))


def _line(canvas: Canvas, x: float, y: float, text: str, color: Any, size: float, room: float, font: str) -> None:
    canvas.setFont(font, size)
    canvas.setFillColor(color)
    canvas.drawString(x, y, look.cut(text, font, size, room))


def _chip(canvas: Canvas, right: float, top: float, text: str) -> None:
    wide = look.width(text, look.SEMIBOLD, 8) + 8 * mm
    canvas.setFillColor(look.SAND)
    canvas.roundRect(right - wide, top - 4.4 * mm, wide, 7 * mm, 3.5 * mm, stroke=0, fill=1)
    canvas.setFillColor(look.CLAY)
    canvas.setFont(look.SEMIBOLD, 8)
    canvas.drawCentredString(right - wide / 2, top - 1.9 * mm, text)


def _mark(canvas: Canvas, x: float, y: float, color: Any, *, holds: bool) -> None:
    """Draw a disc with a check mark, or with a cross: the typeface has neither."""
    canvas.setFillColor(color)
    canvas.circle(x, y, 3.2 * mm, stroke=0, fill=1)
    canvas.setStrokeColor(look.WHITE)
    canvas.setLineWidth(1.4)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    strokes = [((-1.5, -0.1), (-0.4, -1.2), (1.6, 1.2))]
    if not holds:
        strokes = [((-1.1, -1.1), (0, 0), (1.1, 1.1)), ((-1.1, 1.1), (0, 0), (1.1, -1.1))]
    for points in strokes:
        path = canvas.beginPath()
        path.moveTo(x + points[0][0] * mm, y + points[0][1] * mm)
        for dx, dy in points[1:]:
            path.lineTo(x + dx * mm, y + dy * mm)
        canvas.drawPath(path, stroke=1, fill=0)


def _euro(amount_minor: int, text: Words) -> str:
    return f"{text.amount(amount_minor)} €" if text.language == "it" else f"€{text.amount(amount_minor)}"


def _share(part: int, whole: int, text: Words) -> str:
    thousandths = (part * 1000 * 2 + whole) // (2 * whole)
    figure = f"{thousandths // 10}{',' if text.language == 'it' else '.'}{thousandths % 10}"
    return f"{figure} %" if text.language == "it" else f"{figure}%"
