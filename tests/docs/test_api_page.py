"""The page on the HTTP API speaks of operations that are there."""

from __future__ import annotations

import re

import pytest

from api import app
from api.conventions import smorest
from config.database import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
PATHS = set(smorest.document(app.create())["paths"])
NAMED = sorted(set(re.findall(r"`(/v1/[^`\s.]+)`", PAGE)))


@pytest.mark.parametrize("path", NAMED)
def test_a_path_that_is_named_is_served(path: str) -> None:
    assert path in PATHS


def test_the_statuses_are_those_the_document_has() -> None:
    told = set(re.findall(r"\b([45]\d\d)\b", PAGE.split("| status | means")[1].split("## What there is")[0]))
    document = smorest.document(app.create())
    operations = [said for path in document["paths"].values() for verb, said in path.items() if verb != "parameters"]
    answers = {str(status) for said in operations for status in said["responses"]}

    assert {status for status in answers if status[0] in "45"} == told
