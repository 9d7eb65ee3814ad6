"""
Time and memory of a budget check; run by hand, asserts nothing: `python -m tests.plans.sheets.measuring 100000 csv`.

The last argument may be `good`, or `bad` for a file whose every row has problems.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from plans import budgets, taxcodes
from tests.plans.sheets.making import text_file, xlsxwriter_file

HEADER = ["Codice Fiscale", "Cognome", "Nome", "Categoria", "Importo", "Scadenza"]
TERMS = budgets.BudgetTerms(
    "P26", date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31), {"Operai": 123456}, None, 0, "ON_TOP"
)


def make_codes(count: int) -> list[str]:
    """Return as many different valid tax codes."""
    dice, codes = random.Random(1), dict[str, None]()
    while len(codes) < count:
        day = dice.randrange(1, 29) + dice.choice((0, 40))
        name, town = "".join(dice.choices("ABCDEFGHILMNOPRSTUVZ", k=6)), f"A{dice.randrange(1000):03d}"
        code = f"{name}{dice.randrange(100):02d}{dice.choice('ABCDEHLMPRST')}{day:02d}{town}"
        codes[code + taxcodes.check_character(code + "A")] = None
    return list(codes)


def main(count: int, kind: str, quality: str = "good") -> None:
    """Print seconds and peak memory of one check."""
    codes = make_codes(count)
    amount: object = ("1.234,56" if kind == "csv" else 1234.56) if quality == "good" else "1.234"
    rows = [HEADER, *([code, "Rossi", "Maria Luisa", "Operai", amount, "31/12/2026"] for code in codes)]
    roster = {code: budgets.RosterEntry(f"emp_{place}", "Operai", None, None) for place, code in enumerate(codes)}
    with tempfile.TemporaryDirectory() as folder:
        if kind == "csv":
            path = text_file(Path(folder), "\n".join(";".join(map(str, row)) for row in rows))
        else:
            path = xlsxwriter_file(Path(folder), rows)
        del rows
        before, started = peak_mb(), time.perf_counter()
        checked = budgets.check(path, TERMS, roster)
        print(
            f"{count} rows of {kind}, {path.stat().st_size / 1e6:.1f} MB: {time.perf_counter() - started:.2f} s, "
            f"{checked.problem_count} problems, peak memory {before:.0f} MB before, {peak_mb():.0f} MB after"
        )


def peak_mb() -> float:
    """Return the peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
