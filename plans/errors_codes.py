"""Codes of people and firms that are none."""

from __future__ import annotations

from plans.errors_files import CellRefused


class TaxCodeInvalid(CellRefused):
    """A codice fiscale that no office can have issued."""


class TaxCodeScientific(TaxCodeInvalid):
    """A spreadsheet turned the code into a number."""

    it = (
        "il foglio di calcolo ha trasformato il codice fiscale in un numero. Impostare la colonna come Testo "
        "e riscrivere il codice."
    )
    en = "the spreadsheet turned the tax code into a number. Format the column as text and type the code again."


class TaxCodeLength(TaxCodeInvalid):
    """Not 16 characters, nor 11 digits."""

    it = (
        "il codice fiscale ha {length} caratteri: devono essere 16 (o 11 cifre se provvisorio; controllare "
        "gli zeri iniziali)."
    )
    en = "the tax code has {length} characters: they must be 16 (or 11 digits if provisional; check the leading zeros)."


class TaxCodeCharacters(TaxCodeInvalid):
    """A letter where a digit stands, or the contrary."""

    it = (
        "il carattere {position} del codice fiscale è «{found}»: lì va {expected}. Ricopiare il codice dalla "
        "tessera sanitaria."
    )
    en = (
        'character {position} of the tax code is "{found}": {expected} belongs there. Copy the code from the '
        "health card."
    )


class TaxCodeMonth(TaxCodeInvalid):
    """A letter that stands for no month."""

    it = (
        "il nono carattere del codice fiscale è «{found}», che non indica nessun mese (sono ammesse A B C D E"
        " H L M P R S T)."
    )
    en = 'the ninth character of the tax code is "{found}", which stands for no month (A B C D E H L M P R S T do).'


class TaxCodeBirthDate(TaxCodeInvalid):
    """A day of birth that does not exist."""

    it = (
        "il codice fiscale porta una data di nascita impossibile: giorno {day}, mese {month}, anno {year}. "
        "Ricopiare il codice dalla tessera sanitaria."
    )
    en = (
        "the tax code carries an impossible date of birth: day {day}, month {month}, year {year}. Copy the "
        "code from the health card."
    )


class TaxCodeCheckCharacter(TaxCodeInvalid):
    """The last character does not follow from the others."""

    it = (
        "il carattere di controllo del codice fiscale (l'ultimo) dovrebbe essere {expected} ed è {found}: "
        "non è detto che sia lui, ma almeno un carattere è sbagliato. Ricopiare il codice dalla tessera sanitaria."
    )
    en = (
        "the check character of the tax code (the last) should be {expected} and is {found}: at least "
        "one character is wrong, not always that one. Copy the code from the health card."
    )


class TaxCodeNumber(TaxCodeInvalid):
    """Eleven digits that begin with seven zeros."""

    it = (
        "un codice fiscale di 11 cifre non comincia con sette zeri. Ricopiare il codice dal documento che lo "
        "attribuisce."
    )
    en = "a tax code of 11 digits does not begin with seven zeros. Copy the code from the document that assigns it."


class VatNumberInvalid(CellRefused):
    """A partita IVA that is not 11 digits, or whose first seven are zeros."""

    it = "la partita IVA deve avere 11 cifre, non tutte zero (controllare gli zeri iniziali)."
    en = "the VAT number must have 11 digits, not all zero (check the leading zeros)."


class VatNumberCheckDigit(CellRefused):
    """The last digit does not follow from the others."""

    it = (
        "la cifra di controllo della partita IVA (l'ultima) dovrebbe essere {expected} ed è {found}: non "
        "è detto che sia lei, ma almeno una cifra è sbagliata. Ricopiare il numero da una fattura o dalla visura."
    )
    en = (
        "the check digit of the VAT number (the last) should be {expected} and is {found}: at least one digit "
        "is wrong, not always that one. Copy the number from an invoice or from the company register."
    )
