"""The plan statement against figures worked out by hand (tests/reports/story.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import seals
from plans.errors import PlanNotFound
from plans.rulebook.words import Confidence
from plans.words import Residual
from reports.errors import PeriodEndsBeforeStart
from reports.plan_statement import PlanStatement, Reading, gather, lines, words
from reports.plan_statement.model import Budget, Movement, Overdrawn
from tests import factories
from tests.reports.story import PLAN, Story, on, second_half
from tests.statements import statements

FIRST_HALF = (date(2026, 1, 1), date(2026, 6, 30))
SECOND_HALF = (date(2026, 7, 1), date(2027, 1, 31))


def state(
    session: Session, story: Story, period: tuple[date, date], reading: Reading = Reading.HR, today: date | None = None
) -> PlanStatement:
    """The statement of the story's plan, as made on a day."""
    with on(session, today or date(2027, 2, 1)):
        return gather(session, story.book_id, PLAN, *period, reading=reading)


def test_the_first_half_adds_up_to_the_cent(session: Session, half_told: Story) -> None:
    found = state(session, half_told, FIRST_HALF, today=date(2026, 6, 30))

    assert found.total == Movement(
        opening_minor=0,
        granted_minor=600_000,
        corrected_minor=10_000,
        captured_minor=172_000,  # 450 physiotherapy, 130 after-school, 1,140 cleaning
        refunded_minor=4_500,
        welfare_minor=53_500,  # 450 + 130 - 45
        fringe_minor=114_000,
        held_minor=5_500,
    )
    assert found.total.residual_minor == 422_500
    assert found.budget == Budget(0, 1_000_000, 0, 800_000, 410_000)


def test_the_second_half_begins_where_the_first_ended(session: Session, told: Story) -> None:
    found = state(session, told, SECOND_HALF)

    assert found.total == Movement(
        opening_minor=422_500,
        granted_minor=0,  # 50 granted by mistake and reversed
        captured_minor=4_500,
        expired_to_funder_minor=418_000,
        carried_out_minor=417_000,  # all but the 55 held
        carried_in_minor=417_000,
        welfare_minor=4_500,
    )
    assert found.total.residual_minor == 0
    assert found.budget == Budget(1_000_000, 0, 800_000, 0, 410_000)


def test_a_past_period_says_the_same_whatever_happened_since(session: Session, half_told: Story) -> None:
    before = state(session, half_told, FIRST_HALF, today=date(2026, 6, 30))
    second_half(session, half_told)
    after = state(session, half_told, FIRST_HALF)

    # What is held is held today.
    assert after.total.held_minor == 0
    assert (after.total.residual_minor, after.budget, after.months, after.categories, after.expiring) == (
        before.total.residual_minor,
        before.budget,
        before.months,
        before.categories,
        before.expiring,
    )
    assert after.proof.holds
    assert after.proof.ledger_minor == 422_500


def test_a_person_has_one_welfare_and_one_fringe_total(session: Session, half_told: Story) -> None:
    found = {line.last_name: line for line in state(session, half_told, FIRST_HALF).employees}

    assert list(found) == ["Alberti", "Bianchi", "Conti", "D'Angelò", "Esposito", *list(found)[5:]]
    # 600 granted, 90 physiotherapy and 130 after-school less 45.
    assert found["Alberti"].movement.welfare_minor == 17_500
    assert found["Alberti"].movement.fringe_minor == 0
    assert found["Alberti"].movement.residual_minor == 42_500
    assert found["Bianchi"].movement.granted_net_minor == 50_000
    assert found["Esposito"].movement.welfare_minor == 9_000
    assert found["Esposito"].movement.fringe_minor == 19_000
    assert found["Esposito"].movement.residual_minor == 32_000


def test_the_personnel_office_sees_no_category_of_one_person(session: Session, half_told: Story) -> None:
    found = {line.category: (line.people, line.used_minor) for line in state(session, half_told, FIRST_HALF).categories}

    assert found == {
        "CARE": (None, None),
        "EDUCATION": (None, None),
        "SOCIAL_UTILITY": (None, None),
        "PUBLIC_TRANSPORT": (None, None),
        "FRINGE": (6, 114_000),
    }


