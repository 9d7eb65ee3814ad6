"""Story 16, payroll: E1's October goes to payroll with the hunext preset, and the accountant's year is its months."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from moneyed import Money
from sqlalchemy.orm import Session

from ledger import books, seals
from plans.payroll_codes import presets, tables
from plans.payroll_codes.presets import Preset
from plans.rulebook.words import Channel, Kinship
from plans.words import TaxablePolicy
from reports import cu_lines, deductibility, payroll_export, trial_balance
from reports.payroll_export import csv as neutral
from reports.payroll_export.model import Nature, PayrollMonth
from tests import factories
from tests.factories import euro
from tests.stories.reading import assert_sound, buy, on
from tests.wallet.reimbursements.conftest import upload  # noqa: F401 - a fixture
from wallet import captures
from wallet.reimbursements import requests, reviews
from wallet.reimbursements.documents import Store, Upload
from wallet.reimbursements.submission import Submission
from wallet.reimbursements.words import Holder, PaymentMeans, Statement

MATILDE = factories.tax_code(1616, date(2018, 6, 1))
MONTHS = [date(2026, month, 1) for month in (9, 10, 11)]


class Company:
    """Caseificio Po Grande: Giulia with her daughter Matilde, and Marco; 2,000.00 each of an on-top plan."""

    def __init__(self, session: Session, store: Store, upload: Callable[..., Upload]) -> None:  # noqa: F811
        self.session, self.store, self.upload = session, store, upload
        with on(session, date(2026, 9, 1)):
            factories.network(session)
            self.book = factories.employer(session, "E1")
            code = factories.tax_code()
            self.giulia = factories.employee(
                session, self.book, tax_code=code, last_name="Prova", first_name="Giulia", employee_no="0007"
            )
            self.marco = factories.employee(
                session, self.book, last_name="Rossi", first_name="Marco", employee_no="0012"
            )
            self.matilde = factories.relative(
                session, self.book, code, Kinship.CHILD, tax_code=MATILDE, birth_date=date(2018, 6, 1)
            )
            factories.plan(
                session,
                self.book,
                spend_by=date(2026, 12, 31),
                channels=frozenset(Channel),
                taxable_policy=TaxablePolicy.WITH_CONSENT,
            )
            factories.funded(session, self.book)
            for person in (self.giulia, self.marco):
                factories.grant(session, self.book, "A", person, 200_000)
            hunext = presets.table(Preset.HUNEXT)
            tables.load(session, self.book, hunext, MONTHS[0], last_closed=None, actor="payroll")

    @contextmanager
    def day(self, month: int, day: int) -> Iterator[None]:
        with on(self.session, date(2026, month, day)):
            yield

    def voucher(self, who: str, service: str, quantity: int = 1, **more: object) -> str:
        found = buy(self.session, self.book, who, service, quantity, channel=Channel.VOUCHER, **more)
        assert found.status == "authorized", (found.decline_code, found.sentence_en)
        return found.authorization_id

    def reimburse(self, document_no: str, amount: int, day: date) -> None:
        asked = Submission(
            employee_id=self.giulia,
            relative_id=self.matilde,
            expense="NURSERY",
            supplier="Asilo Il Girotondo",
            supplier_tax_code="12345670017",
            document_no=document_no,
            document_on=day,
            document=euro(amount),
            expense_on=day,
            payment_means=PaymentMeans.CARD,
            holder=Holder.EMPLOYEE,
            statements=frozenset(Statement),
            payment_shown=True,
        )
        files = [self.upload(f"nido {document_no}")]
        found = requests.submit(self.session, self.book, asked, files, store=self.store, actor=self.giulia)
        reviews.approve(self.session, self.book, found.reimbursement_id, actor="office")

    def close(self, month: date) -> None:
        last = date(2026, month.month + 1, 1).toordinal() - 1
        with on(self.session, date(2026, month.month + 1, 2)):
            books.close_period(self.session, self.book, month, date.fromordinal(last))
            seals.seal(self.session, self.book)

    def month(self, month: date) -> PayrollMonth:
        return payroll_export.gather(self.session, self.book, month)


@pytest.fixture
def company(session: Session, tmp_path: Path, upload: Callable[..., Upload]) -> Company:  # noqa: F811
    """
    | day | what | euro | in payroll |
    |---|---|---|---|
    | 10 Sep | Giulia: a psychologist's voucher | 55.00 | September, 6010 |
    | 12 Sep | the psychologist delivers | | nothing: it was taxed at issue |
    | 5 Oct | Giulia: after-school for Matilde, delivered on the 20th | 130.00 | October, no item |
    | 6 Oct | Giulia: nursery paid by herself, approved the same day | 220.00 | October, 6021, to be paid |
    | 7 Oct | Marco: shopping vouchers | 950.00 | October, 6006 |
    | 8 Oct | Marco: porters, with consent: 1,040.00, past the cliff | 90.00 | October: all of it taxable, no item |
    | 9 Oct | Marco: a psychologist, used the same day | 55.00 | October, 6010 |
    | 3 Nov | Marco gives the psychologist's visit back | -55.00 | November, 6010 below zero |
    """
    found = Company(session, Store(tmp_path / "documents"), upload)
    with found.day(9, 10):
        talk = found.voucher(found.giulia, "PSI-CR")
    with found.day(9, 12):
        captures.capture(session, found.book, talk, actor="P04")
    found.close(MONTHS[0])
    with found.day(10, 5):
        school = buy(
            session, found.book, found.giulia, "DOP-CR", relative_id=found.matilde, channel=Channel.DIRECT,
            service_on=date(2026, 10, 20),
        )  # fmt: skip
    with found.day(10, 6):
        found.reimburse("17/A", 22_000, date(2026, 10, 6))
    with found.day(10, 7):
        shopping = found.voucher(found.marco, "BUO-CR", 38)
        captures.capture(session, found.book, shopping, actor="P16")
    with found.day(10, 8):
        porters = found.voucher(found.marco, "FAC-CR", 2, consent=True)
        captures.capture(session, found.book, porters, actor="P03")
    with found.day(10, 9):
        visit = buy(session, found.book, found.marco, "PSI-CR", channel=Channel.DIRECT).authorization_id
        captures.capture(session, found.book, visit, actor="P04")
    with found.day(10, 20):
        captures.capture(session, found.book, school.authorization_id, actor="P02")
    found.close(MONTHS[1])
    with found.day(11, 3):
        captures.refund(session, found.book, visit, Money("55", "EUR"), actor="office", reason="not given")
    found.close(MONTHS[2])
    return found


def test_october_goes_to_payroll_with_hunext_and_every_total_is_the_ledgers(company: Company, tmp_path: Path) -> None:
    october = company.month(MONTHS[1])

    neutral.write(october, tmp_path / "ottobre.csv")

    items = {(total.item.code if total.item else "", str(total.treatment)): total for total in october.totals}
    assert {key: (total.lines, total.amount_minor) for key, total in items.items()} == {
        ("6006", "EXEMPT"): (2, 0),  # 950.00, and taken back by the cliff
        ("6010", "EXEMPT"): (1, 5_500),
        ("6021", "EXEMPT"): (1, 22_000),
        ("", "EXEMPT"): (1, 13_000),  # after-school paid directly: the public list has no item for it
        ("", "TAXABLE"): (2, 104_000),
    }
    assert {total.nature for total in october.totals if total.item and total.item.code == "6021"} == {Nature.EFFECTIVE}
    assert (october.amount_minor, october.exempt_minor, october.taxable_minor) == (144_500, 40_500, 104_000)
    assert october.proof.ledger_minor == 144_500
    assert october.proof.holds
    assert not october.draft

    rows = list(csv.DictReader((tmp_path / "ottobre.csv").read_text(encoding="utf-8").splitlines(), delimiter=";"))
    lines = [row for row in rows if row["record"] == "D"]
    assert {row["matricola"] for row in lines} == {"0007", "0012"}
    (nursery,) = [row for row in lines if row["natura"] == "EFFECTIVE"]
    assert (nursery["importo"], nursery["cu_anno"], nursery["cu_codice"]) == ("220,00", "2026", "33")
    assert nursery["cu_codice_fiscale"] == MATILDE
    assert sum(int(row["importo"].replace(",", "")) for row in lines) == 144_500
    grand = next(row for row in rows if row["record"] == "G")
    assert (grand["importo"], grand["righe"]) == ("1445,00", str(len(lines)))


def test_the_other_months_have_their_own_lines_and_the_refund_is_novembers(company: Company) -> None:
    september, november = company.month(MONTHS[0]), company.month(MONTHS[2])

    assert [(line.reason, line.amount_minor) for line in september.lines] == [("voucher_issued", 5_500)]
    assert [(line.reason, line.amount_minor) for line in november.lines] == [("refund", -5_500)]
    assert november.lines[0].exempt_item is not None
    assert november.lines[0].exempt_item.code == "6010"
    assert september.proof.holds
    assert november.proof.holds


def test_the_accountants_year_is_the_sum_of_the_payroll_months_to_the_cent(company: Company) -> None:
    year = cu_lines.gather(company.session, company.book, 2026)

    months = [company.month(month) for month in MONTHS]
    assert year.amount_minor == sum(month.amount_minor for month in months) == 144_500
    assert year.exempt_minor == sum(month.exempt_minor for month in months) == 40_500
    assert year.taxable_minor == sum(month.taxable_minor for month in months) == 104_000
    assert year.proof.holds
    # Giulia: 55.00 + 130.00 + 220.00; Marco: 1,040.00 of fringe benefits, taxable; his visit was given back.
    assert [(total.person.first_name, total.amount_minor) for total in year.totals] == [
        ("Giulia", 40_500),
        ("Marco", 104_000),
    ]
    assert [
        (line.expense_year, line.code_box, line.code, line.amount_minor, line.relative_tax_code)
        for line in year.reimbursed
    ] == [(2026, "702", "33", 22_000, MATILDE)]
    assert sum(value.amount_minor for value in year.values) == year.amount_minor
    assert all(value.box is not None for value in year.values)


def test_the_books_deductibility_and_trial_balance_close_with_the_same_figures(company: Company) -> None:
    costs = deductibility.gather(company.session, company.book, 2026, labour_cost_minor=100_000_000, detail=True)
    balance = trial_balance.gather(company.session, company.book, detail=True)

    # What was delivered, reimbursed and not given back: the same 1,445.00 that the tax counted, all of it captured.
    assert (costs.total_minor, costs.proof.difference_minor) == (144_500, 0)
    assert balance.holds
    owed = {line.code: -line.closing_minor for line in balance.lines if line.code.startswith("provider:")}
    assert sum(owed.values()) == 144_500 - 22_000
    lots = sum(-line.closing_minor for line in balance.lines if line.code.startswith("lot:"))
    assert lots == 400_000 - 144_500
    assert_sound(company.session, company.book)


def test_closing_december_later_leaves_octobers_file_as_it_was(company: Company, tmp_path: Path) -> None:
    neutral.write(company.month(MONTHS[1]), tmp_path / "before.csv")
    with company.day(12, 5):
        company.voucher(company.giulia, "PSI-CR")
        seals.seal(company.session, company.book)

    neutral.write(company.month(MONTHS[1]), tmp_path / "after.csv")

    assert (tmp_path / "before.csv").read_bytes() == (tmp_path / "after.csv").read_bytes()
