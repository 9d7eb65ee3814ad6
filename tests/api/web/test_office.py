"""The offices' room: the accountant's proof, the re-check, and what payroll pays and declares."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import clock, database
from ledger import accounts, posting
from ledger.accounts import Opening
from ledger.posting import Draft, Pair
from tests.api.counter import Counter
from tests.api.v1.test_reimbursements import office, review, submit
from tests.api.web.browser import browser_of, every_form, text_of
from tests.api.web.counting import asked
from tests.wallet.reimbursements.conftest import SUPPLIER

__all__ = ["office"]

ACCOUNTANT = ("/studio", "/studio/quadratura", "/studio/riesame")
PAYROLL = ("/studio/paghe", "/studio/paghe/pagati", "/studio/paghe/mese", "/studio/altrove", "/studio/riesame")


@pytest.mark.parametrize("path", ACCOUNTANT)
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_accountant_s_pages(counter: Counter, path: str, language: str) -> None:
    page = browser_of(counter, "accountant", language=language).get(path)

    assert page.status_code == 200, page.text
    assert page.text.count("<h1>") == 1


@pytest.mark.parametrize("path", PAYROLL)
@pytest.mark.parametrize("language", ["it", "en"])
def test_payroll_s_pages(counter: Counter, path: str, language: str) -> None:
    page = browser_of(counter, "payroll", language=language).get(path)

    assert page.status_code == 200, page.text
    assert page.text.count("<h1>") == 1


@pytest.mark.parametrize(("who", "path"), [
    *(("payroll", path) for path in ACCOUNTANT[:2]), *(("accountant", path) for path in PAYROLL[:-1]),
    *((who, path) for who in ("hr", "giulia", "p04", "comune", "operator") for path in ("/studio", "/studio/paghe")),
])  # fmt: skip
def test_nobody_else_comes_in(counter: Counter, who: str, path: str) -> None:
    assert browser_of(counter, who).get(path).status_code == 403


def test_the_books_of_a_period_balance_in_words_and_icon(counter: Counter) -> None:
    browser = browser_of(counter, "accountant")

    page = browser.get("/studio?dal=2026-01-01&al=2026-03-31")
    accounts = browser.get("/studio/quadratura?dal=2026-01-01&al=2026-03-31")

    assert "I conti quadrano" in text_of(page)
    assert "✓" in page.text
    assert "In banca alla fine" in text_of(page)
    assert "Crediti dei lavoratori" in text_of(accounts)
    assert "Il saldo iniziale è dare meno avere" in text_of(accounts)


def test_accounts_are_named_in_the_language_of_the_page_and_by_their_territory(counter: Counter) -> None:
    def work(session: Session) -> None:
        book_id = counter.books["E1"]
        codes = ("fees:forli", "community:cremona")
        known = accounts.ensure(session, book_id, [Opening(code, "L", f"Commissioni {code}") for code in codes])
        pair = Pair(known["fees:forli"], known["community:cremona"], 100)
        posting.post(session, book_id, Draft("fee", clock.today(), (pair,)), actor="test")

    database.transact(work)
    italian, english = (
        text_of(browser_of(counter, "accountant", language=language).get("/studio/quadratura"))
        for language in ("it", "en")
    )

    assert "Commissioni: la parte di Forlì" in italian
    assert "Fondo di comunità: Cremona" in italian
    assert "Fees: the share of Forlì" in english
    assert "Committed, plan A" in english
    assert "Impegnato" not in english


def test_a_balance_that_is_not_the_journal_s_is_red_and_named(counter: Counter) -> None:
    moved = "update balance set debit_posted = debit_posted + :by where book_id = :book and account_id ="
    moved += " (select account_id from account where book_id = :book and code = 'bank')"

    def by(amount: int) -> None:
        database.transact(lambda s: s.execute(sa.text(moved), {"by": amount, "book": counter.books["E1"]}))

    by(100)
    try:
        page = browser_of(counter, "accountant").get("/studio")
    finally:
        by(-100)

    assert "I conti non quadrano" in text_of(page)
    assert "(bank)" in page.text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/studio?dal=2026-03-02&al=2026-03-01", "finisce prima di cominciare"),
        ("/studio?dal=ieri", "Da sistemare"),
        ("/studio/riesame?anno=12", "dal 2016 al 2100"),
    ],
)
def test_a_period_that_cannot_be_is_said(counter: Counter, path: str, said: str) -> None:
    page = browser_of(counter, "accountant").get(path)

    assert page.status_code == 422
    assert said in text_of(page)


def test_a_month_that_is_none_is_said(counter: Counter) -> None:
    page = browser_of(counter, "payroll").get("/studio/paghe/mese?mese=2026-13")

    assert page.status_code == 422
    assert "Scrivi il mese così" in text_of(page)


def approved(counter: Counter) -> str:
    """A reimbursement of Sara's in E9, approved and to be paid."""
    made = submit(counter, supplier="Cooperativa Segreta")
    assert review(counter, made, "approvals").status_code == 201
    return str(made["id"])


