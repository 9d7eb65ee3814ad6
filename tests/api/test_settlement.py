"""Disputes, payout runs and clearing from the command line, in both languages, with their exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.api.conftest import GIULIA, Shell
from tests.wallet.settlement.bank import Tx, entry, sent

# Of the sixteen days from the capture of 2 March, fifteen are the provider's.
DUE = "--due-by 17/03/2026"


@pytest.fixture
def captured(granted: Shell) -> Shell:
    """A psychologist's hour at home and one in Milano, delivered on 2 March."""
    for service in ("PSI-CR", "PSI-MI"):
        told = json.loads(granted.done(f"authorize {GIULIA} {service} --quantity 1 --json"))
        granted.done(f"capture {told['authorization']['authorization_id']}")
    return granted


def first_capture(shell: Shell) -> str:
    ((found,),) = shell.sql("select authorization_id from \"authorization\" where service_code = 'PSI-CR'")
    return str(found)


def test_a_run_is_prepared_written_confirmed_and_cleared(captured: Shell, tmp_path: Path) -> None:
    captured.done(f"payout prepare MAR {DUE} --execute-on 20/03/2026")
    path = tmp_path / "mar.xml"
    captured.done(f"payout file MAR --output {path}")
    assert b"<EndToEndId>MAR-00001</EndToEndId>" in path.read_bytes()

    back = sent(tmp_path, entry(Tx("55.00", "MAR-00001"), booked_on="2026-03-02"))
    said = captured.done(f"payout confirm {back}")

    assert "MAR-00001 €55.00: paid (end_to_end_id)." in said
    assert "1 paid, 0 failed, 0 waiting, 0 read before." in said
    assert "paid" in captured.done("payout show MAR")
    assert "MAR" in captured.done("payout show")
    captured.done("ledger verify --all")


def test_it_speaks_italian(captured: Shell, tmp_path: Path) -> None:
    said = captured.done(f"payout prepare MAR {DUE}", language="it")
    assert "MAR: 1 pagamento per 55,00\xa0€" in said
    assert "preparato" in said
    line = sent(tmp_path, entry(Tx("2.50", remittance="spese"), booked_on="2026-03-02"))

    said = captured.done(f"payout confirm {line}", language="it")

    assert "in attesa (nessun pagamento corrisponde)" in said
    (line_id,) = re.findall(r"bkl_\w+", said)
    assert "spese" in captured.done("payout unmatched", language="it")
    assert "non è un nostro pagamento" in captured.done(
        f"payout resolve {line_id} --not-ours --reason", "spese di conto", language="it"
    )
    assert "Nessuna riga" in captured.done("payout unmatched", language="it")


@pytest.mark.parametrize(
    "line",
    [
        f"payout prepare MAR {DUE} --dry-run",
        "dispute open {aut} --reason not-delivered --by employee --dry-run",
        "clearing run 2026-02 --dry-run",
    ],
)
def test_a_dry_run_leaves_no_trace(captured: Shell, line: str) -> None:
    before = captured.contents()

    assert "Dry run" in captured.done(line.format(aut=first_capture(captured)))

    assert captured.contents() == before


def test_a_dispute_is_opened_listed_and_settled(captured: Shell) -> None:
    said = captured.done(
        f"dispute open {first_capture(captured)} --reason not-delivered --by welfare-manager --actor marta",
        "--on-behalf-of",
        "Giulia Rossi",
    )
    (dispute,) = re.findall(r"dis_\w+", said)
    assert "marta / Giulia Rossi" in captured.done("dispute list --state open")
    captured.refused(1, f"payout prepare MAR {DUE}")

    settled = f"dispute settle {dispute} --by employee --reason"
    captured.refused(2, f"{settled} chiarito")
    captured.refused(2, f"{settled} chiarito --dismissed --amount 1,00")
    assert "upheld, €55.00 given back" in captured.done(f"{settled} chiarito --upheld")

    captured.refused(1, f"{settled} ancora --dismissed")
    assert "No rows." in captured.done("dispute list --state open")
    assert "accolta" in captured.done("dispute list", language="it")


