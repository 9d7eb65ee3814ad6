"""The ledger's refusals, in their order of precedence: of several that apply, the first is answered."""

from __future__ import annotations

from config.errors import DomainError


class LedgerError(DomainError):
    """The ledger refused, and nothing changed."""


class AmountNotPositive(LedgerError):
    """An amount of a posting or hold is zero or negative."""

    it = "L'importo deve essere maggiore di zero, non {amount}."
    en = "The amount must be above zero, not {amount}."


class AmountTooLarge(LedgerError):
    """An amount is beyond what every tool can represent exactly (2^53 minor units)."""

    it = "L'importo {amount} è troppo grande per essere registrato."
    en = "The amount {amount} is too large to be recorded."


class CurrencyMismatch(LedgerError):
    """The amount is in another currency than the book's."""

    it = "La valuta {currency} non è quella del libro."
    en = "The currency {currency} is not the book's."


class SameAccount(LedgerError):
    """A posting names one account as debit and credit."""

    it = "Un movimento ha bisogno di due conti diversi (conto {account_id})."
    en = "A posting needs two different accounts (account {account_id})."


class KeyRequired(LedgerError):
    """A command that moves money came without an idempotency key."""

    it = "Manca la chiave di idempotenza («Idempotency-Key»): ripetere con una chiave nuova, a scelta."
    en = "The idempotency key ('Idempotency-Key') is missing: repeat with a new one of your choice."


class KeyReused(LedgerError):
    """An idempotency key came again with another request."""

    it = "La chiave «{key}» è già stata usata per una richiesta diversa: usarne una nuova."
    en = "The key '{key}' was already used for another request: take a new one."


class InProgress(LedgerError):
    """The first request with this key has not finished."""

    it = "La richiesta con la chiave «{key}» è ancora in corso: riprovare tra poco."
    en = "The request with key '{key}' is still running: try again shortly."
    retryable = True


class RefusedBefore(LedgerError):
    """The same request under this key was refused before; it carries the first refusal's code and words."""

    it = "{said}"
    en = "{said}"

    def __init__(self, first_code: str, *, it: str, en: str) -> None:
        self.__dict__["code"] = first_code
        self._said = {"it": it, "en": en}
        super().__init__(said=en)

    def text(self, language: str = "en") -> str:
        """Return the words of the first refusal."""
        return self._said[language]


class DuplicateReference(LedgerError):
    """An entry or hold with this reference exists; references are unique for ever in a book."""

    it = "Il riferimento «{reference}» esiste già (scrittura {entry_id})."
    en = "The reference '{reference}' already exists (entry {entry_id})."


class BookNotFound(LedgerError):
    """No such book, or another tenant's."""

    it = "Libro {book_id} non trovato."
    en = "Book {book_id} not found."


class AccountNotFound(LedgerError):
    """No such account in this book."""

    it = "Conto {account_id} non trovato in questo libro."
    en = "Account {account_id} not found in this book."


class HoldNotFound(LedgerError):
    """No such hold in this book."""

    it = "Vincolo {hold_id} non trovato in questo libro."
    en = "Hold {hold_id} not found in this book."


class EntryNotFound(LedgerError):
    """No such entry in this book."""

    it = "Scrittura {entry_id} non trovata in questo libro."
    en = "Entry {entry_id} not found in this book."


class CaptureNotFound(LedgerError):
    """The entry to refund is not a capture of this book."""

    it = "La scrittura {entry_id} non è un addebito di questo libro."
    en = "Entry {entry_id} is not a capture in this book."


class AccountFrozen(LedgerError):
    """The account takes no postings for now."""

    it = "Il conto {account_id} è sospeso."
    en = "Account {account_id} is frozen."


class AccountClosed(LedgerError):
    """The account takes no postings any more."""

    it = "Il conto {account_id} è chiuso."
    en = "Account {account_id} is closed."


