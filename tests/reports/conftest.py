"""What the reports' tests stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from tests.reports.story import Story, first_half, open_story, second_half
from tests.wallet.conftest import wallet_engine
from tests.wallet.scene import NOON, at
from tests.wallet.social_office import Office, open_office

__all__ = ["wallet_engine"]


@pytest.fixture
def half_told(session: Session) -> Story:
    """The story up to May."""
    story = open_story(session)
    first_half(session, story)
    return story


@pytest.fixture
def told(session: Session, half_told: Story) -> Story:
    """The whole story."""
    second_half(session, half_told)
    return half_told


@pytest.fixture
def office(wallet_engine: Engine) -> Iterator[Office]:
    """A municipality's office at noon of 10 March 2026; rolled back after the test."""
    with wallet_engine.connect() as connection:
        outer = connection.begin()
        with (
            Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session,
            at(session, NOON),
        ):
            yield open_office(session)
        outer.rollback()
