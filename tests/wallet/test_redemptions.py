"""Redemptions as the wallet keeps them: proven against the journal, and their batches forgotten in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ledger.errors import KeyReused
from plans.rulebook.words import Channel
from tests.factories import euro
from tests.wallet.scene import NOON, Scene, at
from wallet import verification
from wallet.errors import ReasonRequired
from wallet.redemptions import conflicts, entering, records
from wallet.redemptions.entering import Entry
from wallet.redemptions.records import Redemption
from wallet.redemptions.words import Conflict, Decision, Status


@pytest.fixture
def till(scene: Scene) -> Scene:
    scene.grant(60_000)
    return scene


def redeem(scene: Scene, nonce: str, cents: int | None = None, *, offline: bool = False) -> Redemption:
    """A direct talk with the psychologist, redeemed by its code."""
    bought = scene.buy("PSI-CR", channel=Channel.DIRECT)
    assert bought.code is not None
    book_id, found = entering.find(scene.session, "P04", bought.code, nonce, actor="till")
    entry = Entry(nonce, None if cents is None else euro(cents), occurred_at=NOON if offline else None)
    return entering.redeem(scene.session, book_id, found, entry, actor="till")


def test_what_is_redeemed_adds_up(till: Scene) -> None:
    whole, part = redeem(till, "1"), redeem(till, "2", 1_000)
    waiting = redeem(till, "3", 6_000, offline=True)
    conflicts.settle(
        till.session, till.book_id, waiting.redemption_id, Decision.CHARGE, note="sì", amount=euro(5_500), actor="marta"
    )

    assert (whole.amount_minor, part.amount_minor) == (5_500, 1_000)
    assert (waiting.status, waiting.reason) == (Status.CONFLICT, Conflict.AMOUNT)
    assert records.get(till.session, waiting.redemption_id).status is Status.CHARGED
    assert verification.verify(till.session, till.book_id) == []


@pytest.mark.parametrize(
    ("kind", "tampering"),
    [
        ("redemption_capture", "update redemption set amount_minor = amount_minor + 1 where nonce = '1'"),
        ("redemption_capture", "update redemption set entry_id = 1 where nonce = '1'"),
        (
            "redemption_shared",
            "update redemption set entry_id = (select entry_id from redemption where nonce = '1') where nonce = '2'",
        ),
        (
            "redemption_replaced",
            "update redemption set replaced_by = authorization_id, provider_code = 'P03' where nonce = '3'",
        ),
    ],
)
def test_what_was_tampered_with_is_named(till: Scene, kind: str, tampering: str) -> None:
    first = redeem(till, "1")
    redeem(till, "2")
    waiting = redeem(till, "3", 6_000, offline=True)
    conflicts.settle(
        till.session, till.book_id, waiting.redemption_id, Decision.REPLACE, note="rifatto",
        authorization_id=first.authorization_id, actor="marta",
    )  # fmt: skip
    till.session.execute(sa.text(tampering))

    found = verification.verify(till.session, till.book_id)

    assert kind in {difference.kind for difference in found}
    assert all(difference.text("it") and difference.text("en") for difference in found)


def test_a_conflict_is_settled_with_a_reason(till: Scene) -> None:
    waiting = redeem(till, "1", 6_000, offline=True)

    with pytest.raises(ReasonRequired):
        conflicts.settle(till.session, till.book_id, waiting.redemption_id, Decision.DISMISS, note=" ", actor="marta")


def test_the_key_of_a_batch_is_forgotten_after_thirty_days(till: Scene) -> None:
    assert entering.begin_batch(till.session, "P04", "sera", {"rows": 1}, actor="till") is False
    assert entering.begin_batch(till.session, "P04", "sera", {"rows": 1}, actor="till") is True
    with pytest.raises(KeyReused):
        entering.begin_batch(till.session, "P04", "sera", {"rows": 2}, actor="till")

    with at(till.session, NOON + timedelta(days=30)):
        assert entering.forget_batches(till.session) == 0
    with at(till.session, NOON + timedelta(days=31)):
        assert entering.forget_batches(till.session) == 1
        assert entering.begin_batch(till.session, "P04", "sera", {"rows": 2}, actor="till") is False
