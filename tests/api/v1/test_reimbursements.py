"""Reimbursements over HTTP: submitted with documents, mended, reviewed and paid, each told to whom it concerns."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import EnvironBuilder, TestResponse

from api.access.roles import Role
from config import database, fences
from config.fences import Fence, Sight
from plans.rulebook.words import Channel, Kinship
from tests import factories
from tests.api.counter import Counter, appoint
from tests.wallet.reimbursements.conftest import SUPPLIER, pdf
from wallet.reimbursements import documents
from wallet.reimbursements.documents import Store, Upload
from wallet.reimbursements.words import Purpose

PATH = "/v1/reimbursements"
_numbers = count(1)
_known: dict[bytes, Upload] = {}


@pytest.fixture(scope="module", autouse=True)
def office(furnished: Counter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Employer E9 whose plan reimburses, with Sara, her daughter, her colleague Tito and its payroll office."""
    store = Store(tmp_path_factory.mktemp("documents"))
    checked = documents.check

    def check(name: str, content: bytes, purpose: Purpose) -> Upload:
        # Opening a document takes a process: each good content is opened once.
        key = f"{name} {purpose}".encode() + content
        if key not in _known:
            _known[key] = checked(name, content, purpose)
        return _known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "store", lambda: store)
        patch.setattr(documents, "check", check)
        if "E9" not in furnished.books:
            database.transact(lambda session: furnish(session, furnished))
        yield


def furnish(session: Any, counter: Counter) -> None:
    book_id = counter.books["E9"] = factories.employer(session, "E9")
    factories.plan(session, book_id, channels=frozenset(Channel))
    factories.funded(session, book_id)
    for name in ("sara", "tito"):
        code = factories.tax_code()
        employee_id = factories.employee(session, book_id, first_name=name.title(), tax_code=code)
        counter.people[name] = employee_id
        factories.grant(session, book_id, "A", employee_id, 1_000_000)
        appoint(session, counter, name, Role.EMPLOYEE, book_id=book_id, employee_id=employee_id)
        child = factories.relative(
            session, book_id, code, Kinship.CHILD, tax_code=factories.tax_code(born=date(2018, 6, 1))
        )
        counter.people[f"{name}'s child"] = child
    appoint(session, counter, "payroll9", Role.PAYROLL, book_id=book_id)


def form(counter: Counter, who: str = "sara", **more: Any) -> dict[str, Any]:
    """A summer centre, 220,00 paid by card today, with all that is asked for."""
    number = f"{next(_numbers)}/2026"
    told = {
        "relative_id": counter.people[f"{who}'s child"],
        "expense": "SUMMER_CENTRE",
        "supplier": "Cooperativa Il Gioco",
        "supplier_tax_code": SUPPLIER,
        "document_no": number,
        "document_on": "2026-03-02",
        "document_minor": "22000",
        "expense_on": "2026-03-02",
        "payment_means": "CARD",
        "holder": "EMPLOYEE",
        "statements": ["NOT_REIMBURSED_ELSEWHERE", "NOT_TO_BE_DETRACTED", "RELATIONSHIP"],
        "payment_shown": "true",
        "documents": [(pdf(number), f"fattura {number.replace('/', '-')}.pdf")],
    }
    return {name: value for name, value in (told | more).items() if value is not None}


def send(counter: Counter, who: str, path: str, told: dict[str, Any], key: str | None = None) -> TestResponse:
    """Send a form with its files."""
    counter.used[0] += 1
    headers = {"Authorization": f"Bearer {counter.secrets[who]}", "Idempotency-Key": key or f"form-{counter.used[0]}"}
    files = ("documents", "payments", "contracts")
    parts = {
        name: [(io.BytesIO(content), file) for content, file in value] if name in files else value
        for name, value in told.items()
    }
    asked = EnvironBuilder(path=path, method="POST", data=parts, headers=headers, content_type="multipart/form-data")
    environ = asked.get_environ()
    answer = counter.client.open(environ)
    # What is large is written to a file on its way.
    environ["wsgi.input"].close()
    return answer


