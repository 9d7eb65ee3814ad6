"""Reimbursements from the command line: the checklist, a submission that is mended, the review, the payslip."""

from __future__ import annotations

import json
import os
import stat
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from plans.rulebook.words import Channel, Kinship
from tests import factories
from tests.api.conftest import GIULIA, TODAY, Shell
from tests.wallet.reimbursements.conftest import image, pdf

DECLARED = "--declare not-reimbursed-elsewhere --declare not-to-be-detracted --declare relationship"

MIA = {"birth_date": date(2018, 6, 1), "tax_code": factories.tax_code(1004, born=date(2018, 6, 1))}


@pytest.fixture
def desk(shell: Shell) -> Shell:
    """Giulia has a daughter and EUR 600 of plan R, which reimburses; her invoice and receipt are files."""
    engine = sa.create_engine(shell.address)
    with clock.at(TODAY), Session(engine) as session, session.begin():
        book_id = session.execute(sa.text("select book_id from book where code = 'E1'")).scalar_one()
        factories.relative(session, book_id, GIULIA, Kinship.CHILD, first_name="Mia", **MIA)
        factories.plan(session, book_id, "R", channels=frozenset(Channel))
        factories.funded(session, book_id, "R")
    engine.dispose()
    shell.done(
        f"budget load {shell.write('r.csv', f'codice fiscale;importo{chr(10)}{GIULIA};600,00{chr(10)}')} --plan R"
    )
    (shell.folder / "fattura.pdf").write_bytes(pdf())
    (shell.folder / "nuova.pdf").write_bytes(pdf("nuova"))
    (shell.folder / "ricevuta.jpg").write_bytes(image("JPEG"))
    return shell


def line(desk: Shell, more: str = "--holder employee", total: str = "220,00", number: str = "12/2026") -> str:
    return (
        f"reimbursement submit {GIULIA} summer-centre --for figlia --supplier IlGioco --supplier-code 12345670017"
        f" --number {number} --total {total} --paid-on 01/03/2026 --means card {DECLARED} {more}"
        f" --document {desk.folder}/fattura.pdf --payment {desk.folder}/ricevuta.jpg"
    )


def submitted(desk: Shell, more: str = "--holder employee") -> str:
    return str(json.loads(desk.done(line(desk, more) + " --json"))["reimbursement"]["reimbursement_id"])


def kept(desk: Shell) -> list[Path]:
    return [path for path in (desk.folder / "data" / "documents").rglob("*") if path.is_file()]


def test_the_checklist_says_what_is_asked_for_and_what_the_law_refuses(desk: Shell) -> None:
    every = desk.done("reimbursement checklist", language="it")
    one = desk.done("reimbursement checklist summer-centre", language="it")
    refused = desk.refused(1, "reimbursement checklist health", language="it")

    assert "summer-centre" in every
    assert "non all'altro genitore" in one
    assert "La legge non chiede un pagamento tracciabile." in one
    assert "not-to-be-detracted" in one
    assert "[reimbursement_forbidden]" in refused
    assert "category-social-utility" in refused


def test_an_invoice_in_another_name_is_mended_approved_and_paid(desk: Shell) -> None:
    text = desk.done(line(desk, "--holder other --key k1"), language="it").replace("\u00a0", " ")
    assert "[da sistemare]: 220,00 €" in text
    assert "holder_not_allowed" in text
    found = json.loads(desk.done(line(desk, "--holder other --key k1") + " --json"))["reimbursement"]
    assert found["replayed"]
    one = found["reimbursement_id"]
    assert "No rows." in desk.done("reimbursement review")

    desk.done(f"reimbursement fix {one} --holder employee --document {desk.folder}/nuova.pdf")
    assert one in desk.done("reimbursement review")
    approved = desk.done(f"reimbursement approve {one} --amount 200,00 --reason amount-differs --actor office")
    assert "€200.00 approved" in approved
    desk.done(f"reimbursement pay {one} --month 31/03/2026 --actor payroll")

    shown = desk.done(f"reimbursement show {one} --save {desk.folder}/copie", language="it").replace("\u00a0", " ")
    assert "[pagata]" in shown
    assert "busta paga di 03/2026" in shown
    assert "casella 702 = 12" in shown
    copies = sorted((desk.folder / "copie").iterdir())
    assert [path.name for path in copies] == ["01-fattura.pdf", "02-ricevuta.jpg", "03-nuova.pdf"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in [*copies, *kept(desk)])
    assert len(kept(desk)) == 3
    desk.done("ledger verify")


def test_a_dry_run_writes_nothing_not_even_a_file(desk: Shell) -> None:
    before = desk.contents()

    text = desk.done(line(desk, "--holder employee --dry-run"))

    assert "Dry run" in text
    assert desk.contents() == before
    assert kept(desk) == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("fattura.exe", b"MZ", "document_type_unknown"),
        ("fattura.pdf", b"", "document_empty"),
        ("fattura.jpg", pdf(), "document_name_differs"),
        ("fattura.pdf", b"%PDF-1.4 nothing", "document_unreadable"),
        (None, b"", "file_not_usable"),
    ],
)
def test_a_document_that_is_not_what_its_name_says_ends_with_two(
    desk: Shell, name: str | None, content: bytes, code: str
) -> None:
    path = desk.folder / "altra" / (name or "nessuno.pdf")
    path.parent.mkdir()
    if name:
        path.write_bytes(content)

    text = desk.refused(2, f"{line(desk)} --document {path}", language="it")

    assert f"[{code}]" in text
    assert kept(desk) == []
    assert desk.sql("select count(*) from reimbursement") == [(0,)]


