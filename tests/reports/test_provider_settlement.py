"""The provider's statement against figures worked out by hand (tests/reports/network_story.py)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import seals
from network.errors import ProviderNotFound
from reports.errors import PeriodEndsBeforeStart
from reports.provider_settlement import ProviderStatement, gather, lines
from reports.provider_settlement import csv as csv_layout
from reports.provider_settlement import pdf as pdf_layout
from reports.provider_settlement.model import monthly
from tests.reports.network_story import APRIL, MARCH, TODAY, NetworkStory, tell
from tests.stories.reading import on
from wallet.settlement import payments, payouts, terms
from wallet.settlement.terms import Fee

WRITERS: dict[str, Callable[..., Any]] = {"pdf": pdf_layout.write, "csv": csv_layout.write}


@pytest.fixture
def network_told(session: Session) -> NetworkStory:
    return tell(session)


def state(session: Session, provider: str, period: tuple[date, date]) -> ProviderStatement:
    with on(session, TODAY):
        return gather(session, provider, *period)


def test_a_purchase_captured_in_parts_is_split_once(session: Session, network_told: NetworkStory) -> None:
    march, april = (state(session, "P02", period) for period in (MARCH, APRIL))

    # 130,00 at 5 % is 123,81 + 6,19: 50/1,05 = 47,62; 100/1,05 = 95,24; 130/1,05 = 123,81.
    assert [(line.gross_minor, line.net_minor, line.vat_minor) for line in march.lines] == [
        (5_000, 4_762, 238),
        (5_000, 4_762, 238),
    ]
    assert [(line.gross_minor, line.net_minor, line.vat_minor) for line in april.lines] == [(3_000, 2_857, 143)]
    assert (march.captured_minor, march.closing_minor, april.opening_minor, april.closing_minor) == (
        10_000,
        10_000,
        10_000,
        13_000,
    )


def test_every_book_that_owes_the_provider_is_in_it(session: Session, network_told: NetworkStory) -> None:
    found = state(session, "P25", MARCH)

    assert [(line.book_id, line.gross_minor, line.mandatary) for line in found.lines] == [
        (network_told.e1, 4_000, "cremona"),
        (network_told.e3, 8_000, "napoli"),
    ]
    assert [(a.captured_minor, a.ledger_minor) for a in found.accounts] == [(4_000, 4_000), (8_000, 8_000)]
    assert (found.captured_minor, found.closing_minor, found.holds) == (12_000, 12_000, True)


def test_a_refund_is_a_line_of_its_own_with_the_sign_turned(session: Session, network_told: NetworkStory) -> None:
    found = state(session, "P25", APRIL)

    assert [(line.occurred_on, line.gross_minor, line.net_minor) for line in found.lines] == [
        (date(2026, 4, 2), -4_000, -4_000)
    ]
    assert (found.opening_minor, found.refunded_minor, found.closing_minor) == (12_000, 4_000, 8_000)
    assert found.holds


def test_a_line_is_due_by_its_terms_and_a_refund_no_earlier_than_it_happens(
    session: Session, network_told: NetworkStory
) -> None:
    found = state(session, "P25", (MARCH[0], APRIL[1]))

    # P25 is paid after seven days: 12 and 15 March, and the refund of 2 April is taken off the next payment.
    assert [(one.day, one.amount_minor) for one in found.schedule] == [
        (date(2026, 3, 19), 4_000),
        (date(2026, 3, 22), 8_000),
        (date(2026, 4, 2), -4_000),
    ]


def test_the_rounding_between_lines_and_invoice_is_told(session: Session, network_told: NetworkStory) -> None:
    (regime,) = state(session, "P02", MARCH).regimes

    # 47,62 twice is 95,24, and 100/1,05 is 95,24 too.
    assert (regime.regime, regime.net_minor, regime.vat_minor, regime.rounding_minor) == ("V5", 9_524, 476, 0)


def test_a_tampered_posting_breaks_the_proof(session: Session, network_told: NetworkStory) -> None:
    session.execute(sa.text("set local session_replication_role = replica"))
    session.execute(
        sa.text(
            "update posting p set amount_minor = amount_minor - 1 from account a where a.book_id = p.book_id"
            " and a.account_id = p.credit_account_id and a.code = 'provider:P02'"
            " and p.entry_id = (select min(q.entry_id) from posting q where q.book_id = p.book_id"
            "                    and q.credit_account_id = a.account_id)"
        )
    )

    found = state(session, "P02", MARCH)

    assert (found.holds, found.difference_minor) == (False, -1)
    assert "NON quadra" in lines.verdict(found, lines.of("it"))


def test_it_names_the_seals_of_its_books(session: Session, network_told: NetworkStory) -> None:
    before = state(session, "P25", MARCH).foundation
    with on(session, TODAY):
        seals.seal(session, network_told.e1)
    after = state(session, "P25", MARCH).foundation

    assert (before.unsealed, after.unsealed) == (2, 1)
    assert before.digest != after.digest


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("form", WRITERS)
def test_the_same_statement_gives_the_same_bytes(
    session: Session, network_told: NetworkStory, tmp_path: Path, form: str, language: str
) -> None:
    found = state(session, "P25", (MARCH[0], APRIL[1]))

    for name in ("one", "two"):
        WRITERS[form](found, tmp_path / name, language)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_document_is_whole_and_says_its_language(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    path = tmp_path / "statement.pdf"
    pdf_layout.write(state(session, "P25", MARCH), path)

    with pikepdf.open(path) as document:
        assert document.check_pdf_syntax() == []
        assert str(document.Root.Lang) == "it-IT"
        assert "P25" in str(document.docinfo["/Title"])


def test_a_provider_learns_no_employee_no_relative_and_no_plan(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    path = tmp_path / "statement.csv"
    csv_layout.write(state(session, "P25", (MARCH[0], APRIL[1])), path)

    text = path.read_text("utf-8-sig")

    for secret in ("Riservata", "Nascosta", "Giulia", "Anna", "Caseificio", "Partenope", "emp_", "rel_", "aut_"):
        assert secret not in text
    assert network_told.bought["speech"].code in text


def test_the_table_reads_back_to_the_same_totals(session: Session, network_told: NetworkStory, tmp_path: Path) -> None:
    path = tmp_path / "statement.csv"
    csv_layout.write(state(session, "P25", MARCH), path, "en")

    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))

    found = [row for row in rows if row[0] == "Lines"][1:]
    assert [row[10] for row in found] == ["40.00", "80.00"]
    assert ["Summary", "Captured in the period", "120.00"] in rows


def test_a_provider_without_purchases_has_an_empty_statement_that_holds(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    found = state(session, "P24", MARCH)

    for form, write in WRITERS.items():
        write(found, tmp_path / form)

    assert (found.lines, found.closing_minor, found.holds) == ((), 0, True)


def test_bad_requests_are_refused(session: Session, network_told: NetworkStory) -> None:
    with pytest.raises(ProviderNotFound):
        state(session, "P99", MARCH)
    with pytest.raises(PeriodEndsBeforeStart):
        state(session, "P25", (date(2026, 4, 1), date(2026, 3, 1)))


def test_both_languages_have_the_same_words() -> None:
    assert set(lines.of("it").texts) == set(lines.of("en").texts)


def test_a_fee_is_taken_of_each_line_and_falls_with_a_refund(
    session: Session, network_told: NetworkStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed = Fee("P25", date(2024, 1, 1), date.max, 375, "contract", "CHOICE")
    everybody = Fee("*", date(2024, 1, 1), date.max, 9_000, "none", "CHOICE")
    shipped = terms.shipped()
    monkeypatch.setattr(terms, "shipped", lambda: replace(shipped, fees=(everybody, agreed)))

    found = state(session, "P25", (MARCH[0], APRIL[1]))

    # 3,75 % of 40,00 is 1,50 and of 80,00 is 3,00; of the 80,00 half is given back.
    assert [(line.gross_minor, line.fee_minor) for line in found.lines] == [(4_000, 150), (8_000, 300), (-4_000, -150)]
    assert (found.fee_minor, sum(one.amount_minor for one in found.schedule)) == (300, 8_000 - 300)


def test_what_is_in_payment_or_disputed_says_so(session: Session, network_told: NetworkStory) -> None:
    lines_of = {line.gross_minor: line for line in state(session, "P25", MARCH).lines}
    session.execute(
        sa.text(
            "insert into dispute (book_id, dispute_id, authorization_id, entry_id, reason)"
            " values (:book, 'dis_1', :id, :entry, 'NOT_DELIVERED')"
        ),
        {
            "book": network_told.e3,
            "id": network_told.bought["speech twice"].authorization_id,
            "entry": lines_of[8_000].entry_id,
        },
    )

    found = state(session, "P25", MARCH)

    assert [(line.gross_minor, line.state) for line in found.lines] == [(4_000, "due"), (8_000, "disputed")]


def test_a_payout_moves_its_lines_from_due_to_being_paid_to_paid(session: Session, network_told: NetworkStory) -> None:
    with on(session, TODAY):
        run = payouts.prepare(session, "R1", due_by=TODAY, execute_on=TODAY, terms=terms.shipped(), actor="op")
        proposed = gather(session, "P25", MARCH[0], TODAY)
        for payment in run.payments:
            payments.confirm(session, payment.end_to_end_id, on=TODAY, actor="bank")
        paid = gather(session, "P25", MARCH[0], TODAY)

    assert {line.state for line in proposed.lines} == {"proposed"}
    assert {(line.state, line.paid_on) for line in paid.lines} == {("paid", TODAY)}
    assert (paid.captured_minor, paid.refunded_minor, paid.settled_minor, paid.closing_minor) == (
        12_000,
        4_000,
        8_000,
        0,
    )
    assert paid.holds


def test_many_days_of_payment_are_told_by_month(session: Session, network_told: NetworkStory) -> None:
    found = monthly(state(session, "P25", (MARCH[0], APRIL[1])).schedule)

    assert [(one.day, one.state, one.amount_minor) for one in found] == [
        (date(2026, 3, 1), "due", 12_000),
        (date(2026, 4, 1), "due", -4_000),
    ]
