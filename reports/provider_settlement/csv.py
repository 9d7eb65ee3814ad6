"""The provider's statement as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from network import vat_law
from reports import foundation, table
from reports.provider_settlement import lines
from reports.provider_settlement.model import Line, ProviderStatement
from reports.sheet import Amount
from reports.table import Cell
from reports.words import Words


def write(statement: ProviderStatement, path: Path, language: str = "it") -> None:
    """Write the statement as CSV; the same statement gives the same bytes."""
    text = lines.of(language)
    table.write(path, text, _sections(statement, text))


def _sections(statement: ProviderStatement, text: Words) -> Iterator[tuple[str, Sequence[Sequence[Cell]]]]:
    yield (
        "summary",
        [
            _head(text, "item", "value"),
            (text("provider"), f"{statement.provider_code} · {statement.provider_name}"),
            (text("issuer"), statement.issuer),
            (text("payee.vat"), statement.payee.vat_number),
            (text("column.iban"), statement.payee.iban),
            (text("payee.holder"), statement.payee.holder),
            (text("period"), text.period(statement.starts_on, statement.ends_on)),
            (text("prepared_at"), statement.prepared_at),
            *foundation.facts(statement.foundation.standing, text),
            *((label, Amount(amount)) for _, label, amount in lines.figures(statement, text)),
            (text("figure.fee"), Amount(statement.fee_minor)),
        ],
    )
    yield "lines", _lines(statement.lines, text)
    yield "earlier", _lines([line for line in statement.before if line.owed], text)
    yield "regimes", _regimes(statement, text)
    yield "schedule", _schedule(statement, text)
    yield "settled", _settled(statement, text)
    yield "transfers", _transfers(statement, text)
    yield "law", [_head(text, "reference", "note"), *lines.law(statement, text)]
    yield (
        "proof",
        [
            _head(text, "item", "value"),
            (lines.verdict(statement, text), lines.equation(statement, text)),
            (text("proof.seal"), foundation.told(statement.foundation, text, whole=True)),
            (text("proof.rulebook"), foundation.rules(statement.foundation, text)),
        ],
    )


def _head(text: Words, *names: str) -> tuple[str, ...]:
    return tuple(text(f"column.{name}") for name in names)


def _lines(found: Iterable[Line], text: Words) -> list[Sequence[Cell]]:
    columns = ("day", "code", "service", "channel", "issued_on", "mandatary", "regime")
    amounts = ("net", "vat", "gross", "fee", "payable")
    rows: list[Sequence[Cell]] = [
        _head(text, *columns, *amounts, "due_on", "execute_on", "paid_on", "state", "reference_paid")
    ]
    for line in found:
        figures = (line.net_minor, line.vat_minor, line.gross_minor, line.fee_minor, line.payable_minor)
        rows.append(
            (
                line.occurred_on,
                line.code,
                f"{line.service_code} · {line.service_name}",
                text.named("channel", line.channel),
                line.issued_on,
                line.mandatary,
                line.vat_regime,
                *map(Amount, figures),
                line.due_on,
                line.execute_on,
                line.paid_on,
                text(f"state.{line.state}"),
                line.reference,
            )
        )
    return rows


def _regimes(statement: ProviderStatement, text: Words) -> list[Sequence[Cell]]:
    columns = ("document", "kind", "mandatary", "regime", "regime_long", "reference", "lines")
    rows: list[Sequence[Cell]] = [_head(text, *columns, "net", "vat", "gross", "rounding")]
    for document in statement.documents:
        for total in document.signed:
            figures = (total.net_minor, total.vat_minor, total.gross_minor, total.rounding_minor)
            reference = vat_law.reference(total.regime, statement.ends_on).reference
            facts = (document.number, text(f"kind.{document.kind}"), document.buyer, total.regime)
            rows.append((*facts, lines.regime(total.regime, text), reference, total.lines, *map(Amount, figures)))
    return rows


def _schedule(statement: ProviderStatement, text: Words) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [_head(text, "day", "state", "reference_paid", "earlier", "gross", "fee", "payable")]
    for one in statement.schedule:
        figures = (one.earlier_minor, one.gross_minor, one.fee_minor, one.amount_minor)
        rows.append((one.day, text(f"state.{one.state}"), one.reference, *map(Amount, figures)))
    return rows


def _settled(statement: ProviderStatement, text: Words) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [_head(text, "day", "reference_paid", "gross")]
    rows.extend((one.occurred_on, one.reference, Amount(one.gross_minor)) for one in statement.settled)
    return rows


def _transfers(statement: ProviderStatement, text: Words) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [
        _head(text, "reference_paid", "execute_on", "paid_on", "state", "iban", "amount", "fee")
    ]
    for one in statement.transfers:
        facts = (one.reference, one.execute_on, one.paid_on, text(f"state.{one.state}"), one.iban)
        rows.append((*facts, Amount(one.amount_minor), Amount(one.fee_minor)))
    return rows
