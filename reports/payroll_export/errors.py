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
        "{month} non è chiuso: può ancora cambiare. Chiuderlo con «borsellino ledger close-period --from {first}"
        " --to {last}», oppure chiedere una bozza con --draft."
    )
    en = (
        "{month} is not closed: it can still change. Close it with 'borsellino ledger close-period --from {first}"
        " --to {last}', or ask for a draft with --draft."
    )


class PayrollMonthUnsealed(ReportError):
    """A closed payroll month of which some entries are not sealed yet; it is exported as a draft only."""

    it = (
        "{month} è chiuso, ma {waiting:scrittura aspetta|scritture aspettano} il sigillo: eseguire"
        " «borsellino seal», oppure chiedere una bozza con --draft."
    )
    en = (
        "{month} is closed, but {waiting:entry waits for its|entries wait for their} seal: run"
        " 'borsellino seal', or ask for a draft with --draft."
    )
