"""The refusals of settlement: disputes, payout runs, the bank's files, and clearing."""

from __future__ import annotations

from plans.errors_files import CellRefused, FileRefused
from wallet.errors import WalletError

# -- disputes --------------------------------------------------------------------------------------------------------


class DisputeNotFound(WalletError):
    """No such dispute in this book."""

    it = "Contestazione {dispute} non trovata."
    en = "Dispute {dispute} not found."


class DisputeSettled(WalletError):
    """The dispute was already settled."""

    it = "La contestazione {dispute} è già chiusa."
    en = "Dispute {dispute} is already settled."


class DisputeChanged(WalletError):
    """Something more was said of the dispute than whoever settles it has read."""

    it = "Intanto qualcuno ha aggiunto qualcosa alla contestazione: rileggila e decidi di nuovo."
    en = "Meanwhile somebody has added something to the dispute: read it and settle it again."


class NothingToDispute(WalletError):
    """Nothing of the authorization is captured, not refunded and not yet disputed."""

    it = "L'autorizzazione {authorization} non ha addebiti da contestare: sono stornati, già contestati o mai avvenuti."
    en = "Authorization {authorization} has no capture to dispute: refunded, disputed already, or never made."


class DisputeWhichCapture(WalletError):
    """Several captures of the authorization could be meant."""

    it = "L'autorizzazione {authorization} ha più addebiti: dire quale ({captures})."
    en = "Authorization {authorization} has several captures: say which ({captures})."


class CapturePaid(WalletError):
    """A capture that was paid, or is in a payment run, cannot be disputed."""

    it = "L'addebito {capture} è già nel pagamento «{reference}»: non si contesta più, si restituisce con uno storno."
    en = "Capture {capture} is in payment run '{reference}' already: it is refunded, not disputed."


class DisputeAmount(WalletError):
    """More would be given back than is left of the disputed capture, or an amount for a dispute that is dismissed."""

    it = "Dell'addebito contestato restano {left}: non si possono restituire {asked}."
    en = "Of the disputed capture {left} are left: {asked} cannot be given back."


# -- payout runs -----------------------------------------------------------------------------------------------------


class PayoutReferenceChanged(WalletError):
    """A run was prepared under this reference with other dates or another account."""

    it = "Il riferimento «{reference}» è di un pagamento già preparato con altri dati ({differs}): usarne un altro."
    en = "The reference '{reference}' is of a run prepared with other facts ({differs}): take another."


class PayoutReferenceInvalid(CellRefused):
    """A run's reference goes into the bank's file, which takes few characters."""

    it = "Il riferimento «{reference}» non va bene: da 1 a 16 lettere senza accenti, cifre o trattini."
    en = "The reference '{reference}' will not do: 1 to 16 plain letters, digits or dashes."


class PayoutNotFound(WalletError):
    """No payment run has this reference."""

    it = "Nessun pagamento ha il riferimento «{reference}»."
    en = "No payment run has the reference '{reference}'."


class PayoutEmpty(WalletError):
    """Nothing can be paid: nothing is due, or whoever is due is left out."""

    it = "Entro il {due_by} non c'è nulla da pagare. Lasciati fuori: {left_out}."
    en = "Nothing is to be paid by {due_by}. Left out: {left_out}."


class PayoutTotalDiffers(WalletError):
    """A run would pay something else than was shown to whoever asks for it."""

    it = "Intanto è cambiato ciò che è dovuto: il pagamento sarebbe di {total}, non di {expected}. Guardarlo di nuovo."
    en = "What is due has changed meanwhile: the run would be of {total}, not of {expected}. Look at it again."


class PayoutAnswered(WalletError):
    """Nothing of a run waits for the bank any more."""

    it = "Il pagamento «{reference}» non ha più bonifici in attesa della banca: non c'è nulla da ritirare."
    en = "The run '{reference}' has no payment that waits for the bank: there is nothing to withdraw."


class ExecutionDatePast(WalletError):
    """A payment cannot be asked of a bank for a day that is over."""

    it = "La data di esecuzione {on} è passata (oggi è il {today}): indicarne una da oggi in poi."
    en = "The execution date {on} is over (today is {today}): choose today or later."


class ExecutionDateFar(WalletError):
    """A payment that is prepared today for a day far ahead keeps from providers what they are due."""

    it = "La data di esecuzione {on} è troppo lontana: indicarne una entro il {limit}."
    en = "The execution date {on} is too far ahead: choose a day up to {limit}."


class ExecutionDateClosed(WalletError):
    """No bank executes a transfer in euro on a Saturday, a Sunday or a closing day of TARGET."""

    it = "Il {on} le banche non eseguono bonifici (TARGET è chiuso): il primo giorno buono è il {next_on}."
    en = "Banks execute no transfers on {on} (TARGET is closed): the next good day is {next_on}."


