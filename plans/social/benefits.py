"""
The national list of social benefits, by code.

The labels of A1.05.01, A1.23, A2.14, A2.17, A2.18, A2.20, A2.21, A2.29 and A3.04 were not found on a public page: those
codes exist and are left out rather than guessed.
Source: data/benefits.csv (DM 206/2014; codes as listed by the open-source OpenMSP and SISO).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

# 1 families and minors, 2 disability and care, 3 poverty.
USER_AREAS: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Benefit:
    """One benefit: its names, and whether national rules ask for a SINA block (care needs) beside it."""

    code: str
    name_it: str
    name_en: str
    sina: bool


@lru_cache(maxsize=1)
def names() -> Mapping[str, Benefit]:
    """Return the benefits by code."""
    text = (files("plans.social") / "data" / "benefits.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["code"]: Benefit(row["code"], row["name_it"], row["name_en"], row["sina"] == "1") for row in rows}
