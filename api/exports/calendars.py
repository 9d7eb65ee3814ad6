"""The calendar of what a provider is paid when: the schedule of its settlement statement, as of today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.access.identity import Identity
from config import clock, database, fences
from config.fences import Fence, Sight
from network.errors import ProviderNotFound
from reports import provider_settlement
from reports.provider_settlement.model import Instalment
from wallet.settlement import terms


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a provider is owed on a day, by when it is paid; minor units."""

    provider: str
    as_of: date
    owed_minor: int
    data: Sequence[Instalment]


def of(asking: Identity, provider: str | None) -> Calendar:
    """
    Return the calendar of the provider who asks, or of the one that the network's people name.

    Errors: ProviderNotFound.
    """
    code = asking.provider_code or provider
    if code is None or provider not in (None, code):
        raise ProviderNotFound(provider=provider or "-")
    today = clock.today()
    # Ledgers are not split by provider: the query is the fence here.
    with fences.inside(Fence(Sight.NETWORK, provider_code=code, member_id=asking.member_id)):
        found = database.transact(
            lambda session: provider_settlement.gather(session, code, today, today, agreed=terms.agreed())
        )
    return Calendar(found.provider_code, today, found.closing_minor, found.schedule)
