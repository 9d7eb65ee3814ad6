"""The yearly limit where payroll reads it: the car of Luca, 480.00, and 525.00 of vouchers come to 1,005.00."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from config import clock
from ledger import books, seals
from plans.words import Fact
from reports import cu_lines, payroll_export, personal_statement, words
from reports.cu_lines import csv as cu_csv
from reports.cu_lines import xlsx as cu_xlsx
from reports.payroll_export import csv as neutral
from reports.payroll_export import months, xlsx
from reports.payroll_export.model import PayrollMonth
from reports.personal_statement import pdf
from reports.year_limits import crossing
from tests import factories
from tests.factories import euro
from tests.wallet.scene import CONSENT, VOUCHER, Scene, at, open_scene

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def scene(session: Session) -> Iterator[Scene]:
    """Luca with 2,000 euro and, on 5 October, twenty shopping vouchers of 25.00."""
    with at(session, datetime(2026, 10, 5, 12, tzinfo=clock.ROME)):
        factories.network(session)
        scene = open_scene(session)
        scene.plan(spend_by=date(2026, 12, 31), **CONSENT)
        scene.grant(200_000)
        yield scene


def car(scene: Scene, amount: int = 48_000) -> None:
    scene.declare(scene.worker, Fact.EXTERNAL_FRINGE, year=2026, amount=euro(amount))


def shop(scene: Scene, service: str, quantity: int = 1, **more: object) -> None:
    """Issue a voucher and use it: one that nobody uses is taken back when its time is over."""
    scene.capture(scene.buy(service, quantity=quantity, channel=VOUCHER, **more))


def month(scene: Scene, first: date) -> PayrollMonth:
    """Close the month on the second day of the next, and gather it."""
    following = months.following(first)
    scene.go_to(following.replace(day=2))
    books.close_period(scene.session, scene.book_id, first, date.fromordinal(following.toordinal() - 1))
    seals.seal(scene.session, scene.book_id)
    return again(scene, first)


def again(scene: Scene, first: date) -> PayrollMonth:
    return payroll_export.gather(scene.session, scene.book_id, first)


def rows(found: PayrollMonth, folder: Path) -> list[dict[str, str]]:
    neutral.write(found, folder / "m.csv")
    return list(csv.DictReader((folder / "m.csv").read_text(encoding="utf-8").splitlines(), delimiter=";"))


def past_the_cliff(scene: Scene) -> tuple[PayrollMonth, PayrollMonth]:
    """October with 500.00, November with 25.00 more that make the year taxable."""
    shop(scene, "BUO-CR", 20)
    october = month(scene, OCTOBER)
    scene.go_to(date(2026, 11, 10))
    shop(scene, "BUO-CR", consent=True)
    return october, month(scene, NOVEMBER)


def test_the_month_that_crosses_says_that_the_car_becomes_taxable_too_and_is_not_in_the_file(
    scene: Scene, tmp_path: Path
) -> None:
    car(scene)
    october, november = past_the_cliff(scene)

    before, after = rows(october, tmp_path), rows(november, tmp_path)

    names = ("limite", "limite_usato", "da_altrove", "totale_anno")
    (first,) = [row for row in before if row["record"] == "D"]
    assert tuple(first[name] for name in names) == ("1000,00", "500,00", "480,00", "980,00")
    assert not [row for row in before if row["causale"].startswith("LIMITE")]
    last = [row for row in after if row["record"] == "D"][-1]
    assert tuple(last[name] for name in names) == ("1000,00", "525,00", "480,00", "1005,00")
    assert november.taxable_minor == 52_500
    (told,) = [row for row in after if row["causale"] == "LIMITE_SUPERATO"]
    assert (told["record"], told["codice_fiscale"], told["anno_fiscale"]) == ("N", last["codice_fiscale"], "2026")
    assert (told["importo"], *(told[name] for name in names)) == ("480,00", "1000,00", "525,00", "480,00", "1005,00")
    assert told["riferimento"] == (
        "Superato il limite di 1.000,00 € con 1.005,00 €: anche 480,00 € dichiarati da altrove diventano imponibili,"
        " e non sono compresi qui."
    )


def test_the_workbook_says_the_same(scene: Scene, tmp_path: Path) -> None:
    car(scene)
    _, november = past_the_cliff(scene)

    xlsx.write(november, tmp_path / "m.xlsx", "en")

    book = openpyxl.load_workbook(tmp_path / "m.xlsx")
    told = " ".join(str(cell.value) for row in book["Summary"].iter_rows() for cell in row)
    assert "the €480.00 declared from elsewhere become taxable too, and are not included here" in told
    heads = [cell.value for cell in book["Lines"][1]]
    last = dict(zip(heads, [cell.value for cell in book["Lines"][len(november.lines) + 1]], strict=True))
    figures = (last["The year's limit"], last["Limit used here"], last["From elsewhere"], last["The year's total"])
    assert figures == (1000, 525, 480, 1005)
    assert (last["Tax year"], last["Event"]) == (2026, november.lines[-1].event_id)


def test_while_nobody_said_what_comes_from_elsewhere_it_is_unknown_and_not_zero(scene: Scene, tmp_path: Path) -> None:
    shop(scene, "BUO-CR", 20)
    shop(scene, "SAN-CR", 4, consent=True)  # 560.00: 1,060.00 here alone

    october = month(scene, OCTOBER)

    assert {row["da_altrove"] + row["totale_anno"] for row in rows(october, tmp_path) if row["record"] == "D"} == {""}
    (told,) = [row for row in rows(october, tmp_path) if row["causale"] == "LIMITE_SUPERATO"]
    assert (told["importo"], told["limite_usato"], told["totale_anno"]) == ("", "1060,00", "")
    assert "Da altrove: non noto" in told["riferimento"]
    xlsx.write(october, tmp_path / "m.xlsx")
    lines = openpyxl.load_workbook(tmp_path / "m.xlsx")["Righe"]
    heads = [cell.value for cell in lines[1]]
    told_first = dict(zip(heads, [cell.value for cell in lines[2]], strict=True))
    assert (told_first["Da altrove"], told_first["Totale dell'anno"]) == ("non noto", None)


def test_the_accountants_year_says_that_480_belong_in_the_same_box(scene: Scene, tmp_path: Path) -> None:
    car(scene)
    past_the_cliff(scene)

    year = cu_lines.gather(scene.session, scene.book_id, 2026)
    cu_csv.write(year, tmp_path / "cu.csv")
    cu_xlsx.write(year, tmp_path / "cu.xlsx")

    told = list(csv.reader((tmp_path / "cu.csv").read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    (row,) = [row for row in told if row[0] == "Limiti dell'anno" and row[1] != "Matricola"]
    assert row[-5:] == ["1000,00", "525,00", "525,00", "480,00", "1005,00"]
    assert "anche 480,00 € dichiarati da altrove diventano imponibili" in row[-6]
    sheet = openpyxl.load_workbook(tmp_path / "cu.xlsx")["Limiti dell'anno"]
    assert [cell.value for cell in sheet[2]][-5:] == [1000, 525, 525, 480, 1005]


def test_the_accountants_year_says_unknown_and_gives_no_total(scene: Scene, tmp_path: Path) -> None:
    shop(scene, "BUO-CR", 20)

    year = cu_lines.gather(scene.session, scene.book_id, 2026)
    cu_csv.write(year, tmp_path / "cu.csv")

    told = list(csv.reader((tmp_path / "cu.csv").read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    (row,) = [row for row in told if row[0] == "Limiti dell'anno" and row[1] != "Matricola"]
    assert row[-6:] == ["", "1000,00", "500,00", "0,00", "non noto", ""]


def test_the_person_reads_the_same_sentence(scene: Scene, tmp_path: Path) -> None:
    car(scene)
    past_the_cliff(scene)

    pdf.write(personal_statement.gather(scene.session, scene.book_id, scene.worker, 2026), tmp_path / "p.pdf")

    told = " ".join(" ".join(page.extract_text() for page in PdfReader(tmp_path / "p.pdf").pages).split())
    assert "Limite 1.000,00 €; qui 525,00 €, da altrove 480,00 €: 1.005,00 € nell'anno." in told
    assert "anche 480,00 € dichiarati da altrove diventano imponibili, e non sono compresi qui." in told


def test_the_person_reads_that_elsewhere_is_unknown(scene: Scene, tmp_path: Path) -> None:
    shop(scene, "BUO-CR", 20)

    pdf.write(personal_statement.gather(scene.session, scene.book_id, scene.worker, 2026), tmp_path / "p.pdf")

    told = " ".join(" ".join(page.extract_text() for page in PdfReader(tmp_path / "p.pdf").pages).split())
    assert "qui 500,00 €, da altrove non noto: il totale dell'anno non si conosce." in told
    assert "Superato il limite" not in told


def test_a_closed_month_keeps_what_had_been_declared_when_it_was_closed(scene: Scene, tmp_path: Path) -> None:
    car(scene)
    _, november = past_the_cliff(scene)
    before = rows(november, tmp_path)
    scene.go_to(date(2026, 12, 9))
    car(scene, 30_000)

    assert rows(again(scene, NOVEMBER), tmp_path) == before
    # 300.00 and 525.00 are within the limit: December has the way back.
    december = month(scene, DECEMBER)
    (told,) = [row for row in rows(december, tmp_path) if row["causale"].startswith("LIMITE")]
    assert (told["causale"], told["importo"], told["totale_anno"]) == ("LIMITE_RISPETTATO", "300,00", "825,00")
    assert "300,00 € dichiarati da altrove tornano esenti" in told["riferimento"]


def test_a_year_that_is_past_the_cliff_already_is_told_once(scene: Scene) -> None:
    car(scene)
    past_the_cliff(scene)
    scene.go_to(date(2026, 12, 9))
    shop(scene, "BUO-CR", consent=True)

    december = month(scene, DECEMBER)

    assert december.crossings == ()
    limit = december.lines[-1].limit
    assert limit is not None
    assert (limit.used_minor, limit.total_minor, limit.crossed) == (55_000, 103_000, True)


def test_nothing_from_elsewhere_is_said_as_such(scene: Scene) -> None:
    car(scene, 0)
    shop(scene, "SAN-CR", 4, consent=True)
    shop(scene, "SAN-CR", 4, consent=True)  # 1,120.00

    (told,) = month(scene, OCTOBER).crossings

    assert told.limit.total_minor == 112_000
    assert crossing(told.limit, words.read("reports.payroll_export", "it")) == (
        "Superato il limite di 1.000,00 € con 1.120,00 €: da altrove non arriva nulla."
    )
