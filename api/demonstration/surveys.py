"""What people of the demonstration are asked about their needs: a survey that is over, and one that is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from sqlalchemy.orm import Session

from api.demonstration.people import Employer
from api.demonstration.scene import ACTOR, Answers, Scene, Step
from wallet.surveys import answering, building
from wallet.surveys.answering import Answer
from wallet.surveys.records import Audience, Question, Sheet
from wallet.surveys.words import Kind

_OFFICE, _PEOPLE = 0, 2
_SEED = 5


@dataclass(frozen=True, slots=True)
class _Asked:
    """A survey of an employer's people: when it opens and ends, how many answer it, and on which day."""

    label: str
    employer: int
    opens_on: date
    ends_on: date
    answered_on: date
    answers: int
    title: str
    introduction: str
    questions: tuple[Question, ...]


_SURVEYS = (
    _Asked(
        "autunno", 0, date(2026, 10, 5), date(2026, 10, 23), date(2026, 10, 12), 46,
        "Di che cosa c'è bisogno in casa?",
        "Cinque minuti, senza nome: serve a scegliere quali servizi portare nel 2027.",
        (
            Question(
                Kind.SEVERAL, "Che cosa ti servirebbe nei prossimi mesi?",
                needs=("anziani", "bambini", "salute", "casa"),
                choices=("Qualcuno con cui parlarne",),
            ),
            Question(Kind.SCALE, "Quanto ti pesa oggi la cura di qualcuno in casa? (1 poco, 5 molto)"),
            Question(
                Kind.ONE, "Quando ti servirebbe di più?",
                choices=("La mattina", "Il pomeriggio", "La sera e la notte", "Nel fine settimana"),
            ),
            Question(Kind.TEXT, "C'è qualcosa che non trovi nel catalogo?"),
        ),
    ),
    _Asked(
        "turni", 0, date(2026, 11, 16), date(2026, 12, 4), date(2026, 11, 18), 7,
        "I turni e la famiglia",
        "Due domande, senza nome.",
        (
            Question(Kind.SCALE, "Riesci a tenere insieme i turni e la famiglia? (1 no, 5 sì)"),
            Question(
                Kind.SEVERAL, "Che cosa aiuterebbe?",
                choices=("Un doposcuola fino alle 19", "Un centro estivo aperto in agosto", "Una navetta"),
            ),
        ),
    ),
)  # fmt: skip
# What some of them write; each is said by more than one so that nobody is known by it.
_WORDS = ("Un nido aperto il sabato", "Qualcuno per la notte", "Il trasporto per le visite")


def steps(employers: Sequence[Employer]) -> Iterator[Step]:
    """Return each survey's opening, and the day on which its people answer."""
    for asked in _SURVEYS:
        code = employers[asked.employer].code
        yield Step(asked.opens_on, _OFFICE, code, f"questionario {asked.label}", _Opening(employers, asked))
        yield Step(asked.answered_on, _PEOPLE, code, f"risposte {asked.label}", _Answering(employers, asked))


@dataclass(frozen=True, slots=True)
class _Opening:
    employers: Sequence[Employer]
    asked: _Asked

    def __call__(self, session: Session, scene: Scene) -> Answers:
        asked, book_id = self.asked, scene.books[self.employers[self.asked.employer].code]
        sheet = Sheet(asked.title, asked.introduction, Audience(book_id), asked.ends_on, asked.questions)
        made = building.draft(session, sheet, actor=ACTOR)
        building.open_now(session, made.survey_id, edition=made.edition)
        return {f"questionario {asked.label}": made.survey_id}


@dataclass(frozen=True, slots=True)
class _Answering:
    employers: Sequence[Employer]
    asked: _Asked

    def __call__(self, session: Session, scene: Scene) -> Answers:
        asked, employer = self.asked, self.employers[self.asked.employer]
        survey_id, chance = scene.authorizations[f"questionario {asked.label}"], Random(_SEED)  # noqa: S311
        # Who has a story is still to be asked.
        others = [worker for worker in employer.on_payroll(asked.answered_on) if not worker.story]
        for worker in chance.sample(others, asked.answers):
            person, book_id = scene.people[worker.tax_code], scene.books[employer.code]
            told = _told(asked.questions, chance)
            answering.answer(session, book_id, person, survey_id, told, edition=1)
        return {}


def _told(questions: Sequence[Question], chance: Random) -> Mapping[int, Answer]:
    told: dict[int, Answer] = {}
    for number, question in enumerate(questions, 1):
        if question.kind is Kind.TEXT:
            if chance.random() < 0.3:
                told[number] = Answer(text=chance.choice(_WORDS))
        elif question.kind is Kind.SEVERAL:
            told[number] = Answer(choices=tuple(chance.sample(range(question.size), chance.choice((1, 1, 2)))))
        else:
            told[number] = Answer(choices=(min(chance.randrange(question.size), chance.randrange(question.size)),))
    return told
