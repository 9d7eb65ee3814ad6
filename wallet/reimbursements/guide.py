"""The guide to reimbursements: what may be asked for and what each expense needs, before anybody submits one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wallet.reimbursements import checklist, submission
from wallet.reimbursements.checklist import Checklist, Expense
from wallet.reimbursements.errors import ReimbursementForbidden


@dataclass(frozen=True, slots=True)
class Guide:
    """
    One expense and its checklist; `refusal` says why the law gives it back to nobody, `taxed` that it comes back taxed.
    """

    expense: Expense
    checklist: Checklist | None
    refusal: ReimbursementForbidden | None
    taxed: bool


def every(on: date) -> tuple[Guide, ...]:
    """Return all expenses that people may name, those that come back first."""
    found = [_guide(one, on) for one in checklist.expenses().values()]
    return tuple(sorted(found, key=lambda one: one.refusal is not None))


def of(expense_code: str, on: date) -> Guide:
    """
    Return the guide to one expense.

    Errors: ExpenseUnknown.
    """
    return _guide(checklist.expense(expense_code), on)


def _guide(expense: Expense, on: date) -> Guide:
    try:
        taxed = submission.taxed(submission.admitted(expense, on))
    except ReimbursementForbidden as refusal:
        return Guide(expense, None, refusal, False)
    return Guide(expense, checklist.of(expense), None, taxed)
