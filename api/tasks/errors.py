"""What is refused of a task."""

from __future__ import annotations

from config.errors import DomainError


class TaskNotFound(DomainError):
    """No task of this member has this id."""

    it = "Nessuna lavorazione ha il codice {task}."
    en = "No task has the id {task}."


class TaskAbandoned(DomainError):
    """A task whose workers all died at it."""

    it = "La lavorazione si è interrotta {attempts:volta|volte} e non viene più ripresa: chiederla di nuovo."
    en = "The task broke off {attempts:time|times} and is taken up no more: ask for it again."


class TasksUnfenced(DomainError):
    """A worker whose settings name no role that the fences hold: it does no task."""

    it = (
        "Le lavorazioni si fanno solo con il ruolo «borsellino_web», che vede le righe di chi le chiede: indicarlo in"
        " BORSELLINO_WEB_DATABASE_URL."
    )
    en = (
        "Tasks are done only by the role 'borsellino_web', which sees the rows of whoever asks: name it in"
        " BORSELLINO_WEB_DATABASE_URL."
    )
