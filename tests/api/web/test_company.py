"""The personnel office's rooms: how welfare stands, plans, people and the simulator."""

from __future__ import annotations

import io
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from html import unescape
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access.roles import Role
from api.tasks import inputs
from api.web import uploads
from config import clock, database
from tests import factories
from tests.api.counter import Counter, appoint
from tests.api.web.browser import Browser, browser_of, forms_of, text_of
from tests.api.web.counting import asked

_numbers = count(1)
PLAN: dict[str, Any] = {
    "name": "Welfare per tutti",
    "source": "ON_TOP",
    "starts_on": "2026-03-01",
    "ends_on": "2026-12-31",
    "spend_by": "2026-12-31",
    "entitlement": "ALL",
    "amount": "600,00",
    "categories": ["CARE", "EDUCATION"],
    "channels": ["DIRECT"],
    "taxable_policy": "WITH_CONSENT",
    "funding_policy": "PREFUNDED",
    "residual_destination": "EMPLOYER",
    "source_type": "COMPANY_AGREEMENT",
    "send": "1",
}


@pytest.fixture
def hr(counter: Counter) -> Browser:
    return browser_of(counter, "hr")


@pytest.fixture(autouse=True)
def folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "_folder", lambda: tmp_path / "inputs")


def code() -> str:
    return f"WELFARE-{next(_numbers)}"


def plan_of(page: Any) -> str:
    return str(page.headers["Location"]).rpartition("/")[2]


def test_the_beginning_tells_four_numbers_and_what_is_to_be_done(hr: Browser) -> None:
    page = hr.get("/azienda")

    assert page.status_code == 200
    for words in ("Versato dall'azienda", "Accreditato alle persone", "Usato", "In scadenza", "Da fare"):
        assert words in text_of(page).replace("&#39;", "'")


@pytest.mark.parametrize("path", ["", "/piani", "/piani/nuovo", "/persone", "/persone/file", "/budget", "/simulatore"])
def test_every_room_is_the_personnel_offices_alone(counter: Counter, path: str) -> None:
    assert browser_of(counter, "hr").get(f"/azienda{path}").status_code == 200
    for other in ("giulia", "payroll", "accountant", "comune", "p04", "marta", "operator"):
        assert browser_of(counter, other).get(f"/azienda{path}").status_code == 403, other
    assert browser_of(counter).get(f"/azienda{path}").status_code == 302


def plan_a(counter: Counter, book: str) -> str:
    """The plan of a book that people were granted credit of."""
    asked = sa.text("select plan_id from plan where book_id = :book and code = 'A'")
    return str(database.transact(lambda session: session.scalar(asked, {"book": counter.books[book]})))


def test_another_employers_plan_is_not_there(counter: Counter, hr: Browser) -> None:
    plan_id = plan_a(counter, "E2")

    for path in ("?piano={}", "/piani/{}", "/piani/{}/modifica"):
        assert hr.get(f"/azienda{path.format(plan_id)}").status_code == 404, path


@pytest.mark.parametrize(("months", "said"), [(0, "scadono presto"), (12, "Poi non si perde")])
def test_credit_that_is_carried_over_is_not_said_to_be_lost(
    counter: Counter, hr: Browser, monkeypatch: pytest.MonkeyPatch, months: int, said: str
) -> None:
    last = clock.today() + timedelta(days=20)
    dates = {"starts_on": clock.today() - timedelta(days=40), "ends_on": last, "spend_by": last}

    def work(session: Session) -> str:
        book_id, own = counter.books["E1"], code()
        plan_id = factories.plan(session, book_id, own, carry_over_months=months, **dates)
        factories.funded(session, book_id, own)
        for _ in range(5):
            employee_id = factories.employee(session, book_id, first_name="Nuova")
            factories.grant(session, book_id, own, employee_id, 1_000, expires_on=last)
        return plan_id

    plan_id = database.transact(work)
    # As it stands tomorrow.
    monkeypatch.setattr(clock, "midnight", lambda: clock.now() + timedelta(days=1))
    told = text_of(hr.get(f"/azienda?piano={plan_id}"))

    assert [each for each in ("scadono presto", "Poi non si perde") if each in told] == [said]


