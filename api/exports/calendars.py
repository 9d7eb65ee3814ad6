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
from reports.provider_settlement import payments
from reports.provider_settlement.model import Instalment
from wallet.settlement import terms


@dataclass(frozen=True, slots=True)
class Calendar:
    """
    What a provider is to be paid as of a day, by when: first what waits for the bank, then what is in no payment yet.

    Minor units, gross of fees: `in_payment_minor` waits for the bank, `owed_minor` is in no payment.
    """

    provider: str
    as_of: date
    in_payment_minor: int
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
        owed, transfers = database.transact(
            lambda session: (
                provider_settlement.owed(session, code, agreed=terms.agreed()),
                payments.transfers(session, code),
            )
        )
    waiting = [
        Instalment(one.execute_on, one.state, one.reference, 0, one.amount_minor + one.fee_minor, one.fee_minor)
        for one in transfers
        if one.state == "proposed"
    ]
    in_payment_minor = sum(one.gross_minor for one in waiting)
    owed_minor = sum(one.gross_minor for one in owed)
    return Calendar(code, today, in_payment_minor, owed_minor, (*waiting, *owed))
