"""Two employers, a municipality and a network that bought and delivered in March, with somebody of every role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

from api import app
from api.access.roles import Role
from config import clock, database, fences, settings
from ledger import books, seals
from plans import people
from tests import factories
from tests.api.counter import Counter, appoint
from tests.conftest import _administer, make_database
from tests.reports import network_story
from tests.stories.reading import on
from tests.wallet.social_office import open_office
from wallet import recharges

NOW = datetime(2026, 5, 4, 12, tzinfo=clock.ROME)
FORMULA = "=cmd|' /C calc'!A0"


@dataclass(frozen=True)
class Offices:
    """The counter, and where its database and its files are."""

    counter: Counter
    address: URL
    folder: Path


def furnish(session: Session, counter: Counter) -> None:
    """
    Tell the story of the network (tests/reports/network_story.py), with March closed and sealed in E1.

    A person of E1 with a name and a number that a spreadsheet would run has credit, and has bought the psychologist.
    """
    story = network_story.tell(session)
    with on(session, date(2026, 3, 10)):
        factories.plan(session, story.e1, "B")
        factories.funded(session, story.e1, "B")
        rogue = factories.employee(session, story.e1, first_name="Ada", last_name=FORMULA, employee_no="=1+1")
        factories.grant(session, story.e1, "A", rogue, 20_000)
        bought = network_story.buy(session, story.e1, rogue, "PSI-CR")
        network_story.captures.capture(session, story.e1, bought.authorization_id, actor="provider")
        office = open_office(session)
        for quantity in (1, 2):
            office.captured(office.active(), quantity)
    with on(session, date(2026, 5, 3)):
        for book_id in (story.e1, story.e3):
            recharges.record(session, book_id, date(2026, 3, 1), actor="test")
            books.close_period(session, book_id, date(2026, 3, 1), date(2026, 3, 31))
            seals.seal(session, book_id)
    counter.books |= {"E1": story.e1, "E3": story.e3, "PUB": office.book_id}
    for name, book_id, first in (("giulia", story.e1, "Giulia"), ("anna", story.e3, "Anna")):
        found = session.execute(
            sa.text("select employee_id from employee where book_id = :book and first_name = :first"),
            {"book": book_id, "first": first},
        ).scalar_one()
        counter.people[name] = people.employee(session, book_id, found).employee_id
        appoint(session, counter, name, Role.EMPLOYEE, book_id=book_id, employee_id=counter.people[name])
    for name, role in (("hr", Role.EMPLOYER), ("payroll", Role.PAYROLL), ("accountant", Role.ACCOUNTANT)):
        appoint(session, counter, name, role, book_id=story.e1)
    appoint(session, counter, "hr3", Role.EMPLOYER, book_id=story.e3)
    appoint(session, counter, "comune", Role.MUNICIPALITY, book_id=office.book_id)
    for name, provider in (("p25", "P25"), ("p02", "P02"), ("p24", "P24")):
        appoint(session, counter, name, Role.PROVIDER, provider_code=provider)
    appoint(session, counter, "marta", Role.WELFARE_MANAGER)
    appoint(session, counter, "operator", Role.OPERATOR)


@contextmanager
def opened(server: URL, template: URL, name: str, folder: Path) -> Iterator[Offices]:
    """Offices on a database of their own, and files in a folder of their own."""
    address = make_database(server, name, copy_of=template.database)
    engines = database.make_engine(address), database.make_engine(address.set(username=fences.WEB_ROLE))
    owner, fenced = (sessionmaker(engine, expire_on_commit=False) for engine in engines)
    with pytest.MonkeyPatch.context() as patch, clock.at(NOW):
        patch.setattr(database, "_owner_factory", lambda: owner)
        patch.setattr(database, "_fenced_factory", lambda: fenced)
        patch.setenv("DATABASE_URL", address.render_as_string(hide_password=False))
        patch.setenv("BORSELLINO_DATA_DIR", str(folder))
        settings.load.cache_clear()
        counter = Counter(app.create())
        with owner() as session:
            furnish(session, counter)
            session.commit()
        yield Offices(counter, address, folder)
    settings.load.cache_clear()
    for engine in engines:
        engine.dispose()
    _administer(server, f"drop database {name} with (force)")
