"""What payroll's file says of elsewhere: declared whole, once, and the years it moves are settled at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans import facts, people
from plans.bonus import agreements, years
from plans.errors import DeclaredInFuture
from plans.errors_files import ColumnMissing, FileMissing
from plans.errors_sources import PayrollFileRefused, PayrollFileSilent
from plans.rulebook.words import PlanSource
from plans.words import Fact
from tests import factories
from tests.factories import euro
from tests.wallet.scene import CONSENT, NOON, VOUCHER, Scene
from tests.wallet.test_conversions import ACT, choose
from tests.wallet.test_conversions import agreement as record_agreement
from wallet import elsewhere
from wallet.elsewhere import Load

HEADER = "codice fiscale;anno;fringe benefit;pdr altrove;fondo pensione"


def code(scene: Scene, worker: str | None = None) -> str:
    return people.employee(scene.session, scene.book_id, worker or scene.worker).tax_code


def write(folder: Path, *rows: str, header: str = HEADER, name: str = "paghe.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def load(scene: Scene, path: Path, **values: object) -> Load:
    told = {"year": None, "actor": "test"} | values
    return elsewhere.load(scene.session, scene.book_id, path, **told)  # type: ignore[arg-type]


def declared(scene: Scene, worker: str | None = None) -> dict[tuple[Fact, int], int | None]:
    found = facts.of_employee(scene.session, scene.book_id, worker or scene.worker)
    return {
        (each.fact, each.valid_from.year): None if each.amount is None else int(each.amount.amount * 100)
        for each in found
        if each.revoked_at is None
    }


def loads(session: Session) -> int:
    return int(session.scalar(sa.text("select count(*) from payroll_load")) or 0)


def test_a_filled_cell_is_declared_zero_included_and_a_blank_one_stays_unknown(scene: Scene, tmp_path: Path) -> None:
    done = load(scene, write(tmp_path, f"{code(scene)};2026;480,00;0,00;"))

    assert (done.rows, done.created, done.replaced, done.unchanged) == (1, 2, 0, 0)
    assert declared(scene) == {(Fact.EXTERNAL_FRINGE, 2026): 48_000, (Fact.PDR_ELSEWHERE, 2026): 0}


def test_the_same_content_again_changes_nothing_whatever_its_form(scene: Scene, tmp_path: Path) -> None:
    other = scene.person()
    first, second = f"{code(scene)};2026;480,00;0,00;", f"{code(scene, other)};2026;;;100,00"
    load(scene, write(tmp_path, first, second))
    facts_before = scene.session.execute(sa.text("select count(*), max(recorded_at) from employee_fact")).one()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER.split(";"), [code(scene, other), 2026, None, None, 100], [code(scene), 2026, 480, 0, None]):
        sheet.append(row)
    book.save(tmp_path / "paghe.xlsx")

    done = load(scene, tmp_path / "paghe.xlsx")

    assert (done.load_id, done.created, done.unchanged, done.loaded_before) == (None, 0, 3, NOON.date())
    assert scene.session.execute(sa.text("select count(*), max(recorded_at) from employee_fact")).one() == facts_before
    assert loads(scene.session) == 1


def test_a_later_file_replaces_what_an_earlier_one_said_and_the_earlier_one_can_come_back(
    scene: Scene, tmp_path: Path
) -> None:
    first = write(tmp_path, f"{code(scene)};2026;480,00;;", name="a.csv")
    second = write(tmp_path, f"{code(scene)};2026;500,00;;", name="b.csv")
    load(scene, first)

    assert load(scene, second).replaced == 1
    again = load(scene, first)

    assert (again.replaced, again.loaded_before) == (1, NOON.date())
    assert declared(scene) == {(Fact.EXTERNAL_FRINGE, 2026): 48_000}
    assert loads(scene.session) == 3


def test_a_year_whose_cliff_is_crossed_is_settled_at_once(empty_scene: Scene, tmp_path: Path) -> None:
    """Luca: 500 euro of vouchers here; 480 of a company car leave 980, and 500.01 make the whole year taxable."""
    scene = empty_scene
    scene.plan(**CONSENT)
    scene.grant(60_000)
    for _ in range(2):
        scene.buy("BUO-CR", quantity=10, channel=VOUCHER)
    assert scene.taxed() == (50_000, 0)

    assert load(scene, write(tmp_path, f"{code(scene)};2026;480,00;;")).corrections == 0
    assert scene.taxed() == (50_000, 0)
    done = load(scene, write(tmp_path, f"{code(scene)};2026;500,01;;"))

    assert done.corrections > 0
    assert scene.taxed() == (0, 50_000)
    assert load(scene, write(tmp_path, f"{code(scene)};2026;500,00;;")).corrections > 0
    assert scene.taxed() == (50_000, 0)
    assert scene.differences() == []


def test_rows_may_leave_the_year_to_the_whole_file(scene: Scene, tmp_path: Path) -> None:
    path = write(tmp_path, f"{code(scene)};480,00", header="codice fiscale;fringe benefit")

    load(scene, path, year=2025)

    assert declared(scene) == {(Fact.EXTERNAL_FRINGE, 2025): 48_000}


def test_people_without_an_amount_stay_unknown_and_are_counted(scene: Scene, tmp_path: Path) -> None:
    other = scene.person()

    done = load(scene, write(tmp_path, f"{code(scene)};2026;1,00;;", f"{code(scene, other)};2026;;;"))

    assert (done.rows, done.silent_rows) == (2, 1)
    assert declared(scene, other) == {}


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("{code};2026;-1,00;;", "amount_negative"),
        ("{code};2026;1.000;;", "amount_ambiguous"),
        ("{code};2026;abc;;", "amount_unreadable"),
        ("{code};26;1,00;;", "tax_year_unreadable"),
        ("{code};2015;1,00;;", "year_too_far"),
        ("{code};2028;1,00;;", "year_too_far"),
        ("{code};;1,00;;", "tax_year_missing"),
        ("{stranger};2026;1,00;;", "employee_not_found"),
        (";2026;1,00;;ciao", "value_missing"),
        ("XX;2026;1,00;;", "tax_code_length"),
        ("{good};2026;2,00;;", "person_repeated"),
    ],
)
def test_one_bad_row_leaves_all_out_and_is_named(scene: Scene, tmp_path: Path, row: str, wrong: str) -> None:
    other = scene.person()
    codes = {"code": code(scene), "good": code(scene, other), "stranger": factories.tax_code(9_998)}
    path = write(tmp_path, f"{codes['good']};2026;5,00;;", row.format(**codes))

    with pytest.raises(PayrollFileRefused) as refused:
        load(scene, path)

    problems = refused.value.details["problems"]
    assert wrong in {problem.code for problem in problems}
    assert {problem.row for problem in problems} == {3}
    assert declared(scene, other) == {}
    assert loads(scene.session) == 0


def test_a_file_that_says_nothing_or_cannot_be_read_is_refused(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(PayrollFileSilent):
        load(scene, write(tmp_path, f"{code(scene)};2026;;;"))
    with pytest.raises(PayrollFileSilent):
        load(scene, write(tmp_path, f"{code(scene)};2026", header="codice fiscale;anno"))
    with pytest.raises(ColumnMissing):
        load(scene, write(tmp_path, "2026;1,00", header="anno;fringe benefit"))
    with pytest.raises(FileMissing):
        load(scene, tmp_path / "nope.csv")
    with pytest.raises(DeclaredInFuture):
        load(scene, write(tmp_path, f"{code(scene)};2026;1,00;;"), declared_on=date(2026, 3, 11))


def test_a_bonus_converted_elsewhere_that_is_told_late_shows_what_is_over_the_cap(
    empty_scene: Scene, tmp_path: Path
) -> None:
    """2,000 here and 1,500 elsewhere are 500 over 3,000; 6,000 elsewhere would leave the 2,000 of ours over."""
    scene = empty_scene
    scene.plan("B", source=PlanSource.PDR, act=ACT)
    record_agreement(scene)
    choose(scene, 200_000)

    def line() -> years.YearLine:
        (found,) = years.of_book(scene.session, scene.book_id, 2026, today=NOON.date())
        return found

    assert (line().elsewhere_minor, line().over_minor) == (None, 0)
    load(scene, write(tmp_path, f"{code(scene)};2026;;1.500,00;"))
    assert (line().elsewhere_minor, line().over_minor) == (150_000, 50_000)
    load(scene, write(tmp_path, f"{code(scene)};2026;;6.000,00;"))
    assert line().over_minor == 200_000
    assert (line().cap_minor, line().doubts) == (300_000, ("pdr-conversion-cap-2026",))
    assert agreements.bonus_plan(scene.session, scene.book_id, "B").source is PlanSource.PDR
    assert euro(line().converted_minor) == euro(200_000)


def test_a_load_is_history(scene: Scene, tmp_path: Path) -> None:
    load(scene, write(tmp_path, f"{code(scene)};2026;1,00;;"))

    for statement in ("update payroll_load set rows = 2", "delete from payroll_load"):
        with pytest.raises(sa.exc.DBAPIError, match="append only"), scene.session.begin_nested():
            scene.session.execute(sa.text(statement))
