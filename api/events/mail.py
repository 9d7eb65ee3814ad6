"""Mail: letters are queued with whatever they tell of, and sent by a worker, each until it is taken or given up."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from functools import partial
from typing import Any

import structlog
from jinja2 import TemplateError
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from api.events import letters
from api.events.errors import AddressInvalid
from api.events.kinds import TEMPLATES
from config import clock, database, ids, settings
from config.settings import Settings

# A dot in the domain, no quotes, no space and no control character anywhere: what people really have.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_LONGEST = 254
_TIMEOUT_SECONDS = 20
_LEASE = timedelta(minutes=5)
_BATCH = 20
# What follows each attempt that failed for now; after the last one the letter is dead.
RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
_INSERT = (
    "insert into mail (mail_id, addressee_id, address, template, language, facts, useful_until)"
    " values (%s, %s, %s, %s, %s, %s, %s)"
)
# The lease is the time of the next attempt: a worker that dies leaves the letter to the others once it is over.
_CLAIM = (
    "update mail m set next_at = %(lease)s, attempts = attempts + 1 from ("
    "  select mail_id from mail where state = 'queued' and next_at <= %(now)s order by next_at limit %(batch)s"
    "  for update skip locked) due"
    " where m.mail_id = due.mail_id"
    " returning m.mail_id, m.address, m.template, m.language, m.facts, m.attempts, m.useful_until"
)
_END = "update mail set state = %s, ended_at = %s, problem = %s, facts = '{}' where mail_id = %s and state = 'queued'"
_LATER = "update mail set next_at = %s, problem = %s, attempts = attempts - %s where mail_id = %s and state = 'queued'"
_FORGET = "delete from mail where ended_at < %s"
KEPT = timedelta(days=30)

_log = structlog.get_logger("borsellino.mail")


@dataclass(frozen=True, slots=True)
class _Letter:
    mail_id: str
    address: str
    template: str
    language: str
    facts: Mapping[str, Any]
    attempts: int
    useful_until: datetime | None


def queue(
    session: Session,
    address: str,
    template: str,
    facts: Mapping[str, Any],
    language: str,
    *,
    member_id: str | None = None,
    useful_until: datetime | None = None,
) -> str:
    """
    Queue a letter to an address, in the transaction of what it tells of, and return its id; any fence may.

    `template` is one of `kinds.TEMPLATES`, `facts` what its files ask for (docs/events.md). What is not sent by
    `useful_until` (a code that is no longer good) is not sent at all.
    Errors: AddressInvalid; KeyError for a template that is not there, a mistake of the caller's.
    """
    check_address(address)
    TEMPLATES[template]
    mail_id = ids.new("mal")
    plain = {name: _plain(value) for name, value in facts.items()}
    database.run(session, _INSERT, (mail_id, member_id, address, template, language, Jsonb(plain), useful_until))
    return mail_id


def check_address(address: str) -> None:
    """
    Refuse what is no address.

    Errors: AddressInvalid.
    """
    try:
        if len(address) > _LONGEST or not _ADDRESS.fullmatch(address):
            raise AddressInvalid(address=address[:80])
        Address(addr_spec=address)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise AddressInvalid(address=address[:80]) from error


def configured() -> bool:
    """Return whether a mail server is configured; without one letters stay queued."""
    return settings.load().mail_host is not None


def send_due() -> int:
    """
    Send the letters whose time has come and return how many were taken; several workers may at once.

    A letter that its server refuses for good is dead; the others are tried again, for two days. A worker that dies
    between the server's answer and our record of it sends that one letter twice, under the same Message-ID.
    """
    found = settings.load()
    if found.mail_host is None:
        return 0
    sent = 0
    while claimed := database.transact(_claim):
        outcomes = _send_all(found, claimed)
        database.transact(partial(_record, outcomes))
        sent += sum(outcome.sent for outcome in outcomes)
        if any(outcome.unreachable for outcome in outcomes):
            break
    return sent


def clean() -> int:
    """Delete the letters that ended longer ago than they are kept, and return how many."""
    return database.transact(lambda session: database.run(session, _FORGET, (clock.now() - KEPT,)))


@dataclass(frozen=True, slots=True)
class _Outcome:
    letter: _Letter
    sent: bool = False
    dead: bool = False
    unreachable: bool = False
    problem: str | None = None


def _claim(session: Session) -> list[_Letter]:
    now = clock.now()
    asked = {"now": now, "lease": now + _LEASE, "batch": _BATCH}
    return [_Letter(*row) for row in database.rows(session, _CLAIM, asked)]


def _send_all(found: Settings, claimed: list[_Letter]) -> list[_Outcome]:
    outcomes: list[_Outcome] = []
    late = [letter for letter in claimed if letter.useful_until is not None and letter.useful_until < clock.now()]
    outcomes += [_Outcome(letter, dead=True, problem="too late") for letter in late]
    rest = [letter for letter in claimed if letter not in late]
    try:
        if rest:
            with _server(found) as server:
                outcomes += [_send(found, server, letter) for letter in rest]
    except (smtplib.SMTPException, OSError) as error:
        told = {outcome.letter.mail_id for outcome in outcomes}
        problem = _problem(error)
        _log.warning("mail_server_failed", problem=problem)
        outcomes += [
            _Outcome(letter, unreachable=True, problem=problem) for letter in rest if letter.mail_id not in told
        ]
    return outcomes


def _send(found: Settings, server: smtplib.SMTP, letter: _Letter) -> _Outcome:
    try:
        message = letters.message(letter.mail_id, letter.template, letter.language, letter.facts, letter.address, found)
    except (TemplateError, TypeError, ValueError, KeyError) as error:
        _log.error("mail_not_written", mail=letter.mail_id, template=letter.template, problem=type(error).__name__)
        return _Outcome(letter, dead=True, problem="not written")
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        server.rset()
        return _Outcome(letter, dead=code >= 500, problem=f"recipient refused: {code}")
    except smtplib.SMTPSenderRefused:
        # Not this letter's fault: every other one would be refused like it.
        raise
    except smtplib.SMTPResponseException as error:
        # The server has enough of us and ends the connection: the others go with the next one.
        if error.smtp_code == 421:
            raise
        server.rset()
        return _Outcome(letter, dead=error.smtp_code >= 500, problem=_problem(error))
    return _Outcome(letter, sent=True)


@contextmanager
def _server(found: Settings) -> Iterator[smtplib.SMTP]:
    assert found.mail_host is not None  # noqa: S101
    context = ssl.create_default_context()
    if found.mail_tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            found.mail_host, found.mail_port, timeout=_TIMEOUT_SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(found.mail_host, found.mail_port, timeout=_TIMEOUT_SECONDS)
    with server:
        if found.mail_tls == "starttls":
            server.starttls(context=context)
        if found.mail_user is not None:
            server.login(found.mail_user, found.mail_password or "")
        yield server


def _record(outcomes: list[_Outcome], session: Session) -> None:
    now = clock.now()
    for outcome in outcomes:
        letter = outcome.letter
        tried_all = letter.attempts > len(RETRIES) and not outcome.unreachable
        if outcome.sent or outcome.dead or tried_all:
            state = "sent" if outcome.sent else "dead"
            database.run(session, _END, (state, now, outcome.problem, letter.mail_id))
        else:
            # A server that nobody reaches is no attempt at a letter.
            wait = RETRIES[0] if outcome.unreachable else RETRIES[letter.attempts - 1]
            asked = (now + wait, outcome.problem, int(outcome.unreachable), letter.mail_id)
            database.run(session, _LATER, asked)


def _problem(error: Exception) -> str:
    """Name a failure without what the server said, which may repeat an address."""
    code = getattr(error, "smtp_code", None)
    return type(error).__name__ if code is None else f"{type(error).__name__} {code}"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
