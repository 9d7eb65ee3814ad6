"""Commands and groups of ours: the options that all of them take, and the one place where errors end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click

from api.cli import incidents, usage
from api.cli.caller import Caller
from api.cli.words import TEXT
from api.errors import ExitCode, InternalFailure, exit_code, translate
from config import clock, settings
from config.errors import LANGUAGES


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value is not None and param.name is not None:
        setattr(ctx.ensure_object(Caller), param.name, value)


def common_options(*, environment: bool = False) -> list[click.Option]:
    """Build the options that every command takes, before or after its name."""

    def option(name: str, attribute: str, **kwargs: Any) -> click.Option:
        return click.Option([name, attribute], expose_value=False, callback=_remember, **kwargs)

    return [
        option("--book", "book", type=TEXT, envvar="BORSELLINO_BOOK" if environment else None,
               help="Code of the book (the funder's); not needed while there is only one."),
        option("--language", "language", type=click.Choice(LANGUAGES), is_eager=True,
               help="Language of messages; BORSELLINO_LANGUAGE unless given."),
        option("--actor", "actor", type=TEXT, help="Who is written into the journal; cli:<login> unless given."),
        option("--json", "as_json", is_flag=True, flag_value=True, default=None,
               help="Print the result as one JSON object."),
    ]  # fmt: skip


class Command(click.Command):
    """A command that also takes the common options, listed apart in its help."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.common = common_options()
        self.params += self.common

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own options first, then the common ones."""
        own: list[tuple[str, str]] = []
        common: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                (common if param in self.common else own).append(record)
        for title, records in (("Options", own), ("Common options", common)):
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class Group(click.Group):
    """A group of commands of ours."""

    command_class = Command
    group_class = type


class Program(Group):
    """The whole program: sections in its help, settings read once, and every error turned into words."""

    sections: Sequence[tuple[str, Sequence[str]]] = ()

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their sections."""
        for title, names in self.sections:
            with formatter.section(title):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(90)) for name in names])

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run one command and end the process with its exit code; nobody is shown a stack trace."""
        caller = Caller()
        try:
            configured = settings.load()
            caller.language = configured.language
            if configured.clock is not None:
                moment = configured.clock
                clock.fix(moment if moment.tzinfo else moment.replace(tzinfo=clock.ROME))
            extra |= {"standalone_mode": False, "obj": caller}
            answer = super().main(args, prog_name, **extra)
            code = answer if isinstance(answer, int) else ExitCode.DONE
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            code = ExitCode.USAGE
        except click.ClickException as error:
            usage.tell(caller, error)
            code = ExitCode.USAGE
        except click.Abort:
            caller.tell_error("interrupted", caller.sentence("Interrotto.", "Interrupted."))
            code = ExitCode.INTERRUPTED
        except BrokenPipeError:
            sys.stdout = open("/dev/null", "w")  # noqa: PTH123, SIM115 - so that the last flush finds a reader
            code = ExitCode.DONE
        except Exception as error:
            refusal = translate(error) or InternalFailure(**incidents.record(error))
            caller.refuse(refusal)
            code = exit_code(refusal)
        sys.exit(code)


def dry_run(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that changes something the option to do it all and then undo it."""
    return click.option(
        "--dry-run",
        "dry_run",
        is_flag=True,
        flag_value=True,
        default=None,
        expose_value=False,
        callback=_remember,
        help="Say what would be done, and write nothing.",
    )(command)
