"""Verification names whatever the wallet keeps that the journal does not say."""

from __future__ import annotations

from tests.wallet.scene import Scene


def test_a_book_in_which_everything_happened_verifies(scene: Scene) -> None:
    scene.grant(100_000)
    whole = scene.buy("PSI-MI")
    parts = scene.buy("FIS-NA")
    voided = scene.buy("PSI-CR")
    scene.buy("BUO-CR")
    scene.capture(whole)
    scene.capture(parts, 3_500)
    scene.refund(whole, 1_000)
    scene.void(voided)

    assert scene.differences() == []
