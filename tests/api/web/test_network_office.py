"""The operator's rooms: what waits, jobs, the trail, members, invitations, keys and territories; nobody else's."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from api.access import members
from api.access.roles import Role
from api.web import scope_words
from api.web.network_office import rate_words
from config import database
from tests.api.access.door import Door
from tests.api.counter import Counter, appoint
from tests.api.web.browser import Browser, browser_of, forms_of, text_of
from tests.api.web.counting import asked

ROOMS = (
    "/rete", "/rete/lavori", "/rete/lavori/verify", "/rete/pagamenti", "/rete/banca", "/rete/compensazione",
    "/rete/territori", "/rete/territori/cremona", "/rete/territori/condizioni", "/rete/persone", "/rete/inviti",
    "/rete/bonifici", "/rete/programmi", "/rete/registro", "/rete/registro/registro.csv",
)  # fmt: skip
_numbers = iter(range(1, 10_000))


@pytest.fixture
def operator(counter: Counter) -> Browser:
    return browser_of(counter, "operator")


@pytest.fixture
def left_alone(door: Door) -> Iterator[Door]:
    """The door, whose failures and letters are forgotten: others write to the same people."""
    yield door
    door.forget_failures()


def address() -> str:
    return f"invitata{next(_numbers)}@example.org"


@pytest.mark.parametrize("path", ROOMS)
def test_every_room_is_the_operators(counter: Counter, path: str) -> None:
    assert browser_of(counter, "operator").get(path).status_code == 200
    assert [browser_of(counter, who).get(path).status_code for who in ("marta", "hr", "giulia", "p04")] == [403] * 4
    assert browser_of(counter).get(path).status_code == 302


@pytest.mark.parametrize("path", [
    "/rete/lavori/verify", "/rete/pagamenti", "/rete/pagamenti/anteprima", "/rete/pagamenti/pay_x",
    "/rete/bonifici/R-00001", "/rete/banca", "/rete/banca/movimenti/bkl_x", "/rete/compensazione",
    "/rete/compensazione/anteprima", "/rete/compensazione/clr_x", "/rete/persone", "/rete/persone/mbr_x/ruoli/app_x",
    "/rete/inviti", "/rete/inviti/inv_x/lettera", "/rete/inviti/inv_x/ritiro", "/rete/programmi",
    "/rete/programmi/tok_x",
])  # fmt: skip
def test_nobody_else_changes_anything(counter: Counter, path: str) -> None:
    for who in ("marta", "hr", "giulia", "p04"):
        browser = browser_of(counter, who)
        token = next(iter(forms_of(browser.get("/")).values()))["csrf_token"]
        assert browser.post(path, {"csrf_token": token}).status_code == 403, who


def test_the_beginning_says_what_waits_and_how_it_is(door: Door, operator: Browser) -> None:
    door.run("delete from job_run where job = 'forget'")
    door.run(
        "insert into job_run (run_id, job, due_at, outcome, started_at, ended_at, duration_ms, attempts, problem)"
        " values ('jrn_waits', 'forget', ledger_now(), 'failed', ledger_now(), ledger_now(), 5, 1,"
        """ '{"code": "x", "it": "Non va.", "en": "It fails."}')"""
    )
    page = operator.get("/rete")
    door.run("delete from job_run where job = 'forget'")

    assert "Il lavoro «forget» non è riuscito." in text_of(page)
    assert "Febbraio 2026 è finito" in text_of(page)
    assert "la base dati" in text_of(page)


def test_a_job_asked_for_twice_from_one_page_runs_once(door: Door, operator: Browser) -> None:
    fields = forms_of(operator.get("/rete/lavori/verify"))[""]

    answers = [operator.post("/rete/lavori/verify", fields) for _ in range(2)]
    page = operator.get("/rete/lavori/verify")

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(door.rows("select 1 from job_run where job = 'verify'")) == 1
    assert "in coda" in text_of(page)
    assert "Operator" in text_of(page)
    assert 'data-waiting="/rete/lavori/verify"' in page.text
    assert [row.action for row in door.trail(action="jobs:run", member_id=door.member_id("operator"))] == ["jobs:run"]


def test_a_job_that_is_not_there_is_told_on_a_page(operator: Browser) -> None:
    assert operator.get("/rete/lavori/nothing").status_code == 404


def test_the_trail_tells_who_did_what_for_whom_and_only_what_is_asked_for(counter: Counter, operator: Browser) -> None:
    counter.buy("giulia")
    counter.buy("marta", employee_id=counter.people["giulia"])

    page = text_of(operator.get("/rete/registro?action=authorizations:create"))

    assert "Acquisti: creare" in page
    assert "per conto di Giulia" in page
    assert "Niente di questo tipo" in operator.get("/rete/registro?action=nothing:of").text
    assert "Niente di questo tipo" in operator.get("/rete/registro?al=2020-01-01").text
    assert "Niente di questo tipo" not in operator.get("/rete/registro?dal=2026-03-02&al=2026-03-02").text
    assert operator.get("/rete/registro?dal=ieri").status_code == 422
    assert operator.get("/rete/registro?starting_after=evt_nobody").status_code in (404, 422)


def test_the_trail_as_a_file_runs_nothing_and_keeps_the_filter(counter: Counter, door: Door) -> None:
    counter.buy("giulia")
    name = "=1+1"
    member = door.member_id("giulia")
    door.run("update member set name = :name where member_id = :id", name=name, id=member)
    answer = browser_of(counter, "operator").get(f"/rete/registro/registro.csv?actor={member}")
    door.run("update member set name = 'Giulia' where member_id = :id", id=member)

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert answer.headers["Content-Disposition"] == "attachment; filename=registro.csv"
    assert rows[0][:2] == ["Quando", "Chi"]
    assert {row[1] for row in rows[1:]} == {"'=1+1"}


def test_the_members_are_found_by_name_and_role(counter: Counter, operator: Browser) -> None:
    page = browser_of(counter, "operator", language="en").get("/rete/persone")
    found = text_of(operator.send("/rete/persone", "", text="HR@example", role=""))
    payroll = text_of(operator.send("/rete/persone", "", text="", role="payroll"))
    nobody = operator.send("/rete/persone", "", text="nessuno così", role="")

    assert "head of human resources" in page.text
    assert ("hr@example.it" in found, "marta@example.it" in found) == (True, False)
    assert ("payroll@example.it" in payroll, "hr@example.it" in payroll) == (True, False)
    assert "Nessuno così." in text_of(nobody)


def test_a_role_is_taken_and_its_holder_is_out_at_once(counter: Counter, door: Door, operator: Browser) -> None:
    name = f"uscente{next(_numbers)}"
    database.transact(lambda session: appoint(session, counter, name, Role.WELFARE_MANAGER))
    member = door.member_id(name)
    theirs = browser_of(counter, name)
    page = operator.get(f"/rete/persone/{member}")
    (action,) = (path for path in forms_of(page) if "/ruoli/" in path)

    done = operator.send_on(page, "", action)
    again = operator.send_on(page, "", action)

    assert (done.status_code, again.status_code) == (302, 404)
    assert "Nessuno: così non può entrare." in text_of(operator.get(f"/rete/persone/{member}"))
    assert theirs.get("/wm").status_code == 302
    assert operator.get("/rete/persone/mbr_x").status_code == 404


def test_nobody_is_offered_to_take_their_own_role(door: Door, operator: Browser) -> None:
    page = operator.get(f"/rete/persone/{door.member_id('operator')}")

    assert "il ruolo con cui sei qui" in text_of(page)
    assert [path for path in forms_of(page) if "/ruoli/" in path] == []


def test_somebody_is_invited_once_written_to_again_and_taken_back(left_alone: Door, operator: Browser) -> None:
    email = address()
    typed = {"email": email, "name": "Ada Lunghi", "role": "accountant", "employer": "E1", "language": "it"}

    done = operator.send("/rete/inviti", "/rete/inviti", **typed)
    again = operator.send("/rete/inviti", "/rete/inviti", **typed)
    page = operator.get("/rete/inviti")
    (invited,) = left_alone.rows("select invitation_id from invitation where email = :email", email=email)
    place = f"/rete/inviti/{invited.invitation_id}"
    sent = operator.send_on(page, "", f"{place}/lettera")
    taken = operator.send_on(page, "", f"{place}/ritiro")
    late = operator.send_on(page, "", f"{place}/lettera")

    assert done.status_code == 302
    assert (again.status_code, 'value="Ada Lunghi"' in again.text) == (409, True)
    assert "aspetta risposta" in text_of(page)
    assert (sent.status_code, taken.status_code, late.status_code) == (302, 302, 409)
    assert left_alone.letters(email) == 2
    assert "ritirato" in text_of(operator.get("/rete/inviti"))


@pytest.mark.parametrize(("typed", "status"), [
    ({"email": "no"}, 422),
    ({"role": "operator", "employer": "E1"}, 422),
    ({"role": "provider", "provider": "P99"}, 404),
    ({"role": "king"}, 422),
    ({"name": ""}, 422),
    ({"email": "operator@example.it"}, 403),
])  # fmt: skip
def test_an_invitation_that_cannot_be_keeps_what_was_typed(
    operator: Browser, typed: dict[str, str], status: int
) -> None:
    told = {"email": address(), "name": "Bea <b>Forti</b>", "role": "operator"} | typed

    answer = operator.send("/rete/inviti", "/rete/inviti", **told)

    assert answer.status_code == status, text_of(answer)
    assert "Da sistemare" in text_of(answer)
    assert told["email"] in answer.text
    assert "<b>Forti" not in answer.text


def test_a_key_is_shown_once_listed_and_closed(counter: Counter, door: Door, operator: Browser) -> None:
    made = operator.send("/rete/programmi", "/rete/programmi", label="Contabilità", machine="Gestionale", days="30",
                         scopes=["payouts:read"])  # fmt: skip
    secret = made.text.split("<code>brsl_")[1].split("</code>")[0]
    listed = operator.get("/rete/programmi")
    row = door.rows("select token_id, scopes from token where label = 'Contabilità'")[0]
    counter.secrets["gestionale"] = f"brsl_{secret}"
    before = counter.ask("gestionale", "GET", "/v1/payouts").status_code
    beyond = counter.ask("gestionale", "GET", "/v1/payout_runs").status_code
    closed = operator.send_on(listed, "", f"/rete/programmi/{row.token_id}")
    again = operator.send_on(listed, "", f"/rete/programmi/{row.token_id}")

    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert secret not in listed.text
    assert (row.scopes, before, beyond) == (["payouts:read"], 200, 403)
    assert (closed.status_code, again.status_code) == (302, 404)
    assert counter.ask("gestionale", "GET", "/v1/payouts").status_code == 401


@pytest.mark.parametrize("typed", [{"label": ""}, {"days": "0"}, {"days": "molti"}, {"scopes": ["wallets:read"]}])
def test_a_key_that_cannot_be_is_not_made(operator: Browser, door: Door, typed: dict[str, object]) -> None:
    answer = operator.send("/rete/programmi", "/rete/programmi", **({"label": "Mai", "days": "9"} | typed))

    assert answer.status_code == 422
    assert door.rows("select 1 from token where label = 'Mai'") == []


def test_a_territory_says_who_serves_who_pays_and_its_terms(operator: Browser) -> None:
    page = text_of(operator.get("/rete/territori/cremona"))
    terms = text_of(operator.get("/rete/territori/condizioni"))

    assert "Consorzio Torrazzo Servizi" in page
    assert "Comune di Cremona" in page
    assert "ogni territorio" in page
    assert "condizioni del programma" in terms
    assert "IT91X9900211400000000000001" in terms
    assert ("50%" in terms, "30%" in terms, "20%" in terms) == (True, True, True)
    assert operator.get("/rete/territori/atlantide").status_code == 404


def test_rates_and_actions_are_written_as_people_read_them(counter: Counter) -> None:
    with counter.app.test_request_context(headers={"Accept-Language": "it"}):
        counter.app.preprocess_request()
        told = [rate_words.percent(points) for points in (0, 200, 250, 10_000)]
        spells = [rate_words.spell("2026-01-01", last) for last in ("2026-12-31", "9999-12-31")]
        named = [scope_words.named(scope) for scope in ("payouts:run", "sessions:create", "new:thing")]

    assert told == ["0%", "2%", "2,5%", "100%"]
    assert spells == ["dal 1 gennaio 2026 al 31 dicembre 2026", "dal 1 gennaio 2026"]
    assert named == ["Pagamenti ai fornitori: avviare", "Entrare", "new:thing"]


@pytest.mark.parametrize("path", ["/rete/persone", "/rete/inviti", "/rete/programmi", "/rete/registro"])
def test_lists_ask_no_more_for_more_rows(counter: Counter, operator: Browser, path: str) -> None:
    def more(session: object) -> None:
        for _ in range(3):
            members.admit(session, "Uno di più", email=address())  # type: ignore[arg-type]

    operator.get(path)
    before = asked(operator, path)
    database.transact(more)
    for _ in range(3):
        operator.send("/rete/inviti", "/rete/inviti", email=address(), name="Uno", role="welfare_manager")
        operator.send("/rete/programmi", "/rete/programmi", label="Uno di più", days="2")
    operator.get(path)

    assert asked(operator, path) == before
