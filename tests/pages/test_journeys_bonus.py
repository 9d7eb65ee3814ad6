"""A bonus: offered by the personnel office, chosen about and thought over by a worker, and read by payroll."""

from __future__ import annotations

from datetime import date
from typing import Any

from playwright.sync_api import FilePayload
from sqlalchemy.orm import Session

from api.access.roles import Role
from config import clock, database
from plans.bonus import agreements
from plans.plan_file import Act
from plans.rulebook.words import PlanSource
from plans.words import SourceType
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.families import tax_code_of
from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.travelling import travelling
from tests.pages.ways import Way, journey


def bonus_plan(counter: Counter, hr: str) -> str:
    """A plan of converted bonuses with its deposit and its money; where the office offers them."""
    book_id = counter.books[people.employer_of(hr)]
    act = Act(SourceType.COMPANY_AGREEMENT, "Accordo", date(2025, 12, 1), "D-1")
    told: dict[str, Any] = {"deposit_code": "D-1", "deposited_on": date(2025, 12, 20), "shares": (0, 50, 100)}
    attested: dict[str, Any] = {"conformity_declared": True, "increment_attested": True}

    def work(session: Session) -> str:
        plan_id = factories.plan(session, book_id, "B", name="Premio convertito", source=PlanSource.PDR, act=act)
        factories.funded(session, book_id, "B")
        agreements.record(session, book_id, "B", actor="test", recorded_at=clock.now(), **told, **attested)
        return f"/azienda/piani/{plan_id}"

    return database.transact(work)


def csv(*rows: str) -> FilePayload:
    lines = "codice fiscale;premio;reddito entro il limite\n" + "".join(f"{row}\n" for row in rows)
    return {"name": "premi.csv", "mimeType": "text/csv", "buffer": lines.encode()}


@journey("ada chooses about her bonus")
def test_a_bonus_is_offered_chosen_about_taken_back_and_read_by_payroll(place: Place, way: Way) -> None:
    counter = place.counter
    hr = people.office(counter)
    ada, payroll = people.worker(counter, "Ada", at=hr), people.office(counter, Role.PAYROLL, at=hr)
    plan, code = bonus_plan(counter, hr), tax_code_of(counter, ada)
    with travelling(place, way) as traveller:
        hand = traveller.hand
        traveller.is_(hr)
        traveller.goes(plan)
        hand.follow("Il premio da scegliere: offrilo ai lavoratori e guarda quanti hanno scelto")
        traveller.look()
        told = {"premium": "Premio 2025", "choose_from": "2026-03-02", "choose_by": "2026-03-20"}
        for file in (csv("XXX;500,00;sì"), csv(f"{code};500,00;sì")):
            for name, text in told.items():
                hand.type(name, text)
            hand.choose("file", [file])
            hand.press("Controlla il file")
            traveller.look()
            if b"XXX" in file["buffer"]:
                traveller.reads("Non è stato offerto nulla.")
                hand.follow("Scegli un altro file")
        hand.press("Offri questi premi")
        traveller.reads("Fatto: ora i lavoratori trovano il premio nel loro borsellino e scelgono da lì.")
        traveller.look()

        traveller.is_(ada)
        traveller.goes("/io")
        traveller.look()
        hand.follow("Guarda e scegli")
        traveller.headed("Premio 2025")
        traveller.reads("Che cosa ti arriva")
        traveller.look()
        for share, credit in (("100", 50_000), ("50", 25_000)):
            hand.pick("quota", share)
            hand.press("Avanti")
            traveller.headed("Conferma la scelta")
            traveller.look()
            hand.press("Confermo la scelta")
            traveller.reads("Scelta registrata.")
            traveller.look()
            assert people.available(counter, ada) == 60_000 + credit
            if share == "100":
                hand.unfold("Hai cambiato idea?")
                hand.press("Annulla la scelta")
                traveller.reads("Scelta annullata: puoi scegliere di nuovo.")
                assert people.available(counter, ada) == 60_000

        traveller.is_(payroll)
        traveller.goes("/studio/premi")
        traveller.look()
        hand.push(traveller.main.locator("table a").first)
        traveller.reads("Persona per persona")
        traveller.look()
        assert hand.take(traveller.main.locator('a[href*="elenco.csv"]')).suggested_filename.endswith(".csv")
