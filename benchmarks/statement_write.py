"""A process of its own that makes one plan statement in all formats, and says how long it took and its peak memory."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import book, town
from benchmarks.budget_load import peak_megabytes
from config import clock
from config.database import transaction
from ledger import books
from plans import plans
from reports.plan_statement import Reading, csv, gather, pdf, xlsx


def main(address: str) -> None:
    """Gather the statement of the whole plan for the personnel office, then lay it out as PDF, XLSX and CSV."""
    book.use(address)
    start = time.perf_counter()
    with transaction() as session:
        book_id = books.require(session, town.EMPLOYER)
        terms = plans.by_code(session, book_id, town.PLAN)
        until = min(terms.ends_on, clock.today())
        statement = gather(session, book_id, town.PLAN, terms.starts_on, until, reading=Reading.HR)
    gathered = time.perf_counter() - start
    assert statement.proof.holds
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        for layout in (pdf, xlsx, csv):
            layout.write(statement, Path(folder) / "statement")
        laid_out = time.perf_counter() - start
    people = len(statement.employees)
    print(json.dumps({"gather": gathered, "layout": laid_out, "megabytes": peak_megabytes(), "people": people}))


if __name__ == "__main__":
    main(sys.argv[1])
