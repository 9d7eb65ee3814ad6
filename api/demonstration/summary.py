"""What came of the demonstration, in tables that a person understands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.orm import Session

from api.demonstration.credits import TODAY
from api.demonstration.people import Employer
from api.demonstration.scene import Scene
from api.demonstration.statements import Written
from api.demonstration.stories import STORIES, Story
from config.money import local_minor
from ledger import accounts, seals, verification
from ledger.differences import Difference
from plans import plans
from reports import plan_statement
from reports.plan_statement import Reading
from wallet import authorizations, chart, recheck
from wallet.authorizations import Authorization
from wallet.recheck import Recheck

_BEGIN = date(2024, 1, 1)

_STATUS = {
    "authorized": ("autorizzata", "authorized"),
    "partially_captured": ("addebitata in parte", "partly captured"),
    "captured": ("addebitata", "captured"),
    "voided": ("annullata", "voided"),
    "expired": ("scaduta", "expired"),
    "refunded": ("stornata", "refunded"),
    "partially_refunded": ("stornata in parte", "partly refunded"),
    "declined": ("rifiutata", "declined"),
}

_FIGURES = {
    "committed": ("Impegnato", "Committed"),
    "funded": ("Finanziato", "Funded"),
    "granted": ("Accreditato", "Granted"),
    "used": ("Usato", "Used"),
    "expired": ("Scaduto", "Expired"),
    "residual": ("Residuo", "Left"),
    "held": ("di cui vincolato", "of which held"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the database says when the demonstration is over."""

    money: Mapping[str, Mapping[str, int]]
    statuses: Mapping[str, Counter[str]]
    clearing: Mapping[str, int]
    stories: Sequence[tuple[Story, str, Sequence[Authorization]]]
    rechecks: Sequence[Recheck]
    differences: Mapping[str, Sequence[Difference]]
    sealed: Mapping[str, int]

    @property
    def purchases(self) -> int:
        """Return how many purchases were asked for."""
        return sum(counter.total() for counter in self.statuses.values())

    @property
    def sound(self) -> bool:
        """Whether every book verifies and the territories owe one another nothing in sum."""
        return not any(self.differences.values()) and sum(self.clearing.values()) == 0


def gather(session: Session, scene: Scene, employers: Sequence[Employer]) -> Outcome:
    """Read what the summary tells, the verification of every book included."""
    clearing: Counter[str] = Counter()
    for book_id in scene.books.values():
        for line in accounts.trial_balance(session, book_id):
            if line.code.startswith(chart.clearing("")):
                clearing[line.code.removeprefix(chart.clearing(""))] += line.debit_minor - line.credit_minor
    heads = {code: seals.head(session, book_id) for code, book_id in scene.books.items()}
    return Outcome(
        money={employer.code: _money(session, scene.books[employer.code]) for employer in employers},
        statuses={employer.code: _statuses(session, scene, employer) for employer in employers},
        clearing=dict(sorted(clearing.items())),
        stories=tuple(_stories(session, scene, employers)),
        rechecks=recheck.recheck(session, scene.books["E1"], 2025),
        differences={code: verification.verify(session, book_id) for code, book_id in scene.books.items()},
        sealed={code: 0 if head is None else head.seq for code, head in heads.items()},
    )


def tell(console: Console, found: Outcome, employers: Sequence[Employer], written: Written, language: str) -> None:
    """Print the tables."""
    italian = language == "it"

    def euro(amount_minor: int) -> str:
        return local_minor(amount_minor, language)

    console.print(_employers_table(found, employers, italian, euro))
    console.print(_purchases_table(found, employers, italian))
    console.print(_clearing_table(found, italian, euro))
    console.print(_stories_table(found, italian, euro))
    _tell_rechecks(console, found, italian, euro)
    _tell_proof(console, found, written, italian)


def _money(session: Session, book_id: int) -> Mapping[str, int]:
    """Add up the statements of all plans of a book since the beginning."""
    sums: Counter[str] = Counter()
    for terms in plans.of_book(session, book_id):
        statement = plan_statement.gather(session, book_id, terms.code, _BEGIN, TODAY, reading=Reading.PAYROLL)
        sums["committed"] += statement.budget.committed_to_date_minor
        sums["funded"] += statement.budget.funded_to_date_minor
        sums["granted"] += statement.total.granted_net_minor
        sums["used"] += statement.total.used_minor
        sums["expired"] += statement.total.expired_minor
        sums["residual"] += statement.total.residual_minor
        sums["held"] += statement.total.held_minor
    return sums


def _statuses(session: Session, scene: Scene, employer: Employer) -> Counter[str]:
    book_id = scene.books[employer.code]
    found: Counter[str] = Counter()
    for worker in employer.workers:
        for authorization in authorizations.of_employee(session, book_id, scene.people[worker.tax_code]):
            found[authorization.status] += 1
    return found


def _stories(
    session: Session, scene: Scene, employers: Sequence[Employer]
) -> list[tuple[Story, str, Sequence[Authorization]]]:
    cast = {worker.story: (employer, worker) for employer in employers for worker in employer.workers}
    told: list[tuple[Story, str, Sequence[Authorization]]] = []
    for story in STORIES:
        employer, worker = cast[story.name]
        book_id, employee = scene.books[employer.code], scene.people[worker.tax_code]
        acts = authorizations.of_employee(session, book_id, employee)[::-1]
        told.append((story, f"{worker.first_name} {worker.last_name} ({employer.code})", acts))
    return told


