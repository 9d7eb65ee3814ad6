"""The personal statement as a document: one page that says the year, then plans, purchases and corrections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from plans.rulebook.words import Category, Confidence
from reports import blocks, foundation, look, pages, words, year_limits
from reports.blocks import WIDTH, Column, Heading, Row
from reports.front import Card, Cards, Head, Masthead, ProofBox
from reports.personal_statement.gauges import Picture
from reports.personal_statement.model import PersonalStatement, Purchase
from reports.words import Words
from wallet import labels, pension
from wallet.position import words as told
from wallet.reimbursements import checklist
from wallet.reimbursements.words import state

GAP: Final = 6 * mm
NOTHING: Final = "–"
UNSURE: Final = (Confidence.MEMORY, Confidence.UNCERTAIN)


def write(statement: PersonalStatement, path: Path, language: str = "it") -> None:
    """Write the statement as a PDF; the same statement gives the same bytes."""
    text = words.read("reports.personal_statement", language)
    year = str(statement.position.year)
    pages.write(
        path,
        _flow(statement, text),
        text,
        title=f"{text('title')} {year} · {statement.name}",
        author=statement.funder_name,
        subject=text("subject", year=year),
        created=statement.prepared_at,
        running=f"{statement.name} · {text('title')} {year}",
        footer=foundation.footer(statement.foundation, text),
    )


def _flow(statement: PersonalStatement, text: Words) -> Iterator[Flowable]:
    look.register()
    position = statement.position
    yield Masthead(
        Head(
            kind=f"{text('title')} {position.year}",
            title=statement.name,
            facts=(
                (text("funder"), statement.funder_name),
                (text("tax_code"), position.employee.tax_code),
                (text("through"), text.day(statement.through)),
                (text("prepared_at"), text.moment(statement.prepared_at)),
            ),
            chip=text("chip"),
        )
    )
    yield Spacer(0, 4 * mm)
    yield Cards(_cards(statement, text))
    yield Spacer(0, GAP)
    yield from _categories(statement, text)
    yield from _gauges(statement, text)
    yield CondPageBreak(55 * mm)
    yield ProofBox(
        text("proof.holds" if statement.holds else "proof.fails"), _proof(statement, text), holds=statement.holds
    )
    yield Spacer(0, GAP)
    yield from _plans(statement, text)
    yield from _purchases(statement, text)
    yield from _january(statement, text)
    yield from _corrections(statement, text)
    yield from _doubts(statement, text)


def _cards(statement: PersonalStatement, text: Words) -> list[Card]:
    position = statement.position
    unknown = text("card.unknown_note", amount=text.euro(position.unknown_minor))
    reserved = text("card.reserved_note", amount=text.euro(position.reserved_minor))
    return [
        Card(look.PINE, text("card.granted"), text.euro(statement.granted_minor), text("card.granted_note")),
        Card(look.CLAY, text("card.used"), text.euro(statement.used_minor), text("card.used_note")),
        Card(
            look.PLUM,
            text("card.exempt"),
            text.euro(position.exempt_minor),
            unknown if position.unknown_minor else text("card.exempt_note"),
        ),
        Card(look.RED, text("card.taxable"), text.euro(position.taxable_minor), text("card.taxable_note")),
        Card(look.OCHRE, text("card.residual"), text.euro(statement.residual_minor), reserved),
    ]


def _categories(statement: PersonalStatement, text: Words) -> Iterator[Flowable]:
    columns = [
        Column(text("column.category"), WIDTH * 0.3),
        Column(text("column.source"), WIDTH * 0.14),
        Column(text("column.channel"), WIDTH * 0.12),
        Column(text("column.exempt"), WIDTH * 0.15, figures=True),
        Column(text("column.taxable"), WIDTH * 0.15, figures=True),
        Column(text("column.used"), WIDTH * 0.14, figures=True),
    ]
    yield Heading(text("heading.categories"))
    every = (split for category in statement.position.categories for split in category.splits)
    splits = [split for split in every if split.exempt_minor or split.taxable_minor]
    if not splits:
        yield from blocks.notes(text("no_uses"))
        yield Spacer(0, GAP)
        return
    rows: list[Row] = [
        (
            text.named("category", split.category),
            text.named("source_short", split.source),
            text.named("channel", split.channel),
            _or_nothing(split.exempt_minor, text),
            _or_nothing(split.taxable_minor, text),
            text.amount(split.exempt_minor + split.taxable_minor),
        )
        for split in splits
    ]
    sums = (sum(x.exempt_minor for x in splits), sum(x.taxable_minor for x in splits))
    rows.append((text("total"), "", "", *map(text.amount, (*sums, sum(sums)))))
    yield blocks.flowing(columns, rows, total=True)
    for category in statement.position.categories:
        for why in category.because:
            name = text.named("category", category.category)
            reason = told.unknown(why, text.language)
            amount = text.euro(category.unknown_minor)
            yield from blocks.notes(text("unknown_note", category=name, amount=amount, reason=reason))
        if category.on_declaration_minor:
            name, amount = text.named("category", category.category), text.euro(category.on_declaration_minor)
            yield from blocks.notes(text("declaration_note", category=name, amount=amount))
    yield Spacer(0, GAP)


def _gauges(statement: PersonalStatement, text: Words) -> Iterator[Flowable]:
    yield CondPageBreak(50 * mm)
    yield Heading(text("heading.gauges"))
    for gauge in statement.position.gauges:
        # Fringe benefits are everybody's; a fund is shown to whoever has something to do with one.
        if gauge.category is not Category.FRINGE and not (gauge.counted_minor or gauge.reserved_minor):
            continue
        yield CondPageBreak(38 * mm)
        yield Picture(gauge, text)
        said = list(told.sentences(gauge, text.language))
        # The legend shows the figures; what they mean is said.
        shown = said[1:2] if gauge.other_limit_minor is not None else []
        yield blocks.paragraph(" ".join([*shown, told.one_more(gauge, text.language)]), 8.5, look.REGULAR, look.INK)
        limit = year_limits.of_gauge(gauge)
        if gauge.counts_elsewhere and gauge.used_minor:
            yield blocks.paragraph(year_limits.sums(limit, text), 8.5, look.REGULAR, look.INK)
        if limit.crossed:
            yield blocks.paragraph(year_limits.crossing(limit, text), 8.5, look.SEMIBOLD, look.INK)
        sure = told.confidence(gauge.confidence, text.language)
        yield from blocks.notes(text("gauge.rules", rules=", ".join(gauge.rule_ids), sure=sure))
        yield Spacer(0, 3 * mm)
    if statement.position.bonus is not None:
        told_of_bonus = " ".join(told.bonus(statement.position.bonus, text.language))
        yield blocks.paragraph(told_of_bonus, 8.5, look.REGULAR, look.INK)
        yield from blocks.notes(text("bonus.rule", rule=statement.position.bonus.cap_rule_id))
    yield Spacer(0, GAP / 2)


def _proof(statement: PersonalStatement, text: Words) -> Iterator[str]:
    position = statement.position
    opening = sum(line.opening_minor for line in statement.plans)
    ended = sum(line.ended_minor for line in statement.plans)
    other = sum(line.other_minor for line in statement.plans)
    yield text(
        "proof.credit",
        opening=text.amount(opening),
        granted=text.amount(statement.granted_minor),
        used=text.amount(statement.used_minor),
        ended=text.amount(ended),
        other=text.amount(other),
        residual=text.amount(statement.residual_minor),
        ledger=text.amount(statement.ledger_minor),
    )
    yield text("proof.purchases", charged=text.amount(statement.charged_minor), used=text.amount(statement.used_minor))
    yield text(
        "proof.events",
        events=len(position.lines),
        amount=text.amount(statement.events_minor),
        exempt=text.amount(position.exempt_minor),
        unknown=text.amount(position.unknown_minor),
        taxable=text.amount(position.taxable_minor),
    )
    yield text("proof.settled" if position.settled else "proof.unsettled")
    seal = foundation.told(statement.foundation, text)
    yield text("proof.stands_on", version=foundation.rules(statement.foundation, text), seal=seal)


def _plans(statement: PersonalStatement, text: Words) -> Iterator[Flowable]:
    if not statement.plans:
        return
    columns = [
        Column(text("column.plan"), WIDTH * 0.22),
        Column(text("column.source"), WIDTH * 0.1),
        Column(text("column.spend_by"), WIDTH * 0.11),
        *(
            Column(text(f"column.{name}"), WIDTH * 0.095, figures=True)
            for name in ("opening", "granted", "used", "ended", "other")
        ),
        Column(text("column.residual"), WIDTH * 0.095, figures=True),
    ]
    rows: list[Row] = []
    for line in statement.plans:
        figures = (line.opening_minor, line.granted_minor, line.used_minor, line.ended_minor, line.other_minor)
        amounts = [_or_nothing(amount, text) for amount in figures]
        source = text.named("source_short", line.source)
        rows.append((line.name, source, text.day(line.spend_by), *amounts, text.amount(line.residual_minor)))
    sums = [
        sum(getattr(line, f"{name}_minor") for line in statement.plans)
        for name in ("opening", "granted", "used", "ended", "other", "residual")
    ]
    rows.append((text("total"), "", "", *map(text.amount, sums)))
    yield from _table(text("heading.plans"), columns, rows)


def _purchases(statement: PersonalStatement, text: Words) -> Iterator[Flowable]:
    columns = [
        Column(text("column.day"), WIDTH * 0.1),
        Column(text("column.service"), WIDTH * 0.24),
        Column(text("column.provider"), WIDTH * 0.17),
        Column(text("column.beneficiary"), WIDTH * 0.1),
        Column(text("column.status"), WIDTH * 0.12),
        Column(text("column.charged"), WIDTH * 0.09, figures=True),
        Column(text("column.exempt"), WIDTH * 0.09, figures=True),
        Column(text("column.taxable"), WIDTH * 0.09, figures=True),
    ]
    rows: list[Row] = [
        (
            text.day(x.decided_on if x.reimbursement is None else x.reimbursement.expense_on),
            _service(x.service, text),
            x.provider,
            x.beneficiary or text("yourself"),
            _status(x, text),
            _or_nothing(x.charged_minor, text),
            _or_nothing(x.exempt_minor, text),
            _or_nothing(x.taxable_minor, text),
        )
        for x in statement.purchases
    ]
    if not rows:
        return
    sums = (
        statement.charged_minor,
        sum(x.exempt_minor for x in statement.purchases),
        sum(x.taxable_minor for x in statement.purchases),
    )
    rows.append((text("total"), "", "", "", "", *map(text.amount, sums)))
    yield from _table(text("heading.purchases"), columns, rows, text("purchases_note"))


def _january(statement: PersonalStatement, text: Words) -> Iterator[Flowable]:
    if statement.january_rule is None:
        return
    yield CondPageBreak(35 * mm)
    yield Heading(text("heading.january"))
    yield blocks.paragraph(statement.january_sentence[text.language == "en"], 8.5, look.REGULAR, look.INK)
    yield from blocks.notes(text("january_doubt", rule=statement.january_rule))
    if not statement.january:
        yield from blocks.notes(text("january_none"))
        yield Spacer(0, GAP)
        return
    yield Spacer(0, 2 * mm)
    columns = [
        Column(text("column.day"), WIDTH * 0.12),
        Column(text("column.service"), WIDTH * 0.36),
        Column(text("column.amount"), WIDTH * 0.12, figures=True),
        Column(text("column.year"), WIDTH * 0.1),
        Column(text("column.why"), WIDTH * 0.3),
    ]
    rows: list[Row] = []
    for item in statement.january:
        why = "january_moved" if item.fiscal_year < item.day.year else "january_stays"
        reason = text(why, document=item.document or "")
        amount, service = text.amount(item.amount_minor), _service(item.service, text)
        rows.append((text.day(item.day), service, amount, str(item.fiscal_year), reason))
    yield blocks.flowing(columns, rows, total=False)
    yield Spacer(0, GAP)


def _corrections(statement: PersonalStatement, text: Words) -> Iterator[Flowable]:
    """Yield the fiscal events one by one where some of them took others back."""
    found = statement.position.lines
    if all(line.kind == "use" for line in found):
        return
    columns = [
        Column(text("column.day"), WIDTH * 0.11),
        Column(text("column.what"), WIDTH * 0.09),
        Column(text("column.category"), WIDTH * 0.24),
        Column(text("column.why"), WIDTH * 0.32),
        Column(text("column.exempt"), WIDTH * 0.12, figures=True),
        Column(text("column.taxable"), WIDTH * 0.12, figures=True),
    ]
    rows: list[Row] = [
        (
            text.day(line.fiscal_on),
            told.kind(line.kind, text.language),
            text.named("category", line.category),
            told.reason(line.reason, text.language),
            _or_nothing(line.net_exempt_minor, text),
            _or_nothing(line.net_taxable_minor, text),
        )
        for line in found
    ]
    sums = (sum(line.net_exempt_minor for line in found), sum(line.net_taxable_minor for line in found))
    rows.append((text("total"), "", "", "", *map(text.amount, sums)))
    yield from _table(text("heading.events"), columns, rows, text("events_note"))


def _doubts(statement: PersonalStatement, text: Words) -> Iterator[Flowable]:
    doubts = [moment for moment in statement.position.moments if moment.confidence in UNSURE]
    if not doubts:
        return
    yield CondPageBreak(30 * mm)
    yield Heading(text("heading.doubts"))
    for moment in doubts:
        sentence = moment.sentence_it if text.language == "it" else moment.sentence_en
        yield blocks.paragraph(f"{sentence} ({moment.rule_id})", 8.5, look.REGULAR, look.INK)
        yield Spacer(0, 1.5 * mm)


def _table(heading: str, columns: list[Column], rows: list[Row], note: str = "") -> Iterator[Flowable]:
    """Yield a heading and a table that begins where at least a few rows of it fit, and goes over pages."""
    yield blocks.begins(len(rows))
    yield Heading(heading)
    yield blocks.flowing(columns, rows, total=True)
    if note:
        yield from blocks.notes(note)
    yield Spacer(0, GAP)


def _or_nothing(amount_minor: int, text: Words) -> str:
    return text.amount(amount_minor) if amount_minor else NOTHING


def _status(purchase: Purchase, text: Words) -> str:
    """Return where a purchase stands; what payroll gave back says in which payslip."""
    found = purchase.reimbursement
    if found is None:
        return labels.status(purchase.status, text.language)
    if found.payroll_month is not None:
        return text("paid_in", month=text.month_figures(found.payroll_month))
    return state(found.state, text.language)


def _service(name: str, text: Words) -> str:
    """Return a service's name; what was asked back, and what nobody ordered, have words of ours."""
    if (expense := checklist.expenses().get(name)) is not None:
        return text("reimbursed", expense=expense.name(text.language))
    return pension.NAME[text.language == "en"] if name == pension.SERVICE else name
