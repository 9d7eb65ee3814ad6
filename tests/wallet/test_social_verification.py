"""Verification names whatever is kept of own money and of agreements that the journal does not say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import sqlalchemy as sa

from config import clock
from tests.factories import euro
from tests.wallet.scene import Scene
from tests.wallet.social_office import Office, open_office
from wallet import verification
from wallet.social import claims, purchases
from wallet.social.verification import KINDS


@pytest.fixture
def busy(empty_scene: Scene) -> Iterator[Office]:
    """A municipality with shares that were spent and given back, and claims on an agreement; triggers off."""
    office = open_office(empty_scene.session)
    asked = office.active()
    office.captured(asked, 2)
    voided = office.buy(asked).authorization.authorization_id
    purchases.void(office.session, office.book_id, voided, actor="x")
    office.buy(asked)
    claims.fund(office.session, office.book_id, "EDU-COP", euro(500_000), on=clock.today(), actor="x")
    claims.claim(
        office.session, office.book_id, "EDU-COP", "P01", euro(120_000), reference="R-1",
        period_from=date(2026, 1, 1), period_to=date(2026, 3, 10), on=clock.today(), actor="x",
    )  # fmt: skip
    assert verification.verify(office.session, office.book_id) == []
    with office.session.begin_nested() as tampering:
        office.session.execute(sa.text("set local session_replication_role = replica"))
        yield office
        tampering.rollback()


RETURN = "entry_id in (select entry_id from entry where kind = 'tender_return')"
SHARE = "entry_id in (select entry_id from entry where kind = 'grant' and memo like 'POS-%')"
ENDED = "entry_id in (select entry_id from entry where kind = 'expiry')"
GONE_BACK = "select tender_id from tender_return"
CLAIM = "entry_id in (select entry_id from entry where kind = 'cost_report')"
TAMPERINGS = [
    ("tender_account", "delete from tender where authorization_id in (select authorization_id from tender limit 1)"),
    (
        "tender_account",
        "update balance b set debit_posted = debit_posted + 1 from account a"
        " where a.account_id = b.account_id and a.code = 'tender:card'",
    ),
    ("tender_account", "update account set code = 'tender:pagopa' where code = 'tender:card'"),
    ("tender_entry", "update tender set amount_minor = amount_minor + case when amount_minor > 200 then 1 else -1 end"),
    ("tender_entry", "update entry set memo = 'altro' where kind = 'funding' and memo like 'POS-%'"),
    ("tender_return_entry", "update tender_return set amount_minor = amount_minor - 1"),
    ("tender_return_entry", "delete from tender_return"),
    ("tender_return_entry", f"update posting set amount_minor = amount_minor + 1 where {RETURN}"),
    ("tender_returned_twice", "update tender_return set amount_minor = amount_minor + 1"),
    ("tender_lot", "update entry set kind = 'gift' where kind = 'grant' and memo like 'POS-%'"),
    ("tender_lot", "update tender set lot_id = 'lot_of_nobody'"),
    ("tender_lot", f"update posting set amount_minor = amount_minor + 1 where {SHARE}"),
    ("tender_lot_returned", f"update posting set amount_minor = amount_minor - 1 where {ENDED}"),
    ("tender_lot_returned", f"update tender set lot_id = 'lot_of_nobody' where tender_id in ({GONE_BACK})"),
    ("own_money_paid", f"update posting set amount_minor = amount_minor - 1 where {ENDED}"),
    (
        "own_money_paid",
        "insert into residual_payment select book_id, 'rpy_1', employee_id, plan_id, 'CITIZEN', 'OPERATOR', 'IT', 'x',"
        "  1, paid_on, 1, 'x' from tender limit 1",
    ),
    ("share_split", "update social_use set municipal_minor = municipal_minor - 1, citizen_minor = citizen_minor + 1"),
    ("share_split", "update social_use set municipal_minor = municipal_minor - 1"),
    ("entrusted_account", "update social_claim set amount_minor = amount_minor + 1"),
    ("entrusted_account", "update social_claim set partner = 'P03'"),
    ("entrusted_account", "update entry set kind = 'gift' where kind = 'service_budget'"),
    (
        "entrusted_account",
        "update balance b set credit_posted = credit_posted - 1 from account a"
        " where a.account_id = b.account_id and a.code = 'entrusted:EDU-COP:budget'",
    ),
    ("claim_entry", "update social_claim set kind = 'PRICE'"),
    ("claim_entry", "delete from social_claim"),
    ("claim_entry", f"update posting set amount_minor = amount_minor - 1 where {CLAIM}"),
]


@pytest.mark.parametrize(("kind", "tampering"), TAMPERINGS, ids=[f"{k}-{n}" for n, (k, _) in enumerate(TAMPERINGS)])
def test_what_was_tampered_with_is_named(busy: Office, kind: str, tampering: str) -> None:
    changed = busy.session.execute(sa.text(tampering)).rowcount  # type: ignore[attr-defined]
    assert changed

    found = verification.verify(busy.session, busy.book_id)

    assert kind in {difference.kind for difference in found}
    for difference in found:
        assert difference.text("it") != difference.text("en")


def test_every_kind_is_tried() -> None:
    assert {kind for kind, _ in TAMPERINGS} == set(KINDS)
