"""
`python -m tests.pages.pictures`: draw every page of the demonstration into docs/pages, wide and narrow.

What changed is looked at one by one before it is committed: a picture is no test, but whoever looks sees what no test
says. With `--data`, the demonstration is taken from a data folder that has it, which saves two minutes.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page
from rich.console import Console

from api import app
from config.database import ROOT
from tests.api.running.site import free_port
from tests.pages.site import chromium
from tests.pages.walking import walk

FOLDER = ROOT / "docs" / "pages"
# Whose pages, in the order in which they are shown; what several may open is shown once, under the first.
ROLES = (
    "",
    "employee",
    "employer",
    "payroll",
    "accountant",
    "provider",
    "welfare_manager",
    "municipality",
    "operator",
)
# What no link leads to without a choice: the name of its pictures, and where it is.
MORE: Mapping[str, Mapping[str, str]] = {
    "": {
        "public-catalogue-empty": "/servizi?dove=Trapani&a=1",
        "sorry": "/una/pagina/che/non/esiste",
    },
    "employee": {
        "order-when": "/io/ordina/PSI-CR/quando?per=me",
        "order-confirm": "/io/ordina/PSI-CR/conferma?per=me&quante=1",
        "order-confirm-no": "/io/ordina/DOP-CR/conferma?per=me&quante=1",
    },
}
# Wide pages are shown at half their size.
SIZES: Mapping[str, tuple[int, float]] = {"wide": (1200, 0.5), "narrow": (360, 0.75)}
# A page of a long list is shown as far down as somebody looks at once.
MOST_HEIGHT = 3_000
_LINK = re.compile(r"^(\w+): (http\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that was drawn: whose, where, and the name of its pictures."""

    role: str
    path: str
    name: str


class _Answer:
    """An answer that a browser fetched, as `walk` reads it."""

    def __init__(self, answer: APIResponse) -> None:
        self.status_code = answer.status
        self.mimetype = answer.headers.get("content-type", "").partition(";")[0]
        self.text = answer.text() if self.mimetype == "text/html" else ""


def main() -> None:
    """Draw the pages asked for, and write the list of all."""
    parser = argparse.ArgumentParser(prog="python -m tests.pages.pictures", description=__doc__)
    parser.add_argument("--data", type=Path, help="a data folder that has the demonstration (default: a new one)")
    parser.add_argument("--role", action="append", choices=ROLES, help="whose pages (default: everybody's)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to draw (default: docs/pages)")
    parser.add_argument("--language", choices=("it", "en"), default="it")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    console = Console(highlight=False)
    shown: list[Shown] = []
    with serving(arguments.data) as (address, links), chromium() as browser:
        seen: set[str] = set()
        for role in arguments.role or ROLES:
            for one in _draw(browser, address, role, links.get(role, ""), seen, arguments):
                console.print(f"{one.role or 'anyone'} {one.path}")
                shown.append(one)
    if not arguments.role and arguments.folder == FOLDER:
        (FOLDER / "README.md").write_text(_list(shown), "utf-8")


@contextmanager
def serving(data: Path | None) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Run `borsellino serve --demo`, and give its address and the link of each role."""
    address = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "said").open("w+") as said:
        # PostgreSQL does not run as root, but as somebody who must come in here.
        Path(folder).chmod(0o755)
        told = {
            "BORSELLINO_DATA_DIR": str(data or Path(folder) / "data"),
            "BORSELLINO_METRICS_BIND": f"127.0.0.1:{free_port()}",
            "BORSELLINO_RATE": "100000/minute",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--demo", "--bind", address],
            cwd=folder,
            env={**os.environ, **told, "PYTHONPATH": str(ROOT)},
            stdout=said,
            stderr=said,
        )
        try:
            while not _ready(address):
                if process.poll() is not None:
                    raise RuntimeError(Path(folder, "said").read_text())
                time.sleep(0.5)
            yield f"http://{address}", dict(_LINK.findall(Path(folder, "said").read_text()))
        finally:
            process.terminate()
            process.wait(60)


def _ready(address: str) -> bool:
    try:
        with urlopen(f"http://{address}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _draw(
    browser: Browser,
    address: str,
    role: str,
    link: str,
    seen: set[str],
    arguments: argparse.Namespace,
) -> list[Shown]:
    shown: list[Shown] = []
    for size, (width, scale) in SIZES.items():
        with _signed_in(browser, address, link, width, arguments.language) as (context, page):
            if not shown:
                found = {_name(path): path for path in _walked(context, address) if path not in seen}
                shown = [
                    Shown(role, path, f"{role or 'anyone'}-{name}")
                    for name, path in (found | MORE.get(role, {})).items()
                ]
            for one in shown:
                page.goto(address + one.path, wait_until="networkidle")
                _keep(page.screenshot(full_page=True), arguments.folder / f"{one.name}-{size}.webp", scale)
    seen.update(one.path for one in shown)
    return shown


@contextmanager
def _signed_in(
    browser: Browser, address: str, link: str, width: int, language: str
) -> Iterator[tuple[BrowserContext, Page]]:
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="it-IT")
    page = context.new_page()
    page.goto(f"{address}/lingua/{language}")
    if link:
        page.goto(link)
        page.locator("main [type=submit]").click()
        page.wait_for_url(lambda url: "/dimostrazione" not in url)
    try:
        yield context, page
    finally:
        context.close()


def _walked(context: BrowserContext, address: str) -> Iterator[str]:
    def get(path: str) -> _Answer:
        answer = context.request.get(address + path)
        # A page that gives its form a key comes back to itself; one that leads elsewhere is none.
        if urlsplit(answer.url).path != path:
            answer = context.request.get(address + path, max_redirects=0)
        return _Answer(answer)

    return walk(_ADDRESSES, get)


def _name(path: str) -> str:
    """Return the name of a page, which is the same in every demonstration."""
    endpoint, _ = _ADDRESSES.bind("").match(path, "GET")
    return endpoint.removeprefix("web_").replace(".", "-")


def _keep(drawn: bytes, path: Path, scale: float) -> None:
    picture = Image.open(io.BytesIO(drawn)).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, MOST_HEIGHT)))
    size = (round(picture.width * scale), round(picture.height * scale))
    picture.resize(size, Image.Resampling.LANCZOS).save(path, "WEBP", quality=40, method=6)


def _list(shown: list[Shown]) -> str:
    lines = [
        "# Every page",
        "",
        "Drawn from the demonstration by `python -m tests.pages.pictures`, wide and on a phone.",
    ]
    for role in ROLES:
        lines += ["", f"## {(role or 'anyone').replace('_', ' ').capitalize()}"]
        for one in shown:
            if one.role == role:
                lines += ["", f"`{one.path}`", ""]
                lines += [
                    f'<img src="{one.name}-{size}.webp" alt="{one.path}, {size}" width="{round(width * scale)}">'
                    for size, (width, scale) in SIZES.items()
                ]
    return "\n".join(lines) + "\n"


_ADDRESSES = app.create().url_map

if __name__ == "__main__":
    main()
