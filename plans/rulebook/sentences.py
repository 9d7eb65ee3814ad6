"""Says a decision to a worker, in plain Italian or English; the words stand in sentences.toml."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

from config import money
from plans.rulebook.errors import RulebookInvalid
from plans.rulebook.words import Outcome, Reason, Warn

LANGUAGES = ("it", "en")

_FILE = "sentences.toml"
_VOCABULARIES = {
    "outcome": [*Outcome, "TAXABLE_IN_PART", "TAXABLE_IF_BOUGHT"],
    "reason": list(Reason),
    "warning": list(Warn),
}

Templates = Mapping[str, Mapping[str, Mapping[str, str]]]


def compose(
    language: str,
    outcome: Outcome,
    reasons: Iterable[Reason],
    warnings: Iterable[Warn],
    figures: Mapping[str, int],
    *,
    declined: bool = False,
) -> str:
    """
    Join what happened, why with what to do next, and what else to know; of a purchase `declined`, what would happen.

    Units:  figures whose name ends in `_minor` are cents and are written as money of that language.
    Errors: ValueError for a language other than "it" and "en"; RulebookInvalid for a broken sentence file.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no sentences in {language!r}")
    templates = load()
    parts = [templates["outcome"][_happened(outcome, figures, declined)]]
    parts += [templates["reason"][reason] for reason in reasons]
    # The warning of an unknown external value says it better than the reason of the same name.
    parts += [templates["warning"][warning] for warning in warnings]
    shown = _Written(figures, language)
    return " ".join(filter(None, (part[language].format_map(shown) for part in parts)))


class _Written(dict[str, str]):
    """Figures as people of a language write them, each when a sentence names it: few do, and writing money is slow."""

    def __init__(self, figures: Mapping[str, int], language: str) -> None:
        super().__init__()
        self._figures, self._language = figures, language

    def __missing__(self, name: str) -> str:
        minor = self._figures.get(f"{name}_minor")
        return str(self._figures[name]) if minor is None else money.local_minor(minor, self._language)


def _happened(outcome: Outcome, figures: Mapping[str, int], declined: bool) -> str:
    if outcome is not Outcome.TAXABLE:
        return outcome
    if declined:
        return "TAXABLE_IF_BOUGHT"
    return "TAXABLE_IN_PART" if figures.get("exempt_minor", 0) > 0 else outcome


@lru_cache(maxsize=1)
def load() -> Templates:
    """
    Read the sentences shipped with this package.

    Errors: RulebookInvalid when a code has no sentence in a language, or a sentence belongs to no code.
    """
    templates: Templates = tomllib.loads((files("plans.rulebook") / _FILE).read_text("utf-8"))
    for table, words in _VOCABULARIES.items():
        found = templates.get(table, {})
        for code in sorted(set(words) ^ set(found)):
            problem = "has no sentence" if code in words else "is no code of the rulebook"
            raise RulebookInvalid(file=_FILE, row=f"{table}.{code}", problem=problem)
        for code, texts in found.items():
            if set(texts) != set(LANGUAGES):
                raise RulebookInvalid(file=_FILE, row=f"{table}.{code}", problem="must speak it and en, nothing else")
    if set(templates) != set(_VOCABULARIES):
        raise RulebookInvalid(file=_FILE, row="", problem=f"tables must be {', '.join(_VOCABULARIES)}")
    return templates
