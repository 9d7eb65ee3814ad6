"""borsellino payout: paying providers what is due in all books, and reading the bank's answer."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.words import DAY, FILE, TEXT
from api.cli.work import change, look
from config import clock, settings
from plans import funders
from wallet.settlement import confirmations, payments, payouts, rates, target_days, terms
from wallet.settlement.candidates import Why
from wallet.settlement.confirmations import Confirmation, Match
from wallet.settlement.coverage import LeftLine
from wallet.settlement.payouts import Advance, Run
from wallet.settlement.terms import Terms

TERMS = click.option(
    "--terms", "path", type=FILE, help="File of terms (payer, fees, shares); that of the settings unless given."
)


def agreed(path: Path | None) -> Terms:
    """Return the terms of a file, or those of the settings."""
    return terms.agreed() if path is None else terms.load(path)


@click.group(cls=Group)
def payout() -> None:
    """Pay providers what is due in all books, and read the bank's answer."""


@payout.command()
@click.argument("reference", type=TEXT)
@click.option("--due-by", type=DAY, help="Captures whose days to payment are over by then; today unless given.")
@click.option(
    "--execute-on",
    type=DAY,
    help="The day the bank is asked to pay; today, or the next day on which banks pay, unless given.",
)
@click.option("--advance", "advanced", type=TEXT, multiple=True,
              help="A book to pay for even beyond its bank account; may be repeated.")  # fmt: skip
@click.option("--advance-reason", type=TEXT, help="Why; needed with --advance, and kept with the run.")
@TERMS
@dry_run
@click.pass_obj
def prepare(caller: Caller, /, reference: str, due_by: date | None, execute_on: date | None, **more: Any) -> None:
    """Prepare the run REFERENCE over all books, as far as the bank covers; once for each reference."""
    today, under = clock.today(), agreed(more["path"])
    advances = [Advance(book, more["advance_reason"] or "") for book in more["advanced"]]

    def work(session: Session) -> tuple[Run, list[LeftLine], Run | None]:
        run = payouts.prepare(
            session, reference, due_by=due_by or today, execute_on=execute_on or target_days.on_or_after(today),
            terms=under, actor=caller.actor, advances=advances,
        )  # fmt: skip
        return run, payouts.left_lines(session, run), rates.before(session, run)

    with caller.progress("Preparo i pagamenti", "Preparing payments"):
        done, left, before = change(caller, work)
    if done.replayed:
        caller.say("{ref}: era già preparato.", "{ref}: was prepared before.", ref=done.reference)
    source = more["path"] or settings.load().terms
    if source is None:
        caller.say("Condizioni del programma: con --terms se ne danno altre.",
                   "The program's terms: --terms gives others.")  # fmt: skip
    else:
        caller.say("Condizioni da {path}.", "Terms of {path}.", path=source)
    if before is not None:
        caller.say(
            "ATTENZIONE: le commissioni non sono quelle di {ref}, il pagamento precedente ({then}). Se doveva seguire"
            " quelle condizioni, provare con --dry-run e --terms prima di prepararlo.",
            "WARNING: the fees are not those of {ref}, the run before ({then}). If it was to follow those terms, try"
            " with --dry-run and --terms before it is prepared.",
            ref=before.reference, then=_fees(caller, before),
        )  # fmt: skip
    _tell_run(caller, done, left, lines=False)


@payout.command()
@click.argument("reference", type=TEXT, required=False)
@click.option("--payment", type=TEXT, help="Show what one payment settles, line by line with its fee, by its id.")
@click.pass_obj
def show(caller: Caller, reference: str | None, payment: str | None) -> None:
    """Show the run REFERENCE with its payments, what one payment settles, or all runs."""
    if payment is not None:
        _tell_lines(caller, payment)
        return
    if reference is not None:
        _tell_run(caller, *look(lambda session: _with_left(session, reference)))
        return
    runs = look(lambda session: [payouts.get(session, name) for name in payouts.references(session)])
    columns = (
        Column("pagamento", "run"), Column("scadenze entro", "due by"), Column("esecuzione", "execution"),
        Column("fornitori", "providers", right=True), Column("totale", "total", right=True),
    )  # fmt: skip
    caller.table(columns, [(r.reference, r.due_by, r.execute_on, len(r.payments), euro(r.total_minor)) for r in runs])
    caller.data(runs=runs)


@payout.command("file")
@click.argument("reference", type=TEXT)
@click.option("--format", "form", type=click.Choice(["cbi", "iso"]), default="cbi", show_default=True,
              help="cbi: CBIPaymentRequest 00.04.01; iso: pain.001.001.09, where the bank agreed to it.")  # fmt: skip
@click.option("--output", type=FILE, help="File to write; named after the run in this folder unless given.")
@click.pass_obj
def file_(caller: Caller, reference: str, form: str, output: Path | None) -> None:
    """Write the bank's file of the run REFERENCE, checked against the run before it is given out."""
    # It loads an XML library that no other command needs.
    writer = import_module("reports.payout_file")
    run = look(lambda session: payouts.get(session, reference))
    content = writer.write(run, writer.Format(form.upper()), clock.now())
    path = output or Path(f"{run.reference}-{form}.xml")
    path.write_bytes(content)
    caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    caller.data(path=path, format=form)


