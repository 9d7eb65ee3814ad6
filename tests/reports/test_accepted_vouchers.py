"""What reports say of a voucher that its provider had to accept: it was issued on the day it was accepted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from config import clock
from network import acceptance
from network.acceptance import Terms
from reports import payroll_export, provider_settlement
from tests import factories
from tests.wallet.scene import VOUCHER, Scene, at, open_scene
from wallet import captures
from wallet.acceptances import answering
from wallet.acceptances.words import Reason
from wallet.authorizations import Authorization

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
LAST_OF_MARCH = datetime(2026, 3, 31, 12, tzinfo=clock.ROME)


@pytest.fixture
def asking(session: Session) -> Iterator[Scene]:
    """On the last day of March; P04 has two days to accept."""
    with at(session, LAST_OF_MARCH):
        factories.network(session)
        scene = open_scene(session)
        scene.plan()
        scene.grant(60_000)
        acceptance.change(session, Terms("P04", 48))
        yield scene


def accept_next_day(scene: Scene, found: Authorization) -> None:
    with at(scene.session, LAST_OF_MARCH + timedelta(days=1)):
        answering.accept(scene.session, scene.book_id, found.authorization_id, actor="p04")


def months(scene: Scene) -> list[tuple[int, int]]:
    """The sum of the events of March and of April, and how far each is from the ledger's word."""
    found = [payroll_export.gather(scene.session, scene.book_id, month, draft=True) for month in (MARCH, APRIL)]
    return [(month.proof.events_minor, month.proof.difference_minor) for month in found]


def test_payroll_shows_it_in_the_month_of_its_acceptance(asking: Scene) -> None:
    found = asking.buy("PSI-CR", channel=VOUCHER)
    assert months(asking) == [(0, 0), (0, 0)]

    accept_next_day(asking, found)

    with at(asking.session, LAST_OF_MARCH + timedelta(days=1)):
        assert months(asking) == [(0, 0), (5_500, 0)]
        captures.void(asking.session, asking.book_id, found.authorization_id, actor="giulia")
        assert months(asking) == [(0, 0), (0, 0)]


def test_payroll_never_hears_of_one_that_was_refused(asking: Scene) -> None:
    found = asking.buy("PSI-CR", channel=VOUCHER)

    answering.refuse(asking.session, asking.book_id, found.authorization_id, Reason.NOT_THAT_DAY, actor="p04")

    assert months(asking) == [(0, 0), (0, 0)]


def test_the_provider_reads_when_it_was_issued(asking: Scene) -> None:
    found = asking.buy("PSI-CR", channel=VOUCHER)
    accept_next_day(asking, found)
    with at(asking.session, LAST_OF_MARCH + timedelta(days=2)):
        captures.capture(asking.session, asking.book_id, found.authorization_id, actor="p04")
        statement = provider_settlement.gather(asking.session, "P04", APRIL, date(2026, 4, 30))

    assert [line.issued_on for line in statement.lines] == [date(2026, 4, 1)]
