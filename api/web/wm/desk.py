"""The desk: what waits for a welfare manager, and what people ask for that nobody offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import flask
import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from api.access.identity import needs, transact
from api.access.roles import Role
from api.web import guards
from api.web.public import names
from config import clock
from network import providers, qualification
from network import unmet as searches
from network.providers import Provider
from network.qualification import Expiring
from network.unmet import Unmet
from wallet.redemptions import records as redemptions
from wallet.redemptions.words import Status
from wallet.reimbursements import listing
from wallet.reimbursements import words as reimbursing
from wallet.requests import demand, records
from wallet.requests import words as asking
from wallet.requests.demand import Demand
from wallet.settlement import disputes
from wallet.surveys import records as surveys

blueprint = flask.Blueprint("web_wm", __name__, url_prefix="/wm")
blueprint.before_request(guards.only(Role.WELFARE_MANAGER))

DAYS_OF_DEMAND, DAYS_OF_NOTICE = 365, 30
_MOST_SEARCHES = 30
# The four words that a search knows of whom it is for.
_WHOM: Mapping[str, object] = {
    "anziano": _l("una persona anziana o non autosufficiente"),
    "bambino": _l("un bambino o un ragazzo"),
    "familiare": _l("un altro familiare"),
    "io": _l("chi lavora"),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits: counts, and the providers that need a look."""

    requests: int
    reimbursements: int
    disputes: int
    late: int
    surveys: int
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
        _count(session, disputes.query(state=disputes.State.OPEN)),
        _count(session, redemptions.query(status=Status.CONFLICT)),
        _count(session, surveys.open_on(today)),
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
    return demand.since(session, _a_year_ago())


def _a_year_ago() -> date:
    return clock.today() - timedelta(days=DAYS_OF_DEMAND)


@blueprint.get("/domanda")
@needs("requests:read")
def unmet() -> str:
    """Show what people ask for or look for and the territory does not give."""

    def work(session: Session) -> tuple[tuple[Demand, ...], Sequence[Unmet]]:
        return _demand(session), searches.since(session, _a_year_ago(), limit=_MOST_SEARCHES)

    found, searched = transact(work)
    return flask.render_template(
        "wm/demand.html", found=found, searched=searched, names=names, outside=searches.OUTSIDE, whom=_WHOM
    )
