"""The year's deductibility as a workbook: the sum, the plans, the rules and doubts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reports import foundation, words
from reports.deductibility import lines
from reports.deductibility.model import Deductibility
from reports.sheet import Amount, Looks, Sheet, workbook
from reports.words import Words

_COLUMNS = ("plan", "name", "source", "act", "clause", "treatment", "legal_ref", "rule", "confidence", "amount")


def write(found: Deductibility, path: Path, language: str = "it") -> None:
    """Write the workbook; the same year gives the same bytes."""
    text = words.read("reports.deductibility", language)
    title = f"{text('title')} {found.year}"
    with workbook(
        path, title=title, author=found.funder_name, subject=text("reader"), created=found.prepared_at
    ) as book:
        looks = Looks(book, language)
        _summary(Sheet(book, looks, text("sheet.summary"), text), found, text, title)
        _plans(Sheet(book, looks, text("sheet.plans"), text, wide=True), found, text)
        _doubts(Sheet(book, looks, text("sheet.doubts"), text), found, text)


def _summary(sheet: Sheet, found: Deductibility, text: Words, title: str) -> None:
    looks = sheet.looks
    sheet.widths(58, 24)
    sheet.write(title, look=looks.title)
    sheet.write(text("reader"), look=looks.note)
    sheet.write(text("fact.funder"), f"{found.funder_name} ({found.vat_number})")
    sheet.write(text("fact.year"), str(found.year))
    for mark, sentence in foundation.facts(found.foundation.standing, text):
        sheet.write(f"{mark}. {sentence}", look=looks.alarm)
    for note in lines.notes(found, text):
        sheet.write(note, look=looks.note)
    sheet.write()
    for name, amount in (
        ("total", found.total_minor),
        ("full", found.full_minor),
        ("limited", found.limited_minor),
        *((("untold", found.untold_minor),) if found.untold_minor else ()),
        ("labour_cost", found.labour_cost_minor),
        ("limit", found.limit_minor),
        ("not_deductible", found.not_deductible_minor),
        ("deductible", found.deductible_minor),
    ):
        absent = text("unknown") if name in ("labour_cost", "limit") else lines.missing(found, text)
        shown: Any = absent if amount is None else Amount(amount)
        sheet.write(text(f"fact.{name}", per_mille=found.limit.per_mille), shown)
    sheet.write()
    sheet.write(lines.verdict(found, text), look=looks.verdict if found.proof.holds else looks.alarm)
    for sentence in lines.proof(found, text):
        sheet.write(sentence, look=looks.note)


def _plans(sheet: Sheet, found: Deductibility, text: Words) -> None:
    sheet.widths(14, 34, 14, 46, 18, 24, 20, 60, 14, 16)
    sheet.table(_COLUMNS, 1, len(found.costs))
    for cost in found.costs:
        sheet.write(
            cost.plan_code,
            cost.plan_name,
            text.named("source_name", cost.source),
            lines.act(cost, text),
            text("yes" if cost.unilateral_change else "no"),
            lines.treatment(cost, text),
            "; ".join(dict.fromkeys(rule.legal_ref for rule in cost.rules)),
            " ".join(rule.sentence(text.language) for rule in cost.rules),
            lines.weakest(cost, text),
            Amount(cost.amount_minor),
        )
    sheet.total(len(_COLUMNS), {len(_COLUMNS) - 1: found.total_minor})


def _doubts(sheet: Sheet, found: Deductibility, text: Words) -> None:
    sheet.widths(110, 20)
    sheet.head("doubt", "confidence")
    for doubt, confidence in lines.doubts(found, text):
        sheet.write(doubt, confidence, look=sheet.looks.wrapped)
