"""Providers and their qualification over HTTP: a name and a state for everybody, the papers for whoever decides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from config import database
from network.models import ProviderStateRow
from tests.api.counter import Counter

PATH = "/v1/providers"
NOBODY_ELSE = ["giulia", "hr", "payroll", "accountant"]
_numbers = count(1)


def document(**values: Any) -> dict[str, Any]:
    return {
        "family": "ECONOMIC",
        "requirement": "social_security_regularity",
        "evidence": "DURC",
        "issuer": "INPS",
        "number": f"PROVA-{next(_numbers)}",
        "valid_from": "2026-03-01",
        "valid_to": "2026-06-30",
    } | values


@contextmanager
def put_back(provider: str) -> Iterator[None]:
    """Other tests of this folder buy of the same providers."""
    states = ProviderStateRow.__table__
    mine = states.c.provider_code == provider
    before = database.transact(lambda session: session.execute(sa.select(states).where(mine)).mappings().all())
    rows = [{name: row[name] for name in row if name != "id"} for row in before]
    try:
        yield
    finally:
        database.transact(lambda session: session.execute(sa.delete(ProviderStateRow).where(mine)) and None)
        database.transact(lambda session: session.execute(sa.insert(ProviderStateRow), rows) and None)


def test_everybody_reads_who_may_serve_and_nobody_why(counter: Counter) -> None:
    first = counter.ask("giulia", "GET", f"{PATH}?limit=15").get_json()
    rest = counter.ask("p03", "GET", f"{PATH}?limit=15&starting_after={first['data'][-1]['id']}").get_json()

    found = first["data"] + rest["data"]
    assert len({provider["id"] for provider in found}) == 25
    assert set(found[0]) == {"id", "name", "kind", "territory", "offers", "state", "may_serve"}
    assert all(provider["may_serve"] is (provider["state"] in ("QUALIFIED", "EXEMPT")) for provider in found)


def test_providers_are_found_by_place_kind_state_and_name(counter: Counter) -> None:
    def ids(query: str) -> list[str]:
        return [found["id"] for found in counter.ask("hr", "GET", f"{PATH}?{query}").get_json()["data"]]

    assert ids("text=GIRASOLI%20po") == ["P02"]
    assert ids("territory=cremona&kind=SOCIAL_COOP_A&text=ponte") == ["P01"]
    assert set(ids("state=EXEMPT")).isdisjoint(ids("state=QUALIFIED&limit=100"))
    assert ids("state=QUALIFIED&on=2020-01-01") == []


def test_a_provider_reads_its_own_qualification_and_no_other(counter: Counter) -> None:
    own = counter.ask("p04", "GET", f"{PATH}/P04/qualification")
    other = counter.ask("p04", "GET", f"{PATH}/P03/qualification")
    manager = counter.ask("marta", "GET", f"{PATH}/P04/qualification")

    assert own.get_json() == manager.get_json()
    assert own.get_json()["state"] == "QUALIFIED"
    assert {line["family"] for line in own.get_json()["checklist"]} == {
        "LEGAL", "ECONOMIC", "AUTHORISATION", "QUALITY", "TECHNICAL",
    }  # fmt: skip
    assert own.get_json()["history"][0]["reason"]
    assert (other.status_code, other.get_json()["code"]) == (404, "provider_not_found")


@pytest.mark.parametrize("who", NOBODY_ELSE)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{PATH}/P04/qualification"),
        ("GET", f"{PATH}/P04/documents"),
        ("GET", "/v1/qualification_documents/qua_x"),
        ("GET", "/v1/qualification_deadlines"),
        ("POST", f"{PATH}/P04/documents"),
        ("POST", f"{PATH}/P04/suspensions"),
        ("POST", f"{PATH}/P04/qualifications"),
        ("POST", "/v1/qualification_documents/qua_x/verifications"),
    ],
)
def test_a_qualification_is_nobody_elses_matter(counter: Counter, who: str, method: str, path: str) -> None:
    assert counter.ask(who, method, path, {} if method == "POST" else None).status_code == 403


@pytest.mark.parametrize("resource", ["documents", "suspensions", "qualifications"])
def test_a_provider_decides_nothing_of_itself(counter: Counter, resource: str) -> None:
    assert counter.ask("p04", "POST", f"{PATH}/P04/{resource}", {}).status_code == 403


def test_a_document_is_filed_once_then_verified_and_read_by_its_provider(counter: Counter) -> None:
    body = document()
    filed = counter.ask("marta", "POST", f"{PATH}/P04/documents", body, key="durc")
    again = counter.ask("marta", "POST", f"{PATH}/P04/documents", body, key="durc")
    twice = counter.ask("operator", "POST", f"{PATH}/P04/documents", body)
    place = filed.headers["Location"]

    verified = counter.ask("marta", "POST", f"{place}/verifications")
    late = counter.ask("operator", "POST", f"{place}/verifications")

    assert (filed.status_code, filed.get_json()["state"]) == (201, "PENDING")
    assert (again.data, again.headers["Idempotency-Replayed"]) == (filed.data, "true")
    assert (twice.status_code, twice.get_json()["code"]) == (409, "evidence_already_filed")
    assert (verified.get_json()["state"], verified.get_json()["verified_by"]) == ("QUALIFIED", "Marta")
    assert (late.status_code, late.get_json()["code"]) == (409, "evidence_already_decided")
    assert counter.ask("p04", "GET", place).get_json() == verified.get_json()
    assert counter.ask("p03", "GET", place).get_json()["code"] == "evidence_not_found"
    listed = counter.ask("p04", "GET", f"{PATH}/P04/documents?limit=100").get_json()["data"]
    assert filed.get_json()["id"] in [each["id"] for each in listed]


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"family": "MONEY"}, "#/family"),
        ({"valid_from": "2026-13-01"}, "#/valid_from"),
        ({"valid_from": "0001-01-01"}, "#/valid_from"),
        ({"valid_to": "2026-02-28"}, "#/valid_to"),
        ({"document_sha256": "xyz"}, "#/document_sha256"),
        ({"number": ""}, "#/number"),
        ({"state": "QUALIFIED"}, "#/state"),
    ],
)
def test_a_field_of_a_document_that_is_wrong_is_named(counter: Counter, values: dict[str, Any], pointer: str) -> None:
    answer = counter.ask("marta", "POST", f"{PATH}/P04/documents", document(**values))

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]


def test_a_requirement_that_the_checklist_lacks_is_refused(counter: Counter) -> None:
    answer = counter.ask("marta", "POST", f"{PATH}/P04/documents", document(requirement="good_will"))

    assert (answer.status_code, answer.get_json()["code"]) == (409, "requirement_unknown")


def test_a_suspension_voids_what_is_open_in_every_book_and_is_lifted_by_a_qualification(counter: Counter) -> None:
    bought = [counter.buy("giulia")["id"], counter.buy("anna")["id"]]
    policy = {"family": "TECHNICAL", "requirement": "liability_insurance", "evidence": "Polizza RC"}
    for paper in (document(), document(**policy)):
        filed = counter.ask("marta", "POST", f"{PATH}/P04/documents", paper)
        counter.ask("marta", "POST", f"{filed.headers['Location']}/verifications")
    with put_back("P04"):
        body = {"reason": "DURC irregolare"}
        done = counter.ask("operator", "POST", f"{PATH}/P04/suspensions", body, key="sospende")
        again = counter.ask("operator", "POST", f"{PATH}/P04/suspensions", body, key="sospende")
        public = counter.ask("giulia", "GET", f"{PATH}/P04").get_json()
        refused = counter.ask("giulia", "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 1}).get_json()
        back = counter.ask(
            "marta", "POST", f"{PATH}/P04/qualifications",
            {"valid_from": "2026-03-02", "valid_to": "2026-12-31", "reason": "DURC regolarizzato"},
        )  # fmt: skip

        assert done.status_code == 201
        assert set(bought) <= set(done.get_json()["voided"])
        assert done.get_json()["released_minor"] >= 11_000
        assert (again.data, again.headers["Idempotency-Replayed"]) == (done.data, "true")
        assert (public["state"], public["may_serve"]) == ("SUSPENDED", False)
        assert "DURC" not in str(public)
        assert refused["status"] == "declined"
        assert (back.status_code, back.get_json()["state"]) == (201, "QUALIFIED")
        reasons = [
            line["reason"] for line in counter.ask("p04", "GET", f"{PATH}/P04/qualification").get_json()["history"]
        ]
        assert reasons[-2:] == ["DURC irregolare", "DURC regolarizzato"]


def test_nobody_is_qualified_without_papers(counter: Counter) -> None:
    body = {"valid_from": "2023-01-01", "valid_to": "2023-12-31", "reason": "Prova"}

    answer = counter.ask("marta", "POST", f"{PATH}/P04/qualifications", body)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "evidence_missing")


def test_what_ends_soon_is_told_to_whom_it_concerns(counter: Counter) -> None:
    query = "/v1/qualification_deadlines?on=2026-11-22&within_days=60"
    first = counter.ask("marta", "GET", f"{query}&limit=2").get_json()
    second = counter.ask("marta", "GET", f"{query}&limit=2&starting_after={first['data'][-1]['id']}").get_json()
    own = counter.ask("p03", "GET", query).get_json()["data"]
    placed = counter.ask("operator", "GET", f"{query}&territory=biella").get_json()["data"]

    days = [each["expires_on"] for page in (first, second) for each in page["data"]]
    assert (len(days), first["has_more"]) == (4, True)
    assert days == sorted(days)
    assert own
    assert {each["provider"] for each in own} == {"P03"}
    assert {each["territory"] for each in placed} <= {"biella"}


@pytest.mark.parametrize(
    ("who", "method", "path", "body"),
    [
        ("giulia", "GET", f"{PATH}/P99", None),
        ("marta", "GET", f"{PATH}/P99/qualification", None),
        ("marta", "GET", f"{PATH}/P99/documents", None),
        ("marta", "POST", f"{PATH}/P99/documents", document()),
        ("marta", "POST", f"{PATH}/P99/suspensions", {"reason": "x"}),
        ("marta", "GET", "/v1/qualification_documents/qua_x", None),
        ("marta", "POST", "/v1/qualification_documents/qua_x/verifications", None),
    ],
)
def test_what_is_not_there_is_404(counter: Counter, who: str, method: str, path: str, body: Any) -> None:
    assert counter.ask(who, method, path, body).status_code == 404
