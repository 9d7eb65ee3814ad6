"""Settings from the environment, read once and checked together."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from environs import Env, validate

from config.errors import LANGUAGES


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What the environment may change; every field is documented in docs/configuration.md.

    `database_url` None means the embedded PostgreSQL, with its data under `data_dir`.
    """

    database_url: str | None
    data_dir: Path
    language: str
    clock: datetime | None


def _default_data_dir() -> Path:
    # A server that root starts runs as another user, which must be able to reach its data:
    # opening /root or a private checkout to others is not ours to do.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/borsellino")
    return Path("var").resolve()


@cache
def load() -> Settings:
    """Read the environment; every bad variable is reported at once."""
    env = Env(eager=False)
    database_url = env.str("DATABASE_URL", None)
    with env.prefixed("BORSELLINO_"):
        data_dir = env.path("DATA_DIR", None)
        language = env.str("LANGUAGE", "it", validate=validate.OneOf(LANGUAGES))
        clock = env.datetime("CLOCK", None)
    env.seal()
    return Settings(
        database_url=database_url or None,
        data_dir=data_dir or _default_data_dir(),
        language=language,
        clock=clock,
    )
