"""Payouts, the bank's answers and clearing over HTTP: the operator settles, a provider reads its own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from sqlalchemy.engine import URL

from config import clock, database, settings
from ledger import seals, verification
from tests.api.v1.offices import NOW, Offices, opened
from tests.wallet.settlement import bank
from wallet.settlement import terms

# What was captured in March and April, by provider; cents. P25: 40,00 and 80,00 less 40,00 refunded.
OWED = {"P02": 13_000, "P25": 8_000, "P18": 6_000}
TODAY = "2026-05-04"


@pytest.fixture
def offices(server: URL, template: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    """Offices of the test's own: each settles them in its way."""
    with opened(server, template, f"settling_{worker_id}", tmp_path_factory.mktemp("settling")) as found:
        yield found


def ask(offices: Offices, who: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
    return offices.counter.ask(who, method, path, body, **more)


def prepared(offices: Offices, reference: str = "MAGGIO") -> Any:
    answer = ask(offices, "operator", "POST", "/v1/payout_runs", {"reference": reference})
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def paid(offices: Offices, *entries: str, key: str | bool = True) -> Any:
    """Send the bank's statement of these movements."""
    content = bank.statement(*entries).encode()
    sent = {"Authorization": f"Bearer {offices.counter.secrets['operator']}"}
    if key is not False:
        offices.counter.used[0] += 1
        sent["Idempotency-Key"] = f"bank-{offices.counter.used[0]}" if key is True else str(key)
    return offices.counter.client.post(
        "/v1/bank_statements", data={"file": (io.BytesIO(content), "camt053.xml")}, headers=sent
    )


def clean(offices: Offices) -> None:
    for book_id in offices.counter.books.values():
        assert not database.transact(lambda session, book_id=book_id: verification.verify(session, book_id))


def test_a_run_is_proposed_prepared_once_paid_and_read(offices: Offices) -> None:
    body = {"reference": "MAGGIO"}

    proposed = ask(offices, "operator", "POST", "/v1/payout_runs/simulate", body, key=False)
    none = ask(offices, "operator", "GET", "/v1/payout_runs").get_json()["data"]
    first = ask(offices, "operator", "POST", "/v1/payout_runs", body, key="maggio")
    again = ask(offices, "operator", "POST", "/v1/payout_runs", body, key="maggio")
    other = ask(offices, "operator", "POST", "/v1/payout_runs", {"reference": "ALTRO"}, key="maggio")
    run = first.get_json()
    transfers = ask(offices, "operator", "GET", f"/v1/payouts?run={run['id']}").get_json()["data"]

    assert (proposed.status_code, none) == (200, [])
    assert proposed.get_json()["total_minor"] == run["total_minor"]
    assert (proposed.get_json()["id"], proposed.get_json()["states"]) == ("", run["states"])
    assert first.headers["Location"] == f"/v1/payout_runs/{run['id']}"
    assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    amounts = {each["provider"]: each["amount_minor"] for each in transfers}
    assert {provider: amounts.get(provider) for provider in OWED} == OWED
    assert sum(each["amount_minor"] for each in transfers) == run["total_minor"]
    assert ask(offices, "operator", "GET", first.headers["Location"]).get_json() == run

    mine = next(each for each in transfers if each["provider"] == "P25")
    done = paid(offices, bank.entry(bank.Tx("80.00", end_to_end_id=mine["id"]), booked_on=TODAY))
    assert done.status_code == 201, done.text
    assert [match["payout_id"] for match in done.get_json()["paid"]] == [mine["id"]]
    told = ask(offices, "p25", "GET", f"/v1/payouts/{mine['id']}").get_json()
    assert (told["state"], told["ended_on"], told["amount_minor"]) == ("paid", TODAY, 8_000)
    assert told["reason"] is None
    clean(offices)


def test_a_run_under_other_fees_than_the_one_before_says_so(
    offices: Offices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prepared(offices)
    mine = ask(offices, "p25", "GET", "/v1/payouts").get_json()["data"][0]
    ask(offices, "operator", "POST", f"/v1/payouts/{mine['id']}/withdrawals", {"reason": "file perso"})
    path = tmp_path / "terms.toml"
    path.write_text(terms.SHIPPED.read_text("utf-8").replace("basis_points = 0\n", "basis_points = 500\n", 1), "utf-8")
    monkeypatch.setenv("BORSELLINO_TERMS", str(path))
    settings.load.cache_clear()

    proposed = ask(offices, "operator", "POST", "/v1/payout_runs/simulate", {"reference": "GIUGNO"}, key=False)
    second = prepared(offices, "GIUGNO")

    assert first["fees_differ_from"] is None
    assert proposed.get_json()["fees_differ_from"] == second["fees_differ_from"] == "MAGGIO"
    assert (second["fee_minor"], second["total_minor"]) == (400, 7_600)


@pytest.mark.parametrize("form", ["cbi", "iso"])
def test_the_banks_file_holds_each_payment(offices: Offices, form: str) -> None:
    run = prepared(offices)

    answer = ask(offices, "operator", "GET", f"/v1/payout_runs/{run['id']}/file?format={form}")

    root = ElementTree.fromstring(answer.data)
    ids = [element.text for element in root.iter() if element.tag.endswith("EndToEndId")]
    assert answer.headers["Content-Disposition"] == f"attachment; filename=MAGGIO-{form}.xml"
    assert answer.mimetype == "application/xml"
    assert len(ids) == run["payments"]


def test_a_provider_reads_its_own_payouts_and_no_person(offices: Offices) -> None:
    prepared(offices)

    own = ask(offices, "p25", "GET", "/v1/payouts").get_json()["data"]
    everybody = ask(offices, "operator", "GET", "/v1/payouts?limit=100").get_json()["data"]
    lines = ask(offices, "p25", "GET", f"/v1/payouts/{own[0]['id']}/lines").get_json()["data"]
    network = ask(offices, "operator", "GET", f"/v1/payouts/{own[0]['id']}/lines").get_json()["data"]
    other = next(each for each in everybody if each["provider"] == "P02")

    assert [each["provider"] for each in own] == ["P25"]
    assert sorted(line["amount_minor"] for line in lines) == [-4_000, 4_000, 8_000]
    assert {line["funder"] for line in lines} == {None}
    assert {line["funder"] for line in network} == {"E1", "E3"}
    assert set(lines[0]) == {
        "id", "authorization_id", "service", "service_name", "funder", "amount_minor", "fee_basis_points", "fee_minor",
        "net_minor", "currency", "due_on", "returned",
    }  # fmt: skip
    for path in (f"/v1/payouts/{other['id']}", f"/v1/payouts/{other['id']}/lines"):
        answer = ask(offices, "p25", "GET", path)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "payment_not_found")
    assert ask(offices, "p25", "GET", "/v1/payouts?provider=P02").get_json()["data"] == []


def test_the_calendar_tells_what_is_paid_when(offices: Offices) -> None:
    before = ask(offices, "p25", "GET", "/v1/payouts/calendar").get_json()
    prepared(offices)
    after = ask(offices, "p25", "GET", "/v1/payouts/calendar").get_json()
    named = ask(offices, "operator", "GET", "/v1/payouts/calendar?provider=P25").get_json()

    assert (before["owed_minor"], before["as_of"]) == (8_000, "2026-05-04")
    assert {one["state"] for one in before["data"]} == {"overdue", "deducted"}
    assert sum(one["gross_minor"] for one in before["data"]) == 8_000
    assert (before["in_payment_minor"], after["in_payment_minor"], after["owed_minor"]) == (0, 8_000, 0)
    assert [(one["state"], one["day"], one["payout_id"][:6]) for one in after["data"]] == [
        ("proposed", TODAY, "MAGGIO")
    ]
    assert named == after
    for who, path in (("p25", "?provider=P02"), ("operator", "?provider=P99")):
        answer = ask(offices, who, "GET", f"/v1/payouts/calendar{path}")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "provider_not_found")
    nobodys = ask(offices, "operator", "GET", "/v1/payouts/calendar")
    assert (nobodys.status_code, nobodys.get_json()["errors"][0]["pointer"]) == (422, "?provider")


