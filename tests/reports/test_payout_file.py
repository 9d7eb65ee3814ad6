"""The bank's file: valid where there is a schema, right fact by fact where there is none, never wrong in silence."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from sepaxml.validation import try_valid_xml

from network import bank_text
from reports import payout_file
from reports.payout_file import Format, check
from reports.payout_file.errors import PayeeUnwritable, PayoutFileEmpty, PayoutFileWrong
from wallet.settlement.payouts import LeftOut, Payment, Run
from wallet.settlement.terms import Payer

CREATED = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
CBI = "{urn:CBI:xsd:CBIPaymentRequest.00.04.01}"
PAYER = Payer("Consorzio Rete Welfare (demo)", "IT60X0542811101000000123456", "A1B2C3D4")


def payment(number: int, amount_minor: int = 123_456, **values: str) -> Payment:
    facts = {"holder": "Cooperativa sociale Società Città & Più – «Forlì»", "iban": "IT38W9900101600000000000004"}
    facts |= {"state": "prepared"} | values
    return Payment(
        "pay_01J",
        f"P{number:02d}",
        f"NOV-2026-{number:05d}",
        facts["iban"],
        facts["holder"],
        amount_minor,
        0,
        facts["state"],
    )


def run(*payments: Payment, payer: Payer = PAYER) -> Run:
    return Run(
        "pay_01JDEMO00000000000000000000",
        "NOV-2026",
        date(2026, 11, 20),
        date(2026, 11, 25),
        payer,
        (),
        CREATED,
        payments or (payment(1), payment(2, 5)),
        (LeftOut("P05", "no_account", 100),),
    )


def at(root: Element, path: str) -> list[str]:
    """The texts of the elements under a path of names."""
    return [element.text or "" for element in root.findall("/".join(f"{CBI}{name}" for name in path.split("/")))]


@pytest.fixture
def root() -> Element:
    return fromstring(payout_file.write(run(), Format.CBI, CREATED))


# -- CBI: fact by fact, as its schema cannot be declared as a dependency -----------------------------------------------


def test_the_envelope_is_that_of_the_interbank_network(root: Element) -> None:
    assert root.tag == f"{CBI}CBIPaymentRequest"
    assert [child.tag.removeprefix(CBI) for child in root] == ["GrpHdr", "PmtInf"]


FACTS = {
    "GrpHdr/NbOfTxs": ["2"],
    "GrpHdr/CtrlSum": ["1234.61"],
    "GrpHdr/MsgId": ["pay-01JDEMO00000000000000000000"],
    "GrpHdr/CreDtTm": ["2026-11-22T12:00:00+01:00"],
    "GrpHdr/InitgPty/Nm": ["Consorzio Rete Welfare (demo)"],
    "GrpHdr/InitgPty/Id/OrgId/Othr/Id": ["A1B2C3D4"],
    "GrpHdr/InitgPty/Id/OrgId/Othr/Issr": ["CBI"],
    "PmtInf/PmtMtd": ["TRF"],
    "PmtInf/PmtTpInf/SvcLvl/Cd": ["SEPA"],
    "PmtInf/ReqdExctnDt/Dt": ["2026-11-25"],
    "PmtInf/DbtrAcct/Id/IBAN": ["IT60X0542811101000000123456"],
    "PmtInf/DbtrAgt/FinInstnId/ClrSysMmbId/MmbId": ["05428"],
    "PmtInf/ChrgBr": ["SLEV"],
    "PmtInf/CdtTrfTxInf/PmtId/InstrId": ["1", "2"],
    "PmtInf/CdtTrfTxInf/PmtId/EndToEndId": ["NOV-2026-00001", "NOV-2026-00002"],
    "PmtInf/CdtTrfTxInf/PmtTpInf/CtgyPurp/Cd": ["SUPP", "SUPP"],
    "PmtInf/CdtTrfTxInf/Amt/InstdAmt": ["1234.56", "0.05"],
    "PmtInf/CdtTrfTxInf/CdtrAcct/Id/IBAN": ["IT38W9900101600000000000004"] * 2,
    "PmtInf/CdtTrfTxInf/Cdtr/Nm": ["Cooperativa sociale Societa Citta e Piu - 'Forli'"] * 2,
    "PmtInf/CdtTrfTxInf/RmtInf/Ustrd": [
        "Servizi welfare, regolamento NOV-2026, rif. NOV-2026-00001",
        "Servizi welfare, regolamento NOV-2026, rif. NOV-2026-00002",
    ],
}


@pytest.mark.parametrize("path", FACTS)
def test_a_fact_of_the_file(root: Element, path: str) -> None:
    assert at(root, path) == FACTS[path]


def test_elements_stand_in_the_order_of_the_schema(root: Element) -> None:
    wanted = ["PmtInfId", "PmtMtd", "BtchBookg", "PmtTpInf", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt", "ChrgBr"]

    (payment_information,) = root.findall(f"{CBI}PmtInf")
    transfer = payment_information.find(f"{CBI}CdtTrfTxInf")
    assert transfer is not None

    assert [child.tag.removeprefix(CBI) for child in payment_information] == [*wanted, "CdtTrfTxInf", "CdtTrfTxInf"]
    assert [child.tag.removeprefix(CBI) for child in transfer] == [
        "PmtId", "PmtTpInf", "Amt", "Cdtr", "CdtrAcct", "RmtInf"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Ccy", "PstlAdr", "AdrLine"])
def test_what_the_network_refuses_is_not_there(root: Element, name: str) -> None:
    assert list(root.iter(f"{CBI}{name}")) == []


def test_the_amount_has_its_currency_and_the_ordering_account_none(root: Element) -> None:
    assert {element.get("Ccy") for element in root.iter(f"{CBI}InstdAmt")} == {"EUR"}


def test_a_bic_stands_before_the_member_code_that_is_asked_for_anyway() -> None:
    content = payout_file.write(run(payer=replace(PAYER, bic="BLOPIT22XXX")), Format.CBI, CREATED)

    (bank,) = fromstring(content).findall(f"{CBI}PmtInf/{CBI}DbtrAgt/{CBI}FinInstnId")

    assert [child.tag.removeprefix(CBI) for child in bank] == ["BICFI", "ClrSysMmbId"]


# -- both formats ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payer", [PAYER, replace(PAYER, bic="BLOPIT22XXX")], ids=["no-bic", "bic"])
def test_plain_iso_is_valid_by_the_schema_and_says_the_same(payer: Payer) -> None:
    content = payout_file.write(run(payer=payer), Format.ISO, CREATED)

    try_valid_xml(content, "pain.001.001.09")
    texts = {element.tag.rpartition("}")[2]: element.text for element in fromstring(content).iter()}
    assert texts["CtrlSum"] == "1234.61"
    assert texts["MsgId"] == texts["PmtInfId"] == "pay-01JDEMO00000000000000000000"
    assert texts["EndToEndId"] == "NOV-2026-00002"
    assert texts["Dt"] == "2026-11-25"


@pytest.mark.parametrize(
    ("payer", "bank"),
    [(PAYER, [("Othr", None), ("Id", "NOTPROVIDED")]), (replace(PAYER, bic="BLOPIT22XXX"), [("BICFI", "BLOPIT22XXX")])],
    ids=["no-bic", "bic"],
)
def test_plain_iso_names_the_bank_and_what_the_payments_are_for(payer: Payer, bank: list[tuple[str, str]]) -> None:
    root = fromstring(payout_file.write(run(payer=payer), Format.ISO, CREATED))

    def under(name: str) -> list[tuple[str, str | None]]:
        (found,) = (element for element in root.iter() if element.tag.rpartition("}")[2] == name)
        return [(each.tag.rpartition("}")[2], each.text) for each in found.iter() if each is not found]

    assert under("DbtrAgt") == [("FinInstnId", None), *bank]
    assert under("PmtTpInf") == [("SvcLvl", None), ("Cd", "SEPA"), ("CtgyPurp", None), ("Cd", "SUPP")]


def test_the_schema_would_find_a_wrong_file() -> None:
    content = payout_file.write(run(), Format.ISO, CREATED).replace(b"<ChrgBr>SLEV", b"<ChrgBr>NONE")

    with pytest.raises(Exception, match="validation"):
        try_valid_xml(content, "pain.001.001.09")


@pytest.mark.parametrize("form", Format)
def test_the_same_run_and_moment_give_the_same_bytes(form: Format) -> None:
    first = payout_file.write(run(), form, CREATED)

    assert payout_file.write(run(), form, CREATED) == first
    assert payout_file.write(run(), form, datetime(2026, 11, 23, tzinfo=UTC)) != first


@pytest.mark.parametrize("form", Format)
def test_a_payment_that_failed_is_not_asked_for_again(form: Format) -> None:
    content = payout_file.write(run(payment(1), payment(2, 700, state="failed")), form, CREATED)

    assert b"NOV-2026-00002" not in content
    assert b"1234.56" in content


@pytest.mark.parametrize("form", Format)
def test_what_the_bank_has_paid_is_not_asked_for_again_and_the_file_has_a_name_of_its_own(form: Format) -> None:
    whole = payout_file.write(run(), form, CREATED).decode()
    rest = payout_file.write(run(payment(1, state="paid"), payment(2, 5)), form, CREATED).decode()

    assert "NOV-2026-00001" not in rest
    assert "pay-01JDEMO00000000000000000000-1<" in rest
    assert "pay-01JDEMO00000000000000000000-1<" not in whole
    with pytest.raises(PayoutFileEmpty):
        payout_file.write(run(payment(1, state="paid")), form, CREATED)


def test_a_run_of_which_all_failed_has_no_file() -> None:
    with pytest.raises(PayoutFileEmpty):
        payout_file.write(run(payment(1, state="failed")), Format.CBI, CREATED)


def test_a_name_without_a_letter_that_banks_know_is_refused() -> None:
    with pytest.raises(PayeeUnwritable):
        payout_file.write(run(payment(1, holder="合作社")), Format.CBI, CREATED)


def test_an_account_that_cannot_be_does_not_leave() -> None:
    with pytest.raises(PayoutFileWrong) as refusal:
        payout_file.write(run(payment(1, iban="IT00W9900101600000000000004")), Format.CBI, CREATED)

    assert refusal.value.details["field"] == "IBAN"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ((b"<NbOfTxs>2<", b"<NbOfTxs>3<"), "NbOfTxs"),
        ((b"<CtrlSum>1234.61<", b"<CtrlSum>1234.60<"), "CtrlSum"),
        ((b">1234.56<", b">1234.65<"), "CdtTrfTxInf"),
        ((b"IT38W9900101600000000000004", b"IT10T9900101600000000000001"), "CdtTrfTxInf"),
        ((b"NOV-2026-00002</EndToEndId>", b"NOV-2026-00001</EndToEndId>"), "CdtTrfTxInf"),
        ((b"IT60X0542811101000000123456", b"IT10T9900101600000000000001"), "DbtrAcct"),
        ((b"2026-11-25", b"2026-11-26"), "ReqdExctnDt"),
        ((b'Ccy="EUR"', b'Ccy="USD"'), "InstdAmt"),
        ((b"(demo)", b"\xe2\x82\xac"), "characters"),
    ],
)
def test_a_file_that_says_something_else_is_caught(change: tuple[bytes, bytes], field: str) -> None:
    right = payout_file.write(run(), Format.CBI, CREATED)
    wrong = right.replace(*change)
    assert wrong != right

    with pytest.raises(PayoutFileWrong) as refusal:
        check.compare(wrong, run(), check.orders(run()))

    assert refusal.value.details["field"] == field


# -- characters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Città dell’Òrto", "Citta dell'Orto"),
        ("50 € & più", "50 EUR e piu"),
        ("Straße Ægir Łódź", "Strasse AEgir Lodz"),
        ("a//b/", "a/b"),
        ("/a", "a"),
        ("Tre  spazi\te\nrighe", "Tre spazi e righe"),
        ("合作社", ""),
        ("x" * 80, "x" * 70),
    ],
)
def test_a_text_is_written_in_the_banks_characters(written: str, read: str) -> None:
    assert bank_text.plain(written, 70) == read
    assert re.fullmatch(r"[a-zA-Z0-9/\-?:().,'+ ]*", bank_text.plain(written, 70))