def test_what_is_missing_is_named_at_once(desk: Shell) -> None:
    bare = line(desk).split(" --declare")[0] + f" --document {desk.folder}/fattura.pdf"

    text = desk.refused(2, bare, language="it")

    assert "prova del pagamento" in text
    assert "familiare indicato" in text
    assert "[submission_incomplete]" in text


def test_rules_refuse_with_one_and_say_which(desk: Shell) -> None:
    health = line(desk).replace("summer-centre", "health")
    assert "[reimbursement_forbidden]" in desk.refused(1, health)
    assert "[reimbursement_declined]" in desk.refused(1, line(desk, total="600,01"))
    one = submitted(desk)
    assert "[receipt_asked_before]" in desk.refused(1, line(desk))
    assert "[review_reasons_needed]" in desk.refused(2, f"reimbursement reject {one}")
    assert "[reimbursement_not_found]" in desk.refused(1, "reimbursement approve rmb_none")
    authorization = desk.sql("select authorization_id from reimbursement")[0][0]
    assert "[reimbursement_has_its_own_verbs]" in desk.refused(1, f"capture {authorization}")


def test_lists_and_the_other_ends(desk: Shell) -> None:
    one = submitted(desk)
    assert "reimbursement_not_yet_approved" in desk.refused(1, f"reimbursement pay {one} --month 03/2026")
    asked = desk.done(f"reimbursement ask-fix {one} --reason user-not-shown --note Nome", language="it")
    assert "user_not_shown" in asked
    assert one in desk.done("reimbursement list --state needs-fix")
    assert one in desk.done(f"reimbursement list --employee {GIULIA} --open")
    assert "credit is free" in desk.done(f"reimbursement withdraw {one}")
    assert "No rows." in desk.done("reimbursement list --open")
    assert "reimbursement_not_open" in desk.refused(1, f"reimbursement pay {one} --month 03/2026")
    two = submitted(desk)
    assert "not_authentic" in desk.done(f"reimbursement reject {two} --reason not-authentic --note No")
    history = json.loads(desk.done(f"reimbursement show {two} --json"))["steps"]
    assert [step["kind"] for step in history] == ["submit", "reject"]
    assert history[0]["on_behalf_of"].startswith("emp_")


def test_an_approval_and_a_payment_are_taken_back_and_settled_with_the_funder(desk: Shell) -> None:
    one = submitted(desk)
    desk.done(f"reimbursement approve {one} --actor office")
    desk.done(f"reimbursement pay {one} --month 31/03/2026 --actor payroll")

    assert "[undoing_reason_invalid]" in desk.refused(2, f"reimbursement reverse-payment {one} --actor payroll")
    refused = desk.refused(1, f"reimbursement withdraw-approval {one} --reason wrong-amount", language="it")
    assert "stornare prima il pagamento" in " ".join(refused.split())
    assert "[approvata]" in desk.done(f"reimbursement reverse-payment {one} --reason not-paid", language="it")
    again = desk.done(f"reimbursement withdraw-approval {one} --reason wrong-amount --note Era", language="it")
    assert "[presentata]: 220,00 €" in again.replace("\u00a0", " ")
    assert one in desk.done("reimbursement review")
    shown = desk.done(f"reimbursement show {one}", language="it")
    assert "approvazione ritirata" in shown
    assert "l'importo approvato non è quello giusto" in " ".join(shown.split())

    desk.done(f"reimbursement approve {one} --actor office")
    desk.done(f"reimbursement pay {one} --month 30/04/2026 --actor payroll")
    desk.done("fund commit R 100,00")
    refused = " ".join(desk.refused(1, "reimbursement set-off R 100,01", language="it").split())
    for part in ("set_off_exceeds_due", "deve ancora 100,00 €", "borsellino reimbursement repay"):
        assert part in refused
    assert "bonifico" not in refused
    told = desk.done("reimbursement set-off R 100,00 --reference comp-1", language="it").replace("\u00a0", " ")
    assert "ancora da regolare: 120,00 €" in told
    assert "[payroll_paid_exceeded]" in desk.refused(1, "reimbursement repay 120,01")
    assert "€0.00" in desk.done("reimbursement repay 120,00")
    desk.done("ledger verify")


def test_documents_that_nobody_names_are_swept(desk: Shell) -> None:
    submitted(desk)
    orphan = desk.folder / "data" / "documents" / "ab" / ("ab" * 32)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"%PDF")
    os.utime(orphan, (0, 0))

    assert "Removed 1 document that" in desk.done("reimbursement sweep-documents --dry-run")
    assert orphan.exists()
    told = desk.done("reimbursement sweep-documents", language="it")
    assert "Tolti: 1 documento che nessuno cita (4 byte); citati: 2, troppo recenti: 0." in " ".join(told.split())
    assert not orphan.exists()
