"""borsellino social, where money moves: buying with a voucher, own money, agreements' budgets and claims."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli import persons
from api.cli.caller import Caller, euro
from api.cli.groups import dry_run
from api.cli.purchases import find
from api.cli.social import social as social
from api.cli.words import AMOUNT, DAY, TEXT, Word
from api.cli.work import book_of, change
from api.errors import ExitCode
from config import clock
from plans.social import applications
from wallet import labels, tenders
from wallet.reasons import Voiding
from wallet.social import claims, purchases, vouchers
from wallet.social.claims import Claim
from wallet.social.purchases import Bought, Undone
from wallet.tenders import Paid, Receipt, Returned, TenderKind

_KEY = click.option("--key", type=TEXT, help="The same request again under this key gives the same answer.")
_KIND = click.option("--paid-by", type=Word(TenderKind), default="card", show_default=True, help="How it was paid.")
_ON = click.option("--on", type=DAY, help="Day of the entry; today unless given.")


@social.command()
@click.argument("application", type=TEXT)
@click.argument("service", type=TEXT)
@click.option("--quantity", type=click.IntRange(1, 10_000), default=1, show_default=True, help="Units.")
@click.option("--on", type=DAY, help="Day of the service.")
@click.option("--card", "receipt", type=TEXT, help="Receipt of the citizen's payment; never a card's number.")
@_KIND
@_KEY
@dry_run
@click.pass_context
def buy(ctx: click.Context, /, application: str, service: str, quantity: int, **told: Any) -> None:
    """Buy SERVICE with the voucher of APPLICATION: the citizen pays their share, the municipality the rest."""
    caller: Caller = ctx.obj
    receipt = None if told["receipt"] is None else Receipt(told["paid_by"], told["receipt"])

    def work(session: Session) -> Bought:
        book_id = book_of(caller, session)
        found = applications.get(session, book_id, application)
        return purchases.buy(
            session, book_id, found.application_id, service, quantity, receipt, service_on=told["on"],
            actor=caller.actor, key=told["key"],
        )  # fmt: skip

    bought = change(caller, work)
    given = bought.authorization
    said = given.sentence(caller.language)
    caller.data(
        authorization_id=given.authorization_id, status=given.status, code=given.code, sentence=said,
        municipal_minor=bought.municipal_minor, citizen_minor=bought.citizen_minor,
        tender_id=None if bought.paid is None else bought.paid.tender_id, replayed=given.replayed,
    )  # fmt: skip
    if given.status == "declined":
        if not caller.as_json:
            caller.tell_error(
                str(given.decline_code), caller.sentence("Rifiutata. {said}", "Declined. {said}", said=said)
            )
        ctx.exit(ExitCode.REFUSED)
    if given.replayed:
        caller.say("Già chiesta con la stessa chiave:", "Asked before with the same key:")
    caller.say(
        "{id} [{status}] {quantity} × {service} = {amount}: {municipal} il Comune, {citizen} il cittadino.",
        "{id} [{status}] {quantity} × {service} = {amount}: {municipal} the municipality, {citizen} the citizen.",
        id=given.authorization_id, status=labels.status(given.status, caller.language), quantity=given.quantity,
        service=given.service_code, amount=euro(given.amount_minor), municipal=euro(bought.municipal_minor),
        citizen=euro(bought.citizen_minor),
    )  # fmt: skip
    caller.say(
        "Codice di riscatto {code}, valido fino al {until}.", "Redemption code {code}, valid until {until}.",
        code=given.code or "-", until=given.expires_at,
    )  # fmt: skip


@social.command()
@click.argument("authorization", type=TEXT)
@click.option("--reason", type=Word(Voiding), default="voided", show_default=True, help="Why.")
@dry_run
@click.pass_obj
def void(caller: Caller, authorization: str, reason: Voiding) -> None:
    """End AUTHORIZATION (id or code) unused: both parts are free, and the citizen's goes back to them."""

    def work(session: Session) -> Undone:
        book_id, found = find(caller, session, authorization)
        return purchases.void(session, book_id, found, actor=caller.actor, reason=reason)

    _tell_undone(caller, change(caller, work))


@social.command()
@click.argument("authorization", type=TEXT)
@click.option("--reason", type=TEXT, help="Why.")
@dry_run
@click.pass_obj
def refund(caller: Caller, authorization: str, reason: str | None) -> None:
    """Undo AUTHORIZATION (id or code) after it was captured: both parts go back to where they came from."""

    def work(session: Session) -> Undone:
        book_id, found = find(caller, session, authorization)
        return purchases.refund(session, book_id, found, actor=caller.actor, reason=reason or "")

    _tell_undone(caller, change(caller, work))


def _tell_undone(caller: Caller, undone: Undone) -> None:
    back = 0 if undone.returned is None else undone.returned.amount_minor
    found = undone.change.authorization
    caller.say(
        "{id} [{status}]: tornano liberi {amount}, di cui {back} al cittadino.",
        "{id} [{status}]: {amount} are free again, {back} of it back to the citizen.",
        id=found.authorization_id, status=labels.status(found.status, caller.language),
        amount=euro(undone.change.amount_minor), back=euro(back),
    )  # fmt: skip
    caller.data(authorization_id=found.authorization_id, amount_minor=undone.change.amount_minor, citizen_minor=back)


