"""Texts in the characters that banks agree on: letters, digits, space and ten marks. A payment is named in no other."""

from __future__ import annotations

import re
import unicodedata

# What has no letter underneath once its accents are gone.
_INSTEAD = str.maketrans(
    {
        "€": "EUR", "£": "GBP", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l",
        "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "&": "e", "@": "(at)", "_": "-", "–": "-", "—": "-",
        "’": "'", "‘": "'", "“": "'", "”": "'", '"': "'", "«": "'", "»": "'", ";": ",", "\\": "/", "[": "(",
        "]": ")", "{": "(", "}": ")", "°": ".",
    }
)  # fmt: skip
LONGEST_NAME = 70
ALLOWED = re.compile(r"[a-zA-Z0-9/\-?:().,'+ ]*")


def plain(text: str, length: int) -> str:
    """
    Return a text as banks take it: without accents, marks by their nearest, anything else a space, cut at a length.

    A slash neither begins nor ends it and stands alone, as the interbank rules ask.
    """
    spelled = unicodedata.normalize("NFKD", text.translate(_INSTEAD)).translate(_INSTEAD)
    bare = "".join(character for character in spelled if not unicodedata.combining(character))
    kept = re.sub(r"[^a-zA-Z0-9/\-?:().,'+ ]", " ", bare)
    return re.sub(r"/{2,}", "/", " ".join(kept.split()))[:length].strip(" /")
