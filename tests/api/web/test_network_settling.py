"""The operator settles: runs looked at, prepared once and withdrawn, the bank's answers, and months cleared."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from defusedxml import ElementTree
from sqlalchemy.engine import URL
from werkzeug.test import TestResponse

from api import tasks
from config import clock, database, money
from ledger import verification
from tests.api.v1.offices import NOW, Offices, opened
from tests.api.web.browser import Browser, browser_of, forms_of, text_of
from tests.api.web.counting import asked
from tests.wallet.settlement import bank

RUNS, BANK, CLEARING = "/rete/pagamenti", "/rete/banca", "/rete/compensazione"


@pytest.fixture
def offices(server: URL, template: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    """Offices of the test's own: each settles them in its way."""
    with opened(server, template, f"net_settling_{worker_id}", tmp_path_factory.mktemp("settling")) as found:
        yield found


@pytest.fixture
def operator(offices: Offices) -> Browser:
    return browser_of(offices.counter, "operator")


@pytest.fixture(scope="module")
def untouched(
    server: URL, template: URL, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Offices]:
    """Offices of which nothing is settled."""
    with opened(server, template, f"net_untouched_{worker_id}", tmp_path_factory.mktemp("untouched")) as found:
        yield found


def rows(statement: str, **values: Any) -> list[Any]:
    return database.transact(lambda session: list(session.execute(sa.text(statement), values).all()))


def euro(amount_minor: int) -> str:
    return money.local_minor(amount_minor, "it").replace("\xa0", " ")


def clean(offices: Offices) -> None:
    for book_id in offices.counter.books.values():
        assert not database.transact(lambda session, book_id=book_id: verification.verify(session, book_id))


def proposed(operator: Browser, reference: str = "MAGGIO", **typed: Any) -> TestResponse:
    """The page that says what a run would pay."""
    return operator.send(RUNS, f"{RUNS}/anteprima", reference=reference, **typed)


def ordered(operator: Browser, reference: str = "MAGGIO") -> str:
    """A run that was looked at and is asked for; where it is followed."""
    answer = operator.send_on(proposed(operator, reference), "", RUNS)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def prepared(operator: Browser, reference: str = "MAGGIO") -> str:
    """A run that a worker prepared; where it is shown."""
    place = ordered(operator, reference)
    assert tasks.run_next()
    assert "Preparato." in text_of(operator.get(place))
    return f"{RUNS}/{rows('select run_id from payout_run where reference = :name', name=reference)[0].run_id}"


def read(operator: Browser, *entries: str, page: TestResponse | None = None, **facts: Any) -> TestResponse:
    """Send the bank's statement of these movements."""
    content = bank.statement(*entries, **facts).encode()
    fields = forms_of(page or operator.get(BANK))[""]
    return operator.post(BANK, fields | {"file": (io.BytesIO(content), "camt053.xml")})


def test_a_run_is_looked_at_prepared_once_and_its_file_handed_over(offices: Offices, operator: Browser) -> None:
    seen = proposed(operator)
    nothing = rows("select 1 from payout_run")
    answers = [operator.send_on(seen, "", RUNS) for _ in range(2)]
    place = answers[0].headers["Location"]
    waiting = operator.get(place)
    listed = text_of(operator.get(RUNS))
    worked = [tasks.run_next() for _ in range(2)]
    (run,) = rows("select run_id from payout_run")
    page = operator.get(f"{RUNS}/{run.run_id}")
    file = operator.get(f"{RUNS}/{run.run_id}/file/iso")

    (total,) = rows("select sum(amount_minor)::bigint as minor from payout_payment")
    assert f"Prepara {euro(total.minor)}" in text_of(seen)
    assert nothing == []
    assert [answer.headers["Location"] for answer in answers] == [place, place]
    assert f'data-waiting="{place}"' in waiting.text
    assert "In attesa di cominciare" in text_of(waiting)
    assert "In lavorazione o non riusciti" in listed
    assert operator.get(place.replace(RUNS, CLEARING)).status_code == 404
    assert worked == [True, False]
    assert "In attesa della banca" in text_of(page)
    ids = [each.text for each in ElementTree.fromstring(file.data).iter() if each.tag.endswith("EndToEndId")]
    assert (len(ids), file.headers["Content-Disposition"]) == (
        len(rows("select 1 from payout_payment")),
        "attachment; filename=MAGGIO-iso.xml",
    )
    waiting_for_the_bank = text_of(operator.get("/rete/bonifici?stato=prepared&fornitore=P25"))
    assert ("MAGGIO-0" in waiting_for_the_bank, "P02" in waiting_for_the_bank) == (True, False)
    assert "Nessun bonifico così." in text_of(operator.get("/rete/bonifici?stato=paid"))
    again = proposed(operator)
    assert (again.status_code, again.headers["Location"]) == (302, f"{RUNS}/{run.run_id}")
    asked = rows("select target from audit_event where action = 'payouts:run' order by event_id")
    assert [row.target for row in asked] == ["MAGGIO"]
    clean(offices)


