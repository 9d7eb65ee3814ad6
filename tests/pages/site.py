"""The pages on a port, served by this process at the counter's hour, and the browser that looks at them."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

from api import tasks
from config import clock
from tests.api.v1.conftest import NOON

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# A busy machine takes its time.
PATIENCE_MS = 180_000
# Nothing of the browser's own goes anywhere.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-US",
)
# The counter's year is not the browser's: a cookie of it would be over before it came.
_ENDS = re.compile(r"; Expires=[^;]+|; Max-Age=\d+", re.IGNORECASE)


class _Quiet(WSGIRequestHandler):
    """Says nothing of what it answers."""

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def work_off() -> None:
    """Do what was asked of the workers."""
    while tasks.run_next():
        pass


@contextmanager
def serving(app: Flask, hour: datetime = NOON) -> Iterator[str]:
    """Serve an application at some hour, and give its address."""

    def at_the_hour(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def lasting(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            kept = [(name, _ENDS.sub("", value) if name == "Set-Cookie" else value) for name, value in headers]
            return start(status, kept, *rest)

        # The server forgets to close the answer to a browser that is gone.
        with clock.at(hour), closing(ClosingIterator(app(environ, lasting))) as answer:
            return [b"".join(answer)]

    server = make_server("127.0.0.1", 0, at_the_hour, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the distribution's Chromium; without it the test is skipped, or fails where it is required."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        sentence = "no Chromium on this machine (Debian: apt install chromium): pages are not looked at in a browser"
        if os.environ.get("BROWSER_TESTS") == "required":
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS), timeout=PATIENCE_MS)
        try:
            yield browser
        finally:
            browser.close()
