"""The facts about expenses are whole, dated and told in both languages; a file that cannot be meant is refused."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from plans.rulebook.errors import RulebookInvalid
from tests.wallet.reimbursements.conftest import Desk
from wallet.reimbursements import checklist, submission
from wallet.reimbursements.errors import ReimbursementForbidden
from wallet.reimbursements.words import Reason, State

DAY = date(2026, 3, 10)
TEXTS = {
    name: (files("wallet.reimbursements") / "data" / f"{name}.toml").read_text("utf-8")
    for name in ("expenses", "checklists", "cu_codes")
}
# By hand: which expenses 2026's law gives back, and which codes they bear in the certificate.
GIVEN_BACK = {
    "NURSERY": (702, "33"),
    "SCHOOL": (702, "12"),
    "SCHOOL_BOOKS": None,
    "UNIVERSITY": (702, "13"),
    "SUMMER_CENTRE": (702, "12"),
    "BABYSITTING": None,
    "CHILD_SPORT": None,
    "PERSONAL_CARE": (702, "15"),
    "CARER_CONTRIBUTIONS": (703, "3"),
    "SIGN_INTERPRETER": (702, "30"),
    "SEASON_TICKET": (702, "40"),
    "SINGLE_TICKET": None,
    "UTILITIES": None,
    "RENT": None,
    "MORTGAGE_INTEREST": None,
    "NEW_HIRE_RENT": None,
}
NOT_GIVEN_BACK = {"GOODS", "HEALTH", "LEISURE"}


def test_every_expense_is_given_back_or_refused_by_a_rule() -> None:
    assert set(checklist.expenses()) == set(GIVEN_BACK) | NOT_GIVEN_BACK
    for code, expense in checklist.expenses().items():
        if code in NOT_GIVEN_BACK:
            with pytest.raises(ReimbursementForbidden):
                submission.admitted(expense, DAY)
        else:
            submission.admitted(expense, DAY)
            assert checklist.of(expense) is not None


@pytest.mark.parametrize(("code", "line"), GIVEN_BACK.items())
def test_the_certificate_s_code_is_the_one_known(code: str, line: tuple[int, str] | None) -> None:
    found = checklist.cu_code(code, 2026)

    assert (None if found is None else (found.box, found.code)) == line
    assert checklist.cu_code(code, 2017) is None


def test_bills_are_given_back_until_the_law_ends_it() -> None:
    bills = checklist.expense("utilities")

    submission.admitted(bills, date(2027, 12, 31))
    with pytest.raises(ReimbursementForbidden):
        submission.admitted(bills, date(2028, 1, 1))


def test_no_checklist_asks_for_a_traceable_payment() -> None:
    found = [checklist.of(expense) for expense in checklist.expenses().values()]

    assert not any(one.traceable for one in found if one is not None)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("expenses", 'category = "CARE"', 'category = "CURE"'),
        ("expenses", 'id = "SCHOOL"', 'id = "NURSERY"'),
        ("expenses", "[[expense]]", "[[spesa]]"),
        ("expenses", 'en = "nursery"', 'en = ""'),
        ("checklists", "traceable = false", "traceable = 0"),
        ("checklists", 'holders = ["EMPLOYEE"]', "holders = []"),
        ("checklists", 'id = "checklist-care"', 'id = "checklist-care"\nholder = "x"'),
        ("cu_codes", "box = 703", "box = 704"),
        ("cu_codes", '["NURSERY"]', '["CRECHE"]'),
        ("cu_codes", '["UNIVERSITY"]', '["UNIVERSITY", "SCHOOL"]'),
        ("cu_codes", "valid_from = 2018-01-01", 'valid_from = "2018-01-01"'),
        ("cu_codes", "[[cu_code]]", "[[cu_code]"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(file: str, old: str, new: str) -> None:
    assert old in TEXTS[file]

    with pytest.raises(RulebookInvalid) as raised:
        checklist.build(TEXTS | {file: TEXTS[file].replace(old, new)})

    assert raised.value.details["file"] == f"{file}.toml"


def test_every_reason_and_state_is_explained() -> None:
    page = (files("wallet").joinpath("..", "docs", "reimbursements.md")).read_text("utf-8")

    assert all(f"`{reason}`" in page for reason in Reason)
    assert all(str(state) in page for state in State)


def test_a_year_without_a_code_is_shown_without_one(desk: Desk) -> None:
    assert desk.submit(expense="school-books").expense == "SCHOOL_BOOKS"
    assert checklist.cu_code("SCHOOL_BOOKS", 2026) is None
