"""The tables that come with the program, as data with their source."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from importlib.resources import files

from plans.payroll_codes import reading
from plans.payroll_codes.model import CodeTable


class Preset(StrEnum):
    """The payroll programs whose codes or widths were found on public pages, and a neutral table."""

    GENERIC = "GENERIC"
    HUNEXT = "HUNEXT"
    ZUCCHETTI_LIKE = "ZUCCHETTI_LIKE"


@cache
def table(preset: Preset) -> CodeTable:
    """Return a preset's table."""
    name = f"{preset.lower()}.toml"
    return reading.parse((files("plans.payroll_codes") / "data" / name).read_text("utf-8"), name)
