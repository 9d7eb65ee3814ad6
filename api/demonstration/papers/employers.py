"""What an employer reads: the personnel office, whoever keeps the accounts, and payroll."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from api.demonstration.credits import TODAY
from api.demonstration.papers.paper import Paper, statement
from api.demonstration.people import LAST_YEAR, Employer
from api.demonstration.scene import Scene
from config import clock
from plans import plans
from plans.plans import PlanTerms
from reports import deductibility, payroll_export, plan_statement, recharge_list, recheck_report
from reports.deductibility import pdf as deductibility_pdf
from reports.deductibility import xlsx as deductibility_xlsx
from reports.payroll_export import csv as payroll_csv
from reports.payroll_export import xlsx as payroll_xlsx
from reports.plan_statement import Reading, csv, pdf, xlsx
from reports.recharge_list import csv as recharge_csv
from reports.recharge_list import xlsx as recharge_xlsx
from reports.recheck_report import pdf as recheck_pdf
from reports.recheck_report import xlsx as recheck_xlsx

PERSONNEL, ACCOUNTS, PAYROLL = "azienda-personale", "azienda-amministrazione", "paghe"
# The last month that is closed, and the last year that is over.
MONTH, YEAR = date(2026, 10, 1), LAST_YEAR - 1
# In August a provider under the flat-rate scheme delivered too: a recharge bears VAT that the plan did not pay.
RECHARGED = date(2026, 8, 1)
# The costs for employees of each employer's tax return, invented; minor units.
LABOUR_COST = {"E1": 245_000_000, "E2": 780_000_000, "E3": 105_000_000}
# The two readings of a plan never bear the same name: one may go where the other must not.
_READERS = {Reading.HR: "ufficio-personale", Reading.PAYROLL: "ufficio-paghe"}
_PLAN_FORMATS = {"pdf": pdf.write, "xlsx": xlsx.write, "csv": csv.write}


def papers(session: Session, scene: Scene, employers: Sequence[Employer]) -> Iterator[Paper]:
    """Return every statement about an employer, reader by reader."""
    running = [
        (scene.books[employer.code], terms)
        for employer in employers
        for terms in plans.of_book(session, scene.books[employer.code])
        if terms.starts_on.year == LAST_YEAR
    ]
    for book_id, terms in running:
        yield _plan(book_id, terms, PERSONNEL, Reading.HR)
    for employer in employers:
        yield from _accounts(employer, scene.books[employer.code])
    for book_id, terms in running:
        yield _plan(book_id, terms, PAYROLL, Reading.PAYROLL)
    for employer in employers:
        yield from _payroll(employer, scene.books[employer.code])


def _plan(book_id: int, terms: PlanTerms, folder: str, reading: Reading) -> Paper:
    # The personnel office reads each person's use of whole months that are over.
    until = min(terms.ends_on, TODAY if reading is Reading.PAYROLL else TODAY.replace(day=1) - timedelta(days=1))
    return statement(
        folder,
        f"{terms.code.lower()}-{_READERS[reading]}",
        (
            f"Estratto conto del piano {terms.code}: {terms.name}",
            f"Statement of plan {terms.code}: {terms.name}",
        ),
        lambda session: plan_statement.gather(
            session,
            book_id,
            terms.code,
            terms.starts_on,
            until,
            reading=reading,
            # As it was known at midnight, and without what is held.
            known_before=None if reading is Reading.PAYROLL else clock.midnight(),
        ),
        _PLAN_FORMATS,
        lambda found: found.proof.holds,
    )


def _accounts(employer: Employer, book_id: int) -> Iterator[Paper]:
    code = employer.code.lower()
    yield statement(
        ACCOUNTS,
        f"deducibilita-{code}-{YEAR}",
        (
            f"{employer.name}: che cosa si deduce del {YEAR}, art. 95 o art. 100 TUIR (costo del lavoro inventato)",
            f"{employer.name}: what is deductible of {YEAR}, art. 95 or art. 100 TUIR (labour cost invented)",
        ),
        lambda session: deductibility.gather(session, book_id, YEAR, labour_cost_minor=LABOUR_COST[employer.code]),
        {"pdf": deductibility_pdf.write, "xlsx": deductibility_xlsx.write},
        lambda found: found.proof.holds,
    )
    yield statement(
        ACCOUNTS,
        f"riaddebiti-{code}-{RECHARGED:%Y-%m}",
        (
            f"{employer.name}: che cosa fattura il mandatario per agosto 2026, con l'IVA di ogni buono",
            f"{employer.name}: what the mandatary invoices for August 2026, with the VAT of each voucher",
        ),
        lambda session: recharge_list.gather(session, book_id, RECHARGED),
        {"xlsx": recharge_xlsx.write, "csv": recharge_csv.write},
        lambda found: found.holds,
    )


def _payroll(employer: Employer, book_id: int) -> Iterator[Paper]:
    code = employer.code.lower()
    yield statement(
        PAYROLL,
        f"paghe-{code}-{MONTH:%Y-%m}",
        (
            f"{employer.name}: ottobre 2026 per le buste paga, con le voci dell'azienda e i totali di controllo",
            f"{employer.name}: October 2026 for the payslips, with the company's items and control totals",
        ),
        lambda session: payroll_export.gather(session, book_id, MONTH),
        {"csv": payroll_csv.write, "xlsx": payroll_xlsx.write},
        lambda found: found.proof.holds,
    )
    yield statement(
        PAYROLL,
        f"riesame-{code}-{YEAR}",
        (
            f"{employer.name}: le decisioni del {YEAR} che cambiano con le regole note oggi, e quanto correggere",
            f"{employer.name}: the decisions of {YEAR} that change under the rules known today, and what to correct",
        ),
        lambda session: recheck_report.gather(session, book_id, YEAR),
        {"pdf": recheck_pdf.write, "xlsx": recheck_xlsx.write},
        lambda found: found.holds,
    )
