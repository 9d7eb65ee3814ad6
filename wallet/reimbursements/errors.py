"""The refusals of reimbursements: what is wrong, where, and how to mend it. Nothing was changed."""

from __future__ import annotations

from wallet.errors import WalletError
from wallet.reimbursements import words


class ReimbursementError(WalletError):
    """The command about a reimbursement was refused, and nothing changed."""


class DocumentRefused(ReimbursementError):
    """A document cannot be taken."""


class DocumentEmpty(DocumentRefused):
    """A document without a single byte."""

    it = "{file}: il file è vuoto. Allegare il documento."
    en = "{file}: the file is empty. Attach the document."


class DocumentTooLarge(DocumentRefused):
    """A document above the size that is taken."""

    it = "{file}: {size} MB, al massimo {limit} MB. Ridurre la scansione, o dividerla in più file."
    en = "{file}: {size} MB, {limit} MB at most. Scan it with fewer dots, or in several files."


class DocumentTypeUnknown(DocumentRefused):
    """The content is neither PDF nor JPEG nor PNG, whatever the name says."""

    it = "{file}: il contenuto non è PDF, JPEG o PNG. Esportare il documento in uno di questi formati."
    en = "{file}: the content is not PDF, JPEG or PNG. Export the document in one of these formats."


class DocumentNameDiffers(DocumentRefused):
    """A document is not what its name says."""

    it = "{file}: il nome dice «{named}» ma il contenuto è {found}. Rinominare il file, se è il documento giusto."
    en = "{file}: the name says '{named}' but the content is {found}. Rename the file, if it is the right document."


class DocumentUnreadable(DocumentRefused):
    """A document that does not open: damaged, locked by a password, or made to overwhelm whoever opens it."""

    it = "{file}: il documento non si apre ({problem_it}). Salvarlo di nuovo e allegare la copia."
    en = "{file}: the document does not open ({problem_en}). Save it again and attach the copy."


class DocumentsTooMany(DocumentRefused):
    """More documents at once than are taken."""

    it = "{documents:documento|documenti}: al massimo {limit} per volta. Unire le pagine in un solo PDF."
    en = "{documents:document|documents}: {limit} at once at most. Put the pages into one PDF."


class DocumentMissing(ReimbursementError):
    """A document is no longer where it is kept, or is no longer what it was."""

    it = "{file}: il documento non è più nella sua cartella, o è cambiato ({sha256}): ripristinarlo."
    en = "{file}: the document is no longer in its folder, or was changed ({sha256}): restore it."


class SweepGraceTooShort(ReimbursementError):
    """Documents were to be swept sooner than a submission may take to name them."""

    it = "Si tolgono i documenti che nessuno cita da almeno {least:giorno|giorni}: indicarne {least} o più, non {days}."
    en = "Documents are removed that nobody has named for {least:day|days} at least: give {least} or more, not {days}."


class SweepNamesNothing(ReimbursementError):
    """Not one of the documents kept is named by this database: it is another one's folder."""

    it = (
        "Nessuno dei {files} documenti di {folder} è citato in questo database: è la cartella di un altro. "
        "Controllare BORSELLINO_DOCUMENTS_DIR e DATABASE_URL. Non è stato tolto nulla."
    )
    en = (
        "None of the {files} documents in {folder} is named in this database: the folder is another one's. "
        "Check BORSELLINO_DOCUMENTS_DIR and DATABASE_URL. Nothing was removed."
    )


class ExpenseUnknown(ReimbursementError):
    """No expense is called so."""

    it = "Nessuna spesa si chiama «{expense}»: sono {known}."
    en = "No expense is called '{expense}': they are {known}."


class SupplierCodeInvalid(ReimbursementError):
    """The supplier's tax code is none."""

    it = "Il codice «{code}» del fornitore non è partita IVA, codice fiscale o numero IVA estero: ricontrollarlo."
    en = "The supplier's code '{code}' is no partita IVA, codice fiscale or foreign VAT number: check it."


class ExpenseInFuture(ReimbursementError):
    """An expense, or its document, bears a day that is still to come."""

    it = "La data {on} è nel futuro: una spesa si chiede dopo averla pagata. Correggere la data."
    en = "The day {on} is in the future: an expense is submitted once it is paid. Correct the date."


class ExpenseOutsidePlan(ReimbursementError):
    """The expense was paid outside the time of every plan that could reimburse it."""

    it = "Spesa pagata il {on}: i piani valgono {spells_it}. Si rimborsa ciò che si paga in quei giorni."
    en = "Expense paid on {on}: the plans hold {spells_en}. What is paid on those days is reimbursed."


class ExpenseAmountTooHigh(ReimbursementError):
    """More is asked for than the document says."""

    it = "Si chiedono {amount} ma il documento è di {document}: si rimborsa al massimo l'importo del documento."
    en = "{amount} are asked for but the document says {document}: at most the document's amount is reimbursed."


