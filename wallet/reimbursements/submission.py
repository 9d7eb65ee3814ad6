"""What an employee submits, and everything that is looked at before it is taken."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from moneyed import Money
from sqlalchemy.orm import Session
from stdnum.exceptions import ValidationError
from stdnum.it import codicefiscale, iva

from config import clock
from config.money import from_minor
from ledger.errors import AmountTooLarge
from network import services
from plans import people
from plans.people import PersonFacts
from plans.rulebook import loading, sentences
from plans.rulebook.decision import Decision, decide
from plans.rulebook.facts import Facts
from plans.rulebook.words import Channel, Entitlement, Outcome, PlanSource
from plans.rulebook.words import Reason as RuleReason
from wallet import amounts, prices
from wallet.choosing import Choice
from wallet.reimbursements import checklist, paying, words
from wallet.reimbursements.checklist import Checklist, Expense
from wallet.reimbursements.documents import MOST, Upload
from wallet.reimbursements.errors import (
    DocumentsTooMany,
    ExpenseAmountInvalid,
    ExpenseAmountTooHigh,
    ExpenseInFuture,
    ReimbursementForbidden,
    ServiceNotOfExpense,
    SubmissionIncomplete,
    SupplierCodeInvalid,
)
from wallet.reimbursements.words import Holder, PaymentMeans, Purpose, Reason, Statement

# What no fact of a person changes: the expense itself is not given back.
_FORBIDDING = (
    RuleReason.NO_RULE_ON_DATE,
    RuleReason.CHANNEL_NOT_ALLOWED,
    RuleReason.EXPENSE_KIND_MISSING,
    RuleReason.EXPENSE_NOT_REIMBURSABLE,
)
_TAXING = (RuleReason.SPORT_NOT_EDUCATION, RuleReason.SINGLE_TICKET_EXCLUDED)
_FOREIGN_CODE = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")


@dataclass(frozen=True, slots=True)
class Submission:
    """
    An expense of an employee (`relative_id` None) or of a relative, as the employee tells it.

    `document` is the total of the expense document, `amount` what is asked for of it (all unless given). `expense_on`
    is the day the employee paid. `payment_shown` says that the expense document itself shows that it was paid.
    `already_detracted` answers the question that is asked for an expense of an earlier year. `consent` says that the
    employee knows the amount that goes to payroll as taxable and wants to go on.
    """

    employee_id: str
    expense: str
    supplier: str
    supplier_tax_code: str
    document_no: str
    document_on: date
    document: Money
    expense_on: date
    payment_means: PaymentMeans
    holder: Holder
    relative_id: str | None = None
    service_code: str | None = None
    amount: Money | None = None
    statements: frozenset[Statement] = frozenset()
    payment_shown: bool = False
    already_detracted: bool | None = None
    consent: bool = False

    def request(self, uploads: Sequence[Upload]) -> dict[str, Any]:
        """Return what was asked, ready for JSON, to know the same request again."""
        return {
            name: _plain(getattr(self, name))
            for name in self.__dataclass_fields__
            if name not in ("document", "amount")
        } | {
            "document_minor": amounts.minor(self.document),
            "amount_minor": None if self.amount is None else amounts.minor(self.amount),
            "documents": [[str(upload.purpose), upload.sha256.hex()] for upload in uploads],
        }


@dataclass(frozen=True, slots=True)
class Looked:
    """A submission that may be taken: what it is, what pays it, and what has to be mended before it can be approved."""

    submission: Submission
    expense: Expense
    person: PersonFacts
    document_minor: int
    amount_minor: int
    chosen_on: date
    choice: Choice
    to_mend: tuple[Reason, ...]


def look(session: Session, book_id: int, submission: Submission, uploads: Sequence[Upload]) -> Looked:
    """
    Look at a submission under the person's lock; write nothing.

    Errors: ExpenseUnknown, ReimbursementForbidden, those of `amounts.minor`, ExpenseAmountInvalid,
            ExpenseAmountTooHigh, AmountTooLarge, ExpenseInFuture, SupplierCodeInvalid, EmployeeNotFound,
            RelativeNotFound, ServiceNotFound, ServiceNotOfExpense, DocumentsTooMany, SubmissionIncomplete,
            ReimbursementNotInPlan, ExpenseOutsidePlan, ReimbursementDeclined; the first that applies.
    """
    today = clock.today()
    expense = checklist.expense(submission.expense)
    admitted(expense, today)
    asked = _check_list(expense)
    document_minor, amount_minor = _amounts(submission)
    for day in (submission.document_on, submission.expense_on):
        if day > today:
            raise ExpenseInFuture(on=day)
    submission = replace(submission, supplier_tax_code=supplier_code(submission.supplier_tax_code))
    person = people.for_authorization(session, book_id, submission.employee_id, submission.relative_id, today)
    _check_service(session, submission, expense)
    check_complete(submission, expense, asked, uploads, person, today)
    choice = paying.choose(
        session,
        book_id,
        submission.employee_id,
        expense,
        person,
        amount_minor,
        submission.expense_on,
        today,
        consent=submission.consent,
    )
    if choice.decline is not None:
        raise paying.declined(choice, choice.decline, amount_minor)
    mend = holder_to_mend(asked, submission.holder)
    return Looked(submission, expense, person, document_minor, amount_minor, today, choice, mend)


def admitted(expense: Expense, on: date) -> Decision:
    """
    Say what the law says of giving an expense back to anybody, on a day.

    Errors: ReimbursementForbidden.
    """
    facts = Facts(
        category=expense.category,
        channel=Channel.REIMBURSEMENT,
        source=PlanSource.ON_TOP,
        entitlement=Entitlement.ALL,
        amount_minor=1,
        expense_kind=expense.kind,
    )
    decision = decide(facts, loading.load(), on, clock.today())
    if RuleReason.EXPENSE_NOT_REIMBURSABLE in decision.reasons:
        # Whether a dependent child makes the difference is the person's to show.
        decision = decide(replace(facts, dependent_child_declared=True), loading.load(), on, clock.today())
    found = [reason for reason in decision.reasons if reason in _FORBIDDING]
    if found and decision.outcome is Outcome.BLOCKED:
        # An expense whose kind nobody distinguishes is, where kinds are listed, none of those listed.
        told = [
            RuleReason.EXPENSE_NOT_REIMBURSABLE if reason is RuleReason.EXPENSE_KIND_MISSING else reason
            for reason in found
        ]
        said = {
            language: sentences.compose(language, decision.outcome, told, (), dict(decision.figures))
            for language in ("it", "en")
        }
        raise ReimbursementForbidden(
            expense_it=expense.it,
            expense_en=expense.en,
            said_it=said["it"],
            said_en=said["en"],
            rules=decision.rule_ids,
        )
    return decision


def taxed(decision: Decision) -> bool:
    """Whether what `admitted` said is that the expense itself is taxed when it is given back, whoever it is for."""
    return any(reason in _TAXING for reason in decision.reasons)


def check_complete(
    submission: Submission,
    expense: Expense,
    asked: Checklist,
    uploads: Sequence[Upload],
    person: PersonFacts,
    today: date,
) -> None:
    """
    Name everything the checklist asks for that is not there, at once.

    Errors: DocumentsTooMany, SubmissionIncomplete.
    """
    if len(uploads) > MOST:
        raise DocumentsTooMany(documents=len(uploads), limit=MOST)
    there = {upload.purpose for upload in uploads}
    missing: list[tuple[str, str]] = [
        (words.purpose(purpose, "it"), words.purpose(purpose, "en"))
        for purpose in asked.required
        if purpose not in there
    ]
    missing += untold(submission.supplier, submission.document_no)
    if payment_untold(asked, there, shown=submission.payment_shown):
        missing.append(
            (
                "prova del pagamento, o la conferma che il documento di spesa lo mostra",
                "payment, or your word that the expense document shows it",
            )
        )
    missing += [
        (f"dichiarazione «{one.label_it}»", f"declaration '{one.label_en}'")
        for one in needed_statements(asked, of_relative=submission.relative_id is not None)
        if one not in submission.statements
    ]
    if asked.user_tax_code and person.relative_id is not None and person.relative_tax_code is None:
        missing.append(
            (
                "codice fiscale del familiare, che la Certificazione Unica riporta: va aggiunto alla sua scheda",
                "the relative's codice fiscale, which the Certificazione Unica bears: it belongs on their card",
            )
        )
    missing += unanswered(submission.expense_on, submission.already_detracted, today)
    refuse(missing, expense)


def untold(supplier: str, document_no: str) -> list[tuple[str, str]]:
    """Return what of the expense document is not told, in Italian and English."""
    told = (
        (supplier, "nome del fornitore", "the supplier's name"),
        (document_no, "numero del documento", "the document's number"),
    )
    return [(it, en) for text, it, en in told if not text.strip()]


def unanswered(expense_on: date, already_detracted: bool | None, today: date) -> list[tuple[str, str]]:
    """Return the question that an expense of an earlier year asks for, where it has no answer."""
    year = expense_on.year
    if year >= today.year or already_detracted is not None:
        return []
    return [
        (
            f"risposta alla domanda: questa spesa del {year} è già stata detratta o dedotta?",
            f"the answer to: was this expense of {year} detracted or deducted already?",
        )
    ]


def refuse(missing: Sequence[tuple[str, str]], expense: Expense) -> None:
    """
    Name everything that is missing, if anything is.

    Errors: SubmissionIncomplete.
    """
    if missing:
        raise SubmissionIncomplete(
            missing_it="; ".join(it for it, _ in missing),
            missing_en="; ".join(en for _, en in missing),
            expense=expense.code.lower().replace("_", "-"),
            expense_it=expense.name("it"),
            expense_en=expense.name("en"),
        )


def payment_untold(asked: Checklist, there: Collection[Purpose], *, shown: bool) -> bool:
    """Whether the payment is asked for, and neither a document nor the expense document shows it."""
    wanted = any(item.purpose is Purpose.PAYMENT for item in asked.items)
    return wanted and Purpose.PAYMENT not in there and not shown


def needed_statements(asked: Checklist, *, of_relative: bool) -> tuple[Statement, ...]:
    """Return the declarations that an expense needs: that of the relationship only where it is a relative's."""
    return tuple(one for one in asked.statements if one is not Statement.RELATIONSHIP or of_relative)


