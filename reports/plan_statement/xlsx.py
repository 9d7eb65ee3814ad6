"""The statement as a workbook: real numbers and dates, one sheet a part, ready to be filtered and printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from config import clock
from reports import foundation, signatures
from reports.plan_statement import lines, words
from reports.plan_statement.model import PlanStatement, Reading
from reports.plan_statement.suppression import SMALLEST_GROUP
from reports.sheet import CLAY, INK, LINE, Amount, Looks, Month, Sheet, Withheld, workbook

# From so many rows on, a row is written to the file when the next begins.
MANY_ROWS: Final = 10_000


def write(statement: PlanStatement, path: Path, language: str = "it") -> None:
    """
    Write the statement as XLSX; the same statement gives the same bytes.

    Every text is written as text, so that no name becomes a formula or a link.
    """
    text = words.of(language)
    many = len(statement.employees) + len(statement.payroll) > MANY_ROWS
    plan = statement.plan
    with workbook(
        path,
        title=f"{text('title')} {plan.code}",
        author=plan.funder_name,
        subject=text.period(statement.starts_on, statement.ends_on),
        created=statement.prepared_at,
        many_rows=many,
    ) as book:
        looks = Looks(book, language)
        _summary(Sheet(book, looks, text("section.summary"), text), statement)
        _categories(Sheet(book, looks, text("section.categories"), text), statement)
        _expiring(Sheet(book, looks, text("section.expiring"), text), statement)
        _employees(Sheet(book, looks, text("section.employees"), text, wide=True), statement)
        if statement.reading is Reading.PAYROLL:
            _payroll(Sheet(book, looks, text("section.payroll"), text, wide=True), statement)
        _proof(Sheet(book, looks, text("section.proof"), text), statement)


def _summary(sheet: Sheet, statement: PlanStatement) -> None:
    text, plan = sheet.text, statement.plan
    sheet.widths(46, 22, 22)
    sheet.sheet.set_row(0, 24)
    sheet.write(text("title"), look=sheet.looks.title)
    sheet.write(text(f"reading.{statement.reading}"), look=sheet.looks.note)
    if statement.cluster is not None:
        sheet.write(text("only_cluster", cluster=statement.cluster or text("none")), look=sheet.looks.strong)
    sheet.row += 1
    for label, value in (
        (text("funder"), plan.funder_name),
        (text("vat_number"), plan.vat_number),
        (text("plan"), f"{plan.code} · {plan.name}"),
        (text("source"), text.named("source_name", plan.source)),
        (text("period_from"), statement.starts_on),
        (text("period_to"), statement.ends_on),
        (text("spend_by"), plan.spend_by),
        (text("prepared_at"), statement.prepared_at),
        *foundation.facts(statement.standing, text),
    ):
        sheet.write(label, value)
    sheet.row += 1
    sheet.head("item", "amount", figures=1)
    for line in lines.summary(statement, text):
        label = f"{line.sign} {line.label}" if line.sign in ("+", "−") else line.label
        if line.sign == "=":
            sheet.closing(label, Amount(line.amount_minor))
        else:
            sheet.write(label, Amount(line.amount_minor))
    sheet.row += 1
    sheet.write(lines.verdict(statement, text), look=_verdict_look(sheet, statement))
    if note := lines.persons(statement, text):
        sheet.write(note, look=sheet.looks.note)
    sheet.row += 1
    sheet.head("month", "granted", "used", figures=2)
    first = sheet.row
    for month in statement.months:
        day = Month(month.month.year, month.month.month, 1)
        sheet.write(day, Amount(month.granted_minor), Amount(month.used_minor))
    today = statement.prepared_at.astimezone(clock.ROME).date()
    past = sum(month.month <= today for month in statement.months)
    if past:
        _chart(sheet, first, first + past - 1, sheet.row + 1)


def _chart(sheet: Sheet, first: int, last: int, row: int) -> None:
    """Draw what was used: beside what is granted in one month, no bar could be seen."""
    chart = sheet.book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": [sheet.name, first - 1, 2],
            "categories": [sheet.name, first, 0, last, 0],
            "values": [sheet.name, first, 2, last, 2],
            "fill": {"color": CLAY},
            "gap": 80,
        }
    )
    chart.set_title({"name": sheet.text("heading.chart"), "name_font": {"size": 12, "color": INK}})
    chart.set_legend({"none": True})
    chart.set_x_axis({"num_format": "mmm yy", "text_axis": True, "line": {"color": LINE}})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": LINE}}})
    chart.set_size({"width": 620, "height": 300})
    sheet.sheet.insert_chart(row, 0, chart)


def _categories(sheet: Sheet, statement: PlanStatement) -> None:
    text = sheet.text
    sheet.widths(46, 12, 18, 18, 18, 18, 10)
    sheet.head("category", lines.people(statement), "used", figures=2)
    for line in statement.categories:
        sheet.write(text.named("category", line.category), _shown(line.people, int), _shown(line.used_minor))
    # A sum of what is shown would not be the total: it is written, not summed.
    total = statement.groups
    sheet.closing(text("total"), "", Amount(total.used_minor))
    sheet.row += 1
    columns = ("cluster", "people", "granted", "used", "residual", lines.users_column(statement), "users_share")
    sheet.head(*columns, figures=6)
    for cluster in statement.clusters:
        amounts = map(_shown, (cluster.granted_minor, cluster.used_minor, cluster.residual_minor))
        share = None if cluster.users is None else text.share(cluster.users, cluster.people)
        users = (_shown(cluster.users, int), share)
        sheet.write(cluster.cluster or text("none"), cluster.people, *amounts, *users)
    figures = (total.granted_minor, total.used_minor, total.residual_minor)
    part = "" if total.users is None or not statement.people else text.share(total.users, statement.people)
    told = text("hidden") if total.users is None else total.users
    sheet.closing(text("total"), statement.people, *map(Amount, figures), told, part)
    sheet.row += 1
    if note := lines.groups(statement, text):
        sheet.write(note, look=sheet.looks.note)
    sheet.write(text("uses_note"), look=sheet.looks.note)
    sheet.write(text("uptake_note"), look=sheet.looks.note)
    if statement.reading is Reading.HR:
        sheet.write(text("uptake_groups", people=SMALLEST_GROUP), look=sheet.looks.note)
    if statement.hides_clusters:
        sheet.write(text("hidden_note", people=SMALLEST_GROUP), look=sheet.looks.note)


def _expiring(sheet: Sheet, statement: PlanStatement) -> None:
    text = sheet.text
    sheet.widths(46, 12, 18)
    sheet.head("expires", "people", "left", figures=2)
    for line in statement.expiring:
        amount = Amount(line.amount_minor)
        sheet.write(lines.expiring(line, statement, text), _shown(line.people, int), amount)
    sheet.closing(text("total"), "", Amount(statement.total.residual_minor))
    sheet.row += 1
    sheet.write(text("expiring_note"), look=sheet.looks.note)
    if statement.reading is Reading.HR:
        sheet.write(text("expiring_groups", people=SMALLEST_GROUP), look=sheet.looks.note)


def _employees(sheet: Sheet, statement: PlanStatement) -> None:
    sheet.widths(13, 24, 20, 20, 22, 14, 14, 14, 14, 14, 14, 14)
    figures = lines.figures(statement)
    columns = ("employee_no", "last_name", "first_name", "tax_code", "cluster", *figures)
    sheet.table(columns, len(figures), len(statement.employees))
    for line in statement.employees:
        who = (line.employee_no, line.last_name, line.first_name, line.tax_code, line.cluster)
        sheet.write(*who, *map(_shown, lines.person(line.movement, statement)))
    # A column that is withheld has no sum.
    sums = zip(figures, lines.people_total(statement), strict=True)
    sheet.total(
        len(columns),
        {place: sum_ for place, (name, sum_) in enumerate(sums, 5) if statement.people_told or name == "granted"},
    )


def _payroll(sheet: Sheet, statement: PlanStatement) -> None:
    text = sheet.text
    sheet.widths(13, 24, 20, 20, 10, 36, 18, 14, 14, 14)
    figures = ("exempt", "taxable")
    who = ("employee_no", "last_name", "first_name", "tax_code")
    columns = (*who, "fiscal_year", "category", "source", "channel", *figures)
    sheet.table(columns, len(figures), len(statement.payroll))
    for line in statement.payroll:
        sheet.sheet.write_number(sheet.row, 4, line.fiscal_year, sheet.looks.year)
        sheet.write(
            line.employee_no,
            line.last_name,
            line.first_name,
            line.tax_code,
            None,
            text.named("category", line.category),
            text.named("source_name", line.source),
            text.named("channel", line.channel),
            Amount(line.exempt_minor),
            Amount(line.taxable_minor),
        )
    exempt = sum(line.exempt_minor for line in statement.payroll)
    taxable = sum(line.taxable_minor for line in statement.payroll)
    sheet.total(len(columns), {8: exempt, 9: taxable})


def _proof(sheet: Sheet, statement: PlanStatement) -> None:
    text, looks = sheet.text, sheet.looks
    sheet.widths(44, 24, 90, 40)
    sheet.write(lines.verdict(statement, text), look=_verdict_look(sheet, statement))
    sheet.write(lines.equation(statement, text))
    sheet.write(f"({text('proof.equation_words')})", look=looks.note)
    sheet.row += 1
    sheet.head("item", "value", figures=1)
    for fact in lines.proof(statement, text):
        sheet.write(fact.label, fact.value if fact.amount_minor is None else Amount(fact.amount_minor))
    sheet.row += 1
    sheet.write(text("heading.rules"), look=looks.strong)
    sheet.write(text("rules_note"), look=looks.note)
    sheet.head("rule", "confidence", "sentence", "signature")
    for index, rule in enumerate(statement.rules.interpretations):
        sentence = lines.sentence(statement, text, index)
        signed = signatures.of_rule(rule.signature, text)
        sheet.write(rule.id, text(f"confidence.{rule.confidence}"), sentence, signed, look=looks.wrapped)


def _shown(value: int | None, kind: type[int] = Amount) -> int | Withheld:
    return Withheld() if value is None else kind(value)


def _verdict_look(sheet: Sheet, statement: PlanStatement) -> Any:
    return sheet.looks.verdict if statement.proof.holds else sheet.looks.alarm
