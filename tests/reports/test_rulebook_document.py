"""The rulebook as a document to sign: every rule, every case, who signed and what changed, in words people read."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import openpyxl
import pikepdf
import pypdf
import pytest
from sqlalchemy.orm import Session

from config import clock
from plans.bonus import worked
from plans.bonus.worked import BonusCase
from plans.rulebook import cases, doubts, loading, signing
from plans.rulebook.words import Confidence
from reports.rulebook_document import RulebookDocument, gather, lines, pdf, xlsx

DAY = date(2026, 11, 22)


def document(session: Session) -> RulebookDocument:
    """The document as it is made on a day."""
    with clock.at(DAY):
        return gather(session)


def sign(session: Session, *rule_ids: str) -> None:
    """Have some rules signed the day before."""
    rulebook = loading.load()
    with clock.at(DAY):
        signing.sign(
            session,
            rulebook,
            [rulebook.by_id[rule_id] for rule_id in rule_ids],
            signed_by="Rita Verdi",
            register_number="Cremona 123",
            signed_on=date(2026, 11, 21),
            actor="test",
        )


def text_of(path: Path) -> str:
    """All that a PDF says, in one line."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(path).pages).split())


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_rule_stands_in_both_formats_with_sentence_dates_source_confidence_and_doubt(
    session: Session, tmp_path: Path, language: str
) -> None:
    found, text = document(session), lines.of(language)
    pdf.write(found, tmp_path / "rules.pdf", language)
    xlsx.write(found, tmp_path / "rules.xlsx", language)

    said = text_of(tmp_path / "rules.pdf")
    sheet = openpyxl.load_workbook(tmp_path / "rules.xlsx")[text("section.rules")]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=2, values_only=True)}

    assert set(rows) == {rule.id for rule in loading.load().rows}
    # Lines fold: what is compared has no blanks.
    dense = re.sub(r"\s", "", said)
    for one in found.rules:
        rule = one.rule
        told = (rule.id, lines.sentence(rule, text), lines.dates(rule, text), lines.where(rule, text))
        for part in (*told, lines.doubt(one, text), text.named("confidence", rule.confidence)):
            assert re.sub(r"\s", "", part) in dense, (rule.id, part)
        assert rows[rule.id][2] == lines.sentence(rule, text)
        assert rows[rule.id][4].date() == rule.valid_from
    assert text("article")[:40] in said


def test_no_code_stands_where_a_word_belongs_in_italian(session: Session) -> None:
    text = lines.of("it")

    shown = [value for one in document(session).rules for pair in lines.values(one.rule, text) for value in pair]
    shown += [lines.case(case, text) for case in cases.load()]

    assert [value for value in shown if re.search(r"[A-Z]{2,}_|_[a-z]|\b[A-Z]{6,}\b", value)] == []


def test_every_interpretation_asks_its_question_and_every_question_has_its_rule() -> None:
    rulebook = loading.load()

    asked = {rule.id for rule in rulebook.rows if rule.confidence is Confidence.UNCERTAIN}

    assert asked - doubts.load().keys() == set()
    assert doubts.load().keys() - rulebook.by_id.keys() == set()
    assert all(set(told) == {"it", "en"} for told in doubts.load().values())


def test_amounts_units_and_rates_are_written_as_people_read_them(session: Session) -> None:
    text = lines.of("it")
    values = {one.rule.id: dict(lines.values(one.rule, text)) for one in document(session).rules}

    assert values["fringe-threshold-2025"]["importo"] == "1.000,00 € l'anno"
    assert values["meal-electronic-2026"]["importo"] == "10,00 € al giorno"
    assert values["fringe-threshold-2025"]["oltre il limite"] == "tutto imponibile"
    assert values["circle-c-relatives"]["a condizione di (basta una)"] == "convivenza, mantenimento"


def test_a_rule_names_the_cases_that_are_about_it_first(session: Session) -> None:
    found = document(session)
    [elderly] = [one for one in found.rules if one.rule.id == "age-elderly"]

    assert len(found.cases) >= 40
    assert elderly.cases
    assert "age-elderly" in found.case(elderly.cases[0]).rules
    assert len(set(elderly.cases)) == len(elderly.cases)


