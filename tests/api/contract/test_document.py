"""
Requests made from the OpenAPI document, sound and unsound, as every role: no 500, nothing undocumented.

`BORSELLINO_EXAMPLES` says how many per operation and role (`make fuzz` takes many).
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from tests.api.counter import Counter

WHO = ("giulia", "hr", "payroll", "accountant", "p04", "marta", "operator", "comune")
EXAMPLES = int(os.environ.get("BORSELLINO_EXAMPLES", "2"))
SETTINGS = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def document(counter: Counter, who: str) -> Any:
    """The document as read from the application, with requests that bear somebody's token."""
    schema = schemathesis.openapi.from_wsgi("/docs/openapi.json", counter.app)

    @schema.auth()
    class _Token:
        def get(self, _case: Case, _context: Any) -> str:
            return counter.secrets[who]

        def set(self, case: Case, data: str, _context: Any) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    return schema


@pytest.mark.slow
@pytest.mark.parametrize("who", WHO)
def test_whatever_is_asked_the_answer_is_a_documented_one(counter: Counter, who: str) -> None:
    wrong: list[str] = []
    for found in document(counter, who).get_all_operations():
        operation = found.ok()
        for mode in GenerationMode:

            @SETTINGS
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Case) -> None:
                case.call_and_validate()

            try:
                ask()
            except Unsatisfiable:
                # A question without parameters cannot be asked wrongly.
                continue
            except (Exception, BaseExceptionGroup) as problem:  # every operation is looked at before any is told
                wrong.append(f"{operation.label} ({mode.value}): {problem}")
    assert wrong == [], "\n\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["marta", "p04"])
def test_what_one_answer_names_can_be_asked_for_in_the_next(counter: Counter, who: str) -> None:
    machine = document(counter, who).as_state_machine()
    links = {str(name) for name, rule in vars(machine).items() if hasattr(rule, "hypothesis_stateful_rule")}

    machine.run(settings=settings(SETTINGS, max_examples=EXAMPLES, stateful_step_count=12))

    assert any("captures" in link for link in links), links
