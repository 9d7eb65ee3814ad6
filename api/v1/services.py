"""Services: searching the catalogue by place, need, beneficiary, price and distance; dated prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from api.access.identity import current, needs, transact
from api.conventions import language, paging
from api.conventions.caching import revalidated
from api.conventions.fields import Day, Digits, Schema, Text
from api.conventions.paging import Page, PageQuery, listed
from api.conventions.problems import NotAllowed
from api.conventions.smorest import Blueprint
from api.v1 import reach
from config import clock
from config.labelled import Labelled
from network import services, vat
from network.audience import MadeFor
from network.checklist import Area
from network.services import Delivery, Entry, Kind, Price, Wanted
from network.states import State
from plans import people
from plans.rulebook.words import Category, Channel
from wallet import catalogue

blueprint = Blueprint("services", __name__, url_prefix="/v1/services", description=__doc__)

MOST_CENTS, MOST_KM = 100_000_000, 20_038
# Said beside every service: what a purchase is for the tax, only its own decision says.
_NOT_A_PROMISE = {
    "it": "Le categorie sono quelle da provare, in ordine: se l'acquisto è esente lo dice la decisione"
    " sull'autorizzazione, che guarda il piano, il beneficiario e i limiti dell'anno.",
    "en": "The categories are those to be tried, in order: whether a purchase is exempt is said by the decision on its"
    " authorization, which looks at the plan, the beneficiary and the limits of the year.",
}


class Payer(Labelled):
    """Whose money a service is looked for with."""

    WALLET = "WALLET", "credito welfare"
    PRIVATE = "PRIVATE", "denaro proprio"


class Doubt(Labelled):
    """What somebody still has to confirm of a service."""

    CATEGORY = "CATEGORY", "la categoria fiscale va confermata da un welfare manager"
    VAT = "VAT", "il regime IVA è dubbio"


class ServiceQuery(PageQuery):
    """What is looked for; whatever is left out is not asked."""

    on = Day(metadata={"description": "As on this day; today unless given"})
    text = Text(longest=100, metadata={"description": "Words of names of services, providers, territories"})
    territory = Text(longest=60, metadata={"examples": ["cremona"]})
    comune = fields.String(
        validate=validate.Regexp("^[0-9]{6}$"),
        metadata={"description": "ISTAT code: what reaches this municipality", "examples": ["019036"]},
    )
    near = Text(longest=60, metadata={"description": "Territory that distances are measured from"})
    max_distance_km = Digits(most=MOST_KM)
    provider = Text(longest=60, metadata={"examples": ["P04"]})
    area = fields.Enum(Area, by_value=True)
    need = Text(longest=60, metadata={"examples": ["anziani"]})
    kind = fields.Enum(Kind, by_value=True)
    delivery = fields.Enum(Delivery, by_value=True)
    min_price_minor = Digits(most=MOST_CENTS, metadata={"description": "Whole cents, one unit"})
    max_price_minor = Digits(most=MOST_CENTS, metadata={"description": "Whole cents, one unit"})
    orderable = fields.Boolean(
        truthy={"true"}, falsy={"false"}, metadata={"description": "Only of providers that may serve on the day"}
    )
    payer = fields.Enum(
        Payer,
        by_value=True,
        metadata={"description": "WALLET: what the plans allow; PRIVATE: whatever has a price"},
    )
    employer = Text(longest=60, metadata={"description": "Whose plans, for whoever works for the whole network"})
    employee_id = Text(longest=60, metadata={"description": "Who buys; an employee may leave it out"})
    relative_id = Text(longest=60, metadata={"description": "Whom it is for, among the buyer's relatives"})
    made_for = fields.Enum(MadeFor, by_value=True)

    @ma.validates_schema
    def _complete(self, data: Mapping[str, Any], **_: Any) -> None:
        if "max_distance_km" in data and "near" not in data:
            raise ma.ValidationError("Needed to measure a distance.", "near")
        if data.get("min_price_minor", 0) > data.get("max_price_minor", MOST_CENTS):
            raise ma.ValidationError("Below the least.", "max_price_minor")
        known = {"employee_id", "employer"} & data.keys() or current().book_id is not None
        if data.get("payer") is Payer.WALLET and not known:
            raise ma.ValidationError("Needed to know whose plans.", "employer")
        if "relative_id" in data and "employee_id" not in data and current().employee_id is None:
            raise ma.ValidationError("Needed to know whose relative.", "employee_id")


class ServiceDoubtOut(Schema):
    """Something to be confirmed before anybody relies on it."""

    code = fields.Enum(Doubt, by_value=True, required=True)
    note = fields.Function(
        lambda doubt: doubt["code"].label(language.asked()), required=True, metadata={"type": "string"}
    )


class ServiceOut(Schema):
    """A service on a day. Prices are of one unit, in whole cents, VAT included; a request has none."""

    id = fields.String(attribute="service_code", required=True, metadata={"examples": ["DOP-CR"]})
    name = fields.String(required=True, metadata={"examples": ["Doposcuola"]})
    kind = fields.Enum(Kind, by_value=True, required=True)
    unit = fields.String(required=True, metadata={"examples": ["mese"]})
    area = fields.Enum(Area, by_value=True, required=True)
    need = fields.String(required=True, metadata={"examples": ["bambini"]})
    provider = fields.String(attribute="provider_code", required=True, allow_none=True)
    provider_name = fields.String(required=True, allow_none=True)
    provider_state = fields.String(
        required=True, allow_none=True, metadata={"description": "On the day", "examples": [State.QUALIFIED.value]}
    )
    territory = fields.String(attribute="territory_code", required=True, allow_none=True)
    territory_name = fields.String(required=True, allow_none=True)
    delivery = fields.Enum(Delivery, by_value=True, required=True)
    distance_km = fields.Integer(
        required=True, allow_none=True, metadata={"description": "As the crow flies; null without `near`, and remotely"}
    )
    price_minor = fields.Integer(required=True, allow_none=True, metadata={"examples": [13000]})
    net_minor = fields.Integer(required=True, allow_none=True)
    vat_minor = fields.Integer(required=True, allow_none=True)
    vat_regime = fields.String(required=True, allow_none=True, metadata={"examples": ["V5"]})
    currency = fields.Constant("EUR", required=True, metadata={"type": "string"})
    categories = fields.List(
        fields.Enum(Category, by_value=True), required=True, metadata={"description": "Candidates, in order of trial"}
    )
    channels = fields.List(
        fields.Enum(Channel, by_value=True), required=True, metadata={"description": "In order of preference"}
    )
    made_for = fields.Enum(MadeFor, by_value=True, required=True)
    min_age = fields.Integer(required=True, allow_none=True)
    orderable = fields.Boolean(
        attribute="may_be_ordered", required=True, metadata={"description": "Has a price and may be served on the day"}
    )
    doubts = fields.List(fields.Nested(ServiceDoubtOut), required=True)
    tax_note = fields.Function(lambda _: _NOT_A_PROMISE[language.asked()], required=True, metadata={"type": "string"})

    @ma.pre_dump
    def _told(self, found: Entry, **_: Any) -> dict[str, Any]:
        told = {name: getattr(found, name) for name in Entry.__slots__}
        told["categories"] = [Category(code) for code in found.categories]
        told["channels"] = [Channel(code) for code in found.channels]
        told["area"] = Area(found.area)
        return told | {"may_be_ordered": found.may_be_ordered, "doubts": _doubts(found)}


def _doubts(found: Entry) -> list[dict[str, Doubt]]:
    doubts = [Doubt.CATEGORY] if found.category_doubtful else []
    if found.vat_regime is not None and vat.regime(found.vat_regime).confidence == "doubtful":
        doubts.append(Doubt.VAT)
    return [{"code": doubt} for doubt in doubts]


class ServicePriceOut(Schema):
    """A price of one unit from one day to another, both included."""

    id = fields.Date(attribute="valid_from", dump_only=True)
    price_minor = fields.Integer(required=True, metadata={"examples": [13000]})
    net_minor = fields.Integer(required=True)
    vat_minor = fields.Integer(required=True)
    vat_regime = fields.String(required=True)
    currency = fields.Constant("EUR", required=True, metadata={"type": "string"})
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)


@blueprint.get("")
@needs("catalogue:read")
@revalidated
@blueprint.etag
@blueprint.arguments(ServiceQuery, location="query")
@blueprint.response(200, listed(ServiceOut))
@blueprint.alt_response(404, "NOT_FOUND")
def index(asked: dict[str, Any]) -> Page[Entry]:
    """Search the services

    As they are on a day: those that may be served first; in each group the nearest, the cheapest, and by name.
    """

    def work(session: Session) -> Page[Entry]:
        day = asked.get("on") or clock.today()
        found = services.matches(session, _wanted(session, asked), on=day)
        return paging.parted(session, found.statement, found.parts, "code", asked).each(services.entry)

    return transact(work)


def _wanted(session: Session, asked: Mapping[str, Any]) -> Wanted:
    # Whose relative somebody is, and how old, is told to whoever may declare it.
    if "relative_id" in asked and "people:declare" not in current().scopes:
        raise NotAllowed(scope="people:declare")
    told = {name: asked[name] for name in Wanted.__dataclass_fields__ if name in asked}
    if "made_for" in told:
        told["made_for"] = (told["made_for"],)
    if asked.get("payer") is Payer.PRIVATE:
        told["kind"] = Kind.AUTHORIZATION
    day = asked.get("on") or clock.today()
    buyer = asked.get("employee_id") or current().employee_id
    if buyer is None:
        if asked.get("payer") is Payer.WALLET:
            told["payable"] = catalogue.payable(session, reach.book(session, asked.get("employer")), None, on=day)
        return Wanted(only_qualified=asked.get("orderable", False), **told)
    book_id = people.book_of(session, buyer)
    if "employee_id" in asked or "relative_id" in asked:
        told["person"] = catalogue.person(session, book_id, buyer, asked.get("relative_id"), on=day)
    if asked.get("payer") is Payer.WALLET:
        told["payable"] = catalogue.payable(session, book_id, buyer, on=day)
    return Wanted(only_qualified=asked.get("orderable", False), **told)


class OnDay(Schema):
    """The day that is asked about."""

    on = Day(metadata={"description": "As on this day; today unless given"})


@blueprint.get("/<string:service_id>")
@needs("catalogue:read")
@revalidated
@blueprint.etag
@blueprint.arguments(OnDay, location="query")
@blueprint.response(200, ServiceOut)
@blueprint.alt_response(404, "NOT_FOUND")
def show(asked: dict[str, Any], service_id: str) -> Entry:
    """Show a service as it is on a day"""
    return transact(lambda session: services.entry_of(session, service_id, on=asked.get("on") or clock.today()))


@blueprint.get("/<string:service_id>/prices")
@needs("catalogue:read")
@revalidated
@blueprint.etag
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, listed(ServicePriceOut))
@blueprint.alt_response(404, "NOT_FOUND")
def prices(asked: dict[str, Any], service_id: str) -> Page[Price]:
    """List a service's prices

    Those that were, are and will be in force, the oldest first; an id is the first day.
    """

    def work(session: Session) -> Page[Price]:
        in_force = [price for price in services.price_history(session, service_id) if price.covers_a_day]
        return paging.of(in_force, lambda price: price.valid_from.isoformat(), asked)

    return transact(work)
