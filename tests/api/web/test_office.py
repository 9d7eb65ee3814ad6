"""The offices' room: the accountant's proof, the re-check, and what payroll pays and declares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from config import database
from tests.api.counter import Counter
from tests.api.v1.test_reimbursements import office, review, submit
from tests.api.web.browser import browser_of, text_of
from tests.wallet.reimbursements.conftest import SUPPLIER

__all__ = ["office"]

ACCOUNTANT = ("/studio", "/studio/quadratura", "/studio/riesame")
PAYROLL = ("/studio/paghe", "/studio/paghe/pagati", "/studio/paghe/mese", "/studio/altrove", "/studio/riesame")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements of a block."""
    seen: list[str] = []

    def note(*told: object) -> None:
        seen.append(str(told[2]))

    sa.event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(Engine, "before_cursor_execute", note)


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
    browser.get("/studio/paghe")
    with statements() as few:
        browser.get("/studio/paghe")
    for _ in range(3):
        approved(counter)
    with statements() as more:
        browser.get("/studio/paghe")

    assert len(more) == len(few)
