"""Budgets through the personnel office's pages: looked at, granted by a worker, and undone before they are spent."""

from __future__ import annotations

import io
from datetime import date
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from api import tasks
from config import clock, database
from plans.plan_file import Act
from plans.rulebook.words import PlanSource
from plans.words import SourceType
from tests import factories
from tests.api.counter import Counter
from tests.api.web.browser import Browser, browser_of, forms_of, text_of
from wallet import funding, grants

DESK = "/azienda/budget"
GRANT = f"{DESK}/accredita"
_numbers = count(1)


class Plan:
    """A plan of E1 with 1.000,00 that arrived, and five people nobody else's tests know of."""

    def __init__(self, counter: Counter, hr: Browser) -> None:
        self.hr, self.code = hr, f"W{next(_numbers)}"
        self.codes = [factories.tax_code() for _ in range(5)]

        def work(session: Session) -> str:
            book_id = counter.books["E1"]
            plan_id = factories.plan(session, book_id, self.code)
            factories.funded(session, book_id, self.code, factories.euro(100_000))
            self.people = [factories.employee(session, book_id, tax_code=code) for code in self.codes]
            return plan_id

        self.plan_id = database.transact(work)

    def look(self, *amounts: str, name: str = "budget.csv") -> TestResponse:
        rows = "".join(f"{code};{amount}\n" for code, amount in zip(self.codes, amounts, strict=False))
        return self.send(f"codice fiscale;importo\n{rows}".encode(), name)

    def send(self, content: bytes, name: str = "budget.csv") -> TestResponse:
        return self.hr.send(f"{DESK}?piano={self.plan_id}", file=(io.BytesIO(content), name))

    def grant(self, *amounts: str, **typed: Any) -> TestResponse:
        return self.hr.send_on(self.look(*amounts), DESK, GRANT, **typed)

    def granted(self) -> int:
        statement = sa.text(
            "select coalesce(sum(b.credit_posted - b.debit_posted), 0) from lot l"
            " join balance b on b.book_id = l.book_id and b.account_id = l.account_id where l.plan_id = :plan"
        )
        return database.transact(lambda session: int(session.scalar(statement, {"plan": self.plan_id}) or 0))


@pytest.fixture
def plan(counter: Counter) -> Plan:
    return Plan(counter, browser_of(counter, "hr"))


def work_off() -> None:
    while tasks.run_next():
        pass


def loaded(plan: Plan, *amounts: str) -> str:
    """Grant amounts through the pages, and return where the load is shown."""
    sent = plan.grant(*amounts)
    work_off()
    page = plan.hr.get(sent.headers["Location"])
    assert "Fatto." in text_of(page), page.text
    return next(part.split('"')[0] for part in page.text.split('href="') if part.startswith(f"{DESK}/bud_"))


def test_a_file_is_looked_at_granted_followed_and_undone(plan: Plan) -> None:
    looked = plan.look("600,00", "83,31", *3 * ["0,01"])
    assert "683,34" in text_of(looked)
    assert plan.granted() == 0

    sent = plan.hr.send_on(looked, DESK, GRANT)
    assert "In attesa di cominciare" in text_of(plan.hr.get(sent.headers["Location"]))
    work_off()
    assert "Fatto." in text_of(plan.hr.get(sent.headers["Location"]))
    assert plan.granted() == 68_334

    place = plan.hr.get(sent.headers["Location"]).text.split(f'href="{DESK}/bud_')[1].split('"')[0]
    undone = plan.hr.send(f"{DESK}/bud_{place}")
    assert undone.status_code == 302
    assert "Annullato" in text_of(plan.hr.get(f"{DESK}/bud_{place}"))
    assert plan.granted() == 0


def test_a_form_sent_twice_counts_once(plan: Plan) -> None:
    looked = plan.look("600,00")

    first, second = (plan.hr.send_on(looked, DESK, GRANT) for _ in range(2))
    work_off()

    assert first.headers["Location"] == second.headers["Location"]
    assert plan.granted() == 60_000


def test_every_wrong_row_is_told_and_nothing_can_be_granted(plan: Plan) -> None:
    page = plan.look("dodici", "1,005")

    assert page.status_code == 422
    assert "2 cose da correggere" in text_of(page)
    assert "dodici" in text_of(page)
    assert GRANT not in forms_of(page)


@pytest.mark.parametrize(("language", "said"), [("it", "Manca: codice fiscale."), ("en", "Missing: tax code.")])
def test_what_a_file_lacks_is_said_in_the_language_of_the_page(
    counter: Counter, plan: Plan, language: str, said: str
) -> None:
    plan.hr = browser_of(counter, "hr", language=language)

    told = text_of(plan.send(b"codice fiscale;cognome;importo\n;Rossi;10,00\n"))

    assert said in told, told
    assert "(tax code)" not in told