def test_a_month_is_cleared_shown_and_reopened(captured: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    captured.refused(1, "clearing run 2026-03")
    captured.refused(1, "clearing show 2026-03")
    monkeypatch.setenv("BORSELLINO_CLOCK", "2026-04-01T12:00:00")

    assert "wait for a seal: run 'seal --all'" in captured.run("clearing run 03/2026 --dry-run", language="en").output
    said = captured.done("clearing run 03/2026")

    assert re.search(r"cremona +-€60\.00", said)
    assert re.search(r"milano +€60\.00", said)
    assert re.search(r"sum +€0\.00", said)
    again = captured.run("clearing run 2026-03", language="en").output
    assert "closed before" in again
    assert "seal" not in again
    captured.refused(2, "clearing reopen 2026-03")
    captured.done("clearing reopen 2026-03 --reason", "addebito tardivo")
    captured.done("clearing run 2026-03")
    said = captured.done("clearing show 2026-03")
    assert "version 1" in said
    assert "version 2" in said
    assert "addebito tardivo" in said
    captured.done("ledger verify --all")


def test_terms_of_ones_own_withhold_a_fee(captured: Shell) -> None:
    path = captured.write(
        "terms.toml",
        '[payer]\nname = "Rete"\niban = "IT60X0542811101000000123456"\ncuc = "ABCD1234"\n'
        '[[fee]]\nprovider = "*"\nvalid_from = 2026-01-01\nbasis_points = 500\nsource = "x"\nconfidence = "CHOICE"\n',
    )

    told = json.loads(captured.done(f"payout prepare MAR {DUE} --terms {path} --json"))

    assert told["run"]["payments"][0]["fee_minor"] == 275
    assert told["run"]["payer"]["cuc"] == "ABCD1234"
    assert re.search(r"€55\.00 +500 +€2\.75 +€52\.25", captured.done("payout show --payment MAR-00001"))
    captured.refused(1, "payout show --payment MAR-00009")


def test_a_run_says_its_fees_and_warns_where_they_are_not_those_of_the_run_before(captured: Shell) -> None:
    path = captured.write(
        "terms.toml",
        '[payer]\nname = "Rete"\niban = "IT60X0542811101000000123456"\ncuc = "ABCD1234"\n'
        '[[fee]]\nprovider = "*"\nvalid_from = 2026-01-01\nbasis_points = 500\nsource = "x"\nconfidence = "CHOICE"\n'
        '[[fee]]\nprovider = "P18"\nvalid_from = 2026-01-01\nvalid_to = 2026-12-31\nbasis_points = 100\n'
        'source = "x"\nconfidence = "CHOICE"\n',
    )

    said = captured.done(f"payout prepare MAR {DUE} --terms {path}", language="it")
    assert f"Condizioni da {path}." in said
    fees = "tutti i fornitori dal 01/01/2026 500 punti base; P18 dal 01/01/2026 al 31/12/2026 100 punti base"
    assert f"Commissioni trattenute: {fees}." in said
    assert "ATTENZIONE" not in said
    assert "500 basis points" in captured.done("payout show MAR")

    later = "payout prepare APR --due-by 30/04/2026"
    said = captured.done(f"{later} --dry-run", language="it")
    assert "Condizioni del programma" in said
    assert f"ATTENZIONE: le commissioni non sono quelle di MAR, il pagamento precedente ({fees})." in said
    assert "WARNING" not in captured.done(f"{later} --terms {path}")


def test_what_is_not_in_a_payment_yet_is_stated_under_terms_of_ones_own(captured: Shell, tmp_path: Path) -> None:
    path = captured.write(
        "terms.toml",
        '[payer]\nname = "Rete"\niban = "IT60X0542811101000000123456"\ncuc = "ABCD1234"\n'
        '[[fee]]\nprovider = "*"\nvalid_from = 2026-01-01\nbasis_points = 500\nsource = "x"\nconfidence = "CHOICE"\n',
    )
    period = "--from 01/03/2026 --to 31/03/2026 --format csv --output"

    captured.done(f"provider-statement P04 {period} {tmp_path / 'own.csv'} --terms {path}")
    captured.done(f"provider-statement P04 {period} {tmp_path / 'shipped.csv'}")

    assert "2.75" in (tmp_path / "own.csv").read_text("utf-8-sig")
    assert "2.75" not in (tmp_path / "shipped.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("payout prepare MÀR", "payout_reference_invalid"),
        ("payout prepare MAR --due-by 31/13/2026", "usage"),
        ("payout prepare MAR --terms none.toml", "terms_invalid"),
        ("payout confirm none.xml", "file_not_usable"),
        ("payout resolve bkl_x --reason x", "usage"),
        ("payout resolve bkl_x --payment a --not-ours --reason x", "usage"),
        ("clearing run 2026-13", "usage"),
        ("clearing run marzo", "usage"),
        ("dispute open aut_x --reason bored --by employee", "usage"),
    ],
)
def test_what_cannot_be_read_ends_with_two(captured: Shell, line: str, code: str) -> None:
    before = captured.contents()

    said = captured.refused(2, line)

    assert code == "usage" or f"[{code}]" in said
    assert captured.contents() == before


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("payout prepare MAR --due-by 16/03/2026", "payout_empty"),
        ("payout prepare MAR --execute-on 01/03/2026", "execution_date_past"),
        ("payout show MAR", "payout_not_found"),
        ("payout file MAR", "payout_not_found"),
        ("payout resolve bkl_x --not-ours --reason x", "bank_line_not_found"),
        ("clearing reopen 2026-02 --reason x", "clearing_not_found"),
        ("dispute open aut_x --reason poor-quality --by employee", "authorization_not_found"),
        ("dispute settle dis_x --dismissed --by employee --reason x", "dispute_not_found"),
    ],
)
def test_what_a_rule_refuses_ends_with_one(captured: Shell, line: str, code: str) -> None:
    before = captured.contents()

    for language in ("it", "en"):
        assert f"[{code}]" in captured.refused(1, line, language=language)

    assert captured.contents() == before


