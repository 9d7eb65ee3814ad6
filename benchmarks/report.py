"""How figures are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.server import Facts


@dataclass(frozen=True)
class Result:
    """
    A measured figure: a ratio, the goal it must reach and the one we go for.

    `at_most` says that smaller is better. Without a goal it only informs.
    """

    figure: str
    ratio: float
    goal: float | None
    aim: float | None
    detail: str
    at_most: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached."""
        if self.goal is None:
            return None
        return self.ratio <= self.goal if self.at_most else self.ratio >= self.goal


def tell_facts(console: Console, facts: Facts) -> None:
    """Print what the figures were measured on."""
    console.print(
        f"PostgreSQL {facts.postgres}, fsync {facts.fsync} ({facts.syncs_per_second:,} syncs of 8 kB a second),"
        f" {facts.cores} cores shared by the server and its clients"
    )
    if facts.syncs_per_second > 50_000:
        console.print("This folder does not seem to be on a disk: pass --data with one that is.", style="bold red")


def table(console: Console, results: Sequence[Result], *, minutes: float) -> None:
    """Print every figure beside its goal."""
    shown = Table(title=f"measured in one run of {minutes:.1f} minutes")
    for heading in ("figure", "measured", "goal", "where we go", "met", "medians"):
        shown.add_column(heading, justify="left" if heading in ("figure", "medians") else "right")
    for result in results:
        bound = "≤ " if result.at_most else "≥ "
        shown.add_row(
            result.figure,
            f"{result.ratio:.2f}",
            "" if result.goal is None else f"{bound}{result.goal:g}",
            "" if result.aim is None else f"({result.aim:g})",
            "" if result.met is None else "yes" if result.met else "no",
            result.detail,
        )
    console.print(shown)
