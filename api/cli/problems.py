"""What is wrong with a file, problem by problem."""

from __future__ import annotations

from collections.abc import Sequence

from api.cli import remedies
from api.cli.caller import Caller
from plans.sheets import Problem


def tell(caller: Caller, problems: Sequence[Problem]) -> None:
    """Print each problem: file, row, column, value, what is wrong and how to mend it; then what there is to type."""
    for problem in problems:
        caller.say("{text} [{code}]", "{text} [{code}]", text=problem.text(caller.language), code=problem.code)
    for typed in dict.fromkeys(typed for problem in problems for typed in remedies.of(problem.code, {})):
        caller.say("  {typed}", "  {typed}", typed=typed)


def tell_count(caller: Caller, count: int) -> None:
    """Print how many problems there are and what to do."""
    caller.say(
        "{n:problema|problemi}: correggere il file e ripetere.", "{n:problem|problems}: mend the file and repeat.",
        n=count,
    )  # fmt: skip


def data(caller: Caller, problems: Sequence[Problem]) -> list[dict[str, object]]:
    """Return the problems for a result in JSON."""
    return [
        {
            "code": problem.code,
            "file": problem.file,
            "row": problem.row,
            "column": problem.column,
            "value": problem.value,
            "text": problem.text(caller.language),
        }
        for problem in problems
    ]
