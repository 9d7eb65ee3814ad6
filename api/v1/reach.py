"""Whose book a request is about: the own one of whoever has one, else the one that the request names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from sqlalchemy.orm import Session

from api.access.identity import current
from api.conventions.fields import Schema, Text
from plans import funders

_WHOSE = "Code of the employer (or other funder); needed by whoever works for the whole network"


class InBook(Schema):
    """Part of a request that is about one book."""

    employer = Text(longest=60, metadata={"description": _WHOSE, "examples": ["E1"]})

    @ma.validates_schema
    def _one_book(self, data: Mapping[str, Any], **_: Any) -> None:
        if "employer" not in data and current().book_id is None:
            raise ma.ValidationError("Missing data for required field.", "employer")


def book(session: Session, employer: str | None) -> int:
    """
    Return the book of an employer, as far as whoever asks sees it; their own where none is named.

    Errors: FunderNotFound.
    """
    own = current().book_id
    return own if employer is None and own is not None else funders.by_code(session, str(employer)).book_id
