"""The desk: what waits for a welfare manager, and what people ask for that nobody offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import flask
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access.identity import needs, transact
from api.access.roles import Role
from api.web import guards
from config import clock
from network import providers, qualification
from network.providers import Provider
from network.qualification import Expiring
from wallet.reimbursements import listing
from wallet.reimbursements import words as reimbursing
from wallet.requests import demand, records
from wallet.requests import words as asking
from wallet.requests.demand import Demand

blueprint = flask.Blueprint("web_wm", __name__, url_prefix="/wm")
blueprint.before_request(guards.only(Role.WELFARE_MANAGER))

DAYS_OF_DEMAND, DAYS_OF_NOTICE = 365, 30


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits: counts, and the providers that need a look."""

    requests: int
    reimbursements: int
    to_qualify: tuple[Provider, ...]
    ending: tuple[Expiring, ...]
    unmet: int


@blueprint.get("")
@needs("requests:read")
def home() -> str:
    """Show what waits."""
    return flask.render_template("wm/desk.html", desk=transact(_desk))


def _desk(session: Session) -> Desk:
    today = clock.today()
    return Desk(
        _count(session, records.query(state=asking.State.OPEN)),
        _count(session, listing.query(states=(reimbursing.State.SUBMITTED,))),
        to_qualify(session),
        qualification.expiring(session, today, within_days=DAYS_OF_NOTICE),
        sum(each.unmet for each in _demand(session)),
    )


def to_qualify(session: Session) -> tuple[Provider, ...]:
    """Return the providers that may not serve today."""
    return tuple(each for each in providers.listed(session, clock.today()) if not each.state.may_serve)


def _count(session: Session, query: sa.Select[tuple[object, ...]]) -> int:
    return int(session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0)


def _demand(session: Session) -> tuple[Demand, ...]:
    return demand.since(session, clock.today() - timedelta(days=DAYS_OF_DEMAND))


@blueprint.get("/domanda")
@needs("requests:read")
def unmet() -> str:
    """Show what people ask for and the territory does not give."""
    return flask.render_template("wm/demand.html", found=transact(_demand))
