"""The provider's statement against figures worked out by hand (tests/reports/network_story.py)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from ledger import seals
from network import vat
from network.errors import ProviderNotFound
from reports import fattura
from reports.errors import PeriodEndsBeforeStart
from reports.fattura import pdf as proforma
from reports.provider_settlement import ProviderStatement, documents, gather, lines, owed
from reports.provider_settlement import csv as csv_layout
from reports.provider_settlement import pdf as pdf_layout
from reports.provider_settlement.model import Kind, monthly
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


def assert_owed_alone_is_what_the_statement_says(session: Session, provider: str) -> None:
    with on(session, TODAY):
        assert owed(session, provider) == gather(session, provider, TODAY, TODAY).schedule


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

    assert [(line.gross_minor, line.state) for line in found.lines] == [(4_000, "overdue"), (8_000, "disputed")]
    assert_owed_alone_is_what_the_statement_says(session, "P25")


def test_a_payout_moves_its_lines_from_due_to_being_paid_to_paid(session: Session, network_told: NetworkStory) -> None:
    with on(session, TODAY):
        run = payouts.prepare(session, "R1", due_by=TODAY, execute_on=TODAY, terms=terms.shipped(), actor="op")
        proposed = gather(session, "P25", MARCH[0], TODAY)
        for payment in run.payments:
            payments.confirm(session, payment.end_to_end_id, on=TODAY, actor="bank")
        paid = gather(session, "P25", MARCH[0], TODAY)

    assert {line.state for line in proposed.lines} == {"proposed"}
    # It left the account in the period, so that nothing is owed; it is not paid yet for all that.
    assert (proposed.closing_minor, proposed.schedule, proposed.holds) == (0, (), True)
    assert [(one.reference, one.gross_minor) for one in proposed.settled] == [(proposed.lines[0].reference, 8_000)]
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
        (date(2026, 3, 1), "overdue", 12_000),
        (date(2026, 4, 1), "deducted", -4_000),
    ]


# -- what is owed, from before the period too --------------------------------------------------------------------------


def pay(session: Session, reference: str, day: date, execute_on: date = date(2026, 5, 6)) -> payouts.Run:
    with on(session, day):
        return payouts.prepare(session, reference, due_by=day, execute_on=execute_on, terms=terms.shipped(), actor="op")


@pytest.mark.parametrize("period", [MARCH, APRIL, (date(2026, 3, 15), date(2026, 4, 1)), (APRIL[0], TODAY)])
@pytest.mark.parametrize("paid", [False, True])
@pytest.mark.parametrize("provider", ["P02", "P12", "P18", "P25"])
def test_the_schedule_is_what_is_owed_at_the_end(
    session: Session, network_told: NetworkStory, provider: str, period: tuple[date, date], *, paid: bool
) -> None:
    if paid:
        pay(session, "R1", date(2026, 4, 14))
        pay(session, "R2", TODAY)

    found = state(session, provider, period)

    assert found.holds
    assert sum(one.gross_minor for one in found.schedule) == found.closing_minor
    assert sum(one.gross_minor for one in found.settled) == found.settled_minor
    earlier = sum(line.gross_minor for line in found.before if line.owed)
    assert sum(one.earlier_minor for one in found.schedule) == earlier
    assert_owed_alone_is_what_the_statement_says(session, provider)


def test_what_is_owed_from_before_the_period_is_named(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    found = state(session, "P25", APRIL)

    assert [(one.day, one.state, one.earlier_minor, one.gross_minor) for one in found.schedule] == [
        (date(2026, 3, 19), "overdue", 4_000, 4_000),
        (date(2026, 3, 22), "overdue", 8_000, 8_000),
        (date(2026, 4, 2), "deducted", 0, -4_000),
    ]
    pdf_layout.write(found, tmp_path / "s.pdf")
    page = words_of(tmp_path / "s.pdf")
    assert "Ancora dovuto da periodi precedenti" in page
    assert "scaduto, non ancora in pagamento" in page


def test_a_line_in_a_payment_says_its_day_and_the_reference_that_the_bank_shows(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    run = pay(session, "OTT-2026", TODAY)
    (payment,) = (one for one in run.payments if one.provider_code == "P25")

    found = state(session, "P25", APRIL)

    assert [(one.day, one.state, one.reference, one.earlier_minor, one.gross_minor) for one in found.schedule] == [
        (date(2026, 5, 6), "proposed", payment.end_to_end_id, 12_000, 8_000)
    ]
    # A refund is due no earlier than it happened, in a payment too.
    assert [(line.due_on, line.execute_on, line.reference) for line in found.lines] == [
        (date(2026, 4, 2), date(2026, 5, 6), payment.end_to_end_id)
    ]
    for form, write in WRITERS.items():
        write(found, tmp_path / f"s.{form}")
    told = (tmp_path / "s.csv").read_text("utf-8-sig"), words_of(tmp_path / "s.pdf")
    for text in told:
        assert payment.end_to_end_id in text
        assert "06/05/2026" in text
        assert payment.iban in text
        assert found.payee.vat_number in text
    assert len(found.payee.vat_number) == 11
    assert "in pagamento, bonifico" in told[1]


def test_a_payment_that_is_more_than_the_period_owes_says_what_it_comes_to(
    session: Session, network_told: NetworkStory
) -> None:
    run = pay(session, "R1", TODAY)
    (payment,) = (one for one in run.payments if one.provider_code == "P02")

    found = state(session, "P02", MARCH)
    (one,) = found.schedule

    # 100,00 of March; the transfer pays the 30,00 of April too.
    assert (one.gross_minor, payment.amount_minor) == (10_000, 13_000)
    assert lines.instalment(one, found, lines.of("it")).endswith("di 130,00 € in tutto")
    same = replace(found, transfers=tuple(replace(each, amount_minor=10_000) for each in found.transfers))
    assert lines.instalment(one, same, lines.of("it")).endswith(payment.end_to_end_id)


def test_a_payment_that_failed_is_owed_again_and_was_not_while_it_was_away(
    session: Session, network_told: NetworkStory
) -> None:
    run = pay(session, "R1", date(2026, 4, 14), date(2026, 4, 15))
    (payment,) = (one for one in run.payments if one.provider_code == "P25")
    with on(session, TODAY):
        payments.fail(session, payment.end_to_end_id, on=TODAY, actor="bank", reason="AC04")

    april, may = state(session, "P25", APRIL), state(session, "P25", (date(2026, 5, 1), TODAY))

    assert (april.closing_minor, april.schedule, april.holds) == (0, (), True)
    assert {(one.state, one.reference) for one in may.schedule} == {("failed", "")}
    assert (may.opening_minor, may.closing_minor, may.holds) == (0, 8_000, True)
    assert [one.gross_minor for one in may.settled] == [-8_000]
    assert_owed_alone_is_what_the_statement_says(session, "P25")


def test_a_line_that_no_payment_has_and_no_account_owes_breaks_the_proof(
    session: Session, network_told: NetworkStory
) -> None:
    found = state(session, "P25", APRIL)

    lost = replace(found, before=found.before[1:])

    assert (found.holds, lost.holds, lost.difference_minor) == (True, False, -4_000)


def words_of(path: Path) -> str:
    """The text of a document, in one line."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(path).pages).split())


