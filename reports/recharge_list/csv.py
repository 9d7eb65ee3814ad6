"""The recharge list as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from reports import foundation, table
from reports.recharge_list import lines
from reports.recharge_list.model import RechargeList
from reports.table import Cell
from reports.words import Words


def write(found: RechargeList, path: Path, language: str = "it") -> None:
    """Write the list as CSV; the same list gives the same bytes."""
    text = lines.of(language)
    table.write(path, text, _sections(found, text))


def _sections(found: RechargeList, text: Words) -> Iterator[tuple[str, Sequence[Sequence[Cell]]]]:
    def head(*names: str) -> tuple[str, ...]:
        return tuple(text(f"column.{name}") for name in names)

    summary: list[Sequence[Cell]] = [
        head("item", "value"),
        (text("funder"), found.funder_name),
        (text("vat_number"), found.vat_number),
        (text("mandatary"), found.mandatary),
        (text("month"), text.month(found.starts_on)),
        (text("prepared_at"), found.prepared_at),
        *foundation.facts(found.foundation.standing, text),
        *lines.figures(found, text),
        (lines.privacy(found, text),),
    ]
    yield "summary", summary
    columns = ("regime", "regime_long", "reference", "confidence", "lines", *lines.FIGURES)
    yield "regimes", [head(*columns), *_regimes(found, text)]
    yield "lines", [head(*lines.columns(found)), *_lines(found)]
    yield "notes", [head("reference", "confidence", "note"), *lines.notes(found, text)]
    yield "proof", [head("item", "value"), (lines.verdict(found, text),), *lines.proof(found, text)]


def _regimes(found: RechargeList, text: Words) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = []
    for total in found.regimes:
        confidence = text(f"confidence.{total.confidence}") if total.confidence else None
        name = lines.regime(total.regime, found, text)
        code = lines.short(total.regime, found)
        rows.append((code, name, total.reference, confidence, total.lines, *lines.amounts(total.amounts)))
    return rows


def _lines(found: RechargeList) -> list[Sequence[Cell]]:
    return [
        (
            line.reference,
            lines.short(line.regime, found),
            *((line.voucher_id,) if found.detail else ()),
            *lines.amounts(line.amounts),
        )
        for line in found.lines
    ]
