"""What a recharge list is refused for."""

from __future__ import annotations

from reports.errors import ReportError


class RechargeMonthOpen(ReportError):
    """The employer's list of a month that can still take entries: two of them would differ by a single purchase."""

    it = (
        "{month} non è chiuso: due elenchi di giorni diversi direbbero il regime IVA di un solo acquisto. Chiudere il"
        " periodo dal {first} al {last}; chi tiene il mandato può chiedere il dettaglio."
    )
    en = (
        "{month} is not closed: two lists of different days would tell the VAT regime of a single purchase. Close the"
        " period from {first} to {last}; who runs the mandate may ask for the detail."
    )
