"""People for one journey alone: in an employer of their own, so that a journey may be made again beside itself."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from api.access.roles import Role
from config import database
from plans.rulebook.words import Channel, Entitlement, Kinship, PlanSource
from plans.social import offer
from plans.words import TaxablePolicy
from tests import factories
from tests.api.counter import Counter, appoint
from tests.api.v1.families import tax_code_of
from tests.wallet.social_office import OFFER

_numbers = count(1)


def office(counter: Counter, role: Role = Role.EMPLOYER, *, at: str | None = None) -> str:
    """
    Somebody with a role at the employer of somebody else, or at one of its own.

    That one's plan A buys and reimburses everything, and taxes with consent.
    """
    code = employer_of(at) if at else f"J{next(_numbers)}"

    def work(session: Session) -> None:
        if at is None:
            book_id = counter.books[code] = factories.employer(session, code, name=f"Azienda {code} srl")
            factories.plan(session, book_id, taxable_policy=TaxablePolicy.WITH_CONSENT, channels=frozenset(Channel))
            factories.funded(session, book_id)
        appoint(session, counter, name(code, role), role, book_id=counter.books[code])

    database.transact(work)
    return name(code, role)


def name(code: str, role: Role) -> str:
    """What somebody with a role at an employer is called at the counter."""
    return f"{role.value}-{code.lower()}"


def employer_of(who: str) -> str:
    """The code of the employer that somebody made here is at."""
    return who.rpartition("-")[2].upper()


def worker(counter: Counter, first_name: str, *, credit_minor: int = 60_000, at: str | None = None) -> str:
    """Somebody with credit, at the employer of an office or at one of their own; returns who they are."""
    code = employer_of(at or office(counter))
    who = f"{first_name.lower()}-{code.lower()}"

    def work(session: Session) -> None:
        book_id = counter.books[code]
        employee_id = counter.people[who] = factories.employee(session, book_id, first_name=first_name)
        factories.grant(session, book_id, "A", employee_id, credit_minor)
        appoint(session, counter, who, Role.EMPLOYEE, book_id=book_id, employee_id=employee_id)

    database.transact(work)
    return who


def relative(counter: Counter, who: str, kinship: Kinship, **values: Any) -> str:
    """A relative of a worker; returns the id."""
    code, born = tax_code_of(counter, who), values.get("birth_date", date(1980, 1, 1))
    told = {"tax_code": factories.tax_code(born=born), "birth_date": born} | values
    return database.transact(
        lambda session: factories.relative(session, counter.books[employer_of(who)], code, kinship, **told)
    )


def available(counter: Counter, who: str) -> int:
    """What somebody may still spend, in cents."""
    return int(counter.ask(who, "GET", "/v1/wallets/mine").get_json()["available_minor"])


def citizen(counter: Counter, first_name: str) -> str:
    """Somebody of the municipality's book, whose office has its offer and money for vouchers."""
    who = f"{first_name.lower()}-c{next(_numbers)}"

    def work(session: Session) -> None:
        book_id = counter.books["PUB"]
        if not offer.every(session, book_id):
            factories.plan(
                session, book_id, "PUB", source=PlanSource.MUNICIPAL, entitlement=Entitlement.AD_PERSONAM, act=None,
                spend_by=date(2026, 12, 31),
            )  # fmt: skip
            factories.funded(session, book_id, "PUB")
            offer.load_text(session, book_id, OFFER, "cremona.toml", actor="test")
        person = counter.people[who] = factories.employee(session, book_id, first_name=first_name)
        appoint(session, counter, who, Role.EMPLOYEE, book_id=book_id, employee_id=person)

    database.transact(work)
    return who
