"""Surveys on the pages: written and opened by a welfare manager, answered by people, read without whoever answered."""

from __future__ import annotations

import re
from collections import Counter as Tally
from datetime import date, datetime
from html import unescape

import pytest
import sqlalchemy as sa

from api.jobs import works
from config import clock, database, fences
from config.fences import Fence, Sight
from network import unmet
from network.unmet import Search
from tests import factories
from tests.api.counter import Counter
from tests.api.web.browser import Browser, browser_of, forms_of, text_of
from tests.api.web.counting import asked
from wallet.surveys import answering, building, records
from wallet.surveys.answering import Answer

LIST, MINE = "/wm/questionari", "/io/questionari"
XSS = "<script>alert(1)</script>"
CHOICES = "Mattina\r\n\r\nSera"


def written(counter: Counter, browser: Browser, title: str = "Di che cosa hai bisogno?") -> str:
    """A draft for the people of E1 with a question of each kind; its address."""
    audience = f"azienda:{counter.books['E1']}"
    begun = browser.send(
        f"{LIST}/nuovo", title=title, audience=audience, ends_on="2026-03-20", introduction="Due minuti."
    )
    assert begun.status_code == 302, begun.text
    path = str(begun.location)
    for fields in (
        {"text": f"Quando? {XSS}", "kind": "one", "choices": CHOICES},
        {"text": "Per chi?", "kind": "several", "choices": "Altro", "needs": ["anziani", "bambini"]},
        {"text": "Quanto è facile?", "kind": "scale", "choices": "non serve"},
        {"text": "Che cosa manca?", "kind": "text"},
    ):
        added = browser.send(f"{path}/domande/nuova", "", **fields)
        assert added.status_code == 302, added.text
    return path


def opened(counter: Counter, browser: Browser, title: str = "Di che cosa hai bisogno?") -> str:
    path = written(counter, browser, title)
    assert browser.send(path, f"{path}/apri").status_code == 302
    return path


def id_of(path: str) -> str:
    return path.rpartition("/")[2]


def answered_by(counter: Counter, survey_id: str, people: int) -> None:
    """Some more people of E1 answer: in the evening, of the elderly, 5, with a word of their own."""

    def work(session: sa.orm.Session) -> None:
        for number in range(people):
            person = factories.employee(session, counter.books["E1"])
            given = {1: Answer((1,)), 2: Answer((0,)), 3: Answer((4,)), 4: Answer(text=f"parola {number} {XSS}")}
            answering.answer(session, counter.books["E1"], person, survey_id, given, edition=5)

    database.transact(work)


def close(survey_id: str) -> None:
    database.transact(lambda session: building.close(session, survey_id))


def test_a_survey_is_written_opened_answered_and_read(counter: Counter) -> None:
    marta, giulia = browser_of(counter, "marta"), browser_of(counter, "giulia")
    path = written(counter, marta, "Un giro di domande")
    survey_id = id_of(path)
    assert "Un giro di domande" not in giulia.get(MINE).text
    assert "Quanto è facile?" in marta.get(f"{path}/anteprima").text

    marta.send(path, f"{path}/apri")
    assert "Un giro di domande" in giulia.get(MINE).text
    page = giulia.get(f"{MINE}/{survey_id}")
    assert "<script>alert" not in page.text
    sent = giulia.send_on(page, f"{MINE}/{survey_id}", f"{MINE}/{survey_id}", q1="1", q2=["0", "2"], q3="4", q4="Notti")
    assert (sent.status_code, sent.location) == (302, "/io")
    answered_by(counter, survey_id, 5)
    assert marta.get(f"{path}/risultati").status_code == 409
    marta.send(path, f"{path}/chiudi")

    told = text_of(marta.get(f"{path}/risultati"))
    assert "6 persone hanno risposto" in told
    assert "in media 5,0 su 5" in told
    assert "Notti" in told
    assert "<script>alert" not in marta.get(f"{path}/risultati").text
    assert "Sera 6" in told
    # One of six took "Altro": neither they nor the other five are told.
    assert "Altro riservato" in told