def test_a_run_that_would_pay_something_else_than_was_shown_is_not_prepared(
    offices: Offices, operator: Browser
) -> None:
    place = ordered(operator)
    rows("update task set arguments = jsonb_set(arguments, '{expect_total_minor}', '1') returning task_id")
    tasks.run_next()

    page = text_of(operator.get(place))

    assert "Non è stato preparato nulla." in page
    assert "Intanto è cambiato ciò che è dovuto" in page
    assert "non riuscito" in text_of(operator.get(RUNS))
    assert rows("select 1 from payout_run") == []


def test_what_the_bank_has_not_answered_is_withdrawn_with_a_reason(offices: Offices, operator: Browser) -> None:
    place = prepared(operator, "2026-05-04")
    page = operator.get(place)
    assert 'value="2026-05-04-2"' in operator.get(RUNS).text
    first = rows("select end_to_end_id from payout_payment order by end_to_end_id")[0].end_to_end_id

    assert "scaricato" not in text_of(page)
    assert operator.get(f"{place}/file/cbi").mimetype == "application/xml"
    assert "Il file è già stato scaricato da Operator" in text_of(operator.get(place))
    alone = operator.send(f"/rete/bonifici/{first}", "", reason="rifiutato dalla banca")
    unreasoned = operator.send_on(page, place, "", reason=" ")
    page = operator.get(place)
    done = [operator.send_on(page, place, "", reason="file perso") for _ in range(2)]
    late = operator.get(f"/rete/bonifici/{first}")

    assert [answer.status_code for answer in (alone, unreasoned, *done, late)] == [302, 409, 302, 302, 200]
    assert "non partito o tornato" in text_of(late)
    assert "rifiutato dalla banca" in text_of(late)
    assert {row.state for row in rows("select state from payout_payment")} == {"failed"}
    assert "Ritirare" not in text_of(operator.get(place))
    assert text_of(proposed(operator, "GIUGNO")).count("P25") == 1
    clean(offices)


def test_the_bank_answers_and_a_person_decides_about_the_rest(offices: Offices, operator: Browser) -> None:
    prepared(operator)
    paid = {row.provider_code: row for row in rows("select * from payout_payment")}
    mine, other = paid["P25"], paid["P02"]
    entries = (
        bank.entry(bank.Tx("80.00", end_to_end_id=mine.end_to_end_id), booked_on="2026-05-04", ref="1"),
        bank.entry(bank.Tx("130.00", remittance="<script>x</script>"), booked_on="2026-05-04", ref="2"),
        bank.entry(bank.Tx("1234567.89", remittance="boh"), booked_on="2026-05-03", ref="3"),
    )
    drawn = operator.get(BANK)
    first = read(operator, *entries, page=drawn)
    again = read(operator, *entries, page=drawn)
    known = read(operator, *entries)
    shown = operator.get(str(first.headers["Location"]))
    waiting = {row.amount_minor: row.line_id for row in rows("select * from bank_line where state = 'unmatched'")}
    line = f"{BANK}/movimenti/{waiting[13_000]}"
    page = operator.get(line)
    foreign = f"{BANK}/movimenti/{waiting[123_456_789]}"

    assert (first.status_code, again.headers["Location"]) == (302, first.headers["Location"])
    (file,) = rows("select confirmation_id from bank_confirmation")
    told = rows("select target from audit_event where operation = 'web_network_bank.read' order by event_id")
    # What brought nothing new kept its key all the same.
    assert [row.target for row in told] == [file.confirmation_id, None]
    assert known.headers["Location"] == BANK
    assert "2 movimenti da chiarire" in text_of(shown)
    assert "pagato" in text_of(shown)
    assert "<script>x" not in shown.text
    assert "1.234.567,89" in text_of(shown)
    assert other.end_to_end_id in page.text
    assert "Nessun bonifico in attesa ha questo importo." in text_of(operator.get(foreign))

    wrong = operator.send_on(page, line, "", what="other", payout_id=mine.end_to_end_id, reason="visto")
    unnamed = operator.send_on(page, line, "", what="other", reason="visto")
    unsaid = operator.send_on(page, line, "", reason="visto")
    page = operator.get(line)
    ours = [operator.send_on(page, line, "", what=other.end_to_end_id, reason="visto allo sportello") for _ in "12"]
    stale = operator.send_on(page, line, "", what="not_ours", reason="altro")
    no = operator.send(foreign, "", what="not_ours", reason="bonifico di altri")

    assert [each.status_code for each in (wrong, unnamed, unsaid)] == [409, 422, 422]
    assert 'value="visto"' in wrong.text
    assert [each.status_code for each in (*ours, stale, no)] == [302, 302, 422, 302]
    assert "È il bonifico" in text_of(operator.get(line))
    assert "bonifico di altri" in text_of(operator.get(foreign))
    assert "✓ Nessuno" in text_of(operator.get(BANK))
    assert rows("select state from payout_payment where provider_code = 'P02'")[0].state == "paid"
    clean(offices)


