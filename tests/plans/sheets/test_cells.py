"""Cells to values: what is accepted, what is refused, and why."""

from __future__ import annotations

import contextlib
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import DomainError
from config.money import MAX_MINOR
from plans.errors_files import CellRefused
from plans.sheets import cells


def refusal(convert: object, cell: object) -> CellRefused:
    with pytest.raises(CellRefused) as caught:
        convert(cell)  # type: ignore[operator]
    assert caught.value.text("it")
    assert caught.value.text("en")
    return caught.value


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("1.234,56", 123456),
        ("1234,56", 123456),
        ("1234.56", 123456),
        ("1,234.56", 123456),
        ("1.234.567", 123456700),
        ("1.234.567,8", 123456780),
        ("€ 600,00", 60000),
        ("€600,00", 60000),
        ("600,00 €", 60000),
        ("600,00\u00a0€", 60000),
        ("EUR 600", 60000),
        ("600 euro", 60000),
        (" 600 ", 60000),
        ("600", 60000),
        ("600,5", 60050),
        ("600.5", 60050),
        ("0,01", 1),
        ("007", 700),
        (600, 60000),
        (600.0, 60000),
        (1234.56, 123456),
        (0.1 + 0.2, 30),
        (349.99999999999994, 35000),
        ("90.071.992.547.409,91", MAX_MINOR),
    ],
)
def test_an_amount_is_read_in_each_habit(written: object, cents: int) -> None:
    assert cells.amount(written) == cents


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.234", "amount_ambiguous"),
        ("€ 1.234", "amount_ambiguous"),
        ("10.005", "amount_ambiguous"),
        (10.005, "amount_over_precise"),
        ("10,005", "amount_over_precise"),
        ("0.500", "amount_over_precise"),
        ("1234.567", "amount_over_precise"),
        ("1.234,567", "amount_over_precise"),
        ("-600,00", "amount_negative"),
        ("600,00-", "amount_negative"),
        ("(600,00)", "amount_negative"),
        ("\u2212600", "amount_negative"),
        ("€ -600", "amount_negative"),
        (-600, "amount_negative"),
        (-0.5, "amount_negative"),
        ("0", "amount_not_positive"),
        ("0,00", "amount_not_positive"),
        (0.0, "amount_not_positive"),
        ("1e400", "amount_unreadable"),
        ("1,23E+10", "amount_unreadable"),
        ("NaN", "amount_unreadable"),
        ("inf", "amount_unreadable"),
        (float("nan"), "amount_unreadable"),
        (float("inf"), "amount_unreadable"),
        ("١٢", "amount_unreadable"),
        ("６００", "amount_unreadable"),
        ("5,", "amount_unreadable"),
        (",5", "amount_unreadable"),
        ("1.23.456", "amount_unreadable"),
        ("1.234.56", "amount_unreadable"),
        ("1 234,56", "amount_unreadable"),
        ("seicento", "amount_unreadable"),
        ("$ 600", "amount_unreadable"),
        ("€ 600 €", "amount_unreadable"),
        ("--600", "amount_unreadable"),
        ("-", "amount_unreadable"),
        ("()", "amount_unreadable"),
        ("=600", "amount_unreadable"),
        ("600\n700", "amount_unreadable"),
        (True, "amount_unreadable"),
        (date(2026, 1, 1), "amount_unreadable"),
        (time(6), "amount_unreadable"),
        ("90071992547409,92", "amount_too_large"),
        (float(2**53), "amount_too_large"),
        (2.0**60, "amount_too_large"),
        (1e308, "amount_too_large"),
        (10**30, "amount_too_large"),
        ("9" * 40, "amount_too_large"),
        ("9" * 10_000, "amount_too_large"),
    ],
)
def test_what_is_no_clear_positive_amount_is_refused(written: object, code: str) -> None:
    assert refusal(cells.amount, written).code == code


def test_an_ambiguous_amount_names_both_readings() -> None:
    said = refusal(cells.amount, "1.234").text("it")

    assert "1234 euro" in said
    assert "1,234 euro" in said


# Around the thousands, where a separator appears, and up to the largest amount.
cents = st.one_of(st.integers(1, 250_000), st.integers(1, MAX_MINOR))


@given(cents, st.sampled_from(["1.234,56", "1234,56", "1234.56", "€", "EUR", "1,234.56"]))
def test_an_amount_written_in_any_accepted_way_reads_back(minor: int, style: str) -> None:
    whole, rest = divmod(minor, 100)
    written = {
        "1.234,56": f"{whole:,}".replace(",", ".") + f",{rest:02d}",
        "1234,56": f"{whole},{rest:02d}",
        "1234.56": f"{whole}.{rest:02d}",
        "€": f"€ {whole},{rest:02d}",
        "EUR": f"{whole},{rest:02d} EUR",
        "1,234.56": f"{whole:,}.{rest:02d}",
    }[style]

    assert cells.amount(written) == minor


