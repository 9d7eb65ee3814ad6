"""Payslip items: the table that counts, changed row by row or by a file, with every table kept."""

from __future__ import annotations

from io import BytesIO
from itertools import count
from typing import Any

import pytest

from api.access.roles import Role
from config import database
from tests import factories
from tests.api.counter import Counter, appoint
from tests.api.web.browser import Browser, browser_of, forms_of, text_of
from tests.api.web.counting import asked

ITEMS, CHANGE, FILE = "/studio/voci", "/studio/voci/modifica", "/studio/voci/file"
_numbers = count(1)


@pytest.fixture
def office(counter: Counter) -> Browser:
    """The payroll office of an employer that has no table yet."""
    name = f"voci{next(_numbers)}"

    def work(session: Any) -> None:
        book_id = counter.books[name] = factories.employer(session, name.upper(), name=f"Voci {name} srl")
        appoint(session, counter, name, Role.PAYROLL, book_id=book_id)
        appoint(session, counter, f"{name}-c", Role.ACCOUNTANT, book_id=book_id)

    database.transact(work)
    found = browser_of(counter, name)
    found.headers["X-Test"] = name
    return found


def rows_of(page: Any) -> list[str]:
    """The codes of the form's rows."""
    fields = forms_of(page)[CHANGE]
    return [
        fields[f"rows-{at}-code"]
        for at in range(len([name for name in fields if name.endswith("-code") and name.startswith("rows-")]))
    ]


def saved(office: Browser, **typed: Any) -> Any:
    page = office.get(f"{CHANGE}?da=HUNEXT")
    return office.send_on(page, CHANGE, CHANGE, send="1", **typed)


def test_without_a_table_of_its_own_the_neutral_one_is_shown_and_others_to_begin_with(office: Browser) -> None:
    page = office.get(ITEMS)

    assert "non ha ancora una tabella sua" in text_of(page)
    assert "IST-R" in page.text
    assert f'href="{CHANGE}?da=HUNEXT"' in page.text


def test_a_table_is_written_row_by_row_and_saved_once_however_often_it_is_sent(office: Browser) -> None:
    begun = office.get(f"{CHANGE}?da=HUNEXT")
    codes = rows_of(begun)
    lower = office.send_on(begun, CHANGE, CHANGE, row="down-0")
    shorter = office.send_on(lower, CHANGE, CHANGE, row="out-0")
    longer = office.send_on(shorter, CHANGE, CHANGE, add="1")
    assert rows_of(lower) == [codes[1], codes[0], *codes[2:]]
    assert rows_of(longer) == [codes[0], *codes[2:], ""]

    last = len(codes) - 1
    mended = {f"rows-{last}-code": "0099", f"rows-{last}-description": "Tutto il resto", "name": "Studio Verdi"}
    done = [office.send_on(longer, CHANGE, CHANGE, send="1", **mended) for _ in range(2)]
    page = office.get(ITEMS)

    assert [each.status_code for each in done] == [302, 302], text_of(done[0])
    assert "Studio Verdi" in text_of(page)
    assert "0099" in page.text
    assert page.text.count("/studio/voci/pyt_") == 1
    assert "vale ora" in text_of(page)


def test_nothing_is_saved_by_a_look(office: Browser) -> None:
    looked = office.send_on(office.get(CHANGE), CHANGE, CHANGE, look="1")

    assert "Non è ancora salvata" in text_of(looked)
    assert "non ha ancora una tabella sua" in text_of(office.get(ITEMS))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"rows-1-code": "=1+1"}, "riga 2: il codice"),
        ({"rows-2-code": ""}, "riga 3: il codice"),
        ({"rows-3-category": "FLYING"}, "riga 4"),
        ({"rows-0-category": "", "rows-0-source": "", "rows-0-treatment": ""}, "riga 2: non vale mai"),
        ({"rows-1-description": "x" * 101}, "riga 2: la descrizione"),
        ({"name": ""}, "Manca"),
        ({"from_month": "2026-13"}, "Da sistemare"),
        ({"company_width": "21"}, "Da 0 a 20"),
        ({"company_code": "<b>"}, "Al più 20"),
    ],
)
def test_what_is_wrong_is_said_with_its_row_and_nothing_typed_is_lost(
    office: Browser, typed: dict[str, str], said: str
) -> None:
    page = saved(office, **{"source": "Il consulente"} | typed)

    assert page.status_code == 422, text_of(page)
    assert said in text_of(page)
    assert 'value="Il consulente"' in page.text
    assert "non ha ancora una tabella sua" in text_of(office.get(ITEMS))


