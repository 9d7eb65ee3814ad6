"""Ordering through pages: three steps, the decision told before anything is spent, the code, undoing and disputing."""

from __future__ import annotations

from tests.api.counter import Counter
from tests.api.v1.purchasing import refilled  # noqa: F401 - used by its name alone
from tests.api.web.browser import Browser, browser_of, forms_of, text_of

ORDER = "/io/ordina/PSI-CR"


def confirm(service: str = "PSI-CR", per: str = "me", quante: int = 1, **more: str) -> str:
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/io/ordina/{service}/conferma?per={per}&quante={quante}{rest}"


def ordered(browser: Browser, path: str, **typed: str) -> str:
    """Confirm an order, and return where its page is."""
    answer = browser.send(path, path.partition("?")[0], **typed)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def test_an_order_is_made_in_three_steps(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")

    whom = giulia.get(ORDER)
    when = giulia.get(f"{ORDER}/quando?per=me")
    told = giulia.get(confirm(giorno="2026-03-10"))
    made = giulia.get(ordered(giulia, confirm(giorno="2026-03-10")))

    assert [page.status_code for page in (whom, when, told, made)] == [200] * 4
    assert "Per me" in text_of(whom)
    assert forms_of(when)[f"{ORDER}/conferma"]["quante"] == "1"
    assert "Esente da tasse" in text_of(told)
    assert "55,00" in text_of(told)
    assert "Piano welfare" in text_of(told)
    assert "Pronto da usare" in text_of(made)
    assert "10 marzo 2026" in text_of(made)