def test_signatures_and_lost_signatures_stand_on_the_page(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(session, "health-fund-cap", "pension-cap-2026")
    rulebook = loading.load()
    changed = rulebook.by_id["pension-cap-2026"]
    hashes = signing.content_hash
    # As if the rule had been rewritten since.
    monkeypatch.setattr(signing, "content_hash", lambda rule: "0" * 64 if rule is changed else hashes(rule))

    found = document(session)
    pdf.write(found, tmp_path / "rules.pdf")
    said = text_of(tmp_path / "rules.pdf")

    assert (found.signed, found.last_signed_on) == (1, date(2026, 11, 21))
    assert "pension-cap-2026 · cambiata · era firmata da Rita Verdi (Cremona 123) il 21/11/2026" in said
    assert f"firmate 1 di {len(rulebook.rows)}" in said
    assert f"Mai firmate: {len(rulebook.rows) - 2} regole." in said
    assert said.count("firmata da Rita Verdi (Cremona 123) il 21/11/2026") == 3


def test_an_unsigned_rulebook_says_so(session: Session, tmp_path: Path) -> None:
    pdf.write(document(session), tmp_path / "rules.pdf")

    assert "Nessuna regola è stata ancora firmata." in text_of(tmp_path / "rules.pdf")


# Words that an Italian sentence does not have; "on top" is the name of a plan source, "all" what one types to sign.
ENGLISH = re.compile(
    r"\b(the|of|is|are|and|not|with|without|for|from|by|when|under|over|past|child|mother|law|known|missing|whole|worker|"
    r"employer|employee|year|before|after|first|last|this|that|it|its|has|have|was|were|be|been|than|then|there|which|"
    r"who|what|where|how|if|as|at|to|but|any|each|other|tax|taxable|exempt|case|reading|cents|voucher|rules?|text|rate|"
    r"relative|dependent|amount|yes|days?|month|price|outcome|blocked)\b"
)


def english(said: str) -> set[str]:
    """The English words of a text, but for the ids of rules, what is typed at a command line and the names of sites."""
    without = re.sub(r"«borsellino [^»]*»|--[a-z]+|\S*[a-z0-9][-.][a-z]\S*", " ", said)
    return set(ENGLISH.findall(without.lower()))


def test_nothing_english_stands_in_the_italian_document(session: Session, tmp_path: Path) -> None:
    found = document(session)
    pdf.write(found, tmp_path / "rules.pdf")
    xlsx.write(found, tmp_path / "rules.xlsx")
    book = openpyxl.load_workbook(tmp_path / "rules.xlsx")

    cells = [value for sheet in book for row in sheet.iter_rows(values_only=True) for value in row]
    told = [value for value in cells if isinstance(value, str)]
    told += [page.extract_text() for page in pypdf.PdfReader(tmp_path / "rules.pdf").pages]

    assert {value: words for value in told if (words := english(value))} == {}
    assert english("art. 51 speaks of the employer's payments only") == {"of", "the", "employer"}


def test_a_case_stands_with_its_name_what_the_worker_reads_its_source_and_its_rules(
    session: Session, tmp_path: Path
) -> None:
    found, text = document(session), lines.of("it")
    pdf.write(found, tmp_path / "rules.pdf")
    xlsx.write(found, tmp_path / "rules.xlsx")
    dense = re.sub(r"\s", "", text_of(tmp_path / "rules.pdf"))
    book = openpyxl.load_workbook(tmp_path / "rules.xlsx")
    rows = list(book[text("section.cases")].iter_rows(min_row=2, values_only=True))
    rows_of_bonuses = list(book[text("section.bonus_cases")].iter_rows(min_row=2, values_only=True))

    for case, decided, row in zip(found.cases, found.decisions, rows, strict=True):
        assert (row[1], row[9], row[10]) == (case.name, decided.sentence("it"), case.note)
        assert (row[11] or "") == ", ".join(decided.rule_ids)
        # A case is never parted between two pages.
        whole = case.name + lines.case(case, text)
        assert re.sub(r"\s", "", whole) in dense, case.name
        assert re.sub(r"\s", "", text("case.read", sentence=decided.sentence("it"))) in dense, case.name
        assert re.sub(r"\s", "", text("case.why", why=case.note) + lines.applied(decided.rule_ids, text)) in dense
    for bonus, rules, row in zip(found.bonus_cases, found.bonus_rules, rows_of_bonuses, strict=True):
        assert (row[1], row[6], row[7]) == (bonus.name, bonus.note, ", ".join(rules))
        assert (row[5] or "") == lines.bonus_figures(bonus, text)
        assert re.sub(r"\s", "", bonus.name + lines.bonus(bonus, text)) in dense, bonus.name
    published = next(bonus for bonus in found.bonus_cases if bonus.name == "Esempio pubblicato, 2026: tutto in denaro")
    assert lines.bonus_figures(published, text) == (
        "contributi 91,90; imposta sostitutiva 9,08 su 908,10; imposta ordinaria 0,00 su 0,00; netto e welfare 899,02"
    )


def test_a_rule_that_decides_nothing_says_who_declares_it(session: Session, tmp_path: Path) -> None:
    found, text = document(session), lines.of("it")
    pdf.write(found, tmp_path / "rules.pdf")

    declared = {one.rule.id for one in found.rules if lines.declared(one.rule)}

    assert declared == {"dependent-income", "dependent-income-young-child", "age-young-child"}
    assert text_of(tmp_path / "rules.pdf").count("Non applicata dal programma: se un familiare è a carico lo") == 3
    told = {lines.untried(one.rule, text) for one in found.rules if lines.declared(one.rule)}
    assert told == {text("declared")}


def test_the_same_document_has_the_same_bytes(session: Session, tmp_path: Path) -> None:
    found = document(session)
    for layout, ending in ((pdf, "pdf"), (xlsx, "xlsx")):
        for name in ("one", "two"):
            layout.write(found, tmp_path / f"{name}.{ending}")
        assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_the_pdf_is_sound_italian_and_numbered(session: Session, tmp_path: Path) -> None:
    pdf.write(document(session), tmp_path / "rules.pdf")

    with pikepdf.open(tmp_path / "rules.pdf") as found:
        assert found.check_pdf_syntax() == []
        assert str(found.Root.Lang) == "it-IT"
        pages = len(found.pages)
    assert f"Pagina {pages} di {pages}" in text_of(tmp_path / "rules.pdf")


def test_the_rules_of_bonuses_name_their_worked_cases(session: Session, tmp_path: Path) -> None:
    found, text = document(session), lines.of("it")
    sheets = {sheet.rule.id: sheet for sheet in found.rules}

    assert len(found.bonus_cases) >= 50
    tax = sheets["pdr-tax-2026"]
    shown = found.case(tax.cases[0])
    assert isinstance(shown, BonusCase)
    assert "pdr-tax-2026" in shown.rule_ids(loading.load())
    told = "Un caso svolto: Esempio pubblicato, 2026: tutto in denaro; premio di 1.000,00 €, 0 % in welfare"
    assert lines.example(shown, text).startswith(told)
    # What welfare in a fund bears is told beside the comparison, and is no figure of it.
    bare = {rule_id for rule_id, sheet in sheets.items() if rule_id.startswith("pdr-") and not sheet.cases}
    assert bare == {"pdr-solidarity-contribution"}

    pdf.write(found, tmp_path / "rules.pdf", "it")
    xlsx.write(found, tmp_path / "rules.xlsx", "it")
    assert f"I casi svolti dei premi ({len(found.bonus_cases)})" in text_of(tmp_path / "rules.pdf")
    rows = list(openpyxl.load_workbook(tmp_path / "rules.xlsx")["Casi dei premi"].iter_rows(values_only=True))
    assert len(rows) == len(found.bonus_cases) + 1
    assert rows[1][0] == len(found.cases) + 1


def test_every_refusal_of_a_bonus_case_has_its_words() -> None:
    for language in ("it", "en"):
        for case in worked.load():
            if case.refusal != "bonus_rule_missing":
                assert lines.bonus_outcome(case, lines.of(language))
