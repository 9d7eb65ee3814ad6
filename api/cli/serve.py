"""borsellino serve: the web server and the worker, in one command."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import click
from rich.console import Console

from api.cli.caller import Caller, Column
from api.cli.groups import Command
from api.cli.words import TEXT
from config import database, settings


@click.command(cls=Command)
@click.option(
    "--bind", type=TEXT, help="Address and port; BORSELLINO_BIND unless given, this machine alone by default."
)
@click.option(
    "--demo",
    is_flag=True,
    help="Load the demonstration first, and print a token and a link to the pages for every role in it.",
)
@click.pass_context
def serve(ctx: click.Context, bind: str | None, demo: bool) -> None:
    """Migrate, then run the web server and the worker until Ctrl-C; both finish what they have in hand."""
    caller: Caller = ctx.obj
    running = import_module("api.running.processes")
    serving = import_module("api.running.serving")
    database.migrate()
    configured = settings.load()
    address = bind or configured.bind
    serving.require({"BORSELLINO_BIND": address, "BORSELLINO_METRICS_BIND": configured.metrics_bind})
    if demo:
        story = import_module("api.demonstration.main")
        story.run(Console(), output=Path("output") / "demo", language=caller.language)
    told = running.addresses() | ({"BORSELLINO_BIND": bind} if bind else {})
    terms = configured.terms
    if demo and terms is None:
        # What its providers were paid under.
        terms = import_module("api.demonstration.settlement").TERMS_FILE
    if demo:
        # A line for every request would take the links out of sight.
        told.setdefault("BORSELLINO_LOG_LEVEL", os.environ.get("BORSELLINO_LOG_LEVEL", "warning"))
    if terms is not None:
        told["BORSELLINO_TERMS"] = str(terms.resolve())
    _tell(caller, address, demo=demo)
    processes = running.Processes(told)
    processes.start(*running.WEB)
    processes.start(*running.WORKER)
    ctx.exit(processes.watch())


def _tell(caller: Caller, address: str, *, demo: bool) -> None:
    caller.say(
        "Pagine: http://{address}/ · API: http://{address}/v1/ · prove: http://{address}/docs/ · Ctrl-C per fermare.",
        "Pages: http://{address}/ · API: http://{address}/v1/ · try it: http://{address}/docs/ · Ctrl-C to stop.",
        address=address,
    )
    if not demo:
        caller.data(address=address)
        return
    sign_ins = import_module("api.demonstration.sign_ins")
    found = database.transact(sign_ins.make)
    caller.say(
        "Token della dimostrazione, buoni per {hours:ora|ore}: «Authorization: Bearer …».",
        "Tokens of the demonstration, good for {hours:hour|hours}: 'Authorization: Bearer …'.",
        hours=int(sign_ins.LASTING.total_seconds() // 3_600),
    )
    columns = [Column("ruolo", "role"), Column("chi", "who", folds=True), Column("token", "token")]
    caller.table(columns, [(str(one.role), one.name, one.token) for one in found])
    caller.say(
        "Per vedere le pagine come ciascuno di loro, aprire il suo collegamento; valgono altrettanto:",
        "To see the pages as each of them, open their link; they last as long:",
    )
    links = {str(one.role): f"http://{address}/dimostrazione#{one.secret}" for one in found}
    # Not in a table, which would fold them.
    for link in links.items():
        caller.say("{role}: {link}", "{role}: {link}", role=link[0], link=link[1])
    caller.data(address=address, tokens={str(one.role): one.token for one in found}, links=links)
