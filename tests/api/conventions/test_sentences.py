"""What libraries say of a field is said in Italian too, all of it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from http import HTTPStatus

import marshmallow as ma
import pytest
from marshmallow import fields, validate

from api.conventions import sentences
from api.errors import DatabaseUnavailable
from config.database import ROOT

# What no schema of ours uses: addresses of networks, and what is only said when something is written out.
UNUSED = ("IP", "cannot be formatted")


def said() -> Iterator[str]:
    for _, field in inspect.getmembers(fields, inspect.isclass):
        yield from map(str, getattr(field, "default_error_messages", {}).values())
    yield from (str(sentence) for sentence in ma.Schema._default_error_messages.values())
    checks = (
        validate.Length(1, 2), validate.Length(min=1), validate.Length(max=2), validate.Length(equal=3),
        validate.Range(1, 2), validate.Range(min=1), validate.Range(max=2),
        validate.Range(1, 2, min_inclusive=False), validate.Range(max=2, max_inclusive=False),
        validate.OneOf("ab"), validate.Equal("a"), validate.ContainsOnly("ab"), validate.ContainsNoneOf("z"),
        validate.Regexp("a"), validate.Email(), validate.URL(),
    )  # fmt: skip
    for check in checks:
        for wrong in ("zzzz", "", 0, 3):
            try:
                check(wrong)  # type: ignore[operator]
            except ma.ValidationError as error:
                yield from map(str, error.messages)
            except TypeError:
                continue


def filled(text: str) -> Iterator[str]:
    for kind, aware in (("datetime", "aware"), ("datetime", "naive"), ("time", ""), ("date", "")):
        whole = text.replace("{obj_type}", kind).replace("{awareness}", aware)
        if "{" not in whole and "  " not in whole:
            yield whole


SAID = sorted({whole for text in said() if not any(word in text for word in UNUSED) for whole in filled(text)})


@pytest.mark.parametrize("sentence", SAID)
def test_a_field_is_told_what_is_wrong_in_italian(sentence: str) -> None:
    assert sentences.of_field(sentence, "it") != sentence
    assert sentences.of_field(sentence, "en") == sentence


def test_enough_is_said() -> None:
    assert len(SAID) > 30


OURS = sorted(
    {
        sentence
        for path in (ROOT / "api").rglob("*.py")
        for sentence in re.findall(r'ValidationError\(\s*"([^"{]+\.?)"', path.read_text(encoding="utf-8"))
    }
)


@pytest.mark.parametrize("sentence", OURS)
def test_what_our_own_schemas_say_is_said_in_italian_too(sentence: str) -> None:
    assert sentences.of_field(sentence, "it") != sentence


def test_bounds_stand_in_the_italian_sentence() -> None:
    sentence = "Must be greater than or equal to 1 and less than or equal to 100."

    assert sentences.of_field(sentence, "it") == "Deve stare fra 1 e 100."


@pytest.mark.parametrize("status", [400, 404, 405, 406, 411, 412, 413, 414, 415, 428, 429, 431])
def test_a_status_of_the_framework_is_told_in_both_languages(status: int) -> None:
    assert sentences.of_status(HTTPStatus(status), "it") != sentences.of_status(HTTPStatus(status), "en")


def test_a_client_is_not_told_where_the_database_is() -> None:
    refusal = DatabaseUnavailable(reason="connection to server at 10.0.0.3 failed")

    assert "10.0.0.3" not in sentences.of_refusal(refusal, "en") + sentences.of_refusal(refusal, "it")
