"""Notices: which letters an event makes, to whom, and with which facts; in each one's language, as they chose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from api.events import choices, mail
from api.events.errors import AddressInvalid
from api.events.kinds import TEMPLATES
from config import clock, database
from network import services, territories
from network.audience import MadeFor
from network.checklist import Family
from network.services import Kind as ServiceKind
from plans import funders, people, plans
from wallet import authorizations
from wallet.outbox import Event
from wallet.reasons import Voiding
from wallet.reimbursements.words import Reason

SUGGESTIONS = 3
NEWS = timedelta(days=7)
# Enough of the nearest for three of different needs.
_LOOKED_AT = 60
_PERSONS = (
    "select distinct m.member_id, m.name, m.email, m.language from member m join appointment a using (member_id)"
    " where m.kind = 'person' and m.email is not null and m.ended_at is null and a.ended_at is null"
    "   and (a.role = 'employee' and a.book_id = %(book)s and a.employee_id = %(employee)s"
    "     or a.role = 'provider' and a.provider_code = %(provider)s"
    "     or a.role = 'accountant' and a.book_id = %(accountants_of)s"
    "     or a.role = 'welfare_manager' and %(welfare_managers)s) order by m.member_id"
)
_MEMBER = (
    "select member_id, name, email, language from member"
    " where member_id = %s and kind = 'person' and email is not null and ended_at is null"
)
_log = structlog.get_logger("borsellino.notices")

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Notice:
    """A letter to be: its template, and its facts in a language."""

    template: str
    facts: Callable[[str], Facts]


def queue(session: Session, event: Any) -> int:
    """
    Queue the letters of an event, and return how many; what cannot be told is noted and holds nobody up.

    What a person bought or was paid is told to that person alone, what concerns a provider to its people, a month that
    is not closed to the accountants of its book, and that somebody asked for something to the welfare managers.
    """
    # What happened long ago is no news: a demonstration's history, or a worker that was away for weeks.
    found = _notice(session, event) if event.occurred_at > clock.now() - NEWS else None
    if found is None:
        return 0
    personal = event.employee_id is not None
    to_network = event.type == Event.REQUEST_CREATED
    asked = {
        "book": event.book_id,
        "employee": None if to_network else event.employee_id,
        "welfare_managers": to_network,
        "provider": None if personal else event.provider_code,
        "accountants_of": event.book_id if event.type == Event.PERIOD_OPEN else None,
    }
    return _send(session, database.rows(session, _PERSONS, asked), found)


def to_member(session: Session, member_id: str, template: str, facts: Facts) -> int:
    """Queue a letter to one member, if they want it, and return how many that were."""
    rows = database.rows(session, _MEMBER, (member_id,))
    return _send(session, rows, _Notice(template, lambda _: facts))


def _send(session: Session, members: list[Any], notice: _Notice) -> int:
    queued = 0
    for member in members:
        if not choices.wants(session, member.member_id, TEMPLATES[notice.template]):
            continue
        facts = {**notice.facts(member.language), "name": member.name}
        try:
            mail.queue(session, member.email, notice.template, facts, member.language, member_id=member.member_id)
            queued += 1
        except AddressInvalid:
            _log.warning("address_invalid", member=member.member_id)
    return queued


def _notice(session: Session, event: Any) -> _Notice | None:
    facts: Facts = event.facts
    match event.type:
        case Event.AUTHORIZATION_CREATED | Event.AUTHORIZATION_ACCEPTED:
            return _Notice("purchase_authorized", lambda _: _purchase(session, event))
        case Event.AUTHORIZATION_DECLINED:
            found = authorizations.get(session, event.book_id, event.aggregate)
            return _Notice(
                "purchase_declined", lambda language: {**_purchase(session, event), "why": found.sentence(language)}
            )
        case Event.AUTHORIZATION_EXPIRED:
            return _Notice("purchase_ended", lambda _: {**_purchase(session, event), "why": ""})
        case Event.AUTHORIZATION_VOIDED if facts.get("reason") in (
            Voiding.PROVIDER_SUSPENDED,
            Voiding.PROVIDER_REFUSED,
        ):
            return _Notice("purchase_ended", lambda _: {**_purchase(session, event), "why": facts["reason"]})
        case Event.REFUND_CREATED:
            return _Notice("refund", lambda _: {**_purchase(session, event), "given_back_minor": facts["moved_minor"]})
        case (
            Event.REIMBURSEMENT_SUBMITTED
            | Event.REIMBURSEMENT_NEEDS_FIX
            | Event.REIMBURSEMENT_APPROVED
            | Event.REIMBURSEMENT_PAID
            | Event.REIMBURSEMENT_REJECTED
        ):
            return _Notice("reimbursement", lambda language: {**facts, "reasons": _reasons(facts, language)})
        case Event.LOT_EXPIRING if event.employee_id is not None:
            more = {"plan_name": facts["name"], "suggestions": list(_suggestions(session, event))}
            return _Notice("lot_expiring", lambda _: {**facts, **more})
        case Event.LOT_EXPIRED if event.employee_id is not None:
            return _Notice("lot_expired", lambda _: facts)
        case Event.QUALIFICATION_EXPIRING:
            return _Notice(
                "qualification_expiring", lambda language: {**facts, "documents": _documents(facts, language)}
            )
        case Event.REQUEST_CREATED:
            place = territories.get(session, facts["territory"]).name
            return _Notice("request_created", lambda _: {"request": facts["request_id"], "territory_name": place})
        case Event.REQUEST_ANSWERED:
            return _Notice("request_answered", lambda _: {"request": facts["request_id"]})
        case Event.PERIOD_OPEN:
            return _Notice("period_open", lambda _: facts)
        case Event.PAYOUT_SCHEDULED:
            return _Notice("payout_scheduled", lambda _: facts)
    return None


def _purchase(session: Session, event: Any) -> dict[str, Any]:
    names = services.entry_of(session, event.facts["service"], on=clock.today())
    what = names.name if names.provider_name is None else f"{names.name}, {names.provider_name}"
    return {"answer_by": None, **event.facts, "what": what}


def _reasons(facts: Facts, language: str) -> list[str]:
    return [Reason(reason).label(language) for reason in facts["reasons"]]


def _documents(facts: Facts, language: str) -> list[str]:
    return [f"{Family(one['family']).label(language)}: {one['evidence']}" for one in facts["documents"]]


def _suggestions(session: Session, event: Any) -> Iterator[dict[str, Any]]:
    """Return what may be bought with a lot: near home, within the plan, within what is left; of different needs."""
    terms = plans.terms(session, event.book_id, [event.facts["plan_id"]])[event.facts["plan_id"]]
    payable = ([str(each) for each in terms.categories], [str(each) for each in terms.channels])
    found = services.find(
        session,
        on=clock.today(),
        near=people.employee(session, event.book_id, event.employee_id).home_territory
        or funders.of_book(session, event.book_id).home_territory,
        payable=[payable],
        max_price_minor=event.facts["amount_minor"],
        made_for=(MadeFor.ANY, MadeFor.WORKER, MadeFor.WORKER_OR_DEPENDANT),
        only_qualified=True,
        limit=_LOOKED_AT,
    )
    fitting = [entry for entry in found if entry.price_minor is not None and entry.kind is not ServiceKind.REQUEST]
    first_of = {entry.need: entry for entry in reversed(fitting)}
    chosen = [entry for entry in fitting if first_of[entry.need] is entry]
    rest = [entry for entry in fitting if entry not in chosen]
    for entry in (chosen + rest)[:SUGGESTIONS]:
        yield {
            "service_name": entry.name,
            "provider_name": entry.provider_name or "",
            "price_minor": entry.price_minor,
            "place": entry.territory_name or "",
            "distance_km": entry.distance_km,
        }
