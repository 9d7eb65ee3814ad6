"""Which pages there are: every address of the pages' rooms that somebody may open, found by their rules and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from tests.api.counter import Counter
from tests.api.web.browser import browser_of

# Everybody of the counter who has a room, and nobody.
PEOPLE = (None, "giulia", "hr", "payroll", "accountant", "comune", "p04", "marta", "operator")
_NO_PAGES = ("web_files.", "web_door.speak", "web_door.demonstrate")
_FILES = frozenset({"bars", "calendar", "document", "download", "export", "file", "qr"})
_LINK = re.compile(r'href="(/[^"#]*)')


class Answer(Protocol):
    """What came back from an address."""

    @property
    def status_code(self) -> int: ...
    @property
    def mimetype(self) -> str: ...
    @property
    def text(self) -> str: ...


def pages(counter: Counter, who: str | None) -> Iterator[str]:
    """Give the path of each page that somebody of the counter may open, as `walk` finds them."""
    return walk(counter.app.url_map, browser_of(counter, who).get)


def walk(addresses: Map, get: Callable[[str], Answer]) -> Iterator[str]:
    """Give the path of each page that may be opened; of pages that name something, the first there is a link to."""
    adapter = addresses.bind("127.0.0.1")
    waiting = [rule.rule for rule in _rules(addresses) if not rule.arguments]
    seen = set(waiting)
    followed: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        answer = get(path)
        assert answer.status_code < 500, (path, answer.status_code)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        yield path
        for link in map(_unescaped, _LINK.findall(answer.text)):
            bare = link.partition("?")[0]
            try:
                endpoint, arguments = adapter.match(bare, "GET")
            except HTTPException:
                continue
            if arguments and endpoint.startswith("web_") and endpoint not in followed and bare not in seen:
                if endpoint.startswith(_NO_PAGES):
                    continue
                followed.add(endpoint)
                seen.add(bare)
                waiting.append(bare)


def own_pages(found: Callable[[str | None], tuple[str, ...]], who: str | None) -> list[str]:
    """Return what one of `PEOPLE` may open and nobody named before them: what all share is looked at once."""
    before: tuple[str | None, ...] = () if who is None else (None,) if who == "giulia" else (None, "giulia")
    shared = {path for other in before for path in found(other)}
    return [path for path in found(who) if path not in shared]


def endpoints(addresses: Map) -> set[str]:
    """Return the endpoint of each page; what answers with a file is none."""
    return {rule.endpoint for rule in _rules(addresses) if rule.endpoint.rpartition(".")[2] not in _FILES}


def _rules(addresses: Map) -> list[Rule]:
    found = [
        rule
        for rule in addresses.iter_rules()
        if rule.endpoint.startswith("web_")
        and not rule.endpoint.startswith(_NO_PAGES)
        and "GET" in (rule.methods or ())
    ]
    return sorted(found, key=lambda rule: rule.rule)


def _unescaped(link: str) -> str:
    return link.replace("&amp;", "&")
