"""The refusals of fiscal positions; messages in Italian and English."""

from __future__ import annotations

from wallet.errors import WalletError


class PositionYearOutOfRange(WalletError):
    """A position was asked for a year before any rule we hold, or later than the next one."""

    it = "L'anno {year} è fuori portata: si può chiedere dal {first} al {last}."
    en = "The year {year} is out of reach: ask for {first} to {last}."
