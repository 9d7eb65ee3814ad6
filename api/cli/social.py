"""borsellino social: a municipality's services, the applications for them, and what citizens pay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli import persons
from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.words import AMOUNT, AMOUNT_OR_ZERO, DAY, FILE, TEXT, Word
from api.cli.work import book_of, change, look
from config import clock, money
from plans.social import applications, assessments, isee, offer, steps
from plans.social.applications import Application, Draft
from plans.social.isee import Assessment, Attestation
from plans.social.offer import OfferLoad
from plans.social.steps import StepTaken
from plans.social.tariffs import Quota, Tariff
from plans.social.words import IseeType, QuotaKind, State, Why
from wallet.social import vouchers
from wallet.social.vouchers import Voucher

C = TypeVar("C", bound=Callable[..., Any])

_BEHALF = click.option("--on-behalf-of", type=TEXT, help="For whom the actor acts, by name or role.")
_ON = click.option("--on", type=DAY, help="Day of the step; today unless given.")
_WHY = click.option("--why", type=Word(Why), default="ordinary", show_default=True, help="Reason, as a code.")
_ACT = click.option("--act", type=TEXT, help="Number of the act behind the step.")


@click.group(cls=Group)
def social() -> None:
    """Municipal services: tariffs, applications, vouchers with the citizen's share, statement and SIUSS flow."""


def attestation_options(command: C) -> C:
    """Give a command the options that tell an attestation; the amount is used and forgotten."""
    for option in (
        click.option("--shift", type=click.IntRange(0, 5), default=0, help="Bands down, where the tariff has it."),
        click.option("--defects", is_flag=True, help="The attestation carries omissions or discrepancies."),
        click.option("--valid-until", type=DAY, help="Last day of the attestation."),
        click.option("--presented", type=DAY, help="Day the DSU was presented."),
        click.option("--dsu", type=TEXT, help="Protocol of the DSU, as on the attestation."),
        click.option("--isee-type", type=Word(IseeType), help="Which indicator; ordinario unless given."),
        click.option("--isee", "isee_amount", type=AMOUNT_OR_ZERO, help="The indicator; it is not kept."),
    ):
        command = option(command)
    return command


def _attestation(told: dict[str, Any]) -> tuple[Attestation | None, int]:
    amount: Money | None = told.pop("isee_amount")
    shift = told.pop("shift")
    shown = isee.complete(
        None if amount is None else money.minor(amount),
        told.pop("isee_type"),
        told.pop("dsu"),
        told.pop("presented"),
        told.pop("valid_until"),
        defects=told.pop("defects"),
    )
    return shown, shift


@social.command()
@click.argument("file", type=FILE)
@dry_run
@click.pass_obj
def load(caller: Caller, file: Path) -> None:
    """Load a municipality's tariffs and entrusted services from a TOML file; the same again changes nothing."""

    def work(session: Session) -> OfferLoad:
        return offer.load(session, book_of(caller, session), file, actor=caller.actor)

    done = change(caller, work)
    caller.say(
        "{file}: {new:nuovo|nuovi} ({codes}), {same:già presente|già presenti}.",
        "{file}: {new} new ({codes}), {same} there already.",
        file=file.name, new=len(done.created), codes=", ".join(done.created) or "-", same=done.unchanged,
    )  # fmt: skip
    caller.data(created=done.created, unchanged=done.unchanged)


