"""The municipality's statement: its figures by hand, few people withheld, both formats, and the proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pikepdf
import pypdf
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from config import clock
from ledger import seals
from plans.social.words import Instrument, State, Why
from reports import social_statement
from reports.errors import PeriodEndsBeforeStart
from reports.social_statement import SocialStatement, pdf, xlsx
from reports.social_statement.errors import NotTheMunicipality, PeriodNotMonths
from reports.social_statement.model import Movement
from tests import factories
from tests.factories import euro
from tests.stories.reading import buy
from tests.wallet.conftest import wallet_engine
from tests.wallet.scene import NOON, at, tell_the_time
from tests.wallet.social_office import Office, open_office
from wallet import captures
from wallet.errors import PartialCaptureNotAllowed, PartialRefundNotAllowed
from wallet.social import claims, purchases

__all__ = ["wallet_engine"]
MARCH = date(2026, 3, 1), date(2026, 3, 31)


@pytest.fixture
def office(wallet_engine: Engine) -> Iterator[Office]:
    with wallet_engine.connect() as connection:
        outer = connection.begin()
        with (
            Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session,
            at(session, NOON),
        ):
            yield open_office(session)
        outer.rollback()


def with_citizens(office: Office, people: int) -> Office:
    """So many citizens with a voucher of 100,00 each; each buys one meal of 8,50, of which 6,80 municipal."""
    for _ in range(people):
        office.captured(office.active())
    return office


def gather(office: Office, period: tuple[date, date] = MARCH) -> SocialStatement:
    return social_statement.gather(office.session, office.book_id, *period)


def test_the_figures_are_those_written_by_hand(office: Office) -> None:
    with_citizens(office, 5)
    asked = office.active()
    undone = office.captured(asked)
    purchases.refund(office.session, office.book_id, undone.authorization.authorization_id, actor="x")
    office.end(asked, State.RENOUNCED, Why.AT_REQUEST)
    claims.fund(office.session, office.book_id, "EDU-COP", euro(100_000), on=clock.today(), actor="x", reference="a")
    claims.claim(
        office.session, office.book_id, "EDU-COP", "P01", euro(60_000), reference="REND-1",
        period_from=date(2026, 1, 1), period_to=date(2026, 2, 28), on=clock.today(), actor="x",
    )  # fmt: skip

    found = gather(office)

    voucher, codesign, tender = found.parts
    assert [part.instrument for part in found.parts] == list(Instrument)
    # Six of 100,00, less the 100,00 that came back; five meals of 6,80; five shares of 1,70.
    assert voucher.total == Movement(0, 50_000, 3_400, 0, 850)
    assert voucher.total.residual_minor == 46_600
    assert voucher.people == 6
    assert codesign.total == Movement(0, 100_000, 60_000, 0, 0)
    assert tender.total == Movement()
    assert found.total == Movement(0, 150_000, 63_400, 0, 850)
    assert (found.proof.journal_minor, found.proof.ledger_minor, found.proof.holds) == (86_600, 86_600, True)


def test_a_later_month_opens_with_what_the_last_one_left_and_an_earlier_statement_stays(office: Office) -> None:
    with_citizens(office, 5)
    asked = office.active()
    april_2 = NOON.replace(month=4, day=2)
    tell_the_time(office.session, april_2)
    with clock.at(april_2):
        office.captured(asked)

        march, april = gather(office), gather(office, (date(2026, 4, 1), date(2026, 4, 30)))

    assert march.parts[0].total == Movement(0, 60_000, 3_400, 0, 850)
    assert april.parts[0].total == Movement(56_600, 0, 680, 0, 170)
    assert march.proof.holds
    assert april.proof.holds


def test_fewer_than_five_people_are_withheld_everywhere(office: Office) -> None:
    with_citizens(office, 4)

    found = gather(office)

    (voucher, *_) = found.parts
    assert voucher.total is None
    assert voucher.people is None
    assert all(line.movement is None and line.people is None for line in voucher.services)
    assert found.total is None
    assert found.proof.holds


def test_one_withheld_service_takes_another_with_it(office: Office) -> None:
    with_citizens(office, 6)
    few = office.applied("SAD", isee=None)
    office.step(few, State.UNDER_REVIEW, State.ADMITTED, State.RANKED)
    office.assign(few, 5_000, ends_on=date(2026, 11, 30))

    (voucher, *_) = gather(office).parts

    assert voucher.total is not None
    assert voucher.total.granted_minor == 65_000
    assert [line.movement for line in voucher.services] == [None, None]


def test_a_voucher_spent_round_its_share_is_told(office: Office) -> None:
    with_citizens(office, 5)
    citizen = office.citizen()
    office.active(citizen=citizen)
    # As somebody might who opens the wallet by hand.
    office.session.execute(sa.text("update wallet set status = 'open' where employee_id = :e"), {"e": citizen})
    buy(office.session, office.book_id, citizen, "PAS-CR")

    found = gather(office)

    assert found.proof.shares_without_use == 1
    assert not found.proof.holds


def test_a_statement_is_of_whole_months_of_a_municipality(office: Office) -> None:
    with pytest.raises(PeriodNotMonths):
        gather(office, (date(2026, 3, 2), date(2026, 3, 31)))
    with pytest.raises(PeriodNotMonths):
        gather(office, (date(2026, 3, 1), date(2026, 3, 30)))
    with pytest.raises(PeriodEndsBeforeStart):
        gather(office, (date(2026, 3, 1), date(2026, 2, 28)))
    employer = factories.employer(office.session, "E9")
    with pytest.raises(NotTheMunicipality):
        social_statement.gather(office.session, employer, *MARCH)


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("people", [0, 4, 6])
def test_both_formats_say_the_same_and_the_same_bytes(
    office: Office, tmp_path: Path, language: str, people: int
) -> None:
    with_citizens(office, people)
    seals.seal(office.session, office.book_id)
    found = gather(office)
    for form, write in (("pdf", pdf.write), ("xlsx", xlsx.write)):
        for name in ("one", "two"):
            write(found, tmp_path / f"{name}.{form}", language)
        assert (tmp_path / f"one.{form}").read_bytes() == (tmp_path / f"two.{form}").read_bytes()

    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "one.pdf").pages)
    book = openpyxl.load_workbook(tmp_path / "one.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]

    assert "Comune di Cremona" in text
    with pikepdf.open(tmp_path / "one.pdf") as document:
        assert document.check_pdf_syntax() == []
        assert str(document.Root.Lang) == ("it-IT" if language == "it" else "en-IE")
    if people == 6:
        assert ("600,00" if language == "it" else "600.00") in text
        assert 600 in cells
    if people == 4:
        assert ("riservato" if language == "it" else "withheld") in text
        assert "272" not in text.replace(",", "").replace(".", "")
        assert 27.2 not in cells
    for hidden in ("Bruno", "Prova", "PAS-CR", "PAI-2026"):
        assert hidden not in text
        assert not any(hidden in str(cell) for cell in cells)


def test_a_statement_that_does_not_reconcile_says_so(office: Office, tmp_path: Path) -> None:
    found = gather(office)
    broken = replace(found, proof=replace(found.proof, ledger_minor=found.proof.ledger_minor + 1))

    pdf.write(broken, tmp_path / "x.pdf")

    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "x.pdf").pages)
    assert "NON quadra per −0,01" in text


def test_partial_captures_never_split_the_parts(office: Office) -> None:
    bought = office.buy(office.active())
    aut = bought.authorization.authorization_id
    with pytest.raises(PartialCaptureNotAllowed):
        captures.capture(office.session, office.book_id, aut, euro(400), actor="P05")
    captures.capture(office.session, office.book_id, aut, actor="P05")
    with pytest.raises(PartialRefundNotAllowed):
        captures.refund(office.session, office.book_id, aut, euro(400), actor="P05")
