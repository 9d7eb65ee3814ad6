"""Each way in which a purchase is declined: its code, and what the worker reads in both languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa

from plans.rulebook.words import Category, Channel, ExpenseKind, Kinship
from tests.factories import euro
from tests.wallet.scene import DIRECT, VOUCHER, Scene
from tests.wallet.social_office import open_office
from wallet import authorizations, grants, hints, lots
from wallet.authorizations import Authorization
from wallet.declines import Decline
from wallet.purchases import Purchase


@dataclass(frozen=True)
class Case:
    code: Decline
    happens: Callable[[Scene], Authorization]
    it: str
    en: str


def employee_left(scene: Scene) -> Authorization:
    leaver = scene.person(left_on=date(2026, 3, 31))
    scene.grant(10_000, worker=leaver)
    scene.go_to(date(2026, 4, 1))
    return scene.ask("PSI-CR", leaver)


def wallet_frozen(scene: Scene) -> Authorization:
    scene.freeze()
    return scene.ask("PSI-CR")


def municipal_voucher(scene: Scene) -> Authorization:
    office = open_office(scene.session)
    scene.book_id, scene.worker = office.book_id, office.citizen()
    office.active(citizen=scene.worker)
    return scene.ask("PAS-CR")


def provider_not_qualified(scene: Scene) -> Authorization:
    scene.go_to(date(2026, 10, 15))
    return scene.ask("GDO-FC")


def service_not_in_plan(scene: Scene) -> Authorization:
    worker = scene.person()
    scene.plan("C", categories=frozenset({Category.CARE}))
    scene.grant(10_000, "C", worker)
    return scene.ask("PSI-CR", worker)


def category_not_allowed(scene: Scene) -> Authorization:
    worker = scene.person()
    scene.grant(20_000, worker=worker)
    child = scene.relative(worker=worker)
    return scene.ask("DOP-CR", worker, relative_id=child, channel=DIRECT, expense_kind=ExpenseKind.SPORT)


def lot_expired(scene: Scene) -> Authorization:
    scene.go_to(date(2026, 12, 1))
    return scene.ask("PSI-CR")


def annual_cap_exceeded(scene: Scene) -> Authorization:
    scene.session.execute(sa.text("update service set categories = '{HEALTH_FUND}' where code = 'LIN-MI'"))
    worker = scene.person()
    scene.plan("H", categories=frozenset({Category.HEALTH_FUND}))
    scene.grant(500_000, "H", worker)
    # Eleven times 360,00 are 3.960,00, above the yearly 3.615,20.
    return scene.ask("LIN-MI", worker, quantity=11, channel=DIRECT)


def spouse_of_unknown_dependency(scene: Scene) -> Authorization:
    return scene.ask("TPL-TO", relative_id=scene.relative(Kinship.SPOUSE), channel=VOUCHER)


CASES = [
    Case(Decline.EMPLOYEE_LEFT, employee_left, "Il rapporto di lavoro è finito", "The employment has ended"),
    Case(Decline.MUNICIPAL_VOUCHER, municipal_voucher, "è un voucher del Comune", "a voucher of the municipality"),
    Case(Decline.WALLET_FROZEN, wallet_frozen, "Il borsellino è sospeso", "The wallet is frozen"),
    Case(
        Decline.PROVIDER_NOT_QUALIFIED,
        provider_not_qualified,
        "Il fornitore oggi non è qualificato",
        "The provider is not qualified today",
    ),
    Case(
        Decline.CHANNEL_NOT_ALLOWED,
        lambda scene: scene.ask("PSI-CR", channel=Channel.REIMBURSEMENT),
        "non si può pagare in questo modo",
        "cannot be paid in this way",
    ),
    Case(
        Decline.PRICE_MISMATCH,
        lambda scene: scene.ask("PSI-CR", amount=6_000),
        "prezzo di listino di 55,00\xa0€ per colloquio",
        "the price of €55.00 per colloquio",
    ),
    Case(
        Decline.VOUCHER_TOPUP_NOT_ALLOWED,
        lambda scene: scene.ask("PSI-CR", amount=5_499, channel=VOUCHER),
        "copre l'intero prezzo (55,00\xa0€)",
        "covers the whole price (€55.00)",
    ),
    Case(
        Decline.VOUCHER_ONE_SERVICE_ONLY,
        lambda scene: scene.ask("PSI-CR", quantity=2, channel=VOUCHER),
        "Un buono vale per un solo servizio",
        "A voucher is for one service",
    ),
    Case(
        Decline.BENEFICIARY_NOT_ELIGIBLE,
        lambda scene: scene.ask("DOP-CR"),
        "Il piano non permette questa spesa per questa persona",
        "The plan does not allow this purchase for this person",
    ),
    Case(
        Decline.BENEFICIARY_DOCUMENT_MISSING,
        spouse_of_unknown_dependency,
        "Manca una dichiarazione o un dato",
        "A declaration or a fact about the person is missing",
    ),
    Case(
        Decline.SERVICE_NOT_IN_PLAN,
        service_not_in_plan,
        "Nessuno dei piani comprende questo servizio",
        "None of the plans includes this service",
    ),
    Case(
        Decline.CATEGORY_NOT_ALLOWED,
        category_not_allowed,
        "Le regole non ammettono questo acquisto",
        "The rules do not allow this purchase",
    ),
    Case(
        Decline.TERRITORY_NOT_ENABLED,
        # Matera's code; the service at home is Cremona's.
        lambda scene: scene.ask("ADI-CR", relative_id=scene.relative(Kinship.SPOUSE, comune="077014")),
        "non arriva nel comune di questa persona",
        "does not reach this person's town",
    ),
    Case(Decline.LOT_EXPIRED, lot_expired, "finisce prima del giorno", "ends before the day"),
    Case(
        Decline.INSUFFICIENT_FUNDS,
        lambda scene: scene.ask("FIS-NA", quantity=1),
        "è 200,00\xa0€, ne servono 350,00\xa0€",
        "is €200.00, €350.00 are needed",
    ),
    Case(
        Decline.FRINGE_LIMIT_EXCEEDED,
        # Twenty-three hours at 45,00 are 1.035,00.
        lambda scene: scene.ask("FAC-CR", quantity=23, channel=DIRECT),
        "supera il limite annuo dei fringe benefit",
        "crosses the yearly limit of fringe benefits",
    ),
    Case(
        Decline.ANNUAL_CAP_EXCEEDED,
        annual_cap_exceeded,
        "supera il limite esente dell'anno",
        "exceeds the year's exempt limit",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.code for case in CASES])
def test_a_decline_is_recorded_with_its_code_and_tells_the_worker_what_to_do(scene: Scene, case: Case) -> None:
    scene.grant(20_000)

    found = case.happens(scene)

    assert (found.status, found.decline_code) == ("declined", case.code)
    assert (found.hold_id, found.code, found.expires_at) == (None, None, None)
    assert case.it in found.sentence_it
    assert case.en in found.sentence_en
    assert scene.get(found) == found
    assert scene.differences() == []


def test_what_is_simulated_is_what_is_then_answered(scene: Scene) -> None:
    scene.grant(20_000)
    for wanted in (
        Purchase(scene.worker, "PSI-CR", quantity=1),
        Purchase(scene.worker, "PSI-CR", quantity=1, channel=Channel.REIMBURSEMENT),
        Purchase(scene.worker, "FIS-NA", quantity=1),
    ):
        before = scene.image()
        simulated = authorizations.simulate(scene.session, scene.book_id, wanted)
        assert scene.image() == before
        answered = authorizations.authorize(scene.session, scene.book_id, wanted, actor="test")
        assert (simulated.status, simulated.decline_code, simulated.amount_minor, simulated.facts) == (
            answered.status,
            answered.decline_code,
            answered.amount_minor,
            answered.facts,
        )


def test_a_frozen_wallet_is_simulated_as_frozen(scene: Scene) -> None:
    scene.grant(20_000)
    scene.freeze()

    found = authorizations.simulate(scene.session, scene.book_id, Purchase(scene.worker, "PSI-CR", quantity=1))

    assert found.decline_code == Decline.WALLET_FROZEN


def test_a_wallet_that_is_frozen_still_honours_what_was_authorized(scene: Scene) -> None:
    scene.grant(20_000)
    found = scene.buy("PSI-CR")
    scene.freeze()

    assert scene.capture(found).authorization.status == "captured"
    scene.freeze(status="open")
    assert scene.ask("PSI-CR").status == "authorized"


@pytest.mark.parametrize("decline", list(Decline))
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_decline_has_a_hint_in_both_languages(decline: Decline, language: str) -> None:
    said = hints.Said(
        decline=decline,
        outcome=None,
        reasons=[],
        warnings=[],
        figures={},
        unit="ora",
        unit_price_minor=1_000,
        amount_minor=2_000,
        available_minor=500,
    )

    sentence = hints.sentence(said, language)

    assert sentence.endswith(".")
    assert "{" not in sentence


def test_credit_of_a_plan_that_has_not_begun_is_not_called_expired(scene: Scene) -> None:
    worker = scene.person()
    scene.plan("N", starts_on=date(2026, 4, 1), ends_on=date(2027, 3, 31), spend_by=date(2027, 2, 28))
    scene.grant(10_000, "N", worker)

    assert scene.ask("PSI-CR", worker).decline_code == Decline.INSUFFICIENT_FUNDS
    scene.go_to(date(2026, 4, 1))
    assert scene.ask("PSI-CR", worker).status == "authorized"


def test_somebody_without_a_wallet_has_nothing_to_spend(scene: Scene) -> None:
    assert scene.ask("PSI-CR", scene.person()).decline_code == Decline.INSUFFICIENT_FUNDS


def test_a_doubt_about_the_category_is_said_in_both_languages(scene: Scene) -> None:
    scene.grant(20_000)
    mother = scene.relative(Kinship.SPOUSE, birth_date=date(1946, 1, 1))

    found = scene.buy("PAS-CR", relative_id=mother)

    assert hints.DOUBTFUL in found.warnings
    assert "va confermata dal welfare manager" in found.sentence_it
    assert "is to be confirmed by the welfare manager" in found.sentence_en


def test_credit_that_goes_between_the_look_and_the_hold_is_a_decline_like_any_other(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    lot = scene.grant(5_500)
    seen = scene.lots()
    grants.correct(scene.session, scene.book_id, lot, euro(1), reason="meanwhile", on=date(2026, 3, 10), actor="test")
    monkeypatch.setattr(lots, "of_wallet", lambda *_args: seen)

    found = scene.ask("PSI-CR", key="k")

    assert (found.status, found.decline_code, found.hold_id) == ("declined", Decline.INSUFFICIENT_FUNDS, None)
    assert scene.ask("PSI-CR", key="k").replayed
    assert scene.differences() == []
