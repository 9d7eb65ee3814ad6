"""What ended is paid out: own money back to its citizen, credit into a pension fund, each once, and undone if wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count

import pytest
import sqlalchemy as sa

from config import clock
from ledger import books
from ledger.errors import AmountNotPositive, DuplicateReference
from plans import funders
from plans.rulebook.words import Entitlement, PlanSource
from plans.words import FunderKind, Residual
from tests import factories
from tests.factories import euro
from tests.wallet.scene import DIRECT, Scene
from wallet import residual, residual_payments, tenders
from wallet.credit_verification import KINDS
from wallet.errors import (
    BankNotCovering,
    ReasonRequired,
    ResidualAccountInvalid,
    ResidualExceedsLeft,
    ResidualNotOwnMoney,
    ResidualPaymentChanged,
    ResidualPaymentNotFound,
    ResidualPaymentUndone,
)
from wallet.residual_payments import Payee, Payer, Payment
from wallet.social.errors import TenderHandedOver, TenderSpent, TenderTransferExceeds
from wallet.tenders import Paid, Receipt, TenderKind

DAY_AFTER = date(2026, 12, 1)
IBAN = "IT60X0542811101000000123456"
_receipts = count(1)


@pytest.fixture
def private(empty_scene: Scene) -> Scene:
    """A book of private citizens; their plan can be spent until 30 November."""
    session, number = empty_scene.session, next(_receipts)
    book_id = books.open_book(session, f"PRV{number}", "Cittadini di Cremona")
    kind, name = FunderKind.PRIVATE, "Cittadini di Cremona"
    funders.record(session, book_id, code=f"PRV{number}", name=name, kind=kind, home_territory="cremona")
    scene = Scene(session, book_id, factories.employee(session, book_id, hired_on=None, cluster=None))
    scene.plan("PRV", committed=0, source=PlanSource.PRIVATE, entitlement=Entitlement.AD_PERSONAM, act=None)
    return scene


@pytest.fixture
def pension(empty_scene: Scene) -> Scene:
    """A plan whose rest goes to pension funds: 100 euro of the worker's ended."""
    empty_scene.plan(residual_destination=Residual.PENSION_FUND)
    empty_scene.grant(10_000)
    empty_scene.go_to(DAY_AFTER)
    empty_scene.expire()
    return empty_scene


def paid_in(scene: Scene, amount: int, citizen: str | None = None) -> Paid:
    receipt = Receipt(TenderKind.CARD, f"POS-{next(_receipts):05d}")
    who = citizen or scene.worker
    return tenders.record(scene.session, scene.book_id, who, "PRV", receipt, euro(amount), on=clock.today(), actor="x")


def handed_over(scene: Scene, amount: int, reference: str = "CRO-1") -> int:
    return tenders.record_transfer(
        scene.session, scene.book_id, TenderKind.CARD, euro(amount), reference=reference, on=clock.today(), actor="x"
    )


def pay(scene: Scene, citizen: str | None = None, amount: int | None = None, **values: object) -> Payment:
    told = {"account": IBAN, "reference": "BON-1", "on": clock.today(), "actor": "x"} | values
    plan, payee = told.pop("plan", "PRV"), told.pop("payee", Payee.CITIZEN)
    money = None if amount is None else euro(amount)
    return residual_payments.pay(
        scene.session, scene.book_id, citizen or scene.worker, plan, payee, amount=money, **told
    )  # type: ignore[arg-type]


def fund(scene: Scene, amount: int | None = None, **values: object) -> Payment:
    return pay(scene, None, amount, **({"plan": "A", "payee": Payee.PENSION_FUND, "account": "Fondo Cometa"} | values))


def waiting(scene: Scene, citizen: str | None = None) -> int:
    return residual.waiting(scene.session, scene.book_id, citizen or scene.worker, "PRV")


# -- own money -------------------------------------------------------------------------------------------------------


def test_own_money_that_ended_is_paid_back_from_the_bank(private: Scene) -> None:
    paid_in(private, 10_000)
    private.capture(private.buy("PSI-CR", channel=DIRECT))
    handed_over(private, 10_000)
    private.go_to(DAY_AFTER)
    private.expire()
    (line,) = residual.own_money(private.session, private.book_id)
    assert (line.plan_code, line.employee_id, line.left_minor) == ("PRV", private.worker, 4_500)

    done = pay(private, account="IT60 X054 2811 1010 0000 0123 456")

    assert (done.amount_minor, done.account, done.paid_on, done.reference) == (4_500, IBAN, DAY_AFTER, "BON-1")
    assert (private.posted("plan:PRV:returned"), private.posted("bank")) == (0, 5_500)
    assert waiting(private) == 0
    assert private.differences() == []


