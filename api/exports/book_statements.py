"""Statements of one book: what a funder, its payroll office, its accountant and its people read."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sqlalchemy.orm import Session

from api.access.roles import Role
from api.exports.work import Job, Made, file_name
from config import clock
from plans import funders, plans
from reports import (
    cu_lines,
    deductibility,
    payroll_export,
    personal_statement,
    plan_statement,
    recharge_list,
    recheck_report,
    siuss,
    social_statement,
    trial_balance,
)
from reports.plan_statement import Reading, persons

# Each journal: what writes it, and how the name of its file ends.
_JOURNALS = {
    "csv": ("write_csv", "-giornale.csv"),
    "beancount": ("write_beancount", ".beancount"),
    "hledger": ("write_hledger", ".journal"),
}


def plan(session: Session, job: Job) -> Made:
    """Make a plan's statement, as the personnel office or as payroll reads it."""
    asked = job.parameters
    reading = Reading.PAYROLL if job.role is Role.PAYROLL else Reading.HR
    terms = plans.by_code(session, job.book, asked["plan"])
    first, last = asked.get("starts_on", terms.starts_on), asked.get("ends_on", terms.ends_on)
    if "ends_on" not in asked and reading is Reading.HR:
        # Each person's use is told of whole months that are over.
        _, last = persons.whole_months(terms, first, last, clock.today())
    cluster = asked.get("cluster")
    # Whoever could ask every minute would see each purchase by itself: the personnel office reads up to midnight.
    known = clock.midnight() if reading is Reading.HR else None
    found = plan_statement.gather(
        session, job.book, terms.code, first, last, reading=reading, cluster=cluster, known_before=known
    )
    name = terms.code if cluster is None else f"{terms.code}-{cluster}"
    return _drawn(job, "plan_statement", found, f"{name}-{last}-{reading.lower()}", found.proof.holds)


def payroll(session: Session, job: Job) -> Made:
    """Make a month's export for the payslips."""
    month = job.parameters["month"]
    found = payroll_export.gather(session, job.book, month, draft=job.parameters["draft"])
    draft = "-bozza" if found.draft else ""
    return _drawn(job, "payroll_export", found, f"paghe-{found.funder_code}-{month:%Y-%m}{draft}", found.proof.holds)


def certificates(session: Session, job: Job) -> Made:
    """Make what each employee's Certificazione Unica takes from the wallet."""
    found = cu_lines.gather(session, job.book, job.parameters["year"])
    return _drawn(job, "cu_lines", found, f"cu-{found.funder_code}-{found.year}", found.proof.holds)


def deductible(session: Session, job: Job) -> Made:
    """Make what the employer may deduct in a year; the whole of it for the accountant who asks."""
    found = deductibility.gather(session, job.book, **job.parameters)
    return _drawn(job, "deductibility", found, f"deducibilita-{found.funder_code}-{found.year}", found.proof.holds)


def recharges(session: Session, job: Job) -> Made:
    """Make the list of what the mandatary invoices for a month."""
    code = funders.of_book(session, job.book).code
    found = recharge_list.gather(session, job.book, job.parameters["month"], detail=job.detail)
    return _drawn(job, "recharge_list", found, f"{code}-{found.starts_on:%Y-%m}-recharge", found.holds)


def rechecked(session: Session, job: Job) -> Made:
    """Make the list of past decisions that the law judges otherwise today."""
    year = job.parameters["year"]
    found = recheck_report.gather(session, job.book, year)
    code = funders.of_book(session, job.book).code
    return _drawn(job, "recheck_report", found, f"{code}-riesame-{year}", found.holds)


def journal(session: Session, job: Job) -> Made:
    """Make the journal of a book, for a spreadsheet or another program of double entry."""
    writer, ending = _JOURNALS[job.form]
    path = job.folder / (file_name(funders.of_book(session, job.book).code) + ending)
    write = getattr(import_module("reports.journal_export"), writer)
    write(session, job.book, path, *_period(job), detail=job.detail, language=job.language)
    return Made(path)


def balances(session: Session, job: Job) -> Made:
    """Make the trial balance of a book."""
    found = trial_balance.gather(session, job.book, *_period(job), detail=job.detail)
    return _drawn(job, "trial_balance", found, f"bilancio-{found.book_code}-{found.ends_on}", found.holds)


def person(session: Session, job: Job) -> Made:
    """Make a person's own year."""
    assert job.employee_id is not None  # noqa: S101
    year = job.parameters["year"]
    found = personal_statement.gather(session, job.book, job.employee_id, year)
    return _drawn(job, "personal_statement", found, f"welfare-{year}", found.holds)


def social(session: Session, job: Job) -> Made:
    """Make a municipality's statement of its instruments."""
    first, last = _period(job)
    found = social_statement.gather(session, job.book, first, last)
    return _drawn(job, "social_statement", found, f"sociale-{first:%Y-%m}-{last:%Y-%m}", found.proof.holds)


def flow(session: Session, job: Job) -> Made:
    """Make the SIUSS flow of a benefit, once nothing speaks against it, with what should be looked at."""
    asked = job.parameters
    found = siuss.gather(
        session, job.book, asked["benefit"], asked["month"],
        operator_code=asked["operator_code"].upper(), number=asked["number"],
    )  # fmt: skip
    path = job.folder / f"{found.flow_id}.xml"
    import_module("reports.siuss.xml").write(found, path)
    return Made(path, remarks=tuple(problem.text(job.language) for problem in found.problems))


def _drawn(job: Job, report: str, found: Any, name: str, holds: bool) -> Made:
    # Drawing a document loads a library that asking for one does not need.
    path = job.folder / f"{file_name(name)}.{job.form}"
    import_module(f"reports.{report}.{job.form}").write(found, path, job.language)
    return Made(path, holds)


def _period(job: Job) -> tuple[Any, Any]:
    return job.parameters.get("starts_on"), job.parameters.get("ends_on")
