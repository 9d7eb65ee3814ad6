"""Addresses that somebody else chose lead nowhere but out, whatever their names resolve to and whatever answers."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.events import transport
from api.events.errors import WebhookAddressRefused, WebhookUrlInvalid
from tests.api.events.receivers import Receiver, receiving

PRIVATE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "localhost",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[2002:a00:1::1]",
    "[2001:0:7f00:1::1]",
    "[2001:db8::1]",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_refused_when_it_is_registered_and_when_it_is_connected_to(host: str) -> None:
    with pytest.raises((WebhookAddressRefused, WebhookUrlInvalid)):
        transport.check(f"https://{host}/hook", private=False)

    answer = transport.post(f"https://{host}/hook", b"{}", {}, private=False)
    assert (answer.status, answer.taken) == (None, False)
    assert answer.problem in ("address refused", "url invalid")


@pytest.mark.parametrize("host", ["1.1.1.1", "93.184.216.34", "[2606:4700::1111]", "[64:ff9b::101:101]"])
def test_a_public_address_is_taken(host: str) -> None:
    transport.check(f"https://{host}/hook?x=1", private=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://1.1.1.1/",
        "ftp://1.1.1.1/",
        "https://user:secret@1.1.1.1/",
        "https://1.1.1.1/#x",
        "https:///hook",
        "https://1.1.1.1:0/",
        "https://1.1.1.1:99999/",
        "https://exa mple.it/",
        "https://example.it/\r\nX-Header: 1",
        "https://example.it\\@127.0.0.1/",
        "https://[::1/",
        "https://gi\u00f9.it/",
        "file:///etc/passwd",
        "//example.it/hook",
        "hook",
        "https://example.it/" + "x" * 500,
    ],
)
def test_what_is_no_address_for_events_is_refused(url: str) -> None:
    with pytest.raises(WebhookUrlInvalid):
        transport.check(url, private=False)
    assert transport.post(url, b"{}", {}, private=False).problem == "url invalid"


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names resolve to these addresses, call after call; returns the names that were asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *rest: Any, **more: Any) -> Any:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            found = answers[min(len(asked), len(answers) - 1)]
            asked.append(host)
            return [answer for address in found for answer in real(address, port, *rest, **more)]
        return real(host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def test_a_name_that_leads_to_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["1.1.1.1", "10.0.0.1"])

    with pytest.raises(WebhookAddressRefused):
        transport.check("https://rebind.example/", private=False)


def test_a_name_is_resolved_once_and_what_it_resolves_to_later_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = resolving(monkeypatch, ["1.1.1.1"], ["127.0.0.1"])
    connected: list[str] = []

    def connect(address: tuple[str, int], *_: Any) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)

    assert transport.post("https://rebind.example/", b"{}", {}, private=False).problem == "ConnectionRefusedError"
    assert (asked, connected) == (["rebind.example"], ["1.1.1.1"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    with receiving() as other:
        receiver.answers, receiver.headers = [status], {"Location": other.url}
        answer = transport.post(receiver.url, b"{}", {}, private=True)

        assert (answer.status, answer.taken) == (status, False)
        assert other.got == []


def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert transport.post(receiver.url, b"{}", {}, private=True).taken


@pytest.mark.parametrize("dripping", [b"", b"HTTP/1.1 200 OK\r\nX-A: "])
def test_who_answers_too_slowly_is_not_waited_for(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, dripping: bytes
) -> None:
    monkeypatch.setattr(transport, "SECONDS", 0.2)
    receiver.raw, receiver.before = dripping, lambda: time.sleep(0.6)

    answer = transport.post(receiver.url, b"{}", {}, private=True)

    assert (answer.status, answer.problem) == (None, "timeout")


def test_an_endless_answer_is_read_to_a_small_bound(receiver: Receiver) -> None:
    receiver.raw = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 100_000

    assert transport.post(receiver.url, b"{}", {}, private=True).taken


@pytest.mark.parametrize(
    "raw", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00\xff", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500]
)
def test_what_is_no_answer_is_a_failure_and_no_crash(receiver: Receiver, raw: bytes) -> None:
    receiver.raw = raw

    answer = transport.post(receiver.url, b"{}", {}, private=True)

    assert answer.status is None
    assert answer.problem


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[ssl.SSLContext, Path]]:
    """Certificates for names, each its own authority."""

    def make(name: str) -> tuple[ssl.SSLContext, Path]:
        folder = tmp_path_factory.mktemp("certificates")
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        chain, secret = folder / "chain.pem", folder / "key.pem"
        chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, secret)
        return context, chain

    return make


@pytest.mark.parametrize(("name", "problem"), [("hook.example", None), ("other.example", "certificate")])
def test_the_certificate_is_checked_for_the_name_though_the_connection_goes_to_an_address(
    certified: Callable[[str], tuple[ssl.SSLContext, Path]],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    problem: str | None,
) -> None:
    context, chain = certified(name)
    resolving(monkeypatch, ["127.0.0.1"])
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    with receiving(context) as receiver:
        port = receiver.url.rsplit(":", 1)[1].split("/")[0]
        answer = transport.post(f"https://hook.example:{port}/x?y=1", b"{}", {}, private=True)

    assert answer.problem == problem
    assert [(got.path, got.headers["host"]) for got in receiver.got] == (
        [] if problem else [("/x?y=1", f"hook.example:{port}")]
    )


def test_a_certificate_nobody_vouches_for_is_refused(
    certified: Callable[[str], tuple[ssl.SSLContext, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, _ = certified("hook.example")
    resolving(monkeypatch, ["127.0.0.1"])
    with receiving(context) as receiver:
        port = receiver.url.rsplit(":", 1)[1].split("/")[0]
        answer = transport.post(f"https://hook.example:{port}/", b"{}", {}, private=True)

    assert (answer.problem, receiver.got) == ("certificate", [])
