"""A plan as a TOML file that a welfare manager can read and correct; reading is strict."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from moneyed import EUR, Money

from config import money
from plans.errors import PlanFileInvalid, PlanFileUnreadable
from plans.rulebook.words import Category, Channel, Entitlement, PlanSource
from plans.sheets.problems import shorten
from plans.words import FundingPolicy, Residual, SourceType, TaxablePolicy

W = TypeVar("W", bound=StrEnum)

# Beyond this no plan was written by a person.
MAX_BYTES = 1_000_000

# Whose money it is decides where it ends: an employer may carry it over or give it away, these get back what is left.
_GO_BACK = frozenset({PlanSource.MUNICIPAL, PlanSource.PRIVATE})
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Act:
    """The act an employer's plan rests on, as the accountant must be able to show it."""

    source_type: SourceType
    document_ref: str | None = None
    signed_on: date | None = None
    deposit_code: str | None = None
    unilateral_change: bool = False


@dataclass(frozen=True, slots=True)
class ClusterDraft:
    """An objective group and what each of its members is granted."""

    cluster: str
    description: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """
    A funder's rules for one period, as written by people and not yet checked against anything but its own form.

    `spend_by` is the last day its credit can be spent, `carry_over_months` how long it then lives on (0 = not at
    all), `residual_destination` where it goes after that. `amount` is what each person is granted when the plan is
    for everybody. Among lots that expire together the plan with the smaller `priority` is spent first.
    """

    code: str
    name: str
    source: PlanSource
    starts_on: date
    ends_on: date
    spend_by: date
    entitlement: Entitlement
    funding_policy: FundingPolicy
    taxable_policy: TaxablePolicy
    categories: frozenset[Category]
    channels: frozenset[Channel]
    carry_over_months: int = 0
    residual_destination: Residual = Residual.EMPLOYER
    leaver_grace_days: int = 0
    amount: Money | None = None
    priority: int = 100
    act: Act | None = None
    clusters: tuple[ClusterDraft, ...] = ()

    def diverted(self) -> tuple[str, ...]:
        """Return the keys that keep what is left, or send it elsewhere, where it can only go back to its funder."""
        if self.source not in _GO_BACK:
            return ()
        goes_back = {"carry_over_months": 0, "residual_destination": Residual.EMPLOYER}
        return tuple(key for key, value in goes_back.items() if getattr(self, key) != value)


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """What is wrong with one key of a plan file, in both languages."""

    key: str
    it: str
    en: str

    def __str__(self) -> str:
        return f"{self.key}: {self.en}"


def read(path: Path) -> PlanDraft:
    """
    Read a plan file.

    Errors: PlanFileUnreadable when it is missing, larger than 1 MB or not TOML (an impossible date is not), naming the
            line; PlanFileInvalid with every key that is unknown, missing, of the wrong kind or nested too deeply.
    Source: docs/plans.md, "The plan file".
    """
    return from_table(read_table(path), path.name)


def read_table(path: Path) -> dict[str, Any]:
    """
    Read the TOML of a plan file, or of a part of one, without asking what its keys mean.

    Errors: PlanFileUnreadable; PlanFileInvalid for what is nested too deeply.
    """
    try:
        # Never more than the limit, whatever the size says: a pipe has none.
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise _unreadable(path.name, "supera 1 MB", "it is larger than 1 MB")
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path.name, *_why_unreadable(error)) from error
    return _toml(text, path.name)


def parse(text: str, file: str) -> PlanDraft:
    """
    Read the text of a plan file; `file` is its name in messages.

    Errors: PlanFileUnreadable, PlanFileInvalid; as `read`.
    """
    return from_table(_toml(text, file), file)


def from_table(values: Mapping[str, Any], file: str) -> PlanDraft:
    """
    Read a plan from the values of its file, as strictly as `read`; `file` is its name in messages.

    Errors: PlanFileInvalid.
    """
    problems: list[KeyProblem] = []
    try:
        draft = _plan(_Table(values, "", problems))
    except RecursionError as error:
        raise _too_deep(file) from error
    if problems:
        raise PlanFileInvalid(file=file, problems=tuple(problems))
    return draft


