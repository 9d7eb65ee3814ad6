"""Codes of people and firms, held against python-stdnum and worked cases."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.it import codicefiscale, iva

from plans import taxcodes
from plans.errors_codes import (
    TaxCodeBirthDate,
    TaxCodeCharacters,
    TaxCodeCheckCharacter,
    TaxCodeInvalid,
    TaxCodeLength,
    TaxCodeMonth,
    TaxCodeNumber,
    TaxCodeScientific,
    VatNumberCheckDigit,
    VatNumberInvalid,
)
from plans.errors_files import CellRefused

PLACES = [
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if place in (0, 1, 2, 3, 4, 5, 11) else "0123456789LMNPQRSTUV" for place in range(15)
]
PLACES[8] = "ABCDEHLMPRST"


def with_check(first_fifteen: str) -> str:
    return first_fifteen + codicefiscale.calc_check_digit(first_fifteen)


well_shaped = st.tuples(*(st.sampled_from(letters) for letters in PLACES)).map("".join)


@pytest.mark.parametrize("code", ["RSSMRA80A01H501U", "RSSMRA85T10A562S", "RCCMNL83S18D969H", "00743110157"])
def test_a_code_that_the_tax_office_could_issue_is_accepted(code: str) -> None:
    assert taxcodes.check(code) == code


@pytest.mark.parametrize(
    "written", ["rssmra80a01h501u", " RSS MRA 80A01 H501U ", "RSSMRA80A01H501U\u00a0", "RssMra80a01h501U\n"]
)
def test_lower_case_and_spaces_are_forgiven(written: str) -> None:
    assert taxcodes.check(written) == "RSSMRA80A01H501U"


@pytest.mark.parametrize("places", [(14,), (14, 13), (14, 13, 12), (6, 7, 9, 10, 12, 13, 14)])
def test_letters_may_stand_for_digits_in_an_omocodia_code(places: tuple[int, ...]) -> None:
    letters = list("RSSMRA80A01H501")
    for place in places:
        letters[place] = "LMNPQRSTUV"[int(letters[place])]
    code = with_check("".join(letters))

    assert taxcodes.check(code) == code


@pytest.mark.parametrize(
    ("written", "refusal", "said"),
    [
        ("RSSMRA80A01H501", TaxCodeLength, "15"),
        ("RSSMRA80A01", TaxCodeLength, "11"),
        ("1234567890", TaxCodeLength, "10"),
        ("", TaxCodeLength, "0"),
        ("1,23457E+10", TaxCodeScientific, "numero"),
        ("1.2E+15", TaxCodeScientific, "numero"),
        ("R5SMRA80A01H501U", TaxCodeCharacters, "carattere 2"),
        ("RSSMRAX0A01H501U", TaxCodeCharacters, "carattere 7"),
        ("RSSMRA80A01H50IU", TaxCodeCharacters, "carattere 15"),
        ("RSSMRÀ80A01H501U", TaxCodeCharacters, "carattere 6"),
        ("RSſMRA80A01H501U", TaxCodeCharacters, "carattere 3"),
        ("RSSMRA８0A01H501U", TaxCodeCharacters, "carattere 7"),
        ("RSSMRA80F01H501U", TaxCodeMonth, "«F»"),
        ("RSSMRA80A01H501X", TaxCodeCheckCharacter, "dovrebbe essere U ed è X"),
        ("00743110158", TaxCodeCheckCharacter, "dovrebbe essere 7 ed è 8"),
        ("00000000000", TaxCodeNumber, "sette zeri"),
        (with_check("RSSMRA80B30H501"), TaxCodeBirthDate, "giorno 30, mese 2"),
        (with_check("RSSMRA81B29H501"), TaxCodeBirthDate, "anno 81"),
        (with_check("RSSMRA80A00H501"), TaxCodeBirthDate, "giorno 00"),
        (with_check("RSSMRA80A40H501"), TaxCodeBirthDate, "giorno 40"),
        (with_check("RSSMRA80D71H501"), TaxCodeBirthDate, "giorno 71"),
    ],
)
def test_a_wrong_code_is_refused_with_its_reason(written: str, refusal: type[CellRefused], said: str) -> None:
    with pytest.raises(refusal) as caught:
        taxcodes.check(written)

    assert said in caught.value.text("it")
    assert caught.value.text("en")


def test_the_29th_of_february_needs_a_leap_year() -> None:
    assert taxcodes.check(with_check("RSSMRA00B29H501"))
    assert taxcodes.check(with_check("RSSMRA80B69H501"))


@given(well_shaped)
def test_well_shaped_codes_are_judged_as_stdnum_judges_them(first_fifteen: str) -> None:
    code = with_check(first_fifteen)
    day = int(first_fifteen[9:11].translate(str.maketrans("LMNPQRSTUV", "0123456789")))

    # stdnum takes the day modulo 40, and so lets days from 81 on pass; nobody is born on them.
    assert accepted(code) == (codicefiscale.is_valid(code) and day < 80)


@given(st.text(alphabet="ABCDLMRSTUXZ0189", min_size=14, max_size=17))
def test_any_text_is_judged_as_stdnum_judges_it(code: str) -> None:
    assert not accepted(code) or codicefiscale.is_valid(code)


def test_every_single_wrong_character_in_a_place_of_the_same_kind_is_found_or_is_another_valid_code() -> None:
    dice = random.Random(16)
    for _ in range(300):
        code = list("RSSMRA80A01H501U")
        place = dice.randrange(16)
        code[place] = dice.choice(PLACES[place] if place < 15 else PLACES[0])

        assert accepted("".join(code)) == codicefiscale.is_valid("".join(code))


@given(st.text(max_size=30))
def test_any_text_gives_a_code_or_a_refusal(text: str) -> None:
    accepted(text)


@given(st.integers(min_value=0, max_value=10**11 - 1).map(lambda number: f"{number:011d}"))
def test_vat_numbers_are_judged_as_stdnum_judges_them(number: str) -> None:
    try:
        assert taxcodes.check_vat(number) == number
        ours = True
    except CellRefused:
        ours = False

    # stdnum knows a list of tax offices besides (digits 8-10); we do not hold a number against it.
    office_unknown = not ("001" <= number[7:10] <= "100" or number[7:10] in ("120", "121", "888", "999"))
    assert ours == iva.is_valid(number) or (ours and office_unknown and luhn.is_valid(number))


def test_a_vat_number_may_carry_its_country_and_spaces() -> None:
    assert taxcodes.check_vat("IT 007 4311 0157") == "00743110157"


@pytest.mark.parametrize("written", ["0743110157", "", "ABCDEFGHIJK", "007431101５7", "00000000000"])
def test_a_vat_number_of_another_shape_is_refused(written: str) -> None:
    with pytest.raises(VatNumberInvalid):
        taxcodes.check_vat(written)


def test_a_wrong_check_digit_of_a_vat_number_is_named() -> None:
    with pytest.raises(VatNumberCheckDigit, match="should be 7 and is 8"):
        taxcodes.check_vat("00743110158")


def test_a_code_may_be_recognised_by_its_shape_alone() -> None:
    assert taxcodes.resembles("rss mra 80a01 h501x")
    assert not taxcodes.resembles("Rossi Maria")


def accepted(code: str) -> bool:
    try:
        taxcodes.check(code)
    except TaxCodeInvalid:
        return False
    return True
