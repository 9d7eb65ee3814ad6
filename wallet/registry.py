"""Who is in a book: its funder and its people, written down one by one where they are really somewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from ledger import books
from network import territories
from plans import directory, enrolment, funders, people
from plans.funders import FunderCard
from plans.people import EmployeeCard, RelativeCard
from plans.people_file import EmployeeDraft, RelativeDraft
from plans.words import FunderKind


def open_book(
    session: Session, *, code: str, name: str, kind: FunderKind, home_territory: str, vat_number: str | None = None
) -> FunderCard:
    """
    Open an empty book and write down whose it is.

    Errors: TerritoryNotFound, BookExists, VatNumberMissing, VatNumberInvalid, VatNumberCheckDigit, FunderCodeTaken; in
            this order.
    """
    territories.get(session, home_territory)
    book_id = books.open_book(session, code, name)
    return funders.record(
        session, book_id, code=code, name=name, kind=kind, home_territory=home_territory, vat_number=vat_number
    )


def amend_funder(session: Session, book_id: int, changes: Mapping[str, Any]) -> FunderCard:
    """
    Correct what is written of a funder; `changes` are its name, VAT number and home territory.

    Errors: FunderNotFound, TerritoryNotFound, VatNumberMissing, VatNumberInvalid, VatNumberCheckDigit; in this order.
    """
    values = asdict(funders.of_book(session, book_id, lock=True)) | dict(changes)
    territories.get(session, values["home_territory"])
    del values["book_id"]
    return funders.record(session, book_id, **values)


def admit(session: Session, book_id: int, draft: EmployeeDraft) -> EmployeeCard:
    """
    Write down one employee (or citizen) whom the book does not have.

    Errors: TerritoryNotFound; those of `enrolment.admit`.
    """
    if draft.home_territory is not None:
        territories.get(session, draft.home_territory)
    return people.employee(session, book_id, enrolment.admit(session, book_id, draft))


def amend(session: Session, book_id: int, employee_id: str, changes: Mapping[str, Any]) -> EmployeeCard:
    """
    Correct what is written of an employee; `changes` are fields of `EmployeeDraft`.

    Errors: TerritoryNotFound; those of `enrolment.amend`.
    """
    if changes.get("home_territory") is not None:
        territories.get(session, changes["home_territory"])
    enrolment.amend(session, book_id, employee_id, changes)
    return people.employee(session, book_id, employee_id)


def leave(session: Session, book_id: int, employee_id: str, on: date | None) -> EmployeeCard:
    """
    Write down an employee's last day, None where the employment goes on after all.

    Errors: EmployeeNotFound, LeftBeforeHired; in this order.
    """
    people.leave(session, book_id, employee_id, on=on)
    return people.employee(session, book_id, employee_id)


def add_relative(session: Session, book_id: int, employee_id: str, told: Mapping[str, Any]) -> RelativeCard:
    """
    Write down one relative whom the employee does not have yet; `told` are fields of `RelativeDraft`.

    Errors: EmployeeNotFound; those of `enrolment.add_relative`.
    """
    employee = people.employee(session, book_id, employee_id)
    draft = RelativeDraft(employee_tax_code=employee.tax_code, **told)
    return directory.relative(session, book_id, enrolment.add_relative(session, book_id, draft, new=True))


def amend_relative(session: Session, book_id: int, relative_id: str, changes: Mapping[str, Any]) -> RelativeCard:
    """
    Correct what is written of a relative; `changes` are fields of `RelativeDraft` but the employee.

    Errors: those of `enrolment.amend_relative`.
    """
    enrolment.amend_relative(session, book_id, relative_id, changes)
    return directory.relative(session, book_id, relative_id)