@given(st.integers(1, 10**14))
def test_an_amount_kept_by_a_spreadsheet_as_a_double_reads_back(minor: int) -> None:
    assert cells.amount(minor / 100) == minor


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes()))
def test_any_cell_gives_a_value_or_a_refusal(cell: object) -> None:
    for convert in (cells.amount, cells.day, cells.open_day, cells.text, cells.tax_code, cells.vat_number):
        with contextlib.suppress(DomainError):
            convert(cell)


@given(st.text(alphabet="0123456789.,-€ +E()"))
def test_a_text_of_figures_gives_an_amount_within_limits_or_a_refusal(text: str) -> None:
    try:
        minor = cells.amount(text)
    except CellRefused:
        return
    assert 0 < minor <= MAX_MINOR


@pytest.mark.parametrize(
    "written",
    [
        "31/12/2026",
        " 31/12/2026 ",
        "31-12-2026",
        "31.12.2026",
        "2026-12-31",
        "2026-12-31 00:00:00",
        "2026-12-31T00:00:00",
        "46387",
        46387,
        46387.0,
        date(2026, 12, 31),
        datetime(2026, 12, 31, 10, 30),  # noqa: DTZ001 - a spreadsheet's days have no zone
    ],
)
def test_a_day_is_read_in_each_habit(written: object) -> None:
    assert cells.day(written) == date(2026, 12, 31)


def test_the_day_comes_before_the_month() -> None:
    assert cells.day("2/11/2026") == date(2026, 11, 2)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("0000-00-00", "date_unreadable"),
        ("00/00/0000", "date_unreadable"),
        ("31/02/2026", "date_unreadable"),
        ("12/31/2026", "date_unreadable"),
        ("2026-13-01", "date_unreadable"),
        ("2026-12-31 10:30", "date_unreadable"),
        ("31 dicembre", "date_unreadable"),
        ("31/12/9999", "date_unreadable"),
        ("٣١/١٢/٢٠٢٦", "date_unreadable"),
        ("00012", "date_unreadable"),
        (3, "date_unreadable"),
        (1e300, "date_unreadable"),
        (True, "date_unreadable"),
        (float("nan"), "date_unreadable"),
        ("31/12/26", "date_year_short"),
        ("1-2-26", "date_year_short"),
    ],
)
def test_what_is_no_clear_day_is_refused(written: object, code: str) -> None:
    assert refusal(cells.day, written).code == code


@given(st.dates(date(1900, 3, 1), date(2200, 12, 31)))
def test_a_day_written_in_any_accepted_way_reads_back(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days

    assert {cells.day(way) for way in (f"{day:%d/%m/%Y}", day.isoformat(), serial, float(serial), day)} == {day}


@pytest.mark.parametrize("written", ["31/12/9999", "31/12/2999", "0000-00-00", "00/00/0000", date(9999, 12, 31)])
def test_the_days_that_payroll_programs_write_for_no_end_are_no_end(written: object) -> None:
    assert cells.open_day(written) is None


def test_a_real_end_is_a_day() -> None:
    assert cells.open_day("30/06/2026") == date(2026, 6, 30)


@pytest.mark.parametrize("written", ["=cmd|' /C calc'!A0", "+39 0372 1234", "-", "@nome", "a\nb", "Niccolò «il Bello»"])
def test_a_text_stays_what_it_is_even_when_it_looks_like_a_formula(written: str) -> None:
    assert cells.text(written) == written


def test_a_text_is_trimmed_and_a_number_is_written_plainly() -> None:
    assert cells.text("\u00a0Rossi ") == "Rossi"
    assert cells.text(12.0) == "12"
    assert cells.text(date(2026, 1, 2)) == "2026-01-02"


@pytest.mark.parametrize("written", ["a\x00b", "a\ud800b", "a\x1bb"])
def test_a_text_that_cannot_be_stored_is_refused(written: str) -> None:
    assert refusal(cells.text, written).code == "text_unreadable"


def test_a_text_without_end_is_refused() -> None:
    assert refusal(cells.text, "x" * 201).code == "text_too_long"


def test_a_provisional_code_that_a_spreadsheet_made_a_number_is_read() -> None:
    assert cells.tax_code(12345678903.0) == "12345678903"


def test_a_provisional_code_whose_zeros_a_spreadsheet_dropped_is_refused_for_its_length() -> None:
    assert refusal(cells.tax_code, 743110157.0).code == "tax_code_length"


def test_a_code_that_a_spreadsheet_rounded_is_refused() -> None:
    assert refusal(cells.tax_code, 1.5e15).code == "tax_code_scientific"
    assert refusal(cells.vat_number, 7431101.5).code == "tax_code_scientific"


def test_a_vat_number_is_read_from_text_and_number() -> None:
    assert cells.vat_number("00743110157") == "00743110157"
    assert cells.vat_number(12345678903.0) == "12345678903"