@social.command()
@click.argument("tariff", type=TEXT, required=False)
@click.option("--price", type=AMOUNT, help="Price of one unit.")
@click.option("--quantity", type=click.IntRange(1, 10_000), default=1, show_default=True, help="Units.")
@click.option(
    "--isee", "isee_amount", type=AMOUNT_OR_ZERO, help="The indicator; without it, what is paid without ISEE."
)
@click.option("--isee-type", type=Word(IseeType), help="Which indicator.")
@click.option("--defects", is_flag=True, help="The attestation carries omissions or discrepancies.")
@click.option("--shift", type=click.IntRange(0, 5), default=0, help="Bands down, where the tariff has it.")
@click.pass_obj
def tariff(caller: Caller, /, tariff: str | None, price: Money | None, quantity: int, **told: Any) -> None:
    """List the co-payment tariffs, or say what TARIFF asks of an indicator; nothing is written."""
    if tariff is None:
        _list_tariffs(caller)
        return
    amount: Money | None = told["isee_amount"]

    def read(session: Session) -> tuple[Tariff, Quota]:
        found = offer.tariff(session, book_of(caller, session), tariff)
        known = None if amount is None else money.minor(amount)
        return found, found.assess(known, isee_type=told["isee_type"], defects=told["defects"], shift=told["shift"])

    found, quota = look(read)
    caller.say("{it}", "{en}", it=found.sentence_it, en=found.sentence_en)
    caller.say(
        "Il cittadino paga: {quota}.", "The citizen pays: {quota}.", quota=_quota(caller, quota)
    )  # fmt: skip
    citizen = None if price is None else quota.of(money.minor(price), quantity)
    if price is not None and citizen is not None:
        caller.say(
            "Di {total}: {citizen} il cittadino, {municipal} il Comune.",
            "Of {total}: {citizen} the citizen, {municipal} the municipality.",
            total=price * quantity, citizen=euro(citizen), municipal=euro(money.minor(price) * quantity - citizen),
        )  # fmt: skip
    caller.say(
        "Fonte: {source} ({confidence}).", "Source: {source} ({confidence}).",
        source=found.source, confidence=str(found.confidence),
    )  # fmt: skip
    caller.data(tariff=found.id, quota=quota, citizen_minor=citizen)


def _list_tariffs(caller: Caller) -> None:
    def read(session: Session) -> list[Tariff]:
        return list(offer.tariffs_of(session, book_of(caller, session)).values())

    found = look(read)
    columns = [
        Column("tariffa", "tariff"),
        Column("servizio", "service", folds=True),
        Column("unità", "unit"),
        Column("tipo", "kind"),
        Column("regola", "rule", folds=True),
    ]
    sentences = [each.sentence_it if caller.language == "it" else each.sentence_en for each in found]
    caller.table(
        columns,
        [(each.id, each.service, each.unit, each.kind, said) for each, said in zip(found, sentences, strict=True)],
    )
    caller.data(tariffs=[{"id": each.id, "kind": each.kind, "source": each.source} for each in found])


def _quota(caller: Caller, quota: Quota) -> str:
    if quota.kind is QuotaKind.AMOUNT:
        return caller.sentence("{amount} per unità", "{amount} a unit", amount=euro(quota.value))
    if quota.kind is QuotaKind.FULL:
        return caller.sentence("il prezzo intero", "the full price")
    whole, rest = divmod(quota.value, 100)
    written = f"{whole}" + (f"{',' if caller.language == 'it' else '.'}{rest:02d}" if rest else "")
    return caller.sentence("il {share} % del prezzo", "{share}% of the price", share=written)


@social.command()
@click.argument("citizen", type=TEXT)
@click.argument("service", type=TEXT)
@click.option("--protocol", type=TEXT, required=True, help="Protocol of the application; capitals, digits, - / .")
@click.option("--on", type=DAY, help="Day it was presented; today unless given.")
@click.option("--case", "case_ref", type=TEXT, help="Opaque reference such as PAI-2026-0042; nothing of the case.")
@click.option("--citizenship", type=TEXT, help="Three digits, 380 for Italy; SIUSS asks for it.")
@click.option("--residence", type=TEXT, help="ISTAT code of the comune of residence; SIUSS asks for it.")
@attestation_options
@_BEHALF
@dry_run
@click.pass_obj
def apply(caller: Caller, /, citizen: str, service: str, protocol: str, on: date | None, **told: Any) -> None:
    """Write down that CITIZEN (codice fiscale) applied for the entrusted SERVICE."""
    shown, shift = _attestation(told)

    def work(session: Session) -> tuple[Application, Assessment]:
        book_id = book_of(caller, session)
        draft = Draft(
            employee_id=persons.employee(session, book_id, citizen).employee_id,
            entrusted_code=service,
            protocol=protocol,
            submitted_on=on or clock.today(),
            case_ref=told["case_ref"],
            citizenship=told["citizenship"],
            residence_istat=told["residence"],
        )
        found = applications.apply(
            session, book_id, draft, shown, actor=caller.actor, on_behalf_of=told["on_behalf_of"], shift=shift
        )
        return found, assessments.latest(session, book_id, found.application_id)

    found, assessment = change(caller, work)
    _tell(caller, found)
    _tell_assessment(caller, assessment)
    caller.data(application=found, assessment=assessment)


