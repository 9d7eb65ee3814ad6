"""The Italian words for the codes that people are shown; in English the codes are words already."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from config.errors import DomainError, local
from plans.rulebook.words import Basis, Category, Channel, Confidence, Kinship, PlanSource
from plans.words import Fact, FunderKind

# A kinship is said in words that the files of relatives and the commands understand (plans/people_file.py).
WORDS: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    FunderKind: {
        FunderKind.EMPLOYER: "azienda",
        FunderKind.MUNICIPALITY: "Comune",
        FunderKind.PRIVATE: "cittadino",
    },
    PlanSource: {
        PlanSource.ON_TOP: "on top",
        PlanSource.CCNL: "CCNL",
        PlanSource.PDR: "premio (PDR)",
        PlanSource.MUNICIPAL: "Comune",
        PlanSource.PRIVATE: "privato",
    },
    Category: {
        Category.CARE: "assistenza ad anziani e non autosufficienti",
        Category.EDUCATION: "istruzione",
        Category.SOCIAL_UTILITY: "utilità sociale",
        Category.PUBLIC_TRANSPORT: "trasporto pubblico",
        Category.COLLECTIVE_TRANSPORT: "trasporto collettivo",
        Category.FRINGE: "fringe benefit",
        Category.HEALTH_FUND: "fondo sanitario",
        Category.PENSION: "previdenza complementare",
        Category.LTC_INSURANCE: "assicurazione per la non autosufficienza",
        Category.MEAL_VOUCHER: "buoni pasto",
        Category.RENT_NEW_HIRE: "affitto dei neoassunti",
    },
    Channel: {
        Channel.DIRECT: "diretto",
        Channel.VOUCHER: "buono",
        Channel.REIMBURSEMENT: "rimborso",
    },
    Confidence: {
        Confidence.LAW: "testo dell'atto letto",
        Confidence.PAGE: "pagina ufficiale letta",
        Confidence.MEMORY: "da verificare sul testo",
        Confidence.UNCERTAIN: "interpretazione",
    },
    Kinship: {
        Kinship.SPOUSE: "coniuge",
        Kinship.CIVIL_PARTNER: "unito/a civilmente",
        Kinship.SEPARATED_SPOUSE: "coniuge separato/a",
        Kinship.DE_FACTO_PARTNER: "convivente di fatto",
        Kinship.CHILD: "figlio/a",
        Kinship.CHILD_OF_DECEASED_SPOUSE: "figlio/a del coniuge deceduto",
        Kinship.PARENT: "genitore",
        Kinship.GRANDPARENT: "nonno/a",
        Kinship.SIBLING: "fratello/sorella",
        Kinship.PARENT_IN_LAW: "suocero/a",
        Kinship.CHILD_IN_LAW: "genero/nuora",
        Kinship.OTHER: "altro",
    },
    Basis: {
        Basis.RECORDED: "documentato",
        Basis.DECLARED: "dichiarato",
    },
    Fact: {
        Fact.COHABITATION: "convivenza",
        Fact.MAINTENANCE: "mantenimento",
        Fact.DEPENDENCY: "a carico",
        Fact.NOT_SELF_SUFFICIENT: "non autosufficienza",
        Fact.PARENTS_MISSING: "genitori mancanti",
        Fact.EXTERNAL_FRINGE: "altri fringe benefit",
        Fact.EXTERNAL_PENSION: "altra previdenza complementare",
        Fact.EXTERNAL_HEALTH_FUND: "altro fondo sanitario",
        Fact.PDR_ELSEWHERE: "premi convertiti altrove",
        Fact.DEPENDENT_CHILD: "figlio a carico",
        Fact.FIRST_JOB_PENSION: "previdenza di prima occupazione",
        Fact.NEW_HIRE: "neoassunto",
    },
}


def italian(code: StrEnum) -> str:
    """Return the Italian word for a code; one of a vocabulary that nobody is shown stands for itself."""
    return WORDS.get(type(code), {}).get(code, str(code))


class InWords(DomainError):
    """A refusal with codes among its facts, which are said in words in Italian."""

    vocabularies: ClassVar[Mapping[str, type[StrEnum]]]

    def text(self, language: str = "en") -> str:
        """Return what happened and how to mend it, in the language asked for."""
        if language != "it":
            return super().text(language)
        told = {
            key: italian(self.vocabularies[key](value)) if key in self.vocabularies else local(value, language)
            for key, value in self.details.items()
        }
        return self.it.format(**told)