def test_the_beginning_asks_the_database_alike_however_many_people_there_are(counter: Counter, hr: Browser) -> None:
    paths = ("/azienda", "/azienda/persone", "/azienda/piani", "/azienda/budget")
    before = [asked(hr, path) for path in paths]

    def more(session: Session) -> None:
        book_id = counter.books["E1"]
        for number in range(12):
            employee_id = factories.employee(session, book_id, first_name=f"Nuova{number}", cluster=f"gruppo{number}")
            factories.grant(session, book_id, "A", employee_id, 1_000)

    database.transact(more)

    assert [asked(hr, path) for path in paths] == before


def test_an_employer_with_nothing_is_told_what_comes_next(counter: Counter) -> None:
    def work(session: Session) -> None:
        book_id = factories.employer(session, "NUOVA", name="Nuova srl")
        for name, role in (("nuova", Role.EMPLOYER), ("nuova-p", Role.PAYROLL), ("nuova-c", Role.ACCOUNTANT)):
            appoint(session, counter, name, role, book_id=book_id)

    if "nuova" not in counter.secrets:
        database.transact(work)
    for who, path, said in (
        ("nuova", "/azienda", "Scrivi il primo piano"),
        ("nuova", "/azienda/piani", "piano"),
        ("nuova", "/azienda/persone", "ancora nessuno: carica il file"),
        ("nuova", "/azienda/budget", "Prima serve un piano"),
        ("nuova", "/documenti", "Ancora nessuno"),
        ("nuova", "/documenti/plan_statement", "Piano"),
        ("nuova-p", "/studio/paghe", "Niente da pagare"),
        ("nuova-p", "/studio/paghe/pagati", "ess"),
        ("nuova-p", "/studio/paghe/mese", "nessuno ha usato welfare"),
        ("nuova-p", "/studio/altrove", "Ancora nessuno"),
        ("nuova-c", "/studio", "I conti quadrano"),
        ("nuova-c", "/studio/quadratura", "conti"),
        ("nuova-c", "/studio/riesame", "iesam"),
    ):
        page = browser_of(counter, who).get(path)
        assert page.status_code == 200, path
        assert said in page.text, path


# -- plans -----------------------------------------------------------------------------------------------------------


def test_a_plan_is_checked_published_corrected_and_renewed(hr: Browser) -> None:
    name = code()
    checked = hr.send("/azienda/piani/nuovo", code=name, check="1", **{k: v for k, v in PLAN.items() if k != "send"})
    assert "Così va bene" in text_of(checked)
    assert name not in text_of(hr.get("/azienda/piani"))

    published = hr.send("/azienda/piani/nuovo", code=name, **PLAN)
    plan_id = plan_of(published)
    assert "Spetta a tutti i lavoratori" in text_of(hr.get(f"/azienda/piani/{plan_id}"))

    corrected = hr.send(f"/azienda/piani/{plan_id}/modifica", **PLAN | {"name": "Welfare corretto"})
    assert corrected.status_code == 302
    assert "Welfare corretto" in text_of(hr.get(f"/azienda/piani/{plan_id}"))

    renewed = hr.send(f"/azienda/piani/{plan_id}/rinnova", code=f"{name}-bis")
    assert "2027" in text_of(hr.get(f"/azienda/piani/{plan_of(renewed)}"))
    again = hr.send(f"/azienda/piani/{plan_id}/rinnova", code=f"{name}-ter")
    assert again.status_code == 409
    assert f"{name}-bis" in text_of(again)


def test_a_correction_that_met_another_is_kept_and_sent_again(hr: Browser) -> None:
    path = f"/azienda/piani/{plan_of(hr.send('/azienda/piani/nuovo', code=code(), **PLAN))}/modifica"
    mine = hr.get(path)
    assert hr.send(path, **PLAN | {"name": "Di un altro"}).status_code == 302

    met = hr.send_on(mine, path, **PLAN | {"name": "Il mio"})
    again = hr.send_on(met, path, send="1")

    assert (met.status_code, again.status_code) == (409, 302)
    assert 'value="Il mio"' in met.text
    assert "Il mio" in text_of(hr.get(path.removesuffix("/modifica")))


