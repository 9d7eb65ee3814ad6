"""Cells of a file that cannot be read as what their column says."""

from __future__ import annotations

from plans.errors_files import CellRefused


class ValueMissing(CellRefused):
    """A cell that must be filled is blank."""

    it = "manca: {field}. Compilare la cella, oppure togliere la riga."
    en = "missing: {field}. Fill the cell, or remove the row."


class RowTooWide(CellRefused):
    """A record with more fields than the header."""

    it = (
        "la riga ha {cells} campi e l'intestazione {headers}: forse un importo con la virgola non è tra "
        "virgolette. Mettere il valore tra virgolette, oppure usare il punto e virgola come separatore."
    )
    en = (
        "the row has {cells} fields and the header {headers}: perhaps an amount with a comma is not quoted. "
        "Quote the value, or separate fields with semicolons."
    )


class TotalInside(CellRefused):
    """A totals row with data, or another total, after it."""

    it = (
        "una riga di totale sta in mezzo ai dati. È ammesso un solo totale, come ultima riga: togliere i "
        "totali parziali."
    )
    en = "a totals row stands among the data. Only one total is allowed, as the last row: remove the subtotals."


class TextUnreadable(CellRefused):
    """Characters that cannot be stored."""

    it = "il testo contiene caratteri non ammessi (di controllo o spezzati). Riscrivere il valore a mano."
    en = "the text holds characters that are not allowed (control or broken ones). Type the value again."


class TextTooLong(CellRefused):
    """More characters than the field takes."""

    it = "il testo ha {length} caratteri: al massimo {limit}. Accorciarlo."
    en = "the text has {length} characters: at most {limit}. Shorten it."


class AmountUnreadable(CellRefused):
    """Not written as an amount of money."""

    it = "non è un importo leggibile. Scriverlo come 1234,56 oppure 1.234,56, in euro, senza altre lettere."
    en = "this is not a readable amount. Write it as 1234,56 or 1.234,56, in euro, without other letters."


class AmountAmbiguous(CellRefused):
    """One dot and three digits: a thousand or a fraction."""

    it = (
        "può voler dire {thousands} euro oppure {decimals} euro. Scrivere {thousands},00 se sono migliaia, "
        "oppure l'importo con la virgola e due decimali."
    )
    en = (
        "this may mean {thousands} euro or {decimals} euro. Write {thousands},00 if these are thousands, or "
        "the amount with a comma and two decimals."
    )


class AmountOverPrecise(CellRefused):
    """More than two decimals."""

    it = "ha più di due decimali. Arrotondare al centesimo nel file: qui non si arrotonda."
    en = "this has more than two decimals. Round it to the cent in the file: it is not done here."


class AmountNegative(CellRefused):
    """Below zero."""

    it = "è negativo. Scrivere un importo maggiore di zero; per togliere credito correggere l'accredito."
    en = "this is negative. Write an amount above zero; to take credit back correct the grant."


class AmountNotPositive(CellRefused):
    """Zero."""

    it = "è zero. Scrivere un importo maggiore di zero, oppure togliere la riga."
    en = "this is zero. Write an amount above zero, or remove the row."


class AmountTooLarge(CellRefused):
    """Beyond what every tool can count exactly."""

    it = "è troppo grande per essere un importo. Controllare le cifre."
    en = "this is too large to be an amount. Check the digits."


class DateUnreadable(CellRefused):
    """No such day, or not written as one."""

    it = "non è una data. Scriverla come 31/12/2026 (giorno, mese, anno) oppure 2026-12-31."
    en = "this is not a date. Write it as 31/12/2026 (day, month, year) or 2026-12-31."


class DateYearShort(CellRefused):
    """A year of two digits."""

    it = "l'anno ha due cifre e il secolo non si capisce. Scriverlo con quattro cifre, come 31/12/2026."
    en = "the year has two digits and its century is unclear. Write four digits, as in 31/12/2026."
