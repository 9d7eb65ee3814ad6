"""Why the demonstration does not play on a database."""

from __future__ import annotations

from config.errors import DomainError


class BookNotOfDemonstration(DomainError):
    """A book bears the code of one of the demonstration's employers and belongs to somebody else."""

    it = (
        "Il libro {book} appartiene a «{name}» e non alla dimostrazione: eseguirla su un'altra base dati "
        "(BORSELLINO_DATA_DIR o DATABASE_URL)."
    )
    en = (
        "Book {book} belongs to '{name}' and not to the demonstration: run it on another database "
        "(BORSELLINO_DATA_DIR or DATABASE_URL)."
    )


class DemonstrationInterrupted(DomainError):
    """A demonstration stopped half way and the traces it would resume from are gone, or others wrote in its book."""

    it = (
        "Il libro {book} contiene scritture successive al {day} che la dimostrazione non ricorda di aver fatto: "
        "ricominciare su una base dati vuota (BORSELLINO_DATA_DIR o DATABASE_URL)."
    )
    en = (
        "Book {book} holds entries after {day} that the demonstration does not remember having made: "
        "begin again on an empty database (BORSELLINO_DATA_DIR or DATABASE_URL)."
    )
