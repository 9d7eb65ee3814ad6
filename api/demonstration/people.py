"""
Who works for the three employers, with their relatives and what is declared of them; the same at every run.

Nobody here exists: every codice fiscale begins with Z and runs on a counter, with the right check character.
"""

from __future__ import annotations

import itertools
import string
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random

from api.demonstration.cast import CAST, Declared, Part
from plans import taxcodes
from plans.rulebook.words import Kinship
from plans.words import Fact

SEED = 2024
FIRST_YEAR, LAST_YEAR = 2024, 2026

_NAMES = tomllib.loads((Path(__file__).parent / "names.toml").read_text("utf-8"))
_WOMEN: Sequence[str] = _NAMES["women"]
_MEN: Sequence[str] = _NAMES["men"]
_SURNAMES: Mapping[str, Sequence[str]] = _NAMES["surnames"]
# Where parents live who stayed in the town they come from.
_FAR = {
    "E1": ("Matera", "Bari", "Napoli", "Trapani", "Chieti", "Forlì", "Biella", "Padova"),
    "E2": ("Torino", "Trapani", "Bari", "Biella", "Salerno", "Padova"),
    "E3": ("Salerno", "Bari", "Matera", "Trapani"),
}
_STUDENT_TOWNS = ("Milano", "Torino", "Padova")


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative as the employer's office writes them down; `place` tells one from another in a household."""

    place: int
    kinship: Kinship
    word: str
    first_name: str
    last_name: str
    tax_code: str
    birth_date: date
    comune: str
    facts: tuple[Declared, ...] = ()

    def age(self, on: date) -> int:
        """Return the completed years on a day."""
        return on.year - self.birth_date.year - ((on.month, on.day) < (self.birth_date.month, self.birth_date.day))


@dataclass(frozen=True, slots=True)
class Worker:
    """
    An employee with relatives and with what payroll declares of the fringe value received elsewhere.

    `fringe_elsewhere_minor` None means that nobody declared it; `story` names the part in a story, and keeps the
    worker out of the everyday purchases. `pdr_choice` is the share of the bonus turned into welfare, year by year.
    """

    tax_code: str
    first_name: str
    last_name: str
    birth_date: date
    hired_on: date
    cluster: str
    site: str
    employee_no: str
    relatives: tuple[Relative, ...] = ()
    fringe_elsewhere_minor: int | None = None
    left_on: date | None = None
    story: str = ""
    pdr_choice: Mapping[int, int] | None = None

    def employed(self, on: date) -> bool:
        """Return whether the worker is on the payroll on a day."""
        return self.hired_on <= on and (self.left_on is None or on <= self.left_on)

    def children_under(self, age: int, on: date) -> tuple[Relative, ...]:
        """Return the children who are younger than an age on a day, and born."""
        return tuple(
            relative
            for relative in self.relatives
            if relative.kinship is Kinship.CHILD and relative.birth_date <= on and relative.age(on) < age
        )


@dataclass(frozen=True, slots=True)
class Employer:
    """A funder of the demonstration with everybody who works for it in these years."""

    code: str
    name: str
    home_territory: str
    town: str
    vat_number: str
    workers: tuple[Worker, ...]

    def on_payroll(self, on: date) -> tuple[Worker, ...]:
        """Return who works there on a day."""
        return tuple(worker for worker in self.workers if worker.employed(on))


@dataclass(frozen=True, slots=True)
class _Form:
    """How an employer is made up: clusters in order, with how many people each."""

    code: str
    name: str
    home_territory: str
    town: str
    cadastral_code: str
    vat_body: str
    clusters: tuple[tuple[str, int], ...]

    def grown(self, times: int) -> _Form:
        return replace(self, clusters=tuple((cluster, size * times) for cluster, size in self.clusters))


