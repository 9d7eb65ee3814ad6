"""Captures and voids: what becomes of money that is reserved."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from moneyed import Money

from ledger import books
from ledger.errors import (
    AmountNotPositive,
    CurrencyMismatch,
    HoldExpired,
    KeyReused,
    LedgerCorrupt,
    OccurredInFuture,
    RefusedBefore,
)
from network import qualification
from plans.rulebook.words import Category, Kinship
from tests.wallet.scene import CONSENT, DIRECT, VOUCHER, Scene
from wallet import captures
from wallet.errors import (
    AuthorizationNotFound,
    AuthorizationNotOpen,
    CaptureBeforeAuthorization,
    CaptureExceedsAuthorization,
    PartialCaptureNotAllowed,
)
from wallet.reasons import Voiding


def test_a_capture_owes_the_provider_what_the_lot_paid(scene: Scene) -> None:
    lot = scene.grant(10_000)

    change = scene.capture(scene.buy("PSI-CR"))

    assert (change.authorization.status, change.amount_minor, len(change.entry_ids)) == ("captured", 5_500, 1)
    assert (scene.posted("provider:P04"), scene.posted(f"lot:{lot}"), scene.left(lot)) == (5_500, 4_500, 4_500)
    assert scene.differences() == []


def test_ten_sessions_are_captured_as_they_are_given_and_the_rest_is_voided(scene: Scene) -> None:
    lot = scene.grant(35_000)
    found = scene.buy("FIS-NA")

    for session in range(1, 5):
        after = scene.capture(found, 3_500).authorization
        assert (after.status, after.captured_minor) == ("partially_captured", 3_500 * session)
    assert scene.left(lot) == 0
    voided = scene.void(found)

    assert (voided.authorization.status, voided.amount_minor) == ("captured", 21_000)
    assert (scene.left(lot), scene.posted("provider:P12")) == (21_000, 14_000)
    assert scene.taxed(found) == (14_000, 0)
    assert scene.differences() == []


def test_a_final_capture_gives_back_what_is_left(scene: Scene) -> None:
    lot = scene.grant(35_000)
    found = scene.buy("FIS-NA")

    after = scene.capture(found, 10_000, final=True).authorization

    assert (after.status, after.captured_minor, scene.left(lot)) == ("captured", 10_000, 25_000)
    with pytest.raises(AuthorizationNotOpen):
        scene.capture(found)


def test_parts_that_add_up_to_the_whole_end_the_authorization(scene: Scene) -> None:
    scene.grant(35_000)
    found = scene.buy("FIS-NA")

    scene.capture(found, 34_999)
    last = scene.capture(found, 1)

    assert last.authorization.status == "captured"
    with pytest.raises(AuthorizationNotOpen):
        scene.capture(found, 1)


def test_a_part_charges_the_lots_in_their_order(scene: Scene) -> None:
    early = scene.grant(20_000, expires_on=date(2026, 4, 30))
    late = scene.grant(20_000)
    found = scene.buy("FIS-NA")

    scene.capture(found, 25_000)

    assert (scene.posted(f"lot:{early}"), scene.posted(f"lot:{late}")) == (0, 15_000)


def test_a_service_given_elsewhere_passes_through_both_territories_whose_sum_stays_zero(scene: Scene) -> None:
    scene.grant(50_000)
    scene.capture(scene.buy("FIS-NA"), 10_000)
    scene.capture(scene.buy("PSI-MI"))

    assert scene.posted("clearing:napoli") == 10_000
    assert scene.posted("clearing:milano") == 6_000
    assert scene.posted("clearing:cremona") == -16_000
    assert (scene.posted("provider:P12"), scene.posted("provider:P18")) == (10_000, 6_000)
    assert scene.differences() == []


def test_a_service_given_at_home_needs_no_clearing(scene: Scene) -> None:
    scene.grant(10_000)

    scene.capture(scene.buy("PSI-CR"))

    codes = scene.session.execute(sa.text("select code from account where book_id = :b"), {"b": scene.book_id})
    assert [code for code in codes.scalars() if code.startswith("clearing:")] == []


@pytest.mark.parametrize("amount", [1, 5_499, 5_501])
def test_a_voucher_is_captured_whole_or_not_at_all(scene: Scene, amount: int) -> None:
    scene.grant(10_000)
    found = scene.buy("PSI-CR", channel=VOUCHER)
    before = scene.image()

    with pytest.raises(PartialCaptureNotAllowed):
        scene.capture(found, amount)

    assert scene.image() == before
    assert scene.capture(found, 5_500).authorization.status == "captured"


def test_a_voucher_is_taxed_when_it_is_issued_and_its_capture_adds_nothing(scene: Scene) -> None:
    scene.grant(10_000)
    found = scene.buy("PSI-CR", channel=VOUCHER)
    issued = scene.events(found)

    scene.capture(found)

    assert scene.events(found) == issued == [("use", 5_500, 0, "voucher_issued", 2026)]


def test_a_direct_service_is_taxed_as_it_is_given(scene: Scene) -> None:
    scene.grant(40_000)
    found = scene.buy("FIS-NA")
    assert scene.events(found) == []

    scene.capture(found, 10_000)
    scene.capture(found, 25_000)

    assert scene.events(found) == [("use", 10_000, 0, "delivered", 2026), ("use", 25_000, 0, "delivered", 2026)]


def test_what_comes_last_is_taxable_and_the_captures_add_up(scene: Scene) -> None:
    # Eleven at 360,00 are 3.960,00 against a cap of 3.615,20: 344,80 are taxable.
    scene.session.execute(sa.text("update service set categories = '{HEALTH_FUND}' where code = 'LIN-MI'"))
    scene.plan("H", categories=frozenset({Category.HEALTH_FUND}), **CONSENT)
    scene.grant(396_000, "H")
    found = scene.buy("LIN-MI", quantity=11, channel=DIRECT, consent=True)
    assert (found.exempt_minor, found.taxable_minor) == (361_520, 34_480)

    scene.capture(found, 100_000)
    scene.capture(found, 100_000)
    scene.capture(found)

    assert scene.events(found) == [
        ("use", 100_000, 0, "delivered", 2026),
        ("use", 100_000, 0, "delivered", 2026),
        ("use", 161_520, 34_480, "delivered", 2026),
    ]
    assert scene.taxed(found) == (361_520, 34_480)
    assert scene.differences() == []


def test_more_than_is_reserved_is_refused_and_nothing_changes(scene: Scene) -> None:
    scene.grant(100_000)
    found = scene.buy("FIS-NA")
    scene.capture(found, 10_000)
    before = scene.image()

    with pytest.raises(CaptureExceedsAuthorization) as refusal:
        scene.capture(found, 25_001)

    assert refusal.value.details["reserved"] == Money("250", "EUR")
    assert "250,00\xa0€" in refusal.value.text("it")
    # Accounts that were opened for the refused capture existed already.
    assert scene.image() == before


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_or_less_is_refused(scene: Scene, amount: int) -> None:
    scene.grant(100_000)

    with pytest.raises(AmountNotPositive):
        scene.capture(scene.buy("FIS-NA"), amount)


def test_another_currency_is_refused(scene: Scene) -> None:
    scene.grant(100_000)
    found = scene.buy("FIS-NA")

    with pytest.raises(CurrencyMismatch):
        captures.capture(scene.session, scene.book_id, found.authorization_id, Money("10", "USD"), actor="test")


def test_a_delivery_in_the_future_is_refused(scene: Scene) -> None:
    scene.grant(100_000)

    with pytest.raises(OccurredInFuture):
        scene.capture(scene.buy("FIS-NA"), on=date(2026, 3, 11))


def test_a_capture_after_its_time_is_refused_swept_or_not(scene: Scene) -> None:
    scene.grant(100_000)
    found = scene.buy("FIS-NA")
    scene.go_to(date(2026, 3, 17))

    with pytest.raises(HoldExpired):
        scene.capture(found)
    with pytest.raises(HoldExpired):
        scene.void(found)
    scene.expire()
    with pytest.raises(AuthorizationNotOpen) as refusal:
        scene.capture(found)
    assert refusal.value.details["status"] == "expired"


def test_a_lot_that_expires_while_held_is_captured_until_the_hold_ends(scene: Scene) -> None:
    lot = scene.grant(10_000, expires_on=date(2026, 3, 12))
    found = scene.buy("PSI-CR")
    scene.go_to(date(2026, 3, 13))
    scene.expire()

    assert scene.capture(found).authorization.status == "captured"
    assert scene.posted(f"lot:{lot}") == 0
    assert scene.differences() == []


def test_what_is_not_there_is_not_found(scene: Scene) -> None:
    with pytest.raises(AuthorizationNotFound):
        captures.capture(scene.session, scene.book_id, "aut_nobody", actor="test")
    with pytest.raises(AuthorizationNotFound):
        captures.void(scene.session, scene.book_id, "aut_nobody", actor="test")
    with pytest.raises(AuthorizationNotFound):
        captures.refund(scene.session, scene.book_id, "aut_nobody", actor="test")


def test_another_books_authorization_is_not_found(scene: Scene) -> None:
    from tests.wallet.scene import open_scene

    scene.grant(10_000)
    found = scene.buy("PSI-CR")
    other = open_scene(scene.session)

    with pytest.raises(AuthorizationNotFound):
        other.capture(found)


def test_a_declined_purchase_can_be_neither_captured_nor_voided_nor_refunded(scene: Scene) -> None:
    found = scene.ask("PSI-CR")

    for verb in (scene.capture, scene.void):
        with pytest.raises(AuthorizationNotOpen):
            verb(found)


# -- keys ------------------------------------------------------------------------------------------------------------


def test_the_same_key_captures_once(scene: Scene) -> None:
    scene.grant(100_000)
    found = scene.buy("FIS-NA")
    first = scene.capture(found, 10_000, key="k")

    again = scene.capture(found, 10_000, key="k")

    assert (again.entry_ids, again.amount_minor) == (first.entry_ids, first.amount_minor)
    assert (again.authorization.replayed, first.authorization.replayed) == (True, False)
    assert scene.get(found).captured_minor == 10_000


@pytest.mark.parametrize(
    "other", [{"amount": 10_001}, {"amount": None}, {"final": True}, {"on": date(2026, 3, 9)}], ids=str
)
def test_a_key_stands_for_the_whole_request(scene: Scene, other: dict[str, object]) -> None:
    scene.grant(100_000)
    found = scene.buy("FIS-NA")
    scene.capture(found, 10_000, key="k")

    with pytest.raises(KeyReused):
        scene.capture(found, **({"amount": 10_000, "key": "k"} | other))  # type: ignore[arg-type]


def test_two_clients_may_use_the_same_key(scene: Scene) -> None:
    scene.grant(100_000)
    found = scene.buy("FIS-NA")

    scene.capture(found, 10_000, key="1", actor="app")
    scene.capture(found, 10_000, key="1", actor="desk")
    scene.refund(found, 1_000, key="1", actor="app")
    scene.refund(found, 1_000, key="1", actor="desk")

    assert (scene.get(found).captured_minor, scene.get(found).refunded_minor) == (20_000, 2_000)


# -- voids -----------------------------------------------------------------------------------------------------------


def test_a_void_frees_the_money_and_undoes_the_vouchers_tax(scene: Scene) -> None:
    lot = scene.grant(10_000)
    found = scene.buy("PSI-CR")

    change = scene.void(found, reason=Voiding.CHANGED_MIND, key="k")

    assert (change.authorization.status, change.amount_minor, change.entry_ids) == ("voided", 5_500, ())
    assert scene.left(lot) == 10_000
    assert scene.events(found)[1:] == [("reversal", 5_500, 0, "changed_mind", 2026)]
    assert scene.void(found, reason=Voiding.CHANGED_MIND, key="k").authorization.replayed
    with pytest.raises(AuthorizationNotOpen):
        scene.void(found)
    with pytest.raises(AuthorizationNotOpen):
        scene.capture(found)
    assert scene.differences() == []


def test_what_a_suspended_provider_has_open_is_voided(scene: Scene) -> None:
    scene.grant(100_000)
    open_one, captured, elsewhere = scene.buy("PSI-CR"), scene.buy("PSI-CR"), scene.buy("FIS-NA")
    scene.capture(captured)
    due = scene.buy("PSI-CR", service_on=date(2026, 3, 5))
    scene.go_to(date(2026, 3, 11))
    qualification.suspend(scene.session, "P04", date(2026, 3, 11), "DURC")

    changes = captures.void_of_provider(scene.session, "P04", actor="test")

    assert [change.authorization.authorization_id for change in changes] == [open_one.authorization_id]
    assert [scene.get(found).status for found in (open_one, captured, elsewhere, due)] == [
        "voided",
        "captured",
        "authorized",
        "authorized",
    ]
    assert scene.ask("PSI-CR").decline_code == "provider_not_qualified"
    assert scene.differences() == []


def test_in_a_stopped_book_nothing_is_voided_and_a_suspension_goes_on(scene: Scene) -> None:
    scene.grant(10_000)
    found = scene.buy("PSI-CR")
    books.stop(scene.session, scene.book_id)
    before = scene.image()

    with pytest.raises(LedgerCorrupt):
        scene.void(found)
    assert captures.void_of_provider(scene.session, "P04", actor="test") == []

    assert scene.image() == before
    books.resume(scene.session, scene.book_id)
    assert len(captures.void_of_provider(scene.session, "P04", actor="test")) == 1


def test_an_outsiders_fringe_benefit_is_wages_and_leaves_the_limit_alone(scene: Scene) -> None:
    scene.plan("T", **CONSENT)
    scene.grant(300_000, "T")
    brother = scene.relative(Kinship.SIBLING)

    for_brother = scene.buy("FAC-CR", quantity=20, relative_id=brother, consent=True)
    scene.capture(for_brother)
    own = scene.buy("FAC-CR", quantity=20)
    scene.capture(own)

    assert (for_brother.in_limit, own.in_limit) == (False, True)
    assert (scene.taxed(for_brother), scene.taxed(own)) == ((0, 90_000), (90_000, 0))
    assert scene.differences() == []


# -- the days ----------------------------------------------------------------------------------------------------------


def test_a_capture_cannot_be_dated_before_its_authorization(scene: Scene) -> None:
    scene.grant(35_000)
    found = scene.buy("FIS-NA")
    before = scene.image()

    with pytest.raises(CaptureBeforeAuthorization):
        scene.capture(found, 3_500, on=found.decided_at.date() - timedelta(days=1))

    assert scene.image() == before


def test_a_refused_capture_stays_refused_under_its_key(scene: Scene) -> None:
    scene.grant(35_000)
    found = scene.buy("FIS-NA")
    with pytest.raises(CaptureExceedsAuthorization):
        scene.capture(found, 35_001, key="k")

    with pytest.raises(KeyReused):
        scene.capture(found, 100, key="k")
    with pytest.raises(RefusedBefore) as again:
        scene.capture(found, 35_001, key="k")

    assert again.value.code == "capture_exceeds_authorization"
    assert "350,00" in again.value.text("it")


def test_a_capture_refused_by_a_stopped_book_goes_through_under_its_key_once_it_is_resumed(scene: Scene) -> None:
    scene.grant(35_000)
    found = scene.buy("FIS-NA")
    books.stop(scene.session, scene.book_id)
    with pytest.raises(LedgerCorrupt):
        scene.capture(found, key="k")
    books.resume(scene.session, scene.book_id)

    assert scene.capture(found, key="k").authorization.status == "captured"
    assert scene.capture(found, key="k").authorization.replayed


def test_a_replay_shows_the_authorization_as_it_was(scene: Scene) -> None:
    scene.grant(35_000)
    found = scene.buy("FIS-NA")
    scene.capture(found, 100, key="first")
    scene.capture(found, 34_900)

    again = scene.capture(found, 100, key="first")

    assert (again.authorization.status, again.authorization.captured_minor) == ("partially_captured", 100)
    assert again.authorization.replayed
