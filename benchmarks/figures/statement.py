"""A plan's statement over a million postings, in all formats, beside the bare aggregation of the same postings."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from statistics import median

from benchmarks import town
from benchmarks.report import Result
from benchmarks.server import Server
from benchmarks.stage import Stage

LAYOUT_SECONDS = 60
# What each person was granted, used and lost, month by month: the least that such a statement has to add up.
_BARE = """
select m.employee_id, date_trunc('month', e.occurred_on), e.kind, sum(m.delta), count(*)
  from (select l.employee_id, p.entry_id, p.amount_minor as delta
          from lot l join posting p on p.book_id = l.book_id and p.credit_account_id = l.account_id
         where l.book_id = (select book_id from book where code = %(employer)s)
        union all
        select l.employee_id, p.entry_id, -p.amount_minor
          from lot l join posting p on p.book_id = l.book_id and p.debit_account_id = l.account_id
         where l.book_id = (select book_id from book where code = %(employer)s)) m
  join entry e on e.book_id = (select book_id from book where code = %(employer)s) and e.entry_id = m.entry_id
 group by 1, 2, 3
"""


def measure(stage: Stage) -> list[Result]:
    """Measure the whole beside what is allowed, the gathering beside the aggregation, and the process's memory."""
    postings = 96_000 if stage.quick else 1_008_000
    stage.title(f"plan statement over {postings:,} postings, all formats, a process each")

    def fill(address: str) -> None:
        town.fill(address)
        town.grow(address, postings)

    address = stage.loaded("statement", fill, migrate=True)
    bare: list[float] = []
    found: list[dict[str, float]] = []
    for number in range(1, stage.rounds + 1):
        bare.append(_aggregate(address))
        found.append(_write(address))
        told = found[-1]
        stage.tell(
            f"round {number}/{stage.rounds}: aggregation {bare[-1]:.2f} s, statement {told['gather']:.2f} s,"
            f" layout {told['layout']:.2f} s, {told['megabytes']:.0f} MB"
        )
    gathering = median(one["gather"] for one in found)
    people = f"{found[0]['people']:,.0f} people, PDF, XLSX and CSV"
    allowed = median(
        (one["gather"] + one["layout"]) / (3 * alone + LAYOUT_SECONDS) for one, alone in zip(found, bare, strict=True)
    )
    title = f"plan statement of {postings:,} postings"
    return [
        Result(f"{title}, beside 3 aggregations and {LAYOUT_SECONDS} s: time", allowed, 1, None, people, at_most=True),
        Result(
            f"{title}: gathering beside the aggregation",
            median(one["gather"] / alone for one, alone in zip(found, bare, strict=True)),
            3,
            None,
            f"{gathering:.2f} s beside {median(bare):.2f} s",
            at_most=True,
        ),
        Result(
            f"{title}: peak memory, MB",
            max(one["megabytes"] for one in found),
            500,
            None,
            "of the process",
            at_most=True,
        ),
    ]


def _aggregate(address: str) -> float:
    with Server.connect(address) as connection:
        start = time.perf_counter()
        rows = connection.execute(_BARE, {"employer": town.EMPLOYER}).fetchall()
        assert rows
        return time.perf_counter() - start


def _write(address: str) -> dict[str, float]:
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.statement_write", address], check=True, stdout=subprocess.PIPE, text=True
    )
    result: dict[str, float] = json.loads(answer.stdout)
    return result
