"""The HTTP API, version 1: one module per resource, each with a `blueprint`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from api.conventions.smorest import Blueprint


def blueprints() -> Iterator[Blueprint]:
    """Return the resources, in the order of their names."""
    for module in sorted(iter_modules(__path__), key=lambda found: found.name):
        blueprint = getattr(import_module(f"{__name__}.{module.name}"), "blueprint", None)
        if blueprint is not None:
            yield blueprint
