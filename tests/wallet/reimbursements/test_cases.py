"""The worked cases of cases.csv, written by hand: each expense submitted, approved and read back."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from plans.rulebook.words import Basis, Kinship
from plans.words import Fact
from tests import factories
from tests.factories import euro
from tests.wallet.reimbursements.conftest import REIMBURSING, Desk
from tests.wallet.scene import CONSENT, Scene
from wallet.reimbursements import checklist
from wallet.reimbursements.documents import Store, Upload
from wallet.reimbursements.errors import ReimbursementDeclined
from wallet.reimbursements.words import Purpose, Reason

with Path(__file__).with_name("cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file, delimiter=";"))
KINSHIPS = {"figlia": Kinship.CHILD, "figlio": Kinship.CHILD, "madre": Kinship.PARENT}


def cents(text: str) -> int:
    return int(text.replace(".", "").replace(",", ""))


def user(scene: Scene, told: str) -> str | None:
    """`sé`, or a kinship with the year of birth and, of a mother, whether she lives with them or is maintained."""
    if told == "sé":
        return None
    kinship, year, *facts = told.split()
    born = date(int(year), 1, 31)
    found = scene.relative(KINSHIPS[kinship], birth_date=born, tax_code=factories.tax_code(born=born))
    if "convive" in facts:
        scene.declare(found, Fact.COHABITATION, since=date(2020, 1, 1), basis=Basis.RECORDED)
    if "mantenuta" in facts:
        scene.declare(found, Fact.MAINTENANCE, year=2026)
    return found


@pytest.mark.parametrize("case", CASES, ids=[case["caso"] for case in CASES])
def test_a_worked_case(empty_scene: Scene, tmp_path: Path, upload: Callable[..., Upload], case: dict[str, str]) -> None:
    scene = empty_scene
    asked_on = date.fromisoformat(case["chiesta_il"])
    scene.go_to(date(2026, 1, 2))
    scene.plan(starts_on=date(2025, 9, 1), **REIMBURSING, **CONSENT)
    lot = scene.grant(cents(case["credito"]))
    scene.go_to(asked_on)
    child = user(scene, case["per"])
    if case["fringe_altrove"]:
        scene.declare(scene.worker, Fact.EXTERNAL_FRINGE, year=2026, amount=euro(cents(case["fringe_altrove"])))
    if case["figlio_a_carico"] == "sì":
        scene.declare(scene.worker, Fact.DEPENDENT_CHILD, year=2026, child=factories.tax_code(born=date(2018, 6, 1)))
    desk = Desk(scene, child or "", Store(tmp_path), upload, lot)
    values = {
        "expense": case["spesa"],
        "relative_id": child,
        "expense_on": date.fromisoformat(case["pagata_il"]),
        "document_on": date.fromisoformat(case["pagata_il"]),
        "document": cents(case["documento"]),
        "amount": cents(case["chiesto"]) if case["chiesto"] else None,
        "consent": case["consenso"] == "sì",
        "already_detracted": False,
        "files": [upload("caso"), upload("contratto", Purpose.CONTRACT)],
    }

    if case["esente"] == "":
        with pytest.raises(ReimbursementDeclined) as raised:
            desk.submit(**values)
        assert raised.value.details["decline"] == case["esito"]
        return
    part = {"amount": cents(case["approvato"]), "reasons": [Reason.AMOUNT_DIFFERS]} if case["approvato"] else {}
    found = desk.approve(desk.submit(**values), **part)

    assert found.outcome == case["esito"]
    assert scene.taxed(year=int(case["anno_fiscale"])) == (cents(case["esente"]), cents(case["tassato"]))
    assert found.expense_year == int(case["anno_spesa"])
    line = checklist.cu_code(found.expense, int(case["anno_fiscale"])) if found.certified else None
    told = ("", "") if line is None else (str(line.box), line.code)
    assert told == (case["casella"], case["codice"])
    assert desk.left() == cents(case["credito"]) - found.approved_minor
    assert scene.differences() == []
