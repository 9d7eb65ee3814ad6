"""What would be code somewhere else is text here: in every field of every operation, in paths and in queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from api.conventions import smorest
from config import database
from tests.api.contract.test_matrix import ROLES, ROWS, operations
from tests.api.counter import Counter

ATTACKS = (
    "'; drop table token; --",
    '" or ""="',
    "{{ 7 * 7 }}${7*7}<%= 7*7 %>{% include '/etc/passwd' %}",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "%s%n%x{0.__class__}",
    "a\r\nSet-Cookie: x=1",
)


def who_may(method: str, path: str) -> str | None:
    cells = ROWS[method, path]
    return next((who for cell, who in zip(cells, ROLES.values(), strict=True) if cell in "x*"), None)


def resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        return dict(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return resolved(schema["anyOf"][0], document)
    return schema


def value(schema: Mapping[str, Any], document: Mapping[str, Any], attack: str) -> Any:
    """A value of this schema in which every text is the attack, unless only some texts are let in."""
    schema = resolved(schema, document)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if kind == "object":
        return {name: value(inside, document, attack) for name, inside in schema.get("properties", {}).items()}
    if kind == "array":
        return [value(schema.get("items", {}), document, attack)]
    if kind == "integer":
        return max(1, schema.get("minimum", 1))
    if kind == "number":
        return 1
    if kind == "boolean":
        return True
    if schema.get("format") == "date":
        return "2026-03-02"
    return attack


def cases() -> Iterator[tuple[str, str]]:
    for method, path in ROWS:
        if who_may(method, path) is not None:
            yield method, path


@pytest.fixture(scope="module")
def document(furnished: Counter) -> Any:
    return smorest.document(furnished.app)


def rows() -> dict[str, int]:
    """How many rows the tables have that no attack may touch."""
    tables = ("member", "token", "employee", "plan", "book", "lot", "entry", "posting")
    with database.transaction() as session:
        return {table: int(session.scalar(sa.text(f"select count(*) from {table}")) or 0) for table in tables}


@pytest.mark.parametrize(("method", "path"), list(cases()))
def test_code_is_only_text(counter: Counter, document: Any, method: str, path: str) -> None:
    said = {(verb, place): one for verb, place, one in operations(document)}[method, path]
    who = who_may(method, path)
    content = said.get("requestBody", {}).get("content", {})
    schema = next((one["schema"] for kind, one in content.items() if "json" in kind), None)
    before = rows()

    for attack in ATTACKS:
        place = path
        for parameter in said.get("parameters", []):
            if parameter.get("in") == "path":
                place = place.replace(f"{{{parameter['name']}}}", attack.replace("/", "%2F").replace("%s%n%x", "%25s"))
        query = {
            parameter["name"]: attack
            for parameter in said.get("parameters", [])
            if parameter.get("in") == "query" and parameter["schema"].get("type") == "string"
        }
        body = None if schema is None else value(schema, document, attack)
        headers = {"Authorization": f"Bearer {counter.secrets[who]}"} if who else {}
        headers |= {"Idempotency-Key": attack.replace("\r\n", " "), "If-Match": '"x"'}
        more: dict[str, Any] = {} if body is None else {"json": body}
        answer = counter.client.open(place, method=method, query_string=query, headers=headers, **more)

        assert answer.status_code < 500, (attack, answer.text)
        assert "49" not in answer.headers.get("Location", "")
        assert answer.mimetype != "text/html" or "<script>alert" not in answer.text
        assert "x=1" not in answer.headers.get("Set-Cookie", "")
    after = rows()
    assert {table: after[table] >= count for table, count in before.items()} == dict.fromkeys(before, True)