class ExpenseAmountInvalid(ReimbursementError):
    """An amount that is nothing, or less."""

    it = "L'importo {amount} non va bene: scrivere un importo maggiore di zero."
    en = "The amount {amount} will not do: write an amount above zero."


class FixLowersDocument(ReimbursementError):
    """A fix that corrects a document's total to less than was asked for: the office approves a part instead."""

    it = (
        "Il documento dice {document}, meno dei {amount} chiesti: non occorre correggere il totale. Allegare il "
        "documento giusto: l'ufficio approva la parte che vi è scritta e il resto torna nel borsellino."
    )
    en = (
        "The document says {document}, less than the {amount} asked for: its total need not be corrected. Attach the "
        "right document: the office approves the part it says, and the rest goes back to the wallet."
    )


class SubmissionIncomplete(ReimbursementError):
    """Documents, declarations or answers that the checklist asks for are missing; all of them are named."""

    it = "Manca: {missing_it}. È quanto chiede la lista di controllo di «{expense_it}»."
    en = "Missing: {missing_en}. The checklist of '{expense_en}' asks for it."


class ReceiptAskedBefore(ReimbursementError):
    """The same document of the same supplier was submitted already, up to what it says."""

    it = (
        "Il documento {number} del {on} di {supplier} è già stato presentato: "
        "dei suoi {document} restano da chiedere {left}."
    )
    en = (
        "Document {number} of {on} by {supplier} was submitted already: "
        "of its {document} another {left} can be asked for."
    )


class ExpenseTotalDiffers(ReimbursementError):
    """The same document was submitted before with another total."""

    it = "Il documento {number} del {on} di {supplier} è già stato presentato con il totale {document}: indicarlo."
    en = "Document {number} of {on} by {supplier} was submitted before with the total {document}: give that one."


class DocumentNotTaken(ReimbursementError):
    """
    Somebody else of the book submitted the document, or its file: no amount, no name and no reason is told.

    Whoever reviews is told it by the refusals beside this one.
    """

    it = "Questo documento non può essere accettato: rivolgersi all'ufficio welfare."
    en = "This document cannot be taken: ask the welfare office."


class DocumentUsedBefore(ReimbursementError):
    """The same file stands behind another expense already."""

    it = "{file}: lo stesso file è già stato presentato per un'altra spesa. Allegare il documento di questa."
    en = "{file}: the same file was submitted for another expense already. Attach the document of this one."


class ServiceNotOfExpense(ReimbursementError):
    """The service named is not one of this expense's category, or is never reimbursed."""

    it = "Il servizio {service} non si rimborsa come «{expense_it}»: indicare un'altra spesa, o nessun servizio."
    en = "Service {service} is not reimbursed as '{expense_en}': name another expense, or no service."


class ReimbursementForbidden(ReimbursementError):
    """The law does not let this expense be given back; the rules are named."""

    it = "«{expense_it}» non si rimborsa. {said_it} Regole: {rules}."
    en = "'{expense_en}' is not reimbursed. {said_en} Rules: {rules}."


class ReimbursementNotInPlan(ReimbursementError):
    """No plan of the employee reimburses expenses of this category."""

    it = "Nessun piano rimborsa le spese di {category_it}: il servizio si può forse pagare direttamente o con un buono."
    en = "No plan reimburses expenses of category {category_en}: the service may be paid directly or with a voucher."


class ReimbursementDeclined(ReimbursementError):
    """The rulebook, the plan or the credit does not admit this reimbursement; the sentence says what to do."""

    it = "Rimborso non ammesso [{decline}]. {said_it}"
    en = "Reimbursement not admitted [{decline}]. {said_en}"


class ReimbursementNotFound(ReimbursementError):
    """No such reimbursement in this book."""

    it = "Rimborso {reimbursement} non trovato."
    en = "Reimbursement {reimbursement} not found."


class ReimbursementDocumentNotFound(ReimbursementError):
    """No such document of the reimbursement."""

    it = "Il documento {document} non c'è in questo rimborso."
    en = "There is no document {document} in this reimbursement."


class _InState(ReimbursementError):
    """A refusal that tells the state."""

    it = ""
    en = ""

    def text(self, language: str = "en") -> str:
        """Return the refusal with the state in words."""
        template = self.it if language == "it" else self.en
        told = self.details | {"status": words.state(self.details["status"], language)}
        return template.format(**{name: str(value) for name, value in told.items()})


class ReimbursementChanged(ReimbursementError):
    """Something happened to the reimbursement after it was looked at: nothing is decided of what nobody saw."""

    it = "Intanto questa richiesta di rimborso è cambiata: guardala di nuovo qui sotto, poi decidi."
    en = "This reimbursement has changed in the meantime: look at it again below, then decide."


class ReimbursementNotOpen(_InState):
    """The reimbursement is in a state in which this cannot be done."""

    it = "Il rimborso {reimbursement} è nello stato «{status}»: non si può più fare."
    en = "Reimbursement {reimbursement} is in state '{status}': this can no longer be done."


