"""The review of reimbursements over HTTP, their documents, and their payment, which is told nothing of them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from api.access import members, tokens
from api.access.roles import Role
from config import database
from tests.api.counter import LASTING, Counter
from tests.api.v1.test_reimbursements import PATH, office, review, submit
from tests.wallet.reimbursements.conftest import SUPPLIER, pdf

__all__ = ["office"]


def test_a_review_asks_for_a_fix_approves_a_part_or_rejects(counter: Counter) -> None:
    mended, part, rejected = (submit(counter) for _ in range(3))

    asked = review(counter, mended, "fix-requests", reasons=["document_unreadable"], note="pagina 2")
    approved = review(counter, part, "approvals", amount={"minor": 10_000}, reasons=["amount_differs"])
    ended = review(counter, rejected, "rejections", reasons=["not_reimbursable"])

    assert (asked.status_code, asked.get_json()["status"]) == (201, "needs_fix")
    assert (approved.get_json()["status"], approved.get_json()["approved_minor"]) == ("approved", 10_000)
    assert ended.get_json()["status"] == "rejected"
    assert review(counter, part, "approval-withdrawals", reason="wrong_amount").get_json()["status"] == "submitted"
    without = review(counter, submit(counter), "approvals", amount={"minor": 1})
    assert (without.status_code, without.get_json()["code"]) == (422, "review_reasons_needed")


def test_nobody_reviews_their_own_whichever_role_they_have_it_in(counter: Counter) -> None:
    def admit(session: Any) -> None:
        member_id = members.admit(session, "Sara", email="sara.wm@example.it")
        members.appoint(
            session, member_id, Role.EMPLOYEE, book_id=counter.books["E9"], employee_id=counter.people["sara"]
        )
        appointment_id = members.appoint(session, member_id, Role.WELFARE_MANAGER)
        counter.secrets["sara-wm"] = tokens.issue(session, appointment_id, lasting=LASTING).secret

    database.transact(admit)
    made, colleagues = submit(counter), submit(counter, "tito")

    own = review(counter, made, "approvals", "sara-wm")
    other = review(counter, colleagues, "approvals", "sara-wm")

    assert (own.status_code, own.get_json()["code"]) == (409, "own_reimbursement")
    assert other.status_code == 201


def test_payroll_pays_and_is_told_nothing_of_what_was_bought(counter: Counter) -> None:
    made = submit(counter, supplier="Cooperativa Segreta")
    early = review(counter, made, "payments", "payroll9", payroll_month="2026-03-01")
    review(counter, made, "approvals")

    due = counter.ask("payroll9", "GET", f"{PATH}/payable?limit=100").get_json()["data"]
    paid = review(counter, made, "payments", "payroll9", payroll_month="2026-03-15")

    assert (early.status_code, early.get_json()["code"]) == (404, "reimbursement_not_found")
    mine = next(each for each in due if each["id"] == made["id"])
    assert (mine["employee_id"], mine["amount_minor"], mine["exempt_minor"]) == (
        counter.people["sara"],
        22_000,
        22_000,
    )
    assert (paid.status_code, paid.get_json()["status"], paid.get_json()["payroll_month"]) == (
        201,
        "paid",
        "2026-03-01",
    )
    for told in (str(due), paid.text):
        for secret in ("Segreta", "SUMMER", counter.people["sara's child"], SUPPLIER, made["document_no"]):
            assert secret not in told
    done = counter.ask("payroll9", "GET", f"{PATH}/payable?paid=true&limit=100").get_json()["data"]
    assert made["id"] in [each["id"] for each in done]
    back = review(counter, made, "payment-reversals", "payroll9", reason="not_paid")
    assert (back.status_code, back.get_json()["status"]) == (201, "approved")


def test_a_payroll_of_another_employer_finds_nothing(counter: Counter) -> None:
    made = submit(counter)
    review(counter, made, "approvals")

    answer = review(counter, made, "payments", "payroll", payroll_month="2026-03-01")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "reimbursement_not_found")
    assert counter.ask("payroll", "GET", f"{PATH}/payable").get_json()["data"] == []


def test_a_document_is_saved_and_never_opened_and_each_reading_is_written_down(counter: Counter) -> None:
    content = pdf("perché è così")
    made = submit(counter, documents=[(content, "perché.pdf")])
    document = counter.ask("sara", "GET", f"{PATH}/{made['id']}").get_json()["documents"][0]["id"]
    path = f"{PATH}/{made['id']}/documents/{document}"

    answers = {who: counter.ask(who, "GET", path) for who in ("sara", "marta", "tito", "giulia", "payroll9", "hr")}

    assert {who: answer.status_code for who, answer in answers.items()} == {
        "sara": 200,
        "marta": 200,
        "tito": 404,
        "giulia": 404,
        "payroll9": 403,
        "hr": 403,
    }
    answer = answers["marta"]
    assert (answer.data, answer.mimetype) == (content, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''perch%C3%A9.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer.headers["Cache-Control"]
    readers = sa.text("select count(*) from audit_event where target = :id and employee_id = :who")
    asked = {"id": document, "who": counter.people["sara"]}
    assert database.transact(lambda session: session.scalar(readers, asked)) == 2
    other = submit(counter)
    assert counter.ask("sara", "GET", f"{PATH}/{other['id']}/documents/{document}").status_code == 404


def test_who_did_what_about_whom_is_in_the_trail(counter: Counter) -> None:
    made = submit(counter)
    review(counter, made, "fix-requests", reasons=["document_unreadable"])

    trail = sa.text("select action, role, employee_id from audit_event where target = :id order by event_id")
    rows = database.transact(lambda session: [tuple(row) for row in session.execute(trail, {"id": made["id"]})])

    sara = counter.people["sara"]
    assert rows == [("reimbursements:submit", "employee", sara), ("reimbursements:review", "welfare_manager", sara)]
