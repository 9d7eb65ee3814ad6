"""The closed vocabularies of the rulebook; every word a rule row or a fact may use stands here once."""

from enum import StrEnum

from config.labelled import Labelled


class Category(Labelled):
    """A fiscal category: stable and ours, because the articles of the law are being renumbered."""

    CARE = "CARE", "assistenza ad anziani e non autosufficienti"
    EDUCATION = "EDUCATION", "istruzione"
    SOCIAL_UTILITY = "SOCIAL_UTILITY", "utilità sociale"
    PUBLIC_TRANSPORT = "PUBLIC_TRANSPORT", "trasporto pubblico"
    COLLECTIVE_TRANSPORT = "COLLECTIVE_TRANSPORT", "trasporto collettivo"
    FRINGE = "FRINGE", "fringe benefit"
    HEALTH_FUND = "HEALTH_FUND", "fondo sanitario"
    PENSION = "PENSION", "previdenza complementare"
    LTC_INSURANCE = "LTC_INSURANCE", "assicurazione per la non autosufficienza"
    MEAL_VOUCHER = "MEAL_VOUCHER", "buoni pasto"
    RENT_NEW_HIRE = "RENT_NEW_HIRE", "affitto dei neoassunti"


class Channel(Labelled):
    """How a benefit reaches the person: paid for them, by a nominative document, or given back."""

    DIRECT = "DIRECT", "diretto"
    VOUCHER = "VOUCHER", "buono"
    REIMBURSEMENT = "REIMBURSEMENT", "rimborso"


class PlanSource(Labelled):
    """Where the credit comes from; never mixed in one lot."""

    ON_TOP = "ON_TOP", "in aggiunta (on top)"
    CCNL = "CCNL", "CCNL", "collective agreement (CCNL)"
    PDR = "PDR", "premio (PDR)", "bonus (PDR)"
    MUNICIPAL = "MUNICIPAL", "Comune"
    PRIVATE = "PRIVATE", "privato"


class Entitlement(StrEnum):
    """Who the plan gives the credit to: everybody, an objective cluster, or one chosen person."""

    ALL = "ALL"
    CLUSTER = "CLUSTER"
    AD_PERSONAM = "AD_PERSONAM"


class Kinship(Labelled):
    """What the beneficiary is to the employee. Grandchildren, uncles, cousins and nephews are OTHER."""

    SPOUSE = "SPOUSE", "coniuge"
    CIVIL_PARTNER = "CIVIL_PARTNER", "unito/a civilmente"
    SEPARATED_SPOUSE = "SEPARATED_SPOUSE", "coniuge separato/a"
    DE_FACTO_PARTNER = "DE_FACTO_PARTNER", "convivente di fatto"
    CHILD = "CHILD", "figlio/a"
    CHILD_OF_DECEASED_SPOUSE = "CHILD_OF_DECEASED_SPOUSE", "figlio/a del coniuge deceduto"
    PARENT = "PARENT", "genitore"
    GRANDPARENT = "GRANDPARENT", "nonno/a"
    SIBLING = "SIBLING", "fratello/sorella"
    PARENT_IN_LAW = "PARENT_IN_LAW", "suocero/a"
    CHILD_IN_LAW = "CHILD_IN_LAW", "genero/nuora"
    OTHER = "OTHER", "altro"


class Basis(Labelled):
    """How we know that a relative lives with the employee: from a record, or from the employee's word."""

    RECORDED = "RECORDED", "documentato"
    DECLARED = "DECLARED", "dichiarato"


class MealKind(StrEnum):
    """The three substitutes of a meal, each with its own daily limit."""

    ELECTRONIC = "ELECTRONIC"
    PAPER = "PAPER"
    INDEMNITY = "INDEMNITY"


class ExpenseKind(Labelled):
    """What a reimbursed expense was, where the law makes a difference."""

    UTILITIES = "UTILITIES", "utenze domestiche"
    RENT = "RENT", "affitto"
    MORTGAGE_INTEREST = "MORTGAGE_INTEREST", "interessi del mutuo"
    SPORT = "SPORT", "sport"
    SINGLE_TICKET = "SINGLE_TICKET", "biglietto singolo"
    SEASON_TICKET = "SEASON_TICKET", "abbonamento"


class Outcome(StrEnum):
    """The four answers of the rulebook, from the best to the worst for the worker."""

    EXEMPT = "EXEMPT"
    EXEMPT_ON_DECLARATION = "EXEMPT_ON_DECLARATION"
    TAXABLE = "TAXABLE"
    BLOCKED = "BLOCKED"