def test_payroll_sees_every_category(session: Session, half_told: Story) -> None:
    found = state(session, half_told, FIRST_HALF, Reading.PAYROLL)

    assert {line.category: (line.people, line.used_minor) for line in found.categories} == {
        "CARE": (0, 0),
        "EDUCATION": (1, 13_000),
        "SOCIAL_UTILITY": (5, 40_500),
        "PUBLIC_TRANSPORT": (0, 0),
        "FRINGE": (6, 114_000),
    }


def test_the_use_of_clusters_is_withheld_with_categories_and_their_grants_are_not(
    session: Session, half_told: Story
) -> None:
    found = state(session, half_told, FIRST_HALF)

    assert [(c.cluster, c.people, c.granted_minor, c.used_minor, c.residual_minor) for c in found.clusters] == [
        ("dirigenti", 1, 60_000, None, None),
        ("impiegati", 4, 240_000, None, None),
        ("operai", 5, 290_000, None, None),
    ]


def test_payroll_sees_every_cluster(session: Session, half_told: Story) -> None:
    found = state(session, half_told, FIRST_HALF, Reading.PAYROLL)

    assert [(c.cluster, c.used_minor, c.residual_minor) for c in found.clusters] == [
        ("dirigenti", 19_000, 41_000),
        ("impiegati", 76_000, 164_000),
        ("operai", 72_500, 217_500),
    ]
    assert (found.groups.through, found.groups.used_minor) == (FIRST_HALF[1], found.total.used_minor)


def test_payroll_reads_exempt_and_taxable_by_category_source_and_channel(session: Session, half_told: Story) -> None:
    found = state(session, half_told, FIRST_HALF, Reading.PAYROLL)

    alberti = [line for line in found.payroll if line.last_name == "Alberti"]
    assert [(p.fiscal_year, p.category, p.source, p.channel, p.exempt_minor, p.taxable_minor) for p in alberti] == [
        (2026, "EDUCATION", "ON_TOP", "DIRECT", 13_000, 0),
        (2026, "SOCIAL_UTILITY", "ON_TOP", "DIRECT", 4_500, 0),
    ]
    assert sum(line.amount_minor for line in found.payroll) == found.total.used_minor == 167_500


def test_the_personnel_office_gets_no_payroll_lines(session: Session, half_told: Story) -> None:
    assert state(session, half_told, FIRST_HALF).payroll == ()


def test_months_without_movement_are_there_too(session: Session, half_told: Story) -> None:
    found = state(session, half_told, FIRST_HALF)

    assert [(line.month.month, line.granted_minor, line.used_minor) for line in found.months] == [
        (1, 600_000, 0),
        (2, -10_000, 45_000),
        (3, 0, 8_500),
        (4, 0, 114_000),
        (5, 0, 0),
        (6, 0, 0),
    ]


def test_the_proof_holds_and_names_what_it_stands_on(session: Session, half_told: Story) -> None:
    with on(session, date(2026, 6, 29)):
        seals.seal(session, half_told.book_id, limit=20)
    proof = state(session, half_told, FIRST_HALF, today=date(2026, 6, 30)).proof

    assert proof.holds
    assert (proof.difference_minor, proof.budget_difference_minor) == (0, 0)
    assert proof.ledger_minor == 422_500
    # 2 of funding, 10 grants, 1 correction, 12 captures, 1 refund.
    assert proof.entries == 26
    assert proof.waiting == 6
    assert proof.seal is not None
    assert proof.seal.seq == 20
    assert len(proof.seal.link_hash) == 64


