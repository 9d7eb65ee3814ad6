"""A provider's qualification: its state, the checklist with its documents, what ends, what was, how it is reached."""

from __future__ import annotations

from dataclasses import dataclass, replace

import flask
from sqlalchemy.orm import Session

from api.access.identity import needs, transact
from api.access.roles import Role
from api.web import guards, provider
from config import clock
from network import acceptance, contacts, dossiers, services
from network.contacts import Contact
from network.dossiers import Dossier, Line
from network.states import State

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

    def work(session: Session) -> tuple[Dossier, Asking, Contact | None]:
        code = provider.code()
        return dossiers.of(session, code, clock.today()), _asking(session), contacts.of(session, code)

    found, asking, contact = transact(work)
    weighed, others = _parted(found)
    return flask.render_template(
        "provider/qualification.html",
        found=found,
        weighed=replace(found, lines=weighed),
        others=others,
        exempt=found.provider.state is State.EXEMPT,
        asking=asking,
        contact=contact,
        today=clock.today(),
    )


def _parted(found: Dossier) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """
    Return the requirements that have documents or lack one, and those that the qualification stands without.

    One document in force is enough for a family; whoever is exempt lacks none.
    """
    lacking = () if found.provider.state is State.EXEMPT else found.families_missing
    weighed = tuple(line for line in found.lines if line.documents or line.requirement.family in lacking)
    return weighed, tuple(line for line in found.lines if line not in weighed)


def _asking(session: Session) -> Asking:
    terms = acceptance.terms(session, provider.code())
    names = {each.code: each.name for each in services.listed(session, terms.services)}
    return Asking(terms.hours, tuple((names[code], hours) for code, hours in terms.services.items()))
