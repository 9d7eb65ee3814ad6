"""What requests are refused for."""

from __future__ import annotations

from wallet.errors import WalletError


class RequestNotFound(WalletError):
    """No request has this id in this book."""

    it = "La richiesta {request} non c'è."
    en = "There is no request {request}."


class RequestClosed(WalletError):
    """A request that is closed is answered or closed again."""

    it = "La richiesta {request} è chiusa: per altro, farne una nuova."
    en = "Request {request} is closed: for anything else, make a new one."


class RequestTextMissing(WalletError):
    """A request or an answer without a word."""

    it = "Servono parole: che cosa si chiede, o che cosa si risponde."
    en = "Words are needed: what is asked for, or what is answered."
