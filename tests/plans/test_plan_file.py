"""The plan file: what it may say, and every way it may be wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from moneyed import EUR, Money

from config.database import ROOT
from plans import plan_file
from plans.errors import PlanFileInvalid, PlanFileUnreadable
from plans.plan_file import Act, ClusterDraft, PlanDraft
from plans.rulebook.words import Category, Channel, Entitlement, PlanSource
from plans.words import FundingPolicy, Residual, SourceType, TaxablePolicy

PLAN = """\
code = "E1-2026-A"
name = "Piano A"
source = "ON_TOP"
starts_on = 2026-01-01
ends_on = 2026-12-31
spend_by = 2026-11-30
carry_over_months = 12
residual_destination = "COMMUNITY_FUND"
leaver_grace_days = 60
entitlement = "CLUSTER"
funding_policy = "PREFUNDED"
taxable_policy = "WITH_CONSENT"
priority = 10
categories = ["CARE", "EDUCATION"]
channels = ["DIRECT", "VOUCHER"]

[act]
source_type = "COMPANY_AGREEMENT"
document_ref = "verbale 12/2025"
signed_on = 2025-12-10
deposit_code = "ITL-2025-778"
unilateral_change = false

[[clusters]]
cluster = "operai"
description = "Operai di tutti i reparti"
amount = "600.00"

