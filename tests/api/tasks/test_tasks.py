"""Tasks: asked for once, done by one worker in the fence they were asked with, taken up again when it died."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api import tasks
from api.tasks import State, Task, TaskNotFound, kinds, running
from api.tasks.errors import TasksUnfenced
from config import clock, database, fences
from config.fences import Fence, Sight
from ledger.errors import Contention, KeyReused
from tests.api.counter import Counter

Work = Callable[[Task, Callable[[int, int], None]], Mapping[str, Any]]


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch, counter: Counter) -> Iterator[None]:
    """No kinds but the test's own, and no tasks of another test."""
    monkeypatch.setattr(running, "KINDS", {})
    monkeypatch.setattr(kinds, "KINDS", running.KINDS)
    yield
    database.transact(lambda session: session.execute(sa.text("delete from task")))


def member(name: str) -> str:
    find = "select member_id from member where email = :email"
    with database.transaction() as session:
        return str(session.scalar(sa.text(find), {"email": f"{name}@example.it"}))


def asked(
    counter: Counter, kind: str = "count", *, who: str = "giulia", key: str | None = None, **arguments: Any
) -> Task:
    member_id = member(who)
    fence = Fence(Sight.EMPLOYEE, counter.books["E1"], counter.people["giulia"], member_id=member_id)
    with fences.inside(fence):
        return database.transact(
            lambda session: tasks.ask(session, kind, arguments, member_id=member_id, fence=fence, key=key)
        )


def found(task: Task) -> Task:
    return database.transact(lambda session: tasks.find(session, task.task_id))


def let_the_lease_run_out(task: Task) -> None:
    late = sa.text("update task set lease_until = clock_timestamp() - interval '1 second' where task_id = :id")
    database.transact(lambda session: session.execute(late, {"id": task.task_id}))


