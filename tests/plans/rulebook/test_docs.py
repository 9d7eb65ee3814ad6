"""The page about the rulebook keeps up with the rules."""

from importlib.resources import files
from pathlib import Path

from plans.rulebook import loading
from plans.rulebook.words import Confidence

PAGE = (Path(__file__).parents[3] / "docs" / "rulebook.md").read_text("utf-8")


def test_every_interpretation_is_on_the_page() -> None:
    uncertain = [row.id for row in loading.load().rows if row.confidence is Confidence.UNCERTAIN]

    assert [row_id for row_id in uncertain if f"`{row_id}`" not in PAGE] == []


def test_every_rule_file_is_on_the_page() -> None:
    names = [entry.name for entry in (files("plans.rulebook") / "data").iterdir() if entry.name.endswith(".toml")]

    assert [name for name in names if f"`{name}`" not in PAGE] == []
