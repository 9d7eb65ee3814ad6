"""Says a gauge and what is unknown in plain Italian or English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from config import money
from plans.rulebook.words import Category, Confidence, OverCap
from wallet import reasons
from wallet.position.gauge import Gauge
from wallet.position.model import BonusPosition, Unknown

_UNKNOWN: Final = {
    Unknown.EXTERNAL_FRINGE: (
        "nessuno ha detto che cosa arriva da altrove (auto aziendale, altro datore di lavoro)",
        "nobody has said what comes from elsewhere (company car, another employer)",
    ),
    Unknown.EXTERNAL_CAP: (
        "nessuno ha detto quanto è versato altrove per lo stesso limite",
        "nobody has said what is paid elsewhere under the same limit",
    ),
    Unknown.DECLARATION: (
        "ciò che si sapeva del familiare o dell'assunzione, e su cui si reggeva, non vale più",
        "what was known of the relative or of the hiring, and it rested on, holds no more",
    ),
    Unknown.BONUS_ELSEWHERE: (
        "nessuno ha detto quanto premio è stato convertito presso altri datori di lavoro, per lo stesso limite",
        "nobody has said what was converted of bonuses with other employers, under the same limit",
    ),
    Unknown.BONUS_OVER: (
        "il premio convertito supera il limite dell'anno: il di più è reddito ordinario, e lo correggono le paghe",
        "the converted bonus is over the year's limit: what is too much is ordinary income, which payroll corrects",
    ),
}
_LIMIT: Final = ("Limite dell'anno: {limit}.", "The year's limit: {limit}.")
_CHILD: Final = (
    ("Senza un figlio a carico dichiarato; con la dichiarazione sarebbe {other}.",
     "Without a declared dependent child; with the declaration it would be {other}."),
    ("Con un figlio a carico dichiarato; senza sarebbe {other}.",
     "With a declared dependent child; without it would be {other}."),
)  # fmt: skip
_FIRST_JOB: Final = (
    ("Senza lo spazio in più della prima occupazione; con la dichiarazione sarebbe al massimo {other}.",
     "Without the extra room of a first job; with the declaration it would be at most {other}."),
    ("Con tutto lo spazio in più della prima occupazione; senza sarebbe {other}.",
     "With all of the extra room of a first job; without it would be {other}."),
)  # fmt: skip
_USED: Final = ("Usati qui: {used}.", "Used here: {used}.")
_RESERVED: Final = ("Prenotati e non ancora usati: {reserved}.", "Reserved and not used yet: {reserved}.")
_ELSEWHERE: Final = ("Dichiarati da altrove: {external}.", "Declared from elsewhere: {external}.")
_ELSEWHERE_UNKNOWN: Final = (
    "Da altrove: non si sa, e non vale zero finché le paghe non lo dicono.",
    "From elsewhere: unknown, which is not zero until payroll says so.",
)
_LEFT: Final = ("Restano {left}.", "{left} left.")
_AT_MOST: Final = ("Restano al massimo {left}.", "At most {left} left.")
_STAYS_EXEMPT: Final = ("Un euro in più resterebbe esente.", "One euro more would stay exempt.")
_STAYS_EXEMPT_PERHAPS: Final = (
    "Un euro in più resterebbe esente solo se da altrove non arriva più di quanto resta.",
    "One euro more would stay exempt only if no more than what is left comes from elsewhere.",
)
_CLIFF: Final = (
    "Un euro in più farebbe tassare {newly}: tutto l'anno, non solo quell'euro.",
    "One euro more would make {newly} taxable: the whole year, not that euro alone.",
)
_EXCESS: Final = (
    "Di un euro in più sarebbero tassati {newly}; ciò che è già usato resta com'è.",
    "Of one euro more {newly} would be taxable; what is used already stays as it is.",
)
_OVER_CLIFF: Final = (
    "Il limite è superato: è tassato tutto l'anno, ogni altro euro compreso.",
    "The limit is crossed: the whole year is taxable, every further euro too.",
)
_OVER_BY_RESERVED: Final = (
    "Con ciò che è prenotato il limite è superato: quando sarà erogato sarà tassato tutto l'anno.",
    "With what is reserved the limit is crossed: once it is given the whole year is taxable.",
)
_OVER_EXCESS: Final = (
    "Il limite è superato: ogni altro euro è tassato.",
    "The limit is passed: every further euro is taxable.",
)
_CONVERTED: Final = (
    "Premio convertito qui: {converted}; limite dell'anno {cap}.",
    "Bonus converted here: {converted}; the year's limit is {cap}.",
)
_BONUS_OVER: Final = (
    "Oltre il limite {over}: è reddito ordinario, usato o no, e lo correggono le paghe.",
    "{over} over the limit: it is ordinary income, used or not, and payroll corrects it.",
)
_UNSETTLED: Final = (
    "Gli eventi registrati dicono tassati {recorded}, le regole di oggi {due}: ricalcolare l'anno.",
    "The recorded events say {recorded} taxable, the rules of today {due}: recompute the year.",
)


def unknown(why: Unknown, language: str) -> str:
    """Say what nobody has said."""
    return _UNKNOWN[why][language == "en"]


def sentences(gauge: Gauge, language: str) -> Iterator[str]:
    """Say a gauge: the limit, what is used, reserved and from elsewhere, what is left, and one euro more."""
    english = language == "en"

    def said(texts: tuple[str, str], **amounts: int) -> str:
        shown = {name: money.local_minor(amount, language) for name, amount in amounts.items()}
        return texts[english].format(**shown)

    yield said(_LIMIT, limit=gauge.limit_minor)
    if gauge.other_limit_minor is not None:
        variants = _CHILD if gauge.category is Category.FRINGE else _FIRST_JOB
        yield said(variants[gauge.higher_declared], other=gauge.other_limit_minor)
    yield said(_USED, used=gauge.used_minor)
    if gauge.reserved_minor:
        yield said(_RESERVED, reserved=gauge.reserved_minor)
    if gauge.external_minor is None:
        yield said(_ELSEWHERE_UNKNOWN)
    elif gauge.counts_elsewhere:
        yield said(_ELSEWHERE, external=gauge.external_minor)
    yield said(_LEFT if gauge.external_known else _AT_MOST, left=gauge.left_minor)
    yield one_more(gauge, language)
    if not gauge.settled:
        yield said(_UNSETTLED, recorded=gauge.recorded_taxable_minor, due=gauge.due_taxable_minor)


def bonus(found: BonusPosition, language: str) -> Iterator[str]:
    """Say what was converted of bonuses beside the cap, and what of it is over."""
    english = language == "en"

    def said(texts: tuple[str, str], **amounts: int) -> str:
        shown = {name: money.local_minor(amount, language) for name, amount in amounts.items()}
        return texts[english].format(**shown)

    yield said(_CONVERTED, converted=found.converted_minor, cap=found.cap_minor)
    if found.elsewhere_minor is None:
        yield said(_ELSEWHERE_UNKNOWN)
    else:
        yield said(_ELSEWHERE, external=found.elsewhere_minor)
    if found.over_minor:
        yield said(_BONUS_OVER, over=found.over_minor)


def one_more(gauge: Gauge, language: str) -> str:
    """Say what one euro more would do."""
    newly = money.local_minor(gauge.one_more.newly_taxable_minor, language)
    return _one_more(gauge)[language == "en"].format(newly=newly)


def _one_more(gauge: Gauge) -> tuple[str, str]:
    cliff = gauge.over_cap is OverCap.CLIFF
    if gauge.one_more.crosses:
        return _CLIFF if cliff else _EXCESS
    if gauge.one_more.newly_taxable_minor == 0:
        return _STAYS_EXEMPT if gauge.external_known else _STAYS_EXEMPT_PERHAPS
    if not cliff:
        return _OVER_EXCESS
    return _OVER_CLIFF if gauge.counted_minor > gauge.limit_minor else _OVER_BY_RESERVED


def confidence(found: Confidence, language: str) -> str:
    """Say how sure a rule is."""
    return found.label(language)


def reason(code: str, language: str) -> str:
    """Say why an event was appended, in a few words."""
    return reasons.label(code, language)


def kind(code: str, language: str) -> str:
    """Say whether an event is a use or its reversal."""
    return {"use": "uso", "reversal": "storno"}[code] if language == "it" else code