# -- reimbursements ----------------------------------------------------------------------------------------------------


def test_paid_once_however_often_it_is_sent_and_undone(counter: Counter) -> None:
    reimbursement = approved(counter)
    browser, path = browser_of(counter, "payroll9"), f"/studio/paghe/{reimbursement}/pagamento"
    listed = text_of(browser.get("/studio/paghe"))
    page = browser.get(path)

    answers = [browser.send_on(page, path) for _ in range(2)]
    paid = browser.get("/studio/paghe/pagati")
    undone = browser.send(f"/studio/paghe/{reimbursement}/annullo", reason="not_paid")

    assert "Sara" in listed
    for secret in ("Segreta", SUPPLIER):
        assert secret not in listed
    assert [answer.status_code for answer in answers] == [302, 302]
    assert reimbursement in paid.text
    assert undone.status_code == 302, undone.text
    assert reimbursement in browser.get("/studio/paghe").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"month": "marzo"}, "Scrivi il mese così"), ({"month": "2031-01"}, "Da sistemare"), ({"month": ""}, "Manca")],
)
def test_a_payment_that_cannot_be_is_said_and_nothing_typed_is_lost(
    counter: Counter, typed: dict[str, str], said: str
) -> None:
    path = f"/studio/paghe/{approved(counter)}/pagamento"

    page = browser_of(counter, "payroll9").send(path, on="2026-03-02", **typed)

    assert page.status_code in (409, 422), page.text
    assert said in text_of(page)
    assert "2026-03-02" in page.text


def test_what_was_never_approved_is_not_there(counter: Counter) -> None:
    page = browser_of(counter, "payroll9").get("/studio/paghe/rmb_01K0Z3J8Q4X5N6T7V8W9Y0A1B2/pagamento")

    assert page.status_code == 404


def test_statements_do_not_grow_with_rows(counter: Counter) -> None:
    browser = browser_of(counter, "payroll9")
    approved(counter)
    few = asked(browser, "/studio/paghe")
    for _ in range(3):
        approved(counter)

    assert asked(browser, "/studio/paghe") == few


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
@pytest.mark.parametrize("path", ["/studio?al={}", "/studio?dal={}", "/studio/quadratura?al={}"])
def test_a_day_at_the_ends_of_the_calendar_is_told(counter: Counter, path: str, day: str) -> None:
    page = browser_of(counter, "accountant").get(path.format(day))

    assert page.status_code == 422, page.text
    assert "Scrivi un giorno fra il 1900 e il 2199" in text_of(page)
    assert day in page.text


@pytest.mark.parametrize(
    ("month", "status"),
    [("%20", 200), ("2026-02%0A", 200), ("20٢٦-03", 422), ("2026-13", 422), ("0001-01", 422), ("9999-12", 422)],
)
def test_a_month_is_read_or_told(counter: Counter, month: str, status: int) -> None:
    assert browser_of(counter, "payroll").get(f"/studio/paghe/mese?mese={month}").status_code == status


@pytest.mark.parametrize(("month", "status"), [("20٢٦-03", 422), (" ", 422), ("2026-03\n", 302)])
def test_the_month_of_a_payment_is_read_or_told(counter: Counter, month: str, status: int) -> None:
    path = f"/studio/paghe/{approved(counter)}/pagamento"

    assert browser_of(counter, "payroll9").send(path, month=month).status_code == status


