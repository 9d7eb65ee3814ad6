"""The limits of the year, each explained: where it stands and what one euro more would do."""

from __future__ import annotations

import flask
from sqlalchemy.orm import Session

from api.access.identity import needs, transact_in
from api.web import me, words
from config import clock
from plans import funders
from plans.facts import FIRST_YEAR
from plans.rulebook.words import Category
from plans.words import FunderKind
from wallet.position import Position, position
from wallet.position import words as said
from wallet.position.gauge import Gauge
from wallet.position.model import Unknown

blueprint = flask.Blueprint("web_limits", __name__, url_prefix="/io/limiti")


@blueprint.app_template_filter("gauge_sentences")
def sentences(gauge: Gauge) -> list[str]:
    """Return a gauge in words."""
    return list(said.sentences(gauge, words.asked()))


@blueprint.app_template_filter("category_name")
def category_name(category: Category) -> str:
    """Return what people call a category of the law."""
    return category.label(words.asked())


@blueprint.app_template_filter("unknown_reason")
def unknown_reason(why: Unknown) -> str:
    """Return what nobody has said."""
    return said.unknown(why, words.asked())


@blueprint.get("")
@needs("position:read")
def explain() -> str:
    """Show every limit of a year, and what is exempt, unknown and taxable by category."""
    mine = me.owner("position:read")
    today = clock.today()
    year = flask.request.args.get("anno", today.year, type=int)

    def work(session: Session) -> tuple[Position, FunderKind]:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        payer = funders.of_book(session, mine.book_id).kind
        return position(session, mine.book_id, mine.employee_id, year), payer

    found, payer = transact_in(mine.book_id, work)
    return flask.render_template(
        "me/limits.html",
        position=found,
        # Who pays no wage sets no limit to what comes beside it.
        limited=payer is FunderKind.EMPLOYER,
        this_year=today.year,
        first_year=FIRST_YEAR,
    )