def test_a_file_that_costs_more_than_the_plan_has_is_not_granted(plan: Plan) -> None:
    page = plan.look("1000,01")

    assert "Accredita" not in text_of(page).partition("<footer")[0].partition("Il piano può accreditare")[2]
    assert GRANT not in forms_of(page)


def test_money_that_is_not_committed_is_no_mistake_of_the_file(plan: Plan) -> None:
    page = plan.look("1250,00")

    assert page.status_code == 422
    told = text_of(page)
    assert "Al piano mancano 250,00" in told
    assert "Il file va bene" in told
    assert f"impegna 250,00 € in più per il piano «Piano welfare», codice {plan.code}" in told.replace("\xa0", " ")
    assert "Fai il bonifico di 250,00" in told
    assert "da correggere" not in told.replace("niente da correggere", "")
    assert "Correggi" not in told


def test_money_that_is_committed_and_has_not_arrived_is_to_be_transferred(counter: Counter, plan: Plan) -> None:
    def more(session: Session) -> None:
        amount = factories.euro(50_000)
        funding.commit(session, counter.books["E1"], plan.code, amount, on=clock.today(), actor="test")

    database.transact(more)
    told = text_of(plan.look("1250,00"))

    assert "Fai il bonifico di 250,00" in told
    assert "impegna" not in told.partition("Che cosa fare")[2].partition("Quando il denaro")[0]


def test_a_wrong_row_and_money_that_lacks_are_told_apart(plan: Plan) -> None:
    told = text_of(plan.look("dodici", "1250,00"))

    assert "1 cosa da correggere" in told
    assert "Al piano mancano 250,00" in told
    assert "Il file va bene" not in told


def test_a_plan_tells_where_its_money_stands(counter: Counter, plan: Plan) -> None:
    def more(session: Session) -> None:
        amount = factories.euro(50_000)
        funding.commit(session, counter.books["E1"], plan.code, amount, on=clock.today(), actor="test")

    database.transact(more)
    loaded(plan, "100,00")
    told = text_of(plan.hr.get(f"/azienda/piani/{plan.plan_id}"))

    for words, amount in (
        ("Impegnato dall'azienda", "1.500,00"),
        ("Arrivato con bonifico", "1.000,00"),
        ("Deve ancora arrivare", "500,00"),
        ("Già accreditato", "100,00"),
        ("Si può ancora accreditare", "900,00"),
    ):
        assert told.replace("&#39;", "'").partition(words)[2].strip().startswith(amount), words
    assert "gestore della rete" in told


@pytest.mark.parametrize(("content", "name"), [(b"", "budget.csv"), (b"%PDF-1.7\x00\xff", "budget.pdf")])
def test_what_is_no_table_is_told_and_leads_back(plan: Plan, content: bytes, name: str) -> None:
    page = plan.send(content, name)

    assert page.status_code == 422
    assert "1 cosa da correggere" in text_of(page)
    assert f"{DESK}?piano={plan.plan_id}" in page.text


def test_the_money_that_arrived_is_told(plan: Plan) -> None:
    page = text_of(plan.hr.get(DESK))

    assert "Bonifico arrivato" in page
    assert "1.000,00" in page


def test_a_file_is_for_a_plan_that_is_not_over_and_bonuses_come_last(counter: Counter, plan: Plan) -> None:
    def more(session: Session) -> None:
        book_id, over = counter.books["E1"], date(2025, 11, 30)
        dates = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31), "spend_by": over}
        factories.plan(session, book_id, f"{plan.code}-OVER", **dates)
        act = Act(SourceType.COMPANY_AGREEMENT, "A-1", date(2025, 12, 1), "D-1")
        begins = {"starts_on": date(2026, 2, 1)}
        factories.plan(session, book_id, f"{plan.code}-BONUS", source=PlanSource.PDR, act=act, **begins)

    database.transact(more)
    chooser = plan.hr.get(DESK).text.partition("<select")[2].partition("</select>")[0]

    assert f"{plan.code}-OVER" not in chooser
    assert chooser.index(f"({plan.code})") < chooser.index(f"{plan.code}-BONUS")


def test_no_file_is_told(plan: Plan) -> None:
    page = plan.hr.send(f"{DESK}?piano={plan.plan_id}")

    assert page.status_code == 422
    assert "Scegli un file" in text_of(page)


