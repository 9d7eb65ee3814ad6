"""The language of an answer: what the client accepts, else the settings'."""

from __future__ import annotations

import flask

from config import settings
from config.errors import LANGUAGES


def asked() -> str:
    """Return the language of this request's answer."""
    found = flask.request.accept_languages.best_match(LANGUAGES)
    return found or settings.load().language
