"""The statements of every plan of the last year, written for those who read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from api.demonstration.credits import TODAY
from api.demonstration.people import LAST_YEAR, Employer
from api.demonstration.scene import Scene
from config import database
from plans import plans
from reports import journal_export, plan_statement
from reports.plan_statement import PlanStatement, Reading, csv, pdf, xlsx

_WRITERS: Mapping[str, Callable[[PlanStatement, Path, str], None]] = {
    "pdf": pdf.write,
    "xlsx": xlsx.write,
    "csv": csv.write,
}
_NAMES = {Reading.HR: "ufficio-personale", Reading.PAYROLL: "ufficio-paghe"}


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the statements with their files, and the journals, in two folders of the output."""

    folder: Path
    files: tuple[Path, ...]
    statements: tuple[PlanStatement, ...]
    journals: tuple[Path, ...]

    @property
    def reconciled(self) -> int:
        """Return how many statements agree with the ledger to the cent."""
        return sum(statement.proof.holds for statement in self.statements)


def write(
    scene: Scene, employers: Sequence[Employer], output: Path, language: str, on_progress: Callable[[int, int], None]
) -> Written:
    """Write the statements of the plans of the last year, both readings, in every format, and every journal."""
    gathered = database.transact(lambda session: list(_gather(session, scene, employers)))
    folder = output / "rendiconti"
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    total = len(gathered) * len(_WRITERS)
    for statement in gathered:
        for ending, writer in _WRITERS.items():
            path = folder / f"{statement.plan.code.lower()}-{_NAMES[statement.reading]}.{ending}"
            writer(statement, path, language)
            files.append(path)
            on_progress(len(files), total)
    journals = tuple(_journal(scene, employer, output / "giornali") for employer in employers)
    return Written(folder, tuple(files), tuple(gathered), journals)


def _journal(scene: Scene, employer: Employer, folder: Path) -> Path:
    """Write a book's whole journal as text that beancount checks by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{employer.code.lower()}.beancount"
    book_id = scene.books[employer.code]
    database.transact(lambda session: journal_export.write_beancount(session, book_id, path))
    return path


def _gather(session: Session, scene: Scene, employers: Sequence[Employer]) -> Iterator[PlanStatement]:
    for employer in employers:
        book_id = scene.books[employer.code]
        for terms in plans.of_book(session, book_id):
            if terms.starts_on.year == LAST_YEAR:
                until = min(terms.ends_on, TODAY)
                for reading in Reading:
                    yield plan_statement.gather(session, book_id, terms.code, terms.starts_on, until, reading=reading)
