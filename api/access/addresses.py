"""The address that people reach the application at: in letters, for cookies, and for an identity provider."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from config import settings


def base() -> str:
    """Return the address, without a slash at its end."""
    configured = settings.load()
    return configured.public_url or f"http://{configured.bind}"


def is_plain() -> bool:
    """Say whether people use plain HTTP, which they may on their own machine alone."""
    found = urlsplit(base())
    if found.scheme != "http":
        return False
    host = found.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def link(page: str, secret: str) -> str:
    """Return a link to one of our pages; its secret stands after the `#`, which no browser sends and no log keeps."""
    return f"{base()}/{page}#{secret}"
