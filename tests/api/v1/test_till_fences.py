"""The database shows redemptions, acceptances and bad codes to whom they concern, whatever is asked of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from config import database, fences
from config.fences import Fence, Sight
from network import acceptance
from network.acceptance import Terms
from tests import factories
from tests.api.counter import Counter
from wallet import codes

TABLES = ("redemption", "acceptance", "code_attempt")


def seen(fence: Fence, table: str) -> set[str]:
    """The providers of the rows that a fence shows."""
    statement = sa.text(f"select provider_code from {table}")
    with fences.inside(fence):
        return set(database.transact(lambda session: session.scalars(statement).all()))


def people(fence: Fence, table: str) -> set[str]:
    statement = sa.text(f"select employee_id from {table}")
    with fences.inside(fence):
        return set(database.transact(lambda session: session.scalars(statement).all()))


@pytest.fixture
def lived(counter: Counter) -> Counter:
    """Giulia and Anna each redeemed, were made to wait, and both providers brought a bad code."""
    for who, book in (("giulia", "E1"), ("anna", "E2")):
        person, book_id = counter.people[who], counter.books[book]
        database.transact(lambda session, who=person, book=book_id: factories.grant(session, book, "A", who, 30_000))
        bought = counter.buy(who)
        counter.ask("p04", "POST", "/v1/redemptions", {"code": bought["code"], "nonce": bought["id"]})
        database.transact(lambda session: acceptance.change(session, Terms("P04", 24)))
        counter.buy(who)
        database.transact(lambda session: acceptance.change(session, Terms("P04")))
    for provider in ("p03", "p04"):
        counter.ask(provider, "POST", "/v1/vouchers/check", {"code": codes.new()}, key=False)
    return counter


def test_a_provider_sees_its_own(lived: Counter) -> None:
    shown = [seen(Fence(Sight.PROVIDER, provider_code="P04"), table) for table in TABLES]

    assert shown == [{"P04"}] * 3
    assert seen(Fence(Sight.PROVIDER, provider_code="P03"), "code_attempt") == {"P03"}


def test_a_person_sees_what_is_theirs_and_no_bad_codes(lived: Counter) -> None:
    giulia = Fence(Sight.EMPLOYEE, lived.books["E1"], lived.people["giulia"])

    assert [people(giulia, table) for table in TABLES[:2]] == [{lived.people["giulia"]}] * 2
    assert seen(giulia, "code_attempt") == set()


@pytest.mark.parametrize("sight", [Sight.FUNDER, Sight.NOBODY])
def test_a_funder_and_nobody_see_nothing(lived: Counter, sight: Sight) -> None:
    fence = Fence(sight, lived.books["E1"])

    assert [seen(fence, table) for table in TABLES] == [set()] * 3


@pytest.mark.parametrize("table", TABLES)
def test_a_provider_writes_nothing_for_another(lived: Counter, table: str) -> None:
    def attack(session: sa.orm.Session) -> int:
        return session.execute(sa.text(f"update {table} set provider_code = 'P04'")).rowcount  # type: ignore[attr-defined]

    try:
        with fences.inside(Fence(Sight.PROVIDER, provider_code="P03")):
            touched = database.transact(attack)
    except sa.exc.DBAPIError:
        touched = 0
    assert touched == 0
