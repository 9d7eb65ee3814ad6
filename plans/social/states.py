"""Which steps an application may take: read once from data/states.toml and checked to be whole."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from plans.social.errors import ReasonNotAllowed, SelectionMismatch, SocialFileInvalid, TransitionNotAllowed
from plans.social.words import Selection, State, Why

_FILE = "states.toml"
_KEYS = {"from", "to", "why", "selection", "money", "checks"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: where it leads, for which reasons, in which selection, whether it moves money, what is checked."""

    to: State
    why: tuple[Why, ...]
    selection: Selection | None
    money: bool
    checks: frozenset[str]


@lru_cache(maxsize=1)
def steps() -> Mapping[State, tuple[Step, ...]]:
    """
    Return the steps that lead out of each state.

    Errors: SocialFileInvalid for an unknown key or word, a step written twice, or a state that no step leads to.
    """
    return build((files("plans.social") / "data" / _FILE).read_text("utf-8"))


def build(text: str) -> Mapping[State, tuple[Step, ...]]:
    """Build the steps from the text of the file; errors as `steps`."""
    found: dict[State, list[Step]] = {state: [] for state in State}
    for number, row in enumerate(tomllib.loads(text)["step"], 1):
        for origin, step in _read(number, row):
            if any(step.to is other.to and step.selection is other.selection for other in found[origin]):
                raise _refuse(number, "passaggio ripetuto", "repeated step")
            found[origin].append(step)
    reached = {step.to for each in found.values() for step in each} | {State.DRAFT}
    if lost := sorted(set(State) - reached):
        raise _refuse(0, f"nessun passaggio porta a {lost}", f"no step leads to {lost}")
    return {state: tuple(each) for state, each in found.items()}


def terminal(state: State) -> bool:
    """Say whether nothing comes after a state."""
    return not steps()[state]


def step(application: str, state: State, to: State, why: Why, selection: Selection, service: str) -> Step:
    """
    Return the step between two states.

    Errors: TransitionNotAllowed, SelectionMismatch, ReasonNotAllowed; in this order.
    """
    known = [found for found in steps()[state] if found.to is to]
    if not known:
        possible = tuple(dict.fromkeys(found.to for found in steps()[state])) or (state,)
        raise TransitionNotAllowed(application=application, state=state, to=to, possible=possible)
    fitting = [found for found in known if found.selection in (None, selection)]
    if not fitting:
        raise SelectionMismatch(service=service, selection=selection.label_it)
    if why not in fitting[0].why:
        raise ReasonNotAllowed(why=why, possible=fitting[0].why)
    return fitting[0]


def _read(number: int, row: Mapping[str, Any]) -> list[tuple[State, Step]]:
    if unknown := sorted(set(row) - _KEYS):
        raise _refuse(number, f"chiave sconosciuta {unknown}", f"unknown key {unknown}")
    try:
        why = tuple(Why(word) for word in row["why"])
        selection = Selection(row["selection"]) if "selection" in row else None
        return [
            (
                State(row["from"]),
                Step(State(to), why, selection, row.get("money", False), frozenset(row.get("checks", ()))),
            )
            for to in row["to"]
        ]
    except (KeyError, ValueError) as error:
        raise _refuse(number, f"parola sconosciuta o mancante: {error}", f"unknown or missing word: {error}") from None


def _refuse(number: int, it: str, en: str) -> SocialFileInvalid:
    return SocialFileInvalid(file=_FILE, row=f"step {number}", problem_it=it, problem_en=en)
