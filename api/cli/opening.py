"""borsellino opening: balances brought from another platform, with their proof."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli import persons, problems
from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.words import AMOUNT, DAY, FILE, TEXT
from api.cli.work import book_of, change, look
from config import clock
from plans import plans
from plans.errors_sources import OpeningFileRefused
from wallet import openings
from wallet.openings import Load, Outcome


@click.group(cls=Group)
def opening() -> None:
    """Bring balances from another platform, and the money that follows them."""


@opening.command()
@click.argument("file", type=FILE)
@click.option("--plan", type=TEXT, required=True, help="Code of the plan the credit lives on in.")
@click.option("--document", type=TEXT, required=True, help="The old platform's document that proves the balances.")
@click.option("--platform", type=TEXT, required=True, help="Name of the platform that is left.")
@click.option("--total", type=AMOUNT, required=True, help="What the document says the balances add up to.")
@click.option("--on", type=DAY, help="Business date; today unless given.")
@dry_run
@click.pass_context
def load(
    ctx: click.Context, file: Path, plan: str, document: str, platform: str, total: Money, on: date | None
) -> None:
    """Bring the balances of FILE into lots, all or none; the same again changes nothing."""
    caller: Caller = ctx.obj

    def work(session: Session) -> Load:
        return openings.load(
            session,
            book_of(caller, session),
            plan,
            file,
            document_ref=document,
            platform=platform,
            total=total,
            on=on or clock.today(),
            actor=caller.actor,
        )

    try:
        done = change(caller, work)
    except OpeningFileRefused as refusal:
        found = refusal.details["problems"]
        problems.tell(caller, found)
        caller.data(file=file.name, ok=False, problem_count=len(found), problems=problems.data(caller, found))
        raise
    if done.outcome is Outcome.UNCHANGED:
        caller.say("Il documento «{document}» era già caricato: nulla è cambiato.",
                   "The document '{document}' was loaded already: nothing changed.", document=document)  # fmt: skip
    else:
        caller.say(
            "Portati da {platform}: {rows:credito|crediti} per {total}, documento «{document}», caricamento {id}.",
            "Brought {rows:lot|lots} of {total} from {platform}, document '{document}', load {id}.",
            rows=done.rows, total=euro(done.total_minor), platform=platform, document=document, id=done.load_id,
        )  # fmt: skip
    caller.data(ok=True, load=done)


@opening.command()
@click.argument("plan", type=TEXT)
@click.argument("amount", type=AMOUNT)
@click.option("--on", type=DAY, help="Business date; today unless given.")
@click.option("--reference", type=TEXT, help="Unique in the book: the same one twice is refused.")
@dry_run
@click.pass_obj
def transfer(caller: Caller, plan: str, amount: Money, on: date | None, reference: str | None) -> None:
    """Record AMOUNT that arrived for the balances brought into PLAN."""

    def work(session: Session) -> tuple[int, int]:
        book_id = book_of(caller, session)
        entry = openings.record_transfer(
            session, book_id, plan, amount, on=on or clock.today(), actor=caller.actor, reference=reference
        )
        return entry, openings.outstanding(session, plans.by_code(session, book_id, plan))

    entry, left = change(caller, work)
    caller.say("Arrivati {amount}, scrittura {entry}; ne devono arrivare ancora {left}.",
               "{amount} arrived, entry {entry}; another {left} is to come.",
               amount=amount, entry=entry, left=euro(left))  # fmt: skip
    caller.data(entry_id=entry, outstanding_minor=left)


@opening.command()
@click.argument("load_id", type=TEXT)
@click.option("--employee", type=TEXT, help="One person of the load; all unless given.")
@click.option("--reason", type=TEXT, required=True, help="Why, in words that somebody can read next year.")
@click.option("--on", type=DAY, help="Business date; today unless given.")
@dry_run
@click.pass_obj
def undo(caller: Caller, load_id: str, employee: str | None, reason: str, on: date | None) -> None:
    """Reverse what LOAD_ID brought by mistake, while nothing of it was spent."""

    def work(session: Session) -> int:
        book_id = book_of(caller, session)
        code = None if employee is None else persons.employee(session, book_id, employee).tax_code
        return openings.undo(
            session, book_id, load_id, reason=reason, on=on or clock.today(), actor=caller.actor, tax_code=code
        )

    reversed_ = change(caller, work)
    caller.say("Caricamento {id}: {n:credito stornato|crediti stornati}.", "Reversed {n:lot|lots} of the load {id}.",
               n=reversed_, id=load_id)  # fmt: skip
    caller.data(load_id=load_id, reversed=reversed_)


@opening.command("list")
@click.pass_obj
def list_(caller: Caller) -> None:
    """List what was brought from other platforms, with the document that proves it."""
    found = look(lambda session: openings.of_book(session, book_of(caller, session)))
    columns = [
        Column("piano", "plan"),
        Column("portato il", "brought on"),
        Column("documento", "document", folds=True),
        Column("piattaforma", "platform", folds=True),
        Column("crediti", "lots", right=True),
        Column("totale", "total", right=True),
        Column("caricamento", "load"),
    ]
    rows = [
        (x.plan_code, x.brought_on, x.document_ref, x.platform, x.rows, euro(x.total_minor), x.load_id) for x in found
    ]
    caller.table(columns, rows)
    caller.data(loads=found)
