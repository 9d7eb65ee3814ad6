"""The profile: what we know of whoever signed in, where they are signed in, how they do it, and their data."""

from __future__ import annotations

from pathlib import Path

import flask
import segno
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from api import tasks
from api.access import authenticators, cookies, resets, self_view, session_list
from api.access.identity import current, needs, signed_in, transact
from api.conventions.paging import Page
from api.data import work as data_work
from api.tasks import Task
from api.web import forms, me
from api.web.forms import Form, MoneyForm

blueprint = flask.Blueprint("web_profile", __name__, url_prefix="/profilo")

_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
# The first that is found: each browser names those it is like.
_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}
_SESSIONS = {"limit": 25}
_COPIES = {"limit": 5, "kind": data_work.EXPORT}


class ChangeForm(Form):
    """The password as it is, and as it is to be."""

    password = PasswordField(_l("Password di adesso"), [_NEEDED, Length(max=1_024)])
    new_password = PasswordField(_l("Password nuova"), [_NEEDED, Length(max=1_024)])
    send = SubmitField(_l("Cambia password"))


class BeginForm(Form):
    """Proof that it is still the same person."""

    password = PasswordField(_l("La tua password"), [_NEEDED, Length(max=1_024)])
    send = SubmitField(_l("Collega un'app"))


class FirstCodeForm(Form):
    """The first code of a new authenticator."""

    code = StringField(_l("Codice che mostra l'app"), [_NEEDED, Length(max=64)])
    send = SubmitField(_l("Conferma l'app"))


class RenewForm(Form):
    """Proof that it is still the same person."""

    password = PasswordField(_l("La tua password"), [_NEEDED, Length(max=1_024)])
    send = SubmitField(_l("Dammi codici nuovi"))


class RemoveForm(Form):
    """The password, and a code of the authenticator or a recovery code."""

    password = PasswordField(_l("La tua password"), [_NEEDED, Length(max=1_024)])
    code = StringField(_l("Codice dell'app, o uno di riserva"), [_NEEDED, Length(max=64)])
    send = SubmitField(_l("Torna ai codici per e-mail"))


class CopyForm(MoneyForm):
    """A copy of one's data; sent twice as it was drawn once, it is made once."""

    send = SubmitField(_l("Prepara una copia dei miei dati"))


@blueprint.app_template_filter("device_name")
def device_name(label: str) -> str:
    """Return what people call a browser and its machine, from what it says of itself; else what it says."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in label), None)
    system = next((name for mark, name in _SYSTEMS.items() if mark in label), None)
    return " · ".join(part for part in (browser, system) if part) or label


@blueprint.get("")
@signed_in
def show() -> str:
    """Show the profile."""
    asking = current()
    may_copy = asking.employee_id is not None and "data:export" in asking.scopes
    copies: Page[Task] | None = None
    if may_copy:
        copies = transact(lambda session: tasks.page(session, _COPIES, member_id=asking.member_id))
    return flask.render_template(
        "me/profile.html",
        myself=self_view.of(asking),
        sessions=session_list.page(asking, _SESSIONS),
        copies=copies,
        copy_form=CopyForm(formdata=None) if may_copy else None,
    )


@blueprint.route("/password", methods=("GET", "POST"))
@signed_in
def password() -> Response | tuple[str, int]:
    """Change the password; the other sessions end."""
    form = ChangeForm()

    def work() -> bool:
        resets.change(current(), form.password.data or "", form.new_password.data or "")
        return True

    if forms.attempt(form, work) is None:
        return forms.show("me/password.html", form, myself=self_view.of(current()))
    flask.flash(_("Password cambiata. Gli altri dispositivi sono stati scollegati."))
    return flask.redirect(flask.url_for("web_profile.show"))


@blueprint.route("/app", methods=("GET", "POST"))
@signed_in
def begin() -> tuple[str, int]:
    """Show a new authenticator's QR code to whoever says their password."""
    form = BeginForm()
    pending = forms.attempt(form, lambda: authenticators.begin(current(), form.password.data or ""))
    if pending is None:
        return forms.show("me/authenticator.html", form, myself=self_view.of(current()))
    drawn = segno.make(pending.uri, error="m", micro=False)
    # Paths alone: nothing of what is drawn stands in it as text.
    svg = drawn.svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None)
    picture = Markup(svg)  # noqa: S704 # nosec B704
    return forms.show("me/authenticator_code.html", FirstCodeForm(formdata=None), pending=pending, picture=picture)


