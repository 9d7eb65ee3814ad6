"""borsellino request: what people ask welfare managers for, and what they are answered."""

from __future__ import annotations

from collections.abc import Callable

import click
from sqlalchemy.orm import Session

from api.cli import persons
from api.cli.caller import Caller, Column
from api.cli.groups import Group, dry_run
from api.cli.words import TEXT, Word
from api.cli.work import book_of, change, look
from wallet.requests import handling, records
from wallet.requests.records import By, Request
from wallet.requests.words import Outcome, Role, State

_BEHALF = click.option("--on-behalf-of", type=TEXT, help="For whom the actor acts, by id.")


@click.group(cls=Group)
def request() -> None:
    """Wishes without price or provider: asked by a person, answered by a welfare manager, closed."""


@request.command()
@click.argument("employee", type=TEXT)
@click.argument("text", type=TEXT)
@click.option("--service", type=TEXT, help="The service it is about, by code.")
@click.option("--territory", type=TEXT, help="That of the service or the person unless given.")
@dry_run
@click.pass_obj
def ask(caller: Caller, /, employee: str, text: str, service: str | None, territory: str | None) -> None:
    """Write down what EMPLOYEE (id or codice fiscale) asks for, in their own words."""

    def work(session: Session, book_id: int) -> Request:
        person = persons.employee(session, book_id, employee).employee_id
        by = By(caller.actor, Role.WELFARE_MANAGER, person)
        return handling.ask(session, book_id, person, text=text, service=service, territory=territory, by=by)

    _change(caller, work)


@request.command()
@click.argument("request", type=TEXT)
@click.argument("text", type=TEXT)
@click.option(
    "--service", "services", type=TEXT, multiple=True, help="A service that the answer points to; repeatable."
)
@_BEHALF
@dry_run
@click.pass_obj
def answer(caller: Caller, /, request: str, text: str, services: tuple[str, ...], on_behalf_of: str | None) -> None:
    """Answer REQUEST with TEXT; as often as it takes."""
    by = By(caller.actor, Role.WELFARE_MANAGER, on_behalf_of)
    _change(
        caller, lambda session, book_id: handling.answer(session, book_id, request, text=text, named=services, by=by)
    )


@request.command()
@click.argument("request", type=TEXT)
@click.argument("outcome", type=Word(Outcome))
@click.option("--text", type=TEXT, help="A last word.")
@_BEHALF
@dry_run
@click.pass_obj
def close(caller: Caller, /, request: str, outcome: Outcome, text: str | None, on_behalf_of: str | None) -> None:
    """Close REQUEST, and say what became of it; withdrawn is what its person does not want any more."""
    by = By(caller.actor, Role.WELFARE_MANAGER, on_behalf_of)
    _change(caller, lambda session, book_id: handling.close(session, book_id, request, outcome, text=text or "", by=by))


@request.command("list")
@click.option("--state", type=Word(State), help="Only in this state.")
@click.option("--territory", type=TEXT, help="Only of this territory.")
@click.pass_obj
def list_(caller: Caller, state: State | None, territory: str | None) -> None:
    """List the requests of a book, the newest first; their words are shown one by one."""

    def read(session: Session) -> list[Request]:
        query = records.query(book_id=book_of(caller, session), state=state, territory=territory)
        return records.values(session, session.execute(query.order_by(records.ID.desc())).all())

    found = look(read)
    columns = [
        Column("richiesta", "request"),
        Column("persona", "person"),
        Column("territorio", "territory"),
        Column("servizio", "service"),
        Column("stato", "state"),
        Column("esito", "outcome"),
    ]
    rows = [
        (each.request_id, each.employee_id, each.territory_code, each.service_code, each.state, each.outcome)
        for each in found
    ]
    caller.table(columns, rows)
    caller.data(requests=found)


@request.command()
@click.argument("request", type=TEXT)
@click.pass_obj
def show(caller: Caller, request: str) -> None:
    """Show REQUEST: who wrote what, and when."""
    found = look(lambda session: records.get(session, book_of(caller, session), request))
    _tell(caller, found)
    columns = [
        Column("quando", "when"),
        Column("passo", "step"),
        Column("chi", "who"),
        Column("parole", "words", folds=True),
        Column("servizi", "services"),
    ]
    caller.table(
        columns,
        [
            (each.recorded_at, each.kind, each.by.role, each.note, ", ".join(each.services) or None)
            for each in found.events
        ],
    )


def _change(caller: Caller, work: Callable[[Session, int], Request]) -> None:
    _tell(caller, change(caller, lambda session: work(session, book_of(caller, session))))


def _tell(caller: Caller, found: Request) -> None:
    caller.say("Richiesta {id}: {state}.", "Request {id}: {state}.", id=found.request_id, state=found.state)
    caller.data(request=found)
