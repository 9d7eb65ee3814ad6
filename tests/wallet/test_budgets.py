"""Budget files: loaded whole, once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from plans import people
from plans.errors import PlanNotFound
from plans.words import FundingPolicy
from tests.wallet.scene import Scene, csv_file
from wallet import budget_loads, budgets
from wallet.budgets import Load, Outcome
from wallet.errors import (
    BudgetContentRepeated,
    BudgetFileRefused,
    BudgetLoadUndone,
    BudgetNotFunded,
    BudgetReferenceChanged,
    BudgetSpent,
    ReasonRequired,
)

ON = date(2026, 3, 10)


@pytest.fixture
def codes(scene: Scene) -> list[str]:
    """The codici fiscali of three people."""
    return [people.employee(scene.session, scene.book_id, scene.person()).tax_code for _ in range(3)]


def load(scene: Scene, path: Path, reference: str = "2026-03", **rest: object) -> Load:
    return budgets.load(
        scene.session,
        scene.book_id,
        "A",
        path,
        reference=reference,
        on=ON,
        actor="test",
        **rest,  # type: ignore[arg-type]
    )


def credit(scene: Scene, tax_code: str) -> int:
    worker = people.find(scene.session, scene.book_id, tax_code).employee_id
    return sum(lot.available_minor for lot in scene.lots(worker))


def test_a_file_grants_each_row(scene: Scene, codes: list[str], tmp_path: Path) -> None:
    path = csv_file(tmp_path, [(codes[0], "600,00"), (codes[1], "83,34"), (codes[2], "0,01")])

    loaded = load(scene, path)

    assert (loaded.outcome, loaded.rows, loaded.total_minor) == (Outcome.LOADED, 3, 68_335)
    assert [credit(scene, code) for code in codes] == [60_000, 8_334, 1]
    assert scene.differences() == []


def test_one_wrong_row_and_nothing_is_granted(scene: Scene, codes: list[str], tmp_path: Path) -> None:
    path = csv_file(tmp_path, [(codes[0], "600,00"), (codes[1], "dodici"), ("RSSMRA80A01H501U", "1,00")])
    before = scene.image()

    with pytest.raises(BudgetFileRefused) as refusal:
        load(scene, path)

    assert refusal.value.details["problems"] == 2
    assert [problem.row for problem in refusal.value.details["check"].problems] == [3, 4]
    assert scene.image() == before


def test_the_same_file_under_the_same_reference_changes_nothing(scene: Scene, codes: list[str], tmp_path: Path) -> None:
    rows = [(codes[0], "600,00"), (codes[1], "300,00")]
    first = load(scene, csv_file(tmp_path, rows))
    before = scene.image()

    # Another order and another file name are the same content.
    again = load(scene, csv_file(tmp_path, rows[::-1], "again.csv"))

    assert (again.outcome, again.load_id) == (Outcome.UNCHANGED, first.load_id)
    assert scene.image() == before


def test_a_changed_file_under_the_same_reference_is_refused(scene: Scene, codes: list[str], tmp_path: Path) -> None:
    load(scene, csv_file(tmp_path, [(codes[0], "600,00")]))

    with pytest.raises(BudgetReferenceChanged):
        load(scene, csv_file(tmp_path, [(codes[0], "600,01")]))
    assert credit(scene, codes[0]) == 60_000


def test_the_same_content_under_another_reference_is_refused_unless_it_is_meant(
    scene: Scene, codes: list[str], tmp_path: Path
) -> None:
    path = csv_file(tmp_path, [(codes[0], "83,33")])
    load(scene, path, "2026-03")

    with pytest.raises(BudgetContentRepeated) as refusal:
        load(scene, path, "2026-04")
    repeated = load(scene, path, "2026-04", repeat=True)

    assert refusal.value.details["reference"] == "2026-03"
    assert repeated.outcome is Outcome.LOADED
    assert credit(scene, codes[0]) == 16_666
    assert scene.differences() == []


def test_a_load_that_took_all_there_was_is_still_recognised(empty_scene: Scene, tmp_path: Path) -> None:
    scene = empty_scene
    scene.plan(committed=60_000)
    code = people.employee(scene.session, scene.book_id, scene.worker).tax_code
    path = csv_file(tmp_path, [(code, "600,00")])
    load(scene, path)

    assert load(scene, path).outcome is Outcome.UNCHANGED


def test_a_prefunded_plan_grants_no_more_than_was_transferred(empty_scene: Scene, tmp_path: Path) -> None:
    scene = empty_scene
    scene.plan(committed=60_000, transferred=59_999)
    code = people.employee(scene.session, scene.book_id, scene.worker).tax_code
    before = scene.image()

    with pytest.raises(BudgetNotFunded), scene.session.begin_nested():
        load(scene, csv_file(tmp_path, [(code, "600,00")]))

    assert scene.image() == before


def test_a_plan_on_account_grants_what_was_committed_and_no_more(empty_scene: Scene, tmp_path: Path) -> None:
    scene = empty_scene
    scene.plan(committed=60_000, transferred=0, funding_policy=FundingPolicy.ON_ACCOUNT)
    code = people.employee(scene.session, scene.book_id, scene.worker).tax_code

    with pytest.raises(BudgetFileRefused) as refusal:
        load(scene, csv_file(tmp_path, [(code, "600,01")]))
    assert [problem.code for problem in refusal.value.details["check"].problems] == ["budget_exceeded"]
    assert load(scene, csv_file(tmp_path, [(code, "600,00")])).total_minor == 60_000


def test_the_check_names_problems_and_grants_nothing(scene: Scene, codes: list[str], tmp_path: Path) -> None:
    path = csv_file(tmp_path, [(codes[0], "600,00"), (codes[0], "600,00")])

    checked = budgets.check(scene.session, scene.book_id, "A", path)

    assert not checked.ok
    assert [problem.code for problem in checked.problems] == ["employee_repeated"]
    assert credit(scene, codes[0]) == 0


def test_a_total_that_people_expect_is_compared(scene: Scene, codes: list[str], tmp_path: Path) -> None:
    path = csv_file(tmp_path, [(codes[0], "600,00")])

    with pytest.raises(BudgetFileRefused):
        load(scene, path, expect_total_minor=60_001)
    assert load(scene, path, expect_total_minor=60_000).outcome is Outcome.LOADED


def test_an_unknown_plan_is_refused(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(PlanNotFound):
        budgets.check(scene.session, scene.book_id, "Z", csv_file(tmp_path, []))


def test_rows_may_end_earlier_than_the_plan(scene: Scene, codes: list[str], tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        [(codes[0], "10,00", "30/06/2026"), (codes[1], "20,00", "")],
        header="codice fiscale;importo;scadenza",
    )

    load(scene, path)

    workers = [people.find(scene.session, scene.book_id, code).employee_id for code in codes[:2]]
    assert [lot.expires_on for worker in workers for lot in scene.lots(worker)] == [
        date(2026, 6, 30),
        date(2026, 11, 30),
    ]


def undo(scene: Scene, loaded: Load, reason: str = "file sbagliato") -> int:
    return budget_loads.undo(scene.session, scene.book_id, loaded.load_id, reason=reason, on=ON, actor="test")


def test_a_load_is_taken_back_whole_before_it_is_spent(scene: Scene, codes: list[str], tmp_path: Path) -> None:
    path = csv_file(tmp_path, [(codes[0], "600,00"), (codes[1], "83,34")])
    loaded = load(scene, path)
    assert not budget_loads.is_undone(scene.session, scene.book_id, loaded.load_id)

    with pytest.raises(ReasonRequired):
        undo(scene, loaded, " ")

    assert (undo(scene, loaded), undo(scene, loaded)) == (2, 0)
    assert [credit(scene, code) for code in codes] == [0, 0, 0]
    assert budget_loads.is_undone(scene.session, scene.book_id, loaded.load_id)
    assert scene.differences() == []


def test_what_was_undone_is_loaded_again_under_another_reference(
    scene: Scene, codes: list[str], tmp_path: Path
) -> None:
    path = csv_file(tmp_path, [(codes[0], "600,00")])
    undo(scene, load(scene, path))

    with pytest.raises(BudgetLoadUndone):
        load(scene, path)

    assert load(scene, path, "2026-03 bis").outcome is Outcome.LOADED
    assert credit(scene, codes[0]) == 60_000


def test_a_load_that_is_spent_in_part_is_not_taken_back(scene: Scene, codes: list[str], tmp_path: Path) -> None:
    loaded = load(scene, csv_file(tmp_path, [(codes[0], "600,00"), (codes[1], "83,34")]))
    spender = people.find(scene.session, scene.book_id, codes[1]).employee_id
    scene.buy("PSI-CR", spender)
    before = scene.image()

    with pytest.raises(BudgetSpent), scene.session.begin_nested():
        undo(scene, loaded)

    assert scene.image() == before
