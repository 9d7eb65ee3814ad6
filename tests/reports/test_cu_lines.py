"""The year for the accountant: boxes 701-706 line by line, the other values with their box, and the proof."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy.orm import Session

from config import clock, database
from plans.rulebook.errors import RulebookInvalid
from plans.rulebook.words import Category, Channel, Kinship, PlanSource
from plans.words import Fact
from reports import cu_lines
from reports.cu_lines import boxes, query, xlsx
from reports.cu_lines import csv as table
from reports.cu_lines.model import CuYear
from tests import factories
from tests.factories import euro
from tests.wallet.reimbursements.conftest import Desk, upload  # noqa: F401 - a fixture
from tests.wallet.scene import CONSENT, DIRECT, VOUCHER, Scene, at, open_scene
from wallet.reimbursements.documents import Store

DAUGHTER = factories.tax_code(4321, date(2018, 6, 1))


@pytest.fixture
def scene(session: Session) -> Iterator[Scene]:
    """A worker with 6,000 euro of an on-top plan that pays in every way and admits taxable purchases."""
    with at(session, datetime(2026, 3, 10, 12, tzinfo=clock.ROME)):
        factories.network(session)
        scene = open_scene(session)
        scene.plan(starts_on=date(2025, 10, 1), channels=frozenset(Channel), **CONSENT)
        yield scene
        assert scene.differences() == []


@pytest.fixture
def desk(scene: Scene, tmp_path: Path, upload: object) -> Desk:  # noqa: F811
    lot = scene.grant(600_000)
    child = scene.relative(Kinship.CHILD, tax_code=DAUGHTER, birth_date=date(2018, 6, 1))
    return Desk(scene, child, Store(tmp_path / "documents"), upload, lot)  # type: ignore[arg-type]


def gather(scene: Scene, year: int = 2026) -> CuYear:
    return cu_lines.gather(scene.session, scene.book_id, year)


def lines(year: CuYear) -> list[tuple[int, str, str, int, str]]:
    """The lines of boxes 701-706: (701, 702 or 703, code, 704, 705)."""
    return [
        (line.expense_year, line.code_box, line.code, line.amount_minor, line.relative_tax_code)
        for line in year.reimbursed
    ]


def test_a_reimbursement_has_its_line_with_year_code_amount_and_person(desk: Desk) -> None:
    desk.approve(desk.submit(expense="NURSERY"))

    year = gather(desk.scene)

    assert lines(year) == [(2026, "702", "33", 22_000, DAUGHTER)]
    assert not year.reimbursed[0].relative_unnamed
    assert year.proof.holds


def test_expenses_of_one_code_year_and_person_are_one_line_and_another_year_is_another(desk: Desk) -> None:
    desk.approve(desk.submit(expense="SCHOOL"))
    desk.approve(desk.submit(expense="SCHOOL", amount=10_000), 9_000, reasons=_partial())
    earlier = date(2025, 11, 20)
    desk.approve(desk.submit(expense="SCHOOL", document_on=earlier, expense_on=earlier, already_detracted=False))

    found = lines(gather(desk.scene))

    assert found == [(2025, "702", "12", 22_000, DAUGHTER), (2026, "702", "12", 31_000, DAUGHTER)]


def _partial() -> list[object]:
    from wallet.reimbursements.words import Reason

    return [next(iter(Reason))]


def test_an_expense_without_a_known_code_has_a_line_that_says_so(desk: Desk, tmp_path: Path) -> None:
    desk.approve(desk.submit(expense="SCHOOL_BOOKS"))

    year = gather(desk.scene)

    assert lines(year) == [(2026, "", "", 22_000, DAUGHTER)]
    table.write(year, tmp_path / "cu.csv")
    assert "codice non noto" in (tmp_path / "cu.csv").read_text(encoding="utf-8-sig")


def test_what_the_platform_paid_has_a_value_and_no_line(scene: Scene) -> None:
    scene.grant(100_000)
    child = scene.relative(Kinship.CHILD)
    scene.capture(scene.buy("DOP-CR", relative_id=child, channel=DIRECT))
    scene.buy("PSI-CR", channel=VOUCHER)
    scene.buy("BUO-CR", quantity=2, channel=VOUCHER)

    year = gather(scene)

    assert year.reimbursed == ()
    found = [(value.box.number if value.box else None, value.category, value.amount_minor) for value in year.values]
    assert sorted(found) == [("", "EDUCATION", 13_000), ("", "SOCIAL_UTILITY", 5_500), ("474", "FRINGE", 5_000)]
    assert (year.amount_minor, year.proof.ledger_minor) == (23_500, 23_500)


def test_a_declared_child_moves_fringe_benefits_to_the_other_box(scene: Scene) -> None:
    scene.grant(100_000)
    scene.buy("BUO-CR", quantity=2, channel=VOUCHER)
    scene.declare(scene.worker, Fact.DEPENDENT_CHILD, year=2026, child=DAUGHTER)

    (value,) = gather(scene).values

    assert value.box is not None
    assert (value.box.number, value.amount_minor) == ("475", 5_000)


def test_past_the_cliff_the_whole_is_taxable_and_stays_in_the_box(scene: Scene) -> None:
    scene.grant(200_000)
    scene.buy("BUO-CR", quantity=38, channel=VOUCHER)
    scene.buy("FAC-CR", quantity=2, channel=VOUCHER, consent=True)

    year = gather(scene)

    (value,) = year.values
    assert (value.exempt_minor, value.taxable_minor, value.amount_minor) == (0, 104_000, 104_000)
    assert (year.exempt_minor, year.taxable_minor) == (0, 104_000)


def test_what_is_given_back_leaves_the_year_it_was_in(scene: Scene) -> None:
    scene.grant(100_000)
    service = scene.buy("FIS-MT", quantity=2, channel=DIRECT)
    scene.capture(service)
    scene.refund(service, 4_500)
    scene.void(scene.buy("PSI-CR", channel=VOUCHER))

    year = gather(scene)

    assert [(total.exempt_minor, total.taxable_minor) for total in year.totals] == [(4_500, 0)]
    assert (year.proof.year_minor, year.proof.ledger_minor) == (4_500, 4_500)


def test_two_years_of_one_purchase_are_what_the_ledger_has(scene: Scene) -> None:
    scene.keep_qualified()
    scene.grant(100_000)
    scene.go_to(date(2026, 11, 20))
    course = scene.buy("FIS-MT", quantity=2, channel=DIRECT)
    scene.capture(course, 4_500)
    scene.capture(course, 4_500)
    scene.go_to(date(2026, 11, 21))

    year, before = gather(scene), gather(scene, 2025)

    assert (year.amount_minor, year.proof.difference_minor) == (9_000, 0)
    assert (before.amount_minor, before.proof.ledger_minor) == (0, 0)


@pytest.mark.parametrize("year", range(2024, 2029))
def test_every_amount_of_an_employers_plan_has_its_place(year: int) -> None:
    """The rent of new hires exists since 2025."""
    categories = [one for one in Category if year >= 2025 or one is not Category.RENT_NEW_HIRE]

    assert boxes.gaps(boxes.load(), year, categories) == []


BOXES = Path(__file__).with_name("cu_boxes.csv")


def _cases() -> list[dict[str, str]]:
    with BOXES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["caso"])
def test_the_boxes_a_fiscal_expert_wrote_down(case: dict[str, str]) -> None:
    found = boxes.load().of(
        Category(case["categoria"]),
        PlanSource(case["fonte"]),
        Channel(case["canale"]),
        int(case["anno"]),
        child=case["figli"] == "sì",
    )

    exempt, taxable = _cents(case["esente"]), _cents(case["imponibile"])
    shown = [(box, box.amount_minor(exempt, taxable)) for box in found]
    filled = [(box, amount) for box, amount in shown if amount]
    wanted = [pair.split("=") for pair in case["caselle"].split(" ")]
    assert [(box.number or "?", amount) for box, amount in filled] == [(n, _cents(amount)) for n, amount in wanted]
    assert [str(box.confidence) for box, _ in filled] == case["sicurezza"].split(" ")


def _cents(text: str) -> int:
    return int(text.replace(".", "").replace(",", ""))


def test_two_boxes_that_would_count_an_amount_twice_are_refused() -> None:
    row = (
        '[[box]]\nid = "{id}"\nbox = "1"\nlabel_it = "a"\nlabel_en = "a"\ncategories = ["CARE"]\nsources = ["PDR"]\n'
        'part = "{part}"\nfrom_year = 2020\nchecked_on = 2026-05-22\nsource = "x"\nconfidence = "UNC"\n'
    )
    fine = row.format(id="one", part="EXEMPT") + row.format(id="two", part="TAXABLE")

    assert len(boxes.build(fine).boxes) == 2
    with pytest.raises(RulebookInvalid, match="holds together with one"):
        boxes.build(row.format(id="one", part="EXEMPT") + row.format(id="two", part="ALL"))


def test_the_files_reconcile_and_are_the_same_twice(desk: Desk, tmp_path: Path) -> None:
    desk.approve(desk.submit(expense="NURSERY"))
    desk.scene.buy("BUO-CR", quantity=2, channel=VOUCHER)
    year = gather(desk.scene)

    for name in ("a", "b"):
        xlsx.write(year, tmp_path / f"{name}.xlsx")
        table.write(year, tmp_path / f"{name}.csv")

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["CU 701-706", "Altri valori", "Limiti dell'anno", "Lavoratori", "Prova"]
    head = [cell.value for cell in book["CU 701-706"][1]]
    first = dict(zip(head, (cell.value for cell in book["CU 701-706"][2]), strict=True))
    assert first["701 anno della spesa"] == 2026
    assert first["702 codice onere detraibile"] == "33"
    assert first["704 importo"] == 220
    assert first["705 codice fiscale"] == DAUGHTER
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert "Prova;Differenza;0,00" in text
    assert euro(22_000).amount == 220


def test_the_certificate_and_the_payroll_months_say_the_same(desk: Desk) -> None:
    from reports import payroll_export

    desk.approve(desk.submit(expense="NURSERY"))
    desk.scene.buy("BUO-CR", quantity=2, channel=VOUCHER)
    desk.scene.go_to(date(2026, 4, 3))
    desk.scene.capture(desk.scene.buy("PSI-CR", channel=DIRECT))

    year = gather(desk.scene)

    months = [
        payroll_export.gather(desk.scene.session, desk.scene.book_id, date(2026, month, 1), draft=True)
        for month in (3, 4)
    ]
    of_year = [line for month in months for line in month.lines if line.fiscal_year == 2026]
    assert sum(line.amount_minor for line in of_year) == year.amount_minor == 27_500
    # The shopping vouchers of 50.00 expired unused: issued in March, reversed in April.
    assert [month.amount_minor for month in months] == [27_000, 500]
    (effective,) = [line for line in of_year if line.nature == "EFFECTIVE"]
    assert (effective.cu_year, effective.cu_box, effective.cu_code) == (2026, "702", "33")
    assert (effective.cu_tax_code, effective.amount_minor, effective.reason) == (DAUGHTER, 22_000, "reimbursed")
    assert all(month.proof.holds for month in months)
    assert all(line.cu_tax_code == "" for line in of_year if line is not effective)


def test_a_reimbursement_that_is_taxed_has_no_line_here_or_in_the_payroll_month(desk: Desk) -> None:
    """The worker's own school is taxable: it is income, and stands in no box of 701-706 whatever its code."""
    from reports import payroll_export

    taxed = desk.approve(desk.submit(expense="SCHOOL", relative_id=None, amount=10_000, consent=True))
    exempt = desk.approve(desk.submit(expense="SCHOOL"))
    sport = desk.approve(desk.submit(expense="CHILD_SPORT", amount=5_000, consent=True))

    year = gather(desk.scene)

    assert [found.certified for found in (taxed, exempt, sport)] == [False, True, False]
    assert lines(year) == [(2026, "702", "12", 22_000, DAUGHTER)]
    assert (year.exempt_minor, year.taxable_minor) == (22_000, 15_000)
    month = payroll_export.gather(desk.scene.session, desk.scene.book_id, date(2026, 3, 1), draft=True)
    told = [(line.taxable_minor, line.cu_year, line.cu_box, line.cu_code, line.cu_tax_code) for line in month.lines]
    assert told == [
        (10_000, None, "", "", ""),
        (0, 2026, "702", "12", DAUGHTER),
        (5_000, None, "", "", ""),
    ]


