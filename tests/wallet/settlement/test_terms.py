"""The terms of settlement are read strictly, and say who gets which part of a fee."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config import settings
from wallet.settlement import terms
from wallet.settlement.errors import TermsInvalid

PAYER = '[payer]\nname = "Rete"\niban = "IT60X0542811101000000123456"\ncuc = "ABCD1234"\n'
FEE = (
    '[[fee]]\nprovider = "*"\nvalid_from = 2026-01-01\nvalid_to = 2026-06-30\nbasis_points = 200\n'
    'source = "accordo"\nconfidence = "CHOICE"\n'
)
SHARE = (
    '[[share]]\nhome = "*"\ndelivery = "*"\nvalid_from = 2026-01-01\nhome_basis_points = 5000\n'
    'delivery_basis_points = 3000\nnetwork_basis_points = 2000\nsource = "accordo"\nconfidence = "CHOICE"\n'
)
GOOD = PAYER + FEE + SHARE


def load(folder: Path, text: str) -> terms.Terms:
    path = folder / "terms.toml"
    path.write_text(text, encoding="utf-8")
    return terms.load(path)


def test_a_file_says_who_pays_what_is_withheld_and_who_gets_it(tmp_path: Path) -> None:
    found = load(tmp_path, GOOD)

    assert found.payer == terms.Payer("Rete", "IT60X0542811101000000123456", "ABCD1234")
    assert [(fee.provider, fee.basis_points, fee.valid_to) for fee in found.fees] == [("*", 200, date(2026, 6, 30))]
    share = found.share("cremona", "milano", date(2026, 1, 1))
    assert share is not None
    assert share.split(100) == (50, 30, 20)
    assert found.share("cremona", "milano", date(2025, 12, 31)) is None


def test_the_settings_name_the_terms_of_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.load.cache_clear()
    assert terms.agreed() == terms.shipped()
    own = load(tmp_path, GOOD)
    monkeypatch.setenv("BORSELLINO_TERMS", str(tmp_path / "terms.toml"))
    settings.load.cache_clear()

    assert terms.agreed() == own

    monkeypatch.delenv("BORSELLINO_TERMS")
    settings.load.cache_clear()


def test_the_shipped_terms_withhold_nothing_and_say_how_sure_they_are() -> None:
    shipped = terms.shipped()

    assert {fee.basis_points for fee in shipped.fees} == {0}
    assert {row.confidence for row in (*shipped.fees, *shipped.shares)} == {"CHOICE"}


@pytest.mark.parametrize(
    ("fee", "points", "shares"),
    [
        (1, (5_000, 3_000, 2_000), (1, 0, 0)),
        (-1, (5_000, 3_000, 2_000), (-1, 0, 0)),
        (3, (3_334, 3_333, 3_333), (1, 1, 1)),
        (1, (5_000, 5_000, 0), (1, 0, 0)),
        (193, (5_000, 3_000, 2_000), (97, 57, 39)),
        (0, (5_000, 3_000, 2_000), (0, 0, 0)),
    ],
)
def test_a_fee_is_divided_to_the_cent(fee: int, points: tuple[int, int, int], shares: tuple[int, int, int]) -> None:
    share = terms.Share("*", "*", date.min, date.max, *points, "", "")

    assert share.split(fee) == shares


def test_a_share_that_names_both_comes_before_one_and_one_before_none(tmp_path: Path) -> None:
    named = SHARE.replace('home = "*"', 'home = "cremona"').replace("5000", "6000").replace("3000", "2000")
    other = SHARE.replace('delivery = "*"', 'delivery = "milano"').replace("5000", "7000").replace("3000", "1000")
    both = named.replace('delivery = "*"', 'delivery = "milano"').replace("6000", "8000").replace("= 2000", "= 1000")

    found = load(tmp_path, GOOD + named + other + both)

    def home(of: str, to: str) -> int | None:
        share = found.share(of, to, date(2026, 1, 1))
        return None if share is None else share.home_basis_points

    assert [home("cremona", "milano"), home("cremona", "bari"), home("bari", "milano"), home("bari", "rho")] == [
        8_000,
        6_000,
        7_000,
        5_000,
    ]


@pytest.mark.parametrize(
    ("text", "row", "problem"),
    [
        ("", "file", "[payer]"),
        ("[[fee", "file", "TOML"),
        (GOOD + "[other]\n", "file", "other"),
        (GOOD.replace("cuc =", "cucs ="), "payer", "cuc"),
        (GOOD.replace("ABCD1234", "abcd1234"), "payer", "cuc"),
        (GOOD.replace("ABCD1234", "ABCD123"), "payer", "cuc"),
        (GOOD.replace("IT60X", "IT61X"), "payer", "iban"),
        (GOOD.replace("IT60X0542811101000000123456", "DE89370400440532013000"), "payer", "Italian"),
        (GOOD.replace('"ABCD1234"', '"ABCD1234"\nbic = "x"'), "payer", "bic"),
        (GOOD.replace("basis_points = 200\n", "basis_points = 10001\n"), "fee 1", "basis_points"),
        (GOOD.replace("basis_points = 200\n", "basis_points = 2.5\n"), "fee 1", "basis_points"),
        (GOOD.replace("basis_points = 200\n", "basis_points = true\n"), "fee 1", "basis_points"),
        (GOOD.replace("valid_from = 2026-01-01\nvalid_to", 'valid_from = "2026"\nvalid_to'), "fee 1", "valid_from"),
        (GOOD.replace("2026-06-30", "2025-06-30"), "fee 1", "before it begins"),
        (GOOD.replace('source = "accordo"', 'source = ""', 1), "fee 1", "source"),
        (GOOD + FEE, "fee 2", "overlaps row 1"),
        (GOOD + SHARE, "share 2", "overlaps row 1"),
        (GOOD.replace("delivery_basis_points = 3000", "delivery_basis_points = 3001"), "share 1", "10000"),
        (GOOD + "per_line = 1\n", "share 1", "per_line"),
        (PAYER + "[fee]\nx = 1\n", "fee", "[[fee]]"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_row(tmp_path: Path, text: str, row: str, problem: str) -> None:
    with pytest.raises(TermsInvalid) as refusal:
        load(tmp_path, text)

    assert refusal.value.details["row"] == row
    assert problem in refusal.value.text("en")
    assert "terms.toml" in refusal.value.text("it")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TermsInvalid):
        terms.load(tmp_path / "none.toml")
