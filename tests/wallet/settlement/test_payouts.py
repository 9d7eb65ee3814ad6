"""Payout runs: who is paid what, when, and only once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from config import clock
from ledger import books
from tests.wallet.scene import Scene, open_scene
from tests.wallet.settlement.acts import APRIL_30, amounts, count, delivered, pay, withholding
from wallet.errors import ReasonRequired
from wallet.settlement import payments, payouts, terms
from wallet.settlement.errors import (
    ExecutionDateClosed,
    ExecutionDateFar,
    ExecutionDatePast,
    PaymentStateWrong,
    PayoutAnswered,
    PayoutEmpty,
    PayoutNotFound,
    PayoutReferenceChanged,
    PayoutReferenceInvalid,
    PayoutTotalDiffers,
)


@pytest.fixture
def funded(scene: Scene) -> Scene:
    """A worker with 3,000 euro."""
    scene.grant(300_000)
    return scene


def test_a_capture_is_paid_when_its_days_are_over_and_not_before(funded: Scene) -> None:
    delivered(funded)  # on 10 March, from P04, who waits 15 days

    with pytest.raises(PayoutEmpty):
        pay(funded, due_by=date(2026, 3, 24))
    run = pay(funded, due_by=date(2026, 3, 25))

    assert amounts(run) == {"P04": 5_500}
    assert funded.posted("provider:P04") == 0
    assert funded.posted("payout") == 5_500
    assert funded.differences() == []


def test_a_run_has_one_payment_a_provider_with_its_id_and_the_account_of_the_day(funded: Scene) -> None:
    delivered(funded)
    delivered(funded)
    delivered(funded, "SAN-CR", quantity=1)

    run = pay(funded, "MARZO-2026")

    assert [(p.provider_code, p.end_to_end_id, p.amount_minor, p.state) for p in run.payments] == [
        ("P03", "MARZO-2026-00001", 14_000, "prepared"),
        ("P04", "MARZO-2026-00002", 11_000, "prepared"),
    ]
    assert run.payments[1].iban == "IT38W9900101600000000000004"
    assert run.payments[1].holder == "Consorzio Torrazzo Servizi"
    assert run.total_minor == 25_000
    assert [line.amount_minor for line in payouts.lines(funded.session, run.payments[1])] == [5_500, 5_500]


def test_the_same_reference_again_changes_nothing(funded: Scene) -> None:
    delivered(funded)
    first = pay(funded)
    delivered(funded)
    before = funded.image()

    again = pay(funded)

    assert again.replayed
    assert not first.replayed
    assert again.payments == first.payments
    assert funded.image() == before


def test_another_run_pays_only_what_no_run_has_paid(funded: Scene) -> None:
    delivered(funded)
    pay(funded, "R1")
    delivered(funded, "PSI-CR", quantity=2)

    assert amounts(pay(funded, "R2")) == {"P04": 11_000}
    with pytest.raises(PayoutEmpty):
        pay(funded, "R3")


def test_the_same_reference_with_other_facts_is_refused(funded: Scene) -> None:
    delivered(funded)
    pay(funded)

    with pytest.raises(PayoutReferenceChanged) as refusal:
        pay(funded, due_by=date(2026, 4, 29))

    assert refusal.value.details["differs"] == ["due_by"]


def test_a_refund_before_the_run_is_taken_off(funded: Scene) -> None:
    delivered(funded)
    undone = delivered(funded, "PSI-CR", quantity=2, channel="DIRECT")
    funded.refund(undone, 4_000)

    run = pay(funded)

    assert amounts(run) == {"P04": 5_500 + 11_000 - 4_000}
    assert funded.differences() == []


def test_a_refund_after_the_payment_is_taken_off_the_next_one(funded: Scene) -> None:
    paid = delivered(funded)
    pay(funded, "R1")
    funded.refund(paid)
    delivered(funded, "PSI-CR", quantity=2)

    run = pay(funded, "R2")

    assert amounts(run) == {"P04": 5_500}
    assert funded.posted("provider:P04") == 0
    assert funded.posted("payout") == 11_000


def test_who_would_be_paid_less_than_nothing_waits_with_all_lines(funded: Scene) -> None:
    paid = delivered(funded, "PSI-CR", quantity=2, channel="DIRECT")
    pay(funded, "R1")
    funded.refund(paid)
    delivered(funded)
    delivered(funded, "SAN-CR")

    run = pay(funded, "R2")

    assert amounts(run) == {"P03": 14_000}
    assert [(out.subject, out.reason, out.amount_minor) for out in run.left_out] == [("P04", "nothing_to_pay", -5_500)]
    assert funded.posted("provider:P04") == -5_500
    delivered(funded, "PSI-CR", quantity=2)
    assert amounts(pay(funded, "R3")) == {"P04": 5_500}
    assert funded.differences() == []


def test_a_provider_is_paid_once_for_all_books_and_each_book_books_its_part(funded: Scene) -> None:
    other = open_scene(funded.session)
    other.plan()
    other.grant(100_000)
    delivered(funded)
    delivered(other, "PSI-CR", quantity=2)

    run = pay(funded)

    assert amounts(run) == {"P04": 16_500}
    assert funded.posted("payout") == 5_500
    assert other.posted("payout") == 11_000
    payments.confirm(funded.session, run.payments[0].end_to_end_id, on=date(2026, 3, 10), actor="op")
    for scene, left in ((funded, 1_000_000 - 5_500), (other, 1_000_000 - 11_000)):
        assert scene.posted("payout") == 0
        assert scene.posted("bank") == left
        assert scene.differences() == []


def test_what_is_owed_back_in_one_book_is_taken_off_what_another_owes(funded: Scene) -> None:
    other = open_scene(funded.session)
    other.plan()
    other.grant(100_000)
    undone = delivered(other)
    pay(funded, "R1")
    other.refund(undone)
    delivered(funded, "PSI-CR", quantity=2)

    run = pay(funded, "R2")

    assert amounts(run) == {"P04": 5_500}
    assert funded.posted("payout") == 11_000
    # 55,00 of the first run are still in payment: what is owed back comes off the account.
    assert other.posted("payout") == 0
    assert other.posted("provider:P04") == 0
    assert funded.differences() == other.differences() == []


def test_who_has_no_account_is_left_out_and_named(funded: Scene) -> None:
    funded.session.execute(sa.text("delete from provider_account where provider_code = 'P03'"))
    delivered(funded)
    delivered(funded, "SAN-CR")

    run = pay(funded)

    assert amounts(run) == {"P04": 5_500}
    assert [(out.subject, out.reason, out.amount_minor) for out in run.left_out] == [("P03", "no_account", 14_000)]
    assert funded.posted("provider:P03") == 14_000


def test_who_has_an_account_that_cannot_be_is_left_out_and_named(funded: Scene) -> None:
    wrong = "update provider_account set iban = 'IT38W9900101600000000000005' where provider_code = 'P04'"
    funded.session.execute(sa.text(wrong))
    delivered(funded)

    with pytest.raises(PayoutEmpty) as refusal:
        pay(funded)

    assert refusal.value.details["left_out"] == ["P04 (iban_invalid)"]


@pytest.mark.parametrize("holder", ["Φροντίδα", "Забота", "😀"])
def test_who_has_a_name_that_banks_cannot_write_is_left_out_and_keeps_nobody_waiting(
    funded: Scene, holder: str
) -> None:
    named = sa.text("update provider_account set holder = :holder where provider_code = 'P04'")
    funded.session.execute(named, {"holder": holder})
    delivered(funded)
    delivered(funded, "SAN-CR")

    run = pay(funded)

    assert amounts(run) == {"P03": 14_000}
    assert [(out.subject, out.reason) for out in run.left_out] == [("P04", "holder_unwritable")]
    funded.session.execute(named, {"holder": "Frontida"})
    assert amounts(pay(funded, "R2")) == {"P04": 5_500}


def test_the_fee_of_a_refund_is_that_of_its_capture_whatever_the_terms_say_later(funded: Scene) -> None:
    paid = delivered(funded, channel="DIRECT")
    pay(funded, under=withholding(1_000))
    funded.refund(paid, 5_500)
    delivered(funded, quantity=4, channel="DIRECT")

    second = pay(funded, "R2", under=withholding(0))

    (one,) = second.payments
    assert [(line.amount_minor, line.fee_minor) for line in payouts.lines(funded.session, one)] == [
        (-5_500, -550), (22_000, 0),
    ]  # fmt: skip
    assert funded.posted("fees") == 0


def test_a_reference_under_other_fees_is_refused(funded: Scene) -> None:
    delivered(funded)
    pay(funded, under=withholding(1_000))

    with pytest.raises(PayoutReferenceChanged) as refused:
        pay(funded, under=withholding(0))

    assert refused.value.details["differs"] == ["fees"]


def test_a_payment_that_never_left_is_withdrawn_with_a_reason_and_payable_again(funded: Scene) -> None:
    delivered(funded)
    pay(funded)

    with pytest.raises(ReasonRequired):
        payments.withdraw(funded.session, "R1-00001", on=clock.today(), actor="op", reason=" ")
    payments.withdraw(funded.session, "R1-00001", on=clock.today(), actor="op", reason="file smarrito")

    assert amounts(pay(funded, "R2")) == {"P04": 5_500}
    payments.confirm(funded.session, "R2-00001", on=clock.today(), actor="op")
    with pytest.raises(PaymentStateWrong):
        payments.withdraw(funded.session, "R2-00001", on=clock.today(), actor="op", reason="altro")
    assert funded.differences() == []


def test_a_run_that_never_left_is_withdrawn_whole_but_for_what_the_bank_answered(funded: Scene) -> None:
    delivered(funded)
    delivered(funded, "SAN-CR", quantity=1)
    run = pay(funded)
    payments.confirm(funded.session, "R1-00001", on=clock.today(), actor="op")
    told: dict[str, Any] = {"on": clock.today(), "actor": "op"}

    with pytest.raises(ReasonRequired):
        payments.withdraw_run(funded.session, run, reason=" ", **told)
    done = payments.withdraw_run(funded.session, payouts.get(funded.session, "R1"), reason="file smarrito", **told)

    assert [(payment.end_to_end_id, payment.state) for payment in done] == [("R1-00002", "failed")]
    assert amounts(pay(funded, "R2")) == {"P04": 5_500}
    with pytest.raises(PayoutAnswered):
        payments.withdraw_run(funded.session, payouts.get(funded.session, "R1"), reason="file smarrito", **told)
    assert funded.differences() == []


def test_a_run_of_another_total_than_was_shown_is_not_prepared(funded: Scene) -> None:
    delivered(funded)
    told: dict[str, Any] = {"due_by": APRIL_30, "execute_on": date(2026, 5, 4), "terms": terms.shipped(), "actor": "op"}

    with pytest.raises(PayoutTotalDiffers):
        payouts.prepare(funded.session, "R1", expect_total_minor=5_499, **told)
    run = payouts.prepare(funded.session, "R1", expect_total_minor=5_500, **told)

    assert run.total_minor == 5_500


def test_a_stopped_book_is_left_out_and_named(funded: Scene) -> None:
    other = open_scene(funded.session)
    other.plan()
    other.grant(100_000)
    delivered(funded)
    delivered(other)
    books.stop(funded.session, other.book_id)

    run = pay(funded)

    assert amounts(run) == {"P04": 5_500}
    assert [out.reason for out in run.left_out] == ["book_stopped"]
    books.resume(funded.session, other.book_id)
    assert amounts(pay(funded, "R2")) == {"P04": 5_500}


# -- fees ------------------------------------------------------------------------------------------------------------


def test_a_fee_is_withheld_and_shown_on_each_line(funded: Scene) -> None:
    delivered(funded)  # 55,00 at 3,5 % are 1,925: 1,93
    delivered(funded, "PSI-CR", quantity=2)  # 110,00: 3,85

    run = pay(funded, under=withholding(350))

    assert amounts(run) == {"P04": 16_500 - 193 - 385}
    assert run.payments[0].fee_minor == 578
    assert [(line.amount_minor, line.fee_minor) for line in payouts.lines(funded.session, run.payments[0])] == [
        (5_500, 193),
        (11_000, 385),
    ]
    assert funded.posted("fees") == 578
    assert funded.posted("payout") == 15_922
    assert funded.posted("provider:P04") == 0
    assert funded.differences() == []


def test_a_refund_gives_its_fee_back_to_the_cent(funded: Scene) -> None:
    undone = delivered(funded, "PSI-CR", quantity=1, channel="DIRECT")
    pay(funded, "R1", under=withholding(350))
    # Of 1,93 the rest of 36,67 keeps 1,28, then the rest of 18,33 keeps 0,64, then nothing.
    for part in (1_833, 1_834, 1_833):
        funded.refund(undone, part)
    delivered(funded, "PSI-CR", quantity=3)

    run = pay(funded, "R2", under=withholding(350))

    fees = [line.fee_minor for line in payouts.lines(funded.session, run.payments[0])]
    assert fees == [-65, -64, -64, 578]
    assert funded.posted("fees") == 578
    assert funded.differences() == []


def test_the_fee_of_a_named_provider_comes_before_that_of_everybody(funded: Scene) -> None:
    delivered(funded)
    delivered(funded, "SAN-CR")
    both = withholding(100)
    both = terms.Terms(both.payer, both.fees + withholding(0, "P04").fees, both.shares)

    assert amounts(pay(funded, under=both)) == {"P03": 13_860, "P04": 5_500}


# -- what becomes of a payment ---------------------------------------------------------------------------------------


def test_a_confirmed_payment_leaves_the_bank(funded: Scene) -> None:
    delivered(funded)
    run = pay(funded, under=withholding(350))

    paid = payments.confirm(funded.session, "R1-00001", on=date(2026, 3, 10), actor="op")

    assert paid.state == "paid"
    assert payouts.get(funded.session, "R1").payments[0].state == "paid"
    assert funded.posted("payout") == 0
    assert funded.posted("bank") == 1_000_000 - run.total_minor
    assert funded.differences() == []


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_failed_payment_returns_to_payable_and_is_paid_by_the_next_run(funded: Scene, confirmed: bool) -> None:
    delivered(funded)
    pay(funded, under=withholding(350))
    if confirmed:
        payments.confirm(funded.session, "R1-00001", on=date(2026, 3, 10), actor="op")

    payments.fail(funded.session, "R1-00001", on=date(2026, 3, 10), actor="op", reason="AC04")

    assert funded.posted("provider:P04") == 5_500
    assert funded.posted("payout") == funded.posted("fees") == 0
    assert funded.posted("bank") == 1_000_000
    assert funded.differences() == []
    assert amounts(pay(funded, "R2", under=withholding(350))) == {"P04": 5_307}
    assert funded.differences() == []


@pytest.mark.parametrize("end", ["confirm", "fail"])
def test_a_payment_ends_once(funded: Scene, end: str) -> None:
    delivered(funded)
    pay(funded)
    getattr(payments, end)(funded.session, "R1-00001", on=date(2026, 3, 10), actor="op")
    before = funded.image(), count(funded, "payout_event")

    with pytest.raises(payments.PaymentStateWrong):
        payments.confirm(funded.session, "R1-00001", on=date(2026, 3, 10), actor="op")

    assert (funded.image(), count(funded, "payout_event")) == before


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["", "à", "A B", "-A", "A-", "ABCDEFGHIJKLMNOPQ", "A/B", "A\n"])
def test_a_reference_that_a_bank_would_not_take_is_refused(funded: Scene, reference: str) -> None:
    with pytest.raises(PayoutReferenceInvalid):
        pay(funded, reference)


def test_no_bank_is_asked_to_pay_yesterday(funded: Scene) -> None:
    delivered(funded)

    with pytest.raises(ExecutionDatePast):
        payouts.prepare(
            funded.session,
            "R1",
            due_by=APRIL_30,
            execute_on=date(2026, 3, 9),
            terms=terms.shipped(),
            actor="op",
        )


@pytest.mark.parametrize(
    ("day", "good"),
    [
        (date(2026, 11, 29), date(2026, 11, 30)),
        (date(2027, 3, 26), date(2027, 3, 30)),
        (date(2026, 5, 1), date(2026, 5, 4)),
    ],
)
def test_no_bank_is_asked_to_pay_on_a_day_it_does_not(funded: Scene, day: date, good: date) -> None:
    delivered(funded)
    before = funded.image()

    with pytest.raises(ExecutionDateClosed) as refusal:
        payouts.prepare(funded.session, "R1", due_by=APRIL_30, execute_on=day, terms=terms.shipped(), actor="op")

    assert refusal.value.details["next_on"] == good
    assert funded.image() == before


def test_a_run_is_for_a_day_of_the_next_quarter(funded: Scene) -> None:
    delivered(funded)
    before = funded.image()

    with pytest.raises(ExecutionDateFar) as refusal:
        payouts.prepare(
            funded.session, "R1", due_by=APRIL_30, execute_on=date(2206, 3, 10), terms=terms.shipped(), actor="op"
        )

    assert refusal.value.details["limit"] == clock.today() + timedelta(days=90)
    assert funded.image() == before


def test_a_run_that_pays_nobody_leaves_no_trace(funded: Scene) -> None:
    before = funded.image()

    with pytest.raises(PayoutEmpty):
        pay(funded)

    assert funded.image() == before
    with pytest.raises(PayoutNotFound):
        payouts.get(funded.session, "R1")
