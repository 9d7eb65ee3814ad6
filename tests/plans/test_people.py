"""Enrolling people, finding them, and the one statement a decision asks."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from sqlalchemy.orm import Session

from config.errors import DomainError
from plans import enrolment, facts, funders, people
from plans.budgets import RosterEntry
from plans.enrolment import PeopleLoad
from plans.errors import (
    EmployeeNotFound,
    FunderCodeTaken,
    FunderNotFound,
    LeftBeforeHired,
    PeopleFileRefused,
    RelativeAmbiguous,
    RelativeNotFound,
    RelativeOfThemselves,
    VatNumberMissing,
)
from plans.errors_codes import TaxCodeInvalid, VatNumberCheckDigit, VatNumberInvalid
from plans.people_file import EmployeeDraft, RelativeDraft
from plans.rulebook.words import Kinship
from plans.words import Fact, FunderKind
from tests.plans import factories
from tests.plans.factories import tax_code
from tests.statements import statements

MARCO, GIULIA = tax_code(1, "80A01"), tax_code(2, "85T50")
ANNA, LIA = tax_code(3, "47C48"), tax_code(4, "15D55")
HEADER = "Codice fiscale;Cognome;Nome;Data assunzione;Data cessazione;Categoria"
KIN = "CF dipendente;Parentela;Cognome;Nome;CF familiare;Data di nascita;Comune"


@pytest.fixture
def book_id(session: Session) -> int:
    return factories.book(session)


def write(folder: Path, *lines: str) -> Path:
    path = folder / "persone.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# -- funders ---------------------------------------------------------------------------------------------------------


def test_a_funder_is_found_by_book_and_by_code(session: Session, book_id: int) -> None:
    card = funders.of_book(session, book_id)

    assert card == funders.by_code(session, card.code)
    assert card in funders.every(session)
    assert (card.kind, card.vat_number, card.home_territory) == (FunderKind.EMPLOYER, factories.VAT_NUMBER, "cremona")


def test_recording_a_funder_again_corrects_it(session: Session, book_id: int) -> None:
    code = funders.of_book(session, book_id).code

    funders.record(
        session,
        book_id,
        code=code,
        name="Caseificio Po Grande",
        kind=FunderKind.EMPLOYER,
        vat_number=f"IT {factories.VAT_NUMBER}",
        home_territory="sondrio",
    )

    found = funders.of_book(session, book_id)
    assert (found.name, found.home_territory, found.vat_number) == (
        "Caseificio Po Grande",
        "sondrio",
        factories.VAT_NUMBER,
    )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"vat_number": None}, VatNumberMissing),
        ({"vat_number": "123"}, VatNumberInvalid),
        ({"vat_number": "00743110158"}, VatNumberCheckDigit),
    ],
)
def test_an_employer_needs_a_true_vat_number(
    session: Session, book_id: int, changes: dict[str, Any], refusal: type[DomainError]
) -> None:
    values = {"code": "X", "name": "X", "kind": FunderKind.EMPLOYER, "home_territory": "cremona", **changes}

    with pytest.raises(refusal):
        funders.record(session, book_id, **values)


def test_two_books_cannot_share_a_funder_code(session: Session, book_id: int) -> None:
    other = funders.of_book(session, factories.book(session))

    with pytest.raises(FunderCodeTaken):
        funders.record(session, book_id, code=other.code, name="X", kind=FunderKind.PRIVATE, home_territory="cremona")


def test_a_funder_that_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(FunderNotFound):
        funders.of_book(session, 999_999)
    with pytest.raises(FunderNotFound, match="NOBODY"):
        funders.by_code(session, "NOBODY")


# -- files of employees ----------------------------------------------------------------------------------------------


def test_a_file_creates_whom_it_names(session: Session, book_id: int, tmp_path: Path) -> None:
    path = write(
        tmp_path, HEADER, f"{MARCO};Rossi;Marco;01/02/2020;;operai", f"{GIULIA};Verdi;Giulia;01/03/2021;;quadri"
    )

    loaded = enrolment.load(session, book_id, path)

    assert loaded == PeopleLoad("persone.csv", created=2, updated=0, unchanged=0)
    marco = people.find(session, book_id, MARCO)
    assert (marco.first_name, marco.hired_on, marco.left_on, marco.cluster) == (
        "Marco",
        date(2020, 2, 1),
        None,
        "operai",
    )
    assert marco.employee_id.startswith("emp_")
    assert people.employee(session, book_id, marco.employee_id) == marco
    assert [card.last_name for card in people.employees(session, book_id)] == ["Rossi", "Verdi"]


def test_the_same_file_twice_changes_nothing(session: Session, book_id: int, tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, f"{MARCO};Rossi;Marco;01/02/2020;;operai")
    enrolment.load(session, book_id, path)
    before = people.employees(session, book_id)

    loaded = enrolment.load(session, book_id, path)

    assert loaded == PeopleLoad("persone.csv", created=0, updated=0, unchanged=1)
    assert people.employees(session, book_id) == before


def test_a_later_file_updates_and_keeps_the_identity(session: Session, book_id: int, tmp_path: Path) -> None:
    enrolment.load(session, book_id, write(tmp_path, HEADER, f"{MARCO};Rossi;Marco;01/02/2020;;operai"))
    before = people.find(session, book_id, MARCO)

    rows = (f"{MARCO};Rossi;Marco;01/02/2020;15/10/2026;impiegati", f"{GIULIA};Verdi;Giulia;01/03/2021;;quadri")
    loaded = enrolment.load(session, book_id, write(tmp_path, HEADER, *rows))

    assert loaded == PeopleLoad("persone.csv", created=1, updated=1, unchanged=0)
    after = people.find(session, book_id, MARCO)
    assert (after.employee_id, after.left_on, after.cluster) == (before.employee_id, date(2026, 10, 15), "impiegati")


def test_a_blank_in_a_column_clears_and_a_missing_column_keeps(session: Session, book_id: int, tmp_path: Path) -> None:
    enrolment.load(session, book_id, write(tmp_path, HEADER, f"{MARCO};Rossi;Marco;01/02/2020;31/12/2025;operai"))

    enrolment.load(session, book_id, write(tmp_path, "CF;Cognome;Nome;Data cessazione", f"{MARCO};Rossi;Marco;"))

    marco = people.find(session, book_id, MARCO)
    assert (marco.hired_on, marco.left_on, marco.cluster) == (date(2020, 2, 1), None, "operai")


def test_whom_a_file_does_not_name_stays(session: Session, book_id: int, tmp_path: Path) -> None:
    factories.employee(session, book_id, tax_code=GIULIA)

    enrolment.load(session, book_id, write(tmp_path, HEADER, f"{MARCO};Rossi;Marco;;;"))

    assert len(people.employees(session, book_id)) == 2


def test_one_wrong_row_stops_the_whole_file(session: Session, book_id: int, tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, f"{MARCO};Rossi;Marco;;;", f"{MARCO};Rossi;Marco;;;", "X;Verdi;Giulia;;;")

    with pytest.raises(PeopleFileRefused) as refusal:
        enrolment.load(session, book_id, path)

    assert [(p.code, p.row) for p in refusal.value.details["problems"]] == [
        ("person_repeated", 3),
        ("tax_code_length", 4),
    ]
    assert people.employees(session, book_id) == ()
    assert "2 problemi" in refusal.value.text("it")
    assert "persone.csv, row 3" in refusal.value.text("en")


def test_a_leaving_day_is_held_against_the_hiring_day_we_know(session: Session, book_id: int, tmp_path: Path) -> None:
    factories.employee(session, book_id, tax_code=MARCO, hired_on=date(2020, 1, 1))
    path = write(tmp_path, "CF;Cognome;Nome;Data cessazione", f"{MARCO};Rossi;Marco;31/12/2019")

    with pytest.raises(PeopleFileRefused) as refusal:
        enrolment.load(session, book_id, path)

    assert [(p.code, p.row) for p in refusal.value.details["problems"]] == [("left_before_hired", 2)]


def test_a_check_says_what_would_be_done_and_writes_nothing(session: Session, book_id: int, tmp_path: Path) -> None:
    factories.employee(session, book_id, tax_code=MARCO, cluster="operai")
    path = write(tmp_path, "CF;Cognome;Nome;Gruppo", f"{MARCO};Rossi;Marco;quadri", f"{GIULIA};Verdi;Giulia;quadri")

    checked = enrolment.load(session, book_id, path, check_only=True)

    assert checked == PeopleLoad("persone.csv", created=1, updated=1, unchanged=0)
    assert [card.cluster for card in people.employees(session, book_id)] == ["operai"]


def test_a_workbook_is_read_like_text(session: Session, book_id: int, tmp_path: Path) -> None:
    path = tmp_path / "persone.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Matricola", "Codice Fiscale", "Cognome", "Nome", "Data assunzione"])
        sheet.write_row(1, 0, ["007", MARCO, "Rossi", "Marco"])
        sheet.write_datetime(1, 4, date(2020, 2, 1), workbook.add_format({"num_format": "dd/mm/yyyy"}))

    enrolment.load(session, book_id, path)

    marco = people.find(session, book_id, MARCO)
    assert (marco.employee_no, marco.hired_on) == ("007", date(2020, 2, 1))


def test_a_file_takes_as_many_statements_for_a_thousand_as_for_one(
    session: Session, book_id: int, tmp_path: Path
) -> None:
    lines = [f"{tax_code(1000 + n)};Rossi;N{n};01/02/2020;;operai" for n in range(1000)]
    changed = [*lines[:500], *(line.replace("operai", "quadri") for line in lines[500:])]

    with statements() as seen:
        first = enrolment.load(session, book_id, write(tmp_path, HEADER, *lines))
        created = len(seen)
        second = enrolment.load(session, book_id, write(tmp_path, HEADER, *changed))

    assert (first.created, second.updated, second.unchanged) == (1000, 500, 500)
    assert (created, len(seen)) == (2, 4)
    assert sum(card.cluster == "quadri" for card in people.employees(session, book_id)) == 500


def test_books_do_not_see_each_other(session: Session, book_id: int, tmp_path: Path) -> None:
    other = factories.book(session)
    path = write(tmp_path, HEADER, f"{MARCO};Rossi;Marco;;;operai")
    enrolment.load(session, book_id, path)

    loaded = enrolment.load(session, other, path)

    assert loaded.created == 1
    with pytest.raises(EmployeeNotFound):
        people.employee(session, other, people.find(session, book_id, MARCO).employee_id)


# -- files of relatives ----------------------------------------------------------------------------------------------


@pytest.fixture
def marco(session: Session, book_id: int) -> str:
    return factories.employee(session, book_id, tax_code=MARCO)


def test_a_file_of_relatives_creates_whom_it_names(session: Session, book_id: int, marco: str, tmp_path: Path) -> None:
    path = write(tmp_path, KIN, f"{MARCO};madre;Bianchi;Anna;{ANNA};08/03/1947;Matera", f"{MARCO};figlia;Rossi;Lia;;;")

    loaded = enrolment.load_relatives(session, book_id, path)

    assert loaded == PeopleLoad("persone.csv", created=2, updated=0, unchanged=0)
    anna, lia = people.relatives(session, book_id, marco)
    assert (anna.kinship, anna.tax_code, anna.birth_date, anna.comune) == (
        Kinship.PARENT,
        ANNA,
        date(1947, 3, 8),
        "Matera",
    )
    assert (lia.kinship, lia.tax_code, lia.birth_date) == (Kinship.CHILD, None, None)
    assert anna.relative_id.startswith("rel_")


def test_the_same_relatives_twice_change_nothing(session: Session, book_id: int, marco: str, tmp_path: Path) -> None:
    path = write(tmp_path, KIN, f"{MARCO};madre;Bianchi;Anna;{ANNA};;", f"{MARCO};figlia;Rossi;Lia;;;")
    enrolment.load_relatives(session, book_id, path)

    assert enrolment.load_relatives(session, book_id, path) == PeopleLoad("persone.csv", 0, 0, 2)


def test_a_relative_first_known_by_name_is_completed_later(
    session: Session, book_id: int, marco: str, tmp_path: Path
) -> None:
    enrolment.load_relatives(session, book_id, write(tmp_path, KIN, f"{MARCO};figlia;Rossi;Lia;;;Milano"))
    row = f"{MARCO};figlia;ROSSI;Lia;{LIA};15/04/2015;"

    loaded = enrolment.load_relatives(session, book_id, write(tmp_path, KIN, row))

    assert loaded == PeopleLoad("persone.csv", created=0, updated=1, unchanged=0)
    (lia,) = people.relatives(session, book_id, marco)
    # A blank says "not known" and leaves what was there.
    assert (lia.tax_code, lia.birth_date, lia.comune) == (LIA, date(2015, 4, 15), "Milano")


def test_a_spouse_who_separates_stays_the_same_person(
    session: Session, book_id: int, marco: str, tmp_path: Path
) -> None:
    before = factories.relative(session, book_id, MARCO, kinship=Kinship.SPOUSE, tax_code=GIULIA, birth_date=None)

    enrolment.load_relatives(
        session, book_id, write(tmp_path, KIN, f"{MARCO};coniuge separata;Verdi;Giulia;{GIULIA};;")
    )

    (card,) = people.relatives(session, book_id, marco)
    assert (card.relative_id, card.kinship) == (before, Kinship.SEPARATED_SPOUSE)


def test_every_relative_that_cannot_be_placed_is_told(
    session: Session, book_id: int, marco: str, tmp_path: Path
) -> None:
    for code in (ANNA, GIULIA):
        factories.relative(session, book_id, MARCO, tax_code=code, birth_date=None)
    factories.relative(session, book_id, MARCO, kinship=Kinship.CHILD, first_name="Lia", birth_date=None)
    path = write(
        tmp_path,
        KIN,
        f"{LIA};madre;Neri;Ada;;;",
        f"{MARCO};madre;Bianchi;Anna;;;",
        f"{MARCO};figlia;Bianchi;Lia;;;",
        f"{MARCO};figlia;Bianchi;Lia;{LIA};;",
        f"{MARCO};vicino;Bianchi;Ugo;;;",
    )

    with pytest.raises(PeopleFileRefused) as refusal:
        enrolment.load_relatives(session, book_id, path)

    assert [(p.code, p.row) for p in refusal.value.details["problems"]] == [
        ("employee_not_found", 2),
        ("relative_ambiguous", 3),
        ("person_repeated", 5),
        ("kinship_unknown", 6),
    ]
    assert len(people.relatives(session, book_id, marco)) == 3


def test_a_check_of_relatives_writes_nothing(session: Session, book_id: int, marco: str, tmp_path: Path) -> None:
    path = write(tmp_path, KIN, f"{MARCO};madre;Bianchi;Anna;{ANNA};;")

    assert enrolment.load_relatives(session, book_id, path, check_only=True).created == 1
    assert people.relatives(session, book_id, marco) == ()


def test_relatives_take_the_same_statements_however_many(session: Session, book_id: int, tmp_path: Path) -> None:
    codes = [tax_code(5000 + n) for n in range(200)]
    employees = write(tmp_path, HEADER, *(f"{code};Rossi;M;;;" for code in codes))
    enrolment.load(session, book_id, employees)

    with statements() as seen:
        path = write(tmp_path, KIN, *(f"{code};madre;Bianchi;Anna;;;" for code in codes))
        loaded = enrolment.load_relatives(session, book_id, path)

    assert loaded.created == 200
    assert len(seen) == 3


# -- one by one ------------------------------------------------------------------------------------------------------


def test_enrolling_again_corrects_and_keeps_the_identity(session: Session, book_id: int) -> None:
    first = enrolment.enrol(session, book_id, EmployeeDraft(MARCO, "Marco", "Rossi"))

    second = enrolment.enrol(session, book_id, EmployeeDraft(MARCO.lower(), "Marco", "Rossi", cluster="quadri"))

    assert first == second
    assert people.employee(session, book_id, first).cluster == "quadri"


def test_enrolling_needs_a_true_tax_code_and_dates_in_order(session: Session, book_id: int) -> None:
    with pytest.raises(TaxCodeInvalid):
        enrolment.enrol(session, book_id, EmployeeDraft("X", "Marco", "Rossi"))
    with pytest.raises(LeftBeforeHired):
        enrolment.enrol(
            session,
            book_id,
            EmployeeDraft(MARCO, "Marco", "Rossi", hired_on=date(2020, 1, 2), left_on=date(2020, 1, 1)),
        )


def test_adding_a_relative_again_completes_them(session: Session, book_id: int, marco: str) -> None:
    first = factories.relative(session, book_id, MARCO, birth_date=None)

    second = factories.relative(session, book_id, MARCO, tax_code=ANNA.lower(), birth_date=date(1947, 3, 8))

    assert first == second
    (anna,) = people.relatives(session, book_id, marco)
    assert anna.tax_code == ANNA


def test_adding_a_relative_needs_their_employee(session: Session, book_id: int) -> None:
    with pytest.raises(EmployeeNotFound):
        factories.relative(session, book_id, GIULIA)


def test_nobody_is_their_own_relative(session: Session, book_id: int, marco: str) -> None:
    with pytest.raises(RelativeOfThemselves):
        factories.relative(session, book_id, MARCO, tax_code=MARCO)


def test_two_sisters_of_one_name_need_more_than_it(session: Session, book_id: int, marco: str) -> None:
    for born in (date(1950, 1, 1), date(1960, 1, 1)):
        factories.relative(session, book_id, MARCO, kinship=Kinship.SIBLING, birth_date=born)

    with pytest.raises(RelativeAmbiguous):
        factories.relative(session, book_id, MARCO, kinship=Kinship.SIBLING, birth_date=None)


def test_one_mother_of_two_employees_is_two_relatives(session: Session, book_id: int, marco: str) -> None:
    factories.employee(session, book_id, tax_code=GIULIA)

    ids = {factories.relative(session, book_id, code, tax_code=ANNA) for code in (MARCO, GIULIA)}

    assert len(ids) == 2


def test_who_leaves_has_a_last_day(session: Session, book_id: int, marco: str) -> None:
    people.leave(session, book_id, marco, on=date(2020, 1, 1))

    assert people.employee(session, book_id, marco).left_on == date(2020, 1, 1)
    with pytest.raises(LeftBeforeHired):
        people.leave(session, book_id, marco, on=date(2019, 12, 31))
    with pytest.raises(EmployeeNotFound):
        people.leave(session, book_id, "emp_none", on=date(2026, 1, 1))


# -- the roster ------------------------------------------------------------------------------------------------------


def test_the_roster_is_one_statement(session: Session, book_id: int) -> None:
    marco = factories.employee(session, book_id, tax_code=MARCO, left_on=date(2026, 10, 15))
    giulia = factories.employee(session, book_id, tax_code=GIULIA, cluster=None, hired_on=None)
    factories.employee(session, factories.book(session))

    with statements() as seen:
        found = people.roster(session, book_id)

    assert found == {
        MARCO: RosterEntry(marco, "operai", date(2020, 1, 1), date(2026, 10, 15)),
        GIULIA: RosterEntry(giulia, "", None, None),
    }
    assert len(seen) == 1


# -- what a decision must know ---------------------------------------------------------------------------------------


def ask(session: Session, book_id: int, employee_id: str, relative_id: str | None = None) -> people.PersonFacts:
    return people.for_authorization(session, book_id, employee_id, relative_id, date(2026, 11, 22))


def test_a_decision_about_the_employee_has_no_relative(session: Session, book_id: int, marco: str) -> None:
    found = ask(session, book_id, marco)

    assert found.relative is None
    assert found.relative_id is None
    assert (found.tax_code, found.cluster, found.hired_on) == (MARCO, "operai", date(2020, 1, 1))


def test_a_decision_about_a_relative_knows_both(session: Session, book_id: int, marco: str) -> None:
    relative_id = factories.relative(session, book_id, MARCO, tax_code=ANNA, comune="Matera")

    found = ask(session, book_id, marco, relative_id)

    assert found.relative is not None
    assert found.relative.kinship is Kinship.PARENT
    assert (found.relative_tax_code, found.relative_first_name, found.relative_comune) == (ANNA, "Anna", "Matera")


def test_facts_of_one_relative_are_not_those_of_another(session: Session, book_id: int, marco: str) -> None:
    anna = factories.relative(session, book_id, MARCO)
    ada = factories.relative(session, book_id, MARCO, kinship=Kinship.PARENT_IN_LAW)
    when = {"declared_on": date(2026, 1, 1), "recorded_at": factories.NOW}
    facts.declare(session, book_id, anna, Fact.MAINTENANCE, year=2026, **when)

    found = ask(session, book_id, marco, ada)

    assert found.relative is not None
    assert not found.relative.maintenance_declared


@pytest.mark.parametrize("declared", [0, 3])
def test_a_decision_takes_one_statement_however_much_was_declared(
    session: Session, book_id: int, marco: str, declared: int
) -> None:
    relative_id = factories.relative(session, book_id, MARCO)
    when = {"declared_on": date(2026, 1, 1), "recorded_at": factories.NOW}
    for month in range(1, declared + 1):
        facts.declare(session, book_id, relative_id, Fact.COHABITATION, since=date(2026, month, 1), **when)

    with statements() as seen:
        ask(session, book_id, marco, relative_id)
        ask(session, book_id, marco)
        people.for_authorization(session, book_id, marco, relative_id, date(2026, 1, 1), known_at=factories.NOW)

    assert len(seen) == 3


def test_the_territory_is_the_funders_unless_the_employee_has_one(session: Session, book_id: int) -> None:
    at_home = factories.employee(session, book_id)
    away = factories.employee(session, book_id, home_territory="rho")

    assert ask(session, book_id, at_home).home_territory == "cremona"
    assert ask(session, book_id, away).home_territory == "rho"


def test_an_employee_of_another_book_is_not_found(session: Session, book_id: int, marco: str) -> None:
    with pytest.raises(EmployeeNotFound):
        ask(session, factories.book(session), marco)


def test_a_relative_of_a_colleague_is_not_found(session: Session, book_id: int, marco: str) -> None:
    factories.employee(session, book_id, tax_code=GIULIA)
    relative_id = factories.relative(session, book_id, GIULIA)

    with pytest.raises(RelativeNotFound):
        ask(session, book_id, marco, relative_id)
    with pytest.raises(RelativeNotFound):
        ask(session, book_id, marco, "rel_none")


@pytest.mark.parametrize(
    ("on", "employed"),
    [
        (date(2019, 12, 31), False),
        (date(2020, 1, 1), True),
        (date(2026, 10, 15), True),
        (date(2026, 10, 16), False),
    ],
)
def test_the_first_and_the_last_day_are_days_of_work(session: Session, book_id: int, on: date, employed: bool) -> None:
    employee_id = factories.employee(session, book_id, left_on=date(2026, 10, 15))

    assert ask(session, book_id, employee_id).employed(on) is employed


def test_a_citizen_was_never_hired_and_never_leaves(session: Session) -> None:
    book_id = factories.book(session, FunderKind.PRIVATE)
    citizen = enrolment.enrol(session, book_id, EmployeeDraft(GIULIA, "Rosa", "Verdi"))

    assert ask(session, book_id, citizen).employed(date(1990, 1, 1))


# -- the tables themselves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("update employee set left_on = hired_on - 1", "ck_employee_left_after_hired"),
        ("update employee set tax_code = 'rssmra80a01h501u'", "ck_employee_tax_code"),
        ("update employee set first_name = ''", "ck_employee_named"),
        ("update employee set book_id = 999999", "fk_"),
        ("delete from employee", "fk_relative_employee"),
        ("update relative set kinship = 'NEIGHBOUR'", "ck_relative_kinship"),
        ("update relative set tax_code = 'X'", "ck_relative_tax_code"),
        ("update relative set last_name = ''", "ck_relative_named"),
        ("update relative set employee_id = 'emp_none'", "fk_relative_employee"),
        ("update funder set kind = 'FRIEND'", "ck_funder_kind"),
        ("update funder set vat_number = '1'", "ck_funder_vat_number"),
        ("update funder set vat_number = null", "ck_funder_employer_has_vat_number"),
        ("update funder set name = ''", "ck_funder_filled"),
        ("update funder set book_id = 999999", "fk_funder_book_id"),
    ],
)
def test_the_database_refuses_people_that_make_no_sense(
    session: Session, book_id: int, marco: str, statement: str, constraint: str
) -> None:
    factories.relative(session, book_id, MARCO)

    with pytest.raises(sa.exc.IntegrityError, match=constraint):
        session.execute(sa.text(statement))


def test_the_database_refuses_one_tax_code_twice_in_a_book(session: Session, book_id: int, marco: str) -> None:
    factories.employee(session, book_id, tax_code=GIULIA)

    with pytest.raises(sa.exc.IntegrityError, match="uq_employee_book_id_tax_code"):
        session.execute(sa.text("update employee set tax_code = :code"), {"code": MARCO})


def test_the_database_refuses_a_relative_twice_under_one_employee(session: Session, book_id: int, marco: str) -> None:
    for kinship in (Kinship.PARENT, Kinship.SIBLING):
        enrolment.add_relative(session, book_id, RelativeDraft(MARCO, kinship, "Anna", "Bianchi"))

    with pytest.raises(sa.exc.IntegrityError, match="uq_relative_book_id_employee_id_tax_code"):
        session.execute(sa.text("update relative set tax_code = :code"), {"code": ANNA})


def test_the_database_knows_the_same_kinships_as_the_rulebook(session: Session) -> None:
    query = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'ck_relative_kinship'"
    definition = session.scalar(sa.text(query)) or ""

    assert {word for word in definition.split("'")[1::2] if word.isupper()} == set(Kinship)
