"""borsellino budget: the file that says who gets how much."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli import preview, problems
from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.words import AMOUNT, DAY, FILE, TEXT
from api.cli.work import book_of, change, look
from api.errors import ExitCode
from config import clock, money
from plans.budgets import BudgetCheck
from wallet import budgets
from wallet.budgets import Against, Load, Outcome
from wallet.errors import BudgetFileRefused

SHOWN = 100


@click.group(cls=Group)
def budget() -> None:
    """Check a budget file, and grant what it says."""


def _options(command: Any) -> Any:
    total = click.option("--expect-total", type=AMOUNT, help="What the rows must add up to.")
    plan = click.option("--plan", type=TEXT, required=True, help="Code of the plan the credit belongs to.")
    return click.argument("file", type=FILE)(plan(total(command)))


@budget.command()
@_options
@click.pass_context
def check(ctx: click.Context, file: Path, plan: str, expect_total: Money | None) -> None:
    """Hold a budget file against its plan and people; report every problem, write nothing."""
    caller: Caller = ctx.obj

    def read(session: Session) -> tuple[BudgetCheck, Against]:
        book_id = book_of(caller, session)
        with caller.progress("Controllo il file", "Checking the file") as tick:
            found = budgets.check(
                session,
                book_id,
                plan,
                file,
                expect_total_minor=None if expect_total is None else money.minor(expect_total),
                on_progress=lambda done: tick(done, None),
            )
        return found, budgets.against(session, book_id, plan, found)

    checked, against = look(read)
    _tell_check(caller, file, checked, against)
    if not checked.ok:
        ctx.exit(ExitCode.USAGE)


@budget.command()
@_options
@click.option("--reference", type=TEXT, help="Name of this load; the file's name without its ending unless given.")
@click.option("--on", type=DAY, help="Business date of the grants; today unless given.")
@click.option("--repeat", is_flag=True, help="Grant the same content again under a new reference.")
@dry_run
@click.pass_context
def load(
    ctx: click.Context,
    file: Path,
    plan: str,
    expect_total: Money | None,
    reference: str | None,
    on: date | None,
    repeat: bool,
) -> None:
    """Grant what a budget file says, all of it or nothing; the same file again changes nothing."""
    caller: Caller = ctx.obj

    def work(session: Session) -> Load:
        with caller.progress("Carico il budget", "Loading the budget") as tick:
            return budgets.load(
                session,
                book_of(caller, session),
                plan,
                file,
                reference=reference or file.stem,
                on=on or clock.today(),
                actor=caller.actor,
                repeat=repeat,
                expect_total_minor=None if expect_total is None else money.minor(expect_total),
                on_progress=lambda done: tick(done, None),
            )

    try:
        done = change(caller, work)
    except BudgetFileRefused as refusal:
        _tell_check(caller, file, refusal.details["check"])
        raise
    if done.outcome is Outcome.UNCHANGED:
        caller.say(
            "Il riferimento «{reference}» era già caricato: nulla è cambiato.",
            "The reference '{reference}' was loaded already: nothing changed.",
            reference=done.reference,
        )
    else:
        caller.say(
            "Accreditati {total} a {rows:lavoratore|lavoratori}, riferimento «{reference}».",
            "Granted {total} to {rows:employee|employees}, reference '{reference}'.",
            total=euro(done.total_minor), rows=done.rows, reference=done.reference,
        )  # fmt: skip
    caller.data(load=done)


def _tell_check(caller: Caller, file: Path, checked: BudgetCheck, against: Against | None = None) -> None:
    if not caller.as_json:
        preview.show(caller, file)
    if checked.per_cluster:
        _tell_clusters(caller, checked)
    if checked.file_hash:
        # A file that could not be read has no total to speak of.
        caller.say(
            "{file}: {rows:riga|righe}, totale {total}.", "{file}: {rows:row|rows}, total {total}.",
            file=checked.file, rows=checked.row_count, total=euro(checked.total_minor),
        )  # fmt: skip
    if checked.ignored:
        caller.say("Colonne non lette: {names}.", "Columns not read: {names}.", names=checked.ignored)
    problems.tell(caller, checked.problems[:SHOWN])
    if checked.problem_count > SHOWN:
        hidden = checked.problem_count - SHOWN
        caller.say("… e {n:altro problema|altri problemi}.", "... and {n:more problem|more problems}.", n=hidden)
    if checked.ok:
        caller.say("Nessun problema nel file.", "No problems in the file.")
    else:
        problems.tell_count(caller, checked.problem_count)
    if against is not None:
        _tell_against(caller, checked, against)
    caller.data(
        file=checked.file,
        ok=checked.ok,
        rows=checked.row_count,
        total_minor=checked.total_minor,
        per_cluster=checked.per_cluster,
        content_hash=checked.content_hash,
        problem_count=checked.problem_count,
        problems=problems.data(caller, checked.problems),
        **({} if against is None else asdict(against)),
    )


def _tell_against(caller: Caller, checked: BudgetCheck, against: Against) -> None:
    """Say what a load would meet beyond the file itself."""
    if against.loaded_as is not None:
        caller.say(
            "Lo stesso contenuto è già stato caricato con il riferimento «{reference}».",
            "The same content was loaded already, under the reference '{reference}'.",
            reference=against.loaded_as,
        )
    if checked.ok and against.grantable_minor < checked.total_minor:
        caller.say(
            "Il piano può accreditare ancora {grantable}, meno del totale del file: prima serve il denaro.",
            "The plan can still grant {grantable}, less than the file's total: the money is needed first.",
            grantable=euro(against.grantable_minor),
        )


def _tell_clusters(caller: Caller, checked: BudgetCheck) -> None:
    columns = [
        Column("categoria omogenea", "cluster", folds=True),
        Column("persone", "people", right=True),
        Column("totale", "total", right=True),
    ]
    totals = sorted(checked.per_cluster.items())
    caller.table(columns, [(name or "-", total.people, euro(total.amount_minor)) for name, total in totals])