@pytest.mark.parametrize("typed", ["con\r\nX: y", "../../../tmp/x", "A\ufffeB", "A\u202eB", "-A"])
def test_a_code_that_nobody_could_read_is_refused(hr: Browser, typed: str) -> None:
    plan_id = plan_of(hr.send("/azienda/piani/nuovo", code=code(), **PLAN | {"name": code()}))

    pages = [
        hr.send("/azienda/piani/nuovo", **PLAN | {"code": typed}),
        hr.send(f"/azienda/piani/{plan_id}/rinnova", code=typed),
    ]

    for page in pages:
        assert page.status_code == 422, page.headers
        assert 'id="code-error"' in page.text


def test_what_a_plan_of_converted_bonuses_lacks_is_to_be_done(hr: Browser) -> None:
    name = f"Premio {next(_numbers)}"
    terms = {"source": "PDR", "name": name, "signed_on": "2026-02-01", "deposit_code": "D-1", "document_ref": "A-1"}
    before = asked(hr, "/azienda")
    published = hr.send("/azienda/piani/nuovo", code=code(), **PLAN | terms)
    assert published.status_code == 302, text_of(published)

    page = hr.get("/azienda")

    assert f"Al piano «{name}» mancano documenti" in text_of(page)
    assert f'href="/azienda/piani/{plan_of(published)}"' in page.text
    assert "manca" in text_of(hr.get(f"/azienda/piani/{plan_of(published)}"))
    assert asked(hr, "/azienda") - before <= 4


def bonus_plan(hr: Browser) -> str:
    """A plan of converted bonuses whose contract was signed on 1 February 2026; where it is shown."""
    terms = {"source": "PDR", "signed_on": "2026-02-01", "deposit_code": "D-1", "document_ref": "A-1"}
    published = hr.send("/azienda/piani/nuovo", code=code(), **PLAN | terms)
    assert published.status_code == 302, text_of(published)
    return str(published.headers["Location"])


DEPOSIT = {"deposit_code": "DEP-9", "deposited_on": "2026-02-20", "conformity_declared": "y", "shares": "50, 100"}


def test_what_a_bonus_plan_lacks_is_recorded_from_its_page(hr: Browser) -> None:
    place = bonus_plan(hr)
    before = text_of(hr.get(place))
    assert "Registralo nel deposito del contratto" in before
    assert "carica il file con le scelte dei lavoratori" in before
    assert "Lo dichiara l'ufficio paghe" in before.replace("&#39;", "'")

    sent = hr.send(f"{place}/accordo", **DEPOSIT, document=(io.BytesIO(b"il contratto"), "contratto.pdf"))
    assert sent.status_code == 302, text_of(sent)
    told = text_of(hr.get(place))
    again = hr.get(f"{place}/accordo")

    for proof in ("deposito telematico", "copia del contratto", "dichiarazione di conformità"):
        assert f"✓ c'è {proof}" in told.replace("&#39;", "'"), proof
    assert "manca verifica dei risultati" in told
    assert 'value="DEP-9"' in again.text
    assert "impronta di una copia è già registrata" in text_of(again)
    # The copy stays on record when something else is mended.
    assert hr.send(f"{place}/accordo", **DEPOSIT, increment_attested="y").status_code == 302
    assert "manca copia" not in text_of(hr.get(place))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"deposit_code": ""}, "Manca"),
        ({"shares": "metà"}, "numeri interi da 0 a 100"),
        ({"shares": "9" * 150}, "numeri interi da 0 a 100"),
        ({"deposited_on": "2026-01-20"}, "non può risultare depositato"),
        ({"seen": "altro"}, "Intanto qualcuno ha registrato altro"),
    ],
)
def test_a_deposit_that_cannot_be_is_said_and_nothing_typed_is_lost(
    hr: Browser, typed: dict[str, str], said: str
) -> None:
    page = hr.send(f"{bonus_plan(hr)}/accordo", **DEPOSIT | typed)

    assert page.status_code in (409, 422)
    assert said in text_of(page)
    assert 'value="2026-' in page.text


