"""Valid rows and drafts, one function per noun; a test changes only what it is about."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from moneyed import EUR, Money
from sqlalchemy.orm import Session

from ledger import books
from plans import enrolment, funders
from plans.people_file import EmployeeDraft, RelativeDraft
from plans.plan_file import Act, PlanDraft
from plans.rulebook.words import Category, Channel, Entitlement, Kinship, PlanSource
from plans.taxcodes import check_character
from plans.words import FunderKind, FundingPolicy, SourceType, TaxablePolicy

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
VAT_NUMBER = "00743110157"

_numbers = itertools.count(1)


def tax_code(number: int | None = None, born: str = "80A01") -> str:
    """Return a tax code that is nobody's and passes the check; the same for the same number."""
    number = next(_numbers) if number is None else number
    letters = "".join(chr(ord("A") + number // 26**place % 26) for place in range(6))
    code = f"{letters}{born}H501"
    return code + check_character(code + "X")


def book(session: Session, kind: FunderKind = FunderKind.EMPLOYER) -> int:
    """Open a book with its funder and return its id."""
    number = next(_numbers)
    book_id = books.open_book(session, f"E{number}", "Caseificio")
    funders.record(
        session,
        book_id,
        code=f"E{number}",
        name="Caseificio",
        kind=kind,
        vat_number=VAT_NUMBER if kind is FunderKind.EMPLOYER else None,
        home_territory="cremona",
    )
    return book_id


def employee(session: Session, book_id: int, **changes: Any) -> str:
    """Enrol an employee and return the id."""
    draft = EmployeeDraft(tax_code(), "Marco", "Rossi", hired_on=date(2020, 1, 1), cluster="operai")
    return enrolment.enrol(session, book_id, replace(draft, **changes))


def relative(session: Session, book_id: int, employee_tax_code: str, **changes: Any) -> str:
    """Add an employee's mother and return the id."""
    draft = RelativeDraft(employee_tax_code, Kinship.PARENT, "Anna", "Bianchi", birth_date=date(1947, 3, 8))
    return enrolment.add_relative(session, book_id, replace(draft, **changes))


def plan(**changes: Any) -> PlanDraft:
    """Return a plan on top for everybody."""
    draft = PlanDraft(
        code="A-2026",
        name="Piano A",
        source=PlanSource.ON_TOP,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        spend_by=date(2026, 11, 30),
        entitlement=Entitlement.ALL,
        funding_policy=FundingPolicy.PREFUNDED,
        taxable_policy=TaxablePolicy.WITH_CONSENT,
        categories=frozenset({Category.CARE, Category.FRINGE}),
        channels=frozenset({Channel.DIRECT, Channel.VOUCHER}),
        amount=Money("600.00", EUR),
        act=Act(SourceType.COMPANY_AGREEMENT, "verbale 12/2025", date(2025, 12, 10)),
    )
    return replace(draft, **changes)
