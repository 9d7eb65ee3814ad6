"""Balances brought from another platform have a line of their own in the plan statement."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config import clock
from plans import people
from reports.plan_statement import gather, lines, words
from reports.plan_statement.model import PlanStatement, Reading
from tests.factories import euro
from tests.wallet.scene import Scene, csv_file
from wallet import openings


def state(scene: Scene) -> PlanStatement:
    return gather(scene.session, scene.book_id, "A", date(2026, 1, 1), date(2026, 12, 31), reading=Reading.PAYROLL)


@pytest.fixture
def brought_alone(empty_scene: Scene, tmp_path: Path) -> str:
    """250,00 that the worker brought from elsewhere."""
    empty_scene.plan()
    card = people.employee(empty_scene.session, empty_scene.book_id, empty_scene.worker)
    return openings.load(
        empty_scene.session,
        empty_scene.book_id,
        "A",
        csv_file(tmp_path, [(card.tax_code, "250,00")], header="codice fiscale;credito residuo"),
        document_ref="EST-1",
        platform="WelfareAltrove",
        total=euro(25_000),
        on=clock.today(),
        actor="test",
    ).load_id


@pytest.fixture
def brought(empty_scene: Scene, brought_alone: str) -> Scene:
    """The same with 100,00 granted, and 55,00 used of it all."""
    empty_scene.grant(10_000)
    empty_scene.capture(empty_scene.buy("PSI-CR"))
    return empty_scene


def test_what_was_brought_is_no_other_movement(brought: Scene) -> None:
    total = state(brought).total

    assert (total.brought_minor, total.granted_minor, total.used_minor, total.other_minor) == (25_000, 10_000, 5_500, 0)
    assert total.residual_minor == 29_500


@pytest.mark.parametrize(
    ("language", "name"),
    [("it", "Saldi portati da un'altra piattaforma"), ("en", "Balances brought from another platform")],
)
def test_it_has_a_line_and_the_sum_adds_up(brought: Scene, language: str, name: str) -> None:
    found = state(brought)
    text = words.of(language)

    told = {line.label: (line.sign, line.amount_minor) for line in lines.movements(found, text)}

    assert told[name] == ("+", 25_000)
    assert "250" in lines.equation(found, text)
    assert found.proof.residual_minor == found.proof.ledger_minor == 29_500
    assert sum(month.change_minor for month in found.months) == 29_500


def test_where_nothing_was_brought_there_is_no_line(empty_scene: Scene) -> None:
    empty_scene.plan()
    empty_scene.grant(10_000)

    told = [line.label for line in lines.movements(state(empty_scene), words.of("it"))]

    assert "Saldi portati da un'altra piattaforma" not in told


def test_what_was_undone_is_no_line_either(empty_scene: Scene, brought_alone: str) -> None:
    openings.undo(
        empty_scene.session, empty_scene.book_id, brought_alone, reason="errore", on=clock.today(), actor="test"
    )

    total = state(empty_scene).total

    assert (total.brought_minor, total.other_minor, total.residual_minor) == (0, 0, 0)