def test_somebody_answers_once_however_often_it_is_sent(counter: Counter) -> None:
    marta, giulia = browser_of(counter, "marta"), browser_of(counter, "giulia")
    survey_id = id_of(opened(counter, marta))
    path = f"{MINE}/{survey_id}"
    page = giulia.get(path)

    first = giulia.send_on(page, path, path, q3="0")
    second = giulia.send_on(page, path, path, q3="4")

    assert (first.location, second.location) == ("/io", MINE)
    assert "Hanno risposto 1 persona" in text_of(marta.get(f"{LIST}/{survey_id}"))
    assert "hai risposto: grazie" in giulia.get(MINE).text
    close(survey_id)
    assert giulia.get(path).status_code == 404


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"text": "Quando?", "kind": "one", "choices": " "}, "choices", "Mancano le risposte"),
        ({"text": "Quando?", "kind": "several", "choices": "Mattina"}, "choices", "una sola: ne servono almeno due"),
        ({"text": "Quando?", "kind": "one", "choices": "\n".join(map(str, range(21)))}, "choices", "Sono 21"),
        ({"text": "  ", "kind": "scale"}, "text", "Manca: scrivilo qui."),
    ],
    ids=["none", "one", "many", "blank"],
)
def test_what_a_question_lacks_is_said_beside_its_field(
    counter: Counter, typed: dict[str, str], field: str, sentence: str
) -> None:
    marta = browser_of(counter, "marta")

    page = marta.send(f"{written(counter, marta)}/domande/nuova", "", **typed)

    assert page.status_code == 422
    beside = page.text[page.text.index(f'id="{field}-error"') :].partition("</div>")[0]
    assert sentence in unescape(beside)
    assert "Manca qualcosa" not in page.text


def test_from_how_many_answers_on_results_are_shown_is_told_from_the_start(counter: Counter) -> None:
    marta = browser_of(counter, "marta")

    assert "almeno cinque persone" in marta.get(f"{LIST}/nuovo").text


def test_what_has_ended_stays_in_the_list_for_a_while_whoever_answered(counter: Counter) -> None:
    marta, giulia, mario = (browser_of(counter, who) for who in ("marta", "giulia", "mario"))
    survey_id = id_of(opened(counter, marta, "Turni e figli"))
    giulia.send(f"{MINE}/{survey_id}", f"{MINE}/{survey_id}", q1="0")
    database.transact(lambda session: building.close(session, survey_id))

    for browser in (giulia, mario):
        told = browser.get(MINE).text.partition("Finiti da poco")[2]
        assert "Turni e figli" in told
        assert "chiuso, grazie" in told
    assert "Turni e figli" not in browser_of(counter, "anna").get(MINE).text
    employee_id = counter.people["giulia"]
    with clock.at(datetime(2026, 4, 2, 12, tzinfo=clock.ROME)):
        later = database.transact(lambda session: answering.ended(session, counter.books["E1"], employee_id))
    assert survey_id not in [each.survey_id for each in later]


@pytest.mark.parametrize("told", [{}, {"q1": "9"}, {"q1": "x"}, {"q4": "a" * 501}], ids=str)
def test_an_answer_that_is_none_is_refused_and_counted_nowhere(counter: Counter, told: dict[str, str]) -> None:
    marta, giulia = browser_of(counter, "marta"), browser_of(counter, "giulia")
    path = f"{MINE}/{id_of(opened(counter, marta))}"

    page = giulia.send(path, path, **told)

    assert page.status_code == 422
    assert 'id="to-mend"' in page.text
    assert giulia.get(path).status_code == 200


def test_what_was_changed_meanwhile_is_read_again_before_it_is_sent(counter: Counter) -> None:
    marta, giulia = browser_of(counter, "marta"), browser_of(counter, "giulia")
    path = opened(counter, marta)
    mine = f"{MINE}/{id_of(path)}"
    page = giulia.get(mine)
    stale = marta.get(f"{path}/domande/1")
    huge = giulia.send(mine, mine, q1="9" * 5_000)
    assert huge.status_code == 422
    assert marta.send(path, f"{path}/domande/2/su").status_code == 302

    late = giulia.send_on(page, mine, mine, q3="1")
    overtaken = marta.send_on(stale, f"{path}/domande/1", "", text="Un'altra domanda?")

    assert (late.status_code, overtaken.status_code) == (409, 409)
    assert "cambiato nel frattempo" in late.text
    assert "Un&#39;altra domanda?" in overtaken.text
    # What was ticked stood for another answer: it is ticked anew.
    assert " checked" not in late.text
    assert giulia.send_on(late, mine, mine, q3="1").status_code == 302
    assert "Modifica" not in marta.get(path).text
    assert marta.send_on(overtaken, f"{path}/domande/1", "").status_code == 409


