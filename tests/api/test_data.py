"""borsellino data: what is kept of a person, copied, erased and held from the command line."""

from __future__ import annotations

import json
import zipfile

from tests.api.conftest import GIULIA, MARIO, Shell


def test_a_persons_data_are_written_into_a_zip(granted: Shell) -> None:
    path = granted.folder / "dati.zip"

    granted.done(f"data export {GIULIA} --output {path}")

    with zipfile.ZipFile(path) as archive:
        told = archive.read("dati.json").decode()
    assert GIULIA in told
    assert MARIO not in told
    assert path.stat().st_mode & 0o077 == 0


def test_a_trial_says_what_stays_and_erases_nothing(granted: Shell) -> None:
    granted.sql("update employee set email = 'giulia@example.it' where first_name = 'Giulia'")

    told = json.loads(granted.done(f"data erase {GIULIA} --reason richiesta --dry-run --json"))
    words = granted.done(f"data erase {GIULIA} --reason richiesta --dry-run", language="it")

    assert {item["kind"]: item["kept"] for item in told["report"]} == {
        "contact": True,
        "identity": True,
        "journal": True,
        "relatives_unused": False,
    }
    assert all(word in words for word in ("resta", "si cancella", "2220"))
    assert granted.sql("select count(*) from employee where email is not null") == [(1,)]
    assert granted.sql("select count(*) from erasure") == [(0,)]


def test_who_has_nothing_open_is_erased_and_it_is_recorded(shell: Shell) -> None:
    shell.sql(
        "update employee set left_on = date '2026-01-31', email = 'giulia@example.it' where first_name = 'Giulia'"
    )

    done = json.loads(shell.done(f"data erase {GIULIA} --reason richiesta --json"))
    records = json.loads(shell.done("data erasures --json"))["erasures"]

    assert {item["kind"] for item in done["report"] if not item["kept"]} == {
        "contact",
        "identity",
        "relatives_unused",
    }
    assert [record["erasure_id"] for record in records] == [done["erasure_id"]]
    assert shell.sql("select count(*) from employee where first_name = 'Giulia' or email is not null") == [(0,)]
    assert "[employee_not_found]" in shell.refused(1, f"data erase {GIULIA} --reason richiesta")


def test_a_hold_stops_it_until_it_is_lifted(shell: Shell) -> None:
    shell.sql("update employee set left_on = date '2026-01-31' where first_name = 'Giulia'")
    hold = json.loads(shell.done(f"data hold place --person {GIULIA} --reason causa --json"))["hold"]["hold_id"]

    held = json.loads(shell.done(f"data erase {GIULIA} --reason richiesta --json"))
    listed = shell.done("data hold list", language="it")
    shell.done(f"data hold lift {hold}")
    done = json.loads(shell.done(f"data erase {GIULIA} --reason richiesta --json"))

    assert (held["erasure_id"], held["report"]) == (None, [])
    assert hold in listed
    assert done["erasure_id"] is not None
