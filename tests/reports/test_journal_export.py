"""The journal export is proved by tools that nobody here wrote."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from beancount import loader
from moneyed import Money
from sqlalchemy.orm import Session

from ledger import accounts, posting, seals
from ledger.accounts import Opening
from ledger.errors import BookNotFound
from ledger.posting import Draft, Pair
from reports import journal_export
from reports.errors import PeriodEndsBeforeStart
from reports.journal_names import account_name
from tests import factories
from tests.reports.story import PEOPLE, PLAN, Story, buy, on
from wallet import captures, funding

KINDS = {
    "commitment",
    "funding",
    "grant",
    "grant_correction",
    "capture",
    "refund",
    "carry_over",
    "expiry",
    "reversal",
}


def exported(session: Session, story: Story, folder: Path, *period: date | None) -> str:
    """The beancount text of the story."""
    path = folder / "journal.beancount"
    journal_export.write_beancount(session, story.book_id, path, *period, detail=True)
    return path.read_text(encoding="utf-8")


def test_beancount_agrees_with_every_kind_of_entry(session: Session, told: Story, tmp_path: Path) -> None:
    text = exported(session, told, tmp_path)

    entries, errors, _ = loader.load_string(text)
    assert errors == []
    assert {entry.narration for entry in entries if hasattr(entry, "narration")} == KINDS
    assert text.count(" balance ") == text.count(" open ")


@pytest.mark.parametrize("kind", ["payout", "payout_confirmation", "payout_return", "reimbursement", "payroll_payment"])
def test_neither_a_payout_nor_a_reimbursement_is_told_by_its_reference(
    session: Session, told: Story, tmp_path: Path, kind: str
) -> None:
    known = accounts.ensure(session, told.book_id, [Opening("fees", "I"), Opening("bank:cremona", "A")])
    pairs = (Pair(known["bank:cremona"], known["fees"], 250),)
    posting.post(session, told.book_id, Draft(kind, date(2026, 3, 1), pairs, "pay_1:P77"), actor="test")

    for write in (journal_export.write_beancount, journal_export.write_hledger, journal_export.write_csv):
        write(session, told.book_id, tmp_path / "journal")
        assert "P77" not in (tmp_path / "journal").read_text("utf-8")


@pytest.mark.parametrize("tool", ["beancount", "hledger"])
def test_an_account_above_others_agrees_too(session: Session, told: Story, tmp_path: Path, tool: str) -> None:
    codes = ("fees", "fees:cremona", "bank:cremona")
    known = accounts.ensure(
        session, told.book_id, [Opening(code, "A" if code.startswith("bank") else "I") for code in codes]
    )
    pairs = (Pair(known["bank:cremona"], known["fees"], 250), Pair(known["bank:cremona"], known["fees:cremona"], 100))
    posting.post(session, told.book_id, Draft("fee", date(2026, 3, 1), pairs), actor="test")
    path = tmp_path / "journal"

    if tool == "beancount":
        journal_export.write_beancount(session, told.book_id, path)
        _, errors, _ = loader.load_string(path.read_text("utf-8"))
        assert errors == []
    else:
        if shutil.which("hledger") is None:
            pytest.skip("hledger is not installed (Debian: apt install hledger)")
        journal_export.write_hledger(session, told.book_id, path)
        done = subprocess.run(["hledger", "-f", str(path), "check"], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_beancount_agrees_with_a_period_that_begins_in_the_middle(
    session: Session, told: Story, tmp_path: Path
) -> None:
    text = exported(session, told, tmp_path, date(2026, 3, 1), date(2026, 7, 2))

    _, errors, _ = loader.load_string(text)
    assert errors == []
    assert '"opening"' in text


@pytest.mark.parametrize(("before", "after"), [("  45.00 EUR", "  45.01 EUR"), ("600.00 EUR", "599.99 EUR")])
def test_beancount_finds_one_tampered_amount(
    session: Session, told: Story, tmp_path: Path, before: str, after: str
) -> None:
    text = exported(session, told, tmp_path)
    assert before in text

    _, errors, _ = loader.load_string(text.replace(before, after, 1))
    assert errors


def test_beancount_finds_an_entry_that_was_left_out(session: Session, told: Story, tmp_path: Path) -> None:
    blocks = exported(session, told, tmp_path).split("\n\n")
    without = [block for block in blocks if '"refund"' not in block]
    assert len(without) == len(blocks) - 1

    _, errors, _ = loader.load_string("\n\n".join(without))
    assert any("Balance failed" in error.message for error in errors)


def test_beancount_finds_a_tampered_balance(session: Session, told: Story, tmp_path: Path) -> None:
    session.execute(
        sa.text(
            "update balance set credit_posted = credit_posted + 1 where book_id = :book and account_id ="
            " (select account_id from account where book_id = :book and code = 'provider:P08')"
        ),
        {"book": told.book_id},
    )

    _, errors, _ = loader.load_string(exported(session, told, tmp_path))
    assert errors


def test_nothing_personal_is_exported(session: Session, told: Story, tmp_path: Path) -> None:
    tax_codes = session.execute(sa.text("select tax_code from employee")).scalars().all()
    text = exported(session, told, tmp_path)
    journal_export.write_csv(session, told.book_id, tmp_path / "journal.csv")
    journal_export.write_hledger(session, told.book_id, tmp_path / "a.journal")
    text += (tmp_path / "journal.csv").read_text(encoding="utf-8-sig") + (tmp_path / "a.journal").read_text()

    for word in (*tax_codes, *(last for last, _, _ in PEOPLE), "Segretissima", "part time", "aut_"):
        assert word not in text


@pytest.mark.parametrize("form", ["csv", "beancount", "hledger"])
def test_no_single_lot_provider_or_place_stands_in_the_journal_unless_asked_for(
    session: Session, told: Story, tmp_path: Path, form: str
) -> None:
    write = getattr(journal_export, f"write_{form}")
    for detail in (False, True):
        write(session, told.book_id, tmp_path / f"{detail}", date(2026, 3, 1), detail=detail)

    single = re.compile(r"lot:lot_|Lot-|provider:P|Provider:P|clearing:[a-z]|Clearing:[A-Z](?!ll)")
    assert len(single.findall((tmp_path / "True").read_text("utf-8-sig"))) > 20
    assert single.findall((tmp_path / "False").read_text("utf-8-sig")) == []


def test_the_reference_of_a_purchase_stays_at_home(session: Session, half_told: Story, tmp_path: Path) -> None:
    with on(session, date(2026, 6, 1)):
        found = buy(session, half_told.book_id, half_told.people["Conti"], "FIS-MT", 1)
        captures.capture(session, half_told.book_id, found.authorization_id, actor="test", key="a-key")
        funding.record_transfer(
            session, half_told.book_id, PLAN, Money("10", "EUR"), on=date(2026, 6, 1), actor="test", reference="CRO 7"
        )

    text = exported(session, half_told, tmp_path)

    assert found.authorization_id not in text
    assert '  reference: "CRO 7"' in text


def test_amounts_have_two_decimals_and_entries_their_ids(session: Session, told: Story, tmp_path: Path) -> None:
    text = exported(session, told, tmp_path)

    assert set(re.findall(r"-?\d+\.\d+(?= EUR)", text)) >= {"600.00", "-600.00", "10000.00"}
    assert len(re.findall(r"^  entry: \d+$", text, re.MULTILINE)) == len(re.findall(r"^  recorded: ", text, re.M))
    assert re.search(r"^  reverses: \d+$", text, re.MULTILINE)


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_agrees_too(session: Session, told: Story, tmp_path: Path) -> None:
    for name, period in (("all", (None, None)), ("part", (date(2026, 3, 1), date(2026, 7, 2)))):
        path = tmp_path / f"{name}.journal"
        journal_export.write_hledger(session, told.book_id, path, *period)

        found = subprocess.run(["hledger", "-f", str(path), "check", "-s"], capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stderr

        path.write_text(path.read_text().replace("45.00 EUR", "45.01 EUR", 1))
        assert subprocess.run(["hledger", "-f", str(path), "check"], capture_output=True, check=False).returncode != 0


def test_the_csv_reads_back_with_the_balances_at_its_end(session: Session, told: Story, tmp_path: Path) -> None:
    journal_export.write_csv(session, told.book_id, tmp_path / "journal.csv")

    with (tmp_path / "journal.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    head = next(row for row in rows if row[0] == "Saldi")
    journal_rows = [row for row in rows[1:] if row[0] == "Giornale"]
    balances = {row[1]: row[4] for row in rows if row[0] == "Saldi" and row is not head}
    assert len(journal_rows) > 50
    assert balances["bank"] == "8000,00"
    assert balances["plan:A:returned"] == "-4180,00"
    assert sum(int(amount.replace(",", "")) for amount in balances.values()) == 0


def test_an_empty_book_is_a_valid_file(session: Session, tmp_path: Path) -> None:
    book_id = factories.employer(session)
    journal_export.write_beancount(session, book_id, tmp_path / "empty.beancount")

    _, errors, _ = loader.load_string((tmp_path / "empty.beancount").read_text())
    assert errors == []


def test_a_book_that_is_not_there_and_a_period_the_wrong_way_round_are_refused(
    session: Session, half_told: Story, tmp_path: Path
) -> None:
    with pytest.raises(BookNotFound):
        journal_export.write_beancount(session, 0, tmp_path / "x")
    with pytest.raises(PeriodEndsBeforeStart):
        journal_export.write_beancount(session, half_told.book_id, tmp_path / "x", date(2026, 2, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("code", "kind", "name"),
    [
        ("bank", "A", "Assets:Bank"),
        ("lot:lot_01JX", "L", "Liabilities:Wallet:Lot-01JX"),
        ("plan:E1-2026 è:funded", "L", "Liabilities:Plan:E1-2026--:Funded"),
        ("clearing:forlì", "A", "Assets:Clearing:Forl-"),
        ("plan:_:x", "Q", "Equity:Plan:X-:X"),
    ],
)
def test_a_code_becomes_a_name_that_both_tools_take(code: str, kind: str, name: str) -> None:
    assert account_name(code, kind) == name


@pytest.mark.parametrize("form", ["csv", "beancount", "hledger"])
def test_each_file_says_whose_it_is_and_what_it_stands_on(
    session: Session, told: Story, tmp_path: Path, form: str
) -> None:
    write = getattr(journal_export, f"write_{form}")
    with on(session, date(2027, 1, 2)):
        write(session, told.book_id, tmp_path / "before", date(2026, 1, 1), date(2026, 12, 31))
        seals.seal(session, told.book_id)
        head = seals.head(session, told.book_id)
        write(session, told.book_id, tmp_path / "after", date(2026, 1, 1), date(2026, 12, 31), language="en")

    waiting = session.scalar(
        sa.text("select count(*) from entry where book_id = :book and occurred_on < '2027-01-01'"),
        {"book": told.book_id},
    )
    before, after = (facts(tmp_path / name, form) for name in ("before", "after"))
    assert before["Libro"] == "Caseificio Po Grande srl (E1)"
    assert before["Partita IVA"] == "12345670017"
    assert before["Periodo"] == "dal 01/01/2026 al 31/12/2026"
    assert before["Provvisorio"].startswith("Periodo concluso ma non chiuso")
    assert before["Sigillo"].startswith("nessuno")
    assert before["Scritture del periodo non ancora sigillate"] == str(waiting)
    assert "firmate" in before["Regole"]
    assert head is not None
    assert after["Seal"] == f"no. {head.seq} · {head.link_hash.hex()}"
    assert after["Entries of the period not sealed yet"] == "0"


def facts(path: Path, form: str) -> dict[str, str]:
    """What a file says of itself."""
    lines = path.read_text("utf-8-sig").splitlines()
    if form == "csv":
        rows = csv.reader(lines, delimiter=";" if any(line.startswith("Nota;") for line in lines) else ",")
        return {row[1]: row[2] for row in rows if row[0] in ("Nota", "Note")}
    found = (line.removeprefix("; ").partition(": ") for line in lines if line.startswith("; "))
    return {name: value for name, _, value in found}


def test_the_csv_names_every_account(session: Session, told: Story, tmp_path: Path) -> None:
    journal_export.write_csv(session, told.book_id, tmp_path / "journal.csv")

    with (tmp_path / "journal.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=";") if row[0] == "Saldi"]
    names = {row[1]: row[2] for row in rows}
    assert names.pop("Conto") == "Nome"
    assert names["lot:*"].startswith("Crediti dei lavoratori (")
    assert all(names.values())