# -- the invoices ------------------------------------------------------------------------------------------------------

LINES = st.lists(
    st.tuples(
        st.integers(1, 6),  # the purchase
        st.integers(1, 99_999),
        st.booleans(),
        st.sampled_from(["cremona", "napoli"]),
        st.sampled_from(["V5", "V10", "V22", "E18"]),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=LINES)
def test_the_vat_table_is_the_sum_of_the_invoices(
    session: Session, network_told: NetworkStory, told: list[tuple[int, int, bool, str, str]]
) -> None:
    found = state(session, "P02", MARCH)
    first: dict[int, tuple[str, str]] = {}
    made = []
    for purchase, gross, back, mandatary, regime in told:
        where, rate = first.setdefault(purchase, (mandatary, regime))
        net, tax = vat.split(gross, rate)
        sign = -1 if back else 1
        facts = {"mandatary": where, "vat_regime": rate, "authorization_id": f"aut_{purchase:026}"}
        amounts = {"gross_minor": sign * gross, "net_minor": sign * net, "vat_minor": sign * tax}
        made.append(replace(found.lines[0], **facts, **amounts))
    split = documents.split("P02", MARCH[1], made, documents.buyers(session, made))

    statement = replace(found, lines=tuple(made), documents=split)
    invoices = fattura.proformas(session, statement, TODAY)

    for total in statement.regimes:
        sums = [0, 0, 0]
        for one in invoices:
            sign = 1 if one.kind is Kind.INVOICE else -1
            for part in (part for part in one.regimes if part.regime == total.regime):
                sums = [
                    a + sign * b for a, b in zip(sums, (part.net_minor, part.vat_minor, part.gross_minor), strict=True)
                ]
                # The exchange system allows a cent between the tax and the base at its rate.
                rate = vat.regime(part.regime).rate_basis_points
                assert abs(part.vat_minor * 10_000 - part.net_minor * rate) <= 10_000
        assert sums == [total.net_minor, total.vat_minor, total.gross_minor]
    assert sum(total.gross_minor for total in statement.regimes) == sum(line.gross_minor for line in made)
    assert [one.number for one in invoices] == [document.number for document in split]


def test_an_invoice_and_a_credit_note_round_each_for_itself(session: Session, network_told: NetworkStory) -> None:
    found = state(session, "P02", MARCH)
    line = replace(found.lines[0], vat_regime="V10")
    made = [
        replace(line, authorization_id="aut_1", gross_minor=420_000, net_minor=381_818, vat_minor=38_182),
        replace(line, authorization_id="aut_2", gross_minor=-6_000, net_minor=-5_455, vat_minor=-545),
    ]

    split = documents.split("P04", date(2026, 10, 31), made, documents.buyers(session, made))
    (total,) = replace(found, documents=split).regimes

    # 4.200,00 is 3.818,18 + 381,82 and 60,00 is 54,55 + 5,45; their difference, 4.140,00, would be 3.763,64 + 376,36.
    assert (total.net_minor, total.vat_minor) == (376_363, 37_637)
    assert [(one.kind, one.number) for one in split] == [("TD01", "PF-P04-2610-1"), ("TD04", "PF-P04-2610-2")]


def test_the_theatre_reads_no_doubt_of_meals(session: Session, network_told: NetworkStory) -> None:
    found = state(session, "P02", MARCH)

    def law(service: str) -> str:
        made = [replace(found.lines[0], vat_regime="V10", service_code=service)]
        split = documents.split("P02", MARCH[1], made, documents.buyers(session, made))
        statement = replace(found, lines=tuple(made), documents=split)
        (invoice,) = fattura.proformas(session, statement, TODAY)
        told = [*map(" ".join, lines.law(statement, lines.of("it"))), *proforma.terms(invoice, proforma.of("it"))]
        return " ".join(told)

    assert "pasti a domicilio" in law("PAS-CR")
    assert "pasti a domicilio" not in law("TEA-CR")
    assert "n. 123" in law("TEA-CR")
