"""A plan in words: what it gives to whom, for what, until when, and what becomes of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from babel.dates import format_date

from config import money
from config.errors import local
from plans.plan_file import PlanDraft
from plans.rulebook.words import Entitlement
from plans.words import FundingPolicy, Residual, SourceType, TaxablePolicy

_DAYS: Final = (
    "Il credito si spende dal {starts} al {spend_by}, giorni compresi.",
    "The credit is spent from {starts} to {spend_by}, both days included.",
)
_FOR: Final = ("Serve per: {categories}.", "It is for: {categories}.")
_THROUGH: Final = ("Si usa in questi modi: {channels}.", "It is used in these ways: {channels}.")
_GIVES: Final = {
    Entitlement.ALL: ("Spetta a tutti i lavoratori.", "Every employee is entitled to it."),
    Entitlement.CLUSTER: (
        "Spetta alle categorie omogenee: {clusters}.",
        "These clusters are entitled to it: {clusters}.",
    ),
    Entitlement.AD_PERSONAM: ("Spetta a una sola persona.", "One person is entitled to it."),
}
_AMOUNT: Final = ("A ciascuno {amount}.", "{amount} each.")
_CARRIED: Final = (
    "Ciò che resta si può spendere ancora per {n:mese|mesi}.",
    "What is left can be spent for {n:more month|more months}.",
)
_NOT_CARRIED: Final = ("Ciò che resta alla fine non si riporta.", "What is left at the end is not carried over.")
_RESIDUAL: Final = {
    Residual.EMPLOYER: ("Poi torna a chi lo ha versato.", "Then it goes back to whoever paid it."),
    Residual.COMMUNITY_FUND: ("Poi va al fondo di comunità.", "Then it goes to the community fund."),
    Residual.PENSION_FUND: ("Poi va al fondo pensione.", "Then it goes to the pension fund."),
}
_LEAVER: Final = (
    "Chi lascia il lavoro ha ancora {n:giorno|giorni} per usarlo.",
    "Whoever leaves has {n:more day|more days} to use it.",
)
_LEAVER_NONE: Final = (
    "Chi lascia il lavoro può usarlo fino all'ultimo giorno.",
    "Whoever leaves can use it until the last day of work.",
)
_TAXABLE: Final = {
    TaxablePolicy.REFUSE: (
        "Le spese che sarebbero tassate sono rifiutate.",
        "Purchases that would be taxed are refused.",
    ),
    TaxablePolicy.WITH_CONSENT: (
        "Le spese tassate si fanno solo con il consenso del lavoratore.",
        "Taxed purchases are made only with the employee's consent.",
    ),
}
_MONEY: Final = {
    FundingPolicy.PREFUNDED: (
        "Si accredita solo ciò che è già stato versato.",
        "Only what was already transferred is granted.",
    ),
    FundingPolicy.ON_ACCOUNT: (
        "Si accredita ciò che è stato impegnato, anche prima del bonifico.",
        "What was committed is granted, also before the transfer.",
    ),
}
_ACTS: Final = {
    SourceType.CCNL: ("contratto collettivo nazionale", "national collective agreement"),
    SourceType.COMPANY_AGREEMENT: ("accordo aziendale", "company agreement"),
    SourceType.REGULATION_BINDING: ("regolamento vincolante", "binding regulation"),
    SourceType.REGULATION_REVOCABLE: ("regolamento revocabile", "revocable regulation"),
    SourceType.UNILATERAL: ("atto unilaterale", "unilateral act"),
}
_ACT: Final = ("Si fonda su: {act}.", "It rests on: {act}.")


def sentences(draft: PlanDraft, language: str) -> Iterator[str]:
    """Say a plan to whoever it is for, in "it" or "en"."""
    english = language == "en"

    def said(texts: tuple[str, str], **facts: object) -> str:
        return texts[english].format(**{name: local(value, language) for name, value in facts.items()})

    yield said(_DAYS, starts=_day(draft.starts_on, language), spend_by=_day(draft.spend_by, language))
    yield said(_FOR, categories=sorted(category.label(language) for category in draft.categories))
    yield said(_THROUGH, channels=sorted(channel.label(language) for channel in draft.channels))
    yield said(_GIVES[draft.entitlement], clusters=_clusters(draft, language))
    if draft.amount is not None:
        yield said(_AMOUNT, amount=draft.amount)
    yield said(_CARRIED, n=draft.carry_over_months) if draft.carry_over_months else said(_NOT_CARRIED)
    yield said(_RESIDUAL[draft.residual_destination])
    yield said(_LEAVER, n=draft.leaver_grace_days) if draft.leaver_grace_days else said(_LEAVER_NONE)
    yield said(_TAXABLE[draft.taxable_policy])
    yield said(_MONEY[draft.funding_policy])
    if draft.act is not None:
        reference = "" if draft.act.document_ref is None else f", {draft.act.document_ref}"
        signed = "" if draft.act.signed_on is None else f", {_day(draft.act.signed_on, language)}"
        yield said(_ACT, act=_ACTS[draft.act.source_type][english] + reference + signed)


def _day(day: date, language: str) -> str:
    return format_date(day, format="long", locale=money.LOCALES[language])


def _clusters(draft: PlanDraft, language: str) -> list[str]:
    return [
        each.description if each.amount is None else f"{each.description} {money.local(each.amount, language)}"
        for each in draft.clusters
    ]
