"""Mistakes of the program: the trace goes into a file for whoever mends it, an id to whoever met it."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path

from config import clock, ids, settings

FILE = "errors.log"


def record(error: Exception) -> dict[str, str]:
    """Append the trace of an error to the log in the data folder, and return the incident's id and the log's path."""
    incident = ids.new("err")
    trace = "".join(traceback.format_exception(error))
    text = f"{clock.now().isoformat()} {incident} {' '.join(sys.argv[1:3])}\n{trace}\n"
    for folder in (_data_dir(), Path(tempfile.gettempdir())):
        if folder is not None and _append(folder / FILE, text):
            return {"incident": incident, "log": str(folder / FILE)}
    return {"incident": incident, "log": os.devnull}


def _data_dir() -> Path | None:
    try:
        return settings.load().data_dir
    except Exception:
        return None


def _append(path: Path, text: str) -> bool:
    # The trace may quote people's data: only the owner reads it.
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(text)
    except OSError:
        return False
    return True
