"""Files of employees and relatives: what they may say, and every row that stops them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from plans import people_file
from plans.errors import KinshipUnknown
from plans.errors_files import ColumnMissing, FileMissing
from plans.people_file import EmployeeDraft, RelativeDraft
from plans.rulebook.words import Kinship
from tests.plans.factories import tax_code

MARCO, GIULIA, ANNA = tax_code(1, "80A01"), tax_code(2, "85T50"), tax_code(3, "47C48")
HEADER = "Codice fiscale;Cognome;Nome;Data di nascita;Data assunzione;Data cessazione;Categoria;Sede;Email;Matricola"
KIN = "CF dipendente;Parentela;Cognome;Nome;CF familiare;Data di nascita;Comune"


@pytest.fixture
def employees(tmp_path: Path) -> Path:
    return tmp_path / "personale.csv"


@pytest.fixture
def relatives(tmp_path: Path) -> Path:
    return tmp_path / "familiari.csv"


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def codes(reading: people_file.Reading[EmployeeDraft] | people_file.Reading[RelativeDraft]) -> list[tuple[str, int]]:
    return [(problem.code, problem.row or 0) for problem in reading.problems]


def test_an_employee_is_read_whole(employees: Path) -> None:
    row = f"{MARCO.lower()};Rossi;Marco;01/01/1980;15/03/2020;31/12/9999;operai;Cremona;m@example.it;007"

    reading = people_file.read_employees(write(employees, HEADER, row))

    assert reading.problems == ()
    assert reading.drafts == (
        (
            2,
            EmployeeDraft(
                tax_code=MARCO,
                first_name="Marco",
                last_name="Rossi",
                birth_date=date(1980, 1, 1),
                hired_on=date(2020, 3, 15),
                left_on=None,
                cluster="operai",
                work_place="Cremona",
                email="m@example.it",
                employee_no="007",
            ),
        ),
    )


def test_a_reading_says_which_fields_the_file_has_a_column_for(employees: Path) -> None:
    reading = people_file.read_employees(write(employees, "CF;Cognome;Nome;Gruppo", f"{MARCO};Rossi;Marco;operai"))

    assert reading.fields == {"tax_code", "first_name", "last_name", "cluster"}


def test_every_problem_of_every_row_is_told_with_its_place(employees: Path) -> None:
    wrong = MARCO[:15] + ("A" if MARCO[15] != "A" else "B")
    rows = (
        f"{wrong};Rossi;Marco;;;;;;;",
        f"{GIULIA};;Giulia;31/02/1985;;;;;;",
        f"{ANNA};Verdi;Anna;08/03/1947;01/02/2020;31/01/2020;;;;",
        f"{MARCO};Rossi;Marco;02/01/1980;;;;;;",
        f"{ANNA};Verdi;Anna;;;;;;;",
    )

    reading = people_file.read_employees(write(employees, HEADER, *rows))

    assert codes(reading) == [
        ("tax_code_check_character", 2),
        ("value_missing", 3),
        ("date_unreadable", 3),
        ("left_before_hired", 4),
        ("birth_date_contradicts", 5),
        ("person_repeated", 6),
    ]
    first = reading.problems[0]
    assert (first.file, first.column, first.value) == ("personale.csv", "Codice fiscale", wrong)
    assert reading.problems[-1].details == {"first_row": 4}


def test_the_last_day_may_be_the_first(employees: Path) -> None:
    row = f"{MARCO};Rossi;Marco;;01/02/2020;01/02/2020;;;;"

    assert people_file.read_employees(write(employees, HEADER, row)).problems == ()


@pytest.mark.parametrize(
    ("code", "born", "otherwise"),
    [
        (tax_code(1, "80A01"), date(1980, 1, 1), False),
        (tax_code(1, "80A41"), date(1980, 1, 1), False),
        (tax_code(1, "80A01"), date(1880, 1, 1), False),
        (tax_code(1, "80A01"), date(1981, 1, 1), True),
        (tax_code(1, "80A01"), date(1980, 2, 1), True),
        (tax_code(1, "80A01"), date(1980, 1, 2), True),
        # Letters for digits, as the tax office writes when two codes would be the same.
        (tax_code(1, "U0A01"), date(1980, 1, 1), False),
        (tax_code(1, "ULALM"), date(1980, 1, 1), False),
        (tax_code(1, "ULALM"), date(1900, 1, 1), True),
        ("00743110157", date(1980, 1, 1), False),
    ],
)
def test_the_day_in_a_tax_code_is_compared_without_its_century(code: str, born: date, otherwise: bool) -> None:
    assert people_file.born_otherwise(code, born) is otherwise


def test_a_relative_is_read_whole(relatives: Path) -> None:
    row = f"{MARCO};madre;Bianchi;Anna;{ANNA};08/03/1947;Matera"

    reading = people_file.read_relatives(write(relatives, KIN, row))

    assert reading.problems == ()
    assert reading.drafts == (
        (2, RelativeDraft(MARCO, Kinship.PARENT, "Anna", "Bianchi", ANNA, date(1947, 3, 8), "Matera")),
    )


def test_a_relative_may_lack_tax_code_and_birth(relatives: Path) -> None:
    reading = people_file.read_relatives(write(relatives, KIN, f"{MARCO};figlia;Rossi;Lia;;;"))

    assert reading.drafts == ((2, RelativeDraft(MARCO, Kinship.CHILD, "Lia", "Rossi")),)


def test_every_problem_of_every_relative_is_told(relatives: Path) -> None:
    rows = (
        f"{MARCO};vicino;Bianchi;Anna;;;",
        f"{MARCO};madre;Bianchi;Anna;{MARCO};;",
        f"{MARCO};madre;Bianchi;Anna;{ANNA};09/03/1947;",
        f"{MARCO};madre;Bianchi;Anna;{ANNA};;",
        f"{MARCO};figlia;Rossi;Lia;;;",
        f"{MARCO};figlio;rossi;LIA;;;",
        f"{GIULIA};figlia;Rossi;Lia;;;",
    )

    reading = people_file.read_relatives(write(relatives, KIN, *rows))

    assert codes(reading) == [
        ("kinship_unknown", 2),
        ("relative_of_themselves", 3),
        ("birth_date_contradicts", 4),
        ("person_repeated", 5),
        ("person_repeated", 7),
    ]


@pytest.mark.parametrize(
    ("word", "kinship"),
    [
        ("Moglie", Kinship.SPOUSE),
        ("husband", Kinship.SPOUSE),
        ("unita civilmente", Kinship.CIVIL_PARTNER),
        ("coniuge separato", Kinship.SEPARATED_SPOUSE),
        ("convivente", Kinship.DE_FACTO_PARTNER),
        ("FIGLIO", Kinship.CHILD),
        ("daughter", Kinship.CHILD),
        ("figlio del coniuge deceduto", Kinship.CHILD_OF_DECEASED_SPOUSE),
        ("padre", Kinship.PARENT),
        ("nonna", Kinship.GRANDPARENT),
        ("sister", Kinship.SIBLING),
        ("suocera", Kinship.PARENT_IN_LAW),
        ("mother-in-law", Kinship.PARENT_IN_LAW),
        ("genero", Kinship.CHILD_IN_LAW),
        ("nipote", Kinship.OTHER),
        ("GRANDPARENT", Kinship.GRANDPARENT),
        ("child_in_law", Kinship.CHILD_IN_LAW),
    ],
)
def test_kinship_is_understood_in_italian_and_english(word: str, kinship: Kinship) -> None:
    assert people_file.kinship(word) is kinship


def test_every_kinship_has_its_words() -> None:
    assert {people_file.kinship(kinship.value) for kinship in Kinship} == set(Kinship)


def test_an_unknown_kinship_is_told_the_known_ones() -> None:
    with pytest.raises(KinshipUnknown) as refusal:
        people_file.kinship("vicino di casa")

    assert "coniuge" in refusal.value.text("it")
    assert "genitore" in refusal.value.details["known"]


def test_a_file_without_its_columns_is_refused_whole(employees: Path, relatives: Path) -> None:
    with pytest.raises(ColumnMissing):
        people_file.read_employees(write(employees, "Codice fiscale;Nome", f"{MARCO};Marco"))
    with pytest.raises(ColumnMissing):
        people_file.read_relatives(write(relatives, "CF;Cognome;Nome", f"{MARCO};Rossi;Lia"))
    with pytest.raises(FileMissing):
        people_file.read_employees(employees.with_name("altro.csv"))
