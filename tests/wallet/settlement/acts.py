"""What the tests of settlement do again and again; amounts are cents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from tests.wallet.scene import Scene
from wallet.authorizations import Authorization
from wallet.settlement import payouts, terms
from wallet.settlement.payouts import Run
from wallet.settlement.terms import Fee, Share, Terms

LONG_AGO, FOR_EVER = date(2020, 1, 1), date(2099, 12, 31)
APRIL_30 = date(2026, 4, 30)


def delivered(scene: Scene, service: str = "PSI-CR", amount: int | None = None, **purchase: Any) -> Authorization:
    """A purchase that is captured at once."""
    found = scene.buy(service, **purchase)
    scene.capture(found, amount)
    return scene.get(found)


def withholding(basis_points: int, provider: str = "*") -> Terms:
    """The shipped terms with a fee of so many ten-thousandths."""
    fee = Fee(provider, LONG_AGO, FOR_EVER, basis_points, "accordo", "CHOICE")
    return replace(terms.shipped(), fees=(fee,))


def sharing(*points: int, home: str = "*", delivery: str = "*") -> Share:
    """A share of a fee between home, delivery and network."""
    return Share(home, delivery, LONG_AGO, FOR_EVER, *points, "accordo", "CHOICE")


def pay(scene: Scene, reference: str = "R1", *, due_by: date = APRIL_30, under: Terms | None = None) -> Run:
    """A payout run of all that is due by the end of April 2026."""
    return payouts.prepare(
        scene.session, reference, due_by=due_by, execute_on=date(2026, 5, 4), terms=under or terms.shipped(), actor="op"
    )


def amounts(run: Run) -> dict[str, int]:
    """What each provider is paid."""
    return {payment.provider_code: payment.amount_minor for payment in run.payments}


def count(scene: Scene, table: str) -> int:
    return int(scene.session.execute(sa.text(f"select count(*) from {table}")).scalar_one())
