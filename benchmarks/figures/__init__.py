"""One module a figure: `measure(stage)` returns its results."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.figures import (
    batches,
    big_book,
    budget_file,
    catalogue,
    holds,
    http,
    one,
    pages,
    payout,
    position,
    purchases,
    statement,
    year_end,
)
from benchmarks.report import Result
from benchmarks.stage import Stage

FIGURES: dict[str, Callable[[Stage], list[Result]]] = {
    "one": one.measure,
    "batches": batches.measure,
    "year-end": year_end.measure,
    "holds": holds.measure,
    "purchases": purchases.measure,
    "http": http.measure,
    "pages": pages.measure,
    "catalogue": catalogue.measure,
    "payout": payout.measure,
    "budget-file": budget_file.measure,
    "big-book": big_book.measure,
    "position": position.measure,
    "statement": statement.measure,
}
