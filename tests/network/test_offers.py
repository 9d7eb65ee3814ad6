"""What an authorization asks of the network."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date

import pytest
from sqlalchemy.orm import Session

from network import services
from network.audience import MadeFor
from network.errors import PriceNotFound, ServiceIsARequest, ServiceNotFound
from network.services import Delivery, Kind
from network.states import State
from tests.statements import statements

ON = date(2026, 11, 22)


def test_an_offer_says_all_that_an_authorization_needs(network: Session) -> None:
    offer = services.offer(network, "PAS-CR", ON)

    assert offer == services.Offer(
        service_code="PAS-CR",
        name="Pasto a domicilio (pranzo, dieta)",
        kind=Kind.AUTHORIZATION,
        unit="pasto",
        area="FAM",
        need="anziani",
        provider_code="P05",
        provider_name="Comune di Cremona – Settore Sociale (demo)",
        provider_kind="PUBLIC_BODY",
        provider_state=State.EXEMPT,
        territory_code="cremona",
        delivery=Delivery.HOME,
        price_minor=850,
        net_minor=773,
        vat_minor=77,
        vat_regime="V10",
        vat_if_not_listed=None,
        categories=("CARE", "FRINGE"),
        category_doubtful=True,
        channels=("DIRECT", "VOUCHER", "REIMBURSEMENT"),
        made_for=MadeFor.ELDERLY_OR_NOT_SELF_SUFFICIENT,
        min_age=75,
        on=ON,
    )
    assert offer.provider_may_serve


def test_an_offer_is_one_statement(network: Session) -> None:
    network.connection()

    with statements() as noted:
        services.offer(network, "ADI-CR", ON)

    assert len(noted) == 1


def test_an_offer_cannot_be_changed(network: Session) -> None:
    offer = services.offer(network, "ADI-CR", ON)

    with pytest.raises(FrozenInstanceError):
        offer.price_minor = 1  # type: ignore[misc]


def test_a_suspended_provider_is_reported_with_the_offer(network: Session) -> None:
    before, after = (services.offer(network, "GDO-FC", date(2026, 10, day)) for day in (14, 15))

    assert before.provider_may_serve
    assert after.provider_state is State.SUSPENDED
    assert not after.provider_may_serve


def test_an_expired_provider_is_reported_with_the_offer(network: Session) -> None:
    assert services.offer(network, "PUL-CR", date(2026, 12, 1)).provider_state is State.QUALIFIED
    assert services.offer(network, "PUL-CR", date(2026, 12, 2)).provider_state is State.EXPIRED


def test_categories_and_channels_keep_the_order_of_the_file(network: Session) -> None:
    offer = services.offer(network, "INF-CR", ON)

    assert offer.categories == ("SOCIAL_UTILITY", "CARE")
    assert offer.channels == ("VOUCHER", "DIRECT", "REIMBURSEMENT")


def test_the_same_visit_has_the_regime_of_who_gives_it(network: Session) -> None:
    cooperative, practice = services.offer(network, "GER-CR", ON), services.offer(network, "GER-MT", ON)

    assert (cooperative.vat_regime, cooperative.vat_if_not_listed) == ("V5", "E18")
    assert (practice.vat_regime, practice.vat_if_not_listed) == ("E18", None)


@pytest.mark.parametrize("code", ["SAA-CR", "SEG-CR", "CON-CR", "FON-XX"])
def test_a_request_is_not_offered_for_authorization(network: Session, code: str) -> None:
    with pytest.raises(ServiceIsARequest):
        services.offer(network, code, ON)


def test_an_unknown_service_is_refused(network: Session) -> None:
    with pytest.raises(ServiceNotFound):
        services.offer(network, "XXX-YY", ON)


def test_a_day_without_a_price_is_refused(network: Session) -> None:
    with pytest.raises(PriceNotFound) as refusal:
        services.offer(network, "ADI-CR", date(2023, 12, 31))

    assert refusal.value.details == {"service": "ADI-CR", "on": date(2023, 12, 31)}


def test_services_are_described_many_at_a_time(network: Session) -> None:
    network.connection()

    with statements() as noted:
        found = services.listed(network, ["PSI-MI", "ADI-CR", "XXX-YY", "FON-XX"])

    assert [service.code for service in found] == ["ADI-CR", "FON-XX", "PSI-MI"]
    assert (found[0].territory_name, found[1].territory_name) == ("Cremona", None)
    assert len(noted) == 1
    with pytest.raises(ServiceNotFound):
        services.get(network, "XXX-YY")
