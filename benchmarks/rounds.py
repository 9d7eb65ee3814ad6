"""Interleaved rounds: contenders take turns, so that whatever else the machine does meets all of them alike."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType

# Modules that every worker needs: the fork server imports them once for all workers.
_PRELOAD = ["benchmarks.yardstick", "benchmarks.engine", "benchmarks.town", "benchmarks.web"]

Step = Callable[[], int]


@dataclass(frozen=True)
class Contender:
    """
    Something to measure: `prepare(address, seed)` runs in each worker and returns the step to repeat.

    A step does some work and answers how many units of it.
    """

    name: str
    prepare: Callable[[str, int], Step]
    address: str


@dataclass(frozen=True)
class Rates:
    """Units per second of one contender, one figure a round."""

    name: str
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle round."""
        return statistics.median(self.rounds)

    def over(self, other: Rates) -> float:
        """Return the median of the round-by-round ratios."""
        return statistics.median(mine / theirs for mine, theirs in zip(self.rounds, other.rounds, strict=True))


class Crew:
    """Processes that wait, connected and warm, for their contender's turn."""

    def __init__(self, contender: Contender, processes: int) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOAD)
        self.name = contender.name
        self._workers = []
        self._pipes: list[Connection] = []
        for number in range(processes):
            mine, theirs = context.Pipe()
            worker = context.Process(target=_work, args=(theirs, contender, number), daemon=True)
            worker.start()
            theirs.close()
            self._workers.append(worker)
            self._pipes.append(mine)

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in self._pipes:
            pipe.close()
        for worker in self._workers:
            worker.join(10)

    def run(self, seconds: float) -> float:
        """Let all processes work for that long and return their units per second, all together."""
        for pipe in self._pipes:
            pipe.send(seconds)
        rates: list[float] = [pipe.recv() for pipe in self._pipes]
        return sum(rates)


def _work(pipe: Connection, contender: Contender, number: int) -> None:
    # The same seeds in every contender: they meet the same accounts in the same order.
    step = contender.prepare(contender.address, 1_000 + number)
    while True:
        try:
            seconds: float = pipe.recv()
        except EOFError:
            # Without the finalizers of modules: nothing here needs them, and the connections die with the process.
            os._exit(0)
        units = 0
        start = time.perf_counter()
        end = start + seconds
        now = start
        while now < end:
            units += step()
            now = time.perf_counter()
        pipe.send(units / (now - start))


def interleave(
    contenders: Sequence[Contender],
    *,
    processes: int,
    rounds: int,
    seconds: float,
    settle: Callable[[str], None],
    tell: Callable[[str], None],
) -> list[Rates]:
    """
    Run the contenders in turns (A B A B ...) and return their rates.

    Each has one turn first to warm up, after which its database is settled: its tables have rows and statistics.
    """
    measured: list[list[float]] = [[] for _ in contenders]
    with ExitStack() as stack:
        crews = [stack.enter_context(Crew(contender, processes)) for contender in contenders]
        for crew in crews:
            crew.run(min(seconds, 1.0))
        for address in sorted({contender.address for contender in contenders}):
            settle(address)
        for number in range(1, rounds + 1):
            for crew, figures in zip(crews, measured, strict=True):
                figures.append(crew.run(seconds))
                tell(f"round {number}/{rounds}: {crew.name} {figures[-1]:,.0f}/s")
    return [Rates(contender.name, tuple(figures)) for contender, figures in zip(contenders, measured, strict=True)]
