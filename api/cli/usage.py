"""What is wrong with a command line, in the caller's language."""

from __future__ import annotations

import click

from api.cli.caller import Caller, visible


def tell(caller: Caller, error: click.ClickException) -> None:
    """Print a usage error and where the command's help is."""
    caller.tell_error("usage", visible(text(error, caller.language)))
    context = getattr(error, "ctx", None)
    if context is not None:
        caller.note("Si veda «{path} --help».", "See '{path} --help'.", path=context.command_path)


def text(error: click.ClickException, language: str) -> str:
    """Return what click says of an error; in Italian where we know the sentence."""
    return (_italian(error) if language == "it" else None) or error.format_message()


def _italian(error: click.ClickException) -> str | None:
    if isinstance(error, click.MissingParameter):
        return f"Manca {_name(error)}."
    if isinstance(error, click.NoSuchOption):
        return f"L'opzione {error.option_name} non esiste.{_perhaps(error.possibilities)}"
    if isinstance(error, click.exceptions.NoSuchCommand):
        return f"Il comando «{error.command_name}» non esiste.{_perhaps(error.possibilities)}"
    if isinstance(error, click.BadParameter):
        if error.param is not None and isinstance(error.param.type, click.Choice):
            return f"Valore non valido per {_name(error)}: una di {', '.join(map(str, error.param.type.choices))}."
        if error.param is not None and isinstance(error.param.type, click.types.IntParamType):
            return f"Valore non valido per {_name(error)}: serve un numero intero nei limiti detti dall'aiuto."
        return f"Valore non valido per {_name(error)}: {error.message}"
    if isinstance(error, click.BadOptionUsage):
        return f"L'opzione {error.option_name} è scritta male: controllare se vuole un valore."
    if isinstance(error, click.UsageError) and error.message.startswith("Missing command"):
        return "Manca il comando."
    if isinstance(error, click.UsageError) and error.message.startswith("Got unexpected extra argument"):
        return f"Argomenti di troppo: {error.message.partition('(')[2].rstrip(')')}."
    return None


def _name(error: click.BadParameter) -> str:
    if error.param is None or error.ctx is None:
        return str(error.param_hint or "?")
    kind = "l'argomento" if isinstance(error.param, click.Argument) else "l'opzione"
    return f"{kind} {error.param.get_error_hint(error.ctx)}"


def _perhaps(possibilities: object) -> str:
    names = [str(name) for name in possibilities] if isinstance(possibilities, (list, tuple)) else []
    return f" Forse: {', '.join(names)}." if names else ""
