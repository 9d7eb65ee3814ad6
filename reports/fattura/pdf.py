"""A pro-forma as a document that the provider copies its invoice from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from network import vat, vat_law
from network.invoicing import Party
from plans.rulebook.words import Channel
from reports import blocks, look, pages, words
from reports.blocks import HEAD, HEADING, ROW, WIDTH, Block, Column, Heading, Sides
from reports.fattura import facts
from reports.fattura.model import Item, Kind, Proforma
from reports.front import Head, Masthead
from reports.words import Words

GAP: Final = 6 * mm
NOTHING: Final = "–"
_LINE: Final = 4.6 * mm


def of(language: str) -> Words:
    """Return the words of a language: `it` or `en`."""
    return words.read("reports.fattura", language)


def write(proforma: Proforma, path: Path, language: str = "it") -> None:
    """Write the document as a PDF; the same document gives the same bytes."""
    text = of(language)
    pages.write(
        path,
        _flow(proforma, text),
        text,
        title=f"{text('title')} {proforma.number}",
        author=proforma.seller.legal_name,
        subject=text.period(proforma.starts_on, proforma.ends_on),
        created=proforma.prepared_at,
        running=f"{text('title')} {proforma.number} · {proforma.seller.legal_name}",
        footer=text("footer", number=proforma.number),
    )


def _flow(proforma: Proforma, text: Words) -> Iterator[Flowable]:
    look.register()
    yield Masthead(
        Head(
            kind=f"{text('title')} · {text(f'kind.{proforma.kind}')}",
            title=proforma.seller.legal_name,
            facts=(
                (text("number"), proforma.number),
                (text("issued_on"), text.day(proforma.issued_on)),
                (text("period"), text.period(proforma.starts_on, proforma.ends_on)),
                (text("due_on"), text.day(proforma.due_on)),
            ),
            chip=text("chip"),
        )
    )
    yield Spacer(0, 4 * mm)
    yield Sides(_PartyBox(text("seller"), _seller(proforma, text)), _PartyBox(text("buyer"), _buyer(proforma, text)))
    yield Spacer(0, GAP)
    yield from _part("lines", _lines(proforma, text), text)
    if proforma.corrected:
        yield from _part("corrected", _corrected(proforma, text), text)
        yield from blocks.notes(text("corrected_note"))
        yield Spacer(0, GAP)
    yield from _part("regimes", _regimes(proforma, text), text)
    yield from _part("document", _document(proforma, text), text)
    yield CondPageBreak(30 * mm)
    yield Heading(text("heading.terms"))
    for sentence in terms(proforma, text):
        yield blocks.paragraph(sentence, 8.8, look.REGULAR, look.INK)
        yield Spacer(0, 1.6 * mm)


def _part(name: str, table: Flowable, text: Words) -> Iterator[Flowable]:
    """Yield a table under its heading, which never stands alone at the end of a page."""
    yield CondPageBreak(HEADING + HEAD + 3 * ROW)
    yield Heading(text(f"heading.{name}"))
    yield table
    yield Spacer(0, GAP)


class _PartyBox(Block):
    """Who stands on one side of the invoice."""

    def __init__(self, title: str, lines: list[str]) -> None:
        super().__init__(WIDTH * 0.485, 12 * mm + 7 * _LINE)
        self.title, self.lines = title, lines

    def draw(self) -> None:
        """Draw it."""
        canvas, room = self.canv, self.width - 10 * mm
        canvas.setFillColor(look.SAND)
        canvas.roundRect(0, 0, self.width, self.height, 2 * mm, stroke=0, fill=1)
        y = self.height - 7 * mm
        blocks.line(canvas, 5 * mm, y, self.title, look.CLAY, 8, room, look.SEMIBOLD)
        for place, line in enumerate(self.lines):
            y -= _LINE if place else 6 * mm
            font = look.REGULAR if place else look.SEMIBOLD
            blocks.line(canvas, 5 * mm, y, look.printable(line), look.INK, 9 if place else 10.5, room, font)


def _party(party: Party, text: Words) -> list[str]:
    lines = [
        party.legal_name,
        party.address,
        f"{party.postcode} {party.comune} ({party.province})",
        text("vat_number", number=party.vat_number),
    ]
    return [*lines, text("tax_code", code=party.tax_code)] if party.tax_code else lines


def _seller(proforma: Proforma, text: Words) -> list[str]:
    pay = text("iban", iban=proforma.iban) if proforma.iban else text("no_iban")
    return [*_party(proforma.seller, text), text("tax_regime", code=proforma.seller.tax_regime), pay]


def _buyer(proforma: Proforma, text: Words) -> list[str]:
    lines = [*_party(proforma.buyer, text), text("recipient", code=proforma.buyer.recipient_code)]
    if proforma.buyer.certified_email:
        lines.append(text("certified_email", address=proforma.buyer.certified_email))
    return lines


def _lines(proforma: Proforma, text: Words) -> Flowable:
    columns = [
        Column(text("column.code"), WIDTH * 0.15, whole=True),
        Column(text("column.service"), WIDTH * 0.33),
        Column(text("column.reference"), WIDTH * 0.21, whole=True),
        Column(text("column.regime"), WIDTH * 0.06, whole=True),
        Column(text("column.net"), WIDTH * 0.09, figures=True),
        Column(text("column.vat"), WIDTH * 0.07, figures=True),
        Column(text("column.gross"), WIDTH * 0.09, figures=True),
    ]
    rows: list[tuple[str, ...]] = []
    for item in proforma.items:
        amounts = map(text.amount, (item.net_minor, item.vat_minor, item.gross_minor))
        rows.append(
            (
                item.code,
                f"{item.service_name} · {_days(item, proforma.kind, text)}",
                item.reference,
                item.vat_regime,
                *amounts,
            )
        )
    sums = (
        sum(item.net_minor for item in proforma.items),
        sum(item.vat_minor for item in proforma.items),
        sum(item.gross_minor for item in proforma.items),
    )
    rows.append((text("total"), "", "", "", *map(text.amount, sums)))
    return blocks.folding_table(columns, rows, total=True)


def _days(item: Item, kind: Kind, text: Words) -> str:
    """Return when a voucher was issued, or a service ordered, and when it was delivered or undone."""
    issued = facts.VOUCHER if item.channel == Channel.VOUCHER else facts.ORDER
    days = dict.fromkeys((text.day(item.first_on), text.day(item.last_on)))
    moved = text(f"days.{kind}.{len(days)}", **dict(zip(("first_on", "last_on"), days, strict=False)))
    return f"{text(f'days.{issued}', issued_on=text.day(item.issued_on))}, {moved}"


def _corrected(proforma: Proforma, text: Words) -> Flowable:
    columns = [
        Column(text("column.place"), WIDTH * 0.07, figures=True),
        Column(text("column.code"), WIDTH * 0.16, whole=True),
        Column(text("column.captured_on"), WIDTH * 0.24),
        Column(text("column.undone_on"), WIDTH * 0.24),
        Column(text("column.invoice"), WIDTH * 0.19),
        Column(text("column.gross"), WIDTH * 0.1, figures=True),
    ]
    rows: list[tuple[str, ...]] = []
    for place, item in enumerate(proforma.items, 1):
        invoices = [one.number for one in proforma.corrected if place in one.places and one.number]
        captured = ", ".join(map(text.day, item.corrects))
        undone = ", ".join(dict.fromkeys((text.day(item.first_on), text.day(item.last_on))))
        amount = text.amount(item.gross_minor)
        rows.append((str(place), item.code, captured, undone, ", ".join(invoices) or NOTHING, amount))
    return blocks.folding_table(columns, rows)


def _regimes(proforma: Proforma, text: Words) -> Flowable:
    columns = [
        Column(text("column.regime"), WIDTH * 0.07, whole=True),
        Column(text("column.rate"), WIDTH * 0.08, figures=True),
        Column(text("column.nature"), WIDTH * 0.08, whole=True),
        Column(text("column.law"), WIDTH * 0.32),
        Column(text("column.due"), WIDTH * 0.06),
        Column(text("column.rounding"), WIDTH * 0.08, figures=True),
        Column(text("column.net"), WIDTH * 0.11, figures=True),
        Column(text("column.vat"), WIDTH * 0.09, figures=True),
        Column(text("column.gross"), WIDTH * 0.11, figures=True),
    ]
    rows: list[tuple[str, ...]] = []
    for total in proforma.regimes:
        regime = vat.regime(total.regime)
        law = vat_law.reference(total.regime, proforma.issued_on).reference
        figures = (total.rounding_minor, total.net_minor, total.vat_minor, total.gross_minor)
        rate, due = text.amount(regime.rate_basis_points), facts.vat_due(total.regime) or NOTHING
        rows.append((total.regime, rate, regime.nature or NOTHING, law, due, *map(text.amount, figures)))
    rows.append((text("total"), "", "", "", "", "", "", "", text.amount(proforma.total_minor)))
    return blocks.folding_table(columns, rows, total=True)


def _document(proforma: Proforma, text: Words) -> Flowable:
    """Return what else the electronic invoice carries, by the names of its fields."""
    columns = [Column(text("column.field"), WIDTH * 0.3), Column(text("column.value"), WIDTH * 0.7)]
    rows = [("TipoDocumento", f"{proforma.kind} · {text(f'kind.{proforma.kind}')}"), ("Divisa", facts.CURRENCY)]
    rows += [("Causale", cause) for cause in facts.causes(proforma)]
    rows.append(("ImportoTotaleDocumento", text.amount(proforma.total_minor)))
    if any(facts.vat_due(total.regime) for total in proforma.regimes):
        rows.append(("EsigibilitaIVA", f"{facts.DUE_AT_ONCE} · {text('due_at_once')}"))
    if proforma.stamp_duty:
        rows.append(("DatiBollo", text("stamp", amount=text.amount(proforma.stamp_duty.amount_minor))))
    if facts.paid(proforma):
        rows += [
            ("CondizioniPagamento", f"{facts.PAID_WHOLE} · {text('paid_whole')}"),
            ("ModalitaPagamento", f"{facts.TRANSFER} · {text('transfer')}"),
            ("DataScadenzaPagamento", text.day(proforma.due_on)),
            ("ImportoPagamento", text.amount(proforma.total_minor)),
            ("IBAN", proforma.iban or text("no_iban")),
        ]
    return blocks.folding_table(columns, rows)


def terms(proforma: Proforma, text: Words) -> Iterator[str]:
    """Yield what the invoice must carry and must not, and what is doubtful in it."""
    yield text("terms.code")
    yield text("terms.names")
    if any(item.channel == Channel.VOUCHER for item in proforma.items):
        yield text("terms.voucher", reference=vat_law.reference("VOUCHER", proforma.issued_on).reference)
    duty = proforma.stamp_duty
    if duty is None:
        yield text("terms.no_stamp")
    else:
        amounts = {"amount": text.euro(duty.amount_minor), "threshold": text.euro(duty.threshold_minor)}
        yield text("terms.stamp", reference=duty.reference, **amounts)
    for total in proforma.regimes:
        services = {item.service_code for item in proforma.items if item.vat_regime == total.regime}
        for found in vat_law.references(total.regime, proforma.issued_on, services):
            if note := found.note(text.language):
                yield text("terms.doubt", reference=found.reference, note=note)
    yield text("terms.number")
