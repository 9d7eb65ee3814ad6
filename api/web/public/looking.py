"""Looking for a service: what somebody fills in, what is found, and the links from one page of it to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flask
import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import HiddenField, SearchField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from api.conventions import paging
from api.web import words
from api.web.fields import AmountField
from api.web.forms import Form
from api.web.public import names
from config import clock, money
from network import comuni, services, territories
from network.audience import Person
from network.comuni import Comune
from network.matches import Matches
from network.services import Delivery, Entry, Kind, Wanted
from network.territories import Territory
from plans import openings, people
from plans.people import RelativeCard
from plans.plans import PlanTerms
from plans.rulebook.words import Category
from wallet import catalogue
from wallet.social import aids
from wallet.social.aids import Aid

ON_A_PAGE = 24
MOST_FOUND = 8
MOST_COUNTED = 100
# Whom of the family an order is for, where it is for whoever orders.
MYSELF = "me"
# Somebody else than whoever looks, and nobody has said who: the order asks, and supposes nobody.
UNSAID = "scegli"
WALLET, OWN = "credito", "denaro"
# Whom a service is for, as somebody says it of whom the network knows nothing.
ANYBODY: Mapping[str, Person] = {
    "anziano": Person(is_not_self_sufficient=True, is_resident=True),
    "bambino": Person(is_child_of_worker=True, is_dependant=True, is_resident=True),
    "familiare": Person(is_dependant=True, is_resident=True),
    "io": Person(is_worker=True, is_resident=True),
}


class SearchForm(Form):
    """Who needs what, and where; every field may be left out, and stands in the address."""

    class Meta:
        """A search changes nothing: it needs no token, and its address may be sent to others."""

        csrf = False

    chi = SelectField(_l("Chi ha bisogno?"), [Optional()])
    cosa = SelectField(_l("Di cosa?"), [Optional()])
    dove = StringField(_l("Dove? (Comune)"), [Optional(), Length(max=80)])
    entro = SelectField(_l("Quanto lontano"), [Optional()])
    come = SelectField(_l("Come"), [Optional()])
    parole = SearchField(_l("Parole del nome"), [Optional(), Length(max=100)])
    da = AmountField(_l("Prezzo da (euro)"), [Optional(), Length(max=20)])
    a = AmountField(_l("Prezzo fino a (euro)"), [Optional(), Length(max=20)])
    paga = SelectField(_l("Chi paga"), [Optional()])
    territorio = SelectField(_l("Territorio che eroga"), [Optional()])
    fornitore = HiddenField(validators=[Optional(), Length(max=60)])

    def validate_a(self, field: AmountField) -> None:
        """Refuse a range that is upside down."""
        if field.money is not None and self.da.money is not None and field.money < self.da.money:
            raise ValidationError(_("È meno del prezzo di partenza: scambia i due importi."))

    def told(self) -> dict[str, str]:
        """Return what was filled in, for the address of another page of the same."""
        return {name: str(field.data).strip() for name, field in self._fields.items() if field.data}

    def without(self, name: str) -> dict[str, str]:
        """Return what was filled in but for one thing."""
        return {key: value for key, value in self.told().items() if key != name}

    @property
    def is_narrowed(self) -> bool:
        """Say whether more was filled in than the three questions of the beginning."""
        return bool(self.told().keys() - {"chi", "cosa", "dove"})

    def address(self) -> str:
        """Return the address of the first page of what is looked for."""
        told: dict[str, Any] = {**self.told()}
        return flask.url_for("web_public.catalogue", **told)

    def said(self) -> dict[str, tuple[object, object]]:
        """Return the label and the words of everything that was filled in, to be taken away one by one."""
        told: dict[str, tuple[object, object]] = {}
        for name in self.told():
            field = self[name]
            word = field.data
            if isinstance(field, SelectField):
                word = next((label for value, label, *_ in field.iter_choices() if value == field.data), field.data)
            told[name] = (_("Fornitore") if name == "fornitore" else field.label.text, word)
        return told


@dataclass(frozen=True, slots=True)
class Shown:
    """
    A service in a list, and the plans of whoever looks that may pay it; None where nobody is known by plans.

    `taxed` says that whom it is for has to be declared something first, or the credit is taxed.
    """

    entry: Entry
    plans: tuple[str, ...] | None
    taxed: bool


@dataclass(frozen=True, slots=True)
class Found:
    """
    A page of what was found, of `total` in all (0: not counted).

    `choices` are municipalities of which one has to be chosen first.

    `whom` is whom of the family it was looked for, as an order is told it; None where it was nobody known.
    """

    services: Sequence[Shown] = ()
    total: int = 0
    whom: str | None = None
    choices: tuple[Comune, ...] = ()
    comune: Comune | None = None
    covered_by: Territory | None = None
    before: str | None = None
    after: str | None = None

    @property
    def many(self) -> bool:
        """Say whether they are more than were counted."""
        return self.total > MOST_COUNTED


@dataclass(frozen=True, slots=True)
class Payers:
    """
    The plans of which whoever looks has credit; `known` says whether it is somebody who has plans at all.

    `exempt` are the categories that the law leaves exempt for a relative as things stand; None for nobody's relative.
    """

    known: bool
    plans: tuple[PlanTerms, ...] = ()
    exempt: frozenset[Category] | None = None

    def taxes(self, entry: Entry) -> bool:
        """Say whether none of what the plans pay of a service is exempt for the relative as things stand."""
        if self.exempt is None:
            return False
        paid = {
            Category(name)
            for plan in self.plans
            for name in plan.categories.intersection(entry.categories)
            if plan.channels.intersection(entry.channels)
        }
        return bool(paid) and paid.issubset(openings.CATEGORIES) and not paid & self.exempt

    def of(self, entry: Entry) -> tuple[str, ...] | None:
        """Return the names of the plans that may pay a service, as far as its categories and channels say."""
        if not self.known:
            return None
        return tuple(
            dict.fromkeys(
                plan.name
                for plan in self.plans
                if plan.categories.intersection(entry.categories) and plan.channels.intersection(entry.channels)
            )
        )


def empty() -> SearchForm:
    """Return a form of which nothing was filled in yet."""
    return SearchForm(formdata=None)


def asked() -> SearchForm:
    """Return the form as the address fills it in."""
    return SearchForm(formdata=flask.request.args)


def offer(session: Session, form: SearchForm) -> None:
    """Give a form what can be chosen in it, for whoever looks."""
    chi: list[tuple[str, object]] = [
        ("", _("Chiunque")),
        ("anziano", _("Una persona anziana o non autosufficiente")),
        ("bambino", _("Un bambino o un ragazzo")),
        ("io", _("Io, che lavoro")),
        ("familiare", _("Un altro familiare")),
    ]
    paga: list[tuple[str, object]] = [("", _("Chiunque paghi")), (OWN, _("Il mio denaro"))]
    wallet = _wallet()
    if wallet is not None:
        chi += [
            (one.relative_id, f"{one.first_name} ({one.kinship.label(words.asked())})")
            for one in people.relatives(session, *wallet)
        ]
        paga.insert(1, (WALLET, _("Il mio credito welfare")))
    form.chi.choices = chi
    form.paga.choices = paga
    form.cosa.choices = [("", _("Qualsiasi bisogno")), *((code, names.need(code)) for code in services.needs(session))]
    form.come.choices = [("", _("In qualsiasi modo")), *((str(code), name) for code, name in names.DELIVERIES.items())]
    form.entro.choices = [
        ("", _("Ciò che arriva in quel Comune")),
        *((str(km), _("Entro %(km)s km", km=km)) for km in (50, 100, 300)),
        ("ovunque", _("Ovunque")),
    ]
    every = territories.every(session)
    form.territorio.choices = [("", _("Tutti")), *((one.code, one.name) for one in every)]
    for choice in (form.chi, form.cosa, form.come, form.entro, form.paga, form.territorio):
        choice.data = choice.data or ""


def find(session: Session, form: SearchForm) -> Found:
    """Return what somebody looks for, a page at a time; nothing where the form has to be mended first."""
    offer(session, form)
    if not form.validate():
        form.status = 422
        return Found()
    meant = comuni.named(session, form.dove.data, limit=MOST_FOUND) if form.dove.data else ()
    if form.dove.data and len(meant) != 1:
        if not meant:
            form.dove.errors = [_("Nessun Comune ha questo nome: controlla come è scritto, o scrivine una parte.")]
            form.status = 422
        return Found(choices=meant)
    comune = meant[0] if meant else None
    covering = territories.of_comune(session, comune.istat_code) if comune else ()
    origin = covering[0] if covering else None
    wanted, payers = _wanted(session, form, comune, origin)
    query = services.matches(session, wanted, on=clock.today())
    page = _page(session, query)
    data = [Shown(one, payers.of(one), payers.taxes(one)) for one in page.data]
    backward = "prima" in flask.request.args
    earlier = page.has_more if backward else "dopo" in flask.request.args
    later = True if backward else page.has_more
    return Found(
        data,
        # Where no territory is, what comes from afar is found among all services: that is not done twice.
        len(data) if not (earlier or later) else 0 if comune and not origin else _total(session, query),
        whom=_whom(form.chi.data),
        comune=comune,
        covered_by=origin,
        before=data[0].entry.service_code if data and earlier else None,
        after=data[-1].entry.service_code if data and later else None,
    )


def payers_of(session: Session, relative_id: str | None = None) -> Payers:
    """Return the plans of which whoever looks has credit, for themselves or for a relative of theirs."""
    wallet = _wallet()
    if wallet is None:
        return Payers(False)
    plans, exempt = catalogue.funded(session, *wallet), None
    if relative_id is not None:
        family = openings.family(session, *wallet, on=clock.today())
        exempt = next((frozenset(kin.open) for kin in family if kin.card.relative_id == relative_id), None)
    return Payers(True, plans, exempt)


def relative_of(session: Session, relative_id: str | None) -> RelativeCard | None:
    """Return a relative of whoever looks; None for anybody else."""
    wallet = _wallet()
    if wallet is None or not relative_id:
        return None
    return next((kin for kin in people.relatives(session, *wallet) if kin.relative_id == relative_id), None)


def near(session: Session, form: SearchForm) -> str:
    """Return the address of what is looked for near whom it is for: where they live, else where whoever looks does."""
    told: dict[str, Any] = {**form.told()}
    wallet = _wallet()
    if wallet is not None and not told.get("dove"):
        kin = relative_of(session, form.chi.data)
        comune = None if kin is None or not kin.comune else comuni.meant(session, kin.comune)
        comune = comune or _home(session, *wallet)
        if comune is not None:
            told["dove"] = comune.full_name
    return flask.url_for("web_public.catalogue", **told)


def _home(session: Session, book_id: int, employee_id: str) -> Comune | None:
    """Return the town that the territory of somebody is named after: of where they live no more is known."""
    code = people.for_authorization(session, book_id, employee_id, None, clock.today()).home_territory
    known = next((one for one in territories.every(session) if one.code == code), None)
    return None if known is None else comuni.get(session, known.istat_code)


def aid_of(session: Session, service_code: str) -> Aid | None:
    """Return the voucher of a municipality that pays whoever looks a part of a service."""
    wallet = _wallet()
    return None if wallet is None else aids.for_service(session, *wallet, service_code)


def _wanted(
    session: Session, form: SearchForm, comune: Comune | None, origin: Territory | None
) -> tuple[Wanted, Payers]:
    payers = payers_of(session, None if form.chi.data in ANYBODY else form.chi.data or None)
    told: dict[str, Any] = {
        "need": form.cosa.data,
        "text": form.parole.data,
        "delivery": Delivery(form.come.data) if form.come.data else None,
        "territory": form.territorio.data,
        "provider": form.fornitore.data,
        "near": origin.code if origin else None,
        "min_price_minor": _cents(form.da),
        "max_price_minor": _cents(form.a),
        "kind": Kind.AUTHORIZATION if form.paga.data == OWN else None,
    }
    within = form.entro.data
    if comune is not None and within != "ovunque":
        if within and origin is not None:
            told["max_distance_km"] = int(within)
        else:
            told["comune"] = comune.istat_code
    if form.chi.data:
        told["person"] = ANYBODY.get(form.chi.data) or _relative(session, form.chi.data)
    told = {name: value or None for name, value in told.items()}
    if form.paga.data == WALLET:
        # No plan at all pays nothing, which is another thing than not to ask who pays.
        told["payable"] = tuple((plan.categories, plan.channels) for plan in payers.plans)
    return Wanted(**told), payers


def _whom(said: str | None) -> str | None:
    if not said or _wallet() is None:
        return None
    return MYSELF if said == "io" else UNSAID if said in ANYBODY else said


def _total(session: Session, found: Matches) -> int:
    """Count what was found, as far as people care."""
    some = found.statement.with_only_columns(sa.literal(1)).order_by(None).limit(MOST_COUNTED + 1).subquery()
    return int(session.scalar(sa.select(sa.func.count()).select_from(some)) or 0)


def _page(session: Session, found: Matches) -> paging.Page[Entry]:
    cursor = {"dopo": "starting_after", "prima": "ending_before"}
    place = {name: flask.request.args[key] for key, name in cursor.items() if flask.request.args.get(key)}
    if len(place) > 1:
        place.pop("ending_before")
    page = {"limit": ON_A_PAGE, **place}
    return paging.parted(session, found.statement, found.parts, "code", page).each(services.entry)


def _cents(field: AmountField) -> int | None:
    return None if field.money is None else money.minor(field.money)


def _relative(session: Session, relative_id: str) -> Person:
    wallet = _wallet()
    assert wallet is not None  # noqa: S101
    return catalogue.person(session, *wallet, relative_id, on=clock.today())


def _wallet() -> tuple[int, str] | None:
    """Return the book and the person of whoever looks, where they have a wallet."""
    identity = flask.g.get("identity")
    if identity is None or identity.employee_id is None or identity.book_id is None:
        return None
    return identity.book_id, identity.employee_id
