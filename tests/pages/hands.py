"""Hands that use a page as people do: with a mouse or a finger, or with the keys alone."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Download, FilePayload, Locator, Page, expect

from api.web import words

# No page of ours has more that can have the focus.
_STEPS = 300
_BETWEEN_CLICKS_MS = 200
_HAS_FOCUS = "e => e === document.activeElement"


class Hand(ABC):
    """One hand at one page; what it looks for is told in Italian and found in the page's language."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language
        # Chromium's own dialogue is kept from the start: once a file was asked for it would be too late.
        page.on("filechooser", lambda chooser: None)

    def say(self, text: str, **values: Any) -> str:
        """Return what is read for an Italian text of the pages."""
        told = text if self.language == "it" else words._english().gettext(text)
        return told % values if values else told

    def follow(self, text: str, **values: Any) -> None:
        """Follow a link."""
        with self.page.expect_event("load"):
            self.push(self._named("link", text, values))

    def press(self, text: str, **values: Any) -> None:
        """Press a button that leads on."""
        with self.page.expect_event("load"):
            self.push(self._named("button", text, values))

    def twice(self, text: str) -> None:
        """Press a button, and again before anything can have come of it."""
        once = self._ready(self._named("button", text, {}))
        once()
        self.page.wait_for_timeout(_BETWEEN_CLICKS_MS)
        once()

    def take(self, locator: Locator) -> Download:
        """Take the file that a link leads to."""
        with self.page.expect_download() as coming:
            self.push(locator)
        return coming.value

    def unfold(self, text: str, **values: Any) -> None:
        """Open what is folded under some words, where it is not open."""
        folded = self.page.locator("details").filter(has=self.page.get_by_text(self.say(text, **values), exact=True))
        if folded.get_attribute("open") is None:
            self.push(folded.locator("summary"))
        expect(folded).to_have_attribute("open", "")

    def field(self, name: str, value: str | None = None) -> Locator:
        """Return a field of the page by what it is sent as; a box or a radio of several by its value too."""
        chosen = "" if value is None else f'[value="{value}"]'
        return self.page.locator(f'main :is(input, select, textarea)[name="{name}"]:not([type=hidden]){chosen}')

    def _named(self, role: Any, text: str, values: dict[str, Any]) -> Locator:
        # What follows may be an amount, or for those who only listen.
        told = self.say(text, **values).partition("%(")[0]
        name = re.compile(rf"^\W*{re.escape(told)}")
        found = self.page.get_by_role(role, name=name)
        return found.first

    @abstractmethod
    def push(self, target: Locator) -> None:
        """Click on something, or press a key on it."""

    @abstractmethod
    def _ready(self, target: Locator) -> Callable[[], None]:
        """Go to something, and return what pushes it without a look at what came of it."""

    @abstractmethod
    def type(self, name: str, text: str) -> None:
        """Type into a field, in place of what stands there; a day as 2026-03-02."""

    @abstractmethod
    def pick(self, name: str, value: str) -> None:
        """Choose one of several."""

    @abstractmethod
    def tick(self, name: str, value: str | None = None) -> None:
        """Put a tick in a box."""

    @abstractmethod
    def choose(self, name: str, files: Sequence[FilePayload]) -> None:
        """Choose files."""


class Mouse(Hand):
    """A mouse or a finger."""

    def push(self, target: Locator) -> None:
        target.click()

    def _ready(self, target: Locator) -> Callable[[], None]:
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        assert box is not None
        return lambda: self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def type(self, name: str, text: str) -> None:
        self.field(name).fill(text)

    def pick(self, name: str, value: str) -> None:
        if self.field(name).first.evaluate("e => e.tagName") == "SELECT":
            self.field(name).select_option(value)
        else:
            self.field(name, value).check()

    def tick(self, name: str, value: str | None = None) -> None:
        self.field(name, value).check()

    def choose(self, name: str, files: Sequence[FilePayload]) -> None:
        with self.page.expect_file_chooser() as asked:
            self.field(name).click()
        asked.value.set_files(files)


class Keyboard(Hand):
    """The keys alone: Tab leads to everything, in an order, and what has the focus is seen."""

    def push(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def _ready(self, target: Locator) -> Callable[[], None]:
        self._reach(target)
        return lambda: self.page.keyboard.press("Enter")

    def type(self, name: str, text: str) -> None:
        field = self.field(name)
        self._reach(field)
        kind = field.get_attribute("type")
        if kind in ("date", "month"):
            self._type_day(text)
        else:
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.press("Delete")
            self.page.keyboard.insert_text(text)
        expect(field).to_have_value(text)

    def pick(self, name: str, value: str) -> None:
        first = self.field(name).first
        if first.evaluate("e => e.tagName") == "SELECT":
            self._reach(first)
            steps = first.evaluate(
                "(e, value) => [...e.options].findIndex(o => o.value === value) - e.selectedIndex", value
            )
            for _ in range(abs(steps)):
                self.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
            expect(first).to_have_value(value)
            return
        # Tab leads to the one that is chosen, or to the first; from there the arrows go on.
        with self._stepping(first) as steps:
            for _ in steps:
                if first.evaluate("e => document.activeElement.name === e.name"):
                    break
        wanted = self.field(name, value)
        for _ in range(self.field(name).count()):
            if wanted.is_checked():
                break
            self.page.keyboard.press("Space" if wanted.evaluate(_HAS_FOCUS) else "ArrowDown")
        expect(wanted).to_be_checked()

    def tick(self, name: str, value: str | None = None) -> None:
        box = self.field(name, value)
        if not box.is_checked():
            self._reach(box)
            self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def choose(self, name: str, files: Sequence[FilePayload]) -> None:
        self._reach(self.field(name))
        with self.page.expect_file_chooser() as asked:
            self.page.keyboard.press("Space")
        asked.value.set_files(files)

    def _reach(self, target: Locator) -> None:
        """Press Tab until something has the focus, and see that it is shown."""
        target.wait_for()
        with self._stepping(target) as steps:
            for _ in steps:
                if target.evaluate(_HAS_FOCUS):
                    break
        shown = target.evaluate("e => getComputedStyle(e).outlineStyle")
        assert shown != "none", f"the focus on {target} is not seen"

    @contextmanager
    def _stepping(self, target: Locator) -> Iterator[Iterator[int]]:
        left = iter(range(_STEPS))

        def steps() -> Iterator[int]:
            for step in left:
                yield step
                self.page.keyboard.press("Tab")

        yield steps()
        assert next(left, None) is not None, f"no key leads to {target}"

    def _type_day(self, text: str) -> None:
        # Chromium asks for the parts of a day in the order of the language it was started in (site.py).
        year, month, *day = text.split("-")
        self.page.keyboard.type("".join((month, *day, year)))
