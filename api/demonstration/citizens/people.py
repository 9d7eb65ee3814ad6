"""Who the citizens are; like everybody here they are made up, and the same at every run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from api.demonstration.people import tax_code
from plans.words import FunderKind

HOME = "cremona"
CREMONA = "D150"
# Numbers of their own: the employers' people keep theirs when a citizen comes or goes.
_FIRST_NUMBER = 5_001


@dataclass(frozen=True, slots=True)
class Body:
    """A funder that is no employer."""

    code: str
    name: str
    kind: FunderKind


MUNICIPALITY = Body("PUB", "Comune di Cremona (demo)", FunderKind.MUNICIPALITY)
PRIVATE = Body("PRV", "Cittadini di Cremona (demo)", FunderKind.PRIVATE)
BODIES = (MUNICIPALITY, PRIVATE)


@dataclass(frozen=True, slots=True)
class Citizen:
    """
    A citizen; `isee_minor` is what their attestation says, in minor units, None where they show none.

    `wants` is the entrusted service that somebody in the municipality's book asks for, in the book of private citizens
    the service of the catalogue that they buy; `quantity` how many units at a time.
    """

    tax_code: str
    first_name: str
    last_name: str
    birth_date: date
    wants: str
    quantity: int
    isee_minor: int | None = None


_Row = tuple[str, str, bool, date, str, int, int | None]
# First and last name, woman, birth, what they want, how many at a time, ISEE in cents.
_PUB: tuple[_Row, ...] = (
    ("Bruno", "Feraboli", False, date(1946, 3, 8), "PASTI", 1, 950_000),
    ("Ines", "Uggeri", True, date(1941, 7, 2), "PASTI", 6, 612_050),
    ("Alfredo", "Quaini", False, date(1939, 11, 20), "PASTI", 5, 1_180_000),
    ("Teresina", "Bodini", True, date(1944, 1, 17), "PASTI", 6, 1_199_900),
    ("Osvaldo", "Ghisolfi", False, date(1942, 5, 5), "PASTI", 4, 1_349_000),
    ("Pierina", "Zanoni", True, date(1938, 9, 28), "PASTI", 7, 1_540_025),
    ("Mario", "Nolli", False, date(1947, 2, 11), "PASTI", 3, 1_871_000),
    ("Bianca", "Priori", True, date(1945, 12, 24), "PASTI", 5, 1_990_000),
    ("Egidio", "Dalò", False, date(1940, 8, 14), "PASTI", 5, 2_260_000),
    ("Samira", "Carotti", True, date(1984, 4, 3), "SOSTEGNO", 1, 480_000),
    ("Elena", "Mazzolari", True, date(1979, 10, 9), "SOSTEGNO", 1, 735_000),
    ("Ivan", "Pedroni", False, date(1981, 6, 30), "SOSTEGNO", 1, 1_010_000),
    ("Cinzia", "Scolari", True, date(1975, 3, 22), "SOSTEGNO", 1, 1_175_000),
    ("Fabio", "Visioli", False, date(1988, 1, 5), "SOSTEGNO", 1, 1_420_000),
    ("Marina", "Maffezzoni", True, date(1982, 11, 13), "SOSTEGNO", 1, 1_765_000),
    ("Tobia", "Guarneri", False, date(1990, 9, 1), "SOSTEGNO", 1, 890_000),
    ("Cesira", "Soldi", True, date(1937, 4, 12), "ADI-COP", 1, None),
    ("Guido", "Cantù", False, date(1940, 2, 29), "ADI-COP", 1, None),
    ("Lidia", "Vacchelli", True, date(1943, 9, 16), "ADI-COP", 1, None),
    ("Amedeo", "Rizzi", False, date(1936, 12, 5), "ADI-COP", 1, None),
    ("Norma", "Tira", True, date(1941, 8, 23), "ADI-COP", 1, None),
    ("Piero", "Bonazzi", False, date(1939, 1, 31), "ADI-COP", 1, None),
    ("Ivana", "Ghidoni", True, date(1952, 5, 27), "TRASP", 1, None),
    ("Dino", "Visioli", False, date(1949, 10, 10), "TRASP", 1, None),
    ("Marta", "Scolari", True, date(1960, 3, 18), "TRASP", 1, None),
    ("Walter", "Zanoni", False, date(1955, 6, 4), "TRASP", 1, None),
    ("Ada", "Lodi", True, date(1947, 11, 22), "TRASP", 1, None),
)
_PRV: tuple[_Row, ...] = (
    ("Rosa", "Stradivari", True, date(1949, 5, 19), "PAS-CR", 1, None),
    ("Aldo", "Lodi", False, date(1943, 10, 2), "PAS-CR", 5, None),
    ("Graziella", "Galli", True, date(1947, 6, 7), "ADI-CR", 2, None),
    ("Renzo", "Bassi", False, date(1951, 2, 26), "ADI-CR", 3, None),
    ("Patrizia", "Ferrari", True, date(1968, 12, 12), "PUL-CR", 3, None),
    ("Ezio", "Telò", False, date(1972, 8, 21), "PSI-CR", 1, None),
)


def citizens() -> dict[str, tuple[Citizen, ...]]:
    """Return the citizens of each book, by its code."""
    numbers = iter(range(_FIRST_NUMBER, 10_000))
    return {
        MUNICIPALITY.code: tuple(_citizen(row, numbers) for row in _PUB),
        PRIVATE.code: tuple(_citizen(row, numbers) for row in _PRV),
    }


def _citizen(row: _Row, numbers: Iterator[int]) -> Citizen:
    first_name, last_name, woman, born, wants, quantity, isee_minor = row
    code = tax_code(next(numbers), born, CREMONA, woman=woman)
    return Citizen(code, first_name, last_name, born, wants, quantity, isee_minor)