# -- amounts from elsewhere --------------------------------------------------------------------------------------------


def written(counter: Counter, amount: str, name: str = "paghe.csv") -> tuple[BytesIO, str]:
    statement = sa.text("select tax_code from employee where employee_id = :id")
    code = database.transact(lambda session: session.scalar(statement, {"id": counter.people["mario"]}))
    return BytesIO(f"codice fiscale;anno;altri fringe benefit\n{code};2026;{amount}\n".encode()), name


def known(counter: Counter) -> list[int]:
    statement = sa.text(
        "select amount_minor from employee_fact where employee_id = :id and revoked_at is null"
        " and fact = 'EXTERNAL_FRINGE'"
    )
    return database.transact(lambda session: list(session.scalars(statement, {"id": counter.people["mario"]})))


def test_a_file_is_looked_at_and_then_declared_once(counter: Counter) -> None:
    browser, path = browser_of(counter, "payroll"), "/studio/altrove"

    looked = browser.send(path, file=written(counter, "311,00"), send="x")
    before = known(counter)
    # What was looked at goes along: nobody chooses the file again.
    done = [browser.post(path, declaring(looked)) for _ in range(2)]

    assert looked.status_code == 200, text_of(looked)
    assert "Il file si legge tutto" in text_of(looked)
    assert "paghe.csv: 1 righe" in text_of(looked)
    assert 31_100 not in before
    assert [each.status_code for each in done] == [302, 302], text_of(done[0])
    assert known(counter) == [31_100]
    assert browser.get(path).text.count('<th scope="row">paghe.csv') == 1


def declaring(looked: TestResponse) -> dict[str, str]:
    """What the form says that declares what was looked at."""
    return next(form.fields for form in every_form(looked) if "ticket" in form.fields)


def test_what_is_declared_is_what_was_looked_at(counter: Counter) -> None:
    browser, path = browser_of(counter, "payroll"), "/studio/altrove"
    looked = browser.send(path, file=written(counter, "312,00", "viste.csv"), year="2026", send="x")
    before = known(counter)
    other = next(form.fields for form in every_form(looked) if form.action == "" and "year" in form.fields)

    # The page's other form looks: it declares nothing, whichever button sends it.
    again = browser.post(
        path, {**other, "file": written(counter, "900,00", "altre.csv"), "year": "2025", "declare": "x"}
    )
    still = known(counter)
    # A file and a year beside the word to declare are not those that were looked at.
    done = browser.post(
        path, {**declaring(looked), "file": written(counter, "900,00", "altre.csv"), "year": "2025", "declare": "x"}
    )

    assert set(declaring(looked)) == {"csrf_token", "key", "ticket", "looked_year"}
    assert "valgono per il 2026" in text_of(looked)
    assert (again.status_code, still) == (200, before)
    assert (done.status_code, known(counter)) == (302, [31_200])


def test_a_declaration_that_comes_late_looks_once_more(counter: Counter) -> None:
    browser, path = browser_of(counter, "payroll"), "/studio/altrove"
    looked = browser.send(path, file=written(counter, "313,00", "tardi.csv"), send="x")
    before = known(counter)

    late = browser.post(path, {**declaring(looked), "resumed": "1"})
    lost = browser.post(path, {**declaring(looked), "ticket": "x"})

    assert (late.status_code, lost.status_code) == (200, 302)
    assert "Il file si legge tutto" in text_of(late)
    assert "sceglilo di nuovo" in text_of(browser.get(path))
    assert known(counter) == before


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (None, "Scegli un file"),
        ((b"codice fiscale;anno;altri fringe benefit\nXXX;2026;1,00\n", "paghe.csv"), "riga 2"),
        ((b"%PDF-1.7", "paghe.pdf"), "Da sistemare"),
        ((b"PK\x03\x04nothing", "paghe.xlsx"), "Da sistemare"),
    ],
)
def test_a_wrong_file_is_told_row_by_row(counter: Counter, file: tuple[bytes, str] | None, said: str) -> None:
    more = {} if file is None else {"file": (BytesIO(file[0]), file[1])}

    page = browser_of(counter, "payroll").send("/studio/altrove", send="x", **more)

    assert page.status_code in (415, 422), page.status_code
    assert said in text_of(page)
