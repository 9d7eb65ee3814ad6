"""What a recharge list is refused for."""

from __future__ import annotations

from reports.errors import ReportError


class RechargeMonthOpen(ReportError):
    """The employer's list of a month that can still take entries: two of them would differ by a single purchase."""

    it = (
        "{month} non è chiuso: due elenchi di giorni diversi direbbero il regime IVA di un solo acquisto. Chiuderlo con"
        " «borsellino ledger close-period --from {first} --to {last}»; chi tiene il mandato usa --detail."
    )
    en = (
        "{month} is not closed: two lists of different days would tell the VAT regime of a single purchase. Close it"
        " with 'borsellino ledger close-period --from {first} --to {last}'; who runs the mandate uses --detail."
    )
