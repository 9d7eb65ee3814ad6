"""What the conversion of a performance bonus refuses."""

from __future__ import annotations

from config.errors import DomainError
from plans.errors_files import CellRefused, FileRefused


class BonusRuleMissing(DomainError):
    """No rule about performance bonuses holds on the day of the choice."""

    it = "Per il {on} non c'è una regola sui premi di risultato: indicare un giorno dal {first}."
    en = "No rule about performance bonuses holds on {on}: give a day from {first} on."


class BonusShareInvalid(DomainError):
    """A share to convert that is no whole percentage from 0 to 100."""

    it = "La quota da convertire è {share} %: scrivere un numero intero da 0 a 100."
    en = "The share to convert is {share} %: write a whole number from 0 to 100."


class BonusAmountInvalid(DomainError):
    """A bonus, or a rate on it, that is not above zero or not in whole cents."""

    it = "Il premio {amount} non va bene: scrivere un importo lordo maggiore di zero, in euro e centesimi."
    en = "The bonus {amount} will not do: write a gross amount above zero, in euro and cents."


class BonusRateInvalid(DomainError):
    """A rate of contributions or of ordinary tax below 0 or of 100 per cent and more."""

    it = "L'aliquota {percent} % non va bene: scrivere un valore da 0 a meno di 100."
    en = "The rate {percent} % will not do: write a value from 0 to less than 100."


class BonusPlanNeeded(DomainError):
    """The plan is not one of converted bonuses."""

    it = "Il piano {plan} ha fonte {source}: i premi si convertono in un piano di fonte PDR."
    en = "Plan {plan} has source {source}: bonuses are converted in a plan of source PDR."


class BonusAgreementMissing(DomainError):
    """The agreement behind the plan, or the proof of its deposit, is not recorded."""

    it = (
        "Per il piano {plan} non è registrato il deposito dell'accordo: senza deposito il premio non si converte."
        " Registrarlo."
    )
    en = (
        "The deposit of the agreement behind plan {plan} is not recorded: without it no bonus is converted."
        " Record it first."
    )


class BonusDepositBackwards(DomainError):
    """An agreement deposited before it was signed, or on a day to come."""

    it = "L'accordo del piano {plan} è del {signed_on}: non può risultare depositato il {deposited_on} (oggi {today})."
    en = "The agreement of plan {plan} was signed on {signed_on}: it cannot be deposited on {deposited_on} ({today})."


class BonusJointTooLate(DomainError):
    """The higher limit of joint involvement, for a contract that was signed after the last day for it."""

    it = (
        "L'accordo del piano {plan} è del {signed_on}: il limite del coinvolgimento paritetico spetta ai contratti "
        "sottoscritti entro il {last}. Registrarlo senza il coinvolgimento paritetico."
    )
    en = (
        "The agreement of plan {plan} was signed on {signed_on}: the limit of joint involvement is for contracts "
        "signed by {last}. Record it without joint involvement."
    )


class BonusCreditOver(DomainError):
    """A bonus would be turned into credit that nobody can spend any more."""

    it = (
        "Il credito del piano {plan} per {employee} si spendeva fino al {last_day}: convertito ora andrebbe perso. "
        "Pagare il premio in denaro (0 %), o convertirlo in un piano ancora aperto."
    )
    en = (
        "The credit of plan {plan} could be spent by {employee} until {last_day}: converted now it would be lost. "
        "Pay the bonus in cash (0 %), or convert it into a plan that is still open."
    )


class BonusConversionNotAgreed(DomainError):
    """The agreement does not let the worker choose welfare, or not this share."""

    it = "L'accordo del piano {plan} non prevede di convertire il {share} %: quote ammesse {shares}."
    en = "The agreement of plan {plan} does not provide for converting {share} %: shares admitted {shares}."


class BonusChosenOutOfTime(DomainError):
    """A choice dated before the agreement, or after today."""

    it = "La scelta è del {chosen_on}: deve stare tra l'accordo ({signed_on}) e oggi ({today})."
    en = "The choice is dated {chosen_on}: it must lie between the agreement ({signed_on}) and today ({today})."


class BonusIncomeUnknown(DomainError):
    """Nobody said whether last year's income from employment admits the conversion."""

    it = (
        "Non si sa se il reddito di lavoro dipendente del {year} supera {limit}: serve la dichiarazione del lavoratore"
        " o il dato delle paghe prima di convertire."
    )
    en = (
        "Nobody said whether the employment income of {year} is above {limit}: the worker's declaration or payroll's"
        " figure is needed before converting."
    )


class BonusIncomeAbove(DomainError):
    """Last year's income from employment is above the limit, so nothing may be converted."""

    it = (
        "Nel {year} il reddito di lavoro dipendente ha superato {limit}: il premio resta tutto in denaro, a tassazione"
        " ordinaria."
    )
    en = "The employment income of {year} was above {limit}: the bonus stays in cash, at ordinary tax."


