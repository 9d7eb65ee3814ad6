"""Somebody's bonus: what of it becomes welfare, what each share comes to, and the choice, once, within its days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import HiddenField, SubmitField
from wtforms.validators import NumberRange, Optional

from api.access import audit
from api.access.identity import current, needs, transact_in
from api.web import charts, forms, me, words
from api.web.charts import Bar
from api.web.fields import CountField
from api.web.forms import Form, MoneyForm
from api.web.me import Owner
from config import clock
from config.errors import DomainError
from ledger import idempotency
from plans.bonus import choices, offers, outlook
from plans.bonus.choices import Choice
from plans.bonus.errors import (
    BonusAgreementMissing,
    BonusCreditOver,
    BonusIncomeUnknown,
    BonusOfferNotFound,
)
from plans.bonus.offers import Offer
from plans.bonus.outlook import Option, Outlook
from plans.bonus.simulation import WHOLE_PERCENT
from plans.rulebook import doubts
from plans.rulebook.rows import Rule
from wallet import conversions

blueprint = flask.Blueprint("web_bonus", __name__, url_prefix="/io/premio")

# What offices are told of these names plans and tax codes, and what they do about it.
_OF_WORKERS: Mapping[type[DomainError], Any] = {
    BonusAgreementMissing: _l(
        "L'azienda non ha ancora registrato il deposito del contratto: per ora il premio non si converte. Chiedi"
        " all'ufficio del personale."
    ),
    BonusCreditOver: _l("Il credito di questo piano non si può più spendere: il premio resta in denaro."),
    BonusIncomeUnknown: _l(
        "Nessuno ha detto se l'anno scorso il tuo reddito di lavoro era nel limite di legge. Dillo all'ufficio del"
        " personale: lo scrive, e poi puoi scegliere il welfare."
    ),
}


class RateForm(Form):
    """The worker's highest rate of income tax, which nobody here knows; it stands in the address and nowhere else."""

    class Meta:
        """Nothing is changed by looking: the rate stands in the address."""

        csrf = False

    aliquota = CountField(
        _l("La tua aliquota IRPEF più alta, in percento"),
        [Optional(), NumberRange(1, WHOLE_PERCENT - 1, _l("Scrivi un numero intero da 1 a 99, come 23."))],
    )
    send = SubmitField(_l("Calcola il netto"))

    @property
    def points(self) -> int | None:
        """Return the rate in hundredths of one per cent; None where it was not told, or will not do."""
        return self.aliquota.data * 100 if self.validate() and self.aliquota.data else None


class ChooseForm(MoneyForm):
    """The word to choose a share."""

    quota = HiddenField()
    aliquota = HiddenField()
    send = SubmitField(_l("Confermo la scelta"))


class BackForm(MoneyForm):
    """The word to take a choice back."""

    send = SubmitField(_l("Annulla la scelta"))


@dataclass(frozen=True, slots=True)
class Done:
    """What a form of somebody did: the choice it made or took back, and the one that stands when it is answered."""

    choice_id: str
    standing: Choice | None


@dataclass(frozen=True, slots=True)
class Sight:
    """
    One bonus as its worker sees it, and what else there is.

    `outlook` is None where there is nothing to choose any more, or nothing can be said; `refusal` says why. `recorded`
    are choices that the office recorded about what was never offered.
    """

    offer: Offer | None
    choice: Choice | None
    outlook: Outlook | None
    refusal: DomainError | None
    others: Sequence[Offer]
    recorded: Sequence[Choice]
    today: date

    @property
    def state(self) -> str:
        """Return how far it is: `early`, `open`, `chosen`, `over`, or `none`."""
        if self.offer is None:
            return "none"
        if self.choice is not None:
            return "chosen"
        if self.today < self.offer.choose_from:
            return "early"
        return "open" if self.today <= self.offer.choose_by else "over"

    @property
    def choosable(self) -> Sequence[Option]:
        """Return the shares that can be chosen today."""
        return [] if self.outlook is None else [each for each in self.outlook.options if each.refusal is None]

    @property
    def spent_over(self) -> bool:
        """Whether the days are over on which whoever left could spend what they took as welfare."""
        return self.outlook is not None and self.outlook.spend_by < self.today

    def at_most(self, option: Option) -> bool:
        """Whether the net of a share holds only if last year's income was within the limit, which nobody said."""
        told = self.offer is None or self.offer.income_within is not None
        return not told and option.cash.substitute_base_minor > 0


@blueprint.app_template_filter("of_worker")
def of_worker(refusal: DomainError) -> str:
    """Return why a bonus is not converted, in words for whose bonus it is."""
    for kind, sentence in _OF_WORKERS.items():
        if isinstance(refusal, kind):
            return str(sentence)
    return words.refusal(refusal)


