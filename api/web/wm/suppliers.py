"""Providers as who qualifies them sees them: who may not serve, what ends, and each one's papers."""

from __future__ import annotations

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import DateField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from api.access.identity import current, needs, transact
from api.access.roles import Role
from api.web import forms, guards
from api.web.forms import MoneyForm
from api.web.wm import desk
from config import clock
from ledger import idempotency
from ledger.idempotency import NO_BOOK
from network import dossiers, evidence, providers, qualification
from network.dossiers import Dossier

blueprint = flask.Blueprint("web_wm_providers", __name__, url_prefix="/wm/fornitori")
blueprint.before_request(guards.only(Role.WELFARE_MANAGER))

_NEEDED = InputRequired(_l("Manca: scrivilo qui."))


class VerifyForm(MoneyForm):
    """That a document was seen and found good."""

    send = SubmitField(_l("L'ho visto ed è buono"))


class QualifyForm(MoneyForm):
    """A period in which a provider may serve."""

    valid_from = DateField(_l("Dal giorno"), [_NEEDED])
    valid_to = DateField(_l("Fino al giorno"), [_NEEDED])
    reason = StringField(_l("Motivo, come resta nella storia"), [_NEEDED, Length(max=200)])
    send = SubmitField(_l("Qualifica"))


@blueprint.get("")
@needs("qualification:read")
def index() -> str:
    """List the providers: who may not serve first, what ends soon, then the others."""
    today = clock.today()

    def work(session: Session) -> str:
        everybody = providers.listed(session, today)
        return flask.render_template(
            "wm/providers.html",
            waiting=[each for each in everybody if not each.state.may_serve],
            serving=[each for each in everybody if each.state.may_serve],
            ending=qualification.expiring(session, today, within_days=desk.DAYS_OF_NOTICE),
        )

    return transact(work)


@blueprint.get("/<string:provider_id>")
@needs("qualification:read")
def show(provider_id: str) -> tuple[str, int]:
    """Show a provider's papers."""
    return _page(provider_id, QualifyForm(formdata=None, valid_from=clock.today()))


@blueprint.post("/<string:provider_id>/qualifica")
@needs("catalogue:manage")
def qualify(provider_id: str) -> Response | tuple[str, int]:
    """Qualify, renew or reinstate a provider."""
    form = QualifyForm()

    def work(session: Session) -> Dossier:
        qualification.qualify(
            session,
            provider_id,
            valid_from=form.valid_from.data,
            valid_to=form.valid_to.data,
            reason=form.reason.data.strip(),
        )
        return dossiers.of(session, provider_id, clock.today())

    said = {
        "provider": provider_id,
        "from": str(form.valid_from.data),
        "to": str(form.valid_to.data),
        "reason": form.reason.data,
    }
    done = forms.attempt(
        form,
        lambda: transact(
            lambda session: idempotency.once(
                session,
                NO_BOOK,
                current().actor,
                "page_provider_qualify",
                form.key.data,
                said,
                work=lambda: work(session),
                answer=lambda _: {"provider": provider_id},
                replay=lambda _: dossiers.of(session, provider_id, clock.today()),
            )
        ),
    )
    if done is None:
        return _page(provider_id, form)
    flask.flash(_("Qualificato: può ricevere ordini dal %(day)s.", day=form.valid_from.data.strftime("%d/%m/%Y")))
    return flask.redirect(flask.url_for("web_wm_providers.show", provider_id=provider_id))


@blueprint.post("/<string:provider_id>/documenti/<string:document_id>/verifica")
@needs("catalogue:manage")
def verify(provider_id: str, document_id: str) -> Response | tuple[str, int]:
    """Record that a document was seen and found good; one that was decided already is not decided again."""
    form = VerifyForm()

    def work() -> bool:
        transact(lambda session: evidence.verify(session, document_id, verified_by=current().name))
        return True

    if forms.attempt(form, work) is None:
        drawn = QualifyForm(formdata=None, valid_from=clock.today())
        drawn.refusals, drawn.status = form.refusals, form.status
        return _page(provider_id, drawn)
    flask.flash(_("Documento verificato."))
    return flask.redirect(flask.url_for("web_wm_providers.show", provider_id=provider_id))


def _page(provider_id: str, form: QualifyForm) -> tuple[str, int]:
    today = clock.today()
    found = transact(lambda session: dossiers.of(session, provider_id, today))
    return forms.show("wm/provider.html", form, found=found, today=today, verifying=VerifyForm(formdata=None))