def test_a_table_that_somebody_else_replaced_meanwhile_is_told_and_may_be_sent_again(office: Browser) -> None:
    drawn = office.get(f"{CHANGE}?da=GENERIC")
    assert saved(office).status_code == 302

    stale = office.send_on(drawn, CHANGE, CHANGE, send="1", name="La mia")
    again = office.send_on(stale, CHANGE, CHANGE, send="1")

    assert stale.status_code == 409
    assert "Intanto qualcun altro" in text_of(stale)
    assert 'value="La mia"' in stale.text
    assert again.status_code == 302
    assert "La mia" in text_of(office.get(ITEMS))


def test_a_table_is_downloaded_changed_and_read_again(office: Browser) -> None:
    saved(office, company_code="0077")
    place = office.get(ITEMS).text.split('href="/studio/voci/pyt_')[1].split('"')[0]
    kept = office.get(f"/studio/voci/pyt_{place}")
    file = office.get(f"/studio/voci/pyt_{place}/file.csv")
    changed = file.text.replace("6006", "6666").encode()

    looked = office.send(FILE, file=(BytesIO(changed), "nuova.csv"))
    done = office.send_on(looked, CHANGE, CHANGE, send="1")

    assert "6006" in kept.text
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "6666" in rows_of(looked)
    # Rows alone: how the payroll program wants its file stays.
    assert forms_of(looked)[CHANGE]["company_code"] == "0077"
    assert done.status_code == 302
    assert "6666" in office.get(ITEMS).text


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (None, "", "Scegli un file"),
        (b"categoria;voce\nCARE;0100\nFLYING;0200\nCARE;0300\n", "voci.csv", "riga 3"),
        (b"categoria;voce\nCARE;0100\nCARE;0300\n", "voci.csv", "riga 3: non vale mai"),
        (b"una;due\n", "voci.csv", "colonna sconosciuta"),
        (b"", "voci.csv", "Da sistemare"),
        (b"\x89PNG", "voci.toml", "Da"),
    ],
)
def test_a_file_that_is_no_table_is_told(office: Browser, content: bytes | None, name: str, said: str) -> None:
    page = office.send(FILE, **{} if content is None else {"file": (BytesIO(content), name)})

    assert page.status_code == 422
    assert said in text_of(page)


def test_the_accountant_reads_and_writes_nothing_and_nobody_else_comes_in(counter: Counter, office: Browser) -> None:
    saved(office)
    place = "/studio/voci/pyt_" + office.get(ITEMS).text.split('href="/studio/voci/pyt_')[1].split('"')[0]
    accountant = browser_of(counter, f"{office.headers['X-Test']}-c")

    assert "Cambia la tabella" not in text_of(accountant.get(ITEMS))
    assert accountant.get(place).status_code == 200
    for path in (CHANGE, FILE):
        assert accountant.get(path).status_code == 403
    for other in ("hr", "giulia", "p04", "comune", "marta", "operator"):
        assert browser_of(counter, other).get(ITEMS).status_code == 403
    assert browser_of(counter, "payroll").get(place).status_code == 404


def test_a_page_asks_alike_however_many_tables_there_were(office: Browser) -> None:
    saved(office)
    before = asked(office, ITEMS)
    for number in range(3):
        saved(office, name=f"Tabella {number}")

    assert asked(office, ITEMS) == before
