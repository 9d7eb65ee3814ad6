"""Jobs: what is done at its time, how its runs went, and running one by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import SubmitField

from api.access import members
from api.access.identity import current, needs, transact, transact_at_door
from api.jobs import registry, runs
from api.jobs.registry import JOBS, Job
from api.jobs.runs import Outcome, Run
from api.web import forms, network_office, reading
from api.web.forms import MoneyForm
from config import clock

blueprint = network_office.room("jobs", __name__, "/rete/lavori")

_OPEN = (Outcome.QUEUED, Outcome.RUNNING)


@dataclass(frozen=True, slots=True)
class Standing:
    """A job, when it is due, and how its last run went."""

    job: Job
    next_at: datetime | None
    last_run: Run | None


class RunForm(MoneyForm):
    """A job, to be run now; asked for twice from the same page, it runs once."""

    send = SubmitField(_l("Avvia ora"))


@blueprint.get("")
@needs("jobs:read")
def every() -> str:
    """List the jobs."""
    last, now = transact(runs.last), clock.now()
    standing = [Standing(job, job.schedule.following(now), last.get(job.name)) for job in JOBS.values()]
    return flask.render_template("network_office/jobs.html", standing=standing)


@blueprint.get("/<string:job>")
@needs("jobs:read")
def show(job: str) -> tuple[str, int]:
    """Show how the runs of a job went."""
    return _page(registry.find(job), RunForm())


@blueprint.post("/<string:job>")
@needs("jobs:run")
def run(job: str) -> Response | tuple[str, int]:
    """Ask for a run of a job; the next worker that is free does it."""
    found, form = registry.find(job), RunForm()
    actor, key = current().actor, str(form.key.data)
    asked = forms.attempt(form, lambda: transact(lambda s: runs.ask(s, found.name, asked_by=actor, key=key)))
    if asked is None:
        return _page(found, form)
    forms.tell(_("Messo in coda: parte appena possibile."))
    return flask.redirect(flask.url_for(".show", job=found.name))


def _page(found: Job, form: RunForm) -> tuple[str, int]:
    asked = reading.part(network_office.SHOWN)
    page = transact(lambda session: runs.page(session, asked, job=found.name))
    waits = any(one.outcome in _OPEN for one in page.data)
    standing = Standing(found, found.schedule.following(clock.now()), None)
    askers = {one.asked_by for one in page.data if one.asked_by is not None}
    names = transact_at_door(lambda session: members.names(session, askers))
    return forms.show("network_office/job.html", form, standing=standing, page=page, waits=waits, names=names)
