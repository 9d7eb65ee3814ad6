"""borsellino position, hand-over and personal-statement: how a person stands for the tax in a year."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path

import click
from sqlalchemy.orm import Session

from api.cli import persons
from api.cli.caller import Caller, Column, euro
from api.cli.groups import Command, dry_run
from api.cli.purchases import find as find_authorization
from api.cli.words import DAY, FILE, TEXT
from api.cli.work import book_of, change, look
from config import clock
from plans import labels
from plans.rulebook.words import Confidence
from reports import personal_statement as personal
from reports.personal_statement import PersonalStatement
from wallet import position as positions
from wallet.position import Gauge, Position, words
from wallet.position import hand_over as hand_overs
from wallet.position.hand_over import HandOver

_UNSURE = (Confidence.MEMORY, Confidence.UNCERTAIN)


@click.command(cls=Command)
@click.argument("employee", type=TEXT)
@click.option("--year", type=int, help="Tax year; the present one unless given.")
@click.option("--events", is_flag=True, help="Show every fiscal event too, reversals and corrections included.")
@click.option("--recompute", is_flag=True, help="First bring the year to where the rules of today put its totals.")
@dry_run
@click.pass_obj
def position(caller: Caller, employee: str, year: int | None, events: bool, recompute: bool) -> None:
    """Say what is exempt, taxable and still unknown for a person and a tax year, and how far the limits are.

    For payroll and the person: an employer's office is not told the categories of one person.
    """
    asked_year = year if year is not None else clock.today().year

    def work(session: Session) -> tuple[Position, int | None]:
        book_id = book_of(caller, session)
        card = persons.employee(session, book_id, employee)
        done = positions.recompute(session, book_id, card.employee_id, asked_year) if recompute else None
        return positions.position(session, book_id, card.employee_id, asked_year), done

    found, corrections = change(caller, work) if recompute else look(work, snapshot=True)
    _tell(caller, found, corrections, events=events)
    caller.data(
        position=found,
        settled=found.settled,
        gauges=[_gauge_data(gauge, caller.language) for gauge in found.gauges],
        corrections=corrections,
    )


def _gauge_data(gauge: Gauge, language: str) -> dict[str, object]:
    """What a gauge knows beyond its figures."""
    return {
        "category": gauge.category,
        "left_minor": gauge.left_minor,
        "zone": gauge.zone,
        "external_known": gauge.external_known,
        "sentences": list(words.sentences(gauge, language)),
    }


def _tell(caller: Caller, found: Position, corrections: int | None, *, events: bool) -> None:
    card = found.employee
    if corrections is not None:
        caller.say("Correzioni scritte: {n}.", "Corrections written: {n}.", n=corrections)
    caller.say(
        "{last} {first}, anno {year}: esenti {exempt}, da chiarire {unknown}, tassati {taxable}; prenotati {reserved}.",
        "{last} {first}, year {year}: {exempt} exempt, {unknown} unknown, {taxable} taxable; {reserved} reserved.",
        last=card.last_name, first=card.first_name, year=str(found.year), exempt=euro(found.exempt_minor),
        unknown=euro(found.unknown_minor), taxable=euro(found.taxable_minor), reserved=euro(found.reserved_minor),
    )  # fmt: skip
    _tell_categories(caller, found)
    for gauge in found.gauges:
        caller.say("{text}", "{text}", text=_named(caller, gauge))
        for sentence in words.sentences(gauge, caller.language):
            caller.say("  {text}", "  {text}", text=sentence)
    if found.bonus is not None:
        caller.say("Premio ({rule})", "Bonus ({rule})", rule=found.bonus.cap_rule_id)
        for sentence in words.bonus(found.bonus, caller.language):
            caller.say("  {text}", "  {text}", text=sentence)
    _tell_moments(caller, found)
    if events:
        _tell_events(caller, found)
    if found.settled:
        caller.say("Ogni categoria con un limite sta dal lato giusto del suo limite.",
                   "Every category with a limit stands on the right side of it.")  # fmt: skip
    else:
        caller.say("L'anno va ricalcolato: --recompute.", "The year has to be recomputed: --recompute.")
    caller.say("Regole {version}.", "Rules {version}.", version=found.rulebook_version)


def _named(caller: Caller, gauge: Gauge) -> str:
    name = labels.italian(gauge.category) if caller.language == "it" else str(gauge.category)
    rules = ", ".join(gauge.rule_ids)
    return f"{name} ({rules}: {words.confidence(gauge.confidence, caller.language)})"


def _tell_categories(caller: Caller, found: Position) -> None:
    columns = [
        Column("categoria", "category", folds=True),
        Column("esente", "exempt", right=True),
        Column("di cui su dichiarazione", "of it on declaration", right=True),
        Column("da chiarire", "unknown", right=True),
        Column("tassato", "taxable", right=True),
        Column("prenotato", "reserved", right=True),
        Column("perché da chiarire", "why unknown", folds=True),
    ]
    rows = [
        (x.category, euro(x.exempt_minor), euro(x.on_declaration_minor), euro(x.unknown_minor), euro(x.taxable_minor),
         euro(x.reserved_minor), "; ".join(words.unknown(why, caller.language) for why in x.because))
        for x in found.categories
    ]  # fmt: skip
    caller.table(columns, rows)
    lapsed = sum(x.lapsed_minor for x in found.categories)
    if lapsed:
        caller.say("Di questi, {amount} sono di buoni scaduti e saranno stornati.",
                   "Of these, {amount} are of vouchers past their time and will be reversed.",
                   amount=euro(lapsed))  # fmt: skip


def _tell_moments(caller: Caller, found: Position) -> None:
    for moment in found.moments:
        if moment.confidence in _UNSURE:
            sentence = moment.sentence_it if caller.language == "it" else moment.sentence_en
            caller.say("Da confermare ({rule}): {text}", "To be confirmed ({rule}): {text}",
                       rule=moment.rule_id, text=sentence)  # fmt: skip


def _tell_events(caller: Caller, found: Position) -> None:
    columns = [
        Column("giorno", "day"),
        Column("che cosa", "what"),
        Column("categoria", "category", folds=True),
        Column("fonte", "source"),
        Column("canale", "channel"),
        Column("esente", "exempt", right=True),
        Column("tassato", "taxable", right=True),
        Column("motivo", "reason", folds=True),
        Column("autorizzazione", "authorization"),
    ]
    rows = [
        (x.fiscal_on, words.kind(x.kind, caller.language), x.category, x.source, x.channel, euro(x.net_exempt_minor),
         euro(x.net_taxable_minor), words.reason(x.reason, caller.language), x.authorization_id)
        for x in found.lines
    ]  # fmt: skip
    caller.table(columns, rows)


@click.command("personal-statement", cls=Command)
@click.argument("employee", type=TEXT)
@click.option("--year", type=int, help="Tax year; the present one unless given.")
@click.option("--output", type=FILE, help="File to write; named after the year in this folder unless given.")
@click.pass_obj
def personal_statement(caller: Caller, employee: str, year: int | None, output: Path | None) -> None:
    """Write a person's own year as a PDF: credit, purchases, tax and limits.

    For the person alone: it names their services, providers and relatives.
    """
    asked_year = year if year is not None else clock.today().year

    def read(session: Session) -> PersonalStatement:
        book_id = book_of(caller, session)
        card = persons.employee(session, book_id, employee)
        return personal.gather(session, book_id, card.employee_id, asked_year)

    with caller.progress("Preparo l'estratto conto", "Preparing the statement"):
        gathered = look(read, snapshot=True)
        path = output or Path(f"welfare-{gathered.position.employee.tax_code}-{asked_year}.pdf")
        # Drawing a document loads a library that no other command needs.
        import_module("reports.personal_statement.pdf").write(gathered, path, caller.language)
    caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    if not gathered.holds:
        caller.note("I conti non tornano: vedi la prova nel documento.", "The accounts do not agree: see the proof.")
    caller.data(path=path, reconciles=gathered.holds)


@click.command("hand-over", cls=Command)
@click.argument("authorization", type=TEXT)
@click.option("--document", type=TEXT, help="What ties it to the year before: the reference of a dated document.")
@click.option("--dated", type=DAY, help="The document's day, no later than the hand-over.")
@click.option("--withdraw", is_flag=True, help="Take an attribution back that was wrong.")
@dry_run
@click.pass_context
def hand_over(
    ctx: click.Context, /, authorization: str, document: str | None, dated: date | None, withdraw: bool
) -> None:
    """Record that a voucher handed over by 12 January refers to the year before, and move its tax there."""
    caller: Caller = ctx.obj
    if not withdraw:
        for name, value in (("document", document), ("dated", dated)):
            if value is None:
                raise click.MissingParameter(ctx=ctx, param=next(p for p in ctx.command.params if p.name == name))

    def work(session: Session) -> HandOver:
        book_id, authorization_id = find_authorization(caller, session, authorization)
        if withdraw:
            return hand_overs.withdraw(session, book_id, authorization_id, actor=caller.actor)
        assert document is not None  # noqa: S101
        assert dated is not None  # noqa: S101
        return hand_overs.attribute(
            session, book_id, authorization_id, document_ref=document, document_on=dated, actor=caller.actor
        )

    done = change(caller, work)
    year = str(done.fiscal_year + 1 if withdraw else done.fiscal_year)
    caller.say("{id}: {amount} contano nel {year}.", "{id}: {amount} count in {year}.",
               id=done.authorization_id, amount=euro(done.amount_minor), year=year)  # fmt: skip
    caller.note(
        "Regola {rule}: interpretazione da confermare con il consulente del lavoro.",
        "Rule {rule}: an interpretation to be confirmed by a labour consultant.",
        rule=done.rule_id,
    )
    caller.data(hand_over=done, counts_in=int(year))
