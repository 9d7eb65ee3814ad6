"""A provider's qualification: its state, the checklist with its documents, what ends, and what was."""

from __future__ import annotations

from dataclasses import dataclass

import flask
from sqlalchemy.orm import Session

from api.access.identity import needs, transact
from api.access.roles import Role
from api.web import guards, provider
from config import clock
from network import acceptance, dossiers, services
from network.dossiers import Dossier

blueprint = flask.Blueprint("web_provider_file", __name__, url_prefix="/fornitore/qualifica")
blueprint.before_request(guards.only(Role.PROVIDER))


@dataclass(frozen=True, slots=True)
class Asking:
    """How many hours a provider has to accept: any purchase (None: it is not asked), and some services by name."""

    hours: int | None
    services: tuple[tuple[str, int], ...]


@blueprint.get("")
@needs("qualification:read")
def home() -> str:
    """Show whether the provider may serve, until when, and what has to be renewed."""

    def work(session: Session) -> tuple[Dossier, Asking]:
        return dossiers.of(session, provider.code(), clock.today()), _asking(session)

    found, asking = transact(work)
    return flask.render_template("provider/qualification.html", found=found, asking=asking, today=clock.today())


def _asking(session: Session) -> Asking:
    terms = acceptance.terms(session, provider.code())
    names = {each.code: each.name for each in services.listed(session, terms.services)}
    return Asking(terms.hours, tuple((names[code], hours) for code, hours in terms.services.items()))
