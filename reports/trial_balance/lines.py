"""What both formats of the trial balance say alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from reports.folding import together
from reports.sheet import Amount
from reports.trial_balance.query import Line, TrialBalance
from reports.words import Words

FIGURES: Final = ("opening", "debit", "credit", "closing_debit", "closing_credit")
COLUMNS: Final = ("code", "name", "kind", *FIGURES)


def named(line: Line, text: Words) -> str:
    """Return an account's name; accounts added up are named by what they are and how many."""
    return titled(line.code, line.name, line.accounts, text, place=line.place)


def titled(code: str, name: str, accounts: int, text: Words, *, place: str = "") -> str:
    """
    Return the same of a code under which so many accounts stand.

    `name` is the one in the book, `place` that of the territory it is of, where it is of one.
    """
    if (what := together(code)) is not None:
        return text(f"together.{what}", n=accounts)
    family, _, of = code.partition(":")
    if place:
        return text(f"place.{family}", place=place)
    plan, _, kind = of.rpartition(":")
    if family == "plan" and f"plan.{kind}" in text.texts:
        return text(f"plan.{kind}", plan=plan)
    return text.texts.get(f"account.{code.replace(':', '_')}", name)


def figures(line: Line) -> tuple[Amount | None, ...]:
    """Return a line's figures in the order of their columns; of the two closings the one that it has."""
    debit, credit = line.closing_debit_minor, line.closing_credit_minor
    closings = (Amount(debit) if debit else None, Amount(credit) if credit else None)
    return Amount(line.opening_minor), Amount(line.debit_minor), Amount(line.credit_minor), *closings


def sums(of: TrialBalance | Iterable[Line]) -> tuple[Amount, ...]:
    """Return the sums of lines in the order of their columns."""
    lines = of.lines if isinstance(of, TrialBalance) else tuple(of)
    return tuple(Amount(sum(getattr(line, f"{name}_minor") for line in lines)) for name in FIGURES)


def kinds(balance: TrialBalance, text: Words) -> Iterator[tuple[str, tuple[Amount, ...]]]:
    """Yield the sums of each kind of account."""
    for kind, lines in balance.kinds:
        yield text("total_kind", kind=text(f"kind.{kind}")), sums(lines)


def notes(balance: TrialBalance, text: Words) -> Iterator[str]:
    """Yield what to know of what is not there."""
    if balance.left_out:
        yield text("left_out", accounts=balance.left_out)
