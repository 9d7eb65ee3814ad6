"""
The checklist of a provider's qualification: family, requirement, and the service areas that ask for it.

The five families and five areas are those of UNI/PdR 58:2019. The requirements are ordinary supplier evidence: the
clause numbers are left for whoever has the text to fill in, and passing the list proves no conformity to it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from config.labelled import Labelled
from network import data


class Family(Labelled):
    """The five families of requirements."""

    LEGAL = "LEGAL", "requisiti giuridico-amministrativi", "legal and administrative requirements"
    ECONOMIC = "ECONOMIC", "requisiti economico-finanziari", "economic and financial requirements"
    AUTHORISATION = "AUTHORISATION", "autorizzazioni amministrative", "authorisations"
    QUALITY = "QUALITY", "procedure per la qualità", "quality procedures"
    TECHNICAL = "TECHNICAL", "elementi tecnico-professionali", "technical and professional elements"


class Area(StrEnum):
    """The five areas of services: family, wellbeing and health, quality of life, home, intermediation."""

    FAM = "FAM"
    BEN = "BEN"
    QUA = "QUA"
    ABI = "ABI"
    INT = "INT"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of the checklist; `review_days` is how long its evidence usually holds, when that is usual."""

    family: Family
    requirement: str
    label_it: str
    label_en: str
    service_areas: tuple[Area, ...]
    review_days: int | None
    clause_ref: str
    clause_note: str


@cache
def requirements(area: Area | None = None) -> tuple[Requirement, ...]:
    """Return the checklist, whole or for one area of services."""
    with (data.FOLDER / "checklist.csv").open(encoding="utf-8", newline="") as file:
        lines = tuple(_read(row) for row in csv.DictReader(file, strict=True))
    return tuple(line for line in lines if area is None or area in line.service_areas)


def _read(row: dict[str, str]) -> Requirement:
    return Requirement(
        family=Family(row["family"]),
        requirement=row["requirement"],
        label_it=row["label_it"],
        label_en=row["label_en"],
        service_areas=tuple(Area(code) for code in row["service_areas"].split("|")),
        review_days=int(row["review_days"]) if row["review_days"] else None,
        clause_ref=row["clause_ref"],
        clause_note=row["clause_note"],
    )
