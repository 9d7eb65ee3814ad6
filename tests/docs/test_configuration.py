"""Every setting and environment variable stands in docs/configuration.md, and nothing else does."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from api.cli.program import program
from config.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
PACKAGES = ("api", "reports", "wallet", "plans", "network", "ledger", "config")
SOURCES = "\n".join(path.read_text(encoding="utf-8") for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
VARIABLES = sorted({*re.findall(r"BORSELLINO_[A-Z_]+", PAGE), "DATABASE_URL"})


@pytest.mark.parametrize("field", [field.name for field in fields(Settings)])
def test_every_setting_has_its_row(field: str) -> None:
    assert re.search(rf"^\| `[A-Z_]+` \| `{field}` \|", PAGE, re.MULTILINE)


def test_every_variable_of_an_option_is_explained() -> None:
    read = {param.envvar for param in program.params if getattr(param, "envvar", None)}

    assert all(f"`{name}`" in PAGE for name in read)
    assert read


@pytest.mark.parametrize("name", sorted(set(re.findall(r'environ(?:\.get\(|\[)?"([A-Z_]+)"', SOURCES))))
def test_every_variable_that_the_program_reads_itself_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_explained_is_read(name: str) -> None:
    assert name in SOURCES or f'"{name.removeprefix("BORSELLINO_")}"' in SOURCES
