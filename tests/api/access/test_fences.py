"""The database shows each role its rows and no others, whatever is asked of it."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from config import clock, database, fences
from config.fences import Fence, Sight
from plans import facts, people
from plans.rulebook.words import Kinship
from plans.words import Fact
from tests import factories
from tests.api.counter import Counter
from wallet import captures
from wallet.settlement import disputes

TODAY = date(2026, 3, 2)


def seen(fence: Fence, statement: str) -> list[object]:
    with fences.inside(fence):
        return database.transact(lambda session: list(session.scalars(sa.text(statement))))


def test_a_person_sees_themself_and_what_is_theirs(counter: Counter) -> None:
    counter.buy("giulia")
    counter.buy("mario")
    giulia = Fence(Sight.EMPLOYEE, counter.books["E1"], counter.people["giulia"])

    for table in ("employee", "lot", "authorization", "wallet"):
        assert set(seen(giulia, f'select employee_id from "{table}"')) == {counter.people["giulia"]}
    assert seen(giulia, "select distinct book_id from funder") == [counter.books["E1"]]


def test_a_provider_sees_what_was_bought_of_it_and_nobodys_name(counter: Counter) -> None:
    counter.buy("giulia")
    provider = Fence(Sight.PROVIDER, provider_code="P04")

    assert set(seen(provider, 'select provider_code from "authorization"')) == {"P04"}
    for table in ("employee", "relative", "lot", "posting"):
        assert seen(provider, f"select 1 from {table}") == []


def test_a_funder_sees_its_book_and_not_what_people_bought(counter: Counter) -> None:
    counter.buy("giulia")
    employer = Fence(Sight.FUNDER, counter.books["E1"])

    assert set(seen(employer, "select book_id from employee")) == {counter.books["E1"]}
    for table in ("authorization", "fiscal_event", "lot", "relative", "posting", "account", "payout_line"):
        assert seen(employer, f'select 1 from "{table}"') == []


def test_before_it_is_known_who_asks_there_is_nothing_but_the_network(counter: Counter) -> None:
    nobody = Fence(Sight.NOBODY)

    for table in ("employee", "funder", "authorization", "member", "appointment", "token", "plan"):
        assert seen(nobody, f'select 1 from "{table}"') == []
    assert seen(nobody, "select 1 from territory") != []


TABLES = sorted(database.Base.metadata.tables)
# A person's rows say which of these they are; another's row must not be mentioned in anything one sees.
MARKS = """
    select employee_id from employee where employee_id = :id
    union all select tax_code from employee where employee_id = :id
    union all select relative_id from relative where employee_id = :id
    union all select tax_code from relative where employee_id = :id and tax_code is not null
    union all select lot_id from lot where employee_id = :id
    union all select authorization_id from "authorization" where employee_id = :id
    union all select code from "authorization" where employee_id = :id and code is not null
"""


def marks(who: str) -> set[str]:
    with database.transaction() as session:
        return set(session.scalars(sa.text(MARKS), {"id": who}))


def everything(fence: Fence) -> dict[str, list[str]]:
    """What a fence shows of every table, each row as text."""
    return {table: [str(row) for row in seen(fence, f'select t::text from "{table}" t')] for table in TABLES}


@pytest.fixture(scope="package")
def lived(furnished: Counter) -> Counter:
    """Everybody's two purchases were captured, one refunded and one disputed; and they declared of a mother."""
    for who in ("giulia", "mario", "anna"):
        person, book_id = furnished.people[who], furnished.books["E2" if who == "anna" else "E1"]
        back, doubted = str(furnished.buy(who)["id"]), str(furnished.buy(who)["id"])
        database.transact(partial(_live, person=person, book_id=book_id, back=back, doubted=doubted))
    return furnished


