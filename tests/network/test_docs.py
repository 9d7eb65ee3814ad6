"""The page on the network names every table and every refusal."""

from __future__ import annotations

import inspect

import pytest

from config.database import ROOT
from config.errors import DomainError
from network import errors, models

PAGE = (ROOT / "docs" / "network.md").read_text(encoding="utf-8")
REFUSALS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, DomainError) and "it" in vars(kind)
]


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.code)
def test_every_refusal_is_explained(kind: type[DomainError]) -> None:
    assert f"`{kind.code}`" in PAGE
    assert kind.__doc__
    assert kind.it != kind.en


def test_every_table_is_explained() -> None:
    for name in models.__all__:
        assert f"| `{getattr(models, name).__tablename__}` |" in PAGE
