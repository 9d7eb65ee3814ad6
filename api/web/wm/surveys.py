"""Surveys of needs: written, looked at, opened, closed and copied; results have a room of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from api.access.identity import current, needs, transact
from api.access.roles import Role
from api.conventions import paging
from api.web import forms, guards, reading, surveying, words
from api.web.fields import DayField, TicksField
from api.web.forms import Form, MoneyForm
from api.web.public import names
from api.web.surveying import EditionField
from config import clock
from ledger import idempotency
from ledger.idempotency import NO_BOOK
from network import services, territories
from plans import funders
from reports.survey_results import query
from wallet.surveys import building, records
from wallet.surveys.errors import SurveyChanged, SurveyNotFound
from wallet.surveys.records import Audience, Question, Sheet, Survey
from wallet.surveys.words import Kind, State

blueprint = flask.Blueprint("web_wm_surveys", __name__, url_prefix="/wm/questionari")
blueprint.before_request(guards.only(Role.WELFARE_MANAGER))

_SHOWN, _REMOVED, _MOST_KEPT = 25, "question_removed", 1_500
_NEEDED = InputRequired(_l("Manca: scrivilo qui."))
# Blanks alone say nothing.
_SAID = DataRequired(_l("Manca: scrivilo qui."))
_BOOK, _TERRITORY = "azienda", "territorio"
_OFFERING = (Kind.ONE, Kind.SEVERAL)


class SurveyForm(MoneyForm):
    """What a survey is about, whom it is put to, and until when."""

    title = StringField(_l("Titolo"), [_SAID, Length(max=120)])
    introduction = TextAreaField(_l("Due righe per chi risponde (facoltative)"), [Length(max=building.LONGEST)])
    audience = SelectField(_l("A chi si chiede"), [_NEEDED])
    ends_on = DayField(_l("Ultimo giorno per rispondere"), [_NEEDED])
    edition = EditionField(default=1)
    send = SubmitField(_l("Continua"))

    def sheet(self, questions: tuple[Question, ...] = ()) -> Sheet:
        """Return what was written, with the questions that there are."""
        kind, _sign, told = (self.audience.data or "").partition(":")
        whose = Audience(book_id=int(told)) if kind == _BOOK else Audience(territory_code=told)
        return Sheet(self.title.data or "", self.introduction.data or "", whose, self.ends_on.data, questions)


class QuestionForm(Form):
    """A question; what may be chosen is of use where one chooses."""

    text = StringField(_l("La domanda"), [_SAID, Length(max=300)])
    kind = SelectField(
        _l("Come si risponde"), choices=lambda: [SelectChoice(str(one), one.label(words.asked())) for one in Kind]
    )
    choices = TextAreaField(_l("Risposte fra cui scegliere, una per riga"), [Length(max=building.LONGEST)])
    needs = TicksField(_l("Bisogni del catalogo da offrire come risposte"))
    edition = EditionField(default=1)
    send = SubmitField(_l("Salva la domanda"))

    def validate_choices(self, field: TextAreaField) -> None:
        """Refuse, of a question where one chooses, less than there is to choose from, or more than anybody reads."""
        if self.kind.data not in _OFFERING:
            return
        offered = len(self.needs.data or ()) + len(_lines(field.data))
        if offered == 0:
            raise ValidationError(
                _("Mancano le risposte: scrivine almeno due, una per riga, o segna dei bisogni qui sotto.")
            )
        if offered < building.FEWEST_CHOICES:
            raise ValidationError(_("Ce n'è una sola: ne servono almeno due, una per riga o fra i bisogni qui sotto."))
        if offered > building.MOST_CHOICES:
            raise ValidationError(
                _("Sono %(offered)s: al massimo %(most)s.", offered=offered, most=building.MOST_CHOICES)
            )

    def question(self) -> Question:
        """Return what was written; of a scale or of free words nothing is offered."""
        kind = Kind(self.kind.data)
        if kind not in _OFFERING:
            return Question(kind, self.text.data or "")
        return Question(kind, self.text.data or "", tuple(self.needs.data or ()), _lines(self.choices.data))


class ActForm(MoneyForm):
    """The word to open, close or copy a survey, or to move a question."""

    edition = EditionField(default=1)
    send = SubmitField()


@dataclass(frozen=True, slots=True)
class Listed:
    """A survey in the list, and whose people it is put to."""

    survey: Survey
    asked_of: str


@blueprint.get("")
@needs("surveys:manage")
def index() -> str:
    """List the surveys, the newest first."""
    asked = reading.part(_SHOWN)

    def work(session: Session) -> tuple[tuple[Listed, ...], bool]:
        page = paging.cut(session, records.query(), records.ID, asked)
        whose = {f"{_BOOK}:{one.book_id}": one.name for one in funders.every(session)}
        whose |= {f"{_TERRITORY}:{one.code}": one.name for one in territories.every(session)}
        found = records.values(session, page.data)
        return tuple(Listed(one, whose[_told(one.sheet.audience)]) for one in found), page.has_more

    found, more = transact(work)
    return flask.render_template("surveys/index.html", found=found, more=more, today=clock.today())


@blueprint.route("/nuovo", methods=("GET", "POST"))
@forms.addressed
@needs("surveys:manage")
def begin() -> Response | tuple[str, int]:
    """Begin a survey."""
    form = SurveyForm()
    form.audience.choices = transact(_audiences)
    made = forms.attempt(form, lambda: _begun(form))
    if made is None:
        return forms.show("surveys/sheet.html", form, found=None)
    forms.tell(_("Bozza salvata: ora aggiungi le domande. Nessuno la vede finché non la apri."))
    return _to(made.survey_id)


@blueprint.get("/<string:survey_id>")
@needs("surveys:manage")
def show(survey_id: str) -> tuple[str, int]:
    """Show a survey: what it asks, whom, and where it stands."""
    return _page(survey_id, ActForm(formdata=None))


@blueprint.get("/<string:survey_id>/anteprima")
@needs("surveys:manage")
def preview(survey_id: str) -> str:
    """Show a survey as people will read it."""
    found = transact(lambda session: records.get(session, survey_id))
    form = surveying.form_of(found)(formdata=None)
    return flask.render_template("surveys/preview.html", found=found, form=form)


@blueprint.route("/<string:survey_id>/titolo", methods=("GET", "POST"))
@needs("surveys:manage")
def describe(survey_id: str) -> Response | tuple[str, int]:
    """Write anew what a survey is about, whom it is put to, and until when."""
    found = transact(lambda session: records.get(session, survey_id))
    written = found.sheet
    form = SurveyForm(
        title=written.title,
        introduction=written.introduction,
        audience=_told(written.audience),
        ends_on=written.ends_on,
        edition=found.edition,
    )
    form.audience.choices = transact(_audiences)
    if forms.attempt(form, lambda: _revise(found, form.sheet(written.questions), form.edition.data)) is None:
        form.edition.renew(found.edition)
        return forms.show("surveys/sheet.html", form, found=found)
    return _to(survey_id)


@blueprint.route("/<string:survey_id>/domande/nuova", methods=("GET", "POST"))
@forms.addressed
@needs("surveys:manage")
def add(survey_id: str) -> Response | tuple[str, int]:
    """Add a question at the end; one that was taken away a moment ago is written in already."""
    found = transact(lambda session: records.get(session, survey_id))
    removed = flask.session.pop(_REMOVED, {})
    form = QuestionForm(edition=found.edition, **removed.get(survey_id, {}))
    form.needs.choices = _offered()

    def work() -> Survey:
        return _revise(
            found, replace(found.sheet, questions=(*found.sheet.questions, form.question())), form.edition.data
        )

    if forms.attempt(form, work) is None:
        form.edition.renew(found.edition)
        return forms.show("surveys/question.html", form, found=found, number=len(found.sheet.questions) + 1)
    flask.flash(_("Domanda aggiunta."))
    return _to(survey_id)


@blueprint.route("/<string:survey_id>/domande/<int:number>", methods=("GET", "POST"))
@needs("surveys:manage")
def change(survey_id: str, number: int) -> Response | tuple[str, int]:
    """Write a question anew."""
    found = transact(lambda session: records.get(session, survey_id))
    before = _question(found, number)
    form = QuestionForm(edition=found.edition, **_written(before))
    form.needs.choices = _offered()

    def work() -> Survey:
        questions = list(found.sheet.questions)
        questions[number - 1] = form.question()
        return _revise(found, replace(found.sheet, questions=tuple(questions)), form.edition.data)

    if forms.attempt(form, work) is None:
        form.edition.renew(found.edition)
        return forms.show("surveys/question.html", form, found=found, number=number)
    return _to(survey_id)


@blueprint.post("/<string:survey_id>/domande/<int:number>/<any('su', 'giu', 'togli'):verb>")
@needs("surveys:manage")
def move(survey_id: str, number: int, verb: str) -> Response | tuple[str, int]:
    """Move a question up or down, or take it away."""
    form = ActForm()
    found = transact(lambda session: records.get(session, survey_id))
    taken = _question(found, number)
    left = [each for place, each in enumerate(found.sheet.questions, 1) if place != number]
    if verb != "togli":
        left.insert(max(number - 2, 0) if verb == "su" else number, taken)
    if (
        forms.attempt(form, lambda: _revise(found, replace(found.sheet, questions=tuple(left)), form.edition.data))
        is None
    ):
        return _page(survey_id, form)
    if verb == "togli":
        # A cookie keeps no more than a few thousand characters, with all else that stands in it.
        kept = {survey_id: _written(taken)}
        if len(json.dumps(kept)) <= _MOST_KEPT:
            flask.session[_REMOVED] = kept
            flask.flash(_("Domanda tolta. Se hai sbagliato, «Aggiungi una domanda» te la ridà già scritta."))
        else:
            flask.flash(_("Domanda tolta."))
    return _to(survey_id)


@blueprint.post("/<string:survey_id>/<any('apri', 'chiudi', 'copia'):verb>")
@needs("surveys:manage")
def act(survey_id: str, verb: str) -> Response | tuple[str, int]:
    """Open a survey, close it, or make a copy of it."""
    form = ActForm()
    verbs: dict[str, tuple[Callable[[Session], Survey], str]] = {
        "apri": (
            lambda session: building.open_now(session, survey_id, edition=form.edition.data),
            _("Aperto: chi è invitato lo trova nel suo borsellino."),
        ),
        "chiudi": (
            lambda session: building.close(session, survey_id),
            _("Chiuso: nessuno risponde più, e i risultati si possono leggere."),
        ),
        "copia": (
            lambda session: building.copy(session, survey_id, actor=current().actor),
            _("Ecco la copia: è una bozza, cambiala come vuoi."),
        ),
    }
    work, said = verbs[verb]
    done = forms.attempt(form, lambda: _once(verb, form, work, survey=survey_id))
    if done is None:
        return _page(survey_id, form)
    forms.tell(said)
    return _to(done.survey_id)


def _page(survey_id: str, form: ActForm) -> tuple[str, int]:
    today = clock.today()

    def work(session: Session) -> tuple[Survey, str, int]:
        found = records.get(session, survey_id)
        return found, query.asked_of(session, found.sheet.audience), records.invited(session, survey_id, today)

    found, asked_of, invited = transact(work)
    form.edition.renew(found.edition)
    return forms.show(
        "surveys/survey.html",
        form,
        found=found,
        asked_of=asked_of,
        invited=invited,
        state=found.state(today),
        today=today,
        changeable=found.state(today) is not State.CLOSED and not found.answers,
        need=names.need,
    )


def _begun(form: SurveyForm) -> Survey:
    sheet, actor = form.sheet(), current().actor
    said = {"title": sheet.title, "audience": form.audience.data, "ends_on": str(sheet.ends_on)}
    return _once("begin", form, lambda session: building.draft(session, sheet, actor=actor), **said)


def _revise(found: Survey, sheet: Sheet, edition: int | None) -> Survey:
    # What a form was drawn with is compared before what it changes is read again.
    if edition != found.edition:
        raise SurveyChanged(survey=found.survey_id)
    return transact(lambda session: building.revise(session, found.survey_id, sheet, edition=found.edition))


def _once(verb: str, form: MoneyForm, work: Callable[[Session], Survey], **said: object) -> Survey:
    return transact(
        lambda session: idempotency.once(
            session,
            NO_BOOK,
            current().actor,
            f"page_survey_{verb}",
            form.key.data,
            said,
            work=lambda: work(session),
            answer=lambda done: {"survey_id": done.survey_id},
            replay=lambda kept: forms.again(records.get(session, kept["survey_id"])),
        )
    )


def _question(found: Survey, number: int) -> Question:
    if not 1 <= number <= len(found.sheet.questions):
        raise SurveyNotFound(survey=found.survey_id)
    return found.sheet.questions[number - 1]


def _written(question: Question) -> dict[str, object]:
    """Return a question as its form is filled in with it."""
    return {
        "text": question.text,
        "kind": str(question.kind),
        "choices": "\n".join(question.choices),
        "needs": list(question.needs),
    }


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, (text or "").splitlines())))


def _told(audience: Audience) -> str:
    return f"{_TERRITORY}:{audience.territory_code}" if audience.book_id is None else f"{_BOOK}:{audience.book_id}"


def _audiences(session: Session) -> list[SelectChoice]:
    people, place = _("Le persone di un'azienda o di un Comune"), _("Chi vive in un territorio")
    return [
        *(SelectChoice(f"{_BOOK}:{one.book_id}", one.name, optgroup=people) for one in funders.every(session)),
        *(SelectChoice(f"{_TERRITORY}:{one.code}", one.name, optgroup=place) for one in territories.every(session)),
    ]


def _offered() -> list[SelectChoice]:
    return [SelectChoice(code, names.need(code)) for code in transact(services.needs)]


def _to(survey_id: str) -> Response:
    return flask.redirect(flask.url_for("web_wm_surveys.show", survey_id=survey_id))
