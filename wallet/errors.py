"""The wallet's refusals of commands. A declined purchase is not one of them: it is a recorded outcome."""

from __future__ import annotations

from collections.abc import Mapping

from config.errors import DomainError
from wallet import labels


class WalletError(DomainError):
    """The wallet refused the command, and nothing changed."""


class FundingLongBeforePlan(WalletError):
    """Money for a plan bears a day long before the plan begins."""

    it = "Il piano {plan} comincia il {starts_on}: il denaro non può essere del {on}, due anni prima o più."
    en = "Plan {plan} begins on {starts_on}: money for it cannot be of {on}, two years before or more."


class FundingExceedsCommitment(WalletError):
    """A bank transfer is larger than what the funder still owes for the plan."""

    it = "Il bonifico di {amount} supera quanto resta da versare per il piano {plan} ({open}): aumentare l'impegno."
    en = "The transfer of {amount} exceeds what is still due for plan {plan} ({open}): raise the commitment first."


class BudgetNotFunded(WalletError):
    """What is to be granted exceeds what the plan has available for granting."""

    it = (
        "Il piano {plan} può accreditare ancora {available}, ne servono {needed}: "
        "registrare prima l'impegno o il bonifico."
    )
    en = (
        "Plan {plan} can still grant {available}, {needed} are needed: "
        "record the commitment or the bank transfer first."
    )


class BudgetFileRefused(WalletError):
    """The check of a budget file found problems; nothing was loaded."""

    it = (
        "Il file {file} non si carica, ha {problems:problema|problemi}: correggerlo e ricaricarlo. Nulla è stato"
        " accreditato."
    )
    en = "The file {file} has {problems:problem|problems}: mend it and load it again. Nothing was granted."


class BudgetReferenceChanged(WalletError):
    """A budget file came again under a reference that was loaded with another content."""

    it = (
        "Il riferimento «{reference}» è già stato caricato con un contenuto diverso: "
        "indicare un nuovo riferimento per gli accrediti aggiunti."
    )
    en = "The reference '{reference}' was already loaded with another content: take a new reference for what is added."


class BudgetContentRepeated(WalletError):
    """The same content was loaded under another reference."""

    it = "Lo stesso contenuto è già stato caricato con il riferimento «{reference}»: se va ripetuto, dirlo."
    en = "The same content was already loaded under the reference '{reference}': if it is to be granted again, say so."


class BudgetLoadUndone(WalletError):
    """The load under this reference was undone: nothing of it is left, and another load needs another reference."""

    it = "Il caricamento «{reference}» è stato annullato: per caricare di nuovo, usare un altro riferimento."
    en = "The load '{reference}' was undone: to load again, use another reference."


class BudgetSpent(WalletError):
    """Part of what a load granted is spent or held, so it cannot be undone as a whole."""

    it = "Il caricamento «{reference}» non si annulla più: qualcuno ha già usato o impegnato una parte del credito."
    en = "The load '{reference}' cannot be undone any more: part of its credit is spent or held."


class LoadOfFewPeople(WalletError):
    """A load of fewer than five people, whose undoing would tell whether they used their credit."""

    it = (
        "Il caricamento «{reference}» è di meno di {people} persone, che possono già spenderlo: annullarlo direbbe se"
        " l'hanno usato. Per correggerlo scrivi a chi gestisce la rete."
    )
    en = (
        "The load '{reference}' is of fewer than {people} people, who can spend it already: undoing it would tell"
        " whether they have. To correct it, write to whoever runs the network."
    )


class LotNotFound(WalletError):
    """No such lot in this book."""

    it = "Credito {lot} non trovato."
    en = "Lot {lot} not found."


class CorrectionBeforeGrant(WalletError):
    """A correction bears a day before the first grant it could correct."""

    it = "Il credito {lot} è stato accreditato il {granted_on}: la correzione non può avere la data {on}."
    en = "Lot {lot} was granted on {granted_on}: a correction cannot be dated {on}."


class GrantAlreadySpent(WalletError):
    """A grant can be corrected only as far as it is neither spent nor held."""

    it = "Del credito {lot} restano liberi {available}: non se ne possono togliere {needed}."
    en = "Of lot {lot} only {available} are free: {needed} cannot be taken back."


class ReasonRequired(WalletError):
    """A correction needs a reason that a person can read later."""

    it = "Indicare il motivo della correzione."
    en = "Say why this is corrected."


class OpeningReferenceChanged(WalletError):
    """Opening balances came again under the same document with another content."""

    it = (
        "Il documento «{document}» è già stato caricato con saldi diversi: se ne porta altri, indicare il documento che"
        " li prova."
    )
    en = "The document '{document}' was loaded with other balances before: name the document that proves these ones."