# -- tables ----------------------------------------------------------------------------------------------------------

_Euro = Callable[[int], str]


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    return table


def _employers_table(found: Outcome, employers: Sequence[Employer], italian: bool, euro: _Euro) -> Table:
    title = "Il denaro dal 2024 al 22 novembre 2026" if italian else "The money from 2024 to 22 November 2026"
    table = _table(title, "", *(_short_name(employer) for employer in employers))
    table.add_row("Persone" if italian else "People", *(str(len(employer.workers)) for employer in employers))
    for key, words in _FIGURES.items():
        amounts = [euro(found.money[employer.code][key]) for employer in employers]
        table.add_row(words[0 if italian else 1], *amounts)
    return table


def _purchases_table(found: Outcome, employers: Sequence[Employer], italian: bool) -> Table:
    title = f"Gli acquisti: {found.purchases}" if italian else f"The purchases: {found.purchases}"
    table = _table(title, "", *(_short_name(employer) for employer in employers))
    for status, words in _STATUS.items():
        counts = [str(found.statuses[employer.code][status]) for employer in employers]
        table.add_row(words[0 if italian else 1].capitalize(), *counts)
    return table


def _short_name(employer: Employer) -> str:
    return f"{employer.code} {employer.name.split()[0]}"


def _clearing_table(found: Outcome, italian: bool, euro: _Euro) -> Table:
    title = "Compensazione tra territori" if italian else "Clearing between territories"
    heads = ("Territorio", "Riceve (+) o deve (-)") if italian else ("Territory", "Receives (+) or owes (-)")
    table = _table(title, *heads)
    for territory, position in found.clearing.items():
        table.add_row(territory, euro(position))
    table.add_section()
    table.add_row("Somma" if italian else "Sum", euro(sum(found.clearing.values())))
    return table


def _stories_table(found: Outcome, italian: bool, euro: _Euro) -> Table:
    table = Table(title="Le storie" if italian else "The stories", title_justify="left", title_style="bold")
    table.box, table.show_lines, table.pad_edge = box.SIMPLE_HEAD, True, False
    for column in ("N.", "Chi" if italian else "Who", "Che cosa è successo" if italian else "What happened"):
        table.add_column(column, overflow="fold")
    for story, who, acts in found.stories:
        told = Text(story.it if italian else story.en, style="bold")
        for authorization in acts:
            told.append(f"\n{_act(authorization, italian, euro)}", style="not bold")
        table.add_row(story.number, who, told)
    return table


def _act(authorization: Authorization, italian: bool, euro: _Euro) -> str:
    on = authorization.decided_at.strftime("%d/%m/%Y" if italian else "%Y-%m-%d")
    words = [on, authorization.service_code, euro(authorization.amount_minor)]
    status = _STATUS[authorization.status][0 if italian else 1]
    if authorization.captured_minor not in (0, authorization.amount_minor):
        status += f" {euro(authorization.captured_minor)}"
    words.append(status)
    if authorization.taxable_minor and authorization.decline_code is None:
        words.append(f"{'tassati' if italian else 'taxable'} {euro(authorization.taxable_minor)}")
    if authorization.decline_code is not None:
        words.append(f"({authorization.decline_code})")
        return " ".join(words) + f"\n  {authorization.sentence_it if italian else authorization.sentence_en}"
    return " ".join(words)


def _tell_rechecks(console: Console, found: Outcome, italian: bool, euro: _Euro) -> None:
    corrections = [item.correction_minor for item in found.rechecks]
    less = euro(-sum(minor for minor in corrections if minor < 0))
    more = euro(sum(minor for minor in corrections if minor > 0))
    if italian:
        console.print(
            f"Decisioni del 2025 (E1) che con le regole note oggi sarebbero diverse: {len(corrections)}; "
            f"imponibile da togliere in busta paga {less}, da aggiungere {more}."
        )
    else:
        console.print(
            f"Decisions of 2025 (E1) that would differ under the rules known today: {len(corrections)}; "
            f"taxable income for payroll to take away {less}, to add {more}."
        )


def _tell_proof(console: Console, found: Outcome, written: Written, italian: bool) -> None:
    for code, differences in found.differences.items():
        if differences:
            console.print(f"{code}: {len(differences)} {'differenze' if italian else 'differences'}", style="bold red")
            for difference in differences[:10]:
                console.print(f"  {difference}")
    books, sealed = len(found.differences), sum(found.sealed.values())
    files, statements, agree = len(written.files), len(written.statements), written.reconciled
    if italian:
        verdict = "nessuna differenza" if found.sound else "CI SONO DIFFERENZE"
        console.print(f"Verifica di {books} libri: {verdict}; {sealed} scritture sigillate.")
        console.print(f"Rendiconti: {agree} su {statements} quadrano al centesimo; {files} file in {written.folder}.")
        console.print(
            f"Giornali da controllare con bean-check: {len(written.journals)} in {written.journals[0].parent}."
        )
    else:
        verdict = "no difference" if found.sound else "THERE ARE DIFFERENCES"
        console.print(f"Verification of {books} books: {verdict}; {sealed} entries sealed.")
        console.print(f"Statements: {agree} of {statements} reconcile to the cent; {files} files in {written.folder}.")
        console.print(f"Journals to check with bean-check: {len(written.journals)} in {written.journals[0].parent}.")
