"""The refusals of reports; messages in Italian and English."""

from __future__ import annotations

from config.errors import DomainError


class ReportError(DomainError):
    """The root of every refusal of the reports."""

    it = "Il rendiconto non può essere prodotto."
    en = "The report cannot be made."


class PeriodEndsBeforeStart(ReportError):
    """The period asked for ends before it starts."""

    it = "Il periodo finisce il {ends_on}, prima di iniziare ({starts_on}). Scambia le due date."
    en = "The period ends on {ends_on}, before it starts ({starts_on}). Swap the two dates."
