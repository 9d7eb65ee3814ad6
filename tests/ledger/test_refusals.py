"""
Every refusal in its place: a call in which everything is wrong is mended one fault at a time, and the answers come in
the order of precedence. In each table a row mends what the row above was refused for; the last one passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from ledger import books, holds, posting
from ledger.errors import BY_CODE, PRECEDENCE, BatchTooLarge, EntryNotFound, LedgerError
from ledger.posting import Draft, Pair
from tests.ledger.little_book import NOON, TODAY, LittleBook, at

DAYS = {"closed": TODAY + timedelta(days=1), "future": TODAY + timedelta(days=3), "today": TODAY}
NOWHERE = 999_999


@dataclass
class Trap:
    """A stopped book in which something of every kind can go wrong."""

    book: LittleBook
    names: dict[str, int | None]

    def id(self, name: str) -> int | None:
        return self.names[name]


def rows(table: str) -> list[dict[str, str]]:
    heading, *lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [dict(zip(heading, line, strict=True)) for line in lines]


def described(row: dict[str, str]) -> str:
    return row["answer"]


@pytest.fixture
def trap(book: LittleBook) -> Trap:
    reversed_entry = book.post(("CASH", "LOT3", 10))
    book.reverse(reversed_entry)
    spent = book.hold(("LOT2", 100))
    refunded = book.capture(spent, 100)
    book.refund(refunded, 40)
    whole = book.capture(book.hold(("LOT2", 30)), 30)
    undone = book.capture(book.hold(("LOT2", 20)), 20)
    book.reverse(undone)
    voided = book.hold(("LOT2", 5))
    book.void(voided)
    taken = book.post(("CASH", "LOT3", 1), reference="taken")
    frozen_hold = book.hold(("LOT3", 20))
    book.hold(("LOT3", 5), reference="taken")
    good = book.hold(("LOT2", 200))
    with at(book.session, NOON - timedelta(hours=2)):
        expired = book.hold(("LOT1", 100), minutes=60)
        expired_frozen = book.hold(("LOT3", 50), minutes=60)
    book.sql(
        "insert into period (book_id, starts_on, ends_on, state, closed_at)"
        " values (:book, :day, :day, 'closed', ledger_now())",
        day=DAYS["closed"],
    )
    book.freeze("LOT3")
    book.freeze("FEE", "closed")
    books.stop(book.session, book.book_id)
    names = {
        "-": None,
        "missing": NOWHERE,
        "reversed": reversed_entry,
        "refunded": refunded,
        "undone": undone,
        "whole": whole,
        "taken": taken,
        "expired": expired,
        "expired+frozen": expired_frozen,
        "captured": spent,
        "voided": voided,
        "frozen": frozen_hold,
        "good": good,
        "here": book.book_id,
    } | book.ids
    return Trap(book, names)


def refused(trap: Trap, row: dict[str, str], call: object) -> None:
    """Run a call and see that it is refused as the row says, that people can read it, and that nothing changed."""
    before = trap.book.fingerprint()
    if row["answer"] == "passes":
        books.resume(trap.book.session, trap.book.book_id)
        call()  # type: ignore[operator]
        return

    with pytest.raises(LedgerError) as refusal:
        call()  # type: ignore[operator]

    assert refusal.value.code == row["answer"]
    assert "{" not in refusal.value.text("it") + refusal.value.text("en")
    assert trap.book.fingerprint() == before


POST = rows("""
answer                 | amount | debit   | credit  | currency | reference | book    | reverses | day
amount_not_positive    | 0      | LOT3    | LOT3    | USD      | taken     | here    | reversed | closed
amount_not_positive    | -5     | LOT3    | LOT3    | USD      | taken     | here    | reversed | closed
amount_too_large       | 2**53  | LOT3    | LOT3    | USD      | taken     | here    | reversed | closed
same_account           | 5000   | LOT3    | LOT3    | USD      | taken     | here    | reversed | closed
currency_mismatch      | 5000   | LOT3    | missing | USD      | taken     | here    | reversed | closed
duplicate_reference    | 5000   | LOT3    | missing | EUR      | taken     | here    | reversed | closed
book_not_found         | 5000   | LOT3    | missing | EUR      | new       | missing | reversed | closed
account_not_found      | 5000   | LOT3    | missing | EUR      | new       | here    | reversed | closed
account_frozen         | 5000   | LOT3    | FEE     | EUR      | new       | here    | reversed | closed
account_frozen         | 5000   | FEE     | LOT3    | EUR      | new       | here    | reversed | closed
account_closed         | 5000   | LOT1    | FEE     | EUR      | new       | here    | reversed | closed
insufficient_funds     | 5000   | LOT1    | DUE     | EUR      | new       | here    | reversed | closed
insufficient_funds     | 5000   | CASH    | FUND    | EUR      | new       | here    | reversed | closed
already_reversed       | 10     | LOT1    | DUE     | EUR      | new       | here    | reversed | closed
refund_exceeds_capture | 10     | LOT1    | DUE     | EUR      | new       | here    | refunded | closed
period_closed          | 10     | LOT1    | DUE     | EUR      | new       | here    | -        | closed
occurred_in_future     | 10     | LOT1    | DUE     | EUR      | new       | here    | -        | future
ledger_corrupt         | 10     | LOT1    | DUE     | EUR      | new       | here    | -        | today
passes                 | 10     | LOT1    | DUE     | EUR      | new       | here    | -        | today
""")


@pytest.mark.parametrize("path", ["one posting", "several postings", "in a batch"])
@pytest.mark.parametrize("row", POST, ids=described)
def test_a_posting_is_refused_for_the_first_fault_that_applies(trap: Trap, row: dict[str, str], path: str) -> None:
    debit, credit = trap.id(row["debit"]), trap.id(row["credit"])
    assert debit is not None
    assert credit is not None
    pairs = (Pair(debit, credit, eval(row["amount"])),)  # noqa: S307
    if path == "several postings":
        pairs += (Pair(trap.book.ids["CASH"], trap.book.ids["COST"], 1),)
    reverses = trap.id(row["reverses"])
    draft = Draft("move", DAYS[row["day"]], pairs, row["reference"], "", reverses)
    book_id = trap.id(row["book"])
    assert book_id is not None

    def call() -> None:
        if path != "in a batch":
            posting.post(trap.book.session, book_id, draft, actor="t", currency=row["currency"])
            return
        sound = Draft("move", TODAY, (Pair(trap.book.ids["CASH"], trap.book.ids["COST"], 1),))
        outcomes = posting.post_entries(
            trap.book.session, book_id, [sound, draft], actor="t", atomic=True, currency=row["currency"]
        )
        if outcomes[1].refusal is not None:
            raise outcomes[1].refusal

    refused(trap, row, call)


HOLD = rows("""
answer               | amount | account | currency | reference | book    | minutes
amount_not_positive  | 0      | missing | USD      | taken     | here    | -5
amount_too_large     | 2**53  | missing | USD      | taken     | here    | -5
currency_mismatch    | 5000   | missing | USD      | taken     | here    | -5
duplicate_reference  | 5000   | missing | EUR      | taken     | here    | -5
book_not_found       | 5000   | missing | EUR      | new       | missing | -5
account_not_found    | 5000   | missing | EUR      | new       | here    | -5
account_frozen       | 5000   | LOT3    | EUR      | new       | here    | -5
account_closed       | 5000   | FEE     | EUR      | new       | here    | -5
insufficient_funds   | 5000   | LOT1    | EUR      | new       | here    | -5
hold_expired         | 10     | LOT1    | EUR      | new       | here    | -5
ledger_corrupt       | 10     | LOT1    | EUR      | new       | here    | 5
passes               | 10     | LOT1    | EUR      | new       | here    | 5
""")


@pytest.mark.parametrize("row", HOLD, ids=described)
def test_a_hold_is_refused_for_the_first_fault_that_applies(trap: Trap, row: dict[str, str]) -> None:
    # LOT1 carries a hold past its time, which every attempt frees and every refusal puts back.
    account, book_id = trap.id(row["account"]), trap.id(row["book"])
    assert account is not None
    assert book_id is not None
    others = [(trap.book.ids["LOT1"], 5_000), (trap.book.ids["FEE"], 1), (trap.book.ids["LOT3"], 1)]
    shares = {
        "account_not_found": [(account, 5_000), *others],
        "account_frozen": [*others],
        "account_closed": [*others[:2]],
    }.get(row["answer"], [(account, eval(row["amount"]))])  # noqa: S307

    refused(
        trap,
        row,
        lambda: holds.reserve(
            trap.book.session,
            book_id,
            shares,
            expires_at=clock.now() + timedelta(minutes=float(row["minutes"])),
            reference=row["reference"],
            currency=row["currency"],
        ),
    )


CAPTURE = rows("""
answer                | amount | hold           | credit  | currency | reference | book    | day
amount_not_positive   | 0      | missing        | missing | USD      | taken     | here    | closed
amount_too_large      | 2**53  | missing        | missing | USD      | taken     | here    | closed
currency_mismatch     | 5000   | missing        | missing | USD      | taken     | here    | closed
duplicate_reference   | 5000   | missing        | missing | EUR      | taken     | here    | closed
book_not_found        | 5000   | missing        | missing | EUR      | new       | missing | closed
account_not_found     | 5000   | missing        | missing | EUR      | new       | here    | closed
hold_not_found        | 5000   | missing        | LOT3    | EUR      | new       | here    | closed
account_frozen        | 5000   | expired+frozen | FEE     | EUR      | new       | here    | closed
account_closed        | 5000   | expired        | FEE     | EUR      | new       | here    | closed
hold_expired          | 5000   | expired        | DUE     | EUR      | new       | here    | closed
hold_already_captured | 5000   | captured       | DUE     | EUR      | new       | here    | closed
hold_already_voided   | 5000   | voided         | DUE     | EUR      | new       | here    | closed
capture_exceeds_hold  | 5000   | good           | DUE     | EUR      | new       | here    | closed
period_closed         | 200    | good           | DUE     | EUR      | new       | here    | closed
occurred_in_future    | 200    | good           | DUE     | EUR      | new       | here    | future
ledger_corrupt        | 200    | good           | DUE     | EUR      | new       | here    | today
passes                | 200    | good           | DUE     | EUR      | new       | here    | today
""")


@pytest.mark.parametrize("row", CAPTURE, ids=described)
def test_a_capture_is_refused_for_the_first_fault_that_applies(trap: Trap, row: dict[str, str]) -> None:
    hold, credit, book_id = trap.id(row["hold"]), trap.id(row["credit"]), trap.id(row["book"])
    assert hold is not None
    assert credit is not None
    assert book_id is not None

    refused(
        trap,
        row,
        lambda: holds.capture(
            trap.book.session,
            book_id,
            hold,
            eval(row["amount"]),  # noqa: S307
            credit_account_id=credit,
            final=False,
            kind="capture",
            occurred_on=DAYS[row["day"]],
            actor="t",
            reference=row["reference"],
            currency=row["currency"],
        ),
    )


REFUND = rows("""
answer                 | amount | entry    | currency | reference | book    | day    | LOT2
amount_not_positive    | 0      | missing  | USD      | taken     | here    | closed | frozen
amount_too_large       | 2**53  | missing  | USD      | taken     | here    | closed | frozen
currency_mismatch      | 5000   | missing  | USD      | taken     | here    | closed | frozen
duplicate_reference    | 5000   | missing  | EUR      | taken     | here    | closed | frozen
book_not_found         | 5000   | missing  | EUR      | new       | missing | closed | frozen
capture_not_found      | 5000   | missing  | EUR      | new       | here    | closed | frozen
capture_not_found      | 5000   | taken    | EUR      | new       | here    | closed | frozen
account_frozen         | 5000   | undone   | EUR      | new       | here    | closed | frozen
account_closed         | 5000   | undone   | EUR      | new       | here    | closed | closed
already_reversed       | 5000   | undone   | EUR      | new       | here    | closed | open
refund_exceeds_capture | 61     | refunded | EUR      | new       | here    | closed | open
period_closed          | 60     | refunded | EUR      | new       | here    | closed | open
occurred_in_future     | 60     | refunded | EUR      | new       | here    | future | open
ledger_corrupt         | 60     | refunded | EUR      | new       | here    | today  | open
passes                 | 60     | refunded | EUR      | new       | here    | today  | open
""")


@pytest.mark.parametrize("row", REFUND, ids=described)
def test_a_refund_is_refused_for_the_first_fault_that_applies(trap: Trap, row: dict[str, str]) -> None:
    entry, book_id = trap.id(row["entry"]), trap.id(row["book"])
    assert entry is not None
    assert book_id is not None
    trap.book.freeze("LOT2", row["LOT2"])
    trap.book.freeze("FEE", "open")

    refused(
        trap,
        row,
        lambda: holds.refund(
            trap.book.session,
            book_id,
            entry,
            eval(row["amount"]),  # noqa: S307
            kind="refund",
            occurred_on=DAYS[row["day"]],
            actor="t",
            reference=row["reference"],
            currency=row["currency"],
        ),
    )


VOID = rows("""
answer                | hold
hold_not_found        | missing
hold_expired          | expired
hold_already_captured | captured
hold_already_voided   | voided
ledger_corrupt        | good
passes                | good
""")


@pytest.mark.parametrize("row", VOID, ids=described)
def test_voiding_is_refused_for_what_became_of_the_hold(trap: Trap, row: dict[str, str]) -> None:
    hold = trap.id(row["hold"])
    assert hold is not None

    refused(trap, row, lambda: trap.book.void(hold))


def test_reversing_what_is_not_there_names_the_entry(book: LittleBook) -> None:
    with pytest.raises(EntryNotFound) as refusal:
        book.reverse(NOWHERE)

    assert refusal.value.text("it") == "Scrittura 999999 non trovata in questo libro."


def test_a_batch_beyond_the_limit_is_refused_before_it_reaches_the_server(
    book: LittleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "BATCH_LIMIT", 2)
    draft = book.draft(("CASH", "LOT1", 1))

    with pytest.raises(BatchTooLarge) as refusal:
        book.batch(draft, draft, draft)

    assert refusal.value.details == {"entries": 3, "limit": 2}


def test_a_hold_of_nothing_is_refused(book: LittleBook) -> None:
    with pytest.raises(BY_CODE["amount_not_positive"]):
        book.hold()


def test_another_books_hold_is_not_found(book: LittleBook, session: Session) -> None:
    other = books.open_book(session, "OTHER", "Another tenant")
    hold = book.hold(("LOT1", 10))

    with pytest.raises(BY_CODE["hold_not_found"]):
        holds.void(session, other, hold)


def test_codes_appear_in_the_tables_in_the_order_of_precedence() -> None:
    order = [error.code for error in PRECEDENCE]
    states = {"hold_already_captured", "hold_already_voided"}  # exclude each other: no call has both

    for table in (POST, HOLD, CAPTURE, REFUND):
        codes = [row["answer"] for row in table if row["answer"] not in {"passes", *states}]
        assert codes == sorted(codes, key=order.index)


def test_every_code_of_the_server_side_is_a_known_refusal(session: Session) -> None:
    sources = session.scalars(
        sa.text("select prosrc from pg_proc where pronamespace = 'public'::regnamespace and proname like 'ledger%'")
    ).all()
    named = {code for code in BY_CODE for source in sources if f"'{code}'" in source}

    # The others Python says itself, or the server puts together from a word of its own.
    assert {error.code for error in PRECEDENCE} - named == {
        "amount_not_positive",
        "same_account",
        "key_required",
        "key_reused",
        "in_progress",
        "entry_not_found",
        "hold_already_captured",
        "hold_already_voided",
        "batch_too_large",
        "contention",
    }