def _toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        # TOMLDecodeError is one, and so is what a number of thousands of digits raises.
        raise _unreadable(file, *_not_toml(str(error), text)) from error
    except RecursionError as error:
        raise _too_deep(file) from error


def _too_deep(file: str) -> PlanFileInvalid:
    problem = KeyProblem("?", "valori annidati troppo in profondità", "values nested too deeply")
    return PlanFileInvalid(file=file, problems=(problem,))


class _Table:
    """A table being read: each key is taken once, and what is left over is a problem."""

    def __init__(self, values: Mapping[str, Any], prefix: str, problems: list[KeyProblem]) -> None:
        self._values = dict(values)
        self._prefix = prefix
        self._problems = problems

    def refuse(self, key: str, it: str, en: str) -> None:
        self._problems.append(KeyProblem(self._prefix + key, it, en))

    def finish(self) -> None:
        for key in self._values:
            self.refuse(key, "chiave sconosciuta: togliere o correggere", "unknown key: remove or mend it")

    def text(self, key: str) -> str:
        value = self._take(key, "un testo tra virgolette", "a quoted text", lambda it: isinstance(it, str), "")
        return str(value)

    def text_or_none(self, key: str) -> str | None:
        return self.text(key) if key in self._values else None

    def day(self, key: str) -> date:
        value: date = self._take(key, "una data come 2026-12-31", "a date such as 2026-12-31", _is_day, date.min)
        return value

    def day_or_none(self, key: str) -> date | None:
        return self.day(key) if key in self._values else None

    def whole(self, key: str, default: int) -> int:
        if key not in self._values:
            return default
        value: int = self._take(key, "un numero intero", "a whole number", lambda it: type(it) is int, default)
        return value

    def flag(self, key: str, default: bool) -> bool:
        if key not in self._values:
            return default
        value: bool = self._take(key, "true o false", "true or false", lambda it: isinstance(it, bool), default)
        return value

    def amount_or_none(self, key: str) -> Money | None:
        if key not in self._values:
            return None
        it, en = 'un importo tra virgolette come "600.00"', 'a quoted amount such as "600.00"'
        value = self._take(key, it, en, _is_amount, "0")
        return Money(Decimal(value), EUR)

    def word(self, key: str, vocabulary: type[W], default: W | None = None) -> W:
        if default is not None and key not in self._values:
            return default
        known = ", ".join(vocabulary)
        value = self._take(key, f"una di: {known}", f"one of: {known}", lambda it: _is_word(it, vocabulary), "")
        return vocabulary(value) if value else next(iter(vocabulary))

    def words(self, key: str, vocabulary: type[W]) -> frozenset[W]:
        known = ", ".join(vocabulary)
        it, en = f"un elenco, senza doppioni, di: {known}", f"a list, without repetitions, of: {known}"
        value = self._take(key, it, en, lambda items: _are_words(items, vocabulary), ())
        return frozenset(vocabulary(item) for item in value)

    def table_or_none(self, key: str) -> _Table | None:
        if key not in self._values:
            return None
        value = self._take(key, f"una sezione [{key}]", f"a section [{key}]", lambda it: isinstance(it, dict), None)
        return None if value is None else _Table(value, f"{key}.", self._problems)

    def tables(self, key: str) -> list[_Table]:
        if key not in self._values:
            return []
        value = self._take(key, f"sezioni [[{key}]]", f"sections [[{key}]]", _are_tables, [])
        return [_Table(item, f"{key}[{place}].", self._problems) for place, item in enumerate(value, 1)]

    def _take(self, key: str, it: str, en: str, fits: Any, otherwise: Any) -> Any:
        if key not in self._values:
            self.refuse(key, f"manca: serve {it}", f"missing: {en} is needed")
            return otherwise
        value = self._values.pop(key)
        if not fits(value):
            written = shorten(repr(value))
            self.refuse(key, f"serve {it}, non {written}", f"{en} is needed, not {written}")
            return otherwise
        return value


