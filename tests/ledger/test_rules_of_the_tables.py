"""What the database itself refuses, whatever the code above it does."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ledger import seals
from tests.ledger.little_book import LittleBook

APPEND_ONLY = {
    "account": "name",
    "entry": "memo",
    "posting": "amount_minor",
    "hold_event": "amount_minor",
    "seal": "entry_id",
}


@pytest.fixture
def full_book(book: LittleBook) -> LittleBook:
    """A book with a row in every table that only grows."""
    book.capture(book.hold(("LOT1", 100)), 100)
    seals.seal(book.session, book.book_id)
    return book


def refused(book: LittleBook, statement: str, sqlstate: str, **parameters: object) -> str:
    with pytest.raises(sa.exc.DBAPIError) as error, book.session.begin_nested():
        book.sql(statement, **parameters)
    assert getattr(error.value.orig, "sqlstate", None) == sqlstate
    return str(error.value.orig)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("operation", ["update", "update to itself", "update to nothing", "delete", "truncate"])
def test_what_is_written_in_the_journal_stays(full_book: LittleBook, table: str, operation: str) -> None:
    column = APPEND_ONLY[table]
    statement = {
        "update": f"update {table} set {column} = {column} || '' where book_id = :book"
        if table in ("account", "entry")
        else f"update {table} set {column} = {column} + 1 where book_id = :book",
        "update to itself": f"update {table} set {column} = {column} where book_id = :book",
        "update to nothing": f"update {table} set {column} = null where book_id = :book",
        "delete": f"delete from {table} where book_id = :book",
        "truncate": f"truncate {table} cascade",
    }[operation]

    message = refused(full_book, statement, "LG001")

    assert f"{table} is append only" in message or operation == "truncate"


CHECKS = """
ck_book_status           | update book set status = 'half open' where book_id = :book
ck_account_kind          | insert into account (book_id, code, kind, currency) values (:book, 'X', 'Z', 'EUR')
fk_account_book_id_currency | insert into account (book_id, code, kind, currency) values (:book, 'X', 'A', 'USD')
uq_account_book_id_code  | insert into account (book_id, code, kind, currency) values (:book, 'CASH', 'A', 'EUR')
ck_side                  | update balance set side = 0 where account_id = :CASH
ck_account_status        | update balance set status = 'asleep' where account_id = :CASH
ck_balance_floor         | update balance set debit_posted = debit_posted + 1001 where account_id = :LOT1
ck_balance_floor         | update balance set held_minor = held_minor + 1001 where account_id = :LOT1
ck_balance_floor         | update balance set floor_minor = 1001 where account_id = :LOT1
ck_balance_floor         | update balance set credit_posted = 1 where account_id = :FUND
ck_total                 | update balance set debit_posted = -1 where account_id = :CASH
ck_total                 | update balance set credit_posted = -1 where account_id = :CASH
ck_total                 | update balance set debit_posted = 9007199254740992 where account_id = :CASH
ck_total                 | update balance set credit_posted = 9007199254740992 where account_id = :DUE
ck_total                 | update balance set held_minor = -1 where account_id = :CASH
ck_total                 | update balance set version = -1 where account_id = :CASH
ck_amount                | insert into posting values (:book, 1, 9, :CASH, :LOT1, 0, 91, 0, 92, 0)
ck_amount                | insert into posting values (:book, 1, 9, :CASH, :LOT1, -1, 91, 0, 92, 0)
ck_amount                | insert into posting values (:book, 1, 9, :CASH, :LOT1, 9007199254740992, 91, 0, 92, 0)
ck_posting_two_accounts  | insert into posting values (:book, 1, 9, :CASH, :CASH, 1, 91, 0, 92, 0)
uq_posting_debit         | insert into posting values (:book, 1, 9, :CASH, :LOT1, 1, 1, 0, 92, 0)
uq_posting_credit        | insert into posting values (:book, 1, 9, :CASH, :LOT1, 1, 91, 0, 1, 0)
uq_entry_reference       | insert into entry (book_id, kind, occurred_on, recorded_at, actor, memo, reference) select :book, 'x', '2026-03-10', now(), 'x', '', 'R' from generate_series(1, 2)
uq_entry_reverses        | insert into entry (book_id, kind, occurred_on, recorded_at, actor, memo, reverses) select :book, 'x', '2026-03-10', now(), 'x', '', 7 from generate_series(1, 2)
ck_hold_state            | update hold set state = 'lost' where book_id = :book
uq_hold_reference        | insert into hold (book_id, expires_at, reference) select :book, now(), 'R' from generate_series(1, 2)
ck_amount                | update hold_line set amount_minor = 0, captured_minor = 0, released_minor = 0 where book_id = :book
ck_total                 | update hold_line set captured_minor = -1 where book_id = :book
ck_total                 | update hold_line set released_minor = -1 where book_id = :book
ck_hold_line_whole       | update hold_line set captured_minor = amount_minor + 1 where book_id = :book
ck_hold_line_whole       | update hold_line set released_minor = amount_minor, captured_minor = 1 where book_id = :book
fk_hold_line_book_id_hold_id | insert into hold_line (book_id, hold_id, line, account_id, amount_minor) values (:book, -1, 1, :LOT1, 1)
ck_hold_event_kind       | insert into hold_event select book_id, hold_id, 99, 'forget', 1, null, now() from hold where book_id = :book
ck_hold_event_entry      | insert into hold_event select book_id, hold_id, 99, 'capture', 1, null, now() from hold where book_id = :book
ck_hold_event_entry      | insert into hold_event select book_id, hold_id, 99, 'void', 1, 1, now() from hold where book_id = :book
ck_refund_counter_cap    | insert into refund_counter values (:book, 1, 100, 101)
ck_refund_counter_cap    | insert into refund_counter values (:book, 1, 100, -1)
ck_period_order          | insert into period (book_id, starts_on, ends_on) values (:book, '2026-02-01', '2026-01-31')
ck_period_closed         | insert into period (book_id, starts_on, ends_on, state) values (:book, '2026-01-01', '2026-01-31', 'closed')
ck_period_closed         | insert into period (book_id, starts_on, ends_on, closed_at) values (:book, '2026-01-01', '2026-01-31', now())
uq_seal_book_id_entry_id | insert into seal select book_id, seq + 100, entry_id, content_hash, prev_hash, link_hash, sealed_at from seal where book_id = :book
pk_seal                  | insert into seal select book_id, seq, entry_id + 100, content_hash, prev_hash, link_hash, sealed_at from seal where book_id = :book
"""  # noqa: E501
CASES = [tuple(cell.strip() for cell in line.split(" | ", 1)) for line in CHECKS.strip().splitlines()]
STATES = {"ck": "23514", "uq": "23505", "fk": "23503", "pk": "23505"}


@pytest.mark.parametrize(("constraint", "statement"), CASES)
def test_a_row_that_breaks_a_rule_is_refused(full_book: LittleBook, constraint: str, statement: str) -> None:
    message = refused(full_book, statement, STATES[constraint[:2]])

    assert f'"{constraint}"' in message


def test_every_check_of_the_ledger_is_tried(session: sa.orm.Session) -> None:
    tables = (*APPEND_ONLY, "book", "balance", "hold", "hold_line", "refund_counter", "period", "seal_queue")
    checks = set(
        session.scalars(
            sa.text(
                "select conname from pg_constraint where contype = 'c'"
                " and (conrelid::regclass::text = any(:tables) or contypid in"
                "      (select oid from pg_type where typnamespace = 'public'::regnamespace))"
            ),
            {"tables": list(tables)},
        )
    )

    assert checks - {constraint for constraint, _ in CASES} == set()
