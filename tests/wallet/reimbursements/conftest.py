"""A worker with a daughter and credit that may reimburse, and documents that open."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from plans.rulebook.words import Channel
from tests import factories
from tests.factories import euro
from tests.wallet.scene import Scene
from wallet.reimbursements import documents, requests, reviews
from wallet.reimbursements.documents import Store, Upload
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.submission import Submission
from wallet.reimbursements.words import Holder, PaymentMeans, Purpose, Reason, Statement

SUPPLIER = "12345670017"
ALL_STATEMENTS = frozenset(Statement)
REIMBURSING = {"channels": frozenset(Channel)}


def pdf(text: str = "fattura") -> bytes:
    """A PDF of one page, another for each text."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(200, 200))
    document.docinfo["/Title"] = text
    content = io.BytesIO()
    document.save(content, deterministic_id=True)
    return content.getvalue()


def image(kind: str = "PNG", size: tuple[int, int] = (20, 20)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "white").save(content, kind)
    return content.getvalue()


@pytest.fixture(scope="session")
def upload() -> Callable[..., Upload]:
    """Checked documents; each content is looked at once a run."""
    known: dict[tuple[str, Purpose], Upload] = {}

    def make(text: str = "fattura", purpose: Purpose = Purpose.EXPENSE) -> Upload:
        if (text, purpose) not in known:
            known[text, purpose] = documents.check(f"{text}.pdf", pdf(text), purpose)
        return known[text, purpose]

    return make


@dataclass
class Desk:
    """The reimbursements of one worker, each verb on one line; amounts in cents."""

    scene: Scene
    child: str
    store: Store
    upload: Callable[..., Upload]
    lot: str = ""
    numbers: list[int] = field(default_factory=lambda: [0])

    def asked(self, **values: Any) -> Submission:
        """A summer centre for the daughter, 220,00 paid by card today, with all that is asked for."""
        self.numbers[0] += 1
        for name in ("document", "amount"):
            if isinstance(values.get(name), int):
                values[name] = euro(values[name])
        today = date(2026, 3, 10)
        base = Submission(
            employee_id=self.scene.worker,
            relative_id=self.child,
            expense="SUMMER_CENTRE",
            supplier="Cooperativa Il Gioco",
            supplier_tax_code=SUPPLIER,
            document_no=f"{self.numbers[0]}/2026",
            document_on=today,
            document=euro(22_000),
            expense_on=today,
            payment_means=PaymentMeans.CARD,
            holder=Holder.EMPLOYEE,
            statements=ALL_STATEMENTS,
            payment_shown=True,
        )
        return replace(base, **values)

    def submit(
        self, *, files: list[Upload] | None = None, key: str | None = None, office: bool = False, **values: Any
    ) -> Reimbursement:
        asked = self.asked(**values)
        files = [self.upload(f"fattura {asked.document_no.replace('/', '-')}")] if files is None else files
        return requests.submit(
            self.scene.session,
            self.scene.book_id,
            asked,
            files,
            store=self.store,
            actor=asked.employee_id,
            office=office,
            key=key,
        )

    def fix(self, found: Reimbursement, *files: Upload, **values: Any) -> Reimbursement:
        rest = {name: values.pop(name) for name in ("actor", "note", "key") if name in values}
        return requests.fix(
            self.scene.session,
            self.scene.book_id,
            found.reimbursement_id,
            requests.Correction(**values),
            list(files),
            store=self.store,
            **({"actor": self.scene.worker} | rest),
        )

    def withdraw(self, found: Reimbursement, **rest: Any) -> Reimbursement:
        rest = {"actor": self.scene.worker} | rest
        return requests.withdraw(self.scene.session, self.scene.book_id, found.reimbursement_id, **rest)

    def ask_fix(self, found: Reimbursement, *reasons: Reason, **rest: Any) -> Reimbursement:
        rest = {"actor": "office"} | rest
        return reviews.ask_fix(self.scene.session, self.scene.book_id, found.reimbursement_id, reasons, **rest)

    def approve(self, found: Reimbursement, amount: int | None = None, **rest: Any) -> Reimbursement:
        money = None if amount is None else euro(amount)
        rest = {"actor": "office"} | rest
        return reviews.approve(self.scene.session, self.scene.book_id, found.reimbursement_id, money, **rest)

    def reject(self, found: Reimbursement, *reasons: Reason, **rest: Any) -> Reimbursement:
        rest = {"actor": "office"} | rest
        return reviews.reject(self.scene.session, self.scene.book_id, found.reimbursement_id, reasons, **rest)

    def pay(self, found: Reimbursement, **rest: Any) -> Reimbursement:
        rest = {"payroll_month": date(2026, 3, 1), "actor": "payroll"} | rest
        return reviews.pay(self.scene.session, self.scene.book_id, found.reimbursement_id, **rest)

    def left(self) -> int:
        return self.scene.left(self.lot)


@pytest.fixture
def desk(empty_scene: Scene, tmp_path: Path, upload: Callable[..., Upload]) -> Iterator[Desk]:
    """A worker with a daughter and 600,00 of a plan that reimburses."""
    empty_scene.plan(**REIMBURSING)
    lot = empty_scene.grant(60_000)
    child = empty_scene.relative(tax_code=factories.tax_code(born=date(2018, 6, 1)))
    found = Desk(empty_scene, child, Store(tmp_path / "documents"), upload, lot)
    yield found
    assert empty_scene.differences() == []
