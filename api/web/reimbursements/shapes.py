"""What people say of an expense, and the documents that show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from api.web import words
from api.web.fields import AmountField, DayField, TicksField
from api.web.forms import MoneyForm
from config import clock
from config.errors import DomainError
from plans.people import RelativeCard
from wallet.reimbursements import documents, submission
from wallet.reimbursements.checklist import Checklist
from wallet.reimbursements.documents import LARGEST_BYTES, MEBIBYTE, MOST, Upload
from wallet.reimbursements.errors import DocumentsTooMany, ExpenseAmountTooHigh, ExpenseInFuture, SupplierCodeInvalid
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.requests import Correction
from wallet.reimbursements.submission import Submission
from wallet.reimbursements.words import Holder, PaymentMeans, Purpose, Statement

MOST_BYTES = MOST * LARGEST_BYTES + MEBIBYTE
MYSELF = "me"
_NEEDED = InputRequired(_l("Serve per chiedere il rimborso."))
_TYPES = {"accept": "application/pdf,image/jpeg,image/png"}
MEANS = {
    PaymentMeans.CARD: _l("carta"),
    PaymentMeans.TRANSFER: _l("bonifico"),
    PaymentMeans.DIRECT_DEBIT: _l("addebito sul conto"),
    PaymentMeans.PAGOPA: _l("pagoPA"),
    PaymentMeans.CHEQUE: _l("assegno"),
    PaymentMeans.CASH: _l("contanti"),
}
# In whose name a document may be, as whoever asks is told.
HOLDERS = {
    Holder.EMPLOYEE: _l("te"),
    Holder.USER: _l("chi usa il servizio"),
    Holder.RELATIVE: _l("un altro familiare"),
    Holder.OTHER: _l("un'altra persona"),
}
_YES, _NO = "yes", "no"


class FilesForm(MoneyForm):
    """The documents, by what each of them shows."""

    documents = MultipleFileField(_l("Documento di spesa (fattura o ricevuta)"), render_kw=_TYPES)
    payments = MultipleFileField(_l("Prova del pagamento"), render_kw=_TYPES)
    contracts = MultipleFileField(_l("Contratto"), render_kw=_TYPES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taken: list[Upload] = []

    @property
    def of_purposes(self) -> Mapping[Purpose, MultipleFileField]:
        """Return the field of each purpose that a document may have."""
        return {
            Purpose.EXPENSE: self.documents,
            Purpose.PAYMENT: self.payments,
            Purpose.CONTRACT: self.contracts,
        }

    def uploads(self) -> list[Upload]:
        """Return the documents, each checked by its content when the form was looked at."""
        return self._taken

    def sound(self, field: MultipleFileField) -> list[str]:
        """Return the names of a field's documents that would be taken, and have to be chosen again all the same."""
        return [one.name for one in self._taken if self.of_purposes[one.purpose] is field]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Look at every document, whatever else has to be mended."""
        sound = bool(super().validate(*args, **kwargs))
        given = [
            (purpose, file)
            for purpose, field in self.of_purposes.items()
            for file in (field.data or [])
            if file.filename
        ]
        if len(given) > MOST:
            self._wrong(self.documents, words.refusal(DocumentsTooMany(documents=len(given), limit=MOST)))
            return False
        for purpose, file in given:
            try:
                self._taken.append(documents.check(file.filename or "", file.stream.read(LARGEST_BYTES + 1), purpose))
            except DomainError as refusal:
                self._wrong(self.of_purposes[purpose], words.refusal(refusal))
                sound = False
        return sound

    def _wrong(self, field: Field, sentence: str) -> None:
        # What is wrong with several documents of a field is one sentence after the other.
        field.errors = [" ".join([*field.errors, sentence])]


class SubmissionForm(FilesForm):
    """An expense."""

    relative = SelectField(_l("Per chi era?"))
    supplier = StringField(_l("Chi hai pagato?"), [_NEEDED, Length(max=200)])
    supplier_tax_code = StringField(_l("Partita IVA o codice fiscale di chi hai pagato"), [_NEEDED, Length(max=40)])
    document_no = StringField(_l("Numero del documento"), [_NEEDED, Length(max=60)])
    document_on = DayField(_l("Data del documento"), [_NEEDED])
    document = AmountField(_l("Totale del documento, in euro"), [_NEEDED])
    amount = AmountField(_l("Quanto chiedi, in euro (facoltativo)"), [Optional()])
    expense_on = DayField(_l("Quando hai pagato?"), [_NEEDED])
    means = SelectField(_l("Come hai pagato?"), choices=[])
    holder = SelectField(_l("A chi è intestato il documento?"), choices=[])
    statements = TicksField(_l("Dichiaro che"))
    payment_shown = BooleanField(_l("Il documento di spesa mostra già che ho pagato"))
    detracted = RadioField(
        _l("Se hai pagato in un anno passato: l'hai già portata in detrazione?"), [Optional()], validate_choice=False
    )
    consent = BooleanField(_l("Se questa spesa viene tassata in busta paga, va bene lo stesso"))
    send = SubmitField(_l("Chiedi il rimborso"))

    def __init__(self, asked: Checklist, relatives: tuple[RelativeCard, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked, self._relatives = asked, {one.relative_id: one for one in relatives}
        spoken = words.asked()
        self.relative.choices = [
            (MYSELF, str(_l("Per me"))),
            *((one.relative_id, f"{one.first_name} {one.last_name}") for one in relatives),
        ]
        self.means.choices = [(str(one), str(label)) for one, label in MEANS.items()]
        self.holder.choices = _holders()
        self.statements.choices = [(str(one), one.label(spoken)) for one in asked.statements]
        self.detracted.choices = [(_NO, str(_l("No"))), (_YES, str(_l("Sì")))]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Say everything that has to be mended at once, each beside its field, as the checklist asks for it."""
        sound = super().validate(*args, **kwargs)
        for field, sentence in [*self._facts(), *self._lacking()]:
            if not field.errors:
                self._wrong(field, sentence)
                sound = False
        return sound

    def _facts(self) -> Iterator[tuple[Field, str]]:
        """Tell what is wrong with what was typed, as the core would say it, one thing after the other."""
        for field in (self.supplier, self.document_no):
            if not (field.data or "").strip():
                yield field, str(_NEEDED.message)
        for day in (self.document_on, self.expense_on):
            if day.data is not None and day.data > clock.today():
                yield day, words.refusal(ExpenseInFuture(on=day.data))
        try:
            submission.supplier_code(self.supplier_tax_code.data or "")
        except SupplierCodeInvalid:
            yield (
                self.supplier_tax_code,
                _("Non è una partita IVA, un codice fiscale o un numero IVA estero: ricontrolla."),
            )
        total, part = self.document.money, self.amount.money
        if total is not None and part is not None and part > total:
            yield self.amount, words.refusal(ExpenseAmountTooHigh(amount=part, document=total))

    def _lacking(self) -> Iterator[tuple[Field, str]]:
        """Tell what the checklist asks for and is not there."""
        there = {one.purpose for one in self._taken}
        for purpose in self._asked.required:
            if purpose in self.of_purposes and purpose not in there:
                yield self.of_purposes[purpose], _("Allega il documento: senza non si può chiedere.")
        if submission.payment_untold(self._asked, there, shown=bool(self.payment_shown.data)):
            yield self.payments, _("Allegala, o metti la spunta qui sotto se il documento di spesa la mostra già.")
        kin = self._relatives.get(self.relative.data or "")
        needed = submission.needed_statements(self._asked, of_relative=kin is not None)
        if any(str(one) not in (self.statements.data or ()) for one in needed):
            yield self.statements, _("Manca una dichiarazione: servono tutte, se sono vere.")
        if self._asked.user_tax_code and kin is not None and kin.tax_code is None:
            yield (
                self.relative,
                _("Manca il codice fiscale di %(name)s: aggiungilo nella pagina della famiglia.", name=kin.first_name),
            )
        detracted = None if self.detracted.data not in (_YES, _NO) else self.detracted.data == _YES
        if self.expense_on.data and submission.unanswered(self.expense_on.data, detracted, clock.today()):
            yield self.detracted, _("Hai pagato in un anno passato: rispondi sì o no.")

    def submission(self, employee_id: str, expense: str) -> Submission:
        """Return what is asked for."""
        total = self.document.money
        assert total is not None  # noqa: S101 - the field is needed
        return Submission(
            employee_id=employee_id,
            expense=expense,
            relative_id=None if self.relative.data == MYSELF else self.relative.data,
            supplier=self.supplier.data or "",
            supplier_tax_code=self.supplier_tax_code.data or "",
            document_no=self.document_no.data or "",
            document_on=self.document_on.data,
            document=total,
            amount=self.amount.money,
            expense_on=self.expense_on.data,
            payment_means=PaymentMeans(self.means.data),
            holder=Holder(self.holder.data),
            statements=frozenset(Statement(one) for one in self.statements.data or ()),
            payment_shown=bool(self.payment_shown.data),
            already_detracted={_YES: True, _NO: False}.get(self.detracted.data or ""),
            consent=bool(self.consent.data),
        )


