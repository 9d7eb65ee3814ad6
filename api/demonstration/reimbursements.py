"""
Reimbursements: what people of the demonstration paid themselves, and how the welfare office and payroll answer.

Pietro's invoice is in his wife's name and is mended (story 6); Serena's is approved in part; others are sent back,
rejected, withdrawn, or still in the queue on the last day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from api.demonstration import receipts
from api.demonstration.credits import TODAY
from api.demonstration.people import Employer, Relative, Worker
from api.demonstration.scene import Answers, Scene, Step
from config.money import from_minor
from plans import taxcodes
from plans.rulebook.words import Kinship
from wallet.reimbursements import documents, requests, reviews
from wallet.reimbursements.errors import ReimbursementDeclined
from wallet.reimbursements.requests import Correction
from wallet.reimbursements.submission import Submission
from wallet.reimbursements.words import Holder, PaymentMeans, Purpose, Reason, Statement

_RANK = 4
_OFFICE, _PAYROLL = "ufficio welfare", "ufficio paghe"
_BODY = "9900601999"
SUPPLIER_CODE = _BODY + taxcodes.check_digit(_BODY + "0")
_SAID = frozenset({Statement.NOT_REIMBURSED_ELSEWHERE, Statement.NOT_TO_BE_DETRACTED, Statement.RELATIONSHIP})


@dataclass(frozen=True, slots=True)
class Claim:
    """One expense and how it is answered; amounts in minor units, days counted from the submission on `on`."""

    book: str
    worker: Worker
    relative: Relative
    expense: str
    supplier: str
    number: str
    amount_minor: int
    on: date
    holder: Holder = Holder.EMPLOYEE
    service: str | None = None
    mend: Reason | None = None
    reject: Reason | None = None
    approved_minor: int | None = None
    withdrawn: bool = False
    answered: bool = True

    @property
    def label(self) -> str:
        """Return the name by which the next steps find it."""
        return f"rimborso {self.worker.tax_code} {self.number}"


def steps(employers: Sequence[Employer]) -> Iterator[Step]:
    """Return every act about every expense."""
    for claim in claims(employers):
        for days, name, work in _acts(claim):
            on = claim.on + timedelta(days=days)
            if on <= TODAY:
                yield Step(on, _RANK, claim.book, f"{claim.label} {name}", work)


def claims(employers: Sequence[Employer]) -> tuple[Claim, ...]:
    """Return every expense that somebody asks back."""
    pietro, serena, anna = (_cast(employers, name) for name in ("pietro", "serena", "anna"))
    named = (
        Claim("E1", pietro, pietro.relatives[0], "SUMMER_CENTRE", "Cooperativa Ricreativa Demo", "118/2026", 11_000,
              date(2026, 7, 13), holder=Holder.OTHER, service="EST-CR"),
        Claim("E1", serena, serena.relatives[0], "SCHOOL", "Istituto Comprensivo Demo", "77/2026", 24_000,
              date(2026, 10, 6), approved_minor=21_500),
        Claim("E1", serena, serena.relatives[0], "SCHOOL", "Istituto Comprensivo Demo", "91/2026", 9_500,
              date(2026, 11, 18), answered=False),
        Claim("E3", anna, anna.relatives[0], "UNIVERSITY", "Università Demo di Milano", "2026-4471", 18_000,
              date(2026, 10, 12)),
    )  # fmt: skip
    return named + _everyday(employers[0], date(2026, 1, 14), 8) + _everyday(employers[1], date(2026, 1, 19), 4)


def _cast(employers: Sequence[Employer], name: str) -> Worker:
    return next(worker for employer in employers for worker in employer.workers if worker.story == name)


def _everyday(employer: Employer, first: date, count: int) -> tuple[Claim, ...]:
    """Let parents ask back school fees in January, as soon as there is credit; a few meet a hitch."""
    found: list[Claim] = []
    for worker in employer.on_payroll(first):
        children = worker.children_under(14, first)
        if worker.story or not children or worker.cluster == "giornalieri" or len(found) == count:
            continue
        place = len(found)
        claim = Claim(
            employer.code,
            worker,
            children[0],
            "SCHOOL",
            "Istituto Comprensivo Demo",
            f"{employer.code}-{place + 1:02d}/2026",
            6_000 + 1_250 * place,
            first + timedelta(days=place % 4),
            mend=Reason.USER_NOT_SHOWN if place == 1 else None,
            reject=Reason.REIMBURSED_ELSEWHERE if place == 4 else None,
            withdrawn=place == 6,
        )
        found.append(claim)
    return tuple(found)


_Work = Callable[[Session, Scene], Answers]
_Acts = Iterator[tuple[int, str, _Work]]


def _acts(claim: Claim) -> _Acts:
    """Yield the acts, each with how many days after the submission it happens."""
    yield 0, "chiesto", _submit(claim)
    if not claim.answered:
        return
    if claim.withdrawn:
        yield 2, "ritirato", _then(claim, _withdraw)
        return
    if claim.reject is not None:
        yield 4, "respinto", _then(claim, _reject)
        return
    if claim.mend is not None:
        yield 3, "da correggere", _then(claim, _ask_fix)
    if claim.mend is not None or claim.holder is Holder.OTHER:
        yield 7, "corretto", _then(claim, _fix)
    yield 9, "approvato", _then(claim, _approve)
    yield 14, "pagato", _then(claim, _pay)


def _document(claim: Claim, name: str) -> documents.Upload:
    holder = f"{claim.relative.first_name} {claim.relative.last_name}"
    lines = [
        f"Emesso da: {claim.supplier}, partita IVA {SUPPLIER_CODE}",
        f"Documento n. {claim.number}",
        f"Intestato a: {name}",
        f"Per: {holder}",
        f"Importo: {claim.amount_minor // 100},{claim.amount_minor % 100:02d} euro, pagato con carta",
    ]
    content = receipts.pdf("Ricevuta", lines)
    return documents.check(f"ricevuta {claim.number.replace('/', '-')}.pdf", content, Purpose.EXPENSE)


def _submit(claim: Claim) -> _Work:
    def work(session: Session, scene: Scene) -> Answers:
        employee = scene.people[claim.worker.tax_code]
        asked = Submission(
            employee_id=employee,
            relative_id=scene.people[claim.relative.tax_code],
            expense=claim.expense,
            service_code=claim.service,
            supplier=claim.supplier,
            supplier_tax_code=SUPPLIER_CODE,
            document_no=claim.number,
            document_on=claim.on,
            document=from_minor(claim.amount_minor),
            expense_on=claim.on,
            payment_means=PaymentMeans.CARD,
            holder=claim.holder,
            statements=_SAID,
            payment_shown=True,
        )
        name = f"{claim.worker.first_name} {claim.worker.last_name}"
        if claim.holder is Holder.OTHER:
            spouse = next(kin for kin in claim.worker.relatives if kin.kinship is Kinship.SPOUSE)
            name = f"{spouse.first_name} {spouse.last_name}"
        # Whoever spent the credit meanwhile is told so at once, and nothing is kept.
        with suppress(ReimbursementDeclined):
            files = [_document(claim, name)]
            made = requests.submit(
                session, scene.books[claim.book], asked, files, store=documents.store(), actor=employee
            )
            return {claim.label: made.reimbursement_id}
        return {}

    return work


_Answer = Callable[[Session, Scene, Claim, int, str], None]


def _then(claim: Claim, answer: _Answer) -> _Work:
    def work(session: Session, scene: Scene) -> Answers:
        found = scene.authorizations.get(claim.label)
        if found is not None:
            answer(session, scene, claim, scene.books[claim.book], found)
        return {}

    return work


def _withdraw(session: Session, scene: Scene, claim: Claim, book_id: int, found: str) -> None:
    requests.withdraw(session, book_id, found, actor=scene.people[claim.worker.tax_code])


def _reject(session: Session, _scene: Scene, claim: Claim, book_id: int, found: str) -> None:
    assert claim.reject is not None  # noqa: S101 - only then is it rejected
    reviews.reject(session, book_id, found, [claim.reject], actor=_OFFICE)


def _ask_fix(session: Session, _scene: Scene, claim: Claim, book_id: int, found: str) -> None:
    assert claim.mend is not None  # noqa: S101 - only then is it sent back
    reviews.ask_fix(session, book_id, found, [claim.mend], actor=_OFFICE)


def _fix(session: Session, scene: Scene, claim: Claim, book_id: int, found: str) -> None:
    worker = claim.worker
    mended = _document(claim, f"{worker.first_name} {worker.last_name} (documento riemesso)")
    correction = Correction(holder=Holder.EMPLOYEE) if claim.holder is Holder.OTHER else Correction()
    actor = scene.people[worker.tax_code]
    requests.fix(session, book_id, found, correction, [mended], store=documents.store(), actor=actor)


def _approve(session: Session, _scene: Scene, claim: Claim, book_id: int, found: str) -> None:
    if claim.approved_minor is None:
        reviews.approve(session, book_id, found, actor=_OFFICE)
    else:
        amount = from_minor(claim.approved_minor)
        reviews.approve(session, book_id, found, amount, reasons=[Reason.AMOUNT_DIFFERS], actor=_OFFICE)


def _pay(session: Session, _scene: Scene, claim: Claim, book_id: int, found: str) -> None:
    month = (claim.on + timedelta(days=14)).replace(day=1)
    reviews.pay(session, book_id, found, payroll_month=month, actor=_PAYROLL)
