"""Reimbursements through pages: the checklist first, documents checked, nothing typed lost, mending what was asked."""

from __future__ import annotations

import io
from itertools import count
from typing import Any

import pikepdf
import pytest
from werkzeug.test import EnvironBuilder, TestResponse

from plans.rulebook.words import Kinship
from tests.api.counter import Counter
from tests.api.v1.families import kin
from tests.api.v1.test_reimbursements import office  # noqa: F401 - used by its name alone
from tests.api.web.browser import Browser, browser_of, forms_of, text_of
from tests.api.web.counting import asked
from tests.wallet.reimbursements.conftest import SUPPLIER, image, pdf

NEW = "/io/rimborsi/nuovo?spesa=SUMMER_CENTRE"
_numbers = count(1)


@pytest.fixture
def sara(counter: Counter) -> Browser:
    return browser_of(counter, "sara")


def told(counter: Counter, **more: Any) -> dict[str, Any]:
    """A summer centre, 220,00 paid by card today, with all that is asked for."""
    number = f"P{next(_numbers)}"
    said = {
        "relative": counter.people["sara's child"],
        "supplier": "Cooperativa Il Gioco",
        "supplier_tax_code": SUPPLIER,
        "document_no": number,
        "document_on": "2026-03-02",
        "document": "220,00",
        "expense_on": "2026-03-02",
        "means": "CARD",
        "holder": "EMPLOYEE",
        "statements": ["NOT_REIMBURSED_ELSEWHERE", "NOT_TO_BE_DETRACTED", "RELATIONSHIP"],
        "payment_shown": "y",
        "documents": (pdf(number), "fattura.pdf"),
    }
    return {name: value for name, value in (said | more).items() if value is not None}


def send(browser: Browser, path: str, said: dict[str, Any], *, action: str | None = None, **kept: str) -> TestResponse:
    """Fill in the form of a page, with its files, and send it."""
    drawn = forms_of(browser.get(path.replace("/sistema", "")))[action or path]
    files = ("documents", "payments", "contracts")
    parts = {
        name: (io.BytesIO(value[0]), value[1]) if name in files else value
        for name, value in (drawn | said | kept).items()
        if name not in files or isinstance(value, tuple)
    }
    asked = EnvironBuilder(
        path=path.partition("?")[0],
        query_string=path.partition("?")[2],
        method="POST",
        data=parts,
        headers={"Accept": "text/html", **browser.headers},
        content_type="multipart/form-data",
    )
    environ = asked.get_environ()
    answer = browser.client.open(environ)
    # What is large is written to a file on its way.
    environ["wsgi.input"].close()
    return answer


def test_what_is_needed_is_told_before_anything_is_asked(sara: Browser) -> None:
    chosen, listed = sara.get(NEW), sara.get("/io/rimborsi/nuovo")

    assert (chosen.status_code, listed.status_code) == (200, 200)
    assert "Che cosa serve" in text_of(chosen)
    assert "Documento intestato a:" in text_of(chosen)
    assert "te, chi usa il servizio" in text_of(chosen)
    law = chosen.text.index("art. 51 c. 2 lett. f-bis TUIR")
    assert chosen.text.index("Va bene comunque tu abbia pagato") < chosen.text.index("Che cosa dice la legge") < law
    assert "Che cosa non si può avere indietro" in text_of(listed)
    told = sara.get("/io/rimborsi/nuovo?spesa=GOODS")
    assert "non si rimborsa" in text_of(told)
    assert told.text.index("non si rimborsa") < told.text.index("Regole applicate:")
    refused = sara.get("/io/rimborsi/nuovo?spesa=SINGLE_TICKET")
    assert refused.status_code == 200
    assert sara.get("/io/rimborsi/nuovo?spesa=YACHT").status_code == 422


