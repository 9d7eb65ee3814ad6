"""borsellino bonus: performance bonuses, taken as cash or as welfare."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli import persons, problems
from api.cli.bonus_simulation import simulate, tell_rules
from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.words import AMOUNT, AMOUNT_OR_ZERO, DAY, FILE, TEXT
from api.cli.work import book_of, change, look
from config import clock, money
from plans.bonus import agreements, choices, offers, offers_file, proof, rules, years
from plans.bonus.agreements import Agreement
from plans.bonus.choices import Choice, ChoiceDraft
from plans.bonus.errors import ChoicesFileRefused, OffersFileRefused
from plans.bonus.offers import Days, Outcome
from plans.bonus.offers_file import Examined
from plans.bonus.proof import STATES
from plans.bonus.years import YearLine
from plans.rulebook import loading
from wallet import conversions
from wallet.conversions import Conversion


@click.group(cls=Group)
def bonus() -> None:
    """Compare a performance bonus in cash with welfare, and convert it by the worker's choice."""


bonus.add_command(simulate)


@bonus.command()
@click.argument("plan", type=TEXT)
@click.option("--deposit-code", type=TEXT, required=True, help="Code of the telematic deposit.")
@click.option("--deposited-on", type=DAY, required=True, help="Day of the deposit.")
@click.option("--conformity", is_flag=True, help="The declaration of conformity was made.")
@click.option("--increment", is_flag=True, help="It was verified that the results grew over the period before.")
@click.option("--share", "shares", type=int, multiple=True,
              help="A percentage that workers may choose; repeat. Every one is open unless given.")  # fmt: skip
@click.option("--joint", is_flag=True, help="The contract keeps the higher limit of joint involvement.")
@click.option("--document", type=FILE, help="The deposited document: its SHA-256 is kept, not the file.")
@dry_run
@click.pass_obj
def agreement(
    caller: Caller,
    plan: str,
    deposit_code: str,
    deposited_on: date,
    conformity: bool,
    increment: bool,
    shares: tuple[int, ...],
    joint: bool,
    document: Path | None,
) -> None:
    """Record the deposit of the agreement behind PLAN, without which no bonus is converted."""
    digest = None if document is None else hashlib.sha256(document.read_bytes()).hexdigest()

    def work(session: Session) -> tuple[Agreement, bool]:
        return agreements.record(
            session,
            book_of(caller, session),
            plan,
            deposit_code=deposit_code,
            deposited_on=deposited_on,
            conformity_declared=conformity,
            increment_attested=increment,
            joint=joint,
            shares=shares,
            document_hash=digest,
            actor=caller.actor,
            recorded_at=clock.now(),
        )

    found, created = change(caller, work)
    if created:
        caller.say("Accordo del piano {plan} registrato, deposito {code}.",
                   "Agreement of plan {plan} recorded, deposit {code}.", plan=plan, code=deposit_code)  # fmt: skip
    else:
        caller.say("Già registrato: nulla è cambiato.", "Recorded already: nothing changed.")
    if proof.late(found):
        caller.say(
            "Il deposito è oltre i giorni previsti dalla firma: il consulente deve dire se il regime spetta.",
            "The deposit is later than its days after the signature: the consultant has to say if the regime applies.",
        )
    caller.data(agreement=found, created=created, late=proof.late(found))


@bonus.command()
@click.argument("plan", type=TEXT)
@click.argument("employee", type=TEXT)
@click.argument("amount", type=AMOUNT)
@click.option("--share", type=int, required=True, help="Percentage taken as welfare, 0 to 100.")
@click.option("--chosen-on", type=DAY, help="Day of the choice, which is the day of the tax; today unless given.")
@click.option("--income", type=AMOUNT_OR_ZERO,
              help="Employment income of the year before: compared with the limit, and not kept.")  # fmt: skip
@click.option("--waive", is_flag=True, help="The worker waives the substitute tax on the cash, in writing.")
@click.option("--premium", type=TEXT, help="Name of the bonus; the plan's code while no other is in use.")
@dry_run
@click.pass_obj
def choose(
    caller: Caller,
    plan: str,
    employee: str,
    amount: Money,
    share: int,
    chosen_on: date | None,
    income: Money | None,
    waive: bool,
    premium: str | None,
) -> None:
    """Keep the choice of EMPLOYEE about a bonus of AMOUNT (gross), and grant the part taken as welfare."""

    def work(session: Session) -> Conversion:
        book_id = book_of(caller, session)
        day = chosen_on or clock.today()
        code = persons.employee(session, book_id, employee).tax_code
        within = None
        if income is not None:
            within = money.minor(income) <= rules.at(loading.load(), day, clock.today()).income_limit_minor
        draft = ChoiceDraft(code, premium, amount, share, day, within, waive)
        return conversions.choose(session, book_id, plan, draft, actor=caller.actor)

    done = change(caller, work)
    choice = done.choice
    if done.created:
        caller.say(
            "{last} {first}: {converted} in welfare, {cash} in denaro; scelta {id} del {on}, che è il momento fiscale.",
            "{last} {first}: {converted} as welfare, {cash} in cash; choice {id} of {on}, the moment of tax.",
            last=choice.last_name, first=choice.first_name, converted=euro(choice.converted_minor),
            cash=euro(choice.cash_minor), id=choice.choice_id, on=choice.chosen_on,
        )  # fmt: skip
    else:
        caller.say("Scelta già registrata: {id}.", "Choice recorded already: {id}.", id=choice.choice_id)
    caller.say("Nell'anno può convertire ancora {room}.", "Another {room} can be converted in the year.",
               room=euro(done.room_minor))  # fmt: skip
    tell_rules(caller, done.rules, elsewhere_known=choice.elsewhere_minor is not None)
    caller.data(choice=choice, created=done.created, entry_id=done.entry_id, room_minor=done.room_minor)


