"""The recharge list against figures worked out by hand (tests/reports/network_story.py)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import books
from reports.payroll_export import months
from reports.recharge_list import RechargeList, gather, lines
from reports.recharge_list import csv as csv_layout
from reports.recharge_list import xlsx as xlsx_layout
from reports.recharge_list.errors import RechargeMonthOpen
from tests.reports.network_story import MARCH, TODAY, NetworkStory, tell
from tests.stories.reading import on
from wallet import recharges

WRITERS: dict[str, Callable[..., Any]] = {"xlsx": xlsx_layout.write, "csv": csv_layout.write}


@pytest.fixture
def network_told(session: Session) -> NetworkStory:
    story = tell(session)
    with on(session, TODAY):
        recharges.record(session, story.e1, MARCH[0], actor="op")
    return story


def state(session: Session, book_id: int, month: date = MARCH[0]) -> RechargeList:
    """The list of who runs the mandate."""
    with on(session, TODAY):
        return gather(session, book_id, month, detail=True)


def employers(session: Session, book_id: int) -> RechargeList:
    """The list of March as the employer gets it, once the month is closed."""
    with on(session, TODAY):
        if MARCH[0] not in months.closed_months(session, book_id):
            books.close_period(session, book_id, *MARCH)
        return gather(session, book_id, MARCH[0])


def test_the_month_adds_up_to_the_cent(session: Session, network_told: NetworkStory) -> None:
    found = state(session, network_told.e1)

    # 100,00 + 40,00 + 60,00 + 70,00 paid by the plan, and 22 % of 40,00.
    assert {name: found.total(name) for name in lines.FIGURES} == {
        "net": 26_524,
        "vat": 1_356,
        "gross": 27_880,
        "paid": 27_000,
        "added": 880,
    }
    assert [(total.regime, total.lines, total.amounts.gross_minor) for total in found.regimes] == [
        ("E18", 2, 13_000),
        ("V22", 1, 4_880),
        ("V5", 1, 10_000),
    ]
    assert (found.lots_minor, found.recorded_minor, found.holds) == (27_000, 880, True)


def test_the_employer_reads_vat_and_reference_of_each_and_amounts_of_all(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    found = employers(session, network_told.e1)

    assert [(total.regime, total.lines, total.amounts.gross_minor) for total in found.regimes] == [
        ("2200", 1, 4_880),
        ("500", 1, 10_000),
        ("N4", 2, 13_000),
    ]
    assert (found.total("gross"), found.holds) == (27_880, True)
    assert {(line.voucher_id, line.amounts) for line in found.lines} == {(None, None)}
    csv_layout.write(found, tmp_path / "list.csv")
    rows = [row[1:] for row in _text(tmp_path / "list.csv") if row[0] == "Righe"]
    assert rows[0] == ["Riferimento del buono", "IVA"]
    assert sorted(vat for _, vat in rows[1:]) == ["22 %", "5 %", "N4", "N4"]
    assert ["Regimi IVA", "N4", "Operazione esente (natura N4)"] in [row[:3] for row in _text(tmp_path / "list.csv")]


def test_a_reference_leads_to_its_voucher_and_its_order_tells_nothing(
    session: Session, network_told: NetworkStory
) -> None:
    short, whole = employers(session, network_told.e1), state(session, network_told.e1)

    bought = {found.authorization_id for found in network_told.bought.values()}
    assert {line.reference: line.voucher_id in bought for line in whole.lines} == {
        line.reference: True for line in short.lines
    }
    for line in whole.lines:
        assert line.voucher_id is not None
        # Ten characters of time, sixteen of chance.
        prefix, ulid = line.voucher_id.split("_")
        assert (prefix, ulid[10:]) == ("aut", line.reference)
    assert list(short.lines) == sorted(short.lines, key=lambda line: (line.regime, line.reference))


def test_the_employers_list_of_a_month_that_is_not_closed_is_refused(
    session: Session, network_told: NetworkStory
) -> None:
    with on(session, TODAY), pytest.raises(RechargeMonthOpen, match="period from"):
        gather(session, network_told.e1, MARCH[0])


def test_the_notes_on_the_law_do_not_follow_what_was_bought(session: Session, network_told: NetworkStory) -> None:
    with_purchases = state(session, network_told.e1)

    assert with_purchases.notes == state(session, network_told.e3).notes
    assert {"V5", "FORF", "MULTI"} <= {note.topic for note in with_purchases.notes}


def test_until_the_month_is_recorded_the_list_says_what_to_do(session: Session, network_told: NetworkStory) -> None:
    found = state(session, network_told.e3)

    assert (found.holds, found.difference_minor, found.unrecorded_minor) == (False, 0, 1_760)
    assert "borsellino recharge record" in lines.verdict(found, lines.of("it"))


def test_a_tampered_posting_breaks_the_proof(session: Session, network_told: NetworkStory) -> None:
    session.execute(sa.text("set local session_replication_role = replica"))
    # One cent more from the lot than the provider of another territory was given.
    session.execute(
        sa.text(
            "update posting p set amount_minor = amount_minor + 1 from account d, account c"
            " where d.book_id = p.book_id and d.account_id = p.debit_account_id and d.code like 'lot:%'"
            " and c.book_id = p.book_id and c.account_id = p.credit_account_id and c.code = 'clearing:cremona'"
            " and p.entry_id = (select min(q.entry_id) from posting q where q.book_id = p.book_id"
            "                    and q.credit_account_id = c.account_id)"
        )
    )

    found = state(session, network_told.e1)

    assert found.difference_minor == -1
    assert "NON quadra" in lines.verdict(found, lines.of("it"))


def test_the_law_of_the_month_is_named_with_its_doubts(session: Session, network_told: NetworkStory) -> None:
    notes = {note.topic: note for note in state(session, network_told.e1).notes}

    assert notes["DEDUCTION"].reference == "Art. 19 DPR 633/1972"
    assert "Cass. 22332/2018" in notes["DEDUCTION"].text_it
    later = {note.topic: note.reference for note in state(session, network_told.e1, date(2027, 1, 15)).notes}
    assert later["DEDUCTION"] == "Art. 56 TU IVA, D.Lgs. 10/2026"


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("form", WRITERS)
def test_an_employer_reads_no_provider_service_person_or_day(
    session: Session, network_told: NetworkStory, tmp_path: Path, form: str, language: str
) -> None:
    path = tmp_path / f"list.{form}"
    WRITERS[form](employers(session, network_told.e1), path, language)

    text = _text(path)

    secrets = session.scalars(sa.text("select name from provider union select name from service")).all()
    codes = session.scalars(sa.text("select code from provider union select code from service")).all()
    words = {cell.strip("'") for row in text for cell in row}
    for secret in (*secrets, "Riservata", "Giulia", "SOCIAL_UTILITY", "2026-03-12", "12/03/2026"):
        assert not any(secret in word for word in words), secret
    assert not words & set(codes)
    speech = network_told.bought["speech"].authorization_id
    assert recharges.reference(speech) in words
    assert not any(speech in word or "sanitaria" in word.lower() for word in words - set(_notes(text)))
    assert not any(str(network_told.bought["speech"].code) in word for word in words)


def _notes(rows: list[list[str]]) -> list[str]:
    """The notes on the law, which are the same for every employer."""
    return [cell for row in rows for cell in row if len(cell) > 80]


def _text(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        delimiter = ";" if ";" in path.read_text("utf-8-sig").splitlines()[0] else ","
        return list(csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=delimiter))
    book = openpyxl.load_workbook(path)
    return [[str(cell) for cell in row if cell is not None] for sheet in book for row in sheet.values]


@pytest.mark.parametrize("form", WRITERS)
def test_the_same_list_gives_the_same_bytes(
    session: Session, network_told: NetworkStory, tmp_path: Path, form: str
) -> None:
    found = state(session, network_told.e1)

    for name in ("one", "two"):
        WRITERS[form](found, tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_workbook_has_real_numbers_and_totals_that_follow_the_filter(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    path = tmp_path / "list.xlsx"
    xlsx_layout.write(state(session, network_told.e1), path)

    sheet = openpyxl.load_workbook(path)["Righe"]

    assert sum(row[5].value for row in sheet.iter_rows(min_row=2, max_row=5)) == pytest.approx(278.80)
    assert sheet["F6"].value == "=SUBTOTAL(109,F2:F5)"


def test_a_month_without_purchases_is_an_empty_list_that_holds(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    found = state(session, network_told.e1, date(2026, 1, 10))

    for form, write in WRITERS.items():
        write(found, tmp_path / form)

    assert (found.lines, found.holds) == ((), True)


def test_both_languages_have_the_same_words() -> None:
    assert set(lines.of("it").texts) == set(lines.of("en").texts)
