"""A municipality's book at work: services entrusted in three ways, citizens, and their applications in one line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from ledger import books
from plans import funders
from plans.rulebook.words import Entitlement, PlanSource
from plans.social import applications, offer
from plans.social.isee import Attestation
from plans.social.words import IseeType, State, Why
from plans.words import FunderKind
from tests import factories
from tests.factories import euro
from wallet import captures
from wallet.social import purchases, vouchers
from wallet.social.purchases import Bought
from wallet.tenders import Receipt, TenderKind

DECEMBER_31 = date(2026, 12, 31)
JANUARY_15 = date(2026, 1, 15)
OFFER = """
[[municipality]]
istat_code = "019036"

[[service]]
code = "PASTI"
name = "Pasti a domicilio"
instrument = "ACCREDITAMENTO_VOUCHER"
selection = "COUNTER"
services = ["PAS-CR"]
plan = "PUB"
tariff = "cremona-demo"
isee_threshold = 20000
benefit_code = "A2.01"
act_ref = "DGC 12/2026"
starts_on = 2026-01-01
ends_on = 2026-12-31

[[service]]
code = "SAD"
name = "Assistenza domiciliare"
instrument = "ACCREDITAMENTO_VOUCHER"
selection = "RANKING"
services = ["ADI-CR"]
plan = "PUB"
benefit_code = "A2.07"
taken_in_charge = true
user_area = 2
act_ref = "DGC 13/2026"
starts_on = 2026-01-01
ends_on = 2026-12-31

[[service]]
code = "EDU-COP"
name = "Sostegno educativo in coprogettazione"
instrument = "COPROGETTAZIONE"
selection = "COUNTER"
partners = ["P01", "P03"]
benefit_code = "A2.02"
act_ref = "Convenzione 4/2026"
starts_on = 2026-01-01
ends_on = 2026-12-31

[[service]]
code = "TRASP"
name = "Trasporto sociale in appalto"
instrument = "APPALTO"
selection = "COUNTER"
partners = ["P05"]
benefit_code = "A1.16"
act_ref = "Contratto 77"
cig = "A0123456789"
starts_on = 2026-01-01
ends_on = 2026-12-31
"""
_numbers = count(1)


@dataclass
class Office:
    """The municipality's book, and what its office does all day; amounts in cents."""

    session: Session
    book_id: int

    def citizen(self, **values: Any) -> str:
        return factories.employee(
            self.session, self.book_id, **({"first_name": "Bruno", "hired_on": None, "cluster": None} | values)
        )

    def applied(
        self, service: str = "PASTI", citizen: str | None = None, isee: int | None = 950_000, **values: Any
    ) -> str:
        """An application presented today; returns its id."""
        number = next(_numbers)
        shown = None
        if isee is not None:
            dsu = f"INPS-ISEE-2026-{number:08d}A-00"
            shown = Attestation(isee, IseeType.ORDINARIO, dsu, JANUARY_15, values.pop("valid_until", DECEMBER_31))
        draft = applications.Draft(
            employee_id=citizen or self.citizen(),
            entrusted_code=service,
            submitted_on=clock.today(),
            **(
                {
                    "protocol": f"2026/{number:06d}",
                    "case_ref": f"PAI-2026-{number:04d}",
                    "citizenship": "380",
                    "residence_istat": "019036",
                }
                | values
            ),
        )
        return applications.apply(self.session, self.book_id, draft, shown, actor="ufficio").application_id

    def step(self, asked: str, *states: State, why: Why = Why.ORDINARY) -> None:
        for state in states:
            applications.advance(
                self.session, self.book_id, asked, state, why=why, on=clock.today(), actor="assistente sociale"
            )

    def assign(self, asked: str, amount: int | None = 10_000, **values: Any) -> Any:
        period = {"starts_on": date(2026, 3, 1), "ends_on": DECEMBER_31} | values
        return vouchers.assign(
            self.session, self.book_id, asked, None if amount is None else euro(amount), **period,
            on=clock.today(), actor="dirigente",
        )  # fmt: skip

    def active(self, amount: int = 10_000, **values: Any) -> str:
        """An application for meals with a voucher that can be used; returns its id."""
        asked = self.applied(**values)
        self.step(asked, State.UNDER_REVIEW, State.ADMITTED)
        self.assign(asked, amount)
        self.step(asked, State.PAI_AGREED, State.PROVIDER_CHOSEN, State.ACTIVE)
        return asked

    def end(self, asked: str, to: State, why: Why) -> int:
        _, given_back = vouchers.end(
            self.session, self.book_id, asked, to, why=why, on=clock.today(), actor="dirigente"
        )
        return given_back

    def buy(self, asked: str, quantity: int = 1, receipt: str | None = "", **values: Any) -> Bought:
        paid = Receipt(TenderKind.CARD, receipt or f"POS-{next(_numbers)}") if receipt is not None else None
        return purchases.buy(
            self.session,
            self.book_id,
            asked,
            values.pop("service", "PAS-CR"),
            quantity,
            paid,
            actor="sportello",
            **values,
        )

    def captured(self, asked: str, quantity: int = 1) -> Bought:
        bought = self.buy(asked, quantity)
        captures.capture(self.session, self.book_id, bought.authorization.authorization_id, actor="P05")
        return bought


def open_office(session: Session, *, transferred: int = 3_000_000) -> Office:
    """The book of a municipality with its offer loaded and money for vouchers; the network is there already."""
    number = next(_numbers)
    book_id = books.open_book(session, f"PUB{number}", "Comune di Cremona")
    funders.record(
        session, book_id, code=f"PUB{number}", name="Comune di Cremona", kind=FunderKind.MUNICIPALITY,
        home_territory="cremona",
    )  # fmt: skip
    factories.plan(
        session, book_id, "PUB", source=PlanSource.MUNICIPAL, entitlement=Entitlement.AD_PERSONAM, act=None,
        spend_by=DECEMBER_31,
    )  # fmt: skip
    if transferred:
        factories.funded(session, book_id, "PUB", euro(transferred))
    offer.load_text(session, book_id, OFFER, "cremona.toml", actor="ufficio")
    return Office(session, book_id)


def rows(session: Session, book_id: int, table: str) -> int:
    return int(session.scalar(sa.text(f'select count(*) from "{table}" where book_id = :b'), {"b": book_id}) or 0)
