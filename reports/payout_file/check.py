"""What is asked of the bank, and the check that the file asks exactly that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from network import provider_accounts
from network.bank_text import ALLOWED, LONGEST_NAME, plain
from reports.payout_file.errors import PayeeUnwritable, PayoutFileEmpty, PayoutFileWrong
from wallet.settlement.payouts import Run

REMITTANCE, IDENTIFIER = 140, 35


@dataclass(frozen=True, slots=True)
class Order:
    """One credit transfer, in the characters banks take; `amount` is written `1234.56`."""

    end_to_end_id: str
    name: str
    iban: str
    amount: str
    remittance: str


def orders(run: Run) -> list[Order]:
    """
    Return the credit transfers of a run that the bank has not answered; the others are not asked for again.

    Errors: PayoutFileEmpty, PayeeUnwritable.
    """
    found = []
    for payment in run.payments:
        if payment.state != "prepared":
            continue
        name = plain(payment.holder, LONGEST_NAME)
        if not name:
            raise PayeeUnwritable(holder=payment.holder, provider=payment.provider_code)
        remittance = plain(f"Servizi welfare, regolamento {run.reference}, rif. {payment.end_to_end_id}", REMITTANCE)
        found.append(Order(payment.end_to_end_id, name, payment.iban, written(payment.amount_minor), remittance))
    if not found:
        raise PayoutFileEmpty(reference=run.reference)
    return found


def payer_name(run: Run) -> str:
    """
    Return the payer's name as banks take it.

    Errors: PayeeUnwritable.
    """
    name = plain(run.payer.name, LONGEST_NAME)
    if not name:
        raise PayeeUnwritable(holder=run.payer.name, provider="payer")
    return name


def written(amount_minor: int) -> str:
    """Return cents as the bank's decimal number."""
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


def total(asked: list[Order]) -> str:
    """Return the control sum of orders."""
    return written(sum(int(order.amount.replace(".", "")) for order in asked))


def message_id(run: Run) -> str:
    """
    Return the id by which a bank knows a file, and refuses it a second time.

    One for each run; a file that asks for less, because the bank has answered some of it, is another.
    """
    answered = sum(payment.state != "prepared" for payment in run.payments)
    return run.run_id.replace("_", "-") + (f"-{answered}" if answered else "")


def compare(content: bytes, run: Run, asked: list[Order]) -> None:
    """
    Read a file back and hold it against what was asked: counts, sums, accounts, ids, lengths and characters.

    Errors: PayoutFileWrong, with the first field that differs.
    """
    root = fromstring(content)
    transfers = list(_all(root, "CdtTrfTxInf"))
    read = [
        Order(
            _text(transfer, "EndToEndId"),
            _text(_one(transfer, "Cdtr"), "Nm"),
            _text(_one(transfer, "CdtrAcct"), "IBAN"),
            _text(transfer, "InstdAmt"),
            _text(transfer, "Ustrd"),
        )
        for transfer in transfers
    ]
    header = _one(root, "GrpHdr")
    held = {
        "CdtTrfTxInf": sorted(map(repr, read)) == sorted(map(repr, asked)),
        "EndToEndId": len({order.end_to_end_id for order in read}) == len(read),
        "NbOfTxs": _text(header, "NbOfTxs") == str(len(asked)),
        "CtrlSum": _text(header, "CtrlSum") == total(asked),
        "MsgId": _text(header, "MsgId") == message_id(run),
        "DbtrAcct": _text(_one(root, "DbtrAcct"), "IBAN") == run.payer.iban,
        "ReqdExctnDt": _text(_one(root, "ReqdExctnDt"), "Dt") == run.execute_on.isoformat(),
        "IBAN": all(provider_accounts.is_iban(order.iban) for order in read),
        "InstdAmt": all(transfer.get("Ccy") == "EUR" for parent in transfers for transfer in _all(parent, "InstdAmt")),
        "length": all(
            len(order.name) <= LONGEST_NAME
            and len(order.remittance) <= REMITTANCE
            and len(order.end_to_end_id) <= IDENTIFIER
            for order in read
        ),
        "characters": all(ALLOWED.fullmatch(element.text or "") for element in root.iter() if not len(element)),
    }
    for field, holds in held.items():
        if not holds:
            raise PayoutFileWrong(reference=run.reference, field=field)


def _all(parent: Element, name: str) -> Iterator[Element]:
    return (element for element in parent.iter() if element.tag.rpartition("}")[2] == name)


def _one(parent: Element, name: str) -> Element:
    return next(_all(parent, name), Element(name))


def _text(parent: Element, name: str) -> str:
    return _one(parent, name).text or ""
