"""What a worker reads of a purchase: in the second person, and never an offer that the plan does not make."""

from __future__ import annotations

import re

import pytest

from plans.rulebook import sentences
from plans.rulebook.words import Outcome, Reason, Warn
from wallet import hints
from wallet.declines import Decline
from wallet.hints import Said

FIGURES = {
    "amount_minor": 4_600,
    "exempt_minor": 0,
    "taxable_minor": 4_600,
    "limit_minor": 100_000,
    "year_total_minor": 104_600,
    "ours_minor": 54_600,
    "external_minor": 50_000,
    "age_years": 75,
    "price_minor": 2_300,
    "left_minor": 0,
}
OFFER = {"it": "accetta", "en": "accept"}
OFFERED = sorted(
    reason for reason, texts in sentences.load()["reason"].items() if any(OFFER[name] in texts[name] for name in OFFER)
)


def said(reason: str, *, admitted: bool, decline: Decline | None = Decline.BENEFICIARY_NOT_ELIGIBLE) -> Said:
    return Said(
        decline=decline,
        outcome=Outcome.TAXABLE,
        reasons=[reason],
        warnings=[Warn.INTERPRETATIVE_RULE, hints.DOUBTFUL],
        figures=FIGURES,
        unit="ora",
        unit_price_minor=2_300,
        amount_minor=4_600,
        available_minor=10_000,
        taxable_admitted=admitted,
    )


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("reason", Reason)
def test_where_the_plan_refuses_what_is_taxed_nobody_is_told_to_accept_it(reason: Reason, language: str) -> None:
    text = hints.sentence(said(reason, admitted=False), language)

    assert OFFER[language] not in text
    assert "consens" not in text
    assert "{" not in text
    assert {"it": "il tuo piano non ammette", "en": "your plan does not admit"}[language] in text


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("reason", OFFERED)
def test_where_the_plan_admits_it_the_offer_stands(reason: str, language: str) -> None:
    assert OFFER[language] in hints.sentence(said(reason, admitted=True), language)


def test_a_refusal_by_policy_still_says_why_what_to_do_and_what_is_in_doubt() -> None:
    text = hints.sentence(said(Reason.NOT_COHABITING, admitted=False), "it")

    assert text == (
        "Il piano non permette questa spesa per questa persona. "
        "Questa spesa sarebbe tassata, e il tuo piano non ammette spese tassate. "
        "La legge chiede che questa persona viva con te. Se vive con te, dichiaralo. "
        "Se no, puoi usare soldi tuoi o chiedere al Comune. "
        "Su questo punto la legge non è chiara: la risposta segue un'interpretazione. "
        "Se hai dubbi, chiedi all'ufficio paghe. "
        "La categoria fiscale di questo servizio va confermata dal welfare manager."
    )


def test_whoever_may_consent_is_told_what_it_costs() -> None:
    asked = hints.sentence(said(Reason.DAILY_CAP_EXCEEDED, admitted=True, decline=Decline.NEEDS_CONSENT), "it")
    useless = hints.sentence(said(Reason.DAILY_CAP_EXCEEDED, admitted=False, decline=Decline.NEEDS_CONSENT), "it")

    assert asked.startswith(
        "Questa spesa non è esente da tasse: si fa solo con il tuo consenso. Sarebbe tassata: 46,00"
    )
    assert "tasse e contributi su questa somma ti sarebbero trattenuti dallo stipendio" in asked
    assert useless.startswith("Questa spesa sarebbe tassata, e il tuo piano non ammette spese tassate. ")


def test_figures_stand_in_a_refusal_by_policy_as_money() -> None:
    limit = hints.sentence(
        said(Reason.FRINGE_LIMIT_EXCEEDED, admitted=False, decline=Decline.FRINGE_LIMIT_EXCEEDED), "it"
    )

    assert "arriverebbe a 1.046,00\xa0€ e supererebbe il limite di 1.000,00\xa0€" in limit
    assert "546,00\xa0€ verrebbero dal tuo borsellino e 500,00\xa0€ da altri benefit" in limit


def test_every_other_reason_of_the_rulebook_offers_nothing() -> None:
    assert set(OFFERED) == set(hints._WITHOUT_OFFER)


@pytest.mark.parametrize("decline", Decline)
def test_the_worker_is_addressed_as_tu(decline: Decline) -> None:
    advice = hints._HINTS[decline][0].rpartition(": ")[2]

    # Neither the infinitive that offices are addressed with nor the second person plural.
    assert not re.match(r"\w+(?:are|ere|ire|ate|ete|ite)(?:ne|lo|si)?\b", advice)
