"""The closed vocabularies of funders, plans and declared facts; those of the tax law stand in `rulebook/words.py`."""

from enum import StrEnum


class FunderKind(StrEnum):
    """Who pays."""

    EMPLOYER = "EMPLOYER"
    MUNICIPALITY = "MUNICIPALITY"
    PRIVATE = "PRIVATE"


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


class Fact(StrEnum):
    """What is declared of a relative (the first five) or of an employee for one tax year (the others)."""

    COHABITATION = "COHABITATION"
    MAINTENANCE = "MAINTENANCE"
    DEPENDENCY = "DEPENDENCY"
    NOT_SELF_SUFFICIENT = "NOT_SELF_SUFFICIENT"
    PARENTS_MISSING = "PARENTS_MISSING"
    EXTERNAL_FRINGE = "EXTERNAL_FRINGE"
    EXTERNAL_PENSION = "EXTERNAL_PENSION"
    EXTERNAL_HEALTH_FUND = "EXTERNAL_HEALTH_FUND"
    PDR_ELSEWHERE = "PDR_ELSEWHERE"
    DEPENDENT_CHILD = "DEPENDENT_CHILD"
    FIRST_JOB_PENSION = "FIRST_JOB_PENSION"
    NEW_HIRE = "NEW_HIRE"
