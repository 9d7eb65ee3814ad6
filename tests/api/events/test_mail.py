"""Letters over a real mail server: what is written, what is tried again, and what never leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from api.events import letters, mail
from api.events.errors import AddressInvalid
from api.events.kinds import TEMPLATES, Kind
from config import clock, database, fences, settings
from config.fences import Fence, Sight
from tests.api.counter import Counter
from tests.api.events.conftest import Post
from tests.api.v1.conftest import NOON

RESET = {"link": "https://welfare.example.it/reset#tkn_1", "until": datetime(2026, 3, 2, 12, tzinfo=clock.ROME)}


@pytest.fixture(autouse=True)
def _empty(counter: Counter) -> None:
    database.transact(lambda session: session.execute(sa.text("delete from mail")))


def queue(address: str = "giulia@example.it", template: str = "password_reset", **more: object) -> str:
    facts = more.pop("facts", RESET)
    return database.transact(
        lambda session: mail.queue(session, address, template, facts, str(more.pop("language", "it")), **more)  # type: ignore[arg-type]
    )


def rows() -> list[tuple[object, ...]]:
    found = database.transact(
        lambda session: session.execute(
            sa.text("select address, state, attempts, problem, facts::text from mail order by mail_id")
        ).all()
    )
    return [tuple(row) for row in found]


def test_a_letter_is_sent_as_text_and_html_and_what_it_told_is_forgotten(post: Post) -> None:
    mail_id = queue()

    assert mail.send_due() == 1

    (letter,) = post.taken
    assert letter["Subject"] == "Scegli una nuova password"
    assert letter["From"] == "Welfare Cremona <welfare@example.it>"
    assert (letter["To"], post.to) == ("giulia@example.it", ["giulia@example.it"])
    assert letter["Message-ID"] == f"<{mail_id}@example.it>"
    text, page = (part.get_content() for part in letter.iter_parts())  # type: ignore[attr-defined]
    assert "entro il 02/03/2026 12:00" in text
    assert "https://welfare.example.it/reset#tkn_1" in text.splitlines()
    assert '<a href="https://welfare.example.it/reset#tkn_1">' in page
    assert letter["List-Unsubscribe"] is None
    assert rows() == [("giulia@example.it", "sent", 1, None, "{}")]


def test_the_letter_is_in_the_language_asked_for(post: Post) -> None:
    queue(language="en")

    mail.send_due()

    assert post.taken[0]["Subject"] == "Choose a new password"


def test_any_fence_may_queue_a_letter_and_none_reads_one(counter: Counter) -> None:
    with fences.inside(Fence(Sight.FUNDER, counter.books["E1"], member_id="mbr_x")):
        queue()
    for fence in (Fence(Sight.NETWORK), Fence(Sight.BOOK, counter.books["E1"]), Fence(Sight.NOBODY)):
        with fences.inside(fence):
            queue()
            assert rows() == []
    assert len(rows()) == 4


def test_without_a_mail_server_letters_wait(counter: Counter, configure: Callable[..., None]) -> None:
    configure(mail_host="")
    queue()

    assert mail.send_due() == 0
    assert [row[1:3] for row in rows()] == [("queued", 0)]


def test_one_refusal_does_not_stop_the_others(post: Post) -> None:
    post.answers = {"gone@example.it": "550 no such mailbox", "full@example.it": "452 mailbox full"}
    for name in ("gone", "giulia", "full", "mario"):
        queue(f"{name}@example.it")

    assert mail.send_due() == 2

    assert post.to == ["giulia@example.it", "mario@example.it"]
    assert {row[0]: row[1:4] for row in rows()} == {
        "gone@example.it": ("dead", 1, "recipient refused: 550"),
        "giulia@example.it": ("sent", 1, None),
        "full@example.it": ("queued", 1, "recipient refused: 452"),
        "mario@example.it": ("sent", 1, None),
    }


def test_what_fails_for_now_is_tried_again_later_and_given_up_in_the_end(post: Post) -> None:
    post.answers = {"full@example.it": "452 mailbox full"}
    queue("full@example.it")
    moment = NOON
    for wait in mail.RETRIES:
        with clock.at(moment):
            mail.send_due()
            mail.send_due()
        moment += wait
        assert rows()[0][1] == "queued"
    tried = rows()[0][2]
    with clock.at(moment):
        mail.send_due()

    assert tried == len(mail.RETRIES)
    assert rows() == [("full@example.it", "dead", len(mail.RETRIES) + 1, "recipient refused: 452", "{}")]


def test_a_server_that_is_away_costs_no_attempt(post: Post, configure: Callable[..., None]) -> None:
    queue()
    port = str(settings.load().mail_port)
    configure(mail_port="1")

    assert mail.send_due() == 0
    assert rows()[0][1:3] == ("queued", 0)

    configure(mail_port=port)
    with clock.at(NOON + timedelta(minutes=2)):
        assert mail.send_due() == 1


def test_a_server_without_tls_is_not_written_to_in_clear(post: Post, configure: Callable[..., None]) -> None:
    queue()
    configure(mail_tls="starttls")

    assert mail.send_due() == 0
    assert post.taken == []


def test_a_code_that_is_no_longer_good_is_not_sent(post: Post) -> None:
    facts = {"code": "123456", "until": NOON}
    queue(template="one_time_code", facts=facts, useful_until=NOON - timedelta(seconds=1))

    assert mail.send_due() == 0
    assert rows() == [("giulia@example.it", "dead", 1, "too late", "{}")]


def test_a_letter_that_cannot_be_written_does_not_stop_the_others(post: Post) -> None:
    queue("giulia@example.it", facts={})
    queue("mario@example.it")

    assert mail.send_due() == 1
    assert [row[1] for row in rows()] == ["dead", "sent"]


@pytest.mark.parametrize(
    "address",
    [
        "giulia@example.it\r\nBcc: all@example.it",
        "giulia@example.it\n",
        "giulia@example.it, mario@example.it",
        "Giulia <giulia@example.it>",
        "giulia",
        "giulia@localhost",
        "@example.it",
        "giulia@exam ple.it",
        "giulia@-example.it",
        "giù@example.it",
        "<script>@example.it",
        "a..b@example.it",
        "x" * 65 + "@example.it",
        "g@" + "x." * 130 + "it",
        "",
    ],
)
def test_what_is_no_address_is_refused(counter: Counter, address: str) -> None:
    with pytest.raises(AddressInvalid):
        queue(address)


def test_what_is_told_becomes_neither_a_header_nor_a_paragraph_nor_a_tag(post: Post) -> None:
    evil = "Mallory\r\nBcc: all@example.it\n\n- <b>x</b> {{ link }}\u2028https://evil.example"
    facts = {
        "inviter": evil,
        "organisation": evil,
        "role_it": "fornitore",
        "role_en": "provider",
        "link": "https://welfare.example.it/x",
        "until": NOON,
    }
    queue(template="invitation", facts=facts)

    mail.send_due()

    (letter,) = post.taken
    assert letter["Bcc"] is None
    assert post.to == ["giulia@example.it"]
    text, page = (part.get_content() for part in letter.iter_parts())  # type: ignore[attr-defined]
    assert [line for line in text.splitlines() if line.startswith(("-", "https://evil", "Bcc"))] == []
    assert "<b>" not in page
    assert "{{ link }}" in page
    assert 'href="https://evil' not in page


@pytest.mark.parametrize("written", TEMPLATES)
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_template_speaks_both_languages_and_its_subject_names_no_service(written: str, language: str) -> None:
    source = (letters.FOLDER / f"{written}.{language}.txt").read_text(encoding="utf-8")
    subject = source.split("\n\n", 1)[0]

    assert not any(word in subject for word in ("service", "provider", "relative", "beneficiary"))
    assert TEMPLATES[written] in Kind


def test_letters_that_ended_are_forgotten_after_a_time(post: Post) -> None:
    queue()
    mail.send_due()
    queue()

    with clock.at(NOON.astimezone(UTC) + mail.KEPT - timedelta(minutes=1)):
        assert mail.clean() == 0
    with clock.at(NOON.astimezone(UTC) + mail.KEPT + timedelta(minutes=1)):
        assert mail.clean() == 1
    assert [row[1] for row in rows()] == ["queued"]
