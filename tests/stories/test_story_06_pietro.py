"""Pietro paid a week of summer centre himself; the invoice is in his wife's name: it is mended, approved and paid."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from moneyed import Money
from sqlalchemy.orm import Session

from plans import people
from plans.rulebook.words import Channel, Kinship
from reports import plan_statement
from tests import factories
from tests.stories.reading import Credit, assert_sound, balances, credit, fiscal_events, on
from tests.wallet.reimbursements.conftest import pdf
from wallet import verification
from wallet.reimbursements import checklist, documents, records, requests, reviews, words
from wallet.reimbursements.documents import Store
from wallet.reimbursements.requests import Correction
from wallet.reimbursements.submission import Submission
from wallet.reimbursements.words import Holder, PaymentMeans, Purpose, Reason, State, Statement
from wallet.settlement import disputes
from wallet.settlement.errors import NothingToDispute

NOVEMBER_30 = date(2026, 11, 30)
OFFICE = "ufficio welfare"


def test_the_invoice_in_his_wifes_name_is_mended_and_paid(session: Session, tmp_path: Path) -> None:
    store = Store(tmp_path / "documents")
    with on(session, date(2026, 1, 10)):
        factories.network(session)
        book = factories.employer(session)
        code = factories.tax_code()
        pietro = factories.employee(session, book, tax_code=code, first_name="Pietro")
        born = date(2017, 5, 2)
        anna = factories.relative(
            session,
            book,
            code,
            Kinship.CHILD,
            first_name="Anna",
            birth_date=born,
            tax_code=factories.tax_code(born=born),
        )
        factories.relative(session, book, code, Kinship.SPOUSE, first_name="Lucia")
        factories.plan(session, book, channels=frozenset(Channel))
        factories.funded(session, book)
        factories.grant(session, book, "A", pietro, 60_000)

    in_her_name = documents.check("fattura Lucia.pdf", pdf("in her name"), Purpose.EXPENSE)
    receipt = documents.check("ricevuta.pdf", pdf("receipt"), Purpose.PAYMENT)
    with on(session, date(2026, 7, 13)):
        asked = requests.submit(
            session,
            book,
            Submission(
                employee_id=pietro,
                relative_id=anna,
                expense="summer-centre",
                service_code="EST-CR",
                supplier="Cooperativa Ricreativa",
                supplier_tax_code="12345670017",
                document_no="118/2026",
                document_on=date(2026, 7, 10),
                document=Money("110.00", "EUR"),
                expense_on=date(2026, 7, 10),
                payment_means=PaymentMeans.CARD,
                holder=Holder.OTHER,
                statements=frozenset(
                    {Statement.NOT_REIMBURSED_ELSEWHERE, Statement.NOT_TO_BE_DETRACTED, Statement.RELATIONSHIP}
                ),
            ),
            [in_her_name, receipt],
            store=store,
            actor=pietro,
        )
    assert asked.status is State.NEEDS_FIX
    assert asked.fix_by == date(2026, 8, 12)
    (submitted,) = records.steps(session, book, asked.reimbursement_id)
    assert submitted.reasons == (Reason.HOLDER_NOT_ALLOWED,)
    assert "Chiedi al fornitore di riemetterlo" in words.reason(submitted.reasons[0], "it")
    assert credit(session, book, pietro) == [Credit(NOVEMBER_30, 60_000, 11_000)]
    assert [one.reimbursement_id for one in records.find(session, book)] == [asked.reimbursement_id]

    with on(session, date(2026, 7, 20)):
        mended = requests.fix(
            session,
            book,
            asked.reimbursement_id,
            Correction(holder=Holder.EMPLOYEE),
            [documents.check("fattura Pietro.pdf", pdf("in his name"), Purpose.EXPENSE)],
            store=store,
            actor=pietro,
        )
    assert (mended.status, mended.submitted_at) == (State.SUBMITTED, asked.submitted_at)

    with on(session, date(2026, 7, 22)):
        approved = reviews.approve(session, book, asked.reimbursement_id, actor=OFFICE)
    assert (approved.approved_minor, approved.approved_exempt_minor) == (11_000, 11_000)
    assert credit(session, book, pietro) == [Credit(NOVEMBER_30, 49_000, 0)]
    assert balances(session, book, "payroll:") == {f"payroll:{pietro}": -11_000}
    assert fiscal_events(session, book, pietro) == [("use", "EDUCATION", 11_000, 0, "reimbursed")]

    with on(session, date(2026, 8, 27)):
        paid = reviews.pay(session, book, asked.reimbursement_id, payroll_month=date(2026, 8, 1), actor="paghe")
    assert (paid.status, paid.payroll_month, paid.reimbursed_on) == (
        State.PAID,
        date(2026, 8, 1),
        date(2026, 8, 27),
    )
    assert balances(session, book, "payroll:") == {"payroll:paid": -11_000}

    line = checklist.cu_code(paid.expense, 2026)
    assert line is not None
    assert (paid.expense_year, line.box, line.code, line.confidence) == (2026, 702, "12", "UNC")
    assert people.relatives(session, book, pietro)[0].relative_id == anna
    history = records.steps(session, book, asked.reimbursement_id)
    assert [step.kind for step in history] == ["submit", "fix", "approve", "pay"]
    assert history[1].changes == {"holder": ["OTHER", "EMPLOYEE"]}
    kept = records.documents(session, book, asked.reimbursement_id)
    assert [(one.step, one.purpose, one.name) for one in kept if one.purpose == "EXPENSE"] == [
        (0, "EXPENSE", "fattura Lucia.pdf"),
        (1, "EXPENSE", "fattura Pietro.pdf"),
    ]
    assert store.read(kept[0].sha256) == in_her_name.content
    assert_sound(session, book)
    assert verification.verify(session, book) == []

    # It is what he used of the plan, and nothing that a provider is paid for.
    with on(session, date(2026, 9, 1)):
        stated = plan_statement.gather(
            session, book, "A", date(2026, 1, 1), date(2026, 8, 31), reading=plan_statement.Reading.HR
        )
        with pytest.raises(NothingToDispute):
            disputes.open_dispute(
                session,
                book,
                paid.authorization_id,
                disputes.Reason.NOT_DELIVERED,
                by=disputes.By(pietro, disputes.Role.EMPLOYEE),
            )
    assert (stated.total.captured_minor, stated.total.other_minor, stated.proof.holds) == (11_000, 0, True)
