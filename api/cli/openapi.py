"""borsellino openapi: the description of the HTTP API, for programs that make clients."""

from __future__ import annotations

import json
from importlib import import_module

import click

from api.cli.groups import Command


@click.command(cls=Command)
def openapi() -> None:
    """Print the OpenAPI document of the HTTP API; no database is needed."""
    application = import_module("api.app").create()
    found = import_module("api.conventions.smorest").document(application)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))
