"""The commands about credit that ends: leavers, and what goes to pension funds."""

from __future__ import annotations

import json

import pytest

from tests.api.conftest import GIULIA, MARIO, Shell


@pytest.fixture
def left(granted: Shell) -> Shell:
    """Giulia, who has 600 euro and one purchase under way, leaves on 15 March."""
    granted.done(f"people leave {GIULIA} --on 15/03/2026")
    return granted


def test_the_office_sees_one_sum_and_a_countdown_and_nothing_private(left: Shell) -> None:
    text = left.done("leavers list --on 10/03/2026", language="it")
    found = json.loads(left.done("leavers list --json --on 10/03/2026"))

    assert "600,00" in text
    assert MARIO not in text
    (giulia,) = found["leavers"]
    assert set(giulia) == {"employee_id", "last_name", "first_name", "left_on", "credits"}
    assert set(giulia["credits"][0]) == {"plan", "last_day", "days_left", "left_minor"}
    assert giulia["credits"][0]["days_left"] == 6


def test_the_person_is_told_what_can_be_done_and_by_when(left: Shell) -> None:
    text = left.done(f"leavers show {GIULIA} --on 10/03/2026", language="it")

    assert "ancora per 6 giorni, fino al 15/03/2026 compreso" in text
    assert "scegliere un servizio" in text
    assert "torna all'azienda" in text
    assert "solo oggi" in left.done(f"leavers show {GIULIA} --on 15/03/2026", language="it")
    assert "tempo finito" in left.done(f"leavers show {GIULIA} --on 16/03/2026", language="it")
    assert "in corso" in left.done(f"leavers show {MARIO}", language="it")


def test_a_stranger_is_refused(left: Shell) -> None:
    assert "employee_not_found" in left.refused(1, "leavers show emp_no")


def test_the_list_for_pension_funds_is_empty_and_adds_up_where_no_plan_sends_anything(left: Shell) -> None:
    found = json.loads(left.done("residual pension --json"))

    assert (found["due"], found["total_minor"], found["balance_minor"]) == ([], 0, 0)
    assert "plan_not_found" in left.refused(1, "residual pension --plan Z")
