"""What an employer may deduct: by act, clause and category, against the five per mille of labour cost."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from itertools import product
from pathlib import Path

import openpyxl
import pypdf
import pytest
from sqlalchemy.orm import Session

from config import clock
from plans.plan_file import Act
from plans.rulebook.errors import RulebookInvalid
from plans.rulebook.words import Category, Kinship
from plans.words import SourceType
from reports import deductibility, plan_statement
from reports.deductibility import pdf, rules, xlsx
from reports.deductibility.model import Deductibility
from reports.deductibility.rules import Treatment
from reports.plan_statement import Reading
from tests import factories
from tests.wallet.scene import CONSENT, DIRECT, NOON, VOUCHER, Scene, at, open_scene

CASES = Path(__file__).with_name("deductibility.csv")
REVOCABLE = Act(SourceType.REGULATION_REVOCABLE, "Regolamento 2026")


@pytest.fixture
def scene(session: Session) -> Iterator[Scene]:
    """Nothing but a worker: each test has its plans."""
    with at(session, datetime(2026, 3, 10, 12, tzinfo=clock.ROME)):
        factories.network(session)
        scene = open_scene(session)
        yield scene
        assert scene.differences() == []


def gather(scene: Scene, labour_cost: int | None = None, year: int = 2026) -> Deductibility:
    """The accountant's reading."""
    return deductibility.gather(scene.session, scene.book_id, year, labour_cost_minor=labour_cost, detail=True)


def employers(scene: Scene, labour_cost: int | None = None) -> Deductibility:
    return deductibility.gather(scene.session, scene.book_id, 2026, labour_cost_minor=labour_cost)


def told(found: Deductibility) -> list[tuple[str, Treatment | None, int]]:
    return [(cost.plan_code, cost.treatment, cost.amount_minor) for cost in found.costs]


def spend(scene: Scene, plan: str, service: str, people: int) -> None:
    """So many people buy one unit each of the plan's credit."""
    for _ in range(people):
        person = scene.person()
        scene.grant(20_000, plan, person)
        more = {}
        if service == "DOP-CR":
            more = {"relative_id": scene.relative(Kinship.CHILD, person)}
        scene.capture(scene.buy(service, person, channel=DIRECT, **more))


def cases() -> list[dict[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["caso"])
def test_the_treatments_a_fiscal_expert_wrote_down(case: dict[str, str]) -> None:
    found = rules.load().of(
        SourceType(case["atto"]), Category(case["categoria"]), unilateral_change=case["clausola"] == "sì"
    )

    assert ("art. 95" if found.treatment is Treatment.FULL else "art. 100") == case["deduzione"]
    assert str(found.confidence) == case["sicurezza"]
    assert bool(found.doubt_it) == (case["dubbio"] == "sì")


def test_every_act_clause_and_category_has_one_rule() -> None:
    for act, clause, category in product(SourceType, (False, True), Category):
        assert rules.load().of(act, category, unilateral_change=clause)


def test_a_file_with_a_hole_or_two_answers_is_refused() -> None:
    text = (Path(rules.__file__).parent / "deductibility.toml").read_text(encoding="utf-8")

    with pytest.raises(RulebookInvalid, match="no rule"):
        rules.build(text.replace('acts = ["CCNL", "COMPANY_AGREEMENT"]', 'acts = ["CCNL"]'))
    with pytest.raises(RulebookInvalid, match="more than one rule"):
        rules.build(text.replace('acts = ["REGULATION_BINDING"]', 'acts = ["REGULATION_BINDING", "CCNL"]'))
    with pytest.raises(RulebookInvalid, match="unknown key"):
        rules.build(text.replace("per_mille = 5", "per_mille = 5\nper_cent = 5"))


def test_a_binding_plan_is_deducted_in_full(scene: Scene) -> None:
    scene.plan("A", **CONSENT)
    spend(scene, "A", "PSI-CR", 5)

    found = gather(scene, 1_000_000)

    assert (found.full_minor, found.limited_minor, found.not_deductible_minor) == (27_500, 0, 0)
    assert found.deductible_minor == 27_500
    assert found.proof.lots_minor == found.proof.credited_minor == 27_500


@pytest.mark.parametrize(
    ("labour_cost", "limit", "excess"),
    [
        # 5 x 55.00 = 275.00 of social utility under a revocable regulation; five per mille of the labour cost.
        (5_500_000, 27_500, 0),
        (5_499_999, 27_499, 1),
        (5_500_100, 27_500, 0),
        (2_000_000, 10_000, 17_500),
        (0, 0, 27_500),
    ],
)
def test_a_revocable_plan_is_deducted_within_five_per_mille(
    scene: Scene, labour_cost: int, limit: int, excess: int
) -> None:
    scene.plan("R", act=REVOCABLE, **CONSENT)
    spend(scene, "R", "PSI-CR", 5)

    found = gather(scene, labour_cost)

    assert found.limited_minor == 27_500
    assert (found.limit_minor, found.not_deductible_minor) == (limit, excess)
    assert found.deductible_minor == 27_500 - excess


def test_without_the_labour_cost_the_excess_is_unknown_and_never_zero(scene: Scene, tmp_path: Path) -> None:
    scene.plan("R", act=REVOCABLE, **CONSENT)
    spend(scene, "R", "PSI-CR", 5)

    found = gather(scene)

    assert found.limit_minor is found.not_deductible_minor is found.deductible_minor is None
    pdf.write(found, tmp_path / "d.pdf")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "d.pdf").pages)
    assert "non noto" in text
    assert "non è stato indicato" in " ".join(text.split())


