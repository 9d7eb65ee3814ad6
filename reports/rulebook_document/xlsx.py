"""The rulebook as a workbook: a row for every rule and every worked case, to be filtered and written beside."""

from __future__ import annotations

from pathlib import Path

from reports import signatures
from reports.rulebook_document import lines
from reports.rulebook_document.model import RulebookDocument
from reports.sheet import Amount, Looks, Sheet, workbook
from reports.words import Words
from wallet.settlement import terms

_RULES = (
    ("rule", 30),
    ("group", 26),
    ("sentence", 70),
    ("values", 50),
    ("valid_from", 12),
    ("valid_to", 12),
    ("known_from", 14),
    ("checked_on", 14),
    ("legal_ref", 30),
    ("source", 40),
    ("confidence", 22),
    ("doubt", 60),
    ("beaten", 26),
    ("cases", 50),
    ("signature", 40),
    ("note", 50),
)
_CASES = (
    ("number", 8),
    ("case", 40),
    ("day", 12),
    ("known", 14),
    ("what", 70),
    ("amount", 14),
    ("outcome", 22),
    ("exempt", 14),
    ("taxable", 14),
    ("read", 80),
    ("why", 60),
    ("applied", 50),
)
_BONUS_CASES = (
    ("number", 8),
    ("case", 40),
    ("day", 12),
    ("what", 80),
    ("outcome", 60),
    ("figures", 60),
    ("why", 60),
    ("applied", 50),
)
_CHANGES = (("rule", 30), ("change", 20), ("last", 44), ("key", 26), ("before", 50), ("after", 50))


def write(document: RulebookDocument, path: Path, language: str = "it") -> None:
    """Write the document as XLSX; the same rules, signatures and moment give the same bytes."""
    text = lines.of(language)
    subject = text("subject", version=document.version)
    with workbook(
        path,
        title=f"{text('title')} {document.version}",
        author=terms.shipped().payer.name,
        subject=subject,
        created=document.prepared_at,
    ) as book:
        looks = Looks(book, language)
        _about(Sheet(book, looks, text("section.about"), text), document, text)
        _rules(Sheet(book, looks, text("section.rules"), text, wide=True), document, text)
        _changes(Sheet(book, looks, text("section.changes"), text, wide=True), document, text)
        _cases(Sheet(book, looks, text("section.cases"), text, wide=True), document, text)
        _bonus_cases(Sheet(book, looks, text("section.bonus_cases"), text, wide=True), document, text)


def _about(sheet: Sheet, document: RulebookDocument, text: Words) -> None:
    sheet.widths(24, 110)
    sheet.write(text("title"), look=sheet.looks.title)
    sheet.row += 1
    signed = text("rules_signed", version=document.version, signed=document.signed, total=len(document.rules))
    sheet.write(text("version"), signed)
    sheet.write(text("prepared_at"), document.prepared_at)
    sheet.write(text("last_signed"), document.last_signed_on or text("never"))
    sheet.row += 1
    for told in (text("intro"), text("article"), text("how", version=document.version)):
        sheet.write("", told, look=sheet.looks.wrapped)
    sheet.row += 1
    sheet.head("confidence", "told")
    for confidence in ("V-LAW", "V-PAGE", "MEM", "UNC"):
        sheet.write(text(f"confidence.{confidence}"), text(f"means.{confidence}"))


def _rules(sheet: Sheet, document: RulebookDocument, text: Words) -> None:
    _open(sheet, _RULES, len(document.rules))
    for name, sheets in document.groups:
        for found in sheets:
            rule = found.rule
            values = "; ".join(f"{key}: {value}" for key, value in lines.values(rule, text))
            cells = (
                rule.id,
                text.named("group", name),
                lines.sentence(rule, text),
                values,
                rule.valid_from,
                rule.valid_to,
                rule.known_from,
                rule.checked_on,
                rule.legal_ref,
                lines.source(rule, text),
                text.named("confidence", rule.confidence),
                lines.doubt(found, text),
                ", ".join(found.superseded_by),
                ", ".join(map(str, found.cases)) or lines.untried(rule, text),
                lines.signature(found, text),
                rule.note,
            )
            sheet.folded(*cells)


def _changes(sheet: Sheet, document: RulebookDocument, text: Words) -> None:
    _open(sheet, _CHANGES, len(document.differences))
    for found in document.differences:
        last = "" if found.last is None else signatures.of_rule(found.last, text)
        head = (found.rule_id, text(f"change.{found.change}"), last)
        for key, before, after in list(lines.changed(found, text)) or [("", "", "")]:
            sheet.folded(*head, key, before, after)


def _cases(sheet: Sheet, document: RulebookDocument, text: Words) -> None:
    _open(sheet, _CASES, len(document.cases))
    for number, (case, found) in enumerate(zip(document.cases, document.decisions, strict=True), 1):
        sheet.folded(
            number,
            case.name,
            case.on,
            case.known_at,
            lines.purchase(case, text),
            Amount(case.facts.amount_minor),
            text.named("word", case.outcome),
            Amount(case.exempt_minor),
            Amount(case.taxable_minor),
            found.sentence(text.language),
            case.note,
            ", ".join(found.rule_ids),
        )


def _bonus_cases(sheet: Sheet, document: RulebookDocument, text: Words) -> None:
    _open(sheet, _BONUS_CASES, len(document.bonus_cases))
    of_all = zip(document.bonus_cases, document.bonus_rules, strict=True)
    for number, (case, rules) in enumerate(of_all, len(document.cases) + 1):
        told = lines.bonus(case, text), lines.bonus_outcome(case, text), lines.bonus_figures(case, text)
        sheet.folded(number, case.name, case.on, *told, case.note, ", ".join(rules))


def _open(sheet: Sheet, columns: tuple[tuple[str, int], ...], rows: int) -> None:
    sheet.widths(*(width for _, width in columns))
    sheet.table([name for name, _ in columns], 0, rows)
