"""
Who may do what: one table (matrix.txt), every cell of which is asked for over HTTP.

A row is an operation, a column a role. `x` may, `-` is refused (403) whatever is asked, `*` needs nobody in particular.
`python -m tests.api.contract.test_matrix` writes the table anew from the application: read what changed in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api import app
from api.access.roles import SCOPES, Role
from api.conventions import smorest
from tests.api.counter import Counter

TABLE = Path(__file__).with_name("matrix.txt")
# In the order of the columns.
ROLES = {
    Role.EMPLOYEE: "giulia",
    Role.EMPLOYER: "hr",
    Role.PAYROLL: "payroll",
    Role.ACCOUNTANT: "accountant",
    Role.MUNICIPALITY: "comune",
    Role.PROVIDER: "p04",
    Role.WELFARE_MANAGER: "marta",
    Role.OPERATOR: "operator",
}


def operations(document: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every method and path, with what the document says of it."""
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            if method != "parameters":
                yield method.upper(), path, said


def read() -> dict[tuple[str, str], str]:
    """The table: method and path, then a letter for each role."""
    rows = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return {(method, path): "".join(cells) for method, path, *cells in rows}


def written(document: Any) -> str:
    """The table as the application has it."""
    lines = [f"# {'operation':<78}" + " ".join(f"{role[:4]:<4}" for role in ROLES)]
    for method, path, said in operations(document):
        named = [scope for one in said.get("security", []) for scope in one.get("token", [])]
        if "security" not in said:
            cells = ["*"] * len(ROLES)
        else:
            cells = ["x" if set(named) <= SCOPES[role] else "-" for role in ROLES]
        lines.append(f"{method:<6} {path:<73}" + " ".join(f"{cell:<4}" for cell in cells).rstrip())
    return "\n".join(lines) + "\n"


ROWS = read() if TABLE.exists() else {}


def test_the_table_has_a_row_for_every_operation_and_no_other(counter: Counter) -> None:
    assert [f"{method} {path}" for method, path, _ in operations(smorest.document(counter.app))] == [
        f"{method} {path}" for method, path in ROWS
    ]


@pytest.mark.parametrize(("method", "path"), ROWS, ids=lambda part: str(part))
def test_a_role_is_let_in_where_the_table_says_and_nowhere_else(counter: Counter, method: str, path: str) -> None:
    somewhere = re.sub("{[^}]*}", "1", path)
    for cell, who in zip(ROWS[method, path], ROLES.values(), strict=True):
        # Nothing is named that exists, and nothing sent that could be done: being let in shows in another refusal.
        answer = counter.ask(who, method, somewhere, key=False)
        code = answer.get_json()["code"] if answer.mimetype == "application/problem+json" else None
        assert (code == "not_allowed") is (cell == "-"), (who, answer.status_code, answer.text)
        assert (answer.status_code, cell) != (401, "x"), (who, answer.text)
    if set(ROWS[method, path]) != {"*"}:
        assert counter.ask(None, method, somewhere, key=False).status_code == 401


if __name__ == "__main__":
    TABLE.write_text(written(smorest.document(app.create())), encoding="utf-8")