def test_the_same_reference_pays_once_and_other_facts_under_it_are_refused(private: Scene) -> None:
    paid_in(private, 10_000)
    handed_over(private, 10_000)
    private.go_to(DAY_AFTER)
    private.expire()
    first = pay(private, amount=4_000)
    before = private.image()

    again = pay(private, amount=4_000)

    assert (again.payment_id, again.replayed) == (first.payment_id, True)
    assert pay(private).replayed
    with pytest.raises(ResidualPaymentChanged) as refusal:
        pay(private, amount=4_001)
    assert refusal.value.details["differs"] == ["amount_minor"]
    assert private.image() == before
    assert pay(private, reference="BON-2").amount_minor == 6_000


def test_nobody_is_paid_with_another_citizens_money(private: Scene) -> None:
    other = private.person(last_name="Altro", hired_on=None, cluster=None)
    spent, kept = paid_in(private, 5_500), paid_in(private, 7_000, other)
    private.capture(private.buy("PSI-CR", channel=DIRECT))
    handed_over(private, 5_500)
    private.go_to(DAY_AFTER)
    private.expire()

    with pytest.raises(ResidualExceedsLeft):
        pay(private)
    with pytest.raises(TenderSpent):
        tenders.give_back(private.session, private.book_id, spent.tender_id, on=DAY_AFTER, actor="x")

    assert (waiting(private), waiting(private, other)) == (0, 7_000)
    returned = tenders.give_back(private.session, private.book_id, kept.tender_id, on=DAY_AFTER, actor="x")
    assert returned.amount_minor == 7_000
    with pytest.raises(ResidualExceedsLeft):
        pay(private, other)
    assert private.differences() == []


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_or_less_is_refused(private: Scene, amount: int) -> None:
    paid_in(private, 10_000)

    with pytest.raises(AmountNotPositive):
        pay(private, amount=amount)


def test_to_the_cent_and_no_more(private: Scene) -> None:
    paid_in(private, 10_000)
    handed_over(private, 10_000)
    private.go_to(DAY_AFTER)
    private.expire()

    with pytest.raises(ResidualExceedsLeft) as refusal:
        pay(private, amount=10_001)

    assert refusal.value.details["left"] == euro(10_000)
    assert pay(private, amount=10_000).amount_minor == 10_000


def test_free_own_money_is_paid_back_before_it_ends_only_when_asked_for(private: Scene) -> None:
    paid_in(private, 10_000)
    handed_over(private, 10_000)
    private.buy("PSI-CR", channel=DIRECT)

    with pytest.raises(ResidualExceedsLeft):
        pay(private)
    with pytest.raises(ResidualExceedsLeft):
        pay(private, amount=4_501)
    assert pay(private, amount=4_500).amount_minor == 4_500

    assert private.posted("plan:PRV:returned") == 0
    assert private.differences() == []


def test_the_bank_pays_what_it_holds(private: Scene) -> None:
    paid_in(private, 10_000)
    handed_over(private, 9_999)
    private.go_to(DAY_AFTER)
    private.expire()

    with pytest.raises(BankNotCovering) as refusal:
        pay(private)

    assert refusal.value.details["available"] == euro(9_999)
    handed_over(private, 1, "CRO-2")
    assert pay(private).amount_minor == 10_000


def test_what_was_handed_over_does_not_go_back_the_way_it_came(private: Scene) -> None:
    paid = paid_in(private, 10_000)
    handed_over(private, 6_000)

    with pytest.raises(TenderHandedOver) as refusal, private.session.begin_nested():
        tenders.give_back(private.session, private.book_id, paid.tender_id, on=clock.today(), actor="x")

    assert refusal.value.details["available"] == euro(4_000)
    assert "carta" in refusal.value.text("it")
    assert private.posted("tender:card") == 4_000
    with pytest.raises(TenderTransferExceeds):
        handed_over(private, 4_001, "CRO-2")
    with pytest.raises(DuplicateReference):
        handed_over(private, 1)
    assert private.differences() == []


@pytest.mark.parametrize("account", ["", "IT60X0542811101000000123457", "un conto"])
def test_a_citizens_account_is_an_iban(private: Scene, account: str) -> None:
    with pytest.raises(ResidualAccountInvalid):
        pay(private, account=account)


def test_only_own_money_is_paid_to_a_citizen_and_only_from_the_bank(pension: Scene) -> None:
    with pytest.raises(ResidualNotOwnMoney):
        pay(pension, plan="A")


def test_no_employer_pays_a_citizen_back(private: Scene) -> None:
    with pytest.raises(ResidualNotOwnMoney):
        pay(private, payer=Payer.EMPLOYER)


