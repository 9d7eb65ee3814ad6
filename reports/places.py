"""Which territory an account is of: its name, for whoever does not read codes."""

from __future__ import annotations

from typing import Final

# To be joined to the accounts `a`.
JOIN: Final = "left join territory t on a.code in ('clearing:' || t.code, 'community:' || t.code, 'fees:' || t.code)"
NAME: Final = "coalesce(t.name, '')"
