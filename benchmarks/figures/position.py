"""The fiscal position of one person in a book with a million fiscal events, beside one with ten thousand."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from sqlalchemy.orm import Session

from benchmarks import book, town
from benchmarks.report import Result
from benchmarks.rounds import Contender, Step
from benchmarks.server import Server
from benchmarks.stage import Stage
from config import clock
from config.database import transaction
from ledger import books
from plans import plans
from wallet import authorizations, captures, grants
from wallet import position as positions
from wallet.grants import Grant
from wallet.purchases import Purchase

SMALL = 10_000
BIG = 1_000_000
# As many people are asked about in either book, spread over all of it.
ASKED = 200
# Each person of either book has as many: three of each kind, and the correction of one.
EVENTS = 10
_PEOPLE = """
insert into employee
select (jsonb_populate_record(e, jsonb_build_object('employee_id', 'emp_' || lpad(n::text, 26, '0'),
                                                    'tax_code', lpad(n::text, 11, '0')))).*
  from employee e, generate_series(1, %(people)s) n
 where e.book_id = %(book)s and e.employee_id = %(employee)s
"""
_PURCHASES = """
insert into "authorization"
select (jsonb_populate_record(a, jsonb_build_object('authorization_id', 'aut_' || lpad(n::text, 26, '0'),
           'employee_id', 'emp_' || lpad(n::text, 26, '0'), 'hold_id', -n, 'code', null))).*
  from "authorization" a, generate_series(1, %(people)s) n
 where a.book_id = %(book)s and a.employee_id = %(employee)s
"""
_EVENTS = """
insert into fiscal_event (book_id, kind, employee_id, authorization_id, plan_id, source, category, channel,
    amount_minor, exempt_minor, taxable_minor, in_limit, reason, fiscal_on, fiscal_year, entry_id, rule_ids)
select f.book_id, case k %% 5 when 4 then 'reversal' else 'use' end, 'emp_' || lpad(n::text, 26, '0'),
       'aut_' || lpad(n::text, 26, '0'), f.plan_id, f.source, f.category, f.channel, f.amount_minor, f.exempt_minor,
       f.taxable_minor, f.in_limit, f.reason, f.fiscal_on, f.fiscal_year, f.entry_id, f.rule_ids
  from (select * from fiscal_event where book_id = %(book)s and employee_id = %(employee)s limit 1) f,
       generate_series(0, %(events)s - 1) k, generate_series(1, %(people)s) n
"""


def measure(stage: Stage) -> list[Result]:
    """Measure how much longer a position takes in the big book, one process."""
    big = 100_000 if stage.quick else BIG
    stage.title(f"fiscal position of one person with {big:,} events in the book, beside {SMALL:,}; one process")
    small_book, big_book = stage.interleave(
        [
            Contender(f"{SMALL:,} events", ask, _book(stage, "few_events", SMALL)),
            Contender(f"{big:,} events", ask, _book(stage, "many_events", big)),
        ],
        processes=1,
    )
    return [
        Result(
            f"fiscal position with {big:,} events beside {SMALL:,}: time",
            small_book.over(big_book),
            1.2,
            None,
            f"{1e3 / big_book.median:.2f} ms beside {1e3 / small_book.median:.2f} ms",
            at_most=True,
        )
    ]


def ask(address: str, seed: int) -> Step:
    """One position a step, of anybody in the book."""
    book.use(address)
    with transaction() as session:
        book_id = books.require(session, town.EMPLOYER)
        everybody = [employee for employee in town.employees(session, book_id) if employee.startswith("emp_0000")]
    asked = everybody[:: len(everybody) // ASKED]
    choice = random.Random(seed)
    year = clock.today().year

    def step() -> int:
        with transaction() as session:
            found = positions.position(session, book_id, choice.choice(asked), year)
        assert len(found.lines) == EVENTS, found
        return 1

    return step


def _book(stage: Stage, name: str, events: int) -> str:
    def fill(address: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            town.lay(address, town.EMPLOYER, 1, Path(folder))
        engine = town.engine(address)
        with Session(engine) as session, session.begin():
            book_id = books.require(session, town.EMPLOYER)
            (employee,) = town.employees(session, book_id)
            terms = plans.by_code(session, book_id, town.PLAN)
            grants.grant_many(
                session, terms, [Grant(employee, 10_000, terms.spend_by)], on=clock.today(), actor="bench"
            )
            wanted = Purchase(employee, town.SERVICES[0], quantity=1)
            bought = authorizations.authorize(session, book_id, wanted, actor="bench")
            captures.capture(session, book_id, bought.authorization_id, actor="bench")
        engine.dispose()
        people = events // EVENTS
        asked = {"book": book_id, "employee": employee, "people": people, "events": EVENTS}
        with Server.connect(address) as connection:
            for statement in (_PEOPLE, _PURCHASES, _EVENTS):
                connection.execute(statement, asked)

    return stage.loaded(name, fill, migrate=True)
