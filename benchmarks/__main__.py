"""`python -m benchmarks [name ...] [--quick]`: measure, and print every figure beside its goal."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rich.console import Console

from benchmarks import report, server
from benchmarks.figures import FIGURES
from benchmarks.stage import Stage


def main() -> None:
    """Measure the figures asked for, in one run of one server."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*FIGURES, []], metavar="name", help=", ".join(FIGURES))
    parser.add_argument("--quick", action="store_true", help="shorter rounds: a first idea in two minutes")
    parser.add_argument("--rounds", type=int, help="interleaved rounds (default: 7, quick: 3)")
    parser.add_argument("--data", type=Path, help="folder on a real disk for the server's data (default: temporary)")
    arguments = parser.parse_args()
    console = Console(highlight=False)
    start = time.monotonic()
    with server.running(arguments.data) as running:
        rounds = max(3, arguments.rounds or (3 if arguments.quick else 7))
        stage = Stage(running, quick=arguments.quick, rounds=rounds, console=console)
        report.tell_facts(console, running.facts)
        results = [result for name in arguments.names or FIGURES for result in FIGURES[name](stage)]
    report.table(console, results, minutes=(time.monotonic() - start) / 60)


if __name__ == "__main__":
    main()
