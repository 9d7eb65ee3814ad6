"""What a payroll month is refused for."""

from __future__ import annotations

from reports.errors import ReportError


class PayrollNeedsEmployer(ReportError):
    """A payroll file of a funder that has no payroll."""

    it = "{funder} non è un'azienda: non ha buste paga."
    en = "{funder} is no employer: it has no payslips."


class PayrollMonthOpen(ReportError):
    """A payroll month that can still take entries; it is exported as a draft only."""

    it = (
        "{month} non è chiuso: può ancora cambiare. Chiudere il periodo dal {first} al {last},"
        " oppure chiedere una bozza."
    )
    en = "{month} is not closed: it can still change. Close the period from {first} to {last}, or ask for a draft."


class PayrollMonthUnsealed(ReportError):
    """A closed payroll month of which some entries are not sealed yet; it is exported as a draft only."""

    it = (
        "{month} è chiuso, ma {waiting:scrittura aspetta|scritture aspettano} il sigillo: sigillare"
        " il libro, oppure chiedere una bozza."
    )
    en = (
        "{month} is closed, but {waiting:entry waits for its|entries wait for their} seal: seal"
        " the book, or ask for a draft."
    )
