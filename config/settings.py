"""Settings from the environment, read once and checked together."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from environs import Env, ValidationError, validate

from config.errors import LANGUAGES


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What the environment may change; every field is documented in docs/configuration.md.

    `database_url` None means the embedded PostgreSQL, with its data under `data_dir`. What employees hand in is kept
    under `documents_dir`.
    """

    database_url: str | None
    data_dir: Path
    documents_dir: Path
    language: str
    clock: datetime | None


def _default_data_dir() -> Path:
    # A server that root starts runs as another user, which must be able to reach its data:
    # opening /root or a private checkout to others is not ours to do.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/borsellino")
    return Path("var").resolve()


def _only_postgresql(address: str | None) -> None:
    # With or without the driver's name; nothing of the address is repeated, there may be a password in it.
    if address and re.match(r"postgres(ql)?(\+psycopg)?://", address) is None:
        raise ValidationError("only postgresql://")


@cache
def load() -> Settings:
    """Read the environment; every bad variable is reported at once."""
    env = Env(eager=False)
    database_url = env.str("DATABASE_URL", None, validate=_only_postgresql)
    with env.prefixed("BORSELLINO_"):
        data_dir = env.path("DATA_DIR", None) or _default_data_dir()
        documents_dir = env.path("DOCUMENTS_DIR", None) or data_dir / "documents"
        language = env.str("LANGUAGE", "it", validate=validate.OneOf(LANGUAGES))
        clock = env.datetime("CLOCK", None)
    env.seal()
    return Settings(
        database_url=database_url or None,
        data_dir=data_dir,
        documents_dir=documents_dir,
        language=language,
        clock=clock,
    )
