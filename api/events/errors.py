"""What is refused of events, webhooks and mail."""

from __future__ import annotations

from config.errors import DomainError


class AddressInvalid(DomainError):
    """An e-mail address that no letter can be sent to."""

    it = "«{address}» non è un indirizzo e-mail a cui si possa scrivere."
    en = "'{address}' is no e-mail address that can be written to."
