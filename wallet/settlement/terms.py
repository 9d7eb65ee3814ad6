"""
The terms of settlement, from a TOML file: who pays, what is withheld from providers, and how territories share it.

Reading is strict: an unknown key, an overlap or a value that cannot be stops it and names the row.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from config import settings
from network import provider_accounts
from wallet.settlement.errors import TermsInvalid

SHIPPED = Path(__file__).with_name("data") / "terms.toml"
ANY = "*"
WHOLE = 10_000
_FOR_EVER = date.max


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose account pays providers; `cuc` is the code by which the Italian interbank network knows it."""

    name: str
    iban: str
    cuc: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Fee:
    """What is withheld from a provider's captures of certain days, in basis points."""

    provider: str
    valid_from: date
    valid_to: date
    basis_points: int
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Share:
    """How the fee on what a home territory buys in a delivery territory is divided, in basis points of the fee."""

    home: str
    delivery: str
    valid_from: date
    valid_to: date
    home_basis_points: int
    delivery_basis_points: int
    network_basis_points: int
    source: str
    confidence: str

    def split(self, fee_minor: int) -> tuple[int, int, int]:
        """
        Divide a fee between home, delivery and network.

        Units: minor units; home and delivery rounded half away from zero, the network has the rest.
        """
        home = portion(fee_minor, self.home_basis_points)
        # Two halves rounded up may be a cent more than there is.
        delivery = portion(fee_minor, self.home_basis_points + self.delivery_basis_points) - home
        return home, delivery, fee_minor - home - delivery


@dataclass(frozen=True, slots=True)
class Terms:
    """All of a file of terms."""

    payer: Payer
    fees: tuple[Fee, ...]
    shares: tuple[Share, ...]

    def share(self, home: str, delivery: str, on: date) -> Share | None:
        """Return how a pair of territories shares a fee on a day: the row that names most of the pair."""
        found = [
            share
            for share in self.shares
            if share.home in (home, ANY)
            and share.delivery in (delivery, ANY)
            and share.valid_from <= on <= share.valid_to
        ]
        return min(found, key=lambda share: (share.home == ANY, share.delivery == ANY), default=None)