@bonus.command()
@click.argument("file", type=FILE)
@click.option("--plan", type=TEXT, required=True, help="Code of the plan the bonuses are converted in.")
@click.option("--premium", type=TEXT, help="Name of the bonus; the plan's code while no other is in use.")
@dry_run
@click.pass_context
def load(ctx: click.Context, file: Path, plan: str, premium: str | None) -> None:
    """Keep the choices of many workers from a CSV or XLSX file, all of it or nothing; the same again is no change."""
    caller: Caller = ctx.obj

    def work(session: Session) -> list[Conversion]:
        return conversions.choose_file(session, book_of(caller, session), plan, file, premium, actor=caller.actor)

    try:
        done = change(caller, work)
    except ChoicesFileRefused as refusal:
        found = refusal.details["problems"]
        problems.tell(caller, found)
        caller.data(file=file.name, ok=False, problem_count=len(found), problems=problems.data(caller, found))
        raise
    new = [each for each in done if each.created]
    caller.say(
        "{file}: {new:scelta nuova|scelte nuove}, {old:già registrata|già registrate}; {converted} in welfare,"
        " {cash} in denaro.",
        "{file}: {new:new choice|new choices}, {old} recorded before; {converted} as welfare, {cash} in cash.",
        file=file.name, new=len(new), old=len(done) - len(new),
        converted=euro(sum(each.choice.converted_minor for each in new)),
        cash=euro(sum(each.choice.cash_minor for each in new)),
    )  # fmt: skip
    if done:
        unknown = [each for each in done if each.choice.elsewhere_minor is None]
        tell_rules(caller, done[0].rules, elsewhere_known=not unknown)
    caller.data(file=file.name, ok=True, choices=[each.choice for each in done], created=len(new))


@bonus.command()
@click.argument("file", type=FILE)
@click.option("--plan", type=TEXT, required=True, help="Code of the plan the bonuses are converted in.")
@click.option("--premium", type=TEXT, required=True, help="Name of the bonus, as workers read it.")
@click.option("--from", "choose_from", type=DAY, help="First day on which workers choose; today unless given.")
@click.option("--by", "choose_by", type=DAY, required=True, help="Last day on which workers choose.")
@dry_run
@click.pass_context
def offer(ctx: click.Context, file: Path, plan: str, premium: str, choose_from: date | None, choose_by: date) -> None:
    """Offer workers the bonuses of a CSV or XLSX file, to choose about by themselves; whole or not at all."""
    caller: Caller = ctx.obj
    days = Days(premium, choose_from or clock.today(), choose_by)

    def work(session: Session) -> Examined:
        today, now = clock.today(), clock.now()
        book_id = book_of(caller, session)
        return offers_file.load(session, book_id, plan, days, file, actor=caller.actor, today=today, recorded_at=now)

    try:
        done = change(caller, work)
    except OffersFileRefused as refusal:
        found = refusal.details["problems"]
        problems.tell(caller, found)
        caller.data(file=file.name, ok=False, problem_count=len(found), problems=problems.data(caller, found))
        raise
    counts = {outcome: done.counts[outcome] for outcome in Outcome}
    caller.say(
        "{file}: {new:offerta nuova|offerte nuove}, {changed:cambiata|cambiate}, {same:già registrata|già registrate};"
        " {total} lordi, da scegliere dal {first} al {last}.",
        "{file}: {new:new offer|new offers}, {changed} changed, {same} recorded before; {total} gross, to choose about"
        " from {first} to {last}.",
        file=file.name, new=counts[Outcome.NEW], changed=counts[Outcome.CHANGED], same=counts[Outcome.SAME],
        total=euro(done.total_minor), first=days.choose_from, last=days.choose_by,
    )  # fmt: skip
    if done.unknown:
        caller.say(
            "Di {count:lavoratore|lavoratori} nessuno ha detto se il reddito è nel limite: finché manca non converte.",
            "Of {count:worker|workers} nobody said whether the income is within the limit: until then none converts.",
            count=done.unknown,
        )
    caller.data(file=file.name, ok=True, days=days, total_minor=done.total_minor, unknown=done.unknown, **counts)


