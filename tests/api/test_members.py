"""`borsellino member`: how the first operator comes in."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import sessionmaker

from api import app
from api.access import addresses
from config import database, fences
from tests.api.access.door import PASSWORD
from tests.api.conftest import GIULIA, Shell


@pytest.fixture
def client(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """The application on the shell's database, as the role that sees nothing but what its fence shows."""
    engine = database.make_engine(shell.address.set(username=fences.WEB_ROLE))
    monkeypatch.setattr(database, "_fenced_factory", lambda: sessionmaker(engine, expire_on_commit=False))
    yield app.create().test_client()
    engine.dispose()


def said(shell: Shell, line: str, *more: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(shell.done(f"{line} --json", *more))
    return found


def test_the_first_operator_is_admitted_appointed_and_comes_in(shell: Shell, client: FlaskClient) -> None:
    member_id = said(shell, "member admit --email olga@example.it", "Olga Rete")["member"]
    shell.done("member appoint olga@example.it operator")
    secret = shell.done("member token olga@example.it --days 1").strip()
    link = shell.done("member link olga@example.it").strip()

    me = client.get("/v1/me", headers={"Authorization": f"Bearer {secret}"}).get_json()
    chosen = client.post("/v1/passwords/new", json={"token": link.partition("#")[2], "password": PASSWORD})
    begun = client.post("/v1/sessions", json={"email": "olga@example.it", "password": PASSWORD})

    assert (me["id"], me["role"], me["name"]) == (member_id, "operator", "Olga Rete")
    assert link.startswith(f"{addresses.base()}/password#")
    assert (chosen.status_code, begun.status_code) == (204, 202)


def test_a_role_is_for_something_that_is_there(shell: Shell) -> None:
    shell.done("member admit --email anna@example.it", "Anna")

    shell.done(f"member appoint anna@example.it employee --employee {GIULIA}")
    shell.done("member appoint anna@example.it provider --provider P04")
    shell.done("member appoint anna@example.it employer --book E1")
    listed = shell.done("member list")

    assert all(role in listed for role in ("employee", "provider", "employer", "E1", "P04"))
    assert "[reach_unclear]" in shell.refused(1, "member appoint anna@example.it provider")
    assert "[reach_unclear]" in shell.refused(1, "member appoint anna@example.it operator --provider P04")
    assert "[reach_unclear]" in shell.refused(1, "member appoint anna@example.it employee")
    assert "[provider_not_found]" in shell.refused(1, "member appoint anna@example.it provider --provider PXX")
    assert "[appointment_held]" in shell.refused(1, "member appoint anna@example.it employer")
    assert "[appointment_needed]" in shell.refused(1, "member token anna@example.it")
    assert "[member_not_found]" in shell.refused(1, "member token nobody@example.it")
    assert "[email_taken]" in shell.refused(1, "member admit --email ANNA@example.it", "Other")
    assert "[address_invalid]" in shell.refused(1, "member admit --email anna", "Other")


def test_a_token_has_no_more_than_its_role_and_a_trial_makes_none(shell: Shell) -> None:
    shell.done("member admit", "Cassa 1")
    listed = said(shell, "member list")["members"]
    assert isinstance(listed, list)
    machine = listed[0]["member_id"]
    shell.done(f"member appoint {machine} provider --provider P04")

    assert "[scopes_too_wide]" in shell.refused(1, f"member token {machine} --scope payouts:run")
    shell.done(f"member token {machine} --scope vouchers:read --dry-run")
    assert shell.sql("select 1 from token") == []
    shell.done(f"member token {machine} --scope vouchers:read")
    assert shell.sql("select scopes from token") == [(["vouchers:read"],)]


def test_who_is_let_go_comes_in_no_more(shell: Shell, client: FlaskClient) -> None:
    shell.done("member admit --email olga@example.it", "Olga")
    appointment = said(shell, "member appoint olga@example.it operator")["appointment"]
    secrets = [shell.done("member token olga@example.it").strip() for _ in range(2)]
    shell.done(f"member end olga@example.it --appointment {appointment}")
    shell.done("member end olga@example.it")

    for secret in secrets:
        assert client.get("/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert "olga" not in shell.done("member list")
