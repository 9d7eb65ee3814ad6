"""The door: signing in and out, choosing a password, taking a role, and the language of the pages."""

from __future__ import annotations

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, PasswordField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from api.access import (
    addresses,
    cookies,
    demonstration_links,
    invitations,
    members,
    resets,
    self_view,
    session_list,
    signing_in,
)
from api.access.identity import current, signed_in, transact_at_door
from api.access.signing_in import Entered
from api.web import forms, navigation, words
from api.web.forms import Form
from config.errors import LANGUAGES

blueprint = flask.Blueprint("web_door", __name__)

_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
_YEAR = 31_536_000


class SignInForm(Form):
    """Who somebody is, as far as they know it by heart."""

    email = EmailField(_l("Indirizzo e-mail"), [_NEEDED, Length(max=254)])
    password = PasswordField(_l("Password"), [_NEEDED, Length(max=1_024)])
    to = HiddenField()
    kept = HiddenField()
    send = SubmitField(_l("Continua"))


class CodeForm(Form):
    """The second thing."""

    code = StringField(_l("Codice di sei cifre"), [_NEEDED, Length(max=64)])
    challenge = HiddenField()
    factor = HiddenField()
    to = HiddenField()
    kept = HiddenField()
    send = SubmitField(_l("Entra"))


@blueprint.route("/entra", methods=("GET", "POST"))
def sign_in() -> Response | str | tuple[str, int]:
    """Ask for the address and the password, then for the code."""
    form = SignInForm(to=flask.request.args.get("to", ""))
    challenge = forms.attempt(form, lambda: signing_in.begin(form.email.data, form.password.data))
    if challenge is None:
        return forms.show("door/sign_in.html", form)
    code = CodeForm(
        formdata=None, challenge=challenge.secret, factor=challenge.factor, to=form.to.data, kept=form.kept.data
    )
    return forms.show("door/code.html", code)


@blueprint.post("/entra/riprendi")
def again() -> tuple[str, int]:
    """Ask for a sign-in that leads back to a form that was sent too late."""
    form = SignInForm(formdata=None, kept=flask.request.form.get("kept", ""))
    return forms.show("door/sign_in.html", form)


@blueprint.post("/entra/codice")
def confirm() -> Response | tuple[str, int]:
    """Take the code, and let somebody in where they wanted to go."""
    form = CodeForm()
    label = flask.request.user_agent.string
    entered = forms.attempt(
        form, lambda: signing_in.confirm(form.challenge.data or "", form.code.data.strip(), kind="cookie", label=label)
    )
    if entered is None:
        return forms.show("door/code.html", form)
    kept = forms.carried(form.kept.data, entered.opened.member_id)
    if kept is not None:
        forms.bind(entered.opened.holding)
        return _let_in(entered, flask.make_response(flask.render_template("door/resume.html", kept=kept)))
    return _let_in(
        entered,
        flask.redirect(navigation.own(form.to.data) or flask.url_for(navigation.home(entered.opened.holding.role))),
    )


@blueprint.post("/esci")
@signed_in
def sign_out() -> Response:
    """End this session."""
    session_list.end(current(), current().token_id)
    flask.session.clear()
    response = flask.redirect(flask.url_for("web_public.home"))
    cookies.drop(response, cookies.SESSION)  # type: ignore[arg-type]
    return response


@blueprint.get("/ruolo")
@signed_in
def roles() -> str:
    """Show the roles that somebody holds, to go on in another."""
    return flask.render_template("door/roles.html", me=self_view.of(current()))


@blueprint.post("/ruolo")
@signed_in
def switch() -> Response:
    """Act in another of one's roles."""
    entered = session_list.switch(current(), flask.request.form.get("appointment", ""))
    return _let_in(entered, flask.redirect(flask.url_for(navigation.home(entered.opened.holding.role))))


@blueprint.get("/lingua/<any('it', 'en'):language>")
def speak(language: str) -> Response:
    """Keep the language of the pages, and go back to where it was asked for."""
    assert language in LANGUAGES  # noqa: S101
    return _spoken(
        flask.redirect(navigation.own(flask.request.args.get("to")) or flask.url_for("web_public.home")), language
    )


@blueprint.post("/lingua/<any('it', 'en'):language>")
@signed_in
def prefer(language: str) -> Response:
    """Keep the language of somebody who is known, for letters and for whatever they sign in with next."""
    transact_at_door(lambda session: members.speak(session, current().member_id, language))
    return _spoken(
        flask.redirect(navigation.own(flask.request.form.get("to")) or flask.url_for("web_public.home")), language
    )


