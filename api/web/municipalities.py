"""A municipality that somebody writes by its name: which one it is, or what to write instead."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms.validators import ValidationError

from api.access.identity import transact
from network import comuni, spelling
from network.comuni import Comune

# So many are told of which somebody may mean one.
_MOST_MEANT = 5


def meant(written: str, none: Any) -> tuple[Comune, str]:
    """
    Return the municipality that somebody means, and its name as the register writes it, which names no other.

    Errors: ValidationError, in the words of `none` where no municipality has that name, else with those that may be
            meant.
    """
    found, alike = transact(lambda session: _named(session, written))
    whole = {spelling.fold(name) for one in found for name in (one.name, one.full_name)}
    if len(found) == 1 and spelling.fold(written) in whole:
        # A name that several bear is kept with its province.
        return found[0], found[0].full_name if alike > 1 else found[0].name
    if not found:
        raise ValidationError(str(none))
    names = ", ".join(one.full_name for one in found)
    raise ValidationError(_("Quale Comune? Scrivilo così: %(names)s.", names=names))


def _named(session: Session, written: str) -> tuple[tuple[Comune, ...], int]:
    """Return those that somebody may mean, and how many bear the name of the first."""
    found = comuni.named(session, written, limit=_MOST_MEANT)
    return found, len(comuni.named(session, found[0].name, limit=_MOST_MEANT)) if found else 0
