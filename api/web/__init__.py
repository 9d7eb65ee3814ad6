"""The pages for people: one module per room, each with a `blueprint`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import flask


def blueprints() -> Iterator[flask.Blueprint]:
    """Return the rooms, in the order of their names."""
    for module in sorted(walk_packages(__path__, f"{__name__}."), key=lambda found: found.name):
        blueprint = getattr(import_module(module.name), "blueprint", None)
        if blueprint is not None:
            yield blueprint
