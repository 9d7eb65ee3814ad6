"""Bodies that no honest program sends are refused with what is wrong, over real sockets too, and change nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from config import database
from tests.api.counter import Counter
from tests.api.running.site import Site, furnished
from tests.conftest import _administer, make_database

GOOD = b'{"service": "PSI-CR", "quantity": 1}'
JSON = "application/json"
BAD = [
    pytest.param(b'{"service": "PSI-CR", ', JSON, 400, "body_unreadable", id="broken"),
    pytest.param(b"\xff\xfe{}", JSON, 400, "body_unreadable", id="not UTF-8"),
    pytest.param(b'{"service": "PSI-CR", "service": "PSI-MI"}', JSON, 400, "body_unreadable", id="a name twice"),
    pytest.param(b'{"service": "PSI-CR", "quantity": NaN}', JSON, 400, "body_unreadable", id="NaN"),
    pytest.param(b'{"service": "PSI-CR", "quantity": -Infinity}', JSON, 400, "body_unreadable", id="Infinity"),
    pytest.param(b'{"service": "PSI-CR", "quantity": 1e400}', JSON, 400, "body_unreadable", id="1e400"),
    pytest.param(b'{"quantity": ' + b"9" * 5_000 + b"}", JSON, 400, "body_unreadable", id="too many digits"),
    pytest.param(b"[" * 10_000 + b"]" * 10_000, JSON, 400, "body_unreadable", id="10,000 deep"),
    pytest.param(b'{"relative_id":' * 900 + b"1" + b"}" * 900, JSON, 422, "fields_invalid", id="900 deep"),
    pytest.param(b"[]", JSON, 422, "fields_invalid", id="a list"),
    pytest.param(b'"text"', JSON, 422, "fields_invalid", id="a text"),
    pytest.param(b"null", JSON, 422, "fields_invalid", id="null"),
    pytest.param(GOOD, "text/plain", 415, "media_type_refused", id="plain text"),
    pytest.param(GOOD, "application/x-www-form-urlencoded", 415, "media_type_refused", id="a form"),
    pytest.param(GOOD, "", 415, "media_type_refused", id="no type"),
    pytest.param(GOOD.decode().encode("utf-16"), f"{JSON}; charset=utf-16", 415, "media_type_refused", id="UTF-16"),
    pytest.param(gzip.compress(GOOD), JSON, 400, "body_unreadable", id="compressed"),
    pytest.param(b'{"service": "' + b"x" * 1_100_000 + b'"}', JSON, 413, "request_entity_too_large", id="too large"),
    pytest.param(b'{"service": "\\ud800", "quantity": 1}', JSON, 422, "fields_invalid", id="half a character"),
    pytest.param(b'{"service": "\\u0000", "quantity": 1}', JSON, 422, "fields_invalid", id="NUL"),
    pytest.param(b'{"service": "PSI-CR", "quantity": 1, "x": 1}', JSON, 422, "fields_invalid", id="an unknown field"),
]


@pytest.fixture(scope="module")
def site(server: URL, template: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    name = f"bodies_{worker_id}"
    address = make_database(server, name, copy_of=template.database)
    site = Site(address, furnished(address), tmp_path_factory.mktemp("site")).started()
    yield site
    site.stop()
    _administer(server, f"drop database {name} with (force)")


def purchases(site: Site) -> int:
    engine = database.make_engine(site.address)
    with engine.connect() as connection:
        found: int = connection.execute(sa.text('select count(*) from "authorization"')).scalar_one()
    engine.dispose()
    return found


@pytest.mark.parametrize("path", ["/v1/authorizations", "/v1/authorizations/simulate"])
@pytest.mark.parametrize(("body", "kind", "status", "code"), BAD)
def test_a_bad_body_is_refused(counter: Counter, path: str, body: bytes, kind: str, status: int, code: str) -> None:
    headers = {"Authorization": f"Bearer {counter.secrets['giulia']}", "Idempotency-Key": "bad", "Content-Type": kind}

    answer = counter.client.post(path, data=body, headers=headers)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code), answer.text
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("language", ["it", "en"])
def test_what_is_wrong_is_told_in_the_language_asked_for(counter: Counter, language: str) -> None:
    answers = [
        counter.ask("giulia", "POST", "/v1/authorizations", {"quantity": 1}, Accept_Language=language),
        counter.ask("giulia", "DELETE", "/v1/authorizations", Accept_Language=language),
        counter.ask("giulia", "GET", "/v1/nothing", Accept_Language=language),
        counter.client.post("/v1/authorizations", data=b"{", headers={"Accept-Language": language}),
    ]

    for answer in answers:
        assert answer.headers["Content-Language"] == language
        assert "Accept-Language" in answer.headers["Vary"]
    (missing,) = answers[0].get_json()["errors"]
    assert missing == {
        "pointer": "#/service",
        "detail": {"it": "Manca un campo obbligatorio.", "en": "Missing data for required field."}[language],
    }
    assert set(answers[1].headers["Allow"].split(", ")) >= {"GET", "POST"}
    assert answers[3].headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.slow
@pytest.mark.parametrize(("body", "kind", "status", "code"), BAD)
def test_a_bad_body_is_refused_over_a_socket(site: Site, body: bytes, kind: str, status: int, code: str) -> None:
    before = purchases(site)

    answer = site.ask("giulia", "POST", "/v1/authorizations", body, key="bad", Content_Type=kind)

    assert (answer.status, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert purchases(site) == before


def _request(site: Site, *headers: str) -> bytes:
    lines = (
        "POST /v1/authorizations HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {site.counter.secrets['giulia']}",
        "Content-Type: application/json",
        *headers,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _chunks(body: bytes, size: int = 65_536) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.slow
def test_a_body_in_chunks_is_read_like_any_other(site: Site) -> None:
    head = _request(site, "Transfer-Encoding: chunked", "Idempotency-Key: chunked", "Connection: close")

    answer = site.raw(head + _chunks(GOOD, 7))

    assert (answer.status, answer.json()["status"]) == (201, "authorized")


@pytest.mark.slow
def test_a_body_in_chunks_without_an_end_is_cut_off(site: Site) -> None:
    head = _request(site, "Transfer-Encoding: chunked", "Idempotency-Key: endless", "Connection: close")
    before = purchases(site)

    answer = site.raw(head + _chunks(json.dumps({"service": "x" * 1_500_000}).encode()))

    assert (answer.status, answer.json()["code"]) == (413, "request_entity_too_large")
    assert purchases(site) == before


@pytest.mark.slow
def test_a_body_that_says_it_is_too_large_is_not_waited_for(site: Site) -> None:
    answer = site.raw(_request(site, "Content-Length: 5000000000", "Idempotency-Key: large", "Connection: close"))

    assert (answer.status, answer.json()["code"]) == (413, "request_entity_too_large")


@pytest.mark.slow
@pytest.mark.parametrize(
    "sent",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/authorizations HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n",
        b"no such thing\r\n\r\n",
    ],
    ids=["two lengths", "a negative length", "a long line", "a long header", "no HTTP"],
)
def test_what_is_no_request_is_refused_before_the_application(site: Site, sent: bytes) -> None:
    assert 400 <= site.raw(sent).status < 500


@pytest.mark.slow
def test_it_still_serves(site: Site) -> None:
    assert site.buy("still").status == 201
