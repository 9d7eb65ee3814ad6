"""Authorizing in a book with five million postings, beside one with fifty thousand."""

from __future__ import annotations

from benchmarks import town
from benchmarks.report import Result
from benchmarks.rounds import Contender
from benchmarks.stage import Stage

SMALL = 48_000
BIG = 5_000_000


def measure(stage: Stage) -> list[Result]:
    """Measure how much longer an authorization takes in the big book, one process."""
    big = 500_000 if stage.quick else BIG
    stage.title(f"authorize with {big:,} postings in the book, beside {SMALL:,}; one process")
    small_book, big_book = stage.interleave(
        [
            Contender(f"{SMALL:,} postings", town.authorize, _book(stage, "small", SMALL)),
            Contender(f"{big:,} postings", town.authorize, _book(stage, "big", big)),
        ],
        processes=1,
    )
    return [
        Result(
            f"authorize with {big:,} postings beside {SMALL:,}: time",
            small_book.over(big_book),
            1.25,
            None,
            f"{1e3 / big_book.median:.2f} ms beside {1e3 / small_book.median:.2f} ms",
            at_most=True,
        )
    ]


def _book(stage: Stage, name: str, postings: int) -> str:
    def fill(address: str) -> None:
        town.fill(address)
        town.grow(address, postings)

    return stage.loaded(name, fill, migrate=True)