def test_a_deposit_that_is_sent_again_is_recorded_once(hr: Browser) -> None:
    place = f"{bonus_plan(hr)}/accordo"
    drawn = hr.get(place)

    first, second = (hr.send_on(drawn, place, **DEPOSIT) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert "conta una volta sola" in text_of(hr.get(str(second.headers["Location"]))).replace("&#39;", "'")
    assert hr.send_on(drawn, place, **DEPOSIT | {"deposit_code": "DEP-10"}).status_code == 409


def test_only_a_plan_of_bonuses_has_a_deposit(counter: Counter, hr: Browser) -> None:
    place = bonus_plan(hr)

    assert hr.get(f"/azienda/piani/{plan_a(counter, 'E1')}/accordo").status_code in (409, 422)
    assert hr.get(f"/azienda/piani/{plan_a(counter, 'E2')}/accordo").status_code == 404
    assert browser_of(counter, "accountant").get(f"{place}/accordo").status_code == 403


def test_what_the_law_refuses_is_said_and_nothing_typed_is_lost(hr: Browser) -> None:
    name = code()
    page = hr.send("/azienda/piani/nuovo", code=name, **PLAN | {"source": "PDR", "source_type": "UNILATERAL"})

    assert page.status_code >= 400
    assert "to-mend" in page.text
    assert forms_of(page)[""]["name"] == "Welfare per tutti"
    assert name not in text_of(hr.get("/azienda/piani"))


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Manca"),
        ("starts_on", "ieri", ""),
        ("amount", "tanto", ""),
        ("clusters", "operai; Operai; 1; 2", "Riga 1"),
        ("carry_over_months", "61", "Da 0 a 60 mesi"),
        ("source", "MUNICIPAL", ""),
    ],
)
def test_what_is_typed_wrong_is_said_beside_its_field(hr: Browser, field: str, typed: str, said: str) -> None:
    page = hr.send("/azienda/piani/nuovo", code=code(), **PLAN | {field: typed})

    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert said in text_of(page)


@pytest.mark.parametrize("button", ["check", "send"])
@pytest.mark.parametrize(
    "typed",
    [
        {"starts_on": "0001-01-01", "ends_on": "9999-12-31", "spend_by": "9999-12-31"},
        {"ends_on": "9999-12-31", "spend_by": "9999-12-31", "carry_over_months": "60", "leaver_grace_days": "730"},
        {"amount": "92233720368547758,08"},
        {"amount": "99999999999999999999999,00"},
        {"carry_over_months": "99999999999999999999"},
        {"clusters": "operai;x;99999999999999999999,00", "entitlement": "CLUSTER"},
        {"clusters": "operai;x;1,00\noperai;x;2,00", "entitlement": "CLUSTER"},
        {"code": " ", "name": " "},
        {"code": "\u202e=1+1"},
        {"categories": ["FLYING"], "channels": ["CARE"]},
        {"entitlement": "AD_PERSONAM", "amount": ""},
        {"signed_on": "9999-12-31", "document_ref": "x" * 201},
    ],
)
def test_whatever_is_typed_is_answered_with_a_page_that_helps(hr: Browser, typed: dict[str, Any], button: str) -> None:
    told = {name: value for name, value in PLAN.items() if name != "send"} | {"code": code()} | typed

    page = hr.send("/azienda/piani/nuovo", **told, **{button: "1"})

    assert page.status_code < 500
    assert page.status_code == 302 or "<h1>" in page.text


def test_a_plan_that_is_sent_by_several_at_once_is_one_plan(hr: Browser) -> None:
    drawn, told = hr.get("/azienda/piani/nuovo"), PLAN | {"code": code()}

    def send() -> Any:
        return hr.send_on(drawn, "/azienda/piani/nuovo", **told)

    with ThreadPoolExecutor(4) as pool:
        # Each thread at the hour of the test.
        begun = [pool.submit(copy_context().run, send) for _ in range(4)]
    sent = [each.result() for each in begun]

    assert {page.status_code for page in sent} == {302}
    assert len({plan_of(page) for page in sent}) == 1


def test_a_correction_of_what_somebody_else_changed_is_refused(hr: Browser) -> None:
    plan_id = plan_of(hr.send("/azienda/piani/nuovo", code=code(), **PLAN))
    path = f"/azienda/piani/{plan_id}/modifica"
    drawn = hr.get(path)
    assert hr.send(path, **PLAN | {"name": "Prima"}).status_code == 302

    late = hr.send_on(drawn, path, **PLAN | {"name": "Dopo"})

    assert late.status_code == 409
    assert "Prima" in text_of(hr.get(f"/azienda/piani/{plan_id}"))


