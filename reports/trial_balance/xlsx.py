"""The trial balance as a workbook."""

from __future__ import annotations

from pathlib import Path

from reports import foundation, words
from reports.sheet import Amount, Looks, Sheet, workbook
from reports.trial_balance.lines import COLUMNS, FIGURES, figures, kinds, named, notes, sums
from reports.trial_balance.query import TrialBalance


def write(balance: TrialBalance, path: Path, language: str = "it") -> None:
    """Write the workbook; the same balance gives the same bytes."""
    text = words.read("reports.trial_balance", language)
    period = text.period(balance.starts_on, balance.ends_on)
    title = f"{text('title')} {balance.book_name}, {period}"
    with workbook(
        path, title=title, author=balance.book_name, subject=text("reader"), created=balance.prepared_at
    ) as book:
        looks = Looks(book, language)
        sheet = Sheet(book, looks, text("sheet.accounts"), text, wide=True)
        sheet.widths(38, 44, 16, 17, 17, 17, 17, 17)
        sheet.table(COLUMNS, len(FIGURES), len(balance.lines))
        for line in balance.lines:
            sheet.write(line.code, named(line, text), text(f"kind.{line.kind}"), *figures(line))
        sheet.total(len(COLUMNS), dict(enumerate(sums(balance), 3)))
        proof = Sheet(book, looks, text("sheet.proof"), text)
        proof.widths(34, 70)
        proof.write(text("title"), look=looks.title)
        proof.write(text("reader"), look=looks.note)
        proof.write(text("fact.book"), f"{balance.book_name} ({balance.book_code})")
        proof.write(text("fact.period"), period)
        for mark, sentence in foundation.facts(balance.foundation.standing, text):
            proof.write(mark, sentence, look=looks.alarm)
        proof.write(text("fact.debit"), Amount(balance.debit_minor))
        proof.write(text("fact.credit"), Amount(balance.credit_minor))
        proof.write(text("fact.difference"), Amount(balance.debit_minor - balance.credit_minor))
        verdict, look = ("proof.holds", looks.verdict) if balance.holds else ("proof.fails", looks.alarm)
        proof.write(text("fact.proof"), text(verdict, accounts=", ".join(balance.differing)), look=look)
        proof.write(text("fact.seal"), foundation.told(balance.foundation, text, whole=True))
        proof.write(text("fact.rules"), foundation.rules(balance.foundation, text))
        for note in notes(balance, text):
            proof.write(note, look=looks.note)
        kind_sheet = Sheet(book, looks, text("sheet.kinds"), text, wide=True)
        kind_sheet.widths(30, *([17] * len(FIGURES)))
        kind_sheet.head("kind", *FIGURES, figures=len(FIGURES))
        for name, amounts in kinds(balance, text):
            kind_sheet.write(name, *amounts)
        kind_sheet.closing(text("total"), *sums(balance))
