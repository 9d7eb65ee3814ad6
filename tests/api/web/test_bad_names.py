"""A name that would be code somewhere else is text on every page of every role, and in every document."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import openpyxl
import pypdf
import pytest
from defusedxml import ElementTree
from lxml import html
from sqlalchemy.engine import URL

from api.exports import kinds
from api.exports.kinds import KINDS
from config import clock
from tests.api.v1.offices import NOW, Offices
from tests.api.v1.statement_table import ASKED
from tests.api.v1.test_statements import content, made
from tests.api.web.browser import Drawn, browser_of, every_form
from tests.api.web.hostile import BAD, Scene, lived, named_badly
from tests.pages.walking import PEOPLE, walk

# Nothing of ours begins like this but what is BAD.
_TOLD = re.compile(r"=A1[^A-Z]{0,30}", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"[a-z][a-z:-]*")
# What says who sends a form and which; and the forms that end what the others need.
_OURS = ("csrf_token", "key")
_ENDING = ("/esci", "/profilo/dispositivi/scollega")
# What names nobody, and what the ministry's form has no place for such a name in.
_NAMELESS = ("rulebook", "siuss_flow")
# What a spreadsheet takes for the beginning of a formula; an amount below zero is a number.
_RUN = re.compile(r"[=+@\t\r]|-(?![\d.,]+$)")


@pytest.fixture(scope="module")
def scene(server: URL, template: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("bad")
    with named_badly(server, template, f"bad_{worker_id}", folder) as offices, clock.at(NOW):
        yield lived(offices)


@pytest.fixture
def another(server: URL, template: URL, worker_id: str, tmp_path: Path) -> Iterator[Offices]:
    """Offices of a test that changes them."""
    with named_badly(server, template, f"worse_{worker_id}", tmp_path) as offices:
        yield offices


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


def assert_text(page: str, where: object) -> None:
    """Every bad text of a page is read as it was written, and nothing of it is the page's."""
    assert "<script>alert" not in page.lower(), where
    for element in html.fromstring(page).iter():
        # A text that ends the attribute it stands in leaves its rest behind as others.
        assert all(_ATTRIBUTE.fullmatch(str(name)) for name in element.attrib), (where, dict(element.attrib))
    for told in _TOLD.findall(unescape(page)):
        assert BAD.lower().startswith(told.lower()), (where, told)


@pytest.mark.slow
def test_no_page_of_anybody_takes_a_name_for_anything_but_text(scene: Scene) -> None:
    shown = {}
    for who, browser in scene.browsers.items():
        for path in (*walk(scene.offices.counter.app.url_map, browser.get), *scene.pages.get(who, ())):
            answer = browser.get(path)
            assert answer.status_code == 200, (who, path)
            assert_text(answer.text, (who, path))
            shown[who, path.partition("?")[0]] = answer.text.count("=A1")

    # Once is the name of whoever looks.
    for who, path in (
        (None, "/servizi"), ("giulia", "/io"), ("giulia", "/io/familiari"), ("giulia", "/io/ordina/PSI-CR/conferma"),
        ("giulia", "/orientamento"), ("hr", "/azienda"), ("hr", "/azienda/piani"), ("hr", "/azienda/persone"),
        ("comune", "/comune/domande"), ("p25", "/profilo"), ("marta", scene.pages["marta"][0]),
        ("marta", "/wm/fornitori"), ("marta for giulia", "/wm/persona"), ("operator", "/rete/persone"),
    ):  # fmt: skip
        assert shown[who, path] > 1, (who, path)


@pytest.mark.slow
def test_what_is_typed_into_any_form_comes_back_as_text_or_as_a_refusal(another: Offices) -> None:
    counter = another.counter
    sent = set()
    for who in (*PEOPLE[:-4], "p25", "marta", "operator"):
        browser = browser_of(counter, who)
        for path in list(walk(counter.app.url_map, browser.get)):
            for form in every_form(browser.get(path)):
                there = form.action or path
                if there in sent or there in _ENDING:
                    continue
                sent.add(there)
                for typed in (*_typed(form, BAD), *_typed(form, "a\x00b")):
                    if form.method == "get":
                        answer = browser.get(f"{there.partition('?')[0]}?{urlencode(typed, doseq=True)}")
                    else:
                        answer = browser.post(there, typed)
                    assert answer.status_code < 500, (who, there, typed)
                    if answer.mimetype == "text/html" and answer.status_code != 302:
                        assert_text(answer.text, (who, there, typed))
    assert len(sent) > 20


def _typed(form: Drawn, text: str) -> Iterator[dict[str, str]]:
    """The text in every field that is empty, and in every field."""
    yield {name: value or text for name, value in form.fields.items()}
    yield {name: value if name in _OURS else text for name, value in form.fields.items()}


@pytest.mark.parametrize("kind", ASKED)
def test_no_document_takes_a_name_for_anything_but_text(scene: Scene, kind: str) -> None:
    who, parameters = ASKED[kind]
    shown = []
    for form in KINDS[kind].formats:
        told = made(scene.offices, who, kind, parameters, form)
        if kind == "siuss_flow":
            assert told["problem"]["code"] == "flow_refused"
            continue
        data = content(scene.offices, who, told)
        if told["file"]["media_type"] == kinds.ZIP:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                files = [archive.read(name) for name in archive.namelist()]
        else:
            files = [data]
        shown += [_READ[form](file) for file in files]
    assert any(BAD.lower() in text.lower() for text in shown) or kind in _NAMELESS


def _of_pdf(data: bytes) -> str:
    found = pypdf.PdfReader(io.BytesIO(data))
    assert not {"/Names", "/OpenAction", "/AA"} & set(found.trailer["/Root"])
    assert not any("/Annots" in page for page in found.pages)
    # A name that is too long for its line goes on in the next one.
    return re.sub(r"\s", "", "".join(page.extract_text() for page in found.pages))


def _of_xlsx(data: bytes) -> str:
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(data)) for row in sheet.iter_rows() for cell in row]
    assert all(str(cell.value).startswith("=SUBTOTAL(109,") for cell in cells if cell.data_type == "f")
    assert not any(cell.hyperlink for cell in cells)
    return "\n".join(str(cell.value) for cell in cells)


def _of_csv(data: bytes) -> str:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert not any(_RUN.match(cell) for row in rows for cell in row)
    return "\n".join(cell for row in rows for cell in row)


def _of_xml(data: bytes) -> str:
    return "\n".join(ElementTree.fromstring(data).itertext())


def _of_plain_text(data: bytes) -> str:
    # Whoever is named stands in a comment, which ends with its line.
    lines = data.decode().splitlines()
    assert all(line.startswith(";") for line in lines if "=A1" in line)
    return "\n".join(lines)


_READ = {
    "pdf": _of_pdf,
    "xlsx": _of_xlsx,
    "csv": _of_csv,
    "xml": _of_xml,
    "beancount": _of_plain_text,
    "hledger": _of_plain_text,
}