def test_a_month_is_looked_at_closed_once_drawn_and_opened_again(offices: Offices, operator: Browser) -> None:
    rows("delete from clearing_run returning 1")
    first = operator.get(CLEARING)
    seen = operator.send(CLEARING, f"{CLEARING}/anteprima", month="2026-03")
    nothing = rows("select 1 from clearing_run")
    answers = [operator.send_on(seen, "", CLEARING) for _ in range(2)]
    tasks.run_next()
    done = text_of(operator.get(str(answers[0].headers["Location"])))
    (run,) = rows("select run_id from clearing_run")
    place = f"{CLEARING}/{run.run_id}"
    page = operator.get(place)
    picture = operator.get(re.search(r'src="(/grafici/[^"]+)"', page.text)[1])  # type: ignore[index]
    shut = operator.send(CLEARING, f"{CLEARING}/anteprima", month="2026-03")
    unreasoned = operator.send_on(page, place, "", reason="")
    opened_again = [operator.send_on(page, place, "", reason="errore") for _ in range(2)]
    later = operator.get(place)

    assert 'value="2026-04"' in first.text
    assert "Chiudi marzo 2026" in text_of(seen)
    assert nothing == []
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert "Il mese è chiuso." in done
    assert "✓ 0,00" in text_of(page)
    assert "Cremona" in text_of(page)
    assert (picture.mimetype, "Trapani" in picture.text, "<script" in picture.text) == ("image/svg+xml", True, False)
    assert shut.headers["Location"] == place
    assert [each.status_code for each in (unreasoned, *opened_again)] == [422, 302, 302]
    assert "errore" in text_of(later)
    assert "Riaprire il mese" not in text_of(later)
    clean(offices)


REFUSED = [
    (f"{RUNS}/anteprima", RUNS, {"reference": "àè"}, 422, "Il riferimento «àè» non va bene"),
    (f"{RUNS}/anteprima", RUNS, {"reference": ""}, 422, "Manca: scrivilo qui."),
    (f"{RUNS}/anteprima", RUNS, {"reference": "R", "due_by": "ieri"}, 422, "Da sistemare"),
    (f"{RUNS}/anteprima", RUNS, {"reference": "R", "execute_on": "2026-05-09"}, 409, "TARGET è chiuso"),
    (f"{RUNS}/anteprima", RUNS, {"reference": "R", "due_by": "2026-01-01"}, 409, "non c'è nulla da pagare"),
    (f"{RUNS}/anteprima", RUNS, {"reference": "R", "advance": "E99", "advance_reason": "x"}, 404, "E99"),
    (f"{RUNS}/anteprima", RUNS, {"reference": "R", "advance": "E1"}, 409, "Da sistemare"),
    (f"{CLEARING}/anteprima", CLEARING, {"month": "maggio"}, 422, "Scrivi il mese così"),
    (f"{CLEARING}/anteprima", CLEARING, {"month": "2026-05"}, 409, "Il mese finisce il"),
    (f"{CLEARING}", CLEARING, {"month": "maggio", "key": "k"}, 422, "Scrivi il mese così"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "path", "typed", "status", "said"), REFUSED)
def test_what_cannot_be_is_said_on_the_page_and_nothing_typed_is_lost(
    untouched: Offices, action: str, path: str, typed: dict[str, str], status: int, said: str
) -> None:
    with clock.at(NOW):
        operator = browser_of(untouched.counter, "operator")
        drawn = next(iter(forms_of(operator.get(path)).values()))
        fields = forms_of(operator.get(path)).get(action, drawn) | typed
        answer = operator.post(action, fields)

        assert answer.status_code == status, text_of(answer)
        assert said in text_of(answer).replace("&#39;", "'")
        if typed.get("reference"):
            assert f'value="{typed["reference"]}"' in answer.text
        assert rows("select 1 from payout_run") == rows("select 1 from task") == []


