"""What a SIUSS flow says, as values; amounts in cents. Dates, codes and names are as the register asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

NAMESPACE = "http://inps.it/Casellario"


@dataclass(frozen=True, slots=True)
class Body:
    """The municipality that sends the flow."""

    code: str
    name: str
    cadastral_code: str
    operator_code: str


@dataclass(frozen=True, slots=True)
class Record:
    """One beneficiary and one benefit in one month. What the register needs and nobody wrote down is None."""

    protocol: str
    tax_code: str
    last_name: str
    first_name: str
    birth_year: int | None
    birth_place: str
    gender: int
    citizenship: str | None
    region_code: str | None
    residence_istat: str | None
    means_test: int
    dsu_protocol: str | None
    dsu_on: date | None
    threshold_minor: int | None
    benefit_code: str
    benefit_name: str
    starts_on: date
    ends_on: date
    municipal_minor: int
    citizen_minor: int
    taken_in_charge: bool
    user_area: int | None
    needs_sina: bool

    @property
    def total_minor(self) -> int:
        """The benefit of the month: the municipality's part and the citizen's."""
        return self.municipal_minor + self.citizen_minor


@dataclass(frozen=True, slots=True)
class Problem:
    """
    What is wrong with one application's record, or what to know about it.

    `blocks` when nothing may be sent before it is mended; `by_hand` when no file can carry the record, which is left
    out and has to be told to the register in another way.
    """

    protocol: str
    it: str
    en: str
    blocks: bool = True
    by_hand: bool = False

    def text(self, language: str) -> str:
        """Return the problem with the application it concerns."""
        return f"{self.protocol}: {self.it if language == 'it' else self.en}"


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow with what was found in it and beside it; it is written only when nothing blocks it."""

    flow_id: str
    month: date
    benefit_code: str
    body: Body
    records: tuple[Record, ...]
    problems: tuple[Problem, ...]

    @property
    def blocked(self) -> tuple[Problem, ...]:
        """What stops it."""
        return tuple(problem for problem in self.problems if problem.blocks)