def test_a_ticket_that_is_not_ours_leads_back(plan: Plan) -> None:
    page = plan.grant("600,00", ticket="altrui")

    assert page.status_code == 302
    assert page.headers["Location"].endswith(f"{DESK}?piano={plan.plan_id}")
    assert plan.granted() == 0


def test_the_same_content_again_has_to_be_said_and_what_fails_is_on_the_desk(plan: Plan) -> None:
    loaded(plan, "100,00")
    again = plan.look("100,00", name="secondo.csv")
    assert "già stato accreditato come «budget»" in text_of(again)

    refused = plan.hr.send_on(again, DESK, GRANT)
    work_off()
    assert "Non è stato accreditato nulla" in text_of(plan.hr.get(refused.headers["Location"]))
    assert "Un file di budget non è stato caricato" in text_of(plan.hr.get("/azienda"))

    plan.hr.send_on(plan.look("100,00", name="secondo.csv"), DESK, GRANT, repeat="y")
    work_off()
    assert plan.granted() == 20_000
    # What was loaded since made it good.
    assert "Un file di budget non è stato caricato" not in text_of(plan.hr.get("/azienda"))
    assert "non riuscito" not in text_of(plan.hr.get(DESK))


def test_work_of_another_employer_s_desk_is_not_on_this_one(counter: Counter, plan: Plan) -> None:
    loaded(plan, "100,00")
    place = plan.hr.send_on(plan.look("100,00", name="secondo.csv"), DESK, GRANT).headers["Location"]
    work_off()
    before = [place in plan.hr.get(path).text for path in (DESK, "/azienda")]
    # As if the same person had asked for it at the desk of the other employer.
    moved = sa.text("update task set book_id = :book where task_id = :id")
    asked = {"book": counter.books["E2"], "id": place.rpartition("/")[2]}
    database.transact(lambda session: session.execute(moved, asked))

    after = [place in plan.hr.get(path).text for path in (DESK, "/azienda")]

    assert (before, after) == ([True, True], [False, False])
    assert plan.hr.get(place).status_code == 404


def test_another_file_of_the_same_name_has_a_name_of_its_own(plan: Plan) -> None:
    plan.hr.send(loaded(plan, *5 * ["100,00"]))

    looked = plan.look("150,00")
    plan.hr.send_on(looked, DESK, GRANT)
    work_off()

    assert 'value="budget (2)"' in looked.text
    assert plan.granted() == 15_000


def test_what_is_spent_in_part_is_not_undone(counter: Counter, plan: Plan) -> None:
    place = loaded(plan, *5 * ["100,00"])

    def take(session: Session) -> None:
        lot = session.execute(
            sa.text("select lot_id from lot where plan_id = :plan limit 1"), {"plan": plan.plan_id}
        ).scalar_one()
        grants.correct(
            session, counter.books["E1"], lot, factories.euro(5_000), reason="prova", on=clock.today(), actor="test"
        )

    database.transact(take)
    page = plan.hr.send(place)

    assert page.status_code == 409
    assert "non si annulla più" in text_of(page)
    assert plan.granted() == 45_000


def test_what_few_people_have_is_not_undone_whether_they_spent_it_or_not(counter: Counter, plan: Plan) -> None:
    place = loaded(plan, *4 * ["100,00"])
    page = plan.hr.get(place)
    told = {"csrf_token": forms_of(page)["/esci"]["csrf_token"], "send": "x"}

    refused = plan.hr.post(place, told)

    assert "Annulla il caricamento" not in text_of(page)
    for each in (page, refused):
        assert "scrivi a chi gestisce la rete" in text_of(each)
    assert refused.status_code == 409
    assert plan.granted() == 40_000


def test_what_few_people_have_is_undone_before_they_can_spend_it(counter: Counter, plan: Plan) -> None:
    place = loaded(plan, "100,00")
    statement = sa.text("update plan set starts_on = '2026-03-03' where plan_id = :plan")
    database.transact(lambda session: session.execute(statement, {"plan": plan.plan_id}))

    undone = plan.hr.send(place)

    assert undone.status_code == 302, text_of(undone)
    assert plan.granted() == 0


def test_nobody_else_follows_it(counter: Counter, plan: Plan) -> None:
    sent = plan.grant("600,00")
    place = sent.headers["Location"]
    work_off()

    assert browser_of(counter, "accountant").get(place).status_code == 403
    assert plan.hr.get(f"{DESK}/lavori/tsk_01K0Z3J8Q4X5N6T7V8W9Y0A1B2").status_code == 404
    assert plan.hr.get(f"{DESK}/bud_01K0Z3J8Q4X5N6T7V8W9Y0A1B2").status_code == 404
