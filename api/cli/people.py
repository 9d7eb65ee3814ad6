"""borsellino people: employees and their relatives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
from sqlalchemy.orm import Session

from api.cli import persons, problems
from api.cli.caller import Caller, Column
from api.cli.groups import Group, dry_run
from api.cli.words import DAY, FILE, TEXT
from api.cli.work import book_of, change, look
from config.errors import DomainError
from plans import enrolment, sheets
from plans import people as register
from plans.enrolment import PeopleLoad
from plans.errors import EmployeeNotFound, PeopleFileRefused
from plans.errors_files import FileRefused
from plans.people import EmployeeCard, RelativeCard

_RELATIVES_ONLY = frozenset({"kinship", "relative_tax_code", "relative_first_name", "relative_last_name"})
_HEADINGS = (
    *(sheets.Column(name, None) for name in ("tax_code", "first_name", "last_name", "kinship")),
    sheets.Column(
        "relative_tax_code",
        None,
        aliases=("codice fiscale familiare", "codice fiscale del familiare", "cf familiare", "relative tax code"),
    ),
    sheets.Column("relative_first_name", None, aliases=("nome familiare", "nome del familiare")),
    sheets.Column("relative_last_name", None, aliases=("cognome familiare", "cognome del familiare")),
)


class _Refused(Exception):
    """Carries what was wrong with each file out of the transaction."""

    def __init__(self, refusals: Sequence[DomainError]) -> None:
        super().__init__()
        self.refusals = refusals


@click.group(cls=Group)
def people() -> None:
    """Load employees and relatives from files, and look them up."""


@people.command()
@click.argument("file", type=FILE, required=False)
@click.option("--relatives", type=FILE, help="File of the employees' relatives, loaded after FILE.")
@dry_run
@click.pass_context
def load(ctx: click.Context, file: Path | None, relatives: Path | None) -> None:
    """Create and update people from CSV or XLSX files, all of it or nothing."""
    caller: Caller = ctx.obj
    if file is None and relatives is None:
        raise click.MissingParameter(ctx=ctx, param=ctx.command.params[0])

    if file is not None and _of_relatives(file):
        said = caller.sentence(
            "{file}: sembra un file di familiari, usare --relatives.",
            "{file}: this looks like a file of relatives: use --relatives.",
            file=file.name,
        )
        raise click.BadParameter(said, ctx=ctx, param=ctx.command.params[0])

    def work(session: Session) -> list[PeopleLoad]:
        book_id = book_of(caller, session)
        loads = []
        if file is not None:
            try:
                loads.append(enrolment.load(session, book_id, file))
            except (PeopleFileRefused, FileRefused) as refusal:
                raise _Refused([refusal, *_refused_too(session, book_id, relatives)]) from None
        if relatives is not None:
            try:
                loads.append(enrolment.load_relatives(session, book_id, relatives))
            except (PeopleFileRefused, FileRefused) as refusal:
                raise _Refused([refusal]) from None
        return loads

    try:
        with caller.progress("Carico le persone", "Loading people"):
            loads = change(caller, work)
    except _Refused as found:
        _tell_refused(caller, found.refusals)
        raise found.refusals[-1] from None
    for done in loads:
        caller.say(
            "{file}: {created:nuovo|nuovi}, {updated:aggiornato|aggiornati}, {unchanged:invariato|invariati}.",
            "{file}: {created} new, {updated} updated, {unchanged} unchanged.",
            file=done.file, created=done.created, updated=done.updated, unchanged=done.unchanged,
        )  # fmt: skip
    caller.data(files=loads)


def _of_relatives(file: Path) -> bool:
    """Return whether a file has a column that only a file of relatives has."""
    try:
        return not _RELATIVES_ONLY.isdisjoint(sheets.read(file, _HEADINGS).headers)
    except DomainError:
        # The load says better what is wrong with it.
        return False


def _refused_too(session: Session, book_id: int, relatives: Path | None) -> list[DomainError]:
    """Return what is wrong with the file of relatives where that of their employees was refused."""
    if relatives is None:
        return []
    try:
        enrolment.load_relatives(session, book_id, relatives, check_only=True)
    except FileRefused as refusal:
        return [refusal]
    except PeopleFileRefused as refusal:
        # Who is missing cannot be told before the employees' file is loaded.
        told = [problem for problem in refusal.details["problems"] if problem.refusal is not EmployeeNotFound]
        return [PeopleFileRefused(file=relatives.name, problems=told)] if told else []
    return []


def _tell_refused(caller: Caller, refusals: Sequence[DomainError]) -> None:
    """Print every problem of every file; the last refusal's own sentence is left to whoever ends the command."""
    found = [problem for refusal in refusals for problem in refusal.details.get("problems", ())]
    problems.tell(caller, found)
    if found:
        problems.tell_count(caller, len(found))
    if not caller.as_json:
        for refusal in refusals[:-1]:
            caller.refuse(refusal)
    caller.data(
        files=[refusal.details["file"] for refusal in refusals],
        ok=False,
        problem_count=len(found),
        problems=problems.data(caller, found),
    )


