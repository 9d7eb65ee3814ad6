"""How a person stands for the tax, their own statement, and what was handed over in January, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from pypdf import PdfReader

from tests.api.conftest import GIULIA, Shell


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_position_says_in_words_what_is_unknown_and_what_one_euro_more_would_do(granted: Shell) -> None:
    granted.done(f"authorize {GIULIA} BUO-CR --channel voucher")

    italian = plain(granted.done(f"position {GIULIA} --year 2026", language="it"))
    english = plain(granted.done(f"position {GIULIA} --year 2026 --events"))

    assert "esenti 0,00 €, da chiarire 25,00 €, tassati 0,00 €" in italian
    assert "non vale zero finché le paghe non lo dicono" in italian
    assert "Restano al massimo 975,00 €" in italian
    assert "voucher issued" in english


def test_the_same_as_data_for_a_program(granted: Shell) -> None:
    granted.done(f"authorize {GIULIA} BUO-CR --channel voucher")
    granted.done(f"declare external-fringe {GIULIA} --year 2026 --amount 990,00")

    told = json.loads(granted.done(f"position {GIULIA} --year 2026 --json"))

    fringe = told["position"]["gauges"][0]
    # 990,00 elsewhere and 25,00 here are past the cliff: our 25,00 are taxable.
    assert (fringe["external_minor"], fringe["recorded_taxable_minor"], told["gauges"][0]["zone"]) == (
        99_000,
        2_500,
        "over",
    )
    assert told["settled"] is True


def test_recomputing_dry_changes_nothing(granted: Shell) -> None:
    granted.done(f"authorize {GIULIA} BUO-CR --channel voucher")
    before = granted.contents()

    said = granted.done(f"position {GIULIA} --recompute --dry-run")

    assert "Dry run" in said
    assert granted.contents() == before


def test_bad_input_says_what_is_wrong(granted: Shell) -> None:
    granted.refused(1, f"position {GIULIA} --year 2015")
    assert "2016" in granted.refused(1, f"position {GIULIA} --year 2030", language="it")
    granted.refused(2, f"position {GIULIA} --year next")
    granted.refused(2, "position")
    granted.refused(2, "position XX")
    granted.refused(2, "hand-over aut_1")
    granted.refused(1, "hand-over aut_1 --document a --dated 01/01/2026")
    granted.refused(1, f"personal-statement {GIULIA} --year 1999")


def test_a_voucher_of_march_is_not_the_year_befores_and_nothing_changes(granted: Shell) -> None:
    told = json.loads(granted.done(f"authorize {GIULIA} BUO-CR --channel voucher --json"))
    before = granted.contents()

    said = granted.refused(1, f"hand-over {told['authorization']['code']} --document d --dated 01/03/2026")

    assert "hand_over_late" in said
    assert granted.contents() == before


def test_the_personal_statement_is_a_document_that_reconciles(granted: Shell) -> None:
    granted.done(f"authorize {GIULIA} BUO-CR --channel voucher")
    path = Path(granted.folder) / "anno.pdf"

    told = json.loads(granted.done(f"personal-statement {GIULIA} --year 2026 --output {path} --json"))

    assert told["reconciles"] is True
    assert "Giulia" in PdfReader(path).pages[0].extract_text()
