"""A counter that is lived in: everybody leaves behind what the pages of the others are about, so that none is empty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, database
from plans.bonus import agreements, offers
from plans.bonus.offers import Days, OfferDraft
from plans.people import employee
from plans.plan_file import Act
from plans.rulebook.words import Channel, Kinship, PlanSource
from plans.social.words import State
from plans.words import SourceType
from tests import factories
from tests.api.counter import Counter
from tests.api.v1 import test_disputes, test_redemptions, test_reimbursements
from tests.api.v1.families import kin, tax_code_of
from tests.api.web import test_wm_surveys
from tests.api.web.browser import Browser, browser_of
from tests.pages import people
from tests.pages.site import work_off
from tests.wallet.social_office import Office

E1 = "E1"
_ORDER = "/io/ordina/PSI-CR"


def live(counter: Counter) -> Mapping[str | None, tuple[str, ...]]:
    """
    Let the people of the counter do once what most of them do every month.

    Returns the pages of each to which no link leads, or not the first one.
    """
    giulia, hr = browser_of(counter, "giulia"), browser_of(counter, "hr")
    granted, unused, bonus = (f"/azienda/piani/{each}" for each in database.transact(partial(_endow, counter=counter)))
    _family(counter, giulia)
    _purchases(counter, giulia)
    _reimbursements(counter)
    admitted = _municipality(counter)
    database.transact(_authenticator)
    loaded = _budget(counter, hr)
    payroll = browser_of(counter, "payroll")
    _led(payroll.send_on(payroll.get("/studio/voci/modifica?da=HUNEXT"), "", "/studio/voci/modifica", send="1"))
    return {
        "giulia": (
            f"{_ORDER}/quando?per=me",
            f"{_ORDER}/conferma?per=me&quante=1",
            f"{_bonus(counter)}/conferma?quota=50",
        ),
        "hr": (
            loaded,
            f"{granted}/rinnova",
            f"{unused}/modifica",
            f"{bonus}/accordo",
            f"{bonus}/premio",
            f"{bonus}/premio/scelte",
        ),
        "comune": (admitted, f"{admitted}/assegna"),
        "marta": (f"{_needs(counter)}/risultati",),
    }


def _endow(session: Session, counter: Counter) -> tuple[str, str, str]:
    """A second plan for everything, a third and one of bonuses that nobody was granted of; returns their ids."""
    book_id = counter.books[E1]
    granted = factories.plan(session, book_id, "TUTTO", channels=frozenset(Channel))
    factories.funded(session, book_id, "TUTTO")
    for who in ("giulia", "mario"):
        factories.grant(session, book_id, "TUTTO", counter.people[who], 1_000_000)
    act = Act(SourceType.COMPANY_AGREEMENT, "Accordo sul premio", date(2025, 12, 1), "D-1")
    bonus = factories.plan(session, book_id, "PREMIO", name="Premio convertito", source=PlanSource.PDR, act=act)
    return granted, factories.plan(session, book_id, "DOMANI", name="Piano dell'anno prossimo"), bonus


def _bonus(counter: Counter) -> str:
    """A bonus that Giulia has not chosen about yet; returns where it is."""
    first = clock.today()
    days = Days("Premio di risultato 2025", first, first + timedelta(days=14))

    def work(session: Session) -> str:
        book_id, giulia = counter.books[E1], counter.people["giulia"]
        deposit: dict[str, Any] = {"deposit_code": "D-1", "deposited_on": date(2025, 12, 20), "shares": (0, 50, 100)}
        attested: dict[str, Any] = {"conformity_declared": True, "increment_attested": True}
        agreements.record(session, book_id, "PREMIO", actor="test", recorded_at=clock.now(), **deposit, **attested)
        terms = agreements.bonus_plan(session, book_id, "PREMIO")
        drafts = [OfferDraft(employee(session, book_id, giulia).tax_code, factories.euro(100_000), income_within=True)]
        prepared = offers.prepare(session, terms, days, drafts)
        offers.write(session, terms, days, prepared, actor="test", recorded_at=clock.now())
        return offers.of_person(session, book_id, giulia)[0].offer_id

    return f"/io/premio/{database.transact(work)}"


def _family(counter: Counter, giulia: Browser) -> None:
    """A mother of whom something is declared, and a daughter."""
    mother = kin(counter, "giulia", Kinship.PARENT, age=60)
    counter.people["giulia's child"] = kin(counter, "giulia", Kinship.CHILD, age=8)
    _led(giulia.send(f"/io/familiari/{mother}/dichiara/COHABITATION", since="2026-01-01"))


def _purchases(counter: Counter, giulia: Browser) -> None:
    """One that waits for the provider, one that was given and is disputed, one that came late, and one that is open."""
    terms = "/v1/acceptances/terms/P04"
    for hours in (24, None):
        tag = counter.ask("marta", "GET", terms).headers["ETag"]
        assert counter.ask("marta", "PUT", terms, {"hours": hours}, If_Match=tag).status_code == 200
        counter.buy("giulia")
    test_disputes.dispute(counter, test_disputes.delivered(counter))
    test_redemptions.conflict(counter)
    test_redemptions.redeem(counter, counter.buy(channel="DIRECT")["code"])
    _led(giulia.send("/orientamento", testo="Chi può stare con mia madre?"))


def _reimbursements(counter: Counter) -> None:
    """One that waits, one to be paid, one that was paid."""
    made = [test_reimbursements.submit(counter, "giulia") for _ in range(3)]
    for one in made[:2]:
        assert test_reimbursements.review(counter, one, "approvals").status_code == 201
    _led(browser_of(counter, "payroll").send(f"/studio/paghe/{made[0]['id']}/pagamento", month="2026-03"))


def _needs(counter: Counter) -> str:
    """A survey whose results are there, one that is open, and a draft; returns where the first is."""
    marta = browser_of(counter, "marta")
    closed = test_wm_surveys.opened(counter, marta, "Com'è andata?")
    test_wm_surveys.answered_by(counter, test_wm_surveys.id_of(closed), 6)
    test_wm_surveys.close(test_wm_surveys.id_of(closed))
    test_wm_surveys.opened(counter, marta, "Di che cosa hai bisogno?")
    test_wm_surveys.written(counter, marta, "Ancora da scrivere")
    return closed


def _budget(counter: Counter, hr: Browser) -> str:
    """A file that was loaded; returns where its work was followed."""
    plan = re.findall(r'<option[^>]* value="(pln_[^"]+)"', hr.get("/azienda/budget").text)[0]
    file = f"codice fiscale;importo\n{tax_code_of(counter, 'mario')};12,34\n".encode()
    looked = hr.send(f"/azienda/budget?piano={plan}", file=(BytesIO(file), "budget.csv"))
    followed = _led(hr.send_on(looked, "/azienda/budget", "/azienda/budget/accredita"))
    work_off()
    return followed


def _municipality(counter: Counter) -> str:
    """An application that is admitted, and Bruno, who has a voucher; returns where the first is."""
    asking, using = (people.citizen(counter, name) for name in ("Rosa", "Bruno"))

    def work(session: Session) -> str:
        office = Office(session, counter.books["PUB"])
        office.active(citizen=counter.people[using])
        admitted = office.applied(citizen=counter.people[asking])
        office.step(admitted, State.UNDER_REVIEW, State.ADMITTED)
        return f"/comune/domande/{admitted}"

    return database.transact(work)


def _authenticator(session: Session) -> None:
    """Marta's app for codes."""
    session.execute(sa.text("update member set totp_secret = 'JBSWY3DPEHPK3PXP' where email = 'marta@example.it'"))


def _led(answer: Any) -> str:
    """Where somebody is led after what they sent was taken."""
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])