def test_a_tampered_posting_breaks_the_proof(session: Session, half_told: Story) -> None:
    session.execute(sa.text("set local session_replication_role = replica"))
    session.execute(
        sa.text(
            "update posting set amount_minor = amount_minor - 1 where (book_id, entry_id, line) ="
            " (select book_id, min(entry_id), 1 from entry where book_id = :book and kind = 'capture' group by 1)"
        ),
        {"book": half_told.book_id},
    )

    proof = state(session, half_told, FIRST_HALF).proof

    assert not proof.holds
    assert proof.difference_minor == 1


def overdraw(session: Session, story: Story, kind: str, last: str, occurred_on: date) -> None:
    """A book nobody could post: the entries of one kind and person occurred on another day."""
    session.execute(sa.text("set local session_replication_role = replica"))
    session.execute(
        sa.text(
            "update entry e set occurred_on = :day from posting p join lot l on l.book_id = p.book_id"
            " and l.account_id in (p.debit_account_id, p.credit_account_id)"
            " where p.book_id = e.book_id and p.entry_id = e.entry_id and e.book_id = :book and e.kind = :kind"
            " and (:last = '' or l.employee_id = :person)"
        ),
        {
            "book": story.book_id,
            "kind": kind,
            "day": occurred_on,
            "last": last,
            "person": story.people.get(last, ""),
        },
    )


@pytest.mark.parametrize(
    ("period", "day", "amount_minor", "named"),
    [
        # Spent in February, granted on 2 May: the months between are overdrawn, though the end is as it should be.
        (FIRST_HALF, date(2026, 2, 28), -55_000, "febbraio 2026"),
        ((date(2026, 3, 1), date(2026, 6, 30)), date(2026, 2, 28), -55_000, "febbraio 2026"),
        ((date(2026, 1, 1), date(2026, 4, 15)), date(2026, 2, 28), -55_000, "febbraio 2026"),
        ((date(2026, 1, 1), date(2026, 2, 20)), date(2026, 2, 20), -55_000, "febbraio 2026"),
    ],
)
def test_a_residual_below_zero_breaks_the_proof_and_names_the_month(
    session: Session, half_told: Story, period: tuple[date, date], day: date, amount_minor: int, named: str
) -> None:
    overdraw(session, half_told, "grant", "", date(2026, 5, 2))

    found = state(session, half_told, period)

    assert (found.proof.difference_minor, found.proof.budget_difference_minor) == (0, 0)
    assert not found.proof.holds
    assert found.proof.overdrawn == Overdrawn(day, amount_minor)
    assert named in lines.verdict(found, words.of("it"))
    assert "NON quadra" in lines.verdict(found, words.of("it"))


def test_one_person_s_residual_below_zero_breaks_the_proof(session: Session, half_told: Story) -> None:
    overdraw(session, half_told, "grant", "Longo", date(2026, 5, 2))

    assert state(session, half_told, (date(2026, 1, 1), date(2026, 4, 30))).proof.overdrawn == Overdrawn(
        date(2026, 4, 30), -19_000
    )


def test_a_tampered_balance_breaks_the_proof_of_the_budget(session: Session, half_told: Story) -> None:
    session.execute(
        sa.text(
            "update balance set credit_posted = credit_posted + 100 where book_id = :book and account_id ="
            " (select account_id from account where book_id = :book and code = 'plan:A:committed')"
        ),
        {"book": half_told.book_id},
    )

    assert state(session, half_told, FIRST_HALF).proof.budget_difference_minor == -100


def test_uncertain_rules_of_the_plan_are_listed_whoever_met_them(session: Session, half_told: Story) -> None:
    rules = state(session, half_told, FIRST_HALF, Reading.PAYROLL).rules

    listed = {rule.id for rule in rules.interpretations}
    assert "circle-c-grandparents" in listed
    # Not of this plan's categories, and not of its days.
    assert "pdr-conversion-cap-2026" not in listed
    assert "circle-b-ascendants" not in listed
    assert {rule.confidence for rule in rules.interpretations} <= {Confidence.UNCERTAIN, Confidence.MEMORY}
    assert rules.applied == rules.applied_unsigned
    assert rules.applied
    assert rules.decided_under == (rules.version,)