def test_a_payout_that_never_left_is_withdrawn_and_payable_again(offices: Offices) -> None:
    prepared(offices)
    mine = ask(offices, "p25", "GET", "/v1/payouts").get_json()["data"][0]
    path = f"/v1/payouts/{mine['id']}/withdrawals"

    first = ask(offices, "operator", "POST", path, {"reason": "file perso"}, key="ritiro")
    again = ask(offices, "operator", "POST", path, {"reason": "file perso"}, key="ritiro")
    twice = ask(offices, "operator", "POST", path, {"reason": "file perso"})

    assert (first.status_code, first.get_json()["state"], first.get_json()["reason"]) == (201, "failed", "file perso")
    assert again.data == first.data
    assert (twice.status_code, twice.get_json()["code"]) == (409, "payment_state_wrong")
    assert prepared(offices, "DI-NUOVO")["total_minor"] == 8_000
    clean(offices)


def test_what_the_bank_tells_otherwise_waits_for_a_person(offices: Offices) -> None:
    prepared(offices)
    mine = ask(offices, "p25", "GET", "/v1/payouts").get_json()["data"][0]
    entries = (
        bank.entry(bank.Tx("79.99", end_to_end_id=mine["id"]), booked_on=TODAY),
        bank.entry(bank.Tx("80.00", remittance="boh"), booked_on=TODAY),
    )

    first = paid(offices, *entries, key="estratto")
    again = paid(offices, *entries, key="estratto")
    known = paid(offices, *entries)
    waiting = ask(offices, "operator", "GET", "/v1/bank_lines").get_json()["data"]
    wrong, right = (next(line for line in waiting if line["amount_minor"] == amount) for amount in (7_999, 8_000))
    told = {"reason": "ho chiamato la banca"}
    bad = ask(offices, "operator", "POST", f"/v1/bank_lines/{wrong['id']}/resolutions",
              told | {"payout_id": mine["id"]})  # fmt: skip
    neither = ask(offices, "operator", "POST", f"/v1/bank_lines/{wrong['id']}/resolutions", told)
    ours = ask(offices, "operator", "POST", f"/v1/bank_lines/{right['id']}/resolutions",
               told | {"payout_id": mine["id"]})  # fmt: skip
    no = ask(offices, "operator", "POST", f"/v1/bank_lines/{wrong['id']}/resolutions", told | {"not_ours": True})

    assert {match["why"] for match in first.get_json()["unmatched"]} == {"amount_differs", "no_payment"}
    assert again.data == first.data
    assert known.get_json()["known"] == 2
    assert (bad.status_code, bad.get_json()["code"]) == (409, "bank_line_differs")
    assert (neither.status_code, neither.get_json()["errors"][0]["pointer"]) == (422, "#/payout_id")
    assert ours.get_json() == {"line_id": right["id"], "payout_id": mine["id"], "state": "paid"}
    assert no.get_json()["state"] is None
    assert ask(offices, "operator", "GET", "/v1/bank_lines").get_json()["data"] == []
    clean(offices)


