"""What people are told of reimbursements: the checklist, the queue, one of them whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column, euro
from config import clock
from plans import people
from plans.rulebook import loading
from plans.rulebook.rows import MomentRule
from plans.rulebook.words import Category, Channel, Confidence, Outcome, PlanSource
from wallet import authorizations
from wallet.reimbursements import checklist as checklists
from wallet.reimbursements import records, submission, words
from wallet.reimbursements.checklist import CuCode, Expense
from wallet.reimbursements.errors import ReimbursementForbidden
from wallet.reimbursements.records import Document, Reimbursement, Step
from wallet.reimbursements.words import Holder, Reason, State

_OUTCOMES = {
    Outcome.EXEMPT: ("esente", "exempt"),
    Outcome.EXEMPT_ON_DECLARATION: ("esente su dichiarazione", "exempt on a declaration"),
    Outcome.TAXABLE: ("tassato", "taxable"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A reimbursement in a list, with whose it is."""

    reimbursement: Reimbursement
    employee: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A reimbursement with the people behind it, its documents, its history and its code in the certificate."""

    reimbursement: Reimbursement
    employee: str
    user: str
    documents: tuple[Document, ...]
    steps: tuple[Step, ...]
    fiscal_year: int
    moment: MomentRule | None
    cu: CuCode | None


def expenses(caller: Caller, today: date) -> None:
    """List the expenses that employees may name, and whether the law lets each be given back."""
    rows = []
    answers = (("no", "no"), ("sì", "yes"), ("sì, tassata", "yes, taxed"))
    place = 0 if caller.language == "it" else 1
    for expense in checklists.expenses().values():
        try:
            admitted = 2 if submission.taxed(submission.admitted(expense, today)) else 1
        except ReimbursementForbidden:
            admitted = 0
        rows.append((expense, admitted))
    caller.table(
        [
            Column("spesa", "expense"),
            Column("che cos'è", "what it is", folds=True),
            Column("categoria fiscale", "category", folds=True),
            Column("si rimborsa", "reimbursed"),
        ],
        [
            (typed(one.code), one.name(caller.language), one.category, answers[admitted][place])
            for one, admitted in rows
        ],
    )
    caller.data(
        expenses=[{"expense": one, "reimbursed": admitted > 0, "taxed": admitted > 1} for one, admitted in rows]
    )


def checklist(caller: Caller, expense: Expense, today: date) -> None:
    """
    Say what an expense asks for before it is submitted.

    Errors: ReimbursementForbidden.
    """
    decision = submission.admitted(expense, today)
    asked = checklists.of(expense)
    assert asked is not None  # noqa: S101
    caller.say(
        "{name} ({category}). Prima di presentarla:", "{name} ({category}). Before submitting it:",
        name=expense.name(caller.language).capitalize(), category=expense.category,
    )  # fmt: skip
    language = caller.language
    for item in asked.items:
        text = item.it if language == "it" else item.en
        caller.say("  [ ] {what}: {text}", "  [ ] {what}: {text}",
                   what=words.purpose(item.purpose, language), text=text)  # fmt: skip
    holders = [holder.label(language) for holder in asked.holders]
    caller.say("  [ ] il documento è intestato a: {who}", "  [ ] the document is in the name of: {who}", who=holders)
    if asked.user_tax_code:
        caller.say(
            "  [ ] il codice fiscale del familiare è in anagrafica: va nella Certificazione Unica",
            "  [ ] the relative's codice fiscale is on record: the Certificazione Unica bears it",
        )
    for one in asked.statements:
        caller.say("  [ ] dichiari che {text} ({code})", "  [ ] you declare that {text} ({code})",
                   text=one.label(language), code=typed(one))  # fmt: skip
    if not asked.traceable:
        caller.say("  La legge non chiede un pagamento tracciabile.", "  The law asks for no traceable payment.")
    caller.say(
        "  PDF, JPEG o PNG, al massimo 10 MB l'uno. Una spesa di un anno passato chiede se è già stata detratta.",
        "  PDF, JPEG or PNG, 10 MB each at most. An expense of an earlier year asks whether it was detracted already.",
    )
    caller.say(
        "Fonte: {ref} ({source}); certezza: {confidence}. Regole: {rules}.",
        "Source: {ref} ({source}); confidence: {confidence}. Rules: {rules}.",
        ref=asked.legal_ref, source=asked.source, confidence=asked.confidence, rules=decision.rule_ids,
    )  # fmt: skip
    if submission.taxed(decision):
        caller.say("Rimborsata è tassata: serve il consenso.", "Reimbursed it is taxed: it needs consent.")
    note = asked.note_it if language == "it" else asked.note_en
    if note:
        caller.say("Da sapere: {note}", "To know: {note}", note=note)
    if expense.confidence is Confidence.UNCERTAIN:
        caller.say("Dubbio sulla spesa: {source}", "Doubt about the expense: {source}", source=expense.source)
    caller.data(expense=expense, checklist=asked, rule_ids=decision.rule_ids)


def tell(caller: Caller, found: Reimbursement, reasons: Sequence[Reason] = ()) -> None:
    """Say where a reimbursement stands now, and what comes next."""
    language = caller.language
    caller.say(
        "{id} [{state}]: {amount} per {expense}.", "{id} [{state}]: {amount} for {expense}.",
        id=found.reimbursement_id, state=words.state(found.status, language), amount=euro(found.amount_minor),
        expense=_expense(found, language),
    )  # fmt: skip
    match found.status:
        case State.SUBMITTED:
            caller.say(
                "Il credito è vincolato. Risposta entro il {day}.", "The credit is held. An answer by {day}.",
                day=found.promised_on,
            )  # fmt: skip
        case State.NEEDS_FIX:
            caller.say(
                "Da sistemare entro il {day}; posto e credito restano:", "To mend by {day}; place and credit stay:",
                day=found.fix_by,
            )  # fmt: skip
            shown = reasons or _holder_reasons(found)
            for reason in shown:
                caller.say(
                    "  {text} ({code})", "  {text} ({code})", text=words.reason(reason, language), code=str(reason)
                )
        case State.APPROVED:
            caller.say(
                "Approvati {approved}: in busta paga. Esenti {exempt}, tassati {taxable}.",
                "{approved} approved, to be paid by payroll. Exempt {exempt}, taxable {taxable}.",
                approved=euro(found.approved_minor), exempt=euro(found.approved_exempt_minor),
                taxable=euro(found.approved_minor - found.approved_exempt_minor),
            )  # fmt: skip
        case State.PAID:
            caller.say(
                "Pagati {approved} il {day}, busta paga di {month}.", "{approved} paid on {day}, payslip of {month}.",
                approved=euro(found.approved_minor), day=found.reimbursed_on, month=_month(found.payroll_month),
            )  # fmt: skip
        case State.REJECTED:
            for reason in reasons:
                caller.say(
                    "  {text} ({code})", "  {text} ({code})", text=words.reason(reason, language), code=str(reason)
                )
        case _:
            caller.say("Il credito è di nuovo libero.", "The credit is free again.")
    caller.data(reimbursement=_plain(found))


def lines(session: Session, book_id: int, found: Sequence[Reimbursement]) -> list[Line]:
    """Return reimbursements with the names of their employees."""
    names = {card.employee_id: f"{card.last_name} {card.first_name}" for card in people.employees(session, book_id)}
    return [Line(one, names[one.employee_id]) for one in found]


def tell_list(caller: Caller, found: Sequence[Line]) -> None:
    """Print a list; what is past its promised day is marked."""
    today = clock.today()
    columns = [
        Column("presentato", "submitted"),
        Column("lavoratore", "employee", folds=True),
        Column("spesa", "expense", folds=True),
        Column("chiesto", "asked", right=True),
        Column("approvato", "approved", right=True),
        Column("stato", "state", folds=True),
        Column("entro", "by"),
        Column("in ritardo", "late"),
        Column("rimborso", "reimbursement"),
    ]
    rows = []
    for line in found:
        one = line.reimbursement
        by = one.fix_by or (one.promised_on if one.status is State.SUBMITTED else None)
        late = one.status is State.SUBMITTED and one.promised_on < today
        rows.append(
            (one.chosen_on, line.employee, _expense(one, caller.language), euro(one.amount_minor),
             euro(one.approved_minor or None), words.state(one.status, caller.language), by, late or None,
             one.reimbursement_id)
        )  # fmt: skip
    caller.table(columns, rows)
    caller.data(reimbursements=[{"employee": line.employee} | _plain(line.reimbursement) for line in found])


def whole(session: Session, book_id: int, found: Reimbursement) -> Whole:
    """Gather all that is known of a reimbursement."""
    card = people.employee(session, book_id, found.employee_id)
    name = f"{card.first_name} {card.last_name}"
    kin = {
        one.relative_id: f"{one.first_name} {one.last_name}"
        for one in people.relatives(session, book_id, card.employee_id)
    }
    source = PlanSource(authorizations.get(session, book_id, found.authorization_id).facts["source"])
    moment = loading.load().moments.at((source, Channel.REIMBURSEMENT), found.chosen_on, clock.today())
    return Whole(
        found,
        name,
        name if found.relative_id is None else kin[found.relative_id],
        tuple(records.documents(session, book_id, found.reimbursement_id)),
        tuple(records.steps(session, book_id, found.reimbursement_id)),
        found.chosen_on.year,
        moment,
        checklists.cu_code(found.expense, found.chosen_on.year) if found.certified else None,
    )


def show(caller: Caller, whole: Whole) -> None:
    """Print a reimbursement whole."""
    found, language = whole.reimbursement, caller.language
    last = [step for step in whole.steps if step.reasons and step.status == found.status]
    tell_only = Caller(language, caller.actor, caller.book, False, False, caller.out, caller.err)
    if not caller.as_json:
        reviewed = found.status in (State.NEEDS_FIX, State.REJECTED)
        tell(tell_only, found, [Reason(code) for code in last[-1].reasons] if last and reviewed else ())
    place = 0 if language == "it" else 1
    for it, en, value in (
        ("Lavoratore", "Employee", whole.employee),
        ("Per", "For", whole.user),
        ("Categoria fiscale", "Category", Category(found.category)),
        ("Fornitore", "Supplier", f"{found.supplier} ({found.supplier_tax_code})"),
        ("Documento", "Document", found.document_no),
        ("Data del documento", "Document's day", found.document_on),
        ("Totale del documento", "Document's total", euro(found.document_minor)),
        ("Intestato a", "In the name of", Holder(found.holder).label(language)),
        ("Pagato dal lavoratore il", "Paid by the employee on", found.expense_on),
        ("Chiesto il", "Asked on", found.chosen_on),
        ("Esito", "Outcome", _OUTCOMES[Outcome(found.outcome)][place]),
        ("Regole", "Rules", list(found.rule_ids)),
    ):
        caller.say(f"  {it}: {{value}}", f"  {en}: {{value}}", value=value)
    _tell_certificate(caller, whole)
    caller.table(
        [Column("documento", "document"), Column("prova", "proves", folds=True), Column("nome", "name", folds=True),
         Column("byte", "bytes", right=True), Column("sha-256", "sha-256")],
        [(d.document_id, words.purpose(d.purpose, language), d.name, d.size_bytes, d.sha256.hex()[:16])
         for d in whole.documents],
    )  # fmt: skip
    caller.table(
        [Column("quando", "when"), Column("che cosa", "what", folds=True), Column("motivi", "reasons", folds=True),
         Column("nota", "note", folds=True), Column("chi", "who", folds=True), Column("per conto di", "on behalf of")],
        [(s.recorded_at, words.step(s.kind, language), _reasons(s, language), s.note, s.actor,
          whole.employee if s.on_behalf_of else None) for s in whole.steps],
    )  # fmt: skip
    caller.data(
        reimbursement=_plain(found),
        documents=[
            {"document_id": d.document_id, "purpose": d.purpose, "name": d.name, "sha256": d.sha256.hex(),
             "size_bytes": d.size_bytes, "media_type": d.media_type} for d in whole.documents
        ],
        steps=whole.steps,
        cu=None if whole.cu is None else {"year": whole.fiscal_year, "box": whole.cu.box, "code": whole.cu.code,
                                          "confidence": whole.cu.confidence},
    )  # fmt: skip


def typed(code: str) -> str:
    """Return a code as it is typed back."""
    return code.lower().replace("_", "-")


def _tell_certificate(caller: Caller, whole: Whole) -> None:
    found = whole.reimbursement
    if found.expense_year < found.chosen_on.year:
        caller.say(
            "  Spesa del {year}, rimborso del {then}: già detratta {answer}.",
            "  Expense of {year}, reimbursement of {then}: detracted already {answer}.",
            year=str(found.expense_year), then=str(found.chosen_on.year), answer=found.already_detracted,
        )  # fmt: skip
        if found.already_detracted:
            caller.say(
                "  La somma va a tassazione separata (art. 17 TUIR): avvisare chi fa la dichiarazione.",
                "  The sum goes to separate taxation (art. 17 TUIR): tell whoever files the return.",
            )
    if whole.moment is not None:
        caller.say(
            "  Anno fiscale {year}, quello della richiesta ({rule}; {confidence}).",
            "  Tax year {year}, that of the request ({rule}; {confidence}).",
            year=str(whole.fiscal_year), rule=whole.moment.id, confidence=whole.moment.confidence,
        )  # fmt: skip
    if whole.cu is not None:
        caller.say(
            "  Certificazione Unica dei redditi {year}: casella 701 = {expense_year}, casella {box} = {code} "
            "({confidence}).",
            "  Certificazione Unica of the income of {year}: box 701 = {expense_year}, box {box} = {code} "
            "({confidence}).",
            year=str(whole.fiscal_year), expense_year=str(found.expense_year), box=str(whole.cu.box),
            code=whole.cu.code, confidence=whole.cu.confidence,
        )  # fmt: skip


def _reasons(step: Step, language: str) -> list[str]:
    """Return why something was taken back in words; a review's reason has a sentence, and is told by its code."""
    undone = step.kind in ("withdraw_approval", "reverse_payment")
    return [words.reason(code, language) if undone else code for code in step.reasons]


def _holder_reasons(found: Reimbursement) -> tuple[Reason, ...]:
    asked = checklists.of(checklists.expense(found.expense))
    return () if asked is None else submission.holder_to_mend(asked, Holder(found.holder))


def _expense(found: Reimbursement, language: str) -> str:
    return checklists.expense(found.expense).name(language)


def _month(month: date | None) -> str:
    return "" if month is None else f"{month:%m/%Y}"


def _plain(found: Reimbursement) -> dict[str, object]:
    return {name: getattr(found, name) for name in found.__dataclass_fields__}
