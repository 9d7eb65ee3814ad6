"""Purchases through the wallet: authorize, then capture, eight processes."""

from __future__ import annotations

from benchmarks import town, yardstick
from benchmarks.report import Result
from benchmarks.rounds import Contender
from benchmarks.stage import PROCESSES, Stage


def measure(stage: Stage) -> list[Result]:
    """Measure a purchase beside the yardstick, two transfers for each."""
    stage.title(f"authorize and capture through the wallet, {PROCESSES} processes")
    minimum, through = stage.interleave(
        [
            Contender("yardstick", yardstick.one_by_one, stage.yardstick),
            Contender("authorize and capture", town.authorize_and_capture, stage.town),
        ]
    )
    return [
        Result(
            "a purchase through the wallet, times two",
            2 * through.over(minimum),
            0.12,
            0.25,
            f"{through.median:,.0f}/s of {minimum.median:,.0f}/s",
        )
    ]
