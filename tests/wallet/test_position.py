"""The fiscal position: what is exempt, taxable and unknown, the gauges, and the proof that the year stands right."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from config import clock
from plans import facts
from plans.rulebook.words import Category, Channel, Confidence, Kinship, Moment, Outcome, PlanSource
from plans.words import Fact
from tests import factories
from tests.factories import euro
from tests.statements import statements
from tests.wallet.scene import CONSENT, DIRECT, VOUCHER, Scene
from wallet import position as positions
from wallet.position import CategoryPosition, Gauge, Position, Unknown, Zone, words
from wallet.position.errors import PositionYearOutOfRange


@pytest.fixture
def consenting(empty_scene: Scene) -> Scene:
    empty_scene.plan(**CONSENT)
    empty_scene.grant(500_000)
    return empty_scene


def stand(scene: Scene, year: int = 2026) -> Position:
    asked = (scene.session, scene.book_id, scene.worker, year)
    found = positions.position(*asked)
    assert positions.gauges(*asked) == found.gauges
    return found


def of(found: Position, category: Category) -> CategoryPosition:
    (one,) = [each for each in found.categories if each.category is category]
    return one


def gauge(found: Position, category: Category = Category.FRINGE) -> Gauge:
    (one,) = [each for each in found.gauges if each.category is category]
    return one


def figures(found: CategoryPosition) -> tuple[int, int, int, int]:
    return found.exempt_minor, found.unknown_minor, found.taxable_minor, found.reserved_minor


# -- exempt, taxable, unknown ----------------------------------------------------------------------------------------


def test_a_person_who_did_nothing_has_a_position_of_nothing(consenting: Scene) -> None:
    found = stand(consenting)

    assert (found.categories, found.lines, found.settled) == ((), (), True)
    assert gauge(found).limit_minor == 100_000


def test_a_category_without_a_limit_is_exempt_for_certain(consenting: Scene) -> None:
    consenting.capture(consenting.buy("PSI-CR", channel=DIRECT))

    assert figures(of(stand(consenting), Category.SOCIAL_UTILITY)) == (5_500, 0, 0, 0)


def test_fringe_value_from_elsewhere_is_unknown_until_somebody_says_it_and_zero_is_an_answer(consenting: Scene) -> None:
    consenting.buy("BUO-CR", quantity=20)
    before = of(stand(consenting), Category.FRINGE)

    consenting.declare(consenting.worker, Fact.EXTERNAL_FRINGE, year=2026, amount=euro(0))
    after = of(stand(consenting), Category.FRINGE)

    assert (figures(before), before.because) == ((0, 50_000, 0, 0), (Unknown.EXTERNAL_FRINGE,))
    assert (figures(after), after.because) == ((50_000, 0, 0, 0), ())


def test_what_open_purchases_reserve_stands_apart(consenting: Scene) -> None:
    found = consenting.buy("FAC-CR", quantity=12)
    consenting.capture(found, 18_000)

    assert figures(of(stand(consenting), Category.FRINGE)) == (0, 18_000, 0, 36_000)
    assert (gauge(stand(consenting)).used_minor, gauge(stand(consenting)).reserved_minor) == (18_000, 36_000)


def test_reversals_and_corrections_are_lines_of_their_own_that_add_up(consenting: Scene) -> None:
    scene = consenting
    first = scene.buy("FAC-CR", quantity=12)
    scene.capture(first)
    scene.capture(scene.buy("FAC-CR", quantity=11, consent=True))

    found = stand(scene)

    # 540,00 and 495,00 cross 1.000,00: the 540,00 is reversed and used again as taxable.
    assert [(x.kind, x.exempt_minor, x.taxable_minor, x.reason) for x in found.lines] == [
        ("use", 54_000, 0, "delivered"),
        ("use", 0, 49_500, "delivered"),
        ("reversal", 54_000, 0, "fringe_limit_exceeded"),
        ("use", 0, 54_000, "fringe_limit_exceeded"),
    ]
    assert figures(of(found, Category.FRINGE)) == (0, 0, 103_500, 0)
    assert (found.taxable_minor, found.settled) == (103_500, True)
    assert of(found, Category.FRINGE).splits[0].taxable_minor == 103_500


def test_what_was_used_on_the_workers_word_is_unknown_once_the_word_is_taken_back(consenting: Scene) -> None:
    scene = consenting
    mother = scene.relative(Kinship.PARENT, birth_date=date(1945, 2, 1))
    word, _ = scene.declare(mother, Fact.MAINTENANCE, year=2026)
    found = scene.buy("ADI-CR", relative_id=mother)
    assert found.outcome == Outcome.EXEMPT_ON_DECLARATION
    scene.capture(found)
    before = of(stand(scene), Category(str(found.category)))

    facts.withdraw(scene.session, scene.book_id, word.fact_id, recorded_at=clock.now())
    after = of(stand(scene), Category(str(found.category)))

    amount = found.amount_minor
    assert (figures(before), before.on_declaration_minor) == ((amount, 0, 0, 0), amount)
    assert (figures(after), after.on_declaration_minor) == ((0, amount, 0, 0), 0)
    assert after.because == (Unknown.DECLARATION,)


def test_a_voucher_past_its_time_is_told_apart_and_uses_up_no_room(consenting: Scene) -> None:
    scene = consenting
    scene.buy("BUO-CR", quantity=20, service_on=date(2026, 3, 12))
    scene.go_to(date(2026, 4, 1))
    before = stand(scene)

    scene.expire()
    after = stand(scene)

    assert (of(before, Category.FRINGE).used_minor, of(before, Category.FRINGE).lapsed_minor) == (50_000, 50_000)
    assert gauge(before).used_minor == 0
    assert figures(of(after, Category.FRINGE)) == (0, 0, 0, 0)
    assert before.settled
    assert after.settled


# -- the gauge -------------------------------------------------------------------------------------------------------


def fill(scene: Scene, hours: int, **purchase: Any) -> None:
    """Use 45,00 an hour of fringe benefits."""
    scene.capture(scene.buy("FAC-CR", quantity=hours, **purchase))


def test_one_euro_more_says_which_amount_would_become_taxable(consenting: Scene) -> None:
    scene = consenting
    scene.declare(scene.worker, Fact.EXTERNAL_FRINGE, year=2026, amount=euro(48_000))
    scene.buy("BUO-CR", quantity=20)
    within = gauge(stand(scene))
    scene.declare(scene.worker, Fact.EXTERNAL_FRINGE, year=2026, amount=euro(49_950))
    edge = gauge(stand(scene))

    # 480,00 elsewhere and 500,00 here leave 20,00; 499,50 elsewhere leave 0,50, and one euro more taxes our 501,00.
    assert (within.left_minor, within.one_more.crosses, within.one_more.newly_taxable_minor) == (2_000, False, 0)
    assert (edge.left_minor, edge.one_more.crosses, edge.one_more.newly_taxable_minor) == (50, True, 50_100)
    assert within.zone is Zone.NEAR
    assert "501,00" in words.one_more(edge, "it")
    assert "501.00" in words.one_more(edge, "en")


def test_past_the_cliff_the_gauge_says_that_all_of_it_is_taxable(consenting: Scene) -> None:
    scene = consenting
    scene.declare(scene.worker, Fact.EXTERNAL_FRINGE, year=2026, amount=euro(48_000))
    scene.buy("BUO-CR", quantity=20)
    scene.buy("BUO-CR", consent=True)

    found = gauge(stand(scene))

    # 480,00 + 500,00 + 25,00 = 1.005,00, of which 525,00 ours.
    assert (found.zone, found.recorded_taxable_minor, found.left_minor) == (Zone.OVER, 52_500, 0)
    assert (found.one_more.crosses, found.one_more.newly_taxable_minor) == (False, 100)
    assert found.settled


def test_a_declared_child_doubles_the_threshold_and_the_gauge_says_both(consenting: Scene) -> None:
    scene = consenting
    without = gauge(stand(scene))
    child = factories.tax_code(born=date(2015, 1, 1))
    scene.declare(scene.worker, Fact.DEPENDENT_CHILD, year=2026, child=child)
    with_child = gauge(stand(scene))

    assert (without.limit_minor, without.other_limit_minor, without.higher_declared) == (100_000, 200_000, False)
    assert (with_child.limit_minor, with_child.other_limit_minor, with_child.higher_declared) == (
        200_000,
        100_000,
        True,
    )
    assert with_child.rule_ids == ("fringe-threshold-child-2025",)


def test_a_late_declaration_recomputes_the_whole_year_and_the_position_proves_it(consenting: Scene) -> None:
    scene = consenting
    fill(scene, 12)
    scene.capture(scene.buy("FAC-CR", quantity=11, consent=True))
    assert (stand(scene).taxable_minor, stand(scene).settled) == (103_500, True)
    scene.go_to(date(2027, 1, 20))

    child = factories.tax_code(born=date(2015, 1, 1))
    _, corrections = scene.declare(scene.worker, Fact.DEPENDENT_CHILD, year=2026, child=child)
    found = stand(scene)

    assert (corrections, found.taxable_minor, found.settled) == (2, 0, True)
    # What was corrected in January stays in the old year.
    assert {line.fiscal_on for line in found.lines if line.reason == "fringe_limit_respected"} == {date(2027, 1, 20)}
    assert stand(scene, 2027).lines == ()
    assert scene.differences() == []


def test_what_elsewhere_took_of_a_cap_is_declared_and_only_the_excess_is_taxable(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.session.execute(sa.text("update service set categories = '{HEALTH_FUND}' where code = 'LIN-MI'"))
    scene.plan("O", categories=frozenset({Category.HEALTH_FUND}), **CONSENT)
    scene.grant(500_000, "O")
    scene.capture(scene.buy("LIN-MI", channel=DIRECT, quantity=10))
    unknown = stand(scene)
    scene.declare(scene.worker, Fact.EXTERNAL_HEALTH_FUND, year=2026, amount=euro(3_000))
    known = stand(scene)
    scene.declare(scene.worker, Fact.EXTERNAL_HEALTH_FUND, year=2026, amount=euro(10_000))
    over = stand(scene)

    # 3.600,00 here beside a cap of 3.615,20: with 30,00 elsewhere 14,80 are too much, with 100,00 84,80.
    assert figures(of(unknown, Category.HEALTH_FUND)) == (0, 360_000, 0, 0)
    assert gauge(unknown, Category.HEALTH_FUND).left_minor == 1_520
    assert figures(of(known, Category.HEALTH_FUND)) == (358_520, 0, 1_480, 0)
    assert figures(of(over, Category.HEALTH_FUND)) == (351_520, 0, 8_480, 0)
    assert gauge(over, Category.HEALTH_FUND).one_more.newly_taxable_minor == 100
    assert unknown.settled
    assert known.settled
    assert over.settled


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_gauge_that_does_not_know_says_so_in_words(consenting: Scene, language: str) -> None:
    consenting.buy("BUO-CR", quantity=20)

    said = " ".join(words.sentences(gauge(stand(consenting)), language))

    assert ("non vale zero" if language == "it" else "not zero") in said
    assert ("al massimo" if language == "it" else "At most") in said


# -- rules -----------------------------------------------------------------------------------------------------------


def test_the_position_names_the_moment_of_tax_of_what_was_used_and_how_sure_it_is(consenting: Scene) -> None:
    scene = consenting
    scene.capture(scene.buy("PSI-CR", channel=DIRECT))
    scene.buy("PSI-CR", channel=VOUCHER)

    found = {(x.source, x.channel): (x.moment, x.confidence) for x in stand(scene).moments}

    assert found == {
        (PlanSource.ON_TOP, Channel.DIRECT): (Moment.DELIVERY, Confidence.UNCERTAIN),
        (PlanSource.ON_TOP, Channel.VOUCHER): (Moment.ISSUE, Confidence.PAGE),
    }


@pytest.mark.parametrize("year", [2015, 2028, 0, 99_999])
def test_a_year_without_rules_is_refused_with_the_years_that_have_them(scene: Scene, year: int) -> None:
    with pytest.raises(PositionYearOutOfRange) as refusal:
        stand(scene, year)

    assert "2016" in refusal.value.text("it")
    assert "2027" in refusal.value.text("en")


def test_a_year_that_only_a_new_act_moved_is_said_to_be_unsettled_and_recomputed(consenting: Scene) -> None:
    scene = consenting
    fill(scene, 12)
    # As if the event had been decided under another threshold: recorded taxable where today's rules say exempt.
    scene.session.execute(
        sa.text(
            "insert into fiscal_event (book_id, kind, employee_id, authorization_id, plan_id, source, category,"
            " channel, amount_minor, exempt_minor, taxable_minor, in_limit, reason, fiscal_on, fiscal_year, rule_ids)"
            " select f.book_id, k.kind, f.employee_id, f.authorization_id, f.plan_id, f.source, f.category, f.channel,"
            " f.amount_minor, k.exempt, k.taxable, true, 'fringe_limit_exceeded', f.fiscal_on, f.fiscal_year, '{}'"
            " from fiscal_event f, (values ('reversal', 54000, 0), ('use', 0, 54000)) k(kind, exempt, taxable)"
            " where f.book_id = :book"
        ),
        {"book": scene.book_id},
    )
    before = stand(scene)

    done = positions.recompute(scene.session, scene.book_id, scene.worker, 2026)
    again = positions.recompute(scene.session, scene.book_id, scene.worker, 2026)

    assert (before.settled, before.taxable_minor, gauge(before).due_taxable_minor) == (False, 54_000, 0)
    assert (done, again, stand(scene).settled, stand(scene).taxable_minor) == (1, 0, True, 0)
    assert scene.differences() == []


def test_the_gauges_alone_take_as_many_statements_however_much_was_bought(consenting: Scene) -> None:
    asked = (consenting.session, consenting.book_id, consenting.worker, 2026)
    with statements() as none:
        positions.gauges(*asked)
    fill(consenting, 3)
    with statements() as some:
        positions.gauges(*asked)

    assert len(none) == len(some) == 3
