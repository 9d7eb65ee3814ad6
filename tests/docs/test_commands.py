"""Every command has its line and its example in docs/commands.md, and every example can be typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from api.cli.caller import Caller
from api.cli.program import program
from api.errors import ExitCode

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^borsellino (.+)$", PAGE, re.MULTILINE)


def every(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        here = f"{path} {name}".strip()
        if isinstance(command, click.Group):
            yield from every(command, here)
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield here, command


COMMANDS = dict(every(program))


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_a_line_with_its_effect(path: str) -> None:
    assert re.search(rf"^\| `borsellino {re.escape(path)}` \| \S.+ \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_an_example(path: str) -> None:
    assert any(f"{example} ".startswith(f"{path} ") for example in EXAMPLES)


def test_no_line_speaks_of_a_command_that_is_not_there() -> None:
    assert set(re.findall(r"^\| `borsellino ([^`]+)` \|", PAGE, re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_typed(example: str) -> None:
    command: click.Command = program
    arguments = shlex.split(example)
    while isinstance(command, click.Group) and arguments and arguments[0] in command.commands:
        command = command.commands[arguments.pop(0)]

    command.make_context(example, arguments, obj=Caller()).close()


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_explained(code: ExitCode) -> None:
    assert re.search(rf"^\| {code.value} \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("option", ["--book", "--language", "--actor", "--json", "--dry-run"])
def test_every_common_option_is_explained(option: str) -> None:
    assert re.search(rf"^\| `{option}", PAGE, re.MULTILINE)
