"""The stage: the databases that contenders meet in, laid and loaded once a run, and the length of the rounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rich.console import Console

from benchmarks import book, town, yardstick
from benchmarks.rounds import Contender, Rates, interleave
from benchmarks.server import Server

PROCESSES = 8


@dataclass(frozen=True)
class Stage:
    """What a figure needs to be measured."""

    server: Server
    quick: bool
    rounds: int
    console: Console

    @property
    def seconds(self) -> float:
        """How long one turn of one contender lasts."""
        return 1.0 if self.quick else 2.0

    def tell(self, line: str) -> None:
        """Print a line of progress."""
        self.console.print(f"  {line}", style="dim", markup=False)

    def title(self, line: str) -> None:
        """Print what is being measured now."""
        self.console.print(line, style="bold", markup=False)

    @cached_property
    def yardstick(self) -> str:
        """The address of the yardstick's loaded database."""
        return self.loaded("yardstick", yardstick.fill)

    @cached_property
    def engine(self) -> str:
        """The address of the engine's loaded database."""
        return self.loaded("engine", book.fill, migrate=True)

    @cached_property
    def town(self) -> str:
        """The address of a database with an employer, employees and credit."""
        return self.loaded("town", town.fill, migrate=True)

    def loaded(self, name: str, fill: Callable[[str], None], *, migrate: bool = False) -> str:
        """Create a database, fill it, and leave it as autovacuum would in time."""
        self.tell(f"loading the {name}'s tables")
        address = self.server.make_database(name, migrate=migrate)
        fill(address)
        self.settle(address)
        return address

    def settle(self, address: str) -> None:
        """Leave no dead rows, true statistics, and nothing that waits to be written."""
        with self.server.connect(address) as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")

    def interleave(
        self, contenders: Sequence[Contender], *, processes: int = PROCESSES, seconds: float | None = None
    ) -> list[Rates]:
        """Let the contenders take turns; see `rounds.interleave`."""
        return interleave(
            contenders,
            processes=processes,
            rounds=self.rounds,
            seconds=seconds or self.seconds,
            settle=self.settle,
            tell=self.tell,
        )
