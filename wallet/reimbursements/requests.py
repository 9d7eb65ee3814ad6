"""What employees do, or somebody on their behalf: submit an expense, mend it, withdraw it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from moneyed import Money
from sqlalchemy.orm import Session

from config import clock, database, ids
from config.money import from_minor
from ledger import idempotency
from plans.errors import EmployeeNotFound
from wallet import amounts, authorizations, wallets
from wallet.declines import Decline
from wallet.reimbursements import checklist, deadlines, paying, receipts, records, reserving, submission
from wallet.reimbursements.documents import MOST, Store, Upload
from wallet.reimbursements.errors import (
    DocumentsTooMany,
    ExpenseInFuture,
    FixChangesNothing,
    FixLowersDocument,
    ReimbursementNotOpen,
    ReimbursementNotToMend,
)
from wallet.reimbursements.receipts import Asker
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.submission import Looked, Submission
from wallet.reimbursements.words import OPEN, Holder, State

# Within how many days an answer is promised, and a fix expected.
DAYS_TO_ANSWER = 10
DAYS_TO_FIX = 30


@dataclass(frozen=True, slots=True)
class Correction:
    """What a fix corrects of the facts; None leaves a fact as it was told."""

    holder: Holder | None = None
    supplier: str | None = None
    supplier_tax_code: str | None = None
    document_no: str | None = None
    document_on: date | None = None
    document: Money | None = None
    expense_on: date | None = None
    already_detracted: bool | None = None

    def told(self) -> dict[str, Any]:
        """Return the corrected facts by the name of their column."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        given = {name: value for name, value in given.items() if value is not None}
        if "document" in given:
            given["document_minor"] = amounts.minor(given.pop("document"))
        if "supplier_tax_code" in given:
            given["supplier_tax_code"] = submission.supplier_code(given["supplier_tax_code"])
        return given


def submit(
    session: Session,
    book_id: int,
    asked: Submission,
    uploads: Sequence[Upload],
    *,
    store: Store | None,
    actor: str,
    office: bool = False,
    key: str | None = None,
) -> Reimbursement:
    """
    Take an expense: check it, reserve its money and its room in the year's limits, keep its documents.

    What can be mended later (the document is in another name) is taken too and waits for the fix, with its place in
    the queue and its money held. Without a `store` no file is written: for a trial that is undone. With `office` a
    refusal is told to whoever reviews: of others' documents, nobody else learns more than that theirs is not taken.

    Errors: KeyReused, InProgress; EmployeeNotFound; those of `submission.look`; DocumentUsedBefore,
            ExpenseTotalDiffers, ReceiptAskedBefore, DocumentNotTaken; ReimbursementDeclined.
    Source: glossary, "reimbursement"; docs/reimbursements.md.
    """

    def work() -> Reimbursement:
        frozen = _lock_person(session, book_id, asked.employee_id)
        looked = submission.look(session, book_id, asked, uploads)
        if frozen:
            raise paying.declined(looked.choice, Decline.WALLET_FROZEN, looked.amount_minor)
        return _take(session, book_id, looked, uploads, store, actor, Asker(asked.employee_id, office))

    # A file of facts that cannot be read is no answer to keep under a key.
    checklist.expenses()
    return once(session, book_id, actor, "reimbursement_submit", key, asked.request(uploads), work)


def fix(
    session: Session,
    book_id: int,
    reimbursement_id: str,
    correction: Correction,
    uploads: Sequence[Upload],
    *,
    store: Store | None,
    actor: str,
    office: bool = False,
    note: str = "",
    key: str | None = None,
) -> Reimbursement:
    """
    Mend a reimbursement with documents or corrected facts; it goes back to its place in the queue.

    `office` as in `submit`.

    Errors: KeyReused, InProgress; ReimbursementNotFound, ReimbursementNotToMend, SupplierCodeInvalid,
            FixChangesNothing, ExpenseInFuture, FixLowersDocument, DocumentsTooMany, SubmissionIncomplete,
            ExpenseOutsidePlan, ExpenseTotalDiffers, ReceiptAskedBefore, DocumentUsedBefore, DocumentNotTaken.
    """
    told = correction.told()

    def work() -> Reimbursement:
        found = records.lock(session, book_id, reimbursement_id)
        if found.status is not State.NEEDS_FIX:
            raise ReimbursementNotToMend(reimbursement=reimbursement_id, status=found.status)
        changed = {name: value for name, value in told.items() if getattr(found, name) != value}
        if not changed and not uploads:
            raise FixChangesNothing()
        return _mend(session, book_id, found, changed, uploads, store, actor, note, Asker(found.employee_id, office))

    request = {
        "reimbursement": reimbursement_id,
        "note": note,
        "told": {name: str(value) for name, value in told.items()},
        "documents": [[str(upload.purpose), upload.sha256.hex()] for upload in uploads],
    }
    return once(session, book_id, actor, "reimbursement_fix", key, request, work)


