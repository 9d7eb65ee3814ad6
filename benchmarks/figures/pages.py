"""Every page of the demonstration ten times as large, beside the reads of the API that tell the same."""

from __future__ import annotations

from statistics import median

from api import app
from benchmarks import pages, web
from benchmarks.pages import Client, Look
from benchmarks.report import Result
from benchmarks.stage import Stage

MOST = 5
# Requests in a row, of each of the two in turn.
_ROW = 3


def measure(stage: Stage) -> list[Result]:
    """Measure each page in turns with its reads, one client and one connection, and tell the slowest."""
    times = 1 if stage.quick else pages.TIMES
    stage.title(f"every page beside its reads, the demonstration times {times}")
    address = stage.loaded("pages", pages.fill(times), migrate=True)
    with web.serving(address) as served:
        client = Client(served.port, address)
        looks = list(pages.looks(app.create().url_map, client, pages.everybody(address)))
        found = [(_beside(client, look, stage.rounds), look) for look in looks]
    found.sort(key=lambda one: -one[0][0])
    for (ratio, page, read), look in found:
        stage.tell(f"{ratio:5.2f}  {page * 1_000:6.1f} ms of {read * 1_000:6.1f} ms  {look.who.role} {look.page}")
    (ratio, page, read), look = found[0]
    within = sum(1 for (each, _, _), _ in found if each <= MOST)
    return [
        Result(
            f"the slowest of {len(found)} pages beside its reads, demonstration times {times}",
            ratio,
            MOST,
            None,
            f"{look.page}: {page * 1_000:.0f} ms of {read * 1_000:.0f} ms; {within} are within",
            at_most=True,
        ),
        Result("the middle one", median(each for (each, _, _), _ in found), None, None, ""),
    ]


def _beside(client: Client, look: Look, rounds: int) -> tuple[float, float, float]:
    """Return the median of the ratios round by round, and of the seconds of each."""
    client.page_seconds(look, 1), client.read_seconds(look, 1)
    pairs = [(client.page_seconds(look, _ROW), client.read_seconds(look, _ROW)) for _ in range(rounds)]
    return median(page / read for page, read in pairs), median(page for page, _ in pairs), median(r for _, r in pairs)