def _live(session: Session, *, person: str, book_id: int, back: str, doubted: str) -> None:
    tax_code = people.employee(session, book_id, person).tax_code
    mother = factories.relative(session, book_id, tax_code, Kinship.PARENT, birth_date=date(1940, 5, 5))
    facts.declare(session, book_id, mother, Fact.COHABITATION, since=TODAY, declared_on=TODAY, recorded_at=clock.now())
    for bought in (back, doubted):
        captures.capture(session, book_id, bought, actor="p", key=f"capture-{bought}")
    captures.refund(session, book_id, back, reason="non resa", actor="p", key=f"refund-{back}")
    worker = disputes.By("p", disputes.Role.EMPLOYEE)
    disputes.open_dispute(session, book_id, doubted, disputes.Reason.NOT_DELIVERED, by=worker, note=doubted)


def test_no_row_that_a_person_sees_mentions_anybody_else(lived: Counter) -> None:
    shown = everything(Fence(Sight.EMPLOYEE, lived.books["E1"], lived.people["giulia"]))
    others = marks(lived.people["mario"]) | marks(lived.people["anna"])

    assert len(others) > 10
    assert [(table, row) for table, rows in shown.items() for row in rows for mark in others if mark in row] == []
    # And it is not empty: their own stands in every one of these.
    own = ("lot", "relative", "relative_fact", "authorization", "fiscal_event", "dispute_event", "hold_line", "balance")
    assert {table for table in (*own, "entry", "posting", "refund_counter") if not shown[table]} == set()


def test_no_row_of_the_ledger_that_a_person_sees_is_of_money_that_is_not_theirs(lived: Counter) -> None:
    giulia = Fence(Sight.EMPLOYEE, lived.books["E1"], lived.people["giulia"])
    entries = set(seen(giulia, "select distinct entry_id from posting"))

    assert set(seen(giulia, "select entry_id from entry")) == entries
    with database.transaction() as session:
        owners = session.scalars(
            sa.text(
                "select distinct l.employee_id from posting p join lot l on l.book_id = p.book_id"
                " and l.account_id in (p.debit_account_id, p.credit_account_id)"
                " where p.book_id = :book and p.entry_id = any(:entries)"
            ),
            {"book": lived.books["E1"], "entries": list(entries)},
        )
        assert set(owners) == {lived.people["giulia"]}
    own = set(seen(giulia, 'select hold_id from "authorization" where hold_id is not null'))
    for table in ("hold", "hold_line", "hold_event"):
        assert set(seen(giulia, f"select hold_id from {table}")) == own


def test_no_row_that_a_funder_sees_mentions_what_a_person_bought(lived: Counter) -> None:
    shown = everything(Fence(Sight.FUNDER, lived.books["E1"]))
    with database.transaction() as session:
        people_of_it = {lived.people["giulia"], lived.people["mario"]}
        known = set(session.scalars(sa.text("select tax_code from employee")))
    bought = set().union(*(marks(person) for person in people_of_it)) - people_of_it - known
    others = marks(lived.people["anna"])

    assert len(bought) > 10
    rows = [(table, row) for table, rows in shown.items() for row in rows]
    assert [found for found in rows for mark in bought | others if mark in found[1]] == []


def test_no_row_that_a_provider_sees_says_who_somebody_is_or_what_others_sold(lived: Counter) -> None:
    shown = everything(Fence(Sight.PROVIDER, provider_code="P03"))
    bought = everything(Fence(Sight.PROVIDER, provider_code="P04"))
    everybody = set().union(*(marks(lived.people[who]) for who in ("giulia", "mario", "anna")))

    assert [(table, row) for table, rows in shown.items() for row in rows for mark in everybody if mark in row] == []
    assert bought["dispute"]
    assert bought["authorization"]
    for table in (
        "employee",
        "relative",
        "relative_fact",
        "lot",
        "fiscal_event",
        "plan",
        "funder",
        "entry",
        "idempotency_key",
    ):
        assert bought[table] == []


def test_before_it_is_known_who_asks_only_the_public_rows_are_there(lived: Counter) -> None:
    shown = everything(Fence(Sight.NOBODY))

    public = {
        "comune",
        "territory",
        "provider",
        "provider_contact",
        "provider_state",
        "service",
        "service_price",
        "info_card",
    }
    assert {table for table, rows in shown.items() if rows} <= public


def test_the_web_role_sees_nothing_until_it_takes_a_sights(counter: Counter) -> None:
    for table in TABLES:
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            database.ask(f'select 1 from "{table}"', ())


