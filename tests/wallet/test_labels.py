"""Every state, decline and kind of entry has its Italian words."""

from __future__ import annotations

from sqlalchemy import CheckConstraint

from wallet import labels
from wallet.errors import AuthorizationNotOpen
from wallet.purchases import Decline
from wallet.tables import AuthorizationRow


def test_every_decline_is_named() -> None:
    assert set(labels.DECLINES) == {decline.value for decline in Decline}
    assert labels.decline("lot_expired", "it") == "rifiutata: credito scaduto"
    assert labels.decline("lot_expired", "en") == "lot_expired"


def test_every_state_that_the_database_admits_is_named() -> None:
    checks = [str(c.sqltext) for c in AuthorizationRow.__table__.constraints if isinstance(c, CheckConstraint)]  # type: ignore[attr-defined]
    admitted = next(text for text in checks if "partially_refunded" in text)

    assert all(f"'{status}'" in admitted for status in labels.STATUSES)
    assert admitted.count("'") == 2 * len(labels.STATUSES)


def test_a_refusal_names_the_state_in_italian() -> None:
    refusal = AuthorizationNotOpen(authorization="aut_1", status="voided")

    assert refusal.text("it") == "L'autorizzazione aut_1 è nello stato «annullata»."
    assert refusal.text("en") == "Authorization aut_1 is in state 'voided'."


def test_a_kind_of_entry_that_is_not_the_wallets_stands_for_itself() -> None:
    assert labels.entry("refund", "it") == "storno a favore"
    assert labels.entry("refund", "en") == "refund"
    assert labels.entry("something", "it") == "something"