def test_an_expense_is_submitted_once_however_often_it_is_sent(counter: Counter, sara: Browser) -> None:
    said = told(counter)
    key = forms_of(sara.get(NEW))[NEW]["key"]

    first, second = (send(sara, NEW, said, key=key) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    page = sara.get(first.headers["Location"])
    assert "La stiamo guardando" in text_of(page)
    assert "220,00" in text_of(page)
    assert "12 marzo 2026" in text_of(page)
    assert "Intestato a te" in text_of(page)
    assert "2 marzo 2026, carta" in text_of(page)
    assert "Cooperativa Il Gioco" in text_of(sara.get("/io/rimborsi"))
    held = text_of(sara.get("/io"))
    assert "Rimborso chiesto" in held
    assert "SUMMER_CENTRE" not in held


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"documents": (b"MZ\x90\x00 no invoice", "fattura.pdf")}, "non è PDF, JPEG o PNG"),
        ({"documents": (image(), "fattura.pdf")}, "il nome dice «.pdf»"),
        ({"documents": (b"", "fattura.pdf")}, "il file è vuoto"),
        ({"documents": (b"%PDF" + bytes(10 * 2**20), "fattura.pdf")}, "al massimo 10"),
        ({"documents": None}, "documento di spesa"),
        ({"statements": None}, "dichiarazione"),
        ({"document": "abc"}, "Totale del documento"),
        ({"document_no": ""}, "Numero del documento"),
        ({"supplier_tax_code": "123"}, "Non è una partita IVA"),
        ({"expense_on": "2026-12-31"}, "futuro"),
        ({"relative": "rel_nobody"}, "Per chi era?"),
    ],
)
def test_what_is_wrong_is_told_and_the_text_is_kept(
    counter: Counter, sara: Browser, wrong: dict[str, Any], sentence: str
) -> None:
    answer = send(sara, NEW, told(counter, supplier="Gli Amici & <b>Figli</b>", **wrong))

    assert answer.status_code >= 400
    assert sentence in text_of(answer)
    assert forms_of(answer)[NEW]["supplier"] == "Gli Amici & <b>Figli</b>"
    assert "<b>Figli" not in answer.text
    assert "I file vanno scelti di nuovo" in text_of(answer)


def test_all_that_is_wrong_is_told_at_once_each_beside_its_field(counter: Counter, sara: Browser) -> None:
    answer = send(
        sara,
        NEW,
        told(
            counter,
            supplier_tax_code="123",
            document_no=" ",
            document="abc",
            expense_on="2025-12-31",
            statements=None,
            payment_shown=None,
            documents=(pdf("one"), "fattura.pdf"),
            payments=(b"PK no extract", "estratto.docx"),
        ),
    )

    assert answer.status_code == 422
    fields = ("supplier_tax_code", "document_no", "document", "payments", "statements", "detracted")
    told_at = [f'href="#{name}"' in answer.text and f'id="{name}"' in answer.text for name in fields]
    assert told_at == [True] * len(fields)
    assert "estratto.docx: il contenuto non è PDF" in text_of(answer)
    assert "Scegli di nuovo, che andava bene: fattura.pdf." in text_of(answer)
    assert "SUMMER" not in text_of(answer)
    assert "summer-centre" not in text_of(answer)


def test_an_expense_of_a_relative_without_a_tax_code_says_whose_is_missing(counter: Counter, sara: Browser) -> None:
    answer = sara.send(
        "/io/familiari/nuovo", kinship="CHILD", first_name="Ugo", last_name="Neri", birth_date="2016-05-05"
    )
    child = answer.location.partition("#")[2]

    refused = send(sara, NEW, told(counter, relative=child, amount="300,00"))

    assert refused.status_code == 422
    assert "Manca il codice fiscale di Ugo" in text_of(refused)
    assert 'id="amount-error"' in refused.text


def active_pdf() -> bytes:
    """A PDF that runs a script when it is opened."""
    out = io.BytesIO()
    with pikepdf.new() as file:
        file.add_blank_page()
        run = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        file.Root.OpenAction = run
        file.save(out)
    return out.getvalue()


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        pytest.param(active_pdf(), "fattura.pdf", "fattura.pdf", id="a PDF with a script"),
        pytest.param(HEIC, "IMG_0001.HEIC", "non è PDF, JPEG o PNG", id="a photo in HEIC"),
        pytest.param(HEIC, "foto.jpg", "non è PDF, JPEG o PNG", id="a photo in HEIC by another name"),
        pytest.param(image(size=(9_000, 9_000)), "foto.png", "foto.png", id="a picture that unfolds"),
        pytest.param(pdf()[:200], "fattura.pdf", "fattura.pdf", id="a PDF that is cut short"),
    ],
)
def test_a_file_that_is_a_trap_or_of_another_kind_is_told_and_the_text_is_kept(
    counter: Counter, sara: Browser, content: bytes, name: str, sentence: str
) -> None:
    answer = send(sara, NEW, told(counter, supplier="Asilo Verde", documents=(content, name)))

    assert answer.status_code == 422, text_of(answer)
    assert sentence in text_of(answer)
    assert forms_of(answer)[NEW]["supplier"] == "Asilo Verde"
    assert forms_of(answer)[NEW]["document"] == "220,00"
    assert "I file vanno scelti di nuovo" in text_of(answer)


