"""Splitting an amount by its VAT regime."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from network import data, vat
from network.errors import UnknownVatRegime

REGIMES = [regime.code for regime in vat.regimes()]


def price_rows() -> list[dict[str, str]]:
    with (data.FOLDER / "service_prices.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", price_rows(), ids=lambda row: row["service_code"])
def test_every_service_is_split_as_its_file_says(row: dict[str, str]) -> None:
    split = vat.split(int(row["price_minor"]), row["vat_regime"])

    assert split == (int(row["net_minor"]), int(row["vat_minor"]))


# By hand: 1.05 / 1.05 = 1.00; 0.32 / 1.05 = 0.3047...; 1.83 / 1.22 = 1.50; 0.61 / 1.22 = 0.50 exactly;
# 2.31 / 1.10 = 2.10; 0.03 / 1.22 = 0.0245..., 0.21 / 1.05 = 0.20.
@pytest.mark.parametrize(
    ("gross", "regime", "net", "tax"),
    [
        (105, "V5", 100, 5),
        (32, "V5", 30, 2),
        (183, "V22", 150, 33),
        (61, "V22", 50, 11),
        (231, "V10", 210, 21),
        (3, "V22", 2, 1),
        (21, "V5", 20, 1),
        (0, "V22", 0, 0),
        (4_000, "FORF", 4_000, 0),
    ],
)
def test_the_net_is_rounded_and_vat_is_the_rest(gross: int, regime: str, net: int, tax: int) -> None:
    assert vat.split(gross, regime) == (net, tax)


@given(gross=st.integers(min_value=0, max_value=10**12), regime=st.sampled_from(REGIMES))
def test_integer_arithmetic_rounds_half_up_as_decimals_do(gross: int, regime: str) -> None:
    rate = Decimal(vat.regime(regime).rate_basis_points) / 10_000

    net, tax = vat.split(gross, regime)

    assert net == (Decimal(gross) / (1 + rate)).quantize(Decimal(1), ROUND_HALF_UP)
    assert net + tax == gross


def test_the_recharge_of_a_flat_rate_provider_adds_ordinary_vat() -> None:
    recharge = vat.recharge(4_000, "FORF")

    # 40.00 at 22 %: 8.80 of VAT that the provider did not charge.
    assert recharge == vat.Recharge("V22", 4_000, 880, 4_880, 880)


def test_the_recharge_of_an_exempt_service_stays_exempt() -> None:
    assert vat.recharge(9_500, "E18") == vat.Recharge("E18", 9_500, 0, 9_500, 0)


def test_the_recharge_of_a_social_cooperative_keeps_its_rate() -> None:
    assert vat.recharge(12_000, "V5") == vat.Recharge("V5", 11_429, 571, 12_000, 0)


def test_every_regime_is_recharged_under_a_known_one_that_does_not_change_again() -> None:
    for regime in vat.regimes():
        recharged = vat.regime(regime.recharge_regime)
        assert recharged.recharge_regime == recharged.code


def test_a_regime_without_vat_names_its_nature_for_the_invoice() -> None:
    for regime in vat.regimes():
        assert (regime.rate_basis_points == 0) == (regime.nature is not None)


def test_a_doubtful_regime_says_what_is_doubtful() -> None:
    for regime in vat.regimes():
        assert regime.confidence in ("verified", "doubtful")
        assert regime.confidence == "verified" or regime.note


def test_an_unknown_regime_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownVatRegime) as refusal:
        vat.split(100, "V4")

    assert "V22" in refusal.value.text("it")


def test_a_negative_price_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="not a price"):
        vat.split(-1, "V22")
