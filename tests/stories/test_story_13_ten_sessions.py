"""Ten sessions of physiotherapy in Naples for 350 euro: four are given, the rest is voided."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.stories.reading import Credit, assert_sound, balances, buy, credit, fiscal_events, on
from wallet import captures
from wallet.errors import AuthorizationNotOpen, CaptureExceedsAuthorization

DECEMBER_31 = date(2026, 12, 31)
GIVEN = (date(2026, 9, 14), date(2026, 9, 21), date(2026, 9, 28), date(2026, 10, 5))


def test_four_of_ten_sessions_are_paid_and_the_rest_is_free_again(session: Session) -> None:
    with on(session, date(2026, 1, 4)):
        factories.network(session)
        book = factories.employer(session, "E3", home="napoli", name="Cooperativa Logistica Partenope")
        carmela = factories.employee(session, book, first_name="Carmela")
        factories.plan(session, book, spend_by=DECEMBER_31)
        factories.funded(session, book)
        factories.grant(session, book, "A", carmela, 66_664)
    with on(session, date(2026, 9, 7)):
        package = buy(session, book, carmela, "FIS-NA", service_on=date(2026, 11, 9))
    assert (package.status, package.channel, package.amount_minor) == ("authorized", "DIRECT", 35_000)
    assert credit(session, book, carmela) == [Credit(DECEMBER_31, 66_664, 35_000)]

    for number, day in enumerate(GIVEN, 1):
        with on(session, day):
            change = captures.capture(session, book, package.authorization_id, factories.euro(3_500), actor="P12")
        assert change.authorization.status == "partially_captured"
        assert credit(session, book, carmela) == [Credit(DECEMBER_31, 66_664 - 3_500 * number, 35_000 - 3_500 * number)]

    with on(session, date(2026, 10, 6)), pytest.raises(CaptureExceedsAuthorization):
        captures.capture(session, book, package.authorization_id, factories.euro(21_001), actor="P12")
    with on(session, date(2026, 10, 12)):
        rest = captures.void(session, book, package.authorization_id, actor="P12")

    assert (rest.amount_minor, rest.authorization.status) == (21_000, "captured")
    assert rest.authorization.captured_minor == 14_000
    assert credit(session, book, carmela) == [Credit(DECEMBER_31, 52_664, 0)]
    assert balances(session, book, "provider:") == {"provider:P12": -14_000}
    assert fiscal_events(session, book, carmela) == [("use", "SOCIAL_UTILITY", 3_500, 0, "delivered")] * 4
    with on(session, date(2026, 10, 13)), pytest.raises(AuthorizationNotOpen):
        captures.capture(session, book, package.authorization_id, factories.euro(3_500), actor="P12")
    assert_sound(session, book)
