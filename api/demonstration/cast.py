"""The people of the stories, with their relatives and what is declared of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from plans.rulebook.words import Kinship
from plans.words import Fact


@dataclass(frozen=True, slots=True)
class Declared:
    """A fact as its worker declares it in January of `year`; the spells of living together from `since`."""

    fact: Fact
    year: int
    since: date | None = None
    until: date | None = None
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Kin:
    """A relative of somebody in a story."""

    kinship: Kinship
    word: str
    first_name: str
    last_name: str
    born: date
    comune: str
    facts: tuple[Declared, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody in a story, who takes the place of an everyday worker of the same cluster."""

    story: str
    cluster: str
    first_name: str
    last_name: str
    woman: bool
    born: date
    site: str
    kin: tuple[Kin, ...] = ()
    fringe_elsewhere_minor: int | None = 0


CAST: Mapping[str, tuple[Part, ...]] = {
    "E1": (
        Part(
            "giulia",
            "operai",
            "Giulia",
            "Bonazzi",
            True,
            date(1987, 4, 12),
            "Cremona",
            (Kin(Kinship.CHILD, "figlia", "Matilde", "Soldi", date(2018, 3, 9), "Cremona"),),
        ),
        Part(
            "marco",
            "impiegati",
            "Marco",
            "Lorusso",
            False,
            date(1974, 9, 3),
            "Cremona",
            (Kin(Kinship.PARENT, "madre", "Rosaria", "Andrulli", date(1947, 2, 14), "Matera"),),
        ),
        Part(
            "teresa",
            "impiegati",
            "Teresa",
            "Ghidoni",
            True,
            date(1970, 6, 21),
            "Cremona",
            (
                Kin(
                    Kinship.SIBLING,
                    "sorella",
                    "Angela",
                    "Ghidoni",
                    date(1966, 11, 2),
                    "Cremona",
                    (
                        Declared(Fact.COHABITATION, 2025, since=date(2019, 1, 1)),
                        Declared(Fact.NOT_SELF_SUFFICIENT, 2025, since=date(2023, 1, 1), until=date(2027, 12, 31)),
                    ),
                ),
            ),
        ),
        Part("nadia", "operai", "Nadia", "Cantù", True, date(1982, 1, 30), "Cremona"),
        Part("dario", "quadri", "Dario", "Telò", False, date(1979, 5, 17), "Cremona"),
        Part(
            "pia",
            "operai",
            "Pia",
            "Vacchelli",
            True,
            date(1984, 8, 8),
            "Cremona",
            (Kin(Kinship.CHILD, "figlio", "Nicolò", "Rizzi", date(2015, 10, 1), "Forlì"),),
        ),
        Part(
            "pietro",
            "operai",
            "Pietro",
            "Maffezzoni",
            False,
            date(1985, 9, 14),
            "Cremona",
            (
                Kin(Kinship.CHILD, "figlia", "Anna", "Maffezzoni", date(2017, 5, 2), "Cremona"),
                Kin(Kinship.SPOUSE, "moglie", "Lucia", "Nolli", date(1986, 2, 27), "Cremona"),
            ),
        ),
        Part(
            "serena",
            "impiegati",
            "Serena",
            "Priori",
            True,
            date(1983, 3, 3),
            "Cremona",
            (Kin(Kinship.CHILD, "figlio", "Tommaso", "Lodi", date(2014, 12, 6), "Cremona"),),
        ),
    ),
    "E2": (
        Part(
            "sara",
            "turnisti",
            "Sara",
            "Bettini",
            True,
            date(1986, 7, 19),
            "Sondrio",
            (
                Kin(
                    Kinship.SPOUSE,
                    "marito",
                    "Paolo",
                    "Moroni",
                    date(1984, 3, 5),
                    "Torino",
                    (Declared(Fact.DEPENDENCY, 2026, holds=False),),
                ),
            ),
        ),
        Part("luca", "turnisti", "Luca", "Tognolini", False, date(1983, 12, 1), "Rho", (), 48_000),
        Part("ivan", "turnisti", "Ivan", "Dell'Oca", False, date(1991, 10, 9), "Sondrio"),
        Part("noemi", "giornalieri", "Noemi", "Schena", True, date(1988, 4, 18), "Sondrio"),
    ),
    "E3": (
        Part(
            "anna",
            "caregiver",
            "Anna",
            "Esposito",
            True,
            date(1976, 2, 26),
            "Napoli",
            (Kin(Kinship.CHILD, "figlio", "Ciro", "Improta", date(2005, 5, 4), "Milano"),),
        ),
        Part("carmela", "caregiver", "Carmela", "Scognamiglio", True, date(1972, 11, 11), "Napoli"),
    ),
}
