"""A client made from the OpenAPI document, by a generator that others use, does what it should over real HTTP."""

from __future__ import annotations

import compileall
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest
from werkzeug.serving import make_server

from api.conventions import smorest
from tests.api.counter import Counter

PACKAGE = "borsellino_client"


@pytest.fixture
def address(counter: Counter) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, counter.app)
    # The clock of the tests stands still in this context.
    thread = Thread(target=copy_context().run, args=(server.serve_forever,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The package that the generator makes, without one warning but for pictures and files, which it does not read."""
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(smorest.document(counter.app)), encoding="utf-8")
    tools = Path(sys.executable).parent
    made = subprocess.run(
        [
            *(str(tools / "openapi-python-client"), "generate", "--path", str(document)),
            *("--meta", "none", "--output-path", str(tmp_path / PACKAGE)),
        ],
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert "ERROR" not in made.stdout
    assert all("content_type" in line for line in made.stdout.splitlines() if line.startswith("Cannot parse"))
    assert compileall.compile_dir(tmp_path / PACKAGE, quiet=1)
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module(PACKAGE)


@pytest.mark.slow
def test_it_authorizes_captures_and_refunds(counter: Counter, address: str, client: ModuleType) -> None:
    calls = importlib.import_module(f"{PACKAGE}.api.authorizations")
    models = importlib.import_module(f"{PACKAGE}.models")

    def ask(who: str, operation: str, *path: str, body: object, key: str) -> object:
        found = importlib.import_module(f"{calls.__name__}.{operation}")
        session = client.AuthenticatedClient(base_url=address, token=counter.secrets[who])
        answer = found.sync_detailed(*path, client=session, body=body, idempotency_key=key)
        assert answer.status_code == 201, answer.content
        return answer.parsed

    bought = ask(
        "giulia",
        "create_authorizations",
        body=models.PurchaseBody(service="PSI-CR", quantity=1),
        key="client-1",
    )
    assert bought.status == "authorized"  # type: ignore[attr-defined]
    number = bought.id  # type: ignore[attr-defined]
    captured = ask("p04", "capture_authorizations", number, body=models.CaptureBody(), key="client-2")
    refunded = ask("marta", "refund_authorizations", number, body=models.RefundBody(reason="Non resa"), key="client-3")

    assert captured.amount_minor == 5500  # type: ignore[attr-defined]
    assert refunded.authorization.status == "refunded"  # type: ignore[attr-defined]
    again = ask("p04", "capture_authorizations", number, body=models.CaptureBody(), key="client-2")
    assert again.amount_minor == 5500  # type: ignore[attr-defined]
