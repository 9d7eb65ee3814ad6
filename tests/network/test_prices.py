"""Prices change by day, and what has been is never edited."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from network import services
from network.errors import (
    PriceAlreadyPlanned,
    PriceInThePast,
    PriceNotFound,
    ServiceIsARequest,
    ServiceNotFound,
    UnknownVatRegime,
)
from tests.network import factories

TODAY = datetime(2026, 11, 22, 11, tzinfo=UTC)


def test_a_new_price_begins_on_its_day_and_the_old_one_ends_the_day_before(network: Session) -> None:
    opened = services.reprice(network, "ADI-CR", 2_415, valid_from=date(2027, 1, 1), recorded_at=TODAY)

    # 24.15 / 1.05 = 23.00
    assert (opened.net_minor, opened.vat_minor, opened.vat_regime) == (2_300, 115, "V5")
    assert services.price_on(network, "ADI-CR", date(2026, 12, 31)).price_minor == 2_300
    assert services.price_on(network, "ADI-CR", date(2027, 1, 1)) == opened
    first, second = services.price_history(network, "ADI-CR")
    assert (first.price_minor, first.valid_to) == (2_300, date(2026, 12, 31))
    assert (second.price_minor, second.valid_to) == (2_415, None)


def test_a_price_may_change_from_today(network: Session) -> None:
    services.reprice(network, "ADI-CR", 2_400, valid_from=date(2026, 11, 22), recorded_at=TODAY)

    assert services.price_on(network, "ADI-CR", date(2026, 11, 21)).price_minor == 2_300
    assert services.price_on(network, "ADI-CR", date(2026, 11, 22)).price_minor == 2_400


def test_a_price_replaced_on_the_day_it_began_stays_in_the_history(network: Session) -> None:
    services.reprice(network, "ADI-CR", 2_400, valid_from=date(2026, 11, 22), recorded_at=TODAY)
    services.reprice(network, "ADI-CR", 2_500, valid_from=date(2026, 11, 22), recorded_at=TODAY)

    assert services.price_on(network, "ADI-CR", date(2026, 11, 22)).price_minor == 2_500
    assert [price.price_minor for price in services.price_history(network, "ADI-CR")] == [2_300, 2_400, 2_500]


def test_today_is_the_day_it_is_in_rome(network: Session) -> None:
    after_midnight_in_rome = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    with pytest.raises(PriceInThePast):
        services.reprice(network, "ADI-CR", 2_400, valid_from=date(2026, 11, 22), recorded_at=after_midnight_in_rome)


def test_a_price_does_not_change_in_the_past(network: Session) -> None:
    with pytest.raises(PriceInThePast) as refusal:
        services.reprice(network, "ADI-CR", 2_400, valid_from=date(2026, 11, 21), recorded_at=TODAY)

    assert "21/11/2026" in refusal.value.text("it")


def test_a_price_may_not_hide_one_that_is_already_planned(network: Session) -> None:
    services.reprice(network, "ADI-CR", 2_400, valid_from=date(2027, 1, 1), recorded_at=TODAY)

    with pytest.raises(PriceAlreadyPlanned):
        services.reprice(network, "ADI-CR", 2_500, valid_from=date(2026, 12, 1), recorded_at=TODAY)


def test_a_change_of_regime_takes_its_own_fallback_along(network: Session) -> None:
    opened = services.reprice(
        network, "GER-CR", 12_000, valid_from=date(2027, 1, 1), vat_regime="V22", recorded_at=TODAY
    )

    assert (opened.vat_regime, opened.vat_if_not_listed) == ("V22", None)


def test_without_a_new_regime_the_old_one_goes_on_with_its_fallback(network: Session) -> None:
    opened = services.reprice(network, "GER-CR", 12_600, valid_from=date(2027, 1, 1), recorded_at=TODAY)

    assert (opened.net_minor, opened.vat_regime, opened.vat_if_not_listed) == (12_000, "V5", "E18")


def test_an_unknown_regime_is_refused(network: Session) -> None:
    with pytest.raises(UnknownVatRegime):
        services.reprice(network, "ADI-CR", 2_400, valid_from=date(2027, 1, 1), vat_regime="V4", recorded_at=TODAY)


def test_a_request_has_no_price(network: Session) -> None:
    with pytest.raises(ServiceIsARequest):
        services.reprice(network, "SEG-CR", 1_000, valid_from=date(2027, 1, 1), recorded_at=TODAY)
    with pytest.raises(PriceNotFound):
        services.price_on(network, "SEG-CR", date(2026, 11, 22))


def test_there_is_no_price_before_the_first(network: Session) -> None:
    with pytest.raises(PriceNotFound):
        services.price_on(network, "ADI-CR", date(2023, 12, 31))


def test_an_unknown_service_is_refused(network: Session) -> None:
    with pytest.raises(ServiceNotFound):
        services.price_on(network, "XXX-YY", date(2026, 11, 22))
    with pytest.raises(ServiceNotFound):
        services.price_history(network, "XXX-YY")
    with pytest.raises(ServiceNotFound):
        services.reprice(network, "XXX-YY", 100, valid_from=date(2027, 1, 1), recorded_at=TODAY)
    with pytest.raises(ServiceNotFound):
        services.withdraw(network, "XXX-YY", date(2027, 1, 1), recorded_at=TODAY)


def test_a_price_of_nothing_is_a_mistake_of_the_caller(network: Session) -> None:
    with pytest.raises(ValueError, match="not a price"):
        services.reprice(network, "ADI-CR", 0, valid_from=date(2027, 1, 1), recorded_at=TODAY)


def test_a_withdrawn_service_is_offered_on_its_last_day_and_no_longer(network: Session) -> None:
    services.reprice(network, "PET-MI", 1_300, valid_from=date(2027, 1, 1), recorded_at=TODAY)

    services.withdraw(network, "PET-MI", date(2026, 11, 30), recorded_at=TODAY)

    assert services.price_on(network, "PET-MI", date(2026, 11, 30)).price_minor == 1_200
    for day in (date(2026, 12, 1), date(2027, 1, 1)):
        with pytest.raises(PriceNotFound):
            services.price_on(network, "PET-MI", day)
        assert "PET-MI" not in [entry.service_code for entry in services.find(network, on=day)]


def test_a_service_is_not_withdrawn_in_the_past(network: Session) -> None:
    with pytest.raises(PriceInThePast):
        services.withdraw(network, "PET-MI", date(2026, 11, 21), recorded_at=TODAY)


@pytest.mark.parametrize(
    ("valid_from", "valid_to"),
    [
        (date(2024, 6, 30), None),
        (date(2023, 1, 1), date(2024, 1, 1)),
        (date(2024, 3, 1), date(2024, 3, 1)),
    ],
)
def test_the_database_refuses_two_prices_on_one_day(session: Session, valid_from: date, valid_to: date | None) -> None:
    code = factories.service(session, price_minor=None)
    factories.price(session, code, 2_300, valid_from=date(2024, 1, 1), valid_to=date(2024, 6, 30))

    with pytest.raises(sa.exc.IntegrityError, match="ex_service_price_overlap"):
        factories.price(session, code, 2_400, valid_from=valid_from, valid_to=valid_to)


def test_prices_that_follow_each_other_do_not_overlap(session: Session) -> None:
    code = factories.service(session, price_minor=None)
    factories.price(session, code, 2_300, valid_from=date(2024, 1, 1), valid_to=date(2024, 6, 30))
    factories.price(session, code, 2_400, valid_from=date(2024, 7, 1))

    assert services.price_on(session, code, date(2024, 6, 30)).price_minor == 2_300
    assert services.price_on(session, code, date(2024, 7, 1)).price_minor == 2_400


def test_the_database_refuses_a_split_that_does_not_add_up(session: Session) -> None:
    code = factories.service(session, price_minor=None)
    insert = sa.text(
        "insert into service_price"
        " (service_code, valid_from, price_minor, net_minor, vat_minor, vat_regime, recorded_at)"
        " values (:code, '2024-01-01', 100, 90, 9, 'V10', now())"
    )

    with pytest.raises(sa.exc.IntegrityError, match="ck_service_price_split"):
        session.execute(insert, {"code": code})


def test_two_people_who_change_one_price_at_once_wait_for_each_other(own_sessions: sessionmaker[Session]) -> None:
    with own_sessions.begin() as session:
        code = factories.service(session)
    together = Barrier(2)

    def change(price_minor: int) -> None:
        with own_sessions.begin() as session:
            together.wait()
            services.reprice(session, code, price_minor, valid_from=date(2026, 12, 1), recorded_at=TODAY)

    with ThreadPoolExecutor(2) as people:
        list(people.map(change, (2_400, 2_500)))

    with own_sessions() as session:
        history = services.price_history(session, code)
        assert sorted(price.price_minor for price in history) == [2_300, 2_400, 2_500]
        assert sum(price.valid_to is None for price in history) == 1