def test_a_plan_that_was_granted_under_changes_no_more(counter: Counter, hr: Browser) -> None:
    path = f"/azienda/piani/{plan_a(counter, 'E1')}"

    refused = hr.send(f"{path}/modifica", **PLAN)

    assert refused.status_code == 409
    assert "Prepara il prossimo periodo" in text_of(hr.get(path))
    assert "Correggi il piano" not in text_of(hr.get(path))


# -- the simulator ---------------------------------------------------------------------------------------------------


def test_the_simulator_says_what_arrives_and_what_it_does_not_know(hr: Browser) -> None:
    unknown = text_of(hr.get("/azienda/simulatore?amount=1000&rate=&within=yes&employer="))
    known = text_of(hr.get("/azienda/simulatore?amount=1000&rate=35&within=yes&employer=30"))

    assert "non si sa" in unknown
    assert "non si sa" not in known
    # 1.000 less 9,19 % is 908,10; less 35 % of that, 590,26 (half a cent up); the company pays 300 besides.
    for amount in ("91,90", "590,26", "1.300,00"):
        assert amount in known, amount


@pytest.mark.parametrize("query", ["amount=", "amount=x", "amount=-5", "amount=100&rate=99", "amount=0"])
def test_the_simulator_helps_whoever_types_something_else(hr: Browser, query: str) -> None:
    page = hr.get(f"/azienda/simulatore?{query}")

    assert 400 <= page.status_code < 500
    assert "to-mend" in page.text


def picture_of(page: Any) -> str:
    return unescape(page.text.split('class="company-chart" src="')[1].split('"')[0])


def test_the_simulators_bars_are_a_picture_without_scripts(hr: Browser) -> None:
    page = hr.get("/azienda/simulatore?amount=1000&rate=35&within=yes&employer=")

    picture = hr.get(picture_of(page))

    assert picture.mimetype == "image/svg+xml"
    assert "<script" not in picture.text
    for told in ("Welfare", "Premio in denaro", "590,26"):
        assert told in picture.text.replace("\xa0", " "), told


def test_a_picture_is_of_what_a_page_said_to_whoever_looked_at_it(counter: Counter, hr: Browser) -> None:
    place = picture_of(hr.get("/azienda/simulatore"))

    assert hr.get(place.replace("told=", "told=x")).status_code == 404
    assert hr.get("/grafici/barre.svg").status_code == 404
    assert browser_of(counter, "accountant").get(place).status_code == 404
    assert browser_of(counter).get(place).status_code == 302


def test_the_address_of_a_picture_tells_nothing_of_it(counter: Counter, hr: Browser) -> None:
    address = picture_of(hr.get("/azienda/simulatore?amount=1000&rate=35&within=yes&employer="))
    told = address.partition("told=")[2].replace("%3D", "=")
    clear = b"".join(urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in told.split("."))

    drawn = hr.get(address)

    assert drawn.status_code == 200
    assert "590,26" in drawn.text
    assert b"Welfare" not in clear
    assert b"59026" not in clear
    assert drawn.headers["Cache-Control"] == "no-store"
    assert browser_of(counter, "payroll").get(address).status_code == 404


# -- people ----------------------------------------------------------------------------------------------------------


def add(hr: Browser, **typed: str) -> str:
    usual = {"tax_code": factories.tax_code(), "first_name": "Zoe", "last_name": "Zanetti", "hired_on": "2020-01-01"}
    made = hr.send("/azienda/persone/nuova", **usual | typed)
    assert made.status_code == 302, made.text
    return plan_of(made)


def test_a_person_is_added_found_corrected_and_invited_once(hr: Browser) -> None:
    address = f"zoe{next(_numbers)}@example.it"
    person = add(hr, email=address, last_name="Quaranta")
    path = f"/azienda/persone/{person}"

    assert "Quaranta" in text_of(hr.send("/azienda/persone", "/azienda/persone", text="quaranta"))
    assert hr.send(f"{path}/modifica", first_name="Zoé").status_code == 302
    assert "Zoé Quaranta" in text_of(hr.get(path))

    assert hr.send(path, f"{path}/invito").status_code == 302
    assert "invitato" in text_of(hr.get(path))
    token = forms_of(hr.get(path))["/esci"]["csrf_token"]
    assert hr.post(f"{path}/invito", {"csrf_token": token}).status_code == 409


