"""What a worker reads about their bonus: which tax, what is in doubt, and what counts after they went back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from ulid import ULID

from config import clock, database
from plans.bonus import agreements
from plans.plan_file import Act
from plans.rulebook.words import PlanSource
from plans.words import SourceType
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.families import tax_code_of
from tests.api.web.browser import browser_of
from tests.api.web.test_bonus_pages import (  # noqa: F401 - two are fixtures
    available,
    choose,
    folder,
    offer,
    offered,
    plan,
    row,
    told,
)

REDUCED = "contributi 9,19%, poi imposta ridotta 1% fino a 5.000,00 € l'anno"
DAY_OF_TAX = "oggi è il giorno che conta per le tasse"


def with_waiver(counter: Counter) -> str:
    return f"{tax_code_of(counter, 'giulia')};1.000,00;sì;sì\n"


def test_the_reduced_tax_is_told_with_its_limit_and_only_to_whoever_has_it(counter: Counter, plan: str) -> None:  # noqa: F811
    giulia = browser_of(counter, "giulia")
    for line, reduced, said in (
        (row(counter), True, "oltre, imposta ordinaria"),
        (row(counter, within="no"), False, "perché l'anno scorso il tuo reddito di lavoro era oltre 80.000,00 €"),
        (with_waiver(counter), False, "perché all'imposta ridotta hai rinunciato"),
    ):
        offer(counter, plan, line)
        page = offered(counter)
        for seen in (told(giulia.get(page)), told(giulia.get(f"{page}/conferma?quota=0"))):
            assert (REDUCED in seen, "imposta ridotta 1%" in seen, said in seen) == (reduced, reduced, True)


def test_what_nobody_knows_stands_beside_the_word_that_confirms(counter: Counter, plan: str) -> None:  # noqa: F811
    giulia = browser_of(counter, "giulia")
    offer(counter, plan, row(counter, within=""))
    page = offered(counter)
    assert "al più 449,51 €" in told(giulia.get(page))
    unknown = told(giulia.get(f"{page}/conferma?quota=0"))
    assert "Netti: al più 449,51 €." in unknown
    assert "Non sappiamo se l'anno scorso il tuo reddito" in unknown

    offer(counter, plan, row(counter))
    page = offered(counter)
    for seen in (told(giulia.get(page)), told(giulia.get(f"{page}/conferma?quota=50"))):
        assert "un premio con un altro datore di lavoro" in seen
        assert "Nessuna fonte dice se la conversione segua i 3.000 o i 5.000 euro" in seen
        assert "Non è certo:" in seen
        assert "al più 2" not in seen


def test_the_day_of_the_choice_counts_for_the_taxes_of_welfare_alone(counter: Counter, plan: str) -> None:  # noqa: F811
    offer(counter, plan, row(counter))
    giulia, page = browser_of(counter, "giulia"), offered(counter)

    for share, welfare, cash in ((0, False, True), (50, True, True), (100, True, False)):
        seen = told(giulia.get(f"{page}/conferma?quota={share}"))
        assert (DAY_OF_TAX in seen, "questo credito" in seen) == (welfare, welfare), share
        assert ("l'imposta dell'anno in cui viene pagato" in seen) == cash, share
    choose(giulia, page, 0)
    seen = told(giulia.get(page))
    assert "l'imposta dell'anno in cui viene pagato" in seen
    assert "del suo credito" not in seen
    giulia.send(page, f"{page}/annulla")


def test_a_net_with_the_rate_that_somebody_told_is_an_estimate(counter: Counter, plan: str) -> None:  # noqa: F811
    offer(counter, plan, row(counter, amount="6.000,00"))
    giulia, page = browser_of(counter, "giulia"), offered(counter)

    for seen in (told(giulia.get(f"{page}?aliquota=35")), told(giulia.get(f"{page}/conferma?quota=0&aliquota=35"))):
        assert "stima 5." in seen
        assert "addizionali regionale e comunale" in seen
    assert "non la teniamo" not in told(giulia.get(f"{page}?aliquota=35"))


def test_whoever_goes_back_to_what_they_took_back_is_told_what_counts(counter: Counter, plan: str) -> None:  # noqa: F811
    offer(counter, plan, row(counter))
    giulia, before, page = browser_of(counter, "giulia"), available(counter), offered(counter)
    drawn = giulia.get(f"{page}/conferma?quota=100")
    giulia.send_on(drawn, f"{page}/conferma")
    chosen = giulia.get(page)
    giulia.send_on(chosen, page, f"{page}/annulla")
    giulia.get(page)

    giulia.send_on(drawn, f"{page}/conferma")

    seen = told(giulia.get(page))
    assert "L'avevi annullata: scegli di nuovo." in seen
    assert "conta una volta sola" not in seen
    choose(giulia, page, 50)
    giulia.get(page)
    giulia.send_on(drawn, f"{page}/conferma")
    assert "Quella scelta l'avevi annullata: conta 50 % in welfare, che hai scelto dopo." in told(giulia.get(page))
    giulia.send_on(chosen, page, f"{page}/annulla")
    assert "L'avevi già annullata, e poi hai scelto di nuovo: conta la scelta che vedi qui." in told(giulia.get(page))
    assert available(counter) == before + 25_000
    giulia.send(page, f"{page}/annulla")


def test_what_was_taken_back_in_another_tab_is_not_looked_for_again(counter: Counter, plan: str) -> None:  # noqa: F811
    offer(counter, plan, row(counter))
    giulia, page = browser_of(counter, "giulia"), offered(counter)
    choose(giulia, page, 50)
    one, other = giulia.get(page), giulia.get(page)
    giulia.send_on(one, page, f"{page}/annulla")
    giulia.get(page)

    again = giulia.send_on(other, page, f"{page}/annulla")

    assert again.status_code == 302
    assert "L'avevi annullata: scegli di nuovo." in told(giulia.get(page))


def test_credit_of_a_plan_that_begins_later_is_said_to_be_spent_from_then(counter: Counter, plan: str) -> None:  # noqa: F811
    act, code = Act(SourceType.COMPANY_AGREEMENT, "A-1", date(2025, 12, 1), "D-1"), f"B{ULID()}"

    def work(session: Any) -> str:
        book_id = counter.books["E1"]
        later = factories.plan(
            session, book_id, code, name="Futuro", source=PlanSource.PDR, act=act, starts_on=date(2026, 7, 1)
        )
        factories.funded(session, book_id, code)
        agreements.record(
            session, book_id, code, deposit_code="X", deposited_on=date(2025, 12, 20), conformity_declared=True,
            increment_attested=True, shares=(), actor="test", recorded_at=clock.now(),
        )  # fmt: skip
        return later

    offer(counter, database.transact(work), row(counter))
    giulia, page = browser_of(counter, "giulia"), offered(counter)

    assert "per servizi esenti, dal 1 luglio 2026 al" in told(giulia.get(page))
    assert "spendibili dal 1 luglio 2026 al" in told(giulia.get(f"{page}/conferma?quota=100"))
    choose(giulia, page, 100)
    assert "Si spende dal 1 luglio 2026." in told(giulia.get(page))
    giulia.send(page, f"{page}/annulla")


def test_whoever_left_and_can_spend_no_more_is_not_invited_to_choose(counter: Counter, plan: str) -> None:  # noqa: F811
    offer(counter, plan, row(counter, "mario"))
    page = offered(counter, "mario")
    left = sa.text("update employee set left_on = :on where employee_id = :who")

    def leave(on: date | None) -> None:
        database.transact(lambda session: session.execute(left, {"on": on, "who": counter.people["mario"]}))

    leave(date(2025, 6, 30))
    with clock.at(datetime(2026, 3, 10, 12, tzinfo=clock.ROME)):
        mario = browser_of(counter, "mario")
        home, seen = told(mario.get("/io")), told(mario.get(page))
    leave(None)

    assert "Scegli che cosa fare del tuo premio" not in home
    assert "Il credito di questo piano non si può più spendere" in seen
    assert "Avanti" not in seen
    assert "se lo spendi per servizi esenti" not in seen


@pytest.mark.parametrize("typed", ["", "101", "25,5"])
def test_a_share_that_will_not_do_is_told_beside_the_shares(counter: Counter, plan: str, typed: str) -> None:  # noqa: F811
    offer(counter, plan, row(counter))

    refused = browser_of(counter, "giulia").get(f"{offered(counter)}/conferma?quota={typed}")

    assert (refused.status_code, "Scegli una di queste quote." in told(refused)) == (422, True)
