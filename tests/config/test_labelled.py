"""A word of the code with what people read for it."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from config.labelled import Labelled

PACKAGES = ("config", "network", "plans", "wallet")


class Word(Labelled):
    SHORT = "SHORT_ONE", "breve"
    LONG = "long", "lunga", "a long one"


def vocabularies() -> list[type[Labelled]]:
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}."):
            importlib.import_module(module.name)
    return sorted((one for one in Labelled.__subclasses__() if one is not Word), key=lambda one: one.__module__)


def test_a_word_is_its_code_and_has_both_labels() -> None:
    assert (Word.SHORT, str(Word.SHORT), Word("SHORT_ONE")) == ("SHORT_ONE", "SHORT_ONE", Word.SHORT)
    assert (Word.SHORT.label("it"), Word.SHORT.label("en")) == ("breve", "short one")
    assert Word.LONG.label("en") == "a long one"


@pytest.mark.parametrize("vocabulary", vocabularies(), ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_every_word_has_an_italian_label_of_its_own(vocabulary: type[Labelled]) -> None:
    labels = [word.label_it for word in vocabulary]

    assert all(labels)
    assert len(set(labels)) == len(labels)
