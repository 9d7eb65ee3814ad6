"""What the documentation says of the wallet is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wallet.declines import Decline
from wallet.tables import AuthorizationRow

DOCS = Path(__file__).resolve().parents[2] / "docs"
WALLET = (DOCS / "wallet.md").read_text(encoding="utf-8")
EVENTS = (DOCS / "fiscal-events.md").read_text(encoding="utf-8")
SOURCES = "".join(path.read_text(encoding="utf-8") for path in (DOCS.parent / "wallet").glob("*.py"))


def test_the_table_of_declines_names_each_code_once() -> None:
    table = WALLET[WALLET.index("## Declines") : WALLET.index("## Refunds")]

    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted(Decline)


def test_every_state_is_drawn() -> None:
    (states,) = [c for c in AuthorizationRow.__table__.constraints if c.name == "ck_authorization_status"]

    for state in re.findall(r"'(\w+)'", str(states.sqltext)):  # type: ignore[attr-defined]
        assert state in WALLET


@pytest.mark.parametrize("verb", re.findall(r"`(\w+)\.(\w+)`", WALLET[: WALLET.index("## Lots")]), ids=".".join)
def test_every_verb_named_exists(verb: tuple[str, str]) -> None:
    module = __import__(f"wallet.{verb[0]}", fromlist=[verb[1]])

    assert callable(getattr(module, verb[1]))


@pytest.mark.parametrize(
    "reason",
    ["voucher_issued", "delivered", "hold_expired", "refund", "fringe_limit_exceeded", "fringe_limit_respected"],
)
def test_every_reason_of_an_event_is_written_by_somebody(reason: str) -> None:
    assert f"`{reason}`" in EVENTS
    assert re.search(rf"['\"]{reason}['\"]", SOURCES)
