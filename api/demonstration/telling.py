"""What came of the demonstration, told in tables that a person understands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.demonstration.papers.writing import Written
from api.demonstration.people import Employer
from api.demonstration.summary import LAST_MONTH, Outcome
from config.money import local_minor
from config.plurals import Counted
from wallet import chart
from wallet.authorizations import Authorization
from wallet.reimbursements import checklist
from wallet.reimbursements.words import State

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
    "brought": ("Portato da altra piattaforma", "Brought from elsewhere"),
    "used": ("Usato", "Used"),
    "expired": ("Scaduto", "Expired"),
    "residual": ("Residuo", "Left"),
    "held": ("di cui vincolato", "of which held"),
}


_ANSWERS = {
    State.PAID: ("pagati in busta", "paid by payroll"),
    State.APPROVED: ("da pagare", "to be paid"),
    State.SUBMITTED: ("da esaminare", "to be reviewed"),
    State.NEEDS_FIX: ("da correggere", "to be mended"),
    State.REJECTED: ("respinti", "rejected"),
    State.WITHDRAWN: ("ritirati", "withdrawn"),
}
# How many purchases of one person a story shows.
_SHOWN = 3


def tell(console: Console, found: Outcome, employers: Sequence[Employer], written: Written, language: str) -> None:
    """Print the tables."""
    italian = language == "it"

    def euro(amount_minor: int) -> str:
        return local_minor(amount_minor, language)

    console.print(_employers_table(found, employers, italian, euro))
    console.print(_purchases_table(found, employers, italian))
    console.print(_rest_table(found, italian, euro))
    console.print(_clearing_table(found, italian, euro))
    console.print(_stories_table(found, italian, euro))
    _tell_rechecks(console, found, italian, euro)
    _tell_proof(console, found, written, italian)


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
    for key, named in _FIGURES.items():
        amounts = [euro(found.money[employer.code][key]) for employer in employers]
        table.add_row(named[0 if italian else 1], *amounts)
    return table


def _purchases_table(found: Outcome, employers: Sequence[Employer], italian: bool) -> Table:
    title = f"Gli acquisti: {found.purchases}" if italian else f"The purchases: {found.purchases}"
    table = _table(title, "", *(_short_name(employer) for employer in employers))
    for status, named in _STATUS.items():
        counts = [str(found.statuses[employer.code][status]) for employer in employers]
        table.add_row(named[0 if italian else 1].capitalize(), *counts)
    return table


def _short_name(employer: Employer) -> str:
    return f"{employer.code} {employer.name.split()[0]}"


def _rest_table(found: Outcome, italian: bool, euro: _Euro) -> Table:
    """Tell of providers, reimbursements and citizens, one line each."""
    table = Table(title="E poi" if italian else "And besides", title_justify="left", title_style="bold")
    table.box, table.show_header, table.pad_edge = box.SIMPLE_HEAD, False, False
    for _ in range(2):
        table.add_column(overflow="fold")
    paid, given = found.providers, found.reimbursements
    states = ", ".join(
        f"{given[state][0]} {named[0 if italian else 1]}" for state, named in _ANSWERS.items() if state in given
    )
    back = euro(sum(approved_minor for _, approved_minor in given.values()))
    (bought, delivered_minor), (own, own_minor) = found.citizens.values()
    if italian:
        table.add_row(
            "Fornitori",
            f"{paid.transfers} bonifici per {euro(paid.paid_minor)}; {paid.returned} tornato indietro e ripagato; "
            f"{paid.disputes} contestazioni, {paid.open_disputes} aperta",
        )
        table.add_row("Rimborsi", f"{states}; riconosciuti {back}")
        table.add_row(
            "Comune", f"{found.admitted} domande accolte; {bought} acquisti con i buoni, {euro(delivered_minor)}"
        )
        table.add_row("Cittadini", f"{own} acquisti con denaro proprio, {euro(own_minor)}")
    else:
        table.add_row(
            "Providers",
            f"{paid.transfers} transfers of {euro(paid.paid_minor)}; {paid.returned} came back and was paid again; "
            f"{paid.disputes} disputes, {paid.open_disputes} open",
        )
        table.add_row("Reimbursements", f"{states}; {back} acknowledged")
        table.add_row(
            "Municipality",
            f"{found.admitted} applications admitted; {bought} purchases by voucher, {euro(delivered_minor)}",
        )
        table.add_row("Citizens", f"{own} purchases with their own money, {euro(own_minor)}")
    return table


def _clearing_table(found: Outcome, italian: bool, euro: _Euro) -> Table:
    """Tell the positions of the last closed month, but for those who are even."""
    on = LAST_MONTH
    title = f"Compensazione tra territori, {on:%m/%Y}" if italian else f"Clearing between territories, {on:%Y-%m}"
    heads = ("Territorio", "Riceve (+) o deve (-)") if italian else ("Territory", "Receives (+) or owes (-)")
    table = _table(title, *heads)
    for territory, position in found.clearing.items():
        if position:
            named = territory if territory != chart.NETWORK or not italian else "la rete"
            table.add_row(named, euro(position))
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
        for authorization in acts[:_SHOWN]:
            told.append(f"\n{_act(authorization, italian, euro)}", style="not bold")
        if (more := len(acts) - _SHOWN) > 0:
            count = Counted(more, "it" if italian else "en")
            rest = "e {n:altro acquisto|altri acquisti}" if italian else "and {n:more purchase|more purchases}"
            told.append("\n" + rest.format(n=count), style="not bold")
        table.add_row(story.number, who, told)
    return table


def _what(authorization: Authorization, italian: bool) -> str:
    """Return the service's code; an expense that was asked back in words."""
    expense = checklist.expenses().get(authorization.service_code)
    if expense is None:
        return authorization.service_code
    return f"{'rimborso' if italian else 'reimbursement'} ({expense.name('it' if italian else 'en')})"


def _act(authorization: Authorization, italian: bool, euro: _Euro) -> str:
    on = authorization.decided_at.strftime("%d/%m/%Y" if italian else "%Y-%m-%d")
    said = [on, _what(authorization, italian), euro(authorization.amount_minor)]
    status = _STATUS[authorization.status][0 if italian else 1]
    if authorization.captured_minor not in (0, authorization.amount_minor):
        status += f" {euro(authorization.captured_minor)}"
    said.append(status)
    if authorization.taxable_minor and authorization.decline_code is None:
        said.append(f"{'tassati' if italian else 'taxable'} {euro(authorization.taxable_minor)}")
    if authorization.decline_code is not None:
        said.append(f"({authorization.decline_code})")
        # What can be done about it the worker is told; here the reason is enough.
        sentence = (authorization.sentence_it if italian else authorization.sentence_en) or ""
        return " ".join(said) + f"\n  {sentence.split('. ')[0].rstrip('.')}."
    return " ".join(said)


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
    (agree, proofs), index = written.proved, written.index
    if italian:
        verdict = "nessuna differenza" if found.sound else "CI SONO DIFFERENZE"
        console.print(f"Verifica di {books} libri: {verdict}; {sealed} scritture sigillate.")
        console.print(f"Documenti: {agree} su {proofs} quadrano al centesimo; {written.files} file per nove lettori.")
        console.print(f"Da qui si comincia: {index}")
    else:
        verdict = "no difference" if found.sound else "THERE ARE DIFFERENCES"
        console.print(f"Verification of {books} books: {verdict}; {sealed} entries sealed.")
        console.print(f"Documents: {agree} of {proofs} reconcile to the cent; {written.files} files for nine readers.")
        console.print(f"Begin here: {index}")
