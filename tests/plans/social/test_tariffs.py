"""Published tariffs against figures written by hand (tariffs.csv), and what no tariff may say."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.sheets import cells
from plans.social import reader, tariff_file
from plans.social.errors import IseeAmountInvalid, IseeTypeNotAccepted, SocialFileInvalid, TariffNotFound
from plans.social.tariffs import Tariff
from plans.social.words import IseeType

CASES = list(csv.DictReader((Path(__file__).parent / "tariffs.csv").read_text("utf-8").splitlines(), delimiter=";"))
PUBLISHED = sorted(tariff_file.published())


def minor(text: str) -> int:
    return 0 if text == "0,00" else cells.amount(text)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['tariffa']} {case['isee'] or 'senza'} {case['prezzo']}"
)
def test_a_published_tariff_asks_what_its_municipality_says(case: dict[str, str]) -> None:
    tariff = tariff_file.of_published(case["tariffa"])

    quota = tariff.assess(
        minor(case["isee"]) if case["isee"] else None,
        defects=case["omissioni"] == "sì",
        shift=int(case["fasce in meno"]),
    )

    assert quota.of(minor(case["prezzo"]), int(case["quantità"])) == minor(case["paga il cittadino"])


def test_every_published_tariff_has_cases_at_each_of_its_limits_and_a_cent_beyond() -> None:
    asked = {(case["tariffa"], minor(case["isee"])) for case in CASES if case["isee"]}

    for tariff in tariff_file.published().values():
        for band in tariff.bands[:-1]:
            assert band.up_to_minor is not None
            assert (tariff.id, band.up_to_minor) in asked, (tariff.id, band.up_to_minor)
    # The jumps of Monopoli, from both sides.
    assert {("monopoli-home-care", 3_000_000), ("monopoli-home-care", 3_000_001)} <= asked


@given(
    tariff=st.sampled_from(PUBLISHED).map(tariff_file.of_published),
    isee=st.integers(0, 100_000_00),
    price=st.integers(1, 1_000_00),
    quantity=st.integers(1, 31),
)
def test_nobody_pays_less_than_nothing_or_more_than_the_price(
    tariff: Tariff, isee: int, price: int, quantity: int
) -> None:
    paid = tariff.assess(isee).of(price, quantity)

    assert 0 <= paid <= price * quantity


@given(
    tariff=st.sampled_from(PUBLISHED).map(tariff_file.of_published),
    isee=st.integers(0, 60_000_00),
    more=st.integers(0, 10_000_00),
)
def test_whoever_has_more_never_pays_less(tariff: Tariff, isee: int, more: int) -> None:
    # True of every tariff that we know of; it is no rule of the program.
    assert tariff.assess(isee).of(1_000_00, 1) <= tariff.assess(isee + more).of(1_000_00, 1)


@pytest.mark.parametrize("isee", [-1, 10_000_000_01])
def test_an_indicator_that_nobody_has_is_refused_and_not_repeated(isee: int) -> None:
    with pytest.raises(IseeAmountInvalid) as refused:
        tariff_file.of_published("cremona-demo").assess(isee)

    assert refused.value.details == {}


def test_a_school_tariff_takes_no_university_indicator() -> None:
    with pytest.raises(IseeTypeNotAccepted) as refused:
        tariff_file.of_published("vicenza-school-meals").assess(1_000_00, isee_type=IseeType.UNIVERSITARIO)

    assert "minorenni, ordinario" in refused.value.text("it")


@pytest.mark.parametrize(
    ("presented_on", "since"),
    [
        (date(2026, 3, 31), date(2026, 4, 1)),
        (date(2026, 12, 1), date(2027, 1, 1)),
        (date(2026, 1, 1), date(2026, 2, 1)),
    ],
)
def test_a_new_indicator_counts_from_the_next_month_where_the_tariff_says_so(presented_on: date, since: date) -> None:
    assert tariff_file.of_published("milan-area-school-meals-2024").effective_from(presented_on) == since
    assert tariff_file.of_published("cremona-demo").effective_from(presented_on) == presented_on


def test_a_tariff_that_is_not_there_is_named() -> None:
    with pytest.raises(TariffNotFound):
        tariff_file.of_published("atlantide")


GOOD = """
[[tariff]]
id = "t"
municipality = "Comune"
service = "s"
unit = "ora"
kind = "PIECEWISE"
sentence_it = "it"
sentence_en = "en"
no_isee = "FULL_PRICE"
valid_from = 2026-01-01
source = "delibera 1"
confidence = "V-PAGE"
checked_on = 2026-01-01
bands = [
  { up_to = 1000, amount = 0 },
  { up_to = 2000, line = [1000, 1, 2000, 5.5] },
  { full = true },
]
"""


def read(text: str) -> Tariff:
    ((_, row),) = reader.document(text, "comune.toml", ["tariff"])
    return tariff_file.tariff_of(row)


def test_a_good_tariff_is_read() -> None:
    assert read(GOOD).assess(1_500_00).value == 325


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "PIECEWISE"', 'kind = "STEP"', "kind is STEP"),
        ('kind = "PIECEWISE"', 'kind = "CURVE"', "one of STEP, LINEAR, PIECEWISE"),
        ("{ full = true },", "{ up_to = 3000, full = true },", "no up_to"),
        ("up_to = 2000, line", "up_to = 900, line", "up_to must rise"),
        ("line = [1000, 1, 2000, 5.5]", "line = [1000, 1, 1000, 5.5]", "larger indicator"),
        ("line = [1000, 1, 2000, 5.5]", "line = [1200, 1, 2000, 5.5]", "whole of its band"),
        ("line = [1000, 1, 2000, 5.5]", "line = [1000, 1, 1800, 5.5]", "whole of its band"),
        ("line = [1000, 1, 2000, 5.5]", "line = [1000, 1, 2000]", "4 amounts"),
        ("amount = 0", "amount = 0, percent = 5", "one of amount"),
        ("amount = 0", "percent = 100.01", "above 100"),
        ("amount = 0", "amount = 0.005", "two decimals"),
        ("amount = 0", "amount = -1", "from 0"),
        ("amount = 0", 'amount = "0"', "an amount in euro"),
        ("full = true", "full = false", "only written as true"),
        ('unit = "ora"', "", "unit is missing"),
        ('unit = "ora"', 'unit = " "', "unit is empty"),
        ('unit = "ora"', 'unit = "ora"\ncolour = "red"', "unknown key: colour"),
        ("valid_from = 2026-01-01", 'valid_from = "2026-01-01"', "a date such as"),
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2025-12-31", "comes before"),
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nmay_shift = true", "steps alone"),
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nrounding_step = 0", "at least 0.01"),
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nleast = 3\nmost = 2", "least is above most"),
        ("[[tariff]]", "[[tarif]]", "[[tariff]]"),
        ("[[tariff]]", "[[tariff", "Expected"),
    ],
)
def test_what_nobody_can_have_meant_is_refused_with_its_row(old: str, new: str, said: str) -> None:
    assert old in GOOD

    with pytest.raises(SocialFileInvalid, match=re.escape(said)) as refused:
        read(GOOD.replace(old, new, 1))

    assert refused.value.details["file"] == "comune.toml"
    assert refused.value.text("it") != refused.value.text("en")


def test_rounding_and_bounds_apply_to_what_lies_on_a_line() -> None:
    tariff = read(GOOD.replace("valid_from", "rounding_step = 0.05\nleast = 1.2\nmost = 5\nvalid_from", 1))

    assert [tariff.assess(isee).value for isee in (1_000_01, 1_505_00, 1_506_00, 2_000_00)] == [120, 325, 330, 500]
    assert tariff.assess(1_000_00).value == 0
