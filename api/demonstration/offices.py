"""
The files that the three payroll offices send, each in its own habits; the demonstration reads them back as they are.

E1 writes with semicolons in Windows-1252, under a title and above a total; E2 exports tabs in UTF-8 with English
headings; E3's program writes UTF-16 with vertical bars.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api.demonstration.people import Employer, Worker
from config import money
from plans.rulebook.words import Kinship

Line = Sequence[str]

_ENGLISH = {Kinship.CHILD: "child", Kinship.PARENT: "parent", Kinship.SPOUSE: "spouse", Kinship.SIBLING: "sibling"}


@dataclass(frozen=True, slots=True)
class Office:
    """How one office writes: separator, encoding, language, dates and amounts."""

    separator: str
    encoding: str
    english: bool
    title: bool
    day: Callable[[date], str]
    amount: Callable[[int], str]


def _italian_day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _euro(amount_minor: int) -> str:
    return "€ " + _comma(amount_minor)


def _comma(amount_minor: int) -> str:
    return money.local_minor(amount_minor).removesuffix("€").strip()


def _point(amount_minor: int) -> str:
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


OFFICES = {
    "E1": Office(";", "cp1252", english=False, title=True, day=_italian_day, amount=_euro),
    "E2": Office("\t", "utf-8-sig", english=True, title=False, day=date.isoformat, amount=_point),
    "E3": Office("|", "utf-16", english=False, title=False, day=_italian_day, amount=_comma),
}


def write_people(path: Path, employer: Employer, workers: Iterable[Worker]) -> None:
    """Write the payroll office's list of employees."""
    office = OFFICES[employer.code]
    if office.english:
        headings = ["Employee No", "Tax Code", "Surname", "Name", "Date of Birth", "Hire Date", "Group", "Site"]
    else:
        headings = ["Matricola", "Cod. Fiscale", "Cognome", "Nome", "Nato il", "Data Ass.", "Categoria", "Sede"]
    lines = [
        [
            worker.employee_no,
            worker.tax_code,
            worker.last_name,
            worker.first_name,
            office.day(worker.birth_date),
            office.day(worker.hired_on),
            worker.cluster,
            worker.site,
        ]
        for worker in workers
    ]
    _write(path, office, f"{employer.name} - Elenco del personale", headings, lines)


def write_relatives(path: Path, employer: Employer, workers: Iterable[Worker]) -> None:
    """Write the list of relatives that the workers named."""
    office = OFFICES[employer.code]
    if office.english:
        headings = ["Tax Code", "Relationship", "Surname", "Name", "Relative Tax Code", "Date of Birth", "Town"]
    else:
        headings = ["CF Dipendente", "Parentela", "Cognome", "Nome", "CF Familiare", "Data di nascita", "Comune"]
    lines = [
        [
            worker.tax_code,
            _ENGLISH[relative.kinship] if office.english else relative.word,
            relative.last_name,
            relative.first_name,
            relative.tax_code,
            office.day(relative.birth_date),
            relative.comune,
        ]
        for worker in workers
        for relative in worker.relatives
    ]
    _write(path, office, f"{employer.name} - Familiari", headings, lines)


def write_budget(path: Path, employer: Employer, credits: Sequence[tuple[Worker, int]]) -> None:
    """Write who gets how much; amounts in minor units."""
    office = OFFICES[employer.code]
    total = sum(amount_minor for _, amount_minor in credits)
    if office.english:
        headings, total_word = ["Employee No", "Tax Code", "Employee Name", "Group", "Amount"], "Total"
    else:
        headings, total_word = ["Matricola", "Codice Fiscale", "Cognome e Nome", "Categoria", "Importo"], "TOTALE"
    lines: list[Line] = [
        [
            worker.employee_no,
            worker.tax_code,
            f"{worker.last_name} {worker.first_name}",
            worker.cluster,
            office.amount(amount_minor),
        ]
        for worker, amount_minor in credits
    ]
    lines.append([total_word, "", "", "", office.amount(total)])
    _write(path, office, f"{employer.name} - Credito welfare", headings, lines)


def write_elsewhere(path: Path, employer: Employer, workers: Iterable[Worker], year: int) -> bool:
    """Write what payroll knows of fringe benefits from elsewhere; return whether it knows anything of anybody."""
    office = OFFICES[employer.code]
    headings = ["Matricola", "Codice Fiscale", "Anno", "Fringe benefit altrove"]
    if office.english:
        headings = ["Employee No", "Tax Code", "Year", "Fringe elsewhere"]
    # A blank says nothing: what nobody said stays unknown.
    lines = [
        [
            worker.employee_no,
            worker.tax_code,
            str(year),
            "" if worker.fringe_elsewhere_minor is None else office.amount(worker.fringe_elsewhere_minor),
        ]
        for worker in workers
    ]
    _write(path, office, f"{employer.name} - Importi da altre fonti", headings, lines)
    return any(line[-1] for line in lines)


def write_choices(path: Path, employer: Employer, premiums: Sequence[tuple[Worker, int, int]], chosen_on: date) -> None:
    """Write which share of their bonus workers take as welfare; amounts in minor units, shares in per cent."""
    office = OFFICES[employer.code]
    headings = [
        "Matricola", "Codice Fiscale", "Cognome e Nome", "Premio", "% conversione", "Data scelta",
        "Reddito entro il limite",
    ]  # fmt: skip
    lines = [
        [
            worker.employee_no,
            worker.tax_code,
            f"{worker.last_name} {worker.first_name}",
            office.amount(premium_minor),
            f"{share} %",
            office.day(chosen_on),
            "sì",
        ]
        for worker, premium_minor, share in premiums
    ]
    _write(path, office, f"{employer.name} - Scelte sul premio di risultato", headings, lines)


def write_offers(path: Path, employer: Employer, premiums: Sequence[tuple[Worker, int]]) -> None:
    """Write which bonuses workers may choose about; amounts in minor units."""
    office = OFFICES[employer.code]
    lines = [
        [worker.tax_code, f"{worker.last_name} {worker.first_name}", office.amount(premium_minor), "sì"]
        for worker, premium_minor in premiums
    ]
    headings = ["Codice Fiscale", "Cognome e Nome", "Premio", "Reddito entro il limite"]
    _write(path, office, f"{employer.name} - Premi da scegliere", headings, lines)


def write_opening(path: Path, employer: Employer, balances: Sequence[tuple[Worker, int]]) -> None:
    """Write what workers had left on another platform; amounts in minor units."""
    office = OFFICES[employer.code]
    headings = ["Codice Fiscale", "Cognome e Nome", "Credito residuo"]
    lines = [
        [worker.tax_code, f"{worker.last_name} {worker.first_name}", office.amount(amount_minor)]
        for worker, amount_minor in balances
    ]
    _write(path, office, "Vecchia piattaforma - Saldi al 31/12/2023", headings, lines)


def _write(path: Path, office: Office, title: str, headings: Line, lines: Iterable[Line]) -> None:
    rows = [office.separator.join(line) for line in (headings, *lines)]
    if office.title:
        rows = [title, "", *rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\r\n".join(rows) + "\r\n").encode(office.encoding))
