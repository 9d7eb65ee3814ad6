"""Every report names the rules it stands on in one way: their version, and how many of them are signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports import foundation, words
from reports.foundation import Foundation

REPORTS = Path(words.__file__).parent
# The document of the rules is about one version, and says how many are signed beside it.
ITS_OWN = {"foundation.py", "rulebook_document"}


def test_the_version_is_told_with_how_many_rules_are_signed() -> None:
    found = Foundation("3f2a90b1c4d5", 3, 120, ())

    assert foundation.rules(found, words.read("reports.trial_balance", "it")) == "3f2a90b1c4d5, firmate 3 di 120"
    assert foundation.rules(found, words.read("reports.trial_balance", "en")) == "3f2a90b1c4d5, 3 of 120 signed"


@pytest.mark.parametrize("path", sorted(REPORTS.rglob("*.py")), ids=lambda path: str(path.relative_to(REPORTS)))
def test_no_report_writes_a_bare_version(path: Path) -> None:
    if ITS_OWN & set(path.relative_to(REPORTS).parts):
        return

    assert "foundation.rulebook" not in path.read_text(encoding="utf-8")
