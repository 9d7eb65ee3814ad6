"""The municipality's statement: its figures by hand, few people withheld, both formats, and the proof."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pypdf
import pytest
import sqlalchemy as sa

from config import clock
from ledger import seals
from plans.social.words import Instrument, State, Why
from reports import social_statement
from reports.errors import PeriodEndsBeforeStart
from reports.social_statement import SocialStatement, pdf, xlsx
from reports.social_statement.errors import NotTheMunicipality, PeriodNotMonths
from reports.social_statement.model import Told
from tests import factories
from tests.factories import euro
from tests.wallet.scene import NOON, tell_the_time
from tests.wallet.social_office import Office
from wallet import captures
from wallet.errors import PartialCaptureNotAllowed, PartialRefundNotAllowed
from wallet.social import claims, purchases

MARCH = date(2026, 3, 1), date(2026, 3, 31)
APRIL = date(2026, 4, 1), date(2026, 4, 30)


def with_citizens(office: Office, people: int) -> Office:
    """So many citizens with a voucher of 100,00 each; each buys one meal of 8,50, of which 6,80 municipal."""
    for _ in range(people):
        office.captured(office.active())
    return office


def at_home(office: Office, **values: Any) -> str:
    """A voucher of 50,00 for care at home, of which nothing is used; returns the application's id."""
    asked = office.applied("SAD", isee=None, **values)
    office.step(asked, State.UNDER_REVIEW, State.ADMITTED, State.RANKED)
    office.assign(asked, 5_000, ends_on=date(2026, 11, 30))
    return asked


@contextmanager
def in_april(office: Office) -> Iterator[None]:
    """The second day of April."""
    april_2 = NOON.replace(month=4, day=2)
    tell_the_time(office.session, april_2)
    with clock.at(april_2):
        yield


