"""Settings from the environment, read once and checked together."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from environs import Env, ValidationError, validate

from config.errors import LANGUAGES

_LOGO_BYTES: Final = 1_000_000
_LOGO_PIXELS: Final = range(16, 4001)


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What the environment may change; every field is documented in docs/configuration.md.

    `database_url` None means the embedded PostgreSQL, with its data under `data_dir`; `web_database_url` is the same
    database for the fenced role (config/fences.py). What employees hand in is kept under `documents_dir`. `logo` is the
    picture in the place that documents keep for one.
    """

    database_url: str | None
    web_database_url: str | None
    data_dir: Path
    documents_dir: Path
    language: str
    clock: datetime | None
    logo: Path | None


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


def _only_small_picture(path: str | None) -> None:
    if not path:
        return
    from PIL import Image

    try:
        if Path(path).stat().st_size > _LOGO_BYTES:
            raise ValidationError("a PNG or JPEG of at most 1 MB")
        with Image.open(path, formats=("PNG", "JPEG")) as picture:
            if not all(side in _LOGO_PIXELS for side in picture.size):
                raise ValidationError("a picture of 16 to 4000 pixels a side")
            picture.load()
    except (OSError, ValueError, SyntaxError) as error:
        if isinstance(error, ValidationError):
            raise
        raise ValidationError("a PNG or JPEG file that can be read") from None


@cache
def load() -> Settings:
    """Read the environment; every bad variable is reported at once."""
    env = Env(eager=False)
    database_url = env.str("DATABASE_URL", None, validate=_only_postgresql)
    with env.prefixed("BORSELLINO_"):
        web_database_url = env.str("WEB_DATABASE_URL", None, validate=_only_postgresql)
        data_dir = env.path("DATA_DIR", None) or _default_data_dir()
        documents_dir = env.path("DOCUMENTS_DIR", None) or data_dir / "documents"
        language = env.str("LANGUAGE", "it", validate=validate.OneOf(LANGUAGES))
        clock = env.datetime("CLOCK", None)
        logo = env.str("LOGO", None, validate=_only_small_picture)
    env.seal()
    return Settings(
        database_url=database_url or None,
        web_database_url=web_database_url or None,
        data_dir=data_dir,
        documents_dir=documents_dir,
        language=language,
        clock=clock,
        logo=Path(logo) if logo else None,
    )
