"""The people of the stories, acted out on fixed days with the same verbs that everybody uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from api.demonstration.people import Employer, Worker
from api.demonstration.scene import ACTOR, Answers, Scene, Step
from config import clock
from config.money import from_minor
from plans import facts, people
from plans.rulebook.words import Channel
from plans.words import Fact
from wallet import authorizations, captures
from wallet.position import hand_over
from wallet.purchases import Purchase

_RANK = 4


@dataclass(frozen=True, slots=True)
class Story:
    """A story as the summary tells it: whose it is, and in one sentence what it shows."""

    name: str
    number: str
    it: str
    en: str


STORIES = (
    Story(
        "giulia",
        "1",
        "Doposcuola della figlia, tre mesi da 130 €, addebitati in parti",
        "The daughter's after-school care, three months of 130 €, captured in parts",
    ),
    Story(
        "marco",
        "2",
        "La madre sola a Matera: esente nel 2024, dal 2025 solo con il mantenimento dichiarato",
        "The mother alone in Matera: exempt in 2024, from 2025 only with declared maintenance",
    ),
    Story(
        "teresa",
        "2b",
        "La sorella convivente: tassata nel giugno 2025, esente secondo il decreto di dicembre",
        "The sister at home: taxed in June 2025, exempt under the decree of December",
    ),
    Story(
        "sara",
        "3",
        "L'abbonamento del marito non a carico è rifiutato, il proprio no",
        "The pass of a husband who is not dependent is declined, her own is not",
    ),
    Story(
        "luca",
        "4",
        "Auto 480 € + buoni 500 €; altri 25 € superano 1.000 €: rifiutati, poi tassati con il consenso",
        "Car 480 € + vouchers 500 €; 25 € more cross 1,000 €: declined, then taxed with consent",
    ),
    Story(
        "anna",
        "5",
        "Lo psicologo del figlio studente a Milano, pagato da Napoli",
        "The psychologist of the son who studies in Milan, paid from Naples",
    ),
    Story(
        "pietro",
        "6",
        "Il centro estivo rimborsato: fattura intestata alla moglie, corretta, approvata, pagata in busta",
        "The summer centre given back: an invoice in his wife's name, mended, approved, paid by payroll",
    ),
    Story(
        "serena",
        "6",
        "Due rimborsi della scuola: uno approvato in parte, uno ancora da esaminare",
        "Two reimbursements of school fees: one approved in part, one still to be reviewed",
    ),
    Story(
        "nadia",
        "7",
        "Due crediti: prima quello che scade prima; il rimborso tardivo riapre il credito scaduto",
        "Two lots: the earlier expiry first; a late refund reopens the expired one",
    ),
    Story(
        "ivan",
        "8",
        "Lascia il 15 ottobre: 60 giorni per usare il credito",
        "Leaves on 15 October: 60 days to use the credit",
    ),
    Story(
        "noemi",
        "12/1",
        "Buoni consegnati l'8 gennaio 2026 e riferiti al 2025: contano in quell'anno",
        "Vouchers handed over on 8 January 2026 that refer to 2025: they count in that year",
    ),
    Story(
        "pia",
        "9",
        "Il fornitore sospeso: l'ordine in attesa è annullato, uno nuovo è rifiutato",
        "The suspended provider: the pending order is voided, a new one declined",
    ),
    Story(
        "dario",
        "12",
        "Doppio clic su «Conferma»: una sola autorizzazione",
        "A double click on 'Confirm': one authorization",
    ),
    Story(
        "carmela",
        "13",
        "Dieci sedute da 350 €: quattro addebitate, il resto annullato",
        "Ten sessions for 350 €: four captured, the rest voided",
    ),
    Story(
        "bruno",
        "14",
        "Pasti a domicilio: il Comune paga quattro quinti con il buono, lui un quinto con la carta",
        "Meals at home: the municipality pays four fifths by voucher, he one fifth by card",
    ),
    Story(
        "rosa",
        "14",
        "Gli stessi pasti, pagati con la propria carta al prezzo della rete",
        "The same meals, paid with her own card at the network's price",
    ),
)


def steps(employers: Sequence[Employer]) -> Iterator[Step]:
    """Return every act of every story."""
    cast = {worker.story: (employer.code, worker) for employer in employers for worker in employer.workers}
    for name, acts in _SCRIPTS.items():
        book, worker = cast[name]
        for number, (on, act) in enumerate(acts, 1):
            yield Step(on, _RANK, book, f"storia {name} {number}", _played(act, name, book, worker))


class _Stage:
    """One act being played: the verbs with the person, the book and the labels of the story filled in."""

    def __init__(self, session: Session, scene: Scene, name: str, book: str, worker: Worker) -> None:
        self.session, self.scene, self.name, self.worker = session, scene, name, worker
        self.book_id = scene.books[book]
        self.employee = scene.people[worker.tax_code]
        self.made: Answers = {}

    @property
    def relative(self) -> str:
        return self.scene.people[self.worker.relatives[0].tax_code]

    def buy(
        self,
        label: str,
        service: str,
        quantity: int = 1,
        *,
        relative: bool = False,
        channel: Channel | None = None,
        service_on: date | None = None,
        consent: bool = False,
        key: str | None = None,
    ) -> None:
        purchase = Purchase(
            employee_id=self.employee,
            service_code=service,
            relative_id=self.relative if relative else None,
            quantity=quantity,
            service_on=service_on,
            channel=channel,
            consent=consent,
        )
        made = authorizations.authorize(self.session, self.book_id, purchase, actor=ACTOR, key=key)
        self.made[f"{self.name} {label}"] = made.authorization_id

    def authorization(self, label: str) -> str:
        label = f"{self.name} {label}"
        return self.made.get(label) or self.scene.authorizations[label]

    def capture(self, label: str, amount_minor: int | None = None, *, final: bool | None = None) -> None:
        amount = None if amount_minor is None else from_minor(amount_minor)
        captures.capture(self.session, self.book_id, self.authorization(label), amount, final=final, actor=ACTOR)

    def void(self, label: str) -> None:
        captures.void(self.session, self.book_id, self.authorization(label), actor=ACTOR)

    def refund(self, label: str, amount_minor: int) -> None:
        authorization = self.authorization(label)
        captures.refund(
            self.session, self.book_id, authorization, from_minor(amount_minor), actor=ACTOR, reason="corso annullato"
        )

    def declare_maintenance(self, year: int) -> None:
        facts.declare(
            self.session,
            self.book_id,
            self.relative,
            Fact.MAINTENANCE,
            year=year,
            declared_on=clock.today(),
            recorded_at=clock.now(),
        )

    def leave(self, on: date) -> None:
        people.leave(self.session, self.book_id, self.employee, on=on)

    def refer_to_the_year_before(self, label: str, document: str, dated: date) -> None:
        authorization = self.authorization(label)
        hand_over.attribute(
            self.session, self.book_id, authorization, document_ref=document, document_on=dated, actor=ACTOR
        )

    def suspend(self, provider: str) -> None:
        captures.void_of_provider(self.session, provider, actor=ACTOR)


def _played(act: _Act, name: str, book: str, worker: Worker) -> _Work:
    def work(session: Session, scene: Scene) -> Mapping[str, str]:
        stage = _Stage(session, scene, name, book, worker)
        act(stage)
        return stage.made

    return work


_Work = Callable[[Session, Scene], Mapping[str, str]]
_Act = Callable[[_Stage], None]


def _double_click(stage: _Stage) -> None:
    stage.buy("carnet", "TEA-CR", key="conferma-1")
    stage.buy("carnet", "TEA-CR", key="conferma-1")


_SCRIPTS: Mapping[str, tuple[tuple[date, _Act], ...]] = {
    "giulia": (
        (date(2026, 9, 1), lambda s: s.buy("settembre", "DOP-CR", relative=True, service_on=date(2026, 9, 30))),
        (date(2026, 9, 15), lambda s: s.capture("settembre", 6_500)),
        (date(2026, 9, 30), lambda s: s.capture("settembre", 6_500)),
        (date(2026, 10, 1), lambda s: s.buy("ottobre", "DOP-CR", relative=True, service_on=date(2026, 10, 31))),
        (date(2026, 10, 15), lambda s: s.capture("ottobre", 6_500)),
        (date(2026, 10, 31), lambda s: s.capture("ottobre", 6_500)),
        (date(2026, 11, 2), lambda s: s.buy("novembre", "DOP-CR", relative=True, service_on=date(2026, 11, 30))),
        (date(2026, 11, 16), lambda s: s.capture("novembre", 6_500)),
    ),
    "marco": (
        (date(2024, 6, 10), lambda s: s.buy("2024", "ADI-MT", 10, relative=True, service_on=date(2024, 6, 20))),
        (date(2024, 6, 20), lambda s: s.capture("2024")),
        (date(2026, 3, 2), lambda s: s.buy("prima", "ADI-MT", 10, relative=True, service_on=date(2026, 3, 12))),
        (date(2026, 3, 20), lambda s: s.declare_maintenance(2026)),
        (date(2026, 3, 23), lambda s: s.buy("dopo", "ADI-MT", 10, relative=True, service_on=date(2026, 3, 31))),
        (date(2026, 3, 31), lambda s: s.capture("dopo")),
    ),
    "teresa": (
        (
            date(2025, 6, 10),
            lambda s: s.buy("sorella", "ADI-CR", 10, relative=True, service_on=date(2025, 6, 27), consent=True),
        ),
        (date(2025, 6, 27), lambda s: s.capture("sorella")),
    ),
    "sara": (
        (date(2026, 5, 11), lambda s: s.buy("marito", "TPL-TO", relative=True)),
        (date(2026, 5, 12), lambda s: s.buy("proprio", "TPL-TO")),
        (date(2026, 5, 14), lambda s: s.capture("proprio")),
    ),
    "luca": (
        (date(2026, 10, 5), lambda s: s.buy("buoni", "BUO-RH", 20)),
        (date(2026, 10, 7), lambda s: s.capture("buoni")),
        (date(2026, 11, 9), lambda s: s.buy("oltre", "BUO-RH")),
        (date(2026, 11, 10), lambda s: s.buy("con consenso", "BUO-RH", consent=True)),
        (date(2026, 11, 12), lambda s: s.capture("con consenso")),
    ),
    "anna": (
        (date(2026, 4, 10), lambda s: s.buy("aprile", "PSI-MI", relative=True)),
        (date(2026, 4, 15), lambda s: s.capture("aprile")),
        (date(2026, 5, 8), lambda s: s.buy("maggio", "PSI-MI", relative=True)),
        (date(2026, 5, 13), lambda s: s.capture("maggio")),
    ),
    "nadia": (
        (date(2025, 11, 10), lambda s: s.buy("corso", "LIN-MI")),
        (date(2025, 11, 12), lambda s: s.capture("corso")),
        (date(2026, 1, 15), lambda s: s.refund("corso", 36_000)),
        (date(2026, 1, 20), lambda s: s.buy("secondo corso", "LIN-MI")),
        (date(2026, 1, 22), lambda s: s.capture("secondo corso")),
    ),
    "ivan": (
        (date(2026, 10, 1), lambda s: s.leave(date(2026, 10, 15))),
        (date(2026, 11, 5), lambda s: s.buy("buoni", "BUO-RH", 4)),
        (date(2026, 11, 6), lambda s: s.capture("buoni")),
    ),
    "noemi": (
        (date(2026, 1, 8), lambda s: s.buy("buoni", "BUO-RH", 4)),
        (
            date(2026, 1, 9),
            lambda s: s.refer_to_the_year_before("buoni", "Delibera welfare 18/2025", date(2025, 12, 18)),
        ),
        (date(2026, 1, 10), lambda s: s.capture("buoni")),
    ),
    "pia": (
        (date(2026, 10, 12), lambda s: s.buy("nuoto", "NUO-FC", relative=True, service_on=date(2026, 10, 31))),
        (date(2026, 10, 15), lambda s: s.suspend("P15")),
        (date(2026, 10, 16), lambda s: s.buy("ginnastica", "GDO-FC")),
    ),
    "dario": (
        (date(2026, 6, 4), _double_click),
        (date(2026, 6, 8), lambda s: s.capture("carnet")),
    ),
    "carmela": (
        (date(2026, 9, 7), lambda s: s.buy("sedute", "FIS-NA", service_on=date(2026, 11, 9))),
        (date(2026, 9, 14), lambda s: s.capture("sedute", 3_500)),
        (date(2026, 9, 21), lambda s: s.capture("sedute", 3_500)),
        (date(2026, 9, 28), lambda s: s.capture("sedute", 3_500)),
        (date(2026, 10, 5), lambda s: s.capture("sedute", 3_500)),
        (date(2026, 10, 12), lambda s: s.void("sedute")),
    ),
}
