"""What the worker reads."""

from datetime import date

import pytest

from plans.rulebook import decision, loading, sentences
from plans.rulebook.facts import Facts, Relative
from plans.rulebook.words import Category, Channel, Entitlement, Kinship, Outcome, PlanSource

TODAY = date(2026, 11, 22)


def decide(facts: Facts) -> decision.Decision:
    return decision.decide(facts, loading.load(), TODAY, TODAY)


def test_the_worker_past_the_fringe_limit_reads_the_whole_total_and_where_it_comes_from() -> None:
    luca = Facts(
        Category.FRINGE,
        Channel.VOUCHER,
        PlanSource.ON_TOP,
        Entitlement.ALL,
        2_500,
        year_used_minor=50_000,
        external_fringe_minor=48_000,
    )

    found = decide(luca)

    nbsp = "\N{NO-BREAK SPACE}"
    assert found.sentence("it").replace(nbsp, " ") == (
        "Su questa spesa paghi le tasse: 25,00 € entrano in busta paga come reddito. "
        "Con questa spesa il totale dell'anno arriva a 1.005,00 € e supera il limite di 1.000,00 €: diventa tassato "
        "tutto, non solo la parte in più. Del totale, 525,00 € vengono dal tuo borsellino e 480,00 € da altri benefit. "
        "Puoi rinunciare, usare soldi tuoi o accettare."
    )
    assert "€1,005.00" in found.sentence("en")


def test_the_worker_with_a_far_mother_reads_what_to_declare_and_the_other_ways() -> None:
    mother = Relative(Kinship.PARENT, birth_date=date(1946, 12, 10))
    marco = Facts(Category.CARE, Channel.DIRECT, PlanSource.ON_TOP, Entitlement.ALL, 39_000, relative=mother)

    text = decide(marco).sentence("it")

    for words in ("dichiaralo", "soldi tuoi", "Comune", "accettare"):
        assert words in text


def test_a_purchase_taxed_in_part_says_both_parts() -> None:
    found = decide(
        Facts(Category.PENSION, Channel.DIRECT, PlanSource.ON_TOP, Entitlement.ALL, 540_000, external_cap_minor=0)
    )

    assert found.outcome is Outcome.TAXABLE
    assert "€5,300.00" in found.sentence("en")
    assert "€100.00" in found.sentence("en")


def test_every_code_speaks_both_languages_in_plain_words() -> None:
    for table in sentences.load().values():
        for code, texts in table.items():
            for text in texts.values():
                assert text.endswith("."), code
                assert max(map(len, text.split(". "))) < 200, code
                assert not any(character.isdigit() for character in text), code


def test_no_other_language_is_spoken() -> None:
    found = decide(Facts(Category.FRINGE, Channel.DIRECT, PlanSource.ON_TOP, Entitlement.ALL, 100))

    with pytest.raises(ValueError, match="no sentences in 'fr'"):
        found.sentence("fr")
