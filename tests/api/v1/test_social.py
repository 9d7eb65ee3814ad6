"""Municipal services over HTTP: from the application to the voucher and its end; the indicator is kept nowhere."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from api.access.roles import Role
from config import database, fences
from config.fences import Fence, Sight
from plans.rulebook.words import Entitlement, PlanSource
from plans.social import offer
from tests import factories
from tests.api.counter import Counter, appoint
from tests.wallet.social_office import OFFER
from wallet import lots, verification

PATH = "/v1/social/applications"
# Not a round number, so that it can be looked for everywhere.
INDICATOR = 941_763
_numbers = count(1)


@pytest.fixture
def office(counter: Counter) -> Counter:
    """A municipality with its offer, 1,000 euro for vouchers, and Bruno, a citizen who signs in."""

    def work(session: Session) -> None:
        book_id = counter.books["PUB"]
        factories.plan(
            session, book_id, "PUB", source=PlanSource.MUNICIPAL, entitlement=Entitlement.AD_PERSONAM, act=None,
            spend_by=date(2026, 12, 31),
        )  # fmt: skip
        factories.funded(session, book_id, "PUB")
        offer.load_text(session, book_id, OFFER, "cremona.toml", actor="test")
        for name in ("bruno", "rosa"):
            person = counter.people[name] = factories.employee(session, book_id, first_name=name.title())
            appoint(session, counter, name, Role.EMPLOYEE, book_id=book_id, employee_id=person)

    if "bruno" not in counter.people:
        database.transact(work)
    return counter


def body(office: Counter, who: str = "bruno", **more: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {
        "employee_id": office.people[who],
        "service": "PASTI",
        "protocol": f"2026/{number:06d}",
        "isee": {
            "amount_minor": INDICATOR,
            "dsu_protocol": f"INPS-ISEE-2026-{number:08d}A-00",
            "presented_on": "2026-01-15",
            "valid_until": "2026-12-31",
        },
    } | more


def apply(office: Counter, who: str = "bruno", *, by: str = "comune", **more: Any) -> dict[str, Any]:
    made = office.ask(by, "POST", PATH, body(office, who, **more))
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.get_json()
    return found


def act(office: Counter, application: str, verb: str, by: str = "comune", **asked: Any) -> TestResponse:
    return office.ask(by, "POST", f"{PATH}/{application}/{verb}", asked)


def admitted(office: Counter, who: str = "bruno", **more: Any) -> str:
    application = str(apply(office, who, **more)["id"])
    for state in ("UNDER_REVIEW", "ADMITTED"):
        assert act(office, application, "steps", state=state).status_code == 201
    return application


def assigned(office: Counter, who: str = "bruno", ends_on: str = "2026-12-31") -> tuple[str, dict[str, Any]]:
    application = admitted(office, who)
    told = {"amount": {"minor": 10_000}, "starts_on": "2026-03-02", "ends_on": ends_on, "act": "DD-46/2026"}
    made = act(office, application, "assignments", **told)
    assert made.status_code == 201, made.text
    return application, made.get_json()


def test_from_the_application_to_the_voucher_and_back(office: Counter) -> None:
    application, card = assigned(office)
    for state in ("PAI_AGREED", "PROVIDER_CHOSEN", "ACTIVE"):
        assert act(office, application, "steps", state=state).status_code == 201
    ended = act(office, application, "steps", state="RENOUNCED", why="AT_REQUEST").get_json()

    assert (card["state"]["code"], card["voucher"]["amount_minor"]) == ("ASSIGNED", 10_000)
    assert (card["assessment"]["standing"]["code"], card["assessment"]["quota_kind"]["code"]) == ("BELOW", "PERCENT")
    assert (ended["state"]["code"], ended["given_back_minor"]) == ("RENOUNCED", 10_000)
    assert [step["to_state"]["code"] for step in ended["steps"]][-2:] == ["ACTIVE", "RENOUNCED"]
    assert office.ask("comune", "GET", f"{PATH}/{application}").get_json()["given_back_minor"] == 0
    with database.transaction() as session:
        left = lots.of_wallet(session, office.books["PUB"], office.people["bruno"])
        assert sum(lot.available_minor for lot in left) == 0
        assert verification.verify(session, office.books["PUB"]) == []


def test_what_was_assigned_without_a_voucher_ends_too(office: Counter) -> None:
    application = admitted(office, "rosa", service="EDU-COP")
    told = {"starts_on": "2026-03-02", "ends_on": "2026-12-31"}
    assert act(office, application, "assignments", **told).get_json()["voucher"] is None

    unsaid = act(office, application, "steps", state="RENOUNCED", why="AT_REQUEST", act="Bruno Rossi")
    ended = act(office, application, "steps", state="RENOUNCED", why="AT_REQUEST")

    assert unsaid.get_json()["code"] == "act_invalid"
    assert (ended.status_code, ended.get_json()["state"]["code"]) == (201, "RENOUNCED"), ended.text
    assert ended.get_json()["given_back_minor"] == 0


def test_a_citizen_reads_their_own_and_moves_nothing(office: Counter) -> None:
    application = apply(office)["id"]

    own = office.ask("bruno", "GET", f"{PATH}/{application}")
    assert own.status_code == 200
    assert application in {each["id"] for each in office.ask("bruno", "GET", PATH).get_json()["data"]}
    assert {each["id"] for each in office.ask("bruno", "GET", "/v1/social/services").get_json()["data"]} >= {"PASTI"}
    assert office.ask("rosa", "GET", f"{PATH}/{application}").status_code == 404
    assert application not in office.ask("rosa", "GET", PATH).text
    assert act(office, application, "steps", by="bruno", state="UNDER_REVIEW").status_code == 403


def test_the_indicator_is_kept_nowhere_not_even_as_a_hash(office: Counter) -> None:
    asked = body(office)
    first = office.ask("comune", "POST", PATH, asked, key="isee")
    # Of two indicators that nothing is kept of, nobody can tell one from another.
    again = office.ask("comune", "POST", PATH, asked | {"isee": asked["isee"] | {"amount_minor": 1}}, key="isee")
    other = office.ask("comune", "POST", PATH, asked | {"protocol": "2026/999999"}, key="isee")
    act(office, first.get_json()["id"], "attestations", isee=asked["isee"], on="2026-03-02")

    assert (first.status_code, again.data) == (201, first.data)
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    assert str(INDICATOR) not in first.text
    with database.transaction() as session:
        names = session.scalars(sa.text("select tablename from pg_tables where schemaname = 'public'")).all()
        for name in names:
            found = session.scalar(
                sa.text(f'select count(*) from "{name}" t where t::text like :what'), {"what": f"%{INDICATOR}%"}
            )
            assert found == 0, name


def test_a_welfare_manager_acts_for_the_municipality_and_the_steps_say_so(office: Counter) -> None:
    application = apply(office, by="marta")["id"]

    with database.transaction() as session:
        behalf = session.scalar(
            sa.text("select on_behalf_of from social_step where application_id = :id"), {"id": application}
        )
    assert behalf == "PUB"
    listed = office.ask("marta", "GET", "/v1/social/services?employer=PUB").get_json()["data"]
    assert [each["id"] for each in listed] == ["EDU-COP", "PASTI", "SAD", "TRASP"]


def test_what_is_written_of_the_citizen_is_corrected_with_its_etag(office: Counter) -> None:
    application = apply(office)["id"]
    etag = office.ask("comune", "GET", f"{PATH}/{application}").headers["ETag"]

    def amend(**headers: str) -> TestResponse:
        return office.ask("comune", "PATCH", f"{PATH}/{application}", {"citizenship": "380"}, **headers)

    assert amend().status_code == 428
    changed = amend(If_Match=etag)
    assert (changed.status_code, changed.get_json()["citizenship"]) == (200, "380")
    assert amend(If_Match=etag).status_code == 412


def test_lists_are_of_a_state_or_a_service(office: Counter) -> None:
    waiting = apply(office, "rosa", service="EDU-COP", isee=None)["id"]

    def listed(query: str) -> str:
        return office.ask("comune", "GET", f"{PATH}?limit=100&{query}").text

    assert waiting in listed("service=EDU-COP&state=SUBMITTED")
    assert waiting not in listed("service=PASTI")
    assert waiting not in listed("state=ADMITTED")
    assert waiting in office.ask("marta", "GET", f"{PATH}?limit=100&employer=PUB").text
    assert waiting not in office.ask("marta", "GET", f"{PATH}?limit=100&employer=E1").text
    assert office.ask("comune", "GET", f"{PATH}?employer=E1").status_code == 404


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"service": "NUOTO"}, 404, "entrusted_service_not_found"),
        ({"employee_id": "emp_x"}, 404, "employee_not_found"),
        ({"protocol": "la mia domanda"}, 422, "protocol_invalid"),
        ({"case": "ALZHEIMER-2026"}, 422, "case_ref_invalid"),
        ({"isee": {"amount_minor": 1}}, 422, "fields_invalid"),
        ({"isee": {"amount_minor": -1}}, 422, "fields_invalid"),
        ({"submitted_on": "2026-03-03"}, 409, "step_in_future"),
        ({"diagnosis": "x"}, 422, "fields_invalid"),
    ],
)
def test_what_cannot_be_recorded_is_refused(office: Counter, more: dict[str, Any], status: int, code: str) -> None:
    refused = office.ask("comune", "POST", PATH, body(office) | more)

    assert (refused.status_code, refused.get_json()["code"]) == (status, code)


def test_steps_that_are_not_to_be_taken_are_refused(office: Counter) -> None:
    application = apply(office)["id"]
    told = {"amount": {"minor": 10_000}, "starts_on": "2026-03-02", "ends_on": "2026-12-31"}

    early = act(office, application, "assignments", **told)
    skipped = act(office, application, "steps", state="ACTIVE")

    for refused in (early, skipped):
        assert (refused.status_code, refused.get_json()["code"]) == (409, "transition_not_allowed")


def test_nobody_of_an_office_moves_their_own_application(office: Counter) -> None:
    application = apply(office, "rosa")["id"]

    def also_a_citizen(session: Session) -> None:
        find = "select member_id from appointment where role = 'municipality' and book_id = :book limit 1"
        member = session.scalar(sa.text(find), {"book": office.books["PUB"]})
        give = (
            "insert into appointment (appointment_id, member_id, role, book_id, employee_id, ended_at)"
            " values ('app_own', :member, 'employee', :book, :person, ledger_now())"
        )
        asked = {"member": member, "book": office.books["PUB"], "person": office.people["rosa"]}
        session.execute(sa.text(give), asked)

    database.transact(also_a_citizen)
    try:
        refused = act(office, application, "steps", state="UNDER_REVIEW")
        assert refused.get_json()["code"] == "own_matter"
    finally:
        database.transact(
            lambda session: session.execute(sa.text("delete from appointment where appointment_id = 'app_own'"))
        )


def test_the_database_shows_an_application_to_its_citizen_its_municipality_and_the_network(office: Counter) -> None:
    application, _ = assigned(office, "rosa", "2026-11-30")
    book_id = office.books["PUB"]
    seeing = {
        Fence(Sight.EMPLOYEE, book_id, office.people["rosa"]): True,
        Fence(Sight.FUNDER, book_id): True,
        Fence(Sight.NETWORK): True,
        Fence(Sight.EMPLOYEE, book_id, office.people["bruno"]): False,
        Fence(Sight.FUNDER, office.books["E1"]): False,
        Fence(Sight.PROVIDER, provider_code="P04"): False,
    }

    for fence, seen in seeing.items():
        for table in ("social_application", "social_step", "social_isee", "social_voucher"):
            statement = sa.text(f"select count(*) from {table} where application_id = :id")
            with fences.inside(fence):
                rows = database.transact(lambda session, asked=statement: session.scalar(asked, {"id": application}))
            assert bool(rows) is seen, (fence, table)