def test_those_without_an_address_are_listed_apart(hr: Browser) -> None:
    add(hr, last_name="Senzaposta")
    add(hr, last_name="Conposta", email=f"con{next(_numbers)}@example.it")

    listed = text_of(hr.get("/azienda/persone?email=no"))

    assert "Senzaposta" in listed
    assert "Conposta" not in listed
    assert "/azienda/persone?email=no" in hr.get("/azienda").text


def test_who_has_a_wallet_is_told_there_whatever_address_is_written_of_them(counter: Counter, hr: Browser) -> None:
    add(hr, last_name="Senzaborsello", email=f"senza{next(_numbers)}@example.it")
    lists = [text_of(hr.get(f"/azienda/persone?{which}=no")) for which in ("email", "borsellino")]

    # Giulia has taken her wallet, and no address is written of her.
    assert not any("Giulia" in listed for listed in lists)
    assert ["Senzaborsello" in listed for listed in lists] == [False, True]


@pytest.mark.parametrize("address", ["a@b.it\nBcc: c@d.it", "a@b", "<b>@x.it", "a b@x.it"])
def test_what_no_letter_could_be_sent_to_is_no_address(hr: Browser, address: str) -> None:
    page = hr.send(
        "/azienda/persone/nuova", tax_code=factories.tax_code(), first_name="A", last_name="B", email=address
    )

    assert page.status_code == 422, page.headers
    assert 'id="email-error"' in page.text


def test_a_last_day_is_written_and_taken_back(hr: Browser) -> None:
    path = f"/azienda/persone/{add(hr)}"

    assert hr.send(path, f"{path}/uscita", on="2019-01-01").status_code >= 400
    assert hr.send(path, f"{path}/uscita", on="2026-04-30").status_code == 302
    assert "30 aprile 2026" in text_of(hr.get(path))
    assert hr.send(path, f"{path}/uscita").status_code == 302
    assert "30 aprile 2026" not in text_of(hr.get(path))


def test_a_name_is_shown_as_text(hr: Browser) -> None:
    person = add(hr, first_name="<script>alert(1)</script>", last_name="Bianchi")

    assert "<script>alert" not in hr.get(f"/azienda/persone/{person}").text
    assert "&lt;script&gt;alert" in hr.get(f"/azienda/persone/{person}").text


def test_another_books_person_is_not_there(counter: Counter, hr: Browser) -> None:
    for path in ("", "/modifica"):
        assert hr.get(f"/azienda/persone/{counter.people['anna']}{path}").status_code == 404


def people_file(*rows: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO("\n".join(["codice fiscale;nome;cognome", *rows]).encode()), "persone.csv"


def test_a_file_of_people_is_looked_at_then_written(hr: Browser) -> None:
    tax_code = factories.tax_code()
    looked = hr.send("/azienda/persone/file", file=people_file(f"{tax_code};Lia;Fontana"))
    assert "persona nuova" in text_of(looked)
    assert "Nessuno corrisponde" in text_of(hr.send("/azienda/persone", "/azienda/persone", text="fontana"))

    written = hr.send_on(looked, "/azienda/persone/file", "/azienda/persone/file/scrivi")

    assert written.status_code == 302
    assert "Lia" in text_of(hr.send("/azienda/persone", "/azienda/persone", text="fontana"))


def test_a_file_of_people_with_a_wrong_row_tells_which_and_writes_nothing(hr: Browser) -> None:
    looked = hr.send("/azienda/persone/file", file=people_file("SBAGLIATO;Lia;Fontanella"))

    assert looked.status_code == 422
    assert "SBAGLIATO" in text_of(looked)
    assert "/azienda/persone/file/scrivi" not in forms_of(looked)


def test_no_file_and_no_table_are_told(hr: Browser) -> None:
    assert hr.send("/azienda/persone/file").status_code == 422
    page = hr.send("/azienda/persone/file", file=(io.BytesIO(b"%PDF-1.4 \x00\xff"), "persone.xlsx"))
    assert 400 <= page.status_code < 500
    assert "alert-danger" in page.text


def test_a_ticket_of_somebody_elses_opens_nothing(hr: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = hr.send("/azienda/persone/file", file=people_file(f"{factories.tax_code()};Lia;Fontana"))
    monkeypatch.setattr(uploads, "_SECONDS", -1)

    gone = hr.send_on(looked, "/azienda/persone/file", "/azienda/persone/file/scrivi")

    assert gone.headers["Location"].endswith("/azienda/persone/file")
