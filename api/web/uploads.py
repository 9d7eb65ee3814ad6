"""Files that wait between a look at them and the word to go on: kept outside the database, swept after a day."""

from __future__ import annotations

from pathlib import Path

import flask
from itsdangerous import BadSignature, URLSafeTimedSerializer

from api.access.identity import current
from api.tasks import inputs
from config import ids

_SECONDS = 86_400


def keep(path: Path) -> str:
    """Keep a file for whoever sent it, and return the sealed ticket that names it."""
    place = ids.new("upl")
    inputs.keep(place, path)
    return _seal().dumps([place, path.name, inputs.digest(path)])


def find(ticket: str) -> Path | None:
    """Return the file that a ticket names; None where it is not this person's, too old, or gone."""
    try:
        place, name, digest = _seal().loads(ticket, max_age=_SECONDS)
        return inputs.held(place, name, digest)
    except (BadSignature, OSError, ValueError):
        return None


def _seal() -> URLSafeTimedSerializer:
    # Of one person: a ticket that somebody else holds opens nothing.
    return URLSafeTimedSerializer(str(flask.current_app.secret_key), salt=f"upload-{current().member_id}")
