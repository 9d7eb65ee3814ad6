"""What the accountant reads: the year for everybody's certificate, the journal and the trial balance of each book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from api.demonstration.credits import TODAY
from api.demonstration.papers.employers import LABOUR_COST, YEAR
from api.demonstration.papers.paper import Made, Paper, statement
from api.demonstration.people import LAST_YEAR, Employer
from api.demonstration.scene import Scene
from reports import cu_lines, deductibility, journal_export, trial_balance
from reports.cu_lines import csv as cu_csv
from reports.cu_lines import xlsx as cu_xlsx
from reports.deductibility import pdf as deductibility_pdf
from reports.deductibility import xlsx as deductibility_xlsx
from reports.trial_balance import csv as trial_csv
from reports.trial_balance import xlsx as trial_xlsx

FOLDER = "commercialista"


def papers(scene: Scene, employers: Sequence[Employer]) -> Iterator[Paper]:
    """Return the year of every employer, then journal and trial balance of every book."""
    for employer in employers:
        yield _certificates(employer, scene.books[employer.code])
        yield _deductibility(employer, scene.books[employer.code])
    for code, book_id in scene.books.items():
        yield _trial_balance(code, book_id)
        name = f"giornale-{code.lower()}"
        yield Paper(
            FOLDER,
            name,
            f"Libro {code}: tutto il giornale; i due file di testo sono per bean-check e per hledger",
            f"Book {code}: the whole journal; the two text files are for bean-check and for hledger",
            partial(_journal, book_id, name),
        )


def _certificates(employer: Employer, book_id: int) -> Paper:
    return statement(
        FOLDER,
        f"cu-{employer.code.lower()}-{LAST_YEAR}",
        (
            f"{employer.name}: il {LAST_YEAR} fino a oggi, per la Certificazione Unica di ciascuno",
            f"{employer.name}: {LAST_YEAR} up to today, for everybody's Certificazione Unica",
        ),
        lambda session: cu_lines.gather(session, book_id, LAST_YEAR),
        {"xlsx": cu_xlsx.write, "csv": cu_csv.write},
        lambda found: found.proof.holds,
    )


def _deductibility(employer: Employer, book_id: int) -> Paper:
    cost = LABOUR_COST[employer.code]
    return statement(
        FOLDER,
        f"deducibilita-dettaglio-{employer.code.lower()}-{YEAR}",
        (
            f"{employer.name}: che cosa si deduce del {YEAR}, piano per piano; all'azienda si dice meno",
            f"{employer.name}: what is deductible of {YEAR}, plan by plan; the employer is told less",
        ),
        lambda session: deductibility.gather(session, book_id, YEAR, labour_cost_minor=cost, detail=True),
        {"pdf": deductibility_pdf.write, "xlsx": deductibility_xlsx.write},
        lambda found: found.proof.holds,
    )


def _trial_balance(code: str, book_id: int) -> Paper:
    return statement(
        FOLDER,
        f"bilancio-{code.lower()}-{LAST_YEAR}",
        (f"Libro {code}: bilancio di verifica del {LAST_YEAR}", f"Book {code}: trial balance of {LAST_YEAR}"),
        lambda session: trial_balance.gather(session, book_id, date(LAST_YEAR, 1, 1), TODAY),
        {"xlsx": trial_xlsx.write, "csv": trial_csv.write},
        lambda found: found.holds,
    )


def _journal(book_id: int, name: str, session: Session, into: Path, language: str) -> Made:
    table, beancount, hledger = (into / f"{name}.{ending}" for ending in ("csv", "beancount", "journal"))
    journal_export.write_csv(session, book_id, table, language=language)
    journal_export.write_beancount(session, book_id, beancount, language=language)
    journal_export.write_hledger(session, book_id, hledger, language=language)
    # The balances asserted at their end are for the two programs to check.
    return Made((table, beancount, hledger), None)
