"""The catalogue with twenty thousand services beside the network's own, page by page and filter by filter."""

from __future__ import annotations

from statistics import median

from benchmarks import catalogue, web
from benchmarks.catalogue import Reader
from benchmarks.report import Result
from benchmarks.stage import Stage

MOST = 3
# Requests in a row, of each of the two in turn.
_ROW = 5
_FAR = 40


def measure(stage: Stage) -> list[Result]:
    """Measure each page in turns, one client and one connection, and tell the slowest."""
    stage.title(f"the catalogue with {catalogue.MANY} services beside the network's own")
    few = stage.loaded("few_services", catalogue.fill(None), migrate=True)
    many = stage.loaded("many_services", catalogue.fill(catalogue.MANY), migrate=True)
    with web.serving(few) as small, web.serving(many) as large:
        own, crowded = Reader(small.port), Reader(large.port)
        looks = [(path, path) for path in catalogue.PAGES]
        for path in catalogue.READ_ON:
            # What is far on in the crowded list stands beside the second page of the other.
            near = own.onward(path, 1)
            looks += [(page, near[0]) for page in crowded.onward(path, _FAR)]
        found = [(_beside(crowded, page, own, beside, stage.rounds), page) for page, beside in looks]
    found.sort(key=lambda one: -one[0][0])
    for (ratio, mine, theirs), page in found:
        stage.tell(f"{ratio:5.2f}  {mine * 1_000:6.1f} ms of {theirs * 1_000:6.1f} ms  {page}")
    (ratio, mine, theirs), page = found[0]
    return [
        Result(
            f"the slowest of {len(found)} pages of the catalogue with {catalogue.MANY} services beside 62",
            ratio,
            MOST,
            None,
            f"{page}: {mine * 1_000:.0f} ms of {theirs * 1_000:.0f} ms",
            at_most=True,
        ),
        Result("the middle one", median(each for (each, _, _), _ in found), None, None, ""),
    ]


def _beside(crowded: Reader, page: str, own: Reader, beside: str, rounds: int) -> tuple[float, float, float]:
    """Return the median of the ratios round by round, and of the seconds of each."""
    crowded.seconds(page, 2), own.seconds(beside, 2)
    pairs = [(crowded.seconds(page, _ROW), own.seconds(beside, _ROW)) for _ in range(rounds)]
    return median(mine / other for mine, other in pairs), median(one for one, _ in pairs), median(o for _, o in pairs)
