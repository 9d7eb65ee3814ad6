"""Browsers at the pages: they keep cookies, fill in forms as they were drawn, and follow where they are sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from api.access import cookies, members, sessions
from config import database
from tests.api.counter import Counter

# What is written down at every request, and what tells how often somebody asks.
_EACH_TIME = frozenset({"audit_event", "rate_window", "pace", "code_attempt"})
DRAWN = re.compile(r"[?&]modulo=[0-9A-Z]{26}(&|$)")
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Drawn:
    """A form as it was drawn: where it is sent to ("" is the page's own address), how, and what it would send."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Drawn] = []
        self._fields: dict[str, str] | None = None
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name") or "", told.get("value") or ""
        if tag == "form":
            self.forms.append(Drawn(told.get("action") or "", (told.get("method") or "get").lower()))
            self._fields = self.forms[-1].fields
        elif self._fields is None:
            return
        elif tag == "input" and name:
            if told.get("type") in ("checkbox", "radio") and "checked" not in told:
                return
            if told.get("type") != "submit":
                self._fields[name] = value
        elif tag == "textarea":
            self._area = name
            self._fields[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in told or self._select not in self._fields):
            self._fields[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._fields is not None:
            self._fields[self._area] += data.removeprefix("\n")


def forms_of(page: TestResponse) -> Mapping[str, dict[str, str]]:
    """What the forms of a page would send as they were drawn, by where they are sent to."""
    found: dict[str, dict[str, str]] = {}
    for form in every_form(page):
        found.setdefault(form.action, {}).update(form.fields)
    return found


def every_form(page: TestResponse) -> list[Drawn]:
    """Each form of a page, in its order."""
    found = _Forms()
    found.feed(page.text)
    return found.forms


def text_of(page: TestResponse) -> str:
    """What is read on a page, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


@dataclass
class Browser:
    """A browser that looks at pages, in Italian unless told otherwise."""

    client: FlaskClient
    language: str = "it"
    headers: dict[str, str] = field(default_factory=lambda: dict(SAME_SITE))

    def get(self, path: str, **rest: Any) -> TestResponse:
        """Open a page; one of which each drawing has an address is followed there."""
        answer = self.client.get(path, headers=self._sent(), **rest)
        to = answer.headers.get("Location", "")
        if DRAWN.search(to) and not DRAWN.search(path) and to.partition("?")[0] == path.partition("?")[0]:
            return self.client.get(to, headers=self._sent(), **rest)
        return answer

    def post(self, path: str, fields: Mapping[str, Any], **rest: Any) -> TestResponse:
        """Send a form; one that bears a key and was taken is sent again, as a double click does, and counts once."""
        answer = self.client.post(path, data=_copied(fields), headers=self._sent(), **rest)
        if any(name == "key" or name.endswith("-key") for name in fields) and answer.status_code < 400:
            written = rows()
            again = self.client.post(path, data=_copied(fields), headers=self._sent(), **rest)
            assert (again.status_code < 500, rows()) == (True, written), f"sent twice, {path} counts twice"
        return answer

    def send(self, path: str, action: str | None = None, **typed: Any) -> TestResponse:
        """Open a page, fill in its form and send it; `action` says which, where there are several."""
        return self.send_on(self.get(path), path, action, **typed)

    def send_on(self, page: TestResponse, path: str, action: str | None = None, **typed: Any) -> TestResponse:
        """Fill in the form of a page that is already open, and send it."""
        forms = forms_of(page)
        assert forms, page.text
        chosen = action if action is not None else "" if "" in forms else list(forms)[-1]
        return self.post(chosen or path, {**forms[chosen], **typed})

    def _sent(self) -> dict[str, str]:
        return {"Accept": "text/html", "Accept-Language": self.language, **self.headers}


def _copied(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields again: a file is read once."""
    return {
        name: (BytesIO(value[0].getvalue()), *value[1:])
        if isinstance(value, tuple) and isinstance(value[0], BytesIO)
        else value
        for name, value in fields.items()
    }


def rows() -> dict[str, int]:
    """How many rows each table has in which what happened is written down."""

    def work(session: Session) -> dict[str, int]:
        tables = sorted(set(sa.inspect(session.connection()).get_table_names()) - _EACH_TIME)
        counts = (f"select '{table}', count(*) from \"{table}\"" for table in tables)
        return dict(map(tuple, session.execute(sa.text(" union all ".join(counts)))))

    return database.transact(work)


def browser_of(counter: Counter, who: str | None = None, *, language: str = "it") -> Browser:
    """A browser in which somebody of the counter has signed in, or nobody."""
    browser = Browser(counter.app.test_client(), language)
    if who is not None:
        browser.client.set_cookie(cookies.name(cookies.SESSION), session_of(who))
    return browser


def session_of(who: str) -> str:
    """The secret of a new browser's session of somebody of the counter."""

    def work(session: Any) -> str:
        member = members.by_email(session, f"{who}@example.it")
        assert member is not None
        return sessions.open_one(session, member.member_id, kind="cookie", label="test").secret

    return database.transact(work)
