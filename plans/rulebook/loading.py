"""Reads the rule files, refuses anything it does not understand, and builds the rulebook once."""

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar

from plans.rulebook.errors import RulebookInvalid
from plans.rulebook.model import Rulebook
from plans.rulebook.rows import (
    AgeRule,
    CategoryRule,
    CircleRule,
    EntitlementRule,
    ExpenseRule,
    LimitExceptionRule,
    LimitRule,
    NewHireRentRule,
    ReadingRule,
    Rule,
    SourceRule,
    VoucherRule,
)
from plans.rulebook.timeline import Timeline
from plans.rulebook.words import (
    AgeSubject,
    Category,
    Channel,
    CircleBasis,
    Confidence,
    EnforcedBy,
    ExpenseKind,
    Kinship,
    LimitSubject,
    LimitVariant,
    Outcome,
    OverCap,
    PlanSource,
    ReadingTopic,
    Reason,
    Reimburses,
    RelativesAdmitted,
    Unit,
    VoucherCheck,
    VoucherScope,
)

E = TypeVar("E", bound=StrEnum)
R = TypeVar("R", bound=Rule)

CENTS_PER_EURO = 100

# What may end with nothing after it: temporary reliefs and exceptions to a general row. Everything else must go on.
_TEMPORARY_CATEGORIES = {Category.RENT_NEW_HIRE}
_CONTINUOUS_VARIANTS = set(LimitVariant) - {LimitVariant.WITH_DEPENDENT_CHILD}
_TEMPORARY_LIMITS = {LimitSubject.RENT_NEW_HIRE}

# What a decision knows of a voucher; the rest shows only where vouchers are issued and redeemed.
_DECIDED_CHECKS = {VoucherCheck.ONE_SERVICE, VoucherCheck.FULL_PRICE, VoucherCheck.CUMULATIVE_WITHIN_THRESHOLD}

_ANSWERS = {
    ReadingTopic.MAINTENANCE_SELF_CERTIFIED: {Outcome.EXEMPT, Outcome.EXEMPT_ON_DECLARATION, Outcome.BLOCKED},
    ReadingTopic.COHABITATION_SELF_CERTIFIED: {Outcome.EXEMPT, Outcome.EXEMPT_ON_DECLARATION, Outcome.BLOCKED},
    ReadingTopic.FRINGE_OUTSIDE_CIRCLE: {Outcome.EXEMPT, Outcome.TAXABLE},
}


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
    )
    _refuse_contradicted_limits(_pick(rows, CategoryRule), limits)
    _refuse_missing(rulebook)
    return rulebook


class _Row:
    """A row being read: every key must be taken exactly once, and anything left over is refused."""

    def __init__(self, file: str, table: str, position: int, values: Mapping[str, Any]) -> None:
        self.file = file
        identity = values.get("id")
        self.id = identity if isinstance(identity, str) and identity else f"{table} no. {position}"
        self._values = dict(values)

    def refuse(self, problem: str) -> RulebookInvalid:
        return RulebookInvalid(file=self.file, row=self.id, problem=problem)

    def finish(self) -> None:
        if self._values:
            raise self.refuse(f"unknown key {', '.join(sorted(self._values))}")

    def _take(self, key: str, kind: type | tuple[type, ...], what: str) -> Any:
        if key not in self._values:
            raise self.refuse(f"missing key {key}")
        value = self._values.pop(key)
        # bool is an int to Python and datetime is a date: neither is what the expert meant to write.
        if not isinstance(value, kind) or isinstance(value, datetime) or (isinstance(value, bool) and kind is not bool):
            raise self.refuse(f"{key} must be {what}")
        return value

    def has(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str, *, empty: bool = False) -> str:
        value: str = self._take(key, str, "text")
        if not value.strip() and not empty:
            raise self.refuse(f"{key} is empty")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        if default is not None and not self.has(key):
            return default
        return bool(self._take(key, bool, "true or false"))

    def day(self, key: str) -> date:
        value: date = self._take(key, date, "a date written as 2026-01-31, without quotes")
        return value

    def whole(self, key: str) -> int:
        value: int = self._take(key, int, "a whole number")
        if value < 1:
            raise self.refuse(f"{key} must be at least 1")
        return value

    def euro(self, key: str) -> int:
        value = Decimal(self._take(key, (int, Decimal), "an amount in euro, without quotes"))
        cents = value * CENTS_PER_EURO
        if not value.is_finite() or value <= 0 or cents != cents.to_integral_value():
            raise self.refuse(f"{key} must be a positive amount in euro with at most two decimals")
        return int(cents)

    def word(self, key: str, vocabulary: type[E]) -> E:
        return self._spell(key, self.text(key), vocabulary)

    def words(self, key: str, vocabulary: type[E], *, empty: bool = False) -> tuple[E, ...]:
        values = self._take(key, list, "a list")
        if not values and not empty:
            raise self.refuse(f"{key} is empty")
        if len(set(map(str, values))) != len(values):
            raise self.refuse(f"{key} repeats a word")
        return tuple(self._spell(key, value, vocabulary) for value in values)

    def names(self, key: str) -> tuple[str, ...]:
        values = self._take(key, list, "a list")
        if not all(isinstance(value, str) for value in values):
            raise self.refuse(f"{key} must be a list of row ids")
        return tuple(values)

    def _spell(self, key: str, value: object, vocabulary: type[E]) -> E:
        if not isinstance(value, str) or value not in set(vocabulary):
            raise self.refuse(f"{key} is {value!r}, which is not one of {', '.join(vocabulary)}")
        return vocabulary(value)

    def unit(self, *allowed: Unit) -> Unit:
        unit = self.word("unit", Unit)
        if unit not in allowed:
            raise self.refuse(f"unit is {unit}, this value is in {' or '.join(allowed)}")
        return unit


