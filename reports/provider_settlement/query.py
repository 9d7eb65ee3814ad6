"""Gathers a provider's statement: one statement over the journals of every book, and the balances that prove it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from importlib.resources import files
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from network import invoicing, provider_accounts, providers, vat
from network.errors import InvoiceDataMissing
from reports import foundation
from reports.errors import PeriodEndsBeforeStart
from reports.provider_settlement import documents, payments
from reports.provider_settlement.model import BookAccount, Instalment, Line, Payee, ProviderStatement, Settled, schedule
from wallet import chart
from wallet.settlement import terms as settlement

_JOURNAL: Final = sa.text((files("reports.provider_settlement") / "journal.sql").read_text("utf-8"))
# What the ledger's balances say, less what occurred after the period: another derivation of the same truth.
_BALANCES: Final = sa.text(
    "select a.book_id, (b.credit_posted - b.debit_posted - coalesce(l.amount_minor, 0))::bigint"
    "  from account a join balance b on b.book_id = a.book_id and b.account_id = a.account_id"
    "  left join lateral (select sum(case when p.credit_account_id = a.account_id then p.amount_minor"
    "                                     else -p.amount_minor end) as amount_minor"
    "    from posting p join entry e on e.book_id = p.book_id and e.entry_id = p.entry_id"
    "   where p.book_id = a.book_id and a.account_id in (p.debit_account_id, p.credit_account_id)"
    "     and e.occurred_on > :ends) l on true"
    " where a.code = :account"
)


def gather(
    session: Session, provider_code: str, starts_on: date, ends_on: date, *, agreed: settlement.Terms | None = None
) -> ProviderStatement:
    """
    Return what every book owes a provider over a period, both days included, and prove it against the balances.

    `agreed` are the terms that what is not in a payment yet will be paid under; those that are shipped unless given.
    Units:  minor units.
    Errors: PeriodEndsBeforeStart, ProviderNotFound.
    Source: docs/statements.md.
    """
    if ends_on < starts_on:
        raise PeriodEndsBeforeStart(starts_on=starts_on, ends_on=ends_on)
    provider = providers.get(session, provider_code, clock.today())
    asked = {"account": chart.provider(provider.code), "ends": ends_on}
    entries = session.execute(_JOURNAL, asked | {"owed_alone": False}).all()
    balances: dict[int, int] = dict(session.execute(_BALANCES, asked).all())
    agreed = agreed or settlement.shipped()
    terms = payments.terms_of(session, provider.code, agreed)
    paid = payments.of_provider(session, provider.code)
    accounts = _accounts(entries, balances, starts_on)
    found = list(_lines(entries, terms, paid, ends_on))
    lines = tuple(line for line in found if line.occurred_on >= starts_on)
    settled = tuple(_settled(entries, payments.entries(session, provider.code), starts_on))
    named = {line.reference for line in found} | {one.reference for one in settled}
    return ProviderStatement(
        issuer=agreed.payer.name,
        provider_code=provider.code,
        provider_name=provider.name,
        territory=provider.territory_code,
        payee=_payee(session, provider.code),
        starts_on=starts_on,
        ends_on=ends_on,
        prepared_at=clock.now(),
        lines=lines,
        before=tuple(line for line in found if line.occurred_on < starts_on),
        documents=documents.split(provider.code, ends_on, lines, documents.buyers(session, lines)),
        transfers=tuple(one for one in payments.transfers(session, provider.code) if one.reference in named),
        settled=settled,
        accounts=accounts,
        foundation=foundation.of_books(session, [account.book_id for account in accounts], (starts_on, ends_on)),
    )


def owed(session: Session, provider_code: str, *, agreed: settlement.Terms | None = None) -> tuple[Instalment, ...]:
    """
    Return when a provider is paid what is owed to it today and in no payment, as its statement of today says.

    Only the purchases are read of which something is owed, however many there were.
    Units:  minor units.
    Errors: ProviderNotFound.
    """
    today = clock.today()
    provider = providers.get(session, provider_code, today)
    asked = {"account": chart.provider(provider.code), "ends": today, "owed_alone": True}
    entries = session.execute(_JOURNAL, asked).all()
    in_payment = {(entry.book_id, entry.entry_id) for entry in entries if entry.in_payment}
    terms = payments.terms_of(session, provider.code, agreed or settlement.shipped())
    lines = _lines(entries, terms, payments.of_provider(session, provider.code, returned_alone=True), today)
    return schedule((line for line in lines if (line.book_id, line.entry_id) not in in_payment), today)


def _accounts(entries: Iterable[Any], balances: dict[int, int], starts_on: date) -> tuple[BookAccount, ...]:
    sums: dict[int, dict[str, int]] = {book_id: defaultdict(int) for book_id in balances}
    for entry in entries:
        figure = "opening" if entry.occurred_on < starts_on else _figure(entry)
        sums[entry.book_id][figure] += entry.amount_minor
    return tuple(
        BookAccount(book_id, found["opening"], found["capture"], -found["refund"], -found["settled"], balances[book_id])
        for book_id, found in sorted(sums.items())
    )


def _figure(entry: Any) -> str:
    """Say under which figure an entry counts: a reversal counts under that of the entry it reverses."""
    if entry.authorization_id is None:
        return "settled"
    return "refund" if "refund" in (entry.kind, entry.origin) else "capture"


def _settled(entries: Iterable[Any], payment_of: Mapping[tuple[int, int], str], starts_on: date) -> Iterable[Settled]:
    """Yield what payments of the period took off the account in all books, and what came back of them."""
    sums: dict[tuple[date, str], int] = defaultdict(int)
    for entry in entries:
        if entry.authorization_id is None and entry.occurred_on >= starts_on:
            reference = payment_of.get((entry.book_id, entry.entry_id), "")
            sums[entry.occurred_on, reference] -= entry.amount_minor
    for (day, reference), amount in sorted(sums.items()):
        yield Settled(day, reference, amount)


def _payee(session: Session, provider_code: str) -> Payee:
    """Return where a provider is paid, and its VAT number, as far as the tables say."""
    account = provider_accounts.every(session, [provider_code]).get(provider_code)
    vat_number = ""
    with suppress(InvoiceDataMissing):
        vat_number = invoicing.seller(session, provider_code).vat_number
    return Payee(account.iban, account.holder, vat_number) if account else Payee(vat_number=vat_number)


def _lines(entries: Sequence[Any], terms: payments.Terms, paid: payments.Paid, ends_on: date) -> Iterable[Line]:
    """Yield a line for each capture and refund; a purchase is split once, whatever the parts it was captured in."""
    today = clock.today()
    before: dict[tuple[int, str], int] = defaultdict(int)
    left: dict[tuple[int, int], int] = defaultdict(int)
    for entry in entries:
        if entry.authorization_id is None:
            continue
        purchase, capture = (entry.book_id, entry.authorization_id), (entry.book_id, entry.capture_id)
        net_before, _ = vat.split(before[purchase], entry.vat_regime)
        before[purchase] += entry.amount_minor
        net_after, _ = vat.split(before[purchase], entry.vat_regime)
        net = net_after - net_before
        left[capture] += entry.amount_minor
        fee = terms.fee_minor(left[capture] - entry.amount_minor, left[capture], entry.captured_on)
        payment = paid.get((entry.book_id, entry.entry_id), payments.Payment())
        # What is given back is due no earlier than it happened, whatever the day of its capture.
        due_on = max(payment.due_on or terms.due_on(entry.captured_on, entry.occurred_on), entry.occurred_on)
        yield Line(
            occurred_on=entry.occurred_on,
            captured_on=entry.captured_on,
            entry_id=entry.entry_id,
            book_id=entry.book_id,
            mandatary=entry.home_territory,
            authorization_id=entry.authorization_id,
            code=entry.code,
            service_code=entry.service_code,
            service_name=entry.service_name or entry.service_code,
            channel=entry.channel,
            issued_on=entry.issued_on,
            vat_regime=entry.vat_regime,
            gross_minor=entry.amount_minor,
            net_minor=net,
            vat_minor=entry.amount_minor - net,
            fee_minor=fee if payment.fee_minor is None else payment.fee_minor,
            due_on=due_on,
            reference=payment.reference,
            execute_on=payment.execute_on,
            paid_on=payment.paid_on,
            state=_state(payment.state, entry.amount_minor, late=due_on < today),
            owed=payment.owed(ends_on),
        )


def _state(state: str, amount_minor: int, *, late: bool) -> str:
    """Say of what is in no payment whether it is late, or will be taken off the next one."""
    if state != "due":
        return state
    if amount_minor < 0:
        return "deducted"
    return "overdue" if late else "due"
