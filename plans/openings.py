"""What each declaration about a relative opens: the categories that the law would leave exempt for them, and could."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from plans import directory, people
from plans.children import CHILDREN
from plans.facts import Declaration
from plans.people import RelativeCard
from plans.rulebook import loading
from plans.rulebook.beneficiaries import check_beneficiary
from plans.rulebook.facts import Facts, Relative
from plans.rulebook.inquiry import Inquiry
from plans.rulebook.model import Rulebook
from plans.rulebook.words import Basis, Category, Channel, Entitlement, PlanSource
from plans.words import Fact

# What is bought for relatives; funds and insurers have rules of their own.
CATEGORIES = (
    Category.EDUCATION,
    Category.SOCIAL_UTILITY,
    Category.CARE,
    Category.PUBLIC_TRANSPORT,
    Category.FRINGE,
)
_SUPPOSED = {
    Fact.COHABITATION: {"cohabitation": Basis.DECLARED},
    Fact.MAINTENANCE: {"maintenance_declared": True},
    Fact.DEPENDENCY: {"dependent": True},
    Fact.NOT_SELF_SUFFICIENT: {"not_self_sufficient": True},
    Fact.PARENTS_MISSING: {"parents_missing": True},
}


@dataclass(frozen=True, slots=True)
class Opening:
    """What a declaration would add for a relative; `besides` has to be declared too where it alone adds nothing."""

    fact: Fact
    categories: tuple[Category, ...]
    besides: Fact | None


@dataclass(frozen=True, slots=True)
class Kin:
    """
    A relative with what is declared of them and stands, what is open today, and what more could be.

    `claimable` says that a child can be declared dependent for the year's higher fringe limit; `claim` that it was.
    """

    card: RelativeCard
    standing: tuple[Declaration, ...]
    open: tuple[Category, ...]
    openings: tuple[Opening, ...]
    claimable: bool
    claim: Declaration | None


def family(session: Session, book_id: int, employee_id: str, *, on: date) -> tuple[Kin, ...]:
    """
    Return an employee's relatives with what is open for each on a day, as the law is known today.

    The number of statements does not depend on how many they are.
    """
    told = directory.declarations(session, book_id, employee_id)
    cards = people.relatives(session, book_id, employee_id)
    claims = {
        each.child_tax_code: each
        for each in told
        if each.fact is Fact.DEPENDENT_CHILD and each.revoked_at is None and each.valid_from.year == on.year
    }
    return tuple(
        _kin(card, [each for each in told if each.relative_id == card.relative_id], claims, on) for card in cards
    )


def _kin(card: RelativeCard, told: Sequence[Declaration], claims: Mapping[str | None, Declaration], on: date) -> Kin:
    standing = tuple(
        each for each in told if each.revoked_at is None and (each.valid_to is None or each.valid_to >= on)
    )
    rulebook, known = loading.load(), _known(card, [each for each in standing if each.valid_from <= on])
    today = _open(known, rulebook, on)
    claim = None if card.tax_code is None else claims.get(card.tax_code)
    child = card.tax_code is not None and card.kinship in CHILDREN
    claimable = child and claim is None and known.dependent is not False
    return Kin(card, standing, today, tuple(_openings(known, frozenset(today), rulebook, on)), claimable, claim)


def _known(card: RelativeCard, told: Sequence[Declaration]) -> Relative:
    """Return what the rulebook is told of a relative; of several declarations the one from the latest day counts."""
    by_fact: dict[Fact, Declaration] = {}
    for each in sorted(told, key=lambda one: one.valid_from):
        by_fact[each.fact] = each
    lives = [each.basis for each in told if each.fact is Fact.COHABITATION]

    def said(fact: Fact) -> bool | None:
        return by_fact[fact].holds if fact in by_fact else None

    return Relative(
        kinship=card.kinship,
        birth_date=card.birth_date,
        cohabitation=None if not lives else Basis.RECORDED if Basis.RECORDED in lives else Basis.DECLARED,
        maintenance_declared=Fact.MAINTENANCE in by_fact,
        dependent=said(Fact.DEPENDENCY),
        not_self_sufficient=Fact.NOT_SELF_SUFFICIENT in by_fact,
        parents_missing=said(Fact.PARENTS_MISSING),
    )


def _open(relative: Relative, rulebook: Rulebook, on: date) -> tuple[Category, ...]:
    found = []
    for category in CATEGORIES:
        rule = rulebook.categories.at(category, on, on)
        if rule is None:
            continue
        facts = Facts(category, Channel.DIRECT, PlanSource.ON_TOP, Entitlement.ALL, 1, relative=relative)
        if check_beneficiary(Inquiry(facts, rulebook, on, on, rule)) is None:
            found.append(category)
    return tuple(found)


def _openings(known: Relative, today: frozenset[Category], rulebook: Rulebook, on: date) -> list[Opening]:
    alone = {}
    for fact, supposed in _SUPPOSED.items():
        alone[fact] = frozenset(_open(replace(known, **supposed), rulebook, on))  # type: ignore[arg-type]
    found = []
    for fact, supposed in _SUPPOSED.items():
        if added := alone[fact] - today:
            found.append(Opening(fact, _sorted(added), None))
            continue
        for other, besides in _SUPPOSED.items():
            both = frozenset(_open(replace(known, **supposed, **besides), rulebook, on)) if other != fact else today  # type: ignore[arg-type]
            if added := both - alone[other] - today:
                found.append(Opening(fact, _sorted(added), other))
                break
    return found


def _sorted(categories: frozenset[Category]) -> tuple[Category, ...]:
    return tuple(each for each in CATEGORIES if each in categories)
