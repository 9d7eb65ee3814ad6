"""Something of everybody's: what each role has a place of its own for, and who else has one."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from api.access import sessions
from api.access.roles import Role
from config import database
from ledger import books
from network import acceptance
from network.acceptance import Terms
from plans import funders
from plans.social import offer
from plans.words import FunderKind
from tests import factories
from tests.api.counter import Counter, appoint
from tests.api.v1 import test_elsewhere as payroll_desk
from tests.api.v1 import test_plans as plan_desk
from tests.api.v1 import test_reimbursements as reimbursement_desk

# Whose things each must not find.
OTHERS: Mapping[str, tuple[str, ...]] = {
    "giulia": ("mario", "anna", "tito"),
    "hr": ("hr2", "comune2"),
    "payroll": ("payroll2", "payroll9"),
    "accountant": ("accountant2",),
    "comune": ("comune2", "hr2"),
    "p04": ("p03",),
}
# What a request must say to be understood; the others have no body, or an empty one.
BODIES: Mapping[str, Mapping[str, Any]] = {
    "/answers": {"note": "x"},
    "/declarations": {"fact": "COHABITATION", "relative_id": "rel_x", "since": "2026-03-01"},
    "/v1/plans/{plan_id}": plan_desk.TERMS,
    "/end": {"on": "2026-03-02"},
    "/leave": {"on": "2026-03-31"},
    "/payment-reversals": {"reason": "not_paid"},
    "/payments": {"payroll_month": "2026-03-31"},
    "/place": {"comune": "019036", "street": "x", "ask_for": "x", "phone": "123456"},
    "/refusals": {"reason": "fully_booked"},
    "/assignments": {"starts_on": "2026-03-02", "ends_on": "2026-12-31"},
    "/attestations": {},
    "/steps": {"state": "UNDER_REVIEW"},
    "/v1/social/applications/{application_id}": {"citizenship": "380"},
    "/relatives": {"first_name": "X", "last_name": "Y", "kinship": "CHILD"},
}
_IDENTITY = (
    "insert into linked_identity (issuer, subject, identity_id, member_id, linked_at)"
    " values ('https://idp.example.it', gen_random_uuid(), 'idn_' || gen_random_uuid(), :m, ledger_now())"
    " returning identity_id"
)
_QUARTER = {"starts_on": "2026-01-01", "ends_on": "2026-03-31"}
# A statement that each role may ask for.
STATEMENTS: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "giulia": ("personal_statement", {"year": 2026}, "pdf"),
    "mario": ("personal_statement", {"year": 2026}, "pdf"),
    "anna": ("personal_statement", {"year": 2026}, "pdf"),
    "hr": ("deductibility", {"year": 2026}, "pdf"),
    "payroll": ("payroll_month", {"month": "2026-02"}, "csv"),
    "accountant": ("journal", {}, "csv"),
    "comune": ("social_statement", _QUARTER, "pdf"),
    "p": ("provider_settlement", _QUARTER, "pdf"),
}


@dataclass
class World:
    """What each has: the path of a resource, then the path of somebody's own."""

    counter: Counter
    places: dict[str, dict[str, str]] = field(default_factory=dict)

    def put(self, template: str, who: str, *ids: object) -> None:
        path = template
        for one in ids:
            start, end = path.index("{"), path.index("}")
            path = path[:start] + str(one) + path[end + 1 :]
        self.places.setdefault(template, {})[who] = path

    def path(self, template: str, who: str) -> str | None:
        """Somebody's own place for an operation's path, if they have one."""
        known = [one for one in self.places if template == one or template.startswith(f"{one}/")]
        longest = max(known, key=len, default=None)
        if longest is None or who not in self.places[longest]:
            return None
        path = self.places[longest][who] + template[len(longest) :]
        return None if "{" in path else path

    def made(self, who: str, path: str, body: Any, status: int = 201) -> dict[str, Any]:
        answer = self.counter.ask(who, "POST", path, body)
        assert answer.status_code == status, answer.text
        return dict(answer.get_json())