@blueprint.app_template_filter("doubt")
def doubt(rule: Rule) -> str:
    """Return what is doubtful in an interpretation; nothing where nobody wrote it down."""
    return doubts.load().get(rule.id, {}).get(words.asked(), "")


@blueprint.errorhandler(BonusOfferNotFound)
def gone(_refusal: BonusOfferNotFound) -> tuple[str, int]:
    """Show the bonus there is to whoever comes for an offer that was withdrawn or corrected, or is not theirs."""
    mine = me.owner("bonus:choose")
    return _shown(transact_in(mine.book_id, lambda session: _sight(session, mine, None)), gone=True), 404


@blueprint.get("")
@needs("bonus:choose")
def latest() -> tuple[str, int]:
    """Show the bonus that waits for a choice, else the last one."""
    return _looked(None)


@blueprint.get("/<string:offer_id>")
@needs("bonus:choose")
def show(offer_id: str) -> tuple[str, int]:
    """Show one bonus: what each share comes to, or what was chosen."""
    return _looked(offer_id)


@blueprint.route("/<string:offer_id>/conferma", methods=("GET", "POST"))
@forms.addressed
@needs("bonus:choose")
def confirm(offer_id: str) -> Response | tuple[str, int]:
    """Tell what a share comes to, and choose it where it is confirmed."""
    mine, given = me.owner("bonus:choose"), flask.request.form or flask.request.args
    typed = given.get("quota", "")
    share, rate = _share(typed), RateForm(formdata=MultiDict({"aliquota": given.get("aliquota", "")}))
    points = rate.points
    if share is None:
        sight = transact_in(mine.book_id, lambda session: _sight(session, mine, offer_id, ordinary_points=points))
        if sight.state == "open":
            return _shown(sight, rate=rate, typed=typed), 422
        return flask.redirect(flask.url_for(".show", offer_id=offer_id))
    form = ChooseForm()
    audit.about(employee_id=mine.employee_id, target=offer_id)
    done = forms.attempt(form, lambda: _chosen(mine, offer_id, share, form.key.data))
    if done is not None:
        _tell_chosen(done)
        return flask.redirect(flask.url_for(".show", offer_id=offer_id))
    sight = transact_in(mine.book_id, lambda session: _sight(session, mine, offer_id, share, ordinary_points=points))
    option = None if sight.outlook is None else sight.outlook.option(share)
    if sight.state != "open" or option is None:
        if form.refusals and sight.choice is not None:
            kept = sight.choice.share_percent
            flask.flash(_("Avevi già scelto %(share)s %% in welfare: conta quella scelta.", share=kept))
        return flask.redirect(flask.url_for(".show", offer_id=offer_id))
    form.quota.data = str(share)
    form.aliquota.data = given.get("aliquota", "")
    return forms.show("me/bonus_confirm.html", form, sight=sight, option=option)


@blueprint.post("/<string:offer_id>/annulla")
@needs("bonus:choose")
def take_back(offer_id: str) -> Response | tuple[str, int]:
    """Take a choice back, while nothing of its credit is spent; it may be made again until the last day."""
    mine, form = me.owner("bonus:choose"), BackForm()
    audit.about(employee_id=mine.employee_id, target=offer_id)

    def work(session: Session) -> Done:
        made = idempotency.once(
            session,
            mine.book_id,
            current().actor,
            "bonus_take_back",
            form.key.data,
            {"offer": offer_id},
            work=lambda: (
                conversions.take_back(session, mine.book_id, mine.employee_id, offer_id, actor=current().actor)[
                    0
                ].choice_id
            ),
            answer=lambda choice_id: {"choice_id": choice_id},
            replay=lambda kept: forms.again(str(kept["choice_id"])),
        )
        return _done(session, mine, offer_id, made)

    done = forms.attempt(form, lambda: transact_in(mine.book_id, work))
    if done is None:
        sight = transact_in(mine.book_id, lambda session: _sight(session, mine, offer_id))
        if not (form.refusals and sight.state == "open"):
            return _shown(sight, form), form.status
        # In another tab it was taken back before.
        flask.flash(_("L'avevi annullata: scegli di nuovo."))
        return flask.redirect(flask.url_for(".show", offer_id=offer_id))
    if done.standing is None:
        forms.tell(_("Scelta annullata: puoi scegliere di nuovo."))
    else:
        flask.flash(_("L'avevi già annullata, e poi hai scelto di nuovo: conta la scelta che vedi qui."))
    return flask.redirect(flask.url_for(".show", offer_id=offer_id))


