"""The pages of an order: three steps to it, what became of it, and its code."""

from __future__ import annotations

from dataclasses import replace

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.access import audit
from api.access.identity import current, needs, transact, transact_in
from api.access.roles import Role
from api.conventions.qr import picture
from api.running import metrics
from api.web import forms, guards, me, words
from api.web.me import Owner, declaring
from api.web.order import places
from api.web.order.places import Around, PlaceForm
from api.web.order.shapes import ConfirmForm, DisputeForm, VoidForm, WhenForm, WhomForm
from api.web.public import names
from api.web.public.looking import MYSELF, UNSAID
from ledger import idempotency
from network import contacts
from network.contacts import Contact
from network.services import Delivery, Kind
from wallet import authorizations, captures, delivery_places, orders, previews
from wallet.authorizations import Authorization
from wallet.delivery_places import Told
from wallet.orders import Order
from wallet.previews import Choosing, Preview
from wallet.reasons import Voiding
from wallet.redemptions import vouchers
from wallet.settlement import disputes

blueprint = flask.Blueprint("web_order", __name__, url_prefix="/io")

_Page = Response | str | tuple[str, int]


# Whoever acts for others has pages of their own.
blueprint.before_request(guards.only(Role.EMPLOYEE))


@blueprint.context_processor
def _named() -> dict[str, object]:
    return {"names": names, "declarations": declaring.OF_RELATIVES, "drawing": forms.drawing()}


def _choosing(service: str) -> Choosing:
    mine = me.owner("authorizations:create")
    return transact(lambda session: previews.choosing(session, mine.book_id, mine.employee_id, service))


@blueprint.get("/ordina/<string:service>")
@needs("authorizations:create")
def begin(service: str) -> _Page:
    """Ask for whom it is; what has no price is asked for in words."""
    found = _choosing(service)
    if found.service.kind is Kind.REQUEST:
        return flask.redirect(flask.url_for("web_orientation.ask", servizio=service))
    asked = flask.request.args
    said = asked.get("per")
    whom = said if _known(found, said) else None if said == UNSAID else MYSELF
    form = WhomForm(formdata=asked)
    if "avanti" in asked:
        form.per.errors, form.status = [_("Scegli per chi è.")], 422
    return forms.show("order/whom.html", form, found=found, asked=asked, whom=whom)


@blueprint.get("/ordina/<string:service>/quando")
@forms.addressed
@needs("authorizations:create")
def when(service: str) -> _Page:
    """Ask when, how much, and in which way."""
    found, given = _choosing(service), flask.request.args
    if not _known(found, given.get("per")):
        return flask.redirect(flask.url_for("web_order.begin", service=service, per=UNSAID, avanti=1))
    said = "quante" in given or "importo" in given
    form = WhenForm(found, formdata=given) if said else WhenForm(found, formdata=None, per=given["per"], quante=1)
    return flask.render_template("order/when.html", form=form, found=found, whom=found.relative(given["per"]))


