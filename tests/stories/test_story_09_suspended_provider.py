"""The sports club P15 is suspended on 15 October 2026 for its contributions: what waits for it is voided."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from tests import factories
from tests.stories.reading import Credit, assert_sound, buy, credit, fiscal_events, on
from wallet import authorizations, captures

NOVEMBER_30 = date(2026, 11, 30)


def test_the_suspension_voids_what_waits_in_every_book_and_declines_what_comes(session: Session) -> None:
    with on(session, date(2026, 1, 10)):
        factories.network(session)
        books = [factories.employer(session), factories.employer(session, "E2", home="sondrio", name="Bernina")]
        people = []
        for book in books:
            person = factories.employee(session, book)
            factories.plan(session, book)
            factories.funded(session, book)
            factories.grant(session, book, "A", person, 60_000)
            people.append(person)
    with on(session, date(2026, 10, 12)):
        swimming = buy(session, books[0], people[0], "NUO-FC", service_on=date(2026, 10, 31))
        gymnastics = buy(session, books[1], people[1], "GDO-FC", service_on=date(2026, 11, 30))
        theatre = buy(session, books[0], people[0], "TEA-CR", service_on=date(2026, 10, 31))
        captures.capture(session, books[1], gymnastics.authorization_id, factories.euro(3_000), actor="P15")
    assert credit(session, books[0], people[0]) == [Credit(NOVEMBER_30, 60_000, 20_000)]
    assert credit(session, books[1], people[1]) == [Credit(NOVEMBER_30, 57_000, 6_000)]

    with on(session, date(2026, 10, 15)):
        changes = captures.void_of_provider(session, "P15", actor="operatore")

    assert [(change.authorization.authorization_id, change.amount_minor) for change in changes] == [
        (swimming.authorization_id, 14_000),
        (gymnastics.authorization_id, 6_000),
    ]
    # What was delivered before stays delivered, and the other provider's order stays open.
    assert authorizations.get(session, books[0], swimming.authorization_id).status == "voided"
    assert authorizations.get(session, books[1], gymnastics.authorization_id).status == "captured"
    assert authorizations.get(session, books[1], gymnastics.authorization_id).captured_minor == 3_000
    assert authorizations.get(session, books[0], theatre.authorization_id).status == "authorized"
    assert credit(session, books[0], people[0]) == [Credit(NOVEMBER_30, 60_000, 6_000)]
    assert credit(session, books[1], people[1]) == [Credit(NOVEMBER_30, 57_000, 0)]

    with on(session, date(2026, 10, 16)):
        declined = buy(session, books[0], people[0], "GDO-FC")
    assert (declined.status, declined.decline_code) == ("declined", "provider_not_qualified")
    assert "fornitore oggi non è qualificato" in declined.sentence_it
    assert [event[4] for event in fiscal_events(session, books[0], people[0])] == ["voucher_issued"]  # the theatre's
    for book in books:
        assert_sound(session, book)


def test_the_day_before_its_suspension_the_provider_still_serves(session: Session) -> None:
    with on(session, date(2026, 10, 14)):
        factories.network(session)
        book = factories.employer(session)
        person = factories.employee(session, book)
        factories.plan(session, book)
        factories.funded(session, book)
        factories.grant(session, book, "A", person, 60_000)
        accepted = buy(session, book, person, "GDO-FC")

    assert (accepted.status, accepted.amount_minor) == ("authorized", 9_000)
