"""The SIUSS flow as XML, in the form of PS_PSA_SINA: everything is an attribute, in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from reports.siuss.errors import FlowByHand, FlowRefused
from reports.siuss.model import NAMESPACE, Flow, Record

# An Italian residence; the register knows every other country by its own three digits.
ITALY = "380"
# 1: the benefit goes on from month to month; each flow tells one month of it.
PERIODIC, ONE_MONTH = "1", "1"


def write(flow: Flow, path: Path) -> None:
    """
    Write a flow; the same flow gives the same bytes.

    Errors: FlowRefused while anything in it would be refused, FlowByHand where nothing can be told in a file; nothing
            is written then.
    """
    if flow.blocked:
        raise FlowRefused(benefit=flow.benefit_code, month=f"{flow.month:%m/%Y}", problems=len(flow.blocked))
    if not flow.records:
        by_hand = len({problem.protocol for problem in flow.problems if problem.by_hand})
        raise FlowByHand(benefit=flow.benefit_code, month=f"{flow.month:%m/%Y}", count=by_hand)
    root = Element("Flusso", {"xmlns": NAMESPACE})
    heading = SubElement(root, "IdentificazioneFlusso", {"Nome": flow.flow_id})
    body = flow.body
    SubElement(
        heading,
        "Ente",
        {
            "Codice": body.code,
            "Denominazione": body.name[:100],
            "Indirizzo": body.cadastral_code,
            "CFOperatore": body.operator_code,
        },
    )
    for record in flow.records:
        _beneficiary(root, record)
    indent(root)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True, short_empty_elements=True)


def _beneficiary(root: Element, record: Record) -> None:
    person = SubElement(root, "Beneficiario", {"CodiceFiscale": record.tax_code})
    _element(
        person,
        "Anagrafica",
        {
            "Cognome": record.last_name,
            "Nome": record.first_name,
            "AnnoNascita": str(record.birth_year),
            "LuogoNascita": record.birth_place,
            "Genere": str(record.gender),
            "CodiceCittadinanza": record.citizenship,
        },
    )
    _element(
        person,
        "Indirizzo",
        {"CodiceRegione": record.region_code, "CodiceComune": record.residence_istat, "CodiceNazione": ITALY},
    )
    _element(
        person,
        "PrestazioniSociali",
        {
            "TipoOperazione": "I",
            "PresenzaProvaMezzi": str(record.means_test),
            "CaratterePrestazione": PERIODIC,
            "NumeroProtocolloDSU": record.dsu_protocol,
            "AnnoProtocolloDSU": None if record.dsu_on is None else str(record.dsu_on.year),
            "DataDSU": None if record.dsu_on is None else record.dsu_on.isoformat(),
            "CodicePrestazione": record.benefit_code,
            "DenominazionePrestazione": record.benefit_name,
            "ProtocolloDomanda": record.protocol,
            "DataInizioPrestazione": record.starts_on.isoformat(),
            "DataFinePrestazione": record.ends_on.isoformat(),
            "PeriodoErogazione": ONE_MONTH,
            "ImportoMensile": _decimal(record.total_minor),
            "ImportoQuotaEnte": _decimal(record.municipal_minor),
            "ImportoQuotaUtente": _decimal(record.citizen_minor),
            "ImportoSogliaISEE": None if record.threshold_minor is None else _decimal(record.threshold_minor),
            "PresaCarico": "1" if record.taken_in_charge else "2",
            "AreaUtenza": None if not record.taken_in_charge else str(record.user_area),
        },
    )


def _element(parent: Element, name: str, attributes: Mapping[str, str | None]) -> None:
    SubElement(parent, name, {key: value for key, value in attributes.items() if value is not None})


def _decimal(amount_minor: int) -> str:
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"