def test_a_photo_of_nine_megabytes_is_taken(counter: Counter, sara: Browser) -> None:
    photo = image("JPEG", (800, 600)) + bytes(9 * 2**20)

    answer = send(sara, NEW, told(counter, documents=(photo, "foto.jpg")))

    assert answer.status_code == 302, text_of(answer)
    assert "foto.jpg" in sara.get(answer.headers["Location"]).text


def test_whose_plan_gives_nothing_back_is_told_before_typing(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")

    assert "Il tuo piano non dà rimborsi" in text_of(giulia.get("/io/rimborsi"))
    listed = giulia.get("/io/rimborsi/nuovo")
    assert "Il tuo piano non dà rimborsi" in text_of(listed)
    assert "spesa=SUMMER_CENTRE" not in listed.text


def test_what_was_refused_goes_through_once_it_is_mended(counter: Counter, sara: Browser) -> None:
    said = told(counter)
    refused = send(sara, NEW, said | {"statements": []})
    assert refused.status_code == 422

    key = forms_of(refused)[NEW]["key"]

    assert send(sara, NEW, said, key=key).status_code == 302


def test_story_6_an_invoice_in_the_wifes_name_is_mended_and_keeps_its_place(counter: Counter, sara: Browser) -> None:
    place = send(sara, NEW, told(counter, holder="RELATIVE")).headers["Location"]
    page = sara.get(place)
    assert "Devi sistemare qualcosa" in text_of(page)
    assert "intestato a un'altra persona" in page.text.replace("&#39;", "'")

    again = send(
        sara,
        f"{place}/sistema",
        {"holder": "EMPLOYEE", "documents": (pdf("riemessa"), "fattura nuova.pdf"), "note": "Riemessa <oggi>"},
    )

    assert again.status_code == 302, again.text
    mended = sara.get(place)
    assert "La stiamo guardando" in text_of(mended)
    assert "Riemessa &lt;oggi&gt;" in mended.text
    made = place.rpartition("/")[2]
    assert counter.ask("marta", "POST", f"/v1/reimbursements/{made}/approvals", {}).status_code == 201
    assert "Approvata" in text_of(sara.get(place))


def test_a_fix_that_changes_nothing_is_told(counter: Counter, sara: Browser) -> None:
    place = send(sara, NEW, told(counter, holder="OTHER")).headers["Location"]

    answer = send(sara, f"{place}/sistema", {})

    assert answer.status_code >= 400
    assert "Da sistemare" in text_of(answer)


def test_a_request_is_taken_back_and_may_be_made_anew(counter: Counter, sara: Browser) -> None:
    said = told(counter)
    place = send(sara, NEW, said).headers["Location"]

    assert sara.send(place, f"{place}/ritira").status_code == 302
    assert "Ritirata da te" in text_of(sara.get(place))
    assert sara.post(f"{place}/ritira", {}).status_code == 400
    assert send(sara, NEW, said).status_code == 302


def test_documents_are_given_as_attachments_to_their_person_alone(counter: Counter, sara: Browser) -> None:
    place = send(sara, NEW, told(counter)).headers["Location"]
    link = next(part for part in sara.get(place).text.split('"') if "/documenti/" in part)

    own = sara.get(link)

    assert own.status_code == 200
    assert own.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in own.headers["Content-Security-Policy"]
    for who in ("tito", "giulia"):
        other = browser_of(counter, who)
        assert (other.get(link).status_code, other.get(place).status_code) == (404, 404)


@pytest.mark.parametrize("who", ["hr", "payroll", "p04", "marta"])
def test_nobody_else_has_these_pages(counter: Counter, who: str) -> None:
    assert browser_of(counter, who).get("/io/rimborsi").status_code == 403
    assert browser_of(counter, who).get(NEW).status_code == 403


def test_whoever_is_late_keeps_the_text(counter: Counter) -> None:
    answer = browser_of(counter).get(NEW)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/entra")


def test_more_requests_documents_and_relatives_ask_no_more_of_the_database(counter: Counter, sara: Browser) -> None:
    place = send(sara, NEW, told(counter, holder="OTHER")).headers["Location"]
    paths = ("/io/rimborsi", "/io/rimborsi/nuovo", NEW, place)
    before = [asked(sara, path) for path in paths]

    send(sara, NEW, told(counter))
    fixed = {"documents": (pdf(f"another of {place}"), "altra.pdf"), "holder": "OTHER", "note": "eccola"}
    assert send(sara, f"{place}/sistema", fixed).status_code == 302
    kin(counter, "sara", Kinship.PARENT, age=70, book="E9")

    assert [asked(sara, path) for path in paths] == before
