"""What is kept of work that failed: a code, the sentence in both languages, and the facts it stands on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from api import errors
from api.cli import incidents
from config.errors import LANGUAGES, DomainError


def refusal_of(error: Exception) -> DomainError:
    """Return the refusal that an error amounts to; a mistake of the program is logged, and told by its id alone."""
    return errors.translate(error) or errors.InternalFailure(**incidents.record(error))


def kept(refusal: DomainError) -> Mapping[str, Any]:
    """Return what is written down of a refusal, ready for JSON."""
    words = {language: refusal.text(language) for language in LANGUAGES}
    return {"code": refusal.code, **words, "facts": json.loads(json.dumps(refusal.details, default=str))}
