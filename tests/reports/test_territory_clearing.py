"""The clearing statement against figures worked out by hand (tests/reports/network_story.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pypdf
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from reports.territory_clearing import ClearingStatement, gather, lines, node, node_pdf, node_xlsx, pdf, xlsx
from tests.reports.network_story import APRIL, MARCH, TODAY, NetworkStory, tell
from tests.stories.reading import on
from wallet.settlement import clearing, payouts, terms
from wallet.settlement.terms import Fee

WRITERS: dict[str, Callable[..., Any]] = {"pdf": pdf.write, "xlsx": xlsx.write}


@pytest.fixture
def network_told(session: Session) -> NetworkStory:
    return tell(session)


def state(session: Session, month: date = MARCH[0]) -> ClearingStatement:
    with on(session, TODAY):
        return gather(session, month)


def close(session: Session, month: date = MARCH[0], fee_basis_points: int = 0) -> None:
    """Pay everybody what is due and close the month's clearing."""
    agreed = replace(terms.shipped(), fees=(Fee("*", date(2024, 1, 1), date.max, fee_basis_points, "test", "CHOICE"),))
    with on(session, date(2026, 3, 31)):
        payouts.prepare(session, "R1", due_by=date(2026, 3, 31), execute_on=TODAY, terms=agreed, actor="op")
    with on(session, TODAY):
        clearing.run(session, month, terms=agreed, actor="op")


def test_an_open_month_shows_its_gross_flows_over_all_books(session: Session, network_told: NetworkStory) -> None:
    found = state(session)

    assert [(flow.home, flow.delivery, flow.gross_minor) for flow in found.flows] == [
        ("cremona", "milano", 6_000),
        ("cremona", "napoli", 7_000),
        ("cremona", "trapani", 4_000),
        ("napoli", "trapani", 8_000),
    ]
    # Cremona bought for 170,00; Napoli gave 70,00 and bought for 80,00.
    assert {party.code: party.position_minor for party in found.parties} == {
        "cremona": -17_000,
        "milano": 6_000,
        "napoli": -1_000,
        "trapani": 12_000,
    }
    assert (found.gross_minor, found.netted_minor, found.sum_minor) == (25_000, 18_000, 0)
    assert (found.closed, found.holds) == (False, True)


def test_a_refund_turns_its_flow(session: Session, network_told: NetworkStory) -> None:
    found = state(session, APRIL[0])

    assert [(flow.home, flow.delivery, flow.gross_minor) for flow in found.flows] == [("napoli", "trapani", -4_000)]
    assert {party.code: party.position_minor for party in found.parties} == {"napoli": 4_000, "trapani": -4_000}
    assert found.holds


def test_a_closed_month_says_what_its_run_says(session: Session, network_told: NetworkStory) -> None:
    before = state(session)
    close(session)
    after = state(session)

    assert (after.closed, after.version, after.holds) == (True, 1, True)
    assert [(flow.home, flow.delivery, flow.gross_minor) for flow in after.flows if flow.gross_minor] == [
        (flow.home, flow.delivery, flow.gross_minor) for flow in before.flows
    ]
    # Only April's refund waits.
    assert after.pending_minor == 4_000


def test_fees_are_shared_between_home_delivery_and_network(session: Session, network_told: NetworkStory) -> None:
    close(session, fee_basis_points=500)
    found = state(session)

    # Due by 31 March: P25's 40,00 and 80,00, of which 40,00 was given back, and P02's first 50,00; 5 %, split 50/30/20.
    shared = {(flow.home, flow.delivery): flow for flow in found.flows if flow.fee_minor}
    assert {
        pair: (flow.fee_minor, flow.home_fee_minor, flow.delivery_fee_minor, flow.network_fee_minor)
        for pair, flow in shared.items()
    } == {
        ("cremona", "cremona"): (250, 125, 75, 50),
        ("cremona", "trapani"): (200, 100, 60, 40),
        ("napoli", "trapani"): (200, 100, 60, 40),
    }
    assert lines.points(shared["cremona", "trapani"], lines.of("it")) == "50 / 30 / 20"
    assert found.parties[-1].code == "network"
    assert found.parties[-1].position_minor == sum(flow.network_fee_minor for flow in found.flows)
    assert (found.sum_minor, found.holds) == (0, True)


