"""borsellino events: what waits to be told to programs and people."""

from __future__ import annotations

import click

from api.cli.caller import Caller, Column
from api.cli.groups import Group
from api.cli.work import look
from api.events import backlog


@click.group(cls=Group)
def events() -> None:
    """Look at what waits to be told outside."""


@events.command()
@click.pass_obj
def status(caller: Caller) -> None:
    """Count the events, webhook deliveries and letters that wait, and those that were given up."""
    found = look(backlog.count)
    rows = [
        (caller.sentence("eventi", "events"), found.events, "-"),
        (caller.sentence("consegne ai webhook", "deliveries to webhooks"), found.deliveries, found.dead_deliveries),
        (caller.sentence("lettere", "letters"), found.letters, found.dead_letters),
    ]
    columns = [
        Column("che cosa", "what"),
        Column("in attesa", "waiting", right=True),
        Column("abbandonate", "given up", right=True),
    ]
    caller.table(columns, rows)
    caller.say(
        "Webhook attivi: {on}; disattivati perché non rispondono: {off}.",
        "Webhooks that are on: {on}; turned off because they do not answer: {off}.",
        on=found.endpoints,
        off=found.endpoints_off,
    )
    if not found.mail_configured:
        caller.say(
            "Nessun server di posta è configurato (BORSELLINO_MAIL_HOST): le lettere restano in attesa.",
            "No mail server is configured (BORSELLINO_MAIL_HOST): letters stay queued.",
        )
    caller.data(backlog=found)