def build(furnished: Counter) -> World:
    """Make something of everybody's, in the furnished counter with its office."""
    world = World(furnished)
    database.transact(lambda session: _people(session, furnished))
    for who in ("giulia", "mario", "anna"):
        _person(world, who)
    _providers(world)
    for who, book in (("hr", "E1"), ("hr2", "E2"), ("comune", "PUB"), ("comune2", "PUB2")):
        _office(world, who, book)
    for who, book in (("payroll", "E1"), ("payroll2", "E2"), ("accountant", "E1"), ("accountant2", "E2")):
        _readers(world, who, book)
    for who in (*OTHERS, *(other for others in OTHERS.values() for other in others)):
        _member(world, who)
    _reimbursements(world)
    _loads(world)
    _money(world)
    _payouts(world)
    for who, book in (("comune", "PUB"), ("comune2", "PUB2")):
        _applications(world, who, book)
    return world


def _people(session: Any, counter: Counter) -> None:
    if "PUB2" in counter.books:
        return
    counter.books["PUB2"] = books.open_book(session, "PUB2", "Comune di Sondrio")
    funders.record(
        session, counter.books["PUB2"], code="PUB2", name="Comune di Sondrio",
        kind=FunderKind.MUNICIPALITY, home_territory="sondrio",
    )  # fmt: skip
    appoint(session, counter, "comune2", Role.MUNICIPALITY, book_id=counter.books["PUB2"])
    for name, role in (("hr2", Role.EMPLOYER), ("payroll2", Role.PAYROLL), ("accountant2", Role.ACCOUNTANT)):
        appoint(session, counter, name, role, book_id=counter.books["E2"])
    for code in ("PUB", "PUB2"):
        counter.people[f"of {code}"] = factories.employee(session, counter.books[code])
    for name in ("giulia", "mario", "anna"):
        book_id = counter.books["E2" if name == "anna" else "E1"]
        factories.grant(session, book_id, "A", counter.people[name], 1_000_000)


def _one(statement: str, **values: object) -> str:
    return database.transact(lambda session: str(session.execute(sa.text(statement), values).scalar_one()))


def _person(world: World, who: str) -> None:
    counter, person = world.counter, world.counter.people[who]
    # One that is open, one that is captured and disputed, one that was redeemed by its code.
    bought = [counter.buy(who) for _ in range(3)]
    world.put("/v1/authorizations/{authorization_id}", who, bought[0]["id"])
    world.put("/v1/vouchers/{voucher_id}", who, bought[0]["id"])
    world.made("p04", f"/v1/authorizations/{bought[1]['id']}/captures", {})
    disputed = world.made(who, "/v1/disputes", {"authorization_id": bought[1]["id"], "reason": "NOT_DELIVERED"})
    world.put("/v1/disputes/{dispute_id}", who, disputed["id"])
    redeemed = world.made("p04", "/v1/redemptions", {"code": bought[2]["code"], "nonce": f"matrix-{bought[2]['id']}"})
    world.put("/v1/redemptions/{redemption_id}", who, redeemed["id"])
    for place in ("employees", "wallets", "position"):
        world.put(f"/v1/{place}/{{employee_id}}", who, person)
    child = world.made(who, f"/v1/employees/{person}/relatives", BODIES["/relatives"])
    world.put("/v1/relatives/{relative_id}", who, child["id"])
    told = {**BODIES["/declarations"], "relative_id": child["id"]}
    said = world.made(who, f"/v1/employees/{person}/declarations", told)
    world.put("/v1/declarations/{declaration_id}", who, said["declaration"]["id"])
    asked = world.made(who, "/v1/requests", {"text": "Chi mi aiuta?"})
    world.put("/v1/requests/{request_id}", who, asked["id"])
    code = "E2" if who == "anna" else "E1"
    world.put("/v1/employers/{employer_id}", who, code)
    world.put("/v1/plans/{plan_id}", who, _one("select plan_id from plan where book_id = :b", b=counter.books[code]))


