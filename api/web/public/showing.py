"""Showing a service: who gives it, where it reaches, and what it costs whoever pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flask
from sqlalchemy.orm import Session

from api.access.roles import Role
from api.web import words
from api.web.public import looking
from config import clock
from network import comuni, contacts, providers, services, territories, vat
from network.comuni import Comune
from network.contacts import Contact
from network.providers import Provider
from network.services import Delivery, Entry, Kind, Price
from network.territories import Territory
from network.vat import Recharge, Regime
from plans.people import RelativeCard
from plans.rulebook.words import Channel
from wallet.social.aids import Aid

ORDER = "web_order.begin"


@dataclass(frozen=True, slots=True)
class Cost:
    """A price with its VAT in words, for who pays with their own money and for who pays with an employer's credit."""

    price: Price
    regime: Regime
    otherwise: Regime | None
    recharge: Recharge

    @property
    def vat(self) -> str:
        """Return what the VAT regime is called."""
        return _label(self.regime)

    @property
    def vat_otherwise(self) -> str | None:
        """Return what the regime is called of users whom the reduced rate does not name, where there is another."""
        return None if self.otherwise is None else _label(self.otherwise)

    @property
    def is_vat_doubtful(self) -> bool:
        """Say whether the regime still has to be confirmed."""
        return self.regime.confidence == "doubtful"


@dataclass(frozen=True, slots=True)
class Service:
    """
    A service as one page tells of it.

    `plans` are those of which whoever looks has credit, None where nobody is known by plans; `taxed` says that for
    `relative`, whom it is for, the credit would be taxed as things stand. `aid` is a voucher of their municipality
    that pays a part of it. `whom` is who it is for, as an order is told it; None where nobody said.
    """

    entry: Entry
    provider: Provider | None
    contact: Contact | None
    cost: Cost | None
    territory: Territory | None
    comuni: Sequence[Comune]
    territories: Sequence[Territory]
    plans: tuple[str, ...] | None
    taxed: bool
    aid: Aid | None
    relative: RelativeCard | None
    whom: str | None

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Return how it can be had, in order of preference."""
        return tuple(Channel(code) for code in self.entry.channels)

    @property
    def is_request(self) -> bool:
        """Say whether it is asked for and not ordered."""
        return self.entry.kind is Kind.REQUEST


def one(session: Session, code: str, whom: str | None = None) -> Service:
    """
    Return a service as it is today, for somebody of the family of whoever looks.

    Errors: ServiceNotFound.
    """
    today = clock.today()
    entry = services.entry_of(session, code, on=today)
    remote = entry.delivery is Delivery.REMOTE
    place = None if entry.territory_code is None else territories.get(session, entry.territory_code)
    relative = looking.relative_of(session, whom)
    payers = looking.payers_of(session, None if relative is None else relative.relative_id)
    return Service(
        entry=entry,
        provider=None if entry.provider_code is None else providers.get(session, entry.provider_code, today),
        contact=None if entry.provider_code is None else contacts.of(session, entry.provider_code),
        cost=None if entry.price_minor is None else _cost(services.price_on(session, code, today)),
        territory=place,
        comuni=() if remote or place is None else comuni.of_province(session, place.province),
        territories=territories.every(session) if remote else (),
        plans=payers.of(entry),
        taxed=payers.taxes(entry),
        aid=looking.aid_of(session, code),
        relative=relative,
        whom=whom if relative is not None or whom in (looking.MYSELF, looking.UNSAID) else None,
    )


def order_page() -> str | None:
    """Return the page on which whoever looks may order, where they have a wallet."""
    identity = flask.g.get("identity")
    orders = identity is not None and identity.role is Role.EMPLOYEE and ORDER in flask.current_app.view_functions
    return ORDER if orders else None


def _cost(price: Price) -> Cost:
    return Cost(
        price,
        vat.regime(price.vat_regime),
        None if price.vat_if_not_listed is None else vat.regime(price.vat_if_not_listed),
        vat.recharge(price.price_minor, price.vat_regime),
    )


def _label(regime: Regime) -> str:
    return regime.label_it if words.asked() == "it" else regime.label_en
