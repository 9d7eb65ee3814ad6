"""A pro-forma as an electronic invoice between businesses (FatturaPA FPR12) that the provider numbers and sends."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import a38.fattura as a38
from a38.validation import Validation

from network import vat, vat_law
from plans.rulebook.words import Channel
from reports.cells import number
from reports.errors import InvoiceNotValid
from reports.fattura import facts
from reports.fattura.model import Item, Proforma
from reports.provider_settlement.model import RegimeTotal

# The charset of names and descriptions in the format's schema; what it lacks is written otherwise.
_CHARSET: Final = "latin-1"
_SPELLED: Final = {
    "€": "EUR",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "–": "-",
    "—": "-",
    "…": "...",
    "œ": "oe",
    "Œ": "OE",
}
CODE_TYPE: Final = "WELFARE"
# The prefix that readers of the format are used to.
ElementTree.register_namespace("p", a38.NS)


def write(proforma: Proforma, path: Path) -> None:
    """
    Write a document as FatturaPA 1.2.3; the same document gives the same bytes.

    It is checked before it leaves. Errors: InvoiceNotValid, with what the format's rules say.
    """
    invoice = build(proforma)
    checked = Validation()
    invoice.validate(checked)
    if checked.errors:
        problems = "; ".join(f"{error.location}: {error.msg}" for error in checked.errors)
        raise InvoiceNotValid(number=proforma.number, problems=problems)
    tree = ElementTree.ElementTree(invoice.build_etree().getroot())
    ElementTree.indent(tree)
    with path.open("wb") as file:
        tree.write(file, encoding="utf-8", xml_declaration=True)


def plain(text: str, length: int) -> str:
    """Return a text in the charset of the format, in one line, cut to a length; the euro sign is written EUR."""
    line = " ".join("".join(_SPELLED.get(letter, letter) for letter in text).split())
    written = "".join(letter if _writable(letter) else _base(letter) for letter in line)
    return written[:length].rstrip()


def _writable(letter: str) -> bool:
    try:
        letter.encode(_CHARSET)
    except UnicodeEncodeError:
        return False
    return letter.isprintable()


def _base(letter: str) -> str:
    if unicodedata.category(letter).startswith("C"):
        return ""
    first = unicodedata.normalize("NFKD", letter)[:1]
    return first if _writable(first) else "?"


def build(proforma: Proforma) -> Any:
    """Return the document in the library's model."""
    invoice = a38.FatturaPrivati12()
    invoice.fattura_elettronica_header = _header(proforma)
    invoice.fattura_elettronica_body = [_body(proforma)]
    return invoice


def _header(proforma: Proforma) -> Any:
    seller, buyer = proforma.seller, proforma.buyer
    return a38.FatturaElettronicaHeader(
        dati_trasmissione=a38.DatiTrasmissione(
            id_trasmittente=a38.IdTrasmittente("IT", seller.vat_number),
            progressivo_invio=f"{proforma.ends_on:%y%m}{proforma.number.rpartition('-')[2]:0>3}",
            formato_trasmissione="FPR12",
            codice_destinatario=buyer.recipient_code,
            pec_destinatario=buyer.certified_email,
        ),
        cedente_prestatore=a38.CedentePrestatore(
            dati_anagrafici=a38.DatiAnagraficiCedentePrestatore(
                id_fiscale_iva=a38.IdFiscaleIVA("IT", seller.vat_number),
                codice_fiscale=seller.tax_code,
                anagrafica=a38.Anagrafica(denominazione=plain(seller.legal_name, 80)),
                regime_fiscale=seller.tax_regime,
            ),
            sede=_place(seller, a38.Sede),
        ),
        cessionario_committente=a38.CessionarioCommittente(
            dati_anagrafici=a38.DatiAnagraficiCessionarioCommittente(
                id_fiscale_iva=a38.IdFiscaleIVA("IT", buyer.vat_number),
                codice_fiscale=buyer.tax_code,
                anagrafica=a38.Anagrafica(denominazione=plain(buyer.legal_name, 80)),
            ),
            sede=_place(buyer, a38.Sede),
        ),
    )