@social.command("registry")
@click.argument("application", type=TEXT)
@click.option("--citizenship", type=TEXT, help="Three digits, 380 for Italy.")
@click.option("--residence", type=TEXT, help="ISTAT code of the comune of residence.")
@_BEHALF
@dry_run
@click.pass_obj
def registry(caller: Caller, /, application: str, **told: Any) -> None:
    """Write down the citizenship or the residence behind APPLICATION (id or protocol), which SIUSS asks for."""

    def work(session: Session) -> Application:
        book_id = book_of(caller, session)
        return applications.correct_registry(
            session,
            book_id,
            application,
            citizenship=told["citizenship"],
            residence_istat=told["residence"],
            actor=caller.actor,
            on_behalf_of=told["on_behalf_of"],
        )

    found = change(caller, work)
    _tell(caller, found)
    caller.data(application=found)


@social.command("isee")
@click.argument("application", type=TEXT)
@click.option("--on", type=DAY, help="Day it was shown; today unless given.")
@attestation_options
@dry_run
@click.pass_obj
def isee_(caller: Caller, /, application: str, on: date | None, **told: Any) -> None:
    """Record a new attestation for APPLICATION (id or protocol), or without options that there is none."""
    shown, shift = _attestation(told)

    def work(session: Session) -> Assessment:
        book_id = book_of(caller, session)
        found = applications.get(session, book_id, application)
        return applications.record_isee(
            session, book_id, found.application_id, shown, on=on or clock.today(), actor=caller.actor, shift=shift
        )

    assessment = change(caller, work)
    _tell_assessment(caller, assessment)
    caller.data(assessment=assessment)


@social.command()
@click.argument("application", type=TEXT)
@click.argument("state", type=Word(State))
@_WHY
@_ON
@_ACT
@click.option("--service", "service_code", type=TEXT, help="Service chosen from the register.")
@_BEHALF
@dry_run
@click.pass_obj
def advance(caller: Caller, /, application: str, state: State, why: Why, **told: Any) -> None:
    """Move APPLICATION (id or protocol) to STATE; ending one that has a voucher gives its free credit back."""

    def work(session: Session) -> tuple[Application, int]:
        return vouchers.advance(
            session, book_of(caller, session), application, state, why=why, on=told["on"] or clock.today(),
            actor=caller.actor, on_behalf_of=told["on_behalf_of"], act_ref=told["act"],
            service_code=told["service_code"],
        )  # fmt: skip

    found, given_back = change(caller, work)
    _tell(caller, found)
    if given_back:
        caller.say("Tornano al piano {amount}.", "{amount} go back to the plan.", amount=euro(given_back))
    caller.data(application=found, given_back_minor=given_back)


