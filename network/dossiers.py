"""A provider's qualification with what it stands on, as whoever examines it reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import checklist, evidence, providers, qualification
from network.checklist import Family, Requirement
from network.evidence import Evidence
from network.models import ServiceRow
from network.providers import Provider
from network.qualification import Period
from network.states import State

_SERVICE = ServiceRow.__table__.c


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement of the checklist, and the provider's documents on it."""

    requirement: Requirement
    documents: tuple[Evidence, ...]
    on: date

    @property
    def met(self) -> bool:
        """Say whether a verified document is in force on the day."""
        return any(each.state is State.QUALIFIED and each.valid_from <= self.on for each in self.documents)


@dataclass(frozen=True, slots=True)
class Dossier:
    """A provider on a day: its state, the families without a document in force, its checklist, and its history."""

    provider: Provider
    families_missing: tuple[Family, ...]
    lines: tuple[Line, ...]
    history: tuple[Period, ...]


def of(session: Session, provider_code: str, on: date) -> Dossier:
    """
    Return a provider's dossier on a day; its checklist is that of the areas it has services in, all without any.

    Errors: ProviderNotFound.
    """
    provider = providers.get(session, provider_code, on)
    documents = evidence.listed(session, provider_code, on)
    areas = set(session.scalars(sa.select(_SERVICE.area).where(_SERVICE.provider_code == provider_code)))
    asked = [line for line in checklist.requirements() if not areas or areas & set(map(str, line.service_areas))]
    return Dossier(
        provider=provider,
        families_missing=evidence.families_missing(session, provider_code, on),
        lines=tuple(Line(line, _about(documents, line), on) for line in asked),
        history=qualification.history(session, provider_code),
    )


def _about(documents: tuple[Evidence, ...], line: Requirement) -> tuple[Evidence, ...]:
    asked = (line.family, line.requirement)
    return tuple(each for each in documents if (each.family, each.requirement) == asked)
