"""Forms: what people type, kept whatever happens to it, and what has to be mended said where they look."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import flask
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from itsdangerous import BadSignature, URLSafeTimedSerializer
from ulid import ULID
from wtforms import HiddenField, SelectField

from api.access.identity import Identity
from api.access.members import Holding
from api.conventions import problems
from api.web import words
from config.errors import DomainError

P = ParamSpec("P")
T = TypeVar("T")
# A form that was sent too late comes back with its text, and is not sent until somebody looks at it.
RESUMED = "resumed"
NO_TEXT = "\x00"
# A row of a list in a form.
_ROW = re.compile(r"[0-9]{1,4}")
# In the address of a page: which drawing of its form this is, so that whoever goes back finds the same one.
DRAWING = "modulo"
_CARRIED_SECONDS = 1_800
_NEVER_CARRIED = ("password", "new_password", "csrf_token", "isee_amount")
# What stands in a form that is a button and no more: there is nothing to keep of it, and it is pressed again or not.
_BUTTON = frozenset({"csrf_token", "key", "send"})
# In the page's session: for whom forms are drawn, whose they were before, and for whom a welfare manager acts.
_WHOSE, _TOKENS, _LAST, ACTING_FOR = "whose", "tokens", "last", "acting_for"
_MOST_TOKENS = 4
# Here a code is what lets somebody in; elsewhere it is the name of a plan, or stands on a voucher.
_WHERE_CODES_LET_IN = ("web_door", "web_profile")


class Form(FlaskForm):
    """A form of ours: `refusals` are what the core said against it as a whole."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            if isinstance(field, SelectField):
                field.invalid_choice_message = _("Scegli una delle voci.")
            # A choice of blanks is none; `Optional` would let it through.
            if isinstance(field, SelectField) and isinstance(field.data, str) and not field.data.strip():
                field.data = ""
        self.refusals: list[str] = []
        self.status = 200


def fresh_key() -> str:
    """Return a key for a form that is another one than was ever drawn."""
    return f"page-{ULID()}"


def drawing() -> str | None:
    """Return which drawing of its form this address is of, which other steps take along; None where it says none."""
    given = flask.request.args.get(DRAWING, "")
    return given if _is_drawing(given) else None


def drawn_key() -> str:
    """Return the key of the form that stands at this address: going back and sending it again is the same command."""
    found = drawing()
    return fresh_key() if found is None else f"page-{found}"


def addressed(view: Callable[P, Any]) -> Callable[P, Any]:
    """Give each drawing of a page an address of its own, which its forms take their key from."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        if flask.request.method not in ("GET", "HEAD") or drawing():
            return view(*args, **kwargs)
        asked: dict[str, Any] = {**(flask.request.view_args or {}), **flask.request.args.to_dict(flat=False)}
        asked[DRAWING] = str(ULID())
        return flask.redirect(flask.url_for(str(flask.request.endpoint), **asked))

    return guarded


def _is_drawing(given: str) -> bool:
    try:
        return str(ULID.from_str(given)) == given
    except ValueError:
        return False


class MoneyForm(Form):
    """A form that moves money: sent twice as it was drawn once, it counts once, also by whoever went back to it."""

    key = HiddenField(default=drawn_key)


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


def again(answer: T) -> T:
    """Return what was answered before, and remember that this request did nothing more."""
    flask.g.sent_again = True
    return answer


def tell(sentence: str) -> None:
    """Tell what was done; of a form that was sent again, that it counts once."""
    flask.flash(_("L'avevi già mandato: conta una volta sola.") if flask.g.get("sent_again") else sentence)


def show(template: str, form: Form, **facts: Any) -> tuple[str, int]:
    """Draw a page with a form, with the status that tells programs what people read."""
    return flask.render_template(template, form=form, **facts), form.status


def holds_no_text() -> bool:
    """
    Say whether something of this request's form is no text, which the database could not keep or look for.

    Nor is the name of a row of a list that has no number such as forms draw.
    """
    return any(
        NO_TEXT in value or any(not _ROW.fullmatch(part) for part in name.split("-")[1:] if part.isdigit())
        for name, value in flask.request.form.items(multi=True)
    )


def bind(identity: Identity | Holding | None) -> None:
    """
    Let the forms of this browser be good for whom they are drawn for alone: a person in a role, acting for somebody.

    Whoever comes back finds their own token again, so that what stands in another tab can still be sent.
    """
    whose = _mark("" if identity is None else identity.member_id, "" if identity is None else identity.appointment_id)
    before = flask.session.get(_WHOSE, "")
    if identity is not None:
        last = _hashed(identity.member_id)
        if flask.session.get(_LAST) != last:
            flask.session[_LAST] = last
    if whose == before:
        return
    # A token that was drawn for whoever was here until now is good for nobody else.
    flask.g.pop("csrf_token", None)
    tokens = dict(flask.session.get(_TOKENS, {}))
    if "csrf_token" in flask.session:
        tokens[before] = flask.session.pop("csrf_token")
    if whose in tokens:
        flask.session["csrf_token"] = tokens.pop(whose)
    flask.session[_TOKENS] = dict(list(tokens.items())[-_MOST_TOKENS:])
    flask.session[_WHOSE] = whose


def carry() -> str | None:
    """
    Return what this request's form said, sealed, to go through the sign-in; never a password or a file.

    None of a form that is a button and no more.
    """
    never = (*_NEVER_CARRIED, "code") if flask.request.blueprint in _WHERE_CODES_LET_IN else _NEVER_CARRIED
    fields = [
        [name, value.replace(NO_TEXT, "")]
        for name, value in flask.request.form.items(multi=True)
        # Where a page has several forms, each puts a word of its own before its names.
        if name.rpartition("-")[2] not in never
    ]
    if _BUTTON.issuperset(name for name, _ in fields):
        return None
    told = {"path": flask.request.full_path.rstrip("?"), "fields": fields, "whose": flask.session.get(_LAST)}
    return _seal().dumps(told)


def carried(sealed: str | None, member_id: str | None = None) -> Mapping[str, Any] | None:
    """Return what was sealed; None for what is too old, not ours, or was another person's than whom it is for."""
    try:
        found: Mapping[str, Any] = _seal().loads(sealed or "", max_age=_CARRIED_SECONDS)
    except BadSignature:
        return None
    return found if member_id is None or found["whose"] in (None, _hashed(member_id)) else None


def _mark(*parts: str) -> str:
    told = "\n".join([*parts, *flask.session.get(ACTING_FOR, ())])
    return _hashed(told) if told.strip() else ""


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(flask.current_app.secret_key), salt="carried")