def written(found: SocialStatement, folder: Path) -> str:
    """Every text and figure of both formats, in Italian."""
    pdf.write(found, folder / "x.pdf")
    xlsx.write(found, folder / "x.xlsx")
    book = openpyxl.load_workbook(folder / "x.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    figures = [text.replace(".", ",") for text in (f"{cell:.2f}" for cell in cells if isinstance(cell, float | int))]
    pages = [page.extract_text() for page in pypdf.PdfReader(folder / "x.pdf").pages]
    return "\n".join([*pages, *map(str, cells), *figures])


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
    assert voucher.total == Told(0, 50_000, 3_400, 0, 850)
    assert voucher.total.residual_minor == 46_600
    # Who undid it used nothing.
    assert voucher.people == 5
    assert codesign.total == Told(0, 100_000, 60_000, 0, 0)
    assert tender.total == Told()
    assert found.total == Told(0, 150_000, 63_400, 0, 850)
    assert (found.proof.journal_minor, found.proof.ledger_minor, found.proof.holds) == (86_600, 86_600, True)


def test_a_later_month_opens_with_what_the_last_one_left_and_an_earlier_statement_stays(office: Office) -> None:
    asked = [office.active() for _ in range(11)]
    for one in asked[:5]:
        office.captured(one)
    with in_april(office):
        for one in asked[5:]:
            office.captured(one)

        march, april = gather(office), gather(office, APRIL)

    assert march.parts[0].total == Told(0, 110_000, 3_400, 0, 850)
    assert april.parts[0].total == Told(106_600, 0, 4_080, 0, 1_020)
    assert (march.parts[0].people, april.parts[0].people) == (5, 6)
    assert march.proof.holds
    assert april.proof.holds


def test_what_was_recorded_from_a_moment_on_is_left_out_whatever_day_it_bears(office: Office) -> None:
    with_citizens(office, 5)

    before = social_statement.gather(office.session, office.book_id, *MARCH, known_before=clock.midnight())
    after = social_statement.gather(office.session, office.book_id, *MARCH, known_before=NOON.replace(month=4))

    assert (before.total, before.proof.ledger_minor, before.proof.holds) == (Told(), 0, True)
    assert after.total == gather(office).total == Told(0, 50_000, 3_400, 0, 850)
    assert after.proof.holds


def test_the_group_is_who_used_it_in_the_period_not_who_ever_had_a_voucher(office: Office, tmp_path: Path) -> None:
    asked = [office.active() for _ in range(6)]
    with in_april(office):
        office.captured(asked[0])

        found = gather(office, APRIL)

    # Six of 100,00 as April begins; one buys a meal of 8,50: what he paid of it would tell his band.
    (voucher, *_) = found.parts
    meals = voucher.services[0]
    assert (meals.code, meals.movement, meals.people) == ("PASTI", Told(60_000, 0, None, 0, None), None)
    assert (voucher.total, voucher.people) == (Told(60_000, 0, None, 0, None), None)
    assert found.total == Told(60_000, 0, None, 0, None)
    assert meals.movement.residual_minor is None
    assert found.hides
    text = written(found, tmp_path)
    assert ("600,00" in text, "riservato" in text) == (True, True)
    # 6,80 used, 1,70 paid beside it, 593,20 left.
    assert not any(told in text for told in ("6,80", "1,70", "593,20"))


def test_a_person_with_two_vouchers_is_one_person(office: Office, tmp_path: Path) -> None:
    for _ in range(3):
        citizen = office.citizen()
        office.captured(office.active(citizen=citizen))
        at_home(office, citizen=citizen)

    found = gather(office)

    # Three people: PASTI 300,00 and SAD 300,00 granted, 20,40 used, 5,10 paid beside it.
    (voucher, *_) = found.parts
    assert (voucher.total.granted_minor, voucher.total.used_minor, voucher.total.citizen_minor) == (None, None, None)
    assert [line.movement.used_minor for line in voucher.services] == [None, None]
    assert (voucher.people, found.total.used_minor, found.total.residual_minor) == (None, None, None)
    text = written(found, tmp_path)
    assert not any(told in text for told in ("600,00", "20,40", "5,10", "579,60"))


def test_what_one_citizen_gave_back_is_withheld_and_the_use_of_many_is_told(office: Office) -> None:
    with_citizens(office, 6)
    asked = office.active()
    with in_april(office):
        office.end(asked, State.RENOUNCED, Why.AT_REQUEST)

        (voucher, *_) = gather(office, APRIL).parts

    # Six with 93,20 and one with 100,00, who gives it back.
    assert voucher.total.opening_minor == 65_920
    assert voucher.total.residual_minor is None


def test_fewer_than_five_people_are_withheld_everywhere(office: Office) -> None:
    with_citizens(office, 4)

    found = gather(office)

    (voucher, *_) = found.parts
    # What is left belongs to the four: it withholds the whole line, in which figures of nobody stand too.
    withheld = Told(None, None, None, None, None)
    assert (voucher.total, voucher.people, found.total) == (withheld, None, withheld)
    meals = voucher.services[0]
    assert (meals.code, meals.movement, meals.people) == ("PASTI", withheld, None)
    assert found.proof.holds


def test_one_withheld_service_takes_another_with_it(office: Office) -> None:
    with_citizens(office, 6)
    at_home(office)

    (voucher, *_) = gather(office).parts

    assert voucher.total == Told(0, 65_000, 4_080, 0, 1_020)
    assert [line.movement.granted_minor for line in voucher.services] == [None, None]
    assert [line.movement.residual_minor for line in voucher.services] == [None, None]


def test_a_voucher_spent_round_its_share_is_told(office: Office) -> None:
    with_citizens(office, 5)
    office.captured(office.active())
    # As somebody might who writes past the program.
    office.session.execute(sa.text("set local session_replication_role = replica"))
    office.session.execute(
        sa.text("delete from social_use where authorization_id = (select max(authorization_id) from social_use)")
    )
    office.session.execute(sa.text("set local session_replication_role = origin"))

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
