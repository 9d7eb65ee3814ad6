"""What has to be done after a refusal is told by the core without commands; the shell adds what to type."""

from __future__ import annotations

import json
import re
from datetime import date

import click
import pytest

from api.cli import remedies
from api.cli.program import program
from api.conventions import sentences
from config.errors import DomainError
from ledger.errors import RefusedBefore
from reports.payroll_export.errors import PayrollMonthOpen
from tests.api.conftest import GIULIA, Shell
from tests.docs.test_errors import refusals
from wallet.reimbursements.errors import SubmissionIncomplete

# Raised by the command line alone about its own options, or told to a client in other words.
NOT_OVER_HTTP = {"book_needed", "appointment_needed"} | {known.code for known in sentences._OUTSIDE}


def commands(group: click.Group, path: str = "") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        found[f"{path}{name}"] = command
        if isinstance(command, click.Group):
            found |= commands(command, f"{path}{name} ")
    return found


COMMANDS = commands(program)
PLAIN = {"social statement", "hand-over"}
# Commands of two words, but for those that are plain English: one alone may be any word.
NAMED = re.compile(
    r"borsellino [a-z]|--[a-z]|\bcommand |\bcomando |"
    + "|".join(rf"\b{re.escape(name)}\b" for name in COMMANDS if (" " in name or "-" in name) and name not in PLAIN)
)


@pytest.mark.parametrize(
    "refusal", [each for each in refusals() if each.code not in NOT_OVER_HTTP], ids=lambda each: each.__name__
)
def test_no_sentence_of_a_problem_names_a_command_or_an_option(refusal: type[DomainError]) -> None:
    # The wallet is called as the program is.
    for text in (refusal.it.replace("Il borsellino ", ""), refusal.en):
        assert not NAMED.search(text), text


# What a refusal tells beside its sentence: people read an expense's name, and type its code.
BESIDES: dict[type[DomainError], set[str]] = {SubmissionIncomplete: {"expense"}}


@pytest.mark.parametrize("refusal", remedies.REMEDIES, ids=lambda each: each.__name__)
def test_what_is_to_be_typed_exists(refusal: type[DomainError]) -> None:
    everywhere = {option for command in COMMANDS.values() for param in command.params for option in param.opts}
    for template in remedies.REMEDIES[refusal]:
        name = re.split(r" ?(?:--|\{)", template)[0].strip()
        known = {option for param in COMMANDS[name].params for option in param.opts} if name else everywhere
        assert set(re.findall(r"--[a-z-]+", template)) <= known, template
        told = set(re.findall(r"\{(\w+)", refusal.it)) | BESIDES.get(refusal, set())
        assert set(re.findall(r"\{(\w+)", template)) <= told, template


def test_a_shell_is_told_what_to_type(shell: Shell) -> None:
    path = shell.write("budget.csv", f"codice fiscale;importo\n{GIULIA};900.000,00\n")

    said = shell.refused(2, f"budget check {path} --plan A", language="it")
    told = json.loads(shell.refused(1, "rules show NOPE --json"))["error"]

    assert "impegnare altro budget. [budget_exceeded]\n  borsellino fund commit\n" in said
    assert told["remedies"] == ["borsellino rules list"]
    assert "remedies" not in json.loads(shell.refused(1, "book resume --book NOPE --json"))["error"]


def test_what_is_known_stands_in_what_is_to_be_typed() -> None:
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    refusal = PayrollMonthOpen(month="03/2026", first=first, last=last)
    again = RefusedBefore(refusal.code, it="", en="")

    assert remedies.of(refusal.code, refusal.details) == [
        "borsellino ledger close-period --from 01/03/2026 --to 31/03/2026",
        "--draft",
    ]
    assert remedies.of(again.code, again.details) == ["borsellino ledger close-period", "--draft"]