@payout.command()
@click.argument("payment", type=TEXT)
@click.option("--reason", type=TEXT, required=True, help="Why it never left, such as the bank's refusal.")
@click.option("--on", type=DAY, help="Business date of the entries; today unless given.")
@dry_run
@click.pass_obj
def withdraw(caller: Caller, payment: str, reason: str, on: date | None) -> None:
    """Record that PAYMENT (REFERENCE-00001) never left the bank: what it settled is payable again."""
    day = on or clock.today()
    done = change(
        caller, lambda session: payments.withdraw(session, payment, on=day, actor=caller.actor, reason=reason)
    )
    caller.say(
        "{id} {amount}: ritirato, torna da pagare.", "{id} {amount}: withdrawn, payable again.",
        id=done.end_to_end_id, amount=euro(done.amount_minor),
    )  # fmt: skip
    caller.data(payment=done)


@payout.command()
@click.argument("path", metavar="FILE", type=FILE)
@click.option("--on", type=DAY, help="Business date of the entries, where it is later than the bank's booking date.")
@dry_run
@click.pass_obj
def confirm(caller: Caller, path: Path, on: date | None) -> None:
    """Read the bank's FILE (camt.053): what left is paid, what came back failed, the rest waits for a person."""
    done: Confirmation = change(caller, lambda session: confirmations.read(session, path, actor=caller.actor, on=on))
    for it, en, matches in (
        ("{id} {amount}: pagato ({why}).", "{id} {amount}: paid ({why}).", done.paid),
        ("{id} {amount}: respinto ({why}).", "{id} {amount}: failed ({why}).", done.failed),
    ):
        for match in matches:
            _tell_match(caller, it, en, match, match.end_to_end_id or "")
    for match in done.unmatched:
        _tell_match(caller, "{id} {amount}: in attesa ({why}).", "{id} {amount}: waits ({why}).", match, match.line_id)
    caller.say(
        "{paid:pagato|pagati}, {failed:respinto|respinti}, {unmatched} in attesa, {known:già letto|già letti}.",
        "{paid} paid, {failed} failed, {unmatched} waiting, {known} read before.",
        paid=len(done.paid),
        failed=len(done.failed),
        unmatched=len(done.unmatched),
        known=done.known,
    )
    caller.data(confirmation=done)


@payout.command()
@click.pass_obj
def unmatched(caller: Caller) -> None:
    """List the bank's lines that fit no payment and wait for a person."""
    found = look(confirmations.unmatched)
    columns = (
        Column("riga", "line"), Column("data", "date"), Column("verso", "direction"),
        Column("importo", "amount", right=True), Column("perché", "why", folds=True), Column("IBAN", "IBAN"),
        Column("causale", "text", folds=True),
    )  # fmt: skip
    out, back = caller.sentence("uscita", "out"), caller.sentence("entrata", "in")
    rows = [
        (
            x.line_id, x.booked_on, out if x.outgoing else back, euro(x.amount_minor), x.why, x.iban,
            " ".join((x.end_to_end_id, x.name, x.remittance)).strip(),
        )
        for x in found
    ]  # fmt: skip
    caller.table(columns, rows)
    caller.data(lines=found)


@payout.command()
@click.argument("line", type=TEXT)
@click.option("--payment", type=TEXT, help="The payment that the line is, by its id (REFERENCE-00001).")
@click.option("--not-ours", is_flag=True, help="The line is no payment of a run.")
@click.option("--reason", type=TEXT, required=True, help="What the decision rests on.")
@click.option("--on", type=DAY, help="Business date of the entries, where it is later than the bank's booking date.")
@dry_run
@click.pass_context
def resolve(
    ctx: click.Context, /, line: str, payment: str | None, not_ours: bool, reason: str, on: date | None
) -> None:
    """Close LINE of the bank's by a decision: it is this --payment, or --not-ours."""
    caller: Caller = ctx.obj
    if (payment is None) is not not_ours:
        raise click.UsageError(
            caller.sentence("indicare --payment oppure --not-ours.", "say --payment or --not-ours."), ctx
        )

    def work(session: Session) -> str | None:
        return confirmations.resolve(session, line, end_to_end_id=payment, reason=reason, actor=caller.actor, on=on)

    state = change(caller, work)
    if state is None:
        caller.say("{line}: chiusa, non è un nostro pagamento.", "{line}: closed, no payment of ours.", line=line)
    else:
        told = {"line": line, "payment": payment, "state_it": payments.STATES_IT[state], "state_en": state}
        caller.say("{line}: {payment} è {state_it}.", "{line}: {payment} is {state_en}.", **told)
    caller.data(line=line, payment=payment, state=state)


