"""The trial balance agrees with two programs of double entry that nobody here wrote, to the cent."""

from __future__ import annotations

import csv
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from beancount import loader
from beancount.core import realization
from sqlalchemy.orm import Session

from ledger import accounts, posting
from ledger.accounts import Opening
from ledger.errors import BookNotFound
from ledger.posting import Draft, Pair
from reports import journal_export, trial_balance
from reports.cells import plain
from reports.errors import PeriodEndsBeforeStart
from reports.journal_names import account_name
from reports.trial_balance import TrialBalance, xlsx
from reports.trial_balance import csv as table
from tests.reports.story import Story

PERIODS = [(None, None), (date(2026, 3, 1), date(2026, 7, 2)), (date(2026, 8, 1), date(2026, 12, 31))]


def cents(amount: Decimal) -> int:
    scaled = amount * 100
    assert scaled == int(scaled)
    return int(scaled)


def closings(balance: TrialBalance) -> dict[str, int]:
    """What every account closes with, under the name it has in the exported journal, where it is not zero."""
    return {account_name(line.code, line.kind): line.closing_minor for line in balance.lines if line.closing_minor}


@pytest.mark.parametrize("detail", [False, True])
@pytest.mark.parametrize("period", PERIODS)
def test_beancount_agrees_to_the_cent(
    session: Session, told: Story, tmp_path: Path, period: tuple[date | None, date | None], *, detail: bool
) -> None:
    path = tmp_path / "journal.beancount"
    journal_export.write_beancount(session, told.book_id, path, *period, detail=detail)

    balance = trial_balance.gather(session, told.book_id, *period, detail=detail)

    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    theirs = {
        account.account: cents(account.balance.get_currency_units("EUR").number)
        for account in realization.iter_children(realization.realize(entries))
        if account.account and account.balance.get_currency_units("EUR").number
    }
    assert theirs == closings(balance)
    assert balance.holds


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger (a Debian package) is not installed")
@pytest.mark.parametrize("detail", [False, True])
@pytest.mark.parametrize("period", PERIODS)
def test_hledger_agrees_to_the_cent(
    session: Session, told: Story, tmp_path: Path, period: tuple[date | None, date | None], *, detail: bool
) -> None:
    path = tmp_path / "book.journal"
    journal_export.write_hledger(session, told.book_id, path, *period, detail=detail)

    balance = trial_balance.gather(session, told.book_id, *period, detail=detail)

    command = ["hledger", "-f", str(path), "balance", "--flat", "--no-total", "-O", "csv"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = list(csv.reader(said.splitlines()))[1:]
    theirs = {name: cents(Decimal(amount.removesuffix(" EUR"))) for name, amount in rows}
    assert {name: amount for name, amount in theirs.items() if amount} == closings(balance)


def test_the_movements_of_consecutive_periods_add_up_to_the_whole(session: Session, told: Story) -> None:
    whole = trial_balance.gather(session, told.book_id, detail=True)
    first = trial_balance.gather(session, told.book_id, whole.starts_on, date(2026, 4, 1), detail=True)
    second = trial_balance.gather(session, told.book_id, date(2026, 4, 2), whole.ends_on, detail=True)

    for one, two, all_of_it in zip(first.lines, second.lines, whole.lines, strict=True):
        assert one.closing_minor == two.opening_minor
        assert one.debit_minor + two.debit_minor == all_of_it.debit_minor
        assert one.credit_minor + two.credit_minor == all_of_it.credit_minor


def test_it_is_the_ledgers_own_trial_balance(session: Session, told: Story) -> None:
    balance = trial_balance.gather(session, told.book_id, detail=True)

    assert [(line.code, line.debit_minor, line.credit_minor) for line in balance.lines] == [
        (line.code, line.debit_minor, line.credit_minor) for line in accounts.trial_balance(session, told.book_id)
    ]


def test_lots_and_providers_are_one_line_each_and_the_sums_stay(session: Session, told: Story) -> None:
    detail = trial_balance.gather(session, told.book_id, detail=True)

    short = trial_balance.gather(session, told.book_id)

    assert {line.code for line in short.lines if ":*" in line.code} == {"lot:*", "provider:*", "clearing:*"}
    assert not any(line.code.startswith(("lot:lot_", "provider:P", "clearing:m")) for line in short.lines)
    assert (short.debit_minor, short.credit_minor) == (detail.debit_minor, detail.credit_minor)
    assert short.opening_minor == short.closing_minor == 0


def test_the_bank_of_the_story_holds_eight_thousand(session: Session, told: Story, tmp_path: Path) -> None:
    table.write(trial_balance.gather(session, told.book_id), tmp_path / "t.csv")

    rows = list(csv.reader((tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    bank = next(row for row in rows if row[1] == "bank")
    total = next(row for row in rows if row[0] == "Totale")
    assert bank[4:] == ["0,00", "8000,00", "0,00", "8000,00", ""]
    assert total[4] == "0,00"
    assert total[5] == total[6]
    assert total[7] == total[8] != "0,00"
    # 10,000.00 committed, of which 8,000.00 came, less what went to providers and came back.
    assets, liabilities = (row for row in rows if row[0] == "Totale per tipo")
    assert (assets[2], liabilities[2]) == ("Totale attività", "Totale passività")
    accounts = [row for row in rows if row[0] == "Conto" and row[3] == "passività"]
    assert liabilities[8] == plain(sum(cents(Decimal((row[8] or "0").replace(",", "."))) for row in accounts), "it")


def test_a_balance_that_is_not_the_journals_is_named(session: Session, told: Story, tmp_path: Path) -> None:
    session.execute(
        sa.text(
            "update balance set credit_posted = credit_posted + 1 where book_id = :book and account_id ="
            " (select account_id from account where book_id = :book and code = 'provider:P08')"
        ),
        {"book": told.book_id},
    )

    balance = trial_balance.gather(session, told.book_id)

    assert balance.differing == ("provider:P08",)
    assert not balance.holds
    table.write(balance, tmp_path / "t.csv")
    assert "NON quadra" in (tmp_path / "t.csv").read_text(encoding="utf-8-sig")


def test_the_workbook_says_the_same_and_is_the_same_twice(session: Session, told: Story, tmp_path: Path) -> None:
    balance = trial_balance.gather(session, told.book_id)

    for name in ("a.xlsx", "b.xlsx"):
        xlsx.write(balance, tmp_path / name)

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Conti"]
    assert {row[0].value: row[6].value for row in sheet.iter_rows(min_row=2)}["bank"] == 8000


def test_a_period_the_wrong_way_round_and_a_book_that_is_not_there_are_refused(session: Session, told: Story) -> None:
    with pytest.raises(PeriodEndsBeforeStart):
        trial_balance.gather(session, told.book_id, date(2026, 2, 1), date(2026, 1, 1))
    with pytest.raises(BookNotFound):
        trial_balance.gather(session, 0)


def test_accounts_of_nothing_are_left_out_and_counted_unless_asked_for(
    session: Session, told: Story, tmp_path: Path
) -> None:
    before = trial_balance.gather(session, told.book_id)
    accounts.ensure(session, told.book_id, [Opening("fees:lecce", "I"), Opening("fees:bari", "I")])

    short = trial_balance.gather(session, told.book_id)
    detail = trial_balance.gather(session, told.book_id, detail=True)

    assert (short.lines, short.left_out) == (before.lines, before.left_out + 2)
    assert {"fees:lecce", "fees:bari"} <= {line.code for line in detail.lines}
    assert detail.left_out == 0
    table.write(short, tmp_path / "t.csv")
    assert f"non elencati: {short.left_out}." in (tmp_path / "t.csv").read_text(encoding="utf-8-sig")


def test_what_payroll_owes_single_people_is_one_line_and_what_it_paid_has_its_name(
    session: Session, told: Story, tmp_path: Path
) -> None:
    codes = ("payroll:emp_1", "payroll:emp_2", "payroll:paid")
    known = accounts.ensure(session, told.book_id, [Opening(code, "L") for code in codes])
    pairs = tuple(Pair(known["payroll:paid"], known[code], 22_000) for code in codes[:2])
    posting.post(session, told.book_id, Draft("fee", date(2026, 3, 1), pairs), actor="test")

    table.write(trial_balance.gather(session, told.book_id), tmp_path / "t.csv")

    rows = list(csv.reader((tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    found = {row[1]: row[2:] for row in rows if row[1].startswith("payroll")}
    assert found == {
        "payroll:*": [
            "Rimborsi dovuti in busta paga (2 conti)", "passività", "0,00", "0,00", "440,00", "", "440,00",
        ],
        "payroll:paid": [
            "Rimborsi pagati in busta paga, da compensare con il finanziatore",
            "passività", "0,00", "440,00", "0,00", "440,00", "",
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "names"),
    [
        (
            "it",
            {
                "fees:forli": "Commissioni: la parte di Forlì",
                "fees:network": "Commissioni: la parte della rete",
                "community:cremona": "Fondo di comunità: Cremona",
                "plan:A:funded": "Finanziato da accreditare, piano A",
                "other:cremona": "Altro",
            },
        ),
        (
            "en",
            {
                "fees:forli": "Fees: the share of Forlì",
                "fees:network": "Fees: the network's share",
                "community:cremona": "Community fund: Cremona",
                "plan:A:funded": "Funded and not granted yet, plan A",
                "other:cremona": "Altro",
            },
        ),
    ],
)
def test_an_account_of_a_territory_has_the_territorys_name(
    session: Session, told: Story, tmp_path: Path, language: str, names: dict[str, str]
) -> None:
    codes = ("fees:forli", "fees:network", "community:cremona", "other:cremona")
    known = accounts.ensure(session, told.book_id, [Opening(code, "L", "Altro") for code in codes])
    pairs = tuple(Pair(known[one], known[other], 100) for one, other in pairwise(codes))
    posting.post(session, told.book_id, Draft("fee", date(2026, 3, 1), pairs), actor="test")

    balance = trial_balance.gather(session, told.book_id, detail=True)
    table.write(balance, tmp_path / "t.csv", language)
    journal_export.write_csv(session, told.book_id, tmp_path / "j.csv", language=language, detail=True)

    for name in ("t.csv", "j.csv"):
        text = (tmp_path / name).read_text(encoding="utf-8-sig")
        rows = list(csv.reader(text.splitlines(), delimiter=";" if language == "it" else ","))
        found = {row[1]: row[2] for row in rows if len(row) > 2 and row[1] in names}
        assert found == names, name