def test_a_question_that_was_taken_away_comes_back_with_one_press(counter: Counter) -> None:
    marta = browser_of(counter, "marta")
    path = written(counter, marta)

    marta.send(path, f"{path}/domande/2/togli")
    assert "Per chi?" not in marta.get(path).text
    back = marta.get(f"{path}/domande/nuova")

    assert 'value="Per chi?"' in back.text
    assert marta.send_on(back, f"{path}/domande/nuova", "", needs=["anziani", "bambini"]).status_code == 302
    assert "Anziani · Bambini e ragazzi · Altro" in text_of(marta.get(path))


def test_a_draft_is_begun_once_however_often_it_is_sent_and_copied(counter: Counter) -> None:
    marta = browser_of(counter, "marta")
    page = marta.get(f"{LIST}/nuovo")
    told = {"title": "Una volta sola", "audience": "territorio:cremona", "ends_on": "2026-03-20"}

    twice = [marta.send_on(page, f"{LIST}/nuovo", "", **told).location for _ in range(2)]

    assert twice[0] == twice[1]
    path = opened(counter, marta)
    answered_by(counter, id_of(path), 1)
    copied = marta.send(path, f"{path}/copia")
    assert copied.location != path
    assert "bozza" in text_of(marta.get(str(copied.location)))


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"title": ""}, 422),
        ({"ends_on": "2026-02-30"}, 422),
        ({"audience": "territorio:atlantide"}, 422),
    ],
    ids=str,
)
def test_what_is_no_survey_keeps_what_was_typed(counter: Counter, told: dict[str, str], status: int) -> None:
    marta = browser_of(counter, "marta")
    sound = {"title": "Titolo", "audience": "territorio:cremona", "ends_on": "2026-03-20", "introduction": "Due righe"}

    page = marta.send(f"{LIST}/nuovo", "", **(sound | told))

    assert page.status_code == status
    assert "Due righe" in page.text


def test_a_question_without_choices_and_a_day_that_is_over_are_refused(counter: Counter) -> None:
    marta = browser_of(counter, "marta")
    path = written(counter, marta)

    alone = marta.send(f"{path}/domande/nuova", "", text="Solo una?", kind="one", choices="Sì")
    marta.send(f"{path}/titolo", "", ends_on="2026-03-01")
    over = marta.send(path, f"{path}/apri")

    assert (alone.status_code, over.status_code) == (422, 422)
    assert "Solo una?" in alone.text
    assert marta.get(f"{path}/domande/9").status_code == 404
    assert marta.get(f"{LIST}/svy_none").status_code == 404


def test_of_few_answers_nothing_is_read_not_even_in_the_files(counter: Counter) -> None:
    marta = browser_of(counter, "marta")
    path = opened(counter, marta)
    answered_by(counter, id_of(path), 4)
    close(id_of(path))

    page = marta.get(f"{path}/risultati")

    assert "meno di cinque persone" in page.text
    assert "parola" not in page.text
    assert "<table" not in page.text
    rows = marta.get(f"{path}/risultati.csv").text.splitlines()
    assert [row.split(";")[-2:] for row in rows if "Sera" in row] == [["riservato", "riservato"]]


def test_the_files_have_counts_and_no_words(counter: Counter) -> None:
    marta = browser_of(counter, "marta")
    path = opened(counter, marta)
    answered_by(counter, id_of(path), 5)
    close(id_of(path))

    told, sheet = marta.get(f"{path}/risultati.csv"), marta.get(f"{path}/risultati.xlsx")
    (picture, *_) = re.findall(r'src="(/grafici/[^"]+)"', marta.get(f"{path}/risultati").text)

    assert "Anziani" in told.text
    assert "parola" not in told.text
    assert "attachment" in told.headers["Content-Disposition"]
    assert sheet.data.startswith(b"PK")
    assert "5" in marta.get(picture.replace("&amp;", "&")).text


def test_results_are_the_welfare_managers_and_answers_are_the_employees(counter: Counter) -> None:
    marta = browser_of(counter, "marta")
    path = opened(counter, marta)
    survey_id = id_of(path)

    for who in ("hr", "giulia", "operator", "accountant", "comune", "p04"):
        for page in (LIST, path, f"{path}/risultati", f"{path}/anteprima"):
            assert browser_of(counter, who).get(page).status_code == 403
    for who in ("marta", "hr", "operator"):
        assert browser_of(counter, who).get(f"{MINE}/{survey_id}").status_code == 403
    # Anna is another employer's.
    assert browser_of(counter, "anna").get(f"{MINE}/{survey_id}").status_code == 404


