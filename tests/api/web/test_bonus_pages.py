"""Bonuses on pages: offered by the personnel office from a file, and chosen about by each worker alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from html import unescape
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from ulid import ULID
from werkzeug.test import TestResponse

from api.tasks import inputs
from config import clock, database
from plans.bonus import agreements, offers
from plans.plan_file import Act
from plans.rulebook.words import PlanSource
from plans.words import SourceType
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.families import tax_code_of
from tests.api.web.browser import Browser, browser_of, forms_of, text_of
from tests.api.web.counting import asked
from wallet import conversions

PREMIUM = "Premio di risultato 2025"
HEADER = "codice fiscale;premio;reddito entro il limite;rinuncia\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "_folder", lambda: tmp_path / "inputs")


@pytest.fixture
def plan(counter: Counter) -> Iterator[str]:
    """A plan of converted bonuses of E1 whose agreement admits 0, 50 and 100 %; what was offered goes with the test."""
    plan_id = bonus_plan(counter)
    yield plan_id
    database.transact(
        lambda session: session.execute(
            sa.text("update bonus_offer set withdrawn_at = now(), withdrawn_by = 'test' where withdrawn_at is null")
        )
    )


def bonus_plan(counter: Counter, *, funded: bool = True, deposited: bool = True, shares: Any = (0, 50, 100)) -> str:
    act = Act(SourceType.COMPANY_AGREEMENT, "A-1", date(2025, 12, 1), "D-1")
    code, book_id = f"B{ULID()}", counter.books["E1"]

    def work(session: Any) -> str:
        plan_id = factories.plan(session, book_id, code, name="Premio convertito", source=PlanSource.PDR, act=act)
        if funded:
            factories.funded(session, book_id, code)
        if deposited:
            agreements.record(
                session, book_id, code, deposit_code="X", deposited_on=date(2025, 12, 20), conformity_declared=True,
                increment_attested=True, shares=shares, actor="test", recorded_at=clock.now(),
            )  # fmt: skip
        return plan_id

    return database.transact(work)


def row(counter: Counter, who: str = "giulia", amount: str = "500,00", within: str = "sì") -> str:
    return f"{tax_code_of(counter, who)};{amount};{within};\n"


def look(hr: Browser, plan: str, *rows: str, first: str = "2026-03-01", last: str = "2026-03-20") -> TestResponse:
    file = (BytesIO((HEADER + "".join(rows)).encode()), "premi.csv")
    told = {"premium": PREMIUM, "choose_from": first, "choose_by": last, "file": file}
    return hr.send(f"/azienda/piani/{plan}/premio", "", **told)


def offer(counter: Counter, plan: str, *rows: str, **days: str) -> TestResponse:
    hr, page = browser_of(counter, "hr"), f"/azienda/piani/{plan}/premio"
    looked = look(hr, plan, *rows, **days)
    assert looked.status_code == 200, text_of(looked)
    done = hr.send_on(looked, page, f"{page}/offri")
    assert done.status_code == 302, text_of(done)
    return done


def offered(counter: Counter, who: str = "giulia") -> str:
    """Where the bonus of somebody is that was offered last."""
    book_id, person = counter.books["E1"], counter.people[who]
    found = database.transact(lambda session: offers.of_person(session, book_id, person))
    return f"/io/premio/{found[0].offer_id}"


def available(counter: Counter, who: str = "giulia") -> int:
    return int(counter.ask(who, "GET", "/v1/wallets/mine").get_json()["available_minor"])


def told(page: TestResponse) -> str:
    return unescape(text_of(page)).replace("\xa0", " ")


def choose(giulia: Browser, page: str, share: int) -> TestResponse:
    drawn = giulia.get(f"{page}/conferma?quota={share}")
    return giulia.send_on(drawn, f"{page}/conferma")


def test_a_worker_is_told_of_a_bonus_looks_at_each_share_and_chooses_once(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter))
    giulia, before, page = browser_of(counter, "giulia"), available(counter), offered(counter)

    assert "Scegli che cosa fare del tuo premio" in told(giulia.get("/io"))
    seen = told(giulia.get("/io/premio"))
    for figure in ("500,00 €", "250,00 €", "224,75 €", "474,75 €", "449,51 €", "20 marzo 2026", "altro datore"):
        assert figure in seen, figure
    confirm = giulia.get(f"{page}/conferma?quota=50")
    assert "250,00 € in più nel borsellino oggi, spendibili fino al" in told(confirm)
    assert "250,00 € lordi in busta paga. Netti: 224,75 €." in told(confirm)
    assert available(counter) == before

    done = giulia.send_on(confirm, f"{page}/conferma")

    assert (done.status_code, available(counter)) == (302, before + 25_000)
    receipt = told(giulia.get(done.headers["Location"]))
    assert "In welfare: 250,00 € (50 %). In busta paga: 250,00 € lordi." in receipt
    assert "Scegli che cosa fare del tuo premio" not in told(giulia.get("/io"))


def test_a_choice_is_taken_back_and_made_again_until_the_last_day(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter))
    giulia, before, page = browser_of(counter, "giulia"), available(counter), offered(counter)
    choose(giulia, page, 100)
    assert available(counter) == before + 50_000

    back = giulia.send(page, f"{page}/annulla")

    assert (back.status_code, available(counter)) == (302, before)
    assert choose(giulia, page, 50).status_code == 302
    assert available(counter) == before + 25_000
    giulia.send(page, f"{page}/annulla")


def test_what_is_refused_meanwhile_is_told_where_one_looks(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter))
    giulia, page = browser_of(counter, "giulia"), offered(counter)
    drawn = giulia.get(f"{page}/conferma?quota=100")
    choose(giulia, page, 50)

    late = giulia.send_on(drawn, f"{page}/conferma")

    assert late.status_code == 302
    seen = told(giulia.get(page))
    assert "Avevi già scelto 50 % in welfare: conta quella scelta." in seen
    assert "250,00 €" in seen
    giulia.send(page, f"{page}/annulla")


def test_whoever_does_not_choose_keeps_the_bonus_in_cash(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter))
    page = offered(counter)

    with clock.at(datetime(2026, 3, 21, 12, tzinfo=clock.ROME)):
        giulia = browser_of(counter, "giulia")
        assert "resta tutto in denaro" in told(giulia.get(page))
        assert "Scegli che cosa fare del tuo premio" not in told(giulia.get("/io"))
        assert giulia.get(f"{page}/conferma?quota=50").status_code == 302


def test_before_the_first_day_one_looks_and_does_not_choose(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter), first="2026-03-10")
    giulia, page = browser_of(counter, "giulia"), offered(counter)

    seen = giulia.get(page)

    assert "Dal 10 marzo 2026 decidi tu" in told(seen)
    assert f"{page}/conferma" not in seen.text
    assert "Scegli che cosa fare del tuo premio" not in told(giulia.get("/io"))


@pytest.mark.parametrize(
    ("amount", "within", "said"),
    [
        ("500,00", "", "Dillo all'ufficio del personale"),
        ("500,00", "no", "resta tutto in denaro, a tassazione ordinaria"),
        ("3.500,00", "sì", "può convertire ancora"),
    ],
)
def test_why_a_share_cannot_be_is_told_before_anybody_chooses_it(
    counter: Counter, plan: str, amount: str, within: str, said: str
) -> None:
    offer(counter, plan, row(counter, amount=amount, within=within))
    giulia, page = browser_of(counter, "giulia"), offered(counter)

    assert said in told(giulia.get(page))
    refused = giulia.get(f"{page}/conferma?quota=100")
    assert said in told(refused)
    assert "Confermo" not in told(refused)


def test_a_net_that_nobody_knows_is_said_to_be_unknown(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter, amount="6.000,00"))
    giulia, page = browser_of(counter, "giulia"), offered(counter)

    seen = told(giulia.get(page))

    assert "non si sa" in seen
    assert "non è zero" in seen
    known = giulia.get(f"{page}?aliquota=35")
    assert "non si sa" not in told(known)
    assert 'name="aliquota" value="35"' in known.text
    assert "Netti: stima 5." in told(giulia.get(f"{page}/conferma?quota=0&aliquota=35"))
    for wrong in ("0", "100", "x", "-1"):
        refused = giulia.get(f"{page}?aliquota={wrong}")
        assert refused.status_code == 422, wrong
        assert "non si sa" in told(refused)


def test_every_share_may_be_typed_where_the_agreement_leaves_them_open(counter: Counter, plan: str) -> None:
    free = bonus_plan(counter, shares=())
    offer(counter, free, row(counter))
    giulia, page = browser_of(counter, "giulia"), offered(counter)

    assert 'inputmode="numeric"' in giulia.get(page).text
    assert "165,00 € in più" in told(giulia.get(f"{page}/conferma?quota=33"))
    for wrong in ("", "101", "-1", "x", "33,5"):
        refused = giulia.get(f"{page}/conferma?quota={wrong}&aliquota=23")
        assert refused.status_code == 422, wrong
        assert "Scrivi un numero intero da 0 a 100." in told(refused)
        assert f'name="quota" value="{wrong}"' in refused.text
        assert 'name="aliquota" value="23"' in refused.text


def test_a_plan_without_the_money_says_whom_to_tell(counter: Counter, plan: str) -> None:
    poor = bonus_plan(counter, funded=False)
    looked = look(browser_of(counter, "hr"), poor, row(counter))
    assert "al piano mancherebbero 500,00 €" in told(looked)
    offer(counter, poor, row(counter))
    giulia, page = browser_of(counter, "giulia"), offered(counter)

    refused = choose(giulia, page, 100)

    assert refused.status_code == 409
    assert "Avvisare l'ufficio del personale e riprovare entro il 20/03/2026" in told(refused)


def test_nobody_sees_or_chooses_about_somebody_elses_bonus(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter))
    page = offered(counter)
    drawn = forms_of(browser_of(counter, "giulia").get(f"{page}/conferma?quota=50"))[f"{page}/conferma"]
    for who in ("mario", "anna"):
        browser = browser_of(counter, who)
        assert browser.get(page).status_code == 404, who
        assert browser.get(f"{page}/conferma?quota=50").status_code == 404, who
        token = next(iter(forms_of(browser.get("/io/famiglia")).values()))["csrf_token"]
        answer = browser.post(f"{page}/conferma", drawn | {"csrf_token": token})
        assert answer.status_code == 404, who
    for who in ("hr", "payroll", "p04", "marta", "operator", "comune"):
        assert browser_of(counter, who).get("/io/premio").status_code == 403, who


def test_the_bonus_stands_on_top_for_whoever_has_one_alone(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter))
    giulia, anna = browser_of(counter, "giulia"), browser_of(counter, "anna")
    for browser in (giulia, anna):
        browser.get("/io")

    assert '<a href="/io/premio">Premio</a>' in giulia.get("/io/famiglia").text
    assert "/io/premio" not in anna.get("/io/famiglia").text


def test_whoever_has_no_bonus_is_told_so(counter: Counter) -> None:
    assert "Non c'è un premio su cui scegliere" in told(browser_of(counter, "anna").get("/io/premio"))


def test_the_office_looks_at_a_file_and_every_problem_before_anything_is_offered(counter: Counter, plan: str) -> None:
    looked = look(browser_of(counter, "hr"), plan, row(counter), "XXX;500,00;;\n", row(counter))

    assert looked.status_code == 422
    assert "Non è stato offerto nulla" in told(looked)
    assert told(looked).count("codice fiscale") >= 1
    assert "Offri questi premi" not in told(looked)


def test_the_same_file_again_changes_nothing_and_says_so(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter))
    page = offered(counter)

    again = offer(counter, plan, row(counter))

    hr = browser_of(counter, "hr")
    assert again.status_code == 302
    assert offered(counter) == page
    assert "1 persona, 500,00 €" in told(hr.get(f"/azienda/piani/{plan}/premio"))


def test_another_name_is_said_to_be_another_bonus_and_blanks_make_none(counter: Counter, plan: str) -> None:
    hr, page = browser_of(counter, "hr"), f"/azienda/piani/{plan}/premio"
    offer(counter, plan, row(counter))
    file = (HEADER + row(counter)).encode()
    days = {"choose_from": "2026-03-01", "choose_by": "2026-03-20"}

    blanks = hr.send(page, "", premium=f" {PREMIUM.replace(' ', '  ')} ", file=(BytesIO(file), "p.csv"), **days)
    other = hr.send(page, "", premium="Premio 2025", file=(BytesIO(file), "p.csv"), **days)

    assert "Già così 1" in told(blanks)
    assert "un altro premio, in più" not in told(blanks)
    assert f"c'è già: {PREMIUM}. Con un altro nome" in told(other)


def test_days_that_will_not_do_are_told_with_what_was_typed(counter: Counter, plan: str) -> None:
    backwards = look(browser_of(counter, "hr"), plan, row(counter), first="2026-03-20", last="2026-03-10")
    over = look(browser_of(counter, "hr"), plan, row(counter), first="2026-02-01", last="2026-02-10")

    assert (backwards.status_code, "Viene prima del primo giorno" in told(backwards)) == (422, True)
    assert (over.status_code, "non si può scegliere" in told(over)) == (409, True)
    assert PREMIUM in over.text


def test_of_few_who_chose_nothing_is_told_and_of_more_their_sums_in_the_end(counter: Counter, plan: str) -> None:
    names = [f"bonus{number}-{ULID()}" for number in range(6)]
    for name in names:
        counter.people[name] = database.transact(
            lambda session: factories.employee(session, counter.books["E1"], first_name="Nuova")
        )
    codes = {name: tax_code_by_id(counter, name) for name in names}
    offer(counter, plan, *(f"{codes[name]};500,00;sì;\n" for name in names))
    hr, page = browser_of(counter, "hr"), f"/azienda/piani/{plan}/premio"

    for number, name in enumerate(names):
        seen = told(hr.get(page))
        assert ("meno di 5 persone" in seen) == (number < 5)
        decide(counter, name)
        assert told(hr.get(page)).count("si dice dopo l'ultimo giorno") == 2
    assert "almeno 5 persone" in told(hr.get(page))
    assert "1.500,00 €" not in told(hr.get(page))
    with clock.at(datetime(2026, 3, 21, 12, tzinfo=clock.ROME)):
        assert told(browser_of(counter, "hr").get(page)).count("1.500,00 €") == 2


def tax_code_by_id(counter: Counter, who: str) -> str:
    found = sa.text("select tax_code from employee where employee_id = :who")
    return str(database.transact(lambda session: session.scalar(found, {"who": counter.people[who]})))


def decide(counter: Counter, who: str) -> None:
    book_id, person = counter.books["E1"], counter.people[who]
    found = offered(counter, who).rpartition("/")[2]
    database.transact(lambda session: conversions.choose_offered(session, book_id, person, found, 50, actor=person))


CHOICES = "codice fiscale;premio;% conversione;data scelta;reddito entro il limite\n"


def paper(counter: Counter, share: str = "50", day: str = "2026-03-02") -> dict[str, Any]:
    line = f"{tax_code_of(counter, 'mario')};500,00;{share};{day};sì\n"
    return {"premium": f"Premio {ULID()}", "file": (BytesIO((CHOICES + line).encode()), "scelte.csv")}


def test_choices_on_paper_are_looked_at_recorded_once_and_granted(counter: Counter, plan: str) -> None:
    hr, page, before = browser_of(counter, "hr"), f"/azienda/piani/{plan}/premio/scelte", available(counter, "mario")
    looked = hr.send(page, "", **paper(counter))
    assert (looked.status_code, available(counter, "mario")) == (200, before)
    assert "In più nei borsellini, oggi 250,00 €" in told(looked)

    drawn = forms_of(looked)[f"{page}/registra"]
    done, again = (hr.post(f"{page}/registra", drawn) for _ in range(2))

    assert (done.status_code, again.status_code) == (302, 302)
    assert available(counter, "mario") == before + 25_000
    assert "Premio " in told(browser_of(counter, "mario").get("/io/premio"))


def test_a_file_of_choices_with_something_wrong_records_none(counter: Counter, plan: str) -> None:
    hr, page = browser_of(counter, "hr"), f"/azienda/piani/{plan}/premio/scelte"

    not_agreed = hr.send(page, "", **paper(counter, share="25"))
    later = hr.send(page, "", **paper(counter, day="2026-03-20"))

    for refused, said in ((not_agreed, "quote ammesse"), (later, "deve stare tra")):
        assert refused.status_code == 422
        assert "Non è stata registrata nessuna scelta" in told(refused)
        assert said in told(refused)


def test_choices_that_the_plan_cannot_pay_for_are_told_before_they_are_recorded(counter: Counter) -> None:
    poor = bonus_plan(counter, funded=False)
    hr, page = browser_of(counter, "hr"), f"/azienda/piani/{poor}/premio/scelte"

    refused = hr.send(page, "", **paper(counter))

    assert (refused.status_code, "può accreditare ancora 0,00 €" in told(refused)) == (409, True)


def test_payroll_alone_reads_who_chose_what_and_who_keeps_all_in_cash(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter), row(counter, "mario"))
    giulia, payroll, page = browser_of(counter, "giulia"), browser_of(counter, "payroll"), offered(counter)
    choose(giulia, page, 50)
    paths = (f"/studio/premi/{plan}?premio={PREMIUM}", f"/studio/premi/{plan}/elenco.csv?premio={PREMIUM}")

    index = payroll.get("/studio/premi")
    assert unescape(index.text).count(plan) == 1
    seen = told(payroll.get(paths[0]))
    assert "1 su 2" in seen
    assert "può ancora scegliere" in seen
    file = payroll.get(paths[1])
    code = tax_code_of(counter, "giulia")
    assert f"{code};" in file.text
    assert ";500,00;250,00;250,00;2026-03-02;no" in file.text
    assert ";500,00;0,00;500,00;;no" in file.text
    assert file.text.count(";no;2026-03-20\r\n") == 2
    assert told(payroll.get(paths[0])).count("20 marzo 2026") == 3
    with clock.at(datetime(2026, 3, 21, 12, tzinfo=clock.ROME)):
        assert "Chi non ha scelto riceve tutto in denaro" in told(browser_of(counter, "payroll").get(paths[0]))
    for who in ("hr", "giulia", "accountant", "comune", "p04", "marta", "operator"):
        for path in ("/studio/premi", *paths):
            assert browser_of(counter, who).get(path).status_code == 403, (who, path)
    assert payroll.get(f"/studio/premi/{plan}?premio=altro").status_code == 404
    assert "1 su 2" in told(payroll.get(f"/studio/premi/{plan}"))
    giulia.send(page, f"{page}/annulla")


def test_no_file_asks_the_page_what_somebody_chose(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter))
    giulia, hr, page = browser_of(counter, "giulia"), browser_of(counter, "hr"), offered(counter)
    choose(giulia, page, 50)
    line = f"{tax_code_of(counter, 'giulia')};500,00;100;2026-03-02;sì\n"
    guess = {"premium": PREMIUM, "file": (BytesIO((CHOICES + line).encode()), "scelte.csv")}

    for refused, said in (
        (look(hr, plan, row(counter, amount="400,00")), "Ha già scelto su questo premio"),
        (hr.send(f"/azienda/piani/{plan}/premio/scelte", "", **guess), "ha già scelto dal suo borsellino: togliere"),
    ):
        assert refused.status_code == 422
        assert said in told(refused)
        assert "50 %" not in told(refused)
    giulia.send(page, f"{page}/annulla")


def test_the_pages_ask_the_database_alike_however_many_are_offered_a_bonus(counter: Counter, plan: str) -> None:
    giulia, hr, page = browser_of(counter, "giulia"), browser_of(counter, "hr"), f"/azienda/piani/{plan}/premio"
    offer(counter, plan, row(counter))
    before = [asked(hr, page), asked(giulia, "/io/premio"), asked(giulia, "/io")]

    offer(counter, plan, row(counter), row(counter, "mario"))

    assert [asked(hr, page), asked(giulia, "/io/premio"), asked(giulia, "/io")] == before


def test_only_a_plan_of_bonuses_has_any_to_choose_about(counter: Counter) -> None:
    found = sa.text("select plan_id from plan where code = 'A' and book_id = :book")
    usual = database.transact(lambda session: session.scalar(found, {"book": counter.books["E1"]}))
    other = database.transact(lambda session: session.scalar(found, {"book": counter.books["E2"]}))
    hr = browser_of(counter, "hr")
    for path in ("premio", "premio/scelte"):
        assert hr.get(f"/azienda/piani/{usual}/{path}").status_code in (409, 422), path
        assert hr.get(f"/azienda/piani/{other}/{path}").status_code == 404, path


def test_an_offer_is_withdrawn_until_somebody_chose(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter))
    giulia, hr, page = browser_of(counter, "giulia"), browser_of(counter, "hr"), offered(counter)
    desk = f"/azienda/piani/{plan}/premio"
    choose(giulia, page, 50)
    refused = hr.send(desk, f"{desk}/ritira")
    assert (refused.status_code, "qualcuno ha già scelto" in told(refused)) == (409, True)
    giulia.send(page, f"{page}/annulla")

    assert hr.send(desk, f"{desk}/ritira").status_code == 302
    gone = giulia.get(page)
    assert (gone.status_code, "L'offerta che cercavi non c'è, o non c'è più" in told(gone)) == (404, True)
    assert "Non c'è un premio su cui scegliere" in told(gone)


def test_without_a_deposit_the_office_is_led_to_it(counter: Counter, plan: str) -> None:
    bare = bonus_plan(counter, deposited=False)

    seen = browser_of(counter, "hr").get(f"/azienda/piani/{bare}/premio")

    assert "Prima registra il deposito" in told(seen)
    assert f"/azienda/piani/{bare}/accordo" in seen.text
    assert f"/azienda/piani/{bare}/premio" in browser_of(counter, "hr").get(f"/azienda/piani/{bare}").text


def test_the_trail_has_who_chose_and_the_office_does_not_read_it(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter))
    page = offered(counter)
    choose(browser_of(counter, "giulia"), page, 50)

    events = sa.text("select action, personal from audit_event where target = :target")
    found = database.transact(
        lambda session: [tuple(row) for row in session.execute(events, {"target": page.rpartition("/")[2]})]
    )

    assert found == [("bonus:choose", True)]
    giulia = browser_of(counter, "giulia")
    giulia.send(page, f"{page}/annulla")
