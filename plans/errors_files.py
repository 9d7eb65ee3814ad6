"""
Files from offices that cannot be read at all.

`FileRefused` stops the reading of a whole file; `CellRefused` is about one cell (errors_cells.py, errors_codes.py), and
`BudgetRefused` about what a row or a file of a budget means (errors_budgets.py). The last two are collected as
`plans.sheets.Problem`, which adds file, row and column.
"""

from __future__ import annotations

from config.errors import DomainError


class FileRefused(DomainError):
    """A file that cannot be read at all."""

    of_a_file = True


class CellRefused(DomainError):
    """A cell that cannot be read as what its column says."""


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
