"""Purchases and wallets over HTTP beside the same purchases in process, sixteen clients."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from functools import partial
from multiprocessing.connection import Connection

from benchmarks import town, web
from benchmarks.report import Result
from benchmarks.rounds import Contender, Rates
from benchmarks.stage import Stage


def measure(stage: Stage) -> list[Result]:
    """Measure throughput in turns, how long the slowest wait, and what many requests leave in memory."""
    stage.title(f"authorize and wallet over HTTP, {web.CLIENTS} clients")
    requests = 5_000 if stage.quick else 100_000
    with web.serving(stage.town, web.appoint(stage.town)) as served:
        inside, over, look = stage.interleave(
            [
                Contender("authorize in process", town.authorize_under_key, stage.town),
                Contender("authorize over HTTP", partial(web.authorize, served.told), stage.town),
                Contender("wallet over HTTP", partial(web.wallet, served.told), stage.town),
            ],
            processes=web.CLIENTS,
        )
        waits = _waits(served.told, seconds=5 * stage.seconds)
        before, after = _memory(served, requests, stage)
    median = statistics.median(waits)
    late = statistics.quantiles(waits, n=100)[98]
    return [
        Result("authorize over HTTP beside in process", over.over(inside), 0.6, None, _rates(over, inside)),
        Result("wallet over HTTP beside authorize", look.over(over), 3, None, _rates(look, over)),
        Result(
            "authorize over HTTP: 99th of 100 beside the median",
            late / median,
            6,
            None,
            f"{late * 1_000:.0f} ms of {median * 1_000:.0f} ms",
            at_most=True,
        ),
        Result(
            f"memory of a worker after {requests:,} requests",
            after / before,
            1.1,
            None,
            f"{after:.0f} MB of {before:.0f} MB",
            at_most=True,
        ),
    ]


def _rates(one: Rates, other: Rates) -> str:
    return f"{one.median:,.0f}/s of {other.median:,.0f}/s"


def _waits(told: str, seconds: float) -> list[float]:
    """Return how long each purchase took, of sixteen clients at once."""
    context = multiprocessing.get_context("forkserver")
    pipes = []
    workers = []
    for number in range(web.CLIENTS):
        mine, theirs = context.Pipe()
        worker = context.Process(target=_time, args=(theirs, told, number, seconds), daemon=True)
        worker.start()
        theirs.close()
        pipes.append(mine)
        workers.append(worker)
    found = [wait for pipe in pipes for wait in pipe.recv()]
    for worker in workers:
        worker.join(10)
    return found


def _time(pipe: Connection, told: str, number: int, seconds: float) -> None:
    step = web.authorize(told, "", 5_000 + number)
    step()
    found = []
    end = time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        step()
        found.append(time.perf_counter() - start)
    pipe.send(found)


def _memory(served: web.Web, requests: int, stage: Stage) -> tuple[float, float]:
    """Return a worker's memory before and after so many requests, once it has warmed up with a tenth of them."""
    _look(served.told, requests // 10)
    before = served.megabytes()
    _look(served.told, requests)
    after = served.megabytes()
    stage.tell(f"memory {before:.0f} MB, after {requests:,} requests {after:.0f} MB")
    return before, after


def _look(told: str, requests: int) -> None:
    context = multiprocessing.get_context("forkserver")
    each = requests // web.CLIENTS
    workers = [context.Process(target=_mixed, args=(told, number, each)) for number in range(web.CLIENTS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0


def _mixed(told: str, number: int, requests: int) -> None:
    buy, see = web.authorize(told, "", 9_000 + number), web.wallet(told, "", 9_000 + number)
    for count in range(requests):
        buy() if count % 10 == 0 else see()