def holder_to_mend(asked: Checklist, holder: Holder) -> tuple[Reason, ...]:
    """Return what has to be mended where the document is in a name that the checklist does not admit."""
    return () if holder in asked.holders else (Reason.HOLDER_NOT_ALLOWED,)


def supplier_code(text: str) -> str:
    """
    Return a supplier's codice fiscale, partita IVA or foreign VAT number as it is written down.

    Errors: SupplierCodeInvalid.
    """
    code = "".join(text.split()).upper()
    for kind in (codicefiscale, iva):
        try:
            return str(kind.validate(code))
        except ValidationError:
            continue
    if _FOREIGN_CODE.fullmatch(code) and not code.startswith("IT"):
        return code
    raise SupplierCodeInvalid(code=text[:40])


def _check_list(expense: Expense) -> Checklist:
    asked = checklist.of(expense)
    assert asked is not None, f"{expense.code} may be reimbursed and has no checklist"  # noqa: S101
    return asked


def _amounts(submission: Submission) -> tuple[int, int]:
    document_minor = amounts.minor(submission.document)
    amount_minor = document_minor if submission.amount is None else amounts.minor(submission.amount)
    for minor in (document_minor, amount_minor):
        if minor < 1:
            raise ExpenseAmountInvalid(amount=from_minor(minor))
        if minor > prices.MOST_MINOR:
            raise AmountTooLarge(amount=from_minor(minor))
    if amount_minor > document_minor:
        raise ExpenseAmountTooHigh(amount=from_minor(amount_minor), document=from_minor(document_minor))
    return document_minor, amount_minor


def _check_service(session: Session, submission: Submission, expense: Expense) -> None:
    if submission.service_code is None:
        return
    service = services.get(session, submission.service_code)
    if expense.category not in service.categories or Channel.REIMBURSEMENT not in service.channels:
        raise ServiceNotOfExpense(
            service=submission.service_code, expense_it=expense.name("it"), expense_en=expense.name("en")
        )


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if isinstance(value, date):
        return value.isoformat()
    return value