@bonus.command()
@click.argument("plan", type=TEXT)
@click.option("--premium", type=TEXT, required=True, help="Name of the bonus, as it was offered.")
@click.option("--employee", type=TEXT, help="Only what was offered to this worker, whoever else chose.")
@dry_run
@click.pass_obj
def withdraw(caller: Caller, plan: str, premium: str, employee: str | None) -> None:
    """Take back what was offered about a bonus of PLAN, before anybody chose."""

    def work(session: Session) -> int:
        book_id = book_of(caller, session)
        code = None if employee is None else persons.employee(session, book_id, employee).tax_code
        return offers.withdraw(session, book_id, plan, premium, actor=caller.actor, tax_code=code)

    done = change(caller, work)
    caller.say("{count:offerta ritirata|offerte ritirate}.", "{count:offer|offers} withdrawn.", count=done)
    caller.data(plan=plan, premium=premium, withdrawn=done)


@bonus.command("list")
@click.argument("plan", type=TEXT)
@click.pass_obj
def list_(caller: Caller, plan: str) -> None:
    """List the choices about the bonuses of PLAN; for payroll, which pays the cash."""

    def read(session: Session) -> tuple[Choice, ...]:
        return choices.of_plan(session, agreements.bonus_plan(session, book_of(caller, session), plan))

    found = look(read)
    columns = [
        Column("cognome", "last name", folds=True),
        Column("nome", "first name", folds=True),
        Column("premio", "bonus", folds=True),
        Column("importo", "amount", right=True),
        Column("quota", "share", right=True),
        Column("in welfare", "as welfare", right=True),
        Column("in denaro", "in cash", right=True),
        Column("scelta del", "chosen on"),
        Column("rinuncia", "waived"),
        Column("id", "id"),
    ]
    rows = [
        (c.last_name, c.first_name, c.premium, euro(c.premium_minor), f"{c.share_percent} %", euro(c.converted_minor),
         euro(c.cash_minor), c.chosen_on, c.waived, c.choice_id)
        for c in found
    ]  # fmt: skip
    caller.table(columns, rows)
    caller.data(choices=found)


@bonus.command()
@click.argument("choice", type=TEXT)
@click.option("--reason", type=TEXT, required=True, help="Why, in words that somebody can read next year.")
@click.option("--on", type=DAY, help="Business date of the correction; today unless given.")
@dry_run
@click.pass_obj
def revoke(caller: Caller, choice: str, reason: str, on: date | None) -> None:
    """Undo CHOICE, recorded by mistake: its credit is taken back while nothing of it was spent."""

    def work(session: Session) -> tuple[Choice, int | None]:
        return conversions.revoke(
            session, book_of(caller, session), choice, reason=reason, on=on or clock.today(), actor=caller.actor
        )

    undone, entry = change(caller, work)
    caller.say("Scelta {id} annullata, tolti {amount}.", "Choice {id} revoked, {amount} taken back.",
               id=choice, amount=euro(undone.converted_minor))  # fmt: skip
    caller.data(choice_id=choice, entry_id=entry)


@bonus.command("proof")
@click.argument("plan", type=TEXT)
@click.pass_obj
def proof_(caller: Caller, plan: str) -> None:
    """List what the employer must be able to show of PLAN, and what of it is missing."""
    found = look(lambda session: proof.of_plan(session, book_of(caller, session), plan))
    italian = caller.language == "it"
    columns = [
        Column("prova", "proof", folds=True),
        Column("stato", "state"),
        Column("manca per", "missing for", right=True),
        Column("fonte", "source", folds=True),
        Column("certezza", "confidence"),
    ]
    rows = [
        (each.requirement.it if italian else each.requirement.en, STATES[each.state] if italian else str(each.state),
         f"{each.missing}/{each.of}", each.requirement.legal_ref, str(each.requirement.confidence))
        for each in found
    ]  # fmt: skip
    caller.table(columns, rows)
    caller.data(plan=plan, proofs=found)


@bonus.command()
@click.argument("tax_year", type=int)
@click.pass_obj
def year(caller: Caller, tax_year: int) -> None:
    """List each worker's bonuses of TAX_YEAR, what is known from elsewhere and what is over the cap."""

    def read(session: Session) -> tuple[YearLine, ...]:
        return years.of_book(session, book_of(caller, session), tax_year, today=clock.today())

    found = look(read)
    columns = [
        Column("cognome", "last name", folds=True),
        Column("nome", "first name", folds=True),
        Column("premi", "bonuses", right=True),
        Column("in welfare", "as welfare", right=True),
        Column("in denaro", "in cash", right=True),
        Column("altrove", "elsewhere", right=True),
        Column("limite", "cap", right=True),
        Column("oltre il limite", "over the cap", right=True),
    ]
    unknown = caller.sentence("non si sa", "unknown")
    rows = [
        (x.last_name, x.first_name, euro(x.premium_minor), euro(x.converted_minor), euro(x.cash_minor),
         unknown if x.elsewhere_minor is None else euro(x.elsewhere_minor), euro(x.cap_minor), euro(x.over_minor))
        for x in found
    ]  # fmt: skip
    caller.table(columns, rows)
    if any(line.over_minor for line in found):
        caller.say(
            "Ciò che è oltre il limite è reddito ordinario: le paghe devono correggerlo.",
            "What is over the cap is ordinary income: payroll has to correct it.",
        )
    caller.data(year=tax_year, workers=found)
