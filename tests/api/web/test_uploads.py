"""Files on pages: each form takes as much as it says and no more, and the others take no file."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from ulid import ULID
from werkzeug.test import TestResponse

from api.conventions import uploads
from config import database
from plans.plan_file import Act
from plans.rulebook.words import PlanSource
from plans.words import SourceType
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.test_reimbursements import office, submit
from tests.api.web.browser import browser_of, forms_of, text_of

__all__ = ["office"]

# Where each view that takes files is, who comes there, and the field of its file.
FORMS = {
    "web_company_budgets.every": ("hr", "/azienda/budget", "file"),
    "web_company_agreement.record": ("hr", "/azienda/piani/{bonus}/accordo", "document"),
    "web_company_bonus.choices": ("hr", "/azienda/piani/{bonus}/premio/scelte", "file"),
    "web_company_bonus.show": ("hr", "/azienda/piani/{bonus}/premio", "file"),
    "web_company_people.look": ("hr", "/azienda/persone/file", "file"),
    "web_office_elsewhere.index": ("payroll", "/studio/altrove", "file"),
    "web_office_items.read": ("payroll", "/studio/voci/file", "file"),
    "web_reimbursements.new": ("sara", "/io/rimborsi/nuovo?spesa=SUMMER_CENTRE", "documents"),
    "web_reimbursements.fix": ("sara", "/io/rimborsi/{made}/sistema", "documents"),
    "web_wm_providers.file": ("marta", "/wm/fornitori/P04/documenti/nuovo", "paper"),
    "web_network_bank.read": ("operator", "/rete/banca", "file"),
}
# More than a body may have that brings no file; said and not sent, as servers look at what is said first.
BETWEEN: dict[str, Any] = {"environ_overrides": {"CONTENT_LENGTH": "1100000"}}


def places(counter: Counter) -> dict[str, int]:
    """How much each page's view takes that takes more than others."""
    found = {name: uploads.takes(view) for name, view in counter.app.view_functions.items() if name.startswith("web_")}
    return {name: most for name, most in found.items() if most is not None}


def bonus_plan(counter: Counter) -> str:
    """A plan of converted bonuses of E1, another one each time."""
    act = Act(SourceType.COMPANY_AGREEMENT, "A-1", date(2025, 12, 1), "D-1")
    terms: dict[str, Any] = {"code": f"B{ULID()}", "source": PlanSource.PDR, "act": act}
    return database.transact(lambda session: factories.plan(session, counter.books["E1"], **terms))


def sent(counter: Counter, endpoint: str, who: str | None = None, **more: Any) -> TestResponse:
    """Send a form with a file of 20 kB, as whoever the form is for or somebody else."""
    usual, path, field = FORMS[endpoint]
    if "{made}" in path:
        path = path.format(made=submit(counter)["id"])
    if "{bonus}" in path:
        path = path.format(bonus=bonus_plan(counter))
    drawn_at = path.removesuffix("/sistema")
    drawn = forms_of(browser_of(counter, usual).get(drawn_at))
    browser = browser_of(counter, who or usual)
    browser.headers["Referer"] = f"http://localhost{drawn_at}"
    token = forms_of(browser.get("/"))["/esci"]
    told = {**drawn.get("", drawn.get(path, {})), **token, field: (BytesIO(b"x" * 20_000), "file.csv")}
    return browser.post(path, told, **more)


def test_every_form_that_takes_files_is_looked_at(counter: Counter) -> None:
    assert set(places(counter)) == set(FORMS)


@pytest.mark.parametrize("endpoint", FORMS)
def test_a_file_under_the_limit_is_read_and_one_over_it_is_told_with_a_way_back(
    counter: Counter, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = places(counter)[endpoint]
    monkeypatch.setitem(counter.app.config, "MAX_CONTENT_LENGTH", 10_000)

    under = sent(counter, endpoint)
    over = sent(counter, endpoint, environ_overrides={"CONTENT_LENGTH": str(most + 1)})

    assert under.status_code in (409, 422), text_of(under)
    assert (over.status_code, f"al massimo {most // 1_000_000} MB" in text_of(over)) == (413, True)
    assert f'href="{FORMS[endpoint][1].partition("{")[0]}' in over.text.partition('class="narrow"')[2]


@pytest.mark.parametrize("endpoint", FORMS)
def test_whoever_may_not_call_the_view_brings_no_file(counter: Counter, endpoint: str) -> None:
    assert sent(counter, endpoint, "p04", **BETWEEN).status_code == 403


def test_whoever_is_not_signed_in_is_led_to_the_door_and_then_to_the_form(counter: Counter) -> None:
    browser = browser_of(counter)
    browser.headers["Referer"] = "http://localhost/azienda/budget?piano=x"

    answer = browser.post("/azienda/budget?piano=x", {"reference": "x"}, **BETWEEN)

    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/entra?to=/azienda/budget?piano%3Dx")


def test_a_form_without_files_takes_none(counter: Counter) -> None:
    answer = browser_of(counter, "hr").post("/azienda/piani/nuovo", {"name": "x"}, **BETWEEN)

    assert (answer.status_code, "al massimo 1 MB" in text_of(answer)) == (413, True)