class ReimbursementNotYetApproved(_InState):
    """A reimbursement that the office has still to decide about cannot be paid."""

    it = "Il rimborso {reimbursement} è nello stato «{status}»: si paga dopo che l'ufficio lo ha approvato."
    en = "Reimbursement {reimbursement} is in state '{status}': it is paid after the office approved it."


class ReimbursementNotApproved(_InState):
    """An approval that is not there, or is paid already, cannot be withdrawn."""

    it = (
        "Il rimborso {reimbursement} è nello stato «{status}»: si ritira un'approvazione non ancora pagata. "
        "Se è pagato, stornare prima il pagamento."
    )
    en = (
        "Reimbursement {reimbursement} is in state '{status}': an approval is withdrawn before it is paid. "
        "If it is paid, reverse the payment first."
    )


class ReimbursementNotPaid(_InState):
    """A payment that was not recorded cannot be reversed."""

    it = "Il rimborso {reimbursement} è nello stato «{status}»: non c'è un pagamento da stornare."
    en = "Reimbursement {reimbursement} is in state '{status}': there is no payment to reverse."


class UndoingReasonInvalid(ReimbursementError):
    """An approval or a payment was to be undone without a reason, or for one that is not of it."""

    it = "Indicare perché, con uno di questi motivi: {known}."
    en = "Say why, with one of these reasons: {known}."


class PayrollPaidExceeded(ReimbursementError):
    """More was to be settled with the funder than payroll paid and is not settled yet."""

    it = "Dei rimborsi pagati in busta paga restano da regolare {open}: non se ne possono regolare {amount}."
    en = "Of the reimbursements that payroll paid {open} are still to be settled: {amount} cannot be."


class SetOffExceedsDue(ReimbursementError):
    """More was to be set off than the funder still owes for the plan."""

    it = (
        "Per il piano {plan} il finanziatore deve ancora {open}: non se ne possono compensare {amount}. Compensarne"
        " meno, con un altro piano, o restituire il denaro al finanziatore."
    )
    en = (
        "For plan {plan} the funder still owes {open}: {amount} cannot be set off. Set off less, or with another plan, "
        "or give the money back to the funder."
    )


class ReimbursementNotToMend(_InState):
    """Nobody asked for a fix of this reimbursement."""

    it = "Il rimborso {reimbursement} è nello stato «{status}»: non c'è nulla da sistemare."
    en = "Reimbursement {reimbursement} is in state '{status}': there is nothing to mend."


class FixStillNeeded(ReimbursementError):
    """The reimbursement cannot be approved while something has to be mended."""

    it = "Il rimborso {reimbursement} aspetta di essere sistemato ({reasons}): si approva dopo."
    en = "Reimbursement {reimbursement} waits for a fix ({reasons}): it can be approved after that."


class FixChangesNothing(ReimbursementError):
    """A fix without a document and without a correction."""

    it = "Allegare un documento o correggere un dato: così non cambia nulla."
    en = "Attach a document or correct a fact: nothing changes like this."


class ApprovalExceedsRequest(ReimbursementError):
    """More was to be approved than was asked for."""

    it = "Sono stati chiesti {asked}: non se ne possono approvare {amount}."
    en = "{asked} were asked for: {amount} cannot be approved."


class ReviewReasonsNeeded(ReimbursementError):
    """A fix, a rejection or a partial approval without a reason."""

    it = "Indicare almeno un motivo: {known}."
    en = "Give at least one reason: {known}."


class ReasonNotToMend(ReimbursementError):
    """A reason that no document mends was given for asking a fix."""

    it = "«{reason}» non si sistema con un documento: respingere il rimborso."
    en = "'{reason}' is not mended with a document: reject the reimbursement."


class OwnReimbursement(ReimbursementError):
    """Somebody reviewed their own reimbursement."""

    it = "Nessuno esamina i propri rimborsi: chiedere a un collega dell'ufficio."
    en = "Nobody reviews their own reimbursements: ask a colleague of the office."


class PayrollMonthInvalid(ReimbursementError):
    """A payroll month before the approval, or further ahead than the next ones."""

    it = "Il mese paga {month} non va bene: approvato il {approved_on}, il rimborso si paga da quel mese a {last}."
    en = "Payroll month {month} will not do: approved on {approved_on}, it is paid from that month to {last}."


class PaymentDateInvalid(ReimbursementError):
    """A payment that bears a day before the approval."""

    it = "Il rimborso è stato approvato il {approved_on}: non può essere stato pagato il {on}."
    en = "The reimbursement was approved on {approved_on}: it cannot have been paid on {on}."


class ReimbursementHasItsOwnVerbs(ReimbursementError):
    """A capture, void or refund of an authorization that belongs to a reimbursement."""

    it = "L'autorizzazione {authorization} è di un rimborso: va trattata come rimborso."
    en = "Authorization {authorization} belongs to a reimbursement: deal with it there."
