"""The refusals of reports; messages in Italian and English."""

from __future__ import annotations

from config.errors import DomainError


class ReportError(DomainError):
    """The root of every refusal of the reports."""

    it = "Il rendiconto non può essere prodotto."
    en = "The report cannot be made."


class TaxRegimeMismatch(ReportError):
    """A provider's tax regime and the VAT regime of what it delivered exclude each other."""

    it = (
        "Il fornitore {provider} ha regime fiscale {tax_regime}, e ha reso servizi in regime IVA {regime}: uno dei due "
        "è sbagliato. Correggere provider_invoicing.csv, o i prezzi dei servizi."
    )
    en = (
        "Provider {provider} has tax regime {tax_regime} and delivered services under VAT regime {regime}: one of the "
        "two is wrong. Correct provider_invoicing.csv, or the prices of the services."
    )


class InvoiceNotValid(ReportError):
    """An electronic invoice breaks a rule of its format."""

    it = "La fattura {number} non rispetta il formato FatturaPA: {problems}."
    en = "Invoice {number} does not keep to the FatturaPA format: {problems}."


class PeriodEndsBeforeStart(ReportError):
    """The period asked for ends before it starts."""

    it = "Il periodo finisce il {ends_on}, prima di iniziare ({starts_on}). Scambia le due date."
    en = "The period ends on {ends_on}, before it starts ({starts_on}). Swap the two dates."


class ClusterTooSmall(ReportError):
    """The personnel office asks for one cluster of a plan in which some cluster has too few people."""

    it = (
        "Nel piano {plan} una categoria omogenea ha meno di {people} persone: per l'ufficio del personale l'estratto"
        " conto non si divide, la si ricaverebbe per differenza. Chiederlo intero, o nella lettura per le paghe."
    )
    en = (
        "A cluster of plan {plan} has fewer than {people} people: for the personnel office the statement is not"
        " divided, or it could be had by subtraction. Ask for all of it, or for payroll's reading."
    )


class ClusterWithoutCredit(ReportError):
    """A statement of one cluster in which nobody has credit of the plan."""

    it = "Nessuno della categoria omogenea «{cluster}» ha credito del piano {plan}. Controllare il nome."
    en = "Nobody of the cluster '{cluster}' has credit of plan {plan}. Check its name."
