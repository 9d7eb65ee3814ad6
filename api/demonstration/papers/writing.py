"""Writing every statement, and the index that says for whom each file is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from api.demonstration.papers import accountant, employers, network, people
from api.demonstration.papers.paper import Made, Paper
from api.demonstration.people import Employer
from api.demonstration.scene import Scene
from config import database

# Each reader's folder, in the order of the index.
FOLDERS = {
    employers.PERSONNEL: (
        "Per l'ufficio del personale: per persona soltanto un totale welfare e uno fringe, mai che cosa ha comprato",
        "For the personnel office: of a person one welfare and one fringe total, never what they bought",
    ),
    employers.ACCOUNTS: (
        "Per l'amministrazione dell'azienda, non per l'ufficio del personale",
        "For the company's accounts department, not for its personnel office",
    ),
    employers.PAYROLL: (
        "Per l'ufficio paghe: con le categorie fiscali di ciascuno, che non devono arrivare all'ufficio del personale",
        "For payroll: with everybody's fiscal categories, which must not reach the personnel office",
    ),
    accountant.FOLDER: ("Per il commercialista", "For the accountant"),
    people.WORKER: ("Per il lavoratore, e per nessun altro", "For the worker, and nobody else"),
    network.PROVIDER: ("Per i fornitori", "For providers"),
    network.MUNICIPAL: ("Per il Comune", "For the municipality"),
    network.NETWORK: ("Per gli uffici della rete e la sua banca", "For the network's offices and its bank"),
    people.CONSULTANT: ("Per il consulente del lavoro", "For the labour consultant"),
}
# Where the files are that offices and the bank sent; only the run that plays the history writes them.
RECEIVED = "file-ricevuti"
_RECEIVED = (
    "Che cosa hanno mandato gli uffici, e in banca/ le risposte della banca (camt.053)",
    "What the offices sent, and in banca/ the bank's answers (camt.053)",
)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, statement by statement, and the index."""

    output: Path
    index: Path
    papers: tuple[tuple[Paper, Made], ...]

    @property
    def files(self) -> int:
        """How many files there are, but for the index."""
        return sum(len(made.files) for _, made in self.papers)

    @property
    def proved(self) -> tuple[int, int]:
        """How many statements agree with the ledger to the cent, and of how many that have something to prove."""
        proofs = [made.holds for _, made in self.papers if made.holds is not None]
        return sum(proofs), len(proofs)


def write(
    scene: Scene, who: Sequence[Employer], output: Path, language: str, on_progress: Callable[[int, int], None]
) -> Written:
    """Write every statement in every format, each gathered in one transaction, then the index."""
    papers = database.transact(lambda session: _all(session, scene, who))
    written: list[tuple[Paper, Made]] = []
    for number, paper in enumerate(papers, 1):
        written.append((paper, _make(paper, output / paper.folder, language)))
        on_progress(number, len(papers))
    index = output / ("LEGGIMI.txt" if language == "it" else "README.txt")
    index.write_text(_index(written, output, italian=language == "it"), encoding="utf-8")
    return Written(output, index, tuple(written))


def _all(session: Session, scene: Scene, who: Sequence[Employer]) -> list[Paper]:
    return [
        *employers.papers(session, scene, who),
        *accountant.papers(scene, who),
        *people.papers(scene, who),
        *network.papers(session, scene, who),
    ]


def _make(paper: Paper, folder: Path, language: str) -> Made:
    folder.mkdir(parents=True, exist_ok=True)
    return database.transact(lambda session: paper.work(session, folder, language))


def _index(written: Sequence[tuple[Paper, Made]], output: Path, *, italian: bool) -> str:
    place = 0 if italian else 1
    title = "CHE COSA C'È QUI, E PER CHI" if italian else "WHAT IS HERE, AND FOR WHOM"
    made_up = (
        "Dimostrazione di borsellino: aziende, persone, fornitori e importi sono inventati."
        if italian
        else "Demonstration of borsellino: employers, people, providers and amounts are made up."
    )
    lines = [title, made_up, ""]
    for folder, sentences in FOLDERS.items():
        lines += [f"{folder}/", f"  {sentences[place]}.", ""]
        for paper, made in written:
            if paper.folder == folder:
                lines.append(f"  {_names(paper, made, output)}")
                lines.append(f"      {paper.it if italian else paper.en}.")
        lines.append("")
    if (output / RECEIVED).is_dir():
        lines += [f"{RECEIVED}/", f"  {_RECEIVED[place]}."]
    return "\n".join(lines) + "\n"


def _names(paper: Paper, made: Made, output: Path) -> str:
    """Return the names of a statement's files: one with all its endings, or each where they differ."""
    stems = {path.stem for path in made.files}
    if len(stems) == 1:
        return f"{stems.pop()} ({', '.join(path.suffix[1:] for path in made.files)})"
    return ", ".join(str(path.relative_to(output / paper.folder)) for path in made.files)