_FORMS = (
    _Form(
        "E1",
        "Caseificio Po Grande srl",
        "cremona",
        "Cremona",
        "D150",
        "0123456019",
        (("operai", 52), ("impiegati", 26), ("quadri", 6)),
    ),
    _Form(
        "E2",
        "Officine Meccaniche Bernina spa",
        "sondrio",
        "Sondrio",
        "I829",
        "0234567014",
        (("turnisti", 96), ("giornalieri", 116)),
    ),
    _Form(
        "E3",
        "Cooperativa Logistica Partenope",
        "napoli",
        "Napoli",
        "F839",
        "0345678063",
        (("caregiver", 12), ("altri", 25)),
    ),
)


def employers(times: int = 1) -> tuple[Employer, ...]:
    """Return the three employers with their 333 people, or as many times that, always the same."""
    numbers = itertools.count(1)
    return tuple(_employer(form.grown(times), numbers) for form in _FORMS)


def tax_code(number: int, born: date, cadastral_code: str, *, woman: bool) -> str:
    """Return a valid and obviously fake codice fiscale: Z, a counter in consonants, the birth, the check character."""
    consonants = [letter for letter in string.ascii_uppercase if letter not in "AEIOU"]
    base = len(consonants)
    letters = "".join(consonants[number // base**place % base] for place in range(5))
    day = born.day + 40 if woman else born.day
    body = f"Z{letters}{born.year % 100:02d}{'ABCDEHLMPRST'[born.month - 1]}{day:02d}{cadastral_code}"
    return body + taxcodes.check_character(body)


def _employer(form: _Form, numbers: Iterator[int]) -> Employer:
    random = Random(f"{SEED}:{form.code}")  # noqa: S311 - a demonstration must be the same every time
    cast = iter(CAST[form.code])
    workers: list[Worker] = []
    for cluster, size in form.clusters:
        for place in range(size):
            workers.append(_worker(form, cluster, place, len(workers) + 1, random, numbers))
    for part in cast:
        at = next(i for i, w in enumerate(workers) if w.cluster == part.cluster and not w.story and w.left_on is None)
        workers[at] = _play(form, workers[at], part, numbers)
    if form.code == "E2":
        workers = _give_cars(workers)
    vat_number = form.vat_body + taxcodes.check_digit(form.vat_body + "0")
    return Employer(form.code, form.name, form.home_territory, form.town, vat_number, tuple(workers))


def _worker(form: _Form, cluster: str, place: int, number: int, random: Random, numbers: Iterator[int]) -> Worker:
    woman = random.random() < (0.35 if form.code == "E2" else 0.48)
    born = date(random.randint(1964, 1998), random.randint(1, 12), random.randint(1, 28))
    surname = random.choice(_SURNAMES[form.code])
    hired = date(random.randint(2008, 2023), random.randint(1, 12), 1)
    if place % 17 == 16:  # a few are hired while we look
        hired = date(random.choice((2024, 2025)), random.choice((3, 5, 9)), 1)
    site = form.town if form.code != "E2" or number % 4 else "Rho"
    worker = Worker(
        tax_code=tax_code(next(numbers), born, form.cadastral_code, woman=woman),
        first_name=random.choice(_WOMEN if woman else _MEN),
        last_name=surname,
        birth_date=born,
        hired_on=hired,
        cluster=cluster,
        site=site,
        employee_no=f"{number:06d}",
        fringe_elsewhere_minor=0 if random.random() < 0.7 else None,
        pdr_choice={year: random.choice((0, 50, 50, 100)) for year in range(FIRST_YEAR, LAST_YEAR + 1)},
    )
    left_on = date(2026, 6, 30) if (form.code, cluster, place) == ("E3", "altri", 7) else None
    return replace(worker, relatives=_relatives(form, worker, random, numbers), left_on=left_on)


def _relatives(form: _Form, worker: Worker, random: Random, numbers: Iterator[int]) -> tuple[Relative, ...]:
    found: list[Relative] = []

    def add(kinship: Kinship, word: str, woman: bool, born: date, comune: str, surname: str, *facts: Declared) -> None:
        found.append(
            Relative(
                place=len(found),
                kinship=kinship,
                word=word,
                first_name=random.choice(_WOMEN if woman else _MEN),
                last_name=surname,
                tax_code=tax_code(next(numbers), born, form.cadastral_code, woman=woman),
                birth_date=born,
                comune=comune,
                facts=facts,
            )
        )

    home = worker.site
    if worker.birth_date.year > 1968 and random.random() < 0.55:
        for _ in range(random.choice((1, 1, 2))):
            born = date(random.randint(max(worker.birth_date.year + 24, 2004), 2022), random.randint(1, 12), 15)
            woman = random.random() < 0.5
            student = born.year <= 2006
            town = random.choice(_STUDENT_TOWNS) if student else home
            add(Kinship.CHILD, "figlia" if woman else "figlio", woman, born, town, worker.last_name)
    if random.random() < 0.5:
        born = date(worker.birth_date.year - random.randint(24, 32), random.randint(1, 12), 10)
        far = random.random() < 0.45
        comune = random.choice(_FAR[form.code]) if far else home
        facts = _about_a_parent(born, far, random)
        add(Kinship.PARENT, "madre", True, born, comune, random.choice(_SURNAMES[form.code]), *facts)
    if random.random() < 0.3:
        born = date(worker.birth_date.year + random.randint(-4, 4), random.randint(1, 12), 20)
        woman = worker.birth_date.day % 2 == 0
        add(Kinship.SPOUSE, "moglie" if woman else "marito", woman, born, home, random.choice(_SURNAMES[form.code]))
    return tuple(found)


def _about_a_parent(born: date, far: bool, random: Random) -> tuple[Declared, ...]:
    """Say what is declared of a parent: living together at home, maintenance or nothing when far away."""
    facts: list[Declared] = []
    if not far:
        if random.random() < 0.7:
            facts.append(Declared(Fact.COHABITATION, FIRST_YEAR, since=date(2020, 1, 1)))
    elif random.random() < 0.5:
        facts += [Declared(Fact.MAINTENANCE, year) for year in (2025, 2026)]
    if born.year > 1950 and random.random() < 0.4:
        facts.append(Declared(Fact.NOT_SELF_SUFFICIENT, FIRST_YEAR, since=date(2024, 1, 1), until=date(2027, 12, 31)))
    return tuple(facts)


def _play(form: _Form, worker: Worker, part: Part, numbers: Iterator[int]) -> Worker:
    relatives = tuple(
        Relative(
            place=place,
            kinship=kin.kinship,
            word=kin.word,
            first_name=kin.first_name,
            last_name=kin.last_name,
            tax_code=tax_code(next(numbers), kin.born, form.cadastral_code, woman=kin.word[-1] in "ae"),
            birth_date=kin.born,
            comune=kin.comune,
            facts=kin.facts,
        )
        for place, kin in enumerate(part.kin)
    )
    return replace(
        worker,
        tax_code=tax_code(next(numbers), part.born, form.cadastral_code, woman=part.woman),
        first_name=part.first_name,
        last_name=part.last_name,
        birth_date=part.born,
        hired_on=date(2015, 3, 1),
        site=part.site,
        relatives=relatives,
        fringe_elsewhere_minor=part.fringe_elsewhere_minor,
        story=part.story,
        pdr_choice={2024: 0, 2025: 0, 2026: 0},
    )


def _give_cars(workers: list[Worker]) -> list[Worker]:
    """Nine people have a company car whose conventional value, 480 euro a year, payroll declares; Luca is one."""
    given = sum(1 for worker in workers if worker.fringe_elsewhere_minor == 48_000)
    for place, worker in enumerate(workers):
        if given == 9:
            break
        if not worker.story and worker.cluster == "giornalieri" and place % 3 == 0:
            workers[place] = replace(worker, fringe_elsewhere_minor=48_000)
            given += 1
    return workers
