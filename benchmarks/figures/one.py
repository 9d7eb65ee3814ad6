"""One entry a transaction, eight processes: what a purchase rests on."""

from __future__ import annotations

from benchmarks import engine, yardstick
from benchmarks.report import Result
from benchmarks.rounds import Contender
from benchmarks.stage import PROCESSES, Stage


def measure(stage: Stage) -> list[Result]:
    """Measure `ledger.posting.post` and the server's function bare, beside the yardstick."""
    stage.title(f"one entry a transaction, {PROCESSES} processes")
    minimum, through, bare = stage.interleave(
        [
            Contender("yardstick", yardstick.one_by_one, stage.yardstick),
            Contender("ledger.posting.post", engine.one_by_one, stage.engine),
            Contender("ledger_write_pair, bare", engine.bare, stage.engine),
        ]
    )
    return [
        Result(
            "one entry a transaction, through Python",
            through.over(minimum),
            0.4,
            0.5,
            f"{through.median:,.0f}/s of {minimum.median:,.0f}/s",
        ),
        Result(
            "one entry a transaction, the server's function bare",
            bare.over(minimum),
            0.7,
            0.9,
            f"{bare.median:,.0f}/s of {minimum.median:,.0f}/s",
        ),
    ]
