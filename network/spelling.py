"""How a name is compared, without case, accents and kinds of apostrophe; and how a telephone number is written."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile("[\u0300-\u036f]")
_BETWEEN = re.compile(r"[-/.()\s]")
_PHONE, _FEWEST_DIGITS = re.compile(r"\+?[0-9][0-9 ]*"), 6


def fold(text: str) -> str:
    """Return the text as it is compared; the twin of `folding_sql`, which a test holds to the same answers."""
    decomposed = unicodedata.normalize("NFKD", text)
    return _MARKS.sub("", decomposed).lower().replace("’", "'")


def folding_sql(column: str) -> str:
    """Return the SQL of a generated column; PostgreSQL's own functions, so that no extension is needed."""
    # Lower-cased last: under the C collation `lower` knows plain letters only, and only those are left by then.
    return f"replace(lower(regexp_replace(normalize({column}, NFKD), '[\\u0300-\\u036f]', '', 'g')), '’', '''')"


def phone(text: str) -> str:
    """
    Return a telephone number in digits and spaces, with + in front, whatever people put between them.

    Errors: ValueError where it is none.
    """
    plain = " ".join(_BETWEEN.sub(" ", text).split())
    if not _PHONE.fullmatch(plain) or sum(each.isdigit() for each in plain) < _FEWEST_DIGITS:
        raise ValueError(text)
    return plain


def is_phone(text: str) -> bool:
    """Say whether a text is a telephone number as people write it."""
    try:
        phone(text)
    except ValueError:
        return False
    return True
