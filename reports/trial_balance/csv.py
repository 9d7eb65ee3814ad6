"""The trial balance as CSV: a row for each account, one of totals, and what it stands on."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from reports import foundation, words
from reports.cells import guarded, plain
from reports.sheet import Amount
from reports.trial_balance.lines import COLUMNS, figures, kinds, named, notes, sums
from reports.trial_balance.query import TrialBalance
from reports.words import Words


def write(balance: TrialBalance, path: Path, language: str = "it") -> None:
    """Write UTF-8 with a byte order mark; Italian has `;` and `1234,56`, English `,` and `1234.56`."""
    text = words.read("reports.trial_balance", language)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";" if language == "it" else ",", lineterminator="\r\n")
        writer.writerow([text("column.record"), *(text(f"column.{name}") for name in COLUMNS)])
        writer.writerows(_rows(balance, text))


def _rows(balance: TrialBalance, text: Words) -> Iterator[Sequence[str]]:
    for line in balance.lines:
        who = (guarded(line.code), guarded(named(line, text)), text(f"kind.{line.kind}"))
        yield (text("record.account"), *who, *_written(figures(line), text))
    for name, amounts in kinds(balance, text):
        yield (text("record.kind"), "", name, "", *_written(amounts, text))
    yield (text("total"), "", "", "", *_written(sums(balance), text))
    verdict = "proof.holds" if balance.holds else "proof.fails"
    for name, value in (
        ("fact.period", text.period(balance.starts_on, balance.ends_on)),
        *(("standing.mark", sentence) for _, sentence in foundation.facts(balance.foundation.standing, text)),
        *(("fact.left_out", note) for note in notes(balance, text)),
        ("fact.proof", text(verdict, accounts=", ".join(balance.differing))),
        ("fact.seal", foundation.told(balance.foundation, text, whole=True)),
        ("fact.rules", foundation.rules(balance.foundation, text)),
    ):
        yield (text("record.note"), text(name), guarded(value), *([""] * (len(COLUMNS) - 2)))


def _written(amounts: Iterable[Amount | None], text: Words) -> Iterator[str]:
    for amount in amounts:
        yield "" if amount is None else plain(amount, text.language)
