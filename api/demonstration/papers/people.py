"""What single people and professionals read: a worker's own year, and the rules that a consultant signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api.demonstration.papers.paper import Paper, statement
from api.demonstration.people import Employer
from api.demonstration.scene import Scene
from reports import personal_statement, rulebook_document
from reports.personal_statement import pdf as personal_pdf
from reports.rulebook_document import pdf as rulebook_pdf
from reports.rulebook_document import xlsx as rulebook_xlsx

WORKER, CONSULTANT = "lavoratore", "consulente-del-lavoro"
# Whose year is written, by the part they have in the stories.
_YEARS = (
    ("giulia", 2026),
    ("marco", 2026),
    ("teresa", 2025),
    ("luca", 2026),
    ("anna", 2026),
    ("pietro", 2026),
    ("nadia", 2026),
    ("noemi", 2025),
)


def papers(scene: Scene, employers: Sequence[Employer]) -> Iterator[Paper]:
    """Return the year of a few people of the stories, and the rulebook."""
    cast = {worker.story: (employer.code, worker) for employer in employers for worker in employer.workers}
    for name, year in _YEARS:
        book, worker = cast[name]
        yield _year(scene.books[book], scene.people[worker.tax_code], name, f"{worker.first_name} ({book})", year)
    yield statement(
        CONSULTANT,
        "regole",
        (
            "Le regole fiscali da firmare: valore, date, fonte, certezza, dubbio e casi svolti di ciascuna",
            "The tax rules to sign: value, dates, source, confidence, doubt and worked cases of each",
        ),
        rulebook_document.gather,
        {"pdf": rulebook_pdf.write, "xlsx": rulebook_xlsx.write},
    )


def _year(book_id: int, employee_id: str, name: str, who: str, year: int) -> Paper:
    return statement(
        WORKER,
        f"{name}-{year}",
        (f"Il {year} di {who}: per lei o lui soltanto", f"{who}'s {year}: for their eyes only"),
        lambda session: personal_statement.gather(session, book_id, employee_id, year),
        {"pdf": personal_pdf.write},
        lambda found: found.holds,
    )
