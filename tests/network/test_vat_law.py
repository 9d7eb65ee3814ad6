"""What the law calls a VAT regime on a day, and the stamp duty of invoices without VAT."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from network import data, vat, vat_law

LAST_OF_OLD, FIRST_OF_NEW = date(2026, 12, 31), date(2027, 1, 1)


@pytest.mark.parametrize("topic", [*(found.code for found in vat.regimes()), *vat_law.TOPICS])
@pytest.mark.parametrize("day", [date(2024, 1, 1), LAST_OF_OLD, FIRST_OF_NEW, date(2040, 1, 1)])
def test_every_topic_has_a_label_that_fits_an_invoice_on_every_day(topic: str, day: date) -> None:
    found = vat_law.reference(topic, day)

    assert 0 < len(found.reference) <= 100
    assert found.reference.encode("latin-1")
    assert found.source
    assert bool(found.note_it) == bool(found.note_en)


@pytest.mark.parametrize(
    ("topic", "before", "after"),
    [
        ("MULTI", "Art. 6-quater DPR 633/1972", "Art. 14 TU IVA"),
        ("VOUCHER", "Art. 6-ter DPR 633/1972", "Art. 13 TU IVA"),
        ("MANDATE", "Art. 3, terzo comma, DPR 633/1972", "Art. 10 TU IVA"),
        ("V5", "Tab. A, parte II-bis, n. 1, DPR 633/1972", "TU IVA (D.Lgs. 10/2026), tabella, parte III, n. 1"),
    ],
)
def test_numbers_change_with_the_consolidated_act_of_2027(topic: str, before: str, after: str) -> None:
    assert vat_law.reference(topic, LAST_OF_OLD).reference.startswith(before)
    assert vat_law.reference(topic, FIRST_OF_NEW).reference.startswith(after)


def test_the_numbers_nobody_read_are_doubtful() -> None:
    assert vat_law.reference("V22", FIRST_OF_NEW).doubtful
    assert not vat_law.reference("V5", FIRST_OF_NEW).doubtful


@pytest.mark.parametrize(("amount", "duty"), [(7_746, None), (7_747, None), (7_748, 200)])
def test_stamp_duty_begins_one_cent_above_the_threshold(amount: int, duty: int | None) -> None:
    found = vat_law.stamp_duty(amount, date(2026, 5, 1))

    assert (found.amount_minor if found else None) == duty


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("V22,,2027-01-01,", "V22,,2027-01-02,", "leaves a gap"),
        ("V22,,2027-01-01,", "V22,,2026-12-31,", "overlaps"),
        ("V22,,2027-01-01,,", "V22,,2027-01-01,2030-12-31,", "not told of every day"),
        ("V22,,2027-01-01", "V99,,2027-01-01", "unknown topic"),
        (",MEM,", ",SURE,", "unknown topic or confidence"),
    ],
)
def test_a_table_that_cannot_be_is_refused_with_its_row(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (data.FOLDER / "vat_references.csv").read_text("utf-8")
    assert old in text
    (tmp_path / "vat_references.csv").write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(ValueError, match=message):
        vat_law.read_references(tmp_path / "vat_references.csv")


def notes(services: set[str], on: date = LAST_OF_OLD) -> list[str]:
    return [found.note_it for found in vat_law.references("V10", on, services)]


@pytest.mark.parametrize("on", [LAST_OF_OLD, FIRST_OF_NEW])
def test_a_doubt_of_one_service_is_told_of_that_service_alone(on: date) -> None:
    assert any("pasti" in note for note in notes({"PAS-CR"}, on))
    assert any("pasti" in note for note in notes({"TEA-CR", "PAS-MT"}, on))
    assert not any("pasti" in note for note in notes({"TEA-CR", "TPL-TO"}, on))
    assert not any("pasti" in note for note in notes(set(), on))


def test_a_service_has_its_own_number_and_the_others_that_of_their_regime() -> None:
    assert [found.reference for found in vat_law.references("V10", LAST_OF_OLD, {"TEA-CR"})] == [
        "Tab. A, parte III, n. 123, DPR 633/1972"
    ]
    assert vat_law.references("V10", LAST_OF_OLD, {"XXX"}) == (vat_law.reference("V10", LAST_OF_OLD),)
    assert vat_law.references("V10", LAST_OF_OLD, {"XXX", "TEA-CR"})[0] == vat_law.reference("V10", LAST_OF_OLD)


def test_every_service_that_the_references_name_is_in_the_catalogue() -> None:
    named = {
        service
        for rows in vat_law.read_own(data.FOLDER / "vat_references.csv").values()
        for row in rows
        for service in row.services
    }
    with (data.FOLDER / "services.csv").open(encoding="utf-8", newline="") as file:
        assert named <= {row["code"] for row in csv.DictReader(file)}
