"""
Codice fiscale and partita IVA: normalize, check, and say precisely what is wrong.

The check of a codice fiscale is our own because a budget file has one in every row and because people need the
reason; tests hold it against python-stdnum. A code is never compared with a name: what the tax office issued prevails.
Source: DM 23/12/1976; letters may stand for digits in the seven numeric places (omocodia).
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Final

from plans.errors_codes import (
    TaxCodeBirthDate,
    TaxCodeCharacters,
    TaxCodeCheckCharacter,
    TaxCodeLength,
    TaxCodeMonth,
    TaxCodeNumber,
    TaxCodeScientific,
    VatNumberCheckDigit,
    VatNumberInvalid,
)

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MONTHS: Final = "ABCDEHLMPRST"
_LAST_DAYS: Final = dict(zip(_MONTHS, (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True))
_PERSON: Final = re.compile(
    r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]", re.ASCII
)
_SCIENTIFIC: Final = re.compile(r"[0-9]+([.,][0-9]+)?E[+-]?[0-9]+", re.ASCII)
_DECODED: Final = str.maketrans("LMNPQRSTUV", "0123456789")

_ODD_WEIGHTS: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_ODD: Final = dict(zip(_ALPHABET, _ODD_WEIGHTS, strict=True)) | dict(zip("0123456789", _ODD_WEIGHTS, strict=False))
_EVEN: Final = {letter: place for place, letter in enumerate(_ALPHABET)} | {str(digit): digit for digit in range(10)}


def check(text: str) -> str:
    """
    Return a codice fiscale in capitals and without spaces.

    Sixteen characters for a person, with or without omocodia; eleven digits for a provisional code or a firm.
    Errors: TaxCodeScientific, TaxCodeLength, TaxCodeCharacters, TaxCodeMonth, TaxCodeBirthDate,
            TaxCodeNumber, TaxCodeCheckCharacter; the first that applies, in this order.
    """
    code = text if len(text) == 16 and _PERSON.fullmatch(text) else _normalize(text)
    if len(code) == 11:
        return _check_provisional(code)
    if _PERSON.fullmatch(code) is None:
        _explain(code)
    _check_birth(code)
    expected = check_character(code)
    if code[15] != expected:
        raise TaxCodeCheckCharacter(expected=expected, found=code[15])
    return code


def check_character(code: str) -> str:
    """Return the letter that the first fifteen characters of a codice fiscale call for."""
    odd, even = _ODD.__getitem__, _EVEN.__getitem__
    return _ALPHABET[(sum(map(odd, code[0:15:2])) + sum(map(even, code[1:15:2]))) % 26]


def resembles(text: str) -> bool:
    """Return whether the text has the shape of a person's codice fiscale, right or wrong."""
    return text.isascii() and _PERSON.fullmatch("".join(text.split()).upper()) is not None


def births(code: str) -> tuple[date, ...]:
    """Return the days of birth that a checked code may mean, latest first, one a century; none for a firm's."""
    if len(code) != 16:
        return ()
    year, day = (int(code[place : place + 2].translate(_DECODED)) for place in (6, 9))
    month = _MONTHS.index(code[8]) + 1
    found = []
    for century in (2000, 1900, 1800):
        # Not every century has a 29 February in its first year.
        with suppress(ValueError):
            found.append(date(century + year, month, day - 40 if day > 40 else day))
    return tuple(found)


def check_vat(text: str) -> str:
    """
    Return a partita IVA as eleven digits; a leading `IT` is accepted and dropped.

    The office code in digits 8-10 is not checked: a list of offices that ages would refuse true numbers.

    Errors: VatNumberInvalid, VatNumberCheckDigit; in this order.
    """
    number = "".join(text.split()).upper().removeprefix("IT")
    if len(number) != 11 or not (number.isascii() and number.isdigit()) or number[:7] == "0000000":
        raise VatNumberInvalid()
    expected = check_digit(number)
    if number[10] != expected:
        raise VatNumberCheckDigit(expected=expected, found=number[10])
    return number


def check_digit(number: str) -> str:
    """Return the digit that the first ten of a partita IVA call for."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in number[1:10:2])
    return str(-(doubled + sum(map(int, number[0:10:2]))) % 10)


def _normalize(text: str) -> str:
    # Capitals only of ASCII: str.upper would turn some foreign letters into plain ones.
    squeezed = "".join(text.split())
    code = squeezed.upper() if squeezed.isascii() else squeezed
    if _SCIENTIFIC.fullmatch(code):
        raise TaxCodeScientific()
    if len(code) not in (11, 16):
        raise TaxCodeLength(length=len(code))
    return code


def _check_provisional(code: str) -> str:
    if not (code.isascii() and code.isdigit()):
        # Eleven characters with letters among them are a person's code cut short.
        raise TaxCodeLength(length=11)
    if code[:7] == "0000000":
        raise TaxCodeNumber()
    expected = check_digit(code)
    if code[10] != expected:
        raise TaxCodeCheckCharacter(expected=expected, found=code[10])
    return code


def _explain(code: str) -> None:
    """Refuse the first character that stands in the wrong place."""
    for place, character in enumerate(code):
        if place == 8:
            if character not in _MONTHS:
                raise TaxCodeMonth(found=character)
        elif place in (6, 7, 9, 10, 12, 13, 14):
            if character not in "0123456789LMNPQRSTUV":
                raise TaxCodeCharacters(position=place + 1, found=character, expected="0-9 (L-V)")
        elif character not in _ALPHABET:
            raise TaxCodeCharacters(position=place + 1, found=character, expected="A-Z")


def _check_birth(code: str) -> None:
    year, month, day = code[6:8], code[8], code[9:11]
    if not (year.isdigit() and day.isdigit()):
        year, day = year.translate(_DECODED), day.translate(_DECODED)
    number = int(day)
    if number > 40:
        number -= 40
    last = _LAST_DAYS[month]
    # The century is unknown; 00 may be 2000, a leap year.
    if not 1 <= number <= last or (number == 29 and last == 29 and int(year) % 4):
        raise TaxCodeBirthDate(day=day, month=_MONTHS.index(month) + 1, year=year)
