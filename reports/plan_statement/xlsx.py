"""The statement as a workbook: real numbers and dates, one sheet a part, ready to be filtered and printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from config import clock
from reports.cells import number
from reports.plan_statement import lines, words
from reports.plan_statement.model import PlanStatement, Reading
from reports.plan_statement.suppression import SMALLEST_GROUP
from reports.plan_statement.words import Words

# From so many rows on, a row is written to the file when the next begins.
MANY_ROWS: Final = 10_000
_EURO: Final = '#,##0.00\\ "€";[Red]\\-#,##0.00\\ "€"'
_DAYS: Final = {"it": "dd/mm/yyyy", "en": "yyyy-mm-dd"}
_PAGES: Final = {"it": "&P di &N", "en": "&P of &N"}
_INK, _CLAY, _PINE, _SAND, _LINE, _MUTED = "#2E2A27", "#C2613D", "#2F6F62", "#FAF6EF", "#E4DCD0", "#7C736A"


def write(statement: PlanStatement, path: Path, language: str = "it") -> None:
    """
    Write the statement as XLSX; the same statement gives the same bytes.

    Every text is written as text, so that no name becomes a formula or a link.
    """
    text = words.of(language)
    many = len(statement.employees) + len(statement.payroll) > MANY_ROWS
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {**options, "constant_memory": many}) as book:
        plan = statement.plan
        book.set_properties(
            {
                "title": f"{text('title')} {plan.code}",
                "author": plan.funder_name,
                "comments": text.period(statement.starts_on, statement.ends_on),
                "created": _naive(statement.prepared_at),
            }
        )
        looks = _Looks(book, language)
        _summary(_Sheet(book, looks, text("section.summary"), text), statement)
        _categories(_Sheet(book, looks, text("section.categories"), text), statement)
        _employees(_Sheet(book, looks, text("section.employees"), text, wide=True), statement)
        if statement.reading is Reading.PAYROLL:
            _payroll(_Sheet(book, looks, text("section.payroll"), text, wide=True), statement)
        _proof(_Sheet(book, looks, text("section.proof"), text), statement)


class _Looks:
    """The formats of one workbook."""

    def __init__(self, book: Any, language: str) -> None:
        plain = {"font_name": "Calibri", "font_size": 11, "font_color": _INK, "valign": "vcenter"}
        day = _DAYS[language]
        self.text = book.add_format(plain)
        self.wrapped = book.add_format({**plain, "text_wrap": True, "valign": "top"})
        self.strong = book.add_format({**plain, "bold": True})
        self.title = book.add_format({**plain, "bold": True, "font_size": 16})
        self.note = book.add_format({**plain, "font_color": _MUTED, "italic": True})
        self.verdict = book.add_format({**plain, "bold": True, "font_color": "#3A8A58"})
        self.alarm = book.add_format({**plain, "bold": True, "font_color": "#B2352B"})
        head = {**plain, "bold": True, "font_color": "#FFFFFF", "bg_color": _PINE, "text_wrap": True}
        self.head = book.add_format(head)
        self.head_right = book.add_format({**head, "align": "right"})
        self.hidden = book.add_format({**plain, "font_color": _MUTED, "align": "right"})
        self.count = book.add_format({**plain, "num_format": "#,##0", "align": "right"})
        self.year = book.add_format({**plain, "num_format": "0"})
        self.euro = book.add_format({**plain, "num_format": _EURO})
        self.day = book.add_format({**plain, "num_format": day, "align": "left"})
        self.moment = book.add_format({**plain, "num_format": f"{day} hh:mm", "align": "left"})
        self.month = book.add_format({**plain, "num_format": "mmm yyyy", "align": "left"})
        total = {**plain, "bold": True, "top": 1, "bg_color": _SAND}
        self.total = book.add_format(total)
        self.total_count = book.add_format({**total, "num_format": "#,##0", "align": "right"})
        self.total_euro = book.add_format({**total, "num_format": _EURO})


class Amount(int):
    """Minor units on their way into a cell; a plain integer is a count."""


class Month(date):
    """The first day of a month, shown as the month."""


class Withheld:
    """A figure that stays hidden."""


class _Sheet:
    """A sheet that is written from top to bottom."""

    def __init__(self, book: Any, looks: _Looks, name: str, text: Words, *, wide: bool = False) -> None:
        self.book, self.looks, self.text, self.name = book, looks, text, name
        self.sheet = book.add_worksheet(name)
        self.row = 0
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.sheet.set_footer(f"&L&8{text('title')}&R&8{_PAGES[text.language]}")
        self.sheet.hide_gridlines(2)
        if wide:
            self.sheet.set_landscape()

    def widths(self, *widths: int) -> None:
        """Set the columns' widths in characters."""
        for place, width in enumerate(widths):
            self.sheet.set_column(place, place, width, self.looks.text)

    def write(self, *cells: Any, look: Any = None) -> None:
        """Write one row; each value as what it is."""
        for place, cell in enumerate(cells):
            self._cell(place, cell, look)
        self.row += 1

    def head(self, *names: str, figures: int = 0) -> None:
        """Write a row of headings; the last `figures` of them stand to the right."""
        self.sheet.set_row(self.row, 30)
        for place, name in enumerate(names):
            right = place >= len(names) - figures
            look = self.looks.head_right if right else self.looks.head
            self.sheet.write_string(self.row, place, self.text(f"column.{name}"), look)
        self.row += 1

    def closing(self, *cells: Any) -> None:
        """Write a row of totals."""
        looks = self.looks
        for place, cell in enumerate(cells):
            look = looks.total_euro if isinstance(cell, Amount) else looks.total_count
            self._cell(place, cell, looks.total if isinstance(cell, str) else look)
        self.row += 1

    def total(self, columns: int, sums: Mapping[int, int]) -> None:
        """Write the totals (column: minor units) of a table that begins in the second row, of what a filter shows."""
        looks, last = self.looks, self.row
        for column in range(columns):
            if column not in sums or last < 2:
                self.sheet.write_string(self.row, column, "" if column else self.text("total"), looks.total)
                continue
            letter = xlsxwriter.utility.xl_col_to_name(column)
            formula = f"=SUBTOTAL(109,{letter}2:{letter}{last})"
            self.sheet.write_formula(self.row, column, formula, looks.total_euro, number(sums[column]))
        self.row += 1

    def _cell(self, place: int, cell: Any, look: Any) -> None:
        sheet, looks, row = self.sheet, self.looks, self.row
        match cell:
            case None:
                return
            case Withheld():
                sheet.write_string(row, place, self.text("hidden"), looks.hidden)
            case Amount():
                sheet.write_number(row, place, number(cell), look or looks.euro)
            case int():
                sheet.write_number(row, place, cell, look or looks.count)
            case datetime():
                sheet.write_datetime(row, place, _naive(cell), look or looks.moment)
            case Month():
                sheet.write_datetime(row, place, cell, look or looks.month)
            case date():
                sheet.write_datetime(row, place, cell, look or looks.day)
            case _:
                sheet.write_string(row, place, cell, look or looks.text)


