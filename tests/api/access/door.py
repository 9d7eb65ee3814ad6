"""People at the door: each with a browser of their own, a password, and a mailbox that the test reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.access import passwords
from config import database
from tests.api.counter import Counter

PASSWORD = "sedia-blu-corre-piano"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Browser:
    """A browser, which keeps its cookies, at some address."""

    client: FlaskClient
    address: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send what one of our pages would send."""
        sent = SAME_SITE | {name.replace("_", "-"): value for name, value in headers.items()}
        rest: dict[str, Any] = {} if body is None else {"json": body}
        return self.client.open(
            path, method=method, headers=sent, environ_overrides={"REMOTE_ADDR": self.address}, **rest
        )

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.ask("POST", path, body, **headers)


@dataclass
class Door:
    """The door of a counter."""

    counter: Counter
    used: list[int] = field(default_factory=lambda: [0])

    def browser(self, address: str | None = None) -> Browser:
        """A new browser; at an address of its own unless told otherwise."""
        self.used[0] += 1
        return Browser(self.counter.app.test_client(), address or f"198.51.100.{self.used[0]}")

    def with_password(self, name: str, password: str = PASSWORD) -> str:
        """Give somebody of the counter a password, and return their address."""
        email = f"{name}@example.it"
        kept = passwords.kept(password)
        self.run("update member set password_hash = :kept where email = :email", kept=kept, email=email)
        return email

    def begin(self, browser: Browser, email: str, password: str = PASSWORD) -> TestResponse:
        return browser.post("/v1/sessions", {"email": email, "password": password})

    def confirm(self, browser: Browser, email: str, **more: Any) -> TestResponse:
        """Show the password and the code that came by mail."""
        begun = self.begin(browser, email)
        assert begun.status_code == 202, begun.text
        body = {"challenge": begun.get_json()["challenge"], "code": self.letter(email)["code"]}
        return browser.post("/v1/sessions/confirm", body | more)

    def signed_in(self, name: str, **more: Any) -> Browser:
        """Somebody's browser, in which they have signed in."""
        browser = self.browser()
        answer = self.confirm(browser, self.with_password(name), **more)
        assert answer.status_code == 201, answer.text
        return browser

    def letter(self, email: str, template: str | None = None) -> Mapping[str, Any]:
        """What the last letter to an address tells of."""
        rows = self.rows(
            "select facts from mail where address = :email and template = coalesce(:template, template)"
            " order by mail_id desc limit 1",
            email=email,
            template=template,
        )
        facts: Mapping[str, Any] = rows[0].facts
        return facts

    def letters(self, email: str) -> int:
        return len(self.rows("select 1 from mail where address = :email", email=email))

    def secret_of(self, link: str) -> str:
        """What stands after the `#` of a link."""
        return link.partition("#")[2]

    def member_id(self, name: str) -> str:
        found: str = self.rows("select member_id from member where email = :email", email=f"{name}@example.it")[0][0]
        return found

    def trail(self, **wanted: Any) -> list[Any]:
        """Rows of the audit trail, as the owner of the tables sees them."""
        where = " and ".join(f"{name} = :{name}" for name in wanted) or "true"
        return self.rows(f"select * from audit_event where {where} order by event_id", **wanted)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        return database.transact(lambda session: list(session.execute(sa.text(statement), values).all()))

    def run(self, statement: str, **values: Any) -> None:
        database.transact(lambda session: session.execute(sa.text(statement), values))

    def forget_failures(self) -> None:
        self.run("delete from pace")
        self.run("delete from device")

    def sign_everybody_out(self) -> None:
        self.run("update token set revoked_at = ledger_now() where idle_seconds is not null and revoked_at is null")
        self.run("update member set totp_secret = null, totp_pending = null, totp_step = null, password_hash = null")
