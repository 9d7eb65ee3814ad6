"""Forms: what people type, kept whatever happens to it, and what has to be mended said where they look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import flask
from flask_wtf import FlaskForm
from itsdangerous import BadSignature, URLSafeTimedSerializer
from ulid import ULID
from wtforms import HiddenField

from api.conventions import problems
from api.web import words
from config.errors import DomainError

T = TypeVar("T")
# A form that was sent too late comes back with its text, and is not sent until somebody looks at it.
RESUMED = "resumed"
NO_TEXT = "\x00"
_CARRIED_SECONDS = 1_800
_NEVER_CARRIED = ("password", "new_password", "csrf_token", "isee_amount")
# Here a code is what lets somebody in; elsewhere it is the name of a plan, or stands on a voucher.
_WHERE_CODES_LET_IN = ("web_door", "web_profile")


class Form(FlaskForm):
    """A form of ours: `refusals` are what the core said against it as a whole."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refusals: list[str] = []
        self.status = 200


def fresh_key() -> str:
    """Return a key for a form that is drawn now."""
    return f"page-{ULID()}"


class MoneyForm(Form):
    """A form that moves money: sent twice as it was drawn once, it counts once."""

    key = HiddenField(default=fresh_key)


def attempt(form: Form, work: Callable[[], T]) -> T | None:
    """Do what a form asks for; None where it was not sent or something has to be mended, which the form then says."""
    if not form.is_submitted() or RESUMED in flask.request.form:
        return None
    if not form.validate():
        form.status = 422
        return None
    try:
        return work()
    except DomainError as refusal:
        form.refusals.append(words.refusal(refusal))
        form.status = int(problems.status_of(refusal))
        # A refusal is kept under its key: what somebody mends is another command. One that is still at work is not.
        if isinstance(form, MoneyForm) and not refusal.retryable:
            form.key.data = fresh_key()
        return None


def show(template: str, form: Form, **facts: Any) -> tuple[str, int]:
    """Draw a page with a form, with the status that tells programs what people read."""
    return flask.render_template(template, form=form, **facts), form.status


def holds_no_text() -> bool:
    """Say whether something of this request's form is no text, which the database could not keep or look for."""
    return any(NO_TEXT in value for _, value in flask.request.form.items(multi=True))


def carry() -> str:
    """Return what this request's form said, sealed, to go through the sign-in; never a password or a file."""
    never = (*_NEVER_CARRIED, "code") if flask.request.blueprint in _WHERE_CODES_LET_IN else _NEVER_CARRIED
    fields = [
        [name, value.replace(NO_TEXT, "")]
        for name, value in flask.request.form.items(multi=True)
        # Where a page has several forms, each puts a word of its own before its names.
        if name.rpartition("-")[2] not in never
    ]
    return _seal().dumps({"path": flask.request.full_path.rstrip("?"), "fields": fields})


def carried(sealed: str) -> Mapping[str, Any] | None:
    """Return what was sealed; None for what is too old or not ours."""
    try:
        found: Mapping[str, Any] = _seal().loads(sealed, max_age=_CARRIED_SECONDS)
    except BadSignature:
        return None
    return found


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(flask.current_app.secret_key), salt="carried")
