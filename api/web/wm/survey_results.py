"""The results of a survey that is closed: bars with tables, words in an order of chance, and files of the counts."""

from __future__ import annotations

import io
import tempfile
from importlib import import_module
from pathlib import Path

import flask
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.access.identity import needs, transact
from api.access.roles import Role
from api.exports import kinds
from api.web import charts, guards, words
from api.web.charts import Bar
from api.web.public import names
from config import clock
from network import services
from plans import funders
from reports import survey_results
from reports.survey_results import Answered, SurveyResults
from wallet.surveys.records import Audience

blueprint = flask.Blueprint("web_wm_survey_results", __name__, url_prefix="/wm/questionari")
blueprint.before_request(guards.only(Role.WELFARE_MANAGER))

_TYPES = {"csv": kinds.CSV, "xlsx": kinds.XLSX}


@blueprint.get("/<string:survey_id>/risultati")
@needs("surveys:manage")
def show(survey_id: str) -> str:
    """Show what may be shown of what people answered."""

    def work(session: Session) -> str:
        found = survey_results.gather(session, survey_id, clock.today())
        place = _territory(session, found.survey.sheet.audience)
        return flask.render_template(
            "surveys/results.html",
            found=found,
            territory=place,
            offered=services.offered(session, place),
            need=names.need,
            mean=_mean,
            picture=_picture,
        )

    return transact(work)


@blueprint.get("/<string:survey_id>/risultati.<any('csv', 'xlsx'):form>")
@needs("surveys:manage")
def download(survey_id: str, form: str) -> Response:
    """Give the counts as a file, without a word that people wrote."""
    found = _gather(survey_id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"questionario.{form}"
        import_module(f"reports.survey_results.{form}").write(
            found, path, words.asked(), lambda code: str(names.need(code))
        )
        content = io.BytesIO(path.read_bytes())
    return flask.send_file(content, mimetype=_TYPES[form], as_attachment=True, download_name=path.name)


def _gather(survey_id: str) -> SurveyResults:
    return transact(lambda session: survey_results.gather(session, survey_id, clock.today()))


def _picture(found: Answered) -> str:
    """Return where the bars of a question are drawn; what is hidden has none."""
    told = [(str(names.need(one.need)) if one.need else one.name, one.count) for one in found.choices]
    return charts.address([Bar(name, count) for name, count in told if count is not None], counts=True)


def _mean(tenths: int) -> str:
    return f"{tenths // 10}{',' if words.asked() == 'it' else '.'}{tenths % 10}"


def _territory(session: Session, audience: Audience) -> str:
    if audience.book_id is not None:
        return funders.of_book(session, audience.book_id).home_territory
    return audience.territory_code or ""
