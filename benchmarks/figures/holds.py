"""Reserving and capturing, in two transactions: the ledger's part of a purchase. It only informs."""

from __future__ import annotations

from benchmarks import engine, yardstick
from benchmarks.report import Result
from benchmarks.rounds import Contender
from benchmarks.stage import PROCESSES, Stage


def measure(stage: Stage) -> list[Result]:
    """Measure a hold and its capture beside the yardstick, two transfers for each."""
    stage.title(f"hold and capture, {PROCESSES} processes")
    minimum, through = stage.interleave(
        [
            Contender("yardstick", yardstick.one_by_one, stage.yardstick),
            Contender("hold and capture", engine.hold_and_capture, stage.engine),
        ]
    )
    return [
        Result(
            "hold and capture, times two, through Python",
            2 * through.over(minimum),
            None,
            None,
            f"{through.median:,.0f}/s of {minimum.median:,.0f}/s",
        )
    ]