def test_a_reopened_month_is_provisional_again(session: Session, network_told: NetworkStory) -> None:
    close(session)
    with on(session, TODAY):
        clearing.reopen(session, MARCH[0], reason="una fattura in ritardo", actor="op")

    found = state(session)

    assert (found.closed, found.gross_minor, found.holds) == (False, 25_000, True)


def test_a_tampered_clearing_account_breaks_the_proof(session: Session, network_told: NetworkStory) -> None:
    session.execute(sa.text("set local session_replication_role = replica"))
    session.execute(
        sa.text(
            "update posting p set amount_minor = amount_minor + 1 from account c where c.book_id = p.book_id"
            " and c.account_id = p.credit_account_id and c.code = 'clearing:cremona'"
            " and p.entry_id = (select min(q.entry_id) from posting q where q.book_id = p.book_id"
            "                    and q.credit_account_id = c.account_id)"
        )
    )

    found = state(session)

    assert not found.holds
    assert "NON quadra" in lines.verdict(found, lines.of("it"))


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("form", WRITERS)
def test_the_same_statement_gives_the_same_bytes(
    session: Session, network_told: NetworkStory, tmp_path: Path, form: str, language: str
) -> None:
    found = state(session)

    for name in ("one", "two"):
        WRITERS[form](found, tmp_path / name, language)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_document_is_whole(session: Session, network_told: NetworkStory, tmp_path: Path) -> None:
    pdf.write(state(session), tmp_path / "c.pdf", "en")

    with pikepdf.open(tmp_path / "c.pdf") as document:
        assert document.check_pdf_syntax() == []
        assert str(document.Root.Lang) == "en-IE"


def test_the_workbook_has_a_matrix_that_adds_up(session: Session, network_told: NetworkStory, tmp_path: Path) -> None:
    xlsx.write(state(session), tmp_path / "c.xlsx")

    book = openpyxl.load_workbook(tmp_path / "c.xlsx")

    rows = [list(row) for row in book["Matrice"].values]
    assert rows[1][1:] == ["Milano", "Napoli", "Trapani", "Totale"]
    assert rows[2] == ["Cremona", 60, 70, 40, 170]
    assert rows[4] == ["Totale", 60, 70, 120, 250]


def test_a_month_without_flows_is_an_empty_statement_that_holds(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    found = state(session, date(2026, 1, 1))

    for form, write in WRITERS.items():
        write(found, tmp_path / form)

    assert (found.flows, found.parties, found.holds) == ((), (), True)


def test_both_languages_have_the_same_words() -> None:
    assert set(lines.of("it").texts) == set(lines.of("en").texts)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "it",
            "Comprende 250,00 € lordi e 0,00 € di commissioni di marzo 2026, che nessuna compensazione aveva preso.",
        ),
        ("en", "It includes €250.00 gross and €0.00 of fees of March 2026, which no clearing had taken."),
    ],
)
def test_a_first_clearing_says_what_it_took_of_the_months_before(
    session: Session, network_told: NetworkStory, language: str, said: str
) -> None:
    with on(session, date(2026, 5, 2)):
        clearing.run(session, APRIL[0], terms=terms.shipped(), actor="op")
        found = gather(session, APRIL[0])

    assert [(one.month, one.gross_minor) for one in found.earlier] == [(MARCH[0], 25_000)]
    assert found.gross_minor == 25_000 - 4_000
    assert said in " ".join(lines.proof(found, lines.of(language))).replace("\u00a0", " ")


# -- what the month owes and what the months before do, who transfers, and one territory alone -------------------------


