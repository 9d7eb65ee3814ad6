"""Finding the person that somebody means: by id, codice fiscale, name or kinship."""

from __future__ import annotations

from sqlalchemy.orm import Session

from plans import people, people_file, taxcodes
from plans.errors import EmployeeNotFound, KinshipUnknown, RelativeAmbiguous, RelativeNotFound
from plans.people import EmployeeCard, RelativeCard


def employee(session: Session, book_id: int, asked: str) -> EmployeeCard:
    """
    Return the employee with this id (`emp_...`) or codice fiscale.

    Errors: a refusal of `taxcodes.check` for a code that nobody has and nobody can have, EmployeeNotFound.
    """
    if asked.startswith("emp_"):
        return people.employee(session, book_id, asked)
    code = "".join(asked.split()).upper()
    try:
        return people.find(session, book_id, code)
    except EmployeeNotFound:
        taxcodes.check(code)
        raise


def relative(session: Session, book_id: int, employee_id: str, asked: str) -> RelativeCard:
    """
    Return the relative of an employee with this id (`rel_...`), codice fiscale, name, or kinship if it is the only one.

    Errors: RelativeAmbiguous, RelativeNotFound.
    """
    known = people.relatives(session, book_id, employee_id)
    wanted = " ".join(asked.split()).casefold()
    exact = [card for card in known if asked == card.relative_id or wanted.upper() == card.tax_code]
    named = [card for card in known if wanted in _names(card)]
    try:
        kinship = people_file.kinship(asked)
    except KinshipUnknown:
        kinship = None
    found = exact or named or [card for card in known if card.kinship is kinship]
    if len(found) > 1:
        raise RelativeAmbiguous(relative=asked)
    if not found:
        raise RelativeNotFound(relative=asked)
    return found[0]


def _names(card: RelativeCard) -> tuple[str, ...]:
    first, last = card.first_name.casefold(), card.last_name.casefold()
    return first, f"{first} {last}", f"{last} {first}"