def withdraw(
    session: Session, book_id: int, reimbursement_id: str, *, actor: str, note: str = "", key: str | None = None
) -> Reimbursement:
    """
    Take an expense back that nobody has decided yet: its money is free again, and it may be submitted anew.

    Errors: KeyReused, InProgress; ReimbursementNotFound, ReimbursementNotOpen.
    """

    def work() -> Reimbursement:
        found = records.lock(session, book_id, reimbursement_id)
        if found.status not in OPEN:
            raise ReimbursementNotOpen(reimbursement=reimbursement_id, status=found.status)
        ended = deadlines.end(session, book_id, found, State.WITHDRAWN)
        records.write_step(session, book_id, ended, "withdraw", actor=actor, note=note, by_employee=True)
        return ended

    request = {"reimbursement": reimbursement_id, "note": note}
    return once(session, book_id, actor, "reimbursement_withdraw", key, request, work)


def once(
    session: Session,
    book_id: int,
    actor: str,
    operation: str,
    key: str | None,
    request: Mapping[str, Any],
    work: Callable[[], Reimbursement],
) -> Reimbursement:
    """Do a piece of work on a reimbursement once under a key; a repetition is told what became of it then."""
    return idempotency.once(
        session,
        book_id,
        actor,
        operation,
        key,
        request,
        work=work,
        answer=lambda done: {"reimbursement_id": done.reimbursement_id, "status": str(done.status)},
        replay=lambda kept: replace(
            records.get(session, book_id, kept["reimbursement_id"]), status=State(kept["status"]), replayed=True
        ),
    )


def _lock_person(session: Session, book_id: int, employee_id: str) -> bool:
    wallets.lock(session, book_id, employee_id)
    found = database.rows(
        session, "select status from wallet where book_id = %s and employee_id = %s", (book_id, employee_id)
    )
    if not found:
        raise EmployeeNotFound(employee=employee_id)
    authorizations.settle(session, book_id, employee_id)
    deadlines.settle(session, book_id, employee_id)
    return bool(found[0].status == "frozen")


def _take(
    session: Session,
    book_id: int,
    looked: Looked,
    uploads: Sequence[Upload],
    store: Store | None,
    actor: str,
    asker: Asker,
) -> Reimbursement:
    asked = looked.submission
    receipt = receipts.of(
        asked.supplier, asked.supplier_tax_code, asked.document_no, asked.document_on, looked.document_minor
    )
    receipts.check_files(session, book_id, receipt, uploads, asker=asker)
    told = _named(asked.supplier, asked.document_no)
    receipts.take(session, book_id, receipt, looked.amount_minor, told, asker=asker)
    authorization_id = reserving.authorize(session, book_id, looked, actor)
    reimbursement_id = ids.new("rmb")
    to_mend = bool(looked.to_mend)
    records.insert(
        session,
        book_id,
        {
            "reimbursement_id": reimbursement_id,
            "authorization_id": authorization_id,
            "employee_id": asked.employee_id,
            "relative_id": asked.relative_id,
            "status": str(State.NEEDS_FIX if to_mend else State.SUBMITTED),
            "expense": looked.expense.code,
            "category": str(looked.expense.category),
            "service_code": asked.service_code,
            "receipt_id": receipt.receipt_id,
            "supplier": asked.supplier,
            "supplier_tax_code": asked.supplier_tax_code,
            "document_no": asked.document_no,
            "document_on": asked.document_on,
            "document_minor": looked.document_minor,
            "expense_on": asked.expense_on,
            "expense_year": asked.expense_on.year,
            "payment_means": str(asked.payment_means),
            "holder": str(asked.holder),
            "statements": sorted(map(str, asked.statements)),
            "already_detracted": asked.already_detracted,
            "amount_minor": looked.amount_minor,
            "approved_minor": 0,
            "chosen_on": looked.chosen_on,
            "promised_on": looked.chosen_on + timedelta(days=DAYS_TO_ANSWER),
            "fix_by": looked.chosen_on + timedelta(days=DAYS_TO_FIX) if to_mend else None,
            "approved_on": None,
            "reimbursed_on": None,
            "payroll_month": None,
        },
    )
    found = records.get(session, book_id, reimbursement_id)
    _keep(session, book_id, found, 0, uploads, store, actor)
    records.write_step(
        session,
        book_id,
        found,
        "submit",
        actor=actor,
        reasons=looked.to_mend,
        amount_minor=looked.amount_minor,
        by_employee=True,
    )
    return found