def _providers(world: World) -> None:
    counter = world.counter
    for who, service in (("p04", "PSI-CR"), ("p03", "SAN-CR")):
        bought = [counter.buy("giulia", service=service) for _ in range(3)]
        world.put("/v1/authorizations/{authorization_id}", who, bought[0]["id"])
        world.made(who, f"/v1/authorizations/{bought[1]['id']}/captures", {})
        disputed = world.made("giulia", "/v1/disputes", {"authorization_id": bought[1]["id"], "reason": "WRONG_AMOUNT"})
        world.put("/v1/disputes/{dispute_id}", who, disputed["id"])
        redeemed = world.made(who, "/v1/redemptions", {"code": bought[2]["code"], "nonce": f"matrix-{bought[2]['id']}"})
        world.put("/v1/redemptions/{redemption_id}", who, redeemed["id"])
        provider = who.upper()
        world.put("/v1/providers/{provider_id}", who, provider)
        record = _one("select id from qualification_record where provider_code = :p order by id limit 1", p=provider)
        world.put("/v1/qualification_documents/{document_id}", who, record)
        world.put("/v1/acceptances/{authorization_id}", who, _awaited(counter, provider, service))


def _awaited(counter: Counter, provider: str, service: str) -> str:
    """A purchase that its provider has to accept."""
    database.transact(lambda session: acceptance.change(session, Terms(provider, 24)))
    waiting = counter.buy("giulia", service=service)
    database.transact(lambda session: acceptance.change(session, Terms(provider)))
    return str(waiting["id"])


def _office(world: World, who: str, book: str) -> None:
    counter, book_id = world.counter, world.counter.books[book]
    world.put("/v1/employers/{employer_id}", who, book)
    person = counter.people.get(f"of {book}") or counter.people["giulia" if book == "E1" else "anna"]
    world.put("/v1/employees/{employee_id}", who, person)
    if book.startswith("E"):
        world.put("/v1/plans/{plan_id}", who, _one("select plan_id from plan where book_id = :b", b=book_id))
    invited = {"email": f"matrix-{who}@example.it", "role": "accountant", "name": "Invitata"}
    invitation = world.made(who, "/v1/invitations", invited)
    world.put("/v1/invitations/{invitation_id}", who, invitation["id"])
    member = "select member_id from appointment where book_id = :b order by appointment_id desc limit 1"
    held = "select appointment_id from appointment where book_id = :b order by appointment_id desc limit 1"
    world.put("/v1/members/{member_id}", who, _one(member, b=book_id))
    world.put(
        "/v1/members/{member_id}/appointments/{appointment_id}", who, _one(member, b=book_id), _one(held, b=book_id)
    )


def _readers(world: World, who: str, book: str) -> None:
    counter, book_id = world.counter, world.counter.books[book]
    world.put("/v1/employers/{employer_id}", who, book)
    world.put("/v1/employees/{employee_id}", who, counter.people["giulia" if book == "E1" else "anna"])
    world.put("/v1/plans/{plan_id}", who, _one("select plan_id from plan where book_id = :b", b=book_id))


def _member(world: World, who: str) -> None:
    """What everybody keeps for themself: a token, a session, a statement and its task, a copy of data, a webhook."""
    counter = world.counter
    if who in ("tito", "sara", "payroll9"):
        return
    made = world.made(who, "/v1/tokens", {"label": "matrix", "lifetime_days": 1})
    world.put("/v1/tokens/{token_id}", who, made["id"])
    member = str(counter.ask(who, "GET", "/v1/me").get_json()["id"])
    opened = database.transact(lambda session: sessions.open_one(session, member, kind="bearer", label="matrix"))
    world.put("/v1/sessions/{session_id}", who, opened.session_id)
    counter.secrets[f"{who} signed in"] = opened.secret
    linked = _one(_IDENTITY, m=member)
    world.put("/v1/me/identities/{identity_id}", who, linked)
    kind, parameters, form = STATEMENTS[who.rstrip("0234") if who[0] != "p" or who[1] == "a" else "p"]
    statement = world.made(who, "/v1/statements", {"kind": kind, "parameters": parameters, "format": form}, 202)
    world.put("/v1/statements/{statement_id}", who, statement["id"])
    world.put("/v1/tasks/{task_id}", who, _one("select task_id from task where member_id = :m limit 1", m=member))
    if kind == "personal_statement":
        world.put("/v1/data/exports/{export_id}", who, world.made(who, "/v1/data/exports", {}, 202)["id"])
    else:
        asked = {"url": "https://93.184.216.34/hook", "events": ["statement.ready"]}
        webhook = world.made(who, "/v1/webhooks", asked)
        world.put("/v1/webhooks/{webhook_id}", who, webhook["id"])
        world.put("/v1/webhooks/{webhook_id}/deliveries/{delivery_id}", who, webhook["id"], "del_x")


