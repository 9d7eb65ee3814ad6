"""The catalogue as people search it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from network import qualification, services
from network.audience import MadeFor, Person
from network.errors import ComuneNotFound, DistanceNeedsOrigin, TerritoryNotFound
from network.services import Delivery, Kind
from network.states import State
from tests.network import factories
from tests.statements import statements

ON = date(2026, 11, 22)
CREMONA, CASALMAGGIORE, MATERA, ROMA = "019036", "019021", "077014", "058091"


def codes(entries: tuple[services.Entry, ...]) -> list[str]:
    return [entry.service_code for entry in entries]


def test_the_whole_catalogue_has_every_service_once(network: Session) -> None:
    found = codes(services.find(network, on=ON))

    assert len(found) == len(set(found)) == 62


def test_marco_sees_care_for_his_mother_730_km_away(network: Session) -> None:
    (found,) = services.find(network, on=ON, near="cremona", comune=MATERA, text="assistenza domiciliare")

    assert (found.service_code, found.distance_km, found.price_minor) == ("ADI-MT", 730, 1_950)
    assert (found.provider_name, found.provider_state) == ("Coop. sociale I Sassi Solidali", State.QUALIFIED)
    assert found.may_be_ordered


def test_the_nearest_comes_first(network: Session) -> None:
    found = services.find(network, on=ON, near="cremona", text="assistenza domiciliare")

    assert codes(found)[:3] == ["ADI-CR", "ADI-SO", "ADI-PD"]
    distances = [entry.distance_km for entry in found]
    assert distances == sorted(distances)
    assert distances[0] == 0


def test_without_an_origin_the_cheapest_comes_first_and_no_distance_is_told(network: Session) -> None:
    found = services.find(network, on=ON, text="assistenza domiciliare")

    assert [entry.price_minor for entry in found] == sorted(entry.price_minor for entry in found)
    assert {entry.distance_km for entry in found} == {None}


def test_providers_that_may_not_serve_come_last_with_their_state(network: Session) -> None:
    found = services.find(network, on=ON, near="forli", territory="forli")

    assert codes(found) == ["TEL-FC", "CDI-FC", "GDO-FC", "NUO-FC"]
    assert [entry.provider_state for entry in found][2:] == [State.SUSPENDED] * 2
    assert not found[3].may_be_ordered


def test_the_badge_is_the_one_of_the_day_that_is_asked_for(network: Session) -> None:
    (found,) = services.find(network, on=date(2026, 10, 14), text="nuoto")

    assert found.provider_state is State.QUALIFIED


def test_only_qualified_leaves_out_the_suspended_and_requests_without_provider(network: Session) -> None:
    found = codes(services.find(network, on=ON, only_qualified=True))

    assert not {"GDO-FC", "NUO-FC", "FON-XX"} & set(found)
    assert "PAS-CR" in found


def test_a_suspension_shows_at_once(network: Session) -> None:
    qualification.suspend(network, "P07", ON, "DURC irregolare", recorded_at=datetime(2026, 11, 22, tzinfo=UTC))

    found = services.find(network, on=ON, text="matera domiciliare assistenza")

    assert [entry.provider_state for entry in found] == [State.SUSPENDED]


def test_a_comune_is_reached_by_its_province_and_by_remote_services(network: Session) -> None:
    found = services.find(network, on=ON, comune=CASALMAGGIORE)

    assert {entry.territory_code for entry in found if entry.delivery is not Delivery.REMOTE} == {"cremona"}
    assert "ADI-CR" in codes(found)
    assert "PSI-MI" in codes(found)


def test_every_comune_of_a_province_is_reached_alike(network: Session) -> None:
    assert services.find(network, on=ON, comune=CREMONA) == services.find(network, on=ON, comune=CASALMAGGIORE)


def test_a_comune_far_from_every_territory_is_reached_by_remote_services_only(network: Session) -> None:
    found = services.find(network, on=ON, comune=ROMA)

    assert {entry.delivery for entry in found} == {Delivery.REMOTE}
    assert "FON-XX" in codes(found)


def test_remote_services_are_at_no_distance(network: Session) -> None:
    found = services.find(network, on=ON, near="trapani", max_distance_km=0)

    by_code = {entry.service_code: entry for entry in found}
    assert by_code["PSI-MI"].distance_km is None
    assert {entry.territory_code for entry in found if entry.delivery is not Delivery.REMOTE} == {"trapani"}


@pytest.mark.parametrize(("limit", "is_found"), [(729, False), (730, True)])
def test_the_greatest_distance_is_included(network: Session, limit: int, is_found: bool) -> None:
    found = services.find(network, on=ON, near="cremona", max_distance_km=limit)

    assert ("ADI-MT" in codes(found)) is is_found


def test_a_greatest_distance_needs_an_origin(network: Session) -> None:
    with pytest.raises(DistanceNeedsOrigin):
        services.find(network, on=ON, max_distance_km=50)


@pytest.mark.parametrize(("limit", "is_found"), [(849, False), (850, True)])
def test_the_greatest_price_is_included(network: Session, limit: int, is_found: bool) -> None:
    found = services.find(network, on=ON, max_price_minor=limit)

    assert ("PAS-CR" in codes(found)) is is_found
    assert all(entry.price_minor is not None for entry in found)


def test_filters_narrow_together(network: Session) -> None:
    found = services.find(network, on=ON, territory="cremona", need="anziani", delivery=Delivery.HOME)

    assert codes(found) == ["PAS-CR", "ADI-CR", "ADI-NOT"]


def test_requests_are_found_by_their_kind_and_cannot_be_ordered(network: Session) -> None:
    found = services.find(network, on=ON, kind=Kind.REQUEST)

    assert set(codes(found)) == {"SAA-CR", "SEG-CR", "CON-CR", "FON-XX"}
    assert codes(found)[-1] == "FON-XX"
    assert not any(entry.may_be_ordered for entry in found)


def test_an_area_is_a_filter(network: Session) -> None:
    assert {entry.area for entry in services.find(network, on=ON, area="ABI")} == {"ABI"}


@pytest.mark.parametrize("text", ["Forlì", "forli", "FORLI", "  forlì  nuoto ", "nuoto FORLÌ"])
def test_words_are_found_whatever_their_case_accents_and_order(network: Session, text: str) -> None:
    assert "NUO-FC" in codes(services.find(network, on=ON, text=text))


def test_every_word_must_be_found(network: Session) -> None:
    assert services.find(network, on=ON, text="nuoto cremona") == ()


@pytest.mark.parametrize("text", ["%", "_", "100%", "'; drop table service; --"])
def test_signs_that_databases_know_are_only_signs(network: Session, text: str) -> None:
    assert services.find(network, on=ON, text=text) == ()


def test_a_blank_text_is_no_filter(network: Session) -> None:
    assert len(services.find(network, on=ON, text="   ")) == 62


def test_the_audience_is_a_filter(network: Session) -> None:
    found = services.find(network, on=ON, made_for={MadeFor.WORKER, MadeFor.WORKER_OR_DEPENDANT})

    assert set(codes(found)) == {"CAR-BI", "TPL-TO", "CON-CR", "BUO-CR", "BUO-RH", "BUO-NA", "FON-XX"}


@pytest.mark.parametrize(
    ("person", "suits"),
    [
        (Person(age=74), False),
        (Person(age=75), True),
        (Person(age=40, is_not_self_sufficient=True), True),
        (Person(), False),
    ],
)
def test_care_suits_the_elderly_and_those_who_are_not_self_sufficient(
    network: Session, person: Person, suits: bool
) -> None:
    assert ("ADI-CR" in codes(services.find(network, on=ON, person=person))) is suits


def test_a_daughter_sees_what_is_for_children_and_for_anyone(network: Session) -> None:
    found = services.find(network, on=ON, person=Person(age=8, is_child_of_worker=True))

    assert {entry.made_for for entry in found} == {MadeFor.CHILD, MadeFor.ANY}


def test_unknown_places_are_refused_rather_than_answered_with_nothing(network: Session) -> None:
    with pytest.raises(TerritoryNotFound):
        services.find(network, on=ON, near="atlantide", max_distance_km=10)
    with pytest.raises(TerritoryNotFound):
        services.find(network, on=ON, territory="atlantide")
    with pytest.raises(ComuneNotFound):
        services.find(network, on=ON, comune="999999", text="nessuno")


def test_pages_follow_each_other_without_gaps(network: Session) -> None:
    pages = [services.find(network, on=ON, near="cremona", limit=10, offset=start) for start in range(0, 70, 10)]

    assert [entry for page in pages for entry in page] == list(services.find(network, on=ON, near="cremona"))


def test_before_the_first_price_only_requests_are_shown(network: Session) -> None:
    found = services.find(network, on=date(2023, 12, 31))

    assert {entry.kind for entry in found} == {Kind.REQUEST}


def test_names_decide_between_equals_without_their_accents(session: Session) -> None:
    place = factories.territory(session)
    for name in ("Zeta", "Èrica", "alfa"):
        factories.service(session, f"S-{name}", name=name, territory_code=place)

    found = services.find(session, on=ON)

    assert [entry.name for entry in found] == ["alfa", "Èrica", "Zeta"]


def test_a_search_is_one_statement_whatever_the_filters(network: Session) -> None:
    network.connection()

    with statements() as plain:
        services.find(network, on=ON)
    with statements() as narrow:
        services.find(
            network,
            on=ON,
            near="cremona",
            comune=CREMONA,
            need="anziani",
            text="assistenza domiciliare",
            delivery=Delivery.HOME,
            person=Person(age=80),
            max_price_minor=5_000,
            max_distance_km=100,
            limit=5,
        )

    assert len(plain) == len(narrow) == 1


def test_what_services_are_needed_for_is_told_once_each(network: Session) -> None:
    found = services.needs(network)

    assert found == tuple(sorted(set(found)))
    assert set(found) == {entry.need for entry in services.find(network, on=ON)}
