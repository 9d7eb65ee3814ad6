"""The loader refuses what it does not understand, and says which file and row."""

from datetime import date
from importlib.resources import files

import pytest

from plans.rulebook import loading
from plans.rulebook.errors import RulebookInvalid
from plans.rulebook.rows import LimitRule
from plans.rulebook.words import LimitSubject, LimitVariant

FOLDER = files("plans.rulebook") / "data"
TEXTS = {entry.name: entry.read_text("utf-8") for entry in FOLDER.iterdir() if entry.name.endswith(".toml")}


def refusal_of(file: str, old: str, new: str) -> dict[str, str]:
    """Build with one change to the first place of a file that says `old`."""
    assert old in TEXTS[file]
    texts = TEXTS | {file: TEXTS[file].replace(old, new, 1)}
    with pytest.raises(RulebookInvalid) as refusal:
        loading.build(texts)
    return refusal.value.details


def test_the_shipped_rules_load() -> None:
    rulebook = loading.load()

    assert len(rulebook.version) == 12
    assert loading.load() is rulebook


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "problem"),
    [
        ("caps.toml", "[[limit]]", "[[limits]]", "", "unknown table limits"),
        ("caps.toml", "[[limit]]", "[[limit]", "", "not TOML"),
        ("caps.toml", "[[limit]]", "age = [1]\n[[limit]]", "", "unknown table age"),
        ("caps.toml", "[[limit]]", "[age]\n[[limit]]", "", "unknown table age"),
        ("caps.toml", "amount = 3615.20", "amont = 3615.20", "health-fund-cap", "missing key amount"),
        ("caps.toml", "amount = 3615.20", "amount = 3615.20\namont = 1", "health-fund-cap", "unknown key amont"),
        ("caps.toml", "amount = 3615.20", "", "health-fund-cap", "missing key amount"),
        ("caps.toml", "amount = 3615.20", 'amount = "3615.20"', "health-fund-cap", "amount must be an amount in euro"),
        ("caps.toml", "amount = 3615.20", "amount = 3615.201", "health-fund-cap", "at most two decimals"),
        ("caps.toml", "amount = 3615.20", "amount = -1", "health-fund-cap", "positive amount"),
        ("caps.toml", "amount = 3615.20", "amount = inf", "health-fund-cap", "positive amount"),
        ("caps.toml", "amount = 3615.20", "amount = true", "health-fund-cap", "amount must be an amount in euro"),
        (
            "caps.toml",
            'signed_off_by = ""',
            'signed_off_by = "R. Verdi"',
            "health-fund-cap",
            "signed_off_by stays empty",
        ),
        ("caps.toml", "EUR/YEAR", "EUR/DAY", "health-fund-cap", "unit is EUR/DAY, this value is in EUR/YEAR"),
        ("caps.toml", "EUR/YEAR", "YEARS", "health-fund-cap", "unit is YEARS"),
        ("caps.toml", "EUR/DAY", "EUR/YEAR", "meal-electronic-2015", "unit is EUR/YEAR, this value is in EUR/DAY"),
        ("caps.toml", "EUR/YEAR", "LIRE", "health-fund-cap", "unit is 'LIRE', which is not one of"),
        (
            "caps.toml",
            "valid_from = 2025-01-01",
            'valid_from = "2025-01-01"',
            "health-fund-cap",
            "valid_from must be a date",
        ),
        ("caps.toml", "valid_from = 2025-01-01", "valid_from = 2025-02-30", "", "not TOML"),
        (
            "caps.toml",
            "valid_from = 2025-01-01",
            "valid_from = 2025-01-01T00:00:00",
            "health-fund-cap",
            "valid_from must be a date",
        ),
        (
            "caps.toml",
            "valid_from = 2025-01-01",
            "valid_from = 2025-01-01\nvalid_to = 2024-12-31",
            "health-fund-cap",
            "valid_to is before valid_from",
        ),
        ("caps.toml", "checked_on = 2026-05-22", "checked_on = 2020-01-01", "health-fund-cap", "checked_on is before"),
        ("caps.toml", "EXCESS_ONLY", "SOMETIMES", "health-fund-cap", "over_cap is 'SOMETIMES'"),
        ("caps.toml", 'subject = "HEALTH_FUND"', 'subject = "CAKE"', "health-fund-cap", "subject is 'CAKE'"),
        ("caps.toml", 'confidence = "MEM"', 'confidence = "SURE"', "health-fund-cap", "confidence is 'SURE'"),
        ("caps.toml", 'signed_off_by = ""\n', "", "health-fund-cap", "missing key signed_off_by"),
        ("caps.toml", 'id = "health-fund-cap"', "", "limit no. 1", "missing key id"),
        (
            "caps.toml",
            'id = "pension-cap-2007"',
            'id = "health-fund-cap"',
            "health-fund-cap",
            "id already used in caps.toml",
        ),
        ("caps.toml", 'supersedes = ["pension-cap-2007"]', "", "pension-cap-2026", "overlaps pension-cap-2007"),
        (
            "caps.toml",
            'supersedes = ["pension-cap-2007"]',
            'supersedes = ["pension-cap-2008"]',
            "pension-cap-2026",
            "supersedes pension-cap-2008, no other row of its kind",
        ),
        (
            "caps.toml",
            'supersedes = ["pension-cap-2007"]',
            'supersedes = ["age-elderly"]',
            "pension-cap-2026",
            "supersedes age-elderly, no other row of its kind",
        ),
        (
            "caps.toml",
            "valid_from = 2007-01-01",
            'valid_from = 2007-01-01\nsupersedes = ["pension-cap-2026"]',
            "pension-cap-2007",
            "supersedes in a circle",
        ),
        (
            "caps.toml",
            "valid_from = 2025-01-01",
            "valid_from = 2025-01-01\nvalid_to = 2025-12-31",
            "health-fund-cap",
            "gap: nothing holds after 2025-12-31",
        ),
        (
            "caps.toml",
            "valid_from = 2015-07-01",
            "valid_from = 2015-07-01\nvalid_to = 2019-12-30",
            "meal-electronic-2020",
            "gap: nothing holds after 2019-12-30",
        ),
        ("categories.toml", 'category = "CARE"', 'category = "CARES"', "category-care", "category is 'CARES'"),
        ("categories.toml", "employee = false", 'employee = "no"', "category-care", "employee must be true or false"),
        ("categories.toml", '["DIRECT", "VOUCHER", "REIMBURSEMENT"]', "[]", "category-care", "channels is empty"),
        (
            "categories.toml",
            '["DIRECT", "VOUCHER", "REIMBURSEMENT"]',
            '["DIRECT", "DIRECT"]',
            "category-care",
            "repeats",
        ),
        (
            "categories.toml",
            '["DIRECT", "VOUCHER", "REIMBURSEMENT"]',
            '["DIRECT", 3]',
            "category-care",
            "channels is 3",
        ),
        (
            "categories.toml",
            '"DIRECT", "VOUCHER", "REIMBURSEMENT"',
            '"DIRECT", "VOUCHER"',
            "category-care",
            "reimburses and",
        ),
        (
            "categories.toml",
            'voucher_scope = "COMMA_2"',
            'voucher_scope = "NONE"',
            "category-care",
            "voucher_scope and",
        ),
        ("categories.toml", 'over_cap = "CLIFF"', 'over_cap = "NONE"', "category-fringe", "its limits say CLIFF"),
        ("categories.toml", 'over_cap = "NONE"', 'over_cap = "CLIFF"', "category-care", "its limits say NONE"),
        ("thresholds.toml", 'over_cap = "CLIFF"', 'over_cap = "EXCESS_ONLY"', "category-fringe", "its limits say"),
        (
            "thresholds.toml",
            'sentence_it = "Fuori',
            'sentence_it = ""\nx = "',
            "fringe-threshold-base",
            "sentence_it is empty",
        ),
        ("circle.toml", '"SPOUSE"', '"WIFE"', "circle-a-spouse", "kinships is 'WIFE'"),
        (
            "circle.toml",
            "member = false\nties = []",
            'member = false\nties = ["COHABITATION"]',
            None,
            "cannot have conditions",
        ),
        ("dependency.toml", "years = 24", "years = 24.5", "age-young-child", "years must be a whole number"),
        ("dependency.toml", "years = 24", "years = true", "age-young-child", "years must be a whole number"),
        ("dependency.toml", 'unit = "YEARS"', 'unit = "EUR/YEAR"', "age-young-child", "unit is EUR/YEAR"),
        ("admission.toml", 'answer = "EXEMPT_ON_DECLARATION"', 'answer = "TAXABLE"', None, "answer of MAINTENANCE"),
        (
            "admission.toml",
            'reason = "sport_not_education"',
            "",
            "expense-sport-is-not-education",
            "reason is written exactly",
        ),
        ("vouchers.toml", '"NOMINATIVE"', '"NICE"', "voucher-v1", "checks is 'NICE'"),
        ("vouchers.toml", 'enforced_by = "WALLET"', 'enforced_by = "DECISION"', "voucher-v1", "can only enforce"),
    ],
)
def test_a_broken_row_is_refused_and_named(file: str, old: str, new: str, row: str | None, problem: str) -> None:
    details = refusal_of(file, old, new)

    assert problem in details["problem"]
    if row is not None:
        assert details["row"] == row
    assert details["file"] in (file, "categories.toml")


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("circle.toml", '["DE_FACTO_PARTNER", "OTHER"]', '["DE_FACTO_PARTNER"]', "no row answers for Kinship OTHER"),
        (
            "admission.toml",
            '["HEALTH_FUND", "MEAL_VOUCHER"]',
            '["HEALTH_FUND"]',
            "no row answers for Category MEAL_VOUCHER",
        ),
    ],
)
def test_a_word_that_no_row_speaks_of_is_refused(file: str, old: str, new: str, problem: str) -> None:
    assert problem in refusal_of(file, old, new)["problem"]


