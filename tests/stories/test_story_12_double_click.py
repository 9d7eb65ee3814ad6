"""A double click on "Conferma": the same key twice is one purchase."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from ledger.errors import KeyReused
from tests import factories
from tests.stories.reading import Credit, assert_sound, balances, buy, credit, on
from wallet import authorizations, captures

NOVEMBER_30 = date(2026, 11, 30)


def _dario(session: Session) -> tuple[int, str]:
    factories.network(session)
    book = factories.employer(session)
    dario = factories.employee(session, book, first_name="Dario")
    factories.plan(session, book)
    factories.funded(session, book)
    factories.grant(session, book, "A", dario, 60_000)
    return book, dario


def test_the_same_key_twice_gives_the_same_authorization_and_one_hold(session: Session) -> None:
    with on(session, date(2026, 6, 4)):
        book, dario = _dario(session)
        first = buy(session, book, dario, "TEA-CR", key="conferma-1")
        second = buy(session, book, dario, "TEA-CR", key="conferma-1")

    assert (first.replayed, second.replayed) == (False, True)
    assert second.authorization_id == first.authorization_id
    assert second.code == first.code
    assert len(authorizations.of_employee(session, book, dario)) == 1
    assert credit(session, book, dario) == [Credit(NOVEMBER_30, 60_000, 6_000)]
    assert_sound(session, book)


def test_the_same_key_for_another_purchase_is_refused(session: Session) -> None:
    with on(session, date(2026, 6, 4)):
        book, dario = _dario(session)
        buy(session, book, dario, "TEA-CR", key="conferma-1")

        with pytest.raises(KeyReused):
            buy(session, book, dario, "PSI-CR", key="conferma-1")

    assert len(authorizations.of_employee(session, book, dario)) == 1


def test_a_decline_is_replayed_too(session: Session) -> None:
    with on(session, date(2026, 6, 4)):
        book, dario = _dario(session)
        first = buy(session, book, dario, "LIN-MI", 2, key="conferma-2")
        second = buy(session, book, dario, "LIN-MI", 2, key="conferma-2")

    assert (first.decline_code, second.decline_code) == ("insufficient_funds", "insufficient_funds")
    assert second.replayed
    assert second.authorization_id == first.authorization_id
    assert "600,00" in first.sentence_it
    assert "720,00" in first.sentence_it


def test_the_provider_who_captures_twice_is_paid_once(session: Session) -> None:
    with on(session, date(2026, 6, 4)):
        book, dario = _dario(session)
        carnet = buy(session, book, dario, "TEA-CR")
        first = captures.capture(session, book, carnet.authorization_id, actor="P04", key="cassa-1")
        second = captures.capture(session, book, carnet.authorization_id, actor="P04", key="cassa-1")

    assert second.entry_ids == first.entry_ids
    assert balances(session, book, "provider:") == {"provider:P04": -6_000}
    assert credit(session, book, dario) == [Credit(NOVEMBER_30, 54_000, 0)]
    assert_sound(session, book)
