"""Plans: a funder's rules for one period, corrected while nothing was granted, and renewed for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact, transact_in
from api.conventions import keys, uploads
from api.conventions.fields import Day, Text
from api.conventions.keys import keyed
from api.conventions.paging import Page, PageQuery, cut, listed
from api.conventions.smorest import Blueprint
from api.v1 import plan_shapes, reach
from api.v1.plan_shapes import (
    PlanBody,
    PlanCardOut,
    PlanFileBody,
    PlanOut,
    PlanRenewalBody,
    PlanRenewalOut,
    PlanTermsBody,
)
from config import clock
from plans import listing, plan_file, plans, renewal
from plans.listing import FoundPlan, PlanCard
from plans.plan_file import PlanDraft
from plans.renewal import Renewal
from plans.rulebook import loading
from plans.rulebook.words import PlanSource
from wallet import revisions

blueprint = Blueprint("plans", __name__, url_prefix="/v1/plans", description=__doc__)


class PlanQuery(PageQuery):
    """Which plans."""

    employer = Text(longest=60, metadata={"examples": ["E1"]})
    source = plan_shapes.word(PlanSource)
    on = Day(metadata={"description": "Whose credit can be spent on this day"})


@blueprint.get("")
@needs("plans:read")
@blueprint.arguments(PlanQuery, location="query")
@blueprint.response(200, listed(PlanCardOut))
def every(asked: dict[str, Any]) -> Page[PlanCard]:
    """List plans

    Those of the own book, or of the network's; the latest loaded first.
    """
    filters = {name: asked[name] for name in ("employer", "source", "on") if name in asked}
    statement = listing.query(book_id=current().book_id, **filters)
    return transact(lambda session: cut(session, statement, listing.KEY, asked).each(listing.card))


@blueprint.get("/<string:plan_id>")
@needs("plans:read")
@blueprint.etag
@blueprint.response(200, PlanOut)
def show(plan_id: str) -> FoundPlan:
    """Show a plan

    Its terms in full, as data and in plain sentences.
    """
    return transact(lambda session: listing.find(session, plan_id))


def _load(draft: PlanDraft, employer: str | None, key: str) -> flask.Response:
    actor = current().actor
    book_id = transact(lambda session: reach.book(session, employer))

    def work(session: Session) -> FoundPlan:
        done = plans.load(session, book_id, draft, rulebook=loading.load(), created_at=clock.now())
        return listing.find(session, done.plan_id)

    return transact_in(
        book_id,
        lambda session: keys.once(
            session,
            book_id,
            lambda: work(session),
            actor=actor,
            operation="plan_load",
            key=key,
            schema=PlanOut,
            place=lambda made: f"/v1/plans/{made.plan_id}",
        ),
    )


@blueprint.post("")
@needs("plans:write")
@keyed
@blueprint.arguments(PlanBody)
@blueprint.response(201, PlanOut)
@blueprint.alt_response(404, "NOT_FOUND")
def create(asked: dict[str, Any], key: str) -> flask.Response:
    """Load a plan

    The same content under the same code is the plan that is there already; other content is refused: change it.
    """
    employer = asked.pop("employer", None)
    return _load(plan_shapes.draft(asked.pop("code"), asked), employer, key)


@blueprint.post("/files")
@needs("plans:write")
@keyed
@blueprint.arguments(PlanFileBody, location="multipart")
@blueprint.response(201, PlanOut)
@blueprint.alt_response(404, "NOT_FOUND")
def create_from_file(form: dict[str, Any], key: str) -> flask.Response:
    """Load a plan file

    The same as loading a plan, from the TOML file that a welfare manager keeps.
    """
    with uploads.kept(form["file"]) as path:
        return _load(plan_file.read(path), form.get("employer"), key)


@blueprint.put("/<string:plan_id>")
@needs("plans:write")
@blueprint.etag
@blueprint.arguments(PlanTermsBody)
@blueprint.response(200, PlanOut)
@blueprint.alt_response(409, "CONFLICT")
def change(asked: dict[str, Any], plan_id: str) -> FoundPlan:
    """Change a plan

    Replaces its rules, while no credit was granted under it; its code stays. Send the `ETag` it was read with.
    """
    book_id = transact(lambda session: listing.place(session, plan_id)).book_id

    def work(session: Session) -> FoundPlan:
        revisions.wait(session, book_id, plan_id)
        found = listing.find(session, plan_id)
        blueprint.check_etag(found, PlanOut)
        revisions.revise(session, book_id, plan_shapes.draft(found.draft.code, asked))
        return listing.find(session, plan_id)

    return transact_in(book_id, work)


@blueprint.post("/<string:plan_id>/renewals")
@needs("plans:write")
@keyed
@blueprint.arguments(PlanRenewalBody)
@blueprint.response(201, PlanRenewalOut)
def renew(asked: dict[str, Any], plan_id: str, key: str) -> flask.Response:
    """Renew a plan

    Loads the plan of the next period: its days moved by the length of the period, the rest kept but for `changes`.
    """
    actor = current().actor
    last = transact(lambda session: listing.find(session, plan_id))
    made = _renewal(last.draft, asked)

    def work(session: Session) -> dict[str, Any]:
        done = plans.load(session, last.book_id, made.draft, rulebook=loading.load(), created_at=clock.now())
        plan = listing.find(session, done.plan_id)
        return {"plan": plan, "differences": made.differences, "act_kept": made.act_kept}

    return transact_in(
        last.book_id,
        lambda session: keys.once(
            session,
            last.book_id,
            lambda: work(session),
            actor=actor,
            operation="plan_renew",
            key=key,
            schema=PlanRenewalOut,
            place=lambda renewed: f"/v1/plans/{renewed['plan'].plan_id}",
        ),
    )


def _renewal(written: PlanDraft, asked: Mapping[str, Any]) -> Renewal:
    told = plan_shapes.file_words(asked.get("changes", {}))
    return renewal.renew(written, code=asked.get("code"), months=asked.get("months"), changes=told)