def test_the_number_of_statements_does_not_depend_on_the_number_of_people(session: Session, half_told: Story) -> None:
    with statements() as few:
        state(session, half_told, FIRST_HALF, Reading.PAYROLL)
    with on(session, date(2026, 6, 1)):
        for _ in range(20):
            employee_id = factories.employee(session, half_told.book_id)
            factories.grant(session, half_told.book_id, PLAN, employee_id, 1_000)
    with statements() as many:
        state(session, half_told, FIRST_HALF, Reading.PAYROLL)

    assert len(few) == len(many) <= 13


def test_a_plan_that_nothing_happened_to_has_an_empty_statement_that_holds(session: Session) -> None:
    with on(session, date(2026, 1, 5)):
        book_id = factories.employer(session)
        factories.plan(session, book_id, PLAN)
        found = gather(session, book_id, PLAN, date(2026, 1, 1), date(2026, 1, 31), reading=Reading.HR)

    assert found.employees == found.clusters == ()
    assert found.total == Movement()
    assert found.proof.holds
    assert found.proof.entries == 0
    assert found.proof.last_entry_id is found.proof.seal is None


def test_whose_credit_came_later_is_nobody_of_the_period(session: Session, half_told: Story) -> None:
    with on(session, date(2026, 6, 10)):
        late = factories.employee(session, half_told.book_id, last_name="Ultimi", cluster="operai")
        factories.grant(session, half_told.book_id, PLAN, late, 60_000)

    before = state(session, half_told, (date(2026, 1, 1), date(2026, 5, 31)), today=date(2026, 6, 30))
    after = state(session, half_told, FIRST_HALF, today=date(2026, 6, 30))

    assert (before.people, after.people) == (10, 11)
    assert {line.cluster: line.people for line in before.clusters}["operai"] == 5
    assert not [line.name for line in before.employees if line.movement == Movement()]
    assert before.proof.holds


def test_whose_credit_was_gone_before_it_is_nobody_of_the_period(session: Session, told: Story) -> None:
    found = state(session, told, (date(2027, 1, 2), date(2027, 1, 31)), Reading.PAYROLL)

    assert (found.people, found.clusters, found.employees) == (0, (), ())
    assert found.proof.holds


def test_another_plan_of_the_book_is_left_out(session: Session, half_told: Story) -> None:
    with on(session, date(2026, 6, 1)):
        factories.plan(session, half_told.book_id, "B")
        factories.funded(session, half_told.book_id, "B")
        factories.grant(session, half_told.book_id, "B", half_told.people["Conti"], 7_700)

    found = state(session, half_told, FIRST_HALF)

    assert found.total.granted_minor == 600_000
    assert found.budget.committed_minor == 1_000_000
    assert found.proof.holds


def test_a_period_that_ends_before_it_starts_is_refused(session: Session, half_told: Story) -> None:
    with pytest.raises(PeriodEndsBeforeStart, match="Swap the two dates"):
        state(session, half_told, (date(2026, 2, 1), date(2026, 1, 1)))


def test_an_unknown_plan_is_refused(session: Session, half_told: Story) -> None:
    with pytest.raises(PlanNotFound):
        gather(session, half_told.book_id, "Z", *FIRST_HALF, reading=Reading.HR)


def test_what_a_plan_sends_to_pension_funds_is_not_said_to_go_back_to_the_funder(
    session: Session, half_told: Story
) -> None:
    found = state(session, half_told, FIRST_HALF, today=date(2026, 6, 30))
    sent = replace(found, plan=replace(found.plan, residual_destination=Residual.PENSION_FUND))

    def labels(statement: PlanStatement) -> list[str]:
        return [line.label for line in lines.movements(statement, words.of("it"))]

    assert "Scaduto, torna al finanziatore" in labels(found)
    assert "Scaduto, va ai fondi pensione" in labels(sent)
    assert "Scaduto, torna al finanziatore" not in labels(sent)
