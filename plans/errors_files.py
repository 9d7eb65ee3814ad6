"""
What is refused in files from offices, in codes written by people, and in budget files.

`FileRefused` stops the reading of a whole file; `CellRefused` is about one cell, and `BudgetRefused` about what a
row or a file of a budget means. The last two are collected as `plans.sheets.Problem`, which adds file, row and column.
"""

from __future__ import annotations

from config.errors import DomainError


class FileRefused(DomainError):
    """A file that cannot be read at all."""

    of_a_file = True


class CellRefused(DomainError):
    """A cell that cannot be read as what its column says."""


class BudgetRefused(DomainError):
    """A readable row, or the file as a whole, that the plan does not allow."""


# -- the file --------------------------------------------------------------------------------------------------------


class FileMissing(FileRefused):
    """No file stands there."""

    it = "{file}: il file non c'è. Controllare il nome e la cartella."
    en = "{file}: there is no such file. Check its name and folder."


class FileUnreadable(FileRefused):
    """A folder, a device, or a file that we may not open."""

    it = (
        "{file}: non è un file che si può aprire. Indicare un file CSV o XLSX, non una cartella, e con "
        "permesso di lettura."
    )
    en = "{file}: this is not a file that can be opened. Name a CSV or XLSX file, not a folder, that may be read."


class FileEmpty(FileRefused):
    """No byte, or nothing but blank cells."""

    it = "{file}: il file è vuoto. Salvarlo di nuovo dal programma che lo ha prodotto, con la riga delle intestazioni."
    en = "{file}: the file is empty. Save it again from the program that made it, with its header row."


class FileTooLarge(FileRefused):
    """More bytes than we agree to read."""

    it = (
        "{file}: {size_mb} MB sono più dei {limit_mb} MB ammessi. Dividere il file in parti, oppure togliere "
        "i fogli e le colonne che non servono."
    )
    en = (
        "{file}: {size_mb} MB are more than the {limit_mb} MB allowed. Split the file, or remove sheets and "
        "columns that are not needed."
    )


class FileNotText(FileRefused):
    """Neither a spreadsheet nor text in an encoding we read."""

    it = (
        "{file}: il contenuto non è né un foglio XLSX né testo CSV (UTF-8, UTF-16 con BOM o Windows-1252). "
        "Aprirlo con il foglio di calcolo e salvarlo come XLSX oppure come «CSV UTF-8»."
    )
    en = (
        "{file}: the content is neither an XLSX sheet nor CSV text (UTF-8, UTF-16 with BOM or Windows-1252). "
        'Open it in a spreadsheet and save it as XLSX or as "CSV UTF-8".'
    )


class FileNotSpreadsheet(FileRefused):
    """A ZIP archive, or another document, that is no workbook."""

    it = (
        "{file}: non è un foglio XLSX leggibile. Aprirlo con il foglio di calcolo e salvarlo di nuovo come "
        "«Cartella di lavoro Excel (.xlsx)»."
    )
    en = (
        '{file}: this is not a readable XLSX sheet. Open it in a spreadsheet and save it again as "Excel '
        'workbook (.xlsx)".'
    )


class FileFormatUnsupported(FileRefused):
    """A known format that we do not read: XLS, XLSB, ODS, web page, PDF."""

    it = (
        "{file}: è un file {format}, che qui non si legge. Aprirlo con il foglio di calcolo e salvarlo come "
        "«Cartella di lavoro Excel (.xlsx)» o come CSV."
    )
    en = (
        "{file}: this is a {format} file, which is not read here. Open it in a spreadsheet and save it as "
        '"Excel workbook (.xlsx)" or as CSV.'
    )


class FileEncrypted(FileRefused):
    """A workbook behind a password."""

    it = (
        "{file}: il file è protetto da una password. Aprirlo, togliere la password (File, Informazioni, "
        "Proteggi) e salvarlo di nuovo."
    )
    en = (
        "{file}: the file is protected by a password. Open it, remove the password (File, Info, Protect) and "
        "save it again."
    )


