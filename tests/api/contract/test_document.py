"""
Requests made from the OpenAPI document, sound and unsound, as every role: no 500, nothing undocumented.

`BORSELLINO_EXAMPLES` says how many per operation (`make fuzz` takes many). Making one costs more than sending it: each
is made once, and sent as every role.
"""

from __future__ import annotations

import os
from collections import Counter as Tally
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from tests.api.counter import Counter

WHO = ("giulia", "hr", "payroll", "accountant", "p04", "marta", "operator", "comune")
# Of the operations, for as many processes as there may be.
PARTS = 4
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
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_is_asked_the_answer_is_a_documented_one(counter: Counter, part: int) -> None:
    wrong: list[str] = []
    asked: Tally[str] = Tally()
    for found in list(document(counter, WHO[0]).get_all_operations())[part::PARTS]:
        operation = found.ok()
        for mode in GenerationMode:

            @SETTINGS
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Case) -> None:
                for who in WHO:
                    case.headers["Authorization"] = f"Bearer {counter.secrets[who]}"
                    try:
                        case.call_and_validate()
                    except (Exception, BaseExceptionGroup) as problem:
                        problem.add_note(f"asked as {who}")
                        raise
                    asked[who] += 1

            try:
                ask()
            except Unsatisfiable:
                # A question without parameters cannot be asked wrongly.
                continue
            except (Exception, BaseExceptionGroup) as problem:  # every operation is looked at before any is told
                told = "; ".join(getattr(problem, "__notes__", ()))
                wrong.append(f"{operation.label} ({mode.value}): {problem} {told}")
    assert wrong == [], "\n\n".join(wrong)
    assert min(asked[who] for who in WHO) > 40


@pytest.mark.slow
@pytest.mark.parametrize("who", ["marta", "p04"])
def test_what_one_answer_names_can_be_asked_for_in_the_next(counter: Counter, who: str) -> None:
    machine = document(counter, who).as_state_machine()
    links = {str(name) for name, rule in vars(machine).items() if hasattr(rule, "hypothesis_stateful_rule")}

    machine.run(settings=settings(SETTINGS, max_examples=EXAMPLES, stateful_step_count=12))

    assert any("captures" in link for link in links), links
