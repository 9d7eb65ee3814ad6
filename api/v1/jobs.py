"""Jobs: what is done at its time, how its runs went, and running one by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import fields
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact
from api.conventions import keys, language, paging
from api.conventions.fields import Schema
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.jobs import registry, runs
from api.jobs.registry import JOBS, Job
from api.jobs.runs import Outcome, Run
from config import clock

blueprint = Blueprint("jobs", __name__, url_prefix="/v1/jobs", description=__doc__)


class JobProblemOut(Schema):
    """Why a run failed."""

    code = fields.String(required=True, metadata={"examples": ["books_differ"]})
    detail = fields.Function(
        lambda problem: problem[language.asked()],
        required=True,
        metadata={"type": "string", "description": "What happened and how to mend it, for people"},
    )


class JobRunOut(Schema):
    """One run of a job. `due_at` is null for what is done as soon as there is something to do."""

    id = fields.String(attribute="run_id", required=True, metadata={"examples": ["jrn_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]})
    job = fields.String(required=True, metadata={"examples": ["verify"]})
    status = fields.Enum(Outcome, attribute="outcome", by_value=True, required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    asked_by = fields.String(required=True, allow_none=True, metadata={"description": "Null: its time had come"})
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    duration_ms = fields.Integer(required=True, allow_none=True)
    worker = fields.String(required=True, allow_none=True)
    summary = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "What was done, counted", "examples": [{"holds": 3, "lots": 1}]},
    )
    problem = fields.Nested(JobProblemOut, required=True, allow_none=True)


class JobOut(Schema):
    """A job, when it is due, and how its last run went."""

    id = fields.String(attribute="job.name", required=True, metadata={"examples": ["verify"]})
    description = fields.Function(
        lambda found: getattr(found.job, language.asked()), required=True, metadata={"type": "string"}
    )
    schedule = fields.Function(
        lambda found: getattr(found.job.schedule, language.asked()),
        required=True,
        metadata={"type": "string", "examples": ["every day at 04:00"]},
    )
    next_at = fields.AwareDateTime(required=True, allow_none=True)
    last_run = fields.Nested(JobRunOut, required=True, allow_none=True)


@dataclass(frozen=True, slots=True)
class _Standing:
    job: Job
    next_at: datetime | None
    last_run: Run | None


@blueprint.get("")
@needs("jobs:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(JobOut))
def every(asked: dict[str, Any]) -> Page[_Standing]:
    """List the jobs"""
    last: Mapping[str, Run] = transact(runs.last)
    now = clock.now()
    standing = [_Standing(job, job.schedule.following(now), last.get(job.name)) for job in JOBS.values()]
    return paging.of(standing, lambda one: one.job.name, asked)


@blueprint.get("/<string:job>/runs")
@needs("jobs:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(JobRunOut))
@blueprint.alt_response(404, "NOT_FOUND")
def history(asked: dict[str, Any], job: str) -> Page[Run]:
    """List the runs of a job"""
    name = registry.find(job).name
    return transact(lambda session: runs.page(session, asked, job=name))


@blueprint.get("/<string:job>/runs/<string:run_id>")
@needs("jobs:read")
@blueprint.response(200, JobRunOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show(job: str, run_id: str) -> Run:
    """Show a run of a job"""
    name = registry.find(job).name
    return transact(lambda session: runs.find(session, name, run_id))


@blueprint.post("/<string:job>/runs")
@needs("jobs:run")
@keyed
@blueprint.response(202, JobRunOut)
@blueprint.alt_response(404, "NOT_FOUND")
def ask(job: str, key: str) -> tuple[Run, int, dict[str, str]]:
    """Run a job by hand

    The next worker that is free does it; nobody else's run of the job is under way then.
    """
    name = registry.find(job).name

    def work(session: Session) -> Run:
        return runs.ask(session, name, asked_by=current().actor, key=key)

    run = transact(work)
    return run, 202, {"Location": f"/v1/jobs/{name}/runs/{run.run_id}"} | keys.mark(run.replayed)
