"""Providers that answer by telephone, and tills that told too late."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from network import acceptance
from network.acceptance import Terms
from tests.api.conftest import GIULIA, TODAY, Shell
from wallet import captures
from wallet.redemptions import entering
from wallet.redemptions.entering import Entry


def within(shell: Shell, work: Callable[[Session], object]) -> None:
    engine = sa.create_engine(shell.address)
    with clock.at(TODAY), Session(engine) as session, session.begin():
        work(session)
    engine.dispose()


@pytest.fixture
def asked(granted: Shell) -> Shell:
    """Where the provider of PSI-CR wants to accept what is bought of it."""
    ((provider,),) = granted.sql("select provider_code from service where code = 'PSI-CR'")
    within(granted, lambda session: acceptance.change(session, Terms(str(provider), 24)))
    return granted


def buy(shell: Shell) -> str:
    return str(
        json.loads(shell.done(f"authorize {GIULIA} PSI-CR --quantity 1 --json"))["authorization"]["authorization_id"]
    )


def test_a_purchase_has_its_code_once_the_provider_accepts(asked: Shell) -> None:
    first, second = buy(asked), buy(asked)

    assert "in attesa del fornitore" in asked.done("acceptance list --state pending", language="it")
    assert "Dry run" in asked.done(f"acceptance accept {first} --dry-run")
    assert "Code: " in asked.done(f"acceptance accept {first}")
    assert "rifiutata dal fornitore" in asked.done(f"acceptance refuse {second} --reason fully-booked", language="it")

    listed = json.loads(asked.done("acceptance list --json"))["acceptances"]
    assert [(each["authorization_id"], each["state"]) for each in listed] == [(second, "refused"), (first, "accepted")]
    assert "No rows." in asked.done("acceptance list --state pending")
    assert "[acceptance_answered]" in asked.refused(1, f"acceptance accept {second}")
    assert "[acceptance_not_found]" in asked.refused(1, "acceptance refuse aut_x --reason paused")


def test_what_came_too_late_is_settled_by_a_person(granted: Shell) -> None:
    first, second = buy(granted), buy(granted)

    def late(session: Session) -> None:
        for each in (first, second):
            captures.void(session, 1, each, actor="test")
            at = datetime(2026, 3, 2, 11, tzinfo=UTC)
            entering.redeem(session, 1, each, Entry(f"till-{each}", occurred_at=at), actor="till")

    within(granted, late)
    one, other = json.loads(granted.done("redemption list --status conflict --json"))["redemptions"]

    assert "annullato o scaduto" in granted.done(f"redemption list --authorization {first}", language="it")
    note = ("--note", "cassa senza rete")
    assert "authorization_not_open" in granted.refused(1, f"redemption settle {one['redemption_id']} charge", *note)
    assert "respinto, addebitati 0,00" in granted.done(
        f"redemption settle {one['redemption_id']} dismiss", *note, language="it"
    )
    granted.done(f"capture {buy(granted)}")
    ((bought,),) = granted.sql("select authorization_id from \"authorization\" where status = 'captured'")
    granted.done(f"redemption settle {other['redemption_id']} replace --replaced-by {bought}", *note)
    assert "No rows." in granted.done("redemption list --status conflict")
    assert "[conflict_settled]" in granted.refused(1, f"redemption settle {one['redemption_id']} dismiss", *note)
