"""A process of its own that loads one budget file and says how long it took and how much memory it had at most."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks import book, town
from config import clock
from config.database import transaction
from ledger import books, posting
from wallet import budgets
from wallet.grants import CHUNK


def main(address: str, employer: str, path: Path) -> None:
    """Load the file; then, when the memory is known, post the same grants again and nothing else."""
    book.use(address)
    with transaction() as session:
        book_id = books.require(session, employer)
    start = time.perf_counter()
    with transaction() as session:
        loaded = budgets.load(session, book_id, town.PLAN, path, reference="bench", on=clock.today(), actor="bench")
    load = time.perf_counter() - start
    megabytes = peak_megabytes()

    with transaction() as session:
        connection = session.connection()
        lots = set(connection.exec_driver_sql("select account_id from lot where book_id = %s", (book_id,)).scalars())
        rows = connection.exec_driver_sql(
            "select debit_account_id, credit_account_id, amount_minor from posting where book_id = %s", (book_id,)
        )
        pairs = [posting.Pair(*row) for row in rows if row.credit_account_id in lots]
    assert len(pairs) == loaded.rows
    today = clock.today()
    start = time.perf_counter()
    with transaction() as session:
        for first in range(0, len(pairs), CHUNK):
            drafts = [
                posting.Draft("grant", today, (pair,), f"again:{first + number}")
                for number, pair in enumerate(pairs[first : first + CHUNK])
            ]
            for outcome in posting.post_entries(session, book_id, drafts, actor="bench"):
                if outcome.refusal is not None:
                    raise outcome.refusal
    post = time.perf_counter() - start
    print(json.dumps({"load": load, "post": post, "megabytes": megabytes}))


def peak_megabytes() -> float:
    """Return how much memory this process has had at most."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux's getrusage() counts what the parent had when it started this process.
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
