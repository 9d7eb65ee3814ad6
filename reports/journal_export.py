"""
The journal for other people's tools: beancount, hledger, CSV.

What the ledger says its balances are closes the file as assertions, so that a checker nobody here wrote proves the
journal against them. Accounts stand under their codes: no name and no tax code, no memo that somebody wrote by hand.
Those of single people and of who serves them are added up (`reports.folding`) unless `detail` asks for each: whoever
holds the payroll month too would read, day by day and amount by amount, where everybody bought.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, TextIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from ledger import journal
from ledger.errors import BookNotFound
from ledger.journal import Filter, Written
from reports import foundation, journal_names, places, words
from reports.cells import guarded, number, plain
from reports.errors import PeriodEndsBeforeStart
from reports.folding import folded
from reports.foundation import Foundation
from reports.trial_balance.lines import titled
from reports.words import Words
from wallet import labels

_AT_HOME: Final = frozenset({"payout", "payout_confirmation", "payout_return", "reimbursement", "payroll_payment"})
_BOOK: Final = sa.text(
    "select b.code, b.currency, coalesce(f.name, b.name), coalesce(f.vat_number, '')"
    "  from book b left join funder f on f.book_id = b.book_id where b.book_id = :book"
)
_UNSEALED: Final = sa.text(
    "select count(*) from seal_queue q join entry e on e.book_id = q.book_id and e.entry_id = q.entry_id"
    " where q.book_id = :book and e.occurred_on between :starts and :ends"
)
_FIRST: Final = sa.text("select min(occurred_on), max(occurred_on) from entry where book_id = :book")
# What stands in each balance, less what occurred after a day: the ledger's word, not a sum of what is exported.
_BALANCES: Final = sa.text(
    "with later as ("
    "  select p.debit_account_id as account_id, p.amount_minor from posting p"
    "    join entry e on e.book_id = p.book_id and e.entry_id = p.entry_id"
    "   where p.book_id = :book and e.occurred_on > :day"
    "  union all"
    "  select p.credit_account_id, -p.amount_minor from posting p"
    "    join entry e on e.book_id = p.book_id and e.entry_id = p.entry_id"
    "   where p.book_id = :book and e.occurred_on > :day)"
    " select a.account_id, a.code, a.name, a.kind,"
    "        (b.debit_posted - b.credit_posted - coalesce(l.amount_minor, 0))::bigint,"
    f"       {places.NAME} as place"
    "   from account a join balance b on b.book_id = a.book_id and b.account_id = a.account_id"
    "   left join (select account_id, sum(amount_minor) as amount_minor from later group by 1) l"
    "     on l.account_id = a.account_id"
    f"  {places.JOIN}"
    "  where a.book_id = :book order by a.code"
)


@dataclass(frozen=True, slots=True)
class _Account:
    """
    An account under its name for others, with its name in the book; its balances are debit less credit.

    Several accounts under one code have no name of their own; `place` is the territory that one is of, if any.
    """

    code: str
    name: str
    title: str
    place: str
    members: int
    opening_minor: int
    closing_minor: int


@dataclass(frozen=True, slots=True)
class _Export:
    """What every format writes."""

    book: str
    company: str
    vat_number: str
    currency: str
    unsealed: int
    foundation: Foundation
    starts_on: date
    ends_on: date
    # By the account's id; several ids may stand under one account.
    accounts: Mapping[int, _Account]
    entries: Callable[[], Iterator[Written]]

    @property
    def listed(self) -> list[_Account]:
        """Every account once."""
        return list({account.code: account for account in self.accounts.values()}.values())

    @property
    def openings(self) -> list[_Account]:
        """The accounts that do not begin at zero."""
        return [account for account in self.listed if account.opening_minor]

    def facts(self, text: Words) -> list[tuple[str, str]]:
        """What the file is about and stands on, so that it can be attributed and proved once it has left the folder."""
        return [
            (text("fact.book"), f"{self.company} ({self.book})"),
            *([(text("fact.vat_number"), self.vat_number)] if self.vat_number else []),
            (text("fact.period"), text.period(self.starts_on, self.ends_on)),
            *foundation.facts(self.foundation.standing, text),
            (text("fact.seal"), foundation.told(self.foundation, text, whole=True)),
            (text("fact.unsealed"), str(self.unsealed)),
            (text("fact.rules"), foundation.rules(self.foundation, text)),
        ]


def write_beancount(
    session: Session,
    book_id: int,
    path: Path,
    starts_on: date | None = None,
    ends_on: date | None = None,
    *,
    detail: bool = False,
    language: str = "it",
) -> None:
    """
    Write the journal of a period, or all of it, as a beancount file that asserts the ledger's own balances.

    In a transaction with a repeatable snapshot nothing that is posted meanwhile comes between journal and balances.

    Errors: PeriodEndsBeforeStart, BookNotFound.
    """
    export = _gather(session, book_id, starts_on, ends_on, detail=detail)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        _comments(file, export, language)
        print(f'option "title" {_quoted(export.book)}', file=file)
        print(f'option "operating_currency" "{export.currency}"\n', file=file)
        for account in export.listed:
            print(f"{export.starts_on} open {account.name} {export.currency}", file=file)
        if export.openings:
            print(f'\n{export.starts_on} * "opening"', file=file)
            for account in export.openings:
                print(f"  {account.name}  {_signed(account.opening_minor, export)}", file=file)
        for entry in export.entries():
            _beancount_entry(file, entry, export)
        print(file=file)
        # A balance is asserted as the day begins, and beancount counts in it what stands in the accounts below.
        after = export.ends_on + timedelta(days=1)
        sums: Counter[str] = Counter()
        for account in export.listed:
            parts = account.name.split(":")
            sums.update({":".join(parts[:depth]): account.closing_minor for depth in range(1, len(parts) + 1)})
        for account in export.listed:
            amount = f"{number(sums[account.name]):.2f} ~ 0.00 {export.currency}"
            print(f"{after} balance {account.name}  {amount}", file=file)


def write_hledger(
    session: Session,
    book_id: int,
    path: Path,
    starts_on: date | None = None,
    ends_on: date | None = None,
    *,
    detail: bool = False,
    language: str = "it",
) -> None:
    """
    Write the journal of a period, or all of it, as an hledger file: accounts declared, closing balances asserted.

    Errors: PeriodEndsBeforeStart, BookNotFound.
    """
    export = _gather(session, book_id, starts_on, ends_on, detail=detail)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        _comments(file, export, language)
        print(f"commodity 1000.00 {export.currency}\n", file=file)
        for account in export.listed:
            print(f"account {account.name}", file=file)
        if export.openings:
            print(f"\n{export.starts_on} * opening", file=file)
            for account in export.openings:
                print(f"    {account.name}  {_signed(account.opening_minor, export)}", file=file)
        for entry in export.entries():
            _hledger_entry(file, entry, export)
        print(f"\n{export.ends_on} * closing", file=file)
        for account in export.listed:
            closing = _signed(account.closing_minor, export)
            print(f"    {account.name}  {_signed(0, export)} = {closing}", file=file)


def write_csv(
    session: Session,
    book_id: int,
    path: Path,
    starts_on: date | None = None,
    ends_on: date | None = None,
    language: str = "it",
    *,
    detail: bool = False,
) -> None:
    """
    Write the journal and the closing balances as CSV: one row a posting, one row an account, what they stand on.

    The first column tells them apart. UTF-8 with a byte order mark; `;` and `1234,56` in Italian.

    Errors: PeriodEndsBeforeStart, BookNotFound.
    """
    export = _gather(session, book_id, starts_on, ends_on, detail=detail)
    heads, text = _HEADS[language], words.read("reports.trial_balance", language)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";" if language == "it" else ",", lineterminator="\r\n")
        writer.writerow(heads.journal)
        for entry in export.entries():
            for line in entry.lines:
                writer.writerow(
                    [
                        heads.journal[0],
                        entry.occurred_on.isoformat(),
                        entry.entry_id,
                        line.line,
                        guarded(labels.entry(entry.kind, language)),
                        guarded(export.accounts[line.debit_account_id].code),
                        guarded(export.accounts[line.credit_account_id].code),
                        plain(line.amount_minor, language),
                        guarded(_reference(entry) or ""),
                        entry.reverses or "",
                        _moment(entry.recorded_at),
                    ]
                )
        writer.writerow(heads.balances)
        for account in export.listed:
            amounts = (plain(amount, language) for amount in (account.opening_minor, account.closing_minor))
            writer.writerow(
                [
                    heads.balances[0],
                    guarded(account.code),
                    guarded(titled(account.code, account.title, account.members, text, place=account.place)),
                    *amounts,
                ]
            )
        for name, value in export.facts(text):
            writer.writerow([text("record.note"), name, guarded(value)])


def _comments(file: TextIO, export: _Export, language: str) -> None:
    for name, value in export.facts(words.read("reports.trial_balance", language)):
        print(f"; {_one_line(name)}: {_one_line(value)}", file=file)


@dataclass(frozen=True, slots=True)
class _Heads:
    journal: tuple[str, ...]
    balances: tuple[str, ...]


_HEADS: Final = {
    "it": _Heads(
        (
            "Giornale",
            "Data",
            "Scrittura",
            "Riga",
            "Tipo",
            "Dare",
            "Avere",
            "Importo",
            "Riferimento",
            "Storna",
            "Registrata il",
        ),
        ("Saldi", "Conto", "Nome", "Iniziale (dare meno avere)", "Finale (dare meno avere)"),
    ),
    "en": _Heads(
        (
            "Journal",
            "Date",
            "Entry",
            "Line",
            "Kind",
            "Debit",
            "Credit",
            "Amount",
            "Reference",
            "Reverses",
            "Recorded at",
        ),
        ("Balances", "Account", "Name", "Opening (debit less credit)", "Closing (debit less credit)"),
    ),
}


def _gather(session: Session, book_id: int, starts_on: date | None, ends_on: date | None, *, detail: bool) -> _Export:
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise PeriodEndsBeforeStart(starts_on=starts_on, ends_on=ends_on)
    book = session.execute(_BOOK, {"book": book_id}).one_or_none()
    if book is None:
        raise BookNotFound(book_id=book_id)
    first, last = session.execute(_FIRST, {"book": book_id}).one()
    today = clock.today()
    begins = starts_on or first or ends_on or today
    ends = ends_on or max(last or begins, begins)
    closing = session.execute(_BALANCES, {"book": book_id, "day": ends}).all()
    # Without a first day the export begins with the book, and every account with nothing.
    before = begins - timedelta(days=1)
    opening = {row.account_id: row[4] for row in session.execute(_BALANCES, {"book": book_id, "day": before})}
    titles = {row.code: (row.name, row.place) for row in closing}
    rows = [
        (id_, code if detail else folded(code), kind, opening[id_], amount) for id_, code, _, kind, amount, _ in closing
    ]
    openings: Counter[str] = Counter()
    closings: Counter[str] = Counter()
    for _, code, _, before_minor, after_minor in rows:
        openings[code] += before_minor
        closings[code] += after_minor
    names = journal_names.every({code: (id_, kind) for id_, code, kind, *_ in rows})
    members = Counter(code for _, code, *_ in rows)
    accounts = {
        id_: _Account(code, names[code], *titles.get(code, ("", "")), members[code], openings[code], closings[code])
        for id_, code, *_ in rows
    }
    wanted = Filter(from_day=begins, to_day=ends)
    code, currency, company, vat_number = book
    unsealed = session.scalar(_UNSEALED, {"book": book_id, "starts": begins, "ends": ends}) or 0
    return _Export(
        book=code,
        company=company,
        vat_number=vat_number,
        currency=currency,
        unsealed=unsealed,
        foundation=foundation.of_books(session, [book_id], (begins, ends)),
        starts_on=begins,
        ends_on=ends,
        accounts=accounts,
        entries=lambda: journal.read(session, book_id, wanted),
    )


def _beancount_entry(file: TextIO, entry: Written, export: _Export) -> None:
    print(f"\n{entry.occurred_on} * {_quoted(entry.kind)}", file=file)
    print(f"  entry: {entry.entry_id}", file=file)
    print(f'  recorded: "{_moment(entry.recorded_at)}"', file=file)
    if reference := _reference(entry):
        print(f"  reference: {_quoted(reference)}", file=file)
    for key, other in (("reverses", entry.reverses), ("refunds", entry.refunds)):
        if other is not None:
            print(f"  {key}: {other}", file=file)
    for account, amount in _legs(entry, export):
        print(f"  {account}  {_signed(amount, export)}", file=file)


def _hledger_entry(file: TextIO, entry: Written, export: _Export) -> None:
    tags = [f"recorded:{_moment(entry.recorded_at)}"]
    if reference := _reference(entry):
        tags.append(f"reference:{_one_line(reference)}")
    tags += [f"{key}:{other}" for key, other in (("reverses", entry.reverses), ("refunds", entry.refunds)) if other]
    print(f"\n{entry.occurred_on} * ({entry.entry_id}) {_one_line(entry.kind)}  ; {', '.join(tags)}", file=file)
    for account, amount in _legs(entry, export):
        print(f"    {account}  {_signed(amount, export)}", file=file)


def _legs(entry: Written, export: _Export) -> Iterator[tuple[str, int]]:
    for line in entry.lines:
        yield export.accounts[line.debit_account_id].name, line.amount_minor
        yield export.accounts[line.credit_account_id].name, -line.amount_minor


def _reference(entry: Written) -> str | None:
    # A purchase's reference names the authorization, which leads to the person and the service, a payout's names the
    # provider, a reimbursement's the expense: they stay at home.
    private = entry.hold_id is not None or entry.refunds is not None or entry.kind in _AT_HOME
    return None if private else entry.reference


def _signed(amount_minor: int, export: _Export) -> str:
    return f"{number(amount_minor):.2f} {export.currency}"


def _quoted(text: str) -> str:
    escaped = _one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _one_line(text: str) -> str:
    # A comma ends a tag and a semicolon begins a comment in hledger.
    return " ".join(text.split()).replace(",", " ").replace(";", " ")


def _moment(moment: datetime) -> str:
    return moment.astimezone(clock.ROME).isoformat(timespec="seconds")