class OpeningRepeated(WalletError):
    """The same balances were brought under another document."""

    it = "Gli stessi saldi sono già stati portati con il documento «{document}»: non si portano due volte."
    en = "The same balances were brought already, with the document '{document}': they are not brought twice."


class OpeningTransferExceeds(WalletError):
    """More money arrived for opening balances than they still wait for."""

    it = "Per i saldi portati nel piano {plan} devono ancora arrivare {open}: non {amount}."
    en = "For the balances brought into plan {plan} another {open} is to come: not {amount}."


class OpeningNotFound(WalletError):
    """No such load of opening balances in this book."""

    it = "Il caricamento di saldi {load} non c'è: guardare l'elenco dei caricamenti."
    en = "There is no load of balances {load}: look at the list of loads."


class OpeningAlreadyUndone(WalletError):
    """Nothing of the load, or of this person in it, is left to undo."""

    it = "Del caricamento {load} non resta nulla da stornare."
    en = "Nothing of the load {load} is left to reverse."


class OpeningSpent(WalletError):
    """Part of what was brought is spent or held, so it cannot be undone."""

    it = "Dei saldi portati per {employee} restano liberi {available}: il resto è speso o vincolato, non si storna."
    en = "Of the balances brought for {employee} {available} are free: the rest is spent or held, and is not reversed."


class CorrectionExceedsGrant(WalletError):
    """A correction would take back more than was granted here: the rest was brought from another platform."""

    it = (
        "A questa persona il piano {plan} ha accreditato {granted}: il resto è un saldo portato da un'altra piattaforma"
        " e si toglie stornando quel caricamento, non con una correzione di {needed}."
    )
    en = (
        "Plan {plan} granted this person {granted}: the rest is a balance brought from another platform, taken"
        " back by reversing that load, not by a correction of {needed}."
    )


class AmountNotExact(WalletError):
    """An amount that is no number, or finer than a cent."""

    it = "L'importo {amount} non è un numero intero di centesimi: scrivere euro e centesimi."
    en = "The amount {amount} is not a whole number of cents: write euros and cents."


class AuthorizationNotFound(WalletError):
    """No such authorization in this book."""

    it = "Autorizzazione {authorization} non trovata."
    en = "Authorization {authorization} not found."


_SPENT: Mapping[str, Mapping[str, str]] = {
    "captured": {
        "it": "non si addebita né si annulla di nuovo; se è un errore, stornarla",
        "en": "it is not captured or voided again; if it was a mistake, refund it",
    },
    "partially_refunded": {
        "it": "non si addebita né si annulla di nuovo; il resto si può ancora stornare",
        "en": "it is not captured or voided again; the rest can still be refunded",
    },
}
_ENDED: Mapping[str, str] = {
    "it": "non vale più; se il servizio si fa, il lavoratore chieda un nuovo acquisto",
    "en": "it is over; if the service is given, the worker has to ask for a new purchase",
}


class AuthorizationNotOpen(WalletError):
    """The authorization is in a state in which this cannot be done."""

    it = "L'autorizzazione {authorization} è nello stato «{status}»: {advice}."
    en = "Authorization {authorization} is in state '{status}': {advice}."

    def text(self, language: str = "en") -> str:
        """Return the authorization, its state and what can still be done, in the language asked for."""
        template, status = self.it if language == "it" else self.en, self.details["status"]
        return template.format(
            authorization=self.details["authorization"],
            status=labels.status(status, language),
            advice=_SPENT.get(status, _ENDED)[language],
        )


class ServiceNotAtHome(WalletError):
    """Where to come was told of a service that comes to nobody's home."""

    it = "Questo servizio non viene a casa: non serve dire dove."
    en = "This service does not come to anybody's home: there is no need to say where."


class DeliveryPlaceUnclear(WalletError):
    """Something of where to come is missing, too long, or no telephone number."""

    it = (
        "Non si capisce dove venire ({field}): servono via e numero, di chi chiedere e un telefono di almeno sei cifre,"
        " scritto con cifre, spazi e +."
    )
    en = (
        "It is not clear where to come ({field}): a street with its number, whom to ask for, and a telephone of six"
        " digits at least are needed, written with digits, spaces and +."
    )


class ComuneOutOfTerritory(WalletError):
    """A service at home was told to come to a municipality that its territory does not cover."""

    it = "{comune} è fuori dal territorio in cui questo servizio viene a casa ({territory}): scegliere un altro Comune."
    en = (
        "{comune} is outside the territory in which this service comes home ({territory}): choose another municipality."
    )