@blueprint.route("/ordina/<string:service>/conferma", methods=("GET", "POST"))
@forms.addressed
@needs("authorizations:create")
def confirm(service: str) -> _Page:
    """Tell what would be decided, and order it where it is confirmed."""
    found, given = _choosing(service), flask.request.form or flask.request.args
    if not _known(found, given.get("per")):
        return flask.redirect(flask.url_for("web_order.begin", service=service, per=UNSAID, avanti=1))
    mine = me.owner("authorizations:create")
    whom = found.relative(given["per"])
    asked = WhenForm(found, formdata=given)
    reached = transact(
        lambda session: places.around(
            session, found.service, mine.book_id, mine.employee_id, whom.card if whom else None
        )
    )
    sent = flask.request.method == "POST"
    form = ConfirmForm() if sent else ConfirmForm(formdata=None)
    form.reach(reached)
    if not sent:
        form.fill(reached)
    else:

        def work(session: Session) -> tuple[Authorization, bool]:
            purchase = asked.purchase(mine.employee_id, service, consent=bool(form.consent.data))
            actor = current().actor
            made = previews.order(session, mine.book_id, purchase, form.told.data or "", actor=actor, key=form.key.data)
            return made, form.tell_place(session, mine.book_id, made, actor=actor)

        done = forms.attempt(form, lambda: transact_in(mine.book_id, work) if asked.validate() else None)
        if done is not None:
            made, as_said = done
            if made.replayed and not as_said:
                flask.flash(_("L'avevi già ordinato, ed eccolo. Dove devono venire è rimasto com'era: cambialo qui."))
            elif made.replayed:
                flask.flash(_("L'avevi già ordinato, ed eccolo: non ne abbiamo fatto un altro."))
            else:
                metrics.decided(made.status, made.decline_code)
            return flask.redirect(flask.url_for("web_order.voucher", authorization_id=made.authorization_id))

    def look(session: Session) -> tuple[Preview, Authorization | None]:
        made = authorizations.under_key(session, mine.book_id, current().actor, form.key.data)
        return previews.preview(session, mine.book_id, asked.purchase(mine.employee_id, service)), made

    seen = asked.look(lambda: transact_in(mine.book_id, look))
    if seen is None:
        return forms.show("order/when.html", asked, found=found, whom=whom)
    told, already = seen
    if form.told.data != told.told or forms.RESUMED in flask.request.form:
        # What was agreed to is agreed to anew, with what is told now; where to come is no matter of that, and stays.
        form.told.data, form.consent.data = told.told, False
    form.taxed.data = "y" if told.consented is not None else ""
    for name, value in asked.address().items():
        form[name].data = str(value)
    return forms.show("order/confirm.html", form, found=found, whom=whom, asked=asked, told=told, already=already)


def _known(found: Choosing, whom: str | None) -> bool:
    return whom == MYSELF or (whom is not None and found.relative(whom) is not None)


def _order(authorization_id: str) -> Order:
    """Find an order as far as whoever asks sees it, then all that became of it."""
    book_id = transact(lambda session: authorizations.book_of(session, authorization_id))
    return transact_in(book_id, lambda session: orders.get(session, book_id, authorization_id))


def _ordered_by(made: Authorization) -> str | None:
    """Return the name of whoever of the network ordered it in the person's place."""
    return transact(lambda session: audit.name(session, made.actor)) if made.on_behalf else None


def _drawn(
    found: Order, void: VoidForm | None = None, dispute: DisputeForm | None = None, place: PlaceForm | None = None
) -> tuple[str, int]:
    sent = void or dispute or place
    mine = me.owner("vouchers:present")

    def look(session: Session) -> tuple[Contact | None, Told | None, Around | None]:
        code = found.service.provider_code
        contact = contacts.of(session, code) if found.voidable and code is not None else None
        if found.service.delivery is not Delivery.HOME:
            return contact, None, None
        told = delivery_places.of(session, mine.book_id, found.authorization.authorization_id)
        return contact, told, _around(session, mine, found) if found.voidable and place is None else None

    contact, told, reached = transact(look)
    if reached is not None:
        place = PlaceForm(formdata=None)
        place.reach(reached)
        place.fill(reached if told is None else replace(reached, known=told.place))
    page = flask.render_template(
        "order/voucher.html",
        found=found,
        sentence=found.authorization.sentence(words.asked()),
        by=_ordered_by(found.authorization),
        void=void or VoidForm(formdata=None),
        dispute=dispute or DisputeForm(found.disputable, formdata=None),
        contact=contact,
        told=told,
        place=place if found.voidable else None,
        form=sent,
    )
    return page, 200 if sent is None else sent.status


@blueprint.get("/voucher/<string:authorization_id>")
@needs("vouchers:present")
def voucher(authorization_id: str) -> _Page:
    """Show an order with its code, and what became of it."""
    return _drawn(_order(authorization_id))


