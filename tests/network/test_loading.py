"""Loading the network from files: twice is once, and a bad row is named."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import data, loading, qualification, services, territories
from network.errors import BadColumns, BadRow, DataFolderEmpty, HistoryRewritten
from network.states import State
from tests.statements import statements

TODAY = datetime(2026, 11, 22, 11, tzinfo=UTC)
Editing = Callable[..., Path]


@pytest.fixture
def edited(tmp_path: Path) -> Editing:
    """A folder with one file of the network in which some cells of one row say something else."""

    def edit(file: str, row: int, **cells: str) -> Path:
        with (data.FOLDER / file).open(encoding="utf-8", newline="") as opened:
            lines = list(csv.DictReader(opened))
        lines[row - 2].update(cells)
        write(tmp_path / file, lines)
        return tmp_path

    return edit


def write(path: Path, lines: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, lines[0])
        writer.writeheader()
        writer.writerows(lines)


def test_loading_reports_what_it_did(session: Session) -> None:
    loaded = {report.table: report for report in loading.load(session)}

    assert {table: report.inserted for table, report in loaded.items()} == {
        "comune": 7_896,
        "territory": 14,
        "provider": 25,
        "provider_account": 24,
        "provider_contact": 24,
        "provider_invoicing": 25,
        "mandatary": 14,
        "provider_state": 26,
        "qualification_record": 115,
        "service": 62,
        "service_price": 58,
        "info_card": 8,
    }
    assert session.scalar(sa.text("select count(*) from comune")) == 7_896


def test_loading_the_same_data_twice_changes_nothing(network: Session) -> None:
    before = everything(network)

    loaded = loading.load(network)

    assert {(report.inserted, report.updated) for report in loaded} == {(0, 0)}
    assert [report.unchanged for report in loaded] == [report.rows for report in loaded]
    assert everything(network) == before


def test_loading_takes_as_many_statements_for_many_rows_as_for_few(session: Session, tmp_path) -> None:
    session.connection()
    with (data.FOLDER / "comuni.csv").open(encoding="utf-8", newline="") as opened:
        write(tmp_path / "comuni.csv", list(csv.DictReader(opened))[:3])

    with statements() as few:
        loading.load(session, tmp_path)
    shutil.copy(data.FOLDER / "comuni.csv", tmp_path)
    with statements() as many:
        loading.load(session, tmp_path)

    assert len(few) == len(many) == 2


def test_a_changed_name_is_updated(network: Session, edited: Editing) -> None:
    (report,) = loading.load(network, edited("providers.csv", 2, name="Coop. sociale Il Ponte Nuovo"))

    assert (report.inserted, report.updated, report.unchanged) == (0, 1, 24)


def test_a_file_may_come_alone_and_with_a_byte_order_mark(network: Session, tmp_path: Path) -> None:
    text = (data.FOLDER / "territories.csv").read_text(encoding="utf-8")
    (tmp_path / "territories.csv").write_text(text, encoding="utf-8-sig")

    (report,) = loading.load(network, tmp_path)

    assert (report.table, report.unchanged) == ("territory", 14)


def test_an_empty_folder_is_refused(session: Session, tmp_path: Path) -> None:
    with pytest.raises(DataFolderEmpty) as refusal:
        loading.load(session, tmp_path)

    assert "territories.csv" in refusal.value.text("it")


def test_a_new_territory_needs_one_row(network: Session, tmp_path: Path) -> None:
    (tmp_path / "territories.csv").write_text(
        "code,name,istat_code,cadastral_code,province,region,nuts3_2021,latitude,longitude\n"
        "roma,Roma,058091,H501,RM,Lazio,ITI43,41.893,12.483\n",
        encoding="utf-8",
    )

    loading.load(network, tmp_path)

    assert [found.code for found in territories.of_comune(network, "058091")] == ["roma"]


@pytest.mark.parametrize(
    ("file", "row", "column", "value"),
    [
        ("comuni.csv", 3, "istat_code", "1002"),
        ("comuni.csv", 4, "province", "Torino"),
        ("comuni.csv", 5, "is_provincial_capital", "no"),
        ("comuni.csv", 6, "name", ""),
        ("comuni.csv", 6, "cadastral_code", "A074"),
        ("territories.csv", 2, "latitude", "45,133"),
        ("territories.csv", 2, "latitude", "NaN"),
        ("territories.csv", 3, "province", "CR"),
        ("territories.csv", 3, "istat_code", "999999"),
        ("providers.csv", 4, "kind", "coop B"),
        ("providers.csv", 4, "territory_code", "atlantide"),
        ("provider_states.csv", 2, "state", "EXEMPT"),
        ("provider_states.csv", 2, "valid_from", "01/01/2024"),
        ("provider_states.csv", 2, "valid_to", "2023-12-31"),
        ("provider_states.csv", 2, "provider_code", "P99"),
        ("qualification_records.csv", 2, "requirement", "good_looks"),
        ("qualification_records.csv", 2, "verified_by", ""),
        ("qualification_records.csv", 2, "verified_at", "2024-01-08T09:00:00"),
        ("qualification_records.csv", 2, "document_sha256", "abc"),
        ("services.csv", 2, "kind", "autorizzazione"),
        ("services.csv", 2, "channels", "DIRECT|CASH"),
        ("services.csv", 2, "channels", "DIRECT|DIRECT"),
        ("services.csv", 2, "provider_code", ""),
        ("services.csv", 2, "categories", ""),
        ("services.csv", 2, "made_for", "rel≥75/NA"),
        ("services.csv", 2, "min_age", "-1"),
        ("service_prices.csv", 2, "price_minor", "23.00"),
        ("service_prices.csv", 2, "price_minor", "0"),
        ("service_prices.csv", 2, "net_minor", "2191"),
        ("service_prices.csv", 2, "vat_regime", "V4"),
        ("service_prices.csv", 2, "service_code", "SEG-CR"),
        ("info_cards.csv", 2, "verified_on", ""),
        ("info_cards.csv", 2, "window_to", "2025-01-01"),
        ("info_cards.csv", 2, "url", "http://www.inps.it"),
    ],
)
def test_a_bad_row_is_named_with_its_column_and_value(
    network: Session, edited: Editing, file: str, row: int, column: str, value: str
) -> None:
    folder = edited(file, row, **{column: value})

    with pytest.raises(BadRow) as refusal:
        loading.load(network, folder)

    named = refusal.value.details
    assert (named["file"], named["row"], named["column"], str(named["value"])) == (file, row, column, value)
    assert refusal.value.text("it") != refusal.value.text("en")


def test_a_key_used_twice_is_named(network: Session, edited: Editing) -> None:
    with pytest.raises(BadRow) as refusal:
        loading.load(network, edited("providers.csv", 3, code="P01"))

    assert refusal.value.details["row"] == 3


def test_missing_and_unknown_columns_are_named(network: Session, tmp_path: Path) -> None:
    (tmp_path / "providers.csv").write_text("code,nome\nP01,Ponte\n", encoding="utf-8")

    with pytest.raises(BadColumns) as refusal:
        loading.load(network, tmp_path)

    assert refusal.value.details["unknown"] == ["nome"]
    assert "kind" in refusal.value.details["missing"]


def test_a_row_with_too_many_cells_is_named(network: Session, tmp_path: Path) -> None:
    (tmp_path / "providers.csv").write_text(
        "code,name,kind,territory_code,offers\nP01,Ponte,COMPANY,cremona,cura,di troppo\n", encoding="utf-8"
    )

    with pytest.raises(BadRow) as refusal:
        loading.load(network, tmp_path)

    assert refusal.value.details["row"] == 2


def test_a_bad_row_leaves_the_table_as_it_was(network: Session, edited: Editing) -> None:
    before = everything(network)

    with pytest.raises(BadRow):
        loading.load(network, edited("services.csv", 60, delivery="piccione"))

    assert everything(network) == before


def test_a_file_may_plan_a_price_by_closing_the_old_one(network: Session, tmp_path: Path) -> None:
    prices(
        tmp_path,
        "ADI-CR,2024-01-01,2026-12-31,2300,2190,110,V5,",
        "ADI-CR,2027-01-01,,2415,2300,115,V5,",
    )

    (report,) = loading.load(network, tmp_path)

    assert (report.inserted, report.updated) == (1, 1)
    assert services.price_on(network, "ADI-CR", date(2026, 12, 31)).price_minor == 2_300
    assert services.price_on(network, "ADI-CR", date(2027, 1, 1)).price_minor == 2_415
    assert [again.unchanged for again in loading.load(network, tmp_path)] == [2]


def test_a_file_does_not_rewrite_a_price_that_is_history(network: Session, tmp_path: Path) -> None:
    prices(tmp_path, "ADI-CR,2024-01-01,,2415,2300,115,V5,")

    with pytest.raises(HistoryRewritten) as refusal:
        loading.load(network, tmp_path)

    assert refusal.value.details["row"] == 2
    assert "2300 V5" in refusal.value.text("it")


def test_a_new_price_that_leaves_the_old_one_open_is_named(network: Session, tmp_path: Path) -> None:
    prices(tmp_path, "ADI-CR,2027-01-01,,2415,2300,115,V5,")

    with pytest.raises(BadRow) as refusal:
        loading.load(network, tmp_path)

    assert "2026-12-31" in refusal.value.text("it")


def test_two_periods_of_a_file_that_overlap_are_named(session: Session, tmp_path: Path) -> None:
    loading.load(session)
    prices(
        tmp_path,
        "ADI-BI,2024-01-01,2027-01-01,2350,2238,112,V5,",
        "ADI-BI,2027-01-01,,2415,2300,115,V5,",
    )

    with pytest.raises(BadRow) as refusal:
        loading.load(session, tmp_path)

    assert refusal.value.details["row"] == 3


def test_loading_again_respects_what_people_changed_meanwhile(network: Session) -> None:
    services.reprice(network, "ADI-CR", 2_415, valid_from=date(2026, 11, 22), recorded_at=TODAY)
    qualification.suspend(network, "P01", date(2026, 11, 22), "DURC irregolare", recorded_at=TODAY)
    before = everything(network)

    loading.load(network)

    assert everything(network) == before
    assert qualification.state_on(network, "P01", date(2026, 11, 22)) is State.SUSPENDED


def prices(folder: Path, *lines: str) -> None:
    header = "service_code,valid_from,valid_to,price_minor,net_minor,vat_minor,vat_regime,vat_if_not_listed"
    (folder / "service_prices.csv").write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")


def everything(session: Session) -> dict[str, list[str]]:
    # Each row as text with the version that the database gave it: an update that changes nothing would show.
    tables = ("comune", "territory", "provider", "provider_state", "qualification_record", "service", "service_price")
    return {
        table: list(session.scalars(sa.text(f"select t::text || t.xmin || t.ctid from {table} t order by 1")))
        for table in (*tables, "info_card")
    }
