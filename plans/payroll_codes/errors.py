"""What a payslip table is refused for."""

from __future__ import annotations

from config.errors import DomainError
from plans.errors_files import FileRefused


class PayrollTableInvalid(FileRefused):
    """A payslip table that cannot be read or contradicts itself; `problems` names each row."""

    it = "{file}: la tabella delle voci non è stata caricata. {problems}"
    en = "{file}: the table of payslip items was not loaded. {problems}"

    def text(self, language: str = "en") -> str:
        """Return every problem, one after the other, in the language asked for."""
        told = (problem.text(language) for problem in self.details["problems"])
        template = self.it if language == "it" else self.en
        return template.format(file=self.details["file"], problems="; ".join(told))


class PayrollTableSettled(DomainError):
    """Another payslip table for months that are closed already under the one in force."""

    it = (
        "La tabella delle voci in vigore da {in_force} vale già per {closed}, mese chiuso: quel che è stato esportato"
        " non cambia. Caricare la nuova tabella dal {first_free} in poi."
    )
    en = (
        "The payslip table in force from {in_force} already governs {closed}, a closed month: what was exported does"
        " not change. Load the new table from {first_free} on."
    )


class PayrollTableChanged(DomainError):
    """A payslip table written over one that somebody else has replaced meanwhile."""

    it = "Intanto qualcun altro ha caricato la tabella «{name}», da {month} in poi: riguardarla prima di sostituirla."
    en = 'Meanwhile somebody else loaded the table "{name}", from {month} on: look at it before replacing it.'


class PayrollTableNotFound(DomainError):
    """No payslip table under this id in this book."""

    it = "Nessuna tabella delle voci {table}."
    en = "No payslip table {table}."
