"""How people reach the provider: what it tells everybody of itself."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from api.access import audit
from api.access.identity import needs, transact
from api.access.roles import Role
from api.web import forms, guards, provider
from api.web.contacting import ContactForm
from network import contacts

blueprint = flask.Blueprint("web_provider_reach", __name__, url_prefix="/fornitore/recapiti")
blueprint.before_request(guards.only(Role.PROVIDER))


@blueprint.route("", methods=("GET", "POST"))
@needs("contacts:write")
def tell() -> Response | tuple[str, int]:
    """Tell how to reach the provider; everybody reads it beside its services."""
    code = provider.code()
    told = transact(lambda session: contacts.of(session, code))
    form = ContactForm(told)
    if flask.request.method == "POST":
        audit.about(target=code)
    said = forms.attempt(form, lambda: transact(lambda session: form.tell(session, code)))
    if said is None:
        return forms.show("provider/contact.html", form, told=told)
    flask.flash(said)
    return flask.redirect(flask.url_for("web_provider_file.home", _anchor="recapiti"))
