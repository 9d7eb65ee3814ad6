"""
The SIUSS flow: every structural fact of its schema, and the plain words before it is refused.

The schema itself (PS_PSA_SINA201812) cannot be declared as a dependency: what it asks is written down here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from defusedxml import ElementTree

from config import clock
from plans.social import applications
from plans.social.words import State
from reports import siuss
from reports.siuss import Flow, check, xml
from reports.siuss.errors import (
    BenefitUnknown,
    FlowByHand,
    FlowEmpty,
    FlowMonthNotOver,
    FlowRefused,
    OperatorCodeInvalid,
)
from reports.siuss.model import Record
from tests.wallet.scene import tell_the_time
from tests.wallet.social_office import Office
from wallet import captures
from wallet.social import purchases

OPERATOR = "RSSMRA80A01H501U"
MARCH = date(2026, 3, 15)
NS = "{http://inps.it/Casellario}"
CODE = r"([A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z][A-Za-z0-9]{3}[A-Za-z])|(\d{11} {0,5})"
DAY, AMOUNT = r"\d{4}-\d{2}-\d{2}", r"\d+\.\d{2}"
# Of each element: its attributes in order, with the form of each and whether it has to be there.
SCHEMA: dict[str, dict[str, tuple[str, bool]]] = {
    "IdentificazioneFlusso": {"Nome": (r"[A-Z]\d{3}\.PS\.\d{8}\.\d{7}", True)},
    "Ente": {
        "Codice": (r".{1,32}", True),
        "Denominazione": (r".{1,100}", False),
        "Indirizzo": (r"[A-Z]\d{3}", True),
        "CFOperatore": (CODE, True),
    },
    "Beneficiario": {"CodiceFiscale": (CODE, True)},
    "Anagrafica": {
        "Cognome": (r".{1,36}", True),
        "Nome": (r".{1,36}", True),
        "AnnoNascita": (r"\d{4}", True),
        "LuogoNascita": (r".{4}", True),
        "Genere": (r"[12]", True),
        "CodiceCittadinanza": (r"\d{3}", True),
    },
    "Indirizzo": {
        "CodiceRegione": (r"\d{2}", True),
        "CodiceComune": (r"\d{6}", True),
        "CodiceNazione": (r"380", True),
    },
    "PrestazioniSociali": {
        "TipoOperazione": (r"[IC]", False),
        "PresenzaProvaMezzi": (r"[1-4]", True),
        "CaratterePrestazione": (r"[12]", False),
        "NumeroProtocolloDSU": (r".{0,30}", False),
        "AnnoProtocolloDSU": (r"\d{4}", False),
        "DataDSU": (DAY, False),
        "CodicePrestazione": (r".{5,10}", True),
        "DenominazionePrestazione": (r".{10,200}", True),
        "ProtocolloDomanda": (r".{1,32}", True),
        "DataInizioPrestazione": (DAY, True),
        "DataFinePrestazione": (DAY, True),
        "PeriodoErogazione": (r"[1-9]|1[0-2]", True),
        "ImportoMensile": (AMOUNT, True),
        "ImportoQuotaEnte": (AMOUNT, False),
        "ImportoQuotaUtente": (AMOUNT, False),
        "ImportoSogliaISEE": (AMOUNT, False),
        "PresaCarico": (r"[12]", True),
        "AreaUtenza": (r"[123]", False),
    },
}
CHILDREN = {
    "Flusso": ["IdentificazioneFlusso", "Beneficiario"],
    "IdentificazioneFlusso": ["Ente"],
    "Beneficiario": ["Anagrafica", "Indirizzo", "PrestazioniSociali"],
}


def gather(office: Office, benefit: str = "A2.01", operator: str = OPERATOR, month: date = MARCH) -> Flow:
    with clock.at(date(2026, 5, 2)):
        return siuss.gather(office.session, office.book_id, benefit, month, operator_code=operator)


def test_the_file_has_every_structural_fact_of_the_schema(office: Office, tmp_path: Path) -> None:
    for quantity in (1, 2):
        office.captured(office.active(), quantity)

    xml.write(gather(office), tmp_path / "flow.xml")

    text = (tmp_path / "flow.xml").read_text("utf-8")
    assert text.startswith("<?xml version='1.0' encoding='utf-8'?>")
    root = ElementTree.fromstring(text)
    assert root.tag == f"{NS}Flusso"
    for element in root.iter():
        name = element.tag.removeprefix(NS)
        known = SCHEMA.get(name, {})
        assert set(element.attrib) <= set(known), name
        for attribute, (form, needed) in known.items():
            value = element.get(attribute)
            assert value is not None or not needed, attribute
            assert value is None or re.fullmatch(form, value), (attribute, value)
        order = [child.tag.removeprefix(NS) for child in element]
        assert list(dict.fromkeys(order)) == CHILDREN.get(name, [])
    first, second = root.findall(f"{NS}Beneficiario")
    # One meal of 8,50 and two; a periodic benefit has its days, its period and its monthly amount.
    said = [one.find(f"{NS}PrestazioniSociali").attrib for one in (first, second)]
    assert [one["ImportoMensile"] for one in said] == ["8.50", "17.00"]
    assert [one["ImportoQuotaEnte"] for one in said] == ["6.80", "13.60"]
    assert [one["ImportoQuotaUtente"] for one in said] == ["1.70", "3.40"]
    assert said[0]["CaratterePrestazione"] == "1"
    assert (said[0]["DataInizioPrestazione"], said[0]["DataFinePrestazione"]) == ("2026-03-01", "2026-03-31")
    assert said[0]["PresenzaProvaMezzi"] == "1"
    assert said[0]["DataDSU"] == "2026-01-15"
    # The indicator is not in it: the threshold of the service is.
    assert said[0]["ImportoSogliaISEE"] == "20000.00"
    assert "9500" not in text


def test_the_same_flow_has_the_same_bytes(office: Office, tmp_path: Path) -> None:
    office.captured(office.active())
    for name in ("one", "two"):
        xml.write(gather(office), tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_benefit_with_care_needs_is_told_to_be_completed_elsewhere_and_goes(office: Office, tmp_path: Path) -> None:
    asked = office.applied("SAD", isee=None)
    office.step(asked, State.UNDER_REVIEW, State.ADMITTED, State.RANKED)
    office.assign(asked)
    office.step(asked, State.PAI_AGREED, State.PROVIDER_CHOSEN, State.ACTIVE)
    bought = office.buy(asked, service="ADI-CR", receipt=None)
    captures.capture(office.session, office.book_id, bought.authorization.authorization_id, actor="P01")

    flow = gather(office, "A2.07")
    xml.write(flow, tmp_path / "flow.xml")

    (remark,) = flow.problems
    assert not remark.blocks
    assert "SINA" in remark.text("it")
    said = ElementTree.parse(tmp_path / "flow.xml").getroot().find(f".//{NS}PrestazioniSociali").attrib
    assert (said["PresaCarico"], said["AreaUtenza"], said["PresenzaProvaMezzi"]) == ("1", "2", "4")
    assert "NumeroProtocolloDSU" not in said


@pytest.mark.parametrize(
    ("code", "taken"),
    [("RSSMRA80A01H501U", True), ("RSSMRA80A01H5LMU", True), ("RSSMRAULALMHRLMU", False), ("RSSMRA8LA01H501U", False),
     ("RSSMRA80AL1H501U", False), ("12345678901", True)],
)  # fmt: skip
def test_letters_for_digits_are_taken_in_the_last_three_only(code: str, taken: bool) -> None:
    assert check.tax_code(code) is taken


def test_an_omocodia_in_the_year_is_left_out_and_stops_nobody_else(office: Office, tmp_path: Path) -> None:
    for asked in (office.active(), office.active()):
        office.captured(asked)
    number = gather(office).records[0].protocol
    office.session.execute(
        sa.text(
            "update employee set tax_code = 'RSSMRAULALMHRLMU' where book_id = :book and employee_id ="
            " (select employee_id from social_application where book_id = :book and protocol = :protocol)"
        ),
        {"book": office.book_id, "protocol": number},
    )

    flow = gather(office)
    xml.write(flow, tmp_path / "flow.xml")

    (problem,) = flow.problems
    assert (problem.blocks, problem.by_hand, problem.protocol) == (False, True, number)
    assert "omocodia" in problem.text("it")
    assert "portale INPS" in problem.text("it")
    assert len(ElementTree.parse(tmp_path / "flow.xml").getroot().findall(f"{NS}Beneficiario")) == 1


def test_what_has_to_be_mended_stops_the_flow(office: Office, tmp_path: Path) -> None:
    asked = office.active(citizenship=None)
    office.captured(asked)

    with pytest.raises(FlowRefused):
        xml.write(gather(office), tmp_path / "flow.xml")

    (problem,) = gather(office).problems
    assert "social registry" in problem.text("it")
    assert not (tmp_path / "flow.xml").exists()
    applications.correct_registry(office.session, office.book_id, asked, citizenship="380", actor="anagrafe")
    xml.write(gather(office), tmp_path / "flow.xml")


def test_a_service_of_the_last_day_that_is_delivered_after_it_keeps_its_day(office: Office, tmp_path: Path) -> None:
    last_day, ordinary = march_alone(office), office.active()
    with on(office, date(2026, 3, 31)):
        bought = office.buy(last_day)
    with on(office, date(2026, 4, 2)):
        captures.capture(office.session, office.book_id, bought.authorization.authorization_id, actor="P05")
        office.captured(ordinary)

    flow = gather(office, month=date(2026, 4, 1))
    xml.write(flow, tmp_path / "flow.xml")

    assert flow.problems == ()
    assert [(one.starts_on, one.ends_on, one.municipal_minor, one.citizen_minor) for one in flow.records] == [
        (date(2026, 3, 31), date(2026, 3, 31), 680, 170),
        (date(2026, 4, 1), date(2026, 4, 30), 680, 170),
    ]


def test_what_is_only_given_back_in_a_month_is_left_out_and_stops_nobody_else(office: Office, tmp_path: Path) -> None:
    last_day, ordinary = march_alone(office), office.active()
    undone = office.captured(last_day, 2)
    with on(office, date(2026, 4, 2)):
        purchases.refund(office.session, office.book_id, undone.authorization.authorization_id, actor="x")
        alone = gather(office, month=date(2026, 4, 1))
        office.captured(ordinary)

    flow = gather(office, month=date(2026, 4, 1))
    xml.write(flow, tmp_path / "flow.xml")

    (problem,) = flow.problems
    assert (problem.blocks, problem.by_hand) == (False, True)
    assert "17,00" in problem.text("it")
    assert [one.total_minor for one in flow.records] == [850]
    with pytest.raises(FlowByHand):
        xml.write(alone, tmp_path / "alone.xml")
    assert not (tmp_path / "alone.xml").exists()


def march_alone(office: Office) -> str:
    """An application with a voucher for March alone."""
    asked = office.applied()
    office.step(asked, State.UNDER_REVIEW, State.ADMITTED)
    office.assign(asked, ends_on=date(2026, 3, 31))
    office.step(asked, State.PAI_AGREED, State.PROVIDER_CHOSEN, State.ACTIVE)
    return asked


@contextmanager
def on(office: Office, day: date) -> Iterator[None]:
    """Noon of a day."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=clock.ROME)
    tell_the_time(office.session, moment)
    with clock.at(moment):
        yield


