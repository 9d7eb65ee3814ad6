"""Opening balances on the command line."""

from __future__ import annotations

import json

from tests.api.conftest import GIULIA, MARIO, Shell

HEADER = "Codice Fiscale;Residuo;Scadenza\n"
LINE = "--plan A --document Estratto-12/2025 --platform Vecchia"


def test_balances_are_tried_brought_once_paid_and_undone(shell: Shell) -> None:
    path = shell.write("saldi.csv", HEADER + f"{GIULIA};120,50;\n{MARIO};30,00;30/06/2026\n")
    before = shell.contents()

    assert "Prova" in shell.done(f"opening load {path} {LINE} --total 150,50 --dry-run", language="it")
    assert shell.contents() == before
    assert "2 crediti per 150,50" in shell.done(f"opening load {path} {LINE} --total 150,50", language="it")
    assert "nulla è cambiato" in shell.done(f"opening load {path} {LINE} --total 150,50", language="it")
    assert "120,50" in shell.done(f"wallet show {GIULIA}", language="it")
    assert "50,50" in shell.done("opening transfer A 100,00", language="it")
    assert "opening_transfer_exceeds" in shell.refused(1, "opening transfer A 50,51")
    (load,) = json.loads(shell.done("opening list --json"))["loads"]
    assert (load["document_ref"], load["total_minor"]) == ("Estratto-12/2025", 15_050)
    assert "1 credito stornato" in shell.done(
        f"opening undo {load['load_id']} --employee {MARIO} --reason errore", language="it"
    )


def test_a_total_that_is_not_the_documents_is_told_and_exit_2(shell: Shell) -> None:
    path = shell.write("saldi.csv", HEADER + f"{GIULIA};120,50;\n")
    before = shell.contents()

    text = shell.refused(2, f"opening load {path} {LINE} --total 120,51", language="it")

    assert "[total_differs]" in text
    assert "0,01" in text
    assert shell.contents() == before
    assert "document" in shell.refused(2, f"opening load {path} --plan A --platform V --total 1,00").lower()
