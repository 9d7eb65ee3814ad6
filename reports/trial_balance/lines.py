"""What both formats of the trial balance say alike."""

from __future__ import annotations

from typing import Final

from reports.folding import together
from reports.trial_balance.query import Line
from reports.words import Words

COLUMNS: Final = ("code", "name", "kind", "opening", "debit", "credit", "closing")


def named(line: Line, text: Words) -> str:
    """Return an account's name; accounts added up are named by what they are and how many."""
    if (what := together(line.code)) is not None:
        return text(f"together.{what}", n=line.accounts)
    return line.name
