"""What is refused of an export."""

from __future__ import annotations

from config.errors import DomainError


class StatementNotFound(DomainError):
    """No statement of this member has this id."""

    it = "Nessun documento ha il codice {statement}."
    en = "No statement has the id {statement}."


class StatementNotReady(DomainError):
    """A file that is asked for before it is made, or that could not be made."""

    it = "Il documento {statement} non è pronto: leggere prima il suo stato."
    en = "The statement {statement} is not ready: read its status first."


class StatementFileNotFound(DomainError):
    """A file that was kept as long as files are."""

    it = "Il file di {statement} non c'è più: i file si tengono {days} giorni. Chiederlo di nuovo."
    en = "The file of {statement} is gone: files are kept for {days} days. Ask for it again."


class NothingToInvoice(DomainError):
    """A provider's invoices of a period in which there is nothing to invoice."""

    it = "Nel periodo non c'è nulla da fatturare."
    en = "There is nothing to invoice in the period."