def submit(counter: Counter, who: str = "sara", **more: Any) -> dict[str, Any]:
    answer = send(counter, who, PATH, form(counter, who, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def review(counter: Counter, found: dict[str, Any], verb: str, who: str = "marta", **body: Any) -> TestResponse:
    return counter.ask(who, "POST", f"{PATH}/{found['id']}/{verb}", body)


def test_the_checklist_is_told_before_anything_is_submitted(counter: Counter) -> None:
    listed = counter.ask("sara", "GET", f"{PATH}/expenses?limit=100").get_json()["data"]
    one = counter.ask("sara", "GET", f"{PATH}/expenses/summer-centre", Accept_Language="en").get_json()

    assert {each["reimbursable"] for each in listed} == {True, False}
    assert all((each["refusal"] is None) == each["reimbursable"] for each in listed)
    assert (one["code"], one["reimbursable"], one["documents"][0]["purpose"]) == ("SUMMER_CENTRE", True, "EXPENSE")
    assert {each["code"] for each in one["statements"]} >= {"NOT_REIMBURSED_ELSEWHERE", "RELATIONSHIP"}
    unknown = counter.ask("sara", "GET", f"{PATH}/expenses/yacht")
    assert (unknown.status_code, unknown.get_json()["code"]) == (422, "expense_unknown")


def test_an_expense_is_submitted_with_its_promise_and_its_documents(counter: Counter) -> None:
    answer = send(counter, "sara", PATH, form(counter))

    made = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"{PATH}/{made['id']}")
    assert (made["status"], made["amount_minor"], made["promised_on"]) == ("submitted", 22_000, "2026-03-12")
    whole = counter.ask("sara", "GET", answer.headers["Location"]).get_json()
    assert [each["purpose"] for each in whole["documents"]] == ["EXPENSE"]
    assert [(each["kind"], each["on_behalf"]) for each in whole["history"]] == [("submit", False)]


def test_everything_that_is_missing_is_named_at_once(counter: Counter) -> None:
    answer = send(counter, "sara", PATH, form(counter, documents=None, payment_shown="false", statements=[]))

    assert (answer.status_code, answer.get_json()["code"]) == (422, "submission_incomplete")
    for word in ("documento di spesa", "prova del pagamento", "dichiarazione"):
        assert word in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"documents": [(b"MZ not a document", "fattura.pdf")]}, "document_type_unknown"),
        ({"documents": [(pdf("x"), "fattura.png")]}, "document_name_differs"),
        ({"documents": [(b"", "fattura.pdf")]}, "document_empty"),
        ({"documents": [(b"%PDF-1.7 broken", "fattura.pdf")]}, "document_unreadable"),
        ({"documents": [(b"%PDF" + bytes(10 * 2**20), "fattura.pdf")]}, "document_too_large"),
        ({"documents": [(b"x", f"{n}.pdf") for n in range(11)]}, "documents_too_many"),
        ({"supplier_tax_code": "12345670018"}, "supplier_code_invalid"),
        ({"expense": "YACHT"}, "expense_unknown"),
    ],
)
def test_what_cannot_be_taken_is_refused(counter: Counter, more: dict[str, Any], code: str) -> None:
    answer = send(counter, "sara", PATH, form(counter, **more))

    assert (answer.status_code, answer.get_json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"document_minor": "12.5"}, "document_minor"),
        ({"document_minor": "-1"}, "document_minor"),
        ({"document_on": "2/3/2026"}, "document_on"),
        ({"holder": "NEIGHBOUR"}, "holder"),
        ({"surprise": "1"}, "surprise"),
        ({"supplier": "a\x00b"}, "supplier"),
        ({"expense": None}, "expense"),
    ],
)
def test_a_field_that_is_wrong_is_named(counter: Counter, more: dict[str, Any], pointer: str) -> None:
    answer = send(counter, "sara", PATH, form(counter, **more))

    assert (answer.status_code, answer.get_json()["code"]) == (422, "fields_invalid")
    assert any(pointer in each["pointer"] for each in answer.get_json()["errors"])


def test_a_form_is_asked_for(counter: Counter) -> None:
    assert counter.ask("sara", "POST", PATH, {"expense": "SUMMER_CENTRE"}).status_code == 415


def test_the_same_key_submits_once(counter: Counter) -> None:
    told = form(counter)

    first, again = (send(counter, "sara", PATH, told, key="una volta") for _ in range(2))
    other = send(counter, "sara", PATH, told | {"amount_minor": "100"}, key="una volta")

    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.get_json() == first.get_json()
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")


def test_a_repetition_is_answered_in_the_very_bytes_whatever_became_of_it(counter: Counter) -> None:
    told = form(counter)
    first = send(counter, "sara", PATH, told, key="parola per parola")
    approved = counter.ask("marta", "POST", f"{first.headers['Location']}/approvals", {}, key="approvo")
    counter.ask("payroll9", "POST", f"{first.headers['Location']}/payments", {"payroll_month": "2026-03-01"})

    again = send(counter, "sara", PATH, told, key="parola per parola")
    anew = counter.ask("marta", "POST", f"{first.headers['Location']}/approvals", {}, key="approvo")

    assert again.data == first.data
    assert (anew.data, anew.headers["Idempotency-Replayed"]) == (approved.data, "true")


def test_another_second_file_is_another_command(counter: Counter) -> None:
    told = form(counter)
    pages = told["documents"]

    send(counter, "sara", PATH, told | {"documents": [*pages, (pdf("page 2"), "2.pdf")]}, key="due pagine")
    other = send(counter, "sara", PATH, told | {"documents": [*pages, (pdf("page 3"), "2.pdf")]}, key="due pagine")

    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")


