"""
From what stands in a cell to a value: amounts, days, texts, codes.

Each function takes a cell that is not blank, as a CSV file (text) or a workbook (text, number, day, truth value) gives
it, and returns the value or raises a `CellRefused`. Nothing is guessed: what can be read in two ways is refused.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from config.money import MAX_MINOR
from plans import taxcodes
from plans.errors_cells import (
    AmountAmbiguous,
    AmountNegative,
    AmountNotPositive,
    AmountOverPrecise,
    AmountTooLarge,
    AmountUnreadable,
    DateUnreadable,
    DateYearShort,
    TextTooLong,
    TextUnreadable,
)
from plans.errors_codes import TaxCodeScientific

Cell = object
TEXT_LENGTH: Final = 200

# The three ways without doubt: 1.234,56 (Italian), 1234.56 (a programmer's), 1,234.56 (English, both marks present).
_ITALIAN: Final = re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]{1,2}))?", re.ASCII)
_POINT: Final = re.compile(r"([0-9]+)\.([0-9]{1,2})", re.ASCII)
_ENGLISH: Final = re.compile(r"([1-9][0-9]{0,2}(?:,[0-9]{3})+)\.([0-9]{1,2})", re.ASCII)
_AMBIGUOUS: Final = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}", re.ASCII)
_PRECISE: Final = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),[0-9]{3,}|[0-9]+\.[0-9]{3,}", re.ASCII)
_CURRENCY: Final = re.compile(r"€|euro|eur", re.IGNORECASE)
_NEGATIVE: Final = re.compile(r"[-\u2212\u2013](.+)|(.+)[-\u2212]|\((.+)\)", re.DOTALL)

_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_YEAR_SHORT: Final = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}", re.ASCII)
_SERIAL: Final = re.compile(r"[0-9]{5}", re.ASCII)
# Day 60 of Excel's calendar is 29 February 1900, which never was; from day 61 on the count is right.
_EXCEL_START: Final = date(1899, 12, 30)
_SERIALS: Final = (61, 109_939)
_OPEN_ENDS: Final = {date(9999, 12, 31), date(2999, 12, 31)}

_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def amount(cell: Cell) -> int:
    """
    Return an amount of euro as cents.

    Units:  cents, 0 < result <= 2^53 - 1.
    Errors: AmountUnreadable, AmountAmbiguous, AmountOverPrecise, AmountNegative, AmountNotPositive, AmountTooLarge.
    """
    minor = _amount_text(cell) if isinstance(cell, str) else _amount_number(cell)
    if minor > MAX_MINOR:
        raise AmountTooLarge()
    if minor <= 0:
        raise AmountNegative() if minor < 0 else AmountNotPositive()
    return minor


def day(cell: Cell) -> date:
    """
    Return a day written as 31/12/2026 or 2026-12-31, or kept by a spreadsheet as a date or its serial number.

    Errors: DateUnreadable, DateYearShort.
    """
    if isinstance(cell, str):
        return _day_text(cell.strip())
    if isinstance(cell, datetime):
        return _likely(cell.date())
    if isinstance(cell, date):
        return _likely(cell)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell):
        return _day_serial(int(cell))
    raise DateUnreadable()


def open_day(cell: Cell) -> date | None:
    """Return a day, or None for the days that payroll programs write for "no end": 31/12/9999, 31/12/2999, zeros."""
    if isinstance(cell, str) and not cell.strip("0/-. "):
        return None
    if isinstance(cell, str) and (found := _DAY_FIRST.fullmatch(cell.strip()) or _ISO.fullmatch(cell.strip())):
        numbers = {int(number) for number in found.groups()}
        if numbers in ({31, 12, 9999}, {31, 12, 2999}):
            return None
    if isinstance(cell, date) and date(cell.year, cell.month, cell.day) in _OPEN_ENDS:
        return None
    return day(cell)


def tax_code(cell: Cell) -> str:
    """
    Return a codice fiscale in capitals and without spaces.

    Errors: those of `plans.taxcodes.check`.
    """
    if isinstance(cell, str):
        return taxcodes.check(cell)
    return taxcodes.check(_digits(cell))


def vat_number(cell: Cell) -> str:
    """
    Return a partita IVA as eleven digits.

    Errors: those of `plans.taxcodes.check_vat`.
    """
    return taxcodes.check_vat(cell if isinstance(cell, str) else _digits(cell))


def text(cell: Cell) -> str:
    """
    Return a trimmed text of at most 200 characters. A text that looks like a formula stays the text it is.

    Errors: TextUnreadable, TextTooLong.
    """
    value = cell if isinstance(cell, str) else _plain(cell)
    value = value.strip()
    if not value.isprintable() and _UNSTORABLE.search(value):
        raise TextUnreadable()
    if len(value) > TEXT_LENGTH:
        raise TextTooLong(length=len(value), limit=TEXT_LENGTH)
    return value


def _amount_text(written: str) -> int:
    found = _ITALIAN.fullmatch(written) or _POINT.fullmatch(written)
    if found is None:
        return _amount_dressed(written)
    if "." in written and _AMBIGUOUS.fullmatch(written):
        raise AmountAmbiguous(thousands=written.replace(".", ""), decimals=written.replace(".", ","))
    whole, cents = found.groups()
    return _cents(whole.replace(".", ""), cents)


def _amount_dressed(written: str) -> int:
    """Read an amount with a currency, a sign or spaces around it, or say what is wrong with it."""
    bare, currencies = _CURRENCY.subn("", written.replace("\u00a0", " ").replace("\u202f", " ").strip())
    bare = bare.strip()
    if currencies > 1 or len(bare) > 60:
        raise AmountUnreadable()
    if negative := _NEGATIVE.fullmatch(bare):
        inner = next(part for part in negative.groups() if part)
        # What is wrong with the figure goes before its sign; a second sign is no figure.
        if _NEGATIVE.fullmatch(inner.strip()):
            raise AmountUnreadable()
        return -_amount_text(inner.strip())
    if english := _ENGLISH.fullmatch(bare):
        return _cents(english[1].replace(",", ""), english[2])
    if _ITALIAN.fullmatch(bare) or _POINT.fullmatch(bare):
        return _amount_text(bare)
    raise AmountOverPrecise() if _PRECISE.fullmatch(bare) else AmountUnreadable()


def _cents(whole: str, cents: str | None) -> int:
    digits = whole.lstrip("0")
    if len(digits) > 15:
        raise AmountTooLarge()
    return int(digits or "0") * 100 + int((cents or "0").ljust(2, "0"))


def _amount_number(cell: Cell) -> int:
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        raise AmountUnreadable()
    if isinstance(cell, float):
        if not math.isfinite(cell):
            raise AmountUnreadable()
        if abs(cell) > MAX_MINOR:
            raise AmountTooLarge()
    # A spreadsheet counts with 15 digits and shows 0.30 where the file says 0.30000000000000004.
    exact = Decimal(f"{cell:.15g}" if isinstance(cell, float) and abs(cell) < 1e12 else repr(cell))
    scaled = exact * 100
    minor = int(scaled)
    if minor != scaled:
        raise AmountOverPrecise()
    return minor


def _day_text(written: str) -> date:
    if found := _DAY_FIRST.fullmatch(written):
        return _make_day(int(found[3]), int(found[2]), int(found[1]))
    if found := _ISO.fullmatch(written):
        return _make_day(int(found[1]), int(found[2]), int(found[3]))
    if _YEAR_SHORT.fullmatch(written):
        raise DateYearShort()
    if _SERIAL.fullmatch(written):
        return _day_serial(int(written))
    raise DateUnreadable()


def _make_day(year: int, month: int, number: int) -> date:
    try:
        made = date(year, month, number)
    except ValueError:
        raise DateUnreadable() from None
    return _likely(made)


def _day_serial(serial: int) -> date:
    if not _SERIALS[0] <= serial <= _SERIALS[1]:
        raise DateUnreadable()
    return _EXCEL_START + timedelta(days=serial)


def _likely(value: date) -> date:
    if not 1900 <= value.year <= 2200:
        raise DateUnreadable()
    return value


def _digits(cell: Cell) -> str:
    """Return a number as the digits that were typed, or refuse a code that a spreadsheet has rounded."""
    if isinstance(cell, float) and not (cell.is_integer() and abs(cell) < 1e15):
        raise TaxCodeScientific()
    return _plain(cell)


def _plain(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell)
