"""What to type after a refusal: the core says what has to be done, and a shell has a command or an option for it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from api.errors import RuleNotFound
from api.jobs.errors import BooksDiffer, JobNotFound
from config.errors import DomainError, local
from ledger.errors import LedgerCorrupt
from plans.bonus.errors import BonusAgreementMissing, BonusChoiceNotFound, BonusPremiumUnnamed
from plans.errors_budgets import BudgetExceeded
from plans.errors_cells import AmountNegative
from plans.errors_sources import RenewalCodeNeeded, TaxYearMissing
from plans.rulebook.errors import SignOffNotFound
from plans.social.errors import (
    AboveThreshold,
    EntrustedServiceNotFound,
    IseeExpired,
    IseeMissing,
    MovedByAssigning,
    TariffNotFound,
    TariffNotInForce,
)
from reports.payroll_export.errors import PayrollMonthOpen, PayrollMonthUnsealed
from reports.recharge_list.errors import RechargeMonthOpen
from reports.siuss.errors import MunicipalityUnknown
from wallet.errors import (
    BudgetContentRepeated,
    BudgetNotFunded,
    ContributionStays,
    CorrectionExceedsGrant,
    OpeningNotFound,
    ResidualPaymentNotFound,
)
from wallet.reimbursements.errors import ReimbursementHasItsOwnVerbs, SetOffExceedsDue, SubmissionIncomplete
from wallet.settlement.errors import BookStopped, DisputeWhichCapture
from wallet.social.errors import (
    OwnMoneyNeedsReceipt,
    ServiceBudgetExceeded,
    ShareMissing,
    TenderHandedOver,
    VoucherNeedsApplication,
)

_CLOSE = "ledger close-period --from {first} --to {last}"

# Commands of ours, without the program's name, and options of the command that was refused; facts in braces.
REMEDIES: Mapping[type[DomainError], tuple[str, ...]] = {
    AboveThreshold: ("social advance", "social isee {application}"),
    AmountNegative: ("grant correct",),
    BonusAgreementMissing: ("bonus agreement {plan}",),
    BonusChoiceNotFound: ("bonus list",),
    BonusPremiumUnnamed: ("--premium",),
    BookStopped: ("book resume",),
    BooksDiffer: ("ledger verify",),
    BudgetContentRepeated: ("--repeat",),
    BudgetExceeded: ("fund commit",),
    BudgetNotFunded: ("fund commit {plan}", "fund transfer {plan}"),
    ContributionStays: ("residual undo",),
    CorrectionExceedsGrant: ("opening undo",),
    DisputeWhichCapture: ("--capture",),
    EntrustedServiceNotFound: ("social load",),
    IseeExpired: ("social isee {application}",),
    IseeMissing: ("social isee",),
    JobNotFound: ("jobs list",),
    LedgerCorrupt: ("ledger verify", "book resume"),
    MovedByAssigning: ("social assign",),
    MunicipalityUnknown: ("social load",),
    OpeningNotFound: ("opening list",),
    OwnMoneyNeedsReceipt: ("social pay", "social give-back"),
    PayrollMonthOpen: (_CLOSE, "--draft"),
    PayrollMonthUnsealed: ("seal", "--draft"),
    RechargeMonthOpen: (_CLOSE, "--detail"),
    ReimbursementHasItsOwnVerbs: ("reimbursement",),
    RenewalCodeNeeded: ("--code",),
    ResidualPaymentNotFound: ("residual payments",),
    RuleNotFound: ("rules list",),
    ServiceBudgetExceeded: ("social fund {service}",),
    SetOffExceedsDue: ("reimbursement repay",),
    ShareMissing: ("--card",),
    SignOffNotFound: ("rules signatures",),
    SubmissionIncomplete: ("reimbursement checklist {expense}",),
    TariffNotFound: ("social tariff",),
    TariffNotInForce: ("social load",),
    TaxYearMissing: ("--year",),
    TenderHandedOver: ("residual pay --to citizen",),
    VoucherNeedsApplication: ("social assign", "social advance"),
}
# A fact in a template, with the option that takes it.
_FACT = re.compile(r"(?: --[a-z-]+)? \{\w+\}")
_BY_CODE = {known.code: templates for known, templates in REMEDIES.items()}


def of(code: str, facts: Mapping[str, object]) -> list[str]:
    """Return what to type after the refusal of this code, with the facts that are known as a shell reads them."""
    known = {name: local(value, "it") for name, value in facts.items()}
    typed = []
    for template in _BY_CODE.get(code, ()):
        try:
            words = template.format(**known)
        except KeyError:
            # A refusal that is answered again under its key has the first one's words, and no facts.
            words = _FACT.sub("", template)
        typed.append(words if words.startswith("--") else f"borsellino {words}")
    return typed
