"""A worker's choice about a bonus: held to agreement, law and year, and granted as credit of its own source."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from config import clock
from ledger import books
from ledger.errors import LedgerError
from plans import people
from plans.bonus import agreements, choices, proof
from plans.bonus.choices import ChoiceDraft
from plans.bonus.errors import (
    BonusAgreementMissing,
    BonusAmountInvalid,
    BonusCapExceeded,
    BonusChoiceNotFound,
    BonusChoiceRevoked,
    BonusChosenBefore,
    BonusChosenOutOfTime,
    BonusConversionNotAgreed,
    BonusCreditOver,
    BonusDepositBackwards,
    BonusIncomeAbove,
    BonusIncomeUnknown,
    BonusJointTooLate,
    BonusPlanNeeded,
    BonusShareInvalid,
)
from plans.bonus.proof import State
from plans.errors import EmployeeNotFound
from plans.plan_file import Act
from plans.rulebook.words import PlanSource
from plans.words import Fact, SourceType
from tests import factories
from tests.factories import euro
from tests.wallet.scene import Scene
from wallet import conversions, wallets
from wallet.errors import BudgetNotFunded, GrantAlreadySpent, ReasonRequired

CHOSEN = date(2026, 3, 5)
ACT = Act(SourceType.COMPANY_AGREEMENT, "Accordo 2025", date(2026, 1, 15), "ITL-1", False)


@pytest.fixture
def bonus(empty_scene: Scene) -> Scene:
    """A book with plan B of converted bonuses: the agreement of 15 January was deposited on 20 January 2026."""
    empty_scene.plan("B", source=PlanSource.PDR, act=ACT)
    agreement(empty_scene)
    return empty_scene


def agreement(scene: Scene, **values: object) -> agreements.Agreement:
    told = {
        "deposit_code": "ITL-CR-2026-1",
        "deposited_on": date(2026, 1, 20),
        "conformity_declared": True,
        "increment_attested": True,
    } | values
    found, _ = agreements.record(
        scene.session,
        scene.book_id,
        "B",
        actor="test",
        recorded_at=clock.now(),
        **told,  # type: ignore[arg-type]
    )
    return found


def draft(
    scene: Scene, amount: int = 100_000, share: int = 100, worker: str | None = None, **more: object
) -> ChoiceDraft:
    code = people.employee(scene.session, scene.book_id, worker or scene.worker).tax_code
    made = ChoiceDraft(code, "PDR 2025", euro(amount), share, CHOSEN, income_within=True)
    return replace(made, **more)  # type: ignore[arg-type]


def choose(scene: Scene, *values: object, **more: object) -> conversions.Conversion:
    made = draft(scene, *values, **more)  # type: ignore[arg-type]
    return conversions.choose(scene.session, scene.book_id, "B", made, actor="test")


def test_half_of_a_bonus_becomes_credit_of_source_pdr_and_the_rest_stays_cash(bonus: Scene) -> None:
    done = choose(bonus, 100_001, 50)

    assert (done.choice.converted_minor, done.choice.cash_minor) == (50_001, 50_000)
    (lot,) = bonus.lots()
    assert (lot.source, lot.available_minor, lot.expires_on) == (PlanSource.PDR, 50_001, date(2026, 11, 30))
    assert (done.choice.year, done.choice.chosen_on) == (2026, CHOSEN)
    assert bonus.differences() == []


def test_the_whole_in_cash_is_a_choice_too_and_grants_nothing(bonus: Scene) -> None:
    done = choose(bonus, 100_000, 0, income_within=None)

    assert (done.created, done.entry_id, bonus.lots()) == (True, None, [])
    # Contributions of 9.19 % leave 908.10 under the substitute tax.
    assert done.choice.taxed_minor == 90_810


def test_the_same_choice_again_changes_nothing(bonus: Scene) -> None:
    first = choose(bonus)
    before = bonus.image()

    again = choose(bonus)

    assert (again.created, again.choice.choice_id) == (False, first.choice.choice_id)
    assert bonus.image() == before


@pytest.mark.parametrize(
    "change", [{"share_percent": 50}, {"amount": 1}, {"chosen_on": date(2026, 3, 6)}, {"income_within": False}]
)
def test_another_choice_about_the_same_bonus_is_refused(bonus: Scene, change: dict[str, object]) -> None:
    choose(bonus)

    with pytest.raises(BonusChosenBefore):
        choose(bonus, **change)


def test_the_cap_holds_over_all_bonuses_of_the_year_to_the_cent(bonus: Scene) -> None:
    choose(bonus, 200_000)

    with pytest.raises(BonusCapExceeded) as refused:
        choose(bonus, 100_001, premium="PDR 2025 bis")
    assert refused.value.details["room"] == euro(100_000)
    assert choose(bonus, 100_000, premium="PDR 2025 bis").room_minor == 0
    with pytest.raises(BonusCapExceeded):
        choose(bonus, 1, premium="PDR 2025 ter")


def test_what_was_converted_elsewhere_takes_of_the_same_cap_and_unknown_is_not_zero(bonus: Scene) -> None:
    assert choose(bonus, 1_000).choice.elsewhere_minor is None
    bonus.declare(bonus.worker, Fact.PDR_ELSEWHERE, year=2026, amount=euro(250_000))

    with pytest.raises(BonusCapExceeded) as refused:
        choose(bonus, 50_000, premium="PDR 2025 bis")
    assert refused.value.details["room"] == euro(49_000)
    assert choose(bonus, 49_000, premium="PDR 2025 bis").choice.elsewhere_minor == 250_000


def test_cash_under_the_substitute_tax_takes_of_the_limit_that_year(bonus: Scene) -> None:
    bonus.go_to(date(2026, 11, 22))
    # 5,000 less 4,540.50 leaves 459.50 of the limit of 2026.
    choose(bonus, 500_000, 0)

    with pytest.raises(BonusCapExceeded) as refused:
        choose(bonus, 45_951, premium="PDR 2025 bis")
    assert refused.value.details["room"] == euro(45_950)


def test_a_choice_of_january_is_of_the_new_year(bonus: Scene) -> None:
    choose(bonus, 300_000)
    bonus.go_to(date(2027, 1, 4))
    bonus.plan("C", source=PlanSource.PDR, act=ACT, ends_on=date(2027, 12, 31), spend_by=date(2027, 11, 30))
    agreements.record(
        bonus.session, bonus.book_id, "C", deposit_code="X", deposited_on=date(2026, 1, 20), conformity_declared=True,
        increment_attested=True, actor="test", recorded_at=clock.now(),
    )  # fmt: skip

    with pytest.raises(BonusCapExceeded):
        conversions.choose(bonus.session, bonus.book_id, "C", draft(bonus, 1), actor="test")
    january = draft(bonus, 300_000, chosen_on=date(2027, 1, 2))
    done = conversions.choose(bonus.session, bonus.book_id, "C", january, actor="test")

    assert done.choice.year == 2027


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"tax_code": factories.tax_code(9_999)}, EmployeeNotFound),
        ({"amount": 0}, BonusAmountInvalid),
        ({"amount": -1}, BonusAmountInvalid),
        ({"share_percent": 101}, BonusShareInvalid),
        ({"share_percent": -1}, BonusShareInvalid),
        ({"chosen_on": date(2026, 3, 11)}, BonusChosenOutOfTime),
        ({"chosen_on": date(2026, 1, 14)}, BonusChosenOutOfTime),
        ({"income_within": None}, BonusIncomeUnknown),
        ({"income_within": False}, BonusIncomeAbove),
        ({"amount": 300_001}, BonusCapExceeded),
    ],
)
def test_what_may_not_be_chosen_is_refused_and_changes_nothing(
    bonus: Scene, change: dict[str, object], refusal: type[Exception]
) -> None:
    wallets.open_for(bonus.session, bonus.book_id, bonus.worker)
    before = bonus.image()

    with pytest.raises(refusal):
        choose(bonus, **change)

    assert bonus.image() == before
    assert bonus.session.scalar(sa.text("select count(*) from bonus_choice")) == 0


def test_only_the_shares_agreed_may_be_chosen(bonus: Scene) -> None:
    agreement(bonus, shares=(0, 50, 100))

    with pytest.raises(BonusConversionNotAgreed):
        choose(bonus, share_percent=49)
    assert choose(bonus, share_percent=50).choice.converted_minor == 50_000


def signed(scene: Scene, on: date) -> None:
    """A plan of converted bonuses whose contract was signed on that day."""
    scene.plan("B", source=PlanSource.PDR, act=replace(ACT, signed_on=on))


def test_a_contract_of_joint_involvement_signed_in_time_has_its_own_cap(empty_scene: Scene) -> None:
    signed(empty_scene, date(2017, 4, 24))
    agreement(empty_scene, joint=True)

    assert choose(empty_scene, 400_000).choice.converted_minor == 400_000


def test_a_contract_of_joint_involvement_signed_a_day_later_has_not(empty_scene: Scene) -> None:
    signed(empty_scene, date(2017, 4, 25))

    with pytest.raises(BonusJointTooLate) as refused:
        agreement(empty_scene, joint=True)

    assert "24/04/2017" in refused.value.text("it")
    agreement(empty_scene)
    with pytest.raises(BonusCapExceeded):
        choose(empty_scene, 300_001)


def test_no_bonus_becomes_credit_that_is_over(bonus: Scene) -> None:
    bonus.go_to(date(2026, 12, 1))

    with pytest.raises(BonusCreditOver) as refused:
        choose(bonus)

    assert "30/11/2026" in refused.value.text("it")
    assert choose(bonus, share_percent=0).choice.cash_minor == 100_000


def test_no_bonus_becomes_credit_of_somebody_whose_grace_is_over(bonus: Scene) -> None:
    people.leave(bonus.session, bonus.book_id, bonus.worker, on=date(2026, 1, 31))

    with pytest.raises(BonusCreditOver):
        choose(bonus)


def test_without_a_deposited_agreement_nothing_is_converted(empty_scene: Scene) -> None:
    empty_scene.plan("B", source=PlanSource.PDR, act=ACT)

    with pytest.raises(BonusAgreementMissing):
        choose(empty_scene)


def test_a_plan_of_another_source_converts_nothing(scene: Scene) -> None:
    with pytest.raises(BonusPlanNeeded):
        conversions.choose(scene.session, scene.book_id, "A", draft(scene), actor="test")


@pytest.mark.parametrize("day", [date(2026, 1, 14), date(2026, 3, 11)])
def test_an_agreement_is_not_deposited_before_it_is_signed_or_tomorrow(bonus: Scene, day: date) -> None:
    with pytest.raises(BonusDepositBackwards):
        agreement(bonus, deposited_on=day)


def test_the_money_must_be_there(empty_scene: Scene) -> None:
    empty_scene.plan("B", source=PlanSource.PDR, act=ACT, committed=5_000)
    agreement(empty_scene)

    with pytest.raises(BudgetNotFunded):
        choose(empty_scene)


def test_of_many_choices_one_that_is_refused_leaves_all_out(bonus: Scene) -> None:
    other = bonus.person()

    with pytest.raises(conversions.Refused) as refused:
        conversions.choose_many(
            bonus.session,
            bonus.book_id,
            "B",
            [draft(bonus), draft(bonus, worker=other, income_within=False)],
            actor="test",
        )

    assert [(place, refusal.code) for place, refusal in refused.value.refusals] == [(1, "bonus_income_above")]
    assert bonus.session.scalar(sa.text("select count(*) from bonus_choice")) == 0


def test_a_choice_by_mistake_is_revoked_with_its_credit_and_can_be_made_again(bonus: Scene) -> None:
    first = choose(bonus)

    undone, entry = conversions.revoke(
        bonus.session, bonus.book_id, first.choice.choice_id, reason="importo errato", on=clock.today(), actor="test"
    )

    assert undone.choice_id == first.choice.choice_id
    assert entry is not None
    assert bonus.lots()[0].available_minor == 0
    with pytest.raises(BonusChoiceRevoked):
        conversions.revoke(
            bonus.session, bonus.book_id, first.choice.choice_id, reason="di nuovo", on=clock.today(), actor="test"
        )
    assert choose(bonus, 50_000).created
    assert bonus.lots()[0].available_minor == 50_000
    assert bonus.differences() == []


def test_a_choice_is_not_revoked_once_its_credit_is_spent_nor_without_a_reason(bonus: Scene) -> None:
    first = choose(bonus, 10_000)
    bonus.capture(bonus.buy("PSI-CR"))

    def revoke(choice: str, reason: str) -> None:
        conversions.revoke(bonus.session, bonus.book_id, choice, reason=reason, on=clock.today(), actor="test")

    with pytest.raises(GrantAlreadySpent):
        revoke(first.choice.choice_id, "errore")
    with pytest.raises(ReasonRequired):
        revoke(first.choice.choice_id, " ")
    with pytest.raises(BonusChoiceNotFound):
        revoke("bch_no", "errore")
    assert choices.standing(bonus.session, bonus.book_id, first.choice.choice_id).revoked_at is None


def test_a_choice_is_history_and_an_agreement_too(bonus: Scene) -> None:
    choose(bonus)

    for statement in (
        "update bonus_choice set converted_minor = 0, share_percent = 0",
        "delete from bonus_choice",
        "update bonus_agreement set deposit_code = 'Y'",
        "delete from bonus_agreement",
        "update bonus_choice set revoked_at = now(), revoked_by = 'x', revoked_why = 'y', premium_minor = 1",
    ):
        with pytest.raises(sa.exc.DatabaseError), bonus.session.begin_nested():
            bonus.session.execute(sa.text(statement))


def test_the_table_itself_refuses_a_conversion_of_unknown_income(bonus: Scene) -> None:
    done = choose(bonus)
    held = agreements.bonus_plan(bonus.session, bonus.book_id, "B")

    for change in ({"income_within": None}, {"income_within": False}, {"converted_minor": 99_999}, {"year": 2025}):
        wrong = replace(done.choice, choice_id="bch_x", premium="altro", **change)  # type: ignore[arg-type]
        with pytest.raises(sa.exc.IntegrityError), bonus.session.begin_nested():
            choices.write(bonus.session, held, wrong, actor="test", recorded_at=clock.now())


def test_what_the_employer_must_show_is_listed_with_what_is_missing(bonus: Scene) -> None:
    choose(bonus)

    def states() -> dict[str, State]:
        return {each.requirement.code: each.state for each in proof.of_plan(bonus.session, bonus.book_id, "B")}

    assert {code for code, state in states().items() if state is State.MISSING} == {"document", "elsewhere"}
    agreement(bonus, deposited_on=date(2026, 2, 15), document_hash="0" * 64, conformity_declared=False)
    bonus.declare(bonus.worker, Fact.PDR_ELSEWHERE, year=2026, amount=euro(0))
    after = states()
    # Thirty days after 15 January are 14 February.
    assert after["deposit"] is State.LATE
    assert after["conformity"] is State.MISSING
    assert (after["document"], after["elsewhere"]) == (State.RECORDED, State.RECORDED)


def test_the_deposit_of_the_thirtieth_day_is_in_time(bonus: Scene) -> None:
    assert not proof.late(agreement(bonus, deposited_on=date(2026, 2, 14)))
    assert proof.late(agreement(bonus, deposited_on=date(2026, 2, 15)))


def test_a_refusal_of_the_ledger_leaves_no_choice(bonus: Scene) -> None:
    books.stop(bonus.session, bonus.book_id)

    with pytest.raises(LedgerError), bonus.session.begin_nested():
        choose(bonus)
    assert bonus.session.scalar(sa.text("select count(*) from bonus_choice")) == 0
