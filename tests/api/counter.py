"""The application on a database of the test's own, with somebody of every role and a token for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from moneyed import Money
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from api.access import members, tokens
from api.access.roles import Role
from config import database
from ledger import books
from plans import funders
from plans.words import FunderKind
from tests import factories

LASTING = timedelta(days=90)


@dataclass
class Counter:
    """
    Two employers' books, E1 with Giulia and Mario and E2 with Anna, and a municipality's; services of P04 and P03 in
    Cremona.
    """

    app: Flask
    books: dict[str, int] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    used: list[int] = field(default_factory=lambda: [0])

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def ask(
        self, who: str | None, method: str, path: str, body: Any = None, *, key: str | bool = True, **headers: str
    ) -> TestResponse:
        """Send a request as somebody; a POST has a key of its own unless told otherwise."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if who is not None:
            sent["Authorization"] = f"Bearer {self.secrets[who]}"
        if method == "POST" and key:
            self.used[0] += 1
            sent["Idempotency-Key"] = f"key-{self.used[0]}" if key is True else str(key)
        rest: dict[str, Any] = {} if body is None else {"json": body}
        return self.client.open(path, method=method, headers=sent, **rest)

    def buy(self, who: str = "giulia", **body: Any) -> Mapping[str, Any]:
        """Authorize a talk with the psychologist (55,00, P04) and return what is answered."""
        answer = self.ask(who, "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 1} | body)
        assert answer.status_code == 201, answer.text
        found: Mapping[str, Any] = answer.get_json()
        return found


def furnish(session: Session, counter: Counter) -> None:
    """Write the books, the people and the members."""
    factories.network(session)
    for code, names in (("E1", ("giulia", "mario")), ("E2", ("anna",))):
        book_id = counter.books[code] = factories.employer(session, code)
        factories.plan(session, book_id)
        # Enough for every module of a process, whichever they are.
        factories.funded(session, book_id, amount=Money("5000000", "EUR"))
        for name in names:
            employee_id = counter.people[name] = factories.employee(session, book_id, first_name=name.title())
            factories.grant(session, book_id, "A", employee_id, 60_000)
            appoint(session, counter, name, Role.EMPLOYEE, book_id=book_id, employee_id=employee_id)
    for name, role in (("hr", Role.EMPLOYER), ("payroll", Role.PAYROLL), ("accountant", Role.ACCOUNTANT)):
        appoint(session, counter, name, role, book_id=counter.books["E1"])
    counter.books["PUB"] = books.open_book(session, "PUB", "Comune di Cremona")
    funders.record(
        session,
        counter.books["PUB"],
        code="PUB",
        name="Comune di Cremona",
        kind=FunderKind.MUNICIPALITY,
        home_territory="cremona",
    )
    appoint(session, counter, "comune", Role.MUNICIPALITY, book_id=counter.books["PUB"])
    for name, provider in (("p04", "P04"), ("p03", "P03")):
        appoint(session, counter, name, Role.PROVIDER, provider_code=provider)
    appoint(session, counter, "marta", Role.WELFARE_MANAGER)
    appoint(session, counter, "operator", Role.OPERATOR)


def appoint(session: Session, counter: Counter, name: str, role: Role, **reach: Any) -> None:
    """Admit somebody with one role and a token."""
    member_id = members.admit(session, name.title(), email=f"{name}@example.it")
    appointment_id = members.appoint(session, member_id, role, **reach)
    counter.secrets[name] = tokens.issue(session, appointment_id, lasting=LASTING).secret


def open_counter(app: Flask) -> Counter:
    """A furnished counter; the database is the process's."""
    counter = Counter(app)
    database.transact(lambda session: furnish(session, counter))
    return counter