class PaymentStateWrong(WalletError):
    """The payment is in a state in which this cannot be done."""

    it = "Il pagamento {payment} è nello stato «{state_it}»: non può diventare «{wanted_it}»."
    en = "Payment {payment} is {state_en}: it cannot become {wanted_en}."


class PaymentNotFound(WalletError):
    """No payment has this end-to-end id."""

    it = "Nessun pagamento ha l'identificativo {payment}."
    en = "No payment has the id {payment}."


# -- the bank's lines ------------------------------------------------------------------------------------------------


class BankLineNotFound(WalletError):
    """No line of the bank's files has this id."""

    it = "Nessuna riga della banca ha il codice {line}."
    en = "No bank line has the id {line}."


class BankLineClosed(WalletError):
    """The line was matched or resolved before."""

    it = "La riga {line} è già stata abbinata o chiusa."
    en = "Line {line} was matched or resolved before."


class BankLineDiffers(WalletError):
    """A line is resolved to a payment whose amount or direction it does not have."""

    it = "La riga {line} è di {amount} e il pagamento {payment} di {expected}: non si chiude con importi diversi."
    en = "Line {line} is of {amount} and payment {payment} of {expected}: different amounts are not closed."


class ConfirmationNotFound(WalletError):
    """No file of the bank's that was read has this id."""

    it = "Nessun estratto della banca ha il codice {confirmation}."
    en = "No statement of the bank's has the id {confirmation}."


class ConfirmationTooLarge(FileRefused):
    """More bytes than a bank's daily statement has."""

    it = "{file}: {size_mb} MB sono più dei {limit_mb} MB ammessi. Chiedere alla banca un file per giorno."
    en = "{file}: {size_mb} MB are more than the {limit_mb} MB allowed. Ask the bank for a file a day."


class ConfirmationUnsafe(FileRefused):
    """XML that declares entities or refers to other files: no bank sends that."""

    it = "{file}: il file XML contiene dichiarazioni (DTD, entità) che una banca non manda: non viene letto."
    en = "{file}: the XML declares a DTD or entities, which no bank sends: it is not read."


class ConfirmationUnreadable(FileRefused):
    """No XML, no camt.053, or a line without what every line has."""

    it = "{file}: non è un estratto camt.053 leggibile ({problem_it}). Scaricarlo di nuovo dalla banca."
    en = "{file}: this is no camt.053 statement that can be read ({problem_en}). Download it from the bank again."


class ConfirmationOfOtherAccount(FileRefused):
    """The statement is of an account from which no run was paid."""

    it = "{file}: è l'estratto del conto {iban}, dal quale non è stato preparato alcun pagamento."
    en = "{file}: this is the statement of account {iban}, from which no run was prepared."


# -- clearing --------------------------------------------------------------------------------------------------------


class ClearingMonthNotOver(WalletError):
    """A month is cleared when it is over."""

    it = "Il mese finisce il {ends_on}: la compensazione si fa dal giorno dopo."
    en = "The month ends on {ends_on}: it is cleared from the day after."


class ClearingLaterClosed(WalletError):
    """A later month is closed: what comes late goes into the next one, and months reopen from the last."""

    it = "Il mese dal {later} è già chiuso: ciò che arriva tardi va nel successivo; si riapre dall'ultimo."
    en = "The month from {later} is closed: what comes late goes into the next one, and months reopen from the last."


class ClearingNotFound(WalletError):
    """No clearing of this month is closed."""

    it = "La compensazione del mese dal {starts_on} non è chiusa."
    en = "The clearing of the month from {starts_on} is not closed."


class ClearingRunNotFound(WalletError):
    """No clearing has this id."""

    it = "Nessuna compensazione ha il codice {run}."
    en = "No clearing has the id {run}."


class FeeUnshared(WalletError):
    """A fee was withheld, and the terms do not say how these two territories share it on the day."""

    it = "Le condizioni non dicono come dividere le commissioni fra {home} e {delivery} al {on}: serve uno [[share]]."
    en = "The terms do not say how {home} and {delivery} share fees on {on}: add a [[share]]."


class BookStopped(WalletError):
    """A clearing run goes over all books, and one of them takes no entries."""

    it = "Il libro {book} è fermo: verificarlo e riaprirlo prima della compensazione."
    en = "Book {book} is stopped: verify and resume it before clearing."


# -- terms -----------------------------------------------------------------------------------------------------------


class TermsInvalid(FileRefused):
    """A file of settlement terms that cannot be read, or says what cannot be; the row is named."""

    it = "{file}, {row}: {problem_it}."
    en = "{file}, {row}: {problem_en}."
