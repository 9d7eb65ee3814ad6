"""What people ask of their data over HTTP: a copy for who may have it, an erasure after its trial, and legal holds."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter as Counted
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from api import tasks
from api.access import members, tokens
from api.access.roles import Role
from api.data import copies, erasing
from api.events import mail
from api.jobs import works
from config import clock, database, ids
from tests import factories
from tests.api.counter import LASTING, Counter
from tests.wallet.retention.conftest import found_in
from wallet import captures, delivery_places, expiry
from wallet.delivery_places import Place
from wallet.retention import holds

LATE = date(2038, 6, 1)


@pytest.fixture(autouse=True)
def own_folders(counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(counter, "secrets", dict(counter.secrets))
    monkeypatch.setattr(copies, "store", lambda: copies.Store(tmp_path / "copies"))
    yield
    database.transact(lambda session: session.execute(sa.text("delete from task")))


def newcomer(counter: Counter, first_name: str) -> tuple[str, tuple[str, ...]]:
    """Somebody of E1 who signs in, has bought something, and has left; with the words that tell them from others."""
    words = (f"{first_name}ella", f"{first_name}etti", f"{first_name}@persona.it".lower())

    def work(session: Any) -> str:
        book_id = counter.books["E1"]
        tax_code = factories.tax_code()
        employee_id = factories.employee(
            session, book_id, first_name=words[0], last_name=words[1], tax_code=tax_code, email=words[2]
        )
        factories.grant(session, book_id, "A", employee_id, 10_000)
        member_id = members.admit(session, f"{words[0]} {words[1]}", email=words[2])
        appointment = members.appoint(session, member_id, Role.EMPLOYEE, book_id=book_id, employee_id=employee_id)
        counter.people[first_name], counter.secrets[first_name] = (
            employee_id,
            tokens.issue(session, appointment, lasting=LASTING).secret,
        )
        mail.queue(session, words[2], "password_changed", {"name": words[0]}, "it", member_id=member_id)
        return tax_code

    tax_code = database.transact(work)
    counter.buy(first_name)
    return counter.people[first_name], (*words, tax_code)


def leave(counter: Counter, employee_id: str) -> None:
    """They leave, and what they had reserved and what was left ends."""

    def work(session: Any) -> None:
        end = "update employee set left_on = date '2026-06-30' where employee_id = :id"
        session.execute(sa.text(end), {"id": employee_id})

    database.transact(work)
    with clock.at(date(2027, 6, 1)):
        database.transact(lambda session: expiry.expire(session, counter.books["E1"], on=clock.today(), actor="test"))


def sign_in_again(counter: Counter, who: str) -> None:
    """A token of today, where the first one's time is over."""
    find = "select appointment_id from appointment join member using (member_id) where email like :email"
    address = "operator@%" if who == "operator" else f"{who.lower()}@%"

    def work(session: Any) -> str:
        appointment_id = session.scalars(sa.text(find), {"email": address}).one()
        return tokens.issue(session, appointment_id, lasting=LASTING).secret

    counter.secrets[who] = database.transact(work)


