"""Navigation: where each role begins, and what it finds on top of every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import flask
from flask_babel import lazy_gettext

from api.access.roles import Role


@dataclass(frozen=True, slots=True)
class Place:
    """A page and what it is called."""

    endpoint: str
    name: object


PUBLIC = (
    Place("web_public.catalogue", lazy_gettext("Servizi")),
    Place("web_public.info_cards", lazy_gettext("Agevolazioni")),
)
# The first of each is where the role begins.
PLACES: Mapping[Role, tuple[Place, ...]] = {
    Role.OPERATOR: (
        Place("web_network_office.home", lazy_gettext("La rete")),
        Place("web_network_payouts.every", lazy_gettext("Pagamenti")),
        Place("web_network_bank.home", lazy_gettext("Banca")),
        Place("web_network_clearing.every", lazy_gettext("Compensazione")),
        Place("web_network_funders.every", lazy_gettext("Finanziatori")),
        Place("web_network_territories.every", lazy_gettext("Territori")),
        Place("web_network_people.every", lazy_gettext("Chi entra")),
        Place("web_network_trail.every", lazy_gettext("Registro")),
    ),
    Role.WELFARE_MANAGER: (
        Place("web_wm.home", lazy_gettext("Scrivania")),
        Place("web_wm_requests.index", lazy_gettext("Richieste")),
        Place("web_wm_reviews.queue", lazy_gettext("Rimborsi")),
        Place("web_wm_providers.index", lazy_gettext("Fornitori")),
        Place("web_wm_acting.search", lazy_gettext("Persone")),
        Place("web_wm_surveys.index", lazy_gettext("Questionari")),
    ),
    Role.EMPLOYEE: (
        Place("web_me.home", lazy_gettext("Borsellino")),
        Place("web_me.every", lazy_gettext("Movimenti")),
        Place("web_family.every", lazy_gettext("Famiglia")),
        Place("web_reimbursements.every", lazy_gettext("Rimborsi")),
        Place("web_limits.explain", lazy_gettext("Limiti")),
        Place("web_orientation.ask", lazy_gettext("Orientamento")),
    ),
    Role.EMPLOYER: (
        Place("web_company.home", lazy_gettext("Azienda")),
        Place("web_company_plans.every", lazy_gettext("Piani")),
        Place("web_company_people.every", lazy_gettext("Persone")),
        Place("web_company_budgets.every", lazy_gettext("Budget")),
        Place("web_company_simulator.show", lazy_gettext("Simulatore")),
        Place("web_statements.index", lazy_gettext("Documenti")),
    ),
    Role.PROVIDER: (
        Place("web_provider.home", lazy_gettext("Giornata")),
        Place("web_provider_till.check", lazy_gettext("Riscatta")),
        Place("web_provider_money.home", lazy_gettext("Pagamenti")),
        Place("web_provider_file.home", lazy_gettext("Qualifica")),
        Place("web_provider_reach.tell", lazy_gettext("Recapiti")),
    ),
    Role.ACCOUNTANT: (
        Place("web_office.home", lazy_gettext("Quadratura")),
        Place("web_statements.index", lazy_gettext("Documenti")),
        Place("web_office_items.index", lazy_gettext("Voci di cedolino")),
        Place("web_office_recheck.index", lazy_gettext("Da riesaminare")),
    ),
    Role.PAYROLL: (
        Place("web_office_payroll.home", lazy_gettext("Paghe")),
        Place("web_office_items.index", lazy_gettext("Voci di cedolino")),
        Place("web_office_bonuses.index", lazy_gettext("Premi")),
        Place("web_office_elsewhere.index", lazy_gettext("Importi da altrove")),
        Place("web_statements.index", lazy_gettext("Documenti")),
    ),
    Role.MUNICIPALITY: (
        Place("web_town.home", lazy_gettext("Fondi")),
        Place("web_town_applications.index", lazy_gettext("Domande")),
        Place("web_town_bands.index", lazy_gettext("Fasce ISEE")),
        Place("web_statements.index", lazy_gettext("Documenti")),
    ),
}

# Of whoever was offered a bonus, or chose about one; in the page's session, so that no page has to ask for it.
BONUS = Place("web_bonus.latest", lazy_gettext("Premio"))
_BONUS_OF = "bonus_of"

# Whose own places fill the top.
_BELOW = frozenset({Role.OPERATOR})


def of(role: Role | None) -> tuple[Place, ...]:
    """Return what somebody finds on top of a page."""
    if role is None:
        return PUBLIC
    identity = flask.g.get("identity")
    bonus = identity is not None and flask.session.get(_BONUS_OF) == identity.appointment_id
    return (*PLACES.get(role, ()), *((BONUS,) if bonus else ()), *(() if role in _BELOW else PUBLIC))


def know_bonus(appointment_id: str, *, known: bool) -> None:
    """Remember in the page's session whether whoever looks has a bonus to be led to."""
    if known:
        flask.session[_BONUS_OF] = appointment_id
    else:
        flask.session.pop(_BONUS_OF, None)


def below(role: Role | None) -> tuple[Place, ...]:
    """Return what of everybody's pages somebody finds at the foot of a page, for want of room on top."""
    return PUBLIC if role in _BELOW else ()


def home(role: Role) -> str:
    """Return the page where a role begins."""
    found = PLACES.get(role)
    return found[0].endpoint if found else "web_public.home"


def own(path: str | None) -> str | None:
    """Return a path of ours to go on to; nobody is sent to another site."""
    if not path or not path.isprintable() or not path.startswith("/") or path.startswith(("//", "/\\")):
        return None
    return path
