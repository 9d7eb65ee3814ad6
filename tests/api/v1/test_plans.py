"""Plans over HTTP: loaded from JSON or a file, read in words, changed while nothing was granted, renewed."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from itertools import count
from typing import Any

import pytest
from werkzeug.test import TestResponse

from config import database
from tests import factories
from tests.api.counter import Counter

_numbers = count(1)
TERMS: dict[str, Any] = {
    "name": "Piano 2026",
    "source": "ON_TOP",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "spend_by": "2026-11-30",
    "entitlement": "CLUSTER",
    "funding_policy": "PREFUNDED",
    "taxable_policy": "REFUSE",
    "categories": ["EDUCATION", "CARE"],
    "channels": ["DIRECT"],
    "carry_over_months": 12,
    "residual_destination": "COMMUNITY_FUND",
    "leaver_grace_days": 1,
    "act": {"source_type": "REGULATION_BINDING", "document_ref": "Regolamento", "signed_on": "2025-12-01"},
    "clusters": [{"cluster": "operai", "description": "Gli operai", "amount": {"minor": 60_000}}],
}
FILE = """
code = "T-2026"
name = "Piano"
source = "ON_TOP"
starts_on = 2026-01-01
ends_on = 2026-12-31
spend_by = 2026-11-30
entitlement = "ALL"
funding_policy = "PREFUNDED"
taxable_policy = "WITH_CONSENT"
categories = ["CARE"]
channels = ["DIRECT"]
[act]
source_type = "COMPANY_AGREEMENT"
"""


def code() -> str:
    # Not a pair of years, which a renewal would move together.
    return f"H-2026-{next(_numbers):04d}"


def load(counter: Counter, who: str = "hr", **more: Any) -> TestResponse:
    return counter.ask(who, "POST", "/v1/plans", TERMS | {"code": code()} | more)


def test_a_plan_is_loaded_with_its_place_and_read_as_data_and_in_words(counter: Counter) -> None:
    answer = load(counter)

    made = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/v1/plans/{made['id']}")
    shown = counter.ask("giulia", "GET", answer.headers["Location"]).get_json()
    assert shown == made
    assert {name: shown[name] for name in TERMS if name not in ("categories", "act", "clusters")} == {
        name: value for name, value in TERMS.items() if name not in ("categories", "act", "clusters")
    }
    assert (shown["employer"], shown["amount"], shown["categories"]) == ("E1", None, ["CARE", "EDUCATION"])
    assert shown["act"]["deposit_code"] is None
    assert shown["clusters"][0]["amount"] == {"minor": 60_000, "currency": "EUR"}
    assert shown["in_words"]["it"] == [
        "Il credito si spende dal 1 gennaio 2026 al 30 novembre 2026, giorni compresi.",
        "Serve per: assistenza ad anziani e non autosufficienti, istruzione.",
        "Si usa in questi modi: diretto.",
        "Spetta alle categorie omogenee: Gli operai 600,00\xa0€.",
        "Ciò che resta si può spendere ancora per 12 mesi.",
        "Poi va al fondo di comunità.",
        "Chi lascia il lavoro ha ancora 1 giorno per usarlo.",
        "Le spese che sarebbero tassate sono rifiutate.",
        "Si accredita solo ciò che è già stato versato.",
        "Si fonda su: regolamento vincolante, Regolamento, 1 dicembre 2025.",
    ]
    assert len(shown["in_words"]["en"]) == len(shown["in_words"]["it"])


def test_a_plan_file_is_loaded_and_its_mistakes_are_named(counter: Counter) -> None:
    def send(text: str) -> TestResponse:
        form = {"file": (io.BytesIO(text.encode()), "piano.toml")}
        key = {"Idempotency-Key": code(), "Authorization": f"Bearer {counter.secrets['hr']}"}
        return counter.client.post("/v1/plans/files", data=form, headers=key)

    made, wrong, torn = send(FILE), send(FILE.replace("name", "nome")), send("code = ")

    assert (made.status_code, made.get_json()["employer"]) == (201, "E1")
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "plan_file_invalid")
    assert "nome" in wrong.get_json()["detail"]
    assert (torn.status_code, torn.get_json()["code"]) == (422, "plan_file_unreadable")


def test_a_plan_is_loaded_once_under_a_key_and_under_its_code(counter: Counter) -> None:
    body = TERMS | {"code": code()}

    first = counter.ask("hr", "POST", "/v1/plans", body, key="plan")
    again = counter.ask("hr", "POST", "/v1/plans", body, key="plan")
    other = counter.ask("hr", "POST", "/v1/plans", body | {"name": "Altro"}, key="plan")
    same = counter.ask("hr", "POST", "/v1/plans", body)
    changed = counter.ask("hr", "POST", "/v1/plans", body | {"name": "Altro"})

    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    assert same.get_json()["id"] == first.get_json()["id"]
    assert (changed.status_code, changed.get_json()["code"]) == (409, "plan_changed")


def test_the_network_names_the_employer_and_an_employer_loads_its_own_alone(counter: Counter) -> None:
    assert load(counter, "marta", employer="E2").get_json()["employer"] == "E2"
    missing = load(counter, "marta")
    assert [each["pointer"] for each in missing.get_json()["errors"]] == ["#/employer"]
    for who in ("hr", "marta"):
        foreign = load(counter, who, employer="E2" if who == "hr" else "E99")
        assert (foreign.status_code, foreign.get_json()["code"]) == (404, "funder_not_found")


def test_a_list_is_of_the_own_book_or_of_one_that_is_named(counter: Counter) -> None:
    mine, other = load(counter).get_json(), load(counter, "marta", employer="E2").get_json()

    def ids(who: str, query: str = "") -> list[str]:
        return [plan["id"] for plan in counter.ask(who, "GET", f"/v1/plans?limit=100{query}").get_json()["data"]]

    for who in ("hr", "payroll", "accountant", "giulia"):
        assert mine["id"] in ids(who)
        assert other["id"] not in ids(who)
    assert ids("marta", "&employer=E2")[0] == other["id"]
    assert mine["id"] not in ids("marta", "&employer=E2")
    assert mine["id"] in ids("hr", "&on=2026-11-30&source=ON_TOP")
    assert ids("hr", "&on=2026-12-01") == ids("hr", "&source=PDR") == ids("hr", "&employer=E2") == []
    newest = counter.ask("hr", "GET", "/v1/plans?limit=1").get_json()
    assert ([plan["id"] for plan in newest["data"]], newest["has_more"]) == ([mine["id"]], True)


def test_a_plan_changes_with_the_tag_it_was_read_with(counter: Counter) -> None:
    path = load(counter).headers["Location"]
    tag = counter.ask("hr", "GET", path).headers["ETag"]

    untagged = counter.ask("hr", "PUT", path, TERMS)
    done = counter.ask("hr", "PUT", path, TERMS | {"name": "Corretto"}, If_Match=tag)
    stale = counter.ask("marta", "PUT", path, TERMS | {"name": "Altro"}, If_Match=tag)

    assert (untagged.status_code, untagged.mimetype) == (428, "application/problem+json")
    assert (done.status_code, done.get_json()["name"]) == (200, "Corretto")
    assert (stale.status_code, stale.mimetype) == (412, "application/problem+json")
    assert counter.ask("hr", "GET", path).get_json() == done.get_json()
    assert counter.ask("hr", "GET", path, If_None_Match=done.headers["ETag"]).status_code == 304


def test_of_two_changes_at_once_one_is_stale(counter: Counter) -> None:
    path = load(counter).headers["Location"]
    tag = counter.ask("hr", "GET", path).headers["ETag"]
    names = iter(("Uno", "Due", "Tre", "Quattro"))

    def change() -> TestResponse:
        return counter.ask("hr", "PUT", path, TERMS | {"name": next(names)}, If_Match=tag)

    with ThreadPoolExecutor(4) as pool:
        # A thread knows nothing of the clock that the test holds.
        answers = [each.result() for each in [pool.submit(copy_context().run, change) for _ in range(4)]]

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    won = next(answer for answer in answers if answer.status_code == 200)
    assert counter.ask("hr", "GET", path).get_json() == won.get_json()


def test_a_plan_that_granted_something_changes_no_more(counter: Counter) -> None:
    made = load(counter).get_json()
    path = f"/v1/plans/{made['id']}"

    def fund_and_grant(session: Any) -> None:
        factories.funded(session, counter.books["E1"], made["code"])
        factories.grant(session, counter.books["E1"], made["code"], counter.people["giulia"], 100)

    database.transact(fund_and_grant)
    tag = counter.ask("hr", "GET", path).headers["ETag"]
    answer = counter.ask("hr", "PUT", path, TERMS | {"name": "Tardi"}, If_Match=tag)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "plan_in_use")
    assert counter.ask("hr", "GET", path).get_json()["name"] == "Piano 2026"


def test_a_plan_is_renewed_for_the_next_period_with_what_differs(counter: Counter) -> None:
    last = load(counter).get_json()
    changes = {"clusters": [{"cluster": "operai", "amount": {"minor": 70_000}}], "act": {"signed_on": "2026-12-01"}}

    answer = counter.ask("hr", "POST", f"/v1/plans/{last['id']}/renewals", {"changes": changes}, key="2027")
    again = counter.ask("hr", "POST", f"/v1/plans/{last['id']}/renewals", {"changes": changes}, key="2027")

    renewed = answer.get_json()
    assert answer.status_code == 201, answer.text
    plan = renewed["plan"]
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/v1/plans/{plan['id']}")
    assert again.data == answer.data
    assert (plan["code"], plan["starts_on"], plan["spend_by"]) == (
        last["code"].replace("2026", "2027", 1),
        "2027-01-01",
        "2027-11-30",
    )
    assert plan["clusters"][0]["amount"]["minor"] == 70_000
    assert (renewed["act_kept"], plan["act"]["signed_on"]) == (False, "2026-12-01")
    assert plan["act"]["document_ref"] == "Regolamento"
    said = {each["key"]: (each["before"], each["after"]) for each in renewed["differences"]}
    assert said["starts_on"] == ("2026-01-01", "2027-01-01")
    assert said["cluster.operai.amount"] == ("600.00", "700.00")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"months": 0}, "#/months"),
        ({"changes": {"amount": {}}}, "#/changes/amount/minor"),
        ({"changes": {"clusters": [{"remove": True}]}}, "#/changes/clusters/0/cluster"),
        ({"changes": {"act": {"source_type": "X"}}}, "#/changes/act/source_type"),
        ({"changes": {"more": 1}}, "#/changes/more"),
    ],
)
def test_a_change_for_the_next_period_that_is_wrong_is_named(
    counter: Counter, body: dict[str, Any], pointer: str
) -> None:
    last = counter.ask("hr", "GET", "/v1/plans?limit=1").get_json()["data"][0]

    answer = counter.ask("hr", "POST", f"/v1/plans/{last['id']}/renewals", body)

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "#/name"),
        ({"source": "GIFT"}, "#/source"),
        ({"starts_on": "1/1/2026"}, "#/starts_on"),
        ({"categories": []}, "#/categories"),
        ({"categories": ["CARE", "CARE"]}, "#/categories"),
        ({"categories": ["X"]}, "#/categories/0"),
        ({"amount": {"minor": 1.5}}, "#/amount/minor"),
        ({"carry_over_months": 61}, "#/carry_over_months"),
        ({"act": {"source_type": "CCNL", "more": 1}}, "#/act/more"),
        ({"clusters": [{"cluster": "a"}]}, "#/clusters/0/description"),
        ({"id": "pln_x"}, "#/id"),
    ],
)
def test_a_field_that_is_wrong_is_named(counter: Counter, changes: dict[str, Any], pointer: str) -> None:
    answer = load(counter, **changes)

    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.get_json()["errors"]]


@pytest.mark.parametrize(
    ("changes", "status", "refusal"),
    [
        ({"ends_on": "2025-12-31"}, 422, "plan_ends_before_start"),
        ({"clusters": []}, 422, "clusters_missing"),
        ({"source": "MUNICIPAL"}, 409, "plan_source_not_of_funder"),
    ],
)
def test_rules_that_contradict_each_other_are_refused(
    counter: Counter, changes: dict[str, Any], status: int, refusal: str
) -> None:
    answer = load(counter, **changes)

    assert (answer.status_code, answer.get_json()["code"]) == (status, refusal)


@pytest.mark.parametrize(
    ("who", "method", "rest", "status"),
    [
        ("p04", "GET", "", 403),
        ("giulia", "POST", "", 403),
        ("payroll", "POST", "", 403),
        ("accountant", "POST", "/files", 403),
        ("giulia", "PUT", "/pln_x", 403),
        ("payroll", "POST", "/pln_x/renewals", 403),
        ("hr", "GET", "/pln_x", 404),
        ("hr", "PUT", "/pln_x", 404),
        ("marta", "POST", "/pln_x/renewals", 404),
        (None, "GET", "", 401),
    ],
)
def test_others_may_not(counter: Counter, who: str | None, method: str, rest: str, status: int) -> None:
    body = {"POST": {}, "PUT": TERMS}.get(method)

    assert counter.ask(who, method, f"/v1/plans{rest}", body, If_Match="x").status_code == status


def test_a_plan_of_another_book_is_not_found(counter: Counter) -> None:
    foreign = load(counter, "marta", employer="E2").headers["Location"]

    answers = [
        counter.ask("hr", "GET", foreign),
        counter.ask("giulia", "GET", foreign),
        counter.ask("hr", "PUT", foreign, TERMS, If_Match="*"),
        counter.ask("hr", "POST", f"{foreign}/renewals", {}),
    ]

    assert [(answer.status_code, answer.get_json()["code"]) for answer in answers] == [(404, "plan_not_found")] * 4
