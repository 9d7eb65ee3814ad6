"""borsellino declare: what is true of an employee or a relative, with its dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli import persons
from api.cli.caller import Caller, Column
from api.cli.groups import Command, Group, dry_run
from api.cli.words import AMOUNT_OR_ZERO, DAY, TEXT, Word
from api.cli.work import book_of, change, look
from config import clock
from plans import facts, people
from plans.facts import Declaration, Declared
from plans.rulebook.words import Basis
from plans.words import Fact
from wallet import declarations


@click.group(cls=Group)
def declare() -> None:
    """Declare what is true of an employee or a relative; nothing declared means unknown, never no."""


_YEAR = click.option("--year", type=int, required=True, help="Tax year.")
_SINCE = click.option("--since", type=DAY, required=True, help="First day.")
_SINCE_MAYBE = click.option("--since", type=DAY, help="First day; the day declared unless given.")
_UNTIL = click.option("--until", type=DAY, required=True, help="Last day, the certificate's expiry.")
_UNTIL_MAYBE = click.option("--until", type=DAY, help="Last day; open unless given.")
_AMOUNT = click.option("--amount", type=AMOUNT_OR_ZERO, required=True, help="Euro; zero says nothing elsewhere.")
_BASIS = click.option("--basis", type=Word(Basis), help="How we know: declared (default) or recorded.")
_HOLDS = click.option("--no", "holds", flag_value=False, default=None, help="Declare that it is not so.")
_CHILD = click.option("--child", type=TEXT, required=True, help="Codice fiscale of the child.")
_DISTANCE = click.option("--distance-km", type=int, required=True, help="How far the residence moved.")
_RELATIVE = click.option("--relative", type=TEXT, required=True, help="Id, codice fiscale, name or kinship.")

# Each fact: its command, what it says, and the options it takes.
_FACTS: tuple[tuple[Fact, str, str, tuple[Callable[..., Any], ...]], ...] = (
    (Fact.COHABITATION, "cohabitation", "The relative lives with the employee.", (_SINCE, _UNTIL_MAYBE, _BASIS)),
    (Fact.MAINTENANCE, "maintenance", "The relative receives maintenance that no court ordered.", (_YEAR, _BASIS)),
    (Fact.DEPENDENCY, "dependency", "The relative is fiscally dependent (a carico).", (_YEAR, _BASIS, _HOLDS)),
    (
        Fact.NOT_SELF_SUFFICIENT,
        "certificate",
        "The relative is certified as not self-sufficient; only the expiry is kept.",
        (_UNTIL, _SINCE_MAYBE, _BASIS),
    ),
    (
        Fact.PARENTS_MISSING,
        "parents-missing",
        "The employee has no parents any more, so that grandparents count.",
        (_SINCE, _UNTIL_MAYBE, _BASIS, _HOLDS),
    ),
    (Fact.EXTERNAL_FRINGE, "external-fringe", "Fringe benefits received elsewhere, such as a car.", (_YEAR, _AMOUNT)),
    (Fact.EXTERNAL_PENSION, "external-pension", "Pension contributions paid elsewhere.", (_YEAR, _AMOUNT)),
    (Fact.EXTERNAL_HEALTH_FUND, "external-health-fund", "Health fund contributions paid elsewhere.", (_YEAR, _AMOUNT)),
    (Fact.PDR_ELSEWHERE, "pdr-elsewhere", "Performance bonuses converted elsewhere.", (_YEAR, _AMOUNT)),
    (
        Fact.DEPENDENT_CHILD,
        "dependent-child",
        "The employee has a dependent child: a higher threshold.",
        (_YEAR, _CHILD),
    ),
    (Fact.FIRST_JOB_PENSION, "first-job-pension", "The extra pension ceiling of a first job after 2007.", (_YEAR,)),
    (
        Fact.NEW_HIRE,
        "new-hire",
        "Hired on a permanent contract: last year's income and how far the residence moved.",
        (_YEAR, _AMOUNT, _DISTANCE),
    ),
)


def _run(fact: Fact, employee: str, relative: str | None, declared_on: date | None, told: dict[str, Any]) -> None:
    caller = click.get_current_context().ensure_object(Caller)

    def work(session: Session) -> tuple[Declared, int]:
        book_id = book_of(caller, session)
        person_id = persons.employee(session, book_id, employee).employee_id
        if relative is not None:
            person_id = persons.relative(session, book_id, person_id, relative).relative_id
        return declarations.declare(
            session,
            book_id,
            person_id,
            fact,
            declared_on=declared_on or clock.today(),
            recorded_at=clock.now(),
            **told,
        )

    done, corrections = change(caller, work)
    if not done.created:
        caller.say("Già dichiarato: {id}.", "Declared already: {id}.", id=done.fact_id)
    elif done.replaced is not None:
        caller.say("Dichiarato: {id}, al posto di {old}.", "Declared: {id}, in place of {old}.",
                   id=done.fact_id, old=done.replaced)  # fmt: skip
    else:
        caller.say("Dichiarato: {id}.", "Declared: {id}.", id=done.fact_id)
    _tell_corrections(caller, corrections)
    caller.data(declared=done, corrections=corrections)


def _tell_corrections(caller: Caller, corrections: int) -> None:
    """Say how many fiscal events of the year changed with a limit that moved."""
    if corrections:
        caller.say(
            "{n:evento fiscale dell'anno è stato corretto|eventi fiscali dell'anno sono stati corretti}.",
            "{n:fiscal event of the year was|fiscal events of the year were} corrected.",
            n=corrections,
        )


def _make(fact: Fact, name: str, summary: str, options: tuple[Callable[..., Any], ...]) -> None:
    of_relative = fact in facts.OF_A_RELATIVE

    def callback(employee: str, declared_on: date | None, relative: str | None = None, **told: Any) -> None:
        _run(fact, employee, relative, declared_on, told)

    day = click.option("--declared-on", type=DAY, help="Day the declaration was made; today unless given.")
    command: Any = day(dry_run(callback))
    for option in reversed((_RELATIVE, *options) if of_relative else options):
        command = option(command)
    command = click.argument("employee", type=TEXT)(command)
    declare.add_command(click.command(name, cls=Command, help=summary)(command))


for _fact in _FACTS:
    _make(*_fact)


@declare.command()
@click.argument("fact_id", type=TEXT)
@click.option("--on", type=DAY, required=True, help="Last day of the spell.")
@click.option("--declared-on", type=DAY, help="Day the declaration was made; today unless given.")
@dry_run
@click.pass_obj
def end(caller: Caller, fact_id: str, on: date, declared_on: date | None) -> None:
    """Give a spell (cohabitation, certificate, parents missing) its last day."""

    def work(session: Session) -> Declared:
        return facts.end(
            session,
            book_of(caller, session),
            fact_id,
            on=on,
            declared_on=declared_on or clock.today(),
            recorded_at=clock.now(),
        )

    done = change(caller, work)
    caller.say("{id} vale fino al {on}.", "{id} holds until {on}.", id=done.fact_id, on=on)
    caller.data(declared=done)


@declare.command()
@click.argument("fact_id", type=TEXT)
@dry_run
@click.pass_obj
def withdraw(caller: Caller, fact_id: str) -> None:
    """Stop knowing a fact from now on; a limit that moves with it is held against the year again."""
    corrections = change(
        caller,
        lambda session: declarations.withdraw(session, book_of(caller, session), fact_id, recorded_at=clock.now()),
    )
    caller.say("{id} ritirata.", "{id} withdrawn.", id=fact_id)
    _tell_corrections(caller, corrections)
    caller.data(withdrawn=fact_id, corrections=corrections)


@declare.command("list")
@click.argument("employee", type=TEXT)
@click.pass_obj
def list_(caller: Caller, employee: str) -> None:
    """List what was declared of an employee and of their relatives."""

    def read(session: Session) -> list[tuple[str, Declaration]]:
        book_id = book_of(caller, session)
        card = persons.employee(session, book_id, employee)
        name = f"{card.last_name} {card.first_name}"
        found = [(name, item) for item in facts.of_employee(session, book_id, card.employee_id)]
        for kin in people.relatives(session, book_id, card.employee_id):
            items = facts.of_relative(session, book_id, kin.relative_id)
            found += [(f"{kin.last_name} {kin.first_name}", item) for item in items]
        return found

    found = look(read)
    columns = [
        Column("di", "of", folds=True),
        Column("fatto", "fact", folds=True),
        Column("vale", "holds"),
        Column("dal", "from"),
        Column("al", "to"),
        Column("dettaglio", "detail"),
        Column("dichiarato", "declared"),
        Column("ritirato", "withdrawn"),
        Column("id", "id"),
    ]
    rows = [
        (name, d.fact, d.holds, d.valid_from, d.valid_to, _detail(d), d.declared_on, d.revoked_at, d.fact_id)
        for name, d in found
    ]
    caller.table(columns, rows)
    caller.data(declarations=[{"of": name, "declaration": item} for name, item in found])


def _detail(item: Declaration) -> Money | Basis | str | None:
    if item.distance_km is not None:
        return f"{item.distance_km} km"
    return item.amount or item.child_tax_code or (item.basis if item.fact in facts.OF_A_RELATIVE else None)
