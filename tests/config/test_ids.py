"""Identifiers: a prefix and a ULID, one at a time or many of one moment."""

from __future__ import annotations

import pytest
from ulid import ULID

from config import ids


def test_an_identifier_is_a_prefix_and_a_ulid() -> None:
    prefix, _, rest = ids.new("lot").partition("_")

    assert (prefix, str(ULID.from_str(rest))) == ("lot", rest)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 5_000])
def test_many_identifiers_are_all_different_ulids_of_one_moment_in_ascending_order(count: int) -> None:
    made = ids.many("lot", count)

    assert made == sorted(set(made))
    assert len(made) == count
    assert len({ULID.from_str(name.removeprefix("lot_")).milliseconds for name in made}) == min(count, 1)


def test_what_is_made_later_sorts_later() -> None:
    earlier = ids.many("lot", 3)[0]

    assert earlier[:14] <= ids.new("lot")[:14]
