"""The program as a whole: its help, its language, what it does when it is called wrongly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import click
import pytest
from click.testing import CliRunner

from api.cli.program import program
from api.cli.words import MONTH
from tests.api.conftest import Shell


def every(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from every(command, (*path, name))


COMMANDS = dict(every(program))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_says_in_one_sentence_what_it_does(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(program, [*path, "--help"])

    assert result.exit_code == 0
    summary = COMMANDS[path].get_short_help_str(200)
    assert summary[0].isupper()
    assert summary.endswith(".")


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_is_explained(path: tuple[str, ...]) -> None:
    options = [param for param in COMMANDS[path].params if isinstance(param, click.Option)]

    assert all(option.help for option in options if option.name != "final") or path == ("capture",)


def test_the_help_shows_every_command_under_a_section() -> None:
    text = CliRunner().invoke(program, ["--help"]).stdout

    assert all(f"\n  {name} " in text for name in program.commands)


@pytest.mark.parametrize(
    ("line", "it", "en"),
    [
        ("nonsense", "Il comando «nonsense» non esiste", "No such command 'nonsense'"),
        ("book list --nonsense", "L'opzione --nonsense non esiste", "No such option '--nonsense'"),
        ("budget check", "Manca l'argomento 'FILE'", "Missing argument 'FILE'"),
        ("budget check f.csv", "Manca l'opzione '--plan'", "Missing option '--plan'"),
        ("book list more", "Argomenti di troppo: more", "Got unexpected extra argument (more)"),
        ("authorize a b --quantity x", "serve un numero intero", "not a valid integer"),
        ("authorize a b --quantity 0", "serve un numero intero", "not in the range"),
        ("authorize a b --channel cash", "una di direct, voucher, reimbursement", "is not one of"),
        ("authorize a b --amount 1e400", "non è un importo leggibile", "not a readable amount"),
        ("authorize a b --amount 1.234", "può voler dire 1234 euro oppure 1,234", "this may mean 1234 euro"),
        ("authorize a b --on 0000-00-00", "non è una data", "this is not a date"),
        ("authorize a b --on 31/02/2026", "non è una data", "this is not a date"),
        ("ledger close-period --from 2026-02-01 --to 2026-01-01", "finisce prima", "ends before it begins"),
    ],
)
def test_a_wrong_command_line_ends_with_2_and_a_sentence_in_the_language_asked_for(
    shell: Shell, line: str, it: str, en: str
) -> None:
    assert it in shell.refused(2, line, language="it")
    assert en in shell.refused(2, line)


def test_common_options_stand_before_or_after_the_command(shell: Shell) -> None:
    before = shell.done("--language it --book E1 plan list")
    after = shell.done("plan list --language it --book E1")

    assert before == after
    assert "impegnato" in before


def test_a_name_with_control_characters_is_refused(shell: Shell) -> None:
    text = shell.refused(2, "book open E2 --home cremona --name", "Ditta\x1b[31m")

    assert "characters that are not allowed" in text
    assert "\x1b" not in text


def test_a_mistake_of_the_program_gives_an_id_and_keeps_the_trace_in_a_file(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plans.funders.every", lambda _session: 1 / 0)

    text = shell.refused(70, "book list")

    log = shell.folder / "data" / "errors.log"
    incident = text.split()[2].rstrip(".")
    assert incident.startswith("err_")
    assert incident in log.read_text()
    assert "ZeroDivisionError" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_json_is_one_object_on_standard_output(shell: Shell) -> None:
    found = json.loads(shell.done("book list --json"))

    assert [book["code"] for book in found["books"]] == ["E1"]


def test_an_error_in_json_is_one_object_on_the_error_stream(shell: Shell) -> None:
    result = shell.run("plan show NOPE --json")

    assert result.exit_code == 1
    assert json.loads(result.stderr)["error"]["code"] == "plan_not_found"
    assert result.stdout == ""


@pytest.mark.parametrize("written", ["3/2026", "03/2026", "2026-03", "17/03/2026", "2026-03-31"])
def test_a_month_is_written_in_every_way_and_is_its_first_day(written: str) -> None:
    assert MONTH.convert(written, None, None) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "written", ["", "marzo", "13/2026", "0/2026", "2026-13", "2026-3", "31/02/2026", "03/26", "2026"]
)
def test_what_is_no_month_is_told_every_way_to_write_one(written: str) -> None:
    with pytest.raises(click.BadParameter) as told:
        MONTH.convert(written, None, None)

    for form in ("10/2026", "2026-10", "31/10/2026"):
        assert form in told.value.message


def test_every_month_takes_the_same_writings() -> None:
    found = [param for command in COMMANDS.values() for param in command.params if "month" in (param.name or "")]
    # How many months a plan's credit lasts is a number.
    found = [param for param in found if param.name != "months"]

    assert len(found) >= 10
    assert [param.name for param in found if param.type is not MONTH] == []
