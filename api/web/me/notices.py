"""Which letters somebody receives."""

from __future__ import annotations

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectMultipleField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from api.access.identity import current, needs, transact
from api.events import choices
from api.events.choices import Choices
from api.events.kinds import Channel, Kind
from api.web import forms, words
from api.web.forms import Form

blueprint = flask.Blueprint("web_notices", __name__, url_prefix="/io/notifiche")


class NoticesForm(Form):
    """The letters that are wanted."""

    kinds = SelectMultipleField(
        _l("Scrivimi per e-mail quando c'è qualcosa su"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        coerce=Kind,
    )
    send = SubmitField(_l("Salva le scelte"))


@blueprint.route("", methods=("GET", "POST"))
@needs("notifications:manage")
def choose() -> Response | tuple[str, int]:
    """Show and change which letters are wanted."""
    asking = current()
    offered = [kind for kind in Kind if kind in choices.offered(asking.role)]
    found = transact(lambda session: choices.of(session, asking.member_id))
    form = NoticesForm(data={"kinds": [kind for kind in offered if found[kind][Channel.MAIL]]})
    free = [kind for kind in offered if kind not in choices.FIXED]
    form.kinds.choices = [SelectChoice(str(kind), kind.label(words.asked())) for kind in free]

    def work(session: Session) -> Choices:
        choices.of(session, asking.member_id, lock=True)
        chosen = {kind: {Channel.MAIL: kind in (form.kinds.data or ())} for kind in free}
        return choices.choose(session, asking.member_id, chosen)

    if forms.attempt(form, lambda: transact(work)) is None:
        return forms.show("me/notices.html", form, fixed=[kind.label(words.asked()) for kind in choices.FIXED])
    flask.flash(_("Scelte salvate."))
    return flask.redirect(flask.url_for("web_notices.choose"))
