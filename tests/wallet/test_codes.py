"""Redemption codes survive being read aloud, typed badly and written on paper."""

from __future__ import annotations

import re

import pytest

from wallet import codes
from wallet.errors import CodeInvalid

# Codes with every symbol of the alphabet somewhere, each with its check symbol.
SAMPLES = [codes.new() for _ in range(40)]


def symbols(code: str) -> str:
    return code.replace("-", "")


def test_a_code_is_three_groups_of_four_symbols_without_i_l_o_u() -> None:
    for code in SAMPLES:
        assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)


def test_codes_do_not_repeat() -> None:
    assert len({codes.new() for _ in range(2_000)}) == 2_000


def test_the_check_symbol_is_the_one_worked_out_by_hand() -> None:
    # Body 00000000001: the last symbol counts double, 2; what lacks to 32 is 30, the symbol Y.
    assert codes.normalize("0000-0000-001Y") == "0000-0000-001Y"
    # Body 000000000Z0: Z is 31 in a single place; 1 lacks.
    assert codes.normalize("0000-0000-0Z01") == "0000-0000-0Z01"
    # Body 0000000000Z: 31 doubled is 62, written 1 30 in base 32, which adds up to 31; 1 lacks.
    assert codes.normalize("0000-0000-00Z1") == "0000-0000-00Z1"


def test_every_single_wrong_symbol_is_caught() -> None:
    for code in SAMPLES:
        plain = symbols(code)
        for position, right in enumerate(plain):
            for wrong in codes.ALPHABET:
                if wrong == right:
                    continue
                with pytest.raises(CodeInvalid):
                    codes.normalize(plain[:position] + wrong + plain[position + 1 :])


def test_two_neighbours_in_the_wrong_order_are_caught_unless_they_are_0_and_z() -> None:
    for first in codes.ALPHABET:
        for second in codes.ALPHABET:
            # Symbols in an even and an odd place, and the check symbol that makes the code valid.
            body = f"7K3F9QW{first}{second}2M"
            code = next(body + check for check in codes.ALPHABET if valid(body + check))
            swapped = code[:7] + second + first + code[9:]

            assert valid(swapped) == (first == second or {first, second} == {"0", "Z"})


def valid(code: str) -> bool:
    try:
        codes.normalize(code)
    except CodeInvalid:
        return False
    return True


def test_case_hyphens_and_spaces_mean_nothing() -> None:
    for code in SAMPLES:
        plain = symbols(code)
        for written in (plain, plain.lower(), f" {plain[:6]} {plain[6:]} ", "-".join(plain), code.lower()):
            assert codes.normalize(written) == code


def test_look_alikes_are_read_as_the_symbol_that_the_alphabet_has() -> None:
    code = next(found for found in (codes.new() for _ in range(10_000)) if "0" in found and "1" in found)

    assert codes.normalize(code.replace("0", "O").replace("1", "I")) == code
    assert codes.normalize(code.replace("0", "o").replace("1", "l")) == code


@pytest.mark.parametrize(
    "written", ["", "7K3F", "7K3F-9QWD-2M5", "7K3F-9QWD-2M5XX", "7K3F-9QWD-2MUX", "àèìòù", "€" * 12]
)
def test_what_is_not_a_code_is_refused_with_what_was_written(written: str) -> None:
    with pytest.raises(CodeInvalid) as refusal:
        codes.normalize(written)

    assert refusal.value.details["code"] == written
    assert "XXXX-XXXX-XXXX" in refusal.value.text("it")