GOOD = Record(
    protocol="2026/1", tax_code="RSSMRA80A01H501U", last_name="Rossi", first_name="Mario", birth_year=1980,
    birth_place="H501", gender=1, citizenship="380", region_code="03", residence_istat="019036", means_test=1,
    dsu_protocol=None, dsu_on=None, threshold_minor=None, benefit_code="A2.01", benefit_name="Pasti a domicilio",
    starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31), municipal_minor=680, citizen_minor=170,
    taken_in_charge=False, user_area=None, needs_sina=False,
)  # fmt: skip


def test_a_good_record_has_no_problem() -> None:
    assert list(check.problems(GOOD)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"last_name": "R" * 37}, "36 caratteri"),
        ({"first_name": ""}, "36 caratteri"),
        ({"birth_year": None}, "data di nascita"),
        ({"birth_place": ""}, "provvisorio"),
        ({"citizenship": None}, "cittadinanza"),
        ({"residence_istat": None}, "Comune di residenza"),
        ({"region_code": None}, "Comune di residenza"),
        ({"benefit_name": "Pasti"}, "10 a 200"),
        ({"protocol": "9" * 33}, "protocollo supera"),
        ({"dsu_protocol": "9" * 31}, "DSU supera"),
        ({"taken_in_charge": True}, "area di utenza"),
        ({"ends_on": date(2026, 2, 28)}, "finisce prima"),
    ],
)
def test_each_fact_that_would_be_refused_is_told_in_plain_words(changes: dict[str, object], said: str) -> None:
    (problem,) = check.problems(replace(GOOD, **changes))  # type: ignore[arg-type]

    assert said in problem.text("it")
    assert problem.text("it") != problem.text("en")
    assert problem.blocks


def test_what_was_given_back_is_not_told(office: Office) -> None:
    bought = office.captured(office.active())
    purchases.refund(office.session, office.book_id, bought.authorization.authorization_id, actor="x")

    with pytest.raises(FlowEmpty):
        gather(office)


def test_a_flow_is_of_a_month_that_is_over_a_benefit_that_is_there_and_a_person(office: Office) -> None:
    with pytest.raises(FlowMonthNotOver):
        siuss.gather(office.session, office.book_id, "A2.01", MARCH, operator_code=OPERATOR)
    with pytest.raises(BenefitUnknown):
        gather(office, "A3.03")
    with pytest.raises(OperatorCodeInvalid):
        gather(office, operator="MARIO")