def test_the_sentence_of_a_limit_says_its_amount() -> None:
    limits = [row for row in loading.load().rows if isinstance(row, LimitRule)]

    for row in limits:
        euro, cents = divmod(row.amount_minor, 100)
        whole = f"{euro:,}"
        italian = whole.replace(",", ".") + (f",{cents:02}" if cents else "")
        english = whole + (f".{cents:02}" if cents else "")
        assert f" {italian} euro" in row.sentence_it, row.id
        assert f" {english} euro" in row.sentence_en, row.id


def test_the_refusal_tells_the_expert_what_to_mend() -> None:
    texts = TEXTS | {"caps.toml": TEXTS["caps.toml"].replace("amount = 3615.20", "amont = 3615.20")}

    with pytest.raises(RulebookInvalid) as refusal:
        loading.build(texts)

    assert "caps.toml" in refusal.value.text("it")
    assert "health-fund-cap" in refusal.value.text("it")


def test_a_rule_laid_over_another_wins_from_the_day_it_is_known_and_gives_way_when_it_ends() -> None:
    limits = loading.load().limits
    key = (LimitSubject.FRINGE, LimitVariant.GENERAL)

    def threshold(on: date, known_at: date) -> str:
        row = limits.at(key, on, known_at)
        assert row is not None
        return row.id

    assert threshold(date(2022, 5, 1), date(2022, 8, 8)) == "fringe-threshold-base"
    assert threshold(date(2022, 5, 1), date(2022, 8, 9)) == "fringe-threshold-2022-august"
    assert threshold(date(2022, 5, 1), date(2022, 11, 18)) == "fringe-threshold-2022-november"
    assert threshold(date(2027, 12, 31), date(2026, 1, 1)) == "fringe-threshold-2025"
    assert threshold(date(2028, 1, 1), date(2026, 1, 1)) == "fringe-threshold-base"
    assert limits.at(key, date(2001, 12, 31), date(2026, 1, 1)) is None


