"""Accounts that speak of one person, or of who served one: added up for everybody who need not see each of them."""

from __future__ import annotations

import re
from typing import Final

# People's credit and what payroll owes them; providers and partners; the places that single purchases were made in.
_SINGLE: Final = re.compile(r"(lot|provider|clearing|entrusted:[^:]+:claims|payroll(?=:emp_)):.+")


def folded(code: str) -> str:
    """Return the code that an account stands under where single ones are not told: its own, or `lot:*` and the like."""
    found = _SINGLE.fullmatch(code)
    return code if found is None else f"{found[1]}:*"


def together(code: str) -> str | None:
    """Return what several accounts under one code are: `lot`, `provider`, `clearing`, `claims` or `payroll`."""
    return code.removesuffix(":*").rsplit(":", 1)[-1] if code.endswith(":*") else None
