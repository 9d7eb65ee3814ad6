"""The closed vocabularies of funders, plans and declared facts; those of the tax law stand in `rulebook/words.py`."""

from enum import StrEnum

from config.labelled import Labelled


class FunderKind(Labelled):
    """Who pays."""

    EMPLOYER = "EMPLOYER", "azienda"
    MUNICIPALITY = "MUNICIPALITY", "Comune"
    PRIVATE = "PRIVATE", "cittadino"


class FundingPolicy(StrEnum):
    """Whether credit may be granted only after the money arrived, or before it."""

    PREFUNDED = "PREFUNDED"
    ON_ACCOUNT = "ON_ACCOUNT"


class TaxablePolicy(StrEnum):
    """Whether a purchase that would be taxed is refused, or offered to whoever consents to the tax."""

    REFUSE = "REFUSE"
    WITH_CONSENT = "WITH_CONSENT"


class Residual(StrEnum):
    """Where credit goes that nobody spent in time; never to the employee as cash."""

    EMPLOYER = "EMPLOYER"
    COMMUNITY_FUND = "COMMUNITY_FUND"
    PENSION_FUND = "PENSION_FUND"


class SourceType(StrEnum):
    """The act a plan rests on; what the employer may deduct depends on it."""

    CCNL = "CCNL"
    COMPANY_AGREEMENT = "COMPANY_AGREEMENT"
    REGULATION_BINDING = "REGULATION_BINDING"
    REGULATION_REVOCABLE = "REGULATION_REVOCABLE"
    UNILATERAL = "UNILATERAL"


class Fact(Labelled):
    """What is declared of a relative (the first five) or of an employee for one tax year (the others)."""

    COHABITATION = "COHABITATION", "convivenza"
    MAINTENANCE = "MAINTENANCE", "mantenimento"
    DEPENDENCY = "DEPENDENCY", "a carico"
    NOT_SELF_SUFFICIENT = "NOT_SELF_SUFFICIENT", "non autosufficienza"
    PARENTS_MISSING = "PARENTS_MISSING", "genitori mancanti"
    EXTERNAL_FRINGE = "EXTERNAL_FRINGE", "altri fringe benefit"
    EXTERNAL_PENSION = "EXTERNAL_PENSION", "altra previdenza complementare"
    EXTERNAL_HEALTH_FUND = "EXTERNAL_HEALTH_FUND", "altro fondo sanitario"
    PDR_ELSEWHERE = "PDR_ELSEWHERE", "premi convertiti altrove"
    DEPENDENT_CHILD = "DEPENDENT_CHILD", "figlio a carico"
    FIRST_JOB_PENSION = "FIRST_JOB_PENSION", "previdenza di prima occupazione"
    NEW_HIRE = "NEW_HIRE", "neoassunto"
