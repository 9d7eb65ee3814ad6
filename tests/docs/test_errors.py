"""Every refusal of the code stands in docs/errors.md, and nothing else does."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

from config.database import ROOT
from config.errors import DomainError
from ledger.errors import BY_CODE, PRECEDENCE, LedgerError

PACKAGES = ("config", "ledger", "network", "plans", "wallet", "reports", "api")
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?:\d+ \| )?`([a-z0-9_]+)` \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)


def refusals() -> list[type[DomainError]]:
    """Every refusal that can be raised: the classes below DomainError that have none below them."""
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found, stack = [], [DomainError]
    while stack:
        below = stack.pop().__subclasses__()
        stack += below
        found += [error for error in below if not error.__subclasses__() and error.__module__.split(".")[0] in PACKAGES]
    return found


def row(error: type[DomainError]) -> str:
    """A line to begin from, where one is missing."""
    advice = re.sub(r"\{\w+\}", "…", error.en).replace("|", "\\|")
    return f"| `{error.code}` | {(error.__doc__ or '').strip().splitlines()[0]} | {advice} |"


def test_every_refusal_has_its_line() -> None:
    documented = {code for code, *_ in ROWS}

    missing = sorted(row(error) for error in refusals() if error.code not in documented)

    assert not missing, "add to docs/errors.md:\n" + "\n".join(missing)


def test_every_line_has_its_refusal() -> None:
    codes = {error.code for error in refusals()}

    assert {code for code, *_ in ROWS} - codes == set()


def test_no_code_means_two_things() -> None:
    codes = [error.code for error in refusals()]

    # An amount in a cell of a file is wrong in the same ways as that of a posting.
    assert {code for code in codes if codes.count(code) > 1} <= {"amount_not_positive", "amount_too_large"}
    assert len(ROWS) == len({code for code, *_ in ROWS})


def test_the_ledgers_codes_stand_in_their_order_of_precedence() -> None:
    numbered = re.findall(r"^\| (\d+) \| `([a-z_]+)` \|", PAGE, re.MULTILINE)

    assert [code for _, code in numbered] == [error.code for error in PRECEDENCE]
    assert [int(number) for number, _ in numbered] == list(range(1, len(PRECEDENCE) + 1))


def test_every_refusal_speaks_both_languages_of_the_same_facts() -> None:
    for error in refusals():
        italian, english = (set(re.findall(r"\{(\w+)\}", text)) for text in (error.it, error.en))
        # A word that is translated itself has one name for each language.
        assert {name.removesuffix("_it") for name in italian} == {name.removesuffix("_en") for name in english}, error


@pytest.mark.parametrize("error", PRECEDENCE, ids=lambda error: error.code)
def test_precedence_knows_every_refusal_that_the_ledger_gives_for_money(error: type[LedgerError]) -> None:
    assert BY_CODE[error.code] is error
    assert error.__doc__
