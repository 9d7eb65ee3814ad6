"""What a mandatary recharges to the employer, and the VAT it adds as the employer's own debt."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ledger import posting
from plans import funders
from plans.words import FunderKind
from tests.factories import euro
from tests.reports.network_story import APRIL, MARCH, TODAY, NetworkStory, tell
from tests.stories.reading import assert_sound, balances, on
from wallet import captures, recharges
from wallet.errors import RechargeNotForFunder, RechargePaymentExceedsDue


@pytest.fixture
def story(session: Session) -> NetworkStory:
    return tell(session)


def by_name(session: Session, story: NetworkStory, book_id: int, month: date) -> dict[str, tuple[object, ...]]:
    names = {bought.authorization_id: name for name, bought in story.bought.items()}
    return {
        names[x.authorization_id]: (x.regime, x.net_minor, x.vat_minor, x.gross_minor, x.paid_minor, x.added_minor)
        for x in recharges.lines(session, book_id, month)
    }


def test_a_regime_of_the_service_passes_on_and_one_of_the_provider_does_not(
    session: Session, story: NetworkStory
) -> None:
    assert by_name(session, story, story.e1, MARCH[0]) == {
        "after-school": ("V5", 9_524, 476, 10_000, 10_000, 0),
        "speech": ("V22", 4_000, 880, 4_880, 4_000, 880),
        "psychologist": ("E18", 6_000, 0, 6_000, 6_000, 0),
        "physiotherapy": ("E18", 7_000, 0, 7_000, 7_000, 0),
    }
    assert by_name(session, story, story.e1, APRIL[0]) == {"after-school": ("V5", 2_857, 143, 3_000, 3_000, 0)}


def test_a_refund_takes_its_added_vat_back(session: Session, story: NetworkStory) -> None:
    # 80,00 in March: 17,60 of VAT; 40,00 given back in April: 8,80 less.
    assert by_name(session, story, story.e3, MARCH[0])["speech twice"] == ("V22", 8_000, 1_760, 9_760, 8_000, 1_760)
    assert by_name(session, story, story.e3, APRIL[0]) == {"speech twice": ("V22", -4_000, -880, -4_880, -4_000, -880)}


def test_recording_writes_the_employers_debt_once(session: Session, story: NetworkStory) -> None:
    with on(session, TODAY):
        first = recharges.record(session, story.e1, MARCH[0], actor="op")
        again = recharges.record(session, story.e1, MARCH[0], actor="op")

    assert (first.added_minor, len(first.entry_ids)) == (880, 1)
    assert (again.added_minor, again.entry_ids) == (0, ())
    assert balances(session, story.e1, "recharge:") == {"recharge:receivable": 880, "recharge:vat": -880}
    assert_sound(session, story.e1)


@pytest.mark.parametrize("months", [(MARCH, APRIL), (APRIL, MARCH)])
def test_months_are_recorded_in_any_order(
    session: Session, story: NetworkStory, months: tuple[tuple[date, date], ...]
) -> None:
    with on(session, TODAY):
        for first, _ in months:
            recharges.record(session, story.e3, first, actor="op")
        assert recharges.due(session, story.e3) == 1_760 - 880


def test_what_comes_late_is_added_by_recording_again(session: Session, story: NetworkStory) -> None:
    with on(session, TODAY):
        recharges.record(session, story.e1, MARCH[0], actor="op")
        speech = story.bought["speech"].authorization_id
        captures.refund(session, story.e1, speech, on=date(2026, 3, 28), actor="op")
        late = recharges.record(session, story.e1, MARCH[0], actor="op")

    assert late.added_minor == -880
    assert balances(session, story.e1, "recharge:") == {}


def test_no_lot_pays_for_the_added_vat(session: Session, story: NetworkStory) -> None:
    before = balances(session, story.e1, "lot:")
    with on(session, TODAY):
        recharges.record(session, story.e1, MARCH[0], actor="op")

    assert balances(session, story.e1, "lot:") == before


def test_the_employer_pays_what_it_owes_and_no_more(session: Session, story: NetworkStory) -> None:
    with on(session, TODAY):
        recharges.record(session, story.e1, MARCH[0], actor="op")
        bank = balances(session, story.e1, "bank")["bank"]
        with pytest.raises(RechargePaymentExceedsDue, match=r"8\.80 is recorded as owed"):
            recharges.record_payment(session, story.e1, euro(881), on=TODAY, actor="op")
        recharges.record_payment(session, story.e1, euro(880), on=TODAY, actor="op")

    assert recharges.due(session, story.e1) == 0
    assert balances(session, story.e1, "bank")["bank"] == bank + 880
    assert_sound(session, story.e1)


def test_a_reversed_capture_is_not_recharged(session: Session, story: NetworkStory) -> None:
    # Reversals of captures are the ledger's correction of our own mistake; the wallet has no verb for them.
    entry_id = session.scalar(
        sa.text("select entry_id from entry where book_id = :book and kind = 'capture' and memo = :memo"),
        {"book": story.e1, "memo": story.bought["speech"].authorization_id},
    )
    with on(session, TODAY):
        posting.reverse(session, story.e1, entry_id, occurred_on=date(2026, 3, 30), actor="op", reason="errore")

    assert by_name(session, story, story.e1, MARCH[0])["speech"] == ("V22", 0, 0, 0, 0, 0)


def test_a_municipality_has_no_mandate(session: Session, story: NetworkStory) -> None:
    card = funders.of_book(session, story.e3)
    funders.record(
        session, story.e3, code=card.code, name=card.name, kind=FunderKind.MUNICIPALITY, home_territory="napoli"
    )

    with pytest.raises(RechargeNotForFunder, match="no employer"):
        recharges.lines(session, story.e3, MARCH[0])
