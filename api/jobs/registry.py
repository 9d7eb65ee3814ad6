"""The jobs there are, and when each is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.jobs import works
from api.jobs.errors import JobNotFound
from api.jobs.schedules import Schedule, daily, every, watching, weekly
from api.jobs.works import Tally


@dataclass(frozen=True, slots=True)
class Job:
    """A job: its name, when it is due, what it does in words, and the work, which may be done twice."""

    name: str
    schedule: Schedule
    it: str
    en: str
    work: Callable[[Tally], None]
    at_once: int = 1
    """How many threads of a worker may be at it."""


_ALL = (
    Job(
        "tasks",
        watching(1),
        "Esegue le lavorazioni chieste attraverso l'API.",
        "Does the tasks asked for over the API.",
        works.do_tasks,
        at_once=2,
    ),
    Job(
        "deliveries",
        watching(2),
        "Manda ai programmi che l'hanno chiesto ciò che è accaduto.",
        "Sends what happened to the programs that asked to be told.",
        works.deliver,
    ),
    Job(
        "letters",
        watching(5),
        "Consegna al server di posta le lettere in attesa.",
        "Hands the waiting letters to the mail server.",
        works.send_letters,
    ),
    Job(
        "holds",
        every(10),
        "Libera ciò che è prenotato dalle autorizzazioni scadute.",
        "Frees what is reserved by authorizations whose time is over.",
        works.end_holds,
    ),
    Job(
        "seal",
        every(30),
        "Sigilla le scritture in attesa nella catena degli hash.",
        "Seals the waiting entries in the chain of hashes.",
        works.seal,
    ),
    Job(
        "expiry",
        daily(0, 15),
        "Chiude ciò che è scaduto: autorizzazioni, rimborsi da integrare, credito non speso.",
        "Ends what is over: authorizations, reimbursements nobody mended, unspent credit.",
        works.expire,
    ),
    Job(
        "reminders",
        daily(7, 30),
        "Avvisa di credito e qualifiche che stanno per scadere, e dei mesi non ancora chiusi.",
        "Tells of credit and qualifications about to expire, and of months not closed yet.",
        works.remind,
    ),
    Job(
        "forget",
        daily(1, 10),
        "Cancella ciò che si tiene solo per un tempo: chiavi dei comandi, lavorazioni, esecuzioni passate.",
        "Deletes what is kept for a time only: keys of commands, tasks, past runs.",
        works.forget,
    ),
    Job(
        "sweep-documents",
        weekly("sun", 3, 30),
        "Rimuove i file caricati che nessun rimborso cita.",
        "Removes uploaded files that no reimbursement names.",
        works.sweep_documents,
    ),
    Job(
        "sweep-inputs",
        daily(1, 30),
        "Rimuove i file caricati che nessuna lavorazione attende più.",
        "Removes uploaded files that no task waits for any more.",
        works.sweep_inputs,
    ),
    Job(
        "sweep-statements",
        daily(1, 20),
        "Rimuove i file degli estratti conto oltre i loro giorni.",
        "Removes the files of statements past their days.",
        works.sweep_statements,
    ),
    Job(
        "retention",
        daily(3, 45),
        "Cancella delle persone ciò che ha passato il suo termine di conservazione.",
        "Erases what is past its retention of people's data.",
        works.erase_past,
    ),
    Job(
        "verify",
        daily(4, 0),
        "Ricava di nuovo ogni libro dal suo giornale e segnala le differenze.",
        "Derives every book again from its journal and tells the differences.",
        works.verify,
    ),
)
JOBS = {job.name: job for job in _ALL}


def find(name: str) -> Job:
    """
    Return a job by its name.

    Errors: JobNotFound.
    """
    if name not in JOBS:
        raise JobNotFound(job=name)
    return JOBS[name]