@social.command()
@click.argument("citizen", type=TEXT)
@click.argument("amount", type=AMOUNT)
@click.option("--plan", type=TEXT, required=True, help="Code of a plan of source PRIVATE.")
@click.option("--receipt", type=TEXT, required=True, help="Receipt of the payment; never a card's number.")
@_KIND
@_ON
@_KEY
@dry_run
@click.pass_obj
def pay(caller: Caller, /, citizen: str, amount: Money, plan: str, receipt: str, **told: Any) -> None:
    """Record that a private CITIZEN paid AMOUNT of their own; it is then spent with 'authorize'."""
    on: date = told["on"] or clock.today()

    def work(session: Session) -> Paid:
        book_id = book_of(caller, session)
        person = persons.employee(session, book_id, citizen)
        paid = Receipt(told["paid_by"], receipt)
        return tenders.record(
            session, book_id, person.employee_id, plan, paid, amount, on=on, actor=caller.actor, key=told["key"]
        )

    done = change(caller, work)
    caller.say(
        "{id}: registrati {amount} ({kind} {receipt}).", "{id}: recorded {amount} ({kind} {receipt}).",
        id=done.tender_id, amount=euro(done.amount_minor), kind=done.receipt.kind, receipt=done.receipt.reference,
    )  # fmt: skip
    caller.data(payment=done)


@social.command()
@click.argument("amount", type=AMOUNT)
@_KIND
@click.option("--reference", type=TEXT, required=True, help="Of the bank transfer; the same one twice is refused.")
@_ON
@dry_run
@click.pass_obj
def transfer(caller: Caller, amount: Money, paid_by: TenderKind, reference: str, on: date | None) -> None:
    """Record that whoever takes people's payments handed AMOUNT over to the book's bank account."""

    def work(session: Session) -> int:
        return tenders.record_transfer(
            session, book_of(caller, session), paid_by, amount, reference=reference, on=on or clock.today(),
            actor=caller.actor,
        )  # fmt: skip

    entry_id = change(caller, work)
    caller.say(
        "Versati in banca {amount} ({kind}), riferimento {ref}.",
        "{amount} came to the bank ({kind}), reference {ref}.",
        amount=amount, kind=paid_by, ref=reference,
    )  # fmt: skip
    caller.data(entry_id=entry_id)


@social.command("give-back")
@click.argument("payment", type=TEXT, required=False)
@dry_run
@click.pass_obj
def give_back(caller: Caller, payment: str | None) -> None:
    """Send what is not spent of PAYMENT (id or receipt) back; without it, of everything that ended unspent."""

    def work(session: Session) -> tuple[list[Returned], int]:
        book_id = book_of(caller, session)
        if payment is not None:
            done = tenders.give_back(session, book_id, payment, on=clock.today(), actor=caller.actor)
            return [done], 0
        returned = tenders.give_back_all(session, book_id, actor=caller.actor)
        return returned, vouchers.end_rest(session, book_id, on=clock.today(), actor=caller.actor)

    returned, rest = change(caller, work)
    total = sum(each.amount_minor for each in returned)
    caller.say(
        "Tornano ai cittadini {amount} ({count:pagamento|pagamenti}); al Comune, da voucher finiti, {rest}.",
        "{amount} go back to citizens ({count:payment|payments}); {rest} to the municipality,"
        " from vouchers that are over.",
        amount=euro(total), count=len(returned), rest=euro(rest),
    )  # fmt: skip
    caller.data(returned=returned, municipal_minor=rest)


@social.command()
@click.argument("service", type=TEXT)
@click.argument("amount", type=AMOUNT)
@click.option("--reference", type=TEXT, required=True, help="Act of commitment; the same one twice is refused.")
@_ON
@dry_run
@click.pass_obj
def fund(caller: Caller, service: str, amount: Money, reference: str, on: date | None) -> None:
    """Record what the municipality commits to an agreement of co-design or a tender."""

    def work(session: Session) -> Money:
        book_id = book_of(caller, session)
        claims.fund(
            session, book_id, service, amount, on=on or clock.today(), actor=caller.actor,
            reference=f"entrusted:{service}:{reference}",
        )  # fmt: skip
        return claims.left(session, book_id, service)

    left = change(caller, work)
    caller.say(
        "Impegnati {amount} per {service}; restano {left}.", "Committed {amount} to {service}; {left} are left.",
        amount=amount, service=service, left=left,
    )  # fmt: skip
    caller.data(service=service, left=left)


@social.command()
@click.argument("service", type=TEXT)
@click.argument("partner", type=TEXT)
@click.argument("amount", type=AMOUNT)
@click.option("--reference", type=TEXT, required=True, help="The partner's report or invoice; once each.")
@click.option("--from", "starts_on", type=DAY, required=True, help="First day it is for.")
@click.option("--to", "ends_on", type=DAY, required=True, help="Last day it is for.")
@_ON
@dry_run
@click.pass_obj
def claim(caller: Caller, /, service: str, partner: str, amount: Money, reference: str, **told: Any) -> None:
    """Record what PARTNER claims: costs reported (co-design) or the price of a tender, never of a voucher."""

    def work(session: Session) -> tuple[Claim, Money]:
        book_id = book_of(caller, session)
        done = claims.claim(
            session, book_id, service, partner, amount, reference=reference, period_from=told["starts_on"],
            period_to=told["ends_on"], on=told["on"] or clock.today(), actor=caller.actor,
        )  # fmt: skip
        return done, claims.left(session, book_id, service)

    done, left = change(caller, work)
    caller.say(
        "{id}: {kind} di {partner} per {amount}; restano {left}.",
        "{id}: {kind} of {partner} for {amount}; {left} are left.",
        id=done.claim_id, kind=done.kind, partner=partner, amount=amount, left=left,
    )  # fmt: skip
    caller.data(claim=done, left=left)
