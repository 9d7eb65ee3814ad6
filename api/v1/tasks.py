"""Tasks: how far the work is that was asked for and takes longer than an answer may."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from api import tasks
from api.access.identity import current, needs, transact
from api.conventions import language
from api.conventions.fields import Schema, Text
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.smorest import Blueprint
from api.tasks import State, Task

blueprint = Blueprint("tasks", __name__, url_prefix="/v1/tasks", description=__doc__)

# In seconds: most tasks are over before somebody asks again.
RETRY_AFTER = 1


class TaskProblemOut(Schema):
    """Why a task failed."""

    code = fields.String(required=True, metadata={"examples": ["plan_not_found"]})
    detail = fields.Function(
        lambda problem: problem[language.asked()],
        required=True,
        metadata={"type": "string", "description": "What happened and how to mend it, for people"},
    )


class TaskOut(Schema):
    """Work that was asked for. `result` is there once it is done, `problem` once it has failed."""

    id = fields.String(attribute="task_id", required=True, metadata={"examples": ["tsk_01K0Z3J8Q4X5N6T7V8W9Y0A1B2"]})
    kind = fields.String(required=True, metadata={"examples": ["statement"]})
    status = fields.Enum(State, attribute="state", by_value=True, required=True)
    done = fields.Integer(required=True, metadata={"description": "How much of `total` is done", "examples": [40]})
    total = fields.Integer(required=True, allow_none=True, metadata={"examples": [100]})
    result = fields.Dict(keys=fields.String(), required=True, allow_none=True)
    problem = fields.Nested(TaskProblemOut, required=True, allow_none=True)
    asked_at = fields.AwareDateTime(required=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)


class TaskQuery(PageQuery):
    """Which tasks."""

    kind = Text(metadata={"examples": ["statement"]})
    status = fields.Enum(State, attribute="state", by_value=True)


def headers_of(task: Task) -> dict[str, str]:
    """Return the headers of an answer with a task: when to ask again, while it is not over."""
    return {"Retry-After": str(RETRY_AFTER)} if task.state in (State.QUEUED, State.RUNNING) else {}


@blueprint.get("")
@needs("tasks:read")
@blueprint.arguments(TaskQuery, location="query")
@blueprint.response(200, listed(TaskOut))
def every(asked: dict[str, Any]) -> Page[Task]:
    """List your tasks

    Those that were asked for with tokens of yours, the newest first, for 30 days after they ended.
    """
    return transact(lambda session: tasks.page(session, asked, member_id=current().member_id))


@blueprint.get("/<string:task_id>")
@needs("tasks:read")
@blueprint.response(200, TaskOut, headers={"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}})
@blueprint.alt_response(404, "NOT_FOUND")
def show(task_id: str) -> tuple[Task, int, dict[str, str]]:
    """Show a task

    While it is queued or running, `Retry-After` says when to ask again.
    """
    task = transact(lambda session: tasks.find(session, task_id))
    return task, 200, headers_of(task)