def _mend(
    session: Session,
    book_id: int,
    found: Reimbursement,
    changed: dict[str, Any],
    uploads: Sequence[Upload],
    store: Store | None,
    actor: str,
    note: str,
    asker: Asker,
) -> Reimbursement:
    for name in ("document_on", "expense_on"):
        if changed.get(name, found.chosen_on) > found.chosen_on:
            raise ExpenseInFuture(on=changed[name])
    document_minor = changed.get("document_minor", found.document_minor)
    if document_minor < found.amount_minor:
        raise FixLowersDocument(amount=from_minor(found.amount_minor), document=from_minor(document_minor))
    _check_fix(session, book_id, found, changed, uploads)
    names = ("supplier", "supplier_tax_code", "document_no", "document_on")
    supplier, tax_code, number, on = (changed.get(name, getattr(found, name)) for name in names)
    receipt = receipts.of(supplier, tax_code, number, on, document_minor)
    if (receipt.receipt_id, document_minor) != (found.receipt_id, found.document_minor):
        receipts.give_back(session, book_id, found.receipt_id, found.amount_minor)
        receipts.take(session, book_id, receipt, found.amount_minor, _named(supplier, number), asker=asker)
    receipts.check_files(session, book_id, receipt, uploads, asker=asker, of_reimbursement=found.reimbursement_id)

    listed = checklist.of(checklist.expense(found.expense))
    assert listed is not None  # noqa: S101
    still = submission.holder_to_mend(listed, Holder(changed.get("holder", found.holder)))
    status = State.NEEDS_FIX if still else State.SUBMITTED
    values = changed | {
        "status": str(status),
        "receipt_id": receipt.receipt_id,
        "fix_by": found.fix_by if still else None,
        "promised_on": clock.today() + timedelta(days=DAYS_TO_ANSWER),
    }
    if "expense_on" in changed:
        values["expense_year"] = changed["expense_on"].year
    if "holder" in changed:
        values["holder"] = str(changed["holder"])
    mended = records.change(session, book_id, found, **values)
    step = max((document.step for document in records.documents(session, book_id, found.reimbursement_id)), default=0)
    _keep(session, book_id, mended, step + 1, uploads, store, actor)
    records.write_step(
        session,
        book_id,
        mended,
        "fix",
        actor=actor,
        reasons=still,
        note=note,
        changes={name: [str(getattr(found, name)), str(value)] for name, value in changed.items()},
        by_employee=True,
    )
    return mended


def _check_fix(
    session: Session, book_id: int, found: Reimbursement, changed: Mapping[str, Any], uploads: Sequence[Upload]
) -> None:
    """Hold the corrected facts to what `submission.look` asked of the first ones."""
    if len(uploads) > MOST:
        raise DocumentsTooMany(documents=len(uploads), limit=MOST)
    names = ("supplier", "document_no", "expense_on", "already_detracted")
    supplier, number, expense_on, answer = (changed.get(name, getattr(found, name)) for name in names)
    missing = submission.untold(supplier, number)
    missing += submission.unanswered(expense_on, answer, found.chosen_on)
    submission.refuse(missing, checklist.expense(found.expense))
    if "expense_on" in changed:
        facts = authorizations.get(session, book_id, found.authorization_id).facts
        held = [lot_id for lot_id, _ in facts["lots"]]
        paying.check_time(session, book_id, found.employee_id, held, expense_on)


def _keep(
    session: Session,
    book_id: int,
    found: Reimbursement,
    step: int,
    uploads: Sequence[Upload],
    store: Store | None,
    actor: str,
) -> None:
    records.attach(session, book_id, found.reimbursement_id, step, uploads, actor)
    if store is not None:
        for upload in uploads:
            store.keep(upload)


def _named(supplier: str, number: str) -> dict[str, Any]:
    return {"supplier": supplier, "number": number}