@pytest.mark.parametrize(("content", "name", "said"), [
    (b"no", "x.xml", "non è XML"),
    (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "x.xml", "DTD"),
    (b"%PDF-1.7", "estratto.pdf", "non è XML"),
    (b"", "", "Scegli un file."),
])  # fmt: skip
def test_a_file_that_is_no_statement_is_refused_on_the_page(
    untouched: Offices, content: bytes, name: str, said: str
) -> None:
    with clock.at(NOW):
        operator = browser_of(untouched.counter, "operator")
        fields = forms_of(operator.get(BANK))[""]
        answer = operator.post(BANK, fields | {"file": (io.BytesIO(content), name)})

        assert answer.status_code == 422
        assert said in text_of(answer)
        assert rows("select 1 from bank_confirmation") == []


@pytest.mark.parametrize("path", [
    f"{RUNS}/pay_x", f"{RUNS}/pay_x/rimasti", f"{RUNS}/pay_x/file/cbi", f"{RUNS}/lavori/tsk_x",
    "/rete/bonifici/R-00001", f"{BANK}/estratti/cnf_x", f"{BANK}/movimenti/bkl_x", f"{CLEARING}/clr_x",
    f"{CLEARING}/lavori/tsk_x",
])  # fmt: skip
def test_what_is_not_there_is_told_on_a_page(untouched: Offices, path: str) -> None:
    with clock.at(NOW):
        answer = browser_of(untouched.counter, "operator").get(path)

        assert (answer.status_code, "<h1" in answer.text) == (404, True)


def test_what_a_bank_does_not_cover_is_left_out_line_by_line_or_paid_all_the_same(
    offices: Offices, operator: Browser
) -> None:
    # All that is due costs a book more than is left in its bank.
    rows("update balance set debit_posted = credit_posted + 6000 where (book_id, account_id) in"
         " (select book_id, account_id from account where code = 'bank') returning 1")  # fmt: skip
    seen = proposed(operator, due_by="2026-12-31")

    assert "in banca non c'è il denaro del finanziatore" in text_of(seen).replace("&#39;", "'")
    beyond = operator.send_on(seen, "", f"{RUNS}/anteprima", advance=["E1", "E3"], advance_reason="accordo del 3/5")
    assert "Pagati oltre la banca" in text_of(beyond)
    assert "accordo del 3/5" in text_of(beyond)
    operator.send_on(seen, "", RUNS)
    tasks.run_next()
    (run,) = rows("select run_id from payout_run")
    left = len(rows("select 1 from payout_left_line"))
    assert f"le {left} righe rimaste fuori" in text_of(operator.get(f"{RUNS}/{run.run_id}"))
    assert operator.get(f"{RUNS}/{run.run_id}/rimasti").text.count("<code>aut_") == min(left, 25)


def test_pages_of_settlement_ask_no_more_for_more_rows(offices: Offices, operator: Browser) -> None:
    def each() -> list[int]:
        return [
            asked(operator, path)
            for path in (
                RUNS,
                "/rete/bonifici",
                BANK,
                CLEARING,
                "/rete",
                last("payout_run", RUNS),
                last("clearing_run", CLEARING),
            )
        ]

    def last(table: str, room: str) -> str:
        key = {"payout_run": "prepared_at", "clearing_run": "closed_at"}[table]
        return f"{room}/{rows(f'select run_id from {table} order by {key} desc, run_id desc')[0].run_id}"

    def more(number: int, month: str) -> None:
        reference = f"R{number}"
        due_by = ("2026-03-30", "2026-04-15", "2026-12-31")[number]
        operator.send_on(proposed(operator, reference, due_by=due_by), "", RUNS)
        movement = bank.Tx(f"{number + 1}.00", remittance="boh")
        read(operator, bank.entry(movement, booked_on="2026-05-04"), number=reference)
        operator.send_on(operator.send(CLEARING, f"{CLEARING}/anteprima", month=month), "", CLEARING)
        while tasks.run_next():
            pass

    # A run is held against the one before it: the first has none.
    more(0, "2026-02")
    more(1, "2026-03")
    before = each()
    more(2, "2026-04")

    assert len(rows("select 1 from payout_run")) == 3
    assert each() == before