class BonusCapExceeded(DomainError):
    """More would be converted than the year's limit leaves, over all bonuses of the worker."""

    it = (
        "Si convertirebbero {asked}, ma per il {year} il lavoratore può convertire ancora {room} (limite {cap} su tutti"
        " i premi): ridurre la quota."
    )
    en = (
        "{asked} would be converted, but for {year} the worker can still convert {room} (limit {cap} over all bonuses):"
        " lower the share."
    )


class BonusChosenBefore(DomainError):
    """The worker already made another choice about this bonus."""

    it = (
        "Per il premio «{premium}» {employee} ha già scelto il {chosen_on} ({share} % di {amount}): se è un errore,"
        " annullare prima quella scelta."
    )
    en = (
        "{employee} already chose on {chosen_on} about the bonus '{premium}' ({share} % of {amount}): if that is a"
        " mistake, revoke that choice first."
    )


class BonusChosenAlone(DomainError):
    """A choice on paper of a worker who chose about this bonus by themselves; whether it is the same is not said."""

    it = "Sul premio «{premium}» {employee} ha già scelto dal suo borsellino: togliere la riga."
    en = "About the bonus '{premium}' {employee} has chosen already, from their own wallet: take the row out."


class BonusPremiumAlike(DomainError):
    """A bonus of a name that is another's of the plan but for capitals, blanks or punctuation."""

    it = (
        "In questo piano c'è già il premio «{known}»: «{premium}» sarebbe un altro. Scrivere lo stesso nome, o uno che"
        " si distingue."
    )
    en = (
        "This plan has the bonus '{known}' already: '{premium}' would be another one. Write the same name, or one that"
        " is told apart."
    )


class BonusPremiumUnnamed(DomainError):
    """A choice that does not name its bonus, where the worker chose in the plan about a bonus with another name."""

    it = (
        "Nel piano {plan} ci sono già scelte su {premiums} (lavoratori: {workers}, il primo {first}): dire il"
        " nome del premio, lo stesso se è quello, o un altro."
    )
    en = (
        "Plan {plan} has choices already about {premiums} (workers: {workers}, the first {first}): name the"
        " bonus, with the same name if it is that one, or with another."
    )


class BonusChoiceNotFound(DomainError):
    """No such choice in this book."""

    it = "La scelta {choice} non c'è: guardare l'elenco delle scelte."
    en = "There is no choice {choice}: look at the list of choices."


class BonusChoiceRevoked(DomainError):
    """The choice was revoked before."""

    it = "La scelta {choice} è già stata annullata il {revoked_at}."
    en = "The choice {choice} was revoked already, on {revoked_at}."


class BonusOfferDaysWrong(DomainError):
    """Days on which nobody could choose about a bonus, or not in time to spend what is taken, or of two years."""

    it = (
        "Dal {choose_from} al {choose_by} non si può scegliere: servono un primo e un ultimo giorno dello stesso anno,"
        " da oggi al {last}, ultimo giorno per spendere il credito del piano."
    )
    en = (
        "Nobody can choose from {choose_from} to {choose_by}: give a first and a last day of one year, from today to"
        " {last}, the last day on which the plan's credit can be spent."
    )


class BonusOfferNotFound(DomainError):
    """No such offer stands for this worker, or about this bonus."""

    it = "Questa offerta non c'è o non c'è più: guardare quelle di adesso."
    en = "There is no such offer, or no more: look at those that stand now."


class BonusOfferChosen(DomainError):
    """An offer cannot be withdrawn once somebody has chosen."""

    it = (
        "Sul premio «{premium}» qualcuno ha già scelto: la sua offerta non si ritira più. Quella di chi non ha scelto"
        " si ritira con il suo codice fiscale, o si corregge caricando di nuovo il file."
    )
    en = (
        "Somebody has chosen about the bonus '{premium}' already: their offer is not withdrawn any more. That of"
        " whoever has not chosen is withdrawn with their tax code, or corrected by loading the file again."
    )


class BonusOffersMoved(DomainError):
    """What is offered about a bonus is not what stood when the file was looked at."""

    it = "Nel frattempo le offerte del premio «{premium}» sono cambiate: ricontrollare che cosa farebbe ora il file."
    en = "What is offered about the bonus '{premium}' has changed meanwhile: look again at what the file would do now."


class BonusOfferOver(DomainError):
    """An offer is changed or withdrawn after its last day, when payroll may have paid the cash."""

    it = (
        "Per il premio «{premium}» i giorni per scegliere sono finiti il {choose_by}: l'offerta non si cambia e non si"
        " ritira più, perché chi non ha scelto riceve tutto in denaro. Per un errore, chiedere all'ufficio paghe."
    )
    en = (
        "The days for choosing about the bonus '{premium}' ended on {choose_by}: the offer is neither changed nor"
        " withdrawn any more, as whoever has not chosen gets all of it in cash. For a mistake, ask payroll."
    )