@blueprint.get("/voucher/<string:authorization_id>/qr.svg")
@needs("vouchers:present")
def qr(authorization_id: str) -> Response:
    """Draw the code that the provider reads."""
    code = transact(lambda session: vouchers.get(session, authorization_id)).code
    response = flask.Response(picture(code, "svg"), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/voucher/<string:authorization_id>/annulla")
@needs("authorizations:void")
def void(authorization_id: str) -> _Page:
    """End an order: what it reserves is free again."""
    found, form = _order(authorization_id), VoidForm()
    mine = me.owner("authorizations:void")
    audit.about(employee_id=mine.employee_id, target=authorization_id)
    done = forms.attempt(
        form,
        lambda: transact_in(
            mine.book_id,
            lambda session: captures.void(
                session,
                mine.book_id,
                authorization_id,
                reason=Voiding(form.reason.data),
                actor=current().actor,
                key=form.key.data,
            ),
        ),
    )
    if done is None:
        return _drawn(found, void=form)
    if found.shares is None:
        flask.flash(
            _("Ordine annullato: %(amount)s sono di nuovo nel tuo borsellino.", amount=words.amount(done.amount_minor))
        )
    else:
        flask.flash(_("Ordine annullato."))
    return flask.redirect(flask.url_for("web_order.voucher", authorization_id=authorization_id))


@blueprint.post("/voucher/<string:authorization_id>/luogo")
@needs("authorizations:create")
def place(authorization_id: str) -> _Page:
    """Tell where an order is to come, or change it; in a body, so that no home is in an address or a log."""
    found, mine = _order(authorization_id), me.owner("authorizations:create")
    reached = transact(lambda session: _around(session, mine, found))
    if reached is None:
        flask.abort(404)
    form = PlaceForm()
    form.reach(reached)
    audit.about(employee_id=mine.employee_id, target=authorization_id)

    def work(session: Session) -> Told:
        said = form.place
        assert said is not None  # noqa: S101 - the form asks for it
        return delivery_places.tell(session, mine.book_id, authorization_id, said, actor=current().actor)

    if forms.attempt(form, lambda: transact_in(mine.book_id, work)) is None:
        return _drawn(found, place=form)
    if found.usable:
        flask.flash(_("Salvato: il fornitore sa dove venire."))
    else:
        flask.flash(_("Salvato: il fornitore lo legge appena accetta l'ordine."))
    return flask.redirect(flask.url_for("web_order.voucher", authorization_id=authorization_id))


@blueprint.post("/voucher/<string:authorization_id>/luogo/togli")
@needs("authorizations:create")
def take_place_away(authorization_id: str) -> _Page:
    """Delete where an order is, or was, to come."""
    found, mine = _order(authorization_id), me.owner("authorizations:create")
    audit.about(employee_id=mine.employee_id, target=authorization_id)
    transact_in(
        mine.book_id,
        lambda session: delivery_places.take_away(session, mine.book_id, found.authorization.authorization_id),
    )
    flask.flash(_("Tolto: nessuno lo legge più."))
    return flask.redirect(flask.url_for("web_order.voucher", authorization_id=authorization_id))


def _around(session: Session, mine: Owner, found: Order) -> Around | None:
    return places.around(session, found.service, mine.book_id, mine.employee_id, found.relative)


@blueprint.post("/voucher/<string:authorization_id>/contesta")
@needs("disputes:open")
def dispute(authorization_id: str) -> _Page:
    """Dispute a charge: nobody is paid for it until it is settled."""
    found = _order(authorization_id)
    mine = me.owner("disputes:open")
    form = DisputeForm(found.captures)
    audit.about(employee_id=mine.employee_id, target=authorization_id)
    by = disputes.By(current().actor, disputes.Role.EMPLOYEE)

    def work() -> disputes.Dispute:
        reason, note, entry_id = disputes.Reason(form.why.data), form.note.data or "", form.capture.data
        return transact_in(
            mine.book_id,
            lambda session: idempotency.once(
                session,
                mine.book_id,
                current().actor,
                "page_dispute",
                form.key.data,
                {"capture": entry_id, "reason": str(reason), "note": note},
                work=lambda: disputes.open_dispute(
                    session, mine.book_id, authorization_id, reason, by=by, entry_id=entry_id, note=note
                ),
                answer=lambda made: {"dispute_id": made.dispute_id},
                replay=lambda kept: disputes.get(session, mine.book_id, kept["dispute_id"]),
            ),
        )

    if forms.attempt(form, work) is None:
        return _drawn(found, dispute=form)
    flask.flash(_("Contestazione aperta: il fornitore non sarà pagato finché non è chiusa."))
    return flask.redirect(flask.url_for("web_order.voucher", authorization_id=authorization_id))
