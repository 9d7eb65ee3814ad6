"""The plan of the next period, from the last one: days moved, the rest kept, and what a file says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from plans import plan_file, renewal
from plans.errors import PlanFileInvalid, PlanFileUnreadable
from plans.errors_sources import RenewalChangesInvalid, RenewalCodeNeeded
from plans.plan_file import PlanDraft
from plans.renewal import Difference
from plans.rulebook.words import Entitlement, PlanSource
from plans.words import Residual
from tests.factories import euro

PLAN = """
code = "E1-2026-A"
name = "Piano A 2026"
source = "ON_TOP"
starts_on = 2026-01-01
ends_on = 2026-12-31
spend_by = 2026-11-30
carry_over_months = 12
residual_destination = "COMMUNITY_FUND"
entitlement = "CLUSTER"
funding_policy = "PREFUNDED"
taxable_policy = "WITH_CONSENT"
priority = 10
categories = ["CARE", "EDUCATION"]
channels = ["DIRECT"]
[act]
source_type = "COMPANY_AGREEMENT"
document_ref = "verbale 12/2025"
signed_on = 2025-12-10
[[clusters]]
cluster = "operai"
description = "Operai"
amount = "600.00"
[[clusters]]
cluster = "quadri"
description = "Quadri"
"""


@pytest.fixture
def written() -> PlanDraft:
    return plan_file.parse(PLAN, "a.toml")


def changed(folder: Path, text: str) -> Path:
    path = folder / "modifiche.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_days_and_years_move_by_the_period_and_everything_else_stays(written: PlanDraft) -> None:
    found = renewal.renew(written)

    assert found.draft == replace(
        written,
        code="E1-2027-A",
        name="Piano A 2027",
        starts_on=date(2027, 1, 1),
        ends_on=date(2027, 12, 31),
        spend_by=date(2027, 11, 30),
    )
    assert [each.key for each in found.differences] == ["code", "name", "starts_on", "ends_on", "spend_by"]
    assert found.act_kept


def test_renewed_twice_it_is_the_plan_of_the_year_after_next(written: PlanDraft) -> None:
    once = renewal.renew(written).draft

    assert renewal.renew(once).draft.code == "E1-2028-A"
    assert renewal.renew(once).draft.ends_on == date(2028, 12, 31)


@pytest.mark.parametrize(
    ("last", "following"),
    [
        # A year from September, spent by its end.
        ("2026-09-01 2027-08-31 2027-08-31", "2027-09-01 2028-08-31 2028-08-31"),
        # The last day of a month stays one.
        ("2026-01-01 2026-06-30 2026-06-30", "2026-07-01 2026-12-31 2026-12-31"),
        ("2027-03-01 2028-02-29 2028-02-29", "2028-03-01 2029-02-28 2029-02-28"),
        ("2026-03-01 2027-02-28 2027-02-28", "2027-03-01 2028-02-29 2028-02-29"),
        # Three months from the tenth, then what is not made of whole months: 69 days.
        ("2026-01-10 2026-04-09 2026-04-20", "2026-04-10 2026-07-09 2026-07-20"),
        ("2026-01-10 2026-03-19 2026-03-19", "2026-03-20 2026-05-27 2026-05-27"),
    ],
)
def test_periods_of_every_length_follow_each_other_without_a_gap(written: PlanDraft, last: str, following: str) -> None:
    starts_on, ends_on, spend_by = map(date.fromisoformat, last.split())

    draft = renewal.renew(replace(written, starts_on=starts_on, ends_on=ends_on, spend_by=spend_by), code="N").draft

    assert [draft.starts_on, draft.ends_on, draft.spend_by] == list(map(date.fromisoformat, following.split()))


def test_what_runs_half_a_year_every_year_moves_by_twelve_months(written: PlanDraft) -> None:
    half = replace(written, starts_on=date(2026, 7, 1), ends_on=date(2026, 12, 31), spend_by=date(2026, 11, 30))

    draft = renewal.renew(half, months=12).draft

    assert (draft.starts_on, draft.ends_on, draft.spend_by) == (
        date(2027, 7, 1),
        date(2027, 12, 31),
        date(2027, 11, 30),
    )
    assert draft.code == "E1-2027-A"


def test_a_file_says_what_shall_be_otherwise_key_by_key(written: PlanDraft, tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        """
        residual_destination = "PENSION_FUND"
        [act]
        document_ref = "verbale 12/2026"
        signed_on = 2026-12-09
        [[clusters]]
        cluster = "operai"
        amount = "650.00"
        [[clusters]]
        cluster = "quadri"
        remove = true
        [[clusters]]
        cluster = "impiegati"
        description = "Impiegati"
        """,
    )

    found = renewal.renew(written, changes=path)

    assert found.draft.residual_destination is Residual.PENSION_FUND
    assert [(each.cluster, each.amount) for each in found.draft.clusters] == [
        ("operai", euro(65_000)),
        ("impiegati", None),
    ]
    assert found.draft.act is not None
    assert (found.draft.act.document_ref, found.draft.act.source_type) == ("verbale 12/2026", "COMPANY_AGREEMENT")
    assert not found.act_kept
    told = {each.key: (each.before, each.after) for each in found.differences}
    assert told["cluster.operai.amount"] == (euro(60_000), euro(65_000))
    assert told["cluster.quadri"] == ("Quadri", None)
    assert told["cluster.impiegati"] == (None, "Impiegati")
    assert Difference("act.document_ref", "verbale 12/2025", "verbale 12/2026") in found.differences


@pytest.mark.parametrize(
    ("line", "key"),
    [("carry_over_months = 6", "carry_over_months"), ('residual_destination = "PENSION_FUND"', "residual_destination")],
)
def test_citizens_own_money_is_not_diverted_by_a_renewal(
    written: PlanDraft, tmp_path: Path, line: str, key: str
) -> None:
    plan = {"source": PlanSource.PRIVATE, "carry_over_months": 0, "residual_destination": Residual.EMPLOYER}
    own = replace(written, **plan, act=None, clusters=(), entitlement=Entitlement.AD_PERSONAM)  # type: ignore[arg-type]

    with pytest.raises(PlanFileInvalid) as refusal:
        renewal.renew(own, changes=changed(tmp_path, line))

    assert [each.key for each in refusal.value.details["problems"]] == [key]
    assert renewal.renew(own).draft.code == "E1-2027-A"


def test_clusters_can_be_dropped_altogether(written: PlanDraft, tmp_path: Path) -> None:
    path = changed(tmp_path, 'entitlement = "ALL"\namount = "500.00"\nclusters = []')

    draft = renewal.renew(written, changes=path).draft

    assert (draft.clusters, draft.amount, draft.entitlement) == ((), euro(50_000), "ALL")


def test_a_code_without_a_year_needs_the_next_ones(written: PlanDraft, tmp_path: Path) -> None:
    plain = replace(written, code="PIANO-A")

    with pytest.raises(RenewalCodeNeeded):
        renewal.renew(plain)
    assert renewal.renew(plain, code="PIANO-A2").draft.code == "PIANO-A2"
    assert renewal.renew(plain, changes=changed(tmp_path, 'code = "PIANO-B"')).draft.code == "PIANO-B"


def test_a_number_that_is_no_year_stays(written: PlanDraft) -> None:
    assert renewal.renew(replace(written, code="20261-2026", name="2.026 volte")).draft.code == "20261-2027"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("CCNL-2025-26", "CCNL-2026-27"),
        ("Welfare 2025/26", "Welfare 2026/27"),
        ("2025-27", "2026-28"),
        ("2098-99", "2099-00"),
        ("2025-2026", "2026-2027"),
        # No later year: a month, a number of its own.
        ("2026-03", "2027-03"),
        ("2026-1", "2027-1"),
        ("2026-260", "2027-260"),
    ],
)
def test_a_pair_of_years_moves_together(written: PlanDraft, before: str, after: str) -> None:
    found = renewal.renew(replace(written, code=f"P {before}", name=before)).draft

    assert (found.code, found.name) == (f"P {after}", after)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("importo = 5", PlanFileInvalid),
        ('spend_by = "2027"', PlanFileInvalid),
        ('clusters = "operai"', PlanFileInvalid),
        ("act = 3", PlanFileInvalid),
        ('[[clusters]]\ncluster = "nuovi"', PlanFileInvalid),
        ('[[clusters]]\ndescription = "x"', RenewalChangesInvalid),
        ('[[clusters]]\ncluster = "nessuno"\nremove = true', RenewalChangesInvalid),
        ("code = ", PlanFileUnreadable),
    ],
)
def test_a_file_of_changes_that_will_not_do_is_refused(
    written: PlanDraft, tmp_path: Path, text: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        renewal.renew(written, changes=changed(tmp_path, text))


def test_a_file_of_changes_that_is_not_there_is_refused(written: PlanDraft, tmp_path: Path) -> None:
    with pytest.raises(PlanFileUnreadable):
        renewal.renew(written, changes=tmp_path / "nope.toml")
