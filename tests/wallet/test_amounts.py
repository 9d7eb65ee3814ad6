"""What is no amount is refused in words by every verb that takes one, before anything is looked at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from moneyed import Money

from config.errors import DomainError
from ledger.errors import AmountTooLarge, CurrencyMismatch
from tests.wallet.scene import DIRECT, Scene
from wallet import authorizations, captures
from wallet.authorizations import Authorization
from wallet.errors import AmountNotExact
from wallet.purchases import Purchase

Verb = Callable[[Scene, Authorization, Money], object]
VERBS: dict[str, Verb] = {
    "authorize": lambda scene, _found, amount: authorizations.authorize(
        scene.session, scene.book_id, Purchase(scene.worker, "PSI-CR", amount=amount), actor="test", key="k"
    ),
    "capture": lambda scene, found, amount: captures.capture(
        scene.session, scene.book_id, found.authorization_id, amount, actor="test", key="k"
    ),
    "refund": lambda scene, found, amount: captures.refund(
        scene.session, scene.book_id, found.authorization_id, amount, actor="test", key="k"
    ),
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (Money("10", "USD"), CurrencyMismatch),
        (Money("10.005", "EUR"), AmountNotExact),
        (Money("NaN", "EUR"), AmountNotExact),
        (Money("Infinity", "EUR"), AmountNotExact),
        (Money("1e30", "EUR"), AmountTooLarge),
        (Money("-1e300", "EUR"), AmountTooLarge),
    ],
    ids=["dollars", "finer than a cent", "no number", "infinite", "too large", "far below"],
)
def test_what_is_no_amount_is_refused_in_words(
    scene: Scene, verb: Verb, amount: Money, refusal: type[DomainError]
) -> None:
    scene.grant(10_000)
    # Nothing of it is captured: a refund has nothing to give back either.
    found = scene.buy("PSI-CR", channel=DIRECT)
    before = scene.image()

    with pytest.raises(refusal) as refused:
        verb(scene, found, amount)

    assert "{" not in refused.value.text("it") + str(refused.value)
    assert scene.image() == before
