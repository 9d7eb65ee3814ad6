"""The codes of accounts as names that beancount and hledger take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_ROOTS: Final = {"A": "Assets", "L": "Liabilities", "I": "Income", "E": "Expenses", "Q": "Equity"}


def every(accounts: Mapping[str, tuple[int, str]]) -> dict[str, str]:
    """Name every code; of two that come to the same name the second takes its account's id too."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for code, (account_id, kind) in accounts.items():
        name = account_name(code, kind)
        if name in taken:
            name = f"{name}-{account_id}"
        taken.add(name)
        names[code] = name
    return names


def account_name(code: str, kind: str) -> str:
    """Return a code as an account name that beancount and hledger take: `lot:lot_01J` as Liabilities:Wallet:Lot-01J."""
    if code.endswith(":*"):
        return f"{account_name(code.removesuffix(':*'), kind)}:All"
    if code.startswith("lot:"):
        return f"{_ROOTS[kind]}:Wallet:Lot-{_component(code.removeprefix('lot:').removeprefix('lot_'))}"
    return ":".join((_ROOTS[kind], *map(_component, code.split(":"))))


def _component(part: str) -> str:
    word = re.sub(r"[^A-Za-z0-9-]", "-", part)
    return word[0].upper() + word[1:] if word[:1].isalnum() else f"X{word}"
