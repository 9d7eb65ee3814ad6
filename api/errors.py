"""From what was raised to what people are told: one sentence, one code, one exit status; never a stack trace."""

from __future__ import annotations

import errno
import re
import subprocess
from collections.abc import Mapping
from enum import IntEnum

import sqlalchemy as sa
from environs import EnvValidationError

from config.embedded import NoPostgres
from config.errors import LANGUAGES, DomainError
from ledger.errors import Contention
from network.errors import BadColumns, BadRow, ContactUnclear, DataFolderEmpty, DistanceNeedsOrigin, HistoryRewritten
from plans.bonus.errors import BonusAmountInvalid, BonusRateInvalid, BonusShareInvalid
from plans.errors import (
    ClusterRepeated,
    ClustersMissing,
    ClustersUnexpected,
    DeclarationMalformed,
    KinshipUnknown,
    PeopleFileRefused,
    PlanEndsBeforeStart,
    PlanFileInvalid,
    PlanFileUnreadable,
    PlanIncomplete,
    PlanSpentBeforeStart,
    VatNumberMissing,
)
from plans.errors_files import CellRefused, FileRefused
from plans.social.errors import ActInvalid, CaseRefInvalid, PersonCodeInvalid, ProtocolInvalid, RegistryInvalid
from wallet.errors import BudgetFileRefused, CodeInvalid, DeliveryPlaceUnclear, QuantityOrAmount
from wallet.redemptions.errors import NonceReused, RedemptionInFuture, ReplacementInvalid
from wallet.reimbursements.errors import (
    DocumentRefused,
    ExpenseAmountInvalid,
    ExpenseUnknown,
    FixChangesNothing,
    ReviewReasonsNeeded,
    SubmissionIncomplete,
    SupplierCodeInvalid,
    UndoingReasonInvalid,
)
from wallet.requests.errors import RequestTextMissing
from wallet.surveys.errors import SurveyAnswerInvalid, SurveyEnded, SurveyIncomplete, SurveyTooLong


class ExitCode(IntEnum):
    """What a command tells the shell; from 64 on as in sysexits.h, so that a script knows what it may try again."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNAVAILABLE = 69
    INTERNAL = 70
    BUSY = 75
    INTERRUPTED = 130


class BookNeeded(DomainError):
    """Several books exist and the command does not say which."""

    it = "Indicare il libro con --book: {books}."
    en = "Say which book with --book: {books}."


class RuleNotFound(DomainError):
    """No rule has this id."""

    it = "Nessuna regola ha il codice {rule}: guardare l'elenco delle regole."
    en = "No rule has the id {rule}: look at the list of rules."


class SchemaNotCurrent(DomainError):
    """The database was never migrated, or not to the version of this program."""

    it = "Il database non è pronto per questo programma: eseguire prima «borsellino db migrate»."
    en = "The database is not ready for this program: run 'borsellino db migrate' first."


class DatabaseUnavailable(DomainError):
    """Nothing answers at the database's address, or not as it should."""

    it = "Il database non risponde. Controllare DATABASE_URL e che il server sia acceso ({reason})."
    en = "The database does not answer. Check DATABASE_URL and that the server is running ({reason})."
    retryable = True


class SettingsInvalid(DomainError):
    """Environment variables that cannot be read."""

    it = "Impostazioni non valide: {problems_it}. Si veda docs/configuration.md."
    en = "Invalid settings: {problems_en}. See docs/configuration.md."


class FileNotUsable(DomainError):
    """A file or folder that cannot be read or written."""

    it = "{file}: non si può usare ({reason_it}). Controllare percorso e permessi."
    en = "{file}: cannot be used ({reason_en}). Check the path and its permissions."


class CheckpointInvalid(DomainError):
    """A checkpoint file or a public key that is none."""

    it = "{file}: non è un punto fermo firmato, o la chiave pubblica non è leggibile."
    en = "{file}: this is no signed checkpoint, or the public key cannot be read."


class TextEmpty(DomainError):
    """An argument or option that is there and says nothing."""

    it = "è vuoto, scrivere un valore."
    en = "it is empty, write a value."


class InternalFailure(DomainError):
    """A mistake of the program: the trace is in the log under the incident's id."""

    it = "Errore interno {incident}. I dettagli sono in {log}: segnalarlo con questo codice."
    en = "Internal error {incident}. The details are in {log}: report it with this id."


