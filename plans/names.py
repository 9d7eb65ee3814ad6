"""Names: what the people of a list are called, wherever they work, for whoever the session shows them to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans.rows import Employee

_EMPLOYEE = Employee.__table__.c


def of(session: Session, employee_ids: Collection[str]) -> Mapping[str, str]:
    """Return the first and last name of each of these, as far as the session sees them."""
    wanted = sa.select(_EMPLOYEE.employee_id, _EMPLOYEE.first_name, _EMPLOYEE.last_name)
    found = session.execute(wanted.where(_EMPLOYEE.employee_id.in_(set(employee_ids))))
    return {row.employee_id: f"{row.first_name} {row.last_name}" for row in found}