def _common(row: _Row) -> dict[str, Any]:
    values: dict[str, Any] = {
        "file": row.file,
        "id": row.text("id"),
        "sentence_it": row.text("sentence_it"),
        "sentence_en": row.text("sentence_en"),
        "valid_from": row.day("valid_from"),
        "valid_to": row.day("valid_to") if row.has("valid_to") else None,
        "known_from": row.day("known_from"),
        "checked_on": row.day("checked_on"),
        "legal_ref": row.text("legal_ref"),
        "source": row.text("source"),
        "confidence": row.word("confidence", Confidence),
        "signed_off_by": row.text("signed_off_by", empty=True),
        "supersedes": row.names("supersedes") if row.has("supersedes") else (),
        "note": row.text("note") if row.has("note") else "",
    }
    dated = "known_from_confidence"
    values[dated] = row.word(dated, Confidence) if row.has(dated) else values["confidence"]
    if values["valid_to"] is not None and values["valid_to"] < values["valid_from"]:
        raise row.refuse("valid_to is before valid_from")
    if values["checked_on"] < values["known_from"]:
        raise row.refuse("checked_on is before known_from: nobody can check an act that is not published")
    return values


def _category(row: _Row) -> CategoryRule:
    rule = CategoryRule(
        **_common(row),
        category=row.word("category", Category),
        employee=row.flag("employee"),
        relatives=row.word("relatives", RelativesAdmitted),
        elderly_or_not_self_sufficient=row.flag("elderly_or_not_self_sufficient", False),
        channels=row.words("channels", Channel),
        reimburses=row.word("reimburses", Reimburses),
        voucher_scope=row.word("voucher_scope", VoucherScope),
        over_cap=row.word("over_cap", OverCap),
        contributions_due=row.flag("contributions_due", False),
    )
    if (Channel.REIMBURSEMENT in rule.channels) != (rule.reimburses is not Reimburses.NONE):
        raise row.refuse("reimburses and channels contradict each other")
    if (Channel.VOUCHER in rule.channels) != (rule.voucher_scope is not VoucherScope.NONE):
        raise row.refuse("voucher_scope and channels contradict each other")
    return rule


def _source(row: _Row) -> SourceRule:
    return SourceRule(
        **_common(row),
        plan_source=row.word("plan_source", PlanSource),
        employment_income=row.flag("employment_income"),
    )


def _entitlement(row: _Row) -> EntitlementRule:
    return EntitlementRule(
        **_common(row), categories=row.words("categories", Category), ad_personam=row.flag("ad_personam")
    )


def _circle(row: _Row) -> CircleRule:
    rule = CircleRule(
        **_common(row),
        kinships=row.words("kinships", Kinship),
        member=row.flag("member"),
        ties=row.words("ties", CircleBasis, empty=True),
        parents_missing=row.flag("parents_missing", False),
    )
    if not rule.member and (rule.ties or rule.parents_missing):
        raise row.refuse("a kinship that is never a member cannot have conditions")
    return rule


def _limit(row: _Row) -> LimitRule:
    common = _common(row)
    subject = row.word("subject", LimitSubject)
    daily = subject is LimitSubject.MEAL_VOUCHER
    rule = LimitRule(
        **common,
        subject=subject,
        variant=row.word("variant", LimitVariant),
        amount_minor=row.euro("amount"),
        unit=row.unit(Unit.EUR_PER_DAY if daily else Unit.EUR_PER_YEAR),
        over_cap=row.word("over_cap", OverCap),
        counts_elsewhere=row.flag("counts_elsewhere", False),
        channels=row.words("channels", Channel) if row.has("channels") else (),
    )
    if daily and rule.over_cap is not OverCap.EXCESS_ONLY:
        raise row.refuse("a daily limit can only tax the excess")
    return rule


