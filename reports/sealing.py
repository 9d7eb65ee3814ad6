"""Where the chain of seals of each book stands: how far it goes, its head, and what waits for a seal."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ledger.tables import Seal, SealQueue
from plans.rows import Funder

FUNDER = Funder.__table__.c.code


def standing() -> sa.Select[Any]:
    """Return the query of every book's chain, as far as a fence shows chains; one that waits for its first seal too."""
    head = aliased(Seal)
    last = sa.select(sa.func.max(Seal.seq)).where(Seal.book_id == Funder.book_id).scalar_subquery()
    waiting = sa.select(sa.func.count()).where(SealQueue.book_id == Funder.book_id).scalar_subquery()
    query: Any = (
        sa.select(
            Funder.code,
            head.seq,
            sa.func.encode(head.link_hash, "hex").label("link_hash"),
            head.sealed_at,
            waiting.label("waiting"),
        )
        .select_from(Funder)
        .outerjoin(head, (head.book_id == Funder.book_id) & (head.seq == last))
        .where(head.seq.is_not(None) | (waiting > 0))
    )
    found: sa.Select[Any] = query
    return found
