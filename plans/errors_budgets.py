"""Rows of a budget file, or the file as a whole, that the plan does not allow."""

from __future__ import annotations

from config.errors import DomainError


class BudgetRefused(DomainError):
    """A readable row, or the file as a whole, that the plan does not allow."""


class BudgetWithoutRows(BudgetRefused):
    """A header and no person."""

    it = "sotto le intestazioni non c'è nessuna riga. Aggiungere una riga per ogni lavoratore."
    en = "there is no row below the header. Add one row for each employee."


class EmployeeUnknown(BudgetRefused):
    """Nobody with this tax code was loaded for this employer."""

    it = "nessun lavoratore caricato ha questo codice fiscale. Caricare prima l'anagrafica, oppure togliere la riga."
    en = "no employee with this tax code was loaded. Load the people file first, or remove the row."


class EmployeeRepeated(BudgetRefused):
    """The same person in two rows."""

    it = (
        "lo stesso lavoratore è già alla riga {first_row}. Sommare i due importi in una riga sola, oppure "
        "togliere il doppione."
    )
    en = (
        "the same employee already stands in row {first_row}. Add the two amounts up in one row, or remove "
        "the repetition."
    )


class EmployeeLeft(BudgetRefused):
    """The employment ended before the plan begins."""

    it = (
        "il rapporto di lavoro è finito il {left_on}, prima dell'inizio del piano ({starts_on}). Togliere la "
        "riga, o correggere l'anagrafica."
    )
    en = (
        "the employment ended on {left_on}, before the plan starts ({starts_on}). Remove the row, or correct "
        "the people file."
    )


class EmployeeNotYetHired(BudgetRefused):
    """The employment begins after the plan is over."""

    it = (
        "il rapporto di lavoro inizia il {hired_on}, dopo la fine del piano ({ends_on}). Togliere la riga, o "
        "correggere l'anagrafica."
    )
    en = (
        "the employment starts on {hired_on}, after the plan ends ({ends_on}). Remove the row, or correct the"
        " people file."
    )


class ClusterUnknown(BudgetRefused):
    """No cluster of the plan has this name."""

    it = "il piano non ha questa categoria omogenea; ha: {clusters}. Correggere il nome."
    en = "the plan has no such cluster; it has: {clusters}. Correct the name."


class ClusterDiffers(BudgetRefused):
    """The file and the people register disagree."""

    it = (
        "in anagrafica il lavoratore è nella categoria omogenea «{expected}». Correggere il file, oppure prima "
        "l'anagrafica."
    )
    en = 'in the register the employee belongs to cluster "{expected}". Correct the file, or the register first.'


class ClusterOutsidePlan(BudgetRefused):
    """The employee's cluster has no part in this plan."""

    it = (
        "la categoria omogenea del lavoratore («{cluster}») non è nel piano; il piano ha: {clusters}. Togliere la "
        "riga, o correggere anagrafica o piano."
    )
    en = (
        'the employee\'s cluster ("{cluster}") is not in the plan; it has: {clusters}. Remove the row, or '
        "correct the register or the plan."
    )


class AmountDiffers(BudgetRefused):
    """The plan fixes another amount for the cluster."""

    it = (
        "il piano fissa {expected} per la categoria omogenea «{cluster}», la riga dice {found}. L'importo deve essere "
        "uguale per tutta la categoria."
    )
    en = (
        'the plan fixes {expected} for cluster "{cluster}", the row says {found}. The amount must be the same'
        " for the whole cluster."
    )


class ExpiryOutsidePlan(BudgetRefused):
    """A credit that would expire before the plan starts or after its last day."""

    it = (
        "la scadenza deve stare tra {starts_on} e {expires_on}, i limiti del piano. Correggere la data, o "
        "lasciare vuoto per usare quella del piano."
    )
    en = (
        "the expiry must lie between {starts_on} and {expires_on}, the limits of the plan. Correct it, or "
        "leave it blank to use the plan's."
    )


class TotalDiffers(BudgetRefused):
    """The rows do not add up to the total given."""

    it = (
        "le righe sommano {found}, ma il totale indicato è {expected}: differenza {difference}. Controllare "
        "gli importi o il totale."
    )
    en = (
        "the rows add up to {found}, but the total given is {expected}: difference {difference}. Check the "
        "amounts or the total."
    )


class BudgetExceeded(BudgetRefused):
    """More than the funder committed."""

    it = (
        "il file ({found}) più quanto già accreditato ({granted}) supera di {excess} il budget impegnato "
        "({committed}). Ridurre gli importi, o impegnare altro budget."
    )
    en = (
        "the file ({found}) plus what was already granted ({granted}) exceeds the committed budget "
        "({committed}) by {excess}. Lower the amounts, or commit more budget."
    )
