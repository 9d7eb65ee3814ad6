"""Amounts cross the border exactly or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moneyed import EUR, Money

from config import money


@given(st.integers(min_value=-money.MAX_MINOR, max_value=money.MAX_MINOR))
def test_minor_units_come_back_from_money_unchanged(amount_minor: int) -> None:
    assert money.minor(money.from_minor(amount_minor)) == amount_minor


@pytest.mark.parametrize("amount", ["10.005", "0.001", "NaN", "Infinity"])
def test_an_amount_that_is_not_a_whole_cent_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=r"amount|digits"):
        money.minor(Money(Decimal(amount), EUR))


@pytest.mark.parametrize(
    ("amount_minor", "italian", "english"),
    [
        (123456, "1.234,56\N{NO-BREAK SPACE}€", "€1,234.56"),
        (0, "0,00\N{NO-BREAK SPACE}€", "€0.00"),
        (-5, "-0,05\N{NO-BREAK SPACE}€", "-€0.05"),
    ],
)
def test_amounts_are_written_the_local_way(amount_minor: int, italian: str, english: str) -> None:
    assert money.local_minor(amount_minor, "it") == italian
    assert money.local_minor(amount_minor, "en") == english


@pytest.mark.parametrize(
    ("amount", "written"), [("1e30", "1.0E+30 EUR"), ("-1e300", "-1.0E+300 EUR"), ("NaN", "NaN EUR")]
)
def test_what_is_no_amount_anybody_has_can_still_be_named(amount: str, written: str) -> None:
    assert money.local(Money(Decimal(amount), EUR)) == written
