"""The room of a citizen whose municipality pays a part: the voucher first, and no limit that is not theirs."""

from __future__ import annotations

import re

import pytest

from tests.api.counter import Counter
from tests.api.web.browser import browser_of, text_of
from tests.api.web.citizens import citizens  # noqa: F401 - used by its name alone


def test_the_voucher_comes_first_with_who_pays_what_and_until_when(counter: Counter) -> None:
    page = browser_of(counter, "bruno").get("/io")
    told = text_of(page)

    assert re.search(r"Il tuo buono del Comune 100,00\s€", told)
    assert "fino al 31 dicembre 2026" in told
    assert "Di ogni prezzo tu paghi il 20%, il Comune il resto." in told
    assert 'href="/io/buono/PAS-CR"' in page.text
    assert "<meter" not in page.text
    assert "Chiedere un rimborso" not in told


def test_whose_municipality_pays_all_is_told_so(counter: Counter) -> None:
    assert "Il Comune paga tutto: tu non paghi niente." in text_of(browser_of(counter, "ines").get("/io"))


@pytest.mark.parametrize("path", ["/io", "/io/movimenti", "/io/limiti", "/io/familiari", "/io/rimborsi"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_is_there_for_a_citizen_too(counter: Counter, path: str, language: str) -> None:
    page = browser_of(counter, "bruno", language=language).get(path)

    assert page.status_code == 200
    assert page.text.count("<h1") == 1