def worked(counter: Counter, who: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for something, let a worker do it, and return how it ended."""
    asked = counter.ask(who, "POST", path, body)
    assert asked.status_code == 202, asked.text
    tasks.run_next()
    found: dict[str, Any] = counter.ask(who, "GET", asked.headers["Location"]).get_json()
    return found


def test_a_request_is_in_the_copy_and_goes_with_the_answer_that_was_kept_under_its_key(counter: Counter) -> None:
    person, _ = newcomer(counter, "Iolanda")
    counter.ask("Iolanda", "POST", "/v1/requests", {"text": "Mia madre Zelinda resta sola"})
    made = worked(counter, "Iolanda", "/v1/data/exports", {})
    file = counter.ask("Iolanda", "GET", f"/v1/data/exports/{made['id']}/file")
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        assert "Zelinda" in archive.read("dati.json").decode()

    def kept() -> int:
        where = "position('Zelinda' in k.answer::text) > 0"
        count = f"(select count(*) from idempotency_key k where {where}) + count(*)"
        with database.transaction() as session:
            return int(session.scalar(sa.text(f"select {count} from request_event where note like '%Zelinda%'")) or 0)

    assert kept() == 2
    erasing.erase(counter.books["E1"], person, actor="office", reason="richiesta")
    assert kept() == 0


def test_where_a_service_is_to_come_is_in_the_copy_and_goes_with_an_erasure_and_a_month_after_the_order(
    counter: Counter,
) -> None:
    person, _ = newcomer(counter, "Ludovica")
    book_id, place = counter.books["E1"], Place("019036", "vicolo Zelindino 3", "Zelinda", "0372 123456")

    def told() -> str:
        made = str(counter.buy("Ludovica", service="PUL-CR")["id"])
        database.transact(lambda session: delivery_places.tell(session, book_id, made, place, actor="test"))
        return made

    def kept() -> int:
        with database.transaction() as session:
            words = found_in(session, ("Zelindino",))
            return len({table for table, _column, _word in words})

    told()
    made = worked(counter, "Ludovica", "/v1/data/exports", {})
    file = counter.ask("Ludovica", "GET", f"/v1/data/exports/{made['id']}/file")
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        rows = json.loads(archive.read("dati.json"))["delivery_place"]
    assert [row["street"] for row in rows] == ["vicolo Zelindino 3"]
    assert kept() == 1
    erasing.erase(book_id, person, actor="office", reason="richiesta")
    assert kept() == 0

    ended = told()
    database.transact(lambda session: captures.void(session, book_id, ended, actor="test", key=f"void-{ended}"))
    tally: Counted[str] = Counted()
    with clock.at(clock.now() + timedelta(days=29)):
        works.erase_past(tally)
    assert kept() == 1
    with clock.at(clock.now() + timedelta(days=32)):
        works.erase_past(tally)
    assert (kept(), tally["places"]) == (0, 1)


# -- copies ------------------------------------------------------------------------------------------------------------


def test_people_get_a_copy_of_all_that_is_theirs_and_of_nothing_else(counter: Counter) -> None:
    _, words = newcomer(counter, "Zenobi")
    counter.buy("mario")

    made = worked(counter, "Zenobi", "/v1/data/exports", {})
    file = counter.ask("Zenobi", "GET", f"/v1/data/exports/{made['id']}/file")
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        told = json.loads(archive.read("dati.json"))
        text = archive.read("dati.json").decode()

    assert (made["status"], file.status_code, file.mimetype) == ("done", 200, "application/zip")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert all(word in text for word in words)
    assert [row["employee_id"] for row in told["employee"]] == [counter.people["Zenobi"]]
    assert {"authorization", "lot", "posting", "member", "mail", "audit_event"} <= set(told)
    assert counter.people["mario"] not in text
    assert counter.people["giulia"] not in text
    assert "password_hash" not in text


def test_the_operator_gets_anybodys_copy_and_nobody_else_anothers(counter: Counter) -> None:
    body = {"employee_id": counter.people["giulia"]}

    made = worked(counter, "operator", "/v1/data/exports", body)
    refused = {who: counter.ask(who, "POST", "/v1/data/exports", body).status_code for who in ("mario", "hr", "marta")}
    others = [
        counter.ask(who, "GET", f"/v1/data/exports/{made['id']}{path}").status_code
        for who in ("giulia", "mario")
        for path in ("", "/file")
    ]

    assert made["status"] == "done"
    assert refused == {"mario": 404, "hr": 403, "marta": 403}
    assert others == [404] * 4


def test_a_copy_is_there_when_it_is_made_and_for_a_week(counter: Counter) -> None:
    asked = counter.ask("giulia", "POST", "/v1/data/exports", {}, key="copia")
    path = f"{asked.headers['Location']}/file"
    early = counter.ask("giulia", "GET", path)
    tasks.run_next()
    again = counter.ask("giulia", "POST", "/v1/data/exports", {}, key="copia")
    first = counter.ask("giulia", "GET", path)
    same = counter.ask("giulia", "GET", path, If_None_Match=first.headers["ETag"])
    with clock.at(clock.now() + timedelta(days=8)):
        swept = copies.sweep()
    late = counter.ask("giulia", "GET", path)

    assert (early.status_code, early.get_json()["code"]) == (409, "export_not_ready")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (first.status_code, same.status_code, swept) == (200, 304, 1)
    assert [path for path in copies.store().folder.rglob("*") if path.is_file()] == []
    assert (late.status_code, late.get_json()["code"]) == (409, "export_not_ready")


# -- erasures ----------------------------------------------------------------------------------------------------------


def test_an_erasure_comes_after_its_trial_and_leaves_nothing_of_the_person(counter: Counter) -> None:
    employee_id, words = newcomer(counter, "Quirin")
    # The answer is kept under its key, names and all.
    child = {"first_name": words[0], "last_name": words[1], "kinship": "CHILD"}
    assert counter.ask("Quirin", "POST", f"/v1/employees/{employee_id}/relatives", child).status_code == 201
    leave(counter, employee_id)
    asked = {"employee_id": employee_id, "reason": "richiesta dell'interessata"}
    worked(counter, "operator", "/v1/data/exports", {"employee_id": employee_id})
    copy = list(copies.store().every())

    unread = counter.ask("operator", "POST", "/v1/data/erasures", asked | {"dry_run": False})
    with clock.at(LATE):
        sign_in_again(counter, "operator")
        sign_in_again(counter, "Quirin")
        trial = worked(counter, "operator", "/v1/data/erasures", asked | {"dry_run": True})
        untouched = counter.ask("Quirin", "GET", "/v1/tasks").status_code
        real = worked(counter, "operator", "/v1/data/erasures", asked | {"dry_run": False, "preview": trial["id"]})
        again = worked(counter, "operator", "/v1/data/erasures", asked | {"dry_run": False, "preview": trial["id"]})
        ended = counter.ask("Quirin", "GET", "/v1/tasks").status_code
        records = counter.ask("operator", "GET", "/v1/data/erasures?employer=E1").get_json()["data"]

    assert (unread.status_code, unread.get_json()["code"]) == (409, "erasure_not_previewed")
    assert len(copy) == 1
    assert {item["kind"] for item in trial["result"]["report"] if not item["kept"]} == {
        "identity",
        "contact",
        "relatives_unused",
    }
    assert (untouched, ended) == (200, 401)
    assert (real["status"], again["status"], again["result"]["erasure_id"]) == ("done", "done", None)
    assert [one["id"] for one in records if one["employee_id"] == employee_id] == [real["result"]["erasure_id"]]
    with database.transaction() as session:
        assert found_in(session, words) == set()
    assert not copy[0].exists()


def test_who_still_works_there_is_kept_with_the_reason(counter: Counter) -> None:
    employee_id, words = newcomer(counter, "Tancred")
    asked = {"employee_id": employee_id, "reason": "richiesta"}

    trial = worked(counter, "operator", "/v1/data/erasures", asked | {"dry_run": True})
    worked(counter, "operator", "/v1/data/erasures", asked | {"dry_run": False, "preview": trial["id"]})

    kept = {item["kind"]: item["term"] for item in trial["result"]["report"] if item["kept"]}
    assert kept == {"identity": "accounting", "contact": "contract", "journal": "pseudonym"}
    with database.transaction() as session:
        assert {word for _, _, word in found_in(session, words)} == set(words)


def test_a_trial_of_somebody_else_or_of_long_ago_is_none(counter: Counter) -> None:
    body = {"employee_id": counter.people["mario"], "reason": "richiesta", "dry_run": False}
    other = worked(
        counter,
        "operator",
        "/v1/data/erasures",
        {"employee_id": counter.people["giulia"], "reason": "richiesta", "dry_run": True},
    )
    own = worked(counter, "operator", "/v1/data/erasures", body | {"dry_run": True})

    answers = [
        counter.ask("operator", "POST", "/v1/data/erasures", body | {"preview": one})
        for one in (other["id"], ids.new("tsk"))
    ]
    old = sa.text("update task set ended_at = ended_at - interval '25 hours'")
    database.transact(lambda session: session.execute(old))
    answers.append(counter.ask("operator", "POST", "/v1/data/erasures", body | {"preview": own["id"]}))

    assert [answer.get_json()["code"] for answer in answers] == ["erasure_not_previewed"] * 3


def test_somebody_who_comes_in_as_somebody_else_too_stays_that(counter: Counter) -> None:
    employee_id, _ = newcomer(counter, "Ulderic")
    leave(counter, employee_id)

    def also_employer(session: Any) -> str:
        member = "select member_id from appointment where employee_id = :id"
        member_id = session.scalar(sa.text(member), {"id": employee_id})
        members.appoint(session, member_id, Role.EMPLOYER, book_id=counter.books["E1"])
        return str(member_id)

    member_id = database.transact(also_employer)
    with clock.at(LATE):
        erasing.erase(counter.books["E1"], employee_id, actor="test", reason="richiesta")

    with database.transaction() as session:
        name = session.scalar(sa.text("select name from member where member_id = :id"), {"id": member_id})
        ended = session.scalars(
            sa.text("select ended_at is not null from appointment where member_id = :id order by role"),
            {"id": member_id},
        ).all()
    assert name == "Ulderic" + "ella Ulderic" + "etti"
    assert ended == [True, False]


@pytest.mark.parametrize("who", ["giulia", "hr", "payroll", "accountant", "p04", "marta"])
def test_nobody_but_the_operator_erases_or_holds(counter: Counter, who: str) -> None:
    body = {"employee_id": counter.people["giulia"], "reason": "x", "dry_run": True}

    answers = [
        counter.ask(who, "POST", "/v1/data/erasures", body),
        counter.ask(who, "GET", "/v1/data/erasures?employer=E1"),
        counter.ask(who, "GET", "/v1/data/holds?employer=E1"),
        counter.ask(who, "POST", "/v1/data/holds", {"employer": "E1", "reason": "x"}),
        counter.ask(who, "POST", "/v1/data/holds/lgh_x/lift", {"employer": "E1"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5


# -- legal holds and time ----------------------------------------------------------------------------------------------


def test_a_hold_is_placed_listed_and_lifted(counter: Counter) -> None:
    body = {"employer": "E2", "tax_year": 2026, "reason": "accertamento"}

    placed = counter.ask("operator", "POST", "/v1/data/holds", body, key="blocco")
    again = counter.ask("operator", "POST", "/v1/data/holds", body, key="blocco")
    listed = counter.ask("operator", "GET", "/v1/data/holds?employer=E2").get_json()["data"]
    shown = counter.ask("operator", "GET", f"{placed.headers['Location']}?employer=E2")
    path = f"/v1/data/holds/{placed.get_json()['id']}/lift"
    elsewhere = counter.ask("operator", "POST", path, {"employer": "E1"})
    lifted = counter.ask("operator", "POST", path, {"employer": "E2"})
    twice = counter.ask("operator", "POST", path, {"employer": "E2"})

    assert (placed.status_code, again.get_json()["id"]) == (201, placed.get_json()["id"])
    assert [hold["id"] for hold in listed] == [placed.get_json()["id"]]
    assert (shown.status_code, shown.get_json()["tax_year"]) == (200, 2026)
    assert (elsewhere.status_code, lifted.status_code, twice.status_code) == (404, 200, 409)
    assert lifted.get_json()["lifted_at"] is not None


def test_time_erases_who_is_past_the_last_term_and_stops_before_a_hold(counter: Counter) -> None:
    gone, words = newcomer(counter, "Venanz")
    held, kept = newcomer(counter, "Wolfang")
    book_id = counter.books["E1"]
    for employee_id in (gone, held):
        leave(counter, employee_id)
    database.transact(lambda session: holds.place(session, book_id, employee_id=held, reason="causa", actor="test"))

    with clock.at(LATE):
        database.transact(lambda session: erasing.erase_past(session, book_id))

    with database.transaction() as session:
        assert found_in(session, words) == set()
        assert {word for _, _, word in found_in(session, kept)} == set(kept)
