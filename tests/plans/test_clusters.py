"""Clusters: who is in each, and what the plans say of them."""

from __future__ import annotations

from datetime import date

import pytest
from moneyed import EUR, Money
from sqlalchemy.orm import Session

from plans import clusters
from plans.clusters import Entitlement as Entitled
from plans.plan_file import ClusterDraft
from plans.rulebook.words import Entitlement
from tests import factories


@pytest.fixture
def book_id(session: Session) -> int:
    book_id = factories.employer(session)
    factories.employee(session, book_id, cluster="operai")
    factories.employee(session, book_id, cluster="operai", hired_on=date(2026, 6, 1))
    factories.employee(session, book_id, cluster="quadri", left_on=date(2026, 2, 28))
    factories.employee(session, book_id, cluster=None)
    drafts = (
        ClusterDraft("operai", "Operai di tutti i reparti", Money("600", EUR)),
        ClusterDraft("impiegati", "Impiegati", None),
    )
    factories.plan(session, book_id, "A", entitlement=Entitlement.CLUSTER, clusters=drafts)
    return book_id


@pytest.mark.parametrize(
    ("on", "people"),
    [
        (date(2026, 2, 28), {"impiegati": 0, "operai": 1, "quadri": 1}),
        (date(2026, 3, 1), {"impiegati": 0, "operai": 1, "quadri": 0}),
        (date(2026, 6, 1), {"impiegati": 0, "operai": 2, "quadri": 0}),
    ],
)
def test_people_are_counted_on_a_day_also_where_a_cluster_is_empty(
    session: Session, book_id: int, on: date, people: dict[str, int]
) -> None:
    assert {each.name: each.people for each in clusters.of_book(session, book_id, on=on)} == people


def test_each_plan_says_what_a_cluster_gets(session: Session, book_id: int) -> None:
    found = {each.name: each.entitlements for each in clusters.of_book(session, book_id, on=date(2026, 3, 1))}

    assert found["operai"] == (Entitled("A", "Piano welfare", "Operai di tutti i reparti", 60_000),)
    assert found["impiegati"] == (Entitled("A", "Piano welfare", "Impiegati", None),)
    assert found["quadri"] == ()


def test_a_plan_that_is_over_gives_nothing(session: Session, book_id: int) -> None:
    found = {each.name: each.entitlements for each in clusters.of_book(session, book_id, on=date(2026, 12, 1))}

    assert found == {"operai": (), "quadri": ()}


def test_another_book_has_clusters_of_its_own(session: Session, book_id: int) -> None:
    other = factories.employer(session, "E2")

    assert clusters.of_book(session, other, on=date(2026, 3, 1)) == ()
