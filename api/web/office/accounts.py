"""What the proof of a period says on a page: the sums, the bank, the accounts, and those that differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reports import foundation, words
from reports.folding import folded
from reports.trial_balance import TrialBalance
from reports.trial_balance import lines as told
from reports.trial_balance.query import Line
from reports.words import Words
from wallet import chart


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account, or a kind of account, with its figures; minor units, `difference_minor` of journal and balance."""

    code: str
    name: str
    kind: str
    opening_minor: int
    debit_minor: int
    credit_minor: int
    closing_debit_minor: int
    closing_credit_minor: int
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof of a period: `holds` where debits are credits and every balance is what the journal says."""

    book_name: str
    starts_on: date
    ends_on: date
    holds: bool
    debit_minor: int
    credit_minor: int
    closing_debit_minor: int
    closing_credit_minor: int
    bank: AccountLine | None
    kinds: tuple[AccountLine, ...]
    lines: tuple[AccountLine, ...]
    standing: tuple[str, ...]
    seal: str

    @property
    def difference_minor(self) -> int:
        """What debits are more than credits: zero."""
        return self.debit_minor - self.credit_minor

    @property
    def differences(self) -> tuple[AccountLine, ...]:
        """The accounts whose balance is not what the journal says."""
        return tuple(line for line in self.lines if line.differs)


def prove(balance: TrialBalance, language: str) -> Proof:
    """Return what a trial balance says on a page."""
    text = words.read("reports.trial_balance", language)
    # Accounts of single people stand in one line for each kind: it differs where one of them does.
    differing = {*balance.differing, *map(folded, balance.differing)}
    lines = tuple(_line(line, text, differs=line.code in differing) for line in balance.lines)
    return Proof(
        book_name=balance.book_name,
        starts_on=balance.starts_on,
        ends_on=balance.ends_on,
        holds=balance.holds,
        debit_minor=balance.debit_minor,
        credit_minor=balance.credit_minor,
        closing_debit_minor=balance.closing_debit_minor,
        closing_credit_minor=balance.closing_credit_minor,
        bank=next((line for line in lines if line.code == chart.BANK), None),
        kinds=tuple(_kind(kind, found, text) for kind, found in balance.kinds),
        lines=lines,
        standing=tuple(sentence for _, sentence in foundation.facts(balance.foundation.standing, text)),
        seal=foundation.told(balance.foundation, text),
    )


def _line(line: Line, text: Words, *, differs: bool) -> AccountLine:
    return AccountLine(
        code=line.code if line.accounts == 1 else "",
        name=told.named(line, text),
        kind=text(f"kind.{line.kind}"),
        opening_minor=line.opening_minor,
        debit_minor=line.debit_minor,
        credit_minor=line.credit_minor,
        closing_debit_minor=line.closing_debit_minor,
        closing_credit_minor=line.closing_credit_minor,
        differs=differs,
    )


def _kind(kind: str, found: tuple[Line, ...], text: Words) -> AccountLine:
    sums = (sum(getattr(line, f"{name}_minor") for line in found) for name in told.FIGURES)
    return AccountLine("", text(f"kind.{kind}").capitalize(), kind, *sums)
