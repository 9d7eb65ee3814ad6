"""What is read inside a fence joins by index: PostgreSQL holds `coalesce` for leaky, and looks at every row first."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JOIN = re.compile(r"\b(?:on|and)\s+[a-z_.]+\s*=[\s\"']*coalesce\(")


def test_no_join_of_a_statement_or_of_settlement_is_by_coalesce() -> None:
    assert JOIN.search("join entry c on c.book_id = e.book_id and c.entry_id = coalesce(e.refunds, e.entry_id)")
    folders = ("reports", "wallet/settlement")
    read = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".sql")]

    assert [str(path.relative_to(ROOT)) for path in read if JOIN.search(path.read_text("utf-8"))] == []
