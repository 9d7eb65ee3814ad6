"""
Tables as offices send them: CSV in its many habits, and XLSX.

    sheet = sheets.read(path, [Column("tax_code", cells.tax_code, required=True), Column("amount", cells.amount)])
    for number, (tax_code, amount_minor), problems in sheet.rows():
        ...

Nothing here knows what a row means: `plans.budgets` and the loading of people do.
"""

from __future__ import annotations

from plans.sheets import cells
from plans.sheets.opening import Limits, read
from plans.sheets.problems import Problem
from plans.sheets.table import Column, Row, Sheet

__all__ = ["Column", "Limits", "Problem", "Row", "Sheet", "cells", "read"]
