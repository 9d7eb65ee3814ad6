"""Surveys that are put to whoever has a wallet: what is open, the questions, and to be asked no more."""

from __future__ import annotations

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.access.identity import needs, transact
from api.web import forms, me, surveying, words
from api.web.me import Owner
from wallet.surveys import answering
from wallet.surveys.answering import Ended, Invitation
from wallet.surveys.errors import SurveyAnsweredAlready
from wallet.surveys.records import Survey

blueprint = flask.Blueprint("web_surveys", __name__, url_prefix="/io/questionari")


def unanswered(mine: Owner) -> tuple[Invitation, ...]:
    """Return what is put to somebody and not answered; those that were not put away before the others."""
    found = transact(lambda session: answering.invitations(session, mine.book_id, mine.employee_id))
    return tuple(sorted((one for one in found if not one.answered), key=lambda one: one.put_away))


@blueprint.get("")
@needs("surveys:answer")
def every() -> str:
    """List what is put to whoever looks, and what has ended a short while ago."""
    mine = me.owner("surveys:answer")

    def work(session: Session) -> tuple[tuple[Invitation, ...], tuple[Ended, ...]]:
        whose = mine.book_id, mine.employee_id
        return answering.invitations(session, *whose), answering.ended(session, *whose)

    found, ended = transact(work)
    return flask.render_template("surveys/invitations.html", found=found, ended=ended)


@blueprint.route("/<string:survey_id>", methods=("GET", "POST"))
@needs("surveys:answer")
def answer(survey_id: str) -> Response | tuple[str, int]:
    """Show a survey's questions, and count what is answered."""
    mine = me.owner("surveys:answer")
    try:
        found = transact(lambda session: answering.get(session, mine.book_id, mine.employee_id, survey_id))
    except SurveyAnsweredAlready as refusal:
        flask.flash(words.refusal(refusal))
        return flask.redirect(flask.url_for("web_surveys.every"))
    form = surveying.form_of(found)(edition=found.edition)
    if forms.attempt(form, lambda: _answered(mine, found, form)) is None:
        if form.edition.data != found.edition:
            form.forget_choices()
        form.edition.renew(found.edition)
        return forms.show("surveys/answer.html", form, found=found)
    flask.flash(_("Grazie! Le tue risposte sono contate, senza il tuo nome."))
    return flask.redirect(flask.url_for("web_me.home"))


@blueprint.post("/<string:survey_id>/nascondi")
@needs("surveys:answer")
def put_away(survey_id: str) -> Response:
    """Ask no more about a survey; it stays in the list."""
    mine = me.owner("surveys:answer")
    transact(lambda session: answering.put_away(session, mine.book_id, mine.employee_id, survey_id))
    flask.flash(_("Nel borsellino non te lo chiediamo più. Se cambi idea, è qui."))
    return flask.redirect(flask.url_for("web_surveys.every"))


def _answered(mine: Owner, found: Survey, form: surveying.AnswerForm) -> bool:
    transact(
        lambda session: answering.answer(
            session, mine.book_id, mine.employee_id, found.survey_id, form.answers(), edition=form.edition.data or 0
        )
    )
    return True
