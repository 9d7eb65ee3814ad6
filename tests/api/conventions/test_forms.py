"""Files in a request: read beside the fields of their form, and done once under a key."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from api.conventions import keys, smorest
from api.conventions.fields import File, Schema, Text
from ledger import books

MOST = 4_000


class Form(Schema):
    """A file and a word about it."""

    file = File(required=True)
    word = Text(required=True)


class Out(Schema):
    """What was read."""

    said = Text(required=True)


@pytest.fixture
def client(session: Session) -> FlaskClient:
    app = Flask("test", static_folder=None)
    app.config.update(smorest.app_config(), MAX_CONTENT_LENGTH=MOST)
    blueprint = smorest.Blueprint("files", __name__)
    book_id = books.open_book(session, "UP", "Prova")
    counted = iter(range(1, 100))

    @blueprint.post("/files")
    @keys.keyed
    @blueprint.arguments(Form, location="multipart")
    @blueprint.response(201, Out)
    def create(form: dict[str, Any], key: str) -> Any:
        def work() -> dict[str, str]:
            return {"said": f"{next(counted)} {form['word']} {form['file'].read().decode()}"}

        return keys.once(
            session, book_id, work, actor="me", operation="file", key=key, schema=Out, place=lambda _: "/files/1"
        )

    smorest.Api(app).register_blueprint(blueprint)
    return app.test_client()


def send(client: FlaskClient, content: str = "hello", word: str = "budget") -> Any:
    form = {"file": (io.BytesIO(content.encode()), "a.csv"), "word": word}
    return client.post("/files", data=form, headers={"Idempotency-Key": "k"})


def test_the_same_file_and_fields_under_a_key_are_answered_with_the_same_bytes(client: FlaskClient) -> None:
    first, again = send(client), send(client)

    assert first.get_json() == {"said": "1 budget hello"}
    assert (again.status_code, again.data, again.headers["Location"]) == (201, first.data, "/files/1")
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert send(client, content="other").get_json()["code"] == "key_reused"
    assert send(client, word="other").get_json()["code"] == "key_reused"


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        ({"word": "w"}, "#/file"),
        ({"word": "w", "file": "text"}, "#/file"),
        ({"word": "", "file": (io.BytesIO(b"x"), "a.csv")}, "#/word"),
        ({"word": "w", "file": (io.BytesIO(b"x"), "a.csv"), "more": "x"}, "#/more"),
    ],
)
def test_a_form_that_is_wrong_names_its_field(client: FlaskClient, form: dict[str, Any], pointer: str) -> None:
    answer = client.post("/files", data=form, headers={"Idempotency-Key": "k"}, content_type="multipart/form-data")

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]


def test_a_body_that_is_no_form_or_too_large_is_refused(client: FlaskClient) -> None:
    assert client.post("/files", json={}, headers={"Idempotency-Key": "k"}).status_code == 415
    assert send(client, content="x" * (MOST // 2)).status_code == 201
    assert send(client, content="x" * MOST).status_code == 413
