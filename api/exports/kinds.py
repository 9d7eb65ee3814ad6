"""The table of statements: who may ask for which, with what, in which formats, and what makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from api.access.roles import Role
from api.conventions.fields import Schema
from api.exports import book_statements, network_statements
from api.exports import parameters as asked
from api.exports.work import Job, Made

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
XML = "application/xml"
ZIP = "application/zip"
TEXT = "text/plain; charset=utf-8"


class Reach(StrEnum):
    """What a statement is about, and so how far the work on it sees."""

    PERSON = "person"
    """The person who asks, in their book."""
    BOOK = "book"
    """One book: the asker's own, or the one that the network's people name."""
    PROVIDER = "provider"
    """The provider who asks, in every book: ledgers are not split by provider, so the work sees the network's."""
    NETWORK = "network"
    """Every book."""
    RULES = "rules"
    """The law: nobody's rows."""


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A kind of statement. `roles` are those who may ask for it, each with the parameters it may give; `formats` are the
    media types of the file by the name of its format.
    """

    name: str
    it: str
    en: str
    reach: Reach
    roles: Mapping[Role, type[Schema]]
    formats: Mapping[str, str]
    make: Callable[[Session, Job], Made]

    def title(self, language: str) -> str:
        """Return what people call it."""
        return self.it if language == "it" else self.en


_EMPLOYER, _PAYROLL, _ACCOUNTANT, _OPERATOR = Role.EMPLOYER, Role.PAYROLL, Role.ACCOUNTANT, Role.OPERATOR
_EVERY = (
    Kind(
        "plan_statement", "Estratto conto del piano", "Plan statement", Reach.BOOK,
        {_EMPLOYER: asked.OfPlan, _PAYROLL: asked.OfPlan},
        {"pdf": PDF, "xlsx": XLSX, "csv": CSV}, book_statements.plan,
    ),
    Kind(
        "deductibility", "Prospetto di deducibilità", "Deductibility", Reach.BOOK,
        {_EMPLOYER: asked.OfDeductibility, _ACCOUNTANT: asked.OfDeductibilityWhole},
        {"pdf": PDF, "xlsx": XLSX}, book_statements.deductible,
    ),
    Kind(
        "recharge_list", "Elenco dei riaddebiti", "Recharge list", Reach.BOOK,
        {_EMPLOYER: asked.OfMonth, _ACCOUNTANT: asked.OfMonth, _OPERATOR: asked.OfBookMonth},
        {"xlsx": XLSX, "csv": CSV}, book_statements.recharges,
    ),
    Kind(
        "payroll_month", "Mese per le paghe", "Payroll month", Reach.BOOK,
        {_PAYROLL: asked.OfPayroll},
        {"csv": CSV, "xlsx": XLSX}, book_statements.payroll,
    ),
    Kind(
        "cu_year", "Anno per la Certificazione Unica", "Year for the Certificazione Unica", Reach.BOOK,
        {_ACCOUNTANT: asked.OfYear},
        {"xlsx": XLSX, "csv": CSV}, book_statements.certificates,
    ),
    Kind(
        "journal", "Giornale", "Journal", Reach.BOOK,
        {_ACCOUNTANT: asked.OpenPeriod, _OPERATOR: asked.OfBook},
        {"csv": CSV, "beancount": TEXT, "hledger": TEXT}, book_statements.journal,
    ),
    Kind(
        "trial_balance", "Bilancio di verifica", "Trial balance", Reach.BOOK,
        {_ACCOUNTANT: asked.OpenPeriod, _OPERATOR: asked.OfBook},
        {"xlsx": XLSX, "csv": CSV}, book_statements.balances,
    ),
    Kind(
        "recheck", "Riesame delle decisioni", "Re-check of decisions", Reach.BOOK,
        {_PAYROLL: asked.OfYear, _ACCOUNTANT: asked.OfYear},
        {"pdf": PDF, "xlsx": XLSX}, book_statements.rechecked,
    ),
    Kind(
        "personal_statement", "Estratto conto personale", "Personal statement", Reach.PERSON,
        {Role.EMPLOYEE: asked.OfYear},
        {"pdf": PDF}, book_statements.person,
    ),
    Kind(
        "provider_settlement", "Estratto conto del fornitore", "Provider's settlement statement", Reach.PROVIDER,
        {Role.PROVIDER: asked.Period},
        {"pdf": PDF, "csv": CSV}, network_statements.settlement,
    ),
    Kind(
        "invoices", "Fatture da emettere (proforma e FatturaPA)", "Invoices to issue (pro-forma and FatturaPA)",
        Reach.PROVIDER,
        {Role.PROVIDER: asked.OfInvoices},
        {"pdf": ZIP, "xml": ZIP}, network_statements.invoices,
    ),
    Kind(
        "social_statement", "Estratto conto sociale", "Social statement", Reach.BOOK,
        {Role.MUNICIPALITY: asked.Period},
        {"pdf": PDF, "xlsx": XLSX}, book_statements.social,
    ),
    Kind(
        "siuss_flow", "Flusso SIUSS", "SIUSS flow", Reach.BOOK,
        {Role.MUNICIPALITY: asked.OfBenefit},
        {"xml": XML}, book_statements.flow,
    ),
    Kind(
        "clearing_statement", "Compensazione fra territori", "Clearing between territories", Reach.NETWORK,
        {_OPERATOR: asked.OfClearing},
        {"pdf": PDF, "xlsx": XLSX}, network_statements.clearing,
    ),
    Kind(
        "rulebook", "Documento delle regole", "Document of the rules", Reach.RULES,
        {_PAYROLL: asked.Nothing, _ACCOUNTANT: asked.Nothing, Role.WELFARE_MANAGER: asked.Nothing,
         _OPERATOR: asked.Nothing},
        {"pdf": PDF, "xlsx": XLSX}, network_statements.rulebook,
    ),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _EVERY}
FORMATS = tuple(sorted({form for kind in _EVERY for form in kind.formats}))


def open_to(role: Role) -> tuple[Kind, ...]:
    """Return the kinds that a role may ask for."""
    return tuple(kind for kind in _EVERY if role in kind.roles)
