"""What surveys are refused for."""

from __future__ import annotations

from wallet.errors import WalletError


class SurveyNotFound(WalletError):
    """No survey has this id, or none that is open to whoever asks."""

    it = "Il questionario {survey} non c'è, o non è più aperto."
    en = "There is no survey {survey}, or it is open no more."


class SurveyIncomplete(WalletError):
    """A survey without a title or questions, or with a question that nobody could answer."""

    it = "Manca qualcosa: servono un titolo, una domanda con il suo testo, e due risposte o più fra cui scegliere."
    en = "Something is missing: it takes a title, a question with its words, and two answers or more to choose from."


class SurveyTooLong(WalletError):
    """A survey with more questions, answers or words than anybody reads."""

    it = "Troppo lungo: al massimo {questions} domande, {choices} risposte per domanda e {words} caratteri per testo."
    en = "Too long: at most {questions} questions, {choices} answers to a question and {words} characters to a text."


class SurveyEnded(WalletError):
    """A survey whose last day is over, or would be before it began."""

    it = "L'ultimo giorno del questionario è il {ends_on}: serve un giorno da oggi in poi."
    en = "The survey's last day is {ends_on}: it takes today or a later day."


class SurveyClosed(WalletError):
    """A survey that is closed changes no more."""

    it = "Il questionario {survey} è chiuso: per cambiarlo, farne una copia."
    en = "Survey {survey} is closed: make a copy to change it."


class SurveyAnswered(WalletError):
    """What people have answered is not asked otherwise afterwards."""

    it = "Qualcuno ha già risposto al questionario {survey}: per cambiarlo, farne una copia."
    en = "Somebody has answered survey {survey} already: make a copy to change it."


class SurveyChanged(WalletError):
    """A survey that was changed since the page was opened."""

    it = "Il questionario {survey} è cambiato nel frattempo: rileggerlo prima di inviare."
    en = "Survey {survey} was changed meanwhile: read it again before sending."


class SurveyStillOpen(WalletError):
    """Results are told when nobody answers any more: they would tell who answered last what."""

    it = "I risultati del questionario {survey} si leggono quando è chiuso."
    en = "The results of survey {survey} are read when it is closed."


class SurveyAnsweredAlready(WalletError):
    """Somebody answers once."""

    it = "A questo questionario hai già risposto: grazie."
    en = "You have answered this survey already: thank you."


class SurveyAnswerInvalid(WalletError):
    """An answer that the question does not offer, or no answer at all."""

    it = "Serve almeno una risposta, fra quelle che il questionario offre."
    en = "It takes one answer at least, among those that the survey offers."
