"""What every document has in common: its moment, its maker, its language, and tables that go over pages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pdfplumber
import pikepdf
import pytest
from reportlab.platypus import Flowable

from reports import blocks, front, look, pages, words
from reports.blocks import WIDTH, Column
from reports.territory_clearing.lines import Matrix
from reports.territory_clearing.picture import NAME, MatrixPicture

CREATED = datetime(2026, 11, 22, 11, 30, 5, 250, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _typeface() -> None:
    look.register()


def written(path: Path, created: datetime = CREATED, language: str = "it") -> Path:
    pages.write(
        path,
        [blocks.folding_table([Column("Voce", WIDTH)], [("Uno",)])],
        words.read("reports.fattura", language),
        title="Prova <1> & più",
        author="Consorzio Rete Welfare",
        subject="dal 1 al 2",
        created=created,
        running="",
        footer="",
    )
    return path


@pytest.mark.parametrize(
    ("created", "told", "packet"),
    [
        (CREATED, "D:20261122123005+01'00'", "2026-11-22T12:30:05+01:00"),
        (SUMMER, "D:20260702003000+02'00'", "2026-07-02T00:30:00+02:00"),
    ],
)
def test_a_document_says_when_it_was_made_in_the_time_of_rome(
    tmp_path: Path, created: datetime, told: str, packet: str
) -> None:
    with pikepdf.open(written(tmp_path / "a.pdf", created)) as document:
        assert document.check_pdf_syntax() == []
        assert {str(document.docinfo[name]) for name in ("/CreationDate", "/ModDate")} == {told}
        with document.open_metadata() as metadata:
            assert (metadata["xmp:CreateDate"], metadata["xmp:ModifyDate"]) == (packet, packet)


def test_a_moment_is_an_argument_and_the_rest_of_the_bytes_follow(tmp_path: Path) -> None:
    first, again, later = (
        written(tmp_path / name, created).read_bytes()
        for name, created in (("a", CREATED), ("b", CREATED), ("c", SUMMER))
    )

    assert first == again
    assert first != later
    for old, new in (
        (b"20261122123005+01", b"20260702003000+02"),
        (b"2026-11-22T12:30:05+01", b"2026-07-02T00:30:00+02"),
    ):
        first = first.replace(old, new)
    assert first == later


@pytest.mark.parametrize(("language", "tag"), [("it", "it-IT"), ("en", "en-IE")])
def test_a_document_says_its_language_and_who_issues_it(tmp_path: Path, language: str, tag: str) -> None:
    with pikepdf.open(written(tmp_path / "a.pdf", language=language)) as document:
        assert str(document.Root.Lang) == tag
        assert str(document.docinfo["/Author"]) == "Consorzio Rete Welfare"
        with document.open_metadata() as metadata:
            assert list(metadata["dc:language"]) == [tag]
            assert metadata["dc:creator"] == ["Consorzio Rete Welfare"]
            assert metadata["dc:title"] == "Prova <1> & più"


# -- what can be read --------------------------------------------------------------------------------------------------


def made(path: Path, *flow: Flowable) -> Any:
    """The only page of a document, with its letters."""
    pages.write(
        path,
        list(flow),
        words.read("reports.territory_clearing", "it"),
        title="",
        author="",
        subject="",
        created=CREATED,
        running="",
        footer="",
    )
    with pdfplumber.open(path) as document:
        page = document.pages[0]
        assert page.chars
    return page


HUGE = "90.071.992.547.409,91"


@pytest.mark.parametrize("folding", [False, True])
def test_no_figure_is_smaller_than_can_be_read_nor_wider_than_its_column(tmp_path: Path, *, folding: bool) -> None:
    columns = [Column("Uno", 45, figures=True), Column("Due", 45, figures=True)]
    rows = [("1.234.567,89", HUGE), ("1,00", "151.278,90")]
    table = blocks.folding_table(columns, rows) if folding else blocks.Grid(columns, rows)

    page = made(tmp_path / "a.pdf", table)

    letters = [letter for letter in page.chars if letter["text"] in "0123456789.," and letter["top"] < 200]
    assert min(letter["size"] for letter in letters) >= 6.5
    assert (
        "".join(letter["text"] for letter in letters if letter["x0"] > blocks.MARGIN + 45).count("9")
        == HUGE.count("9") + 1
    )
    assert min(letter["x0"] for letter in letters) >= blocks.MARGIN
    assert max(letter["x1"] for letter in letters) <= blocks.MARGIN + 90


def test_an_id_breaks_after_a_hyphen_only(tmp_path: Path) -> None:
    identifier = "reading-cohabitation-self-certified"

    page = made(tmp_path / "a.pdf", blocks.folding_table([Column("Norma", 70)], [(f"vedi {identifier} 2026",)]))

    lines = page.extract_text().splitlines()
    assert all(line.endswith("-") for line in lines if "-" in line)
    assert "".join(lines).replace(" ", "").count(identifier) == 1


@pytest.mark.parametrize(
    ("gross", "unit", "shown"),
    [(1_240, 1, "12,40"), (15_127_890, 100, "151.279"), (987_654_321_00, 100_000, "987.654")],
)
def test_the_figures_of_a_matrix_have_one_size_that_can_be_read(
    tmp_path: Path, gross: int, unit: int, shown: str
) -> None:
    places = tuple((f"t{number:02}", f"Territorio {number}") for number in range(14))
    matrix = Matrix(places, places, {("t00", "t01"): gross, ("t02", "t03"): 100})
    picture = MatrixPicture(matrix, words.read("reports.territory_clearing", "it"))

    page = made(tmp_path / "a.pdf", picture)

    # The names of the columns are turned.
    straight = [letter for letter in page.chars if letter["matrix"][1] == 0 and letter["x0"] > blocks.MARGIN + NAME]
    figures = [letter for letter in straight if letter["text"] in "0123456789.," and letter["top"] < 600]
    assert picture.unit == unit
    assert shown in page.extract_text()
    assert {round(letter["size"], 2) for letter in figures} == {round(picture.size, 2)}
    assert picture.size >= 6.5


def test_the_remark_of_a_card_folds_rather_than_shrinks(tmp_path: Path) -> None:
    remark = "3.245,00 € il 24/11/2026, e il resto dopo"
    cards = front.Cards([front.Card(look.PINE, "Dovuto", "1,00 €", remark)] * 4)

    page = made(tmp_path / "a.pdf", cards)

    assert min(letter["size"] for letter in page.chars) >= 6.5
    assert "…" not in page.extract_text()
    assert len({round(letter["top"]) for letter in page.chars if letter["size"] == 6.5}) == 2