@social.command()
@click.argument("application", type=TEXT)
@click.argument("amount", type=AMOUNT, required=False)
@click.option("--from", "starts_on", type=DAY, required=True, help="First day of the period.")
@click.option("--to", "ends_on", type=DAY, required=True, help="Last day of the period, and of the voucher.")
@_WHY
@_ON
@_ACT
@_BEHALF
@dry_run
@click.pass_obj
def assign(caller: Caller, /, application: str, amount: Money | None, why: Why, **told: Any) -> None:
    """Assign APPLICATION: AMOUNT is the municipality's part for the period; none where there is no voucher."""

    def work(session: Session) -> tuple[Application, Voucher | None]:
        book_id = book_of(caller, session)
        found = applications.get(session, book_id, application)
        return vouchers.assign(
            session, book_id, found.application_id, amount, told["starts_on"], told["ends_on"], why=why,
            on=told["on"] or clock.today(), actor=caller.actor, on_behalf_of=told["on_behalf_of"], act_ref=told["act"],
        )  # fmt: skip

    found, voucher = change(caller, work)
    _tell(caller, found)
    if voucher is not None:
        caller.say(
            "Voucher {id}: {amount} dal {first} al {last}.", "Voucher {id}: {amount}, {first} to {last}.",
            id=voucher.voucher_id, amount=euro(voucher.amount_minor), first=voucher.starts_on, last=voucher.ends_on,
        )  # fmt: skip
    caller.data(application=found, voucher=voucher)


@social.command("list")
@click.option("--service", type=TEXT, help="Only of this entrusted service.")
@click.option("--state", type=Word(State), help="Only in this state.")
@click.pass_obj
def list_(caller: Caller, service: str | None, state: State | None) -> None:
    """List the applications of a municipality."""

    def read(session: Session) -> tuple[tuple[Application, str], ...]:
        return applications.listed(session, book_of(caller, session), entrusted_code=service, state=state)

    found = look(read)
    columns = [
        Column("protocollo", "protocol"),
        Column("domanda", "application"),
        Column("cittadino", "citizen", folds=True),
        Column("servizio", "service"),
        Column("stato", "state"),
        Column("del", "of"),
    ]
    rows = [
        (each.protocol, each.application_id, name, each.entrusted_code, each.state, each.submitted_on)
        for each, name in found
    ]
    caller.table(columns, rows)
    caller.data(applications=[each for each, _ in found])


@social.command()
@click.argument("application", type=TEXT)
@click.pass_obj
def show(caller: Caller, application: str) -> None:
    """Show APPLICATION (id or protocol): every step with who, when and why, and what the last ISEE came to."""

    def read(session: Session) -> tuple[Application, tuple[StepTaken, ...], Assessment]:
        book_id = book_of(caller, session)
        found = applications.get(session, book_id, application)
        taken = steps.history(session, book_id, found.application_id)
        return found, taken, assessments.latest(session, book_id, found.application_id)

    found, taken, assessment = look(read)
    _tell(caller, found)
    _tell_assessment(caller, assessment)
    columns = [
        Column("giorno", "day"),
        Column("stato", "state"),
        Column("motivo", "reason", folds=True),
        Column("atto", "act"),
        Column("chi", "who", folds=True),
        Column("per conto di", "on behalf of", folds=True),
    ]
    caller.table(
        columns,
        [(each.occurred_on, each.to_state, each.why, each.act_ref, each.actor, each.on_behalf_of) for each in taken],
    )
    caller.data(application=found, steps=taken, assessment=assessment)


def _tell(caller: Caller, found: Application) -> None:
    caller.say(
        "Domanda {id}, protocollo {protocol}: {state}.", "Application {id}, protocol {protocol}: {state}.",
        id=found.application_id, protocol=found.protocol, state=found.state,
    )  # fmt: skip


def _tell_assessment(caller: Caller, found: Assessment) -> None:
    caller.say(
        "ISEE: {standing}. Il cittadino paga {quota}, dal {since}{until}.",
        "ISEE: {standing}. The citizen pays {quota}, from {since}{until}.",
        standing=found.standing, quota=_quota(caller, found.quota), since=found.effective_from,
        until=""
        if found.valid_until is None
        else caller.sentence("; attestazione valida fino al {day}", "; attested until {day}", day=found.valid_until),
    )  # fmt: skip
