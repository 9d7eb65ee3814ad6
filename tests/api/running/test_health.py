"""What is asked about health is answered with the truth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.engine import URL, Engine
from sqlalchemy.orm import Session, sessionmaker

from api import app
from api.running import serving
from api.running.serving import RoleNotFenced
from config import clock, database, fences, settings
from tests.api.counter import Counter


@pytest.fixture
def engine(own_database: URL) -> Iterator[Engine]:
    engine = database.make_engine(own_database.set(username=fences.WEB_ROLE))
    yield engine
    engine.dispose()


@pytest.fixture
def owner(own_database: URL) -> Iterator[Engine]:
    engine = database.make_engine(own_database)
    yield engine
    engine.dispose()


@pytest.fixture
def client(engine: Engine, owner: Engine, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The application on a database of the test's own, connected as it is when it serves."""
    factory: sessionmaker[Session] = sessionmaker(engine, expire_on_commit=False)
    monkeypatch.setattr(database, "_fenced_factory", lambda: factory)
    return app.create().test_client()


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.at(datetime.now(UTC)):
        yield


def found(client: FlaskClient) -> tuple[int, str, dict[str, str]]:
    answer = client.get("/readyz")
    told = answer.get_json()
    return answer.status_code, told["status"], {check["name"]: check["status"] for check in told["checks"]}


def run(owner: Engine, statement: str) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql(statement)


def _ran(job: str, outcome: str) -> str:
    problem = "'{}'" if outcome == "failed" else "null"
    return (
        "insert into job_run (run_id, job, outcome, started_at, ended_at, problem) values"
        f" ('{job}-' || clock_timestamp(), '{job}', '{outcome}', now(), now(), {problem})"
    )


def test_all_is_well(client: FlaskClient, owner: Engine) -> None:
    run(owner, _ran("holds", "done"))

    assert found(client) == (
        200,
        "ok",
        {"database": "ok", "schema": "ok", "role": "ok", "proofs": "ok", "worker": "ok"},
    )


def test_a_worker_that_is_not_there_is_a_warning(client: FlaskClient, owner: Engine) -> None:
    assert found(client)[:2] == (200, "warn")

    run(owner, _ran("holds", "done"))
    run(owner, "update job_run set started_at = now() - interval '1 hour', ended_at = now() - interval '1 hour'")

    assert found(client)[2]["worker"] == "warn"


def test_books_that_do_not_prove_themselves_are_not_served(client: FlaskClient, owner: Engine) -> None:
    run(owner, _ran("verify", "failed"))
    failed = found(client)
    run(owner, _ran("verify", "done"))

    assert (failed[0], failed[2]["proofs"]) == (503, "fail")
    assert found(client)[0] == 200


def test_another_job_that_failed_is_a_warning(client: FlaskClient, owner: Engine) -> None:
    run(owner, _ran("forget", "failed"))

    assert (found(client)[0], found(client)[2]["proofs"]) == (200, "warn")


def test_a_schema_of_another_version_is_not_served(client: FlaskClient, owner: Engine) -> None:
    run(owner, "update alembic_version set version_num = '0001_ledger'")

    status, _, checks = found(client)

    assert (status, checks["schema"], checks["database"]) == (503, "fail", "ok")


def test_fences_of_another_program_are_not_served_behind(client: FlaskClient, owner: Engine) -> None:
    run(owner, "comment on table alembic_version is 'another program'")

    status, _, checks = found(client)

    assert (status, checks["schema"]) == (503, "fail")


def test_a_database_that_was_never_migrated_is_not_served(client: FlaskClient, owner: Engine) -> None:
    run(owner, "drop function running_state()")

    assert found(client) == (503, "fail", {"database": "ok", "schema": "fail"})


def test_a_request_to_a_database_that_was_never_migrated_may_come_again(client: FlaskClient, owner: Engine) -> None:
    run(owner, "drop function access_identify(bytea, timestamptz)")
    run(owner, "comment on table alembic_version is 'another program'")

    answer = client.get("/v1/me", headers={"Authorization": "Bearer brsl_x"})

    assert (answer.status_code, answer.get_json()["code"]) == (503, "schema_not_current")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_function_that_is_missing_from_our_own_schema_is_our_mistake(client: FlaskClient, owner: Engine) -> None:
    run(owner, "drop function access_identify(bytea, timestamptz)")

    answer = client.get("/v1/me", headers={"Authorization": "Bearer brsl_x"})

    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal_failure")


def test_a_database_that_knows_no_roles_of_sights_has_to_be_migrated(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fences.Fence, "role", "borsellino_of_later")

    assert found(client) == (503, "fail", {"database": "ok", "schema": "fail"})


def test_a_role_that_sees_everything_is_found_out(
    client: FlaskClient, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_fenced_factory", lambda: sessionmaker(owner))

    assert (found(client)[0], found(client)[2]["role"]) == (503, "fail")


def test_without_a_database_it_lives_and_is_not_ready(
    client: FlaskClient, own_database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = database.make_engine(own_database.set(database="is_not_there"))
    monkeypatch.setattr(database, "_fenced_factory", lambda: sessionmaker(nowhere))

    asked = client.get("/v1/authorizations/aut_x", headers={"Authorization": "Bearer brsl_x"})
    alive, ready = client.get("/healthz"), client.get("/readyz")
    nowhere.dispose()

    assert (alive.status_code, alive.get_json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.get_json()["checks"][0]["status"]) == (503, "fail")
    assert (asked.status_code, asked.get_json()["code"]) == (503, "database_unavailable")
    assert int(asked.headers["Retry-After"]) > 0
    assert "is_not_there" not in asked.text + ready.text


def test_a_web_server_that_is_told_of_no_database_makes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "BORSELLINO_WEB_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    settings.load.cache_clear()

    with pytest.raises(serving.DatabaseNotNamed):
        serving.prepare()

    settings.load.cache_clear()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        ("create role {role} login superuser", "superuser"),
        ("create role {role} login bypassrls", "BYPASSRLS"),
        ("create role {role} login; grant borsellino_passer to {role}", "BYPASSRLS"),
        ("create role {role} login; alter table rate_window owner to {role}", "owns the tables"),
        ("create role {role} login; grant borsellino_keeper to {role}", "owns the tables"),
    ],
)
def test_a_role_that_the_fences_do_not_hold_is_refused(own_database: URL, owner: Engine, make: str, why: str) -> None:
    role = f"slips_{own_database.database}"
    run(owner, "create role borsellino_passer bypassrls")
    run(owner, "create role borsellino_keeper; alter table rate_window owner to borsellino_keeper")
    run(owner, make.format(role=role))
    engine = database.make_engine(own_database.set(username=role))
    serving.hold(engine)
    try:
        with pytest.raises(RoleNotFenced) as refused:
            engine.connect()
    finally:
        engine.dispose()
        run(owner, "alter table rate_window owner to postgres")
        run(owner, f"drop owned by {role}, borsellino_keeper; drop role {role}, borsellino_keeper, borsellino_passer")

    assert why in refused.value.text("en")
    assert "BORSELLINO_WEB_DATABASE_URL" in refused.value.text("it")


def test_the_fenced_role_is_served(engine: Engine) -> None:
    serving.hold(engine)

    with engine.connect() as connection:
        assert connection.scalar(sa.text("select current_user")) == fences.WEB_ROLE


def test_health_tells_nothing_of_anybody(counter: Counter) -> None:
    answer = counter.client.get("/readyz")

    assert set(answer.get_json()["checks"][0]) == {"name", "status", "detail"}
    assert "postgres" not in answer.text
