"""The furnished counter of the HTTP API's tests, real mail servers and real receivers of webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from sqlalchemy.orm import Session

from config import database, settings
from tests import factories
from tests.api.counter import Counter
from tests.api.events.receivers import Receiver, receiving
from tests.api.v1.conftest import counter, furnished

__all__ = ["counter", "furnished"]


@dataclass
class Post:
    """A mail server's handler: what it took, and what it answers to whom."""

    taken: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    to: list[str] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        self.to += envelope.rcpt_tos
        return "250 OK"


class PostOffice(Controller):
    """A mail server on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """A real mail server on loopback for the length of a block."""
    controller = PostOffice(Post(), hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


@pytest.fixture(scope="package")
def _post_office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture(scope="package", autouse=True)
def _credit_for_all_tests(furnished: Counter) -> None:
    """Enough for Giulia to buy in every test of this folder."""
    book_id, giulia = furnished.books["E1"], furnished.people["giulia"]
    database.transact(lambda session: factories.grant(session, book_id, "A", giulia, 500_000))


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Set settings for the length of a test."""

    def change(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"BORSELLINO_{name.upper()}", value)
        settings.load.cache_clear()

    yield change
    monkeypatch.undo()
    settings.load.cache_clear()


@pytest.fixture
def post(_post_office: PostOffice, configure: Callable[..., None]) -> Post:
    """A real mail server that the settings name, and what it took."""
    return written_to(_post_office, configure)


def written_to(office: PostOffice, configure: Callable[..., None]) -> Post:
    """Have letters go out through a mail server, which has taken nothing yet."""
    found: Post = office.handler
    found.taken.clear()
    found.answers.clear()
    found.to.clear()
    configure(
        mail_host="127.0.0.1",
        mail_port=str(office.port),
        mail_tls="none",
        mail_from="Welfare Cremona <welfare@example.it>",
        public_url="https://welfare.example.it/",
    )
    return found


@pytest.fixture
def receiver(configure: Callable[..., None], counter: Counter) -> Iterator[Receiver]:
    """A program that is told of events, on loopback, which the settings allow; whatever was on its way is gone."""
    configure(webhooks_private="true")
    _clear()
    with receiving() as found:
        yield found
    _clear()


def _clear() -> None:
    def work(session: Session) -> None:
        for table in ("webhook_endpoint", "event"):
            session.execute(sa.text(f"delete from {table}"))

    database.transact(work)