class ZipBomb(FileRefused):
    """A workbook that grows out of measure when unpacked."""

    it = (
        "{file}: una volta decompresso il file supera i limiti ammessi (100 MB, 1.000 parti, 200 volte la sua"
        " dimensione, 5 milioni di celle). Copiare i soli dati in un foglio nuovo e salvare quello."
    )
    en = (
        "{file}: once unpacked the file goes beyond the limits (100 MB, 1,000 parts, 200 times its size, 5 "
        "million cells). Copy only the data to a new sheet and save that one."
    )


class SheetMissing(FileRefused):
    """The workbook has no sheet of that name."""

    it = "{file}: non c'è un foglio «{sheet}»; i fogli sono: {sheets}."
    en = '{file}: there is no sheet "{sheet}"; the sheets are: {sheets}.'


class HeaderNotFound(FileRefused):
    """None of the first rows looks like the header."""

    it = (
        "{file}: nelle prime {searched} righe non c'è una riga di intestazioni riconoscibile. Servono le "
        "colonne: {columns}."
    )
    en = (
        "{file}: none of the first {searched} rows is a header row that we recognise. These columns are "
        "needed: {columns}."
    )


class ColumnMissing(FileRefused):
    """The header row lacks columns that are needed."""

    it = (
        "{file}, riga {row}: mancano le colonne {columns}. Intestazioni trovate: {found}. Aggiungere la "
        "colonna o correggere il suo nome."
    )
    en = (
        "{file}, row {row}: these columns are missing: {columns}. Headers found: {found}. Add the column or "
        "correct its name."
    )


class ColumnRepeated(FileRefused):
    """Two headers mean the same field."""

    it = (
        "{file}, riga {row}: le colonne «{first}» e «{second}» dicono entrambe: {field}. Tenerne una sola, o"
        " rinominare quella che non c'entra."
    )
    en = (
        '{file}, row {row}: the columns "{first}" and "{second}" both mean: {field}. Keep one of them, or '
        "rename the one that does not belong."
    )


class ColumnAmbiguous(FileRefused):
    """A header that may mean two different things."""

    it = (
        "{file}, riga {row}: l'intestazione «{column}» può significare: {meanings}. Rinominarla con uno di questi nomi."
    )
    en = '{file}, row {row}: the header "{column}" may mean: {meanings}. Rename it to one of these.'


class ColumnsSwapped(FileRefused):
    """Tax codes stand in another column than the one headed so."""

    it = (
        "{file}, riga {row}: i codici fiscali stanno nella colonna «{actual}» e non in «{expected}». Le "
        "colonne sembrano scambiate: correggere le intestazioni o i dati."
    )
    en = (
        '{file}, row {row}: the tax codes stand in column "{actual}" and not in "{expected}". The columns '
        "seem swapped: correct the headers or the data."
    )


class QuotesBroken(FileRefused):
    """Quotation marks of a CSV record that do not close where they should."""

    it = (
        "{file}, riga {row}: le virgolette di un campo non si chiudono, o il campo è troppo lungo. Scrivere "
        'due virgolette («""») dove una fa parte del testo, oppure salvare il file come XLSX.'
    )
    en = (
        "{file}, row {row}: the quotation marks of a field do not close, or the field is too long. Write two "
        'of them ("") where one is part of the text, or save the file as XLSX.'
    )


# -- one cell --------------------------------------------------------------------------------------------------------


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

    it = (
        "è negativo. Scrivere un importo maggiore di zero; per togliere credito correggere l'accredito (grant correct)."
    )
    en = "this is negative. Write an amount above zero; to take credit back correct the grant (grant correct)."


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


# -- codes of people and firms ---------------------------------------------------------------------------------------


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
        "il carattere di controllo del codice fiscale dovrebbe essere {expected} ed è {found}: almeno un "
        "carattere è sbagliato."
    )
    en = "the check character of the tax code should be {expected} and is {found}: at least one character is wrong."


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
        "la cifra di controllo della partita IVA dovrebbe essere {expected} ed è {found}: almeno una cifra è sbagliata."
    )
    en = "the check digit of the VAT number should be {expected} and is {found}: at least one digit is wrong."


# -- budget files ----------------------------------------------------------------------------------------------------


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