def test_a_web_role_made_by_hand_does_not_inherit_what_the_sights_see(engine: Engine) -> None:
    # Roles are the server's: under other names, and rolled back.
    roles = (database.ROOT / "migrations" / "roles.sql").read_text().replace("borsellino_", "slips_").replace("%", "%%")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "create role slips_web login; create role slips_network; grant slips_network to slips_web"
        )
        connection.exec_driver_sql(roles)
        asked = (
            "select pg_has_role('slips_web', 'slips_{0}', 'usage'), pg_has_role('slips_web', 'slips_{0}', 'set'),"
            " pg_has_role('slips_{0}', 'slips_fenced', 'usage')"
        )
        found = {sight: connection.execute(sa.text(asked.format(sight))).one() for sight in Sight}
        connection.rollback()

    assert set(map(tuple, found.values())) == {(False, True, True)}


@pytest.mark.parametrize(
    ("table", "column"), [("provider", "code"), ("provider_state", "provider_code"), ("service", "code")]
)
def test_what_everybody_reads_of_the_network_is_written_by_its_own_people(
    counter: Counter, table: str, column: str
) -> None:
    def touched(fence: Fence) -> int:
        def touch(session: Session) -> int:
            result = session.execute(sa.text(f"update {table} set {column} = {column}"))
            session.rollback()
            return int(result.rowcount)  # type: ignore[attr-defined]

        with fences.inside(fence):
            return database.transact(touch)

    e1 = counter.books["E1"]
    fenced = (Fence(Sight.PROVIDER, provider_code="P04"), Fence(Sight.BOOK, e1), Fence(Sight.FUNDER, e1))
    assert [touched(fence) for fence in (*fenced, Fence(Sight.NOBODY))] == [0] * 4
    assert touched(Fence(Sight.NETWORK)) > 4


@pytest.mark.parametrize(
    "statement",
    [
        "update employee set first_name = 'X'",
        "delete from lot",
        "insert into wallet (book_id, employee_id) values (2, 'emp_x')",
        "alter table employee disable row level security",
        "drop table token",
        "set role postgres",
        "set session authorization postgres",
        "create role other superuser",
        "copy employee to program 'true'",
    ],
)
def test_nothing_of_anothers_is_changed_and_no_fence_is_taken_down(counter: Counter, statement: str) -> None:
    stranger = Fence(Sight.EMPLOYEE, counter.books["E2"], counter.people["anna"])

    def attack(session: Session) -> int:
        result = session.execute(sa.text(statement))
        session.rollback()
        return int(result.rowcount)  # type: ignore[attr-defined]

    try:
        with fences.inside(stranger):
            touched = database.transact(attack)
    except sa.exc.DBAPIError:
        touched = 0
    # An own row may be touched, and is rolled back here.
    assert touched <= 1
    mine = Fence(Sight.EMPLOYEE, counter.books["E1"], counter.people["giulia"])
    assert seen(mine, "select first_name from employee") == ["Giulia"]


def test_a_function_of_the_owner_reads_the_owners_tables_whatever_a_session_calls_its_own(counter: Counter) -> None:
    with database.transaction() as session:
        operator = session.scalar(sa.text("select appointment_id from appointment where role = 'operator'"))
        loose = "prosecdef and not proconfig @> array['search_path=public, pg_temp']"
        assert session.scalars(sa.text(f"select proname from pg_proc where {loose}")).all() == []

    def forge(session: Session) -> list[object]:
        session.execute(sa.text("create temporary table token (like public.token) on commit drop"))
        forged = "(token_id, hash, kind, appointment_id, scopes, label, created_at, expires_at)"
        values = "('tok_x', '\\x00', 'bearer', :operator, '{catalogue:read}', '', now(), 'infinity')"
        session.execute(sa.text(f"insert into pg_temp.token {forged} values {values}"), {"operator": operator})
        return list(session.execute(sa.text("select * from access_identify('\\x00'::bytea, null)")))

    with fences.inside(Fence(Sight.NOBODY)):
        assert database.transact(forge) == []