def test_a_file_that_is_no_statement_is_refused(offices: Offices) -> None:
    prepared(offices)
    sent = {"Authorization": f"Bearer {offices.counter.secrets['operator']}", "Idempotency-Key": "x"}
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'

    for content, code in ((b"no", "confirmation_unreadable"), (bomb, "confirmation_unsafe")):
        answer = offices.counter.client.post(
            "/v1/bank_statements", data={"file": (io.BytesIO(content), "x.xml")}, headers=sent
        )
        assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    nothing = offices.counter.client.post("/v1/bank_statements", data={}, headers=sent)
    assert nothing.status_code in (415, 422)


def test_a_month_is_cleared_once_read_and_reopened(offices: Offices) -> None:
    first = ask(offices, "operator", "POST", "/v1/clearings", {"month": "2026-03"}, key="marzo")
    again = ask(offices, "operator", "POST", "/v1/clearings", {"month": "2026-03"}, key="marzo")
    made = first.get_json()
    reopened = ask(offices, "operator", "POST", f"{first.headers['Location']}/reopenings", {"reason": "errore"})
    anew = ask(offices, "operator", "POST", "/v1/clearings", {"month": "2026-03"}).get_json()
    stale = ask(offices, "operator", "POST", f"{first.headers['Location']}/reopenings", {"reason": "errore"})
    listed = ask(offices, "operator", "GET", "/v1/clearings").get_json()["data"]

    assert (first.status_code, made["month"], made["version"], made["state"]) == (201, "2026-03", 1, "closed")
    assert again.data == first.data
    assert sum(position["position_minor"] for position in made["positions"]) == 0
    assert {position["party"] for position in made["positions"]} >= {"cremona", "trapani"}
    assert {flow["funder"] for flow in made["flows"]} == {"E1", "E3"}
    assert (reopened.get_json()["state"], reopened.get_json()["reopened_reason"]) == ("reopened", "errore")
    assert (anew["version"], anew["positions"]) == (2, made["positions"])
    assert (stale.status_code, stale.get_json()["code"]) == (404, "clearing_not_found")
    assert [(each["version"], each["state"]) for each in listed] == [(2, "closed"), (1, "reopened")]
    assert ask(offices, "operator", "GET", f"/v1/clearings/{listed[0]['id']}").get_json() == anew
    clean(offices)


