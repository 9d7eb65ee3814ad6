"""Each check of settlement finds what it is there to find."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from tests.wallet.scene import Scene
from tests.wallet.settlement.acts import delivered, pay, withholding
from wallet import verification
from wallet.settlement import clearing, payments
from wallet.settlement.verification import KINDS

TAMPERINGS = {
    "payout_in_progress": "update payout_payment set state = 'prepared' where end_to_end_id = 'R1-00001'",
    "payout_part": "update payout_part set fee_minor = fee_minor - 1",
    "payout_settled": "update payout_line set returned = true where provider_code = 'P18'",
    "payout_line": "update payout_line set amount_minor = amount_minor + 1 where provider_code = 'P04'",
    "fees_withheld": "update payout_line set fee_minor = fee_minor - 1 where provider_code = 'P04'",
    "clearing_cleared": "update clearing_flow set gross_minor = gross_minor + 1 where gross_minor > 0",
    "clearing_uneven": "update clearing_position set position_minor = position_minor + 1 where party = 'network'",
}


@pytest.fixture
def settled(scene: Scene) -> Scene:
    """Two payments with fees, one confirmed and one in progress, and a month that was cleared."""
    scene.grant(300_000)
    delivered(scene)
    delivered(scene, "PSI-MI")
    pay(scene, under=withholding(350))
    payments.confirm(scene.session, "R1-00001", on=date(2026, 3, 10), actor="op")
    scene.go_to(date(2026, 4, 1))
    clearing.run(scene.session, date(2026, 3, 1), terms=withholding(350), actor="op")
    assert scene.differences() == []
    return scene


def test_every_kind_is_tried() -> None:
    assert set(TAMPERINGS) == set(KINDS)


@pytest.mark.parametrize("kind", TAMPERINGS)
def test_what_was_changed_is_found(settled: Scene, kind: str) -> None:
    changed = settled.session.execute(sa.text(TAMPERINGS[kind]))
    assert changed.rowcount

    found = verification.verify(settled.session, settled.book_id)

    assert kind in {difference.kind for difference in found}
    for difference in found:
        assert difference.text("it") != difference.text("en")
