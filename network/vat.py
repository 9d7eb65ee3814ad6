"""VAT regimes as data, and the one place where an amount is split by them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from network import data
from network.errors import UnknownVatRegime

_WHOLE = 10_000  # basis points in one


@dataclass(frozen=True, slots=True)
class Regime:
    """
    A VAT regime: its rate, and what becomes of it when a mandatary recharges the employer.

    `subjective` says that it hangs on who the provider is; `recharge_regime` is the regime of the recharge;
    `nature` is the code an electronic invoice gives when there is no VAT; `confidence` is `verified` or `doubtful`.
    """

    code: str
    rate_basis_points: int
    nature: str | None
    subjective: bool
    recharge_regime: str
    label_it: str
    label_en: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class Recharge:
    """What the mandatary asks of the employer for one purchase; `added_minor` is VAT the provider did not charge."""

    regime: str
    net_minor: int
    vat_minor: int
    gross_minor: int
    added_minor: int


@cache
def _by_code() -> dict[str, Regime]:
    with (data.FOLDER / "vat_regimes.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: _read(row) for row in csv.DictReader(file, strict=True)}


def _read(row: dict[str, str]) -> Regime:
    return Regime(
        code=row["code"],
        rate_basis_points=int(row["rate_basis_points"]),
        nature=row["nature"] or None,
        subjective={"0": False, "1": True}[row["subjective"]],
        recharge_regime=row["recharge_regime"],
        label_it=row["label_it"],
        label_en=row["label_en"],
        confidence=row["confidence"],
        note=row["note"],
    )


def regimes() -> tuple[Regime, ...]:
    """Return every regime, in the order of the table."""
    return tuple(_by_code().values())


def regime(code: str) -> Regime:
    """
    Return a regime.

    Errors: UnknownVatRegime.
    """
    found = _by_code().get(code)
    if found is None:
        raise UnknownVatRegime(regime=code, known=tuple(_by_code()))
    return found


def split(gross_minor: int, regime_code: str) -> tuple[int, int]:
    """
    Divide a price that includes VAT into net and VAT; the net is rounded half up, the VAT is the rest.

    Units:  minor units, gross_minor >= 0; split per line of a purchase, not per unit.
    Errors: UnknownVatRegime.
    """
    rate = regime(regime_code).rate_basis_points
    if gross_minor < 0:
        raise ValueError(f"{gross_minor} is not a price")
    divisor = _WHOLE + rate
    net = (2 * gross_minor * _WHOLE + divisor) // (2 * divisor)
    return net, gross_minor - net


def recharge(gross_minor: int, regime_code: str) -> Recharge:
    """
    Say what a mandatary recharges to the employer for a purchase of this gross amount.

    A regime that belongs to the service passes on unchanged. One that belongs to the provider (flat-rate scheme,
    sports clubs) does not: the recharge adds the VAT of `recharge_regime` on top, which is the employer's own debt.

    Units:  minor units; the added VAT is rounded half up.
    Errors: UnknownVatRegime.
    """
    passed_on = regime(regime(regime_code).recharge_regime)
    net, vat = split(gross_minor, regime_code)
    if passed_on.code == regime_code:
        return Recharge(regime_code, net, vat, gross_minor, 0)
    added = (2 * gross_minor * passed_on.rate_basis_points + _WHOLE) // (2 * _WHOLE)
    return Recharge(passed_on.code, gross_minor, added, gross_minor + added, added)
