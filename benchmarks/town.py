"""An employer with employees, a funded plan and credit, in the demonstration's network: what the wallet works on."""

from __future__ import annotations

import random
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.engine import Engine, make_url
from sqlalchemy.orm import Session

from benchmarks import book
from benchmarks.rounds import Step
from benchmarks.server import Server
from config import clock, database
from config.database import transaction
from ledger import books
from network import loading
from plans import enrolment, people, plans
from tests import factories
from wallet import authorizations, captures, grants
from wallet.authorizations import Authorization
from wallet.grants import Grant
from wallet.purchases import Purchase

EMPLOYEES = 2_000
CREDIT = 10_000_000
# Who asks under a key, in process as over HTTP: what somebody bought before is read for what they buy next.
BUYERS = 128
EMPLOYER = "E1"
PLAN = "A"
# A psychologist's hour for the employee, at home and in another territory.
SERVICES = ("PSI-CR", "PSI-MI")


def fill(address: str) -> None:
    """Load the network, and one employer whose employees all have credit."""
    with tempfile.TemporaryDirectory() as folder:
        lay(address, EMPLOYER, EMPLOYEES, Path(folder))
    bench = engine(address)
    with Session(bench) as session, session.begin():
        book_id = books.require(session, EMPLOYER)
        terms = plans.by_code(session, book_id, PLAN)
        everybody = [Grant(employee, CREDIT, terms.spend_by) for employee in employees(session, book_id)]
        grants.grant_many(session, terms, everybody, on=clock.today(), actor="bench")
    bench.dispose()


def lay(address: str, code: str, size: int, folder: Path) -> list[str]:
    """Add an employer with that many employees and a funded plan, without credit; return the tax codes."""
    today = clock.today()
    codes = [factories.tax_code(number) for number in range(size)]
    path = folder / "people.csv"
    rows = (f"{tax_code};Giulia;Prova;01/01/2015" for tax_code in codes)
    path.write_text("\n".join(["codice fiscale;nome;cognome;data assunzione", *rows]) + "\n", encoding="utf-8")
    bench = engine(address)
    with Session(bench) as session, session.begin():
        loading.load(session, recorded_at=datetime(2024, 1, 1, tzinfo=UTC))
        book_id = factories.employer(session, code)
        enrolment.load(session, book_id, path)
        factories.plan(
            session,
            book_id,
            PLAN,
            starts_on=date(today.year, 1, 1),
            ends_on=date(today.year, 12, 31),
            spend_by=date(today.year, 12, 31),
        )
        factories.funded(session, book_id, PLAN, factories.euro(size * CREDIT * 2))
    bench.dispose()
    return codes


def engine(address: str) -> Engine:
    """Return an engine for the parent process, which meets several databases."""
    return database.make_engine(make_url(address).set(drivername="postgresql+psycopg"))


def employees(session: Session, book_id: int) -> list[str]:
    """Return the ids of everybody in a book, in the order of their tax codes."""
    return [entry.employee_id for _, entry in sorted(people.roster(session, book_id).items())]


def authorize_and_capture(address: str, seed: int) -> Step:
    """One purchase a step, in two transactions: authorize, then capture all of it."""
    book_id, everybody = _find(address)
    choice = random.Random(seed)

    def step() -> int:
        authorized = _authorize(book_id, choice.choice(everybody), choice.choice(SERVICES))
        with transaction() as session:
            captures.capture(session, book_id, authorized.authorization_id, actor="bench")
        return 1

    return step


def authorize(address: str, seed: int) -> Step:
    """One authorization a step."""
    book_id, everybody = _find(address)
    choice = random.Random(seed)

    def step() -> int:
        _authorize(book_id, choice.choice(everybody), choice.choice(SERVICES))
        return 1

    return step


def authorize_under_key(address: str, seed: int) -> Step:
    """One authorization a step, as a program asks for it that may have to ask again: under a key."""
    book_id, everybody = _find(address)
    choice = random.Random(seed)
    name = f"{seed}-{time.time_ns()}"
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        _authorize(book_id, choice.choice(everybody[:BUYERS]), choice.choice(SERVICES), key=f"{name}-{count}")
        return 1

    return step


