"""What the words above the columns mean."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from config.errors import Worded


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every heading we know: what it means, what it may mean, and how people call each field."""

    fields: Mapping[str, str]
    ambiguous: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[str, str]]

    def name(self, field: str) -> Worded:
        """Return a field as people call it, in the language of whoever reads."""
        return Worded(*self.names[field])


def normalize(heading: str) -> str:
    """Return a heading without capitals, accents, spaces and punctuation; `%` and `€` stay."""
    decomposed = unicodedata.normalize("NFKD", heading).casefold()
    return "".join(character for character in decomposed if character.isalnum() or character in "%€")


@cache
def vocabulary() -> Vocabulary:
    """
    Load the headings from plans/data/headers.toml.

    Errors: ValueError when a heading stands under two fields, a table has unknown keys or names an unknown field.
    """
    text = resources.files("plans").joinpath("data", "headers.toml").read_text(encoding="utf-8")
    return parse(text)


def parse(text: str) -> Vocabulary:
    """Return the vocabulary that a TOML text holds; strict, see `vocabulary`."""
    data = tomllib.loads(text)
    if unknown := set(data) - {"field", "ambiguous"}:
        raise ValueError(f"headers.toml: unknown tables {sorted(unknown)}")
    fields: dict[str, str] = {}
    for field, entry in data["field"].items():
        if set(entry) != {"it", "en", "headers"}:
            raise ValueError(f"headers.toml, {field}: it, en and headers are needed, found {sorted(entry)}")
        for heading in entry["headers"]:
            if fields.setdefault(normalize(heading), field) != field:
                raise ValueError(f"headers.toml, {field}: {heading!r} stands under {fields[normalize(heading)]} too")
    ambiguous = {normalize(heading): tuple(meanings) for heading, meanings in data["ambiguous"].items()}
    for heading, meanings in ambiguous.items():
        if heading in fields or not set(meanings) <= set(data["field"]):
            raise ValueError(f"headers.toml, ambiguous: {heading!r} is also a field's, or names unknown fields")
    names = {field: (entry["it"], entry["en"]) for field, entry in data["field"].items()}
    return Vocabulary(fields, ambiguous, names)


@dataclass(frozen=True, slots=True)
class Match:
    """What a row means if it is the header: each place of each field, and the headings with two meanings."""

    places: Mapping[str, tuple[int, ...]]
    ambiguous: Mapping[int, tuple[str, ...]]

    @property
    def score(self) -> int:
        """The number of wanted fields found."""
        return len(self.places)


def match(row: Sequence[str], wanted: Iterable[str], aliases: Mapping[str, str]) -> Match:
    """Return how a row reads as a header for the wanted fields; `aliases` go before the common vocabulary."""
    words, wished = vocabulary(), set(wanted)
    places: dict[str, tuple[int, ...]] = {}
    ambiguous: dict[int, tuple[str, ...]] = {}
    for place, heading in enumerate(row):
        key = normalize(heading)
        field = aliases.get(key) or words.fields.get(key)
        if field in wished:
            places[field] = (*places.get(field, ()), place)
        elif field is None and (meanings := tuple(m for m in words.ambiguous.get(key, ()) if m in wished)):
            ambiguous[place] = meanings
    return Match(places, ambiguous)
