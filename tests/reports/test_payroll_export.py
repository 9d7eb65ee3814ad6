"""The payroll month: one line for each fiscal event, totals that agree with the ledger, closed months that stay."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy.orm import Session

from config import clock
from ledger import books, seals
from plans import funders
from plans.payroll_codes import presets, reading, tables
from plans.payroll_codes.model import AmountStyle, DateStyle, Treatment
from plans.payroll_codes.presets import Preset
from plans.rulebook.words import Kinship
from plans.words import Fact, FunderKind
from reports import payroll_export
from reports.payroll_export import csv as neutral
from reports.payroll_export import months, xlsx
from reports.payroll_export.errors import PayrollMonthOpen, PayrollMonthUnsealed, PayrollNeedsEmployer
from reports.payroll_export.model import Nature, PayrollMonth
from tests import factories
from tests.factories import euro
from tests.wallet.scene import CONSENT, DIRECT, VOUCHER, Scene, at, open_scene
from wallet.reasons import Voiding

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


@pytest.fixture
def scene(session: Session) -> Iterator[Scene]:
    """A worker with 3,000 euro of an on-top plan that admits taxable purchases."""
    with at(session, datetime(2026, 3, 10, 12, tzinfo=clock.ROME)):
        factories.network(session)
        scene = open_scene(session)
        scene.plan(**CONSENT)
        scene.grant(300_000)
        yield scene


def close(scene: Scene, month: date) -> None:
    """Close a month on the second day of the next, sealed."""
    following = months.following(month)
    scene.go_to(following.replace(day=2))
    books.close_period(scene.session, scene.book_id, month, following - (date(2026, 1, 2) - date(2026, 1, 1)))
    seals.seal(scene.session, scene.book_id)


def gather(scene: Scene, month: date, *, draft: bool = False) -> PayrollMonth:
    return payroll_export.gather(scene.session, scene.book_id, month, draft=draft)


def facts(month: PayrollMonth) -> list[tuple[str, int, int]]:
    return [(line.reason, line.exempt_minor, line.taxable_minor) for line in month.lines]


def test_a_voucher_is_a_line_of_the_month_it_is_issued_in_and_a_service_of_the_one_it_is_given_in(
    scene: Scene,
) -> None:
    scene.buy("PSI-CR", channel=VOUCHER)
    service = scene.buy("PSI-CR", channel=DIRECT, service_on=date(2026, 4, 3))
    close(scene, MARCH)
    scene.go_to(date(2026, 4, 3))
    scene.capture(service)
    close(scene, APRIL)

    assert facts(gather(scene, MARCH)) == [("voucher_issued", 5_500, 0)]
    april = gather(scene, APRIL)
    # The voucher's time ran out meanwhile, and nobody has touched the wallet since.
    assert ("delivered", 5_500, 0) in facts(april)
    assert april.proof.holds
    assert {line.nature for line in april.lines} == {Nature.FIGURATIVE}


def test_the_cliff_gives_a_line_for_each_correction_and_names_what_it_takes_back(scene: Scene) -> None:
    first = scene.buy("BUO-CR", quantity=38, channel=VOUCHER)  # 950.00, exempt
    scene.buy("FAC-CR", quantity=2, channel=VOUCHER, consent=True)  # 90.00: 1,040.00, all of it taxable
    close(scene, MARCH)

    march = gather(scene, MARCH)

    lines = {line.reason: line for line in march.lines}
    assert [(line.reason, line.exempt_minor, line.taxable_minor) for line in march.lines] == [
        ("voucher_issued", 95_000, 0),
        ("voucher_issued", 0, 9_000),
        ("fringe_limit_exceeded", -95_000, 0),
        ("fringe_limit_exceeded", 0, 95_000),
    ]
    use, _, correction, again = march.lines
    assert correction.reversal_of == (use.event_id,)
    assert again.reversal_of == ()
    assert lines["fringe_limit_exceeded"].recomputed
    assert not use.recomputed
    assert [line.limit.used_minor for line in march.lines if line.limit] == [95_000, 104_000, 9_000, 104_000]
    assert (march.amount_minor, march.exempt_minor, march.taxable_minor) == (104_000, 0, 104_000)
    assert march.proof.ledger_minor == 104_000
    assert march.proof.holds
    assert scene.get(first).taxable_minor == 0


def test_a_refund_is_a_line_of_its_own_in_the_month_it_is_written(scene: Scene) -> None:
    service = scene.buy("FIS-MT", quantity=2, channel=DIRECT)
    scene.capture(service)
    close(scene, MARCH)
    scene.go_to(date(2026, 4, 3))
    scene.refund(service, 4_500)
    close(scene, APRIL)

    march, april = gather(scene, MARCH), gather(scene, APRIL)

    assert facts(march) == [("delivered", 9_000, 0)]
    assert facts(april) == [("refund", -4_500, 0)]
    assert april.lines[0].reversal_of == (march.lines[0].event_id,)
    assert april.lines[0].fiscal_year == 2026
    assert (april.proof.ledger_minor, april.proof.difference_minor) == (-4_500, 0)


def test_a_closed_month_gives_the_same_bytes_whatever_happens_later(scene: Scene, tmp_path: Path) -> None:
    service = scene.buy("FIS-MT", quantity=2, channel=DIRECT)
    scene.capture(service)
    close(scene, MARCH)
    before = _written(gather(scene, MARCH), tmp_path / "a")
    scene.go_to(date(2026, 4, 3))
    scene.refund(service, 4_500)
    scene.buy("PSI-CR", channel=VOUCHER)
    seals.seal(scene.session, scene.book_id)
    scene.go_to(date(2026, 6, 9))
    scene.buy("PSI-CR", channel=VOUCHER)

    after = _written(gather(scene, MARCH), tmp_path / "b")

    assert before == after


def _written(month: PayrollMonth, folder: Path) -> tuple[bytes, bytes]:
    folder.mkdir()
    neutral.write(month, folder / "m.csv")
    xlsx.write(month, folder / "m.xlsx")
    return (folder / "m.csv").read_bytes(), (folder / "m.xlsx").read_bytes()


def test_what_is_recorded_after_its_month_was_closed_goes_to_the_next_open_one_and_says_so(scene: Scene) -> None:
    books.close_period(scene.session, scene.book_id, MARCH, date(2026, 3, 31))
    scene.go_to(datetime(2026, 3, 12, 12, tzinfo=clock.ROME))
    voucher = scene.buy("PSI-CR", channel=VOUCHER)
    seals.seal(scene.session, scene.book_id)

    march, april = gather(scene, MARCH), gather(scene, APRIL, draft=True)

    assert march.lines == ()
    assert [(line.late, line.fiscal_on, line.amount_minor) for line in april.lines] == [
        (True, date(2026, 3, 12), voucher.amount_minor)
    ]
    assert march.proof.holds
    assert april.proof.holds


def test_every_event_is_in_exactly_one_month(scene: Scene) -> None:
    books.close_period(scene.session, scene.book_id, MARCH, date(2026, 3, 31))
    scene.go_to(datetime(2026, 3, 12, 12, tzinfo=clock.ROME))
    scene.buy("PSI-CR", channel=VOUCHER)
    books.close_period(scene.session, scene.book_id, APRIL, date(2026, 4, 30))
    scene.go_to(datetime(2026, 3, 13, 12, tzinfo=clock.ROME))
    scene.buy("PSI-CR", channel=VOUCHER)
    scene.go_to(date(2026, 5, 4))
    scene.buy("PSI-CR", channel=VOUCHER)
    seals.seal(scene.session, scene.book_id)

    found = [line.event_id for month in (MARCH, APRIL, MAY) for line in gather(scene, month, draft=True).lines]

    assert len(found) == len(set(found)) == len(scene.events())


def test_an_open_month_is_refused_and_given_as_a_draft_alone(scene: Scene, tmp_path: Path) -> None:
    scene.buy("PSI-CR", channel=VOUCHER)

    with pytest.raises(PayrollMonthOpen) as refused:
        gather(scene, MARCH)
    draft = gather(scene, MARCH, draft=True)
    neutral.write(draft, tmp_path / "draft.csv")

    assert "Chiudere il periodo dal 01/03/2026 al 31/03/2026" in refused.value.text("it")
    assert draft.draft
    assert "BOZZA" in (tmp_path / "draft.csv").read_text(encoding="utf-8")


def test_half_a_month_closed_is_an_open_month(scene: Scene) -> None:
    books.close_period(scene.session, scene.book_id, MARCH, date(2026, 3, 15))

    with pytest.raises(PayrollMonthOpen):
        gather(scene, MARCH)
    books.close_period(scene.session, scene.book_id, date(2026, 3, 16), date(2026, 3, 31))
    assert months.closed_months(scene.session, scene.book_id).keys() == {MARCH}


def test_a_closed_month_with_entries_that_wait_for_their_seal_is_refused(scene: Scene) -> None:
    books.close_period(scene.session, scene.book_id, MARCH, date(2026, 3, 31))

    with pytest.raises(PayrollMonthUnsealed):
        gather(scene, MARCH)
    assert gather(scene, MARCH, draft=True).draft


def test_a_municipality_has_no_payroll(session: Session, scene: Scene) -> None:
    card = funders.of_book(session, scene.book_id)
    funders.record(
        session, scene.book_id, code=card.code, name="Comune", kind=FunderKind.MUNICIPALITY, home_territory="cremona"
    )

    with pytest.raises(PayrollNeedsEmployer):
        gather(scene, MARCH)


def test_the_neutral_file_has_lines_totals_and_what_it_stands_on(scene: Scene, tmp_path: Path) -> None:
    scene.buy("BUO-CR", quantity=2, channel=VOUCHER)
    scene.buy("PSI-CR", channel=VOUCHER)
    close(scene, MARCH)
    month = gather(scene, MARCH)

    neutral.write(month, tmp_path / "m.csv")

    content = (tmp_path / "m.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(content.decode("utf-8").splitlines(), delimiter=";"))
    assert [row["record"] for row in rows] == ["D", "D", "T", "T", "G", "N", "N", "N", "N", "N", "N"]
    assert [(row["voce_esente"], row["importo"], row["righe"]) for row in rows if row["record"] == "T"] == [
        ("FRB", "50,00", "1"),
        ("UTS", "55,00", "1"),
    ]
    grand = next(row for row in rows if row["record"] == "G")
    assert (grand["importo"], grand["esente"], grand["imponibile"], grand["righe"]) == ("105,00", "105,00", "0,00", "2")
    notes = {row["causale"]: row["riferimento"] or row["importo"] for row in rows if row["record"] == "N"}
    assert notes["STATO"] == "CHIUSO"
    assert (notes["REGISTRO"], notes["DIFFERENZA"]) == ("105,00", "0,00")
    assert notes["SIGILLO"].endswith(month.proof.seal_hash)
    assert notes["REGOLE"]


def test_a_company_has_its_own_codes_widths_amounts_and_dates(scene: Scene, tmp_path: Path) -> None:
    chosen = reading.laid_out(presets.table(Preset.ZUCCHETTI_LIKE), company_code="77")
    tables.load(scene.session, scene.book_id, chosen, MARCH, last_closed=None, actor="test")
    person = scene.person(employee_no="0042", last_name="Zeta")
    scene.grant(100_000, worker=person)
    scene.buy("PSI-CR", person, channel=VOUCHER)
    close(scene, MARCH)

    neutral.write(gather(scene, MARCH), tmp_path / "m.csv")

    row = next(csv.DictReader((tmp_path / "m.csv").read_text(encoding="utf-8").splitlines(), delimiter=";"))
    assert (row["azienda"], row["matricola"], row["voce_esente"]) == ("000077", "0000042", "WF")
    assert (row["importo"], row["mese"], row["data"]) == ("5500", "0326", "100326")
    assert chosen.layout.amounts is AmountStyle.CENTS
    assert chosen.layout.dates is DateStyle.DDMMYY


def test_amounts_and_days_as_a_published_converter_writes_them() -> None:
    """0.17 -> 17; 274.62 -> 27462; 2025-03-01 -> 010325."""
    layout = presets.table(Preset.ZUCCHETTI_LIKE).layout

    assert [neutral.amount(minor, layout) for minor in (17, 27_462, -5)] == ["17", "27462", "-5"]
    assert neutral.day(date(2025, 3, 1), layout) == "010325"
    assert neutral.amount(-5, presets.table(Preset.GENERIC).layout) == "-0,05"


def test_what_the_table_has_no_item_for_is_named_with_its_sum(scene: Scene) -> None:
    tables.load(scene.session, scene.book_id, presets.table(Preset.HUNEXT), MARCH, last_closed=None, actor="test")
    child = scene.relative(Kinship.CHILD)
    scene.buy("DOP-CR", relative_id=child, channel=VOUCHER)
    scene.buy("PSI-CR", channel=VOUCHER)
    close(scene, MARCH)

    month = gather(scene, MARCH)

    assert [(u.category, u.channel, u.treatment, u.lines, u.amount_minor) for u in month.unmapped] == [
        ("EDUCATION", "VOUCHER", Treatment.EXEMPT, 1, 13_000)
    ]
    assert sum(total.amount_minor for total in month.totals) == month.amount_minor == 18_500


def test_the_workbook_adds_up_and_runs_no_name(scene: Scene, tmp_path: Path) -> None:
    person = scene.person(employee_no="007", last_name="=1+1", first_name="Eva")
    scene.grant(100_000, worker=person)
    scene.buy("PSI-CR", person, channel=VOUCHER)
    close(scene, MARCH)

    xlsx.write(gather(scene, MARCH), tmp_path / "m.xlsx", "en")

    book = openpyxl.load_workbook(tmp_path / "m.xlsx")
    assert book.sheetnames == ["Summary", "Lines"]
    first = [cell.value for cell in book["Lines"][2]]
    assert first[0] == "007"
    assert first[1] == "=1+1 Eva"
    assert book["Lines"]["B2"].data_type == "s"
    assert first[-1] == 55


def test_a_late_declaration_corrects_in_the_month_it_is_made(scene: Scene) -> None:
    scene.buy("BUO-CR", quantity=38, channel=VOUCHER)
    close(scene, MARCH)
    scene.go_to(date(2026, 4, 3))
    scene.declare(scene.worker, Fact.EXTERNAL_FRINGE, year=2026, amount=euro(48_000))
    close(scene, APRIL)

    march, april = gather(scene, MARCH), gather(scene, APRIL)

    assert (march.exempt_minor, march.taxable_minor) == (95_000, 0)
    corrections = [line for line in april.lines if line.recomputed]
    assert [(line.exempt_minor, line.taxable_minor) for line in corrections] == [(-95_000, 0), (0, 95_000)]
    assert corrections[0].reversal_of == (march.lines[0].event_id,)


def test_why_somebody_voided_stays_at_home(scene: Scene, tmp_path: Path) -> None:
    scene.void(scene.buy("PSI-CR", channel=VOUCHER), reason=Voiding.NOT_SERVED)
    close(scene, MARCH)
    month = gather(scene, MARCH)

    _written(month, tmp_path / "a")

    assert facts(month) == [("voucher_issued", 5_500, 0), ("voided", -5_500, 0)]
    book = openpyxl.load_workbook(tmp_path / "a" / "m.xlsx")
    cells = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert "not_served" not in cells + (tmp_path / "a" / "m.csv").read_text(encoding="utf-8")


def test_no_provider_service_or_relative_is_named(scene: Scene, tmp_path: Path) -> None:
    child = scene.relative(Kinship.CHILD, first_name="Segretissima", last_name="Nascosta")
    scene.capture(scene.buy("DOP-CR", relative_id=child, channel=DIRECT))
    close(scene, MARCH)

    neutral.write(gather(scene, MARCH), tmp_path / "m.csv")

    text = (tmp_path / "m.csv").read_text(encoding="utf-8")
    for word in ("Segretissima", "Nascosta", "DOP-CR", "P02", "Girasoli", "aut_", child):
        assert word not in text
