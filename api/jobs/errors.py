"""What is refused of a job, and what a job says when it could not do all of its work."""

from __future__ import annotations

from config.errors import DomainError


class JobNotFound(DomainError):
    """No job has this name."""

    it = "Nessun lavoro si chiama «{job}»: guardare l'elenco dei lavori."
    en = "No job is called '{job}': look at the list of jobs."


class JobRunNotFound(DomainError):
    """No run of this job has this id."""

    it = "Il lavoro {job} non ha un'esecuzione {run}."
    en = "The job {job} has no run {run}."


class JobBusy(DomainError):
    """A job that is being run already."""

    it = "Il lavoro {job} è già in esecuzione: riprovare quando è finito."
    en = "The job {job} is being run already: try again when it is over."
    retryable = True


class JobInPart(DomainError):
    """A job that could not do its work in some of the books."""

    it = "Non riuscito per {books}: {reason_it}"
    en = "Not done for {books}: {reason_en}"


class BooksDiffer(DomainError):
    """Books whose figures are not what their journal says."""

    it = "{n:differenza|differenze} tra il giornale e ciò che ne deriva, in {books}: verificare il giornale."
    en = "{n:difference|differences} between the journal and what is derived from it, in {books}: verify the ledger."
