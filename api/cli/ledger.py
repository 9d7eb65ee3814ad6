"""borsellino ledger: the journal, held against itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.words import DAY, TEXT
from api.cli.work import book_of, books_of, change, look
from api.errors import ExitCode
from ledger import accounts, books, journal
from ledger.accounts import TrialLine
from ledger.differences import Difference
from wallet import verification

# What the letters of accounts stand for: assets, liabilities, income, expenses, equity.
_KINDS = {"A": "attività", "L": "passività", "I": "ricavi", "E": "costi", "Q": "patrimonio"}


@click.group(cls=Group)
def ledger() -> None:
    """Verify the books, read the trial balance and the journal, close periods."""


@ledger.command()
@click.option("--all", "every", is_flag=True, help="Every book, not one.")
@click.pass_context
def verify(ctx: click.Context, every: bool) -> None:
    """Derive everything again from the journal and name each difference; exit 1 if there is one."""
    caller: Caller = ctx.obj
    found: dict[str, list[Difference]] = {}
    for code, book_id in books_of(caller, every=every):
        with caller.progress(f"Verifico {code}", f"Verifying {code}") as tick:
            steps = iter(range(1, 1_000))
            found[code] = look(
                lambda session, book_id=book_id, tick=tick, steps=steps: verification.verify(  # type: ignore[misc]
                    session, book_id, on_progress=lambda _name: tick(next(steps), None)
                ),
            )
        for difference in found[code]:
            caller.say("{book}: {it}", "{book}: {en}", book=code, it=difference.text("it"), en=difference.text("en"))
        if found[code]:
            caller.say(
                "{book}: {n:differenza|differenze}.",
                "{book}: {n:difference|differences}.",
                book=code,
                n=len(found[code]),
            )
        else:
            caller.say("{book}: nessuna differenza.", "{book}: no differences.", book=code)
    caller.data(differences=found)
    if any(found.values()):
        ctx.exit(ExitCode.REFUSED)


@ledger.command("trial-balance")
@click.option("--on", type=DAY, help="Entries up to this business date; all unless given.")
@click.option("--lots", is_flag=True, help="Show every lot; they are added up unless asked for.")
@click.pass_obj
def trial_balance(caller: Caller, on: date | None, lots: bool) -> None:
    """Show what was debited and credited to every account."""
    lines = look(lambda session: accounts.trial_balance(session, book_of(caller, session), on))
    shown = lines if lots else _lots_together(caller, lines)
    rows: list[tuple[object, ...]] = [
        (
            line.code,
            line.name,
            _kind(caller, line.kind),
            euro(line.debit_minor),
            euro(line.credit_minor),
            _balance(line),
        )
        for line in shown
    ]
    debit, credit = sum(line.debit_minor for line in lines), sum(line.credit_minor for line in lines)
    if rows:
        rows.append((caller.sentence("totale", "total"), "", "", euro(debit), euro(credit), euro(debit - credit)))
    columns = [
        Column("conto", "account"),
        Column("nome", "name", folds=True),
        Column("tipo", "kind"),
        Column("dare", "debit", right=True),
        Column("avere", "credit", right=True),
        Column("saldo", "balance", right=True),
    ]
    caller.table(columns, rows)
    caller.data(lines=lines, debit_minor=debit, credit_minor=credit)


@ledger.command("close-period")
@click.option("--from", "starts_on", type=DAY, required=True, help="First day.")
@click.option("--to", "ends_on", type=DAY, required=True, help="Last day.")
@dry_run
@click.pass_context
def close_period(ctx: click.Context, starts_on: date, ends_on: date) -> None:
    """Close a stretch of business dates: no entry may fall inside it any more."""
    caller: Caller = ctx.obj
    if ends_on < starts_on:
        text = caller.sentence("finisce prima di cominciare", "it ends before it begins")
        raise click.BadParameter(text, ctx=ctx, param_hint="--to")
    change(caller, lambda session: books.close_period(session, book_of(caller, session), starts_on, ends_on))
    caller.say(
        "Chiuso il periodo dal {first} al {last}.", "Closed the period from {first} to {last}.",
        first=starts_on, last=ends_on,
    )  # fmt: skip
    caller.data(starts_on=starts_on, ends_on=ends_on)


@ledger.command("journal")
@click.option("--from", "from_day", type=DAY, help="First business date.")
@click.option("--to", "to_day", type=DAY, help="Last business date.")
@click.option("--kind", type=TEXT, help="Kind of entry, such as grant or capture.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many entries.")
@click.pass_obj
def journal_(caller: Caller, /, limit: int, **wanted: Any) -> None:
    """Read the journal, entry by entry."""

    def read(session: Session) -> journal.Page:
        kinds = None if wanted["kind"] is None else [wanted["kind"]]
        asked = journal.Filter(kinds=kinds, from_day=wanted["from_day"], to_day=wanted["to_day"])
        return journal.page(session, book_of(caller, session), asked, limit=limit)

    page = look(read)
    columns = [
        Column("scrittura", "entry", right=True),
        Column("data", "date"),
        Column("tipo", "kind"),
        Column("dare", "debit"),
        Column("avere", "credit"),
        Column("importo", "amount", right=True),
        Column("autore", "actor", folds=True),
        Column("nota", "memo", folds=True),
    ]
    rows = [
        (e.entry_id, e.occurred_on, e.kind, line.debit_code, line.credit_code, euro(line.amount_minor), e.actor, e.memo)
        for e in page.entries
        for line in e.lines
    ]
    caller.table(columns, rows)
    if page.next is not None:
        caller.note("Ci sono altre scritture: alzare --limit.", "There are more entries: raise --limit.")
    caller.data(entries=page.entries, more=page.next is not None)


def _kind(caller: Caller, letter: str) -> str:
    return _KINDS[letter] if caller.language == "it" else letter


def _lots_together(caller: Caller, lines: list[TrialLine]) -> list[TrialLine]:
    lots = [line for line in lines if line.code.startswith("lot:")]
    others = [line for line in lines if not line.code.startswith("lot:")]
    if not lots:
        return others
    name = caller.sentence("Crediti dei lavoratori ({n})", "Employees' credit ({n:lot|lots})", n=len(lots))
    debit, credit = sum(line.debit_minor for line in lots), sum(line.credit_minor for line in lots)
    return sorted([*others, TrialLine("lot:*", name, "L", debit, credit)], key=lambda line: line.code)


def _balance(line: TrialLine) -> object:
    return euro(accounts.SIDES[line.kind] * (line.debit_minor - line.credit_minor))