class AcceptanceAwaited(WalletError):
    """The provider has not accepted the purchase yet: it has no code, and nothing of it can be captured."""

    it = "Il fornitore deve ancora accettare l'acquisto {authorization} (entro il {answer_by}): prima non si addebita."
    en = "The provider has to accept purchase {authorization} first (by {answer_by}): nothing is captured before."


class PartialCaptureNotAllowed(WalletError):
    """A voucher stands for one service at its full value: it is captured whole, once."""

    it = "Il buono vale per un solo servizio e per l'intero valore ({amount}): non si può addebitare {asked}."
    en = "The voucher is for one service at its full value ({amount}): {asked} cannot be captured."


class CaptureExceedsAuthorization(WalletError):
    """More was asked than what the authorization still reserves."""

    it = "L'autorizzazione {authorization} vincola ancora {reserved}: non si può addebitare {needed}."
    en = "Authorization {authorization} still reserves {reserved}: {needed} cannot be captured."


class CaptureBeforeAuthorization(WalletError):
    """A capture bears a day before the purchase was decided."""

    it = "L'autorizzazione è del {decided_on}: l'addebito non può avere la data {on}."
    en = "The authorization was given on {decided_on}: a capture cannot be dated {on}."


class CaptureBeforeService(WalletError):
    """A capture bears a day before the service's, on which it would have been decided otherwise."""

    it = (
        "L'acquisto è stato deciso per il {service_on}: un servizio reso il {on} sarebbe tassato in altro modo. "
        "Annullare l'autorizzazione e chiederne un'altra."
    )
    en = (
        "The purchase was decided for {service_on}: a service given on {on} would be taxed otherwise. "
        "Void the authorization and ask for another."
    )


class RefundBeforeCapture(WalletError):
    """A refund bears a day before the capture it undoes."""

    it = "L'addebito è del {captured_on}: lo storno non può avere la data {on}."
    en = "The capture is of {captured_on}: a refund cannot be dated {on}."


class PartialRefundNotAllowed(WalletError):
    """A voucher stands for one service at its full value: it is refunded whole or not at all."""

    it = "Il buono vale per l'intero valore ({amount}): si storna tutto o niente, non {asked}."
    en = "The voucher is for its full value ({amount}): it is refunded whole or not at all, not {asked}."


class CaptureNotOfAuthorization(WalletError):
    """The entry that a refund names is no capture of the authorization."""

    it = "La scrittura {capture} non è un addebito dell'autorizzazione {authorization}."
    en = "Entry {capture} is no capture of authorization {authorization}."


class RefundExceedsCaptures(WalletError):
    """The refunds of an authorization, or of one capture, would exceed what was captured."""

    it = "Si possono stornare ancora {refundable}: non {needed}."
    en = "Another {refundable} can be refunded: not {needed}."


class NothingToRefund(WalletError):
    """Nothing was captured of the authorization, or of the capture that is named, or all of it was refunded."""

    it = (
        "Dell'autorizzazione {authorization} non c'è nulla da stornare: non è stata addebitata, o l'addebito è già"
        " stato stornato per intero."
    )
    en = (
        "Nothing of authorization {authorization} can be refunded: it was not captured, or the capture was refunded in"
        " full already."
    )


class RechargeNotForFunder(WalletError):
    """Recharges are of a mandate that an employer gave; this funder is none."""

    it = "Il riaddebito riguarda il mandato di un'azienda: {funder} non lo è. Indicare il libro di un'azienda."
    en = "Recharges are of an employer's mandate: {funder} is no employer. Name an employer's book."


class RechargePaymentExceedsDue(WalletError):
    """A transfer for recharged VAT is larger than what is recorded as owed."""

    it = "Dell'IVA aggiunta dai riaddebiti risultano dovuti {due}: non {amount}. Registrare prima il mese."
    en = "Of the VAT that recharges added {due} is recorded as owed: not {amount}. Record the month first."


class DecisionChanged(WalletError):
    """What was told of a purchase is not what would be decided now: nothing was bought."""

    it = "Intanto qualcosa è cambiato, e non è più come ti avevamo detto: guarda di nuovo, poi conferma."
    en = "Something has changed in the meantime, and it is not as you were told: look again, then confirm."


class QuantityOrAmount(WalletError):
    """A purchase is asked for by quantity or by amount: one of them, and positive."""

    it = "Indicare la quantità oppure l'importo, maggiore di zero."
    en = "Give the quantity or the amount, above zero."