def test_the_limit_is_the_companys_over_all_its_plans(scene: Scene) -> None:
    scene.plan("R", act=REVOCABLE, **CONSENT)
    scene.plan("S", act=Act(SourceType.COMPANY_AGREEMENT, "Accordo", unilateral_change=True), **CONSENT)
    spend(scene, "R", "PSI-CR", 5)
    spend(scene, "S", "PSI-CR", 5)

    found = gather(scene, 2_000_000)

    assert (found.limited_minor, found.limit_minor, found.not_deductible_minor) == (55_000, 10_000, 45_000)
    assert [(cost.plan_code, cost.treatment) for cost in found.costs] == [
        ("R", Treatment.LIMITED),
        ("S", Treatment.LIMITED),
    ]


def test_what_is_given_back_and_vouchers_not_used_are_no_cost(scene: Scene) -> None:
    scene.plan("A", **CONSENT)
    scene.grant(100_000)
    scene.buy("PSI-CR", channel=VOUCHER)
    service = scene.buy("FIS-MT", quantity=2, channel=DIRECT)
    scene.capture(service)
    scene.refund(service, 4_500)

    found = gather(scene)

    assert (found.total_minor, found.proof.difference_minor) == (4_500, 0)
    assert gather(scene, year=2025).total_minor == 0


EVERYTHING = {"categories": frozenset(Category) - {Category.RENT_NEW_HIRE, Category.MEAL_VOUCHER}}
CLAUSE = Act(SourceType.COMPANY_AGREEMENT, "Accordo", unilateral_change=True)
TRANSPORT = frozenset({Category.SOCIAL_UTILITY, Category.PUBLIC_TRANSPORT, Category.FRINGE})
APRIL, MAY = datetime(2026, 4, 2, 12, tzinfo=clock.ROME), datetime(2026, 5, 4, 12, tzinfo=clock.ROME)


@pytest.mark.parametrize("people", [1, 5, 12])
def test_one_side_alone_is_an_answer_for_everybody_and_is_not_told(scene: Scene, people: int) -> None:
    scene.plan("A", **EVERYTHING, **CONSENT)
    scene.plan("S", act=CLAUSE, **EVERYTHING, **CONSENT)
    spend(scene, "A", "PSI-CR", 10)
    spend(scene, "S", "PSI-CR", people)
    scene.go_to(APRIL)

    found = employers(scene, 1_000_000)

    assert told(found) == [("A", Treatment.FULL, 55_000), ("S", None, people * 5_500)]
    assert (found.full_minor, found.limited_minor, found.untold_minor) == (55_000, 0, people * 5_500)
    assert (found.not_deductible_minor, found.deductible_minor) == (None, None)
    assert found.total_minor == found.proof.lots_minor == found.proof.credited_minor


def test_five_on_each_side_are_told_and_fringe_benefits_always(scene: Scene) -> None:
    scene.plan("S", act=CLAUSE, **EVERYTHING, **CONSENT)
    spend(scene, "S", "PSI-CR", 5)
    spend(scene, "S", "FAC-CR", 3)
    scene.go_to(APRIL)
    assert told(employers(scene)) == [("S", Treatment.FULL, 13_500), ("S", None, 27_500)]

    scene.go_to(NOON)
    # Care and education under such an act are within the limit as well.
    spend(scene, "S", "DOP-CR", 5)
    scene.go_to(APRIL)

    found = employers(scene, 1_000_000)

    assert told(found) == [("S", Treatment.FULL, 13_500), ("S", Treatment.LIMITED, 27_500 + 65_000)]
    assert (found.untold_minor, found.not_deductible_minor) == (0, 92_500 - 5_000)


def test_the_running_month_is_not_told(scene: Scene) -> None:
    scene.plan("S", act=CLAUSE, **EVERYTHING, **CONSENT)
    spend(scene, "S", "PSI-CR", 20)
    spend(scene, "S", "DOP-CR", 20)

    # In March nothing of March, in April all of March and nothing of April.
    assert (told(employers(scene)), employers(scene).ends_on) == ([], date(2026, 2, 28))
    scene.go_to(APRIL)
    before = employers(scene)
    spend(scene, "S", "PSI-CR", 1)
    after = employers(scene)

    assert told(before) == told(after) == [("S", Treatment.LIMITED, 20 * 5_500 + 20 * 13_000)]
    assert (before.ends_on, before.rules) == (after.ends_on, after.rules) == (date(2026, 3, 31), before.rules)


