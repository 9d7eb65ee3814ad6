"""What the law calls a VAT regime on a day, and when an invoice without VAT bears stamp duty: dated data."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from network import data, vat

# What is told besides the regimes: the voucher, the recharge of a mandatary, the employer's deduction.
TOPICS: Final = ("VOUCHER", "MANDATE", "DEDUCTION")
CONFIDENCE: Final = ("V-LAW", "V-PAGE", "MEM", "UNC")
DOUBTFUL: Final = ("MEM", "UNC")


@dataclass(frozen=True, slots=True)
class Reference:
    """
    Where the law says something, from one day to another; open where a day is missing.

    `reference` is a label in Italian that fits an invoice; the notes say, in both languages, what to know of it. A row
    with `services` speaks of these services alone, beside the one of their whole regime.
    """

    topic: str
    valid_from: date
    valid_to: date
    reference: str
    confidence: str
    checked_on: date
    source: str
    note_it: str
    note_en: str
    services: tuple[str, ...] = ()

    @property
    def doubtful(self) -> bool:
        """Whether nobody read it in the act or on a page."""
        return self.confidence in DOUBTFUL

    def note(self, language: str) -> str:
        """Return what to know of it, in a language."""
        return self.note_it if language == "it" else self.note_en


@dataclass(frozen=True, slots=True)
class StampDuty:
    """The duty of an invoice whose amounts without VAT exceed a threshold; minor units."""

    valid_from: date
    valid_to: date
    threshold_minor: int
    amount_minor: int
    reference: str
    confidence: str


def reference(topic: str, on: date) -> Reference:
    """
    Return where the law speaks of a VAT regime, or of another topic, on a day.

    Errors: KeyError for a topic that is none.
    Source: network/data/vat_references.csv.
    """
    return next(row for row in _references()[topic] if row.valid_from <= on <= row.valid_to)


def references(topic: str, on: date, services: Collection[str]) -> tuple[Reference, ...]:
    """
    Return where the law speaks of services of a VAT regime on a day: the rows of their own, or that of the regime.

    The regime's row is there only where some service has none of its own.
    Errors: KeyError for a topic that is none.
    """
    own = tuple(
        row
        for row in _own().get(topic, ())
        if row.valid_from <= on <= row.valid_to and not set(services).isdisjoint(row.services)
    )
    told = {service for row in own for service in row.services}
    return own if own and told.issuperset(services) else (reference(topic, on), *own)


def stamp_duty(without_vat_minor: int, on: date) -> StampDuty | None:
    """
    Return the stamp duty of an invoice dated on a day, or None when it bears none.

    Units:  minor units; `without_vat_minor` is the sum of the amounts that bear no VAT.
    Source: network/data/stamp_duty.csv.
    """
    for row in _duties():
        if row.valid_from <= on <= row.valid_to and without_vat_minor > row.threshold_minor:
            return row
    return None


@cache
def _own() -> Mapping[str, tuple[Reference, ...]]:
    return read_own(data.FOLDER / "vat_references.csv")


@cache
def _references() -> Mapping[str, tuple[Reference, ...]]:
    return read_references(data.FOLDER / "vat_references.csv")


def read_references(path: Path) -> Mapping[str, tuple[Reference, ...]]:
    """
    Read the references of whole regimes and topics; every one has one on every day.

    Errors: ValueError, naming the file's line, for a row that is wrong, overlaps another or leaves a gap.
    """
    found: dict[str, list[tuple[int, Reference]]] = {code.code: [] for code in vat.regimes()}
    found |= {topic: [] for topic in TOPICS}
    for line, row in _rows(path, found):
        if not row.services:
            found[row.topic].append((line, row))
    for topic, rows in found.items():
        rows.sort(key=lambda each: each[1].valid_from)
        if not rows or rows[0][1].valid_from != date.min or rows[-1][1].valid_to != date.max:
            raise ValueError(f"{path.name}: {topic} is not told of every day")
        for (_, before), (line, after) in pairwise(rows):
            if after.valid_from != before.valid_to + timedelta(days=1):
                raise ValueError(f"{path.name}, line {line}: {topic} overlaps what is before it, or leaves a gap")
    return {topic: tuple(reference for _, reference in rows) for topic, rows in found.items()}


def read_own(path: Path) -> Mapping[str, tuple[Reference, ...]]:
    """
    Read the references of single services, by regime.

    Errors: ValueError, naming the file's line, for a row that is wrong.
    """
    found: dict[str, tuple[Reference, ...]] = {}
    for _, row in _rows(path, [code.code for code in vat.regimes()] + list(TOPICS)):
        if row.services:
            found[row.topic] = (*found.get(row.topic, ()), row)
    return found


def _rows(path: Path, topics: Collection[str]) -> Iterator[tuple[int, Reference]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, strict=True)
        for row in lines:
            if row["topic"] not in topics or row["confidence"] not in CONFIDENCE or not row["reference"]:
                raise ValueError(f"{path.name}, line {lines.line_num}: unknown topic or confidence, or no reference")
            begins, ends = _period(row)
            yield (
                lines.line_num,
                Reference(
                    topic=row["topic"],
                    valid_from=begins,
                    valid_to=ends,
                    reference=row["reference"],
                    confidence=row["confidence"],
                    checked_on=date.fromisoformat(row["checked_on"]),
                    source=row["source"],
                    note_it=row["note_it"],
                    note_en=row["note_en"],
                    services=tuple(row["services"].split("|")) if row["services"] else (),
                ),
            )


@cache
def _duties() -> tuple[StampDuty, ...]:
    with (data.FOLDER / "stamp_duty.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            StampDuty(
                *_period(row),
                int(row["threshold_minor"]),
                int(row["amount_minor"]),
                row["reference"],
                row["confidence"],
            )
            for row in csv.DictReader(file, strict=True)
        )


def _period(row: Mapping[str, str]) -> tuple[date, date]:
    begins, ends = row["valid_from"], row["valid_to"]
    return date.fromisoformat(begins) if begins else date.min, date.fromisoformat(ends) if ends else date.max