def test_the_database_shows_surveys_to_whom_they_are_put_and_counts_to_nobody_but_the_network(counter: Counter) -> None:
    survey_id = id_of(opened(counter, browser_of(counter, "marta")))
    answered_by(counter, survey_id, 1)
    tables = ("survey", "survey_question", "survey_result", "survey_participation")
    book, other = counter.books["E1"], counter.books["E2"]

    def seen(fence: Fence) -> list[bool]:
        with fences.inside(fence):
            return [
                database.transact(
                    lambda session, table=table: bool(  # type: ignore[misc]
                        session.scalars(
                            sa.text(f"select 1 from {table} where survey_id = :id"),
                            {"id": survey_id},
                        ).all()
                    )
                )
                for table in tables
            ]

    browser_of(counter, "giulia").send(f"{MINE}/{survey_id}", f"{MINE}/{survey_id}", q3="1")
    assert seen(Fence(Sight.NETWORK)) == [True, True, True, False]
    assert seen(Fence(Sight.EMPLOYEE, book, counter.people["giulia"])) == [True, True, False, True]
    assert seen(Fence(Sight.EMPLOYEE, book, counter.people["mario"])) == [True, True, False, False]
    assert seen(Fence(Sight.EMPLOYEE, other, counter.people["anna"])) == [False] * 4
    for fence in (Fence(Sight.FUNDER, book), Fence(Sight.BOOK, book), Fence(Sight.NOBODY), Fence(Sight.DOOR)):
        assert seen(fence) == [False] * 4


def test_nobody_answers_in_anothers_name(counter: Counter) -> None:
    survey_id = id_of(opened(counter, browser_of(counter, "marta")))
    asked = {"survey": survey_id, "edition": 5, "book": counter.books["E1"], "employee": counter.people["mario"]}

    with fences.inside(Fence(Sight.EMPLOYEE, counter.books["E1"], counter.people["giulia"])):
        said = database.transact(lambda session: session.scalar(answering._ANSWER, asked | {"answers": "[]"}))

    assert said == "refused"


def test_an_invitation_is_one_line_in_the_wallet_until_it_is_put_away(counter: Counter) -> None:
    marta, mario = browser_of(counter, "marta"), browser_of(counter, "mario")
    survey_id = id_of(opened(counter, marta, "Solo per Mario"))
    for path in re.findall(rf'href="{MINE}/(svy_\w+)"', mario.get(MINE).text):
        if path != survey_id:
            close(path)

    assert "Solo per Mario" in mario.get("/io").text
    away = mario.send("/io", f"{MINE}/{survey_id}/nascondi")

    assert away.location == MINE
    assert "Solo per Mario" not in mario.get("/io").text
    assert "Solo per Mario" in mario.get(MINE).text
    assert forms_of(mario.get(f"{MINE}/{survey_id}"))


def test_the_nightly_job_ends_what_is_over_and_forgets_who_answered(counter: Counter) -> None:
    survey_id = id_of(opened(counter, browser_of(counter, "marta")))
    answered_by(counter, survey_id, 1)
    unmet_before = sa.text("select count(*) from unmet_search where day < '2026-01-01'")
    database.transact(lambda session: unmet.count(session, Search(need="casa"), date(2023, 12, 31)))

    with clock.at(datetime(2026, 3, 21, 4, tzinfo=clock.ROME)):
        works.erase_past(Tally())

    with database.transaction() as session:
        parts = sa.text("select count(*) from survey_participation where survey_id = :id")
        assert (session.scalar(parts, {"id": survey_id}), session.scalar(unmet_before)) == (0, 0)
        assert records.get(session, survey_id).closed_on == date(2026, 3, 20)


def test_a_page_takes_as_many_statements_however_many_answered(counter: Counter) -> None:
    marta, giulia = browser_of(counter, "marta"), browser_of(counter, "giulia")
    path = opened(counter, marta)
    answered_by(counter, id_of(path), 5)
    pages = ((marta, LIST), (marta, path), (giulia, MINE), (giulia, "/io"), (giulia, f"{MINE}/{id_of(path)}"))
    few = [[asked(*each) for _ in range(2)][-1] for each in pages]
    for _ in range(3):
        opened(counter, marta)
    answered_by(counter, id_of(path), 10)

    assert [asked(*each) for each in pages] == few
    close(id_of(path))
    assert [asked(marta, f"{path}/risultati") for _ in range(2)][-1] <= 12
