"""Reads the rule files, refuses anything it does not understand, and builds the rulebook once."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar

from plans.rulebook.errors import RulebookInvalid
from plans.rulebook.model import Rulebook
from plans.rulebook.reader import Row
from plans.rulebook.rows import (
    AgeRule,
    BonusRateRule,
    CategoryRule,
    CircleRule,
    EntitlementRule,
    ExpenseRule,
    ExtendedCashRule,
    LimitExceptionRule,
    LimitRule,
    MomentRule,
    NewHireRentRule,
    ReadingRule,
    Rule,
    SourceRule,
    VoucherRule,
)
from plans.rulebook.tables import TABLES
from plans.rulebook.timeline import Timeline
from plans.rulebook.words import (
    AgeSubject,
    BonusRate,
    Category,
    Channel,
    Kinship,
    LimitSubject,
    LimitVariant,
    OverCap,
    PlanSource,
    ReadingTopic,
)

R = TypeVar("R", bound=Rule)

# What may end with nothing after it: temporary reliefs and exceptions to a general row. Everything else must go on.
_TEMPORARY_CATEGORIES = {Category.RENT_NEW_HIRE}
_CONTINUOUS_VARIANTS = set(LimitVariant) - {LimitVariant.WITH_DEPENDENT_CHILD}
_TEMPORARY_LIMITS = {LimitSubject.RENT_NEW_HIRE}


@lru_cache(maxsize=1)
def load() -> Rulebook:
    """
    Read the rules shipped with this package.

    Errors: RulebookInvalid, naming the file and the row.
    """
    folder = files("plans.rulebook") / "data"
    texts = {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")}
    return build(texts)


def build(texts: Mapping[str, str]) -> Rulebook:
    """
    Build a rulebook from the text of rule files, by file name.

    Errors: RulebookInvalid for text that is no TOML and for an unknown table; then row by row for a missing key, a
            wrong type, word, unit or date, an unknown key; then across rows for a repeated id, a `supersedes` that
            names no row, an overlap, a gap, a limit that its category contradicts, a word no row speaks of.
    """
    rows = [row for name in sorted(texts) for row in _read_file(name, texts[name])]
    by_id = _index_by_id(rows)
    limits = _pick(rows, LimitRule)
    rulebook = Rulebook(
        version=_hash(texts),
        rows=tuple(rows),
        by_id=by_id,
        categories=Timeline(
            ((row.category, row) for row in _pick(rows, CategoryRule)),
            continuous=lambda category: category not in _TEMPORARY_CATEGORIES,
        ),
        sources=Timeline((row.plan_source, row) for row in _pick(rows, SourceRule)),
        entitlements=Timeline((c, row) for row in _pick(rows, EntitlementRule) for c in row.categories),
        circle=Timeline((kinship, row) for row in _pick(rows, CircleRule) for kinship in row.kinships),
        limits=Timeline(
            (((row.subject, row.variant), row) for row in limits),
            continuous=lambda key: key[0] not in _TEMPORARY_LIMITS and key[1] in _CONTINUOUS_VARIANTS,
        ),
        limit_exceptions=Timeline(
            ((c, row.plan_source), row) for row in _pick(rows, LimitExceptionRule) for c in row.categories
        ),
        ages=Timeline((row.subject, row) for row in _pick(rows, AgeRule)),
        expenses=Timeline(
            (((row.category, kind), row) for row in _pick(rows, ExpenseRule) for kind in row.expense_kinds),
            continuous=lambda _: False,
        ),
        vouchers=Timeline((row.number, row) for row in _pick(rows, VoucherRule)),
        readings=Timeline((row.topic, row) for row in _pick(rows, ReadingRule)),
        rents=Timeline(
            ((Category.RENT_NEW_HIRE, row) for row in _pick(rows, NewHireRentRule)), continuous=lambda _: False
        ),
        bonus_rates=Timeline((row.rate, row) for row in _pick(rows, BonusRateRule)),
        moments=Timeline(
            ((plan_source, channel), row)
            for row in _pick(rows, MomentRule)
            for plan_source in row.plan_sources
            for channel in row.channels
        ),
        extended_cash=Timeline((channel, row) for row in _pick(rows, ExtendedCashRule) for channel in row.channels),
    )
    _refuse_contradicted_limits(_pick(rows, CategoryRule), limits)
    _refuse_missing(rulebook)
    return rulebook


def _read_file(name: str, text: str) -> Iterable[Rule]:
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as problem:
        raise RulebookInvalid(file=name, row="", problem=f"not TOML: {problem}") from None
    for table, entries in document.items():
        rows = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
        if table not in TABLES or not rows:
            raise RulebookInvalid(file=name, row="", problem=f"unknown table {table}; write [[...]] with a known name")
        for position, values in enumerate(entries, start=1):
            row = Row(name, table, position, values)
            rule = TABLES[table](row)
            row.finish()
            yield rule


def _index_by_id(rows: list[Rule]) -> dict[str, Rule]:
    by_id: dict[str, Rule] = {}
    for row in rows:
        if row.id in by_id:
            raise RulebookInvalid(file=row.file, row=row.id, problem=f"id already used in {by_id[row.id].file}")
        by_id[row.id] = row
    for row in rows:
        for other in row.supersedes:
            if other == row.id or type(by_id.get(other)) is not type(row):
                raise RulebookInvalid(
                    file=row.file, row=row.id, problem=f"supersedes {other}, no other row of its kind"
                )
    return by_id


def _refuse_contradicted_limits(categories: Iterable[CategoryRule], limits: Iterable[LimitRule]) -> None:
    by_subject: dict[str, set[OverCap]] = {}
    for limit in limits:
        by_subject.setdefault(limit.subject, set()).add(limit.over_cap)
    for row in categories:
        found = by_subject.get(row.category, {OverCap.NONE})
        if found != {row.over_cap}:
            written = ", ".join(sorted(found))
            raise RulebookInvalid(
                file=row.file,
                row=row.id,
                problem=f"over_cap is {row.over_cap}, its limits say {written}",
            )


def _refuse_missing(rulebook: Rulebook) -> None:
    asked: tuple[tuple[Timeline[Any, Any], type[StrEnum]], ...] = (
        (rulebook.categories, Category),
        (rulebook.sources, PlanSource),
        (rulebook.entitlements, Category),
        (rulebook.circle, Kinship),
        (rulebook.ages, AgeSubject),
        (rulebook.bonus_rates, BonusRate),
        (rulebook.readings, ReadingTopic),
    )
    for timeline, vocabulary in asked:
        for word in vocabulary:
            if word not in timeline:
                raise RulebookInvalid(file="", row="", problem=f"no row answers for {vocabulary.__name__} {word}")
    for plan_source in PlanSource:
        for channel in Channel:
            if (plan_source, channel) not in rulebook.moments:
                problem = f"no moment answers for {plan_source} and {channel}"
                raise RulebookInvalid(file="", row="", problem=problem)


def _pick(rows: Iterable[Rule], kind: type[R]) -> list[R]:
    return [row for row in rows if isinstance(row, kind)]


def _hash(texts: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name in sorted(texts):
        # Line ends differ between checkouts; the rules they carry do not.
        digest.update(f"{name}\n{texts[name].replace(chr(13), '')}\0".encode())
    return digest.hexdigest()[:12]
