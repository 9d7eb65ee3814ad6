"""What people are told by mail: of their own, in their language, as they chose."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access.roles import Role
from api.events import choices, delivery, mail, notices, telling
from api.events.kinds import Kind
from api.jobs import works
from config import clock, database
from network import acceptance
from network.acceptance import Terms
from tests.api.counter import Counter
from tests.api.events.conftest import Post
from tests.api.v1.conftest import NOON
from wallet import captures, outbox
from wallet.outbox import Event


@pytest.fixture(autouse=True)
def _nothing_waits(counter: Counter) -> Iterator[None]:
    def clear(session: Session) -> None:
        for table in ("event", "mail", "notification_choice", "lot_reminder", "provider_reminder"):
            session.execute(sa.text(f"delete from {table}"))
        session.execute(sa.text("update member set language = 'it'"))

    database.transact(clear)
    yield
    database.transact(clear)


def letters(post: Post) -> list[EmailMessage]:
    """What was sent since it was asked last."""
    telling.tell_waiting()
    mail.send_due()
    found = list(post.taken)
    post.taken.clear()
    return found


def text(letter: EmailMessage) -> str:
    found: str = next(letter.iter_parts()).get_content()  # type: ignore[attr-defined]
    return found


def happen(counter: Counter, event: Event, person: str | None = "giulia", book: str = "E1", **facts: Any) -> None:
    employee_id = None if person is None else counter.people[person]
    database.transact(
        lambda session: outbox.tell(session, counter.books[book], event, "x", facts, employee_id=employee_id)
    )


def test_a_purchase_is_told_to_whoever_made_it_and_its_subject_names_no_service(counter: Counter, post: Post) -> None:
    bought = counter.buy("giulia")

    (letter,) = letters(post)

    assert letter["To"] == "giulia@example.it"
    assert letter["Subject"] == "Acquisto autorizzato: 55,00\xa0€"
    body = text(letter)
    items = [line for line in body.splitlines() if line.startswith("- ")]
    assert items[:3] == [
        "- Sostegno psicologico familiare, Consorzio Torrazzo Servizi",
        "- Importo: 55,00\xa0€",
        "- Data del servizio: 02/03/2026",
    ]
    assert bought["code"] not in letter.as_string()
    assert letter["List-Unsubscribe"] == "<mailto:welfare@example.it?subject=unsubscribe%20purchases>"
    assert "https://welfare.example.it/notifications" in body.splitlines()


def test_a_request_is_told_to_the_welfare_managers_and_its_answer_to_the_person_without_a_word_of_theirs(
    counter: Counter, post: Post
) -> None:
    asked = counter.ask("giulia", "POST", "/v1/requests", {"text": "Mia madre Zelinda", "service": "CON-CR"}).get_json()
    (to_manager,) = letters(post)
    counter.ask("marta", "POST", f"/v1/requests/{asked['id']}/answers", {"text": "Per Zelinda", "services": ["PSI-CR"]})
    (to_person,) = letters(post)

    assert (to_manager["To"], to_manager["Subject"]) == (
        "marta@example.it",
        "Nuova richiesta di orientamento: Cremona",
    )
    assert (to_person["To"], to_person["Subject"]) == ("giulia@example.it", "C'è una risposta alla tua richiesta")
    for letter in (to_manager, to_person):
        assert asked["id"] in text(letter)
        assert not re.search("Zelinda|[Pp]sicolog|onciliazione", letter.as_string())


def test_a_decline_says_why_and_what_to_do(counter: Counter, post: Post) -> None:
    counter.ask("giulia", "POST", "/v1/authorizations", {"service": "PSI-CR", "quantity": 400})

    (letter,) = letters(post)

    assert letter["Subject"].startswith("Acquisto non autorizzato:")
    assert "Dal tuo borsellino non è uscito nulla." in text(letter).splitlines()
    assert "- Sostegno psicologico familiare, Consorzio Torrazzo Servizi" in text(letter).splitlines()
    assert "disponibil" in text(letter)


def test_a_purchase_whose_provider_was_suspended_is_told_to_have_ended(counter: Counter, post: Post) -> None:
    counter.buy("giulia")
    letters(post)

    database.transact(lambda session: captures.void_of_provider(session, "P04", actor="op"))
    # What other tests left open is voided with it.
    ended, *_ = [letter for letter in letters(post) if letter["To"] == "giulia@example.it"]

    assert ended["Subject"] == "Un acquisto non è più valido: 55,00\xa0€ di nuovo disponibili"
    assert "è stato annullato" in text(ended)


def test_what_waits_for_its_provider_is_told_so_and_how_it_ends(counter: Counter, post: Post) -> None:
    database.transact(lambda session: acceptance.change(session, Terms("P04", 24)))
    accepted, refused = (counter.buy("giulia")["id"] for _ in range(2))
    database.transact(lambda session: acceptance.change(session, Terms("P04")))

    waiting = [text(letter) for letter in letters(post) if letter["To"] == "giulia@example.it"]
    counter.ask("p04", "POST", f"/v1/acceptances/{accepted}/acceptances", {})
    counter.ask("p04", "POST", f"/v1/acceptances/{refused}/refusals", {"reason": "fully_booked"})
    ended = [text(letter) for letter in letters(post) if letter["To"] == "giulia@example.it"]

    assert all("deve prima accettare" in told and "è nel tuo borsellino" not in told for told in waiting)
    assert ["è nel tuo borsellino" in told for told in ended] == [True, False]
    assert "non può accettare questo acquisto" in ended[1]


def test_a_refund_is_told(counter: Counter, post: Post) -> None:
    bought = counter.buy("giulia")
    counter.ask("p04", "POST", f"/v1/authorizations/{bought['id']}/captures", {})
    letters(post)
    counter.ask("marta", "POST", f"/v1/authorizations/{bought['id']}/refunds", {"reason": "mai dato"})

    (letter,) = letters(post)
    assert letter["Subject"] == "Ti sono stati restituiti 55,00\xa0€"
    assert "- Sostegno psicologico familiare, Consorzio Torrazzo Servizi" in text(letter).splitlines()


REIMBURSEMENT = {
    "reimbursement_id": "rmb_1",
    "amount_minor": 10_000,
    "approved_minor": 8_000,
    "promised_on": "2026-03-12",
    "fix_by": "2026-04-01",
    "payroll_month": "2026-03-01",
    "reasons": ["document_unreadable"],
}


@pytest.mark.parametrize(
    ("event", "status", "subject", "inside"),
    [
        (Event.REIMBURSEMENT_SUBMITTED, "submitted", "Rimborso presentato: 100,00\xa0€", "entro il 12/03/2026"),
        (Event.REIMBURSEMENT_NEEDS_FIX, "needs_fix", "Il tuo rimborso di 100,00\xa0€ è da sistemare", "01/04/2026"),
        (Event.REIMBURSEMENT_APPROVED, "approved", "Rimborso approvato: 80,00\xa0€", "su 100,00\xa0€ chiesti"),
        (Event.REIMBURSEMENT_PAID, "paid", "Rimborso pagato: 80,00\xa0€", "marzo 2026"),
        (Event.REIMBURSEMENT_REJECTED, "rejected", "Rimborso respinto: 100,00\xa0€", "respinta"),
        (Event.REIMBURSEMENT_REJECTED, "expired", "Il tuo rimborso di 100,00\xa0€ è scaduto", "non è stata corretta"),
    ],
)
def test_every_step_of_a_reimbursement_is_told(
    counter: Counter, post: Post, event: Event, status: str, subject: str, inside: str
) -> None:
    happen(counter, event, **REIMBURSEMENT, status=status)

    (letter,) = letters(post)

    assert letter["Subject"] == subject
    assert inside in text(letter)
    assert "document_unreadable" not in text(letter)


def test_credit_that_ends_is_told_with_three_things_to_do_with_it_nearby(counter: Counter, post: Post) -> None:
    with clock.at(date(2026, 10, 31)):
        works.remind(collections.Counter())
        works.remind(collections.Counter())
        found = {str(letter["To"]): letter for letter in letters(post) if "@example.it" in str(letter["To"])}
        again = letters(post)

    assert again == []
    letter = found["mario@example.it"]
    free = database.transact(lambda session: _free(session, counter, "mario"))
    assert f"{free // 100},00\xa0€ da usare entro il 30/11/2026: ancora " in letter["Subject"]
    suggestions = [line for line in text(letter).splitlines() if line.startswith("- ")]
    assert len(suggestions) == 3
    prices = [int(re.sub(r"\D", "", line.rsplit(":", 1)[1])) for line in suggestions]
    assert all(0 < price <= free for price in prices)
    assert all("Cremona" in line for line in suggestions)


def _free(session: Session, counter: Counter, who: str) -> int:
    return int(
        session.execute(
            sa.text(
                "select sum(b.side * (b.debit_posted - b.credit_posted) - b.held_minor) from lot l"
                " join balance b using (book_id, account_id) where l.employee_id = :who"
            ),
            {"who": counter.people[who]},
        ).scalar_one()
    )


def test_suggestions_are_within_what_is_left(counter: Counter, post: Post) -> None:
    plan_id = database.transact(
        lambda session: session.execute(
            sa.text("select plan_id from plan where book_id = :book and code = 'A'"), {"book": counter.books["E1"]}
        ).scalar_one()
    )
    facts = {"plan_id": plan_id, "plan": "A", "name": "Piano", "last_day": "2026-11-30", "days_left": 7, "step": 7}
    happen(counter, Event.LOT_EXPIRING, amount_minor=1, **facts)
    happen(counter, Event.LOT_EXPIRING, amount_minor=6_000, **facts)

    poor, better = letters(post)

    assert "- " not in "\n".join(line for line in text(poor).splitlines() if line.startswith("- "))
    assert "Per esempio" not in text(poor)
    assert [line for line in text(better).splitlines() if line.startswith("- ")]


def test_what_concerns_a_person_is_told_to_nobody_else(counter: Counter, post: Post) -> None:
    counter.buy("giulia")
    counter.buy("anna", service="SAN-CR")

    assert sorted(str(letter["To"]) for letter in letters(post)) == ["anna@example.it", "giulia@example.it"]


def test_each_member_is_written_to_in_their_language(counter: Counter, post: Post) -> None:
    database.transact(
        lambda session: session.execute(sa.text("update member set language = 'en' where email = 'giulia@example.it'"))
    )
    counter.buy("giulia")

    assert letters(post)[0]["Subject"] == "Purchase authorized: €55.00"


def test_what_a_member_does_not_want_is_not_sent(counter: Counter, post: Post) -> None:
    before = counter.ask("giulia", "GET", "/v1/notifications")
    body = {"notifications": [{"kind": "purchases", "mail": False}]}
    chosen = counter.ask("giulia", "PUT", "/v1/notifications", body, If_Match=before.headers["ETag"])
    counter.buy("giulia")
    counter.buy("mario")

    assert chosen.status_code == 200
    assert [str(letter["To"]) for letter in letters(post)] == ["mario@example.it"]


def test_choices_are_shown_and_changed_only_as_they_were_read(counter: Counter) -> None:
    shown = counter.ask("giulia", "GET", "/v1/notifications", Accept_Language="it")
    kinds = {each["kind"]: each for each in shown.get_json()["notifications"]}
    body = {"notifications": [{"kind": "refunds", "mail": False}, {"kind": "requests", "mail": False}]}
    path = "/v1/notifications"

    assert set(kinds) == {"expiring", "purchases", "refunds", "reimbursements", "requests", "security"}
    assert all(each["mail"] for each in kinds.values())
    assert [kind for kind, each in kinds.items() if each["fixed"]] == ["security"]
    assert kinds["expiring"]["label"] == "Credito in scadenza"
    assert counter.ask("giulia", "PUT", path, body).status_code == 428
    # What is read in one language is the same in another.
    tag = counter.ask("giulia", "GET", path, Accept_Language="en").headers["ETag"]
    assert tag == shown.headers["ETag"]
    changed = counter.ask("giulia", "PUT", path, body, If_Match=tag)
    off = [each["kind"] for each in changed.get_json()["notifications"] if not each["mail"]]
    assert (changed.status_code, off) == (200, ["refunds", "requests"])
    assert counter.ask("giulia", "PUT", path, body, If_Match=tag).status_code == 412
    fresh = counter.ask("giulia", "GET", path)
    assert fresh.headers["ETag"] == changed.headers["ETag"]
    assert counter.ask("giulia", "GET", path, If_None_Match=fresh.headers["ETag"]).status_code == 304
    assert all(each["mail"] for each in counter.ask("mario", "GET", path).get_json()["notifications"])


@pytest.mark.parametrize(
    ("who", "kinds"),
    [
        ("p04", {"qualification", "payouts", "webhooks", "security"}),
        ("accountant", {"closing", "webhooks", "security"}),
        ("hr", {"webhooks", "security"}),
    ],
)
def test_nobody_is_asked_about_letters_that_are_for_others(counter: Counter, who: str, kinds: set[str]) -> None:
    found = counter.ask(who, "GET", "/v1/notifications").get_json()["notifications"]

    assert {each["kind"] for each in found} == kinds


def test_every_kind_of_letter_is_for_somebody() -> None:
    assert frozenset().union(*map(choices.offered, Role)) == set(Kind)


def test_letters_about_security_cannot_be_turned_off(counter: Counter) -> None:
    tag = counter.ask("giulia", "GET", "/v1/notifications").headers["ETag"]
    body = {"notifications": [{"kind": "security", "mail": False}, {"kind": "refunds", "mail": False}]}

    refused = counter.ask("giulia", "PUT", "/v1/notifications", body, If_Match=tag)

    assert (refused.status_code, refused.get_json()["code"]) == (422, "notification_fixed")
    assert counter.ask("giulia", "GET", "/v1/notifications").headers["ETag"] == tag


def test_what_cannot_be_written_holds_nobody_up(counter: Counter, post: Post) -> None:
    happen(counter, Event.AUTHORIZATION_DECLINED, service="NO-SUCH", amount_minor=1)
    happen(counter, Event.REFUND_CREATED, nothing="at all")
    counter.buy("mario")

    assert [str(letter["To"]) for letter in letters(post)] == ["mario@example.it"]
    waiting = database.transact(
        lambda session: session.execute(sa.text("select count(*) from event where told_at is null")).scalar_one()
    )
    assert waiting == 0


def test_a_provider_is_told_of_its_payout(counter: Counter, post: Post) -> None:
    facts = {
        "payment": "R1-00001",
        "provider": "P04",
        "amount_minor": 5_500,
        "fee_minor": 0,
        "execute_on": "2026-03-09",
    }
    database.transact(
        lambda session: outbox.tell(session, None, Event.PAYOUT_SCHEDULED, "R1-00001", facts, provider_code="P04")
    )

    (letter,) = letters(post)

    assert (letter["To"], letter["Subject"]) == (
        "p04@example.it",
        "Pagamento in arrivo: 55,00\xa0€ il 09/03/2026",
    )


def test_who_registered_a_webhook_is_told_when_it_is_turned_off(counter: Counter, post: Post, receiver: Any) -> None:
    body = {"url": receiver.url + "?token=secret", "events": ["clearing.closed"]}
    assert counter.ask("operator", "POST", "/v1/webhooks", body).status_code == 201
    receiver.answers = [410]
    database.transact(lambda session: outbox.tell(session, None, Event.CLEARING_CLOSED, "x", {}))
    delivery.deliver_due()

    (letter,) = letters(post)

    assert (letter["To"], letter["Subject"]) == ("operator@example.it", "Un webhook è stato disattivato")
    assert "secret" not in letter.as_string()


def test_credit_that_ended_is_told(counter: Counter, post: Post) -> None:
    happen(counter, Event.LOT_EXPIRED, plan="A", amount_minor=1_000, expired_on="2026-12-01")

    assert [letter["Subject"] for letter in letters(post)] == ["Il tuo credito di 10,00\xa0€ è scaduto"]


def test_the_moment_of_a_letter_is_the_clocks(counter: Counter, post: Post) -> None:
    counter.buy("giulia")

    (letter,) = letters(post)

    assert letter["Date"].datetime == NOON


def test_what_happened_long_ago_is_no_news(counter: Counter, post: Post) -> None:
    counter.buy("giulia")
    with clock.at(NOON + notices.NEWS + timedelta(minutes=1)):
        assert letters(post) == []

    counter.buy("giulia")
    with clock.at(NOON + notices.NEWS - timedelta(minutes=1)):
        assert len(letters(post)) == 1


def test_accountants_are_told_of_a_month_that_is_not_closed(counter: Counter, post: Post) -> None:
    facts = {"starts_on": "2026-02-01", "ends_on": "2026-02-28"}
    database.transact(lambda session: outbox.tell(session, counter.books["E1"], Event.PERIOD_OPEN, "1/2026-02", facts))

    (letter,) = letters(post)

    assert (letter["To"], letter["Subject"]) == (
        "accountant@example.it",
        "Da chiudere: il periodo fino al 28/02/2026",
    )
