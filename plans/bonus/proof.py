"""What the employer must be able to show of a plan of converted bonuses, and what of it is recorded."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

from sqlalchemy.orm import Session

from plans import facts
from plans.bonus import agreements, choices
from plans.bonus.agreements import Agreement
from plans.bonus.choices import Choice
from plans.rulebook.words import Confidence
from plans.words import Fact


class State(StrEnum):
    """Whether a proof is there."""

    RECORDED = "RECORDED"
    LATE = "LATE"
    MISSING = "MISSING"


STATES = {State.RECORDED: "c'è", State.LATE: "in ritardo", State.MISSING: "manca"}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing to show, with where that is written and how sure we are."""

    code: str
    of_worker: bool
    it: str
    en: str
    legal_ref: str
    source: str
    confidence: Confidence
    within_days: int | None


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement held against what is recorded; of the workers how many it is missing for."""

    requirement: Requirement
    state: State
    missing: int
    of: int


@cache
def requirements() -> tuple[Requirement, ...]:
    """
    Read the list that ships with this package.

    Errors: KeyError, TypeError or ValueError for a row that says too little, too much, or something else.
    """
    text = (files("plans.bonus") / "proofs.toml").read_text("utf-8")
    return tuple(_requirement(dict(row)) for row in tomllib.loads(text)["proof"])


def of_plan(session: Session, book_id: int, plan_code: str) -> tuple[Item, ...]:
    """
    Hold what is recorded of a plan against everything the employer must be able to show.

    Errors: PlanNotFound, BonusPlanNeeded; in this order.
    """
    terms = agreements.bonus_plan(session, book_id, plan_code)
    # What was declared after the choice is a proof too.
    declared = facts.amounts(session, book_id, Fact.PDR_ELSEWHERE)
    made = [
        choice
        if choice.elsewhere_minor is not None
        else replace(choice, elsewhere_minor=declared.get((choice.employee_id, choice.year)))
        for choice in choices.of_plan(session, terms)
    ]
    return held(agreements.find(session, terms), made)


def held(agreement: Agreement | None, made: Sequence[Choice]) -> tuple[Item, ...]:
    """Return every requirement with its state, in the order of the list."""
    return tuple(
        _of_workers(requirement, made) if requirement.of_worker else _of_agreement(requirement, agreement)
        for requirement in requirements()
    )


def late(agreement: Agreement) -> bool:
    """Return whether an agreement was deposited after its days; unknown where the day of signature is."""
    days = next(each.within_days for each in requirements() if each.code == "deposit")
    assert days is not None  # noqa: S101 - the list says so
    return agreement.signed_on is not None and agreement.deposited_on > agreement.signed_on + timedelta(days=days)


def _of_agreement(requirement: Requirement, agreement: Agreement | None) -> Item:
    state = State.MISSING
    if agreement is not None:
        there = {
            "agreement": bool(agreement.document_ref) and agreement.signed_on is not None,
            "deposit": True,
            "document": agreement.document_hash is not None,
            "conformity": agreement.conformity_declared,
            "increment": agreement.increment_attested,
        }[requirement.code]
        state = State.RECORDED if there else State.MISSING
        if requirement.code == "deposit" and late(agreement):
            state = State.LATE
    return Item(requirement, state, int(state is State.MISSING), 1)


def _of_workers(requirement: Requirement, made: Sequence[Choice]) -> Item:
    # Who took cash alone has chosen too; of them nothing else has to be shown for the conversion.
    asked = [choice for choice in made if requirement.code == "choice" or choice.converted_minor]
    missing = {"choice": 0, "income": 0, "elsewhere": sum(choice.elsewhere_minor is None for choice in asked)}
    state = State.MISSING if missing[requirement.code] or not asked else State.RECORDED
    return Item(requirement, state, missing[requirement.code], len(asked))


def _requirement(row: dict[str, object]) -> Requirement:
    owner = row.pop("of")
    if owner not in ("PLAN", "WORKER"):
        raise ValueError(f"proofs.toml, {row['code']}: of is PLAN or WORKER")
    row["confidence"] = Confidence(str(row["confidence"]))
    return Requirement(of_worker=owner == "WORKER", **({"within_days": None} | row))  # type: ignore[arg-type]
