"""A body is read in one way or not at all."""

from __future__ import annotations

import pytest

from api.conventions.bodies import read_json
from api.conventions.problems import BodyUnreadable


def test_a_text_that_is_json_is_read() -> None:
    assert read_json('{"a": [1, 1.5, null, true, "è"]}'.encode()) == {"a": [1, 1.5, None, True, "è"]}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"a": 1, "a": 2}',
        b'{"x": {"a": 1, "a": 1}}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 10_000,
        '{"a": "è"}'.encode("latin-1"),
        b"\xff\xfe{\x00}\x00",
    ],
    ids=lambda raw: raw[:16].decode("latin-1"),
)
def test_what_can_be_read_in_two_ways_or_in_none_is_refused(raw: bytes) -> None:
    with pytest.raises(BodyUnreadable) as refused:
        read_json(raw)

    assert refused.value.text("it") != refused.value.text("en")