def test_a_task_is_done_with_its_arguments_and_shown_to_who_asked(counter: Counter) -> None:
    @tasks.kind("count")
    def work(task: Task, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
        progress(1, 2)
        halfway.append(counter.ask("giulia", "GET", f"/v1/tasks/{task.task_id}"))
        progress(2, 2)
        return {"counted": task.arguments["upto"]}

    halfway: list[Any] = []
    task = asked(counter, upto=7)
    before = counter.ask("giulia", "GET", f"/v1/tasks/{task.task_id}")
    done = tasks.run_next()
    after = counter.ask("giulia", "GET", f"/v1/tasks/{task.task_id}")

    assert (done, tasks.run_next()) == (True, False)
    assert [answer.get_json()["status"] for answer in (before, halfway[0], after)] == ["queued", "running", "done"]
    assert [answer.headers.get("Retry-After") for answer in (before, halfway[0], after)] == ["1", "1", None]
    assert (halfway[0].get_json()["done"], halfway[0].get_json()["total"]) == (1, 2)
    assert after.get_json() == {
        "id": task.task_id,
        "kind": "count",
        "status": "done",
        "done": 2,
        "total": 2,
        "result": {"counted": 7},
        "problem": None,
        "asked_at": "2026-03-02T11:00:00+00:00",
        "started_at": "2026-03-02T11:00:00+00:00",
        "ended_at": "2026-03-02T11:00:00+00:00",
    }


def test_nobody_else_finds_it(counter: Counter) -> None:
    task = asked(counter)

    answers = [counter.ask(who, "GET", f"/v1/tasks/{task.task_id}") for who in ("mario", "anna", "hr", "operator")]
    lists = [counter.ask(who, "GET", "/v1/tasks").get_json()["data"] for who in ("mario", "hr", "operator", "giulia")]

    assert [(answer.status_code, answer.get_json()["code"]) for answer in answers] == [(404, "task_not_found")] * 4
    assert [[one["id"] for one in found] for found in lists] == [[], [], [], [task.task_id]]


def test_the_list_is_cut_in_pages_and_filtered(counter: Counter) -> None:
    kinds_of = {asked(counter, kind).task_id: kind for kind in ("a", "b", "c")}
    made = sorted(kinds_of)

    page = counter.ask("giulia", "GET", "/v1/tasks?limit=2").get_json()
    rest = counter.ask("giulia", "GET", f"/v1/tasks?starting_after={made[1]}").get_json()
    of_kind = counter.ask("giulia", "GET", "/v1/tasks?kind=b&status=queued").get_json()

    assert ([one["id"] for one in page["data"]], page["has_more"]) == ([made[2], made[1]], True)
    assert [one["id"] for one in rest["data"]] == [made[0]]
    assert [kinds_of[one["id"]] for one in of_kind["data"]] == ["b"]


def test_the_same_key_is_the_same_task_and_with_something_else_refused(counter: Counter) -> None:
    first = asked(counter, key="k", upto=1)
    again = asked(counter, key="k", upto=1)
    other = asked(counter, key="other", upto=1)

    assert (again.task_id, first.replayed, again.replayed) == (first.task_id, False, True)
    assert other.task_id != first.task_id
    with pytest.raises(KeyReused):
        asked(counter, key="k", upto=2)


def test_work_sees_what_its_fence_shows_and_nothing_else(counter: Counter) -> None:
    @tasks.kind("count")
    def work(task: Task, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
        def names(session: Session) -> list[str]:
            return list(session.scalars(sa.text("select employee_id from employee")))

        return {"people": database.transact(names)}

    task = asked(counter)
    tasks.run_next()

    assert found(task).result == {"people": [counter.people["giulia"]]}


def test_a_refusal_is_told_in_both_languages(counter: Counter) -> None:
    @tasks.kind("count")
    def work(task: Task, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
        raise TaskNotFound(task="tsk_x")

    task = asked(counter)
    tasks.run_next()
    path = f"/v1/tasks/{task.task_id}"
    italian, english = (counter.ask("giulia", "GET", path, Accept_Language=one).get_json() for one in ("it", "en"))

    assert italian["status"] == "failed"
    assert italian["problem"] == {"code": "task_not_found", "detail": "Nessuna lavorazione ha il codice tsk_x."}
    assert english["problem"]["detail"] == "No task has the id tsk_x."
    assert found(task).problem["facts"] == {"task": "tsk_x"}  # type: ignore[index]


def test_a_mistake_is_logged_and_tells_nobody_more_than_its_id(counter: Counter, tmp_path: Any) -> None:
    @tasks.kind("count")
    def work(task: Task, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
        raise ZeroDivisionError("Giulia Rossi")

    task = asked(counter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.cli.incidents._data_dir", lambda: tmp_path)
        tasks.run_next()

    problem = found(task).problem
    assert problem is not None
    assert problem["code"] == "internal_failure"
    assert "Giulia" not in str(problem)
    assert "Giulia Rossi" in (tmp_path / "errors.log").read_text()


def test_what_may_go_well_later_is_tried_again_and_three_times_at_most(counter: Counter) -> None:
    @tasks.kind("count")
    def work(task: Task, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
        raise Contention()

    task = asked(counter)

    runs = [tasks.run_next() for _ in range(4)]

    assert runs == [True, True, True, False]
    assert (found(task).state, found(task).attempts) == (State.FAILED, 3)
    assert found(task).problem["code"] == "contention"  # type: ignore[index]


def test_a_task_whose_worker_died_is_taken_up_when_its_lease_is_over(counter: Counter) -> None:
    @tasks.kind("count")
    def work(task: Task, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
        return {"attempt": task.attempts}

    task = asked(counter)
    # Claimed by somebody who will never end it.
    database.transact(running._claim)

    meanwhile = tasks.run_next()
    let_the_lease_run_out(task)

    assert (meanwhile, tasks.run_next()) == (False, True)
    assert found(task).result == {"attempt": 2}


def test_a_task_that_killed_three_workers_is_given_up(counter: Counter) -> None:
    tasks.kind("count")(lambda task, progress: {})
    task = asked(counter)
    for _ in range(3):
        database.transact(running._claim)
        let_the_lease_run_out(task)

    assert tasks.run_next() is False
    assert found(task).state is State.FAILED
    assert found(task).problem["code"] == "task_abandoned"  # type: ignore[index]


def test_who_lost_the_lease_does_not_overwrite_who_took_over(counter: Counter) -> None:
    @tasks.kind("count")
    def work(task: Task, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
        if task.attempts == 1:
            let_the_lease_run_out(task)
            tasks.run_next()
        return {"attempt": task.attempts}

    task = asked(counter)
    tasks.run_next()

    assert found(task).result == {"attempt": 2}


def test_a_lease_is_renewed_while_the_work_goes_on(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LEASE", timedelta(milliseconds=300))

    def lease(task: Task) -> datetime:
        read = sa.text("select lease_until from task where task_id = :id")
        with database.transaction() as session:
            return session.scalar(read, {"id": task.task_id})  # type: ignore[no-any-return]

    @tasks.kind("count")
    def work(task: Task, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
        first = lease(task)
        while lease(task) == first:
            threading.Event().wait(0.02)
        return {}

    task = asked(counter)
    tasks.run_next()

    assert found(task).state is State.DONE


def test_many_workers_do_each_task_once(counter: Counter) -> None:
    done: list[str] = []

    @tasks.kind("count")
    def work(task: Task, progress: Callable[[int, int], None]) -> Mapping[str, Any]:
        done.append(task.task_id)
        return {}

    def drain() -> None:
        while tasks.run_next():
            pass

    made = [asked(counter).task_id for _ in range(12)]
    workers = [threading.Thread(target=drain) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(done) == sorted(made)


def test_tasks_are_forgotten_a_month_after_they_ended(counter: Counter) -> None:
    tasks.kind("count")(lambda task, progress: {})
    ended, open_one = asked(counter), asked(counter, "nobody-does-this")
    tasks.run_next()

    with clock.at(clock.now() + timedelta(days=29)):
        early = database.transact(tasks.forget)
    with clock.at(clock.now() + timedelta(days=31)):
        late = database.transact(tasks.forget)

    assert (early, late) == (0, 1)
    with pytest.raises(TaskNotFound):
        found(ended)
    assert found(open_one).state is State.QUEUED


def test_a_worker_that_no_fence_holds_does_no_task_and_leaves_it_to_others(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.kind("count")(lambda task, progress: {})
    task = asked(counter)

    with monkeypatch.context() as patch:
        # As where no role of its own is configured for the web.
        patch.setattr(database, "_fenced_factory", database._owner_factory)
        with pytest.raises(TasksUnfenced):
            tasks.run_next()
    waiting = found(task)

    assert (waiting.state, waiting.attempts) == (State.QUEUED, 0)
    assert tasks.run_next() is True