[[clusters]]
cluster = "quadri"
description = "Quadri"
"""


def invalid(text: str) -> dict[str, str]:
    with pytest.raises(PlanFileInvalid) as refusal:
        plan_file.parse(text, "piano.toml")
    return {problem.key: problem.en for problem in refusal.value.details["problems"]}


def replaced(line: str, by: str) -> str:
    assert PLAN.count(line) == 1, line
    return PLAN.replace(line, by)


def test_a_whole_plan_is_read() -> None:
    assert plan_file.parse(PLAN, "piano.toml") == PlanDraft(
        code="E1-2026-A",
        name="Piano A",
        source=PlanSource.ON_TOP,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        spend_by=date(2026, 11, 30),
        entitlement=Entitlement.CLUSTER,
        funding_policy=FundingPolicy.PREFUNDED,
        taxable_policy=TaxablePolicy.WITH_CONSENT,
        categories=frozenset({Category.CARE, Category.EDUCATION}),
        channels=frozenset({Channel.DIRECT, Channel.VOUCHER}),
        carry_over_months=12,
        residual_destination=Residual.COMMUNITY_FUND,
        leaver_grace_days=60,
        amount=None,
        priority=10,
        act=Act(SourceType.COMPANY_AGREEMENT, "verbale 12/2025", date(2025, 12, 10), "ITL-2025-778", False),
        clusters=(
            ClusterDraft("operai", "Operai di tutti i reparti", Money("600.00", EUR)),
            ClusterDraft("quadri", "Quadri", None),
        ),
    )


def test_what_a_plan_leaves_out_is_nothing_carried_over_and_back_to_the_employer() -> None:
    text = "\n".join(
        line
        for line in PLAN.split("[act]")[0].splitlines()
        if not line.startswith(("carry_over", "residual", "leaver", "priority"))
    )

    draft = plan_file.parse(text, "piano.toml")

    assert (draft.carry_over_months, draft.residual_destination, draft.leaver_grace_days) == (0, Residual.EMPLOYER, 0)
    assert (draft.priority, draft.amount, draft.act, draft.clusters) == (100, None, None, ())


def test_a_file_is_read_from_disk_with_or_without_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "piano.toml"
    path.write_text(PLAN, encoding="utf-8-sig")

    assert plan_file.read(path) == plan_file.parse(PLAN, "piano.toml")


def test_the_example_of_the_page_is_a_plan() -> None:
    page = (ROOT / "docs" / "plans.md").read_text(encoding="utf-8")

    draft = plan_file.parse(page.split("```toml\n")[1].split("```")[0], "docs/plans.md")

    assert [cluster.cluster for cluster in draft.clusters] == ["operai", "quadri"]


REQUIRED = ("code", "name", "source", "starts_on", "ends_on", "spend_by", "entitlement", "funding_policy")


@pytest.mark.parametrize("key", [*REQUIRED, "taxable_policy", "categories", "channels"])
def test_a_missing_key_is_named(key: str) -> None:
    text = "\n".join(line for line in PLAN.splitlines() if not line.startswith(f"{key} ="))

    assert invalid(text)[key].startswith("missing: ")


@pytest.mark.parametrize(
    ("line", "by", "key", "needed"),
    [
        ('code = "E1-2026-A"', "code = 7", "code", "a quoted text"),
        ("starts_on = 2026-01-01", 'starts_on = "2026-01-01"', "starts_on", "a date such as 2026-12-31"),
        ("ends_on = 2026-12-31", "ends_on = 2026-12-31T10:00:00", "ends_on", "a date such as 2026-12-31"),
        ("carry_over_months = 12", "carry_over_months = 12.0", "carry_over_months", "a whole number"),
        ("priority = 10", "priority = true", "priority", "a whole number"),
        ('source = "ON_TOP"', 'source = "WELFARE"', "source", "one of: ON_TOP, CCNL, PDR, MUNICIPAL, PRIVATE"),
        ('entitlement = "CLUSTER"', "entitlement = 1", "entitlement", "one of: ALL, CLUSTER, AD_PERSONAM"),
        ('residual_destination = "COMMUNITY_FUND"', 'residual_destination = "CASH"', "residual_destination", "one of:"),
        ('["CARE", "EDUCATION"]', '["CARE", "PETS"]', "categories", "a list, without repetitions, of: CARE"),
        ('["CARE", "EDUCATION"]', '["CARE", "CARE"]', "categories", "a list, without repetitions, of: CARE"),
        ('["CARE", "EDUCATION"]', "[]", "categories", "a list, without repetitions, of: CARE"),
        ('["CARE", "EDUCATION"]', '"CARE"', "categories", "a list, without repetitions, of: CARE"),
        ('["DIRECT", "VOUCHER"]', '["CASH"]', "channels", "a list, without repetitions, of: DIRECT"),
        ("unilateral_change = false", "unilateral_change = 0", "act.unilateral_change", "true or false"),
        ("signed_on = 2025-12-10", 'signed_on = "ieri"', "act.signed_on", "a date such as 2026-12-31"),
        ('source_type = "COMPANY_AGREEMENT"', 'source_type = "HANDSHAKE"', "act.source_type", "one of: CCNL"),
        ('amount = "600.00"', "amount = 600.00", "clusters[1].amount", 'a quoted amount such as "600.00"'),
        ('amount = "600.00"', 'amount = "600,00"', "clusters[1].amount", 'a quoted amount such as "600.00"'),
        ('amount = "600.00"', 'amount = "0.00"', "clusters[1].amount", 'a quoted amount such as "600.00"'),
        ('amount = "600.00"', 'amount = "-1"', "clusters[1].amount", 'a quoted amount such as "600.00"'),
        ('amount = "600.00"', 'amount = "1.001"', "clusters[1].amount", 'a quoted amount such as "600.00"'),
        ('amount = "600.00"', 'amount = "NaN"', "clusters[1].amount", 'a quoted amount such as "600.00"'),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_what_is_needed(line: str, by: str, key: str, needed: str) -> None:
    assert invalid(replaced(line, by))[key].startswith(needed)


@pytest.mark.parametrize(
    ("line", "by", "key"),
    [
        ("priority = 10", "priority = 10\npriorita = 10", "priorita"),
        ("unilateral_change = false", "unilateral = false", "act.unilateral"),
        ('cluster = "quadri"', 'cluster = "quadri"\nheads = 6', "clusters[2].heads"),
    ],
)
def test_an_unknown_key_is_named_with_its_place(line: str, by: str, key: str) -> None:
    assert invalid(replaced(line, by)) == {key: "unknown key: remove or mend it"}


@pytest.mark.parametrize("key", ["act", "clusters"])
def test_a_section_must_be_a_section(key: str) -> None:
    text = f'{key} = "x"\n' + PLAN.split("[act]")[0]

    assert set(invalid(text)) == {key}


def test_every_problem_is_told_at_once_and_in_both_languages() -> None:
    text = replaced("priority = 10", 'priority = "first"').replace('name = "Piano A"', "nome = 1")

    with pytest.raises(PlanFileInvalid) as refusal:
        plan_file.parse(text, "piano.toml")

    assert {problem.key for problem in refusal.value.details["problems"]} == {"name", "priority", "nome"}
    assert "priority: a whole number is needed, not 'first'" in refusal.value.text("en")
    assert "priority: serve un numero intero, non 'first'" in refusal.value.text("it")
    assert refusal.value.text("it").startswith("piano.toml: ")


@pytest.mark.parametrize("source", ["MUNICIPAL", "PRIVATE"])
def test_money_of_a_municipality_or_a_citizen_is_neither_carried_over_nor_given_away(source: str) -> None:
    text = replaced('source = "ON_TOP"', f'source = "{source}"')

    with pytest.raises(PlanFileInvalid) as refusal:
        plan_file.parse(text, "piano.toml")

    assert [each.key for each in refusal.value.details["problems"]] == ["carry_over_months", "residual_destination"]
    assert f"carry_over_months: con fonte {source} ciò che resta torna a chi lo ha versato" in refusal.value.text("it")
    assert f"residual_destination: with source {source} what is left goes back" in refusal.value.text("en")
    kept = replaced("carry_over_months = 12", "carry_over_months = 0").replace("COMMUNITY_FUND", "EMPLOYER")
    assert plan_file.parse(kept.replace("ON_TOP", source), "piano.toml").source == source


def test_a_day_that_never_was_is_shown_with_its_line() -> None:
    with pytest.raises(PlanFileUnreadable) as refusal:
        plan_file.parse(replaced("starts_on = 2026-01-01", "starts_on = 2026-02-30"), "piano.toml")

    assert "non è TOML alla riga 4: starts_on = 2026-02-30 (" in refusal.value.text("it")


@pytest.mark.parametrize(
    ("content", "it", "en"),
    [
        (b"code = ", "non è TOML alla riga 1: code = (Invalid value)", "no TOML in line 1: code ="),
        (b"\xff", "non è testo UTF-8 (byte 1)", "no UTF-8 text"),
        (b"#" * 1_000_001, "supera 1 MB", "larger than 1 MB"),
        (b"priority = " + b"9" * 5_000, "non è TOML (", "no TOML ("),
    ],
)
def test_why_a_file_is_not_read_is_said_in_both_languages(tmp_path: Path, content: bytes, it: str, en: str) -> None:
    path = tmp_path / "piano.toml"
    path.write_bytes(content)

    with pytest.raises(PlanFileUnreadable) as refusal:
        plan_file.read(path)

    assert it in refusal.value.text("it")
    assert en in refusal.value.text("en")


def test_of_a_file_without_end_only_the_limit_is_read() -> None:
    with pytest.raises(PlanFileUnreadable, match="larger than 1 MB"):
        plan_file.read(Path("/dev/zero"))


@pytest.mark.parametrize("text", ["a=" + "[" * 5_000, "clusters" + ".a" * 2_000 + " = 1", "x = " + "{a=" * 3_000])
def test_values_nested_too_deeply_are_refused(text: str) -> None:
    with pytest.raises(PlanFileInvalid) as refusal:
        plan_file.parse(text, "piano.toml")

    assert "annidati" in refusal.value.text("it") or "unknown key" in refusal.value.text("en")


def test_a_long_value_is_shown_short() -> None:
    with pytest.raises(PlanFileInvalid) as refusal:
        plan_file.parse(f'source = "{"x" * 900_000}"', "piano.toml")

    assert len(refusal.value.text("it")) < 5_000


@pytest.mark.parametrize("content", [b"code = ", b"\xff\xfe", b"code = 'a'\ncode = 'b'"])
def test_a_file_that_is_not_toml_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "piano.toml"
    path.write_bytes(content)

    with pytest.raises(PlanFileUnreadable, match=r"piano\.toml"):
        plan_file.read(path)


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    for path in (tmp_path / "piano.toml", tmp_path):
        with pytest.raises(PlanFileUnreadable, match=path.name):
            plan_file.read(path)


@pytest.mark.parametrize("value", [{}, {"clusters": [1]}, {"act": []}])
def test_any_table_gives_a_refusal_and_never_a_crash(value: dict[str, Any]) -> None:
    lines = "\n".join(f"{key} = {content!r}" for key, content in value.items())

    assert len(invalid(lines)) >= 11
