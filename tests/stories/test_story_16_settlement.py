"""
Story 16, settlement: October closes over three employers, the municipality and the private citizens' book.

Delivered in October, each in a book of its own (euro; the fee is 2 % of what is captured):

    E1  Cremona  130,00 after school in Cremona (P02)      60,00 psychologist in Milano (P18)
    E2  Sondrio  350,00 physiotherapy in Napoli (P12)
    E3  Napoli    60,00 psychologist in Milano (P18)
    PUB Cremona   55,00 psychologist in Cremona (P04)
    PRV Cremona    8,50 a meal in Cremona (P05, the Comune: no bank account on file)

P18 gets 120,00 − 2,40 = 117,60 in one transfer for two books; P02 130,00 − 2,60 = 127,40; P12 350,00 − 7,00 = 343,00;
P04 55,00 − 1,10 = 53,90. P05's 8,50 wait, and it is named.

Fees are shared 50 / 30 / 20. Cremona: −60,00 + 0,60 (half of 1,20) − 0,52 (a fifth of the 2,60 withheld at home) − 0,22
(of the 1,10) = −60,14. Sondrio: −350,00 + 3,50. Napoli: −60,00 + 0,60 + 350,00 − 7,00 + 2,10. Milano: twice
60,00 − 1,20 + 0,36. The network: 0,52 + 0,22 + 0,24 + 1,40 + 0,24.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from defusedxml.ElementTree import fromstring
from moneyed import Money
from sqlalchemy.orm import Session

from config import clock
from ledger import accounts, books, seals
from plans import funders
from plans.rulebook.words import Entitlement, Kinship, PlanSource
from plans.social import applications, offer
from plans.social.words import State
from plans.words import FunderKind
from reports import payout_file
from reports.payout_file import Format
from tests import factories
from tests.stories.reading import assert_sound, balances, buy, on
from tests.wallet.settlement.acts import withholding
from tests.wallet.settlement.bank import Tx, entry, sent
from wallet import captures, tenders
from wallet.settlement import clearing, confirmations, payouts, terms
from wallet.social import purchases, vouchers
from wallet.tenders import Receipt, TenderKind

OCTOBER, DECEMBER_31 = date(2026, 10, 1), date(2026, 12, 31)
PAID = {"P02": 12_740, "P04": 5_390, "P12": 34_300, "P18": 11_760}
POSITIONS = {"cremona": -6_014, "sondrio": -34_650, "napoli": 28_570, "milano": 11_832, "network": 262}
UNDER = replace(withholding(200), payer=terms.shipped().payer)


def employer(session: Session, code: str, home: str) -> tuple[int, str, str]:
    book = factories.employer(session, code, home=home, name=code)
    tax_code = factories.tax_code()
    worker = factories.employee(session, book, tax_code=tax_code)
    child = factories.relative(session, book, tax_code, Kinship.CHILD, birth_date=date(2012, 5, 4))
    factories.plan(session, book, spend_by=DECEMBER_31)
    factories.funded(session, book, amount=Money("600", "EUR"))
    factories.grant(session, book, "A", worker, 60_000)
    return book, worker, child


def citizens(session: Session, code: str, kind: FunderKind, source: PlanSource) -> tuple[int, str]:
    book = books.open_book(session, code, code)
    funders.record(session, book, code=code, name=code, kind=kind, home_territory="cremona")
    factories.plan(session, book, "A", source=source, entitlement=Entitlement.AD_PERSONAM, act=None)
    citizen = factories.employee(session, book, hired_on=None, cluster=None)
    if source is PlanSource.PRIVATE:
        receipt = Receipt(TenderKind.BANK_TRANSFER, "CRO-000016")
        paid = factories.euro(60_000)
        tenders.record(session, book, citizen, "A", receipt, paid, on=OCTOBER, actor="sportello")
        tenders.record_transfer(session, book, receipt.kind, paid, reference="EC-10", on=OCTOBER, actor="sportello")
    else:
        factories.funded(session, book, amount=Money("600", "EUR"))
    return book, citizen


OFFER = """
[[service]]
code = "ASCOLTO"
name = "Colloqui di sostegno"
instrument = "ACCREDITAMENTO_VOUCHER"
selection = "COUNTER"
services = ["PSI-CR"]
plan = "A"
benefit_code = "A2.02"
act_ref = "DGC 9/2026"
starts_on = 2026-01-01
ends_on = 2026-11-30
"""


def voucher(session: Session, book: int, citizen: str) -> str:
    """A citizen's application for talks that the municipality pays whole, up to 600,00; returns its id."""
    offer.load_text(session, book, OFFER, "pub.toml", actor="ufficio")
    draft = applications.Draft(
        employee_id=citizen, entrusted_code="ASCOLTO", protocol="2026/1", submitted_on=clock.today()
    )
    asked = applications.apply(session, book, draft, None, actor="ufficio").application_id
    for state in (State.UNDER_REVIEW, State.ADMITTED):
        applications.advance(session, book, asked, state, on=clock.today(), actor="ufficio")
    vouchers.assign(
        session, book, asked, factories.euro(60_000), OCTOBER, date(2026, 11, 30), on=clock.today(), actor="dirigente"
    )
    for state in (State.PAI_AGREED, State.PROVIDER_CHOSEN, State.ACTIVE):
        applications.advance(session, book, asked, state, on=clock.today(), actor="ufficio")
    return asked