def _tell_lines(caller: Caller, end_to_end_id: str) -> None:
    found = look(lambda session: payouts.lines(session, payments.by_end_to_end_id(session, end_to_end_id)))
    codes = look(lambda session: {funder.book_id: funder.code for funder in funders.every(session)})
    columns = (
        Column("libro", "book"), Column("autorizzazione", "authorization"), Column("scadenza", "due"),
        Column("importo", "amount", right=True), Column("punti base", "basis points", right=True),
        Column("commissione", "fee", right=True), Column("pagato", "paid", right=True),
    )  # fmt: skip
    rows = [
        (
            codes.get(x.book_id, str(x.book_id)), x.authorization_id, x.due_on, euro(x.amount_minor),
            x.fee_basis_points, euro(x.fee_minor), euro(x.amount_minor - x.fee_minor),
        )
        for x in found
    ]  # fmt: skip
    caller.table(columns, rows)
    caller.data(lines=found)


def _tell_match(caller: Caller, it: str, en: str, match: Match, name: str) -> None:
    caller.say(it, en, id=name, amount=euro(match.line.amount_minor), why=match.why)


def _with_left(session: Session, reference: str) -> tuple[Run, list[LeftLine]]:
    run = payouts.get(session, reference)
    return run, payouts.left_lines(session, run)


def _fees(caller: Caller, run: Run) -> str:
    """Return in words what a run withholds from which providers, in basis points."""
    found = rates.of(run)
    if found is None:
        return caller.sentence("non registrate", "not recorded")
    told = []
    for provider, valid_from, valid_to, points in found:
        spell = {"of": date.fromisoformat(valid_from), "to": date.fromisoformat(valid_to), "points": points}
        who = caller.sentence("tutti i fornitori", "every provider") if provider == terms.ANY else provider
        if spell["to"] == date.max:
            line = caller.sentence("{who} dal {of} {points:punto|punti} base", "{who} from {of} {points} basis points",
                                   who=who, **spell)  # fmt: skip
        else:
            line = caller.sentence("{who} dal {of} al {to} {points:punto|punti} base",
                                   "{who} from {of} to {to} {points} basis points", who=who, **spell)  # fmt: skip
        told.append(line)
    return "; ".join(told) or caller.sentence("nessuna", "none")


def _tell_run(caller: Caller, run: Run, left: list[LeftLine], *, lines: bool = True) -> None:
    italian = caller.language == "it"
    caller.say(
        "{ref}: {n:pagamento|pagamenti} per {total}, esecuzione {on}, dal conto {iban} di {name}.",
        "{ref}: {n:payment|payments} of {total}, execution {on}, from account {iban} of {name}.",
        ref=run.reference,
        n=len(run.payments),
        total=euro(run.total_minor),
        on=run.execute_on,
        iban=run.payer.iban,
        name=run.payer.name,
    )
    caller.say("Commissioni trattenute: {fees}.", "Fees withheld: {fees}.", fees=_fees(caller, run))
    columns = (
        Column("pagamento", "payment"), Column("fornitore", "provider"), Column("intestatario", "holder", folds=True),
        Column("IBAN", "IBAN"), Column("commissione", "fee", right=True), Column("importo", "amount", right=True),
        Column("stato", "state"),
    )  # fmt: skip
    rows = [
        (
            x.end_to_end_id, x.provider_code, x.holder, x.iban, euro(x.fee_minor), euro(x.amount_minor),
            payments.STATES_IT[x.state] if italian else x.state,
        )
        for x in run.payments
    ]  # fmt: skip
    caller.table(columns, rows)
    for out in run.left_out:
        why = Why(out.reason).label(caller.language)
        told = {"subject": out.subject, "amount": euro(out.amount_minor), "why": why}
        caller.say("Lasciato fuori {subject} ({amount}): {why}.", "Left out {subject} ({amount}): {why}.", **told)
    for advance in run.advances:
        caller.say(
            "Anticipati {amount} oltre la banca di {book}: {why}.",
            "Advanced {amount} beyond the bank of {book}: {why}.",
            amount=euro(advance.amount_minor), book=advance.book, why=advance.reason,
        )  # fmt: skip
    if lines:
        _tell_left(caller, left)
    elif left:
        # The books and their sums stand above; one line for each capture would push the payments off the screen.
        caller.say("{n:riga lasciata fuori|righe lasciate fuori}, una per una: payout show {ref}.",
                   "{n:line|lines} left out, one by one: payout show {ref}.",
                   n=len(left), ref=run.reference)  # fmt: skip
    caller.data(run=run, left_lines=left)


def _tell_left(caller: Caller, left: list[LeftLine]) -> None:
    if not left:
        return
    codes = look(lambda session: {funder.book_id: funder.code for funder in funders.every(session)})
    why = Why.NOT_COVERED.label(caller.language)
    columns = (
        Column("libro", "book"), Column("autorizzazione", "authorization"), Column("fornitore", "provider"),
        Column("scadenza", "due"), Column("da pagare", "to be paid", right=True), Column("perché", "why", folds=True),
    )  # fmt: skip
    rows = [
        (
            codes.get(x.book_id, str(x.book_id)), x.authorization_id, x.provider_code, x.due_on,
            euro(x.amount_minor - x.fee_minor), why,
        )
        for x in left
    ]  # fmt: skip
    caller.table(columns, rows)