@blueprint.get("/notifications")
def notifications() -> Response:
    """Lead from a letter's last line to the choice of which letters come."""
    return flask.redirect("/io/notifiche")


class ForgottenForm(Form):
    """Whose password it is."""

    email = EmailField(_l("Indirizzo e-mail"), [_NEEDED, Length(max=254)])
    send = SubmitField(_l("Mandami il collegamento"))


@blueprint.route("/password/dimenticata", methods=("GET", "POST"))
def forgotten() -> Response | tuple[str, int]:
    """Send a letter with a link; an address that nobody has is answered alike."""
    form = ForgottenForm()

    def ask() -> bool:
        resets.ask(form.email.data)
        return True

    if forms.attempt(form, ask) is None:
        return forms.show("door/forgotten.html", form)
    flask.flash(_("Se quell'indirizzo è di qualcuno che conosciamo, la lettera è partita: vale un'ora."))
    return flask.redirect(flask.url_for("web_door.sign_in"))


class PasswordForm(Form):
    """Another password, with the letter that allows it."""

    secret = StringField(_l("Codice della lettera"), [_NEEDED, Length(max=128)])
    password = PasswordField(_l("Nuova password"), [_NEEDED, Length(max=1_024)])
    send = SubmitField(_l("Cambia la password"))


@blueprint.route("/password", methods=("GET", "POST"))
def choose() -> Response | tuple[str, int]:
    """Let somebody choose another password, with what stands after the # of the letter's link."""
    form = PasswordForm()

    def work() -> bool:
        resets.choose(_bare(form.secret.data), form.password.data)
        return True

    if forms.attempt(form, work) is None:
        return forms.show("door/password.html", form)
    flask.flash(_("Password cambiata: ora entra con quella nuova."))
    return flask.redirect(flask.url_for("web_door.sign_in"))


class AcceptForm(Form):
    """A role, taken with the letter that offers it."""

    secret = StringField(_l("Codice della lettera"), [_NEEDED, Length(max=128)])
    password = PasswordField(_l("Scegli una password (se non ne hai già una qui)"), [Length(max=1_024)])
    send = SubmitField(_l("Accetta l'invito"))


@blueprint.route("/accept", methods=("GET", "POST"))
def accept() -> Response | tuple[str, int]:
    """Let somebody take the role that a letter offers."""
    form = AcceptForm()
    taken = forms.attempt(
        form, lambda: invitations.accept(_bare(form.secret.data), password=form.password.data or None, name=None)
    )
    if taken is None:
        return forms.show("door/accept.html", form)
    flask.flash(_("Invito accettato: entra con il tuo indirizzo e la password."))
    return flask.redirect(flask.url_for("web_door.sign_in"))


class DemonstrationForm(Form):
    """Somebody of the demonstration."""

    secret = StringField(_l("Codice del collegamento"), [_NEEDED, Length(max=128)])
    send = SubmitField(_l("Entra nella dimostrazione"))


@blueprint.route("/dimostrazione", methods=("GET", "POST"))
def demonstrate() -> Response | tuple[str, int]:
    """Let whoever started the demonstration in as one of its people; where there is none, there is no such page."""
    if not demonstration_links.are_there():
        flask.abort(404)
    form = DemonstrationForm()
    label = flask.request.user_agent.string
    entered = forms.attempt(form, lambda: demonstration_links.enter(_bare(form.secret.data), label=label))
    if entered is None:
        return forms.show("door/demonstration.html", form)
    return _let_in(entered, flask.redirect(flask.url_for(navigation.home(entered.opened.holding.role))))


def _bare(secret: str) -> str:
    # Whoever has no scripts copies the whole link.
    return secret.strip().rpartition("#")[2]


def _let_in(entered: Entered, response: Response) -> Response:
    cookies.put(response, cookies.SESSION, entered.opened.secret, entered.opened.expires_at)  # type: ignore[arg-type]
    if entered.device is not None:
        cookies.put(response, cookies.DEVICE, *entered.device)  # type: ignore[arg-type]
    if words.COOKIE in flask.request.cookies:
        return response
    member_id = entered.opened.member_id
    return _spoken(response, transact_at_door(lambda session: members.require(session, member_id).language, whole=True))


def _spoken(response: Response, language: str) -> Response:
    secure = not addresses.is_plain()
    response.set_cookie(words.COOKIE, language, max_age=_YEAR, secure=secure, samesite="Lax", httponly=True)
    return response