@pytest.fixture
def october(session: Session) -> dict[str, int]:
    """Five books by code, with what was bought and delivered in October."""
    with on(session, OCTOBER):
        factories.network(session)
        e1, giulia, matilde = employer(session, "E1", "cremona")
        e2, sara, luca = employer(session, "E2", "sondrio")
        e3, anna, ciro = employer(session, "E3", "napoli")
        pub, bruno = citizens(session, "PUB", FunderKind.MUNICIPALITY, PlanSource.MUNICIPAL)
        prv, rosa = citizens(session, "PRV", FunderKind.PRIVATE, PlanSource.PRIVATE)
        asked = voucher(session, pub, bruno)
    with on(session, date(2026, 10, 5)):
        for book, person, service, beneficiary in (
            (e1, giulia, "DOP-CR", matilde),
            (e1, giulia, "PSI-MI", matilde),
            (e2, sara, "FIS-NA", luca),
            (e3, anna, "PSI-MI", ciro),
            (prv, rosa, "PAS-CR", None),
        ):
            bought = buy(session, book, person, service, relative_id=beneficiary)
            assert bought.status == "authorized", bought.decline_code
            captures.capture(session, book, bought.authorization_id, actor="fornitore")
        talk = purchases.buy(session, pub, asked, "PSI-CR", 1, None, actor="ufficio").authorization
        assert talk.status == "authorized", talk.decline_code
        captures.capture(session, pub, talk.authorization_id, actor="fornitore")
    return {"E1": e1, "E2": e2, "E3": e3, "PUB": pub, "PRV": prv}


def test_october_is_paid_confirmed_and_cleared_over_every_book(
    session: Session, october: dict[str, int], tmp_path: Path
) -> None:
    with on(session, date(2026, 10, 30)):
        run = payouts.prepare(
            session,
            "OTT-2026",
            due_by=date(2026, 11, 30),
            execute_on=date(2026, 10, 30),
            terms=UNDER,
            actor="tesoreria",
        )
        assert {payment.provider_code: payment.amount_minor for payment in run.payments} == PAID
        assert [(out.subject, out.reason, out.amount_minor) for out in run.left_out] == [("P05", "no_account", 833)]
        for form in Format:
            file = payout_file.write(run, form, clock.now())
            sums = [element.text for element in fromstring(file).iter() if element.tag.endswith("}CtrlSum")]
            assert set(sums) == {"641.90"}

    with on(session, date(2026, 10, 31)):
        moved = [
            entry(Tx(f"{p.amount_minor / 100:.2f}", p.end_to_end_id, p.iban), booked_on="2026-10-31")
            for p in run.payments
        ]
        answer = confirmations.read(session, sent(tmp_path, *moved), actor="tesoreria")
        assert len(answer.paid) == 4
        assert answer.unmatched == ()

    with on(session, date(2026, 11, 1)):
        cleared = clearing.run(session, OCTOBER, terms=UNDER, actor="consorzio")
        assert {position.party: position.position_minor for position in cleared.positions} == POSITIONS
        assert sum(POSITIONS.values()) == 0
        assert clearing.run(session, OCTOBER, terms=UNDER, actor="consorzio") == replace(cleared, replayed=True)
        for book in october.values():
            seals.seal(session, book)

    for code, book in october.items():
        assert_sound(session, book)
        assert balances(session, book, "clearing:") == {}
        assert balances(session, book, "payout") == {}
        assert balances(session, book, "provider:") == ({"provider:P05": -850} if code == "PRV" else {})
        lines = accounts.trial_balance(session, book)
        assert sum(line.debit_minor - line.credit_minor for line in lines) == 0
    waiting = session.scalar(sa.text("select count(*) from seal_queue"))
    assert waiting == 0
    # What left the banks, and what was withheld, is all that was captured but the meal.
    bank = sum(60_000 - balances(session, book, "bank")["bank"] for book in october.values())
    fees = -sum(sum(balances(session, book, "fees").values()) for book in october.values())
    assert (bank, fees, bank + fees) == (sum(PAID.values()), 1_310, 65_500)
