"""Who works here, what is declared of them, and the plans they have."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from moneyed import EUR, Money
from sqlalchemy.orm import sessionmaker

from config import clock, database
from plans import labels, people, people_file, plans
from plans.rulebook.words import Kinship
from plans.taxcodes import check_character
from tests.api.conftest import ANNA, GIULIA, MARIO, TODAY, Shell
from tests.factories import tax_code
from wallet import funding, grants
from wallet.grants import Grant

PLAN = """
code = "{code}"
name = "Piano"
source = "ON_TOP"
starts_on = 2026-01-01
ends_on = {ends_on}
spend_by = 2026-11-30
entitlement = "ALL"
funding_policy = "PREFUNDED"
taxable_policy = "WITH_CONSENT"
categories = ["CARE", "{category}"]
channels = ["DIRECT"]
[act]
source_type = "COMPANY_AGREEMENT"
"""


def plan(shell: Shell, code: str = "B", ends_on: str = "2026-12-31", category: str = "EDUCATION") -> str:
    return shell.write("plan.toml", PLAN.format(code=code, ends_on=ends_on, category=category))


def test_people_and_relatives_are_loaded_together(shell: Shell) -> None:
    code = tax_code(2001)
    people = shell.write("p.csv", f"codice fiscale;cognome;nome\n{code};Nuova;Zoë\n")
    relatives = shell.write("r.csv", f"codice fiscale dipendente;parentela;cognome;nome\n{code};figlia;Nuova;Già\n")

    text = shell.done(f"people load {people} --relatives {relatives}", language="it")

    assert "p.csv: 1 nuovo" in text
    assert "Zoë" in shell.done("people list --search nuova")
    assert "CHILD" in shell.done(f"people show {code}")
    assert "figlio/a" in shell.done(f"people show {code}", language="it")


def test_the_problems_of_both_files_are_told_at_once(shell: Shell) -> None:
    code = tax_code(2001)
    people = shell.write("p.csv", f"codice fiscale;cognome;nome\n{code};Nuova;Zoë\n{code};Nuova;Zoë\n")
    relatives = shell.write(
        "r.csv", f"codice fiscale dipendente;parentela;cognome;nome\n{code};figlia;Nuova;Già\n{code};boh;Nuova;Lia\n"
    )
    line = f"people load {people} --relatives {relatives}"

    text = shell.refused(2, line, language="it")
    found = json.loads(shell.run(f"{line} --json").stdout)

    assert "la stessa persona è già alla riga 2" in text
    assert "parentela sconosciuta" in text
    # That nobody knows this employee yet is no mistake of the second file.
    assert "employee_not_found" not in text
    assert "2 problemi" in text
    assert "p.csv: niente è stato caricato" in text
    assert "r.csv: niente è stato caricato" in text
    assert (found["ok"], found["files"], found["problem_count"]) == (False, ["p.csv", "r.csv"], 2)
    assert [problem["file"] for problem in found["problems"]] == ["p.csv", "r.csv"]
    assert shell.sql("select count(*) from employee") == [(3,)]


def test_relatives_are_looked_at_even_beside_a_file_that_cannot_be_read(shell: Shell) -> None:
    relatives = shell.write("r.csv", f"codice fiscale dipendente;parentela;cognome;nome\n{GIULIA};boh;Nuova;Lia\n")
    line = f"people load {shell.folder / 'nope.csv'} --relatives {relatives}"

    text = shell.refused(2, line, language="it")
    result = shell.run(f"{line} --json")

    assert "[file_missing]" in text
    assert "parentela sconosciuta" in text
    assert json.loads(result.stdout)["files"] == ["nope.csv", "r.csv"]
    assert "error" in json.loads(result.stderr)


def test_relatives_alone_that_are_wrong_leave_the_employees_out_too(shell: Shell) -> None:
    people = shell.write("p.csv", f"codice fiscale;cognome;nome\n{tax_code(2001)};Nuova;Zoë\n")
    relatives = shell.write(
        "r.csv", f"codice fiscale dipendente;parentela;cognome;nome\n{tax_code(2002)};figlia;Nuova;Già\n"
    )

    text = shell.refused(2, f"people load {people} --relatives {relatives}", language="it")

    assert "[employee_not_found]" in text
    assert "p.csv" not in text
    assert shell.sql("select count(*) from employee") == [(3,)]


@pytest.mark.parametrize("kinship", Kinship)
def test_a_kinship_that_is_shown_can_be_typed_back(kinship: Kinship) -> None:
    assert people_file.kinship(labels.italian(kinship)) is kinship


def test_two_employees_with_one_codice_fiscale_are_refused_with_their_rows(shell: Shell) -> None:
    code = tax_code(2002)
    path = shell.write("p.csv", f"codice fiscale;cognome;nome\n{code};Uno;A\n{code};Due;B\n")

    assert "la stessa persona è già alla riga 2" in shell.refused(2, f"people load {path}", language="it")
    assert "already stands in row 2" in shell.refused(2, f"people load {path}")
    assert "c'è un problema: p.csv" in shell.refused(2, f"people load {path}", language="it")


def test_a_date_is_shown_as_it_is_written(shell: Shell) -> None:
    row = f"{tax_code(2006)};Uno;A;02/01/2019;01/01/2019"
    path = shell.write("p.csv", f"codice fiscale;cognome;nome;data assunzione;data cessazione\n{row}\n")

    assert "valore «01/01/2019»" in shell.refused(2, f"people load {path}", language="it")


def test_a_valid_omocodia_is_an_employee_like_any_other(shell: Shell) -> None:
    body = tax_code(2003)[:15].replace("0", "L")
    code = body + check_character(body)
    path = shell.write("p.csv", f"codice fiscale;cognome;nome\n{code};Omo;Codia\n")

    shell.done(f"people load {path}")

    assert "Codia" in shell.done(f"people show {code.lower()}")


def test_names_with_quotes_and_newlines_stand_on_one_line(shell: Shell) -> None:
    path = shell.write("p.csv", f'codice fiscale;cognome;nome\n{tax_code(2004)};"D""Oro\nBianchi";"=1+1"\n')

    shell.done(f"people load {path}")

    line = next(line for line in shell.done("people list").splitlines() if "Oro" in line)
    assert r'D"Oro\nBianchi' in line
    assert "=1+1" in line


def test_an_employee_nobody_knows_and_one_that_cannot_be(shell: Shell) -> None:
    assert "There is no employee" in shell.refused(1, f"people show {tax_code(2005)}")
    assert "Il lavoratore" in shell.refused(1, f"people show {tax_code(2005)}", language="it")
    assert "check character" in shell.refused(2, f"people show {GIULIA[:15]}{'A' if GIULIA[15] != 'A' else 'B'}")


def test_an_employee_leaves(shell: Shell) -> None:
    shell.done(f"people leave {ANNA} --on 31/03/2026")

    assert "31/03/2026" in shell.done("people list", language="it")
    assert "before being hired" in shell.refused(1, f"people leave {ANNA} --on 2001-01-01")


def test_a_plan_is_loaded_once_and_revised_until_it_grants(shell: Shell) -> None:
    assert "loaded" in shell.done(f"plan load {plan(shell)}")
    assert "unchanged" in shell.done(f"plan load {plan(shell)}")
    assert "differs in: categories" in shell.refused(1, f"plan load {plan(shell, category='FRINGE')}")
    assert "revised in: categories" in shell.done(f"plan load {plan(shell, category='FRINGE')} --revise")
    shell.done("fund commit B 100,00")
    shell.done("fund transfer B 100,00")
    budget = shell.write("b.csv", f"codice fiscale;importo\n{GIULIA};100,00\n")
    shell.done(f"budget load {budget} --plan B")

    assert "già stati accreditati 100,00" in shell.refused(1, f"plan load {plan(shell)} --revise", language="it")
    # A plan is shown in the words of its file, so that they can be written back.
    assert "FRINGE" in shell.done("plan show B", language="it")


def test_a_plan_that_ends_before_it_begins_is_refused(shell: Shell) -> None:
    path = plan(shell, ends_on="2025-12-31")

    assert "finisce il 31/12/2025 e comincia il 01/01/2026" in shell.refused(2, f"plan load {path}", language="it")
    assert "ends on 2025-12-31" in shell.refused(2, f"plan load {path}")


def test_what_the_money_rests_on_stays_once_it_is_committed(shell: Shell) -> None:
    path = plan(shell)
    shell.done(f"plan load {path}")
    shell.done("fund commit B 100,00")
    other = shell.write("other.toml", Path(path).read_text("utf-8").replace("PREFUNDED", "ON_ACCOUNT"))

    text = shell.refused(1, f"plan load {other} --revise", language="it")

    assert "già stati impegnati 100,00" in text
    assert "non si cambia più funding_policy" in text
    assert "[plan_committed]" in text
    assert "PREFUNDED" in shell.done("plan show B")
    assert "revised in: categories" in shell.done(f"plan load {plan(shell, category='FRINGE')} --revise")


@pytest.mark.parametrize("verb", ["grant", "commit"])
def test_a_revision_waits_for_who_grants_or_commits_and_then_sees_it(shell: Shell, verb: str) -> None:
    path = plan(shell)
    shell.done(f"plan load {path}")
    other = shell.write("other.toml", Path(path).read_text("utf-8").replace("PREFUNDED", "ON_ACCOUNT"))
    if verb == "grant":
        shell.done("fund commit B 100,00")
        shell.done("fund transfer B 100,00")
    engine = database.make_engine(shell.address)
    with ThreadPoolExecutor(1) as pool, sessionmaker(engine)() as session, clock.at(TODAY):
        book_id = int(str(shell.sql("select book_id from plan where code = 'B'")[0][0]))
        if verb == "grant":
            giulia = people.find(session, book_id, GIULIA)
            terms = plans.by_code(session, book_id, "B")
            given = Grant(giulia.employee_id, 10_000, terms.spend_by)
            grants.grant_many(session, terms, [given], on=TODAY, actor="t")
        else:
            funding.commit(session, book_id, "B", Money("100", EUR), on=TODAY, actor="t")
        revision = pool.submit(shell.run, f"plan load {other} --revise")
        for _ in range(400):
            waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type"
            if revision.done() or shell.sql(f"{waiting} = 'Lock'") == [(1,)]:
                break
        assert not revision.done()
        session.commit()
        result = revision.result()
    engine.dispose()

    assert result.exit_code == 1
    assert ("plan_in_use" if verb == "grant" else "plan_committed") in result.output


@pytest.mark.parametrize(
    ("text", "en"),
    [("", "missing"), ("code = ", "cannot be read"), ("code = 0000-00-00", "cannot be read")],
)
def test_a_plan_file_that_is_none(shell: Shell, text: str, en: str) -> None:
    assert en in shell.refused(2, f"plan load {shell.write('plan.toml', text)}")


def test_a_plan_nobody_loaded(shell: Shell) -> None:
    assert "Il piano NOPE non c'è" in shell.refused(1, "plan show NOPE", language="it")


@pytest.mark.parametrize(
    "line",
    [
        "cohabitation {g} --relative madre --since 01/01/2026",
        "maintenance {g} --relative Teresa --year 2026",
        "dependency {g} --relative PARENT --year 2026 --no",
        "certificate {g} --relative teresa --until 31/12/2027",
        "parents-missing {g} --relative madre --since 01/01/2026 --basis recorded",
        "external-fringe {g} --year 2026 --amount 0",
        "external-pension {g} --year 2026 --amount 1.000,00",
        "external-health-fund {g} --year 2026 --amount 12,50",
        "pdr-elsewhere {g} --year 2026 --amount 500",
        "dependent-child {g} --year 2026 --child {c}",
        "first-job-pension {g} --year 2026",
        "new-hire {g} --year 2026 --amount 20000 --distance-km 120",
    ],
)
def test_each_fact_is_declared_once(shell: Shell, line: str) -> None:
    command = "declare " + line.format(g=GIULIA, c=tax_code(1099, born=date(2015, 4, 1)))

    assert "Dichiarato: fct_" in shell.done(command, language="it")
    assert "Declared already: fct_" in shell.done(command)
    listed = shell.done(f"declare list {GIULIA}", language="it")
    assert not re.search(r"[A-Z]{4,}_|DECLARED|RECORDED|COHABITATION", listed)
    assert (
        line.split()[0].split("-")[0].upper()[:4] in shell.done(f"declare list {GIULIA}").upper()
        or "certificate" in line
    )


def test_a_declaration_says_how_much_of_the_year_it_corrected(granted: Shell) -> None:
    granted.done(f"authorize {GIULIA} BUO-CR --quantity 24 --channel voucher")
    line = f"declare external-fringe {GIULIA} --year 2026 --amount 480,00"

    text = granted.done(line, language="it")
    again = json.loads(granted.done(f"{line} --json"))

    assert "1 evento fiscale dell'anno è stato corretto." in text
    assert again["corrections"] == 0
    fact = granted.sql("select fact_id from employee_fact where revoked_at is null")[0][0]
    assert "1 fiscal event of the year was corrected." in granted.done(f"declare withdraw {fact}")


def test_a_child_who_is_none_is_refused_in_both_languages(shell: Shell) -> None:
    line = f"declare dependent-child {GIULIA} --year 2026 --child"

    assert "[child_is_the_worker]" in shell.refused(1, f"{line} {GIULIA}")
    assert "[child_birth_implausible]" in shell.refused(1, f"{line} {MARIO}")
    assert "non può essere un figlio di chi è nato il" in shell.refused(1, f"{line} {MARIO}", language="it")


def test_a_declaration_ends_or_is_withdrawn(shell: Shell) -> None:
    said = shell.done(f"declare cohabitation {GIULIA} --relative madre --since 01/01/2026")
    fact = said.split()[1].rstrip(".")

    shell.done(f"declare end {fact} --on 28/02/2026")

    ended = shell.sql("select fact_id from relative_fact where revoked_at is null")[0][0]
    shell.done(f"declare withdraw {ended}")
    assert "was already withdrawn" in shell.refused(1, f"declare withdraw {ended}")
    assert "FACT_NOT_FOUND" in shell.refused(1, "declare withdraw fct_nope").upper()


def test_a_relative_nobody_added(shell: Shell) -> None:
    line = f"declare maintenance {GIULIA} --relative nonno --year 2026"

    assert "There is no relative nonno" in shell.refused(1, line)
    assert "Il familiare nonno non c'è" in shell.refused(1, line, language="it")
