"""borsellino authorize: may this be bought for this person, and if so its money is reserved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli import parties, persons
from api.cli.caller import Caller, Column, euro
from api.cli.groups import Command, dry_run
from api.cli.parties import Parties
from api.cli.words import AMOUNT, DAY, TEXT, Word
from api.cli.work import book_of, change, look
from api.errors import ExitCode
from network import vat
from plans.rulebook.words import Category, Channel, ExpenseKind, MealKind
from wallet import authorizations, labels
from wallet.authorizations import Authorization
from wallet.purchases import Purchase


@click.command(cls=Command)
@click.argument("employee", type=TEXT)
@click.argument("service", type=TEXT)
@click.option("--for", "relative", type=TEXT, help="The relative it is for: id, codice fiscale, name or kinship.")
@click.option("--quantity", type=click.IntRange(1, 100_000), help="How many units; 1 unless an amount is given.")
@click.option("--amount", type=AMOUNT, help="Euro to spend, instead of a quantity.")
@click.option("--on", type=DAY, help="Day of the service; it decides price and rules.")
@click.option("--channel", type=Word(Channel), help="How it is paid; the service's first allowed one unless given.")
@click.option("--consent", is_flag=True, help="The employee knows what is taxed through payroll, and goes on.")
@click.option("--meal-kind", type=Word(MealKind), help="For daily meal vouchers.")
@click.option("--expense-kind", type=Word(ExpenseKind), help="What a reimbursed expense was.")
@click.option("--key", type=TEXT, help="Idempotency key: the same request again gets the same answer.")
@dry_run
@click.pass_context
def authorize(
    ctx: click.Context, employee: str, service: str, relative: str | None, quantity: int | None, key: str | None,
    amount: Money | None, on: date | None, channel: Channel | None, consent: bool, meal_kind: MealKind | None,
    expense_kind: ExpenseKind | None,
) -> None:  # fmt: skip
    """Decide a purchase of SERVICE by EMPLOYEE and reserve its money; a dry run only decides."""
    caller: Caller = ctx.obj

    def purchase(session: Session, book_id: int) -> Purchase:
        card = persons.employee(session, book_id, employee)
        kin = None if relative is None else persons.relative(session, book_id, card.employee_id, relative)
        return Purchase(
            employee_id=card.employee_id,
            service_code=service,
            relative_id=None if kin is None else kin.relative_id,
            quantity=1 if quantity is None and amount is None else quantity,
            amount=amount,
            service_on=on,
            channel=channel,
            consent=consent,
            meal_kind=meal_kind,
            expense_kind=expense_kind,
        )

    if caller.dry_run:
        _simulate(ctx, caller, purchase)
        return

    def work(session: Session) -> tuple[Authorization, Parties]:
        book_id = book_of(caller, session)
        given = authorizations.authorize(session, book_id, purchase(session, book_id), actor=caller.actor, key=key)
        return given, parties.of(session, book_id, given)

    given, behind = change(caller, work)
    if given.status != "declined":
        tell(caller, given, behind)
    _data(caller, given, behind)
    if given.status == "declined":
        _decline(ctx, caller, given)


def _data(caller: Caller, given: Authorization, behind: Parties) -> None:
    caller.data(
        authorization=given,
        sentence=_said(caller, given),
        beneficiary=behind.beneficiary,
        service=behind.service,
        provider=behind.provider,
        voucher=parties.voucher(given, behind),
    )


def tell(caller: Caller, given: Authorization, behind: Parties) -> None:
    """Print an authorization that was given: what it means for the tax, who it is for, and its code."""
    if given.replayed:
        caller.say("Già chiesta con la stessa chiave:", "Asked before with the same key:")
    caller.say(
        "{id} [{status}] {quantity} × {service} = {amount}, canale {channel}.",
        "{id} [{status}] {quantity} × {service} = {amount}, channel {channel}.",
        id=given.authorization_id, status=labels.status(given.status, caller.language), quantity=given.quantity,
        service=given.service_code, amount=euro(given.amount_minor),
        channel=None if given.channel is None else Channel(given.channel),
    )  # fmt: skip
    caller.say("{said}", "{said}", said=_said(caller, given))
    caller.say(
        "Categoria fiscale {category}: esenti {exempt}, tassati {taxable}. IVA {vat} ({regime}). Regole: {rules}.",
        "Category {category}: exempt {exempt}, taxable {taxable}. VAT {vat} ({regime}). Rules: {rules}.",
        category=None if given.category is None else Category(given.category), exempt=euro(given.exempt_minor),
        taxable=euro(given.taxable_minor), vat=euro(given.vat_minor), regime=_regime(caller, given),
        rules=given.rule_ids,
    )  # fmt: skip
    parties.tell(caller, given, behind)


def _simulate(ctx: click.Context, caller: Caller, purchase: Callable[[Session, int], Purchase]) -> None:
    def read(session: Session) -> tuple[Authorization, Parties]:
        book_id = book_of(caller, session)
        answer = authorizations.simulate(session, book_id, purchase(session, book_id))
        return answer, parties.of(session, book_id, answer)

    answer, behind = look(read)
    caller.announce_dry_run()
    _data(caller, answer, behind)
    if answer.decline_code is not None:
        _decline(ctx, caller, answer)
    tell(caller, answer, behind)
    columns = [Column("credito", "lot"), Column("usato", "used", right=True)]
    caller.table(columns, [(lot_id, euro(amount_minor)) for lot_id, amount_minor in answer.facts.get("lots", [])])


def _decline(ctx: click.Context, caller: Caller, answer: Authorization) -> None:
    if not caller.as_json:
        sentence = caller.sentence("Rifiutata. {said}", "Declined. {said}", said=_said(caller, answer))
        caller.tell_error(str(answer.decline_code), sentence)
        if answer.authorization_id:
            caller.note("Il rifiuto è registrato: {id}.", "The decline is recorded: {id}.", id=answer.authorization_id)
    ctx.exit(ExitCode.REFUSED)


def _regime(caller: Caller, given: Authorization) -> str:
    if given.vat_regime is None:
        return "-"
    regime = vat.regime(given.vat_regime)
    return regime.label_it if caller.language == "it" else regime.label_en


def _said(caller: Caller, answer: Authorization) -> str:
    return answer.sentence_it if caller.language == "it" else answer.sentence_en
