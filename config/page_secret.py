"""The secret that seals what pages give to browsers: the settings', else one made on first use in the data folder."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from config import settings

_FILE = "page-secret"


def load() -> str:
    """Return the secret, the same for every process of this machine."""
    configured = settings.load()
    if configured.page_secret:
        return configured.page_secret
    path = configured.data_dir / _FILE
    if not path.exists():
        _make(path)
    return path.read_text(encoding="ascii")


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp creates with 0600. Linking fails where another process was first: its secret is the one that counts.
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
