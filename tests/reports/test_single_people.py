"""What the personnel office reads beside a name: whole months that are over, and nothing under way."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy.orm import Session

from reports.plan_statement import PlanStatement, Reading, gather, pdf, xlsx
from reports.plan_statement import csv as table
from tests.reports.story import PLAN, Story, buy, on
from tests.reports.test_formats import text_of
from wallet import captures

TODAY = date(2026, 6, 20)
WHOLE = (date(2026, 1, 1), date(2026, 5, 31))


def state(
    session: Session, story: Story, starts_on: date, ends_on: date, reading: Reading = Reading.HR
) -> PlanStatement:
    with on(session, TODAY):
        return gather(session, story.book_id, PLAN, starts_on, ends_on, reading=reading)


def cells(statement: PlanStatement, folder: Path) -> list[list[str]]:
    """The rows of people in the CSV."""
    table.write(statement, folder / "s.csv")
    with (folder / "s.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row[1:] for row in csv.reader(file, delimiter=";") if row[0] == "Lavoratori"]


@pytest.mark.parametrize(
    "period",
    [
        (date(2026, 3, 10), date(2026, 3, 10)),
        (date(2026, 3, 2), date(2026, 3, 31)),
        (date(2026, 3, 1), date(2026, 3, 30)),
        (date(2026, 1, 1), TODAY),
        (date(2026, 6, 1), date(2026, 6, 30)),
        (date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_of_a_period_that_is_not_of_whole_months_only_grants_stand_beside_names(
    session: Session, half_told: Story, tmp_path: Path, period: tuple[date, date]
) -> None:
    found = state(session, half_told, *period)
    payroll = state(session, half_told, *period, reading=Reading.PAYROLL)

    assert (found.people_told, payroll.people_told) == (False, True)
    assert found.total == payroll.total
    for line, whole in zip(found.employees, payroll.employees, strict=True):
        assert line.movement.granted_net_minor == whole.movement.granted_net_minor
        assert line.movement.used_minor == line.movement.opening_minor == line.movement.held_minor == 0
    head, *rows = cells(found, tmp_path)
    assert head[5:] == ["Iniziale", "Accreditato", "Welfare usato", "Fringe usato", "Scaduto", "Residuo"]
    assert {(row[5], *row[7:]) for row in rows} == {("riservato",) * 5}


def test_of_whole_months_each_persons_use_is_told_and_what_is_held_is_not(
    session: Session, half_told: Story, tmp_path: Path
) -> None:
    found = state(session, half_told, *WHOLE)
    payroll = state(session, half_told, *WHOLE, reading=Reading.PAYROLL)

    assert found.people_told
    assert [line.movement.used_minor for line in found.employees] == [
        line.movement.used_minor for line in payroll.employees
    ]
    # Somebody's voucher is under way: payroll reads whose it is.
    assert sum(line.movement.held_minor for line in payroll.employees) == payroll.total.held_minor > 0
    assert {line.movement.held_minor for line in found.employees} == {0}
    assert "Vincolato" not in cells(found, tmp_path)[0]
    assert "Vincolato" in cells(payroll, tmp_path)[0]


def test_a_purchase_cannot_be_watched_as_it_happens(session: Session, half_told: Story) -> None:
    def beside_names() -> list[object]:
        days = [(date(2026, 6, day), date(2026, 6, day)) for day in (18, 19, 20)]
        periods = [*days, WHOLE, (WHOLE[0], TODAY), (date(2026, 6, 1), TODAY)]
        return [state(session, half_told, *period).employees for period in periods]

    before = beside_names()
    with on(session, TODAY):
        found = buy(session, half_told.book_id, half_told.people["Conti"], "FIS-MT", 1)
        assert beside_names() == before
        captures.capture(session, half_told.book_id, found.authorization_id, actor="test", key="a-key")

    assert beside_names() == before


@pytest.mark.parametrize(
    ("period", "ask"),
    [
        ((date(2026, 1, 1), TODAY), "dal 01/01/2026 al 31/05/2026"),
        ((date(2026, 3, 10), date(2026, 5, 10)), "dal 01/03/2026 al 30/04/2026"),
        ((date(2026, 6, 10), date(2026, 6, 10)), "dal 01/06/2026 al 30/06/2026"),
    ],
)
def test_every_file_says_why_and_which_days_to_ask_for(
    session: Session, half_told: Story, tmp_path: Path, period: tuple[date, date], ask: str
) -> None:
    found = state(session, half_told, *period)
    for layout in (table, pdf, xlsx):
        path = tmp_path / f"s.{layout.__name__.rsplit('.', 1)[1]}"
        layout.write(found, path)
        said = " ".join(text_of(path).split())
        assert ask in said, path.name
        assert "mesi interi" in said

    whole = state(session, half_told, *WHOLE)
    table.write(whole, tmp_path / "whole.csv")
    assert "mesi interi e finiti" not in (tmp_path / "whole.csv").read_text("utf-8-sig")


def test_the_workbook_adds_up_no_column_that_is_withheld(session: Session, half_told: Story, tmp_path: Path) -> None:
    xlsx.write(state(session, half_told, WHOLE[0], TODAY), tmp_path / "s.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "s.xlsx")["Lavoratori"]
    last = [cell.value for cell in list(sheet.iter_rows())[-1]]
    # The plan's own totals stand below, as figures and not as sums of a column that is not there.
    assert str(last[6]).startswith("=SUBTOTAL")
    assert not any(str(value).startswith("=") for value in (last[5], *last[7:]))
