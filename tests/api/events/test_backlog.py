"""What waits to be told is counted, and that it will not be told without a mail server is said."""

from __future__ import annotations

import json
from collections.abc import Callable

from click.testing import CliRunner

from api.cli.program import program
from api.events import telling
from tests.api.counter import Counter
from tests.api.events.conftest import Post
from tests.api.events.receivers import Receiver


def status(*more: str) -> str:
    result = CliRunner().invoke(program, ["events", "status", "--language", "en", *more], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_counts_what_waits(counter: Counter, receiver: Receiver, configure: Callable[..., None]) -> None:
    configure(mail_host="")
    body = {"url": receiver.url, "events": ["authorization.created"]}
    counter.ask("operator", "POST", "/v1/webhooks", body)
    counter.buy("giulia")

    before = json.loads(status("--json"))["backlog"]
    telling.tell_waiting()
    after = json.loads(status("--json"))["backlog"]

    assert (before["events"], before["deliveries"]) == (1, 0)
    assert (after["events"], after["deliveries"], after["endpoints"]) == (0, 1, 1)
    assert after["letters"] == before["letters"] + 1
    assert "No mail server is configured" in status()


def test_with_a_mail_server_nothing_is_said_of_it(counter: Counter, post: Post) -> None:
    assert "No mail server" not in status()
