"""Entries in batches of a hundred and of ten thousand."""

from __future__ import annotations

from benchmarks import engine, yardstick
from benchmarks.report import Result
from benchmarks.rounds import Contender
from benchmarks.stage import PROCESSES, Stage


def measure(stage: Stage) -> list[Result]:
    """Measure batches of 100 beside the set-based yardstick, and batches of 10,000 beside those of 100."""
    stage.title(f"batches of 100, {PROCESSES} processes")
    minimum, through = stage.interleave(
        [
            Contender("yardstick", yardstick.batches_of_100, stage.yardstick),
            Contender("ledger.posting.post_entries", engine.batches_of_100, stage.engine),
        ]
    )
    stage.title("batches of 10,000 beside batches of 100, one process")
    hundreds, thousands = stage.interleave(
        [
            Contender("batches of 100", engine.batches_of_100, stage.engine),
            Contender("batches of 10,000", engine.batches_of_10000, stage.engine),
        ],
        processes=1,
    )
    return [
        Result(
            "batches of 100, rows",
            through.over(minimum),
            0.6,
            1.0,
            f"{through.median:,.0f}/s of {minimum.median:,.0f}/s",
        ),
        Result(
            "batches of 10,000: rows beside batches of 100",
            thousands.over(hundreds),
            1.0,
            None,
            f"{thousands.median:,.0f}/s of {hundreds.median:,.0f}/s",
        ),
    ]
