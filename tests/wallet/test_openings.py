"""Balances brought from another platform: with their proof, to the cent, once, and apart from the plan's own money."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from config import clock
from ledger.errors import AmountNotPositive, DuplicateReference
from plans import people, plans
from plans.errors import EmployeeNotFound, PlanNotFound
from plans.errors_sources import OpeningFileRefused
from tests import factories
from tests.factories import euro
from tests.wallet.scene import Scene, csv_file
from wallet import funding, grants, openings
from wallet.errors import (
    CorrectionExceedsGrant,
    OpeningAlreadyUndone,
    OpeningNotFound,
    OpeningReferenceChanged,
    OpeningRepeated,
    OpeningSpent,
    OpeningTransferExceeds,
    ReasonRequired,
)
from wallet.expiry import Expired
from wallet.openings import Load, Outcome

HEADER = "codice fiscale;credito residuo;scadenza"


def code(scene: Scene, worker: str | None = None) -> str:
    return people.employee(scene.session, scene.book_id, worker or scene.worker).tax_code


def bring(scene: Scene, path: Path, total: int, document: str = "Estratto 12/2025", **values: object) -> Load:
    told = {"on": clock.today(), "platform": "Vecchia", "actor": "test"} | values
    return openings.load(
        scene.session,
        scene.book_id,
        "A",
        path,
        document_ref=document,
        total=euro(total),
        **told,  # type: ignore[arg-type]
    )


def undo(scene: Scene, load_id: str, reason: str = "errore", **values: object) -> int:
    told = {"reason": reason, "on": clock.today(), "actor": "test"} | values
    return openings.undo(scene.session, scene.book_id, load_id, **told)  # type: ignore[arg-type]


@pytest.fixture
def two(scene: Scene, tmp_path: Path) -> Path:
    """A file of three lots: the worker's 100.00 and 50.00 by 30 June, and another's 25.50; 175.50 in all."""
    rows = [
        (code(scene), "100,00", ""),
        (code(scene), "50,00", "30/06/2026"),
        (code(scene, scene.person()), "25,50", ""),
        ("Totale", "175,50", ""),
    ]
    return csv_file(tmp_path, rows, header=HEADER)


def test_every_lot_has_an_entry_of_its_own_from_the_opening_account(scene: Scene, two: Path) -> None:
    done = bring(scene, two, 17_550)

    assert (done.outcome, done.rows, done.total_minor) == (Outcome.LOADED, 3, 17_550)
    mine = [(lot.expires_on, lot.available_minor) for lot in scene.lots()]
    assert sorted(mine) == [(date(2026, 6, 30), 5_000), (date(2026, 11, 30), 10_000)]
    assert scene.posted("plan:A:opening") == 17_550
    entries = scene.session.execute(
        sa.text("select memo, reference from entry where book_id = :book and kind = 'opening' order by entry_id"),
        {"book": scene.book_id},
    ).all()
    assert [tuple(row) for row in entries] == [("Estratto 12/2025", f"{done.load_id}:{row}") for row in (2, 3, 4)]
    assert scene.differences() == []


def test_what_is_brought_touches_nothing_that_the_funder_committed_or_transferred(scene: Scene, two: Path) -> None:
    terms = plans.by_code(scene.session, scene.book_id, "A")
    before = funding.state(scene.session, terms)

    bring(scene, two, 17_550)

    assert funding.state(scene.session, terms) == before


def test_it_is_spent_and_expires_as_all_credit(scene: Scene, two: Path) -> None:
    bring(scene, two, 17_550)

    scene.capture(scene.buy("PSI-CR"))

    # 55.00: first the 50.00 that end in June, then 5.00.
    assert sorted(lot.available_minor for lot in scene.lots()) == [0, 9_500]
    scene.go_to(date(2026, 12, 1))
    assert scene.expire() == Expired(lots=2, returned_minor=9_500 + 2_550)
    assert scene.differences() == []


def test_the_same_again_changes_nothing_in_any_order(scene: Scene, two: Path, tmp_path: Path) -> None:
    first = bring(scene, two, 17_550)
    before = scene.image()
    header, *rows = two.read_text("utf-8").splitlines()
    turned = tmp_path / "girato.csv"
    turned.write_text("\n".join([header, *rows[2::-1], rows[3]]) + "\n", encoding="utf-8")

    again = bring(scene, turned, 17_550)

    assert (again.outcome, again.load_id) == (Outcome.UNCHANGED, first.load_id)
    assert scene.image() == before
    # Also when the credit has expired since.
    scene.go_to(date(2026, 12, 1))
    assert bring(scene, two, 17_550).outcome is Outcome.UNCHANGED


def test_another_content_under_the_document_or_another_document_for_it_is_refused(
    scene: Scene, two: Path, tmp_path: Path
) -> None:
    bring(scene, two, 17_550)
    other = csv_file(tmp_path, [(code(scene), "1,00", "")], name="altro.csv", header=HEADER)

    with pytest.raises(OpeningReferenceChanged):
        bring(scene, other, 100)
    with pytest.raises(OpeningRepeated):
        bring(scene, two, 17_550, "Estratto bis")
    assert bring(scene, other, 100, "Estratto bis").rows == 1


def test_more_can_be_brought_into_the_same_lot_with_another_document(scene: Scene, tmp_path: Path) -> None:
    for number, document in enumerate(("uno", "due"), 1):
        path = csv_file(tmp_path, [(code(scene), f"{number},00", "")], name=f"{document}.csv", header=HEADER)
        bring(scene, path, number * 100, document)

    assert [lot.available_minor for lot in scene.lots()] == [300]
    assert scene.differences() == []


@pytest.mark.parametrize("total", [17_549, 17_551, 1])
def test_a_file_that_does_not_add_up_to_the_document_is_refused(scene: Scene, two: Path, total: int) -> None:
    before = scene.image(empty_accounts=False)

    with pytest.raises(OpeningFileRefused) as refused:
        bring(scene, two, total)

    assert [problem.code for problem in refused.value.details["problems"]] == ["total_differs"]
    assert scene.image(empty_accounts=False) == before


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (("{stranger}", "1,00", ""), "employee_not_found"),
        (("{code}", "1.000", ""), "amount_ambiguous"),
        (("{code}", "-1,00", ""), "amount_negative"),
        (("{code}", "0,00", ""), "amount_not_positive"),
        (("{code}", "1,00", "31/12/2026"), "expiry_outside_plan"),
        (("{code}", "1,00", "31/12/2025"), "expiry_outside_plan"),
        (("{code}", "1,00", "09/03/2026"), "opening_expired"),
        (("{good}", "1,00", ""), "lot_repeated"),
        (("{good}", "1,00", "30/11/2026"), "lot_repeated"),
        (("", "1,00", "boh"), "value_missing"),
    ],
)
def test_one_bad_row_leaves_all_out_and_is_named(
    scene: Scene, tmp_path: Path, row: tuple[str, str, str], wrong: str
) -> None:
    codes = {"code": code(scene), "good": code(scene, scene.person()), "stranger": factories.tax_code(9_997)}
    path = csv_file(tmp_path, [(codes["good"], "1,00", ""), tuple(cell.format(**codes) for cell in row)], header=HEADER)

    with pytest.raises(OpeningFileRefused) as refused:
        bring(scene, path, 200)

    assert wrong in {problem.code for problem in refused.value.details["problems"]}
    assert scene.session.scalar(sa.text("select count(*) from opening_load")) == 0
    assert scene.posted("plan:A:opening") == 0


def test_an_empty_file_and_a_plan_that_is_not_there_are_refused(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(OpeningFileRefused):
        bring(scene, csv_file(tmp_path, [], header=HEADER), 100)
    with pytest.raises(PlanNotFound):
        openings.load(
            scene.session, scene.book_id, "Z", tmp_path / "x.csv", document_ref="d", platform="p", total=euro(1),
            on=clock.today(), actor="test",
        )  # fmt: skip


def test_the_money_that_follows_closes_the_opening_account_and_no_more(scene: Scene, two: Path) -> None:
    bring(scene, two, 17_550)
    bank = scene.posted("bank")

    def transfer(amount: int, reference: str | None = None) -> None:
        openings.record_transfer(
            scene.session, scene.book_id, "A", euro(amount), on=clock.today(), actor="test", reference=reference
        )

    transfer(10_000, "BON-1")
    with pytest.raises(DuplicateReference):
        transfer(1, "BON-1")
    with pytest.raises(OpeningTransferExceeds) as refused:
        transfer(7_551)
    assert refused.value.details["open"] == euro(7_550)
    with pytest.raises(AmountNotPositive):
        transfer(0)
    transfer(7_550)

    assert (scene.posted("plan:A:opening"), scene.posted("bank")) == (0, bank + 17_550)
    assert scene.differences() == []


def test_a_mistake_is_reversed_for_one_person_or_for_all_while_nothing_is_spent(scene: Scene, two: Path) -> None:
    done = bring(scene, two, 17_550)

    assert undo(scene, done.load_id, tax_code=code(scene)) == 2
    assert scene.posted("plan:A:opening") == 2_550
    assert undo(scene, done.load_id) == 1
    assert scene.posted("plan:A:opening") == 0
    with pytest.raises(OpeningAlreadyUndone):
        undo(scene, done.load_id)
    assert scene.differences() == []


def test_what_is_spent_or_held_is_not_undone_and_a_reason_is_needed(scene: Scene, two: Path) -> None:
    done = bring(scene, two, 17_550)
    scene.buy("PSI-CR")

    with pytest.raises(OpeningSpent), scene.session.begin_nested():
        undo(scene, done.load_id)
    with pytest.raises(ReasonRequired):
        undo(scene, done.load_id, " ")
    with pytest.raises(OpeningNotFound):
        undo(scene, "opn_no")
    with pytest.raises(EmployeeNotFound):
        undo(scene, done.load_id, tax_code=factories.tax_code(9_996))
    assert scene.posted("plan:A:opening") == 17_550


def test_what_was_brought_is_never_corrected_into_money_of_the_plan(scene: Scene, tmp_path: Path) -> None:
    """Granted 30.00 and brought 100.00 in one lot: at most 30.00 may go back to what the plan can grant."""
    lot = scene.grant(3_000)
    bring(scene, csv_file(tmp_path, [(code(scene), "100,00", "")], header=HEADER), 10_000)

    def correct(amount: int) -> None:
        grants.correct(scene.session, scene.book_id, lot, euro(amount), reason="errore", on=clock.today(), actor="test")

    with pytest.raises(CorrectionExceedsGrant):
        correct(3_001)
    correct(2_000)
    with pytest.raises(CorrectionExceedsGrant):
        correct(1_001)
    correct(1_000)
    assert scene.left(lot) == 10_000
    assert scene.differences() == []


def test_verification_finds_a_load_that_is_not_what_was_posted(scene: Scene, two: Path) -> None:
    done = bring(scene, two, 17_550)
    scene.session.execute(sa.text("alter table opening_load disable trigger user"))
    scene.session.execute(sa.text("update opening_load set total_minor = 17551, rows = 2"))

    found = scene.differences()

    assert len(found) == 2
    assert all(done.load_id in line for line in found)


def test_a_load_is_history_and_is_listed_with_its_proof(scene: Scene, two: Path) -> None:
    done = bring(scene, two, 17_550)

    assert [
        (each.load_id, each.document_ref, each.platform) for each in openings.of_book(scene.session, scene.book_id)
    ] == [(done.load_id, "Estratto 12/2025", "Vecchia")]
    for statement in ("update opening_load set total_minor = 1", "delete from opening_load"):
        with pytest.raises(sa.exc.DBAPIError, match="append only"), scene.session.begin_nested():
            scene.session.execute(sa.text(statement))
