"""Every worked case beside the rules is answered as the expert wrote it, and case files are read strictly."""

from collections import Counter

import pytest

from plans.rulebook import cases, decision, loading
from plans.rulebook.cases import Case
from plans.rulebook.errors import CaseInvalid
from plans.rulebook.words import Category, Outcome, Reason, Warn

CASES = cases.load()

HEADER = "case,category,on,amount,outcome,exempt,taxable,reasons,note\n"
LINE = "one,FRINGE,2026-01-10,10.00,EXEMPT,10.00,0,employee_qualifies external_fringe_unknown,why\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.name}")
def test_a_worked_case_is_answered_as_written(case: Case) -> None:
    assert cases.differences(case, loading.load()) == ()


def test_every_category_outcome_reason_and_warning_has_a_case_unless_it_cannot_happen_with_today_s_rules() -> None:
    reasons = {reason for case in CASES for reason in case.reasons}

    assert {case.facts.category for case in CASES} == set(Category)
    assert {case.outcome for case in CASES} == set(Outcome)
    assert {warning for case in CASES for warning in case.warnings} == set(Warn)
    # Asking for evidence needs a reading that no expert has chosen.
    assert set(Reason) - reasons == {Reason.EVIDENCE_NEEDED}


def test_every_rule_that_can_decide_a_purchase_is_used_by_a_case() -> None:
    rulebook = loading.load()
    used = {
        rule_id for case in CASES for rule_id in decision.decide(case.facts, rulebook, case.on, case.known_at).rule_ids
    }

    unused = {row.id for row in rulebook.rows} - used

    # Sources that let everything through, limits of incomes, and what the wallet keeps: voucher rules, bonuses,
    # and on which day a benefit is received.
    kept_by_the_wallet = ("voucher-", "moment-", "extended-cash-", "pdr-")
    assert {rule_id for rule_id in unused if not rule_id.startswith(kept_by_the_wallet)} == {
        "source-employer-plan",
        "source-collective-agreement",
        "source-performance-bonus",
        "dependent-income",
        "dependent-income-young-child",
        "age-young-child",
    }


def test_no_case_is_written_twice() -> None:
    names = Counter(case.name for case in CASES)

    assert [name for name, times in names.items() if times > 1] == []


def test_a_case_that_fails_is_named_with_what_differs() -> None:
    wrong = HEADER + LINE.replace("EXEMPT,10.00,0", "TAXABLE,0,10.00")

    found = cases.check(cases.read("wrong.csv", wrong), loading.load())

    assert found == {
        "wrong.csv: one": (
            "outcome: expected TAXABLE, found EXEMPT",
            "exempt: expected 0, found 1000",
            "taxable: expected 1000, found 0",
            "warnings: expected , found external_fringe_unknown",
        )
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEADER.replace("note", "nota") + LINE, "unknown or repeated column nota"),
        (HEADER.replace("note", "case") + LINE, "unknown or repeated column case"),
        (HEADER.replace(",note", "") + LINE, "missing column note"),
        (HEADER + LINE.replace(",why", ""), "has 8 cells, the header 9"),
        (HEADER + LINE + LINE, "is the name of two cases"),
        (HEADER + LINE.replace("2026-01-10", "10/01/2026"), "on is not a date like 2026-01-31"),
        (HEADER + LINE.replace("FRINGE,2026-01-10,10.00", 'FRINGE,2026-01-10,"10,00"'), "amount is not an amount"),
        (HEADER + LINE.replace("2026-01-10,10.00", "2026-01-10,10.001"), "amount has more than two decimals"),
        (HEADER + LINE.replace("2026-01-10,10.00", "2026-01-10,0"), "must be at least one cent"),
        (HEADER + LINE.replace("FRINGE", "FRINGES"), "category is 'FRINGES', which is not one of CARE"),
        (HEADER + LINE.replace("why", ""), "note is empty"),
    ],
)
def test_a_case_file_that_cannot_be_read_is_refused_by_name(text: str, problem: str) -> None:
    with pytest.raises(CaseInvalid) as refusal:
        list(cases.read("bad.csv", text))

    assert refusal.value.details["file"] == "bad.csv"
    assert problem in refusal.value.details["problem"]