def portion(amount_minor: int, basis_points: int) -> int:
    """Return that many ten-thousandths of an amount, rounded half away from zero."""
    whole = (abs(amount_minor) * basis_points + WHOLE // 2) // WHOLE
    return whole if amount_minor >= 0 else -whole


@cache
def shipped() -> Terms:
    """Return the terms that come with the program."""
    return load(SHIPPED)


def agreed() -> Terms:
    """
    Return the terms of the file that the settings name, or those that come with the program.

    Errors: TermsInvalid.
    """
    path = settings.load().terms
    return shipped() if path is None else load(path)


def load(path: Path) -> Terms:
    """
    Read a file of terms.

    Errors: TermsInvalid, with the row and how to mend it.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _invalid(
            path, "file", f"non si può leggere ({error.strerror})", f"cannot be read ({error.strerror})"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _invalid(path, "file", f"non è TOML: {error}", f"not TOML: {error}") from error
    unknown = sorted(set(told) - {"payer", "fee", "share"})
    if unknown or not isinstance(told.get("payer"), dict):
        problem = ", ".join(unknown) or "[payer]"
        raise _invalid(
            path, "file", f"sezione sconosciuta o mancante: {problem}", f"unknown or missing section: {problem}"
        )
    fees = tuple(_fee(_Row(path, f"fee {n}", row)) for n, row in enumerate(_tables(path, told, "fee"), 1))
    shares = tuple(_share(_Row(path, f"share {n}", row)) for n, row in enumerate(_tables(path, told, "share"), 1))
    _refuse_overlaps(path, "fee", fees, lambda fee: fee.provider)
    _refuse_overlaps(path, "share", shares, lambda share: (share.home, share.delivery))
    return Terms(_payer(_Row(path, "payer", told["payer"])), fees, shares)


class _Row:
    """A table being read: what is left when it is finished is unknown, and refused."""

    def __init__(self, path: Path, name: str, values: Mapping[str, Any]) -> None:
        self.path, self.name, self._left = path, name, dict(values)

    def bad(self, it: str, en: str) -> TermsInvalid:
        return _invalid(self.path, self.name, it, en)

    def text(self, key: str, default: str | None = None) -> str:
        value = self._left.pop(key, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self.bad(f"{key} deve essere un testo", f"{key} must be a text")
        return value.strip()

    def day(self, key: str, default: date | None = None) -> date:
        value = self._left.pop(key, default)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.bad(f"{key} deve essere una data come 2026-01-31", f"{key} must be a date such as 2026-01-31")
        return value

    def basis_points(self, key: str) -> int:
        value = self._left.pop(key, None)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= WHOLE:
            raise self.bad(
                f"{key} deve essere un numero intero da 0 a {WHOLE}", f"{key} must be a whole number from 0 to {WHOLE}"
            )
        return value

    def finish(self) -> None:
        if self._left:
            names = ", ".join(sorted(self._left))
            raise self.bad(f"chiave sconosciuta {names}", f"unknown key {names}")


def _payer(row: _Row) -> Payer:
    name, iban, cuc, bic = row.text("name"), row.text("iban"), row.text("cuc"), row.text("bic", "")
    row.finish()
    if not provider_accounts.is_holder(name):
        raise row.bad(f"le banche non possono scrivere «{name}»", f"banks cannot write '{name}'")
    try:
        iban = provider_accounts.read_iban(iban)
    except ValueError:
        raise row.bad(f"iban «{iban}» non valido", f"invalid iban '{iban}'") from None
    if not iban.startswith("IT"):
        # The member code that Italian banks ask for is read from it.
        raise row.bad("iban deve essere italiano", "iban must be an Italian one")
    if not (len(cuc) == 8 and cuc.isalnum() and cuc.isascii() and cuc == cuc.upper()):
        raise row.bad("cuc deve avere 8 lettere maiuscole o cifre", "cuc must have 8 capitals or digits")
    if bic and not (len(bic) in (8, 11) and bic.isalnum() and bic.isascii() and bic == bic.upper()):
        raise row.bad("bic deve avere 8 o 11 lettere maiuscole o cifre", "bic must have 8 or 11 capitals or digits")
    return Payer(name, iban, cuc, bic)


def _fee(row: _Row) -> Fee:
    fee = Fee(
        row.text("provider"),
        row.day("valid_from"),
        row.day("valid_to", _FOR_EVER),
        row.basis_points("basis_points"),
        row.text("source"),
        row.text("confidence"),
    )
    row.finish()
    return fee


def _share(row: _Row) -> Share:
    share = Share(
        row.text("home"),
        row.text("delivery"),
        row.day("valid_from"),
        row.day("valid_to", _FOR_EVER),
        row.basis_points("home_basis_points"),
        row.basis_points("delivery_basis_points"),
        row.basis_points("network_basis_points"),
        row.text("source"),
        row.text("confidence"),
    )
    row.finish()
    if share.home_basis_points + share.delivery_basis_points + share.network_basis_points != WHOLE:
        raise row.bad(f"le tre quote devono fare {WHOLE}", f"the three shares must add up to {WHOLE}")
    return share


def _tables(path: Path, told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = told.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _invalid(path, name, f"scrivere [[{name}]]", f"write [[{name}]]")
    return rows


def _refuse_overlaps(path: Path, name: str, rows: tuple[Any, ...], subject: Callable[[Any], object]) -> None:
    for number, row in enumerate(rows, 1):
        if row.valid_to < row.valid_from:
            raise _invalid(path, f"{name} {number}", "finisce prima di iniziare", "it ends before it begins")
    for (first, one), (second, other) in combinations(enumerate(rows, 1), 2):
        if subject(one) == subject(other) and one.valid_from <= other.valid_to and other.valid_from <= one.valid_to:
            raise _invalid(path, f"{name} {second}", f"si sovrappone alla riga {first}", f"it overlaps row {first}")


def _invalid(path: Path, row: str, it: str, en: str) -> TermsInvalid:
    return TermsInvalid(file=path.name, row=row, problem_it=it, problem_en=en)
