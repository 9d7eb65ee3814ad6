"""Workers' choices as a personnel office sends them: one row a worker, CSV or XLSX."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config import money
from plans import sheets
from plans.bonus.choices import ChoiceDraft
from plans.bonus.errors import (
    AnswerUnreadable,
    BonusFileBare,
    ChoicesFileRefused,
    ShareAmbiguous,
    ShareUnreadable,
)
from plans.bonus.simulation import WHOLE_PERCENT
from plans.errors import PersonRepeated
from plans.sheets import Column, Problem, Sheet, cells, headers

_YES: Final = frozenset({"si", "s", "yes", "y", "vero", "true", "x", "1"})
_NO: Final = frozenset({"no", "n", "falso", "false", "0"})
_SHARE: Final = re.compile(r"([0-9]{1,3}) ?(%?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file of choices: a draft for each row, with the row's number."""

    sheet: Sheet
    numbers: tuple[int, ...]
    drafts: tuple[ChoiceDraft, ...]


def answer(cell: object) -> bool:
    """
    Return a yes or a no.

    Errors: AnswerUnreadable.
    """
    written = headers.normalize(str(int(cell)) if isinstance(cell, (bool, float)) else str(cell))
    if written in _YES:
        return True
    if written in _NO:
        return False
    raise AnswerUnreadable()


def share(cell: object) -> int:
    """
    Return a percentage written as `50`, `50 %`, or kept by a spreadsheet as 0.5.

    Errors: ShareUnreadable, ShareAmbiguous (a spreadsheet's 1 is 1 % or 100 %).
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if cell == 1:
            raise ShareAmbiguous()
        percent = cell * WHOLE_PERCENT if 0 < cell < 1 else cell
        whole = round(percent)
        # A spreadsheet's 0.29 is 28.999999999999996 per cent.
        if abs(percent - whole) > 1e-9 or not 0 <= whole <= WHOLE_PERCENT:
            raise ShareUnreadable()
        return whole
    found = _SHARE.fullmatch(str(cell).strip())
    if found is None or int(found[1]) > WHOLE_PERCENT:
        raise ShareUnreadable()
    return int(found[1])


_COLUMNS: Final = (
    Column("tax_code", cells.tax_code, required=True),
    Column("premium", cells.amount, required=True, aliases=("importo", "amount")),
    Column("bonus_share", share, required=True),
    Column("choice_date", cells.day, required=True),
    Column("income_within", answer),
    Column("tax_waiver", answer),
    # Known so that they are not reported as ignored; a tax code says who somebody is.
    Column("full_name", None),
    Column("last_name", None),
    Column("first_name", None),
    Column("employee_no", None),
)


def read(path: Path, premium: str | None) -> Reading:
    """
    Read a file of choices about the bonus named, if any, whole; a worker stands in it once.

    Errors: those of `sheets.read`; ChoicesFileRefused with every problem of its rows; BonusFileBare.
    """
    sheet = sheets.read(path, _COLUMNS, total="premium")
    numbers: list[int] = []
    drafts: list[ChoiceDraft] = []
    problems: list[Problem] = []
    first_rows: dict[str, int] = {}
    total, complete = 0, True
    for number, values, found in sheet.rows():
        code, amount, percent, chosen_on, within, waived, *_ = values
        problems += found
        complete &= amount is not None
        total += amount or 0
        if code is not None and first_rows.setdefault(code, number) != number:
            problems.append(sheet.problem(PersonRepeated(first_row=first_rows[code]), number, "tax_code", code))
        elif not found:
            numbers.append(number)
            drafts.append(
                ChoiceDraft(code, premium, money.from_minor(amount), percent, chosen_on, within, waived or False)
            )
    if complete:
        problems += sheet.differences(total)
    refuse(path, problems)
    if not drafts:
        raise BonusFileBare(file=path.name)
    return Reading(sheet, tuple(numbers), tuple(drafts))


def refuse(path: Path, problems: Sequence[Problem]) -> None:
    """
    Refuse a file that has problems.

    Errors: ChoicesFileRefused.
    """
    if problems:
        raise ChoicesFileRefused(file=path.name, count=len(problems), problems=tuple(problems))
