"""The statement's three formats: what they show, what they never show, and that other tools read them."""

from __future__ import annotations

import csv as reader
import dataclasses
import itertools
import string
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from types import ModuleType

import openpyxl
import pdfplumber
import pypdf
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from config.database import ROOT
from config.money import MAX_MINOR
from reports import blocks, look
from reports.plan_statement import PlanStatement, Reading, csv, gather, pdf, words, xlsx
from reports.plan_statement.model import EmployeeLine, Movement
from tests import factories
from tests.reports.story import PLAN, Story, first_half, on, open_story

FORMATS = (csv, pdf, xlsx)
READINGS = tuple(Reading)


@dataclasses.dataclass(frozen=True)
class Told:
    """What one telling of the story left: its statements, one of a plan without people, and every secret there is."""

    readings: dict[Reading, PlanStatement]
    empty: dict[Reading, PlanStatement]
    secrets: frozenset[str]


@pytest.fixture(scope="module")
def once(engine: Engine) -> Told:
    """The first half, told once: a statement is a value, and outlives its book."""
    with Session(engine) as session:
        story = open_story(session)
        empty = {reading: made(session, story, reading) for reading in Reading}
        first_half(session, story)
        told = Told({reading: made(session, story, reading) for reading in Reading}, empty, secrets(session))
        session.rollback()
    return told


@pytest.fixture
def statement(once: Told) -> PlanStatement:
    """The first half, as the personnel office reads it."""
    return once.readings[Reading.HR]


def made(session: Session, story: Story, reading: Reading) -> PlanStatement:
    """The first half in one reading, as made on the day after."""
    with on(session, date(2026, 7, 1)):
        return gather(session, story.book_id, PLAN, date(2026, 1, 1), date(2026, 6, 30), reading=reading)


def written(statement: PlanStatement, layout: ModuleType, folder: Path, language: str = "it") -> Path:
    """The file of one format."""
    path = folder / f"statement.{layout.__name__.rsplit('.', 1)[1]}"
    layout.write(statement, path, language)
    return path


