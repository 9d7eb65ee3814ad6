"""A little book to test with: a few accounts, and the verbs in a form that fits on one line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from ledger import accounts, books, holds, posting, verification
from ledger.accounts import Opening, State
from ledger.differences import Difference
from ledger.posting import Draft, Pair

NOON = datetime(2026, 3, 10, 12, tzinfo=clock.ROME)
TODAY = NOON.date()
ACCOUNTS = (
    Opening("CASH", "A", "Cash"),
    Opening("FUND", "A", "Fund with a floor", floor_minor=0),
    Opening("LOT1", "L", "First lot", floor_minor=0),
    Opening("LOT2", "L", "Second lot", floor_minor=0),
    Opening("LOT3", "L", "Third lot", floor_minor=0),
    Opening("DUE", "L", "Due to providers"),
    Opening("COST", "E", "Cost"),
    Opening("FEE", "I", "Fees"),
)
TABLES = (
    "account",
    "balance",
    "entry",
    "posting",
    "hold",
    "hold_line",
    "hold_event",
    "refund_counter",
    "period",
    "seal_queue",
    "seal",
    "idempotency_key",
)


@dataclass
class LittleBook:
    """A book with the accounts above. Amounts are cents; an account is named by its code."""

    session: Session
    book_id: int
    ids: dict[str, int] = field(default_factory=dict)

    def draft(
        self,
        *lines: tuple[str, str, int],
        on: date = TODAY,
        reference: str | None = None,
        reverses: int | None = None,
        kind: str = "move",
    ) -> Draft:
        pairs = tuple(Pair(self.ids[debit], self.ids[credit], amount) for debit, credit, amount in lines)
        return Draft(kind, on, pairs, reference, "", reverses)

    def post(self, *lines: tuple[str, str, int], **rest: object) -> int:
        return posting.post(self.session, self.book_id, self.draft(*lines, **rest), actor="tester")  # type: ignore[arg-type]

    def batch(self, *drafts: Draft, atomic: bool = True) -> list[posting.Outcome]:
        return posting.post_entries(self.session, self.book_id, drafts, actor="tester", atomic=atomic)

    def hold(self, *shares: tuple[str, int], minutes: float = 60, reference: str | None = None) -> int:
        return holds.reserve(
            self.session,
            self.book_id,
            [(self.ids[code], amount) for code, amount in shares],
            expires_at=clock.now() + timedelta(minutes=minutes),
            reference=reference,
        )

    def capture(
        self, hold: int, amount: int, *, final: bool = False, on: date = TODAY, reference: str | None = None
    ) -> int:
        return holds.capture(
            self.session,
            self.book_id,
            hold,
            amount,
            credit_account_id=self.ids["DUE"],
            through=[Pair(self.ids["COST"], self.ids["FEE"], 0)],
            final=final,
            kind="capture",
            occurred_on=on,
            actor="tester",
            reference=reference,
        )

    def void(self, hold: int) -> int:
        return holds.void(self.session, self.book_id, hold)

    def refund(self, entry: int, amount: int, *, on: date = TODAY, reference: str | None = None) -> int:
        return holds.refund(
            self.session,
            self.book_id,
            entry,
            amount,
            kind="refund",
            occurred_on=on,
            actor="tester",
            reference=reference,
        )

    def reverse(self, entry: int, *, on: date = TODAY) -> int:
        return posting.reverse(self.session, self.book_id, entry, occurred_on=on, actor="tester", reason="a mistake")

    def state(self, code: str) -> State:
        return accounts.states(self.session, self.book_id, [self.ids[code]])[self.ids[code]]

    def available(self, *codes: str) -> list[int]:
        return [self.state(code).available_minor for code in codes]

    def posted(self, *codes: str) -> list[int]:
        return [self.state(code).posted_minor for code in codes]

    def freeze(self, code: str, status: str = "frozen") -> None:
        accounts.set_status(self.session, self.book_id, self.ids[code], status)

    def verify(self) -> list[Difference]:
        return verification.verify(self.session, self.book_id)

    def sql(self, statement: str, **parameters: object) -> sa.CursorResult[tuple[object, ...]]:
        """Run raw SQL, where :book is this book and :LOT1 (and so on) an account."""
        return self.session.execute(sa.text(statement), {"book": self.book_id} | self.ids | parameters)  # type: ignore[return-value]

    def fingerprint(self) -> dict[str, str]:
        """
        The content of every table of the ledger, as one hash each.

        But for the moment before which an account's next entry is not recorded: a refusal may move it on.
        """
        return {table: self.hash_of(table) for table in TABLES}

    def hash_of(self, table: str) -> str:
        query = f"select (to_jsonb(t) - 'touched_at')::text from {table} t where t.book_id = :book order by 1"
        rows = self.sql(query).scalars()
        return hashlib.sha256("\n".join(map(str, rows)).encode()).hexdigest()

    @contextmanager
    def untriggered(self) -> Iterator[None]:
        """What a superuser with bad intentions can do: no trigger and no foreign key is looked at."""
        self.sql("set local session_replication_role = replica")
        yield
        self.sql("set local session_replication_role = origin")


def open_little_book(session: Session, code: str = "LITTLE", currency: str = "EUR") -> LittleBook:
    book_id = books.open_book(session, code, "A little book", currency)
    return LittleBook(session, book_id, accounts.ensure(session, book_id, ACCOUNTS))


@contextmanager
def at(session: Session, moment: datetime) -> Iterator[None]:
    """Fix the clock, here and in the transaction that is under way."""
    before = clock.fixed()
    with clock.at(moment):
        _tell(session, moment)
        yield
    _tell(session, before)


def _tell(session: Session, moment: datetime | None) -> None:
    text = moment.isoformat() if moment else ""
    session.execute(sa.text("select set_config('borsellino.clock', :text, true)"), {"text": text})
