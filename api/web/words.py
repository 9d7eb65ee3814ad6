"""
Words: the language of a page, and how it writes money and days.

Templates are written in Italian. What English readers read stands in `translations/en`, one file a room.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

import flask
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Babel, Domain
from flask_babel import lazy_gettext as _l

from api.access.roles import NAMES, Role
from api.conventions import language, sentences
from config import clock, money
from config.errors import LANGUAGES, DomainError
from ledger.errors import InProgress, KeyRequired, KeyReused
from plans.errors import RelativeExists
from wallet.errors import AuthorizationNotOpen
from wallet.redemptions.errors import NonceReused

COOKIE = "borsellino_language"
FOLDER = Path(__file__).parent / "translations"


# What programs and files are told of these speaks of ids, keys, cells and rows.
_OF_PEOPLE: Mapping[type[DomainError], object] = {
    KeyReused: _l("Questo modulo era già stato inviato, e diceva altro: se vuoi inviare anche questo, premi di nuovo."),
    KeyRequired: _l("Il modulo è arrivato incompleto: ricontrollalo e premi di nuovo."),
    InProgress: _l("Il primo invio è ancora in corso: aspetta qualche secondo e ricarica la pagina."),
    NonceReused: _l("Da questa pagina hai già riscattato questo codice: se vuoi riscattarne ancora, premi di nuovo."),
    AuthorizationNotOpen: _l("Intanto questo ordine è cambiato: è già stato usato o annullato. Guarda com'è adesso."),
    RelativeExists: _l("Questo familiare c'è già: cercalo nella tua famiglia e correggilo lì."),
}


class _Written(Domain):
    """The English of the pages, from the files that people write it in."""

    def get_translations(self) -> NullTranslations:
        """Return what this request's texts are read as."""
        return _english() if asked() == "en" else NullTranslations()


class _Pages(Babel):
    """The texts of every request, also of one that is refused before it has begun."""

    @property
    def domain_instance(self) -> Domain:
        """Return what texts are looked up in."""
        return _DOMAIN


_DOMAIN = _Written()


def watch(app: flask.Flask) -> None:
    """Give an application's pages their language."""
    _Pages(app, default_locale="it", locale_selector=asked)
    app.jinja_env.filters.update(money=amount, day=day, month=month, moment=moment, role=role)


def asked() -> str:
    """Return the language of this page: the one chosen, else what the browser accepts."""
    chosen = flask.request.cookies.get(COOKIE)
    return chosen if chosen in LANGUAGES else language.asked()


def amount(amount_minor: int) -> str:
    """Return whole cents as people of this page's language write money."""
    return money.local_minor(amount_minor, asked())


def day(value: date) -> str:
    """Return a day in words: 22 novembre 2026."""
    return format_date(value, format="long", locale=money.LOCALES[asked()])


def month(value: date) -> str:
    """Return a month in words: novembre 2026."""
    return str(format_date(value, format="MMMM y", locale=money.LOCALES[asked()]))


def moment(value: datetime) -> str:
    """Return a moment as the clock in Rome tells it."""
    return format_datetime(value.astimezone(clock.ROME), format="d MMM y, HH:mm", locale=money.LOCALES[asked()])


def refusal(found: DomainError) -> str:
    """Return a refusal as a sentence of its own; where files are read it goes on after the number of a row."""
    for kind, sentence in _OF_PEOPLE.items():
        if isinstance(found, kind):
            return str(sentence)
    told = sentences.of_refusal(found, asked())
    begins_with_a_fact = (found.it if asked() == "it" else found.en).startswith("{")
    return told if begins_with_a_fact else told[:1].upper() + told[1:]


def role(value: str) -> str:
    """Return what a role is called, after "as" and "come"."""
    italian, english = NAMES[Role(value)]
    return english if asked() == "en" else italian


@cache
def _english() -> Translations:
    """Read every room's English into one catalogue."""
    whole = Catalog(locale="en")
    for path in sorted((FOLDER / "en").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    whole.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)
