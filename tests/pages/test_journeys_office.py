"""The offices that count: the accountant's proof and what comes out of it, payroll's month and story 2b's re-check."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from api.access.roles import Role
from config import clock, database
from plans.rulebook.words import Kinship
from plans.words import Fact, TaxablePolicy
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.families import tax_code_of
from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.site import work_off
from tests.pages.travelling import travelling
from tests.pages.ways import Way, journey
from tests.stories.reading import buy
from wallet import captures


@journey("the accountant opens the proof")
def test_the_proof_is_green_and_its_document_is_made_downloaded_and_opened(place: Place, way: Way) -> None:
    accountant = people.office(place.counter, Role.ACCOUNTANT)
    people.worker(place.counter, "Ida", at=accountant)
    with travelling(place, way) as traveller:
        hand = traveller.hand
        traveller.is_(accountant)
        traveller.goes("/studio")
        hand.type("dal", "2026-03-02")
        hand.type("al", "2026-03-01")
        hand.press("Mostra il periodo")
        traveller.must_mend()
        hand.type("dal", "2026-01-01")
        hand.type("al", "2026-03-31")
        hand.press("Mostra il periodo")
        traveller.reads("I conti quadrano")
        expect(traveller.main.locator(".office-proof .sign")).to_have_text("✓")
        traveller.look()
        hand.follow("Vedi ogni conto")
        traveller.look()

        traveller.goes("/documenti/trial_balance")
        hand.pick("form", "xlsx")
        hand.press("Prepara il documento")
        traveller.reads("In preparazione")
        traveller.look()
        work_off()
        if not way.scripts:
            hand.follow("Aggiorna")
        traveller.reads("Pronto")
        traveller.look()
        taken = hand.take(traveller.main.locator('a[href^="/documenti/file/"]').first)
        sheet = openpyxl.load_workbook(io.BytesIO(taken.path().read_bytes())).worksheets
        assert any("bank" in str(cell.value) for one in sheet for row in one.iter_rows() for cell in row)


def teresas_june(counter: Counter, payroll: str) -> None:
    """Teresa's sister lives with her: what she bought in June 2025 was taxed under the text of then (story 2b)."""
    teresa = people.worker(counter, "Teresa", at=payroll)
    book_id, employee_id = counter.books[people.employer_of(payroll)], counter.people[teresa]
    code = tax_code_of(counter, teresa)
    sisters: list[str] = []

    def prepare(session: Session) -> None:
        sister = factories.relative(session, book_id, code, Kinship.SIBLING, birth_date=date(1966, 11, 2))
        factories.declare(session, book_id, sister, Fact.COHABITATION, since=date(2019, 1, 1))
        lasting = {"since": date(2023, 1, 1), "until": date(2027, 12, 31)}
        factories.declare(session, book_id, sister, Fact.NOT_SELF_SUFFICIENT, **lasting)
        year = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31), "spend_by": date(2025, 11, 30)}
        factories.plan(session, book_id, "T", taxable_policy=TaxablePolicy.WITH_CONSENT, **year)
        factories.funded(session, book_id, "T")
        factories.grant(session, book_id, "T", employee_id, 60_000)
        sisters.append(sister)

    def order(session: Session) -> str:
        told = {"relative_id": sisters[0], "service_on": date(2025, 6, 27), "consent": True}
        return buy(session, book_id, employee_id, "ADI-CR", 10, **told).authorization_id

    with clock.at(date(2025, 1, 10)):
        database.transact(prepare)
    with clock.at(date(2025, 6, 10)):
        hours = database.transact(order)
    with clock.at(date(2025, 6, 27)):
        database.transact(lambda session: captures.capture(session, book_id, hours, actor="P01"))


@journey("payroll reads the month")
def test_story_2b_payroll_reads_the_month_and_what_the_law_gives_back(place: Place, way: Way) -> None:
    payroll = people.office(place.counter, Role.PAYROLL)
    with travelling(place, way) as traveller:
        hand = traveller.hand
        traveller.is_(payroll)
        traveller.goes("/studio/paghe/mese")
        hand.type("mese", "2026-03")
        hand.press("Mostra il mese")
        traveller.reads("Il mese quadra con il libro")
        traveller.look()

        traveller.goes("/studio/riesame")
        hand.type("anno", "2025")
        hand.press("Mostra l'anno")
        traveller.reads("Nessuna decisione di quest'anno cambia con la legge di oggi.")
        teresas_june(place.counter, payroll)
        hand.type("anno", "12")
        hand.press("Mostra l'anno")
        traveller.must_mend()
        hand.type("anno", "2025")
        hand.press("Mostra l'anno")
        traveller.sees("Teresa")
        traveller.sees("230")
        traveller.reads("esente se dichiarato")
        traveller.look()
