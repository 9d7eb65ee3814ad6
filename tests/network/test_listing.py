"""The network at a glance, its information cards and its checklist."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import cards, checklist, listing
from network.checklist import Area, Family
from tests.statements import statements

ON = date(2026, 11, 22)


def test_each_territory_has_its_counts(network: Session) -> None:
    lines = {line.territory.code: line for line in listing.territory_lines(network, ON)}

    assert len(lines) == 14
    cremona, forli = lines["cremona"], lines["forli"]
    assert (cremona.comuni_covered, cremona.providers, cremona.services, cremona.requests) == (113, 5, 17, 3)
    assert (forli.providers, forli.providers_that_may_serve) == (2, 1)


def test_each_territory_says_what_ends_soon(network: Session) -> None:
    lines = {line.territory.code: line for line in listing.territory_lines(network, ON, within_days=30)}

    assert ("P03", None) in [(item.provider_code, item.family) for item in lines["cremona"].expiring]
    assert lines["bari"].expiring == ()


def test_the_list_takes_three_statements(network: Session) -> None:
    network.connection()

    with statements() as noted:
        listing.territory_lines(network, ON)

    assert len(noted) == 3


def test_a_territory_shows_its_own_cards_before_the_national_ones(network: Session) -> None:
    found = cards.find(network, "cremona")

    assert len(found) == 8
    assert [card.territory_code for card in found] == ["cremona"] * 4 + [None] * 4


def test_another_territory_shows_the_national_cards_only(network: Session) -> None:
    assert cards.find(network, "matera") == cards.find(network)
    assert {card.territory_code for card in cards.find(network)} == {None}


def test_every_card_of_the_demonstration_says_when_it_was_verified_and_that_it_is_an_example(network: Session) -> None:
    for card in cards.find(network, "cremona"):
        assert card.verified_on <= ON
        assert card.is_demo


@pytest.mark.parametrize(
    ("day", "is_open"),
    [(date(2026, 8, 31), False), (date(2026, 9, 1), True), (date(2026, 12, 15), True), (date(2026, 12, 16), False)],
)
def test_a_card_s_window_includes_both_ends(network: Session, day: date, is_open: bool) -> None:
    (card,) = (card for card in cards.find(network, "cremona") if card.code == "CONCILIAZIONE-CR")

    assert card.is_open(day) is is_open


def test_a_card_without_a_window_is_always_open(network: Session) -> None:
    (card,) = (card for card in cards.find(network) if card.code == "TICKET")

    assert card.is_open(date(2050, 1, 1))


def test_cards_that_nobody_verified_lately_are_listed_oldest_first(network: Session) -> None:
    assert cards.to_verify(network, date(2026, 11, 12)) == ()
    assert [card.territory_code for card in cards.to_verify(network, date(2026, 11, 16))] == ["cremona"] * 4


def test_the_database_refuses_a_card_without_the_day_of_its_verification(network: Session) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="verified_on"):
        network.execute(sa.text("update info_card set verified_on = null where code = 'TICKET'"))


def test_the_checklist_has_every_family_for_every_area() -> None:
    for area in Area:
        assert {line.family for line in checklist.requirements(area)} == set(Family)


def test_the_checklist_claims_no_clause_of_a_text_it_does_not_have() -> None:
    for line in checklist.requirements():
        assert line.clause_ref == ""
        assert line.clause_note == "da compilare dal testo UNI"


def test_child_protection_is_asked_where_minors_are() -> None:
    assert "child_protection" in {line.requirement for line in checklist.requirements(Area.FAM)}
    assert "child_protection" not in {line.requirement for line in checklist.requirements(Area.ABI)}


def test_every_family_has_its_italian_name() -> None:
    assert all(family.label_it for family in Family)