def _plan(table: _Table) -> PlanDraft:
    draft = PlanDraft(
        code=table.text("code"),
        name=table.text("name"),
        source=table.word("source", PlanSource),
        starts_on=table.day("starts_on"),
        ends_on=table.day("ends_on"),
        spend_by=table.day("spend_by"),
        entitlement=table.word("entitlement", Entitlement),
        funding_policy=table.word("funding_policy", FundingPolicy),
        taxable_policy=table.word("taxable_policy", TaxablePolicy),
        categories=table.words("categories", Category),
        channels=table.words("channels", Channel),
        carry_over_months=table.whole("carry_over_months", 0),
        residual_destination=table.word("residual_destination", Residual, Residual.EMPLOYER),
        leaver_grace_days=table.whole("leaver_grace_days", 0),
        amount=table.amount_or_none("amount"),
        priority=table.whole("priority", 100),
        act=_act(table.table_or_none("act")),
        clusters=tuple(_cluster(cluster) for cluster in table.tables("clusters")),
    )
    table.finish()
    for key in draft.diverted():
        table.refuse(
            key,
            f"con fonte {draft.source} ciò che resta torna a chi lo ha versato: togliere la chiave",
            f"with source {draft.source} what is left goes back to whom it came from: remove the key",
        )
    return draft


def _act(table: _Table | None) -> Act | None:
    if table is None:
        return None
    act = Act(
        source_type=table.word("source_type", SourceType),
        document_ref=table.text_or_none("document_ref"),
        signed_on=table.day_or_none("signed_on"),
        deposit_code=table.text_or_none("deposit_code"),
        unilateral_change=table.flag("unilateral_change", False),
    )
    table.finish()
    return act


def _cluster(table: _Table) -> ClusterDraft:
    cluster = ClusterDraft(table.text("cluster"), table.text("description"), table.amount_or_none("amount"))
    table.finish()
    return cluster


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_amount(value: object) -> bool:
    # TOML's own decimals are floats: an amount is text, so that no cent is ever guessed.
    if not isinstance(value, str) or _AMOUNT.fullmatch(value) is None:
        return False
    return 0 < money.minor(Money(Decimal(value), EUR)) <= money.MAX_MINOR


def _is_word(value: object, vocabulary: type[StrEnum]) -> bool:
    return isinstance(value, str) and value in set(vocabulary)


def _are_words(values: object, vocabulary: type[StrEnum]) -> bool:
    if not isinstance(values, list) or not values:
        return False
    return all(_is_word(value, vocabulary) for value in values) and len(set(values)) == len(values)


def _are_tables(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, dict) for value in values)


def _unreadable(file: str, it: str, en: str) -> PlanFileUnreadable:
    return PlanFileUnreadable(file=file, problem_it=it, problem_en=en)


def _why_unreadable(error: OSError | UnicodeDecodeError) -> tuple[str, str]:
    if isinstance(error, UnicodeDecodeError):
        return f"non è testo UTF-8 (byte {error.start + 1})", f"it is no UTF-8 text (byte {error.start + 1})"
    for kind, it, en in (
        (FileNotFoundError, "non esiste", "it does not exist"),
        (IsADirectoryError, "è una cartella", "it is a folder"),
        (PermissionError, "mancano i permessi", "permission is missing"),
    ):
        if isinstance(error, kind):
            return it, en
    said = error.strerror or type(error).__name__
    return f"il sistema lo rifiuta ({said})", f"the system refuses it ({said})"


def _not_toml(message: str, text: str) -> tuple[str, str]:
    said = re.sub(r" ?\(at .*\)$", "", message)
    found = re.search(r"at line (\d+)", message)
    lines = text.split("\n")
    number = int(found[1]) if found else len(lines)
    if found is None and "end of document" not in message:
        return f"non è TOML ({said})", f"it is no TOML ({said})"
    line = shorten(lines[number - 1].strip())
    return f"non è TOML alla riga {number}: {line} ({said})", f"it is no TOML in line {number}: {line} ({said})"