def _find(address: str) -> tuple[int, list[str]]:
    book.use(address)
    with transaction() as session:
        book_id = books.require(session, EMPLOYER)
        return book_id, employees(session, book_id)


def _authorize(book_id: int, employee_id: str, service: str, key: str | None = None) -> Authorization:
    with transaction() as session:
        wanted = Purchase(employee_id, service, quantity=1)
        authorized = authorizations.authorize(session, book_id, wanted, actor="bench", key=key)
    assert authorized.status == "authorized", authorized
    return authorized


# Grants and their corrections by turns, spread over all lots: entries, postings with versions and resulting balances,
# the queue of the sealer, and what the balances have become. Set-based, and as true as if posted one by one.
_GROW = """
do $$
declare
    v_book integer := {book};
    v_rows bigint := {rows};
    v_source bigint;
    v_lots bigint[];
    v_n bigint;
    v_side integer;
    v_version bigint;
    v_after bigint;
    v_start timestamptz := clock_timestamp();
    v_first bigint;
begin
    select array_agg(account_id order by account_id) into v_lots from lot where book_id = v_book;
    v_n := cardinality(v_lots);
    select debit_account_id into v_source from posting
     where book_id = v_book and credit_account_id = v_lots[1] order by entry_id limit 1;
    select side, version, side * (debit_posted - credit_posted) into v_side, v_version, v_after
      from balance where book_id = v_book and account_id = v_source;
    select max(entry_id) + 1 into v_first from entry;

    insert into entry (book_id, entry_id, kind, occurred_on, recorded_at, actor, memo) overriding system value
    select v_book, v_first + j, case j % 2 when 0 then 'grant' else 'grant_correction' end,
           (v_start at time zone 'Europe/Rome')::date, v_start + j * interval '1 microsecond', 'bench', ''
      from generate_series(0, v_rows - 1) j;
    perform setval('entry_entry_id_seq', v_first + v_rows);

    insert into posting (book_id, entry_id, line, debit_account_id, credit_account_id, amount_minor,
                         debit_version, debit_after, credit_version, credit_after)
    select v_book, v_first + j, 1,
           case j % 2 when 0 then v_source else b.account_id end, case j % 2 when 0 then b.account_id else v_source end,
           1, case j % 2 when 0 then v_version + j + 1 else b.version + j / (2 * v_n) * 2 + 2 end,
           case j % 2 when 0 then v_after + v_side else b.after end,
           case j % 2 when 0 then b.version + j / (2 * v_n) * 2 + 1 else v_version + j + 1 end,
           case j % 2 when 0 then b.after + 1 else v_after end
      from generate_series(0, v_rows - 1) j
      join (select row_number() over (order by account_id) - 1 as number, account_id, version,
                   side * (debit_posted - credit_posted) as after
              from balance where book_id = v_book and account_id = any (v_lots)) b on b.number = j / 2 % v_n;

    insert into seal_queue (book_id, entry_id) select v_book, v_first + j from generate_series(0, v_rows - 1) j;

    update balance b
       set debit_posted = b.debit_posted + s.debit, credit_posted = b.credit_posted + s.credit,
           version = b.version + s.legs, touched_at = v_start + v_rows * interval '1 microsecond'
      from (select account_id, sum(debit) as debit, sum(credit) as credit, count(*) as legs
              from (select debit_account_id as account_id, amount_minor as debit, 0::bigint as credit
                      from posting where book_id = v_book and entry_id >= v_first
                     union all
                    select credit_account_id, 0, amount_minor
                      from posting where book_id = v_book and entry_id >= v_first) l group by account_id) s
     where b.book_id = v_book and b.account_id = s.account_id;
end $$
"""


def grow(address: str, postings: int) -> None:
    """Add that many postings (a multiple of twice the employees) to the employer's book."""
    bench = engine(address)
    with Session(bench) as session:
        book_id = books.require(session, EMPLOYER)
    bench.dispose()
    with Server.connect(address) as connection:
        connection.execute(_GROW.format(book=book_id, rows=postings).encode())