@blueprint.post("/app/codice")
@signed_in
def confirm() -> tuple[str, int]:
    """Take the authenticator into use, and tell the recovery codes once."""
    form = FirstCodeForm()
    codes = forms.attempt(form, lambda: authenticators.confirm(current(), form.code.data or ""))
    if codes is None:
        return forms.show("me/authenticator_code.html", form, pending=None, picture=None)
    return forms.show("me/recovery.html", form, codes=codes, title=_("L'app è collegata"))


@blueprint.route("/app/riserva", methods=("GET", "POST"))
@signed_in
def renew() -> Response | tuple[str, int]:
    """Tell fresh recovery codes once; the old ones end. Without an authenticator there are none."""
    if not self_view.of(current()).authenticator:
        return flask.redirect(flask.url_for("web_profile.show"))
    form = RenewForm()
    codes = forms.attempt(form, lambda: authenticators.renew_recovery(current(), form.password.data or ""))
    if codes is None:
        return forms.show("me/renew.html", form, myself=self_view.of(current()))
    return forms.show("me/recovery.html", form, codes=codes, title=_("I tuoi codici di riserva nuovi"))


@blueprint.route("/app/togli", methods=("GET", "POST"))
@signed_in
def remove() -> Response | tuple[str, int]:
    """Go back to codes by e-mail."""
    form = RemoveForm()

    def work() -> bool:
        authenticators.take_away(current(), form.password.data or "", form.code.data or "")
        return True

    if forms.attempt(form, work) is None:
        return forms.show("me/remove.html", form, myself=self_view.of(current()))
    flask.flash(_("L'app non serve più: i codici arrivano per e-mail."))
    return flask.redirect(flask.url_for("web_profile.show"))


@blueprint.post("/dispositivi/<session_id>/scollega")
@signed_in
def end(session_id: str) -> Response:
    """End one of one's other sessions."""
    session_list.end(current(), session_id)
    flask.flash(_("Dispositivo scollegato."))
    return flask.redirect(flask.url_for("web_profile.show"))


@blueprint.post("/dispositivi/scollega")
@signed_in
def end_all() -> Response:
    """Sign out everywhere, here too."""
    session_list.end_all(current())
    flask.session.clear()
    flask.flash(_("Sei uscito da ogni dispositivo."))
    response = flask.redirect(flask.url_for("web_door.sign_in"))
    cookies.drop(response, cookies.SESSION)  # type: ignore[arg-type]
    return response


@blueprint.post("/dati")
@needs("data:export")
def copy() -> Response:
    """Ask for a copy of all that is kept of whoever asks."""
    asking, mine, form = current(), me.owner("data:export"), CopyForm()

    def ask(session: Session) -> Task:
        return data_work.ask_copy(
            session,
            mine.book_id,
            mine.employee_id,
            member_id=asking.member_id,
            fence=asking.fence,
            key=form.key.data,
        )

    forms.attempt(form, lambda: transact(ask))
    for refusal in form.refusals:
        flask.flash(refusal)
    return flask.redirect(flask.url_for("web_profile.show", _anchor="data"))


@blueprint.get("/dati/<task_id>.zip")
@needs("data:export")
def download(task_id: str) -> Response:
    """Give a copy that was made."""
    me.owner("data:export")
    path, _digest = data_work.file_of(transact(lambda session: data_work.find(session, data_work.EXPORT, task_id)))
    response = flask.Response(Path(path).read_bytes(), content_type="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename="borsellino-dati.zip")
    response.headers["Cache-Control"] = "private, no-store"
    return response
