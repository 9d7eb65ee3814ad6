"""What is refused in payroll files, in opening balances, and when a plan is renewed."""

from __future__ import annotations

from config.errors import DomainError
from plans.errors_files import CellRefused, FileRefused


class PayrollFileRefused(FileRefused):
    """A payroll file with something wrong in it, so nothing of it was declared; `problems` names every row."""

    it = "{file}: nulla è stato dichiarato (problemi: {count}). Correggere il file e ripetere."
    en = "{file}: nothing was declared (problems: {count}). Mend the file and repeat."


class PayrollFileSilent(FileRefused):
    """A payroll file without a column of amounts, or with no amount in any row."""

    it = "{file}: nessun importo da dichiarare. Serve almeno una colonna tra: {columns}, con un importo (anche 0,00)."
    en = "{file}: no amount to declare. At least one of these columns is needed, with an amount (0.00 too): {columns}."


class TaxYearUnreadable(CellRefused):
    """A tax year that is no number of four digits."""

    it = "non è un anno d'imposta. Scrivere quattro cifre, come 2026."
    en = "this is no tax year. Write four digits, such as 2026."


class TaxYearMissing(CellRefused):
    """A row without a tax year, and none given for the whole file."""

    it = "manca l'anno d'imposta. Aggiungere la colonna «anno», o indicarlo per tutto il file."
    en = "the tax year is missing. Add the column 'year', or give it for the whole file."


class OpeningFileRefused(FileRefused):
    """A file of opening balances with something wrong in it, so nothing was brought; `problems` names every row."""

    it = "{file}: nessun saldo è stato portato (problemi: {count}). Correggere il file e ripetere."
    en = "{file}: no balance was brought (problems: {count}). Mend the file and repeat."


class OpeningExpired(DomainError):
    """Credit that is brought after its last day."""

    it = "il credito è scaduto il {expires_on}, prima del giorno in cui si porta ({on}). Togliere la riga."
    en = "the credit expired on {expires_on}, before the day on which it is brought ({on}). Remove the row."


class LotRepeated(DomainError):
    """The same person with the same expiry in two rows: one lot has one balance."""

    it = "lo stesso credito (persona e scadenza) è già alla riga {first_row}. Sommare le due righe in una."
    en = "the same credit (person and expiry) already stands in row {first_row}. Add the two rows up into one."


class RenewalCodeNeeded(DomainError):
    """A plan whose code says no year, renewed without a code for the next period."""

    it = "Il codice {plan} non dice un anno: indicare il codice del periodo successivo."
    en = "The code {plan} says no year: give the code of the next period."


class RenewalChangesInvalid(FileRefused):
    """A file of changes that names no key of a plan, or a cluster to remove that is not there."""

    it = "{file}: {problem_it}. Correggere il file delle modifiche e ripetere."
    en = "{file}: {problem_en}. Mend the file of changes and repeat."
