"""Names: what the people of a list are called, and whoever pays for them, for whoever the session shows them to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans.rows import Employee, Funder

_EMPLOYEE, _FUNDER = Employee.__table__.c, Funder.__table__.c


def of(session: Session, employee_ids: Collection[str]) -> Mapping[str, str]:
    """Return the first and last name of each of these, as far as the session sees them."""
    wanted = sa.select(_EMPLOYEE.employee_id, _EMPLOYEE.first_name, _EMPLOYEE.last_name)
    found = session.execute(wanted.where(_EMPLOYEE.employee_id.in_(set(employee_ids))))
    return {row.employee_id: f"{row.first_name} {row.last_name}" for row in found}


def of_funders(session: Session, employee_ids: Collection[str]) -> Mapping[str, str]:
    """Return what the funder of each of these is called, as far as the session sees them."""
    wanted = sa.select(_EMPLOYEE.employee_id, _FUNDER.name).join_from(
        Employee.__table__, Funder.__table__, _FUNDER.book_id == _EMPLOYEE.book_id
    )
    found = session.execute(wanted.where(_EMPLOYEE.employee_id.in_(set(employee_ids))))
    return {row.employee_id: row.name for row in found}
