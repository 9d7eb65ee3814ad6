"""Suspending a provider: from that day it serves nobody, and what was open with it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from config import clock
from network import qualification
from wallet import captures
from wallet.captures import Change


@dataclass(frozen=True, slots=True)
class Suspension:
    """A provider suspended from a day on, and the authorizations that ended with it, in whichever book."""

    provider_code: str
    on: date
    voided: tuple[Change, ...]

    @property
    def released_minor(self) -> int:
        """What the voided authorizations had reserved, in cents of EUR."""
        return sum(change.amount_minor for change in self.voided)


@dataclass(frozen=True, slots=True)
class Open:
    """What a suspension would end: how many authorizations in every book, and what they reserve, in minor units."""

    authorizations: int
    reserved_minor: int


def would_end(session: Session, provider_code: str) -> Open:
    """Return what would end if a provider were suspended now, as far as the session sees."""
    return Open(*captures.open_of_provider(session, provider_code))


def suspend(session: Session, provider_code: str, on: date, reason: str, *, actor: str) -> Suspension:
    """
    Suspend a provider from a day on; when that day has come its open authorizations are voided, in every book.

    Errors: ProviderNotFound.
    """
    qualification.suspend(session, provider_code, on, reason)
    voided = captures.void_of_provider(session, provider_code, actor=actor) if on <= clock.today() else []
    return Suspension(provider_code, on, tuple(voided))
