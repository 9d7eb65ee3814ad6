"""What each job does, by the verbs of the core; every one of them may be done twice and at any time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeAlias

from sqlalchemy.orm import Session

from api import tasks, v1
from api.access import sweeping
from api.data import copies, erasing
from api.events import delivery, mail
from api.exports import files
from api.jobs import runs
from api.jobs.errors import BooksDiffer, JobInPart
from api.tasks import inputs, problems
from config import clock, database
from ledger import idempotency, seals
from plans import funders
from wallet import authorizations, delivery_places, expiry, reminders, verification
from wallet.redemptions import entering
from wallet.reimbursements import documents, orphans
from wallet.surveys import keeping

ACTOR = "job"
# Of each book so many differences are kept; the command names them all.
_AT_MOST = 100

Tally: TypeAlias = Counter[str]
"""What a run did, counted under names; kept as its summary, also of a run that fails half way."""


def end_holds(tally: Tally) -> None:
    """Free what holds reserve whose time is over."""
    each_book(tally, lambda session, book_id: {"holds": authorizations.settle(session, book_id, None)})


def expire(tally: Tally) -> None:
    """End holds, unmended reimbursements and unspent credit whose time is over, in every book."""

    def work(session: Session, book_id: int) -> Mapping[str, int]:
        done = expiry.expire(session, book_id, on=clock.today(), actor=ACTOR)
        return {"holds": done.holds, "reimbursements": done.reimbursements, "lots": done.lots}

    each_book(tally, work)


def seal(tally: Tally) -> None:
    """Give every waiting entry its place in the chain of hashes."""
    each_book(tally, lambda session, book_id: {"entries": seals.seal(session, book_id)})


def verify(tally: Tally) -> None:
    """
    Derive every book again from its journal, and raise what differs.

    Errors: BooksDiffer, with the first differences of each book.
    """
    found = {}
    for code, book_id in books():
        with database.transaction() as session:
            differences = verification.verify(session, book_id)
            session.rollback()
        tally["books"] += 1
        if differences:
            tally["differences"] += len(differences)
            found[code] = [difference.text("en") for difference in differences[:_AT_MOST]]
    if found:
        raise BooksDiffer(books=list(found), n=tally["differences"], differences=found)


def do_tasks(tally: Tally) -> None:
    """Do the task that waits longest."""
    # The resources' modules register their kinds of task.
    list(v1.blueprints())
    tally["tasks"] += tasks.run_next()


def deliver(tally: Tally) -> None:
    """Send what happened to the programs that asked to be told."""
    tally["deliveries"] += delivery.deliver_due()


def send_letters(tally: Tally) -> None:
    """Hand the letters whose time has come to the mail server."""
    tally["letters"] += mail.send_due()


def erase_past(tally: Tally) -> None:
    """Erase what is past its retention: of people, of ended surveys and orders, and copies not fetched in time."""
    tally["surveys"] += database.transact(lambda session: keeping.sweep(session, clock.today()))
    tally["places"] += database.transact(lambda session: delivery_places.forget(session, clock.today()))
    tally["searches"] += database.transact(erasing.forget_searches)
    each_book(tally, erasing.erase_past)
    tally["files"] += erasing.remove_files()
    tally["copies"] += copies.sweep()


def remind(tally: Tally) -> None:
    """Tell whose credit and which providers' qualification end soon, and which months are not closed, each once."""
    today = clock.today()
    tally["providers"] += database.transact(lambda session: reminders.remind_providers(session, on=today))
    each_book(
        tally,
        lambda session, book_id: {
            "lots": reminders.remind_of_lots(session, book_id, on=today),
            "months": reminders.remind_of_closing(session, book_id, on=today),
        },
    )


def sweep_documents(tally: Tally) -> None:
    """Remove uploaded files that no reimbursement names."""
    swept = database.transact(lambda session: orphans.sweep(session, documents.store()))
    tally["files"] += swept.removed


def sweep_statements(tally: Tally) -> None:
    """Remove the files of statements past their days, and what broken-off work left behind."""
    tally["files"] += database.transact(files.sweep)


def sweep_inputs(tally: Tally) -> None:
    """Remove the files that no task waits for any more."""
    tally["files"] += database.transact(inputs.sweep)


def forget(tally: Tally) -> None:
    """Delete what is kept for a time only: keys of commands, tasks, runs, events, letters, what let somebody in."""
    tally["keys"] += database.transact(idempotency.purge) + database.transact(entering.forget_batches)
    tally["tasks"] += database.transact(tasks.forget)
    tally["runs"] += database.transact(runs.forget)
    tally["events"] += delivery.clean()
    tally["letters"] += mail.clean()
    tally.update(database.transact(sweeping.sweep))


def books() -> list[tuple[str, int]]:
    """Return the code and id of every book."""
    with database.transaction() as session:
        return [(funder.code, funder.book_id) for funder in funders.every(session)]


def each_book(tally: Tally, work: Callable[[Session, int], Mapping[str, int]]) -> None:
    """
    Do something in every book, one transaction each; what fails in one does not keep it from the others.

    Errors: JobInPart.
    """
    failed = {}
    for code, book_id in books():
        try:
            tally.update(database.transact(lambda session, book_id=book_id: work(session, book_id)))  # type: ignore[misc]
        except Exception as error:
            failed[code] = problems.refusal_of(error)
    if failed:
        first = next(iter(failed.values()))
        codes = {code: refusal.code for code, refusal in failed.items()}
        raise JobInPart(books=list(failed), reason_it=first.text("it"), reason_en=first.text("en"), codes=codes)
