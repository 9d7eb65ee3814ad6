"""No address that is not public is sent anything, however it is written and whatever a name resolves to."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from api.events import transport
from api.events.errors import WebhookAddressRefused, WebhookUrlInvalid

PRIVATE = [
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::", "2001:0:53aa::1",
]  # fmt: skip
# Other ways of writing 127.0.0.1 that a resolver understands.
DISGUISED = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"]


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[Any]:
    """Let every name stand for these addresses, one answer after the other; returns where connections went."""
    left, went = list(answers), []

    def getaddrinfo(_host: str, port: int, **_: Any) -> list[Any]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    def connect(place: Any, _timeout: Any = None, **_: Any) -> Any:
        went.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(transport.socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(transport.socket, "create_connection", connect)
    return went


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    url = f"https://[{address}]/hook" if ":" in address else f"https://{address}/hook"

    with pytest.raises(WebhookAddressRefused):
        transport.check(url, private=False)
    assert transport.post(url, b"{}", {}, private=False).problem == "address refused"


@pytest.mark.parametrize("host", DISGUISED)
def test_it_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises((WebhookAddressRefused, WebhookUrlInvalid)):
        transport.check(f"https://{host}/hook", private=False)


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"]])
def test_a_name_that_leads_inside_is_refused_even_beside_a_public_address(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    went = resolving(monkeypatch, addresses)

    with pytest.raises(WebhookAddressRefused):
        transport.check("https://example.org/hook", private=False)
    assert transport.post("https://example.org/hook", b"{}", {}, private=False).problem == "address refused"
    assert went == []


def test_what_a_name_resolves_to_a_moment_later_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    went = resolving(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])

    transport.post("https://example.org/hook", b"{}", {}, private=False)

    assert went == [("93.184.216.34", 443)]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https://user:word@example.org/",
        "https://example.org/#part",
        "https://example.org\\@127.0.0.1/",
        "https://exa mple.org/",
        "https:///hook",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://" + "a" * 600 + ".org/",
    ],
)
def test_what_can_be_read_in_two_ways_is_no_address(url: str) -> None:
    with pytest.raises(WebhookUrlInvalid):
        transport.check(url, private=False)
