"""What is refused of what people ask of their data."""

from __future__ import annotations

from config.errors import DomainError


class ErasureNotPreviewed(DomainError):
    """An erasure whose report nobody has read: a trial of the same person's has to come first, within a day."""

    it = "Prima si chiede e si legge la prova (dry_run) della cancellazione, entro 24 ore: indicarla in «preview»."
    en = "A trial (dry_run) of the same erasure is asked for and read first, within 24 hours: name it in 'preview'."


class ExportNotReady(DomainError):
    """A copy of somebody's data that is not made yet, or is kept no more."""

    it = "La copia {export} non è pronta, o non si conserva più: guardare il suo stato, o chiederne un'altra."
    en = "The copy {export} is not ready, or is kept no more: look at its status, or ask for another."
