"""Verification names whatever the wallet keeps that the journal does not say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa

from config.money import from_minor
from plans import people
from tests.wallet.scene import CONSENT, DIRECT, Scene, csv_file
from wallet import budgets, openings, verification
from wallet.acceptances import verification as acceptances
from wallet.redemptions import verification as redemptions
from wallet.reimbursements import verification as reimbursements
from wallet.settlement import verification as settlement
from wallet.social import verification as social
from wallet.verification import CHECKS, KINDS


@pytest.fixture
def busy(empty_scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A book in which everything happened, with the triggers off so that it can be tampered with."""
    scene = empty_scene
    scene.plan(carry_over_months=12, **CONSENT)
    code = people.employee(scene.session, scene.book_id, scene.person()).tax_code
    file = csv_file(tmp_path_factory.mktemp("budget"), [(code, "10,00")])
    budgets.load(scene.session, scene.book_id, "A", file, reference="r", on=date(2026, 3, 10), actor="test")
    brought = csv_file(tmp_path_factory.mktemp("opening"), [(code, "5,00")])
    openings.load(
        scene.session, scene.book_id, "A", brought, document_ref="d", platform="p", total=from_minor(500),
        on=date(2026, 3, 10), actor="test",
    )  # fmt: skip
    scene.grant(1_000, expires_on=date(2026, 3, 10))
    scene.go_to(date(2026, 3, 11))
    scene.expire()
    scene.grant(400_000)
    whole, parts, voided = scene.buy("PSI-MI", channel=DIRECT), scene.buy("FIS-NA"), scene.buy("PSI-CR")
    scene.capture(whole)
    scene.capture(parts, 3_500)
    scene.refund(whole, 1_000)
    scene.void(voided)
    scene.buy("BUO-CR", quantity=40)
    scene.capture(scene.buy("FAC-CR", consent=True))
    scene.buy("PSI-CR")
    scene.ask("DOP-CR")
    scene.session.execute(sa.text("set local session_replication_role = replica"))
    yield scene
    scene.session.execute(sa.text("set local session_replication_role = origin"))


def test_a_book_in_which_everything_happened_verifies(busy: Scene) -> None:
    assert busy.differences() == []


