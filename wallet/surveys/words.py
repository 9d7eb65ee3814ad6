"""The closed vocabularies of surveys, each with its Italian words."""

from __future__ import annotations

from config.labelled import Labelled


class Kind(Labelled):
    """How a question is answered."""

    ONE = "one", "una sola risposta", "one answer"
    SEVERAL = "several", "più risposte", "several answers"
    SCALE = "scale", "da 1 a 5", "from 1 to 5"
    TEXT = "text", "parole libere", "free words"


class State(Labelled):
    """Where a survey stands on a day."""

    DRAFT = "draft", "bozza"
    OPEN = "open", "aperto"
    CLOSED = "closed", "chiuso"
