"""Valid rows for tests, one function per noun; every argument has a sensible default."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from moneyed import Money
from sqlalchemy.orm import Session
from stdnum.it import codicefiscale

from config import clock
from config.money import from_minor
from ledger import books
from network import loading as network_loading
from plans import enrolment, facts, funders, plans
from plans.people_file import EmployeeDraft, RelativeDraft
from plans.plan_file import Act, PlanDraft
from plans.rulebook import loading as rulebook_loading
from plans.rulebook.words import Category, Channel, Entitlement, Kinship, PlanSource
from plans.words import Fact, FunderKind, FundingPolicy, SourceType, TaxablePolicy
from wallet import funding, grants
from wallet.grants import Grant

_numbers = count(1)

ALL_CATEGORIES = frozenset(
    {
        Category.CARE,
        Category.EDUCATION,
        Category.SOCIAL_UTILITY,
        Category.PUBLIC_TRANSPORT,
        Category.FRINGE,
    }
)


def tax_code(number: int | None = None, born: date = date(1980, 1, 1)) -> str:
    """A valid, obviously fake codice fiscale: consonants in a row, a real comune, the right check character."""
    number = next(_numbers) if number is None else number
    consonants = "".join(letter for letter in string.ascii_uppercase if letter not in "AEIOU")
    base = len(consonants)
    letters = "".join(consonants[number // base**place % base] for place in range(5))
    body = f"Z{letters}{born.year % 100:02d}{'ABCDEHLMPRST'[born.month - 1]}{born.day:02d}D150"
    return body + codicefiscale.calc_check_digit(body)


def network(session: Session) -> None:
    """The fourteen territories with their providers and services."""
    network_loading.load(session)


def employer(
    session: Session, code: str = "E1", *, home: str = "cremona", name: str = "Caseificio Po Grande srl"
) -> int:
    """A funder with an empty book; returns the book's id."""
    book_id = books.open_book(session, code, name)
    funders.record(
        session,
        book_id,
        code=code,
        name=name,
        kind=FunderKind.EMPLOYER,
        home_territory=home,
        vat_number="12345670017",
    )
    return book_id


def employee(session: Session, book_id: int, **values: Any) -> str:
    """An employee hired in 2015; returns the id."""
    draft = EmployeeDraft(
        **{
            "tax_code": tax_code(),
            "first_name": "Giulia",
            "last_name": "Prova",
            "birth_date": date(1985, 5, 5),
            "hired_on": date(2015, 1, 1),
            "cluster": "operai",
        }
        | values
    )
    return enrolment.enrol(session, book_id, draft)


def relative(session: Session, book_id: int, employee_tax_code: str, kinship: Kinship, **values: Any) -> str:
    """A relative of an employee; returns the id."""
    draft = RelativeDraft(
        **{
            "employee_tax_code": employee_tax_code,
            "kinship": kinship,
            "first_name": "Familiare",
            "last_name": "Prova",
        }
        | values
    )
    return enrolment.add_relative(session, book_id, draft)


def plan(session: Session, book_id: int, code: str = "A", **values: Any) -> str:
    """An on-top plan of 600 euro for everybody, prefunded; returns the id."""
    draft = PlanDraft(
        **{
            "code": code,
            "name": "Piano welfare",
            "source": PlanSource.ON_TOP,
            "starts_on": date(2026, 1, 1),
            "ends_on": date(2026, 12, 31),
            "spend_by": date(2026, 11, 30),
            "entitlement": Entitlement.ALL,
            "funding_policy": FundingPolicy.PREFUNDED,
            "taxable_policy": TaxablePolicy.REFUSE,
            "categories": ALL_CATEGORIES,
            "channels": frozenset({Channel.DIRECT, Channel.VOUCHER}),
            "act": Act(
                source_type=SourceType.REGULATION_BINDING,
                document_ref="Regolamento",
                signed_on=date(2025, 12, 1),
                deposit_code=None,
                unilateral_change=False,
            ),
        }
        | values
    )
    return plans.load(
        session,
        book_id,
        draft,
        rulebook=rulebook_loading.load(),
        created_at=datetime(2025, 12, 1, tzinfo=UTC),
    ).plan_id


def funded(
    session: Session, book_id: int, plan_code: str = "A", amount: Money | None = None, on: date | None = None
) -> None:
    """Commit and transfer an amount for a plan."""
    amount = amount or Money("100000", "EUR")
    on = on or clock.today()
    funding.commit(session, book_id, plan_code, amount, on=on, actor="test")
    funding.record_transfer(session, book_id, plan_code, amount, on=on, actor="test")


def grant(
    session: Session,
    book_id: int,
    plan_code: str,
    employee_id: str,
    amount_minor: int,
    *,
    on: date | None = None,
    expires_on: date | None = None,
) -> None:
    """Put credit into a person's lot."""
    terms = plans.by_code(session, book_id, plan_code)
    grants.grant_many(
        session,
        terms,
        [Grant(employee_id, amount_minor, expires_on or terms.spend_by)],
        on=on or clock.today(),
        actor="test",
    )


def declare(session: Session, book_id: int, person_id: str, fact: Fact, **values: Any) -> None:
    """Declare a fact about a person, today."""
    facts.declare(
        session,
        book_id,
        person_id,
        fact,
        **({"declared_on": clock.today(), "recorded_at": clock.now()} | values),
    )


def euro(amount_minor: int) -> Money:
    """Minor units as money, for calls at the border."""
    return from_minor(amount_minor)
