"""Declarations over HTTP: dated, never rewritten, by the employee or a welfare manager, never read by the employer."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest

from config import clock
from plans.rulebook.words import Kinship
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.conftest import NOON
from tests.api.v1.families import kin

NOT_THEIRS = ["hr", "payroll", "accountant", "comune", "p04", "operator"]


def path(counter: Counter, name: str = "giulia") -> str:
    return f"/v1/employees/{counter.people[name]}/declarations"


def declared(counter: Counter, who: str = "giulia", name: str = "giulia", **told: Any) -> Any:
    answer = counter.ask(who, "POST", path(counter, name), told)
    assert answer.status_code == 201, answer.text
    return answer


def living_together(counter: Counter, who: str = "giulia") -> Any:
    mother = kin(counter, "giulia", Kinship.PARENT, age=70)
    return declared(counter, who, fact="COHABITATION", relative_id=mother, since="2026-01-01")


def test_an_employee_declares_once_and_the_same_twice_changes_nothing(counter: Counter) -> None:
    mother = kin(counter, "giulia", Kinship.PARENT, age=70)
    told = {"fact": "COHABITATION", "relative_id": mother, "since": "2026-01-01"}
    first = counter.ask("giulia", "POST", path(counter), told, key="convive")
    again = counter.ask("giulia", "POST", path(counter), told, key="convive")
    same = counter.ask("giulia", "POST", path(counter), told).get_json()

    made = first.get_json()
    assert (first.status_code, made["created"], made["replaced"]) == (201, True, None)
    assert first.headers["Location"] == f"/v1/declarations/{made['declaration']['id']}"
    assert (made["declaration"]["relative_id"], made["declaration"]["basis"]) == (mother, "DECLARED")
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert (same["created"], same["declaration"]["id"]) == (False, made["declaration"]["id"])
    assert counter.ask("giulia", "GET", first.headers["Location"]).get_json() == made["declaration"]


def test_a_later_declaration_of_a_year_replaces_the_earlier_and_both_stay_to_be_seen(counter: Counter) -> None:
    son = kin(counter, "giulia", Kinship.CHILD, age=20)
    first = declared(counter, fact="DEPENDENCY", relative_id=son, year=2026).get_json()["declaration"]
    second = declared(counter, fact="DEPENDENCY", relative_id=son, year=2026, holds=False).get_json()

    def seen(query: str) -> list[str]:
        page = counter.ask("giulia", "GET", f"{path(counter)}?relative_id={son}&{query}").get_json()
        return [each["id"] for each in page["data"]]

    assert second["replaced"] == first["id"]
    assert seen("") == [second["declaration"]["id"], first["id"]]
    assert seen("standing=true") == [second["declaration"]["id"]]
    assert seen("fact=COHABITATION") == []
    assert seen(f"limit=1&starting_after={second['declaration']['id']}") == [first["id"]]
    before = counter.ask("giulia", "GET", f"/v1/declarations/{first['id']}").get_json()
    assert (before["holds"], before["revoked_at"] is not None) == (True, True)


def test_a_dependent_child_is_declared_with_their_code(counter: Counter) -> None:
    code = factories.tax_code(born=clock.today().replace(year=2018))
    made = declared(counter, "mario", "mario", fact="DEPENDENT_CHILD", year=2026, child=code.lower()).get_json()

    assert (made["declaration"]["child_tax_code"], made["declaration"]["employee_id"]) == (
        code, counter.people["mario"],
    )  # fmt: skip


def test_a_sum_may_be_zero(counter: Counter) -> None:
    told = {"fact": "NEW_HIRE", "year": 2026, "amount": {"minor": 0}, "distance_km": 120}
    made = declared(counter, "mario", "mario", **told).get_json()

    assert (made["declaration"]["amount_minor"], made["declaration"]["distance_km"]) == (0, 120)


def test_a_welfare_manager_declares_for_them_also_what_a_document_proves(counter: Counter) -> None:
    mother = kin(counter, "giulia", Kinship.PARENT, age=70)
    told = {"fact": "COHABITATION", "relative_id": mother, "since": "2025-01-01", "basis": "RECORDED"}

    own = counter.ask("giulia", "POST", path(counter), told)
    manager = counter.ask("marta", "POST", path(counter), told)

    assert [each["pointer"] for each in own.get_json()["errors"]] == ["#/basis"]
    assert manager.get_json()["declaration"]["basis"] == "RECORDED"


@pytest.mark.parametrize("who", ["giulia", "marta"])
@pytest.mark.parametrize("fact", ["EXTERNAL_FRINGE", "EXTERNAL_PENSION", "EXTERNAL_HEALTH_FUND", "PDR_ELSEWHERE"])
def test_what_payroll_knows_is_payrolls_to_declare(counter: Counter, who: str, fact: str) -> None:
    answer = counter.ask(who, "POST", path(counter), {"fact": fact, "year": 2026, "amount": {"minor": 0}})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_allowed")
    assert "elsewhere:declare" in answer.get_json()["detail"]


def test_a_spell_ends_by_another_with_a_last_day(counter: Counter) -> None:
    place = living_together(counter).headers["Location"]

    ended = counter.ask("giulia", "POST", f"{place}/end", {"on": "2026-02-28"}, key="finita")
    again = counter.ask("giulia", "POST", f"{place}/end", {"on": "2026-02-28"}, key="finita")
    twice = counter.ask("giulia", "POST", f"{place}/end", {"on": "2026-02-27"})

    assert (ended.status_code, ended.get_json()["declaration"]["valid_to"]) == (201, "2026-02-28")
    assert ended.get_json()["replaced"] == place.rpartition("/")[2]
    assert ended.headers["Location"] != place
    assert (again.data, again.headers["Idempotency-Replayed"]) == (ended.data, "true")
    assert (twice.status_code, twice.get_json()["code"]) == (409, "fact_withdrawn")


def test_of_two_who_end_a_spell_at_once_one_finds_it_ended(counter: Counter) -> None:
    place = living_together(counter).headers["Location"]
    start, answers = Barrier(2), []

    def end(day: str) -> None:
        with clock.at(NOON):
            start.wait()
            answers.append(counter.ask("giulia", "POST", f"{place}/end", {"on": day}, key=day).status_code)

    threads = [Thread(target=end, args=(day,)) for day in ("2026-02-27", "2026-02-28")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [201, 409]


def test_what_was_declared_in_error_is_withdrawn_and_stays_to_be_seen(counter: Counter) -> None:
    place = living_together(counter).headers["Location"]

    gone = counter.ask("giulia", "POST", f"{place}/withdraw")
    twice = counter.ask("giulia", "POST", f"{place}/withdraw")

    assert (gone.status_code, gone.get_json()["corrections"]) == (200, 0)
    assert gone.get_json()["declaration"]["revoked_at"] is not None
    assert (twice.status_code, twice.get_json()["code"]) == (409, "fact_withdrawn")
    assert counter.ask("giulia", "GET", place).status_code == 200


@pytest.mark.parametrize("who", NOT_THEIRS)
def test_nobody_else_learns_of_declarations(counter: Counter, who: str) -> None:
    place = living_together(counter).headers["Location"]

    answers = [
        counter.ask(who, "GET", path(counter)),
        counter.ask(who, "POST", path(counter), {"fact": "FIRST_JOB_PENSION", "year": 2026}),
        counter.ask(who, "GET", place),
        counter.ask(who, "POST", f"{place}/end", {"on": "2026-02-28"}),
        counter.ask(who, "POST", f"{place}/withdraw"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5


@pytest.mark.parametrize("who", ["mario", "anna"])
def test_anothers_declarations_are_not_there(counter: Counter, who: str) -> None:
    made = living_together(counter)
    place, mother = made.headers["Location"], made.get_json()["declaration"]["relative_id"]

    answers = [
        counter.ask(who, "GET", path(counter)),
        counter.ask(who, "POST", path(counter), {"fact": "FIRST_JOB_PENSION", "year": 2026}),
        counter.ask(who, "GET", place),
        counter.ask(who, "POST", f"{place}/end", {"on": "2026-02-28"}),
        counter.ask(who, "POST", f"{place}/withdraw"),
        # Their own page, somebody else's relative.
        counter.ask(who, "POST", path(counter, who), {"fact": "MAINTENANCE", "relative_id": mother, "year": 2026}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert counter.ask("giulia", "GET", place).get_json()["revoked_at"] is None


def test_a_welfare_manager_does_not_mix_two_families(counter: Counter) -> None:
    mother = living_together(counter).get_json()["declaration"]["relative_id"]
    told = {"fact": "MAINTENANCE", "relative_id": mother, "year": 2026}

    answer = counter.ask("marta", "POST", path(counter, "mario"), told)

    assert (answer.status_code, answer.get_json()["code"]) == (404, "relative_not_found")


@pytest.mark.parametrize(
    ("told", "pointers"),
    [
        ({}, ["#/fact"]),
        ({"fact": "HAPPINESS"}, ["#/fact"]),
        ({"fact": "COHABITATION"}, ["#/relative_id", "#/since"]),
        ({"fact": "FIRST_JOB_PENSION", "year": 2026, "amount": {"minor": 1}}, ["#/amount"]),
        ({"fact": "FIRST_JOB_PENSION", "year": 2026, "relative_id": "rel_x"}, ["#/relative_id"]),
        ({"fact": "FIRST_JOB_PENSION", "year": "2026"}, ["#/year"]),
        ({"fact": "FIRST_JOB_PENSION", "year": 1999}, ["#/year"]),
        ({"fact": "FIRST_JOB_PENSION", "year": 2026, "declared_on": "2026-03-03"}, ["#/declared_on"]),
        ({"fact": "EXTERNAL_PENSION", "year": 2026, "amount": {"minor": -1}}, ["#/amount/minor"]),
        ({"fact": "EXTERNAL_PENSION", "year": 2026, "amount": {"minor": 2**53}}, ["#/amount/minor"]),
        ({"fact": "DEPENDENT_CHILD", "year": 2026, "child": "RSSMRA80A01H501X"}, ["#/child"]),
        (
            {"fact": "COHABITATION", "relative_id": "rel_x", "since": "2026-02-01", "until": "2026-01-01"},
            ["#/until"],
        ),
        ({"fact": "COHABITATION", "relative_id": "rel_x", "since": "1/1/2026"}, ["#/since"]),
        ({"fact": "NEW_HIRE", "year": 2026, "amount": {"minor": 1}, "distance_km": 30_000}, ["#/distance_km"]),
        ({"fact": "FIRST_JOB_PENSION", "year": 2026, "diagnosis": "x"}, ["#/diagnosis"]),
    ],
)
def test_a_field_that_is_wrong_is_named(counter: Counter, told: dict[str, Any], pointers: list[str]) -> None:
    answer = counter.ask("giulia", "POST", path(counter), told)

    assert answer.status_code == 422
    assert sorted(each["pointer"] for each in answer.get_json()["errors"]) == pointers


def test_what_is_wrong_is_said_in_the_language_asked_for(counter: Counter) -> None:
    told = {"fact": "COHABITATION", "relative_id": "rel_x", "since": "2026-02-01", "until": "2026-01-01", "year": 2026}

    answer = counter.ask("giulia", "POST", path(counter), told, Accept_Language="it")

    assert {each["pointer"]: each["detail"] for each in answer.get_json()["errors"]} == {
        "#/until": "È prima del primo giorno.",
        "#/year": "Questo fatto non lo prevede.",
    }


def test_a_year_that_is_too_far_is_refused(counter: Counter) -> None:
    answer = counter.ask("giulia", "POST", path(counter), {"fact": "FIRST_JOB_PENSION", "year": 2028})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "year_too_far")