class InsufficientFunds(LedgerError):
    """What is available, holds included, does not cover the amount."""

    it = "Disponibili {available}, servono {needed}."
    en = "Available {available}, needed {needed}."


class HoldExpired(LedgerError):
    """The hold's time is over; what it reserved is free again."""

    it = "Il vincolo è scaduto il {expired_at}: chiedere una nuova autorizzazione."
    en = "The hold expired on {expired_at}: ask for a new authorization."


class HoldAlreadyCaptured(LedgerError):
    """The hold was captured to its end."""

    it = "Il vincolo {hold_id} è già stato addebitato per intero."
    en = "Hold {hold_id} was already captured in full."


class HoldAlreadyVoided(LedgerError):
    """The hold was voided."""

    it = "Il vincolo {hold_id} è già stato annullato."
    en = "Hold {hold_id} was already voided."


class CaptureExceedsHold(LedgerError):
    """More was asked than the hold still reserves."""

    it = "Il vincolo riserva ancora {reserved}, non {needed}."
    en = "The hold still reserves {reserved}, not {needed}."


class AlreadyReversed(LedgerError):
    """The entry was reversed before."""

    it = "La scrittura {entry_id} è già stata stornata."
    en = "Entry {entry_id} was already reversed."


class RefundExceedsCapture(LedgerError):
    """The refunds of one capture would exceed it."""

    it = "Addebitati {captured}, già stornati a favore {refunded}: non si possono stornare altri {needed}."
    en = "Captured {captured}, refunded {refunded} so far: another {needed} cannot be refunded."


class PeriodClosed(LedgerError):
    """The business date lies in a closed period."""

    it = "Il periodo che contiene il {occurred_on} è chiuso: usare una data successiva."
    en = "The period that contains {occurred_on} is closed: use a later date."


class OccurredInFuture(LedgerError):
    """The business date has not come yet."""

    it = "La data {occurred_on} non è ancora arrivata."
    en = "The date {occurred_on} has not come yet."


class BatchTooLarge(LedgerError):
    """A batch has more entries than one call takes."""

    it = "Il blocco ha {entries:scrittura|scritture}, al massimo {limit}: dividerlo."
    en = "The batch has {entries:entry|entries}, {limit} at most: split it."


class Contention(LedgerError):
    """Others kept the accounts busy for too long; nothing changed and the same call may be repeated."""

    it = "I conti sono occupati da un'altra operazione: riprovare."
    en = "The accounts are busy with another operation: try again."
    retryable = True


class LedgerCorrupt(LedgerError):
    """The book was stopped, as after a difference found by verification, until a person has looked."""

    it = "Il libro è fermo: riprende quando una persona ha controllato e lo riapre."
    en = "The book is stopped: it goes on once a person has looked and resumes it."


PRECEDENCE: tuple[type[LedgerError], ...] = (
    AmountNotPositive,
    AmountTooLarge,
    SameAccount,
    CurrencyMismatch,
    KeyRequired,
    KeyReused,
    InProgress,
    DuplicateReference,
    BookNotFound,
    AccountNotFound,
    HoldNotFound,
    EntryNotFound,
    CaptureNotFound,
    AccountFrozen,
    AccountClosed,
    InsufficientFunds,
    HoldExpired,
    HoldAlreadyCaptured,
    HoldAlreadyVoided,
    CaptureExceedsHold,
    AlreadyReversed,
    RefundExceedsCapture,
    PeriodClosed,
    OccurredInFuture,
    BatchTooLarge,
    Contention,
    LedgerCorrupt,
)
BY_CODE = {error.code: error for error in PRECEDENCE}

# What is true of a moment and not of the request: a book that a person stopped, an account that is frozen, a day that
# has not come. The same request may succeed once that is over, so that no key keeps it as its answer.
PASSING: tuple[type[LedgerError], ...] = (AccountFrozen, OccurredInFuture, LedgerCorrupt)
