"""The refusals of fiscal positions; messages in Italian and English."""

from __future__ import annotations

from wallet.errors import WalletError


class PositionYearOutOfRange(WalletError):
    """A position was asked for a year before any rule we hold, or later than the next one."""

    it = "L'anno {year} è fuori portata: si può chiedere dal {first} al {last}."
    en = "The year {year} is out of reach: ask for {first} to {last}."


class HandOverChannel(WalletError):
    """Only a document that the employer hands over can belong to the year before."""

    it = (
        "L'autorizzazione {authorization} non è un buono: un servizio conta quando è erogato e un rimborso quando è "
        "chiesto, non quando l'azienda consegna qualcosa."
    )
    en = (
        "Authorization {authorization} is no voucher: a service counts when it is given and a reimbursement when it is "
        "asked for, not when the employer hands something over."
    )


class HandOverNothing(WalletError):
    """Nothing of the authorization counts for the tax any more."""

    it = "Dell'autorizzazione {authorization} non conta più nulla: non c'è niente da attribuire all'anno prima."
    en = "Nothing of authorization {authorization} counts any more: there is nothing to attribute to the year before."


class HandOverDone(WalletError):
    """The document belongs to the year before already, under another reference."""

    it = "Il buono appartiene già al {year} per il documento «{document}»: ritirare prima quella attribuzione."
    en = "The voucher belongs to {year} already by document '{document}': withdraw that attribution first."


class HandOverNotDone(WalletError):
    """An attribution was withdrawn that nobody made."""

    it = "Il buono {authorization} non è attribuito all'anno prima: non c'è nulla da ritirare."
    en = "Voucher {authorization} is not attributed to the year before: there is nothing to withdraw."


class HandOverLate(WalletError):
    """The document was handed over after the days of January that may belong to the year before."""

    it = "Il buono è stato consegnato il {on}: solo fino al {last} può appartenere all'anno prima."
    en = "The voucher was handed over on {on}: only up to {last} can it belong to the year before."


class HandOverDocument(WalletError):
    """The document that ties the hand-over to the year before is missing or dated after it."""

    it = "Il documento «{document}» del {dated_on} non prova la consegna del {on}: serve una data non successiva."
    en = "Document '{document}' of {dated_on} does not prove the hand-over of {on}: it needs a day no later than that."


class HandOverNewPlan(WalletError):
    """A plan that pays began after the year to which the document is to belong."""

    it = "Il piano {plan} inizia il {starts_on}: il suo credito non può riferirsi al {year}."
    en = "Plan {plan} begins on {starts_on}: its credit cannot refer to {year}."


class HandOverBonus(WalletError):
    """A plan of converted bonuses pays: what takes their place counts when the worker chooses it."""

    it = "Il piano {plan} è di premi convertiti: il buono conta quando il lavoratore lo sceglie, e resta nel suo anno."
    en = "Plan {plan} is of converted bonuses: its voucher counts when the worker chooses it, and stays in its year."


class HandOverTaxed(WalletError):
    """In the year before it would be taxable, or not allowed, and the worker consented to no tax."""

    it = (
        "Nel {year} sarebbero tassati {taxable} e il lavoratore non ha accettato la tassazione: "
        "il buono resta nell'anno in cui è stato consegnato."
    )
    en = (
        "In {year} {taxable} would be taxable and the worker did not accept the tax: "
        "the voucher stays in the year in which it was handed over."
    )
