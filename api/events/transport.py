"""
Sending a request to an address that somebody else chose, without being led anywhere else.

A name is resolved once, every address it has is looked at, and the connection goes to one of those very addresses,
while the certificate is checked for the name: what a name resolves to a moment later changes nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from api.events.errors import WebhookAddressRefused, WebhookUrlInvalid
from config import clock

SECONDS = 15
# Nobody reads what a receiver answers: enough of it that a short answer ends its connection well.
_MOST_READ = 4096
_LONGEST_URL = 500
_MOST_ADDRESSES = 3
_PRINTABLE = re.compile(r"[!-~]+")
_NAME = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*"
)
# An address of version 4 inside one of version 6, which a translator on the way may lead to (RFC 6052).
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: a status, or the name of what went wrong; `retry_after` in seconds where it was told."""

    status: int | None
    problem: str | None
    retry_after: float | None
    milliseconds: int

    @property
    def taken(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


def check(url: str, *, private: bool) -> None:
    """
    Refuse an address that nothing will ever be sent to; a name that does not resolve now may do so later.

    `private` lets it be plain HTTP, and an address that is not a public one.
    Errors: WebhookUrlInvalid, WebhookAddressRefused.
    """
    parts = _split(url, private=private)
    with suppress(OSError):
        _addresses(parts, private=private)


def post(url: str, body: bytes, headers: Mapping[str, str], *, private: bool) -> Answer:
    """Send a body, follow no redirect, and say what came of it within `SECONDS`; raises nothing."""
    start = time.monotonic()
    status, problem, retry_after = None, None, None
    try:
        status, retry_after = _post(url, body, headers, private=private)
    except WebhookUrlInvalid:
        problem = "url invalid"
    except WebhookAddressRefused:
        problem = "address refused"
    except TimeoutError:
        problem = "timeout"
    except ssl.SSLCertVerificationError:
        problem = "certificate"
    except (OSError, http.client.HTTPException, ValueError) as error:
        problem = "timeout" if time.monotonic() - start >= SECONDS else type(error).__name__
    return Answer(status, problem, retry_after, round((time.monotonic() - start) * 1000))


def _post(url: str, body: bytes, headers: Mapping[str, str], *, private: bool) -> tuple[int, float | None]:
    parts = _split(url, private=private)
    context = ssl.create_default_context() if parts.scheme == "https" else None
    connection = _Connection(parts, _addresses(parts, private=private), context)
    # A socket's own timeout begins again with every byte: this one does not.
    ended = threading.Timer(SECONDS, connection.abort)
    ended.daemon = True
    ended.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {**headers, "Connection": "close"})
        answer = connection.getresponse()
        told = answer.status, _retry_after(answer.headers.get("Retry-After"))
        # What it was answered is known: the rest may fail.
        with suppress(OSError, http.client.HTTPException):
            answer.read(_MOST_READ)
        return told
    finally:
        ended.cancel()
        connection.close()


class _Connection(http.client.HTTPConnection):
    """A connection to addresses that were looked at, under the name that was asked for."""

    def __init__(self, parts: SplitResult, addresses: list[_Address], context: ssl.SSLContext | None) -> None:
        self.default_port = 443 if context is not None else 80
        super().__init__(parts.hostname or "", parts.port, timeout=SECONDS)
        self._addresses = addresses
        self._context = context

    def connect(self) -> None:
        failed: OSError | None = None
        for address in self._addresses[:_MOST_ADDRESSES]:
            try:
                self.sock = socket.create_connection((str(address), self.port), SECONDS)
                break
            except OSError as error:
                failed = error
        else:
            raise failed or OSError("no address")
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)

    def abort(self) -> None:
        """End the connection under whoever waits for it."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _split(url: str, *, private: bool) -> SplitResult:
    if len(url) > _LONGEST_URL or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise WebhookUrlInvalid(url=url[:80])
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WebhookUrlInvalid(url=url[:80]) from error
    schemes = ("https", "http") if private else ("https",)
    host = parts.hostname or ""
    literal = _literal(host)
    if (
        parts.scheme not in schemes
        or (literal is None and not _NAME.fullmatch(host))
        or "@" in parts.netloc
        or parts.fragment
        or port == 0
    ):
        raise WebhookUrlInvalid(url=url[:80])
    return parts


def _literal(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _addresses(parts: SplitResult, *, private: bool) -> list[_Address]:
    host = parts.hostname or ""
    found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    # The zone of a link-local address is no part of it; those are refused anyway.
    addresses = list(dict.fromkeys(ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found))
    # One that is private is enough: the others may be there to be taken for it.
    if not private and not all(_public(address) for address in addresses):
        raise WebhookAddressRefused(host=host[:80])
    return addresses


def _public(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if inside is None and address in _TRANSLATED:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return _public(inside)
        # Those that name an address of version 4 in their own ways, and what was private before ULA.
        if address.teredo is not None or address.is_site_local or int(address) >> 32 == 0:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _retry_after(text: str | None) -> float | None:
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text.strip()[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - clock.now()).total_seconds(), 0.0)
