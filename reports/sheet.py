"""Workbooks: real numbers and dates, every text written as text, sheets ready to be filtered and printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from config import clock
from reports.cells import number
from reports.words import Words

_EURO: Final = '#,##0.00\\ "€";[Red]\\-#,##0.00\\ "€"'
_DAYS: Final = {"it": "dd/mm/yyyy", "en": "yyyy-mm-dd"}
_PAGES: Final = {"it": "&P di &N", "en": "&P of &N"}
INK, CLAY, PINE, SAND, LINE, MUTED = "#2E2A27", "#C2613D", "#2F6F62", "#FAF6EF", "#E4DCD0", "#7C736A"


@contextmanager
def workbook(
    path: Path, *, title: str, author: str, subject: str, created: datetime, many_rows: bool = False
) -> Iterator[Any]:
    """
    Open a workbook and write it when the block ends; the same sheets and moment give the same bytes.

    No name becomes a formula, a link or a number. With `many_rows` a row is written to the file when the next begins.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {**options, "constant_memory": many_rows}) as book:
        book.set_properties({"title": title, "author": author, "comments": subject, "created": naive(created)})
        yield book


class Looks:
    """The formats of one workbook."""

    def __init__(self, book: Any, language: str) -> None:
        plain = {"font_name": "Calibri", "font_size": 11, "font_color": INK, "valign": "vcenter"}
        day = _DAYS[language]
        self.text = book.add_format(plain)
        self.wrapped = book.add_format({**plain, "text_wrap": True, "valign": "top"})
        self.strong = book.add_format({**plain, "bold": True})
        self.title = book.add_format({**plain, "bold": True, "font_size": 16})
        self.note = book.add_format({**plain, "font_color": MUTED, "italic": True})
        self.verdict = book.add_format({**plain, "bold": True, "font_color": "#3A8A58"})
        self.alarm = book.add_format({**plain, "bold": True, "font_color": "#B2352B"})
        head = {**plain, "bold": True, "font_color": "#FFFFFF", "bg_color": PINE, "text_wrap": True}
        self.head = book.add_format(head)
        self.head_right = book.add_format({**head, "align": "right"})
        self.hidden = book.add_format({**plain, "font_color": MUTED, "align": "right"})
        self.count = book.add_format({**plain, "num_format": "#,##0", "align": "right"})
        self.year = book.add_format({**plain, "num_format": "0"})
        self.euro = book.add_format({**plain, "num_format": _EURO})
        self.day = book.add_format({**plain, "num_format": day, "align": "left"})
        self.moment = book.add_format({**plain, "num_format": f"{day} hh:mm", "align": "left"})
        self.month = book.add_format({**plain, "num_format": "mmm yyyy", "align": "left"})
        total = {**plain, "bold": True, "top": 1, "bg_color": SAND}
        self.total = book.add_format(total)
        self.total_count = book.add_format({**total, "num_format": "#,##0", "align": "right"})
        self.total_euro = book.add_format({**total, "num_format": _EURO})


class Amount(int):
    """Minor units on their way into a cell; a plain integer is a count."""


class Numeral(int):
    """A year or the number of something: a number that is sorted as one, and never grouped or summed."""


class Month(date):
    """The first day of a month, shown as the month."""


class Withheld:
    """A figure that stays hidden."""


class Sheet:
    """A sheet that is written from top to bottom."""

    def __init__(self, book: Any, looks: Looks, name: str, text: Words, *, wide: bool = False) -> None:
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

    def folded(self, *cells: Any) -> None:
        """Write one row whose texts fold where their column ends."""
        for place, cell in enumerate(cells):
            self._cell(place, cell, self.looks.wrapped if isinstance(cell, str) else None)
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

    def table(self, columns: Sequence[str], figures: int, rows: int) -> None:
        """Begin a table that fills the sheet: headings that stay and repeat, and a filter."""
        self.sheet.freeze_panes(1, 2)
        self.sheet.repeat_rows(0)
        self.sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)
        self.head(*columns, figures=figures)

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
            case Numeral():
                sheet.write_number(row, place, cell, look or looks.year)
            case int():
                sheet.write_number(row, place, cell, look or looks.count)
            case datetime():
                sheet.write_datetime(row, place, naive(cell), look or looks.moment)
            case Month():
                sheet.write_datetime(row, place, cell, look or looks.month)
            case date():
                sheet.write_datetime(row, place, cell, look or looks.day)
            case _:
                sheet.write_string(row, place, cell, look or looks.text)


def naive(moment: datetime) -> datetime:
    """Return a moment as a spreadsheet, which knows no time zones, is shown it: in the time of Rome."""
    return moment.astimezone(clock.ROME).replace(tzinfo=None)