def _summary(sheet: _Sheet, statement: PlanStatement) -> None:
    text, plan = sheet.text, statement.plan
    sheet.widths(46, 22, 22)
    sheet.sheet.set_row(0, 24)
    sheet.write(text("title"), look=sheet.looks.title)
    sheet.write(text(f"reading.{statement.reading}"), look=sheet.looks.note)
    sheet.row += 1
    for label, value in (
        (text("funder"), plan.funder_name),
        (text("vat_number"), plan.vat_number),
        (text("plan"), f"{plan.code} · {plan.name}"),
        (text("source"), text.named("source_name", plan.source)),
        (text("period_from"), statement.starts_on),
        (text("period_to"), statement.ends_on),
        (text("spend_by"), plan.spend_by),
        (text("prepared_at"), statement.prepared_at),
    ):
        sheet.write(label, value)
    sheet.row += 1
    sheet.head("item", "amount", figures=1)
    for line in lines.summary(statement, text):
        label = f"{line.sign} {line.label}" if line.sign in ("+", "−") else line.label
        if line.sign == "=":
            sheet.closing(label, Amount(line.amount_minor))
        else:
            sheet.write(label, Amount(line.amount_minor))
    sheet.row += 1
    sheet.write(lines.verdict(statement, text), look=_verdict_look(sheet, statement))
    sheet.row += 1
    sheet.head("month", "granted", "used", figures=2)
    first = sheet.row
    for month in statement.months:
        day = Month(month.month.year, month.month.month, 1)
        sheet.write(day, Amount(month.granted_minor), Amount(month.used_minor))
    _chart(sheet, first, sheet.row - 1)


def _chart(sheet: _Sheet, first: int, last: int) -> None:
    chart = sheet.book.add_chart({"type": "column"})
    for column, color in ((1, _PINE), (2, _CLAY)):
        chart.add_series(
            {
                "name": [sheet.name, first - 1, column],
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, column, last, column],
                "fill": {"color": color},
                "gap": 80,
            }
        )
    chart.set_title({"name": sheet.text("heading.chart"), "name_font": {"size": 12, "color": _INK}})
    chart.set_legend({"position": "top"})
    chart.set_x_axis({"num_format": "mmm yy", "text_axis": True, "line": {"color": _LINE}})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": _LINE}}})
    chart.set_size({"width": 620, "height": 300})
    sheet.sheet.insert_chart(last + 2, 0, chart)


