"""Every report of a period says, in one way, that it goes on or is not closed; and no more once it is closed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from sqlalchemy.orm import Session

from ledger import books
from plans import funders
from plans.words import FunderKind
from reports import (
    cu_lines,
    deductibility,
    foundation,
    plan_statement,
    provider_settlement,
    recharge_list,
    social_statement,
    trial_balance,
    words,
)
from reports.cu_lines import csv as cu_csv
from reports.cu_lines import xlsx as cu_xlsx
from reports.deductibility import pdf as deductibility_pdf
from reports.deductibility import xlsx as deductibility_xlsx
from reports.foundation import Standing
from reports.plan_statement import Reading
from reports.plan_statement import csv as plan_csv
from reports.plan_statement import pdf as plan_pdf
from reports.plan_statement import xlsx as plan_xlsx
from reports.provider_settlement import csv as provider_csv
from reports.provider_settlement import pdf as provider_pdf
from reports.recharge_list import csv as recharge_csv
from reports.recharge_list import xlsx as recharge_xlsx
from reports.social_statement import pdf as social_pdf
from reports.social_statement import xlsx as social_xlsx
from reports.trial_balance import csv as balance_csv
from reports.trial_balance import xlsx as balance_xlsx
from tests.reports.network_story import tell
from tests.stories.reading import on

YEAR = date(2026, 1, 1), date(2026, 12, 31)
NOVEMBER = date(2026, 11, 1)
INSIDE, AFTER = date(2026, 11, 22), date(2027, 1, 15)
Gather = Callable[[Session, int], Any]
Writer = Callable[[Any, Path, str], None]


def _plan(session: Session, book_id: int) -> Any:
    return plan_statement.gather(session, book_id, "A", *YEAR, reading=Reading.HR)


def _deductibility(session: Session, book_id: int) -> Any:
    return deductibility.gather(session, book_id, 2026)


def _detailed(session: Session, book_id: int) -> Any:
    return deductibility.gather(session, book_id, 2026, detail=True)


def _cu(session: Session, book_id: int) -> Any:
    return cu_lines.gather(session, book_id, 2026)


def _balance(session: Session, book_id: int) -> Any:
    return trial_balance.gather(session, book_id, *YEAR)


def _provider(session: Session, _: int) -> Any:
    return provider_settlement.gather(session, "P12", *YEAR)


def _recharge(session: Session, book_id: int) -> Any:
    return recharge_list.gather(session, book_id, NOVEMBER, detail=True)


def _social(session: Session, _: int) -> Any:
    return social_statement.gather(session, funders.by_code(session, "PUB").book_id, *YEAR)


# What the employer reads of a year goes up to the last month that is over.
DOCUMENTS: dict[str, tuple[Gather, date, dict[str, Writer]]] = {
    "plan": (_plan, INSIDE, {"pdf": plan_pdf.write, "xlsx": plan_xlsx.write, "csv": plan_csv.write}),
    "employer": (
        _deductibility,
        date(2026, 10, 31),
        {"pdf": deductibility_pdf.write, "xlsx": deductibility_xlsx.write},
    ),
    "deductibility": (_detailed, INSIDE, {"pdf": deductibility_pdf.write, "xlsx": deductibility_xlsx.write}),
    "cu": (_cu, INSIDE, {"xlsx": cu_xlsx.write, "csv": cu_csv.write}),
    "balance": (_balance, INSIDE, {"xlsx": balance_xlsx.write, "csv": balance_csv.write}),
    "provider": (_provider, INSIDE, {"pdf": provider_pdf.write, "csv": provider_csv.write}),
    "recharge": (_recharge, INSIDE, {"xlsx": recharge_xlsx.write, "csv": recharge_csv.write}),
    "social": (_social, INSIDE, {"pdf": social_pdf.write, "xlsx": social_xlsx.write}),
}


@pytest.fixture
def book(session: Session) -> int:
    """An employer's book with a few purchases, and a municipality's without any."""
    story = tell(session)
    with on(session, date(2026, 3, 2)):
        municipality = books.open_book(session, "PUB", "Comune di Cremona")
        funders.record(
            session,
            municipality,
            code="PUB",
            name="Comune di Cremona",
            kind=FunderKind.MUNICIPALITY,
            home_territory="cremona",
        )
    return story.e1


def close(session: Session) -> None:
    """Close the year in every book."""
    for each in funders.every(session):
        books.close_period(session, each.book_id, *YEAR)


def said(writer: Writer, found: Any, path: Path, language: str) -> str:
    """All that a file says; of a document its first page."""
    writer(found, path, language)
    return " ".join(_texts(path))


def _texts(path: Path) -> Iterator[str]:
    if path.suffix == ".pdf":
        yield pypdf.PdfReader(path).pages[0].extract_text()
    elif path.suffix == ".xlsx":
        for sheet in openpyxl.load_workbook(path):
            yield from (str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (cell for row in csv.reader(file, delimiter=";" if path.stem == "it" else ",") for cell in row)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_period_that_goes_on_or_is_not_closed_is_provisional(
    session: Session, book: int, tmp_path: Path, name: str
) -> None:
    gather, through, writers = DOCUMENTS[name]
    found = {}
    with on(session, INSIDE):
        found["goes on"] = gather(session, book)
    with on(session, AFTER):
        found["open"] = gather(session, book)
        close(session)
        found["closed"] = gather(session, book)

    told = {
        ("goes on", "it"): f"Periodo non concluso: dati fino al {through:%d/%m/%Y}",
        ("goes on", "en"): f"The period is not over: data up to {through}",
        ("open", "it"): "Periodo concluso ma non chiuso nel libro mastro",
        ("open", "en"): "The period is over but not closed in the ledger",
    }
    for kind, writer in writers.items():
        for language, mark in (("it", "Provvisorio"), ("en", "Provisional")):
            for state, each in found.items():
                text = said(writer, each, tmp_path / f"{language}.{kind}", language)
                sentences = [sentence for (_, spoken), sentence in told.items() if spoken == language]
                expected = [told[state, language]] if state != "closed" else []
                assert [sentence for sentence in sentences if sentence in text] == expected, (kind, language, state)
                assert (mark in text) == (state != "closed"), (kind, language, state)


def test_a_period_is_closed_when_every_day_of_it_is_in_every_book(session: Session, book: int) -> None:
    other = funders.by_code(session, "PUB").book_id
    with on(session, AFTER):
        books.close_period(session, book, date(2026, 1, 1), date(2026, 6, 30))
        books.close_period(session, book, date(2026, 7, 2), date(2026, 12, 31))
        assert foundation.standing(session, [book], *YEAR) == Standing(None, 1)
        books.close_period(session, book, date(2026, 7, 1), date(2026, 7, 1))
        assert foundation.standing(session, [book], *YEAR) == Standing(None, 0)
        assert foundation.standing(session, [book, other], *YEAR) == Standing(None, 1)
    with on(session, date(2026, 12, 31)):
        # The last day is not over.
        assert foundation.standing(session, [book], *YEAR).through == date(2026, 12, 31)


def test_a_closed_period_has_no_line(session: Session) -> None:
    assert list(foundation.facts(Standing(), words.read("reports.trial_balance", "it"))) == []
