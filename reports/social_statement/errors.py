"""What the municipality's statement is refused for."""

from __future__ import annotations

from reports.errors import ReportError


class PeriodNotMonths(ReportError):
    """A period that is not of whole months: days could be told apart by subtraction."""

    it = "Il rendiconto sociale va dal primo giorno di un mese all'ultimo di un mese, non dal {starts_on} al {ends_on}."
    en = "The social statement runs from the first day of a month to the last of one, not {starts_on} to {ends_on}."


class NotTheMunicipality(ReportError):
    """A social statement of a book whose funder is no municipality."""

    it = "{funder} non è un Comune: non ha voucher sociali da rendicontare."
    en = "{funder} is no municipality: it has no social vouchers to account for."
