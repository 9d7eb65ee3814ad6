"""The operator's room: whether everything runs, the jobs, who did what, and who has which role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SubmitField

from api.access import audit, members
from api.access.identity import current, needs, transact, transact_at_door
from api.access.members import MemberCard
from api.access.roles import Role
from api.access.tables import AuditEvent, Member
from api.conventions import paging
from api.conventions.paging import Page
from api.jobs import registry, runs
from api.jobs.registry import JOBS, Job
from api.jobs.runs import Run
from api.running import health
from api.web import forms, guards
from api.web.forms import MoneyForm
from config import clock

blueprint = flask.Blueprint("web_network_office", __name__, url_prefix="/rete")
blueprint.before_request(guards.only(Role.OPERATOR))

_SHOWN = 25


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
def home() -> tuple[str, int]:
    """Show whether everything runs, and the jobs."""
    return _home(RunForm())


@blueprint.post("/lavori/<string:job>")
@needs("jobs:run")
def run(job: str) -> Response | tuple[str, int]:
    """Ask for a run of a job; the next worker that is free does it."""
    form = RunForm()

    def ask() -> Run:
        name = registry.find(job).name
        actor, key = current().actor, str(form.key.data)
        return transact(lambda session: runs.ask(session, name, asked_by=actor, key=key))

    if forms.attempt(form, ask) is None:
        return _home(form)
    flask.flash(_("Messo in coda: parte appena possibile. Ricarica la pagina per vedere com'è andata."))
    return flask.redirect(flask.url_for(".home"))


@blueprint.get("/registro")
@needs("audit:read")
def trail() -> str:
    """Show who did what, the newest first."""
    asked = flask.request.args
    filters = audit.Asked(action=asked.get("action") or None, member_id=asked.get("actor") or None)
    column = AuditEvent.__table__.c.event_id
    found = transact(lambda session: paging.cut(session, audit.listing(filters), column, _part()))
    return flask.render_template("network_office/trail.html", page=found, asked=asked)


@blueprint.get("/persone")
@needs("members:read")
def people() -> str:
    """Show who has which role."""

    def work(session: Session) -> Page[MemberCard]:
        found = paging.cut(session, members.listing(), Member.__table__.c.member_id, _part())
        return Page(members.cards(session, [row.member_id for row in found.data]), found.has_more)

    return flask.render_template("network_office/people.html", page=transact_at_door(work))


def _home(form: RunForm) -> tuple[str, int]:
    last: Mapping[str, Run] = transact(runs.last)
    now = clock.now()
    standing = [Standing(job, job.schedule.following(now), last.get(job.name)) for job in JOBS.values()]
    return forms.show("network_office/home.html", form, checks=health.look(), standing=standing)


def _part() -> dict[str, Any]:
    part: dict[str, Any] = {"limit": _SHOWN}
    if after := flask.request.args.get("starting_after"):
        part["starting_after"] = after
    return part
