"""Bonuses offered to workers: loaded whole, chosen about by the worker alone within the days, and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config import clock
from plans import people
from plans.bonus import agreements, choices, offers, offers_file, outlook
from plans.bonus.choices import ChoiceDraft
from plans.bonus.errors import (
    BonusAgreementMissing,
    BonusCapExceeded,
    BonusChoiceNotFound,
    BonusChoiceOnPaper,
    BonusChosenAlone,
    BonusChosenBefore,
    BonusConversionNotAgreed,
    BonusCreditUsed,
    BonusIncomeAbove,
    BonusIncomeUnknown,
    BonusOfferChosen,
    BonusOfferDaysWrong,
    BonusOfferDiffers,
    BonusOfferNotFound,
    BonusOfferNotFunded,
    BonusOfferNotOpen,
    BonusOfferOver,
    BonusOfferTaken,
    BonusPlanNeeded,
    BonusPremiumAlike,
    OffersFileRefused,
)
from plans.bonus.offers import Days, Offer, Outcome
from plans.bonus.offers_file import Examined
from plans.errors import EmployeeNotFound, PersonRepeated
from plans.plan_file import Act
from plans.rulebook.words import PlanSource
from plans.words import Fact, SourceType
from tests import factories
from tests.factories import euro
from tests.wallet.scene import Scene
from wallet import conversions
from wallet.retention import erasure
from wallet.retention.law import Kind

ACT = Act(SourceType.COMPANY_AGREEMENT, "Accordo 2025", date(2026, 1, 15), "ITL-1", False)
DAYS = Days("Premio di risultato 2025", date(2026, 3, 2), date(2026, 3, 20))
HEADER = "codice fiscale;premio;reddito entro il limite;rinuncia\n"


@pytest.fixture
def bonus(empty_scene: Scene) -> Scene:
    """A book with plan B of converted bonuses, whose agreement of 0, 50 or 100 % is deposited."""
    empty_scene.plan("B", source=PlanSource.PDR, act=ACT)
    agree(empty_scene)
    return empty_scene


def agree(scene: Scene, shares: tuple[int, ...] = (0, 50, 100)) -> None:
    agreements.record(
        scene.session, scene.book_id, "B", deposit_code="X", deposited_on=date(2026, 1, 20), conformity_declared=True,
        increment_attested=True, shares=shares, actor="test", recorded_at=clock.now(),
    )  # fmt: skip


def row(scene: Scene, worker: str | None = None, amount: str = "1.000,01", within: str = "sì", waived: str = "") -> str:
    code = people.employee(scene.session, scene.book_id, worker or scene.worker).tax_code
    return f"{code};{amount};{within};{waived}\n"


def load(scene: Scene, folder: Path, *rows: str, days: Days = DAYS, plan: str = "B") -> Examined:
    path = folder / "premi.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return offers_file.load(
        scene.session, scene.book_id, plan, days, path, actor="hr", today=clock.today(), recorded_at=clock.now()
    )


def offered(scene: Scene, worker: str | None = None) -> tuple[Offer, ...]:
    return offers.of_person(scene.session, scene.book_id, worker or scene.worker)


def offer(scene: Scene, folder: Path, amount: str = "1.000,01", within: str = "sì", days: Days = DAYS) -> Offer:
    load(scene, folder, row(scene, amount=amount, within=within), days=days)
    return offered(scene)[0]


def choose(scene: Scene, found: Offer, share: int = 50, worker: str | None = None) -> conversions.Conversion:
    who = worker or scene.worker
    return conversions.choose_offered(scene.session, scene.book_id, who, found.offer_id, share, actor=who)


def take_back(scene: Scene, found: Offer) -> int | None:
    who = scene.worker
    return conversions.take_back(scene.session, scene.book_id, who, found.offer_id, actor=who)[1]


def test_what_a_file_offers_stands_until_the_last_day_and_the_same_again_changes_nothing(
    bonus: Scene, tmp_path: Path
) -> None:
    other = bonus.person()
    rows = (row(bonus), row(bonus, other, "2.000,00", "no", "sì"))

    first = load(bonus, tmp_path, *rows)
    again = load(bonus, tmp_path, *rows)

    assert (first.counts[Outcome.NEW], again.counts[Outcome.SAME], again.total_minor) == (2, 2, 300_001)
    (mine,) = offered(bonus)
    assert (mine.premium, mine.premium_minor, mine.income_within, mine.waived) == (DAYS.premium, 100_001, True, False)
    assert (offered(bonus, other)[0].income_within, offered(bonus, other)[0].waived) == (False, True)
    assert offers.waiting(bonus.session, bonus.book_id, bonus.worker, on=DAYS.choose_by) == mine
    assert offers.waiting(bonus.session, bonus.book_id, bonus.worker, on=date(2026, 3, 21)) is None
    bonus.go_to(date(2026, 4, 1))
    assert load(bonus, tmp_path, *rows).counts[Outcome.SAME] == 2


def test_a_file_with_something_wrong_offers_nothing_and_says_all_of_it(bonus: Scene, tmp_path: Path) -> None:
    stranger = f"{factories.tax_code()};500,00;;\n"

    with pytest.raises(OffersFileRefused) as refused:
        load(bonus, tmp_path, row(bonus), stranger, row(bonus), row(bonus, bonus.person(), within="boh"))

    found = refused.value.details["problems"]
    assert [(each.row, each.refusal) for each in found][:2] == [(3, EmployeeNotFound), (4, PersonRepeated)]
    assert len(found) == 3
    assert offered(bonus) == ()


def test_whoever_has_not_chosen_is_offered_anew_and_whoever_has_is_not(bonus: Scene, tmp_path: Path) -> None:
    other = bonus.person()
    load(bonus, tmp_path, row(bonus, within=""), row(bonus, other))
    choose(bonus, offered(bonus, other)[0], worker=other)

    changed = load(bonus, tmp_path, row(bonus, within="sì"), row(bonus, other))

    assert (changed.counts[Outcome.CHANGED], changed.counts[Outcome.SAME]) == (1, 1)
    assert [each.income_within for each in offered(bonus)] == [True]
    with pytest.raises(OffersFileRefused) as refused:
        load(bonus, tmp_path, row(bonus, other, "900,00"))
    assert refused.value.details["problems"][0].refusal is BonusChosenBefore


def test_the_days_may_move_for_everybody(bonus: Scene, tmp_path: Path) -> None:
    found = offer(bonus, tmp_path)
    choose(bonus, found)
    longer = Days(DAYS.premium, DAYS.choose_from, date(2026, 3, 31))

    assert load(bonus, tmp_path, row(bonus), days=longer).counts[Outcome.CHANGED] == 1
    assert [each.choose_by for each in offered(bonus)] == [date(2026, 3, 31)]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 3, 20), date(2026, 3, 19)),
        (date(2026, 3, 1), date(2026, 3, 9)),
        (date(2026, 3, 1), date(2026, 12, 1)),
        (date(2025, 12, 1), date(2026, 3, 20)),
    ],
)
def test_days_on_which_nobody_could_choose_in_time_are_refused(
    bonus: Scene, tmp_path: Path, first: date, last: date
) -> None:
    with pytest.raises(BonusOfferDaysWrong):
        load(bonus, tmp_path, row(bonus), days=Days("P", first, last))


def test_only_a_plan_of_bonuses_whose_agreement_is_deposited_offers_any(empty_scene: Scene, tmp_path: Path) -> None:
    empty_scene.plan("A")
    empty_scene.plan("B", source=PlanSource.PDR, act=ACT)

    with pytest.raises(BonusPlanNeeded):
        load(empty_scene, tmp_path, row(empty_scene), plan="A")
    with pytest.raises(BonusAgreementMissing):
        load(empty_scene, tmp_path, row(empty_scene))


def test_what_a_worker_chooses_is_granted_at_once_and_dated_that_day(bonus: Scene, tmp_path: Path) -> None:
    done = choose(bonus, offer(bonus, tmp_path), 50)

    assert (done.choice.converted_minor, done.choice.cash_minor) == (50_001, 50_000)
    assert (done.choice.chosen_on, done.choice.premium) == (clock.today(), DAYS.premium)
    (lot,) = bonus.lots()
    assert (lot.source, lot.available_minor) == (PlanSource.PDR, 50_001)
    assert offers.waiting(bonus.session, bonus.book_id, bonus.worker, on=clock.today()) is None
    assert bonus.differences() == []


def test_chosen_again_it_counts_once_and_another_share_is_refused(bonus: Scene, tmp_path: Path) -> None:
    found = offer(bonus, tmp_path)
    choose(bonus, found)
    before = bonus.image()

    assert choose(bonus, found).created is False
    with pytest.raises(BonusOfferTaken):
        choose(bonus, found, 100)
    bonus.go_to(date(2026, 3, 11))
    with pytest.raises(BonusOfferTaken):
        choose(bonus, found)
    assert bonus.image() == before


def test_nobody_chooses_before_the_first_day_or_after_the_last(bonus: Scene, tmp_path: Path) -> None:
    found = offer(bonus, tmp_path, days=Days("P", date(2026, 3, 11), date(2026, 3, 12)))

    with pytest.raises(BonusOfferNotOpen):
        choose(bonus, found)
    bonus.go_to(date(2026, 3, 12))
    choose(bonus, found)
    bonus.go_to(date(2026, 3, 13))
    with pytest.raises(BonusOfferNotOpen):
        take_back(bonus, found)


def test_nobody_chooses_about_what_is_offered_to_somebody_else(bonus: Scene, tmp_path: Path) -> None:
    found = offer(bonus, tmp_path)

    with pytest.raises(BonusOfferNotFound):
        choose(bonus, found, worker=bonus.person())


@pytest.mark.parametrize(
    ("amount", "within", "share", "refusal"),
    [
        ("1.000,00", "sì", 25, BonusConversionNotAgreed),
        ("1.000,00", "", 50, BonusIncomeUnknown),
        ("1.000,00", "no", 50, BonusIncomeAbove),
        ("3.000,01", "sì", 100, BonusCapExceeded),
    ],
)
def test_what_the_law_and_the_agreement_refuse_is_refused_as_ever_and_told_before(
    bonus: Scene, tmp_path: Path, amount: str, within: str, share: int, refusal: type[Exception]
) -> None:
    found = offer(bonus, tmp_path, amount, within)
    seen = outlook.of(bonus.session, bonus.book_id, found, today=clock.today(), share=share).option(share)

    with pytest.raises(refusal):
        choose(bonus, found, share)
    assert seen is not None
    assert isinstance(seen.refusal, refusal)


def test_a_plan_without_the_money_says_so_to_the_worker(empty_scene: Scene, tmp_path: Path) -> None:
    empty_scene.plan("B", committed=10_000, source=PlanSource.PDR, act=ACT)
    agree(empty_scene)
    found = offer(empty_scene, tmp_path)

    with pytest.raises(BonusOfferNotFunded), empty_scene.session.begin_nested():
        choose(empty_scene, found)
    assert choose(empty_scene, found, 0).entry_id is None


def test_a_choice_is_taken_back_while_nothing_is_spent_and_made_again(bonus: Scene, tmp_path: Path) -> None:
    found = offer(bonus, tmp_path)
    first = choose(bonus, found, 100)

    assert take_back(bonus, found) is not None
    assert [lot.available_minor for lot in bonus.lots()] == [0]
    assert bonus.session.scalar(sa.text("select revoked_why from bonus_choice")) == conversions.TAKEN_BACK
    with pytest.raises(BonusChoiceNotFound):
        take_back(bonus, found)
    second = choose(bonus, found, 50)
    assert second.choice.choice_id != first.choice.choice_id
    assert sum(lot.available_minor for lot in bonus.lots()) == 50_001
    assert bonus.differences() == []


def test_what_is_spent_in_part_is_not_taken_back(bonus: Scene, tmp_path: Path) -> None:
    found = offer(bonus, tmp_path)
    done = choose(bonus, found, 50)
    bonus.ask("PSI-CR")

    with pytest.raises(BonusCreditUsed), bonus.session.begin_nested():
        take_back(bonus, found)
    assert choices.standing(bonus.session, bonus.book_id, done.choice.choice_id).revoked_at is None


def test_an_offer_is_withdrawn_until_somebody_chose(bonus: Scene, tmp_path: Path) -> None:
    found = offer(bonus, tmp_path)
    asked = (bonus.session, bonus.book_id, "B", DAYS.premium)
    choose(bonus, found)
    with pytest.raises(BonusOfferChosen):
        offers.withdraw(*asked, actor="hr")
    take_back(bonus, found)

    assert offers.withdraw(*asked, actor="hr") == 1
    assert offered(bonus) == ()
    with pytest.raises(BonusOfferNotFound):
        choose(bonus, found)
    with pytest.raises(BonusOfferNotFound):
        offers.withdraw(*asked, actor="hr")
    assert load(bonus, tmp_path, row(bonus)).counts[Outcome.NEW] == 1


def test_each_share_is_shown_as_cash_and_welfare_to_the_cent(bonus: Scene, tmp_path: Path) -> None:
    found = offer(bonus, tmp_path, "1.000,00")
    bonus.declare(bonus.worker, Fact.PDR_ELSEWHERE, year=2026, amount=euro(0))

    seen = outlook.of(bonus.session, bonus.book_id, found, today=clock.today())

    told = [(each.share_percent, each.cash.net_minor, each.welfare_minor, each.total_minor) for each in seen.options]
    assert told == [(0, 89_902, 0, 89_902), (50, 44_951, 50_000, 94_951), (100, 0, 100_000, 100_000)]
    assert (seen.free, seen.elsewhere_known, seen.spend_by) == (False, True, date(2026, 11, 30))
    agree(bonus, ())
    seen = outlook.of(bonus.session, bonus.book_id, found, today=clock.today(), share=33)
    assert [each.share_percent for each in seen.options] == [0, 25, 33, 50, 75, 100]
    assert seen.free


def test_ordinary_tax_that_nobody_knows_is_not_shown_as_zero(bonus: Scene, tmp_path: Path) -> None:
    found = offer(bonus, tmp_path, "6.000,00")

    seen = outlook.of(bonus.session, bonus.book_id, found, today=clock.today())

    assert [(each.cash.net_minor, each.total_minor) for each in seen.options[:1]] == [(None, None)]
    assert seen.elsewhere_known is False
    # 6,000 less contributions of 551.40; 5,000 bear 1 %, and 448.60 what the worker says.
    told = outlook.of(bonus.session, bonus.book_id, found, today=clock.today(), ordinary_points=3_500)
    assert told.options[0].total_minor == 524_159


def test_an_employer_is_told_how_far_the_choosing_is(bonus: Scene, tmp_path: Path) -> None:
    other = bonus.person()
    load(bonus, tmp_path, row(bonus), row(bonus, other, "500,00"))
    choose(bonus, offered(bonus)[0])
    terms = agreements.bonus_plan(bonus.session, bonus.book_id, "B")

    (told,) = offers.of_plan(bonus.session, terms)

    assert (told.offered, told.offered_minor) == (2, 150_001)
    assert (told.chosen, told.chosen_minor, told.converted_minor) == (1, 100_001, 50_001)
    assert (told.to_welfare, told.to_cash) == (1, 1)
    assert (told.premium, told.choose_from, told.choose_by) == (DAYS.premium, DAYS.choose_from, DAYS.choose_by)


def test_an_offer_is_history(bonus: Scene, tmp_path: Path) -> None:
    offer(bonus, tmp_path)

    for statement in (
        "update bonus_offer set premium_minor = 1",
        "delete from bonus_offer",
        "update bonus_offer set withdrawn_at = now(), withdrawn_by = 'x', premium_minor = 1",
    ):
        with pytest.raises(sa.exc.DatabaseError), bonus.session.begin_nested():
            bonus.session.execute(sa.text(statement))


def test_what_is_over_is_neither_moved_nor_changed_nor_withdrawn(bonus: Scene, tmp_path: Path) -> None:
    offer(bonus, tmp_path)
    bonus.go_to(date(2026, 3, 20))
    assert load(bonus, tmp_path, row(bonus, amount="900,00")).counts[Outcome.CHANGED] == 1
    bonus.go_to(date(2026, 3, 21))
    longer = Days(DAYS.premium, DAYS.choose_from, date(2026, 4, 30))

    for rows, days in ((row(bonus, amount="900,00"), longer), (row(bonus, amount="800,00"), DAYS)):
        with pytest.raises(OffersFileRefused) as refused:
            load(bonus, tmp_path, rows, days=days)
        assert refused.value.details["problems"][0].refusal is BonusOfferOver
    with pytest.raises(BonusOfferOver):
        offers.withdraw(bonus.session, bonus.book_id, "B", DAYS.premium, actor="hr")
    assert load(bonus, tmp_path, row(bonus, amount="900,00")).counts[Outcome.SAME] == 1
    # Of whoever was offered nothing the same bonus may still be offered.
    assert load(bonus, tmp_path, row(bonus, bonus.person()), days=longer).counts[Outcome.NEW] == 1


def on_paper(scene: Scene, share: int = 50, **told: Any) -> conversions.Conversion:
    code = people.employee(scene.session, scene.book_id, scene.worker).tax_code
    draft = ChoiceDraft(code, DAYS.premium, euro(100_001), share, date(2026, 3, 10), income_within=True)
    return conversions.choose(scene.session, scene.book_id, "B", replace(draft, **told), actor="hr")


@pytest.mark.parametrize(
    "told",
    [
        {"amount": euro(100_000)},
        {"income_within": None, "share_percent": 0},
        {"waived": True},
        {"chosen_on": date(2026, 3, 1)},
        {"chosen_on": date(2026, 3, 21)},
    ],
)
def test_a_choice_on_paper_agrees_with_what_is_offered(bonus: Scene, tmp_path: Path, told: dict[str, Any]) -> None:
    offer(bonus, tmp_path)
    bonus.go_to(date(2026, 3, 25))
    before = bonus.image()

    with pytest.raises(BonusOfferDiffers) as refused:
        on_paper(bonus, **told)

    assert "1.000,01 €, reddito entro il limite: sì, rinuncia: no" in refused.value.text("it").replace("\xa0", " ")
    assert bonus.image() == before
    assert on_paper(bonus).created
    # It stands, whatever became of the days.
    assert on_paper(bonus).created is False


@pytest.mark.parametrize("told", [{}, {"share_percent": 100}, {"share_percent": 33}, {"amount": euro(1)}])
def test_a_row_about_whoever_chose_alone_is_answered_alike_whatever_it_says(
    bonus: Scene, tmp_path: Path, told: dict[str, Any]
) -> None:
    choose(bonus, offer(bonus, tmp_path), 50)

    with pytest.raises(BonusChosenAlone) as refused:
        on_paper(bonus, **told)

    assert sorted(refused.value.details) == ["employee", "premium"]


def test_what_was_signed_on_paper_is_not_taken_back_alone(bonus: Scene, tmp_path: Path) -> None:
    found = offer(bonus, tmp_path)
    made = on_paper(bonus).choice

    with pytest.raises(BonusChoiceOnPaper):
        take_back(bonus, found)
    with pytest.raises(BonusChoiceOnPaper):
        choose(bonus, found, 100)
    assert choices.standing(bonus.session, bonus.book_id, made.choice_id).alone is False
    assert choose(bonus, found, 50).created is False


def test_what_is_offered_to_one_worker_is_withdrawn_whoever_else_chose(bonus: Scene, tmp_path: Path) -> None:
    other = bonus.person()
    load(bonus, tmp_path, row(bonus), row(bonus, other))
    choose(bonus, offered(bonus)[0])
    mine, theirs = (people.employee(bonus.session, bonus.book_id, who).tax_code for who in (bonus.worker, other))

    def withdraw(tax_code: str) -> int:
        asked = (bonus.session, bonus.book_id, "B", DAYS.premium)
        return offers.withdraw(*asked, actor="hr", tax_code=tax_code)

    with pytest.raises(BonusOfferChosen):
        withdraw(mine)
    assert withdraw(theirs) == 1
    for nobody in (theirs, factories.tax_code()):
        with pytest.raises(BonusOfferNotFound):
            withdraw(nobody)
    assert len(offered(bonus)) == 1


@pytest.mark.parametrize("name", ["premio di risultato 2025", "Premio-di-risultato 2025", " Premio di risultato 2025!"])
def test_a_name_that_is_taken_for_another_of_the_plan_is_refused(bonus: Scene, tmp_path: Path, name: str) -> None:
    offer(bonus, tmp_path)

    with pytest.raises(BonusPremiumAlike) as refused:
        load(bonus, tmp_path, row(bonus), days=replace(DAYS, premium=name))
    with pytest.raises(BonusPremiumAlike):
        on_paper(bonus, premium=name)

    assert refused.value.details["known"] == DAYS.premium
    assert load(bonus, tmp_path, row(bonus), days=replace(DAYS, premium="Premio di risultato 2024")).prepared


def test_who_somebody_is_that_kept_a_bonus_in_cash_is_kept_as_long_as_of_whoever_chose(
    bonus: Scene, tmp_path: Path
) -> None:
    def year() -> int | None:
        found = erasure.report(bonus.session, bonus.book_id, bonus.worker, on=date(2026, 3, 25))
        return next(item.year for item in found if item.kind is Kind.IDENTITY)

    assert year() is None
    offer(bonus, tmp_path)
    assert year() == 2026
    offers.withdraw(bonus.session, bonus.book_id, "B", DAYS.premium, actor="hr")
    assert year() is None
