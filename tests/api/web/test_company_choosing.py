"""What the employer's first page says of a bonus that workers are choosing about."""

from __future__ import annotations

from config import database
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.families import tax_code_of
from tests.api.web.browser import browser_of
from tests.api.web.test_bonus_pages import PREMIUM, folder, offer, plan, row, told

__all__ = ["folder", "plan"]


def test_a_running_choice_is_told_with_how_many_have_no_wallet_to_choose_from(counter: Counter, plan: str) -> None:
    book_id = counter.books["E1"]
    code = factories.tax_code()
    database.transact(lambda session: factories.employee(session, book_id, tax_code=code))
    hr = browser_of(counter, "hr")
    assert PREMIUM not in hr.get("/azienda").text

    offer(counter, plan, row(counter), f"{code};300,00;sì;\n")

    page = hr.get("/azienda")
    assert f"«{PREMIUM}»: i lavoratori scelgono fino al 20 marzo 2026. 1 non ha ancora un borsellino" in told(page)
    assert f'href="/azienda/piani/{plan}/premio"' in page.text
    assert tax_code_of(counter, "giulia") not in page.text