def test_a_later_change_of_the_general_rule_does_not_touch_a_temporary_one_in_force() -> None:
    base = next(part for part in TEXTS["thresholds.toml"].split("[[limit]]") if "fringe-threshold-base" in part)
    newer = (
        base.replace('id = "fringe-threshold-base"', 'id = "fringe-threshold-new-base"')
        .replace("valid_from = 2002-01-01", 'valid_from = 2026-01-01\nsupersedes = ["fringe-threshold-base"]')
        .replace("known_from = 1997-12-23", "known_from = 2026-01-01")
        .replace("amount = 258.23", "amount = 300.00")
    )
    text = TEXTS["thresholds.toml"] + "\n[[limit]]" + newer
    before = 'supersedes = ["fringe-threshold-base"]\nchecked_on = 2026-05-22\nlegal_ref = "L. 207/2024'
    assert before in text
    text = text.replace(before, before.replace('base"]', 'base", "fringe-threshold-new-base"]'))

    limits = loading.build(TEXTS | {"thresholds.toml": text}).limits

    key = (LimitSubject.FRINGE, LimitVariant.GENERAL)
    temporary = limits.at(key, date(2026, 6, 1), date(2026, 6, 1))
    after = limits.at(key, date(2028, 1, 1), date(2026, 6, 1))
    assert temporary is not None
    assert temporary.id == "fringe-threshold-2025"
    assert after is not None
    assert after.id == "fringe-threshold-new-base"