def test_what_the_bank_does_not_cover_is_left_out_with_its_reason(captured: Shell) -> None:
    captured.sql(
        "set session_replication_role = replica; update balance b set debit_posted = 5500 from account a"
        " where a.account_id = b.account_id and a.code = 'bank'"
    )

    said = captured.done("payout prepare MAR --due-by 30/04/2026", language="it").replace("\u00a0", " ")

    assert "Lasciato fuori E1 (60,00 €): in banca non c'è il denaro del finanziatore" in said
    assert "P18" not in said
    assert "payout show MAR" in said
    assert "P18" in captured.done("payout show MAR")
    (line,) = json.loads(captured.done("payout show MAR --json"))["left_lines"]
    assert line["provider_code"] == "P18"
    captured.refused(1, "payout prepare APR --due-by 30/04/2026 --advance E1")
    advanced = captured.done("payout prepare APR --due-by 30/04/2026 --advance E1 --advance-reason annunciato")
    assert "Advanced €60.00 beyond the bank of E1: annunciato." in advanced


def test_a_payment_that_came_back_or_never_left_is_payable_again_with_its_reason(
    captured: Shell, tmp_path: Path
) -> None:
    captured.done(f"payout prepare MAR {DUE}")
    assert "reason" in captured.refused(2, "payout withdraw MAR-00001")
    assert "payable again" in captured.done("payout withdraw MAR-00001 --reason", "scartato dalla banca")
    assert "payment_state_wrong" in captured.refused(1, "payout withdraw MAR-00001 --reason ancora")

    captured.done(f"payout prepare MAR-2 {DUE}")
    out = entry(Tx("55.00", "MAR-2-00001"), booked_on="2026-03-02")
    captured.done(f"payout confirm {sent(tmp_path, out, number='1')}")
    back = entry(Tx("55.00", "MAR-2-00001", outgoing=False), booked_on="2026-03-02")
    back = back.replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")
    said = captured.done(f"payout confirm {sent(tmp_path, back, number='2')}", language="it")

    assert "MAR-2-00001 55,00\xa0€: respinto" in said
    assert "MAR-3" in captured.done(f"payout prepare MAR-3 {DUE}")
    reasons = [row[0] for row in captured.sql("select reason from payout_event where kind = 'failed' order by run_id")]
    assert reasons == ["scartato dalla banca", "RVSL"]
    captured.done("ledger verify --all")