# What was typed or sent cannot be read as what it should be: mend it and run the command again.
MALFORMED: tuple[type[DomainError], ...] = (
    FileRefused,
    CellRefused,
    PeopleFileRefused,
    BudgetFileRefused,
    PlanFileUnreadable,
    PlanFileInvalid,
    PlanIncomplete,
    PlanEndsBeforeStart,
    PlanSpentBeforeStart,
    ClustersMissing,
    ClustersUnexpected,
    ClusterRepeated,
    VatNumberMissing,
    DeclarationMalformed,
    KinshipUnknown,
    BonusAmountInvalid,
    BonusRateInvalid,
    BonusShareInvalid,
    QuantityOrAmount,
    CodeInvalid,
    NonceReused,
    RedemptionInFuture,
    ReplacementInvalid,
    DocumentRefused,
    ExpenseUnknown,
    ExpenseAmountInvalid,
    SubmissionIncomplete,
    SupplierCodeInvalid,
    ReviewReasonsNeeded,
    UndoingReasonInvalid,
    FixChangesNothing,
    DataFolderEmpty,
    BadColumns,
    BadRow,
    HistoryRewritten,
    DistanceNeedsOrigin,
    ContactUnclear,
    DeliveryPlaceUnclear,
    BookNeeded,
    SettingsInvalid,
    FileNotUsable,
    CheckpointInvalid,
    RequestTextMissing,
    SurveyAnswerInvalid,
    SurveyEnded,
    SurveyIncomplete,
    SurveyTooLong,
    ActInvalid,
    CaseRefInvalid,
    PersonCodeInvalid,
    ProtocolInvalid,
    RegistryInvalid,
)
_EXIT: tuple[tuple[tuple[type[DomainError], ...], ExitCode], ...] = (
    (MALFORMED, ExitCode.USAGE),
    ((SchemaNotCurrent, DatabaseUnavailable), ExitCode.UNAVAILABLE),
    ((Contention,), ExitCode.BUSY),
    ((InternalFailure,), ExitCode.INTERNAL),
)

# Serialization failure, deadlock, a lock not given in time, a statement stopped by its timeout.
_BUSY_STATES = {"40001", "40P01", "55P03", "57014"}
_SETTINGS = {
    "DATABASE_URL": ("solo postgresql://", "only postgresql://"),
    "BORSELLINO_LANGUAGE": (f"una di {', '.join(LANGUAGES)}", f"one of {', '.join(LANGUAGES)}"),
    "BORSELLINO_CLOCK": ("serve un momento come 2026-03-02T12:00:00", "a moment such as 2026-03-02T12:00:00 is needed"),
}
# What is said of the others, by us in English and by the library.
_SETTINGS_IT: tuple[tuple[str, str], ...] = (
    (r"an address such as (.+)", r"un indirizzo come \1"),
    (r"a rate such as (.+), or off", r"un ritmo come \1, oppure off"),
    (r"a PNG or JPEG of at most (.+)", r"un PNG o un JPEG di \1 al massimo"),
    (r"a picture of (\d+) to (\d+) pixels a side", r"un'immagine con i lati da \1 a \2 pixel"),
    (r"a PNG or JPEG file that can be read", "un file PNG o JPEG che si possa leggere"),
    (r"Must be one of: (.+)\.", r"uno di \1"),
    (r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.", r"da \1 a \2"),
    (r"Not a valid integer\.", "un numero intero"),
    (r"Not a valid boolean\.", "true o false"),
)
# What the system says of a file, in Italian where it is likely.
_REASONS_IT: Mapping[int | None, str] = {
    errno.ENOENT: "non esiste",
    errno.EACCES: "permesso negato",
    errno.EPERM: "operazione non permessa",
    errno.EEXIST: "esiste già",
    errno.EISDIR: "è una cartella",
    errno.ENOTDIR: "non è una cartella",
    errno.ENAMETOOLONG: "il nome è troppo lungo",
    errno.ENOSPC: "lo spazio è finito",
    errno.EROFS: "il disco è di sola lettura",
}
_PASSWORD = re.compile(r"(://[^:/@\s]*):[^@\s]*@")


def exit_code(refusal: DomainError) -> ExitCode:
    """Return what a refusal tells the shell, the same when it is answered again: 1 unless the table says otherwise."""
    for classes, code in _EXIT:
        # What was refused before under a key has the code of the first refusal, and another class.
        if isinstance(refusal, classes) or refusal.code in {known.code for known in classes}:
            return code
    return ExitCode.REFUSED


def translate(error: Exception) -> DomainError | None:
    """Return the refusal that a technical error amounts to, or None when it is a mistake of the program."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError)):
        if getattr(error.orig, "sqlstate", None) in _BUSY_STATES:
            return Contention()
        return DatabaseUnavailable(reason=_first_line(error.orig or error))
    if isinstance(error, (NoPostgres, subprocess.SubprocessError, sa.exc.ArgumentError)):
        return DatabaseUnavailable(reason=_first_line(error))
    if isinstance(error, EnvValidationError):
        italian, english = zip(*_bad_settings(error), strict=True)
        return SettingsInvalid(problems_it=italian, problems_en=english)
    if isinstance(error, OSError) and error.filename is not None:
        reason = error.strerror
        return FileNotUsable(file=error.filename, reason_it=_REASONS_IT.get(error.errno, reason), reason_en=reason)
    return None


def _bad_settings(error: EnvValidationError) -> list[tuple[str, str]]:
    messages = error.error_messages
    if not isinstance(messages, Mapping):
        messages = {"?": messages}
    found = []
    for name, said in messages.items():
        english = " ".join(said)
        it, en = _SETTINGS.get(name, (f"valore non valido ({_italian(english)})", f"not a valid value ({english})"))
        found.append((f"{name}: {it}", f"{name}: {en}"))
    return found


def _italian(english: str) -> str:
    found = ((re.fullmatch(pattern, english), italian) for pattern, italian in _SETTINGS_IT)
    # What the library says is English, and stands beside our words only where we have none.
    return next((match.expand(italian) for match, italian in found if match is not None), english)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return _PASSWORD.sub(r"\1:***@", lines[0]).rstrip(".")
