"""borsellino book: one ledger for each funder."""

from __future__ import annotations

import click

from api.cli.caller import Caller, Column
from api.cli.groups import Group, dry_run
from api.cli.words import TEXT, Word
from api.cli.work import book_of, change, look
from ledger import books
from plans import funders
from plans.words import FunderKind
from wallet import registry


@click.group(cls=Group)
def book() -> None:
    """Open the book of a funder, list books, stop and resume one."""


@book.command("open")
@click.argument("code", type=TEXT)
@click.option("--name", type=TEXT, required=True, help="Name of the funder.")
@click.option("--kind", type=Word(FunderKind), default="employer", show_default=True, help="Who pays.")
@click.option("--vat-number", type=TEXT, help="Partita IVA; an employer must have one.")
@click.option("--home", type=TEXT, required=True, help="Code of the home territory, such as cremona.")
@dry_run
@click.pass_obj
def open_(caller: Caller, code: str, name: str, kind: FunderKind, vat_number: str | None, home: str) -> None:
    """Open an empty book and write down whose it is."""

    card = change(
        caller,
        lambda session: registry.open_book(
            session, code=code, name=name, kind=kind, home_territory=home, vat_number=vat_number
        ),
    )
    caller.say(
        "Aperto il libro {code} di {name}, territorio {home}.",
        "Opened book {code} of {name}, territory {home}.",
        code=card.code, name=card.name, home=card.home_territory,
    )  # fmt: skip
    caller.data(book=card)


@book.command("list")
@click.pass_obj
def list_(caller: Caller) -> None:
    """List the books with their funders."""
    cards = look(funders.every)
    columns = [
        Column("libro", "book"),
        Column("finanziatore", "funder", folds=True),
        Column("tipo", "kind"),
        Column("partita IVA", "VAT number"),
        Column("territorio", "territory"),
    ]
    caller.table(columns, [(c.code, c.name, c.kind, c.vat_number, c.home_territory) for c in cards])
    caller.data(books=cards)


@book.command()
@dry_run
@click.pass_obj
def stop(caller: Caller) -> None:
    """Refuse every further entry until a person has looked; reading goes on."""
    change(caller, lambda session: books.stop(session, book_of(caller, session)))
    caller.say("Il libro è fermo: nessuna scrittura finché non viene riaperto.", "The book takes no entries now.")
    caller.data(status="stopped")


@book.command()
@dry_run
@click.pass_obj
def resume(caller: Caller) -> None:
    """Let a stopped book take entries again."""
    change(caller, lambda session: books.resume(session, book_of(caller, session)))
    caller.say("Il libro accetta di nuovo scritture.", "The book takes entries again.")
    caller.data(status="open")