def words_of(path: Path) -> str:
    """The text of a document, in one line."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(path).pages).split())


def test_flows_by_regime_tell_the_months_own_from_those_before(session: Session, network_told: NetworkStory) -> None:
    with on(session, date(2026, 5, 2)):
        clearing.run(session, APRIL[0], terms=terms.shipped(), actor="op")
        found = gather(session, APRIL[0])

    assert [(one.home, one.delivery, one.vat_regime, one.gross_minor, one.earlier_minor) for one in found.regimes] == [
        ("cremona", "milano", "E18", 6_000, 6_000),
        ("cremona", "napoli", "E18", 7_000, 7_000),
        ("cremona", "trapani", "FORF", 4_000, 4_000),
        ("napoli", "trapani", "FORF", 4_000, 8_000),
    ]
    assert found.earlier_minor == sum(one.gross_minor for one in found.earlier)
    told = lines.month_note(found, lines.of("it"))
    assert (
        told == "Non solo aprile 2026: del mese sono −40,00 €; 250,00 € sono di mesi precedenti, mai compensati prima."
    )


def test_an_open_month_names_what_waits_from_before_it(session: Session, network_told: NetworkStory) -> None:
    march, april = state(session), state(session, APRIL[0])
    close(session)
    after = state(session, APRIL[0])

    # March left 170,00 on Cremona's account in one book and 80,00 on Napoli's in the other.
    assert (march.waiting_minor, april.waiting_minor, after.waiting_minor) == (0, 25_000, 0)
    assert "250,00" in lines.month_note(april, lines.of("it"))
    assert lines.month_note(after, lines.of("it")) == "Tutti i flussi sono di aprile 2026."


def test_who_pays_pays_once_into_the_networks_account_and_the_rest_is_its_fee(
    session: Session, network_told: NetworkStory, tmp_path: Path
) -> None:
    close(session, fee_basis_points=500)
    found = state(session)

    paid = {one.party: one.amount_minor for one in found.transfers if one.pays}
    got = {one.party: one.amount_minor for one in found.transfers if not one.pays}
    assert paid.keys() | got.keys() == {"cremona", "milano", "napoli", "trapani"}
    assert sum(paid.values()) - sum(got.values()) == sum(flow.network_fee_minor for flow in found.flows) > 0
    assert [one.pays for one in found.transfers] == sorted((one.pays for one in found.transfers), reverse=True)
    for form, write in WRITERS.items():
        write(found, tmp_path / f"c.{form}")
    page = words_of(tmp_path / "c.pdf")
    assert found.iban in page
    assert "Consorzio Rete Welfare Cremona (demo) (Cremona)" in page
    assert "Compensazione 2026-03 CREMONA" in page
    rows = list(openpyxl.load_workbook(tmp_path / "c.xlsx")["Bonifici"].values)
    assert {row[2]: row[3] for row in rows[1:] if row[3]}["Compensazione 2026-03 CREMONA"] == paid["cremona"] / 100


def test_fees_by_territory_sum_to_all_fees(session: Session, network_told: NetworkStory) -> None:
    close(session, fee_basis_points=500)
    found = state(session)

    assert {one.party: lines.fee_figures(one) for one in found.fees} == {
        "cremona": (250, 225, 75, 0, 300),
        "napoli": (0, 100, 0, 0, 100),
        "trapani": (400, 0, 120, 0, 120),
        "network": (0, 0, 0, 130, 130),
    }
    assert sum(one.share_minor for one in found.fees) == sum(one.withheld_minor for one in found.fees) == 650


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("place", ["cremona", "milano", "napoli", "trapani", "biella"])
def test_a_territory_reads_its_own_and_nothing_of_others(
    session: Session, network_told: NetworkStory, tmp_path: Path, place: str, *, closed: bool
) -> None:
    if closed:
        close(session, fee_basis_points=500)
    whole = state(session)

    found = node.of(whole, place, place.capitalize())

    assert found.holds
    assert found.party.position_minor == next((p.position_minor for p in whole.parties if p.code == place), 0)
    node_pdf.write(found, tmp_path / "n.pdf")
    node_xlsx.write(found, tmp_path / "n.xlsx")
    book = openpyxl.load_workbook(tmp_path / "n.xlsx")
    cells = " ".join(str(cell) for sheet in book for row in sheet.values for cell in row)
    partners = {flow.home for flow in found.given} | {flow.delivery for flow in found.bought}
    for told in (words_of(tmp_path / "n.pdf"), cells):
        assert place.capitalize() in told
        for party in ("Cremona", "Milano", "Napoli", "Trapani"):
            assert (party in told) == (party.lower() in partners | {place})


def test_a_territory_whose_flows_are_not_its_position_is_told_so(session: Session, network_told: NetworkStory) -> None:
    found = node.of(state(session), "napoli", "Napoli")

    wrong = replace(found, given=found.given[1:])

    assert (found.holds, wrong.difference_minor) == (True, -7_000)
    assert "NON quadra" in lines.node_verdict(wrong, lines.of("it"))
