"""
Redemption codes: eleven random symbols and a check symbol, made to be read aloud.

Crockford's base 32 (no I, L, O, U) and the Luhn algorithm over 32: every single wrong symbol is caught.
Source: docs/adr/0005-redemption-codes.md.
"""

from __future__ import annotations

import secrets

from wallet.errors import CodeInvalid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12

_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
# What people write for a symbol that the alphabet avoids.
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new() -> str:
    """Return a fresh code such as `7K3F-9QWD-2M5X`; 55 bits of chance."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return _grouped(body + ALPHABET[_check_value(body)])


def normalize(code: str) -> str:
    """
    Return a code as it is stored, whatever the case, hyphens and look-alikes it was written with.

    Errors: CodeInvalid.
    """
    symbols = code.upper().translate(_READ_AS)
    foreign = next((symbol for symbol in symbols if symbol not in _VALUES), None)
    if len(symbols) != LENGTH:
        why_it, why_en = (
            f"ha {len(symbols)} caratteri e non {LENGTH}",
            f"it has {len(symbols)} characters, not {LENGTH}",
        )
    elif foreign is not None:
        why_it, why_en = f"nei codici non c'è «{foreign}»", f"no code has a '{foreign}'"
    elif ALPHABET[_check_value(symbols[:-1])] != symbols[-1]:
        why_it, why_en = "almeno un carattere è sbagliato", "at least one character is wrong"
    else:
        return _grouped(symbols)
    raise CodeInvalid(code=code[:40], why_it=why_it, why_en=why_en)


def _check_value(body: str) -> int:
    total = 0
    for position, symbol in enumerate(reversed(body)):
        value = _VALUES[symbol]
        if position % 2 == 0:
            value *= 2
            value = value // 32 + value % 32
        total += value
    return -total % 32


def _grouped(symbols: str) -> str:
    return "-".join(symbols[start : start + 4] for start in range(0, LENGTH, 4))
