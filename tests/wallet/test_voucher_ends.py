"""Where a voucher's money ends: of who changed their mind, of who let it run out, and the citizen's share beside it."""

from __future__ import annotations

from datetime import date

import pytest

from config import clock
from plans.social.words import State, Why
from tests.wallet.scene import Scene
from tests.wallet.social_office import Office, open_office
from wallet import expiry, tenders
from wallet.social import purchases, vouchers
from wallet.social.purchases import Bought

JUNE_30, JULY_2, JULY_3, JULY_10 = date(2026, 6, 30), date(2026, 7, 2), date(2026, 7, 3), date(2026, 7, 10)
# What the municipality transferred, and the accounts that are told below in this order.
TRANSFERRED = 3_000_000
ACCOUNTS = ("plan:PUB:funded", "plan:PUB:returned", "provider:P05", "tender:card", "plan:PUB-QUOTA:returned")


@pytest.fixture
def office(empty_scene: Scene) -> Office:
    return open_office(empty_scene.session)


def active(office: Office) -> str:
    """A voucher of 100.00 for meals until 30 June, of which the citizen pays a fifth: 6.80 and 1.70 a meal."""
    asked = office.applied()
    office.step(asked, State.UNDER_REVIEW, State.ADMITTED)
    office.assign(asked, 10_000, ends_on=JUNE_30)
    office.step(asked, State.PAI_AGREED, State.PROVIDER_CHOSEN, State.ACTIVE)
    return asked


def told(office: Office) -> tuple[int, ...]:
    scene = Scene(office.session, office.book_id, "")
    assert scene.differences() == []
    return tuple(scene.posted(code) for code in ACCOUNTS)


def in_lots(office: Office, bought: Bought) -> int:
    scene = Scene(office.session, office.book_id, bought.authorization.employee_id)
    return sum(lot.available_minor for lot in scene.lots())


def go_to(office: Office, day: date) -> None:
    Scene(office.session, office.book_id, "").go_to(day)


def tick(office: Office) -> None:
    expiry.expire(office.session, office.book_id, on=clock.today(), actor="clock")


def end_rest(office: Office) -> int:
    return vouchers.end_rest(office.session, office.book_id, on=clock.today(), actor="ufficio")


@pytest.mark.parametrize("clock_first", [True, False])
def test_what_ran_out_goes_back_to_the_municipality_whoever_ends_it_first(office: Office, clock_first: bool) -> None:
    asked = active(office)
    bought = office.captured(asked)
    assert told(office) == (TRANSFERRED - 10_000, 0, 850, 170, 0)

    go_to(office, JULY_2)
    if clock_first:
        tick(office)
        assert office.end(asked, State.EXPIRED, Why.PERIOD_OVER) == 0
    else:
        assert office.end(asked, State.EXPIRED, Why.PERIOD_OVER) == 9_320
        tick(office)

    # 100.00 less 6.80 that the provider has to get; the citizen's 1.70 were spent.
    assert told(office) == (TRANSFERRED - 10_000, 9_320, 850, 170, 0)
    assert (in_lots(office, bought), end_rest(office)) == (0, 0)


def test_who_changes_their_mind_leaves_the_plan_its_money_and_gets_the_share_back(office: Office) -> None:
    asked = active(office)
    bought = office.buy(asked)

    assert office.end(asked, State.RENOUNCED, Why.AT_REQUEST) == 9_320
    # What was promised is held: it can still be delivered.
    assert told(office) == (TRANSFERRED - 680, 0, 0, 170, 0)

    purchases.void(office.session, office.book_id, bought.authorization.authorization_id, actor="sportello")
    assert told(office) == (TRANSFERRED - 680, 0, 0, 0, 0)
    assert end_rest(office) == 680
    assert told(office) == (TRANSFERRED, 0, 0, 0, 0)
    assert (in_lots(office, bought), end_rest(office)) == (0, 0)


@pytest.mark.parametrize("clock_first", [True, False])
def test_a_promise_that_time_ends_after_the_voucher_goes_back_too(office: Office, clock_first: bool) -> None:
    asked = active(office)
    go_to(office, JUNE_30)
    bought = office.buy(asked)
    office.end(asked, State.RENOUNCED, Why.AT_REQUEST)

    go_to(office, JULY_10)
    if clock_first:
        tick(office)
        assert end_rest(office) == 0
    else:
        assert end_rest(office) == 680
        tick(office)
    returned = tenders.give_back_all(office.session, office.book_id, actor="sportello")

    assert [each.amount_minor for each in returned] == [170]
    assert told(office) == (TRANSFERRED - 680, 680, 0, 0, 0)
    assert in_lots(office, bought) == 0


def test_what_is_refunded_after_the_end_goes_back_to_plan_and_citizen(office: Office) -> None:
    asked = active(office)
    bought = office.captured(asked)
    go_to(office, JULY_2)
    office.end(asked, State.EXPIRED, Why.PERIOD_OVER)

    go_to(office, JULY_3)
    purchases.refund(office.session, office.book_id, bought.authorization.authorization_id, actor="sportello")
    assert told(office) == (TRANSFERRED - 10_000, 9_320, 0, 0, 0)
    assert in_lots(office, bought) == 680

    # A refund opens the lot for thirty days: it is not over, and what is free in it can be assigned again.
    assert end_rest(office) == 680
    assert told(office) == (TRANSFERRED - 9_320, 9_320, 0, 0, 0)
    tick(office)
    assert told(office) == (TRANSFERRED - 9_320, 9_320, 0, 0, 0)
