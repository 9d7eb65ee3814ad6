"""
The neutral file of a payroll month: UTF-8, `;`, one record a row, its kind in the first column.

D is a line, T the control total of an item, G the total of the file, N what the file stands on. Names of columns and
codes are the same in every language: the file is read by programs. docs/payroll.md explains each column.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from plans.payroll_codes.model import AmountStyle, DateStyle, Layout, Treatment
from reports import words, year_limits
from reports.cells import guarded
from reports.payroll_export.model import PayrollLine, PayrollMonth
from reports.year_limits import YearLimit

COLUMNS: Final = (
    "record",
    "azienda",
    "matricola",
    "codice_fiscale",
    "mese",
    "data",
    "anno_fiscale",
    "categoria",
    "riferimento",
    "fonte",
    "piano",
    "canale",
    "natura",
    "importo",
    "esente",
    "imponibile",
    "voce_esente",
    "voce_imponibile",
    "causale",
    "ricalcolo",
    "tardivo",
    "limite",
    "limite_usato",
    "da_altrove",
    "totale_anno",
    "cu_anno",
    "cu_casella",
    "cu_codice",
    "cu_codice_fiscale",
    "evento",
    "storna",
    "righe",
)
_DATES: Final = {DateStyle.ISO: "%Y-%m-%d", DateStyle.ITALIAN: "%d/%m/%Y", DateStyle.DDMMYY: "%d%m%y"}
_MONTHS: Final = {DateStyle.ISO: "%Y-%m", DateStyle.ITALIAN: "%m/%Y", DateStyle.DDMMYY: "%m%y"}


def write(month: PayrollMonth, path: Path, _language: str = "it") -> None:
    """Write the file; the same month gives the same bytes, in every language."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(_records(month))


def amount(amount_minor: int, layout: Layout) -> str:
    """Write an amount as the payroll program reads it."""
    if layout.amounts is AmountStyle.CENTS:
        return str(amount_minor)
    whole, cents = divmod(abs(amount_minor), 100)
    point = "," if layout.amounts is AmountStyle.COMMA else "."
    return f"{'-' if amount_minor < 0 else ''}{whole}{point}{cents:02}"


def day(on: date, layout: Layout) -> str:
    """Write a day as the payroll program reads it."""
    return on.strftime(_DATES[layout.dates])


def padded(code: str, width: int) -> str:
    """Return a code with zeros before it up to a width; nothing stays nothing, and what is longer is never cut."""
    return code.rjust(width, "0") if code else ""


def _records(month: PayrollMonth) -> Iterator[dict[str, str]]:
    layout = month.table.layout
    common = {
        "azienda": guarded(padded(layout.company_code or month.funder_code, layout.company_width)),
        "mese": month.month.strftime(_MONTHS[layout.dates]),
    }
    for line in month.lines:
        yield {"record": "D", **common, **_line(line, layout)}
    for total in month.totals:
        exempt = total.treatment is Treatment.EXEMPT
        code = padded(total.item.code, layout.item_width) if total.item else ""
        yield {
            "record": "T",
            **common,
            "natura": total.nature,
            "importo": amount(total.amount_minor, layout),
            "esente" if exempt else "imponibile": amount(total.amount_minor, layout),
            "voce_esente" if exempt else "voce_imponibile": code,
            "causale": "" if total.item else "SENZA_VOCE",
            "righe": str(total.lines),
        }
    yield {
        "record": "G",
        **common,
        "importo": amount(month.amount_minor, layout),
        "esente": amount(month.exempt_minor, layout),
        "imponibile": amount(month.taxable_minor, layout),
        "righe": str(len(month.lines)),
    }
    proof = month.proof
    notes = (
        ("STATO", "BOZZA" if month.draft else "CHIUSO", None),
        ("REGISTRO", "", proof.ledger_minor),
        ("DIFFERENZA", "", proof.difference_minor),
        ("SIGILLO", "" if proof.seal_seq is None else f"{proof.seal_seq} {proof.seal_hash}", None),
        ("REGOLE", " ".join(proof.rulebooks), None),
        ("TABELLA", month.table.name, None),
    )
    for name, value, figure in notes:
        shown = "" if figure is None else amount(figure, layout)
        yield {"record": "N", **common, "riferimento": guarded(value), "importo": shown, "causale": name}
    text = words.read("reports.payroll_export", "it")
    for crossing in month.crossings:
        limit = crossing.limit
        yield {
            "record": "N",
            **common,
            "matricola": guarded(padded(crossing.employee_no, layout.employee_width)),
            "codice_fiscale": crossing.tax_code,
            "anno_fiscale": str(crossing.fiscal_year),
            "categoria": str(limit.category),
            "riferimento": year_limits.crossing(limit, text).replace(";", ","),
            "importo": "" if limit.elsewhere_minor is None else amount(limit.elsewhere_minor, layout),
            "causale": "LIMITE_SUPERATO" if limit.crossed else "LIMITE_RISPETTATO",
            **_limit(limit, layout),
        }


def _limit(limit: YearLimit | None, layout: Layout) -> dict[str, str]:
    """Write a year under its limit; what nobody declared stays empty, and the total with it."""
    if limit is None:
        return {}
    figures = {
        "limite": limit.limit_minor,
        "limite_usato": limit.used_minor,
        "da_altrove": limit.elsewhere_minor,
        "totale_anno": limit.total_minor,
    }
    return {name: "" if figure is None else amount(figure, layout) for name, figure in figures.items()}


def _line(line: PayrollLine, layout: Layout) -> dict[str, str]:
    return {
        "matricola": guarded(padded(line.employee_no, layout.employee_width)),
        "codice_fiscale": line.tax_code,
        "data": day(line.fiscal_on, layout),
        "anno_fiscale": str(line.fiscal_year),
        "categoria": line.category,
        # Not every program that reads such files knows quotes.
        "riferimento": guarded(line.legal_ref.replace(";", ",")),
        "fonte": line.source,
        "piano": guarded(line.plan_code),
        "canale": line.channel,
        "natura": line.nature,
        "importo": amount(line.amount_minor, layout),
        "esente": amount(line.exempt_minor, layout),
        "imponibile": amount(line.taxable_minor, layout),
        "voce_esente": padded(line.exempt_item.code, layout.item_width) if line.exempt_item else "",
        "voce_imponibile": padded(line.taxable_item.code, layout.item_width) if line.taxable_item else "",
        "causale": line.reason.upper(),
        "ricalcolo": "1" if line.recomputed else "0",
        "tardivo": "1" if line.late else "0",
        **_limit(line.limit, layout),
        "cu_anno": "" if line.cu_year is None else str(line.cu_year),
        "cu_casella": line.cu_box,
        "cu_codice": line.cu_code,
        "cu_codice_fiscale": line.cu_tax_code,
        "evento": str(line.event_id),
        "storna": " ".join(map(str, line.reversal_of)),
        "righe": "1",
    }