class ServiceDatePast(WalletError):
    """The service lies so far back that its reservation would already be over."""

    it = "Il servizio del {service_on} è troppo indietro nel tempo per essere autorizzato."
    en = "The service of {service_on} is too far in the past to be authorized."


class ServiceDateFar(WalletError):
    """The service lies further ahead than anybody can authorize."""

    it = "Il servizio del {service_on} è troppo lontano: si può autorizzare fino al {limit}."
    en = "The service of {service_on} is too far ahead: up to {limit} can be authorized."


class CodeInvalid(WalletError):
    """A redemption code is not well formed, or its check symbol does not match."""

    it = "Il codice «{code}» non è valido: {why_it}. Ricontrollarlo con chi lo mostra: ha la forma XXXX-XXXX-XXXX."
    en = "The code '{code}' is not valid: {why_en}. Check it with whoever shows it: it reads XXXX-XXXX-XXXX."


class ResidualNotOwnMoney(WalletError):
    """A citizen is paid back their own money, from the book's bank account; a plan's credit is never paid as cash."""

    it = "Il piano {plan} non è di soldi propri, o non li tiene la banca del libro: al cittadino non si paga nulla."
    en = "Plan {plan} holds no own money, or not in the book's bank: nothing of it is paid to a citizen."


class ResidualAccountInvalid(WalletError):
    """A payment of ended credit needs the account it went to and its reference; a citizen's account is an IBAN."""

    it = "Conto o riferimento «{account}» non valido: da 1 a 64 caratteri, e per un cittadino un IBAN."
    en = "Account or reference '{account}' will not do: 1 to 64 characters, and for a citizen an IBAN."


class ResidualPaymentChanged(WalletError):
    """The same reference was recorded for this person and plan with other facts."""

    it = "Il riferimento «{reference}» è già del pagamento {payment}, con altri dati ({differs}): usarne un altro."
    en = "The reference '{reference}' is of payment {payment}, with other facts ({differs}): take another."


class ResidualExceedsLeft(WalletError):
    """More would be paid than waits for this person under this plan, or nothing waits."""

    it = "Del piano {plan} restano da pagare a questa persona {left}: non {needed}."
    en = "Of plan {plan} {left} is left to be paid to this person: not {needed}."


class ResidualPaymentNotFound(WalletError):
    """No such payment of ended credit in this book."""

    it = "Il pagamento {payment} non c'è in questo libro: guardare l'elenco dei pagamenti."
    en = "There is no payment {payment} in this book: look at the list of payments."


class ResidualPaymentUndone(WalletError):
    """The payment was undone before."""

    it = "Il pagamento {payment} è già stato annullato il {on}."
    en = "Payment {payment} was undone on {on} already."


class ContributionStays(WalletError):
    """What a plan sent to a worker's pension fund is captured, voided, refunded or disputed like a purchase."""

    it = (
        "{authorization} è un versamento al fondo pensione, non un acquisto: non si storna. Un pagamento registrato "
        "per errore si annulla come tale."
    )
    en = (
        "{authorization} is a payment into a pension fund, no purchase: it is not refunded. A payment recorded by "
        "mistake is undone as such."
    )


class BankNotCovering(WalletError):
    """The bank account of the book does not hold what is paid, beyond the payments that wait for the bank."""

    it = "In banca il libro ha {available} oltre ai pagamenti in corso: non {needed}. Registrare prima gli incassi."
    en = "The book's bank holds {available} beyond payments in progress: not {needed}. Record what came in first."


class PlanInUse(DomainError):
    """A revision of a plan under which credit was already granted."""

    it = "Con il piano {plan} sono già stati accreditati {granted}: le sue regole non cambiano più. Usare altro codice."
    en = "Plan {plan} has already granted {granted}: its rules change no more. Use another code."


class PlanCommitted(DomainError):
    """A revision of what the money of a plan rests on, after something was committed to it."""

    it = "Per il piano {plan} sono già stati impegnati {committed}: non si cambia più {keys}. Usare un altro codice."
    en = "Plan {plan} has {committed} committed already: {keys} can no longer change. Use another code."


class PayrollLoadNotFound(WalletError):
    """No payroll file was loaded under this id in this book."""

    it = "Nessun file delle paghe è stato caricato con il codice {load}."
    en = "No payroll file was loaded under the id {load}."


class BudgetLoadNotFound(WalletError):
    """No budget file was loaded under this id in this book."""

    it = "Nessun file di budget è stato caricato con il codice {load}."
    en = "No budget file was loaded under the id {load}."


class FundingNotFound(WalletError):
    """No commitment or transfer has this id in this book."""

    it = "Nessun impegno o bonifico ha il codice {funding}."
    en = "No commitment or transfer has the id {funding}."
