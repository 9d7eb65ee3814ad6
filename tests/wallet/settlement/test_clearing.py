"""The month's clearing: one position for each territory, zero over all, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import books
from tests.wallet.scene import Scene, open_scene
from tests.wallet.settlement.acts import APRIL_30, count, delivered, pay, sharing, withholding
from wallet.errors import ReasonRequired
from wallet.settlement import clearing, payments, terms
from wallet.settlement.clearing import Flow
from wallet.settlement.errors import (
    BookStopped,
    ClearingLaterClosed,
    ClearingMonthNotOver,
    ClearingNotFound,
    FeeUnshared,
)
from wallet.settlement.terms import Terms

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def cremona(scene: Scene) -> Scene:
    """A funder at home in Cremona whose worker has 3,000 euro."""
    scene.grant(300_000)
    return scene


@pytest.fixture
def napoli(cremona: Scene) -> Scene:
    """A funder at home in Napoli beside it."""
    scene = open_scene(cremona.session, home="napoli")
    scene.plan()
    scene.grant(300_000)
    return scene


def clear(scene: Scene, month: date = MARCH, under: Terms | None = None) -> clearing.Run:
    return clearing.run(scene.session, month, terms=under or terms.shipped(), actor="op")


def positions(run: clearing.Run) -> dict[str, int]:
    return {position.party: position.position_minor for position in run.positions}


def test_what_was_bought_elsewhere_is_owed_there_and_the_accounts_return_to_zero(cremona: Scene) -> None:
    delivered(cremona, "PSI-MI")  # 60,00 in Milano
    delivered(cremona)  # at home: nothing to clear
    cremona.go_to(APRIL)

    run = clear(cremona)

    assert positions(run) == {"cremona": -6_000, "milano": 6_000}
    assert cremona.posted("clearing:cremona") == cremona.posted("clearing:milano") == 0
    assert cremona.differences() == []


def test_positions_are_netted_over_all_books(cremona: Scene, napoli: Scene) -> None:
    delivered(cremona, "PSI-MI")  # Cremona owes Milano 60,00
    delivered(napoli, "PSI-MI")  # Napoli owes Milano 60,00
    delivered(cremona, "FIS-NA", channel="DIRECT")  # Cremona owes Napoli 350,00
    delivered(napoli)  # Napoli owes Cremona 55,00
    cremona.go_to(APRIL)

    run = clear(cremona)

    assert positions(run) == {"cremona": -6_000 - 35_000 + 5_500, "milano": 12_000, "napoli": -6_000 + 35_000 - 5_500}
    assert sum(positions(run).values()) == 0
    assert cremona.differences() == napoli.differences() == []


def test_a_fee_is_shared_between_home_delivery_and_network(cremona: Scene) -> None:
    # 350,00 at 4 % are 14,00: 7,00 to Cremona, 4,20 to Napoli, 2,80 to the network.
    delivered(cremona, "FIS-NA", channel="DIRECT")
    pay(cremona, under=withholding(400))
    cremona.go_to(APRIL)

    run = clear(cremona)

    (flow,) = run.flows
    assert (flow.gross_minor, flow.fee_minor) == (35_000, 1_400)
    assert (flow.home_fee_minor, flow.delivery_fee_minor, flow.network_fee_minor) == (700, 420, 280)
    # Cremona pays 350,00 less its 7,00; Napoli has paid 336,00 and keeps 4,20.
    assert positions(run) == {"cremona": -34_300, "napoli": 34_020, "network": 280}
    assert [cremona.posted(f"fees{party}") for party in ("", ":cremona", ":napoli", ":network")] == [0, 700, 420, 280]
    assert cremona.differences() == []


def test_a_fee_withheld_at_home_leaves_the_network_its_share(cremona: Scene) -> None:
    delivered(cremona)  # 55,00 at 4 % are 2,20: 1,76 stay in Cremona, 0,44 are the network's
    pay(cremona, under=withholding(400))
    cremona.go_to(APRIL)

    assert positions(clear(cremona)) == {"cremona": -44, "network": 44}
    assert cremona.differences() == []


def test_a_pair_of_its_own_comes_before_everybody(cremona: Scene) -> None:
    delivered(cremona, "FIS-NA", channel="DIRECT")
    pay(cremona, under=withholding(400))
    cremona.go_to(APRIL)
    own = replace(
        terms.shipped(),
        shares=(sharing(5_000, 3_000, 2_000), sharing(1_000, 9_000, 0, home="cremona", delivery="napoli")),
    )

    (flow,) = clear(cremona, under=own).flows

    assert (flow.home_fee_minor, flow.delivery_fee_minor, flow.network_fee_minor) == (140, 1_260, 0)


def test_a_fee_that_nobody_said_how_to_share_is_refused(cremona: Scene) -> None:
    delivered(cremona)
    pay(cremona, under=withholding(400))
    cremona.go_to(APRIL)

    with pytest.raises(FeeUnshared), cremona.session.begin_nested():
        clear(cremona, under=replace(terms.shipped(), shares=()))

    assert count(cremona, "clearing_run") == 0


def test_running_it_again_changes_nothing(cremona: Scene) -> None:
    delivered(cremona, "PSI-MI")
    cremona.go_to(APRIL)
    first = clear(cremona)
    late = cremona.buy("PSI-MI")
    cremona.capture(late)
    before = cremona.image(), count(cremona, "clearing_line")

    again = clear(cremona)

    assert again == replace(first, replayed=True)
    assert (cremona.image(), count(cremona, "clearing_line")) == before


def test_what_comes_late_goes_into_the_next_month(cremona: Scene) -> None:
    late = cremona.buy("PSI-MI", service_on=date(2026, 4, 5))
    delivered(cremona, "PSI-MI")
    cremona.go_to(APRIL)
    clear(cremona)
    cremona.capture(late, on=date(2026, 3, 31))
    cremona.go_to(date(2026, 5, 1))

    assert positions(clear(cremona, APRIL)) == {"cremona": -6_000, "milano": 6_000}
    assert cremona.differences() == []


def test_a_refund_goes_the_other_way(cremona: Scene) -> None:
    undone = delivered(cremona, "PSI-MI")
    cremona.go_to(APRIL)
    clear(cremona)
    cremona.refund(undone)
    cremona.go_to(date(2026, 5, 1))

    assert positions(clear(cremona, APRIL)) == {"cremona": 6_000, "milano": -6_000}
    assert cremona.posted("clearing:milano") == 0


def test_a_fee_that_was_given_back_is_taken_from_the_shares(cremona: Scene) -> None:
    delivered(cremona, "FIS-NA", channel="DIRECT")
    pay(cremona, under=withholding(400))
    cremona.go_to(APRIL)
    clear(cremona)
    payments.fail(cremona.session, "R1-00001", on=APRIL, actor="op", reason="AC04")
    cremona.go_to(date(2026, 5, 1))

    run = clear(cremona, APRIL)

    assert positions(run) == {"cremona": -700, "napoli": 980, "network": -280}
    assert [cremona.posted(f"fees{party}") for party in ("", ":cremona", ":napoli", ":network")] == [0, 0, 0, 0]
    assert cremona.differences() == []


def test_a_month_is_opened_again_with_a_reason_and_leaves_a_trace(cremona: Scene) -> None:
    delivered(cremona, "PSI-MI")
    late = cremona.buy("PSI-MI", service_on=date(2026, 4, 5))
    cremona.go_to(APRIL)
    first = clear(cremona)

    reopened = clearing.reopen(cremona.session, MARCH, reason="addebito dimenticato", actor="capo")

    assert (reopened.run_id, reopened.state) == (first.run_id, "reopened")
    assert (reopened.reopened_by, reopened.reopened_reason) == ("capo", "addebito dimenticato")
    assert cremona.posted("clearing:milano") == 6_000
    assert cremona.differences() == []
    cremona.capture(late, on=date(2026, 3, 31))
    second = clear(cremona)
    assert second.version == 2
    assert positions(second) == {"cremona": -12_000, "milano": 12_000}
    assert [run.state for run in clearing.versions(cremona.session, MARCH)] == ["reopened", "closed"]
    assert cremona.posted("clearing:milano") == 0
    assert cremona.differences() == []


def test_opening_again_needs_a_reason(cremona: Scene) -> None:
    cremona.go_to(APRIL)
    clear(cremona)

    with pytest.raises(ReasonRequired):
        clearing.reopen(cremona.session, MARCH, reason=" ", actor="op")


def test_only_a_closed_month_opens_again(cremona: Scene) -> None:
    with pytest.raises(ClearingNotFound):
        clearing.reopen(cremona.session, MARCH, reason="prova", actor="op")
    with pytest.raises(ClearingNotFound):
        clearing.get(cremona.session, MARCH)


def test_months_open_again_from_the_last_one(cremona: Scene) -> None:
    cremona.go_to(date(2026, 5, 1))
    clear(cremona)
    clear(cremona, APRIL)

    with pytest.raises(ClearingLaterClosed):
        clearing.reopen(cremona.session, MARCH, reason="prova", actor="op")
    with pytest.raises(ClearingLaterClosed):
        clear(cremona, date(2026, 2, 1))


def test_a_month_that_is_not_over_is_not_cleared(cremona: Scene) -> None:
    cremona.go_to(date(2026, 3, 31))

    with pytest.raises(ClearingMonthNotOver):
        clear(cremona)


def test_a_stopped_book_holds_the_clearing_up(cremona: Scene, napoli: Scene) -> None:
    cremona.go_to(APRIL)
    books.stop(cremona.session, napoli.book_id)

    with pytest.raises(BookStopped):
        clear(cremona)


# Fees beyond what is withheld in a life, of either sign; shares that are all of it.
POINTS = st.integers(0, 10_000).flatmap(
    lambda home: st.integers(0, 10_000 - home).map(lambda delivery: (home, delivery, 10_000 - home - delivery))
)
CENTS = st.integers(-1_000_000, 1_000_000)


@given(fee=CENTS, points=POINTS)
def test_shares_of_a_fee_are_the_fee_and_none_is_of_the_other_sign(fee: int, points: tuple[int, int, int]) -> None:
    shares = sharing(*points).split(fee)

    assert sum(shares) == fee
    assert all(share * fee >= 0 for share in shares)


@given(flows=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), CENTS, CENTS, POINTS), max_size=8))
def test_positions_always_add_up_to_zero(flows: list[tuple[str, str, int, int, tuple[int, int, int]]]) -> None:
    told = [
        Flow(1, home, delivery, gross if home != delivery else 0, fee, *points, *sharing(*points).split(fee))
        for home, delivery, gross, fee, points in flows
    ]

    assert sum(position.position_minor for position in clearing.net(told)) == 0


def test_the_run_takes_the_day_the_month_ends(cremona: Scene) -> None:
    delivered(cremona, "FIS-NA", channel="DIRECT")
    pay(cremona, under=withholding(400), due_by=APRIL_30)
    cremona.go_to(APRIL)
    before, after = (replace(sharing(*points), valid_to=to, valid_from=since) for points, since, to in (
        ((10_000, 0, 0), date(2026, 1, 1), date(2026, 3, 30)),
        ((0, 10_000, 0), date(2026, 3, 31), date(2026, 12, 31)),
    ))  # fmt: skip

    (flow,) = clear(cremona, under=replace(terms.shipped(), shares=(before, after))).flows

    assert (flow.home_fee_minor, flow.delivery_fee_minor) == (0, 1_400)


def test_a_run_takes_up_to_its_months_end_and_tells_what_is_of_the_months_before(cremona: Scene) -> None:
    cremona.go_to(date(2026, 3, 31))
    delivered(cremona, "PSI-MI")
    pay(cremona, under=withholding(1_000))
    cremona.go_to(date(2026, 4, 1))
    delivered(cremona, "FIS-NA", channel="DIRECT")
    cremona.go_to(date(2026, 4, 30))
    delivered(cremona, "PSI-MI")
    cremona.go_to(date(2026, 5, 1))
    delivered(cremona, "PSI-MI")

    april = clear(cremona, APRIL, under=replace(withholding(1_000), shares=(sharing(5_000, 3_000, 2_000),)))

    assert sum(flow.gross_minor for flow in april.flows) == 6_000 + 35_000 + 6_000
    assert april.earlier == (clearing.Earlier(MARCH, 6_000, 600, 2),)
    assert april.earlier_minor == 6_000
    assert cremona.posted("clearing:milano") == 6_000
    before = cremona.image()
    again = clear(cremona, APRIL)
    assert (again.replayed, again.earlier, again.flows) == (True, april.earlier, april.flows)
    assert cremona.image() == before

    cremona.go_to(date(2026, 6, 1))
    assert clear(cremona, date(2026, 5, 1)).earlier == ()
    assert cremona.differences() == []


def test_a_reopened_month_still_tells_what_it_had_taken(cremona: Scene) -> None:
    delivered(cremona, "PSI-MI")
    cremona.go_to(date(2026, 5, 1))
    april = clear(cremona, APRIL)

    reopened = clearing.reopen(cremona.session, APRIL, reason="prova", actor="capo")

    assert reopened.earlier == april.earlier == (clearing.Earlier(MARCH, 6_000, 0, 1),)
    assert clear(cremona, MARCH).earlier == ()
