"""
Receipts: how much of one supplier's document has been asked for, so that nothing is given back twice.

A document is known by its supplier, number and day, however they are written. It may be asked for in parts, by one
person or by two of the same book, up to what it says; the table refuses the rest, whoever races for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from config import database
from config.money import from_minor
from wallet.reimbursements.documents import Upload
from wallet.reimbursements.errors import (
    DocumentNotTaken,
    DocumentUsedBefore,
    ExpenseTotalDiffers,
    ReceiptAskedBefore,
    ReimbursementError,
)
from wallet.reimbursements.words import ASKING, Purpose

_OPEN = (
    "insert into reimbursement_receipt"
    " (book_id, receipt_id, supplier_key, document_no_key, document_on, document_minor, asked_minor)"
    " values (%(book)s, %(receipt)s, %(supplier)s, %(number)s, %(on)s, %(total)s, 0) on conflict do nothing"
)
_LOCK = (
    "select document_minor, asked_minor from reimbursement_receipt"
    " where book_id = %(book)s and receipt_id = %(receipt)s for update"
)
_TAKE = (
    "update reimbursement_receipt set asked_minor = asked_minor + %(amount)s, document_minor = %(total)s"
    " where book_id = %(book)s and receipt_id = %(receipt)s"
)
_GIVE_BACK = "update reimbursement_receipt set asked_minor = asked_minor - %s where book_id = %s and receipt_id = %s"
# What stands before a number and is no part of it; and what a number is made of.
_BEFORE_NUMBER = frozenset(
    {
        "FATTURA",
        "FATT",
        "FT",
        "RICEVUTA",
        "RIC",
        "PARCELLA",
        "SCONTRINO",
        "DOCUMENTO",
        "DOC",
        "NUMERO",
        "NUM",
        "NR",
        "NO",
        "N",
    }
)
_RUNS = re.compile(r"[^\W\d_]+|\d+")
# One file at a time: two submissions of the same one meet here.
_LOCK_FILE = "select pg_advisory_xact_lock(20613, hashtext(%s))"
_USED = (
    "select r.employee_id from reimbursement_document d"
    " join reimbursement r on r.book_id = d.book_id and r.reimbursement_id = d.reimbursement_id"
    " where d.book_id = %s and d.sha256 = %s and d.purpose = %s and r.receipt_id <> %s and r.status = any(%s::text[])"
    "   and r.reimbursement_id is distinct from %s"
)
_ASKING = (
    "select distinct employee_id from reimbursement where book_id = %s and receipt_id = %s and status = any(%s::text[])"
)
_STATES = [str(state) for state in ASKING]


@dataclass(frozen=True, slots=True)
class Asker:
    """
    For whom a document is submitted. Who reads the refusal learns of a document that only they submitted what came of
    it; of what others submitted, only whoever reviews (`office`).
    """

    employee_id: str
    office: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """One supplier's document, as it is told from every other."""

    receipt_id: str
    supplier_key: str
    document_no_key: str
    document_on: date
    document_minor: int


def of(supplier: str, supplier_tax_code: str | None, document_no: str, on: date, document_minor: int) -> Receipt:
    """Return the receipt that a document is; the supplier's codice fiscale or partita IVA counts before the name."""
    supplier_key = _key(supplier_tax_code or supplier)
    number_key = _number_key(document_no, on.year)
    digest = sha256("\n".join((supplier_key, number_key, on.isoformat())).encode()).hexdigest()
    return Receipt(f"rcp_{digest[:32]}", supplier_key, number_key, on, document_minor)


def take(
    session: Session, book_id: int, receipt: Receipt, amount_minor: int, told: dict[str, Any], *, asker: Asker
) -> None:
    """
    Ask for an amount of a receipt; whoever asks for some of the same receipt waits.

    Units:  minor units. `told` are the supplier's name and the document's number as they were written.
    Errors: ExpenseTotalDiffers, ReceiptAskedBefore; DocumentNotTaken in place of both where others asked too.
    """
    asked = {
        "book": book_id,
        "receipt": receipt.receipt_id,
        "supplier": receipt.supplier_key,
        "number": receipt.document_no_key,
        "on": receipt.document_on,
        "total": receipt.document_minor,
        "amount": amount_minor,
    }
    database.run(session, _OPEN, asked)
    total, before = database.call(session, _LOCK, asked)
    details = told | {"on": receipt.document_on, "document": from_minor(total)}
    # A receipt of which nothing is asked any more says what it is said to say now.
    refusal: ReimbursementError | None = None
    if before and total != receipt.document_minor:
        refusal = ExpenseTotalDiffers(**details)
    elif before + amount_minor > receipt.document_minor:
        refusal = ReceiptAskedBefore(**details, left=from_minor(total - before))
    if refusal is not None:
        asking = database.rows(session, _ASKING, (book_id, receipt.receipt_id, _STATES))
        raise _told_to(asker, refusal, [row.employee_id for row in asking])
    database.run(session, _TAKE, asked)


def give_back(session: Session, book_id: int, receipt_id: str, amount_minor: int) -> None:
    """Let an amount be asked for again; minor units."""
    if amount_minor:
        database.run(session, _GIVE_BACK, (amount_minor, book_id, receipt_id))


def check_files(
    session: Session,
    book_id: int,
    receipt: Receipt,
    uploads: Sequence[Upload],
    *,
    asker: Asker,
    of_reimbursement: str | None = None,
) -> None:
    """
    Refuse a file that already stands behind another document's reimbursement, but for the one that is being mended.

    Errors: DocumentUsedBefore; DocumentNotTaken in its place where it is somebody else's reimbursement.
    """
    expense_files = sorted((upload for upload in uploads if upload.purpose is Purpose.EXPENSE), key=lambda u: u.sha256)
    for upload in expense_files:
        database.run(session, _LOCK_FILE, (f"{book_id}:{upload.sha256.hex()}",))
        asked = (book_id, upload.sha256, str(Purpose.EXPENSE), receipt.receipt_id, _STATES, of_reimbursement)
        using = database.rows(session, _USED, asked)
        if using:
            raise _told_to(asker, DocumentUsedBefore(file=upload.name), [row.employee_id for row in using])


def _told_to(asker: Asker, refusal: ReimbursementError, theirs: Sequence[str]) -> ReimbursementError:
    """Return a refusal as it may be told, where a document is behind what these persons submitted."""
    own = bool(theirs) and all(employee_id == asker.employee_id for employee_id in theirs)
    return refusal if asker.office or own else DocumentNotTaken()


def _key(text: str) -> str:
    # "Il Gioco soc. coop." and "IL GIOCO SOC COOP" are one supplier: letters and digits, without accents, in capitals.
    return re.sub(r"[\W_]+", "", _capitals(text)) or text.strip()


def _number_key(text: str, year: int) -> str:
    # "Fatt. n. 0012/A", "12 A" and "12/A/26" of a document of 2026 are one number; "1/12" and "11/2" are two.
    runs = [run.lstrip("0") or "0" if run.isdigit() else run for run in _RUNS.findall(_capitals(text))]
    while len(runs) > 1 and runs[0] in _BEFORE_NUMBER:
        runs.pop(0)
    if len(runs) > 1 and runs[-1] in (str(year), f"{year % 100}"):
        runs.pop()
    return "/".join(runs) or text.strip()


def _capitals(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).upper()
