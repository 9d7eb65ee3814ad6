"""
A small employer's year in which everything that moves credit happens, with round figures.

Ten people: five in cluster "operai", four in "impiegati", one in "dirigenti".

| day | what | euro |
|---|---|---|
| 10 Jan | committed, and transferred | 10,000.00 and 8,000.00 |
| 15 Jan | granted to ten people | 600.00 each, 6,000.00 |
| 1 Feb | corrected, Bianchi's | 100.00 |
| 10 Feb | physiotherapy in Matera for the first five, two at 45.00 | 450.00 |
| 5 Mar | after-school of Alberti's daughter, one month at 130.00 | 130.00 |
| 20 Mar | one of Alberti's two sessions refunded | 45.00 |
| 2 Apr | cleaning at 19.00 the hour, ten hours, for six people | 1,140.00 |
| 20 May | psychologist, held for Alberti and not yet delivered | 55.00 |
| 1 Jul | credit past 30 June carried over to 31 December; what is held stays | 4,170.00 |
| 2 Jul | granted to Galli by mistake, and reversed the day after | 50.00 |
| 1 Aug | physiotherapy for Longo, one at 45.00 | 45.00 |
| 1 Jan | expired, back to the employer | 4,180.00 |
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import clock
from ledger import posting
from plans.rulebook.words import Channel, Kinship
from tests import factories
from wallet import authorizations, captures, expiry, funding, grants
from wallet.authorizations import Authorization
from wallet.purchases import Purchase

PLAN = "A"
# Last name, first name, cluster; the first five go to physiotherapy.
PEOPLE = (
    ("Alberti", "Niccolò", "operai"),
    ("Bianchi", "Rosa", "operai"),
    ("Conti", "Ugo", "operai"),
    ("D'Angelò", "Zoë", "operai"),
    ("Esposito", "Pia", "operai"),
    ("Ferri", "Ada", "impiegati"),
    ("Galli", "Leo", "impiegati"),
    ("Homola", "Eva", "impiegati"),
    ("Iori", "Tea", "impiegati"),
    ("Longo", "Max", "dirigenti"),
)


@dataclass(frozen=True, slots=True)
class Story:
    """The book and its people's ids by last name."""

    book_id: int
    people: dict[str, str]


@contextmanager
def on(session: Session, day: date) -> Iterator[None]:
    """Make it noon of a day, for us and for the database."""
    with clock.at(day):
        moment = clock.now().isoformat()
        session.execute(sa.text("select set_config('borsellino.clock', :moment, true)"), {"moment": moment})
        yield


def buy(
    session: Session, book_id: int, employee_id: str, service: str, quantity: int, **values: object
) -> Authorization:
    """An authorization, which must not be declined."""
    purchase = Purchase(employee_id, service, quantity=quantity, channel=Channel.DIRECT, **values)  # type: ignore[arg-type]
    found = authorizations.authorize(session, book_id, purchase, actor="test")
    assert found.decline_code is None, (found.decline_code, found.sentence_en)
    return found


def spend(session: Session, book_id: int, employee_id: str, service: str, quantity: int, **values: object) -> str:
    """An authorization captured at once; returns its id."""
    found = buy(session, book_id, employee_id, service, quantity, **values)
    captures.capture(session, book_id, found.authorization_id, actor="test")
    return found.authorization_id


def open_story(session: Session) -> Story:
    """The employer, the plan and the people, before anything moved."""
    with on(session, date(2026, 1, 5)):
        factories.network(session)
        book_id = factories.employer(session)
        factories.plan(session, book_id, PLAN, spend_by=date(2026, 6, 30), carry_over_months=6)
        people = {
            last: factories.employee(
                session, book_id, last_name=last, first_name=first, cluster=cluster, employee_no=f"{place:03}"
            )
            for place, (last, first, cluster) in enumerate(PEOPLE, 1)
        }
    return Story(book_id, people)


def first_half(session: Session, story: Story) -> None:
    """January to May."""
    book_id, people = story.book_id, story.people
    with on(session, date(2026, 1, 10)):
        funding.commit(session, book_id, PLAN, Money("10000", "EUR"), on=clock.today(), actor="test")
        funding.record_transfer(session, book_id, PLAN, Money("8000", "EUR"), on=clock.today(), actor="test")
    with on(session, date(2026, 1, 15)):
        for employee_id in people.values():
            factories.grant(session, book_id, PLAN, employee_id, 60_000)
    with on(session, date(2026, 2, 1)):
        lot = session.execute(
            sa.text("select lot_id from lot where book_id = :book and employee_id = :person"),
            {"book": book_id, "person": people["Bianchi"]},
        ).scalar_one()
        grants.correct(session, book_id, lot, Money("100", "EUR"), reason="part time", on=clock.today(), actor="test")
    with on(session, date(2026, 2, 10)):
        first = [spend(session, book_id, people[last], "FIS-MT", 2) for last, _, _ in PEOPLE[:5]]
    with on(session, date(2026, 3, 5)):
        tax_code = session.execute(
            sa.text("select tax_code from employee where employee_id = :person"), {"person": people["Alberti"]}
        ).scalar_one()
        child = factories.relative(
            session,
            book_id,
            tax_code,
            Kinship.CHILD,
            first_name="Segretissima",
            last_name="Alberti",
            birth_date=date(2015, 3, 3),
        )
        spend(session, book_id, people["Alberti"], "DOP-CR", 1, relative_id=child)
    with on(session, date(2026, 3, 20)):
        captures.refund(session, book_id, first[0], Money("45", "EUR"), actor="test", reason="ill")
    with on(session, date(2026, 4, 2)):
        for last, _, _ in PEOPLE[4:]:
            spend(session, book_id, people[last], "PUL-CR", 10)
    with on(session, date(2026, 5, 20)):
        buy(session, book_id, people["Alberti"], "PSI-CR", 1, service_on=date(2026, 6, 30))


def second_half(session: Session, story: Story) -> None:
    """July to the new year: what was not spent is carried over, then expires."""
    book_id = story.book_id
    with on(session, date(2026, 7, 1)):
        expiry.expire(session, book_id, on=clock.today(), actor="test")
    with on(session, date(2026, 7, 2)):
        factories.grant(session, book_id, PLAN, story.people["Galli"], 5_000, expires_on=date(2026, 12, 31))
        mistake = session.execute(
            sa.text("select max(entry_id) from entry where book_id = :book and kind = 'grant'"), {"book": book_id}
        ).scalar_one()
    with on(session, date(2026, 7, 3)):
        posting.reverse(session, book_id, mistake, occurred_on=clock.today(), actor="test", reason="twice")
    with on(session, date(2026, 8, 1)):
        spend(session, book_id, story.people["Longo"], "FIS-MT", 1)
    with on(session, date(2027, 1, 1)):
        expiry.expire(session, book_id, on=clock.today(), actor="test")
