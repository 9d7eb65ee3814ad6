"""borsellino jobs: what is done at its time, by hand if need be, and how its runs went."""

from __future__ import annotations

import click

from api.cli.caller import Caller, Column
from api.cli.groups import Group
from api.cli.words import TEXT
from api.cli.work import look
from api.errors import ExitCode
from api.jobs import registry, running, runs
from api.jobs.registry import JOBS
from api.jobs.runs import Run
from config import clock

_OUTCOMES = {"queued": "in attesa", "running": "in corso", "done": "fatto", "failed": "non riuscito", "lost": "perso"}


@click.group(cls=Group)
def jobs() -> None:
    """List the jobs, run one by hand, read how their runs went."""


@jobs.command("list")
@click.pass_obj
def list_(caller: Caller) -> None:
    """List the jobs, when each is due, and how its last run went."""
    last, now = look(runs.last), clock.now()
    rows = [
        (
            job.name,
            caller.sentence(job.schedule.it, job.schedule.en),
            job.schedule.following(now) or "-",
            _outcome(caller, last[job.name]) if job.name in last else "-",
            caller.sentence(job.it, job.en),
        )
        for job in JOBS.values()
    ]
    columns = [
        Column("lavoro", "job"),
        Column("quando", "when"),
        Column("prossima volta", "next time"),
        Column("ultima", "last"),
        Column("che cosa fa", "what it does", folds=True),
    ]
    caller.table(columns, rows)
    caller.data(
        jobs=[
            {"name": job.name, "schedule": job.schedule.en, "next_at": job.schedule.following(now), "does": job.en,
             "last_run": last.get(job.name)}
            for job in JOBS.values()
        ]
    )  # fmt: skip


@jobs.command()
@click.argument("name", type=TEXT)
@click.pass_context
def run(ctx: click.Context, name: str) -> None:
    """Run a job here and now; exit 1 if it fails."""
    caller: Caller = ctx.obj
    job = registry.find(name)
    look(runs.last)
    done = running.run_now(job, asked_by=caller.actor)
    if done.problem is None:
        caller.say("{job}: fatto ({counts}).", "{job}: done ({counts}).", job=name, counts=_counts(done))
    else:
        caller.say("{job}: {it}", "{job}: {en}", job=name, it=done.problem["it"], en=done.problem["en"])
    caller.data(run=done)
    if done.problem is not None:
        ctx.exit(ExitCode.REFUSED)


@jobs.command()
@click.option("--job", "name", type=TEXT, help="Of this job only.")
@click.option("--limit", type=click.IntRange(1, 100), default=25, show_default=True, help="At most so many runs.")
@click.pass_obj
def history(caller: Caller, name: str | None, limit: int) -> None:
    """List the runs of jobs, the newest first."""
    if name is not None:
        registry.find(name)
    page = look(lambda session: runs.page(session, {"limit": limit}, job=name))
    columns = [
        Column("lavoro", "job"),
        Column("previsto", "due"),
        Column("iniziato", "started"),
        Column("durata (ms)", "took (ms)", right=True),
        Column("esito", "outcome"),
        Column("che cosa", "what", folds=True),
    ]
    rows = [
        (
            one.job,
            one.due_at or "-",
            one.started_at or "-",
            "-" if one.duration_ms is None else one.duration_ms,
            _outcome(caller, one),
            _counts(one) if one.problem is None else one.problem[caller.language],
        )
        for one in page.data
    ]
    caller.table(columns, rows)
    caller.data(runs=page.data, more=page.has_more)


def _outcome(caller: Caller, run: Run) -> str:
    return _OUTCOMES[run.outcome] if caller.language == "it" else str(run.outcome)


def _counts(run: Run) -> str:
    return ", ".join(f"{name} {count}" for name, count in run.summary.items()) or "-"