# -- pension funds ---------------------------------------------------------------------------------------------------


def test_a_pension_fund_is_paid_in_parts(pension: Scene) -> None:
    fund(pension, 4_000)
    (due,) = residual.pension_due(pension.session, pension.book_id)
    assert (due.amount_minor, due.paid_minor) == (10_000, 4_000)
    assert residual.pension_balance(pension.session, pension.book_id) == 6_000

    rest = fund(pension, reference="BON-2")

    assert (rest.amount_minor, pension.posted("plan:A:pension"), pension.posted("bank")) == (6_000, 0, 990_000)
    with pytest.raises(ResidualExceedsLeft):
        fund(pension, reference="BON-3")
    assert pension.differences() == []


def test_what_the_employer_paid_through_payroll_is_owed_to_it(pension: Scene) -> None:
    fund(pension, payer=Payer.EMPLOYER)

    assert (pension.posted("plan:A:pension"), pension.posted("plan:A:returned")) == (0, 10_000)
    assert pension.posted("bank") == 1_000_000
    assert pension.differences() == []


# -- undoing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payer", list(Payer))
def test_a_payment_recorded_by_mistake_is_undone_with_a_reason(pension: Scene, payer: Payer) -> None:
    done = fund(pension, payer=payer)
    undo: Callable[..., Payment] = residual_payments.undo
    told = {"on": DAY_AFTER, "actor": "x"}
    with pytest.raises(ReasonRequired):
        undo(pension.session, pension.book_id, done.payment_id, reason=" ", **told)
    with pytest.raises(ResidualPaymentNotFound):
        undo(pension.session, pension.book_id, "rpy_x", reason="errore", **told)

    undone = undo(pension.session, pension.book_id, done.payment_id, reason="fondo sbagliato", **told)

    assert (undone.undone_on, undone.undone_reason) == (DAY_AFTER, "fondo sbagliato")
    assert (pension.posted("plan:A:pension"), pension.posted("plan:A:returned")) == (10_000, 0)
    assert pension.posted("bank") == 1_000_000
    with pytest.raises(ResidualPaymentUndone):
        undo(pension.session, pension.book_id, done.payment_id, reason="ancora", **told)
    again = fund(pension, payer=payer)
    assert again.payment_id != done.payment_id
    assert [each.undone_on for each in residual_payments.listed(pension.session, pension.book_id)] == [DAY_AFTER, None]
    assert pension.differences() == []


# -- verification ----------------------------------------------------------------------------------------------------

TAMPERINGS = [
    ("residual_account", "update residual_payment set amount_minor = amount_minor - 1"),
    ("residual_account", "delete from residual_reversal"),
    ("residual_account", "update residual_payment set payer = 'EMPLOYER' where reference = 'BON-2'"),
    (
        "residual_account",
        "update balance b set credit_posted = credit_posted + 1 from account a"
        " where a.account_id = b.account_id and a.code = 'plan:A:returned'",
    ),
    ("residual_entry", "update residual_payment set payee = 'CITIZEN' where reference = 'BON-2'"),
    ("residual_entry", "delete from residual_payment where reference = 'BON-2'"),
    ("residual_reversal", "update residual_reversal set entry_id = entry_id + 1"),
    ("residual_reversal", "update entry set reverses = null where kind = 'reversal'"),
]


@pytest.mark.parametrize(("kind", "tampering"), TAMPERINGS, ids=[f"{k}-{n}" for n, (k, _) in enumerate(TAMPERINGS)])
def test_what_was_tampered_with_is_named(pension: Scene, kind: str, tampering: str) -> None:
    wrong = fund(pension, 4_000)
    residual_payments.undo(pension.session, pension.book_id, wrong.payment_id, reason="errore", on=DAY_AFTER, actor="x")
    fund(pension, 3_000, reference="BON-2")
    assert pension.differences() == []
    pension.session.execute(sa.text("set local session_replication_role = replica"))

    changed = pension.session.execute(sa.text(tampering)).rowcount  # type: ignore[attr-defined]
    named = pension.differences()
    pension.session.execute(sa.text("set local session_replication_role = origin"))

    assert changed
    assert any(KINDS[kind][1] in text for text in named)


def test_every_kind_is_tried() -> None:
    assert {kind for kind, _ in TAMPERINGS} == {kind for kind in KINDS if kind.startswith("residual_")}


@pytest.mark.parametrize("statement", ["update residual_payment set amount_minor = 1", "delete from residual_payment"])
def test_what_was_paid_is_history(pension: Scene, statement: str) -> None:
    fund(pension)

    with pytest.raises(sa.exc.DBAPIError, match="append only"), pension.session.begin_nested():
        pension.session.execute(sa.text(statement))
