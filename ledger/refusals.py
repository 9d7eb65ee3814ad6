"""From a server-side code and its detail to the refusal that people read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.money import from_minor
from ledger.errors import BY_CODE, LedgerError

_AMOUNTS = ("amount", "available", "needed", "reserved", "captured", "refunded")
_MOMENTS = ("earliest_expiry", "expired_at")


def make(code: str, detail: Mapping[str, Any] | None, **context: Any) -> LedgerError:
    """Return the refusal of this code, with amounts as `Money` and moments as datetimes."""
    facts = dict(context)
    currency = context.get("currency", "EUR")
    for key, value in (detail or {}).items():
        if key in _AMOUNTS:
            facts[key] = from_minor(value, currency)
        elif key in _MOMENTS and value is not None:
            facts[key] = datetime.fromisoformat(value)
        else:
            facts[key] = value
    if code == "duplicate_reference":
        facts.setdefault("entry_id", facts.get("hold_id", "?"))
    return BY_CODE[code](**facts)
