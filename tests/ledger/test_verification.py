"""Whoever changes a table behind the ledger's back is named by the verification."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ledger import books, seals, verification
from ledger.differences import KINDS, Difference
from tests.ledger.little_book import NOON, TODAY, LittleBook, at


@pytest.fixture
def lively(book: LittleBook) -> LittleBook:
    """A book in which a bit of everything happened, partly sealed, with nothing to find in it."""
    book.post(("LOT1", "DUE", 100), reference="R")
    book.reverse(book.post(("CASH", "FUND", 0 + 1), ("FUND", "DUE", 2)))
    hold = book.hold(("LOT1", 300), ("LOT2", 300))
    captured = book.capture(hold, 350)
    book.refund(captured, 70)
    book.refund(captured, 30)
    book.capture(book.hold(("LOT2", 40)), 30, final=True)
    book.void(book.hold(("LOT3", 20)))
    with at(book.session, NOON - timedelta(hours=3)):
        book.hold(("LOT3", 30))
    book.hold(("LOT3", 100))
    seals.seal(book.session, book.book_id)
    book.post(("LOT2", "DUE", 5))
    books.close_period(book.session, book.book_id, TODAY - timedelta(days=30), TODAY - timedelta(days=1))
    return book


def test_a_sound_book_has_no_differences(lively: LittleBook) -> None:
    assert lively.verify() == []


def test_an_empty_book_has_no_differences(empty_book: LittleBook) -> None:
    assert empty_book.verify() == []


# What a thief changes, and which differences name it.
TAMPERING = """
balance     | debit_posted debit_posted          | update balance set debit_posted = debit_posted + 1 where account_id in (:CASH, :DUE)
balance     | trial_balance credit_posted        | update balance set credit_posted = credit_posted + 5 where account_id = :LOT1
balance     | held                               | update balance set held_minor = 0 where account_id = :LOT3
balance     | balance_version                    | update balance set version = version + 1 where account_id = :CASH
balance     | balance_missing trial_balance      | delete from balance where account_id = :DUE
balance     | account_side                       | update balance set side = -1 where account_id = :COST
balance     | account_side running_balance       | update balance set side = 1 where account_id = :DUE
account     | account_missing                    | delete from account where account_id = :LOT1
account     | account_currency                   | update account set currency = 'USD' where account_id = :LOT1
account     | account_side                       | update account set kind = 'A' where account_id = :LOT1
entry       | tampered                           | update entry set memo = 'another' where book_id = :book and reference = 'R'
entry       | tampered                           | update entry set reference = null where book_id = :book and reference = 'R'
entry       | tampered                           | update entry set occurred_on = occurred_on + 1 where book_id = :book and reference = 'R'
entry       | tampered                           | update entry set actor = 'nobody' where book_id = :book and reference = 'R'
entry       | tampered                           | update entry set kind = 'gift' where book_id = :book and reference = 'R'
entry       | tampered recorded_backwards        | update entry set recorded_at = recorded_at - interval '1 s' where book_id = :book and reference = 'R'
entry       | deleted posting_without_entry      | delete from entry where book_id = :book and reference = 'R'
entry       | tampered entry_named_missing       | update entry set reverses = -1 where book_id = :book and reverses is not null
entry       | tampered refund_counter            | update entry set refunds = null where book_id = :book and refunds is not null
entry       | tampered capture_event             | update entry set hold_id = null where book_id = :book and hold_id is not null
entry       | inserted entry_without_postings    | insert into entry (book_id, kind, occurred_on, recorded_at, actor, memo) values (:book, 'x', '2026-03-10', ledger_now(), 'x', '')
entry       | posted_after_closing tampered      | update entry set occurred_on = '2026-03-01', recorded_at = recorded_at + interval '1 day' where book_id = :book and reference = 'R'
posting     | tampered debit_posted running_balance | update posting set amount_minor = amount_minor + 1 where book_id = :book and debit_account_id = :LOT1
posting     | tampered credit_posted             | update posting set credit_account_id = :FUND, credit_version = credit_version + 500 where book_id = :book and debit_account_id = :LOT1
posting     | tampered running_balance           | update posting set debit_after = debit_after + 1 where book_id = :book and debit_account_id = :COST
posting     | tampered running_balance           | update posting set credit_after = credit_after + 1 where book_id = :book and credit_account_id = :LOT2
posting     | tampered version_order             | update posting set debit_version = debit_version + 50 where book_id = :book and debit_account_id = :COST
posting     | tampered version_order             | update posting set credit_version = 77 where book_id = :book and credit_account_id = :LOT3
posting     | entry_without_postings tampered balance_version | delete from posting where book_id = :book and entry_id = (select entry_id from entry where book_id = :book and reference = 'R')
posting     | posting_lines tampered             | update posting set line = line + 10 where book_id = :book and debit_account_id = :COST
posting     | account_missing                    | update posting set credit_account_id = -1 where book_id = :book and credit_account_id = :FEE
posting     | posting_without_entry              | insert into posting values (:book, -1, 1, :CASH, :COST, 1, 900, 0, 901, 0)
hold        | hold_state held hold_closed_with_rest | update hold set state = 'voided' where book_id = :book and state = 'open'
hold        | hold_state hold_open_without_rest  | update hold set state = 'open' where book_id = :book and state = 'captured'
hold        | hold_state                         | update hold set state = 'captured' where book_id = :book and state = 'expired'
hold        | hold_missing                       | delete from hold where book_id = :book and state = 'voided'
hold_line   | hold_amount held                   | update hold_line set amount_minor = amount_minor + 1 where book_id = :book and captured_minor + released_minor < amount_minor
hold_line   | hold_captured hold_line_captured held | update hold_line set captured_minor = captured_minor - 1 where book_id = :book and captured_minor > 0
hold_line   | hold_released                      | update hold_line set released_minor = released_minor - 1 where book_id = :book and released_minor > 0
hold_line   | hold_amount                        | delete from hold_line where book_id = :book and account_id = :LOT3
hold_event  | hold_captured                      | update hold_event set amount_minor = amount_minor + 1 where book_id = :book and kind = 'capture'
hold_event  | hold_amount                        | update hold_event set amount_minor = amount_minor + 1 where book_id = :book and kind = 'authorize'
hold_event  | hold_state hold_released           | delete from hold_event where book_id = :book and kind = 'void'
hold_event  | hold_events                        | update hold_event set seq = seq + 1 where book_id = :book and kind = 'void'
hold_event  | hold_events hold_amount            | delete from hold_event where book_id = :book and kind = 'authorize'
hold_event  | capture_event                      | update hold_event set entry_id = -1 where book_id = :book and kind = 'capture'
refund_counter | refund_counter                  | update refund_counter set refunded_minor = 0 where book_id = :book
refund_counter | refund_cap                      | update refund_counter set captured_minor = captured_minor + 1 where book_id = :book
refund_counter | refund_counter                  | delete from refund_counter where book_id = :book
period      | posted_after_closing               | update period set ends_on = '2026-03-10', closed_at = closed_at - interval '1 h' where book_id = :book
seal_queue  | inserted                           | delete from seal_queue where book_id = :book
seal_queue  | sealed_and_queued                  | insert into seal_queue select book_id, entry_id from seal where book_id = :book limit 1
seal_queue  | deleted                            | insert into seal_queue values (:book, -1)
seal        | inserted                           | delete from seal where book_id = :book and seq = (select max(seq) from seal where book_id = :book)
seal        | inserted seal_missing              | delete from seal where book_id = :book and seq = 3
seal        | seal_missing                       | update seal set seq = seq + 1000 where book_id = :book and seq > 3
seal        | tampered reordered                 | update seal set content_hash = sha256('x') where book_id = :book and seq = 2
seal        | reordered                          | update seal set link_hash = sha256('x') where book_id = :book and seq = 2
seal        | reordered                          | update seal set prev_hash = sha256('x') where book_id = :book and seq = 2
"""  # noqa: E501
CASES = [tuple(cell.strip() for cell in line.split("|", 2)) for line in TAMPERING.strip().splitlines()]


@pytest.mark.parametrize(("table", "kinds", "statement"), CASES)
def test_tampering_is_named(lively: LittleBook, table: str, kinds: str, statement: str) -> None:
    # The constraints are taken away first, as who owns the database can.
    lively.sql("alter table balance drop constraint ck_balance_floor")
    with lively.untriggered():
        changed = lively.sql(statement).rowcount

        found = {difference.kind for difference in lively.verify()}

    assert changed >= 1
    assert set(kinds.split()) <= found


def test_every_table_is_tampered_with() -> None:
    expected = {"balance", "account", "entry", "posting", "hold", "hold_line", "hold_event", "refund_counter"}

    assert {table for table, _, _ in CASES} == expected | {"period", "seal_queue", "seal"}


def test_a_floor_that_is_not_respected_is_named(lively: LittleBook) -> None:
    lively.sql("alter table balance drop constraint ck_balance_floor")
    lively.sql("update balance set floor_minor = 100000 where account_id = :LOT1")

    assert [str(difference) for difference in lively.verify()] == [
        "account LOT1: what is available is below the floor (expected 100000, found 650)"
    ]


def test_the_order_of_seals_is_guarded(lively: LittleBook) -> None:
    with lively.untriggered():
        lively.sql(
            "update seal s set entry_id = o.entry_id, content_hash = o.content_hash"
            " from (select seq, entry_id, content_hash from seal where book_id = :book and seq in (2, 3)) o"
            " where s.book_id = :book and o.seq = 5 - s.seq and s.seq in (2, 3) and s.entry_id = -1"
        )
        lively.sql("update seal set entry_id = -entry_id where book_id = :book and seq in (2, 3)")
        lively.sql(
            "update seal s set entry_id = -o.entry_id, content_hash = o.content_hash"
            " from (select seq, entry_id, content_hash from seal where book_id = :book and seq in (2, 3)) o"
            " where s.book_id = :book and s.seq in (2, 3) and o.seq = 5 - s.seq"
        )

        kinds = [difference.kind for difference in lively.verify()]

    assert kinds == ["reordered", "reordered"]


def test_a_hundred_thousand_differences_are_named_up_to_a_limit(
    lively: LittleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "AT_MOST", 2)
    with lively.untriggered():
        lively.sql("update balance set version = version + 1 where book_id = :book")

        assert [difference.kind for difference in lively.verify()] == ["balance_version"] * 2


def test_progress_is_told_by_name(lively: LittleBook) -> None:
    heard: list[str] = []

    verification.verify(lively.session, lively.book_id, on_progress=heard.append)

    assert heard == [check.name for check in verification.CHECKS] + ["seals"]


def test_verifying_changes_nothing(lively: LittleBook) -> None:
    before = lively.fingerprint()

    lively.verify()

    assert lively.fingerprint() == before


def test_another_books_differences_are_not_this_ones(lively: LittleBook) -> None:
    other = books.open_book(lively.session, "OTHER", "Another")
    with lively.untriggered():
        lively.sql("update balance set version = version + 1 where book_id = :book")

    assert verification.verify(lively.session, other) == []


def test_a_difference_reads_as_a_sentence_in_both_languages() -> None:
    found = Difference("debit_posted", "account LOT:7", "100", "101")

    assert found.text("it") == "conto LOT:7: il dare del saldo non è la somma dei movimenti (atteso 100, trovato 101)"
    assert found.text("en") == "account LOT:7: the balance's debits are not its postings' (expected 100, found 101)"
    assert Difference("inserted", "entry 5").text("it") == "scrittura 5: né sigillata né in coda: aggiunta di nascosto"
    assert Difference("deleted", "entry 5", "seal 1").text() == (
        "entry 5: named by a seal or queued, but gone (expected seal 1, found nothing)"
    )


def test_every_kind_of_difference_is_provoked_here_or_with_the_checkpoints() -> None:
    provoked = {kind for _, kinds, _ in CASES for kind in kinds.split()} | {"floor"}

    assert set(KINDS) - provoked == {"checkpoint_signature", "truncated", "rewritten"}
