"""Where the network is, and who reaches whom."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import comuni, spelling, territories
from network.errors import ComuneNotFound, TerritoryNotFound
from network.models import ComuneRow, TerritoryRow

CASALMAGGIORE, MATERA, MILANO, ROMA = "019021", "077014", "015146", "058091"


def test_there_are_fourteen_territories_by_name(network: Session) -> None:
    names = [territory.name for territory in territories.every(network)]

    assert len(names) == 14
    assert names == sorted(names)


def test_cremona_and_matera_are_730_km_apart(network: Session) -> None:
    cremona, matera = territories.get(network, "cremona"), territories.get(network, "matera")

    assert territories.distance_km(cremona, matera) == 730
    assert territories.distance_km(matera, cremona) == 730
    assert territories.distance_km(matera, matera) == 0


def test_rho_is_next_to_milano_and_trapani_far_from_both(network: Session) -> None:
    rho, milano, trapani = (territories.get(network, code) for code in ("rho", "milano", "trapani"))

    assert territories.distance_km(rho, milano) == 14
    assert 850 < territories.distance_km(trapani, milano) < 900


def test_the_database_and_the_code_measure_the_same_distances(network: Session) -> None:
    a, b = TerritoryRow.__table__.alias("a"), TerritoryRow.__table__.alias("b")
    measured = {
        (row[0], row[1]): row[2]
        for row in network.execute(
            sa.select(a.c.code, b.c.code, territories.distance_sql(a.c, b.c)).join_from(a, b, sa.true())
        )
    }

    for one, other in combinations_with_replacement(territories.every(network), 2):
        assert measured[one.code, other.code] == territories.distance_km(one, other)


def test_a_comune_is_covered_by_the_territory_of_its_province(network: Session) -> None:
    assert [found.code for found in territories.of_comune(network, CASALMAGGIORE)] == ["cremona"]


def test_two_territories_of_one_province_both_cover_it_and_the_own_one_comes_first(network: Session) -> None:
    assert [found.code for found in territories.of_comune(network, MILANO)] == ["milano", "rho"]


def test_a_comune_of_a_province_without_territory_is_covered_by_none(network: Session) -> None:
    assert territories.of_comune(network, ROMA) == ()


def test_an_unknown_comune_is_refused(network: Session) -> None:
    with pytest.raises(ComuneNotFound):
        territories.of_comune(network, "999999")
    with pytest.raises(ComuneNotFound):
        comuni.get(network, "999999")


def test_an_unknown_territory_is_refused(network: Session) -> None:
    with pytest.raises(TerritoryNotFound) as refusal:
        territories.get(network, "atlantide")

    assert refusal.value.code == "territory_not_found"
    assert "atlantide" in refusal.value.text("it")


def test_a_comune_is_known_by_its_codes(network: Session) -> None:
    matera = comuni.get(network, MATERA)

    assert (matera.name, matera.province, matera.cadastral_code) == ("Matera", "MT", "F052")
    assert matera.is_provincial_capital


def test_a_comune_is_found_without_its_accents(network: Session) -> None:
    assert comuni.find(network, "forli")[0].name == "Forlì"
    assert comuni.find(network, "FORLÌ")[0].name == "Forlì"
    assert [found.name for found in comuni.find(network, "ivrea", limit=1)] == ["Ivrea"]


@pytest.mark.parametrize("name", ["Forlì", "AGLIÈ", "Reggio nell’Emilia", "Südtirol", "Perché no? ÀÈÉÌÒÙ", "a²"])
def test_the_database_and_the_code_fold_names_alike(session: Session, name: str) -> None:
    folded = session.scalar(sa.text(f"select {spelling.folding_sql('cast(:name as text)')}"), {"name": name})

    assert folded == spelling.fold(name)


def test_every_comune_is_folded_alike_by_database_and_code(network: Session) -> None:
    rows = network.execute(sa.select(ComuneRow.name, ComuneRow.folded))

    assert all(spelling.fold(name) == folded for name, folded in rows)


def test_a_municipality_is_meant_by_its_whole_name(network: Session) -> None:
    assert [found.full_name for found in comuni.named(network, " matera ")] == ["Matera (MT)"]
    assert [found.full_name for found in comuni.named(network, "Samone (tn)")] == ["Samone (TN)"]
    assert {found.province for found in comuni.named(network, "Samone")} == {"TN", "TO"}


def test_a_part_of_a_name_may_mean_several_municipalities_or_none(network: Session) -> None:
    assert len(comuni.named(network, "cast", limit=5)) == 5
    assert comuni.named(network, "Atlantide") == comuni.named(network, " ") == ()


def test_a_province_lists_its_capital_first(network: Session) -> None:
    found = comuni.of_province(network, "CR")

    assert (found[0].name, len(found)) == ("Cremona", 113)
    assert [one.name for one in found[1:3]] == ["Acquanegra Cremonese", "Agnadello"]