class Confidence(Labelled):
    """How sure a rule is, strongest first: act read, page read, memory, uncertain."""

    LAW = "V-LAW", "testo dell'atto letto", "the act was read"
    PAGE = "V-PAGE", "pagina ufficiale letta", "a page says so"
    MEMORY = "MEM", "da verificare sul testo", "to be checked against the text"
    UNCERTAIN = "UNC", "interpretazione", "interpretation"


class OverCap(StrEnum):
    """What becomes taxable above a limit: everything, only the excess, or nothing because there is no limit."""

    CLIFF = "CLIFF"
    EXCESS_ONLY = "EXCESS_ONLY"
    NONE = "NONE"


class RelativesAdmitted(StrEnum):
    """Which relatives of the employee a category reaches."""

    NONE = "NONE"
    CIRCLE = "CIRCLE"
    CIRCLE_AND_DEPENDENT = "CIRCLE_AND_DEPENDENT"
    FUND_RULES = "FUND_RULES"


class Reimburses(StrEnum):
    """Which expenses a category may give back: none, any of its kind, or only the kinds listed by a rule."""

    NONE = "NONE"
    ANY = "ANY"
    LISTED = "LISTED"


class VoucherScope(StrEnum):
    """Which part of the voucher decree governs the vouchers of a category."""

    NONE = "NONE"
    COMMA_2 = "COMMA_2"
    COMMA_3 = "COMMA_3"
    OWN_REGIME = "OWN_REGIME"


class VoucherCheck(StrEnum):
    """What a voucher rule asks."""

    NOMINATIVE = "NOMINATIVE"
    HOLDER_ONLY = "HOLDER_ONLY"
    NOT_MONETISABLE = "NOT_MONETISABLE"
    FULL_PRICE = "FULL_PRICE"
    ONE_SERVICE = "ONE_SERVICE"
    CUMULATIVE_WITHIN_THRESHOLD = "CUMULATIVE_WITHIN_THRESHOLD"
    MERCHANT_NETWORK = "MERCHANT_NETWORK"
    SHOWS_SERVICE_AND_HOLDER = "SHOWS_SERVICE_AND_HOLDER"
    TAXED_AT_ISSUE = "TAXED_AT_ISSUE"


class EnforcedBy(StrEnum):
    """Who applies a voucher rule: this package's decision, or the wallet that issues and redeems."""

    DECISION = "DECISION"
    WALLET = "WALLET"


class CircleBasis(StrEnum):
    """A tie, beyond kinship, that brings a relative inside the circle."""

    COHABITATION = "COHABITATION"
    MAINTENANCE = "MAINTENANCE"


class LimitSubject(StrEnum):
    """What a limit in euro is about."""

    FRINGE = "FRINGE"
    HEALTH_FUND = "HEALTH_FUND"
    PENSION = "PENSION"
    MEAL_VOUCHER = "MEAL_VOUCHER"
    RENT_NEW_HIRE = "RENT_NEW_HIRE"
    PDR_CONVERSION = "PDR_CONVERSION"
    PDR_SUBSTITUTE_TAX = "PDR_SUBSTITUTE_TAX"
    PDR_PRIOR_INCOME = "PDR_PRIOR_INCOME"
    DEPENDENT_INCOME = "DEPENDENT_INCOME"


class LimitVariant(StrEnum):
    """The case of a limit: the general one, or the exception it is about."""

    GENERAL = "GENERAL"
    WITH_DEPENDENT_CHILD = "WITH_DEPENDENT_CHILD"
    FIRST_JOB_EXTRA = "FIRST_JOB_EXTRA"
    YOUNG_CHILD = "YOUNG_CHILD"
    ELECTRONIC = "ELECTRONIC"
    PAPER = "PAPER"
    INDEMNITY = "INDEMNITY"
    JOINT_INVOLVEMENT = "JOINT_INVOLVEMENT"


class BonusRate(StrEnum):
    """What a rate on a performance bonus is of."""

    SUBSTITUTE_TAX = "SUBSTITUTE_TAX"
    WORKER_CONTRIBUTIONS = "WORKER_CONTRIBUTIONS"
    SOLIDARITY_CONTRIBUTION = "SOLIDARITY_CONTRIBUTION"


class Unit(StrEnum):
    """The unit of a value in a rule row."""

    EUR_PER_YEAR = "EUR/YEAR"
    EUR_PER_DAY = "EUR/DAY"
    YEARS = "YEARS"
    PERCENT = "PERCENT"


