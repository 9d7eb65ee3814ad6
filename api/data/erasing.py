"""Erasing all that is kept of a person and that no law keeps: in the books, at the doors, in the folders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.data import copies, sign_ins
from config import clock, database
from network import unmet
from plans import people
from wallet.reimbursements import documents
from wallet.retention import erasure, law
from wallet.retention.erasure import Erasure, Item
from wallet.retention.law import Kind


def preview(session: Session, book_id: int, employee_id: str) -> tuple[Item, ...]:
    """
    Say what an erasure would take today, and of the rest which law keeps it and until when; outside every fence.

    Errors: EmployeeNotFound.
    """
    beside = {Kind.CONTACT: sign_ins.count(session, book_id, employee_id)}
    return erasure.report(session, book_id, employee_id, on=clock.today(), beside=beside)


def erase(book_id: int, employee_id: str, *, actor: str, reason: str) -> Erasure | None:
    """
    Erase what nothing keeps of a person today, and return the record; None where there was nothing. Again is harmless.

    Errors: HoldReasonNeeded, EmployeeNotFound.
    """

    def work(session: Session) -> Erasure | None:
        beside = {Kind.CONTACT: sign_ins.count(session, book_id, employee_id)}
        address = people.employee(session, book_id, employee_id).email
        done = erasure.erase(session, book_id, employee_id, on=clock.today(), actor=actor, reason=reason, beside=beside)
        if done is not None and done.took(Kind.CONTACT):
            sign_ins.forget(session, book_id, employee_id, address=address)
        elif done is not None and done.took(Kind.REQUESTS):
            sign_ins.forget_answers(session, book_id, employee_id)
        return done

    done = database.transact(work)
    if done is not None:
        copies.remove_of(employee_id)
        remove_files()
    return done


def erase_past(session: Session, book_id: int) -> Mapping[str, int]:
    """Erase what is past its retention in a book, by tax period; return of how many people something went."""
    done = erasure.erase_past(session, book_id, on=clock.today(), actor="job", reason="termine di conservazione")
    for one in done:
        if one.took(Kind.IDENTITY):
            sign_ins.forget(session, book_id, one.employee_id)
    return {"people": len({one.employee_id for one in done})}


def forget_searches(session: Session) -> int:
    """Delete the counts of searches that are past their term, and return how many went."""
    years = law.load()[Kind.SEARCHES].terms[0].years or 0
    return unmet.forget(session, date(clock.today().year - years, 1, 1))


def remove_files() -> int:
    """Remove the files of documents that were erased, and return how many went."""
    return database.transact(lambda session: erasure.remove_files(session, documents.store()))


def plain(items: tuple[Item, ...]) -> list[dict[str, Any]]:
    """Return a report ready for JSON."""
    return [erasure.plain(item) for item in items]
