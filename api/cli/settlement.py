"""borsellino dispute, clearing: what is contested before it is paid, and what territories owe each other."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.payout import TERMS, agreed
from api.cli.words import AMOUNT, MONTH, TEXT, Word
from api.cli.work import book_of, change, look
from ledger import books
from plans import funders
from wallet import authorizations
from wallet.errors import AuthorizationNotFound
from wallet.settlement import clearing as clearings
from wallet.settlement import disputes
from wallet.settlement.disputes import By, Dispute, Reason, Role, State

_MONTH = click.argument("month", type=MONTH)
_BY = click.option(
    "--by", "role", type=Word(Role, but=(Role.PROVIDER,)), required=True, help="Who disputes or decides."
)
_BEHALF = click.option("--on-behalf-of", type=TEXT, help="For whom, when somebody else acts; both names are kept.")


# -- disputes --------------------------------------------------------------------------------------------------------


@click.group(cls=Group)
def dispute() -> None:
    """Dispute a capture before it is paid, and settle it."""


@dispute.command("open")
@click.argument("authorization", type=TEXT)
@click.option("--reason", type=Word(Reason), required=True, help="Why.")
@_BY
@_BEHALF
@click.option("--capture", "entry_id", type=int, help="Which capture, by its entry; needed where there are several.")
@click.option("--note", type=TEXT, help="What was said.")
@dry_run
@click.pass_obj
def open_(caller: Caller, /, authorization: str, reason: Reason, role: Role, **more: Any) -> None:
    """Dispute a capture of AUTHORIZATION (id or redemption code): it is not paid until this is settled."""

    def work(session: Session) -> Dispute:
        book_id, found = _find(caller, session, authorization)
        by = By(caller.actor, role, more["on_behalf_of"])
        return disputes.open_dispute(
            session, book_id, found, reason, by=by, entry_id=more["entry_id"], note=more["note"] or ""
        )

    done = change(caller, work)
    caller.say(
        "{id}: contestato l'addebito {entry} di {amount}.",
        "{id}: capture {entry} of {amount} is disputed.",
        id=done.dispute_id,
        entry=str(done.entry_id),
        amount=euro(done.left_minor),
    )
    caller.data(dispute=done)


@dispute.command()
@click.argument("dispute_id", metavar="DISPUTE", type=TEXT)
@click.option("--upheld/--dismissed", default=None,
              help="For the employee: the money goes back to the lots; for the provider: payable again.")  # fmt: skip
@click.option("--amount", type=AMOUNT, help="How much goes back; all that is left of the capture unless given.")
@click.option("--reason", type=TEXT, required=True, help="Why it is settled so.")
@_BY
@_BEHALF
@dry_run
@click.pass_context
def settle(ctx: click.Context, /, dispute_id: str, upheld: bool | None, amount: Money | None, **more: Any) -> None:
    """Settle DISPUTE for the employee (--upheld) or for the provider (--dismissed)."""
    caller: Caller = ctx.obj
    if upheld is None or (amount is not None and not upheld):
        it, en = (
            "indicare --upheld o --dismissed; --amount vale solo con --upheld.",
            "say --upheld or --dismissed; --amount goes with --upheld only.",
        )
        raise click.UsageError(caller.sentence(it, en), ctx)
    by = By(caller.actor, more["role"], more["on_behalf_of"])

    def work(session: Session) -> Dispute:
        book_id = book_of(caller, session)
        if upheld:
            return disputes.uphold(session, book_id, dispute_id, by=by, amount=amount, note=more["reason"])
        return disputes.dismiss(session, book_id, dispute_id, by=by, note=more["reason"])

    done = change(caller, work)
    caller.say(
        "{id}: {state}, restituiti {amount}.",
        "{id}: {state}, {amount} given back.",
        id=done.dispute_id,
        state=done.state,
        amount=euro(done.events[-1].refunded_minor),
    )
    caller.data(dispute=done)


@dispute.command("list")
@click.option("--state", type=click.Choice([str(state) for state in State]), help="Only these; all unless given.")
@click.pass_obj
def list_(caller: Caller, state: str | None) -> None:
    """List the disputes of a book with who opened and settled them."""
    wanted = None if state is None else State(state)
    found = look(lambda session: disputes.listed(session, book_of(caller, session), state=wanted))
    columns = (
        Column("contestazione", "dispute"), Column("autorizzazione", "authorization"),
        Column("addebito", "capture", right=True), Column("motivo", "reason", folds=True),
        Column("stato", "state"), Column("aperta da", "opened by", folds=True),
        Column("chiusa da", "settled by", folds=True),
    )  # fmt: skip
    rows = [
        (
            each.dispute_id, each.authorization_id, str(each.entry_id), each.reason, each.state,
            _names(each.events[0].by), _names(each.events[-1].by) if each.state is not State.OPEN else "",
        )
        for each in found
    ]  # fmt: skip
    caller.table(columns, rows)
    caller.data(disputes=found)


def _names(by: By) -> str:
    return by.actor if by.on_behalf_of is None else f"{by.actor} / {by.on_behalf_of}"


def _find(caller: Caller, session: Session, asked: str) -> tuple[int, str]:
    if asked.startswith("aut_"):
        return book_of(caller, session), asked
    book_id, found = authorizations.by_code(session, asked)
    if caller.book is not None and books.require(session, caller.book) != book_id:
        raise AuthorizationNotFound(authorization=asked)
    return book_id, found.authorization_id


# -- clearing --------------------------------------------------------------------------------------------------------


@click.group(cls=Group)
def clearing() -> None:
    """Net what territories owe each other, month by month, over all books."""


@clearing.command("run")
@_MONTH
@TERMS
@dry_run
@click.pass_obj
def run_(caller: Caller, month: date, path: Path | None) -> None:
    """Clear MONTH (03/2026, 2026-03 or any day of it) and close it; again, it changes nothing."""
    told = agreed(path)
    with caller.progress("Compenso il mese", "Clearing the month"):
        done = change(caller, lambda session: clearings.run(session, month, terms=told, actor=caller.actor))
    if done.replayed:
        caller.say("Il mese era già chiuso.", "The month was closed before.")
    _tell_clearing(caller, done)
    if not done.replayed:
        # A closed payroll month is refused while an entry of it waits: whoever clears learns it here.
        caller.note(
            "Le scritture della compensazione aspettano il sigillo: eseguire «seal --all»; fino ad allora"
            " l'esportazione paghe di quel mese è data solo come bozza.",
            "The clearing's entries wait for a seal: run 'seal --all'; until then that month's payroll export is given"
            " as a draft alone.",
        )
    caller.data(clearing=done)


@clearing.command("show")
@_MONTH
@click.pass_obj
def show_(caller: Caller, month: date) -> None:
    """Show every clearing of MONTH: flows, shares of fees, positions, and who reopened it and why."""
    found = look(lambda session: clearings.versions(session, month) or [clearings.get(session, month)])
    for run in found:
        _tell_clearing(caller, run)
    caller.data(clearings=found)


@clearing.command()
@_MONTH
@click.option("--reason", type=TEXT, required=True, help="Why; it is kept.")
@dry_run
@click.pass_obj
def reopen(caller: Caller, month: date, reason: str) -> None:
    """Open MONTH again: its entries are reversed, and it can be cleared anew."""
    done = change(caller, lambda session: clearings.reopen(session, month, reason=reason, actor=caller.actor))
    caller.say("Il mese dal {on} è riaperto.", "The month from {on} is open again.", on=done.starts_on)
    caller.data(clearing=done)


def _tell_clearing(caller: Caller, run: clearings.Run) -> None:
    caller.say(
        "Compensazione dal {start} al {end}, versione {version}, chiusa da {actor}.",
        "Clearing from {start} to {end}, version {version}, closed by {actor}.",
        start=run.starts_on,
        end=run.ends_on,
        version=run.version,
        actor=run.actor,
    )
    if run.reopened_by is not None:
        caller.say("Riaperta da {by}: {why}.", "Reopened by {by}: {why}.", by=run.reopened_by, why=run.reopened_reason)
    for month in run.earlier:
        caller.say(
            "Di mesi precedenti: {month}, {entries:scrittura|scritture}, {gross} lordi e {fee} di commissioni.",
            "From earlier months: {month}, {entries:entry|entries}, {gross} gross and {fee} of fees.",
            month=f"{month.month:%m/%Y}", entries=month.entries, gross=euro(month.gross_minor),
            fee=euro(month.fee_minor),
        )  # fmt: skip
    codes = look(lambda session: {funder.book_id: funder.code for funder in funders.every(session)})
    columns = (
        Column("libro", "book"), Column("origine", "home"), Column("erogazione", "delivery"),
        Column("flusso lordo", "gross flow", right=True), Column("commissione", "fee", right=True),
        Column("a origine", "to home", right=True), Column("a erogazione", "to delivery", right=True),
        Column("alla rete", "to the network", right=True),
    )  # fmt: skip
    rows = [
        (
            codes.get(x.book_id, str(x.book_id)), x.home_territory, x.delivery_territory, euro(x.gross_minor),
            euro(x.fee_minor), euro(x.home_fee_minor), euro(x.delivery_fee_minor), euro(x.network_fee_minor),
        )
        for x in run.flows
    ]  # fmt: skip
    caller.table(columns, rows)
    if run.positions:
        party = (Column("territorio", "territory"), Column("posizione", "position", right=True))
        rows_of = [(x.party, euro(x.position_minor)) for x in run.positions]
        total = sum(x.position_minor for x in run.positions)
        caller.table(party, [*rows_of, (caller.sentence("somma", "sum"), euro(total))])
