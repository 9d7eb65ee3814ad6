"""Clusters: the objective groups that plans entitle alike, and how many are in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans.rows import Employee, Plan, PlanCluster


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one plan says of a cluster; minor units, None where the plan leaves the amount open."""

    plan_code: str
    plan_name: str
    description: str
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster, as people and plans name it; `people` are those employed on the day that was asked about."""

    name: str
    people: int
    entitlements: tuple[Entitlement, ...]


def of_book(session: Session, book_id: int, *, on: date) -> tuple[Cluster, ...]:
    """Return the clusters of a book by name: those somebody is in, and those that a plan names which is not over."""
    employed = sa.and_(
        sa.or_(Employee.hired_on.is_(None), Employee.hired_on <= on),
        sa.or_(Employee.left_on.is_(None), Employee.left_on >= on),
    )
    counted = session.execute(
        sa.select(Employee.cluster, sa.func.count().filter(employed))
        .where(Employee.book_id == book_id, Employee.cluster.is_not(None))
        .group_by(Employee.cluster)
    )
    people = {str(name): int(count) for name, count in counted}
    named = session.execute(
        sa.select(PlanCluster.cluster, Plan.code, Plan.name, PlanCluster.description, PlanCluster.amount_minor)
        .join(Plan, sa.and_(Plan.book_id == PlanCluster.book_id, Plan.plan_id == PlanCluster.plan_id))
        .where(PlanCluster.book_id == book_id, Plan.spend_by >= on)
        .order_by(Plan.starts_on, Plan.code)
    )
    entitled: dict[str, list[Entitlement]] = {}
    for name, code, title, description, amount_minor in named:
        entitled.setdefault(name, []).append(Entitlement(code, title, description, amount_minor))
    return tuple(
        Cluster(name, people.get(name, 0), tuple(entitled.get(name, ()))) for name in sorted(people | entitled)
    )