def _categories(sheet: _Sheet, statement: PlanStatement) -> None:
    text = sheet.text
    sheet.widths(46, 12, 18, 18, 18)
    sheet.head("category", lines.people(statement), "used", figures=2)
    for line in statement.categories:
        sheet.write(text.named("category", line.category), _shown(line.people, int), _shown(line.used_minor))
    # A sum of what is shown would not be the total: it is written, not summed.
    total = statement.groups
    sheet.closing(text("total"), "", Amount(total.used_minor))
    sheet.row += 1
    sheet.head("cluster", "people", "granted", "used", "residual", figures=4)
    for cluster in statement.clusters:
        amounts = map(_shown, (cluster.granted_minor, cluster.used_minor, cluster.residual_minor))
        sheet.write(cluster.cluster or text("none"), cluster.people, *amounts)
    figures = (total.granted_minor, total.used_minor, total.residual_minor)
    sheet.closing(text("total"), statement.people, *map(Amount, figures))
    sheet.row += 1
    if note := lines.groups(statement, text):
        sheet.write(note, look=sheet.looks.note)
    sheet.write(text("uses_note"), look=sheet.looks.note)
    if statement.hides_clusters:
        sheet.write(text("hidden_note", people=SMALLEST_GROUP), look=sheet.looks.note)


def _employees(sheet: _Sheet, statement: PlanStatement) -> None:
    sheet.widths(13, 24, 20, 20, 22, 14, 14, 14, 14, 14, 14, 14)
    figures = ("opening", "granted", "welfare_used", "fringe_used", "expired", "residual", "held")
    columns = ("employee_no", "last_name", "first_name", "tax_code", "cluster", *figures)
    _open_table(sheet, columns, len(figures), len(statement.employees))
    for line in statement.employees:
        who = (line.employee_no, line.last_name, line.first_name, line.tax_code, line.cluster)
        sheet.write(*who, *map(Amount, lines.person(line.movement)))
    sheet.total(len(columns), dict(enumerate(lines.person(statement.total), 5)))


def _payroll(sheet: _Sheet, statement: PlanStatement) -> None:
    text = sheet.text
    sheet.widths(13, 24, 20, 20, 10, 36, 18, 14, 14, 14)
    figures = ("exempt", "taxable")
    who = ("employee_no", "last_name", "first_name", "tax_code")
    columns = (*who, "fiscal_year", "category", "source", "channel", *figures)
    _open_table(sheet, columns, len(figures), len(statement.payroll))
    for line in statement.payroll:
        sheet.sheet.write_number(sheet.row, 4, line.fiscal_year, sheet.looks.year)
        sheet.write(
            line.employee_no,
            line.last_name,
            line.first_name,
            line.tax_code,
            None,
            text.named("category", line.category),
            text.named("source_name", line.source),
            text.named("channel", line.channel),
            Amount(line.exempt_minor),
            Amount(line.taxable_minor),
        )
    exempt = sum(line.exempt_minor for line in statement.payroll)
    taxable = sum(line.taxable_minor for line in statement.payroll)
    sheet.total(len(columns), {8: exempt, 9: taxable})


def _open_table(sheet: _Sheet, columns: Sequence[str], figures: int, rows: int) -> None:
    sheet.sheet.freeze_panes(1, 2)
    sheet.sheet.repeat_rows(0)
    sheet.sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)
    sheet.head(*columns, figures=figures)


def _proof(sheet: _Sheet, statement: PlanStatement) -> None:
    text, looks = sheet.text, sheet.looks
    sheet.widths(44, 24, 90)
    sheet.write(lines.verdict(statement, text), look=_verdict_look(sheet, statement))
    sheet.write(lines.equation(statement, text))
    sheet.write(f"({text('proof.equation_words')})", look=looks.note)
    sheet.row += 1
    sheet.head("item", "value", figures=1)
    for fact in lines.proof(statement, text):
        sheet.write(fact.label, fact.value if fact.amount_minor is None else Amount(fact.amount_minor))
    sheet.row += 1
    sheet.write(text("heading.rules"), look=looks.strong)
    sheet.write(text("rules_note"), look=looks.note)
    sheet.head("rule", "confidence", "sentence")
    for index, rule in enumerate(statement.rules.interpretations):
        sentence = lines.sentence(statement, text, index)
        sheet.write(rule.id, text(f"confidence.{rule.confidence}"), sentence, look=looks.wrapped)


def _shown(value: int | None, kind: type[int] = Amount) -> int | Withheld:
    return Withheld() if value is None else kind(value)


def _verdict_look(sheet: _Sheet, statement: PlanStatement) -> Any:
    return sheet.looks.verdict if statement.proof.holds else sheet.looks.alarm


def _naive(moment: datetime) -> datetime:
    # A spreadsheet knows no time zones: it is shown the time of Rome.
    return moment.astimezone(clock.ROME).replace(tzinfo=None)
