"""The tables of payslip items: what they say of a benefit, what is refused in them, and which months they govern."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans.errors_files import FileEmpty, FileMissing, FileUnreadable
from plans.payroll_codes import presets, reading, tables
from plans.payroll_codes.errors import (
    PayrollTableChanged,
    PayrollTableInvalid,
    PayrollTableNotFound,
    PayrollTableSettled,
)
from plans.payroll_codes.model import AmountStyle, Benefit, DateStyle, Treatment
from plans.payroll_codes.presets import Preset
from plans.rulebook.words import Category, Channel, ExpenseKind, PlanSource
from tests import factories

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
ROW = '[[item]]\ncategory = "{}"\ncode = "{}"\n'
HEAD = 'name = "studio"\nsource = "elenco dello studio"\n'


def problems(text: str) -> list[str]:
    with pytest.raises(PayrollTableInvalid) as refused:
        reading.parse(text, "voci.toml")
    return [problem.text("en") for problem in refused.value.details["problems"]]


@pytest.mark.parametrize(
    ("category", "source", "channel", "expense", "code"),
    [
        ("PENSION", "ON_TOP", "DIRECT", None, "6001"),
        ("PENSION", "PDR", "DIRECT", None, "6002"),
        ("HEALTH_FUND", "CCNL", "DIRECT", None, "6003"),
        ("HEALTH_FUND", "PDR", "DIRECT", None, "6004"),
        ("FRINGE", "ON_TOP", "REIMBURSEMENT", "MORTGAGE_INTEREST", "6005"),
        ("FRINGE", "ON_TOP", "VOUCHER", None, "6006"),
        ("SOCIAL_UTILITY", "ON_TOP", "DIRECT", None, "6010"),
        ("FRINGE", "ON_TOP", "REIMBURSEMENT", "RENT", "6020"),
        ("CARE", "ON_TOP", "REIMBURSEMENT", None, "6020"),
        ("EDUCATION", "PDR", "REIMBURSEMENT", None, "6021"),
        # The public list says nothing of these.
        ("EDUCATION", "ON_TOP", "VOUCHER", None, None),
        ("CARE", "ON_TOP", "DIRECT", None, None),
    ],
)
def test_hunext_gives_the_items_of_its_public_page(
    category: str, source: str, channel: str, expense: str | None, code: str | None
) -> None:
    benefit = Benefit(
        Category(category),
        PlanSource(source),
        Channel(channel),
        Treatment.EXEMPT,
        ExpenseKind(expense) if expense else None,
    )

    found = presets.table(Preset.HUNEXT).item(benefit)

    assert (found.code if found else None) == code


@pytest.mark.parametrize("preset", [Preset.GENERIC, Preset.ZUCCHETTI_LIKE])
@pytest.mark.parametrize("treatment", Treatment)
def test_the_neutral_tables_leave_nothing_out(preset: Preset, treatment: Treatment) -> None:
    for category in Category:
        for source in (PlanSource.ON_TOP, PlanSource.CCNL, PlanSource.PDR):
            for channel in Channel:
                assert presets.table(preset).item(Benefit(category, source, channel, treatment))


def test_every_preset_says_where_it_comes_from() -> None:
    for preset in Preset:
        table = presets.table(preset)
        assert table.source
        assert table.items


def test_the_first_row_that_fits_gives_the_item() -> None:
    table = reading.parse(HEAD + ROW.format("CARE", "10") + ROW.format("*", "99"), "voci.toml")

    care = Benefit(Category.CARE, PlanSource.ON_TOP, Channel.DIRECT, Treatment.EXEMPT)
    fringe = Benefit(Category.FRINGE, PlanSource.ON_TOP, Channel.DIRECT, Treatment.EXEMPT)
    assert [table.item(one).code for one in (care, fringe)] == ["10", "99"]  # type: ignore[union-attr]


def test_an_unknown_category_is_refused_with_its_row() -> None:
    found = problems(HEAD + ROW.format("CARE", "10") + ROW.format("SPORT", "11"))

    assert len(found) == 1
    assert found[0].startswith('row 2: category "SPORT" is unknown: one of CARE, EDUCATION')


def test_a_row_that_can_never_speak_is_refused_with_the_row_that_silences_it() -> None:
    found = problems(HEAD + ROW.format("*", "99") + ROW.format("CARE", "10"))

    assert found == ["row 2: never applies: row 1 takes all that this one would take. Put it before, or remove it"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "it is no TOML"),
        (ROW.format("CARE", "1"), "name: missing"),
        (HEAD, "item: sections"),
        (HEAD + "colour = 1\n" + ROW.format("CARE", "1"), "colour: unknown key"),
        (HEAD + ROW.format("CARE", "=1+1"), "row 1: the code must be"),
        (HEAD + ROW.format("CARE", ""), "row 1: the code must be"),
        (HEAD + '[[item]]\ncode = "1"\n', "row 1: the category is missing"),
        (HEAD + '[[item]]\ncategory = "CARE"\ncode = 1\n', "row 1: the code must be a text"),
        (HEAD + ROW.format("CARE", "1") + 'chanel = "DIRECT"\n', 'row 1: unknown key "chanel"'),
        (HEAD + "[layout]\ncompany_width = 21\n" + ROW.format("CARE", "1"), "layout.company_width: a number"),
        (HEAD + '[layout]\namounts = "DOTS"\n' + ROW.format("CARE", "1"), 'amounts "DOTS" is unknown'),
        (HEAD + "layout = 3\n" + ROW.format("CARE", "1"), "layout: a section"),
    ],
)
def test_what_nobody_can_have_meant_is_refused_with_its_place(text: str, said: str) -> None:
    assert any(said in problem for problem in problems(text)), problems(text)


def test_every_problem_is_told_at_once_in_both_languages() -> None:
    text = HEAD + ROW.format("SPORT", "=1") + ROW.format("CARE", "")

    assert len(problems(text)) == 3
    with pytest.raises(PayrollTableInvalid) as refused:
        reading.parse(text, "voci.toml")
    assert "riga 1" in refused.value.text("it")
    assert "row 2" in refused.value.text("en")


def test_a_csv_of_rows_is_read_with_its_line_numbers(tmp_path: Path) -> None:
    path = tmp_path / "voci.csv"
    path.write_text(
        "categoria;canale;trattamento;voce;descrizione\nEDUCATION;REIMBURSEMENT;EXEMPT;0376;Rimborso f-bis\n\n*;;;9;\n",
        encoding="utf-8",
    )

    table = reading.read(path)

    assert [(item.code, item.category, item.channel) for item in table.items] == [
        ("0376", Category.EDUCATION, Channel.REIMBURSEMENT),
        ("9", None, None),
    ]
    path.write_text("categoria;voce\nCARE;1\nSPORT;2\n", encoding="utf-8")
    with pytest.raises(PayrollTableInvalid, match="row 3: category"):
        reading.read(path)
    path.write_text("categoria;codice\nCARE;1\n", encoding="utf-8")
    with pytest.raises(PayrollTableInvalid, match="codice: unknown column"):
        reading.read(path)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        reading.read(tmp_path / "none.toml")
    with pytest.raises(FileUnreadable):
        reading.read(tmp_path)
    (tmp_path / "empty.toml").write_text(" \n", encoding="utf-8")
    with pytest.raises(FileEmpty):
        reading.read(tmp_path / "empty.toml")
    (tmp_path / "latin.toml").write_bytes("name = 'è'".encode("latin-1"))
    with pytest.raises(PayrollTableInvalid, match="UTF-8"):
        reading.read(tmp_path / "latin.toml")


@pytest.fixture
def book(session: Session) -> int:
    return factories.employer(session, "PAY", name="Paghe srl")


def load(
    session: Session, book: int, preset: Preset, month: date, closed: date | None = None, **layout: object
) -> bool:
    table = reading.laid_out(presets.table(preset), **layout)
    return tables.load(session, book, table, month, last_closed=closed, actor="test")


def test_a_table_comes_back_as_it_was_loaded(session: Session, book: int) -> None:
    load(session, book, Preset.HUNEXT, OCTOBER, company_code="0077", amounts=AmountStyle.CENTS, dates=DateStyle.DDMMYY)

    found = tables.in_force(session, book, OCTOBER)

    assert found is not None
    assert found.items == presets.table(Preset.HUNEXT).items
    assert (found.layout.company_code, found.layout.amounts) == ("0077", AmountStyle.CENTS)


def test_a_table_governs_from_its_month_on_until_the_next(session: Session, book: int) -> None:
    load(session, book, Preset.GENERIC, OCTOBER)
    load(session, book, Preset.HUNEXT, DECEMBER)

    names = [tables.in_force(session, book, month) for month in (date(2026, 9, 1), OCTOBER, NOVEMBER, DECEMBER)]

    assert [found.name if found else None for found in names] == [None, "generic", "generic", "hunext"]


def test_the_same_table_again_changes_nothing_and_another_replaces_it(session: Session, book: int) -> None:
    assert load(session, book, Preset.GENERIC, OCTOBER)
    assert not load(session, book, Preset.GENERIC, OCTOBER)
    assert load(session, book, Preset.HUNEXT, OCTOBER)

    found = tables.in_force(session, book, OCTOBER)
    assert found is not None
    assert found.name == "hunext"


def test_a_closed_month_keeps_the_table_it_was_exported_under(session: Session, book: int) -> None:
    load(session, book, Preset.GENERIC, OCTOBER, closed=OCTOBER)

    with pytest.raises(PayrollTableSettled) as refused:
        load(session, book, Preset.HUNEXT, OCTOBER, closed=OCTOBER)
    assert refused.value.details["first_free"] == "11/2026"
    assert load(session, book, Preset.HUNEXT, NOVEMBER, closed=OCTOBER)


def test_what_was_loaded_is_never_changed(session: Session, book: int) -> None:
    load(session, book, Preset.GENERIC, OCTOBER)

    for statement in (
        "update payroll_table set name = 'x'",
        "delete from payroll_table_item",
        "truncate payroll_table cascade",
    ):
        with pytest.raises(sa.exc.DBAPIError, match="append only"), session.begin_nested():
            session.execute(sa.text(statement))


def test_two_books_have_their_own_tables(session: Session, book: int) -> None:
    other = factories.employer(session, "PAY2", name="Altra srl")
    load(session, book, Preset.HUNEXT, OCTOBER)

    assert tables.in_force(session, other, OCTOBER) is None


def test_what_was_loaded_is_kept_and_found_again_by_whoever_asks_in_its_book(session: Session, book: int) -> None:
    assert (tables.history(session, book), tables.newest(session, book)) == ((), "")
    load(session, book, Preset.GENERIC, DECEMBER)
    load(session, book, Preset.HUNEXT, OCTOBER)

    kept = tables.history(session, book)

    assert [(each.name, each.from_month) for each in kept] == [("hunext", OCTOBER), ("generic", DECEMBER)]
    assert tables.newest(session, book) == kept[0].table_id
    assert tables.find(session, book, kept[1].table_id) == (kept[1], presets.table(Preset.GENERIC))
    with pytest.raises(PayrollTableNotFound):
        tables.find(session, factories.employer(session, "PAY3", name="Altra srl"), kept[1].table_id)


def test_a_table_written_over_one_that_was_replaced_meanwhile_is_refused(session: Session, book: int) -> None:
    load(session, book, Preset.GENERIC, OCTOBER)
    seen = tables.newest(session, book)
    load(session, book, Preset.HUNEXT, NOVEMBER)
    mine = reading.laid_out(presets.table(Preset.GENERIC), company_code="0077")

    with pytest.raises(PayrollTableChanged, match="hunext"):
        tables.load(session, book, mine, DECEMBER, last_closed=None, actor="test", seen=seen)
    # Sent twice, it is the one in force already.
    seen = tables.newest(session, book)
    assert tables.load(session, book, mine, DECEMBER, last_closed=None, actor="test", seen=seen)
    assert not tables.load(session, book, mine, DECEMBER, last_closed=None, actor="test", seen=seen)


def test_rows_that_are_written_by_hand_are_read_as_a_file_s(tmp_path: Path) -> None:
    rows = [(1, {"category": "CARE", "code": "0100"}), (2, {"category": "*", "code": "0200", "description": "Altro"})]

    table = reading.compose("mia", "lo studio", {"amounts": "CENTS"}, rows)

    assert [item.code for item in table.items] == ["0100", "0200"]
    assert (table.layout.amounts, table.items[1].category) == (AmountStyle.CENTS, None)
    for wrong, said in (([(7, {"category": "CARE", "code": ""})], "row 7"), ([], "no rows")):
        with pytest.raises(PayrollTableInvalid) as refused:
            reading.compose("mia", "lo studio", {}, wrong)
        assert said in refused.value.text("en")