def test_an_approval_that_was_withdrawn_leaves_no_line_and_its_reversal_keeps_the_code(desk: Desk) -> None:
    from reports import payroll_export
    from wallet.reimbursements import undoing
    from wallet.reimbursements.words import Undoing

    book = desk.scene.session, desk.scene.book_id
    found = desk.approve(desk.submit(expense="NURSERY"))
    again = undoing.withdraw_approval(*book, found.reimbursement_id, Undoing.WRONG_AMOUNT, actor="office")
    assert lines(gather(desk.scene)) == []
    desk.approve(again, 9_000, reasons=_partial())

    year = gather(desk.scene)

    assert lines(year) == [(2026, "702", "33", 9_000, DAUGHTER)]
    assert (year.amount_minor, year.proof.difference_minor) == (9_000, 0)
    month = payroll_export.gather(*book, date(2026, 3, 1), draft=True)
    assert [(line.amount_minor, line.cu_code, line.reason) for line in month.lines] == [
        (22_000, "33", "reimbursed"),
        (-22_000, "33", "approval_withdrawn"),
        (9_000, "33", "reimbursed"),
    ]
    assert month.lines[1].reversal_of == (month.lines[0].event_id,)
    assert month.proof.holds


def test_the_proof_is_asked_once_whatever_the_number_of_purchases(session: Session) -> None:
    plan = database.rows(session, f"explain {query._PROOF}", {"book": 1, "year": 2026})

    # What the planner calls so may run for each purchase of the book, and once looked the whole journal up for each.
    assert not [line for (line,) in plan if "SubPlan" in line]