class BonusOfferDiffers(DomainError):
    """A choice on paper that is not about the bonus as it was offered, or of a day on which nobody could choose."""

    it = (
        "Per il premio «{premium}» l'offerta a {employee} è di {amount}, reddito entro il limite: {within}, rinuncia:"
        " {waived}, da scegliere dal {choose_from} al {choose_by}: scrivere lo stesso, e un giorno tra questi."
    )
    en = (
        "The bonus '{premium}' is offered to {employee} as {amount}, income within the limit: {within}, waiver:"
        " {waived}, to choose from {choose_from} to {choose_by}: write the same, and a day between these."
    )


class BonusOfferNotOpen(DomainError):
    """A worker chooses, or takes a choice back, before the first or after the last day of the offer."""

    it = "Per il premio «{premium}» si sceglie, e si cambia idea, dal {choose_from} al {choose_by}."
    en = "About the bonus '{premium}' workers choose, and change their mind, from {choose_from} to {choose_by}."


class BonusOfferTaken(DomainError):
    """A worker chooses about a bonus that they chose about before."""

    it = "Sul premio «{premium}» c'è già una scelta, del {chosen_on}: per farne un'altra, annullare prima quella."
    en = "There is a choice about the bonus '{premium}' already, of {chosen_on}: take it back first to make another."


class BonusChoiceOnPaper(DomainError):
    """A worker changes or takes back by themselves a choice that was recorded from a form they signed."""

    it = (
        "La scelta sul premio «{premium}», del {chosen_on}, è su un modulo firmato: da qui non si cambia e non si"
        " annulla. Per un errore, chiedere all'ufficio del personale."
    )
    en = (
        "The choice about the bonus '{premium}', of {chosen_on}, is on a form that was signed: it is neither changed"
        " nor taken back from here. For a mistake, ask the personnel office."
    )


class BonusOfferNotFunded(DomainError):
    """The plan has not the money for what a worker would take as welfare."""

    it = (
        "L'azienda non ha ancora messo nel piano il denaro per questa quota: la scelta non è registrata. Avvisare"
        " l'ufficio del personale e riprovare entro il {choose_by}."
    )
    en = (
        "The employer has not put the money for this share into the plan yet: the choice is not recorded. Tell the"
        " personnel office, and try again by {choose_by}."
    )


class BonusCreditUsed(DomainError):
    """A worker takes a choice back whose credit is spent or reserved in part."""

    it = (
        "Una parte del credito di questa scelta è già spesa o prenotata: ne restano liberi {available} e ne servono"
        " {needed}. La scelta resta, oppure annullare prima l'ordine."
    )
    en = (
        "A part of this choice's credit is spent or reserved already: {available} are free, {needed} are needed. The"
        " choice stays, or cancel the order first."
    )


class BonusFileBare(FileRefused):
    """A file of offers or choices with its header row and nobody below it."""

    it = "{file}: c'è solo la riga delle intestazioni. Scrivere sotto una riga per persona."
    en = "{file}: there is the header row alone. Write a row for each person below it."


class OffersFileRefused(FileRefused):
    """A file of offers with something wrong in it, so nothing of it was kept; `problems` names every row."""

    it = "{file}: nessuna offerta è stata registrata (problemi: {count}). Correggere il file e ripetere."
    en = "{file}: no offer was recorded (problems: {count}). Mend the file and repeat."


class ChoicesFileRefused(FileRefused):
    """A file of choices with something wrong in it, so nothing of it was kept; `problems` names every row."""

    it = "{file}: nessuna scelta è stata registrata (problemi: {count}). Correggere il file e ripetere."
    en = "{file}: no choice was recorded (problems: {count}). Mend the file and repeat."


class AnswerUnreadable(CellRefused):
    """A cell that is neither a yes nor a no."""

    it = "non è una risposta. Scrivere sì o no."
    en = "this is no answer. Write yes or no."


class ShareUnreadable(CellRefused):
    """A share that is no whole percentage from 0 to 100."""

    it = "non è una quota. Scrivere un numero intero da 0 a 100, come 50 o 50 %."
    en = "this is no share. Write a whole number from 0 to 100, such as 50 or 50 %."


class ShareAmbiguous(CellRefused):
    """A number 1 that a spreadsheet may mean as 1 % or as 100 %."""

    it = "può voler dire 1 % o 100 %. Scrivere la quota come testo, con il segno %."
    en = "this may mean 1 % or 100 %. Write the share as text, with the sign %."
