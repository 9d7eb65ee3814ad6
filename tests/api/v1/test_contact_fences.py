"""The database lets a provider write how it is reached, and nobody else's; everybody reads it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import database, fences
from config.fences import Fence, Sight
from network import contacts
from network.contacts import Contact
from tests.api.counter import Counter


def written(fence: Fence, provider_code: str, phone: str) -> Contact | None:
    """What a fence lets somebody write of a provider."""

    def work(session: Session) -> Contact | None:
        return contacts.tell(session, provider_code, phone=phone)

    with fences.inside(fence):
        return database.transact(work)


def test_a_provider_writes_its_own_and_everybody_reads_it(counter: Counter) -> None:
    told = written(Fence(Sight.PROVIDER, provider_code="P10"), "P10", "02 10 10 10")

    for fence in (Fence(Sight.NOBODY), Fence(Sight.EMPLOYEE, counter.books["E1"], counter.people["giulia"])):
        with fences.inside(fence):
            assert database.transact(lambda session: contacts.of(session, "P10")) == told
    assert written(Fence(Sight.NETWORK), "P10", "02 11 11 11") is not None


@pytest.mark.parametrize(
    "sight", [Fence(Sight.PROVIDER, provider_code="P10"), Fence(Sight.FUNDER, 1), Fence(Sight.NOBODY)]
)
@pytest.mark.parametrize("whose", ["P11", "P25"])
def test_nobody_writes_another_providers(counter: Counter, sight: Fence, whose: str) -> None:
    before = database.transact(lambda session: contacts.of(session, whose))

    with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        written(sight, whose, "02 66 66 66")

    assert database.transact(lambda session: contacts.of(session, whose)) == before


def test_nobody_takes_another_providers_away(counter: Counter) -> None:
    with (
        fences.inside(Fence(Sight.PROVIDER, provider_code="P10")),
        pytest.raises(sa.exc.ProgrammingError, match="row-level security"),
    ):
        database.transact(lambda session: contacts.tell(session, "P11"))

    assert database.transact(lambda session: contacts.of(session, "P11")) is not None
