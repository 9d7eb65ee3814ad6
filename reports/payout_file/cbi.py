"""
CBIPaymentRequest 00.04.01: what Italian banks take through the CBI network.

It is pain.001.001.09 in an envelope of its own, with rules of its own: exactly one PmtInf, the sender's CUC, the
member code (ABI) of the ordering bank, no currency on the ordering account, a category purpose on each transfer. No
kept library writes it. Its schema cannot be declared as a dependency: tests hold the file against each of these facts.
"""

from __future__ import annotations

from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from config import clock
from reports.payout_file import check
from reports.payout_file.check import Order
from wallet.settlement.payouts import Run

NAMESPACE = "urn:CBI:xsd:CBIPaymentRequest.00.04.01"
# Payments to suppliers; "SEPA" is no category purpose, and banks refuse it.
SUPPLIERS = "SUPP"


def write(run: Run, orders: list[Order], created_at: datetime) -> bytes:
    """Return the file of a run."""
    root = Element("CBIPaymentRequest", xmlns=NAMESPACE)
    header = SubElement(root, "GrpHdr")
    _add(header, "MsgId", check.message_id(run))
    _add(header, "CreDtTm", created_at.astimezone(clock.ROME).isoformat(timespec="seconds"))
    _add(header, "NbOfTxs", str(len(orders)))
    _add(header, "CtrlSum", check.total(orders))
    sender = SubElement(header, "InitgPty")
    _add(sender, "Nm", check.payer_name(run))
    identity = _nest(sender, "Id", "OrgId", "Othr")
    _add(identity, "Id", run.payer.cuc)
    _add(identity, "Issr", "CBI")

    payment = SubElement(root, "PmtInf")
    _add(payment, "PmtInfId", check.message_id(run))
    _add(payment, "PmtMtd", "TRF")
    # Each transfer booked on its own: a batch booked as one would come back without the payments in it.
    _add(payment, "BtchBookg", "false")
    kind = SubElement(payment, "PmtTpInf")
    _add(kind, "InstrPrty", "NORM")
    _add(_nest(kind, "SvcLvl"), "Cd", "SEPA")
    _add(_nest(payment, "ReqdExctnDt"), "Dt", run.execute_on.isoformat())
    _add(_nest(payment, "Dbtr"), "Nm", check.payer_name(run))
    _add(_nest(payment, "DbtrAcct", "Id"), "IBAN", run.payer.iban)
    bank = _nest(payment, "DbtrAgt", "FinInstnId")
    if run.payer.bic:
        _add(bank, "BICFI", run.payer.bic)
    _add(_nest(bank, "ClrSysMmbId"), "MmbId", member_code(run.payer.iban))
    _add(payment, "ChrgBr", "SLEV")
    for number, order in enumerate(orders, 1):
        _transfer(payment, number, order)
    content: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + content


def member_code(iban: str) -> str:
    """Return the bank's code (ABI) in an Italian IBAN: its sixth to tenth characters."""
    return iban[5:10]


def _transfer(payment: Element, number: int, order: Order) -> None:
    transfer = SubElement(payment, "CdtTrfTxInf")
    names = SubElement(transfer, "PmtId")
    _add(names, "InstrId", str(number))
    _add(names, "EndToEndId", order.end_to_end_id)
    _add(_nest(transfer, "PmtTpInf", "CtgyPurp"), "Cd", SUPPLIERS)
    _add(_nest(transfer, "Amt"), "InstdAmt", order.amount).set("Ccy", "EUR")
    # No address: unstructured ones are no longer taken, and none is needed within Europe.
    _add(_nest(transfer, "Cdtr"), "Nm", order.name)
    _add(_nest(transfer, "CdtrAcct", "Id"), "IBAN", order.iban)
    _add(_nest(transfer, "RmtInf"), "Ustrd", order.remittance)


def _nest(parent: Element, *names: str) -> Element:
    for name in names:
        parent = SubElement(parent, name)
    return parent


def _add(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = text
    return element