class FixForm(FilesForm):
    """What is mended: facts, documents, or both."""

    supplier = StringField(_l("Chi hai pagato?"), [Length(max=200)])
    supplier_tax_code = StringField(_l("Partita IVA o codice fiscale di chi hai pagato"), [Length(max=40)])
    document_no = StringField(_l("Numero del documento"), [Length(max=60)])
    document_on = DayField(_l("Data del documento"), [Optional()])
    document = AmountField(_l("Totale del documento, in euro"), [Optional()])
    expense_on = DayField(_l("Quando hai pagato?"), [Optional()])
    holder = SelectField(_l("A chi è intestato il documento?"), choices=[])
    note = TextAreaField(_l("Vuoi aggiungere qualcosa per chi lo guarda? (facoltativo)"), [Length(max=500)])
    send = SubmitField(_l("Manda le correzioni"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holder.choices = _holders()

    def correction(self) -> Correction:
        """Return the facts that are told."""
        return Correction(
            holder=Holder(self.holder.data),
            supplier=self.supplier.data or None,
            supplier_tax_code=self.supplier_tax_code.data or None,
            document_no=self.document_no.data or None,
            document_on=self.document_on.data,
            document=self.document.money,
            expense_on=self.expense_on.data,
        )


def fixing(found: Reimbursement) -> FixForm:
    """Return the form that mends a reimbursement, with what is told of it now."""
    return FixForm(
        formdata=None,
        supplier=found.supplier,
        supplier_tax_code=found.supplier_tax_code,
        document_no=found.document_no,
        document_on=found.document_on,
        document=f"{found.document_minor // 100},{found.document_minor % 100:02d}",
        expense_on=found.expense_on,
        holder=found.holder,
    )


class WithdrawForm(MoneyForm):
    """An expense that is taken back."""

    send = SubmitField(_l("Ritira la richiesta"))


def _holders() -> list[tuple[str, str]]:
    mine = {
        Holder.EMPLOYEE: str(_l("a me")),
        Holder.USER: str(_l("a chi usa il servizio")),
        Holder.RELATIVE: str(_l("a un altro familiare")),
        Holder.OTHER: str(_l("a un'altra persona")),
    }
    return [(str(one), label) for one, label in mine.items()]
