"""The document of the API says enough to make a client from."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner

from api.access import cookies
from api.cli.program import program
from tests.api.counter import Counter


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "patch", "delete")
    }


def test_the_document_is_whole(counter: Counter) -> None:
    document = counter.client.get("/docs/openapi.json").get_json()

    assert document["openapi"].startswith("3.1")
    assert document["info"]["license"]["identifier"] == "EUPL-1.2"
    assert "Idempotency-Key" in document["info"]["description"]
    assert document["servers"][0]["url"] == "/"
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    described = {tag["name"] for tag in document["tags"] if tag.get("description")}
    for name, operation in operations(document).items():
        assert operation["summary"], name
        assert set(operation["tags"]) <= described, name
        assert "default" not in operation["responses"], name


def test_who_asks_says_so_with_a_token_or_with_a_cookie(counter: Counter) -> None:
    document = counter.client.get("/docs/openapi.json").get_json()
    cookie = document["components"]["securitySchemes"]["session"]

    assert (cookie["type"], cookie["in"], cookie["name"]) == ("apiKey", "cookie", cookies.name(cookies.SESSION))
    assert all(name in cookie["description"] for name in ("Sec-Fetch-Site", "Origin", "cross_site_refused"))
    for name, operation in operations(document).items():
        ways = operation.get("security", [])
        assert [list(way) for way in ways] in ([], [["token"], ["session"]]), name
        assert len({str(list(way.values())) for way in ways}) <= 1, name


def test_the_command_prints_what_is_served(counter: Counter) -> None:
    printed = CliRunner().invoke(program, ["openapi"], catch_exceptions=False)

    assert json.loads(printed.stdout) == counter.client.get("/docs/openapi.json").get_json()


def test_what_has_an_id_says_it_first(counter: Counter) -> None:
    schemas = counter.client.get("/docs/openapi.json").get_json()["components"]["schemas"]
    names = {name: list(schema.get("properties", ())) for name, schema in schemas.items()}
    later = {name for name, properties in names.items() if "id" in properties and properties[0] != "id"}

    assert later == set()
    assert next(iter(counter.ask("giulia", "GET", f"/v1/authorizations/{counter.buy()['id']}").get_json())) == "id"