def test_the_version_follows_the_content_and_not_the_line_ends() -> None:
    changed = TEXTS | {"caps.toml": TEXTS["caps.toml"].replace("amount = 3615.20", "amount = 3615.21")}
    windows = {name: text.replace("\n", "\r\n") for name, text in TEXTS.items()}

    assert loading.build(changed).version != loading.build(TEXTS).version
    assert loading.build(windows).version == loading.build(TEXTS).version == loading.load().version


def test_the_list_of_rules_can_be_narrowed_to_a_day_and_to_what_was_known() -> None:
    rulebook = loading.load()

    everything = rulebook.rules()
    then = {rule.id for rule in rulebook.rules(on=date(2025, 6, 15), known_at=date(2025, 6, 15))}
    later = {rule.id for rule in rulebook.rules(on=date(2025, 6, 15))}
    published = {rule.id for rule in rulebook.rules(known_at=date(2025, 6, 15))}

    assert len(everything) == len(rulebook.rows)
    assert "circle-b-excluded" in then
    assert "circle-c-relatives" not in then
    assert "circle-c-relatives" in later
    assert "circle-b-excluded" not in later
    assert "circle-b-excluded" in published
    assert "circle-c-relatives" not in published


def test_the_list_shows_what_supersedes_what() -> None:
    by_id = {rule.id: rule for rule in loading.load().rules()}

    assert by_id["circle-b-excluded"].superseded_by == ("circle-c-relatives",)
    assert by_id["circle-b-excluded"].confidence == "UNC"


def test_rows_on_article_51_say_when_they_were_last_compared_with_the_law() -> None:
    rows = loading.load().rows

    late = [row.id for row in rows if "art. 51" in row.legal_ref and row.checked_on > date(2026, 5, 22)]

    # These speak of art. 51 beside another act; the text in force from 2026-05-23 changes nothing they rest on.
    assert late == ["source-municipal", "source-private", "reading-fringe-outside-circle"]


def test_what_is_an_interpretation_says_that_it_is_uncertain() -> None:
    rows = loading.load().rows

    assert [row.id for row in rows if row.source == "interpretazione" and row.confidence != "UNC"] == []
