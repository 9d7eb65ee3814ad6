"""Travellers: somebody with a browser of their own on a journey through the pages, in one way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Locator, Page, Response, expect

from api.access import cookies, passwords
from api.web import words
from config import database
from tests.api.access.door import PASSWORD
from tests.api.web.browser import session_of
from tests.pages.conftest import Place
from tests.pages.hands import Hand, Keyboard, Mouse
from tests.pages.looking import complaints_of
from tests.pages.site import PATIENCE_MS
from tests.pages.ways import Way

# Chromium says so of every page that answers with a status of its own; what else it says is a fault of ours.
_OF_STATUSES = "Failed to load resource: the server responded with a status of 4"


@dataclass
class Traveller:
    """A page of a browser and the hand at it; `said` is what the browser complained of on the way."""

    place: Place
    way: Way
    context: BrowserContext
    page: Page
    hand: Hand
    said: list[str] = field(default_factory=list)

    def is_(self, who: str | None) -> None:
        """Go on as somebody of the counter, or as nobody."""
        self.context.clear_cookies(name=cookies.SESSION)
        if who is not None:
            self.put(cookies.SESSION, session_of(who))

    def enters(self, who: str, password: str = PASSWORD) -> None:
        """Sign in with a password and the code of the letter, on the page that asks for them."""
        self.hand.type("email", f"{who}@example.it")
        self.hand.type("password", password)
        self.hand.press("Continua")
        self.hand.type("code", code_of(who))
        self.hand.press("Entra")

    def put(self, name: str, value: str) -> None:
        """Keep a cookie."""
        self.context.add_cookies([{"name": name, "value": value, "url": self.place.address}])

    def goes(self, path: str) -> None:
        """Type an address."""
        self.page.goto(path, wait_until="load")

    def path(self) -> str:
        """Say where this is."""
        return self.page.url.removeprefix(self.place.address)

    def reads(self, text: str, **values: object) -> None:
        """See that a text of the pages is there, in the page's language."""
        self.sees(self.hand.say(text, **values).partition("%(")[0])

    def sees(self, text: str) -> None:
        """See that a text is there as it is."""
        expect(self.main).to_contain_text(text)

    def does_not_read(self, text: str, **values: object) -> None:
        """See that a text of the pages is not there."""
        expect(self.main).not_to_contain_text(self.hand.say(text, **values))

    def headed(self, text: str, **values: object) -> None:
        """See what a page is about."""
        heading = self.page.get_by_role("heading", level=1)
        expect(heading).to_contain_text(self.hand.say(text, **values).partition("%(")[0])

    def must_mend(self) -> None:
        """See that what has to be mended is summed up on top, where the scripts lead to, with links to the fields."""
        summed = self.page.locator("#to-mend")
        expect(summed).to_be_visible()
        if self.way.scripts:
            expect(summed).to_be_focused()
        for link in summed.get_by_role("link").all():
            target = self.page.locator(str(link.get_attribute("href")))
            assert target.count() == 1, f"{link} leads nowhere"
        self.look()

    def look(self) -> None:
        """See that this page can be used by everybody."""
        found = list(complaints_of(self.page, axe=self.way.scripts))
        assert found == [], (self.path(), found)

    @property
    def main(self) -> Locator:
        """What a page is about, without its frame."""
        return self.page.locator("main")


def with_password(who: str) -> None:
    """Give somebody of the counter a password."""
    kept = passwords.kept(PASSWORD)
    statement = sa.text("update member set password_hash = :kept where email = :email")
    database.transact(lambda session: session.execute(statement, {"kept": kept, "email": f"{who}@example.it"}))


def code_of(who: str) -> str:
    """What the last letter to somebody says that they have to type."""
    statement = sa.text(
        "select facts from mail where address = :address and template = 'one_time_code' order by mail_id desc limit 1"
    )
    facts = database.transact(lambda session: session.scalar(statement, {"address": f"{who}@example.it"}))
    assert facts is not None, f"no letter to {who}"
    return str(facts["code"])


@contextmanager
def travelling(place: Place, way: Way) -> Iterator[Traveller]:
    """A traveller whose browser has seen nothing yet; at the end it must have had nothing to complain of."""
    context = place.browser.new_context(
        viewport={"width": way.width, "height": 800}, java_script_enabled=way.scripts, base_url=place.address
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        hand = (Keyboard if way.keyboard else Mouse)(page, way.language)
        traveller = Traveller(place, way, context, page, hand)
        traveller.put(words.COOKIE, way.language)
        _listen(traveller)
        yield traveller
        assert traveller.said == []
    finally:
        context.close()


def _listen(traveller: Traveller) -> None:
    said, page = traveller.said, traveller.page

    def answered(response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            said.append(f"{response.status} {response.url}")
        if response.status >= 500:
            said.append(f"{response.status} {response.url}")

    page.on("response", answered)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda message: None if message.text.startswith(("[DOM]", _OF_STATUSES)) else said.append(message.text),
    )
