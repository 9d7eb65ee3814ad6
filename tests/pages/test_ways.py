"""Every journey is made, and every pair of a width, a language, a hand, and scripts on or off meets in one."""

from __future__ import annotations

import pkgutil
from dataclasses import astuple
from importlib import import_module
from itertools import combinations, product

from tests import pages
from tests.pages.ways import JOURNEYS, NARROW, WIDE, taken

CHOICES = ((WIDE, NARROW), ("it", "en"), (True, False), (True, False))


def test_every_pair_of_choices_meets_in_some_journey_and_every_choice_in_each() -> None:
    met = set()
    for name, way in JOURNEYS.items():
        for each in (way, way.opposite):
            made = list(enumerate(astuple(each)))
            met |= set(combinations(made, 2)) | {(name, one) for one in made}

    wanted = {(name, (place, value)) for name in JOURNEYS for place, both in enumerate(CHOICES) for value in both}
    for one, other in combinations(range(len(CHOICES)), 2):
        wanted |= {((one, a), (other, b)) for a, b in product(CHOICES[one], CHOICES[other])}
    assert wanted <= met


def test_every_journey_of_the_table_is_made() -> None:
    for module in pkgutil.iter_modules(pages.__path__):
        if module.name.startswith("test_journeys_"):
            import_module(f"{pages.__name__}.{module.name}")

    assert taken == set(JOURNEYS)