REFUSED = [
    ("operator", "POST", "/v1/payout_runs", {"reference": "àè"}, 422, "payout_reference_invalid"),
    ("operator", "POST", "/v1/payout_runs", {"reference": "R", "execute_on": "2026-05-03"}, 409, "execution_date_past"),
    ("operator", "POST", "/v1/payout_runs", {"reference": "R", "execute_on": "2026-05-09"}, 409,
     "execution_date_closed"),
    ("operator", "POST", "/v1/payout_runs", {"reference": "R", "due_by": "2026-01-01"}, 409, "payout_empty"),
    ("operator", "POST", "/v1/payout_runs", {"reference": "R", "advances": [{"funder": "E99", "reason": "x"}]}, 404,
     "book_not_found"),
    ("operator", "POST", "/v1/payout_runs", {}, 422, "fields_invalid"),
    ("operator", "GET", "/v1/payout_runs/pay_x", None, 404, "payout_not_found"),
    ("operator", "GET", "/v1/payout_runs/pay_x/file", None, 404, "payout_not_found"),
    ("operator", "GET", "/v1/payout_runs/pay_x/left_lines", None, 404, "payout_not_found"),
    ("operator", "GET", "/v1/payouts/R-00001", None, 404, "payment_not_found"),
    ("operator", "POST", "/v1/payouts/R-00001/withdrawals", {"reason": "x"}, 404, "payment_not_found"),
    ("operator", "POST", "/v1/bank_lines/bkl_x/resolutions", {"not_ours": True, "reason": "x"}, 404,
     "bank_line_not_found"),
    ("operator", "POST", "/v1/clearings", {"month": "2026-05"}, 409, "clearing_month_not_over"),
    ("operator", "POST", "/v1/clearings", {"month": "maggio"}, 422, "fields_invalid"),
    ("operator", "GET", "/v1/clearings/clr_x", None, 404, "clearing_run_not_found"),
    ("operator", "POST", "/v1/clearings/clr_x/reopenings", {"reason": "x"}, 404, "clearing_run_not_found"),
    ("operator", "GET", "/v1/payouts?starting_after=R-00001", None, 422, "cursor_unknown"),
]  # fmt: skip
NOT_THEIRS = [
    ("GET", "/v1/payout_runs"), ("POST", "/v1/payout_runs"), ("POST", "/v1/payout_runs/simulate"),
    ("GET", "/v1/payout_runs/pay_x"), ("GET", "/v1/payout_runs/pay_x/file"), ("POST", "/v1/payouts/x/withdrawals"),
    ("GET", "/v1/bank_lines"), ("POST", "/v1/bank_lines/x/resolutions"), ("POST", "/v1/bank_statements"),
    ("GET", "/v1/clearings"), ("POST", "/v1/clearings"), ("GET", "/v1/clearings/x"),
    ("POST", "/v1/clearings/x/reopenings"),
]  # fmt: skip


@pytest.fixture(scope="module")
def untouched(
    server: URL, template: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Offices]:
    with opened(server, template, f"untouched_{worker_id}", tmp_path_factory.mktemp("untouched")) as found:
        yield found


@pytest.mark.parametrize(("who", "method", "path", "body", "status", "code"), REFUSED)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    untouched: Offices, who: str, method: str, path: str, body: Any, status: int, code: str
) -> None:
    with clock.at(NOW):
        answer = ask(untouched, who, method, path, body)

        assert (answer.status_code, answer.get_json()["code"]) == (status, code)
        assert ask(untouched, "operator", "GET", "/v1/payout_runs").get_json()["data"] == []


def test_the_head_of_each_chain_is_told_to_whom_the_book_is(untouched: Offices) -> None:
    with clock.at(NOW):
        own = ask(untouched, "accountant", "GET", "/v1/seals").get_json()["data"]
        every = ask(untouched, "operator", "GET", "/v1/seals").get_json()["data"]
        first = ask(untouched, "operator", "GET", "/v1/seals?limit=1").get_json()
        rest = ask(untouched, "operator", "GET", f"/v1/seals?starting_after={every[0]['id']}").get_json()
        # How many entries there are tells the personnel office, minute by minute, that somebody bought.
        others = ("giulia", "hr", "payroll", "comune", "p25")
        refused = {ask(untouched, who, "GET", "/v1/seals").status_code for who in others}
    head = database.transact(lambda session: seals.head(session, untouched.counter.books["E1"]))

    assert head is not None
    assert [(each["id"], each["seq"], each["link_hash"]) for each in own] == [("E1", head.seq, head.link_hash.hex())]
    assert [each["id"][:3] for each in every] == ["E1", "E3", "PUB"]
    # Nothing was sealed in the municipality's book.
    assert (every[2]["seq"], every[2]["link_hash"]) == (None, None)
    assert every[2]["waiting"] > 0
    assert (first["data"], first["has_more"], rest["data"]) == (every[:1], True, every[1:])
    assert refused == {403}


@pytest.mark.parametrize("who", ["giulia", "hr", "payroll", "accountant", "comune", "p25", "marta"])
def test_only_the_operator_settles(untouched: Offices, who: str) -> None:
    with clock.at(NOW):
        for method, path in NOT_THEIRS:
            answer = ask(untouched, who, method, path, {} if method == "POST" else None)
            assert (answer.status_code, answer.get_json()["code"]) == (403, "not_allowed"), path
        reads = ask(untouched, who, "GET", "/v1/payouts").status_code
    assert reads == (200 if who == "p25" else 403)
