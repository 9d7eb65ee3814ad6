"""How a name is compared, without case, accents and kinds of apostrophe; and how a telephone number is written."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile("[\u0300-\u036f]")
_PHONE, _FEWEST_DIGITS = re.compile(r"[0-9 +]+"), 6


def fold(text: str) -> str:
    """Return the text as it is compared; the twin of `folding_sql`, which a test holds to the same answers."""
    decomposed = unicodedata.normalize("NFKD", text)
    return _MARKS.sub("", decomposed).lower().replace("’", "'")


def folding_sql(column: str) -> str:
    """Return the SQL of a generated column; PostgreSQL's own functions, so that no extension is needed."""
    # Lower-cased last: under the C collation `lower` knows plain letters only, and only those are left by then.
    return f"replace(lower(regexp_replace(normalize({column}, NFKD), '[\\u0300-\\u036f]', '', 'g')), '’', '''')"


def is_phone(text: str) -> bool:
    """Say whether a text is written as a telephone number: digits, spaces and +, six digits at least."""
    return bool(_PHONE.fullmatch(text)) and sum(each.isdigit() for each in text) >= _FEWEST_DIGITS
