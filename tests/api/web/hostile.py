"""Names that would be code somewhere else, given to everybody and everything by the verbs that write names."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy.engine import URL
from werkzeug.test import TestResponse

from api.access import members
from config import database
from ledger import books
from network import data
from network import loading as network_loading
from plans import funders
from tests import factories
from tests.api.v1.offices import Offices, opened
from tests.api.web.browser import Browser, browser_of, text_of

# A spreadsheet's formula, the end of a tag, a script, what a template would work out, and the end of a text of SQL's.
BAD = "=A1\"><script>alert(1)</script>{{7*7}}'--"
# The columns of the network's files that people write as they like.
_WRITTEN: Mapping[str, tuple[str, ...]] = {
    "territories": ("name",),
    "providers": ("name", "offers"),
    "services": ("name",),
    "info_cards": ("title", "who", "amount_text", "office"),
    "provider_invoicing": ("legal_name", "address", "comune"),
}


def _naming(written: Callable[..., Any], **names: str) -> Callable[..., Any]:
    """A verb that is told these names, whatever it is told."""
    return lambda *args, **values: written(*args, **{**values, **names})


def _network(folder: Path) -> None:
    """Write the network's files with other names."""
    for name, columns in _WRITTEN.items():
        with (data.FOLDER / f"{name}.csv").open(newline="") as read:
            rows = list(csv.DictReader(read))
        for row in rows:
            row |= dict.fromkeys(columns, BAD)
        with (folder / f"{name}.csv").open("w", newline="") as written:
            writer = csv.DictWriter(written, rows[0])
            writer.writeheader()
            writer.writerows(rows)


@contextmanager
def named_badly(server: URL, template: URL, name: str, folder: Path) -> Iterator[Offices]:
    """The offices of the statements' tests, in which everything that people name has a bad name."""
    files = folder / "network"
    files.mkdir()
    _network(files)
    admit, open_book = members.admit, books.open_book
    with pytest.MonkeyPatch.context() as patch:
        for verb, names in (
            ("employee", {"last_name": BAD}),
            ("plan", {"name": BAD}),
            ("relative", {"first_name": BAD, "last_name": BAD}),
            ("employer", {"name": BAD}),
        ):
            patch.setattr(factories, verb, _naming(getattr(factories, verb), **names))
        patch.setattr(funders, "record", _naming(funders.record, name=BAD))
        patch.setattr(books, "open_book", lambda session, code, _name: open_book(session, code, BAD))
        patch.setattr(members, "admit", lambda session, _name, **rest: admit(session, BAD, **rest))
        with opened(server, template, name, folder) as offices:
            database.transact(partial(network_loading.load, folder=files))
            yield offices


@dataclass(frozen=True)
class Scene:
    """The offices after everybody wrote what they may, and a browser for each of them."""

    offices: Offices
    browsers: Mapping[str | None, Browser]
    pages: Mapping[str | None, tuple[str, ...]]


def lived(offices: Offices) -> Scene:
    """Let everybody write bad words wherever a page takes words."""
    counter = offices.counter
    browsers = {who: browser_of(counter, who) for who in (None, *counter.secrets)}
    giulia, marta, hr = (browsers[who] for who in ("giulia", "marta", "hr"))
    said = {"per": "me", "quante": "1"}
    order = "/io/ordina/PSI-CR"
    voucher = _sent(giulia.send(f"{order}/conferma?{urlencode(said)}", f"{order}/conferma"))
    _sent(giulia.send("/orientamento", testo=BAD))
    request = _link(marta.get("/wm/richieste"), "/wm/richieste/")
    _sent(marta.send(request, f"{request}/risposta", text=BAD, services="PSI-CR"))
    _sent(giulia.send("/io/familiari/nuovo", kinship="SPOUSE", first_name=BAD, last_name=BAD))
    person = {
        "tax_code": factories.tax_code(9_000),
        "first_name": BAD,
        "last_name": BAD,
        "employee_no": BAD,
        "cluster": BAD,
    }
    _sent(hr.send("/azienda/persone/nuova", **person))
    acting = browser_of(counter, "marta")
    found = acting.send("/wm/persone", "/wm/persone", employer="E1", text="giulia")
    _sent(acting.send_on(found, "/wm/persone", f"/wm/persone/{counter.people['giulia']}/agisci"))
    return Scene(
        offices,
        {**browsers, "marta for giulia": acting},
        {
            "giulia": (
                voucher,
                order,
                f"{order}/quando?per=me",
                f"{order}/conferma?{urlencode(said)}",
                "/servizi/PSI-CR",
            ),
            "marta": (request,),
            "marta for giulia": ("/wm/persona/ordina/PSI-CR",),
        },
    )


def _sent(answer: TestResponse) -> str:
    """Where somebody is led after what they sent was taken."""
    assert answer.status_code == 302, text_of(answer)
    return str(answer.headers["Location"])


def _link(page: TestResponse, beginning: str) -> str:
    found = re.search(f'href="({beginning}[^"]+)"', page.text)
    assert found, text_of(page)
    return found[1]
