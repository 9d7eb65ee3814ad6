"""Loading a budget file of a hundred thousand employees, check included, beside posting the same grants alone."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import town
from benchmarks.report import Result
from benchmarks.stage import Stage


def measure(stage: Stage) -> list[Result]:
    """Measure time and memory of a load, each in a process of its own."""
    many = 20_000 if stage.quick else 100_000
    few = many // 10
    stage.title(f"budget files of {few:,} and {many:,} employees, a process each")
    address = stage.server.make_database("budgets", migrate=True)
    measured: dict[int, list[dict[str, float]]] = {few: [], many: []}
    with tempfile.TemporaryDirectory() as name:
        for number in range(1, 4):
            for rows, figures in measured.items():
                employer = f"E{rows}-{number}"
                path = Path(name) / f"{employer}.csv"
                codes = town.lay(address, employer, rows, Path(name))
                lines = "".join(f"{code};{600 + index % 100},00\n" for index, code in enumerate(codes))
                path.write_text(f"codice fiscale;importo\n{lines}", encoding="utf-8")
                stage.settle(address)
                figures.append(_run(address, employer, path))
                told = figures[-1]
                stage.tell(
                    f"round {number}/3: {rows:,} rows in {told['load']:.2f} s,"
                    f" the grants alone {told['post']:.2f} s, {told['megabytes']:.0f} MB"
                )
    seconds = {rows: median(figure["load"] for figure in figures) for rows, figures in measured.items()}
    megabytes = max(figure["megabytes"] for figure in measured[many])
    per_row = median(
        (long["load"] / many) / (short["load"] / few) for long, short in zip(measured[many], measured[few], strict=True)
    )
    return [
        Result(
            f"budget file of {many:,}, beside its grants alone: time",
            median(figure["load"] / figure["post"] for figure in measured[many]),
            3,
            None,
            f"{seconds[many]:.1f} s beside {median(figure['post'] for figure in measured[many]):.1f} s",
            at_most=True,
        ),
        Result(
            f"budget file of {many:,}: peak memory, MB", megabytes, 400, None, "of the loading process", at_most=True
        ),
        Result(
            f"time per row at {many:,} beside {few:,}",
            per_row,
            1.2,
            None,
            f"{1e6 * seconds[many] / many:.0f} µs beside {1e6 * seconds[few] / few:.0f} µs",
            at_most=True,
        ),
    ]


def _run(address: str, employer: str, path: Path) -> dict[str, float]:
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.budget_load", address, employer, str(path)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    result: dict[str, float] = json.loads(answer.stdout)
    return result
