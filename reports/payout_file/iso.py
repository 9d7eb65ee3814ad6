"""Plain ISO 20022 pain.001.001.09, by sepaxml: for banks that agreed to take it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from xml.etree.ElementTree import SubElement, register_namespace, tostring

from defusedxml.ElementTree import fromstring
from sepaxml import SepaTransfer
from sepaxml.validation import try_valid_xml

from config import clock
from reports.payout_file import check
from reports.payout_file.cbi import SUPPLIERS
from reports.payout_file.check import Order
from wallet.settlement.payouts import Run

SCHEMA = "pain.001.001.09"
_NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"


def write(run: Run, orders: list[Order], created_at: datetime) -> bytes:
    """Return the file of a run, validated against the schema that the library ships."""
    config: dict[str, Any] = {
        "name": check.payer_name(run),
        "IBAN": run.payer.iban,
        "batch": True,
        "currency": "EUR",
    }
    if run.payer.bic:
        config["BIC"] = run.payer.bic
    transfer = SepaTransfer(config, schema=SCHEMA, clean=False)
    for order in orders:
        transfer.add_payment(
            {
                "name": order.name,
                "IBAN": order.iban,
                "amount": int(order.amount.replace(".", "")),
                "execution_date": run.execute_on,
                "description": order.remittance,
                "endtoend_id": order.end_to_end_id,
            }
        )
    content = _settled(transfer.export(validate=False), run, created_at)
    try_valid_xml(content, SCHEMA)
    return content


def _tag(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


def _settled(content: bytes, run: Run, created_at: datetime) -> bytes:
    # The library makes ids and the moment of creation up: ours are the run's, so that a file written again is the same
    # and a bank knows it for what it is.
    root = fromstring(content)
    values = {
        "MsgId": check.message_id(run),
        "PmtInfId": check.message_id(run),
        "BtchBookg": "false",
        "CreDtTm": created_at.astimezone(clock.ROME).isoformat(timespec="seconds"),
    }
    for element in list(root.iter()):
        name = element.tag.rpartition("}")[2]
        if name in values:
            element.text = values[name]
        elif name == "FinInstnId" and not len(element):
            # A bank without a BIC is written so by the guidelines of the European Payments Council: never left empty.
            SubElement(SubElement(element, _tag("Othr")), _tag("Id")).text = "NOTPROVIDED"
        elif name == "PmtTpInf":
            SubElement(SubElement(element, _tag("CtgyPurp")), _tag("Cd")).text = SUPPLIERS
    register_namespace("", _NAMESPACE)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(tostring(root, encoding="utf-8"))
