"""What every document has in common: its moment, its maker, its language, and tables that go over pages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from reports import blocks, pages, words
from reports.blocks import WIDTH, Column

CREATED = datetime(2026, 11, 22, 11, 30, 5, 250, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


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