def test_a_month_of_few_people_waits_for_more(scene: Scene) -> None:
    scene.plan("S", act=CLAUSE, **EVERYTHING, **CONSENT)
    spend(scene, "S", "PSI-CR", 20)
    spend(scene, "S", "DOP-CR", 20)
    scene.go_to(APRIL)
    spend(scene, "S", "PSI-CR", 1)
    scene.go_to(MAY)

    found = employers(scene)

    assert told(found) == [("S", Treatment.LIMITED, 370_000), ("S", None, 5_500)]
    assert (found.ends_on, found.untold_minor, found.proof.holds) == (date(2026, 4, 30), 5_500, True)
    # The accountant reads what is known today.
    assert gather(scene).limited_minor == 375_500


def test_what_is_told_is_no_more_than_the_plan_statements_tell(scene: Scene) -> None:
    scene.plan("R", act=REVOCABLE, categories=TRANSPORT, **CONSENT)
    spend(scene, "R", "PSI-CR", 8)
    scene.go_to(MAY)

    statement = plan_statement.gather(
        scene.session, scene.book_id, "R", date(2026, 1, 1), date(2026, 12, 31), reading=Reading.HR
    )

    assert statement.groups.through is None
    assert [cost.treatment for cost in employers(scene).costs] == [None]


def test_the_rules_printed_are_those_the_plans_admit_whatever_was_bought(scene: Scene) -> None:
    scene.plan("R", act=REVOCABLE, **EVERYTHING, **CONSENT)
    spend(scene, "R", "PSI-CR", 20)
    scene.go_to(APRIL)
    before = {rule.id for rule in employers(scene).rules}
    scene.go_to(NOON)
    spend(scene, "R", "DOP-CR", 1)
    scene.go_to(APRIL)

    assert before == {rule.id for rule in employers(scene).rules} == {rule.id for rule in gather(scene).rules}
    assert "deduct-voluntary-care-education" in before


def test_what_is_not_told_is_said_in_both_files(scene: Scene, tmp_path: Path) -> None:
    scene.plan("S", act=CLAUSE, **EVERYTHING, **CONSENT)
    spend(scene, "S", "PSI-CR", 7)
    scene.go_to(APRIL)
    found = employers(scene, 1_000_000)

    pdf.write(found, tmp_path / "d.pdf")
    xlsx.write(found, tmp_path / "d.xlsx")

    said = " ".join("".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "d.pdf").pages).split())
    assert "Fino al 31/03/2026" in said
    assert "385,00 €" in said
    assert "cinque persone" in said
    sheet = openpyxl.load_workbook(tmp_path / "d.xlsx")["Riepilogo"]
    values = {row[0].value: row[1].value for row in sheet.iter_rows() if row[0].value}
    assert values["Riservato: per intero o entro il limite non è detto"] == 385
    assert values["Oltre il limite: non deducibile"] == "riservato"


def test_both_files_say_the_rules_and_doubts_and_are_the_same_twice(scene: Scene, tmp_path: Path) -> None:
    scene.plan("R", act=REVOCABLE, **CONSENT)
    spend(scene, "R", "DOP-CR", 5)
    found = gather(scene, 2_000_000)

    for name in ("a", "b"):
        pdf.write(found, tmp_path / f"{name}.pdf")
        xlsx.write(found, tmp_path / f"{name}.xlsx")

    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    reader = pypdf.PdfReader(tmp_path / "a.pdf")
    text = " ".join("".join(page.extract_text() for page in reader.pages).split())
    assert "letture contrarie" in text
    assert "È la lettura più prudente" in text
    assert "650,00 €" in text
    assert reader.trailer["/Root"]["/Lang"] == "it-IT"
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Riepilogo", "Piani", "Dubbi"]
    values = {row[0].value: row[1].value for row in book["Riepilogo"].iter_rows(min_row=1) if row[0].value}
    assert values["Limite: 5 per mille del costo del lavoro"] == 100
    assert values["Oltre il limite: non deducibile"] == 550


def test_no_person_provider_or_service_is_named(scene: Scene, tmp_path: Path) -> None:
    scene.plan("R", act=REVOCABLE, **CONSENT)
    person = scene.person(last_name="Cognomesegreto", first_name="Nomesegreto")
    scene.grant(100_000, "R", person)
    scene.capture(scene.buy("PSI-CR", person, channel=DIRECT))

    pdf.write(gather(scene), tmp_path / "d.pdf")

    text = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "d.pdf").pages)
    for word in ("Cognomesegreto", "Nomesegreto", "PSI-CR", "P04", "Torrazzo"):
        assert word not in text
