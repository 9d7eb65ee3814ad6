"""Who a purchase is for and who delivers it; for a voucher, the nominative document that the law asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from moneyed import Money
from sqlalchemy.orm import Session

from api.cli.caller import Caller, euro
from config import clock
from network import services
from plans import people
from plans.rulebook.words import Channel
from wallet.authorizations import Authorization

_TERMS = {
    "it": "non trasferibile, non monetizzabile, senza integrazioni",
    "en": "not transferable, not convertible into money, without any addition by the holder",
}


@dataclass(frozen=True, slots=True)
class Parties:
    """The person who uses a service, and the provider who gives it; both by name."""

    beneficiary: str
    service: str
    provider: str | None


@dataclass(frozen=True, slots=True)
class Voucher:
    """
    A voucher as a document: whoever holds it, one service, its full value.

    Source: TUIR art. 51 c. 3-bis; DM 25/03/2016 art. 6.
    """

    holder: str
    service: str
    provider: str | None
    value: Money | None
    code: str
    issued_on: date
    valid_until: datetime | None
    terms_it: str = _TERMS["it"]
    terms_en: str = _TERMS["en"]


def of(session: Session, book_id: int, given: Authorization) -> Parties:
    """Return who is behind an authorization, by name."""
    card = people.employee(session, book_id, given.employee_id)
    name = f"{card.first_name} {card.last_name}"
    for kin in people.relatives(session, book_id, given.employee_id):
        if kin.relative_id == given.relative_id:
            name = f"{kin.first_name} {kin.last_name}"
    service = services.get(session, given.service_code)
    return Parties(name, service.name, service.provider_name)


def voucher(given: Authorization, parties: Parties) -> Voucher | None:
    """Return the document of a voucher that was issued; None for any other channel, or when there is no code."""
    if given.channel != Channel.VOUCHER or given.code is None:
        return None
    return Voucher(
        holder=parties.beneficiary,
        service=parties.service if given.quantity == 1 else f"{given.quantity} × {parties.service}",
        provider=parties.provider,
        value=euro(given.amount_minor),
        code=given.code,
        issued_on=given.decided_at.astimezone(clock.ROME).date(),
        valid_until=given.expires_at,
    )


def tell(caller: Caller, given: Authorization, parties: Parties) -> None:
    """Print the voucher, or for another channel who the purchase is for and who delivers it."""
    document = voucher(given, parties)
    if document is None:
        caller.say(
            "Per {person}, da {provider}: {service}.", "For {person}, by {provider}: {service}.",
            person=parties.beneficiary, provider=parties.provider or "-", service=parties.service,
        )  # fmt: skip
        if given.code is not None:
            caller.say(
                "Codice di riscatto {code}, valido fino al {until}.", "Redemption code {code}, valid until {until}.",
                code=given.code, until=given.expires_at,
            )  # fmt: skip
        return
    caller.say("BUONO nominativo", "NOMINATIVE VOUCHER")
    for it, en, value in (
        ("Titolare", "Holder", document.holder),
        ("Servizio", "Service", document.service),
        ("Fornitore", "Provider", document.provider),
        ("Valore nominale intero", "Full nominal value", document.value),
        ("Codice di riscatto", "Redemption code", document.code),
        ("Emesso il", "Issued on", document.issued_on),
        ("Valido fino al", "Valid until", document.valid_until),
    ):
        caller.say(f"  {it}: {{value}}", f"  {en}: {{value}}", value=value)
    caller.say("  {terms}.", "  {terms}.", terms=_TERMS[caller.language].capitalize())
