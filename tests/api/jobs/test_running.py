"""Runs of jobs: each due one once, written down however it went, and by hand when somebody asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from api.jobs import running, runs, worker, works
from api.jobs.errors import BooksDiffer, JobBusy, JobInPart
from api.jobs.registry import JOBS, Job
from api.jobs.runs import Outcome, Run
from api.jobs.schedules import daily, watching
from api.jobs.works import Tally
from config import clock, database
from ledger.errors import BookNotFound
from tests.api.counter import Counter
from tests.api.v1.conftest import NOON

Work = Callable[[Tally], None]


@pytest.fixture(autouse=True)
def no_runs(counter: Counter) -> Iterator[None]:
    yield
    database.transact(lambda session: session.execute(sa.text("delete from job_run")))


def nightly(work: Work, name: str = "nightly") -> Job:
    return Job(name, daily(4, 0), "Prova.", "A trial.", work)


def history() -> list[Run]:
    with database.transaction() as session:
        return list(runs.page(session, {"limit": 100}).data)[::-1]


def count(tally: Tally) -> None:
    tally["things"] += 3


def test_a_due_run_is_done_once_and_written_down() -> None:
    job = nightly(count)

    first, again = running.run_latest(job), running.run_latest(job)

    assert again is None
    assert history() == [first]
    assert first is not None
    assert (first.outcome, first.summary, first.problem) == (Outcome.DONE, {"things": 3}, None)
    assert first.due_at == datetime(2026, 3, 2, 4, tzinfo=clock.ROME)
    assert (first.started_at, first.ended_at, first.worker) == (NOON, NOON, running.WORKER)
    assert first.duration_ms is not None


def test_what_was_missed_is_done_once_and_not_day_by_day() -> None:
    job = nightly(count)
    running.run_latest(job)

    with clock.at(NOON + timedelta(days=9)):
        running.run_latest(job)
        running.run_latest(job)

    assert [run.due_at for run in history()] == [
        datetime(2026, 3, 2, 4, tzinfo=clock.ROME),
        datetime(2026, 3, 11, 4, tzinfo=clock.ROME),
    ]


def test_a_failure_is_written_down_and_tried_again_when_the_job_is_due_again() -> None:
    def fail(tally: Tally) -> None:
        tally["things"] += 1
        raise BookNotFound(book_id=9)

    job = nightly(fail)
    failed, again = running.run_latest(job), running.run_latest(job)
    with clock.at(NOON + timedelta(days=1)):
        tomorrow = running.run_latest(job)

    assert failed is not None
    assert tomorrow is not None
    assert again is None
    assert (failed.outcome, failed.summary) == (Outcome.FAILED, {"things": 1})
    assert failed.problem is not None
    assert (failed.problem["code"], failed.problem["facts"]) == ("book_not_found", {"book_id": 9})
    assert failed.problem["it"] != failed.problem["en"]


def test_a_job_that_fails_does_not_keep_the_others_from_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(tally: Tally) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(worker, "JOBS", {"bad": nightly(fail, "bad"), "good": nightly(count, "good")})
    monkeypatch.setattr("api.cli.incidents.record", lambda error: {"incident": "err_1", "log": "errors.log"})

    worker.Worker().catch_up()

    assert [(run.job, run.outcome) for run in history()] == [("bad", Outcome.FAILED), ("good", Outcome.DONE)]


def test_nobody_begins_what_another_is_at(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait(tally: Tally) -> None:
        begun.set()
        assert go_on.wait(30)
        tally["things"] += 1

    job = nightly(wait)
    other = threading.Thread(target=in_the_same_hour(lambda: running.run_latest(job)))
    other.start()
    assert begun.wait(30)
    beside = running.run_latest(job)
    with pytest.raises(JobBusy):
        running.run_now(job, asked_by="cli:somebody")
    go_on.set()
    other.join()

    assert beside is None
    assert [run.summary for run in history()] == [{"things": 1}]


def in_the_same_hour(work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        clock.fix(NOON)
        work()

    return run


def test_a_run_whose_worker_died_is_done_again_three_times_at_most() -> None:
    job = nightly(count)
    due_at = job.schedule.latest(clock.now())
    assert due_at is not None
    for _ in range(3):
        # Begun by somebody whose lock went with them.
        assert database.transact(lambda session: running._begin(session, job, due_at)) is not None
    [dying] = history()

    given_up = running.run_latest(job)
    [lost] = history()
    with clock.at(NOON + timedelta(days=1)):
        tomorrow = running.run_latest(job)

    assert (dying.outcome, dying.attempts) == (Outcome.RUNNING, 3)
    assert given_up is None
    assert lost.outcome is Outcome.LOST
    assert tomorrow is not None
    assert tomorrow.outcome is Outcome.DONE


def test_a_run_whose_worker_died_once_is_done_by_the_next() -> None:
    job = nightly(count)
    due_at = job.schedule.latest(clock.now())
    assert due_at is not None
    database.transact(lambda session: running._begin(session, job, due_at))

    run = running.run_latest(job)

    assert run is not None
    assert (run.outcome, run.attempts, len(history())) == (Outcome.DONE, 2, 1)


def test_what_is_watched_for_leaves_a_row_only_where_there_was_something() -> None:
    left = [2, 1, 0, 0]

    def take(tally: Tally) -> None:
        tally["things"] += left.pop(0)

    job = Job("watched", watching(1), "Prova.", "A trial.", take)

    worked, idle = running.watch(job, lambda: False), running.watch(job, lambda: False)

    assert idle is None
    assert worked is not None
    assert [(run.due_at, run.summary, run.outcome) for run in history()] == [(None, {"things": 3}, Outcome.DONE)]


def test_what_is_watched_for_tells_how_far_it_came_before_it_failed() -> None:
    def fail(tally: Tally) -> None:
        if history_length.pop():
            tally["things"] += 1
        else:
            raise BookNotFound(book_id=9)

    history_length = [0, 1]
    job = Job("watched", watching(1), "Prova.", "A trial.", fail)

    run = running.watch(job, lambda: False)

    assert run is not None
    assert (run.outcome, run.summary) == (Outcome.FAILED, {"things": 1})


def test_what_fails_in_one_book_is_done_in_the_others(counter: Counter) -> None:
    done = []

    def work(session: object, book_id: int) -> dict[str, int]:
        if book_id == counter.books["E1"]:
            raise BookNotFound(book_id=1)
        done.append(book_id)
        return {"things": 1}

    tally = Tally()
    with pytest.raises(JobInPart) as refused:
        works.each_book(tally, work)

    assert refused.value.details["books"] == ["E1"]
    assert counter.books["E1"] not in done
    assert len(done) == tally["things"] == len(works.books()) - 1


def test_a_book_that_differs_from_its_journal_is_told(counter: Counter) -> None:
    add = (
        "update balance set credit_posted = credit_posted + :more where account_id = (select min(account_id) from lot)"
    )
    change = "alter table balance {} trigger user"

    def tamper(more: int) -> None:
        def work(session: sa.orm.Session) -> None:
            session.execute(sa.text(change.format("disable")))
            session.execute(sa.text(add), {"more": more})
            session.execute(sa.text(change.format("enable")))

        database.transact(work)

    clean = running.run_now(JOBS["verify"], asked_by="cli:somebody")
    tamper(1)
    try:
        differs = running.run_now(JOBS["verify"], asked_by="cli:somebody")
    finally:
        tamper(-1)

    assert (clean.outcome, clean.summary) == (Outcome.DONE, {"books": len(works.books())})
    assert differs.outcome is Outcome.FAILED
    assert differs.problem is not None
    assert differs.problem["code"] == BooksDiffer.code
    assert differs.problem["facts"]["differences"]["E1"]


def test_runs_are_forgotten_after_their_time() -> None:
    running.run_latest(nightly(count))
    running.watch(Job("watched", watching(1), "", "", lambda tally: tally.update(things=1)), iter([0, 1]).__next__)

    with clock.at(NOON + timedelta(days=31)):
        watched = database.transact(runs.forget)
    with clock.at(NOON + timedelta(days=401)):
        due = database.transact(runs.forget)

    assert (watched, due) == (1, 1)


# -- over HTTP ---------------------------------------------------------------------------------------------------------


def test_the_operator_lists_the_jobs_with_their_last_runs(counter: Counter) -> None:
    running.run_latest(JOBS["forget"])

    italian = counter.ask("operator", "GET", "/v1/jobs?limit=100", Accept_Language="it").get_json()["data"]
    english = counter.ask("operator", "GET", "/v1/jobs?limit=100", Accept_Language="en").get_json()["data"]
    forget = next(job for job in english if job["id"] == "forget")

    assert [job["id"] for job in english] == list(JOBS)
    assert all(ours["description"] != theirs["description"] for ours, theirs in zip(italian, english, strict=True))
    assert (forget["schedule"], forget["next_at"]) == ("every day at 01:10", "2026-03-03T00:10:00+00:00")
    assert forget["last_run"]["status"] == "done"


def test_a_run_that_was_asked_for_is_done_by_the_next_worker(counter: Counter) -> None:
    path = "/v1/jobs/seal/runs"

    asked = counter.ask("operator", "POST", path, key="once")
    again = counter.ask("operator", "POST", path, key="once")
    waiting = counter.ask("operator", "GET", asked.headers["Location"]).get_json()
    done = running.run_asked()
    ended = counter.ask("operator", "GET", asked.headers["Location"]).get_json()

    assert (asked.status_code, again.status_code) == (202, 202)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == asked.get_json() == waiting
    assert (waiting["status"], ended["status"]) == ("queued", "done")
    assert done is not None
    assert ended["asked_by"].startswith("mbr_")
    assert running.run_asked() is None
    assert [run["id"] for run in counter.ask("operator", "GET", path).get_json()["data"]] == [waiting["id"]]


def test_a_failed_run_says_why_in_the_language_of_who_asks(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(tally: Tally) -> None:
        raise BookNotFound(book_id=9)

    run = running.run_now(nightly(fail, "verify"), asked_by="cli:somebody")
    path = f"/v1/jobs/verify/runs/{run.run_id}"

    told = [counter.ask("operator", "GET", path, Accept_Language=one).get_json()["problem"] for one in ("it", "en")]

    assert [problem["code"] for problem in told] == ["book_not_found"] * 2
    assert told[0]["detail"] != told[1]["detail"]


@pytest.mark.parametrize("who", ["giulia", "hr", "payroll", "accountant", "p04", "marta"])
def test_nobody_but_the_operator_has_to_do_with_jobs(counter: Counter, who: str) -> None:
    answers = [
        counter.ask(who, "GET", "/v1/jobs"),
        counter.ask(who, "GET", "/v1/jobs/verify/runs"),
        counter.ask(who, "GET", "/v1/jobs/verify/runs/jrn_x"),
        counter.ask(who, "POST", "/v1/jobs/verify/runs"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/v1/jobs/none/runs", "job_not_found"),
        ("POST", "/v1/jobs/none/runs", "job_not_found"),
        ("GET", "/v1/jobs/none/runs/jrn_x", "job_not_found"),
        ("GET", "/v1/jobs/verify/runs/jrn_x", "job_run_not_found"),
    ],
)
def test_what_is_not_there_is_not_found(counter: Counter, method: str, path: str, code: str) -> None:
    answer = counter.ask("operator", method, path)

    assert (answer.status_code, answer.get_json()["code"]) == (404, code)