def _looked(offer_id: str | None) -> tuple[str, int]:
    mine, rate = me.owner("bonus:choose"), RateForm(formdata=flask.request.args)
    points = rate.points
    sight = transact_in(mine.book_id, lambda session: _sight(session, mine, offer_id, ordinary_points=points))
    return _shown(sight, rate=rate), 422 if rate.errors else 200


def _chosen(mine: Owner, offer_id: str, share: int, key: str | None) -> Done:
    def work(session: Session) -> Done:
        made = idempotency.once(
            session,
            mine.book_id,
            current().actor,
            "bonus_choose",
            key,
            {"offer": offer_id, "share": share},
            work=lambda: (
                conversions.choose_offered(
                    session, mine.book_id, mine.employee_id, offer_id, share, actor=current().actor
                ).choice.choice_id
            ),
            answer=lambda choice_id: {"choice_id": choice_id},
            replay=lambda kept: forms.again(str(kept["choice_id"])),
        )
        return _done(session, mine, offer_id, made)

    return transact_in(mine.book_id, work)


def _done(session: Session, mine: Owner, offer_id: str, choice_id: str) -> Done:
    offer = offers.own(session, mine.book_id, mine.employee_id, offer_id)
    return Done(choice_id, offers.choice_about(session, mine.book_id, offer))


def _tell_chosen(done: Done) -> None:
    """Tell that a choice was recorded; of one that was taken back since, what counts now."""
    if done.standing is None:
        flask.flash(_("L'avevi annullata: scegli di nuovo."))
    elif done.standing.choice_id != done.choice_id:
        kept = done.standing.share_percent
        flask.flash(
            _("Quella scelta l'avevi annullata: conta %(share)s %% in welfare, che hai scelto dopo.", share=kept)
        )
    else:
        forms.tell(_("Scelta registrata."))


def _sight(
    session: Session,
    mine: Owner,
    offer_id: str | None,
    share: int | None = None,
    *,
    ordinary_points: int | None = None,
) -> Sight:
    today = clock.today()
    offered = offers.of_person(session, mine.book_id, mine.employee_id)
    made = {(one.plan_code, one.premium): one for one in choices.of_person(session, mine.book_id, mine.employee_id)}
    if offer_id is None:
        # Those that can be chosen about come first, the first to end before the others.
        waiting = [each for each in offered if each.open_on(today) and (each.plan_code, each.premium) not in made]
        offer = min(waiting, key=lambda each: each.choose_by) if waiting else offered[0] if offered else None
    else:
        offer = offers.own(session, mine.book_id, mine.employee_id, offer_id)
    told = {(each.plan_code, each.premium) for each in offered}
    sight = Sight(
        offer=offer,
        choice=None if offer is None else made.get((offer.plan_code, offer.premium)),
        outlook=None,
        refusal=None,
        others=[each for each in offered if each != offer],
        recorded=[one for key, one in made.items() if key not in told],
        today=today,
    )
    if offer is None or sight.state == "over":
        return sight
    told_of = {"share": share, "ordinary_points": ordinary_points}
    try:
        seen, refusal = outlook.of(session, mine.book_id, offer, today=today, **told_of), None
    except DomainError as found:
        seen, refusal = None, found
    return Sight(sight.offer, sight.choice, seen, refusal, sight.others, sight.recorded, today)


def _shown(
    sight: Sight,
    form: BackForm | None = None,
    rate: RateForm | None = None,
    *,
    typed: str | None = None,
    gone: bool = False,
) -> str:
    """Draw the page; `typed` is a share that will not do, `gone` that what was asked for is not there any more."""
    options = sight.outlook.options if sight.outlook is not None and sight.state in ("open", "early") else ()
    bars = [
        Bar(
            _("%(share)s %% in welfare, stima", share=each.share_percent)
            if each.cash.ordinary_base_minor
            else _("%(share)s %% in welfare", share=each.share_percent),
            each.total_minor,
        )
        for each in options
        if each.total_minor is not None and (each.refusal is None or each.share_percent == 0)
    ]
    return flask.render_template(
        "me/bonus.html",
        sight=sight,
        form=form or BackForm(formdata=None),
        rate=rate or RateForm(formdata=None),
        sent=form is not None,
        typed=typed,
        gone=gone,
        picture=charts.address(bars) if len(bars) > 1 else None,
    )


def _share(asked: str) -> int | None:
    """Return a share as somebody chose or typed it."""
    typed = asked.strip().removesuffix("%").strip()
    share = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 3 else None
    return share if share is not None and share <= WHOLE_PERCENT else None