def _limit_exception(row: _Row) -> LimitExceptionRule:
    return LimitExceptionRule(
        **_common(row),
        categories=row.words("categories", Category),
        plan_source=row.word("plan_source", PlanSource),
    )


def _age(row: _Row) -> AgeRule:
    return AgeRule(
        **_common(row),
        subject=row.word("subject", AgeSubject),
        years=row.whole("years"),
        unit=row.unit(Unit.YEARS),
    )


def _expense(row: _Row) -> ExpenseRule:
    rule = ExpenseRule(
        **_common(row),
        category=row.word("category", Category),
        expense_kinds=row.words("expense_kinds", ExpenseKind),
        channels=row.words("channels", Channel),
        answer=row.word("answer", Outcome),
        reason=row.word("reason", Reason) if row.has("reason") else None,
        requires_dependent_child=row.flag("requires_dependent_child", False),
    )
    if rule.answer is Outcome.EXEMPT_ON_DECLARATION:
        raise row.refuse("answer of an expense is EXEMPT, TAXABLE or BLOCKED")
    if (rule.reason is None) != (rule.answer is Outcome.EXEMPT):
        raise row.refuse("reason is written exactly when answer is not EXEMPT")
    return rule


def _voucher(row: _Row) -> VoucherRule:
    rule = VoucherRule(
        **_common(row),
        number=row.text("number"),
        checks=row.words("checks", VoucherCheck),
        scopes=row.words("scopes", VoucherScope),
        enforced_by=row.word("enforced_by", EnforcedBy),
    )
    if rule.enforced_by is EnforcedBy.DECISION and not _DECIDED_CHECKS.issuperset(rule.checks):
        raise row.refuse(f"a decision can only enforce {', '.join(sorted(_DECIDED_CHECKS))}")
    return rule


def _reading(row: _Row) -> ReadingRule:
    rule = ReadingRule(**_common(row), topic=row.word("topic", ReadingTopic), answer=row.word("answer", Outcome))
    if rule.answer not in _ANSWERS[rule.topic]:
        raise row.refuse(f"answer of {rule.topic} is {' or '.join(sorted(_ANSWERS[rule.topic]))}")
    return rule


def _new_hire_rent(row: _Row) -> NewHireRentRule:
    rule = NewHireRentRule(
        **_common(row),
        hired_from=row.day("hired_from"),
        hired_to=row.day("hired_to"),
        first_years=row.whole("first_years"),
        prior_income_limit_minor=row.euro("prior_income_limit"),
        distance_over_km=row.whole("distance_over_km"),
    )
    if rule.hired_to < rule.hired_from:
        raise row.refuse("hired_to is before hired_from")
    return rule


_TABLES: Mapping[str, Callable[[_Row], Rule]] = {
    "category": _category,
    "plan_source": _source,
    "entitlement": _entitlement,
    "circle": _circle,
    "limit": _limit,
    "limit_exception": _limit_exception,
    "age": _age,
    "expense": _expense,
    "voucher": _voucher,
    "reading": _reading,
    "new_hire_rent": _new_hire_rent,
}


def _read_file(name: str, text: str) -> Iterable[Rule]:
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as problem:
        raise RulebookInvalid(file=name, row="", problem=f"not TOML: {problem}") from None
    for table, entries in document.items():
        if table not in _TABLES or not isinstance(entries, list):
            raise RulebookInvalid(file=name, row="", problem=f"unknown table {table}; write [[...]] with a known name")
        for position, values in enumerate(entries, start=1):
            row = _Row(name, table, position, values)
            rule = _TABLES[table](row)
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
        (rulebook.readings, ReadingTopic),
    )
    for timeline, vocabulary in asked:
        for word in vocabulary:
            if word not in timeline:
                raise RulebookInvalid(file="", row="", problem=f"no row answers for {vocabulary.__name__} {word}")


def _pick(rows: Iterable[Rule], kind: type[R]) -> list[R]:
    return [row for row in rows if isinstance(row, kind)]


def _hash(texts: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name in sorted(texts):
        # Line ends differ between checkouts; the rules they carry do not.
        digest.update(f"{name}\n{texts[name].replace(chr(13), '')}\0".encode())
    return digest.hexdigest()[:12]
