"""Loading plans, the terms they set, and the table that holds them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from moneyed import EUR, Money
from sqlalchemy.orm import Session

from config.errors import DomainError
from plans import plans
from plans.errors import (
    AdPersonamExcluded,
    ClusterRepeated,
    ClustersMissing,
    ClustersUnexpected,
    FunderNotFound,
    PlanActMissing,
    PlanActUnexpected,
    PlanAgreementMissing,
    PlanChanged,
    PlanCreditDiverted,
    PlanEndsBeforeStart,
    PlanIncomplete,
    PlanNotFound,
    PlanSourceNotOfFunder,
    PlanSpentBeforeStart,
)
from plans.plan_file import Act, ClusterDraft, PlanDraft
from plans.plans import Outcome, PlanLoad
from plans.rulebook import loading
from plans.rulebook.words import Category, Channel, Entitlement, PlanSource
from plans.words import FunderKind, FundingPolicy, Residual, SourceType, TaxablePolicy
from tests.plans import factories
from tests.statements import statements

CLUSTERS = (ClusterDraft("operai", "Operai", Money("600", EUR)), ClusterDraft("quadri", "Quadri"))


@pytest.fixture
def book_id(session: Session) -> int:
    return factories.book(session)


def load(session: Session, book_id: int, draft: PlanDraft, **options: Any) -> PlanLoad:
    return plans.load(session, book_id, draft, rulebook=loading.load(), created_at=factories.NOW, **options)


# -- loading ---------------------------------------------------------------------------------------------------------


def test_a_plan_is_kept_as_it_was_written(session: Session, book_id: int) -> None:
    draft = factories.plan(
        entitlement=Entitlement.CLUSTER,
        clusters=CLUSTERS,
        amount=None,
        carry_over_months=12,
        residual_destination=Residual.COMMUNITY_FUND,
        leaver_grace_days=60,
        priority=3,
    )

    loaded = load(session, book_id, draft)

    assert loaded.outcome is Outcome.CREATED
    assert loaded.plan_id.startswith("pln_")
    assert plans.describe(session, book_id, draft.code) == draft


def test_the_same_plan_twice_changes_nothing_and_says_so(session: Session, book_id: int) -> None:
    draft = factories.plan(entitlement=Entitlement.CLUSTER, clusters=CLUSTERS)
    first = load(session, book_id, draft)

    again = load(session, book_id, replace(draft, clusters=CLUSTERS[::-1]))

    assert again == PlanLoad(first.plan_id, Outcome.UNCHANGED)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Altro"},
        {"spend_by": date(2026, 10, 31)},
        {"amount": Money("601", EUR)},
        {"categories": frozenset({Category.CARE})},
        {"act": Act(SourceType.UNILATERAL)},
        {"entitlement": Entitlement.CLUSTER, "clusters": CLUSTERS},
    ],
)
def test_other_content_under_the_same_code_is_refused_and_names_what_differs(
    session: Session, book_id: int, changes: dict[str, Any]
) -> None:
    load(session, book_id, factories.plan())

    with pytest.raises(PlanChanged) as refusal:
        load(session, book_id, factories.plan(**changes))

    assert set(refusal.value.details["keys"]) == set(changes)
    assert plans.describe(session, book_id, "A-2026") == factories.plan()


def test_a_revision_keeps_the_plan_and_says_what_changed(session: Session, book_id: int) -> None:
    first = load(session, book_id, factories.plan(entitlement=Entitlement.CLUSTER, clusters=CLUSTERS))
    revised = factories.plan(name="Piano A bis", entitlement=Entitlement.CLUSTER, clusters=CLUSTERS[:1])

    loaded = load(session, book_id, revised, revise=True)

    assert loaded == PlanLoad(first.plan_id, Outcome.REVISED, ("name", "clusters"))
    assert plans.describe(session, book_id, "A-2026") == revised


def test_two_books_may_use_the_same_code(session: Session, book_id: int) -> None:
    other = factories.book(session)

    ids = {load(session, book, factories.plan()).plan_id for book in (book_id, other)}

    assert len(ids) == 2


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"code": ""}, PlanIncomplete),
        ({"name": ""}, PlanIncomplete),
        ({"categories": frozenset()}, PlanIncomplete),
        ({"channels": frozenset()}, PlanIncomplete),
        ({"carry_over_months": -1}, PlanIncomplete),
        ({"carry_over_months": 61}, PlanIncomplete),
        ({"leaver_grace_days": 731}, PlanIncomplete),
        ({"starts_on": date(1, 1, 1)}, PlanIncomplete),
        ({"ends_on": date(9999, 12, 31)}, PlanIncomplete),
        ({"spend_by": date(2200, 1, 1)}, PlanIncomplete),
        ({"priority": 40_000}, PlanIncomplete),
        ({"amount": Money("0", EUR)}, PlanIncomplete),
        ({"ends_on": date(2025, 12, 31)}, PlanEndsBeforeStart),
        ({"ends_on": date(2026, 1, 1)}, PlanEndsBeforeStart),
        ({"spend_by": date(2025, 12, 31)}, PlanSpentBeforeStart),
        ({"source": PlanSource.MUNICIPAL}, PlanSourceNotOfFunder),
        ({"source": PlanSource.PRIVATE}, PlanSourceNotOfFunder),
        ({"act": None}, PlanActMissing),
        ({"source": PlanSource.PDR, "act": Act(SourceType.UNILATERAL)}, PlanAgreementMissing),
        ({"entitlement": Entitlement.CLUSTER}, ClustersMissing),
        ({"clusters": CLUSTERS}, ClustersUnexpected),
        ({"entitlement": Entitlement.CLUSTER, "clusters": CLUSTERS + CLUSTERS[:1]}, ClusterRepeated),
        ({"entitlement": Entitlement.CLUSTER, "clusters": (ClusterDraft("operai", ""),)}, PlanIncomplete),
        ({"entitlement": Entitlement.AD_PERSONAM}, AdPersonamExcluded),
        # Precedence: the form before the source, the source before the clusters.
        ({"ends_on": date(2025, 12, 31), "act": None}, PlanEndsBeforeStart),
        ({"act": None, "clusters": CLUSTERS}, PlanActMissing),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(
    session: Session, book_id: int, changes: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal) as raised:
        load(session, book_id, factories.plan(**changes))

    assert raised.value.text("it") != raised.value.text("en")
    assert plans.of_book(session, book_id) == ()


@pytest.mark.parametrize("changes", [{"ends_on": date(2026, 1, 2)}, {"spend_by": date(2026, 1, 1)}])
def test_the_shortest_plan_is_a_plan(session: Session, book_id: int, changes: dict[str, Any]) -> None:
    assert load(session, book_id, factories.plan(**changes)).outcome is Outcome.CREATED


def test_a_chosen_person_may_get_fringe_and_pension_only(session: Session, book_id: int) -> None:
    every = factories.plan(entitlement=Entitlement.AD_PERSONAM, categories=frozenset(Category))

    with pytest.raises(AdPersonamExcluded) as refusal:
        load(session, book_id, every)

    excluded = set(refusal.value.details["categories"])
    assert {Category.CARE, Category.EDUCATION, Category.SOCIAL_UTILITY} <= excluded
    assert not excluded & {Category.FRINGE, Category.PENSION}
    rest = frozenset({Category.FRINGE, Category.PENSION})
    assert load(session, book_id, replace(every, categories=rest)).outcome is Outcome.CREATED


def test_a_municipality_chooses_persons_freely_because_it_pays_no_income(session: Session) -> None:
    book_id = factories.book(session, FunderKind.MUNICIPALITY)
    draft = factories.plan(source=PlanSource.MUNICIPAL, entitlement=Entitlement.AD_PERSONAM, act=None)

    assert load(session, book_id, draft).outcome is Outcome.CREATED


@pytest.mark.parametrize(
    ("kind", "source"), [(FunderKind.MUNICIPALITY, PlanSource.MUNICIPAL), (FunderKind.PRIVATE, PlanSource.PRIVATE)]
)
def test_only_an_employer_names_an_act(session: Session, kind: FunderKind, source: PlanSource) -> None:
    book_id = factories.book(session, kind)

    with pytest.raises(PlanActUnexpected):
        load(session, book_id, factories.plan(source=source))


CITIZENS = {"entitlement": Entitlement.AD_PERSONAM, "act": None}
OF_OTHERS = [(FunderKind.MUNICIPALITY, PlanSource.MUNICIPAL), (FunderKind.PRIVATE, PlanSource.PRIVATE)]
DIVERTED = [
    ({"carry_over_months": 1}, ("carry_over_months",)),
    ({"residual_destination": Residual.COMMUNITY_FUND}, ("residual_destination",)),
    ({"residual_destination": Residual.PENSION_FUND}, ("residual_destination",)),
    (
        {"carry_over_months": 6, "residual_destination": Residual.COMMUNITY_FUND},
        ("carry_over_months", "residual_destination"),
    ),
]


@pytest.mark.parametrize(("changes", "keys"), DIVERTED)
@pytest.mark.parametrize(("kind", "source"), OF_OTHERS)
def test_what_is_left_of_a_municipalitys_or_a_citizens_money_goes_back_to_them(
    session: Session, kind: FunderKind, source: PlanSource, changes: dict[str, Any], keys: tuple[str, ...]
) -> None:
    book_id = factories.book(session, kind)
    sound = factories.plan(source=source, **CITIZENS)

    with pytest.raises(PlanCreditDiverted) as refusal:
        load(session, book_id, replace(sound, **changes))

    assert refusal.value.details["keys"] == keys
    assert plans.of_book(session, book_id) == ()
    assert load(session, book_id, sound).outcome is Outcome.CREATED
    with pytest.raises(PlanCreditDiverted):
        load(session, book_id, replace(sound, **changes), revise=True)
    assert plans.describe(session, book_id, sound.code) == sound


@pytest.mark.parametrize("change", ["carry_over_months = 1", "residual_destination = 'COMMUNITY_FUND'"])
@pytest.mark.parametrize(("kind", "source"), OF_OTHERS)
def test_the_database_too_lets_it_go_back(session: Session, kind: FunderKind, source: PlanSource, change: str) -> None:
    book_id = factories.book(session, kind)
    load(session, book_id, factories.plan(source=source, **CITIZENS))

    with pytest.raises(sa.exc.IntegrityError, match="ck_plan_goes_back"):
        session.execute(sa.text(f"update plan set {change} where book_id = {book_id}"))


def test_a_book_without_a_funder_has_no_plans(session: Session) -> None:
    with pytest.raises(FunderNotFound):
        load(session, 999_999, factories.plan())


# -- terms -----------------------------------------------------------------------------------------------------------


def test_terms_carry_what_a_purchase_is_held_to(session: Session, book_id: int) -> None:
    loaded = load(session, book_id, factories.plan(carry_over_months=12, leaver_grace_days=60))

    terms = plans.terms(session, book_id, [loaded.plan_id])[loaded.plan_id]

    assert (terms.book_id, terms.code, terms.source) == (book_id, "A-2026", PlanSource.ON_TOP)
    assert terms.categories == {Category.CARE, Category.FRINGE}
    assert terms.channels == {Channel.DIRECT, Channel.VOUCHER}
    assert terms.taxable_policy is TaxablePolicy.WITH_CONSENT
    assert terms.funding_policy is FundingPolicy.PREFUNDED
    assert terms.entitlement is Entitlement.ALL
    assert terms.source_type is SourceType.COMPANY_AGREEMENT
    assert terms == plans.by_code(session, book_id, "A-2026") == plans.of_book(session, book_id)[0]


def test_terms_of_many_plans_take_one_statement(session: Session, book_id: int) -> None:
    ids = [load(session, book_id, factories.plan(code=f"P{number}")).plan_id for number in range(5)]

    with statements() as noted:
        found = plans.terms(session, book_id, [*ids, ids[0]])

    assert list(found) == ids or set(found) == set(ids)
    assert len(noted) == 1


def test_a_plan_of_another_book_is_not_found(session: Session, book_id: int) -> None:
    loaded = load(session, factories.book(session), factories.plan())

    for ask in (
        lambda: plans.terms(session, book_id, [loaded.plan_id]),
        lambda: plans.by_code(session, book_id, "A-2026"),
        lambda: plans.describe(session, book_id, "A-2026"),
    ):
        with pytest.raises(PlanNotFound):
            ask()


@pytest.mark.parametrize(
    ("spend_by", "months", "until"),
    [
        (date(2026, 11, 30), 0, date(2026, 11, 30)),
        (date(2026, 11, 30), 12, date(2027, 11, 30)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_carried_credit_lives_whole_months_to_the_last_day_there_is(
    session: Session, book_id: int, spend_by: date, months: int, until: date
) -> None:
    load(session, book_id, factories.plan(spend_by=spend_by, carry_over_months=months))

    assert plans.by_code(session, book_id, "A-2026").carried_until() == until


@pytest.mark.parametrize(
    ("left_on", "last"),
    [
        (None, date(2026, 11, 30)),
        (date(2026, 3, 1), date(2026, 4, 30)),
        (date(2026, 10, 1), date(2026, 11, 30)),
        (date(2026, 10, 2), date(2026, 11, 30)),
        (date(2026, 11, 30), date(2026, 11, 30)),
    ],
)
def test_who_leaves_keeps_the_grace_but_never_beyond_the_expiry(
    session: Session, book_id: int, left_on: date | None, last: date
) -> None:
    load(session, book_id, factories.plan(leaver_grace_days=60))

    assert plans.by_code(session, book_id, "A-2026").last_day(date(2026, 11, 30), left_on) == last


def test_without_grace_the_leaving_day_is_the_last(session: Session, book_id: int) -> None:
    load(session, book_id, factories.plan())

    terms = plans.by_code(session, book_id, "A-2026")

    assert terms.last_day(date(2026, 11, 30), date(2026, 6, 15)) == date(2026, 6, 15)


def test_plans_of_a_book_stand_oldest_first(session: Session, book_id: int) -> None:
    load(session, book_id, factories.plan(code="B"))
    load(session, book_id, factories.plan(code="A"))
    load(session, book_id, factories.plan(code="Z", starts_on=date(2025, 1, 1)))

    assert [terms.code for terms in plans.of_book(session, book_id)] == ["Z", "A", "B"]


# -- the tables themselves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("source = 'CASH'", "ck_plan_source"),
        ("ends_on = starts_on", "ck_plan_period"),
        ("spend_by = starts_on - 1", "ck_plan_spend_by"),
        ("carry_over_months = -1", "ck_plan_carry_over_months"),
        ("residual_destination = 'CASH'", "ck_plan_residual_destination"),
        ("leaver_grace_days = -1", "ck_plan_leaver_grace_days"),
        ("funding_policy = 'NEVER'", "ck_plan_funding_policy"),
        ("taxable_policy = 'ALWAYS'", "ck_plan_taxable_policy"),
        ("entitlement = 'FRIENDS'", "ck_plan_entitlement"),
        ("amount_minor = 0", "ck_plan_amount"),
        ("source_type = 'HANDSHAKE'", "ck_plan_source_type"),
        ("source_type = null", "ck_plan_source_type_of_its_source"),
        ("categories = '{}'", "ck_plan_categories"),
        ("channels = '{}'", "ck_plan_channels"),
        ("channels = '{CASH}'", "ck_plan_channels"),
        ("code = ''", "ck_plan_named"),
        ("book_id = 999999", "fk_plan_book_id|fk_plan_cluster_plan"),
    ],
)
def test_the_database_refuses_a_plan_that_makes_no_sense(
    session: Session, book_id: int, change: str, constraint: str
) -> None:
    load(session, book_id, factories.plan())

    with pytest.raises(sa.exc.IntegrityError, match=constraint):
        session.execute(sa.text(f"update plan set {change} where book_id = {book_id}"))


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("cluster = 'quadri'", "pk_plan_cluster"),
        ("cluster = ''", "ck_plan_cluster_described"),
        ("description = ''", "ck_plan_cluster_described"),
        ("amount_minor = 0", "ck_plan_cluster_amount"),
        ("plan_id = 'pln_none'", "fk_plan_cluster_plan"),
    ],
)
def test_the_database_refuses_a_cluster_that_makes_no_sense(
    session: Session, book_id: int, change: str, constraint: str
) -> None:
    load(session, book_id, factories.plan(entitlement=Entitlement.CLUSTER, clusters=CLUSTERS))

    with pytest.raises(sa.exc.IntegrityError, match=constraint):
        session.execute(sa.text(f"update plan_cluster set {change} where cluster = 'operai'"))


def test_the_database_refuses_the_same_code_twice_in_a_book(session: Session, book_id: int) -> None:
    load(session, book_id, factories.plan(code="A"))
    load(session, book_id, factories.plan(code="B"))

    with pytest.raises(sa.exc.IntegrityError, match="uq_plan_book_id_code"):
        session.execute(sa.text("update plan set code = 'A' where code = 'B'"))


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        ("ck_plan_source", PlanSource),
        ("ck_plan_channels", Channel),
        ("ck_plan_entitlement", Entitlement),
        ("ck_plan_funding_policy", FundingPolicy),
        ("ck_plan_taxable_policy", TaxablePolicy),
        ("ck_plan_residual_destination", Residual),
        ("ck_plan_source_type", SourceType),
    ],
)
def test_the_database_knows_the_same_words_as_the_code(session: Session, constraint: str, words: Any) -> None:
    query = "select pg_get_constraintdef(oid) from pg_constraint where conname = :name"
    definition = session.scalar(sa.text(query), {"name": constraint})

    assert definition is not None
    assert {word for word in definition.split("'")[1::2] if word.isupper()} == set(words)
