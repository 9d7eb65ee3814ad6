"""Own money: recorded with its receipt, and back to whom it came from, each citizen's own and to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config import clock
from ledger import accounts, books, posting
from ledger.accounts import Opening
from ledger.posting import Draft, Pair
from plans import funders, people, plans
from plans.rulebook import loading
from plans.rulebook.words import Entitlement, PlanSource
from plans.words import FunderKind, FundingPolicy
from tests import factories
from tests.factories import euro
from tests.wallet.scene import Scene, csv_file
from wallet import budgets, chart, funding, grants, openings, residual_payments, tenders, verification
from wallet.errors import ResidualExceedsLeft
from wallet.residual_payments import Payee
from wallet.social.errors import OwnMoneyNeedsReceipt, TenderHandedOver, TenderSpent
from wallet.social.tables import TenderReturn
from wallet.tenders import Paid, Receipt, TenderKind

LAST_DAY, AFTER = date(2026, 11, 30), date(2026, 12, 2)
_numbers = count(1)


def citizens(scene: Scene, **values: Any) -> Scene:
    """A book of private citizens with plan PRV, to be spent by 30 November; `worker` is one of them."""
    code = f"PRV{next(_numbers)}"
    book_id = books.open_book(scene.session, code, "Cittadini di Cremona")
    funders.record(
        scene.session, book_id, code=code, name="Cittadini", kind=FunderKind.PRIVATE, home_territory="cremona"
    )
    told = {"source": PlanSource.PRIVATE, "act": None, "entitlement": Entitlement.AD_PERSONAM, "spend_by": LAST_DAY}
    plan_id = factories.plan(scene.session, book_id, "PRV", **(told | values))
    someone = factories.employee(scene.session, book_id, hired_on=None, cluster=None)
    return Scene(scene.session, book_id, someone, {"PRV": plan_id})


@pytest.fixture
def town(empty_scene: Scene) -> Scene:
    return citizens(empty_scene)


def pay(scene: Scene, amount: int, who: str | None = None, kind: TenderKind = TenderKind.CARD) -> Paid:
    receipt = Receipt(kind, f"POS-{next(_numbers)}")
    return tenders.record(
        scene.session, scene.book_id, who or scene.worker, "PRV", receipt, euro(amount), on=clock.today(), actor="test"
    )


def give_back(scene: Scene, paid: Paid) -> int:
    returned = tenders.give_back(scene.session, scene.book_id, paid.tender_id, on=clock.today(), actor="test")
    return returned.amount_minor


def nothing_goes_back(scene: Scene, paid: Paid) -> None:
    with pytest.raises(TenderSpent):
        give_back(scene, paid)


# -- each one's own --------------------------------------------------------------------------------------------------


def test_who_spent_everything_gets_nothing_of_what_another_left(town: Scene) -> None:
    other = town.person(first_name="Bruno")
    spent, left = pay(town, 5_500), pay(town, 5_500, other)
    town.capture(town.buy("PSI-CR"))
    town.go_to(AFTER)
    town.expire()
    assert town.posted("plan:PRV:returned") == 5_500

    nothing_goes_back(town, spent)

    assert give_back(town, left) == 5_500
    nothing_goes_back(town, left)
    # 110,00 by card, 55,00 of it spent at the psychologist's, 55,00 back.
    assert town.posted("tender:card") == 5_500
    assert town.posted("plan:PRV:returned") == 0
    assert town.differences() == []


def test_who_spent_a_part_gets_the_rest_and_no_more(town: Scene) -> None:
    other = town.person(first_name="Bruno")
    part, left = pay(town, 8_000), pay(town, 10_000, other)
    town.capture(town.buy("PSI-CR"))
    town.go_to(AFTER)
    town.expire()

    assert give_back(town, part) == 2_500
    nothing_goes_back(town, part)
    assert give_back(town, left) == 10_000
    assert (town.posted("tender:card"), town.posted("plan:PRV:returned")) == (5_500, 0)
    assert town.differences() == []


def test_payments_in_one_lot_get_back_together_what_the_lot_has_left(town: Scene) -> None:
    first, second = pay(town, 5_500), pay(town, 2_000, kind=TenderKind.PAGOPA)
    town.capture(town.buy("PSI-CR"))
    town.go_to(AFTER)
    town.expire()

    # 75,00 paid and 55,00 spent leave 20,00, whichever is asked for first.
    assert give_back(town, second) == 2_000
    nothing_goes_back(town, first)
    assert (town.posted("tender:card"), town.posted("tender:pagopa")) == (5_500, 0)
    assert town.differences() == []


def test_a_payment_that_was_spent_gets_nothing_of_another_lot_of_the_same_citizen(town: Scene) -> None:
    spent = pay(town, 5_500)
    town.capture(town.buy("PSI-CR"))
    prolonged = plans.describe(town.session, town.book_id, "PRV")
    later = {name: getattr(prolonged, name) for name in prolonged.__dataclass_fields__} | {
        "spend_by": date(2026, 12, 1)
    }
    plans.load(
        town.session, town.book_id, type(prolonged)(**later), rulebook=loading.load(), created_at=clock.now(),
        revise=True,
    )  # fmt: skip
    left = pay(town, 3_000)
    assert spent.lot_id != left.lot_id
    town.go_to(AFTER)
    town.expire()

    nothing_goes_back(town, spent)
    assert give_back(town, left) == 3_000
    assert town.differences() == []


def test_what_is_free_goes_back_before_the_end_and_what_is_held_does_not(town: Scene) -> None:
    paid = pay(town, 10_000)
    held = town.buy("PSI-CR")

    assert give_back(town, paid) == 4_500
    nothing_goes_back(town, paid)
    town.void(held)
    assert give_back(town, paid) == 5_500
    nothing_goes_back(town, paid)
    assert town.posted("tender:card") == 0
    assert town.differences() == []


def test_own_money_is_taken_on_account_too(empty_scene: Scene) -> None:
    town = citizens(empty_scene, funding_policy=FundingPolicy.ON_ACCOUNT)
    paid = pay(town, 5_500)

    assert town.posted("plan:PRV:committed") == town.posted("plan:PRV:funded") == 0
    assert give_back(town, paid) == 5_500
    assert town.differences() == []


def test_what_went_to_the_wrong_citizen_is_named_with_the_lot_and_the_citizen(town: Scene) -> None:
    other = town.person(first_name="Bruno")
    spent, _ = pay(town, 5_500), pay(town, 5_500, other)
    town.capture(town.buy("PSI-CR"))
    town.go_to(AFTER)
    town.expire()
    assert town.differences() == []

    # As if the plan's whole account were the first citizen's: every account still adds up.
    opened = chart.open_plan(town.session, plans.by_code(town.session, town.book_id, "PRV"))
    card = accounts.ensure(town.session, town.book_id, [Opening("tender:card", "A", "Carta", 0)])["tender:card"]
    pair = Pair(opened["plan:PRV:returned"], card, 5_500)
    draft = Draft("tender_return", clock.today(), (pair,), memo=spent.tender_id)
    entry_id = posting.post(town.session, town.book_id, draft, actor="test")
    town.session.execute(
        sa.insert(TenderReturn).values(
            book_id=town.book_id, tender_id=spent.tender_id, seq=1, amount_minor=5_500, entry_id=entry_id,
            returned_on=clock.today(), actor="test",
        )
    )  # fmt: skip

    found = verification.verify(town.session, town.book_id)
    assert {(each.kind, each.subject, each.expected, each.found) for each in found} == {
        ("tender_lot_returned", f"lot {spent.lot_id}", "0", "5500"),
        ("own_money_paid", f"employee {town.worker} plan PRV", "0", "5500"),
    }


# -- only with its receipt -------------------------------------------------------------------------------------------


def test_own_money_is_neither_promised_nor_granted_nor_brought_nor_corrected(town: Scene, tmp_path: Path) -> None:
    paid = pay(town, 5_500)
    session, book_id, on = town.session, town.book_id, clock.today()
    code = people.employee(session, book_id, town.worker).tax_code
    budget = csv_file(tmp_path, [(code, "10,00")])
    brought = csv_file(tmp_path, [(code, "10,00")], "saldi.csv", "codice fiscale;residuo")
    before = town.image()

    for refused in (
        lambda: funding.commit(session, book_id, "PRV", euro(1_000), on=on, actor="test"),
        lambda: funding.record_transfer(session, book_id, "PRV", euro(1_000), on=on, actor="test"),
        lambda: factories.grant(session, book_id, "PRV", town.worker, 1_000),
        lambda: budgets.check(session, book_id, "PRV", budget),
        lambda: budgets.load(session, book_id, "PRV", budget, reference="r", on=on, actor="test"),
        lambda: openings.load(
            session, book_id, "PRV", brought, document_ref="d", platform="p", total=euro(1_000), on=on, actor="test"
        ),
        lambda: grants.correct(session, book_id, paid.lot_id, euro(5_500), reason="errore", on=on, actor="test"),
    ):
        with pytest.raises(OwnMoneyNeedsReceipt) as refusal:
            refused()
        assert "ricevuta di ciascun pagamento" in refusal.value.text("it")

    assert town.image() == before
    assert give_back(town, paid) == 5_500


def test_the_database_carries_over_no_own_money(town: Scene) -> None:
    pay(town, 5_500)

    with pytest.raises(sa.exc.IntegrityError, match="ck_lot_goes_back"):
        town.session.execute(
            sa.text("update lot set carried_from = lot_id where book_id = :book"), {"book": town.book_id}
        )


def test_what_is_to_be_handed_over_is_what_was_paid_by_a_day_and_did_not_go_back(town: Scene) -> None:
    session, book_id, yesterday = town.session, town.book_id, clock.today()
    assert tenders.to_hand_over(session, book_id, TenderKind.CARD, yesterday) == euro(0)
    first = pay(town, 10_000)
    town.go_to(yesterday + timedelta(days=1))
    pay(town, 5_500)

    assert tenders.to_hand_over(session, book_id, TenderKind.CARD, yesterday) == euro(10_000)
    assert tenders.to_hand_over(session, book_id, TenderKind.CARD, clock.today()) == euro(15_500)
    give_back(town, first)
    # What went back since is there no more.
    assert tenders.to_hand_over(session, book_id, TenderKind.CARD, yesterday) == euro(5_500)


# -- a whole life ----------------------------------------------------------------------------------------------------


def test_own_money_from_the_receipt_to_the_last_cent_that_went_back(town: Scene) -> None:
    """100.00 by card: 55.00 spent and given back after the end, 60.00 handed over to the bank, 40.00 not."""
    rosa = town.worker

    def told() -> dict[str, int]:
        assert town.differences() == []
        accounts_told = {code: town.posted(code) for code in ("tender:card", "bank", "provider:P04")}
        return accounts_told | {
            "lot": sum(lot.available_minor for lot in town.lots()),
            "held": sum(town.posted(f"lot:{lot.lot_id}") for lot in town.lots())
            - sum(lot.available_minor for lot in town.lots()),
            "ended": town.posted("plan:PRV:returned"),
            "plan": sum(town.posted(f"plan:PRV:{name}") for name in ("receivable", "committed", "funded")),
        }

    nothing = {"tender:card": 0, "bank": 0, "provider:P04": 0, "lot": 0, "held": 0, "ended": 0, "plan": 0}
    assert told() == nothing

    # Recorded by its receipt: whoever took the card owes it, Rosa can spend it.
    paid = pay(town, 10_000)
    assert told() == nothing | {"tender:card": 10_000, "lot": 10_000}

    # Bought, which reserves it, and delivered, which owes it to the provider.
    bought = town.buy("PSI-CR")
    assert told() == nothing | {"tender:card": 10_000, "lot": 4_500, "held": 5_500}
    town.capture(bought)
    assert told() == nothing | {"tender:card": 10_000, "lot": 4_500, "provider:P04": 5_500}

    # 60.00 came to the bank, from which the provider would be paid.
    tenders.record_transfer(
        town.session, town.book_id, TenderKind.CARD, euro(6_000), reference="EC-11", on=clock.today(), actor="test"
    )
    assert told() == nothing | {"tender:card": 4_000, "bank": 6_000, "lot": 4_500, "provider:P04": 5_500}

    # The plan is over: what was not spent waits.
    town.go_to(AFTER)
    assert town.expire().returned_minor == 4_500
    assert told() == nothing | {"tender:card": 4_000, "bank": 6_000, "ended": 4_500, "provider:P04": 5_500}

    # Given back after the end: the provider gets nothing, and Rosa has thirty days.
    town.go_to(date(2026, 12, 3))
    town.refund(bought)
    assert told() == nothing | {"tender:card": 4_000, "bank": 6_000, "ended": 4_500, "lot": 5_500}
    town.go_to(date(2027, 1, 2))
    assert town.expire().returned_minor == 0
    town.go_to(date(2027, 1, 3))
    assert town.expire().returned_minor == 5_500
    assert told() == nothing | {"tender:card": 4_000, "bank": 6_000, "ended": 10_000}

    # The card's side has 40.00 alone: the rest is paid back by bank transfer, and what is left the way it came.
    with pytest.raises(TenderHandedOver):
        give_back(town, paid)
    sent = residual_payments.pay(
        town.session, town.book_id, rosa, "PRV", Payee.CITIZEN, account="IT60X0542811101000000123456",
        reference="SEPA-1", amount=euro(6_000), on=clock.today(), actor="test",
    )  # fmt: skip
    assert sent.amount_minor == 6_000
    assert told() == nothing | {"tender:card": 4_000, "ended": 4_000}
    assert give_back(town, paid) == 4_000
    assert told() == nothing

    # Nothing is left to give, in either way.
    nothing_goes_back(town, paid)
    with pytest.raises(ResidualExceedsLeft):
        residual_payments.pay(
            town.session, town.book_id, rosa, "PRV", Payee.CITIZEN, account="IT60X0542811101000000123456",
            reference="SEPA-2", on=clock.today(), actor="test",
        )  # fmt: skip
