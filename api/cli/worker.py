"""borsellino worker: the process that does the jobs when they are due."""

from __future__ import annotations

import click

from api.cli.caller import Caller
from api.cli.groups import Command
from api.cli.work import look


@click.command(cls=Command)
@click.option("--once", is_flag=True, help="Do what is due now and end.")
@click.pass_obj
def worker(caller: Caller, once: bool) -> None:
    """Do the jobs when they are due, until it is stopped; a job in flight ends first."""
    from api.jobs import runs
    from api.jobs.worker import Worker
    from api.running import logs

    # The database is there and of this version, or the command ends here with what is to be done.
    look(runs.last)
    working = Worker()
    if once:
        working.catch_up()
        caller.say("Fatto ciò che era da fare ora.", "What was due has been done.")
    else:
        logs.configure()
        working.run()
    caller.data(stopped=True)
