"""Teresa's sister lives with her: taxed in June 2025, exempt under the decree that in December reached back."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import openpyxl
import pypdf
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from plans.rulebook import loading
from plans.rulebook.words import Kinship, Outcome
from plans.words import Fact, TaxablePolicy
from reports import recheck_report
from reports.recheck_report import pdf, xlsx
from tests import factories
from tests.stories.reading import assert_sound, buy, fiscal_events, on
from wallet import captures, declarations
from wallet.recheck import recheck


def _teresa(session: Session) -> tuple[int, str, str]:
    with on(session, date(2025, 1, 10)):
        factories.network(session)
        book = factories.employer(session)
        code = factories.tax_code()
        teresa = factories.employee(session, book, tax_code=code)
        sister = factories.relative(session, book, code, Kinship.SIBLING, birth_date=date(1966, 11, 2))
        factories.declare(session, book, sister, Fact.COHABITATION, since=date(2019, 1, 1))
        factories.declare(
            session, book, sister, Fact.NOT_SELF_SUFFICIENT, since=date(2023, 1, 1), until=date(2027, 12, 31)
        )
        factories.plan(
            session,
            book,
            starts_on=date(2025, 1, 1),
            ends_on=date(2025, 12, 31),
            spend_by=date(2025, 11, 30),
            taxable_policy=TaxablePolicy.WITH_CONSENT,
        )
        factories.funded(session, book)
        factories.grant(session, book, "A", teresa, 60_000)
    return book, teresa, sister


def test_what_was_taxed_in_june_2025_is_listed_with_what_payroll_must_give_back(session: Session) -> None:
    book, teresa, sister = _teresa(session)

    with on(session, date(2025, 6, 10)):
        hours = buy(session, book, teresa, "ADI-CR", 10, relative_id=sister, service_on=date(2025, 6, 27), consent=True)
    with on(session, date(2025, 6, 27)):
        captures.capture(session, book, hours.authorization_id, factories.euro(11_500), actor="P01")
        captures.capture(session, book, hours.authorization_id, factories.euro(11_500), actor="P01")
    assert (hours.outcome, hours.taxable_minor, hours.amount_minor) == ("TAXABLE", 23_000, 23_000)
    assert fiscal_events(session, book, teresa) == [("use", "CARE", 0, 11_500, "delivered")] * 2
    with on(session, date(2025, 12, 18)):
        assert recheck(session, book, 2025) == []

    with on(session, date(2025, 12, 19)):
        [found] = recheck(session, book, 2025)

    assert (found.authorization_id, found.employee_id, found.status) == (hours.authorization_id, teresa, "captured")
    assert (found.outcome_then, found.outcome_now) == (Outcome.TAXABLE, Outcome.EXEMPT_ON_DECLARATION)
    assert (found.taxable_then_minor, found.taxable_now_minor) == (23_000, 0)
    assert (found.used_minor, found.correction_minor) == (23_000, -23_000)
    assert "circle-b-excluded" in found.rule_ids_then
    assert "circle-c-relatives" in found.rule_ids_now
    assert found.version_then == found.version_now == loading.load().version
    # It only reads: the events of June stand until somebody settles them.
    assert len(fiscal_events(session, book, teresa)) == 2
    assert_sound(session, book)


def test_the_report_tells_payroll_both_rules_and_the_amount_and_not_for_whom(session: Session, tmp_path: Path) -> None:
    book, teresa, sister = _teresa(session)
    with on(session, date(2025, 6, 10)):
        hours = buy(session, book, teresa, "ADI-CR", 10, relative_id=sister, service_on=date(2025, 6, 27), consent=True)
        buy(session, book, teresa, "ADI-CR", 5, relative_id=sister)
    with on(session, date(2025, 6, 27)):
        captures.capture(session, book, hours.authorization_id, actor="P01")

    with on(session, date(2026, 11, 22)):
        found = recheck_report.gather(session, book, 2025)

    [line] = found.lines
    assert (line.name, line.category, line.used_minor) == ("Prova Giulia", "CARE", 23_000)
    assert (line.outcome_then, line.outcome_now) == (Outcome.TAXABLE, Outcome.EXEMPT_ON_DECLARATION)
    assert (line.known_then, line.known_now) == (date(2025, 6, 10), date(2026, 11, 22))
    assert "circle-b-excluded" in line.rules_then
    assert "circle-c-relatives" in line.rules_now
    assert (line.taxable_then_minor, line.taxable_now_minor, line.correction_minor) == (23_000, 0, -23_000)
    # What was declined is counted, and not told of anybody.
    assert found.unused == 1
    assert found.holds
    assert (found.coverage.decisions, found.coverage.used_minor, found.coverage.events_minor) == (2, 23_000, 23_000)
    for layout, ending in ((pdf, "pdf"), (xlsx, "xlsx")):
        layout.write(found, tmp_path / f"riesame.{ending}")
    page = _page(tmp_path / "riesame.pdf")
    rows = list(openpyxl.load_workbook(tmp_path / "riesame.xlsx")["Spese"].iter_rows(min_row=2, values_only=True))
    assert (rows[0][6], rows[0][7]) == ("imponibile", "esente su dichiarazione")
    assert (rows[0][12], rows[0][13]) == (", ".join(line.rules_then), ", ".join(line.rules_now))
    assert (rows[0][14], rows[0][19], rows[1][19]) == (230, -230, "=SUBTOTAL(109,T2:T2)")
    for told in (
        "10/06/2025 circle-b-excluded 230,00",
        "22/11/2026",
        "0,00 −230,00",
        "Correzione netta",
        "−230,00 €",
        "Il riesame copre tutti gli usi dell'anno al centesimo.",
        "2 decisioni riesaminate, usi per 230,00 €; gli eventi fiscali dell'anno dicono 230,00 €; differenza 0,00 €.",
    ):
        assert re.sub(r"\s", "", told) in re.sub(r"\s", "", page), told
    sheets = openpyxl.load_workbook(tmp_path / "riesame.xlsx")
    cells = " ".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)
    for secret in ("ADI-CR", "P01", "Familiare", sister, hours.authorization_id):
        assert secret not in page
        assert secret not in cells


def _page(path: Path) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def test_only_what_was_used_is_corrected(session: Session) -> None:
    book, teresa, sister = _teresa(session)
    with on(session, date(2025, 6, 10)):
        half_used = buy(
            session, book, teresa, "ADI-CR", 10, relative_id=sister, service_on=date(2025, 6, 27), consent=True
        )
        refused = buy(session, book, teresa, "ADI-CR", 5, relative_id=sister)
        captures.capture(session, book, half_used.authorization_id, factories.euro(11_500), actor="P01")
        captures.void(session, book, half_used.authorization_id, actor="P01")
    assert refused.decline_code == "beneficiary_not_eligible"

    with on(session, date(2026, 11, 22)):
        found = {item.authorization_id: item for item in recheck(session, book, 2025)}

    assert found[half_used.authorization_id].correction_minor == -11_500
    # Declined then, accepted today: nothing to correct, something to tell her.
    assert found[refused.authorization_id].correction_minor == 0
    assert found[refused.authorization_id].outcome_now is Outcome.EXEMPT_ON_DECLARATION


def test_when_the_sister_turns_out_not_to_live_with_her_payroll_reads_it_apart(session: Session) -> None:
    book, teresa, sister = _teresa(session)
    with on(session, date(2025, 6, 10)):
        hours = buy(session, book, teresa, "ADI-CR", 10, relative_id=sister, consent=True)
        captures.capture(session, book, hours.authorization_id, actor="P01")
    with on(session, date(2026, 11, 22)):
        fact = session.scalar(sa.text("select fact_id from relative_fact where fact = 'COHABITATION'"))
        declarations.withdraw(session, book, str(fact), recorded_at=clock.now())

        found = recheck_report.gather(session, book, 2025)

    # On the facts of June the law of today would exempt 230.00; on those of today it would not.
    [line], [fact_line] = found.lines, found.facts
    assert (line.recorded_minor, line.due_minor, found.correction_minor) == (23_000, 0, -23_000)
    assert (fact_line.name, fact_line.outcome_then, fact_line.outcome_now) == (
        line.name,
        Outcome.EXEMPT_ON_DECLARATION,
        Outcome.TAXABLE,
    )
    assert (fact_line.used_minor, fact_line.recorded_minor, fact_line.due_minor) == (23_000, 23_000, 23_000)
