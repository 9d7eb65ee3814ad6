"""A run pays from each book no more than the book's bank account holds."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from config import clock
from ledger.errors import BookNotFound
from plans import funders
from plans.words import FundingPolicy
from tests.factories import euro
from tests.wallet.scene import Scene, open_scene
from tests.wallet.settlement.acts import APRIL_30, amounts, count, delivered, pay, withholding
from wallet import bank, funding
from wallet.errors import ReasonRequired
from wallet.settlement import payments, payouts, terms
from wallet.settlement.errors import PayoutEmpty, PayoutReferenceChanged
from wallet.settlement.payouts import Advance, LeftOut


def on_account(scene: Scene, transferred: int) -> Scene:
    """A plan whose credit is there before its money: so much of it has arrived."""
    scene.plan(committed=1_000_000, transferred=transferred, funding_policy=FundingPolicy.ON_ACCOUNT)
    scene.grant(300_000)
    return scene


def left(scene: Scene, reference: str = "R1") -> list[tuple[str, int]]:
    found = payouts.left_lines(scene.session, payouts.get(scene.session, reference))
    return [(line.authorization_id, line.amount_minor - line.fee_minor) for line in found]


def code(scene: Scene) -> str:
    return funders.of_book(scene.session, scene.book_id).code


def test_the_oldest_due_is_paid_and_the_rest_is_left_out_line_by_line(empty_scene: Scene) -> None:
    scene = on_account(empty_scene, 11_000)
    delivered(scene)
    scene.go_to(date(2026, 3, 11))
    delivered(scene)
    scene.go_to(date(2026, 3, 12))
    third = delivered(scene)

    run = pay(scene)

    assert amounts(run) == {"P04": 11_000}
    assert run.left_out == (LeftOut(code(scene), "not_covered", 5_500),)
    assert left(scene) == [(third.authorization_id, 5_500)]
    payments.confirm(scene.session, "R1-00001", on=date(2026, 3, 12), actor="op")
    assert scene.posted("bank") == 0
    assert scene.differences() == []


def test_what_was_left_out_is_paid_once_the_money_is_there(empty_scene: Scene) -> None:
    scene = on_account(empty_scene, 5_500)
    delivered(scene)
    second = delivered(scene)
    pay(scene)
    assert left(scene) == [(second.authorization_id, 5_500)]
    with pytest.raises(PayoutEmpty) as refusal:
        pay(scene, "R2")
    assert f"{code(scene)} (not_covered)" in refusal.value.details["left_out"]

    funding.record_transfer(scene.session, scene.book_id, "A", euro(5_500), on=clock.today(), actor="x")

    assert amounts(pay(scene, "R2")) == {"P04": 5_500}
    assert left(scene, "R2") == []


@pytest.mark.parametrize(("held", "paid"), [(5_499, 0), (5_500, 5_500), (5_501, 5_500)])
def test_to_the_cent(empty_scene: Scene, held: int, paid: int) -> None:
    scene = on_account(empty_scene, held)
    delivered(scene)

    if paid:
        assert amounts(pay(scene)) == {"P04": paid}
    else:
        with pytest.raises(PayoutEmpty):
            pay(scene)
        assert count(scene, "payout_left_line") == 0


def test_fees_are_not_paid_and_need_no_cover(empty_scene: Scene) -> None:
    scene = on_account(empty_scene, 4_950)
    delivered(scene)

    assert amounts(pay(scene, under=withholding(1_000))) == {"P04": 4_950}


def test_what_fits_of_the_younger_is_paid(empty_scene: Scene) -> None:
    scene = on_account(empty_scene, 10_000)
    large = delivered(scene, "PSI-CR", quantity=2, channel="DIRECT")
    delivered(scene)

    assert amounts(pay(scene)) == {"P04": 5_500}
    assert left(scene) == [(large.authorization_id, 11_000)]


def test_payments_that_wait_for_the_bank_are_taken_off(empty_scene: Scene) -> None:
    scene = on_account(empty_scene, 10_000)
    delivered(scene)
    pay(scene, "R1")
    delivered(scene)
    assert bank.free(scene.session, [scene.book_id]) == {scene.book_id: 4_500}

    with pytest.raises(PayoutEmpty):
        pay(scene, "R2")

    payments.fail(scene.session, "R1-00001", on=clock.today(), actor="op")
    assert amounts(pay(scene, "R2")) == {"P04": 5_500}


def test_a_book_is_not_paid_with_another_books_money(empty_scene: Scene) -> None:
    rich = on_account(open_scene(empty_scene.session), 1_000_000)
    poor = on_account(empty_scene, 0)
    for each in (rich, poor):
        delivered(each)

    run = pay(rich)

    assert amounts(run) == {"P04": 5_500}
    assert (rich.posted("payout"), poor.posted("payout")) == (5_500, 0)
    assert left(rich) == left(poor) != []
    assert poor.differences() == rich.differences() == []


def test_what_a_provider_gives_back_covers_its_own_captures_and_nobody_elses(empty_scene: Scene) -> None:
    scene = on_account(empty_scene, 5_500)
    paid = delivered(scene)
    pay(scene, "R1")
    payments.confirm(scene.session, "R1-00001", on=clock.today(), actor="op")
    scene.refund(paid)
    own = delivered(scene, "PSI-CR", quantity=2, channel="DIRECT")
    other = delivered(scene, "PSI-MI")
    funding.record_transfer(scene.session, scene.book_id, "A", euro(5_500), on=clock.today(), actor="x")

    # P04 gives 55 euro back of its 110: the 55 in the bank pay the rest, and nothing is left for P18.
    run = pay(scene, "R2")

    assert amounts(run) == {"P04": 5_500}
    assert left(scene, "R2") == [(other.authorization_id, 6_000)]
    assert own.authorization_id not in dict(left(scene, "R2"))
    payments.confirm(scene.session, "R2-00001", on=clock.today(), actor="op")
    assert scene.posted("bank") == 0
    assert scene.differences() == []


def test_a_provider_that_only_gives_back_covers_nobody(empty_scene: Scene) -> None:
    scene = on_account(empty_scene, 11_000)
    paid = delivered(scene, "PSI-CR", quantity=2, channel="DIRECT")
    pay(scene, "R1")
    payments.confirm(scene.session, "R1-00001", on=clock.today(), actor="op")
    scene.refund(paid)
    delivered(scene, "PSI-MI")

    with pytest.raises(PayoutEmpty) as refusal:
        pay(scene, "R2")

    assert set(refusal.value.details["left_out"]) == {"P04 (nothing_to_pay)", f"{code(scene)} (not_covered)"}


def test_what_a_provider_without_an_account_is_owed_needs_no_cover(empty_scene: Scene) -> None:
    scene = on_account(empty_scene, 6_000)
    delivered(scene)
    scene.go_to(date(2026, 3, 11))
    delivered(scene, "PSI-MI")
    scene.session.execute(sa.text("delete from provider_account where provider_code = 'P04'"))

    assert amounts(pay(scene)) == {"P18": 6_000}


def test_what_costs_a_book_nothing_is_paid_also_where_its_bank_is_below_zero(empty_scene: Scene) -> None:
    poor = on_account(empty_scene, 0)
    first = delivered(poor, channel="DIRECT")
    told = {"due_by": APRIL_30, "execute_on": date(2026, 5, 4), "terms": terms.shipped(), "actor": "op"}
    payouts.prepare(poor.session, "R1", advances=[Advance(code(poor), "bonifico annunciato")], **told)
    payments.confirm(poor.session, "R1-00001", on=clock.today(), actor="op")
    poor.refund(first, 5_500)
    delivered(poor, channel="DIRECT")
    rich = open_scene(poor.session)
    rich.plan()
    rich.grant(100_000)
    delivered(rich, channel="DIRECT")

    run = pay(poor, "R2")

    # In the poor book what comes back covers what is owed; the other book pays its own.
    assert poor.posted("bank") == -5_500
    assert amounts(run) == {"P04": 5_500}
    assert run.left_out == ()


def test_somebody_may_say_that_a_book_is_paid_beyond_its_bank(empty_scene: Scene) -> None:
    scene = on_account(empty_scene, 2_000)
    delivered(scene)
    told = {"due_by": APRIL_30, "execute_on": date(2026, 5, 4), "terms": terms.shipped(), "actor": "op"}
    with pytest.raises(ReasonRequired):
        payouts.prepare(scene.session, "R1", advances=[Advance(code(scene), " ")], **told)
    with pytest.raises(BookNotFound):
        payouts.prepare(scene.session, "R1", advances=[Advance("XX", "accordo")], **told)

    run = payouts.prepare(scene.session, "R1", advances=[Advance(code(scene), "bonifico annunciato")], **told)

    assert amounts(run) == {"P04": 5_500}
    assert run.advances == (Advance(code(scene), "bonifico annunciato", 3_500),)
    again = payouts.prepare(scene.session, "R1", advances=[Advance(code(scene), "bonifico annunciato")], **told)
    assert (again.replayed, again.advances) == (True, run.advances)
    with pytest.raises(PayoutReferenceChanged) as refusal:
        pay(scene)
    assert refusal.value.details["differs"] == ["advances"]
    payments.confirm(scene.session, "R1-00001", on=clock.today(), actor="op")
    assert scene.posted("bank") == -3_500