@people.command("list")
@click.option("--search", type=TEXT, help="Part of a name or codice fiscale.")
@click.pass_obj
def list_(caller: Caller, search: str | None) -> None:
    """List the employees of a book by name."""
    cards = look(lambda session: register.employees(session, book_of(caller, session)))
    wanted = (search or "").casefold()
    cards = tuple(card for card in cards if wanted in f"{card.last_name} {card.first_name} {card.tax_code}".casefold())
    columns = [
        Column("codice fiscale", "tax code"),
        Column("cognome", "last name", folds=True),
        Column("nome", "first name", folds=True),
        Column("categoria omogenea", "cluster", folds=True),
        Column("assunto", "hired"),
        Column("cessato", "left"),
        Column("id", "id"),
    ]
    rows = [(c.tax_code, c.last_name, c.first_name, c.cluster, c.hired_on, c.left_on, c.employee_id) for c in cards]
    caller.table(columns, rows)
    caller.data(employees=cards)


@people.command()
@click.argument("employee", type=TEXT)
@click.pass_obj
def show(caller: Caller, employee: str) -> None:
    """Show an employee and the relatives that services can be bought for."""

    def read(session: Session) -> tuple[EmployeeCard, tuple[RelativeCard, ...]]:
        book_id = book_of(caller, session)
        card = persons.employee(session, book_id, employee)
        return card, register.relatives(session, book_id, card.employee_id)

    card, relatives = look(read)
    caller.say(
        "{last} {first}, {code} ({id}), categoria omogenea {cluster}.",
        "{last} {first}, {code} ({id}), cluster {cluster}.",
        last=card.last_name, first=card.first_name, code=card.tax_code, id=card.employee_id,
        cluster=card.cluster or "-",
    )  # fmt: skip
    columns = [
        Column("parentela", "kinship"),
        Column("cognome", "last name", folds=True),
        Column("nome", "first name", folds=True),
        Column("codice fiscale", "tax code"),
        Column("nascita", "born"),
        Column("comune", "comune", folds=True),
        Column("id", "id"),
    ]
    rows = [
        (r.kinship, r.last_name, r.first_name, r.tax_code, r.birth_date, r.comune, r.relative_id) for r in relatives
    ]
    caller.table(columns, rows)
    caller.data(employee=card, relatives=relatives)


@people.command()
@click.argument("employee", type=TEXT)
@click.option("--on", type=DAY, required=True, help="Last day of the employment.")
@dry_run
@click.pass_obj
def leave(caller: Caller, employee: str, on: date) -> None:
    """Write down an employee's last day of work."""

    def work(session: Session) -> EmployeeCard:
        book_id = book_of(caller, session)
        card = persons.employee(session, book_id, employee)
        register.leave(session, book_id, card.employee_id, on=on)
        return card

    card = change(caller, work)
    caller.say(
        "{last} {first}: ultimo giorno {on}.", "{last} {first}: last day {on}.",
        last=card.last_name, first=card.first_name, on=on,
    )  # fmt: skip
    caller.data(employee_id=card.employee_id, left_on=on)