def test_the_same_document_is_not_given_back_to_a_colleague_too(counter: Counter) -> None:
    told = form(counter)
    send(counter, "sara", PATH, told)

    for_titos = told | {"relative_id": counter.people["tito's child"]}

    answer = send(counter, "tito", PATH, for_titos)
    office = send(counter, "marta", PATH, for_titos | {"employee_id": counter.people["tito"]})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "document_not_taken")
    assert answer.get_json()["detail"] == "Questo documento non può essere accettato: rivolgersi all'ufficio welfare."
    assert (office.status_code, office.get_json()["code"]) == (409, "receipt_asked_before")


def test_no_person_sees_how_much_of_a_document_was_asked_for_in_all(counter: Counter) -> None:
    """What they did not ask for themself a colleague did."""
    told = form(counter) | {"document_minor": "20000", "amount_minor": "5000"}
    send(counter, "sara", PATH, told)
    send(counter, "tito", PATH, told | {"relative_id": counter.people["tito's child"]})

    def rows(sight: Sight, table: str) -> int:
        with fences.inside(Fence(sight, counter.books["E9"], counter.people["sara"])):
            return int(database.transact(lambda session: session.scalar(sa.text(f"select count(*) from {table}")) or 0))

    assert rows(Sight.EMPLOYEE, "reimbursement") > 0
    assert rows(Sight.EMPLOYEE, "reimbursement_receipt") == 0
    assert rows(Sight.BOOK, "reimbursement_receipt") > 0


def test_what_is_in_another_name_waits_for_its_fix_and_keeps_its_place(counter: Counter) -> None:
    waiting = submit(counter, holder="OTHER")
    later = submit(counter)

    whole = counter.ask("sara", "GET", f"{PATH}/{waiting['id']}", Accept_Language="en").get_json()
    fixed = send(
        counter, "sara", f"{PATH}/{waiting['id']}/fixes", {"holder": "EMPLOYEE", "documents": [(pdf("new"), "n.pdf")]}
    )
    queue = [each["id"] for each in counter.ask("marta", "GET", f"{PATH}/queue?limit=100").get_json()["data"]]

    assert (waiting["status"], [each["code"] for each in whole["reasons"]]) == ("needs_fix", ["holder_not_allowed"])
    assert "issue it again" in whole["reasons"][0]["hint"]
    assert (fixed.status_code, fixed.get_json()["status"]) == (201, "submitted")
    assert queue.index(waiting["id"]) < queue.index(later["id"])


def test_an_expense_is_withdrawn_by_its_person(counter: Counter) -> None:
    made = submit(counter)

    colleague = review(counter, made, "withdrawals", "tito")
    own = review(counter, made, "withdrawals", "sara", note="ripensamento")
    again = review(counter, made, "withdrawals", "sara")

    assert (colleague.status_code, own.get_json()["status"]) == (404, "withdrawn")
    assert (again.status_code, again.get_json()["code"]) == (409, "reimbursement_not_open")


def test_each_sees_their_own(counter: Counter) -> None:
    mine, theirs = submit(counter), submit(counter, "tito")

    listed = [each["id"] for each in counter.ask("sara", "GET", f"{PATH}?limit=100").get_json()["data"]]
    of_tito = counter.ask("marta", "GET", f"{PATH}?employee_id={counter.people['tito']}&status=submitted").get_json()

    assert mine["id"] in listed
    assert theirs["id"] not in listed
    assert {each["employee_id"] for each in of_tito["data"]} == {counter.people["tito"]}
    assert counter.ask("sara", "GET", f"{PATH}/{theirs['id']}").status_code == 404


def test_a_welfare_manager_submits_for_somebody_and_both_are_written(counter: Counter) -> None:
    told = form(counter, employee_id=counter.people["sara"])

    made = send(counter, "marta", PATH, told).get_json()
    foreign = send(counter, "tito", PATH, form(counter, "tito", employee_id=counter.people["sara"]))

    whole = counter.ask("sara", "GET", f"{PATH}/{made['id']}").get_json()
    assert [(each["kind"], each["on_behalf"]) for each in whole["history"]] == [("submit", True)]
    assert (foreign.status_code, foreign.get_json()["code"]) == (404, "employee_not_found")


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        (None, "GET", "", 401),
        ("hr", "GET", "", 403),
        ("payroll", "GET", "", 403),
        ("accountant", "GET", "", 403),
        ("p04", "GET", "", 403),
        ("operator", "GET", "", 403),
        ("sara", "GET", "/queue", 403),
        ("sara", "GET", "/payable", 403),
        ("marta", "GET", "/payable", 403),
        ("sara", "GET", "/rmb_x", 404),
        ("sara", "POST", "/rmb_x/approvals", 403),
        ("payroll", "POST", "/rmb_x/rejections", 403),
        ("marta", "POST", "/rmb_x/payments", 403),
        ("marta", "POST", "/rmb_x/approvals", 404),
    ],
)
def test_who_may_not_is_told_so(counter: Counter, who: str | None, method: str, path: str, status: int) -> None:
    assert counter.ask(who, method, PATH + path, {} if method == "POST" else None).status_code == status
