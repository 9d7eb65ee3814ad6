"""What the money of municipal services, and people's own money, is refused for."""

from __future__ import annotations

from typing import ClassVar

from plans.social.errors import Spoken
from plans.social.words import State
from wallet.errors import WalletError


class SocialVoucherNotActive(Spoken):
    """A voucher is used while its application is not active: suspended, revoked, not yet begun."""

    spoken: ClassVar = {"state": State}
    it = "La domanda {application} è nello stato «{state}»: il voucher si usa solo quando è attiva."
    en = "Application {application} is in state {state}: the voucher can only be used while it is active."


class VoucherMissing(WalletError):
    """No voucher was assigned to the application."""

    it = "Alla domanda {application} non è stato assegnato alcun voucher."
    en = "No voucher was assigned to application {application}."


class VoucherOutsidePeriod(WalletError):
    """A voucher is used, or assigned, outside the days it is for."""

    it = "Il voucher della domanda {application} vale dal {starts_on} al {ends_on}: non per il {on}."
    en = "The voucher of application {application} is for {starts_on} to {ends_on}: not for {on}."


class VoucherPeriodInvalid(WalletError):
    """The days of a voucher are reversed, or reach outside its plan, its agreement or its tariff."""

    it = (
        "Il periodo {starts_on} - {ends_on} non va: piano {plan}, affidamento e tariffa di «{service}» stanno insieme "
        "dal {first} al {last}."
    )
    en = (
        "The period {starts_on} to {ends_on} will not do: plan {plan}, the agreement and the tariff of '{service}' "
        "hold together from {first} to {last}."
    )


class VoucherOverlaps(WalletError):
    """The citizen has a voucher of the same plan with the same last day: their credit would mix."""

    it = "Il cittadino ha già un voucher del piano {plan} che finisce il {ends_on}: scegliere un altro ultimo giorno."
    en = "The citizen has a voucher of plan {plan} that ends on {ends_on} already: choose another last day."


class VoucherStillUsed(WalletError):
    """A voucher cannot be ended as used up, or before a purchase under way is captured or voided."""

    it = "Il voucher della domanda {application} ha ancora {available} liberi e {held} vincolati: {advice_it}."
    en = "The voucher of application {application} still has {available} free and {held} held: {advice_en}."


class ShareMissing(WalletError):
    """The citizen's share was not paid."""

    it = "Il cittadino paga {share}: registrare il pagamento indicandone la ricevuta."
    en = "The citizen pays {share}: record the payment by its receipt."


class ShareNotNeeded(WalletError):
    """A payment was given where the municipality pays all."""

    it = "Il Comune paga l'intero prezzo: non serve alcun pagamento del cittadino."
    en = "The municipality pays the whole price: no payment of the citizen's is needed."


class NothingFromMunicipality(WalletError):
    """The citizen's share is the whole price: the voucher pays nothing."""

    it = "La quota del cittadino è l'intero prezzo ({price}): il voucher non paga nulla di questo servizio."
    en = "The citizen's share is the whole price ({price}): the voucher pays nothing of this service."


class ReceiptTaken(WalletError):
    """A receipt was recorded before: it pays once."""

    it = "La ricevuta «{reference}» è già stata registrata: ogni pagamento vale una volta."
    en = "The receipt '{reference}' was recorded before: every payment counts once."


class ReceiptInvalid(WalletError):
    """A receipt's reference that is empty, too long, or could be a card's number."""

    it = "Il riferimento della ricevuta non è valido: da 3 a 64 caratteri, e mai il numero della carta."
    en = "The receipt's reference is not valid: 3 to 64 characters, and never the number of the card."


class PlanNotPrivate(WalletError):
    """Own money is recorded under a plan that is not one of own money."""

    it = "Il piano {plan} non è di fonte privata: i soldi propri stanno in un piano PRIVATE del libro dei cittadini."
    en = "Plan {plan} is not of source PRIVATE: own money stands in a PRIVATE plan of the citizens' book."


class OwnMoneyNeedsReceipt(WalletError):
    """Citizens' own money is granted, brought, promised or corrected like a funder's, without a receipt of theirs."""

    it = (
        "Il piano {plan} è di denaro dei cittadini: si registra con la ricevuta di ciascun pagamento, e si "
        "restituisce pagamento per pagamento."
    )
    en = (
        "Plan {plan} is of citizens' own money: it is recorded with the receipt of each payment, and goes "
        "back payment by payment."
    )


class VoucherNeedsApplication(WalletError):
    """A municipality's credit is granted, brought or corrected by itself: it belongs to an application's voucher."""

    it = "Il piano {plan} è del Comune: il suo credito si assegna a una domanda ammessa e si riprende chiudendola."
    en = (
        "Plan {plan} is a municipality's: its credit is assigned to an admitted application and taken "
        "back by ending it."
    )


class TenderNotFound(WalletError):
    """No payment of a person's own has this id or receipt in this book."""

    it = "Il pagamento «{tender}» non c'è in questo libro."
    en = "There is no payment '{tender}' in this book."


class TenderInUse(WalletError):
    """Own money that pays a purchase under way cannot go back yet."""

    it = "Il pagamento {tender} sostiene un acquisto aperto: prima annullarlo."
    en = "Payment {tender} stands behind an open purchase: void that first."


class TenderSpent(WalletError):
    """Nothing of a payment is left to go back: it was spent, or has gone back."""

    it = "Del pagamento {tender} non resta nulla da restituire."
    en = "Nothing of payment {tender} is left to give back."


class TenderHandedOver(WalletError):
    """What would go back the way it came was handed over to the bank: it is paid back from there."""

    it = (
        "Di quanto pagato con {kind_it} chi lo ha incassato ha ancora {available}: il resto è in banca. Restituire il "
        "pagamento {tender} con un bonifico e registrarlo."
    )
    en = (
        "Of what was paid by {kind_en}, {available} is still with whoever took it: the rest is in the bank. "
        "Pay {tender} back by bank transfer and record it."
    )


class TenderTransferExceeds(WalletError):
    """More was handed over than people paid in that way and did not get back."""

    it = "Di quanto pagato con {kind_it} restano da versare in banca {available}: non {needed}."
    en = "Of what was paid by {kind_en}, {available} is still to be handed over: not {needed}."


class PartnerNotNamed(WalletError):
    """A claim of somebody whom the agreement does not name."""

    it = "Il fornitore {partner} non è tra quelli di «{service}»: {partners}."
    en = "Provider {partner} is not among those of '{service}': {partners}."


class ClaimTaken(WalletError):
    """The same document of the same partner was claimed before."""

    it = "Il documento «{reference}» del fornitore {partner} è già stato registrato."
    en = "The document '{reference}' of provider {partner} was recorded before."


class ClaimOutsidePeriod(WalletError):
    """A claim for days on which the service is not entrusted."""

    it = "Il periodo {starts_on} - {ends_on} non sta nell'affidamento di «{service}» ({first} - {last})."
    en = "The period {starts_on} to {ends_on} lies outside the agreement for '{service}' ({first} to {last})."


class ServiceBudgetExceeded(WalletError):
    """A claim larger than what is left of the agreement's budget."""

    it = "Per «{service}» restano {available}, ne servono {needed}: prima aumentare il budget."
    en = "For '{service}' {available} are left, {needed} are needed: raise the budget first."
