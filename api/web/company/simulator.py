"""The simulator: what an amount costs and what arrives, as welfare, as a bonus and as salary."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import flask
from babel.numbers import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from api.access.identity import needs
from api.access.roles import Role
from api.conventions import problems
from api.web import charts, forms, guards, words
from api.web.charts import Bar
from api.web.fields import AmountField
from api.web.forms import Form
from config import clock, money
from config.errors import DomainError
from plans.bonus import rules, simulation
from plans.bonus.rules import BonusRules
from plans.bonus.simulation import Worker, Year
from plans.rulebook import loading

blueprint = flask.Blueprint("web_company_simulator", __name__, url_prefix="/azienda/simulatore")
blueprint.before_request(guards.only(Role.EMPLOYER))

_HUNDRED = 10_000
# The brackets of the ordinary tax are payroll's matter: people choose the one that they think of.
_RATES = ("", "23", "33", "35", "43")


class SimulatorForm(Form):
    """What is compared; nothing of it is kept."""

    class Meta:
        """Read from the address, so that a comparison can be kept and sent on: nothing changes by it."""

        csrf = False

    amount = AmountField(_l("Importo lordo, in euro"), [InputRequired(_l("Manca: scrivilo qui."))])
    rate = SelectField(_l("Aliquota IRPEF più alta della persona"), validate_choice=True)
    within = SelectField(_l("Redditi di lavoro dell'anno scorso nel limite di legge"))
    employer = AmountField(_l("Contributi dell'azienda, per ogni 100 euro lordi"))
    send = SubmitField(_l("Confronta"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rate.choices = [SelectChoice(rate, f"{rate} %" if rate else _("Non so")) for rate in _RATES]
        self.within.choices = [SelectChoice("yes", _("Sì")), SelectChoice("no", _("No"))]


@dataclass(frozen=True, slots=True)
class Way:
    """One way of giving an amount, in whole cents; None is what is not known."""

    name: str
    contributions_minor: int
    tax_minor: int | None
    net_minor: int | None
    cost_minor: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    """The three ways side by side, with the rules that they stand on."""

    ways: tuple[Way, ...]
    rules: BonusRules
    over_minor: int


@blueprint.get("")
@needs("plans:read")
def show() -> tuple[str, int]:
    """Compare the three ways."""
    form, compared = _asked()
    ways = () if compared is None else compared.ways
    picture = charts.address([Bar(way.name, way.net_minor) for way in ways if way.net_minor is not None])
    return forms.show("company/simulator.html", form, compared=compared, picture=picture, percent=percent)


def percent(points: int) -> str:
    """Return hundredths of one per cent as people write a percentage, without its sign."""
    return str(format_decimal(Decimal(points) / 100, locale=money.LOCALES[words.asked()]))


def _asked() -> tuple[SimulatorForm, Compared | None]:
    form = SimulatorForm(formdata=flask.request.args if flask.request.args else None)
    if not flask.request.args:
        form.amount.data = "1000,00"
        form.amount.money = money.from_minor(100_000)
        form.rate.data, form.within.data = "", "yes"
    elif not form.validate():
        form.status = 422
        return form, None
    try:
        return form, _compare(form)
    except DomainError as refusal:
        form.refusals.append(words.refusal(refusal))
        form.status = int(problems.status_of(refusal))
        return form, None


def _compare(form: SimulatorForm) -> Compared:
    assert form.amount.money is not None  # noqa: S101 - the form asks for it
    gross, today = money.minor(form.amount.money), clock.today()
    found = rules.at(loading.load(), today, today)
    ordinary = int(form.rate.data) * 100 if form.rate.data else None
    favoured = Worker(income_within=form.within.data == "yes", ordinary_points=ordinary)
    plain = Worker(waived=True, ordinary_points=ordinary)
    simulation.converted(gross, simulation.WHOLE_PERCENT)
    cost = None if form.employer.money is None else gross + _share(gross, money.minor(form.employer.money))
    ways = [Way(_("Welfare"), 0, 0, gross, gross)]
    for name, worker in ((_("Premio in denaro"), favoured), (_("Stipendio"), plain)):
        cash = simulation.paid(gross, found, worker, 0)
        ordinary_tax = cash.ordinary_tax_minor
        tax = None if ordinary_tax is None else cash.substitute_tax_minor + ordinary_tax
        ways.append(Way(name, cash.contributions_minor, tax, cash.net_minor, cost))
    return Compared(tuple(ways), found, max(0, gross - simulation.room(found, Year())))


def _share(gross_minor: int, per_hundred_minor: int) -> int:
    """Return a part of an amount, half a cent rounded up as payroll does."""
    return (2 * gross_minor * per_hundred_minor + _HUNDRED) // (2 * _HUNDRED)
