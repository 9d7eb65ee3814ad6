"""What is looked at when an expense is submitted; whatever is wrong changes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.errors import AmountTooLarge
from network.errors import ServiceNotFound
from plans.errors import EmployeeNotFound, RelativeNotFound
from plans.rulebook.words import Kinship
from plans.words import Fact
from tests import factories
from tests.factories import euro
from tests.wallet.reimbursements.conftest import REIMBURSING, Desk
from tests.wallet.scene import CONSENT
from wallet.declines import Decline
from wallet.errors import AmountNotExact
from wallet.reimbursements import records
from wallet.reimbursements.errors import (
    DocumentsTooMany,
    ExpenseAmountInvalid,
    ExpenseAmountTooHigh,
    ExpenseInFuture,
    ExpenseOutsidePlan,
    ExpenseUnknown,
    ReimbursementDeclined,
    ReimbursementForbidden,
    ReimbursementNotInPlan,
    ServiceNotOfExpense,
    SubmissionIncomplete,
    SupplierCodeInvalid,
)
from wallet.reimbursements.words import Holder, Purpose, Reason, State, Statement

NEXT_WEEK = date(2026, 3, 17)
REFUSED: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"expense": "holidays"}, ExpenseUnknown),
    ({"document": 0}, ExpenseAmountInvalid),
    ({"amount": 0}, ExpenseAmountInvalid),
    ({"amount": -1}, ExpenseAmountInvalid),
    ({"document": 10_000, "amount": 10_001}, ExpenseAmountTooHigh),
    ({"document": 1_000_000_001}, AmountTooLarge),
    ({"document": euro(100) * "0.5" + euro(1) * "0.001"}, AmountNotExact),
    ({"expense_on": NEXT_WEEK}, ExpenseInFuture),
    ({"document_on": NEXT_WEEK}, ExpenseInFuture),
    ({"supplier_tax_code": "12345670018"}, SupplierCodeInvalid),
    ({"supplier_tax_code": "IT12345670018"}, SupplierCodeInvalid),
    ({"employee_id": "emp_nobody"}, EmployeeNotFound),
    ({"relative_id": "rel_nobody"}, RelativeNotFound),
    ({"service_code": "NO-SUCH"}, ServiceNotFound),
    ({"service_code": "ADI-CR"}, ServiceNotOfExpense),
    ({"service_code": "PSI-CR"}, ServiceNotOfExpense),
    ({"expense_on": date(2025, 12, 31), "already_detracted": False}, ExpenseOutsidePlan),
    ({"document": 60_001}, ReimbursementDeclined),
    ({"relative_id": None}, ReimbursementDeclined),
]


@pytest.mark.parametrize(("wrong", "refusal"), REFUSED, ids=[f"{r.__name__}-{n}" for n, (_, r) in enumerate(REFUSED)])
def test_what_is_wrong_is_refused_in_both_languages_and_changes_nothing(
    desk: Desk, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    before = desk.scene.image(empty_accounts=False)

    with pytest.raises(refusal) as raised:
        desk.submit(**wrong)

    text = raised.value.text("it"), raised.value.text("en")  # type: ignore[attr-defined]
    assert all(text)
    assert text[0] != text[1]
    assert "{" not in "".join(text)
    assert desk.scene.image(empty_accounts=False) == before
    assert records.find(desk.scene.session, desk.scene.book_id) == []


@pytest.mark.parametrize(
    ("expense", "rule"),
    [("health", "category-social-utility"), ("leisure", "category-social-utility"), ("goods", "category-fringe")],
)
def test_what_the_law_does_not_give_back_is_refused_with_its_rule(desk: Desk, expense: str, rule: str) -> None:
    with pytest.raises(ReimbursementForbidden) as raised:
        desk.submit(expense=expense, relative_id=None)

    assert any(rule in one for one in raised.value.details["rules"]), raised.value.details["rules"]


def test_bills_are_fringe_benefits_that_may_be_given_back(desk: Desk) -> None:
    found = desk.submit(expense="utilities", relative_id=None, document=9_950)

    assert (found.category, found.outcome, found.in_limit) == ("FRINGE", "EXEMPT", True)
    assert "external_fringe_unknown" in found.warnings


def test_sport_needs_consent_to_the_tax(desk: Desk) -> None:
    scene = desk.scene
    with pytest.raises(ReimbursementDeclined):
        desk.submit(expense="child-sport", consent=True)

    scene.plan("B", **REIMBURSING, **CONSENT)
    scene.grant(30_000, "B")
    with pytest.raises(ReimbursementDeclined) as raised:
        desk.submit(expense="child-sport")
    assert raised.value.details["decline"] == Decline.CATEGORY_NOT_ALLOWED
    taxed = desk.approve(desk.submit(expense="child-sport", consent=True))
    assert (taxed.outcome, taxed.approved_exempt_minor) == ("TAXABLE", 0)
    assert scene.events() == [("use", 0, 22_000, "reimbursed", 2026)]


def test_a_plan_that_does_not_reimburse_says_so(desk: Desk) -> None:
    scene = desk.scene
    other = scene.person()
    scene.plan("D")
    scene.grant(10_000, "D", other)
    child = scene.relative(worker=other, tax_code=factories.tax_code(born=date(2018, 6, 1)))

    with pytest.raises(ReimbursementNotInPlan) as raised:
        desk.submit(employee_id=other, relative_id=child, document=100)

    assert "istruzione" in raised.value.text("it")


def test_everything_that_is_missing_is_named_at_once(desk: Desk) -> None:
    with pytest.raises(SubmissionIncomplete) as raised:
        desk.submit(
            files=[],
            statements=frozenset({Statement.NOT_REIMBURSED_ELSEWHERE}),
            payment_shown=False,
            expense_on=date(2025, 12, 20),
            supplier=" ",
            document_no="",
        )

    told = raised.value.text("it")
    for words in (
        "nome del fornitore",
        "numero del documento",
        "documento di spesa",
        "prova del pagamento",
        "detrazione",
        "familiare indicato",
        "già stata detratta",
    ):
        assert words in told
    assert "non sarà rimborsata da altri" not in told
    assert "lista di controllo di «centro estivo o invernale, ludoteca»" in told


def test_a_payment_is_proved_by_a_document_as_well_as_by_word(desk: Desk) -> None:
    files = [desk.upload("a"), desk.upload("b", Purpose.PAYMENT)]

    assert desk.submit(files=files, payment_shown=False).status is State.SUBMITTED


def test_rent_asks_for_the_contract(desk: Desk) -> None:
    with pytest.raises(SubmissionIncomplete) as raised:
        desk.submit(expense="rent", relative_id=None)
    assert raised.value.details["missing_en"] == "contract"

    files = [desk.upload("rent"), desk.upload("lease", Purpose.CONTRACT)]
    assert desk.submit(expense="rent", relative_id=None, files=files).category == "FRINGE"


def test_a_relative_without_codice_fiscale_is_asked_for_it_where_the_certificate_bears_it(desk: Desk) -> None:
    unnamed = desk.scene.relative(first_name="Bea")

    with pytest.raises(SubmissionIncomplete) as raised:
        desk.submit(relative_id=unnamed)

    assert raised.value.text("it").startswith("Manca: codice fiscale del familiare")
    assert desk.submit(expense="utilities", relative_id=unnamed, document=100).category == "FRINGE"


def test_eleven_documents_are_too_many(desk: Desk) -> None:
    with pytest.raises(DocumentsTooMany):
        desk.submit(files=[desk.upload("a")] * 11)


@pytest.mark.parametrize(
    ("expense", "holder", "state"),
    [
        ("summer-centre", Holder.EMPLOYEE, State.SUBMITTED),
        ("summer-centre", Holder.USER, State.SUBMITTED),
        ("summer-centre", Holder.RELATIVE, State.NEEDS_FIX),
        ("summer-centre", Holder.OTHER, State.NEEDS_FIX),
        ("utilities", Holder.RELATIVE, State.SUBMITTED),
        ("utilities", Holder.OTHER, State.NEEDS_FIX),
    ],
)
def test_the_checklist_says_in_whose_name_the_document_may_be(
    desk: Desk, expense: str, holder: Holder, state: State
) -> None:
    found = desk.submit(expense=expense, holder=holder, document=1_000)

    assert found.status is state
    assert desk.left() == 59_000
    (step,) = records.steps(desk.scene.session, desk.scene.book_id, found.reimbursement_id)
    assert step.reasons == ((Reason.HOLDER_NOT_ALLOWED,) if state is State.NEEDS_FIX else ())


def test_an_expense_of_the_year_before_within_the_plans_time_says_whether_it_was_detracted(desk: Desk) -> None:
    scene = desk.scene
    scene.plan("P", starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31), spend_by=date(2026, 8, 31), **REIMBURSING)
    scene.grant(22_000, "P")

    found = desk.submit(expense_on=date(2025, 12, 20), document_on=date(2025, 12, 18), already_detracted=True)

    assert (found.expense_year, found.already_detracted, found.chosen_on.year) == (2025, True, 2026)


def test_a_frozen_wallet_and_a_leaver_are_told(desk: Desk) -> None:
    desk.scene.freeze()
    with pytest.raises(ReimbursementDeclined) as raised:
        desk.submit()
    assert raised.value.details["decline"] == Decline.WALLET_FROZEN


def test_credit_that_is_over_reimburses_nothing(desk: Desk) -> None:
    desk.scene.go_to(date(2026, 12, 1))

    with pytest.raises(ReimbursementDeclined) as raised:
        desk.submit()

    assert raised.value.details["decline"] == Decline.LOT_EXPIRED


def test_the_earliest_expiry_pays_first(desk: Desk) -> None:
    scene = desk.scene
    sooner = scene.grant(10_000, expires_on=date(2026, 6, 30))

    desk.submit()

    assert (scene.left(sooner), desk.left()) == (0, 48_000)


def test_reserved_limits_count_before_anything_is_approved(desk: Desk) -> None:
    scene = desk.scene
    scene.declare(scene.worker, Fact.EXTERNAL_FRINGE, year=2026, amount=euro(90_000))
    desk.submit(expense="utilities", relative_id=None, document=10_000)

    with pytest.raises(ReimbursementDeclined) as raised:
        desk.submit(expense="utilities", relative_id=None, document=1)

    assert raised.value.details["decline"] == Decline.FRINGE_LIMIT_EXCEEDED


def test_a_season_ticket_is_for_a_dependent_relative_only(desk: Desk) -> None:
    scene = desk.scene
    spouse = scene.relative(Kinship.SPOUSE, tax_code=factories.tax_code())
    scene.declare(spouse, Fact.DEPENDENCY, year=2026, holds=False)

    with pytest.raises(ReimbursementDeclined):
        desk.submit(expense="season-ticket", relative_id=spouse)
    scene.declare(spouse, Fact.DEPENDENCY, year=2026)
    assert desk.submit(expense="season-ticket", relative_id=spouse).outcome == "EXEMPT"