def _reimbursements(world: World) -> None:
    for who in ("sara", "tito"):
        made = reimbursement_desk.submit(world.counter, who)["id"]
        world.put("/v1/reimbursements/{reimbursement_id}", who, made)
        document = _one("select document_id from reimbursement_document where reimbursement_id = :r limit 1", r=made)
        world.put("/v1/reimbursements/{reimbursement_id}/documents/{document_id}", who, made, document)
        world.put("/v1/reimbursements/{reimbursement_id}", "payroll9", made)


def _loads(world: World) -> None:
    rows = payroll_desk.row(world.counter, "1,00", "anna")
    loaded = payroll_desk.send(world.counter, rows, who="payroll2")
    assert loaded.status_code == 201, loaded.text
    world.put("/v1/elsewhere/{load_id}", "payroll2", loaded.get_json()["id"])


def _money(world: World) -> None:
    """What another employer committed, and the credit that it loaded from a file."""
    counter = world.counter
    plan = world.places["/v1/plans/{plan_id}"]["hr2"].rpartition("/")[2]
    asked = {"plan_id": plan, "kind": "commitment", "amount": {"minor": 100}}
    committed = world.made("operator", "/v1/funding", asked)
    text = f"codice fiscale;importo\n{payroll_desk.tax_code(counter, 'anna')};1,00\n"
    headers = {"Authorization": f"Bearer {counter.secrets['hr2']}", "Idempotency-Key": "matrix-budget"}
    form = {"file": (io.BytesIO(text.encode()), "budget.csv"), "plan_id": plan}
    loaded = counter.client.post("/v1/budgets", data=form, headers=headers)
    assert loaded.status_code == 201, loaded.text
    for who in ("hr2", "accountant2"):
        world.put("/v1/plans/{plan_id}/funding/{funding_id}", who, plan, committed["id"])
        world.put("/v1/budgets/{load_id}", who, loaded.get_json()["id"])


_OFFER = """
[[service]]
code = "EDU"
name = "Sostegno educativo"
instrument = "COPROGETTAZIONE"
selection = "COUNTER"
partners = ["P01"]
benefit_code = "A2.02"
act_ref = "Convenzione 4/2026"
starts_on = 2026-01-01
ends_on = 2026-12-31
"""


def _applications(world: World, who: str, book: str) -> None:
    """What a municipality's citizen applied for; employees of others have nothing of the kind."""
    counter = world.counter
    database.transact(
        lambda session: offer.load_text(session, counter.books[book], _OFFER, "offer.toml", actor="matrix")
    )
    asked = {"employee_id": counter.people[f"of {book}"], "service": "EDU", "protocol": "2026/1"}
    made = world.made(who, "/v1/social/applications", asked)
    for whose in (who, "anna" if who == "comune" else "mario"):
        world.put("/v1/social/applications/{application_id}", whose, made["id"])


def _payouts(world: World) -> None:
    """What both providers delivered is paid in one run, with what the funders' bank accounts do not hold advanced."""
    advances = [{"funder": code, "reason": "x"} for code in ("E1", "E2")]
    asked = {"reference": "MATRIX", "due_by": "2026-12-31", "advances": advances}
    world.made("operator", "/v1/payout_runs", asked)
    for who in ("p04", "p03"):
        (paid,) = world.counter.ask(who, "GET", "/v1/payouts?limit=1").get_json()["data"]
        world.put("/v1/payouts/{payout_id}", who, paid["id"])
