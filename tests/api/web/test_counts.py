"""How much rooms ask the database: companies, offices, providers and towns ask as much of few rows as of many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from config import database, settings
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.purchasing import refilled
from tests.api.v1.test_reimbursements import office as reimbursing
from tests.api.v1.test_reimbursements import review, submit
from tests.api.v1.test_social import office
from tests.api.web.browser import browser_of
from tests.api.web.counting import asked
from tests.api.web.test_town import presented

__all__ = ["office", "refilled", "reimbursing"]

PAGES = {
    "hr": ("/azienda", "/azienda/piani", "/azienda/persone", "/azienda/persone?email=no", "/azienda/budget",
           "/azienda/simulatore", "/documenti"),
    "accountant": ("/studio", "/studio/quadratura", "/studio/riesame", "/studio/voci", "/documenti"),
    "payroll9": ("/studio/paghe", "/studio/paghe/pagati", "/studio/paghe/mese", "/studio/premi", "/studio/altrove",
                 "/studio/riesame"),
    "p04": ("/fornitore", "/fornitore/riscatta", "/fornitore/pagamenti", "/fornitore/contestazioni",
            "/fornitore/qualifica"),
    "comune": ("/comune", "/comune/domande", "/comune/domande/nuova", "/comune/fasce", "/documenti"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BORSELLINO_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


def grow(counter: Counter) -> None:
    """More of everything: people, credit, purchases, disputes, reimbursements, statements and applications."""

    def people(session: Session) -> None:
        book_id = counter.books["E1"]
        for _ in range(3):
            factories.grant(session, book_id, "A", factories.employee(session, book_id), 1_000)

    database.transact(people)
    for _ in range(2):
        counter.buy(channel="DIRECT")
        made = counter.buy(channel="DIRECT")
        counter.ask("p04", "POST", f"/v1/authorizations/{made['id']}/captures", {})
        counter.ask("giulia", "POST", "/v1/disputes", {"authorization_id": made["id"], "reason": "NOT_DELIVERED"})
        paid, waiting = submit(counter), submit(counter)
        for each in (paid, waiting):
            assert review(counter, each, "approvals").status_code == 201
        browser_of(counter, "payroll9").send(f"/studio/paghe/{paid['id']}/pagamento", on="2026-03-02")
        for who, kind in (("hr", "plan_statement"), ("accountant", "trial_balance"), ("comune", "social_statement")):
            assert browser_of(counter, who).send(f"/documenti/{kind}").status_code in (302, 422)
        presented(counter)


@pytest.mark.slow
def test_no_page_asks_more_because_there_is_more(office: Counter) -> None:
    counter = office
    grow(counter)
    browsers = {who: browser_of(counter, who) for who in PAGES}
    paths = [(who, path) for who, paths in PAGES.items() for path in paths]
    for who, path in paths:
        asked(browsers[who], path)
    few = {(who, path): asked(browsers[who], path) for who, path in paths}

    grow(counter)

    assert {(who, path): asked(browsers[who], path) for who, path in paths} == few
