"""
Renewal: the plan of the next period, from the last one.

Its days move by the length of the period, everything else stays, and a file of changes says what shall be otherwise: a
part of a plan file, read as strictly. The plan of the last period is not touched.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from plans import plan_file
from plans.errors_sources import RenewalChangesInvalid, RenewalCodeNeeded
from plans.plan_file import Act, ClusterDraft, PlanDraft

# A year, and the one it goes on to if it does: 2025, 2025-26, 2025/26.
_YEAR = re.compile(r"(?<![0-9])20([0-9]{2})(?:([-/])([0-9]{2}))?(?![0-9])")
_CENTURY = 2000
_LONGEST_YEARS = 9
MONTHS_PER_YEAR = 12


@dataclass(frozen=True, slots=True)
class Difference:
    """What one key says in the last period and in the next."""

    key: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Renewal:
    """The plan of the next period and how it differs; `act_kept` that it still rests on the last period's act."""

    draft: PlanDraft
    differences: tuple[Difference, ...]
    act_kept: bool


def renew(
    written: PlanDraft,
    *,
    code: str | None = None,
    months: int | None = None,
    changes: Path | Mapping[str, Any] | None = None,
) -> Renewal:
    """
    Return the plan of the next period; nothing is written.

    The next period follows the last one at once, or lies `months` later: twelve for what runs half a year, every year.

    A code that says a year gets the next one, and so does the name. What `changes` says goes over the rest: a key as it
    stands there, the act key by key, a cluster by its word (`remove = true` takes it out, `clusters = []` all); it is a
    file, or the values of one.
    Errors: RenewalCodeNeeded; those of `plan_file.read_table`; RenewalChangesInvalid, PlanFileInvalid; in this order.
    """
    values = _table(_moved(written, months))
    told = plan_file.read_table(changes) if isinstance(changes, Path) else dict(changes or {})
    if code is not None:
        values["code"] = code
    elif "code" not in told and values["code"] == written.code:
        raise RenewalCodeNeeded(plan=written.code)
    name = changes.name if isinstance(changes, Path) else written.code
    draft = plan_file.from_table(_over(values, told, name) if told else values, name)
    return Renewal(draft, differences(written, draft), act_kept=draft.act is not None and draft.act == written.act)


def differences(before: PlanDraft, after: PlanDraft) -> tuple[Difference, ...]:
    """Return every key that differs, the act and the clusters key by key, in the order of the plan file."""
    found = []
    for field in fields(PlanDraft):
        one, other = getattr(before, field.name), getattr(after, field.name)
        if field.name == "act":
            found += _parts("act", _act(one), _act(other))
        elif field.name == "clusters":
            found += _parts("cluster", _clusters(one), _clusters(other))
        elif one != other:
            found.append(Difference(field.name, one, other))
    return tuple(found)


def shift(day: date, months: int) -> date:
    """Return the same day so many months later; the last day of a month stays one."""
    place = day.year * MONTHS_PER_YEAR + day.month - 1 + months
    year, month = divmod(place, MONTHS_PER_YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    was_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if was_last else min(day.day, last))


def _moved(written: PlanDraft, asked: int | None) -> PlanDraft:
    """Move the days of a plan by the length of its period: by months where it is made of whole ones, else by days."""
    after = written.ends_on + timedelta(days=1)
    length = (after.year - written.starts_on.year) * MONTHS_PER_YEAR + after.month - written.starts_on.month
    whole = length > 0 and after.day == written.starts_on.day
    months = asked or (length if whole else None)
    days = after - written.starts_on

    def move(day: date) -> date:
        return day + days if months is None else shift(day, months)

    years = move(written.starts_on).year - written.starts_on.year

    def later(found: re.Match[str]) -> str:
        year, mark, rest = int(found[1]), found[2] or "", found[3] or ""
        # What is no later year, as the month in 2026-03, stays.
        if rest and 0 < int(rest) - year <= _LONGEST_YEARS:
            rest = f"{(int(rest) + years) % 100:02d}"
        return f"{_CENTURY + year + years}{mark}{rest}"

    def said(text: str) -> str:
        return _YEAR.sub(later, text)

    values = {field.name: getattr(written, field.name) for field in fields(PlanDraft)}
    values |= {"code": said(written.code), "name": said(written.name)}
    # A period that follows at once begins on the day after, whatever the lengths of months.
    starts_on = after if asked is None else move(written.starts_on)
    values |= {"starts_on": starts_on, "ends_on": move(written.ends_on), "spend_by": move(written.spend_by)}
    return PlanDraft(**values)


def _table(draft: PlanDraft) -> dict[str, Any]:
    """Return a plan as its file would say it."""
    values: dict[str, Any] = {}
    for field in fields(PlanDraft):
        value = getattr(draft, field.name)
        if field.name == "act":
            if value is not None:
                values["act"] = _act(value)
        elif field.name == "clusters":
            values["clusters"] = [{"cluster": word} | told for word, told in _clusters_table(value).items()]
        elif field.name == "amount":
            if value is not None:
                values["amount"] = str(value.amount)
        elif isinstance(value, frozenset):
            values[field.name] = sorted(map(str, value))
        else:
            values[field.name] = value
    return values


def _act(act: Act | None) -> dict[str, Any]:
    if act is None:
        return {}
    return {field.name: value for field in fields(Act) if (value := getattr(act, field.name)) is not None}


def _clusters_table(clusters: tuple[ClusterDraft, ...]) -> dict[str, dict[str, Any]]:
    return {
        each.cluster: {"description": each.description}
        | ({} if each.amount is None else {"amount": str(each.amount.amount)})
        for each in clusters
    }


def _clusters(clusters: tuple[ClusterDraft, ...]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for each in clusters:
        told[each.cluster] = each.description
        if each.amount is not None:
            told[f"{each.cluster}.amount"] = each.amount
    return told


def _parts(prefix: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    keys = dict.fromkeys((*before, *after))
    return [
        Difference(f"{prefix}.{key}", before.get(key), after.get(key))
        for key in keys
        if before.get(key) != after.get(key)
    ]


def _over(values: dict[str, Any], told: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Lay what a file of changes says over the values of a plan."""
    result = values | {key: value for key, value in told.items() if key not in {"act", "clusters"}}
    act, clusters = told.get("act"), told.get("clusters")
    if act is not None:
        result["act"] = values.get("act", {}) | act if isinstance(act, dict) else act
    if clusters is not None:
        tables = isinstance(clusters, list) and all(isinstance(each, dict) for each in clusters)
        result["clusters"] = _merged(values["clusters"], clusters, file) if tables else clusters
    return result


def _merged(known: list[dict[str, Any]], told: list[dict[str, Any]], file: str) -> list[dict[str, Any]]:
    if not told:
        return []
    merged = {each["cluster"]: each for each in known}
    for each in told:
        word = each.get("cluster")
        if not isinstance(word, str) or not word:
            raise RenewalChangesInvalid(
                file=file,
                problem_it="una categoria omogenea senza la chiave cluster",
                problem_en="a cluster without the key cluster",
            )
        said = dict(each)
        if said.pop("remove", False) is True:
            if word not in merged:
                raise RenewalChangesInvalid(
                    file=file,
                    problem_it=f"la categoria omogenea «{word}» da togliere non c'è",
                    problem_en=f"there is no cluster '{word}' to remove",
                )
            del merged[word]
        else:
            merged[word] = merged.get(word, {}) | said
    return list(merged.values())