def text_of(path: Path) -> str:
    """Everything a file says, its properties too."""
    if path.suffix == ".pdf":
        document = pypdf.PdfReader(path)
        return "\n".join(page.extract_text() for page in document.pages) + str(document.metadata)
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        cells = (str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
        return "\n".join(cells) + str(book.properties)
    return path.read_text(encoding="utf-8-sig")


def rows_of(path: Path, section: str) -> list[list[str]]:
    """The rows of one section of a CSV."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row[1:] for row in reader.reader(file, delimiter=";") if row[0] == section]


def with_people(statement: PlanStatement, *people: EmployeeLine) -> PlanStatement:
    """The same statement about other people."""
    return dataclasses.replace(statement, employees=people)


def person(last: str = "Rossi", first: str = "Ada", cluster: str = "operai", **figures: int) -> EmployeeLine:
    """One person's line."""
    return EmployeeLine("001", last, first, "ZCBBBB80A01D150E", cluster, Movement(**figures))


def secrets(session: Session) -> frozenset[str]:
    """Every name, code and id of a provider, service, relative or authorization there is."""
    queries = (
        "select code from provider",
        "select name from provider",
        "select name from service",
        "select code from service",
        'select authorization_id from "authorization"',
        'select code from "authorization" where code is not null',
        "select first_name from relative",
        "select relative_id from relative",
    )
    return frozenset(secret for query in queries for secret in session.execute(sa.text(query)).scalars())


@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize("reading", READINGS)
def test_no_reading_in_no_format_tells_of_provider_service_relative_or_authorization(
    once: Told, tmp_path: Path, layout: ModuleType, reading: Reading
) -> None:
    found = text_of(written(once.readings[reading], layout, tmp_path))

    assert "Alberti" in found
    assert "Segretissima" in once.secrets
    assert [secret for secret in once.secrets if secret in found] == []


@pytest.mark.parametrize("layout", FORMATS)
def test_the_personnel_office_reads_no_hidden_figure_in_any_format(
    statement: PlanStatement, tmp_path: Path, layout: ModuleType
) -> None:
    found = text_of(written(statement, layout, tmp_path)).replace(".", ",")

    # The after-school month and what it would be subtracted from.
    assert "130,00" not in found
    assert "405,00" not in found
    assert "riservato" in found


@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize(("language", "sentence"), [("it", "quadra con il libro"), ("en", "reconciles to the ledger")])
def test_every_format_proves_itself_in_both_languages(
    statement: PlanStatement, tmp_path: Path, layout: ModuleType, language: str, sentence: str
) -> None:
    found = " ".join(text_of(written(statement, layout, tmp_path, language)).split())

    assert sentence in found
    assert statement.rules.version in found
    for rule in statement.rules.interpretations:
        assert (rule.sentence_it if language == "it" else rule.sentence_en) in found


@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize("reading", READINGS)
def test_a_plan_without_people_is_written_too(once: Told, tmp_path: Path, layout: ModuleType, reading: Reading) -> None:
    path = written(once.empty[reading], layout, tmp_path)

    assert "quadra con il libro" in " ".join(text_of(path).split())


@pytest.mark.parametrize("layout", FORMATS)
def test_the_same_statement_gives_the_same_bytes(statement: PlanStatement, tmp_path: Path, layout: ModuleType) -> None:
    first = written(statement, layout, tmp_path).read_bytes()

    assert written(statement, layout, tmp_path).read_bytes() == first


@pytest.mark.parametrize("layout", FORMATS)
def test_a_difference_is_said_loudly(statement: PlanStatement, tmp_path: Path, layout: ModuleType) -> None:
    proof = dataclasses.replace(statement.proof, ledger_minor=statement.proof.ledger_minor + 1)

    found = text_of(written(dataclasses.replace(statement, proof=proof), layout, tmp_path))

    assert "NON quadra" in " ".join(found.split())


# -- PDF -------------------------------------------------------------------------------------------------------------


def test_every_page_says_which_of_how_many_it_is(statement: PlanStatement, tmp_path: Path) -> None:
    many = with_people(statement, *(person(f"Rossi{number:03}", granted_minor=100) for number in range(130)))

    pages = pypdf.PdfReader(written(many, pdf, tmp_path)).pages

    assert len(pages) == 5
    for number, page in enumerate(pages, 1):
        assert f"Pagina {number} di {len(pages)}" in page.extract_text()
    for page in pages[2:]:
        assert "Codice fiscale" in page.extract_text()


@pytest.mark.parametrize("count", range(41, 48))
def test_the_total_never_stands_alone_and_nobody_is_lost(statement: PlanStatement, tmp_path: Path, count: int) -> None:
    many = with_people(statement, *(person(f"Rossi{number:03}", granted_minor=100) for number in range(count)))

    pages = [page.extract_text() for page in pypdf.PdfReader(written(many, pdf, tmp_path)).pages]

    assert sum(page.count("Rossi") for page in pages) == count
    assert "Rossi" in pages[-1]
    assert "Totale" in pages[-1]


@pytest.mark.parametrize("language", ["it", "en"])
def test_no_tax_code_is_cut_in_either_table(once: Told, tmp_path: Path, language: str) -> None:
    # The widest there can be, one that is wide in a book, and one that is longer than any.
    codes = [pdf.WIDEST_CODE, "MMMWWW80M50M50MW", "MMMGMM80D41D150Q", "W" * 20]
    long = "Della Torre Cavalcanti di Sant'Eufemia d'Aspromonte"
    found = once.readings[Reading.PAYROLL]
    found = dataclasses.replace(
        found,
        employees=tuple(dataclasses.replace(person(long), tax_code=code) for code in codes),
        payroll=tuple(dataclasses.replace(found.payroll[0], last_name=long, tax_code=code) for code in codes),
    )

    text = text_of(written(found, pdf, tmp_path, language)).splitlines()
    personnel = dataclasses.replace(found, reading=Reading.HR, payroll=())
    alone = text_of(written(personnel, pdf, tmp_path, language)).splitlines()

    for code in codes:
        assert sum(code in line.split() for line in text) == 2
        assert sum(code in line.split() for line in alone) == 1


def test_no_tax_code_is_wider_than_the_widest() -> None:
    look.register()
    letters, omocodia = string.ascii_uppercase, string.digits + "LMNPQRSTUV"
    places = [*[letters] * 6, omocodia, omocodia, "ABCDEHLMPRST", omocodia, omocodia]
    places += ["ABCDEFGHIJKLMZ", omocodia, omocodia, omocodia, letters]

    widest = "".join(max(place, key=lambda letter: look.width(letter, look.REGULAR, 8)) for place in places)

    assert widest == pdf.WIDEST_CODE


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("source", ["ON_TOP", "CCNL", "PDR", "MUNICIPAL", "PRIVATE"])
def test_every_source_channel_and_category_is_whole_and_explained_once(
    once: Told, tmp_path: Path, language: str, source: str
) -> None:
    text = words.of(language)
    found = once.readings[Reading.PAYROLL]
    categories = [key.removeprefix("category.") for key in text.texts if key.startswith("category.")]
    line = dataclasses.replace(found.payroll[0], source=source, channel="REIMBURSEMENT")
    found = dataclasses.replace(
        found,
        plan=dataclasses.replace(found.plan, source=source),
        payroll=tuple(dataclasses.replace(line, category=category) for category in categories),
    )

    pages = [page.extract_text() for page in pypdf.PdfReader(written(found, pdf, tmp_path, language)).pages]

    assert f"A · {text.named('source_short', source)}" in pages[0]
    assert " ".join(pages).replace("\n", " ").count(text.named("source_long", source)) == 1
    for name in (*text.names("category"), text("channel.REIMBURSEMENT"), text.named("source_short", source)):
        assert name in pages[-1]
    assert look.ELLIPSIS not in pages[-1]


def test_zero_is_a_dash_but_in_the_totals(statement: PlanStatement, tmp_path: Path) -> None:
    found = dataclasses.replace(with_people(statement, person(granted_minor=100)), total=Movement(granted_minor=100))

    page = pypdf.PdfReader(written(found, pdf, tmp_path)).pages[-1].extract_text()

    assert page.count("–") == 4
    assert page.count("0,00") == 4


def test_every_font_is_in_the_file(statement: PlanStatement, tmp_path: Path) -> None:
    document = pypdf.PdfReader(written(statement, pdf, tmp_path))

    for page in document.pages:
        for reference in page["/Resources"]["/Font"].values():
            font = reference.get_object()
            assert "TitilliumWeb" in font["/BaseFont"]
            assert "/FontFile2" in font["/FontDescriptor"].get_object()


@pytest.mark.parametrize("language", ["it", "en"])
def test_nothing_reaches_over_the_margins(once: Told, tmp_path: Path, language: str) -> None:
    long = "Della Torre Cavalcanti di Sant'Eufemia d'Aspromonte e Montefeltro"
    found = with_people(
        once.readings[Reading.PAYROLL],
        person(long, long, long, granted_minor=MAX_MINOR, captured_minor=MAX_MINOR, welfare_minor=MAX_MINOR),
    )
    found = dataclasses.replace(
        found,
        plan=dataclasses.replace(found.plan, name=long * 2, funder_name=long, document_ref=long * 2),
        total=Movement(granted_minor=MAX_MINOR, captured_minor=MAX_MINOR // 2, welfare_minor=MAX_MINOR // 2),
    )

    with pdfplumber.open(written(found, pdf, tmp_path, language)) as document:
        for page in document.pages:
            assert min(char["x0"] for char in page.chars) >= blocks.MARGIN - 1
            assert max(char["x1"] for char in page.chars) <= page.width - blocks.MARGIN + 1
            # The foot's line is the lowest that anything but the foot may reach.
            body = [char for char in page.chars if char["bottom"] < page.height - blocks.BOTTOM]
            assert body
            for one, other in itertools.pairwise(body):
                if abs(one["top"] - other["top"]) < 0.1 and other["x0"] > one["x0"]:
                    assert other["x0"] >= one["x1"] - 1


def test_accents_stay_and_markup_is_text(statement: PlanStatement, tmp_path: Path) -> None:
    found = with_people(statement, person("D'Angelò <b>", "Zoë & ç\n€"), person("Đặng", "Эмиль"))
    found = dataclasses.replace(found, plan=dataclasses.replace(found.plan, name="Più <i>welfare</i> & così"))

    text = text_of(written(found, pdf, tmp_path))

    assert "D'Angelò <b> Zoë & ç €" in text
    assert "Più <i>welfare</i> & così" in text


def test_the_document_says_its_title_and_language(statement: PlanStatement, tmp_path: Path) -> None:
    document = pypdf.PdfReader(written(statement, pdf, tmp_path))

    assert document.metadata is not None
    assert document.metadata.title == "Estratto conto del piano welfare A"
    assert document.root_object["/Lang"] == "it-IT"
    assert document.root_object["/ViewerPreferences"]["/DisplayDocTitle"]


# -- XLSX ------------------------------------------------------------------------------------------------------------


def test_the_workbook_holds_numbers_and_dates(statement: PlanStatement, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(statement, xlsx, tmp_path))

    assert book.sheetnames == ["Riepilogo", "Categorie", "Scadenze", "Lavoratori", "Prova"]
    summary = {row[0]: row[1] for row in book["Riepilogo"].iter_rows(values_only=True)}
    assert summary["Dal"] == datetime(2026, 1, 1)  # noqa: DTZ001
    assert summary["− Addebitato (servizi resi)"] == 1720
    assert summary["Residuo finale"] == 4225
    people = list(book["Lavoratori"].iter_rows(values_only=True))
    assert people[1] == ("001", "Alberti", "Niccolò", people[1][3], "operai", 0, 600, 175, 0, 0, 425)
    assert book["Lavoratori"]["F2"].number_format.startswith("#,##0.00")
    assert people[-1][0] == "Totale"
    assert people[-1][6] == "=SUBTOTAL(109,G2:G11)"
    cached = openpyxl.load_workbook(tmp_path / "statement.xlsx", data_only=True)["Lavoratori"]
    assert cached["G12"].value == 5900


def test_lists_can_be_filtered_and_their_heading_stays(once: Told, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(once.readings[Reading.PAYROLL], xlsx, tmp_path))

    assert book.sheetnames == ["Riepilogo", "Categorie", "Scadenze", "Lavoratori", "Paghe", "Prova"]
    for name, area in (("Lavoratori", "A1:L11"), ("Paghe", "A1:J13")):
        assert book[name].auto_filter.ref == area
        assert book[name].freeze_panes == "C2"
        assert book[name].print_title_rows == "$1:$1"
    assert book["Paghe"]["E2"].value == 2026


def test_a_formula_in_a_name_is_a_text_in_the_workbook(statement: PlanStatement, tmp_path: Path) -> None:
    found = with_people(statement, person('=HYPERLINK("http://example.org")', "http://example.org", "@cmd"))

    sheet = openpyxl.load_workbook(written(found, xlsx, tmp_path))["Lavoratori"]

    assert [sheet.cell(2, column).data_type for column in (2, 3, 5)] == ["s", "s", "s"]
    assert sheet.cell(2, 3).hyperlink is None


def test_a_workbook_of_many_people_is_whole(statement: PlanStatement, tmp_path: Path) -> None:
    line = person(granted_minor=60_000)
    found = with_people(statement, *[line] * (xlsx.MANY_ROWS + 1))

    book = openpyxl.load_workbook(written(found, xlsx, tmp_path), read_only=True)

    sheet = book["Lavoratori"]
    sheet.reset_dimensions()
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == xlsx.MANY_ROWS + 3
    assert rows[-2][1:3] == ("Rossi", "Ada")
    assert any("riservato" in row for row in book["Categorie"].iter_rows(values_only=True))


# -- CSV -------------------------------------------------------------------------------------------------------------


def test_the_italian_csv_is_what_an_italian_spreadsheet_opens(statement: PlanStatement, tmp_path: Path) -> None:
    path = written(statement, csv, tmp_path)

    assert path.read_bytes().startswith(b"\xef\xbb\xbfRiepilogo;")
    summary = {row[0]: row[1] for row in rows_of(path, "Riepilogo")}
    assert summary["Residuo finale"] == "4225,00"
    assert summary["Periodo"] == "dal 01/01/2026 al 30/06/2026"
    assert rows_of(path, "Lavoratori")[1][5:] == ["0,00", "600,00", "175,00", "0,00", "0,00", "425,00"]
    assert rows_of(path, "Mesi")[2] == ["02/2026", "-100,00", "450,00"]


def test_the_english_csv_has_points_and_commas(statement: PlanStatement, tmp_path: Path) -> None:
    text = text_of(written(statement, csv, tmp_path, "en"))

    assert "Summary,Closing residual,4225.00" in text
    assert "Months,2026-02,-100.00,450.00" in text


@pytest.mark.parametrize(
    "name", ["=1+1", "+39 02", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", " =1"]
)
def test_a_formula_in_a_name_is_led_by_an_apostrophe(statement: PlanStatement, tmp_path: Path, name: str) -> None:
    path = written(with_people(statement, person(last=name)), csv, tmp_path)

    assert rows_of(path, "Lavoratori")[1][1] == f"'{name}"


def test_quotes_and_line_ends_in_a_name_read_back(statement: PlanStatement, tmp_path: Path) -> None:
    name = 'De "Nuovo";\nRossi'
    path = written(with_people(statement, person(last=name)), csv, tmp_path)

    assert rows_of(path, "Lavoratori")[1][1] == name


def test_an_amount_below_zero_is_a_number_and_stays_one(statement: PlanStatement, tmp_path: Path) -> None:
    path = written(with_people(statement, person(granted_minor=-MAX_MINOR)), csv, tmp_path)

    assert rows_of(path, "Lavoratori")[1][6] == "-90071992547409,91"


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((ROOT / "reports").rglob("words.toml")), ids=lambda path: path.parent.name)
def test_both_languages_have_the_same_words(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))

    def keys(table: dict[str, object], prefix: str = "") -> Iterator[str]:
        for key, value in table.items():
            if isinstance(value, dict):
                yield from keys(value, f"{prefix}{key}.")
            else:
                yield f"{prefix}{key}"

    assert sorted(keys(table["it"])) == sorted(keys(table["en"]))


def test_a_person_without_a_cluster_is_counted_under_none(session: Session, half_told: Story, tmp_path: Path) -> None:
    with on(session, date(2026, 6, 1)):
        employee_id = factories.employee(session, half_told.book_id, cluster=None)
        factories.grant(session, half_told.book_id, PLAN, employee_id, 1_000)

    path = written(made(session, half_told, Reading.HR), csv, tmp_path)

    assert rows_of(path, "Categorie omogenee")[1][:3] == ["senza categoria", "1", "10,00"]