class AgeSubject(StrEnum):
    """What an age in a rule is about."""

    ELDERLY = "ELDERLY"
    YOUNG_CHILD = "YOUNG_CHILD"


class ReadingTopic(StrEnum):
    """A question the law leaves open and that somebody must answer to decide at all."""

    MAINTENANCE_SELF_CERTIFIED = "MAINTENANCE_SELF_CERTIFIED"
    COHABITATION_SELF_CERTIFIED = "COHABITATION_SELF_CERTIFIED"
    FRINGE_OUTSIDE_CIRCLE = "FRINGE_OUTSIDE_CIRCLE"


class Moment(StrEnum):
    """The event whose day decides in which tax year a benefit is received."""

    ISSUE = "ISSUE"
    DELIVERY = "DELIVERY"
    CHOICE = "CHOICE"


class Reason(StrEnum):
    """Why a decision is what it is; stable codes, each with a sentence in both languages."""

    NO_RULE_ON_DATE = "no_rule_on_date"
    CHANNEL_NOT_ALLOWED = "channel_not_allowed"
    NOT_EMPLOYMENT_INCOME = "not_employment_income"
    AD_PERSONAM_EXCLUDED = "ad_personam_excluded"
    FULL_PRICE_MISSING = "full_price_missing"
    VOUCHER_BELOW_FULL_PRICE = "voucher_below_full_price"
    VOUCHER_ABOVE_FULL_PRICE = "voucher_above_full_price"
    VOUCHER_ONE_SERVICE_ONLY = "voucher_one_service_only"
    CUMULATIVE_VOUCHER_OVER_THRESHOLD = "cumulative_voucher_over_threshold"
    EXPENSE_KIND_MISSING = "expense_kind_missing"
    EXPENSE_NOT_REIMBURSABLE = "expense_not_reimbursable"
    SPORT_NOT_EDUCATION = "sport_not_education"
    SINGLE_TICKET_EXCLUDED = "single_ticket_excluded"
    EMPLOYEE_NOT_BENEFICIARY = "employee_not_beneficiary"
    RELATIVE_NOT_BENEFICIARY = "relative_not_beneficiary"
    OUTSIDE_CIRCLE = "outside_circle"
    NOT_COHABITING = "not_cohabiting"
    NOT_COHABITING_NOR_MAINTAINED = "not_cohabiting_nor_maintained"
    EVIDENCE_NEEDED = "evidence_needed"
    PARENTS_MISSING_UNKNOWN = "parents_missing_unknown"
    PARENTS_NOT_MISSING = "parents_not_missing"
    DEPENDENCY_UNKNOWN = "dependency_unknown"
    NOT_DEPENDENT = "not_dependent"
    BIRTH_DATE_MISSING = "birth_date_missing"
    NOT_ELDERLY_NOR_CERTIFIED = "not_elderly_nor_certified"
    NEW_HIRE_FACTS_MISSING = "new_hire_facts_missing"
    NEW_HIRE_CONDITIONS_NOT_MET = "new_hire_conditions_not_met"
    MEAL_KIND_MISSING = "meal_kind_missing"
    MEAL_DAYS_MISSING = "meal_days_missing"
    FRINGE_LIMIT_EXCEEDED = "fringe_limit_exceeded"
    ANNUAL_CAP_EXCEEDED = "annual_cap_exceeded"
    DAILY_CAP_EXCEEDED = "daily_cap_exceeded"
    EMPLOYEE_QUALIFIES = "employee_qualifies"
    RELATIVE_QUALIFIES = "relative_qualifies"
    COHABITATION_RECORDED = "cohabitation_recorded"
    COHABITATION_DECLARED = "cohabitation_declared"
    MAINTENANCE_DECLARED = "maintenance_declared"
    WITHIN_LIMIT = "within_limit"
    WITHIN_DAILY_LIMIT = "within_daily_limit"
    OUTSIDE_CAP_FROM_PDR = "outside_cap_from_pdr"
    EXTERNAL_FRINGE_UNKNOWN = "external_fringe_unknown"


class Warn(StrEnum):
    """What a person must be told besides the outcome; stable codes, each with a sentence."""

    EXTERNAL_FRINGE_UNKNOWN = "external_fringe_unknown"
    EXTERNAL_CAP_UNKNOWN = "external_cap_unknown"
    INTERPRETATIVE_RULE = "interpretative_rule"
    FUND_RULES_DECIDE_RELATIVES = "fund_rules_decide_relatives"
    FIRST_JOB_ROOM_UNCHECKED = "first_job_room_unchecked"
    CONTRIBUTIONS_DUE = "contributions_due"