def _place(party: Any, kind: Any) -> Any:
    return kind(
        indirizzo=plain(party.address, 60),
        cap=party.postcode,
        comune=plain(party.comune, 60),
        provincia=party.province,
        nazione="IT",
    )


def _body(proforma: Proforma) -> Any:
    duty = proforma.stamp_duty
    document = a38.DatiGeneraliDocumento(
        tipo_documento=proforma.kind.value,
        divisa=facts.CURRENCY,
        data=proforma.issued_on,
        numero=proforma.number,
        dati_bollo=a38.DatiBollo(bollo_virtuale="SI", importo_bollo=number(duty.amount_minor)) if duty else None,
        importo_totale_documento=number(proforma.total_minor),
        causale=[plain(cause, 200) for cause in facts.causes(proforma)],
    )
    body = a38.FatturaElettronicaBody(
        dati_generali=a38.DatiGenerali(dati_generali_documento=document),
        dati_beni_servizi=a38.DatiBeniServizi(
            dettaglio_linee=[_line(place, item) for place, item in enumerate(proforma.items, 1)],
            dati_riepilogo=_summaries(proforma),
        ),
    )
    body.dati_generali.dati_fatture_collegate = [
        a38.DatiFattureCollegate(riferimento_numero_linea=list(one.places), id_documento=one.number)
        for one in proforma.corrected
        if one.number
    ]
    if facts.paid(proforma):
        body.dati_pagamento = [
            a38.DatiPagamento(
                condizioni_pagamento=facts.PAID_WHOLE,
                dettaglio_pagamento=[
                    a38.DettaglioPagamento(
                        modalita_pagamento=facts.TRANSFER,
                        data_scadenza_pagamento=proforma.due_on,
                        importo_pagamento=number(proforma.total_minor),
                        iban=proforma.iban,
                    )
                ],
            )
        ]
    return body


def _line(place: int, item: Item) -> Any:
    regime = vat.regime(item.vat_regime)
    # For a voucher the day it was issued is the day of the supply.
    days = [(facts.VOUCHER if item.channel == Channel.VOUCHER else facts.ORDER, item.issued_on)]
    days += [(facts.UNDONE, day) for day in item.corrects]
    return a38.DettaglioLinee(
        numero_linea=place,
        codice_articolo=[a38.CodiceArticolo(CODE_TYPE, item.code)],
        descrizione=plain(item.service_name, 1000),
        quantita=Decimal(facts.QUANTITY),
        unita_misura="n.",
        data_inizio_periodo=item.first_on,
        data_fine_periodo=item.last_on,
        prezzo_unitario=number(item.net_minor),
        prezzo_totale=number(item.net_minor),
        aliquota_iva=number(regime.rate_basis_points),
        natura=regime.nature,
        riferimento_amministrazione=item.reference,
        altri_dati_gestionali=[a38.AltriDatiGestionali(tipo_dato=kind, riferimento_data=day) for kind, day in days],
    )


def _summaries(proforma: Proforma) -> list[Any]:
    """
    Return one summary for each rate or nature, legal reference and time at which the VAT is due, as the format wants.

    Regimes of ours that differ in nothing of this are one summary. Base and tax are those of what they come to
    together, and the rounding is the base less the sum of the lines' nets.
    """
    together: dict[tuple[int, str | None, str, str | None], list[RegimeTotal]] = {}
    for total in proforma.regimes:
        regime = vat.regime(total.regime)
        reference = plain(vat_law.reference(total.regime, proforma.issued_on).reference, 100)
        due = facts.vat_due(total.regime)
        together.setdefault((regime.rate_basis_points, regime.nature, reference, due), []).append(total)
    return [_summary(*key, totals) for key, totals in together.items()]


def _summary(rate: int, nature: str | None, reference: str, due: str | None, totals: Sequence[RegimeTotal]) -> Any:
    net, tax = vat.split(sum(total.gross_minor for total in totals), totals[0].regime)
    rounding = net - sum(total.net_minor - total.rounding_minor for total in totals)
    return a38.DatiRiepilogo(
        aliquota_iva=number(rate),
        natura=nature,
        arrotondamento=number(rounding) if rounding else None,
        imponibile_importo=number(net),
        imposta=number(tax),
        esigibilita_iva=due,
        riferimento_normativo=reference,
    )
