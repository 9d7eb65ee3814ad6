"""Whom a service is made for, so that a catalogue shows a person what may suit them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MadeFor(StrEnum):
    """
    The people a service is meant for.

    It sorts a catalogue; it grants nothing. What the law and the plan allow this person is decided elsewhere.
    """

    ANY = "ANY"
    ELDERLY_OR_NOT_SELF_SUFFICIENT = "ELDERLY_OR_NOT_SELF_SUFFICIENT"
    CHILD = "CHILD"
    WORKER = "WORKER"
    WORKER_OR_DEPENDANT = "WORKER_OR_DEPENDANT"
    RESIDENT = "RESIDENT"
    RESIDENT_CHILD = "RESIDENT_CHILD"


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of whoever the service is for; `age` in years on the day of the search."""

    age: int | None = None
    is_not_self_sufficient: bool = False
    is_child_of_worker: bool = False
    is_worker: bool = False
    is_dependant: bool = False
    is_resident: bool = False


def suiting(person: Person) -> frozenset[MadeFor]:
    """Return the kinds of service that may suit a person whatever their age; a service tells its own least age."""
    is_child = person.is_child_of_worker
    suits = {
        MadeFor.ANY: True,
        MadeFor.ELDERLY_OR_NOT_SELF_SUFFICIENT: person.is_not_self_sufficient,
        MadeFor.CHILD: is_child,
        MadeFor.WORKER: person.is_worker,
        MadeFor.WORKER_OR_DEPENDANT: person.is_worker or person.is_dependant,
        MadeFor.RESIDENT: person.is_resident,
        MadeFor.RESIDENT_CHILD: person.is_resident and is_child,
    }
    return frozenset(made_for for made_for, fits in suits.items() if fits)