OPEN_VOUCHER = (
    'select authorization_id from "authorization"'
    " where book_id = :book and service_code = 'PSI-CR' and status = 'authorized'"
)
TAMPERINGS = [
    ("authorization_reserved", 'update "authorization" set amount_minor = amount_minor + 1, net_minor = net_minor + 1'),
    ("authorization_hold", "update \"authorization\" set expires_at = expires_at + interval '1 day'"),
    (
        "authorization_captured",
        'update "authorization" set captured_minor = captured_minor - 1, refunded_minor = 0 where captured_minor > 0',
    ),
    ("authorization_refunded", 'update "authorization" set refunded_minor = 1 where captured_minor > 0'),
    ("authorization_status", "update \"authorization\" set status = 'captured' where status = 'partially_captured'"),
    ("authorization_status", "update \"authorization\" set status = 'authorized' where status = 'voided'"),
    ("hold_without_authorization", "update \"authorization\" set hold_id = 999999999 where status = 'voided'"),
    ("fiscal_amount", f"delete from fiscal_event where authorization_id = ({OPEN_VOUCHER})"),
    ("fiscal_amount", "delete from fiscal_event where reason = 'voided'"),
    ("fiscal_year", "update fiscal_event set fiscal_year = 2025 where reason = 'refund'"),
    (
        "fiscal_negative",
        "update fiscal_event set exempt_minor = 0, taxable_minor = amount_minor where reason = 'refund'",
    ),
    (
        "fiscal_taxable",
        "update fiscal_event set exempt_minor = 0, taxable_minor = amount_minor"
        f" where authorization_id = ({OPEN_VOUCHER})",
    ),
    ("fiscal_event_elsewhere", "update fiscal_event set category = 'CARE' where category = 'SOCIAL_UTILITY'"),
    ("fringe_year_mixed", "delete from fiscal_event where reason = 'fringe_limit_exceeded'"),
    ("lot_account", "update account set kind = 'A' where code like 'lot:%'"),
    ("lot_account", "update balance b set floor_minor = null from lot l where l.account_id = b.account_id"),
    ("lot_source", "update lot set source = 'PDR'"),
    ("lot_carried", "update lot set carried_from = 'lot_nobody' where carried_from is not null"),
    ("account_without_lot", "update account set code = 'lot:x' where code = 'bank'"),
    ("lot_movement", "update entry set kind = 'expiry' where kind = 'grant'"),
    ("lot_movement", "update entry set kind = 'carry_over' where kind = 'capture'"),
    (
        "clearing_sum",
        "update balance b set debit_posted = debit_posted + 1 from account a"
        " where a.account_id = b.account_id and a.code = 'clearing:napoli'",
    ),
    ("clearing_position", "update \"authorization\" set delivery_territory = 'cremona' where provider_code = 'P12'"),
    ("provider_payable", "update \"authorization\" set provider_code = 'P01' where provider_code = 'P12'"),
    ("plan_receivable", "update entry set kind = 'gift' where kind = 'funding'"),
    ("plan_committed", "update entry set kind = 'gift' where kind = 'commitment'"),
    ("plan_funded", "update entry set kind = 'gift' where kind = 'grant'"),
    ("budget_total", "update budget_load set total_minor = total_minor + 1"),
    ("budget_rows", "update budget_load set rows = rows + 1"),
    ("grant_without_budget", "delete from budget_load"),
    ("opening_total", "update opening_load set total_minor = total_minor + 1"),
    ("opening_rows", "update opening_load set rows = rows + 1"),
    ("opening_without_proof", "delete from opening_load"),
]


@pytest.mark.parametrize(("kind", "tampering"), TAMPERINGS, ids=[f"{k}-{i}" for i, (k, _) in enumerate(TAMPERINGS)])
def test_what_was_tampered_with_is_named(busy: Scene, kind: str, tampering: str) -> None:
    busy.session.execute(sa.text('alter table "authorization" drop constraint ck_authorization_split'))
    changed = busy.session.execute(sa.text(tampering), {"book": busy.book_id} if ":book" in tampering else {})
    assert changed.rowcount > 0

    found = verification.verify(busy.session, busy.book_id)

    assert kind in {difference.kind for difference in found}
    for difference in found:
        assert difference.text("it")
        assert difference.text("en")


def test_every_kind_is_tried() -> None:
    elsewhere = (acceptances, redemptions, reimbursements, settlement, social)
    paid_out = {"residual_account", "residual_entry", "residual_reversal"}  # in test_residual_payments
    assert {kind for kind, _ in TAMPERINGS} == set(KINDS).difference(paid_out, *(part.KINDS for part in elsewhere))


def test_a_difference_is_a_sentence_in_both_languages() -> None:
    difference = verification.WalletDifference("provider_payable", "provider P04", "5500", "5400")

    assert str(difference) == "provider P04: what is owed is not captures less refunds (expected 5500, found 5400)"
    assert difference.text("it") == (
        "fornitore P04: il debito non è l'addebitato meno lo stornato (atteso 5500, trovato 5400)"
    )


def test_progress_hears_of_every_check(busy: Scene) -> None:
    heard: list[str] = []

    verification.verify(busy.session, busy.book_id, on_progress=heard.append)

    assert heard[-len(CHECKS) :] == [check.name for check in CHECKS]


def test_a_book_verifies_alone(busy: Scene) -> None:
    from tests.wallet.scene import open_scene

    other = open_scene(busy.session)
    busy.session.execute(sa.text('update "authorization" set refunded_minor = 0'))

    assert busy.differences() != []
    assert other.differences() == []
